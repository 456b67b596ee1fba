//! The file as written.
//!
//! **Invariant:** texts and numbers only; nothing here is believed before the other files of this module have read
//! it. A field that is not listed is a fault.

use std::collections::BTreeMap;

use serde::Deserialize;
use toml::{Value, value::Datetime};

/// Amounts by currency code, as decimal text.
pub(super) type Amounts = BTreeMap<String, String>;

/// Its sections, each entry still to be read, so that a fault in one does not hide those of the others.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct File {
    pub organization: Value,
    pub payment: Value,
    #[serde(default)]
    pub products: Vec<Value>,
    #[serde(default)]
    pub zones: Vec<Value>,
    #[serde(default)]
    pub taxes: Vec<Value>,
    #[serde(default)]
    pub discounts: Vec<Value>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct OrganizationEntry {
    pub slug: String,
    pub name: String,
    pub default_currency: String,
    pub currencies: Vec<String>,
    pub taxes_included: Option<bool>,
    pub rounding_mode: Option<String>,
    pub rounding_level: Option<String>,
    pub uncovered: Option<String>,
    pub expected_total_required: Option<bool>,
    pub capture: Option<String>,
    pub token_hours: Option<u16>,
    pub binding_minutes: Option<u16>,
    pub stock_shown: Option<bool>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct PaymentEntry {
    pub live: bool,
    pub publishable_key: String,
    pub secret_key: String,
    pub webhook_secrets: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ProductEntry {
    pub slug: String,
    pub title: String,
    pub description: String,
    pub vendor: Option<String>,
    pub category: Option<String>,
    #[serde(default)]
    pub tags: Vec<String>,
    #[serde(default)]
    pub images: Vec<ImageEntry>,
    #[serde(default)]
    pub options: Vec<OptionEntry>,
    #[serde(default = "yes")]
    pub published: bool,
    pub variants: Vec<VariantEntry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ImageEntry {
    pub url: String,
    pub alt_text: Option<String>,
    pub width: Option<u16>,
    pub height: Option<u16>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct OptionEntry {
    pub name: String,
    pub values: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct VariantEntry {
    pub sku: String,
    #[serde(default)]
    pub options: BTreeMap<String, String>,
    pub image: Option<ImageEntry>,
    pub prices: Amounts,
    #[serde(default)]
    pub compare_at: Amounts,
    pub sale: Option<SaleEntry>,
    pub stock: Option<u32>,
    #[serde(default = "yes")]
    pub requires_shipping: bool,
    #[serde(default = "yes")]
    pub taxable: bool,
    #[serde(default = "standard")]
    pub tax_class: String,
    #[serde(default)]
    pub weight_grams: u32,
    #[serde(default)]
    pub archived: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SaleEntry {
    pub prices: Amounts,
    pub from: Option<Datetime>,
    pub until: Option<Datetime>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ZoneEntry {
    pub name: String,
    #[serde(default)]
    pub countries: Vec<String>,
    #[serde(default)]
    pub regions: Vec<String>,
    #[serde(default)]
    pub rest_of_world: bool,
    #[serde(default)]
    pub rates: Vec<RateEntry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RateEntry {
    pub name: String,
    pub description: Option<String>,
    pub currency: String,
    pub price: Option<String>,
    pub by_weight: Option<Vec<WeightBand>>,
    pub by_subtotal: Option<Vec<SubtotalBand>>,
    pub free_from: Option<String>,
    pub subtotal_min: Option<String>,
    pub subtotal_max: Option<String>,
    pub delivery_days: Option<(u8, u8)>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct WeightBand {
    pub up_to_grams: u32,
    pub price: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SubtotalBand {
    pub up_to: String,
    pub price: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct TaxEntry {
    pub name: String,
    pub country: String,
    pub region: Option<String>,
    #[serde(default = "standard")]
    pub class: String,
    pub rate: String,
    #[serde(default)]
    pub on_shipping: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct DiscountEntry {
    pub code: String,
    pub title: String,
    pub percentage: Option<String>,
    pub amount: Option<String>,
    #[serde(default)]
    pub free_shipping: bool,
    pub currency: Option<String>,
    pub subtotal_min: Option<String>,
    pub starts_at: Option<Datetime>,
    pub ends_at: Option<Datetime>,
    #[serde(default = "yes")]
    pub active: bool,
    pub usage_limit: Option<u32>,
    pub customer_limit: Option<u32>,
    #[serde(default = "yes")]
    pub combinable: bool,
    #[serde(default)]
    pub priority: i32,
}

const fn yes() -> bool {
    true
}

fn standard() -> String {
    "standard".to_owned()
}
