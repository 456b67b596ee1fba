//! Which amounts and currencies Stripe takes.
//!
//! **Invariant:** an amount that passes is a whole number of minor units from the currency's minimum to
//! 99,999,999.

use super::error::ApiError;
use super::form::integer;

/// The most Stripe charges at once, in minor units.
const AMOUNT_MAX: i64 = 99_999_999;

/// Currencies with three decimals; Stripe wants the last one to be zero.
const THREE_DECIMALS: [&str; 5] = ["bhd", "jod", "kwd", "omr", "tnd"];

/// Smallest charges that differ from one minor unit.
const MINIMA: [(&str, i64); 24] = [
    ("usd", 50),
    ("aed", 200),
    ("aud", 50),
    ("bgn", 100),
    ("brl", 50),
    ("cad", 50),
    ("chf", 50),
    ("czk", 1_500),
    ("dkk", 250),
    ("eur", 50),
    ("gbp", 30),
    ("hkd", 400),
    ("huf", 17_500),
    ("inr", 50),
    ("jpy", 50),
    ("mxn", 1_000),
    ("myr", 200),
    ("nok", 300),
    ("nzd", 50),
    ("pln", 200),
    ("ron", 200),
    ("sek", 300),
    ("sgd", 50),
    ("thb", 1_000),
];

/// Every currency that can be presented.
const CURRENCIES: &str = "usd aed afn all amd ang aoa ars aud awg azn bam bbd bdt bgn bhd bif bmd bnd bob brl \
    bsd bwp byn bzd cad cdf chf clp cny cop crc cve czk djf dkk dop dzd egp etb eur fjd fkp gbp gel gip gmd \
    gnf gtq gyd hkd hnl hrk htg huf idr ils inr isk jmd jod jpy kes kgs khr kmf krw kwd kyd kzt lak lbp lkr \
    lrd lsl mad mdl mga mkd mmk mnt mop mur mvr mwk mxn myr mzn nad ngn nio nok npr nzd omr pab pen pgk php \
    pkr pln pyg qar ron rsd rub rwf sar sbd scr sek sgd shp sle sos srd std szl thb tjs tnd top try ttd twd \
    tzs uah ugx uyu uzs vnd vuv wst xaf xcd xof xpf yer zar zmw";

/// Reads a currency code.
pub(super) fn currency(text: &str) -> Result<String, ApiError> {
    let code = text.to_ascii_lowercase();
    if CURRENCIES.split_ascii_whitespace().any(|known| known == code) {
        return Ok(code);
    }
    Err(ApiError::parameter("currency", &format!("Invalid currency: {code}.")))
}

/// Reads an amount and checks it against its currency.
pub(super) fn amount(name: &str, text: &str, currency: &str) -> Result<i64, ApiError> {
    let amount = integer(name, text)?;
    check(name, amount, currency)?;
    Ok(amount)
}

/// Checks an amount against its currency.
pub(super) fn check(name: &str, amount: i64, currency: &str) -> Result<(), ApiError> {
    if amount < 1 {
        let message = "This value must be greater than or equal to 1.";
        return Err(ApiError::parameter(name, message).code("parameter_invalid_integer"));
    }
    if amount > AMOUNT_MAX {
        let message = format!("Amount must be no more than {AMOUNT_MAX} {currency}, in minor units");
        return Err(ApiError::parameter(name, &message).code("amount_too_large"));
    }
    let least = MINIMA.iter().find(|(code, _)| *code == currency).map_or(1, |(_, least)| *least);
    if amount < least {
        let message = format!("Amount must be at least {least} {currency}, in minor units");
        return Err(ApiError::parameter(name, &message).code("amount_too_small"));
    }
    check_step(name, amount, currency)
}

/// Checks that an amount of a currency with three decimals ends in zero: a charge, or a part of one that goes back.
pub(super) fn check_step(name: &str, amount: i64, currency: &str) -> Result<(), ApiError> {
    if THREE_DECIMALS.contains(&currency) && amount % 10 != 0 {
        let message = format!("Amounts in {currency} must be divisible by 10");
        return Err(ApiError::parameter(name, &message).code("parameter_invalid_integer"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_pass_from_the_minimum_to_the_maximum() {
        for (text, currency, status) in [
            ("50", "usd", Ok(50)),
            ("49", "usd", Err(400)),
            ("30", "gbp", Ok(30)),
            ("1", "isk", Ok(1)),
            ("0", "isk", Err(400)),
            ("-5", "usd", Err(400)),
            ("12.5", "usd", Err(400)),
            ("99999999", "usd", Ok(99_999_999)),
            ("100000000", "usd", Err(400)),
            ("1230", "kwd", Ok(1_230)),
            ("1234", "kwd", Err(400)), // the third decimal must be zero
        ] {
            let got = amount("amount", text, currency).map_err(|error| error.status);
            assert_eq!(got, status, "{text} {currency}");
        }
    }
}
