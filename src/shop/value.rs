//! Amounts, fractions and instants from their text.
//!
//! **Invariant:** decimal text only, never a float; nothing is rounded, what does not fit is refused.

use rust_decimal::Decimal;
use time::{OffsetDateTime, format_description::well_known::Rfc3339};

use crate::domain::{
    currency::Currency,
    instant::Timestamp,
    money::{Minor, UNIT_PRICE_MAX},
};

/// The most digits after the point of a rate: parts per million.
const RATE_DIGITS_MAX: usize = 6;

/// Why a text is no value of its kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ValueError {
    /// Not decimal text.
    #[error("not an amount")]
    NotAnAmount,
    /// More digits than the currency has.
    #[error("more digits after the point than {0} has")]
    TooManyDigits(Currency),
    /// Above the limit.
    #[error("above {UNIT_PRICE_MAX} minor units")]
    TooLarge,
    /// Not decimal text between 0 and 1.
    #[error("not a fraction such as 0.0825, of at most {RATE_DIGITS_MAX} digits")]
    NotAFraction,
    /// No offset, or no such day.
    #[error("not an instant such as 2030-01-31T00:00:00Z")]
    NotAnInstant,
}

/// An amount such as 29.99.
pub fn amount(text: &str, currency: Currency) -> Result<Minor, ValueError> {
    let (whole, part) = decimal(text).ok_or(ValueError::NotAnAmount)?;
    let digits = usize::try_from(currency.digits()).map_err(|_| ValueError::NotAnAmount)?;
    if part.len() > digits {
        return Err(ValueError::TooManyDigits(currency));
    }
    // Digits alone, so a parser fails only for their number.
    let units: i64 = format!("{whole}{part:0<digits$}").parse().map_err(|_| ValueError::TooLarge)?;
    if units > UNIT_PRICE_MAX { Err(ValueError::TooLarge) } else { Ok(Minor::new(units)) }
}

/// A fraction such as 0.0825, from 0 to 1.
pub(super) fn fraction(text: &str) -> Result<Decimal, ValueError> {
    let short = decimal(text).is_some_and(|(_, part)| part.len() <= RATE_DIGITS_MAX);
    let read = short.then(|| Decimal::from_str_exact(text).ok()).flatten();
    read.filter(|rate| *rate <= Decimal::ONE).ok_or(ValueError::NotAFraction)
}

/// An instant with its offset.
pub fn instant(written: &str) -> Result<Timestamp, ValueError> {
    let read = OffsetDateTime::parse(written, &Rfc3339).map_err(|_| ValueError::NotAnInstant)?;
    Ok(Timestamp::from_ms(read.unix_timestamp() * 1000 + i64::from(read.millisecond())))
}

/// The digits before and after the point.
fn decimal(text: &str) -> Option<(&str, &str)> {
    let (whole, part) = text.split_once('.').unwrap_or((text, "0"));
    let digits = |of: &str| !of.is_empty() && of.bytes().all(|byte| byte.is_ascii_digit());
    let pointed = text.contains('.');
    (digits(whole) && digits(part)).then_some((whole, if pointed { part } else { "" }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_amount_has_at_most_the_digits_of_its_currency() {
        let read = |text: &str, code: &str| amount(text, code.parse().unwrap());
        let minor = |units| Ok(Minor::new(units));
        let currency = |code: &str| code.parse().unwrap();
        for (text, code, expected) in [
            ("29.99", "USD", minor(29_99)),
            ("29.9", "USD", minor(29_90)),
            ("29", "USD", minor(29_00)),
            ("0.00", "USD", minor(0)),
            ("1.234", "KWD", minor(1_234)),
            ("4200", "JPY", minor(4200)),
            ("10000000.00", "USD", minor(UNIT_PRICE_MAX)),
            ("10000000.01", "USD", Err(ValueError::TooLarge)),
            ("99999999999999999999", "USD", Err(ValueError::TooLarge)),
            ("29.990", "USD", Err(ValueError::TooManyDigits(currency("USD")))),
            ("4200.0", "JPY", Err(ValueError::TooManyDigits(currency("JPY")))),
        ] {
            assert_eq!(read(text, code), expected, "{text} {code}");
        }
        for text in ["", ".", "1.", ".5", "-1", "+1", "1,50", "1e3", "1_000", " 1", "1.2.3", "٣"] {
            assert_eq!(read(text, "USD"), Err(ValueError::NotAnAmount), "{text}");
        }
    }

    #[test]
    fn a_percentage_is_not_taken_for_a_fraction() {
        assert_eq!(fraction("0.0825"), Ok(Decimal::new(825, 4)));
        for text in ["8.25", "1.01", "-0.1", "8%", "0.1234567", ""] {
            assert_eq!(fraction(text), Err(ValueError::NotAFraction), "{text}");
        }
    }

    #[test]
    fn an_instant_states_its_offset() {
        assert_eq!(instant("1970-01-01T01:00:00+01:00"), Ok(Timestamp::from_ms(0)));
        assert_eq!(instant("1970-01-01T01:00:00"), Err(ValueError::NotAnInstant));
    }
}
