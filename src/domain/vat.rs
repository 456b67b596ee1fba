//! VAT numbers of the European Union, and when the buyer owes the tax itself.
//!
//! **Invariant:** the reverse charge needs a shop that is registered in one member state, goods that go to another, and a
//! number of another than the shop's (Council Directive 2006/112/EC, article 138). By its form a number is known here;
//! whether anybody holds it a registry says, where the merchant has it asked. A number is a sole trader's personal data,
//! so it does not print, and what the registry said of it is kept without it.

use std::fmt;

use super::{
    buyer::Destination,
    country::Country,
    instant::{Span, Timestamp},
    quote::Exemption,
    tenant::{Settings, VatCheck, VatCheckFailure},
};

/// The most characters of a VAT number as typed.
pub const VAT_ID_MAX: usize = 20;

/// Forms of VAT numbers after the prefix: `9` is a digit, `A` a letter, `?` either. (European Commission, VIES, frequently
/// asked questions, question 11.) Greece writes EL.
const FORMS: &[(&str, &str, &[&str])] = &[
    ("AT", "AT", &["U99999999"]),
    ("BE", "BE", &["9999999999"]),
    ("BG", "BG", &["999999999", "9999999999"]),
    ("CY", "CY", &["99999999A"]),
    ("CZ", "CZ", &["99999999", "999999999", "9999999999"]),
    ("DE", "DE", &["999999999"]),
    ("DK", "DK", &["99999999"]),
    ("EE", "EE", &["999999999"]),
    ("EL", "GR", &["999999999"]),
    ("ES", "ES", &["A9999999?", "99999999A"]),
    ("FI", "FI", &["99999999"]),
    ("FR", "FR", &["??999999999"]),
    ("HR", "HR", &["99999999999"]),
    ("HU", "HU", &["99999999"]),
    ("IE", "IE", &["9?99999A", "9999999AA"]),
    ("IT", "IT", &["99999999999"]),
    ("LT", "LT", &["999999999", "999999999999"]),
    ("LU", "LU", &["99999999"]),
    ("LV", "LV", &["99999999999"]),
    ("MT", "MT", &["99999999"]),
    ("NL", "NL", &["????????????"]),
    ("PL", "PL", &["9999999999"]),
    ("PT", "PT", &["999999999"]),
    ("RO", "RO", &["99", "999", "9999", "99999", "999999", "9999999", "99999999", "999999999", "9999999999"]),
    ("SE", "SE", &["999999999999"]),
    ("SI", "SI", &["99999999"]),
    ("SK", "SK", &["9999999999"]),
];

/// How long what a registry said of a number is not asked again.
const KEPT: Span = Span::from_hours(24);

/// A VAT number by its form: the prefix of its member state, then letters and digits.
#[derive(Clone, PartialEq, Eq)]
pub struct VatNumber {
    prefix: &'static str,
    rest: String,
    country: Country,
}

impl VatNumber {
    /// Reads what was typed; `None` where it has no form of a VAT number. Blanks, hyphens, dots and letter case do not
    /// matter.
    #[must_use]
    pub fn parse(typed: &str) -> Option<Self> {
        let signs = typed.chars().filter(|sign| !sign.is_whitespace() && !matches!(sign, '-' | '.'));
        let number: String = signs.map(|sign| sign.to_ascii_uppercase()).collect();
        let of_prefix = |(prefix, country, forms): &(&'static str, &'static str, &[&str])| {
            let rest = number.strip_prefix(prefix)?;
            forms.iter().any(|form| fits(form, rest)).then(|| (*prefix, rest.to_owned(), *country))
        };
        let (prefix, rest, country) = FORMS.iter().find_map(of_prefix)?;
        Some(Self { prefix, rest, country: country.parse().ok()? })
    }

    /// The two letters that it begins with, EL for Greece.
    #[must_use]
    pub const fn prefix(&self) -> &'static str {
        self.prefix
    }

    /// What comes after them.
    #[must_use]
    pub fn rest(&self) -> &str {
        &self.rest
    }

    /// Where it was given out.
    #[must_use]
    pub const fn member_state(&self) -> Country {
        self.country
    }
}

impl fmt::Debug for VatNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "VatNumber({}***)", self.prefix)
    }
}

/// The member state of a VAT number; `None` where it has no form of one.
#[must_use]
pub fn member_state(vat_id: &str) -> Option<Country> {
    VatNumber::parse(vat_id).map(|number| number.country)
}

/// What a registry says of a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Registration {
    /// Somebody holds it, for trade between member states.
    Valid,
    /// Nobody does.
    Invalid,
    /// The registry did not say, or was not asked.
    Unknown,
}

/// What was said of the session's number, and when. Which number that is stands with the buyer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Verification {
    /// What.
    pub registration: Registration,
    /// When.
    pub at: Timestamp,
}

impl Verification {
    /// Whether it need not be asked again.
    #[must_use]
    pub fn is_fresh(self, now: Timestamp) -> bool {
        self.registration != Registration::Unknown && !(self.at + KEPT).has_come(now)
    }
}

/// What of an exemption that holds by form is left once the registry spoke, and what it is based on; `known` is what was
/// said of this number.
#[must_use]
pub fn proven(
    settings: &Settings,
    by_form: Option<Exemption>,
    known: Option<Verification>,
    now: Timestamp,
) -> (Option<Exemption>, Option<Verification>) {
    let Some(exemption) = by_form.filter(|_| settings.vat_check == VatCheck::Vies) else {
        return (by_form, None);
    };
    let said = known.unwrap_or(Verification { registration: Registration::Unknown, at: now });
    let counts = match said.registration {
        Registration::Valid => true,
        Registration::Invalid => false,
        Registration::Unknown => settings.vat_check_failure == VatCheckFailure::Accept,
    };
    (counts.then_some(exemption), Some(said))
}

