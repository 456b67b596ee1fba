//! A country of the one list.
//!
//! **Invariant:** a `Country` is always on the list; there is no other way to make one.

use std::{fmt, str::FromStr};

use super::country_list::for_each_country;

/// Country or territory, ISO 3166-1 alpha-2 (plus XK for Kosovo).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Country(&'static str);

/// No country of the list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a country code of ISO 3166-1")]
pub struct UnknownCountry;

macro_rules! codes {
    ($($code:ident $name:tt,)*) => {
        const CODES: &[&str] = &[$(stringify!($code)),*];
    };
}
for_each_country!(codes);

/// Places that use no postal code (Universal Postal Union, addressing systems of its members).
const WITHOUT_POSTAL_CODE: &[&str] = &[
    "AE", "AG", "AN", "AO", "AW", "BF", "BI", "BJ", "BO", "BS", "BW", "BZ", "CD", "CF", "CG", "CI", "CK",
    "CM", "DJ", "DM", "ER", "FJ", "GA", "GD", "GH", "GM", "GQ", "GY", "HK", "JM", "KI", "KM", "KN", "KP",
    "LY", "ML", "MO", "MR", "MW", "NR", "NU", "QA", "RW", "SB", "SC", "SL", "SR", "SS", "ST", "SY", "TD",
    "TG", "TK", "TO", "TV", "UG", "VU", "YE", "ZW",
];

/// Places where an address is not complete without its region.
const WITH_REGION: &[&str] = &["AU", "BR", "CA", "IN", "MX", "US"];

impl Country {
    /// The two letters.
    #[must_use]
    pub const fn code(self) -> &'static str {
        self.0
    }

    /// Whether an address there has a postal code.
    #[must_use]
    pub fn has_postal_code(self) -> bool {
        !WITHOUT_POSTAL_CODE.contains(&self.0)
    }

    /// Whether an address there needs its region to be complete.
    #[must_use]
    pub fn needs_region(self) -> bool {
        WITH_REGION.contains(&self.0)
    }
}

impl FromStr for Country {
    type Err = UnknownCountry;

    fn from_str(text: &str) -> Result<Self, UnknownCountry> {
        CODES.binary_search(&text).map(|found| Self(CODES[found])).map_err(|_| UnknownCountry)
    }
}

impl fmt::Display for Country {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_is_sorted_so_that_look_up_finds_every_country() {
        assert!(CODES.is_sorted());
        for code in CODES {
            assert_eq!(code.parse::<Country>().map(Country::code), Ok(*code));
        }
        assert_eq!("UK".parse::<Country>(), Err(UnknownCountry));
        assert_eq!("us".parse::<Country>(), Err(UnknownCountry));
    }

    #[test]
    fn hong_kong_has_no_postal_code_and_the_united_states_need_a_state() {
        let (hk, us): (Country, Country) = ("HK".parse().unwrap(), "US".parse().unwrap());
        assert!(!hk.has_postal_code() && us.has_postal_code());
        assert!(us.needs_region() && !hk.needs_region());
    }
}
