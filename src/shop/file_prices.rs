//! What some buyers pay, as written: quantity breaks, price lists, customers.
//!
//! **Invariant:** as in the file it is a part of: texts, numbers and lists only, and nothing is believed yet.

use schemars::JsonSchema;
use serde::Deserialize;

use super::file::{Amounts, yes};
use crate::domain::{buyer::EMAIL_MAX, customer::WORDS_MAX, money::QUANTITY_MAX, price::BREAK_MIN};

/// A lower price of each unit from some quantity on.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct BreakEntry {
    /// Units of the variant in the cart, over all its lines, from which each costs this.
    #[schemars(range(min = BREAK_MIN, max = QUANTITY_MAX))]
    pub from: u16,
    /// Price of one unit by currency code, as decimal text; below the price, and below that of fewer units.
    pub prices: Amounts,
}

/// Prices for some customers, for some time, or both. Of all prices that apply a shopper gets the lowest.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct PriceListEntry {
    /// Its name, and its identity: unique in the shop.
    #[schemars(length(max = 255))]
    pub name: String,
    /// Groups of customers that get it, any of which will do. Left out: everybody.
    #[serde(default)]
    #[schemars(length(max = WORDS_MAX), inner(length(max = 255)))]
    pub groups: Vec<String>,
    /// From when, such as 2030-01-31T00:00:00Z. Left out: at once.
    #[schemars(extend("format" = "date-time"))]
    pub starts_at: Option<String>,
    /// Until when; this instant is past it. Left out: for good.
    #[schemars(extend("format" = "date-time"))]
    pub ends_at: Option<String>,
    /// Whether it is switched on. Left out: true.
    #[serde(default = "yes")]
    #[schemars(extend("default" = true))]
    pub active: bool,
    /// What it asks for what.
    #[serde(default)]
    pub prices: Vec<ListedPriceEntry>,
}

/// What a list asks for each unit of a variant.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ListedPriceEntry {
    /// The variant, by SKU.
    #[schemars(length(max = 255))]
    pub sku: String,
    /// Units of the variant in the cart from which each costs this. Left out: 1.
    #[serde(default = "one")]
    #[schemars(range(min = 1, max = QUANTITY_MAX), extend("default" = 1))]
    pub from: u16,
    /// Price of one unit by currency code, as decimal text; not above the price.
    pub prices: Amounts,
}

/// What is known of a customer. It counts only where the organization's `trust_email` is true.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct CustomerEntry {
    /// E-mail address, without regard to case. Only a digest of it is stored.
    #[schemars(length(max = EMAIL_MAX))]
    pub email: String,
    /// Groups that price lists ask for.
    #[serde(default)]
    #[schemars(length(max = WORDS_MAX), inner(length(max = 255)))]
    pub groups: Vec<String>,
    /// Words that discounts ask for.
    #[serde(default)]
    #[schemars(length(max = WORDS_MAX), inner(length(max = 255)))]
    pub tags: Vec<String>,
    /// Whether no tax is asked; prices that contain tax are lowered by it. Left out: false.
    #[serde(default)]
    #[schemars(extend("default" = false))]
    pub tax_exempt: bool,
}

/// The fewest units.
const fn one() -> u16 {
    1
}
