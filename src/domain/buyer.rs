//! Who buys and where to.
//!
//! **Invariant:** stored text is within its limit and free of control characters. A half-typed address or e-mail
//! is kept as it is; whether it is complete is asked when it matters, at bind.

use super::{
    country::Country,
    place::{is_postal_code, is_region_code},
    postal,
    text::is_blank,
};

/// The most characters of a name, a street, a city.
pub const TEXT_MAX: usize = 255;
/// The most characters of an e-mail address (RFC 5321, 4.5.3.1.3: a path of 256 with its brackets).
pub const EMAIL_MAX: usize = 254;
/// The most characters of a telephone number.
pub const PHONE_MAX: usize = 32;
/// The most characters of a postal code.
pub const POSTAL_CODE_MAX: usize = 20;
/// The most characters of the buyer's message.
pub const MESSAGE_MAX: usize = 2_000;

/// Who buys, as far as given.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Buyer {
    /// Full name.
    pub name: Option<String>,
    /// E-mail address.
    pub email: Option<String>,
    /// Telephone number.
    pub phone: Option<String>,
    /// VAT number of a business in the European Union, as typed.
    pub vat_id: Option<String>,
}

/// Postal address, as far as given.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Address {
    /// Given name.
    pub first_name: Option<String>,
    /// Family name.
    pub last_name: Option<String>,
    /// Company.
    pub company: Option<String>,
    /// Street and number.
    pub address1: Option<String>,
    /// Apartment, suite, floor.
    pub address2: Option<String>,
    /// City.
    pub city: Option<String>,
    /// Region as text.
    pub region: Option<String>,
    /// Region code without the country, the second half of ISO 3166-2.
    pub region_code: Option<String>,
    /// Postal code.
    pub postal_code: Option<String>,
    /// Country.
    pub country: Option<Country>,
    /// Telephone number.
    pub phone: Option<String>,
}

/// Where goods go, as far as shipping and tax ask.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Destination {
    /// Country.
    pub country: Country,
    /// Region code without the country.
    pub region: Option<String>,
    /// Postal code in its normal form (letters and digits only, in capitals).
    pub postal_code: Option<String>,
}

/// The parts of an address that can be missing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AddressPart {
    /// Street and number.
    Address1,
    /// City.
    City,
    /// Region code.
    RegionCode,
    /// Postal code.
    PostalCode,
    /// Country.
    Country,
}

impl AddressPart {
    /// Its name in the schema.
    #[must_use]
    pub const fn field(self) -> &'static str {
        match self {
            Self::Address1 => "address1",
            Self::City => "city",
            Self::RegionCode => "regionCode",
            Self::PostalCode => "postalCode",
            Self::Country => "countryCode",
        }
    }
}

fn blank(text: Option<&String>) -> bool {
    text.is_none_or(|text| is_blank(text))
}

impl Buyer {
    /// The name, where it is not blank.
    #[must_use]
    pub fn given_name(&self) -> Option<&str> {
        self.name.as_deref().map(str::trim).filter(|name| !is_blank(name))
    }

    /// The e-mail address, where it is not blank.
    #[must_use]
    pub fn given_email(&self) -> Option<&str> {
        self.email.as_deref().map(str::trim).filter(|email| !is_blank(email))
    }

    /// The VAT number, where it is not blank.
    #[must_use]
    pub fn given_vat_id(&self) -> Option<&str> {
        self.vat_id.as_deref().map(str::trim).filter(|number| !is_blank(number))
    }

    /// Whether nothing was given.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        [&self.name, &self.email, &self.phone, &self.vat_id].into_iter().all(|text| blank(text.as_ref()))
    }
}

/// Whether mail could be sent there: one `@` with something on both sides, a dot in the domain, no space.
///
/// More would refuse addresses that work; whether mail arrives only mail can tell.
#[must_use]
pub fn is_email(text: &str) -> bool {
    let Some((local, domain)) = text.rsplit_once('@') else { return false };
    let plain = |part: &str| !part.is_empty() && !part.chars().any(|c| c.is_whitespace() || c.is_control());
    let labels =
        domain.split('.').all(|label| !label.is_empty() && !label.starts_with('-') && !label.ends_with('-'));
    text.len() <= EMAIL_MAX
        && plain(local)
        && plain(domain)
        && !local.contains('@')
        && domain.contains('.')
        && labels
}

