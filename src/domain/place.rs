//! What postal codes and region codes look like, where that is settled.
//!
//! **Invariant:** a code is refused only where its country is on the list and no valid code there looks so; spaces,
//! hyphens, letter case and full-width digits never decide. Whether a code is in use only its post office knows.

use super::country::Country;

/// Shapes of postal codes: `9` is a digit, `A` a letter, other signs themselves. Spaces and hyphens are left out on both
/// sides. (Universal Postal Union, addressing systems of its members.)
const POSTAL_SHAPES: &[(&str, &[&str])] = &[
    ("AT", &["9999"]),
    ("AU", &["9999"]),
    ("BE", &["9999", "B9999"]),
    ("BR", &["99999999"]),
    ("CA", &["A9A9A9"]),
    ("CH", &["9999", "CH9999"]),
    ("CN", &["999999"]),
    ("CZ", &["99999"]),
    ("DE", &["99999", "D99999"]),
    ("DK", &["9999", "DK9999"]),
    ("EE", &["99999"]),
    ("ES", &["99999"]),
    ("FI", &["99999", "FI99999"]),
    ("FR", &["99999", "F99999"]),
    ("GB", &["A99AA", "A999AA", "AA99AA", "AA999AA", "A9A9AA", "AA9A9AA", "GIR0AA"]),
    ("GR", &["99999"]),
    ("HU", &["9999"]),
    ("IN", &["999999"]),
    ("IT", &["99999"]),
    ("JP", &["9999999"]),
    ("KR", &["99999"]),
    ("LU", &["9999", "L9999"]),
    ("MX", &["99999"]),
    ("NL", &["9999AA"]),
    ("NO", &["9999", "NO9999"]),
    ("NZ", &["9999"]),
    ("PL", &["99999"]),
    ("PT", &["9999999", "9999"]),
    ("SE", &["99999", "SE99999", "S99999"]),
    ("SG", &["999999"]),
    ("TR", &["99999"]),
    ("US", &["99999", "999999999"]),
    ("ZA", &["9999"]),
];

/// Regions of the countries that need one (ISO 3166-2; for the United States with the territories and the military
/// addresses of its postal service).
const REGIONS: &[(&str, &str)] = &[
    ("AU", "ACT NSW NT QLD SA TAS VIC WA"),
    ("BR", "AC AL AM AP BA CE DF ES GO MA MG MS MT PA PB PE PI PR RJ RN RO RR RS SC SE SP TO"),
    ("CA", "AB BC MB NB NL NS NT NU ON PE QC SK YT"),
    (
        "US",
        "AA AE AK AL AP AR AS AZ CA CO CT DC DE FL FM GA GU HI IA ID IL IN KS KY LA MA MD ME MH MI MN MO MP MS MT NC \
         ND NE NH NJ NM NV NY OH OK OR PA PR PW RI SC SD TN TX UM UT VA VI VT WA WI WV WY",
    ),
];

/// Whether a text can be a postal code of a country.
#[must_use]
pub fn is_postal_code(country: Country, text: &str) -> bool {
    let Some((_, shapes)) = POSTAL_SHAPES.iter().find(|(code, _)| *code == country.code()) else {
        return true;
    };
    let signs: Vec<char> = text.chars().filter_map(plain).collect();
    let fits = |shape: &str| {
        shape.chars().count() == signs.len()
            && shape.chars().zip(&signs).all(|(wanted, sign)| match wanted {
                '9' => sign.is_ascii_digit(),
                'A' => sign.is_ascii_uppercase(),
                other => *sign == other,
            })
    };
    shapes.iter().any(|shape| fits(shape))
}

/// A sign as it counts; `None` for what only separates.
fn plain(sign: char) -> Option<char> {
    match sign {
        '\u{ff10}'..='\u{ff19}' => char::from_u32(u32::from(sign) - 0xff10 + u32::from('0')),
        '-' | '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{ff0d}' | '\u{30fc}' => None,
        other if other.is_whitespace() => None,
        other => Some(other.to_ascii_uppercase()),
    }
}

/// Whether a text can be the code of a region of a country.
#[must_use]
pub fn is_region_code(country: Country, text: &str) -> bool {
    let code = text.trim().to_ascii_uppercase();
    let of = REGIONS.iter().find(|(place, _)| *place == country.code());
    of.is_none_or(|(_, regions)| regions.split(' ').any(|region| region == code))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn country(code: &str) -> Country {
        code.parse().unwrap()
    }

    #[test]
    fn a_postal_code_looks_as_it_does_in_its_country() {
        let rows = [
            ("US", "73301 73301-0001", "1234 7330A 733011 TX"),
            ("CA", "K1A0B1 k1a-0b1", "K1A0B 12345 1K1A0B"),
            ("GB", "SW1A1AA M11AE EC1A-1BB gir0aa", "SW1A 12345 SW1A1A1"),
            ("DE", "10115 D-10115", "1011 101155 ABCDE"),
            ("NL", "1012AB 1012-ab", "1012 AB1012"),
            ("JP", "100-0001 １００－０００１", "100000 ABCDEFG"),
            ("PL", "00-001", "0-001"),
            ("IE", "D02AF30 anything", ""),
        ];
        for (code, good, bad) in rows {
            for text in good.split(' ') {
                assert!(is_postal_code(country(code), text), "{code} {text}");
            }
            for text in bad.split_whitespace() {
                assert!(!is_postal_code(country(code), text), "{code} {text}");
            }
        }
        assert!(is_postal_code(country("GB"), " sw1a 1aa "));
    }

    #[test]
    fn a_region_is_one_of_its_country_where_the_country_needs_one() {
        assert!(is_region_code(country("US"), " tx ") && is_region_code(country("CA"), "QC"));
        assert!(!is_region_code(country("US"), "ON") && !is_region_code(country("AU"), "TX"));
        assert!(is_region_code(country("DE"), "BE"));
    }

    #[test]
    fn both_lists_name_countries_that_exist() {
        for code in POSTAL_SHAPES.iter().map(|row| row.0).chain(REGIONS.iter().map(|row| row.0)) {
            assert!(code.parse::<Country>().is_ok_and(Country::has_postal_code), "{code}");
        }
    }
}
