//! Small objects that several nouns share: images, attributes, addresses, taxes, pages.
//!
//! **Invariant:** each is a plain translation of its domain value.

use async_graphql::{Enum, SimpleObject};

use super::{
    country::CountryCode,
    scalar::{Decimal, Money, Url},
};
use crate::domain::{
    buyer::{self, Address},
    cart, catalog,
    currency::Currency,
    quote::{self, Tax},
};

/// A key and value that the client stored; the server keeps them and never reads them.
#[derive(Debug, Clone, SimpleObject)]
pub struct Attribute {
    /// Key, at most 64 characters.
    key: String,
    /// Value, at most 500 characters.
    value: String,
}

impl From<&cart::Attribute> for Attribute {
    fn from(of: &cart::Attribute) -> Self {
        Self { key: of.key.clone(), value: of.value.clone() }
    }
}

/// An image with what a page needs to lay it out before it has loaded.
#[derive(Debug, Clone, SimpleObject)]
pub struct Image {
    /// Address of the image.
    url: Url,
    /// Text for people who do not see the image.
    alt_text: Option<String>,
    /// Width in pixels, when known.
    width: Option<i32>,
    /// Height in pixels, when known.
    height: Option<i32>,
}

impl From<&catalog::Image> for Image {
    fn from(of: &catalog::Image) -> Self {
        Self { url: Url(of.url.clone()), alt_text: of.alt_text.clone(), width: of.width, height: of.height }
    }
}

/// Postal address of a person or company. All parts are nullable, as a buyer types them one by one;
/// `CheckoutSession.messages` says which are still missing.
#[derive(Debug, Clone, SimpleObject)]
pub struct MailingAddress {
    /// Given name.
    first_name: Option<String>,
    /// Family name.
    last_name: Option<String>,
    /// Company or organization.
    company: Option<String>,
    /// Street and number.
    address1: Option<String>,
    /// Apartment, suite, floor.
    address2: Option<String>,
    /// City, town or village.
    city: Option<String>,
    /// State, province or other region, as text.
    region: Option<String>,
    /// Region code without the country, the second half of ISO 3166-2: CA for California.
    region_code: Option<String>,
    /// Postal or ZIP code.
    postal_code: Option<String>,
    /// Country.
    country_code: Option<CountryCode>,
    /// Telephone number, as given.
    phone: Option<String>,
    /// The address as lines, in the order usual in its country.
    formatted: Vec<String>,
}

impl From<&Address> for MailingAddress {
    fn from(of: &Address) -> Self {
        Self {
            first_name: of.first_name.clone(),
            last_name: of.last_name.clone(),
            company: of.company.clone(),
            address1: of.address1.clone(),
            address2: of.address2.clone(),
            city: of.city.clone(),
            region: of.region.clone(),
            region_code: of.region_code.clone(),
            postal_code: of.postal_code.clone(),
            country_code: of.country.and_then(CountryCode::from_country),
            phone: of.phone.clone(),
            formatted: of.formatted(),
        }
    }
}

/// Who buys.
#[derive(Debug, Clone, SimpleObject)]
pub struct CheckoutCustomer {
    /// Full name.
    name: Option<String>,
    /// Email address.
    email: Option<String>,
    /// Telephone number.
    phone: Option<String>,
    /// VAT number of a business in the European Union.
    vat_id: Option<String>,
}

impl CheckoutCustomer {
    /// `None` while nothing was given.
    #[must_use]
    pub fn of(buyer: &buyer::Buyer) -> Option<Self> {
        let given = Self {
            name: buyer.name.clone(),
            email: buyer.email.clone(),
            phone: buyer.phone.clone(),
            vat_id: buyer.vat_id.clone(),
        };
        (!buyer.is_empty()).then_some(given)
    }
}

/// One tax of an amount.
#[derive(Debug, Clone, SimpleObject)]
pub struct TaxLine {
    /// Name to show, for example "California sales tax" or "VAT".
    title: String,
    /// Rate as a fraction: "0.0825" is 8.25 percent.
    rate: Decimal,
    /// Amount of this tax.
    amount: Money,
    /// Where the tax applies: an ISO 3166 code such as DE or US-CA; null when the provider gave none.
    jurisdiction: Option<String>,
    /// Whether `amount` is contained in the prices already.
    included: bool,
    /// What was taxed.
    scope: TaxScope,
}

impl TaxLine {
    /// A tax in a currency.
    #[must_use]
    pub fn of(tax: &Tax, currency: Currency, included: bool) -> Self {
        Self {
            title: tax.title.to_string(),
            rate: Decimal(tax.rate.normalize()),
            amount: Money::of(tax.amount, currency),
            jurisdiction: Some(tax.jurisdiction.to_string()),
            included,
            scope: match tax.scope {
                quote::TaxScope::Lines => TaxScope::Lines,
                quote::TaxScope::Shipping => TaxScope::Shipping,
            },
        }
    }
}

/// What a tax line was computed on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
pub enum TaxScope {
    /// Goods.
    Lines,
    /// Shipping and handling.
    Shipping,
}

/// Where a page of a connection stands, as the Relay cursor connection specification has it.
#[derive(Debug, Clone, Default, SimpleObject)]
pub struct PageInfo {
    /// Whether more edges follow this page.
    pub has_next_page: bool,
    /// Whether edges precede this page.
    pub has_previous_page: bool,
    /// Cursor of the first edge of this page; null when the page is empty.
    pub start_cursor: Option<String>,
    /// Cursor of the last edge of this page; null when the page is empty.
    pub end_cursor: Option<String>,
}
