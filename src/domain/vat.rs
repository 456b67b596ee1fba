//! VAT numbers of the European Union, and when the buyer owes the tax itself.
//!
//! **Invariant:** only the form of a number is known here, not whether it was ever given out. The reverse charge needs
//! a shop that is registered in one member state, goods that go to another, and a number of another than the shop's
//! (Council Directive 2006/112/EC, article 138).

use super::{buyer::Destination, country::Country, quote::Exemption};

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

/// The member state of a VAT number; `None` where it has no form of one. Blanks, hyphens, dots and letter case do not
/// matter.
#[must_use]
pub fn member_state(vat_id: &str) -> Option<Country> {
    let signs = vat_id.chars().filter(|sign| !sign.is_whitespace() && !matches!(sign, '-' | '.'));
    let number: String = signs.map(|sign| sign.to_ascii_uppercase()).collect();
    let of_prefix = |(prefix, country, forms): &(&str, &'static str, &[&str])| {
        let rest = number.strip_prefix(prefix)?;
        forms.iter().any(|form| fits(form, rest)).then_some(*country)
    };
    FORMS.iter().find_map(of_prefix)?.parse().ok()
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
