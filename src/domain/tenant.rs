//! The merchant whose storefront this is, and what the merchant decided.
//!
//! **Invariant:** a slug is lower-case ASCII, so that two spellings never name one organization.

use std::{fmt, str::FromStr};

use super::{
    country::Country,
    currency::Currency,
    ids::OrganizationId,
    instant::Span,
    money::{RoundingLevel, RoundingMode},
    origin::Origin,
    tax::ShippingTax,
};

/// The value of `x-organization-slug`: 1 to 63 of a-z, 0-9 and the hyphen, which neither starts nor ends it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Slug(String);

/// A text that can name no organization.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not an organization slug")]
pub struct InvalidSlug;

impl Slug {
    /// As text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Slug {
    type Err = InvalidSlug;

    fn from_str(text: &str) -> Result<Self, InvalidSlug> {
        let plain =
            text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-');
        let edges = text.starts_with('-') || text.ends_with('-');
        if (1..=63).contains(&text.len()) && plain && !edges {
            Ok(Self(text.to_owned()))
        } else {
            Err(InvalidSlug)
        }
    }
}

impl fmt::Display for Slug {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What to do with a destination that no zone covers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum UncoveredPolicy {
    /// Sell, charge no shipping, and say so in a warning.
    #[default]
    Warn,
    /// Refuse to bind.
    Refuse,
}

/// When the money is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Capture {
    /// At once.
    #[default]
    Automatic,
    /// Authorized at once, taken later by the merchant.
    Manual,
}

/// Who computes tax.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum TaxProvider {
    /// The shop's own table.
    #[default]
    Table,
    /// Stripe Tax, by the shop's account with Stripe.
    Stripe,
}

/// What a bind does when the tax provider does not answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum TaxFailure {
    /// It refuses.
    #[default]
    Refuse,
    /// It takes the shop's own table, and says so.
    UseTable,
}

/// What proves that a buyer's VAT number counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum VatCheck {
    /// Its form.
    #[default]
    Form,
    /// The European Commission's registry of those who hold one, VIES.
    Vies,
}

/// What a number is worth that the registry could not be asked about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum VatCheckFailure {
    /// Nothing: tax is charged. Tax that was charged can be given back; tax that was not is the merchant's to pay.
    #[default]
    Charge,
    /// As much as its form.
    Accept,
}

/// Which documents are run for storefronts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum DocumentPolicy {
    /// Any that is valid.
    #[default]
    Any,
    /// Those that the merchant trusts.
    Trusted,
}

/// What the merchant decided.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each is a decision of its own")]
pub struct Settings {
    /// Currency of a session when the client asks for none.
    pub default_currency: Currency,
    /// All currencies sold in; contains the default.
    pub currencies: Vec<Currency>,
    /// Whether prices contain tax.
    pub taxes_included: bool,
    /// How fractions of a minor unit are rounded.
    pub rounding_mode: RoundingMode,
    /// Where tax is rounded.
    pub rounding_level: RoundingLevel,
    /// What to do with a destination that no zone covers.
    pub uncovered: UncoveredPolicy,
    /// Whether a bind must say the total that the shopper saw.
    pub expected_total_required: bool,
    /// When the money is taken.
    pub capture: Capture,
    /// How long a token works unless its session completes first.
    pub token_lifetime: Span,
    /// How long a bound total holds.
    pub binding_lifetime: Span,
    /// Whether shoppers may see how many units are left.
    pub stock_shown: bool,
    /// What shipping and handling are taxed with.
    pub shipping_tax: ShippingTax,
    /// Where the shop is registered for tax. Needed for the reverse charge.
    pub home: Option<Country>,
    /// Who computes tax.
    pub tax_provider: TaxProvider,
    /// What a bind does when that provider does not answer.
    pub tax_failure: TaxFailure,
    /// What proves that a VAT number counts.
    pub vat_check: VatCheck,
    /// What one is worth that could not be looked up.
    pub vat_check_failure: VatCheckFailure,
    /// Whether a typed e-mail is proof enough for what was declared of the customer with that address.
    pub trust_email: bool,
    /// Which documents are run.
    pub documents: DocumentPolicy,
    /// Where pages may come from that ask; from anywhere where nothing is said.
    pub allowed_origins: Option<Vec<Origin>>,
}

impl Settings {
    /// The defaults for a shop that sells in one currency.
    #[must_use]
    pub fn for_currency(currency: Currency) -> Self {
        Self {
            default_currency: currency,
            currencies: vec![currency],
            taxes_included: false,
            rounding_mode: RoundingMode::default(),
            rounding_level: RoundingLevel::default(),
            uncovered: UncoveredPolicy::default(),
            expected_total_required: false,
            capture: Capture::default(),
            token_lifetime: Span::from_hours(24),
            binding_lifetime: Span::from_minutes(15),
            stock_shown: true,
            shipping_tax: ShippingTax::default(),
            home: None,
            tax_provider: TaxProvider::default(),
            tax_failure: TaxFailure::default(),
            vat_check: VatCheck::default(),
            vat_check_failure: VatCheckFailure::default(),
            trust_email: false,
            documents: DocumentPolicy::default(),
            allowed_origins: None,
        }
    }
}

/// A merchant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Organization {
    /// Its id.
    pub id: OrganizationId,
    /// Its name in requests.
    pub slug: Slug,
    /// Its name to show.
    pub name: String,
    /// What it decided.
    pub settings: Settings,
    /// Grows with every change of its zones, rates and taxes.
    pub terms_version: i64,
    /// Grows with every change of the documents that it trusts.
    pub documents_version: i64,
    /// Whether it takes no orders: its buyers can read and change nothing, and what they have paid still settles.
    pub suspended: bool,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slug_has_one_spelling() {
        for good in ["demo", "a", "shop-2"] {
            assert!(good.parse::<Slug>().is_ok(), "{good}");
        }
        for bad in ["", "Demo", "dеmo", "../x", "-a", "a-", "a b", &"a".repeat(64)] {
            assert!(bad.parse::<Slug>().is_err(), "{bad}");
        }
    }
}