fn fits(form: &str, text: &str) -> bool {
    form.len() == text.len()
        && form.bytes().zip(text.bytes()).all(|(wanted, sign)| match wanted {
            b'9' => sign.is_ascii_digit(),
            b'A' => sign.is_ascii_uppercase(),
            b'?' => sign.is_ascii_digit() || sign.is_ascii_uppercase(),
            other => sign == other,
        })
}

fn is_member(country: Country) -> bool {
    FORMS.iter().any(|(_, member, _)| *member == country.code())
}

/// Why a buyer owes a shop no tax.
#[must_use]
pub fn exemption(
    home: Option<Country>,
    vat_id: Option<&str>,
    destination: Option<&Destination>,
) -> Option<Exemption> {
    let (home, buyer, to) = (home?, member_state(vat_id?)?, destination?.country);
    let crosses = is_member(home) && is_member(to) && to != home && buyer != home;
    crosses.then_some(Exemption::ReverseCharge)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn country(code: &str) -> Country {
        code.parse().unwrap()
    }

    #[test]
    fn a_vat_number_is_known_by_its_form() {
        for good in [
            "DE123456789",
            "atu12345678",
            "FR XX 999999999",
            "NL123456789B01",
            "EL123456789",
            "ESX1234567R",
            "IE6388047V",
        ] {
            assert!(member_state(good).is_some(), "{good}");
        }
        for bad in [
            "",
            "DE12345678",
            "DE1234567890",
            "GB123456789",
            "GR123456789",
            "123456789",
            "DE12345678A",
            "ES123456789",
            "DÉ123456789",
        ] {
            assert!(member_state(bad).is_none(), "{bad}");
        }
        assert_eq!(member_state("EL123456789"), Some(country("GR")));
        let greek = VatNumber::parse("el 123-456.789").unwrap();
        assert_eq!((greek.prefix(), greek.rest(), greek.member_state()), ("EL", "123456789", country("GR")));
        assert_eq!(format!("{greek:?}"), "VatNumber(EL***)");
    }

    #[test]
    fn what_the_registry_says_decides_where_it_is_asked() {
        use Registration::{Invalid, Unknown, Valid};
        use VatCheck::{Form, Vies};
        use VatCheckFailure::{Accept, Charge};
        let now = Timestamp::from_ms(7);
        let said = |registration| Verification { registration, at: Timestamp::from_ms(5) };
        let rows = [
            (Form, Charge, None, true, None),
            (Form, Charge, Some(Invalid), true, None),
            (Vies, Charge, Some(Valid), true, Some(said(Valid))),
            (Vies, Accept, Some(Valid), true, Some(said(Valid))),
            (Vies, Charge, Some(Invalid), false, Some(said(Invalid))),
            (Vies, Accept, Some(Invalid), false, Some(said(Invalid))),
            (Vies, Charge, Some(Unknown), false, Some(said(Unknown))),
            (Vies, Accept, Some(Unknown), true, Some(said(Unknown))),
            (Vies, Charge, None, false, Some(Verification { registration: Unknown, at: now })),
            (Vies, Accept, None, true, Some(Verification { registration: Unknown, at: now })),
        ];
        for (vat_check, vat_check_failure, known, exempt, based_on) in rows {
            let usual = Settings::for_currency("EUR".parse().unwrap());
            let settings = Settings { vat_check, vat_check_failure, ..usual };
            let of = |by_form| proven(&settings, by_form, known.map(said), now);
            assert_eq!(
                of(Some(Exemption::ReverseCharge)),
                (exempt.then_some(Exemption::ReverseCharge), based_on),
                "{vat_check:?} {vat_check_failure:?} {known:?}"
            );
            assert_eq!(of(None), (None, None));
        }
    }

    #[test]
    fn an_answer_is_kept_for_a_day_and_no_answer_not_at_all() {
        let at = Timestamp::from_ms(0);
        let (last, over) = (Timestamp::from_ms(86_399_999), Timestamp::from_ms(86_400_000));
        for (registration, fresh) in
            [(Registration::Valid, true), (Registration::Invalid, true), (Registration::Unknown, false)]
        {
            let said = Verification { registration, at };
            assert_eq!((said.is_fresh(last), said.is_fresh(over)), (fresh, false), "{registration:?}");
        }
    }

    #[test]
    fn the_reverse_charge_needs_two_member_states() {
        let to = |code: &str| Destination { country: country(code), region: None, postal_code: None };
        let rows = [
            (Some("DE"), Some("ATU12345678"), Some("AT"), true),
            (Some("DE"), Some("ATU12345678"), Some("FR"), true),
            (Some("DE"), Some("DE123456789"), Some("AT"), false),
            (Some("DE"), Some("ATU12345678"), Some("DE"), false),
            (Some("DE"), Some("ATU12345678"), Some("CH"), false),
            (Some("CH"), Some("ATU12345678"), Some("AT"), false),
            (None, Some("ATU12345678"), Some("AT"), false),
            (Some("DE"), Some("ATU1234"), Some("AT"), false),
            (Some("DE"), None, Some("AT"), false),
            (Some("DE"), Some("ATU12345678"), None, false),
        ];
        for (home, vat_id, destination, exempt) in rows {
            let found = exemption(home.map(country), vat_id, destination.map(to).as_ref());
            assert_eq!(found.is_some(), exempt, "{home:?} {vat_id:?} {destination:?}");
        }
    }
}
