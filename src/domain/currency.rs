//! The currency table: digits in use, and what a payment provider wants on its wire.
//!
//! **Invariant:** where ISO 4217 and Stripe differ, Stripe's page "Supported currencies" decides, as it is what
//! is charged: MGA, which ISO gives two digits, is charged in whole units; ISK and UGX are used in whole units
//! but sent in hundredths; amounts with three digits are multiples of ten.

use std::{fmt, str::FromStr};

use rust_decimal::Decimal;

use super::currency_list::for_each_currency;
use super::money::Minor;

/// An active currency of ISO 4217.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Currency(&'static str);

/// No currency of the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not an active currency code of ISO 4217")]
pub struct UnknownCurrency;

macro_rules! codes {
    ($($code:ident $name:tt,)*) => {
        const CODES: &[&str] = &[$(stringify!($code)),*];
        #[cfg(test)]
        const NAMES: &[&str] = &[$($name),*];
    };
}
for_each_currency!(codes);

/// Charged in whole units (Stripe, "Zero-decimal currencies").
const ZERO_DECIMAL: &[&str] = &[
    "BIF", "CLP", "DJF", "GNF", "JPY", "KMF", "KRW", "MGA", "PYG", "RWF", "VND", "VUV", "XAF", "XOF", "XPF",
];

/// Used in whole units, yet sent in hundredths for reasons of age (Stripe, "Special cases").
const WHOLE_BUT_SENT_IN_HUNDREDTHS: &[&str] = &["ISK", "UGX"];

/// Stripe's published minimum charges, in minor units, by settlement currency.
const MINIMUM_CHARGE: &[(&str, i64)] = &[
    ("AED", 200),
    ("AUD", 50),
    ("BGN", 100),
    ("BRL", 50),
    ("CAD", 50),
    ("CHF", 50),
    ("CZK", 1500),
    ("DKK", 250),
    ("EUR", 50),
    ("GBP", 30),
    ("HKD", 400),
    ("HUF", 17_500),
    ("INR", 50),
    ("JPY", 50),
    ("MXN", 1000),
    ("MYR", 200),
    ("NOK", 300),
    ("NZD", 50),
    ("PLN", 200),
    ("RON", 200),
    ("SEK", 300),
    ("SGD", 50),
    ("THB", 1000),
    ("USD", 50),
];

impl Currency {
    /// Every currency of the table, by code.
    pub fn all() -> impl Iterator<Item = Self> {
        CODES.iter().copied().map(Self)
    }

    /// The three letters.
    #[must_use]
    pub const fn code(self) -> &'static str {
        self.0
    }

    /// Digits after the point of a price in this currency.
    #[must_use]
    pub fn digits(self) -> u32 {
        if ZERO_DECIMAL.contains(&self.0) || WHOLE_BUT_SENT_IN_HUNDREDTHS.contains(&self.0) {
            return 0;
        }
        iso_currency::Currency::from_code(self.0)
            .and_then(iso_currency::Currency::exponent)
            .map_or(2, u32::from)
    }

    /// What one minor unit is on the provider's wire.
    #[must_use]
    pub fn wire_factor(self) -> i64 {
        if WHOLE_BUT_SENT_IN_HUNDREDTHS.contains(&self.0) { 100 } else { 1 }
    }

    /// Totals are multiples of this many minor units.
    #[must_use]
    pub fn step(self) -> i64 {
        if self.digits() == 3 { 10 } else { 1 }
    }

    /// The smallest amount that can be charged; one unit where Stripe publishes none.
    #[must_use]
    pub fn minimum_charge(self) -> Minor {
        let published = MINIMUM_CHARGE.iter().find(|(code, _)| *code == self.0).map(|(_, minor)| *minor);
        Minor::new(published.unwrap_or_else(|| self.step()))
    }

    /// An amount in figures, as 29.99 or 500.
    #[must_use]
    pub fn figures(self, amount: Minor) -> String {
        Decimal::new(amount.raw(), self.digits()).to_string()
    }

    /// An amount as the provider wants it.
    #[must_use]
    pub fn to_wire(self, amount: Minor) -> i64 {
        amount.raw() * self.wire_factor()
    }

    /// An amount as the provider says it; `None` for a fraction of our minor unit, which nobody here asked for.
    #[must_use]
    pub fn from_wire(self, wire: i64) -> Option<Minor> {
        (wire % self.wire_factor() == 0).then(|| Minor::new(wire / self.wire_factor()))
    }
}

impl FromStr for Currency {
    type Err = UnknownCurrency;

    fn from_str(text: &str) -> Result<Self, UnknownCurrency> {
        CODES.binary_search(&text).map(|found| Self(CODES[found])).map_err(|_| UnknownCurrency)
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_is_sorted_and_says_the_digits_in_use() {
        assert!(CODES.is_sorted());
        for (code, name) in CODES.iter().zip(NAMES) {
            let currency: Currency = code.parse().unwrap();
            assert!(name.ends_with(&format!("({} minor digits)", currency.digits())), "{code}: {name}");
        }
    }

    #[test]
    fn digits_follow_the_provider_where_iso_differs() {
        let digits = |code: &str| code.parse::<Currency>().unwrap().digits();
        let rows =
            [("USD", 2), ("JPY", 0), ("KWD", 3), ("MGA", 0), ("ISK", 0), ("UGX", 0), ("HUF", 2), ("TND", 3)];
        for (code, expected) in rows {
            assert_eq!(digits(code), expected, "{code}");
        }
    }

    #[test]
    fn what_is_shown_is_charged_and_refunded_in_every_currency() {
        for code in CODES {
            let currency: Currency = code.parse().unwrap();
            for shown in [1, 50, 1_990, 99_999] {
                let bound = Minor::new(shown * currency.step());
                let charged = currency.to_wire(bound);
                assert_eq!(currency.from_wire(charged), Some(bound), "{code}");
                let whole = currency.digits() == 0 && currency.wire_factor() == 100;
                assert!(!whole || charged % 100 == 0, "{code}");
                assert!(currency.digits() != 3 || charged % 10 == 0, "{code}");
            }
        }
        assert_eq!("ISK".parse::<Currency>().unwrap().from_wire(150), None);
    }
}