impl Address {
    /// What is missing to send something there, in the order a form shows it; empty means complete.
    #[must_use]
    pub fn missing(&self) -> Vec<AddressPart> {
        let postal = self.country.is_none_or(Country::has_postal_code);
        let region = self.country.is_some_and(Country::needs_region);
        [
            (self.country.is_none(), AddressPart::Country),
            (blank(self.address1.as_ref()), AddressPart::Address1),
            (blank(self.city.as_ref()), AddressPart::City),
            (region && blank(self.region_code.as_ref()), AddressPart::RegionCode),
            (postal && blank(self.postal_code.as_ref()), AddressPart::PostalCode),
        ]
        .into_iter()
        .filter_map(|(missing, part)| missing.then_some(part))
        .collect()
    }

    /// What is given and cannot be right, in the order a form shows it.
    #[must_use]
    pub fn wrong(&self) -> Vec<AddressPart> {
        let Some(country) = self.country else { return Vec::new() };
        let given = |text: &Option<String>| text.clone().filter(|text| !is_blank(text));
        let region = given(&self.region_code).filter(|text| !is_region_code(country, text));
        let postal = given(&self.postal_code).filter(|text| !is_postal_code(country, text));
        let parts = [(region, AddressPart::RegionCode), (postal, AddressPart::PostalCode)];
        parts.into_iter().filter_map(|(wrong, part)| wrong.map(|_| part)).collect()
    }

    /// Where goods would go, once the country is known.
    #[must_use]
    pub fn destination(&self) -> Option<Destination> {
        let region = self.region_code.as_deref().map(|code| code.trim().to_ascii_uppercase());
        Some(Destination {
            country: self.country?,
            region: region.filter(|code| !code.is_empty()),
            postal_code: self.postal_code.as_deref().map(postal::normal).filter(|code| !code.is_empty()),
        })
    }

    /// The address as lines to print: name, company, street, place, country.
    #[must_use]
    pub fn formatted(&self) -> Vec<String> {
        let join = |parts: &[&Option<String>]| {
            let given: Vec<&str> =
                parts.iter().filter_map(|part| part.as_deref()).filter(|part| !part.is_empty()).collect();
            given.join(" ")
        };
        let region = if self.region_code.is_some() { &self.region_code } else { &self.region };
        let place = if self.country.is_some_and(|country| ["AU", "CA", "GB", "US"].contains(&country.code()))
        {
            join(&[&self.city, region, &self.postal_code])
        } else {
            join(&[&self.postal_code, &self.city, region])
        };
        [
            join(&[&self.first_name, &self.last_name]),
            join(&[&self.company]),
            join(&[&self.address1]),
            join(&[&self.address2]),
            place,
            self.country.map(|country| country.code().to_owned()).unwrap_or_default(),
        ]
        .into_iter()
        .filter(|line| !line.is_empty())
        .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_says_all_that_is_missing_at_once() {
        let nothing = Address::default();
        assert_eq!(nothing.missing().len(), 4);
        let us =
            Address { country: "US".parse().ok(), address1: Some("1 Main St".into()), ..Address::default() };
        assert_eq!(us.missing(), [AddressPart::City, AddressPart::RegionCode, AddressPart::PostalCode]);
        let hk = Address {
            country: "HK".parse().ok(),
            address1: Some("1 Queen's Rd".into()),
            city: Some("Central".into()),
            ..Address::default()
        };
        assert!(hk.missing().is_empty());
    }

    #[test]
    fn an_address_says_what_cannot_be_right() {
        let address = |country: &str, region: &str, postal: &str| Address {
            country: country.parse().ok(),
            region_code: Some(region.into()),
            postal_code: Some(postal.into()),
            ..Address::default()
        };
        assert!(address("US", "tx", "73301").wrong().is_empty());
        assert_eq!(
            address("US", "ON", "K1A 0B1").wrong(),
            [AddressPart::RegionCode, AddressPart::PostalCode]
        );
        assert!(address("HK", "", "anything").wrong().is_empty());
        assert!(address("DE", "TX", "10115").wrong().is_empty());
    }

    #[test]
    fn an_email_needs_two_sides_and_a_domain() {
        for good in ["dana@example.com", "a+b@sub.example.org", "ö@exämple.de"] {
            assert!(is_email(good), "{good}");
        }
        for bad in
            ["", "dana", "dana@", "@example.com", "a@b", "a b@example.com", "a@b@example.com", "a@-x.com"]
        {
            assert!(!is_email(bad), "{bad}");
        }
        assert!(!is_email(&format!("{}@example.com", "a".repeat(250))));
    }

    #[test]
    fn a_region_code_is_read_in_capitals() {
        let address =
            Address { country: "US".parse().ok(), region_code: Some(" ca ".into()), ..Address::default() };
        assert_eq!(address.destination().unwrap().region.as_deref(), Some("CA"));
    }
}
