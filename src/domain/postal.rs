//! Postal codes that a zone or a tax is about.
//!
//! **Invariant:** spaces, hyphens and letter case never decide. What is left out wins over what is named; a destination
//! whose postal code is not known yet is in nothing that names postal codes.

use std::{fmt, str::FromStr};

use super::buyer::POSTAL_CODE_MAX;

/// A postal code, the start of one, or a range of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Pattern {
    /// `10115`
    Exact(String),
    /// `101*`
    Prefix(String),
    /// `10000..10999`, both ends in it. Only codes as long as the ends are compared.
    Range(String, String),
}

/// A text that is no pattern.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "no postal code, no start of one as 101*, and no range as 10000..10999 of ends that are equally long"
)]
pub struct InvalidPattern;

/// Postal codes that are meant, and those that are not.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Postal {
    /// Those meant; all when empty.
    pub only: Vec<Pattern>,
    /// Those not meant, even where named.
    pub except: Vec<Pattern>,
}

/// A postal code as it is compared: letters and digits only, in capitals.
#[must_use]
pub fn normal(code: &str) -> String {
    code.chars().filter(|sign| sign.is_alphanumeric()).flat_map(char::to_uppercase).collect()
}

impl FromStr for Pattern {
    type Err = InvalidPattern;

    fn from_str(text: &str) -> Result<Self, InvalidPattern> {
        let part = |text: &str| {
            let code = normal(text);
            let plain = text.chars().all(|sign| sign.is_ascii_alphanumeric() || matches!(sign, ' ' | '-'));
            (plain && !code.is_empty() && code.len() <= POSTAL_CODE_MAX).then_some(code).ok_or(InvalidPattern)
        };
        if let Some((from, to)) = text.split_once("..") {
            let (from, to) = (part(from)?, part(to)?);
            return if from.len() == to.len() && from <= to {
                Ok(Self::Range(from, to))
            } else {
                Err(InvalidPattern)
            };
        }
        match text.trim().strip_suffix('*') {
            Some(start) => part(start).map(Self::Prefix),
            None => part(text).map(Self::Exact),
        }
    }
}

impl fmt::Display for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Exact(code) => f.write_str(code),
            Self::Prefix(start) => write!(f, "{start}*"),
            Self::Range(from, to) => write!(f, "{from}..{to}"),
        }
    }
}

impl Pattern {
    fn matches(&self, code: &str) -> bool {
        match self {
            Self::Exact(exact) => exact == code,
            Self::Prefix(start) => code.starts_with(start.as_str()),
            Self::Range(from, to) => {
                code.len() == from.len() && (from.as_str()..=to.as_str()).contains(&code)
            }
        }
    }
}

impl Postal {
    /// Whether a postal code, in its normal form, is meant.
    #[must_use]
    pub fn covers(&self, code: Option<&str>) -> bool {
        let named = |patterns: &[Pattern]| {
            code.is_some_and(|code| patterns.iter().any(|pattern| pattern.matches(code)))
        };
        (self.only.is_empty() || named(&self.only)) && !named(&self.except)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn postal(only: &[&str], except: &[&str]) -> Postal {
        let read = |texts: &[&str]| texts.iter().map(|text| text.parse().unwrap()).collect();
        Postal { only: read(only), except: read(except) }
    }

    #[test]
    fn codes_starts_and_ranges_are_told_apart() {
        let islands = postal(&["HS*", "KW15..KW17", "ze1 0aa"], &["HS9"]);
        for (code, expected) in
            [("HS1 2AB", true), ("HS9", false), ("ZE1 0AA", true), ("ze10aa", true), ("KW16", true)]
        {
            assert_eq!(islands.covers(Some(&normal(code))), expected, "{code}");
        }
        assert!(!islands.covers(Some("KW160AA")) && !islands.covers(None));
        assert!(postal(&[], &["99*"]).covers(None) && !postal(&[], &["99*"]).covers(Some("99501")));
    }

    #[test]
    fn a_range_has_equally_long_ends_in_order() {
        for bad in ["", "*", "10..9999", "20000..10000", "1_1", "10115*9", "..", &"1".repeat(21)] {
            assert_eq!(bad.parse::<Pattern>(), Err(InvalidPattern), "{bad}");
        }
        for good in ["10115", "101*", "10000..10999"] {
            assert_eq!(good.parse::<Pattern>().unwrap().to_string(), good);
        }
    }
}
