//! The file as written, and what each of its fields means: the shop file's schema is made of the comments here.
//!
//! **Invariant:** texts, numbers and lists only; nothing here is believed before the other files of this module have
//! read it. A field that is not listed is a fault.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;

use crate::domain::discount::CODE_MAX;

/// Amounts by currency code, as decimal text.
pub(super) type Amounts = BTreeMap<String, String>;

/// A whole shop, as `checkstand apply` takes it: who sells, what, where to, and what is added and taken off.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(title = "Checkstand shop file")]
pub(super) struct File {
    /// Where this schema is, for editors of JSON; not read.
    #[serde(rename = "$schema")]
    pub _schema: Option<String>,
    /// Who sells, and by which rules.
    pub organization: OrganizationEntry,
    /// How the merchant is paid.
    pub payment: PaymentEntry,
    /// Everything that is sold. A product or variant that is taken out of the file is archived.
    #[serde(default)]
    pub products: Vec<ProductEntry>,
    /// Where goods are sent to. An address in no zone is uncovered.
    #[serde(default)]
    pub zones: Vec<ZoneEntry>,
    /// What is added to prices, or contained in them, by place and class of goods.
    #[serde(default)]
    pub taxes: Vec<TaxEntry>,
    /// Codes that take something off.
    #[serde(default)]
    pub discounts: Vec<DiscountEntry>,
}

/// Who sells, and by which rules.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct OrganizationEntry {
    /// What clients send as x-organization-slug: 1 to 63 of a-z, 0-9 and the hyphen. It is the shop's identity:
    /// another slug is another shop.
    #[schemars(length(max = 63), regex(pattern = "^[a-z0-9]([a-z0-9-]*[a-z0-9])?$"))]
    pub slug: String,
    /// Name to show.
    #[schemars(length(max = 255))]
    pub name: String,
    /// Currency of a session that asks for none, as a code of ISO 4217. It cannot be changed later.
    #[schemars(regex(pattern = "^[A-Z]{3}$"))]
    pub default_currency: String,
    /// All currencies sold in, the default one among them. Nothing is ever converted.
    #[schemars(length(max = 200))]
    pub currencies: Vec<String>,
    /// Whether prices contain tax. Left out: false.
    #[schemars(extend("default" = false))]
    pub taxes_included: Option<bool>,
    /// Where half a minor unit goes: up, or to the even neighbour. Left out: `half_up`.
    #[schemars(extend("enum" = ["half_up", "half_even"], "default" = "half_up"))]
    pub rounding_mode: Option<String>,
    /// Where tax is rounded: on each line, or once on the total. Left out: line.
    #[schemars(extend("enum" = ["line", "total"], "default" = "line"))]
    pub rounding_level: Option<String>,
    /// What an address in no zone means: ships free with a warning, or cannot be paid. Left out: warn.
    #[schemars(extend("enum" = ["warn", "refuse"], "default" = "warn"))]
    pub uncovered: Option<String>,
    /// Whether a bind must say the total that the shopper saw. Left out: false.
    #[schemars(extend("default" = false))]
    pub expected_total_required: Option<bool>,
    /// When the money is taken: at once, or authorized now and taken later. Left out: automatic.
    #[schemars(extend("enum" = ["automatic", "manual"], "default" = "automatic"))]
    pub capture: Option<String>,
    /// Hours that a shopper's session lives. Left out: 24.
    #[schemars(range(min = 1), extend("default" = 24))]
    pub token_hours: Option<u16>,
    /// Minutes that a bound total and its goods are kept. Left out: 15.
    #[schemars(range(min = 1), extend("default" = 15))]
    pub binding_minutes: Option<u16>,
    /// Whether shoppers may see how many units are left. Left out: true.
    #[schemars(extend("default" = true))]
    pub stock_shown: Option<bool>,
}

/// How the merchant is paid. The two last fields name environment variables; a key itself is refused.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct PaymentEntry {
    /// Whether real money moves; the keys must be of the same mode.
    pub live: bool,
    /// Stripe's publishable key, which browsers may see: `pk_live_…` or `pk_test_…`
    #[schemars(length(max = 255), regex(pattern = "^pk_(live|test)_"))]
    pub publishable_key: String,
    /// Name of the environment variable that holds the secret key, such as `STRIPE_SECRET_KEY`.
    #[schemars(length(max = 128), regex(pattern = "^STRIPE_[A-Z0-9_]*$"))]
    pub secret_key: String,
    /// Name of the environment variable that holds the webhook secrets, such as `STRIPE_WEBHOOK_SECRET`.
    #[schemars(length(max = 128), regex(pattern = "^STRIPE_[A-Z0-9_]*$"))]
    pub webhook_secrets: String,
}

/// Something that is sold, in one or more variants.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ProductEntry {
    /// Part of its page's address, and its identity: 1 to 63 of a-z, 0-9 and the hyphen.
    #[schemars(length(max = 63), regex(pattern = "^[a-z0-9]([a-z0-9-]*[a-z0-9])?$"))]
    pub slug: String,
    /// Name to show.
    #[schemars(length(max = 255))]
    pub title: String,
    /// Plain text or Markdown.
    #[schemars(length(max = 20_000))]
    pub description: String,
    /// Who makes it.
    #[schemars(length(max = 255))]
    pub vendor: Option<String>,
    /// One word or so to group products by.
    #[schemars(length(max = 255))]
    pub category: Option<String>,
    /// Words to filter by, each once.
    #[serde(default)]
    #[schemars(length(max = 100), inner(length(max = 255)))]
    pub tags: Vec<String>,
    /// Pictures, the main one first.
    #[serde(default)]
    #[schemars(length(max = 100))]
    pub images: Vec<ImageEntry>,
    /// What its variants differ by. A product without options has one variant.
    #[serde(default)]
    #[schemars(length(max = 10))]
    pub options: Vec<OptionEntry>,
    /// Whether shoppers see it. Left out: true.
    #[serde(default = "yes")]
    #[schemars(extend("default" = true))]
    pub published: bool,
    /// The things that can be put in a cart; at least one.
    pub variants: Vec<VariantEntry>,
}

/// A picture.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ImageEntry {
    /// Its address, which starts with https://
    #[schemars(length(max = 2048), regex(pattern = "^https://"))]
    pub url: String,
    /// What it shows, for those who do not see it.
    #[schemars(length(max = 1000))]
    pub alt_text: Option<String>,
    /// Pixels from left to right.
    pub width: Option<u16>,
    /// Pixels from top to bottom.
    pub height: Option<u16>,
}

/// Something that variants of a product differ by, such as Size.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct OptionEntry {
    /// Its name, such as Size.
    #[schemars(length(max = 255))]
    pub name: String,
    /// Its values in the order to show, such as S, M and L.
    #[schemars(length(max = 500), inner(length(max = 255)))]
    pub values: Vec<String>,
}

/// One thing that can be put in a cart.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct VariantEntry {
    /// Stock keeping unit: its identity, unique in the shop.
    #[schemars(length(max = 255))]
    pub sku: String,
    /// One value for each option of the product.
    #[serde(default)]
    pub options: BTreeMap<String, String>,
    /// Its own picture.
    pub image: Option<ImageEntry>,
    /// Price of one unit by currency code, as decimal text; one in the default currency at least.
    pub prices: Amounts,
    /// Earlier or recommended price by currency code, shown struck through; not below the price.
    #[serde(default)]
    pub compare_at: Amounts,
    /// A lower price, for a while or for good.
    pub sale: Option<SaleEntry>,
    /// Units on the shelf. Applied when it is new and when this figure changes, so that a file applied again does not
    /// bring back what was sold. Left out: not counted.
    #[schemars(range(min = 0, max = 4_294_967_295_u32))]
    pub stock: Option<u32>,
    /// Whether it must be sent. Left out: true.
    #[serde(default = "yes")]
    #[schemars(extend("default" = true))]
    pub requires_shipping: bool,
    /// Whether it is taxed. Left out: true.
    #[serde(default = "yes")]
    #[schemars(extend("default" = true))]
    pub taxable: bool,
    /// Which taxes it meets: those of the same class. Left out: standard.
    #[serde(default = "standard")]
    #[schemars(length(max = 255), extend("default" = "standard"))]
    pub tax_class: String,
    /// Weight of one unit in grams. Left out: 0.
    #[serde(default)]
    #[schemars(range(min = 0, max = 4_294_967_295_u32), extend("default" = 0))]
    pub weight_grams: u32,
    /// Whether it is no longer sold, but stays for old orders. Left out: false.
    #[serde(default)]
    #[schemars(extend("default" = false))]
    pub archived: bool,
}

/// A lower price, for a while or for good.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct SaleEntry {
    /// Price of one unit by currency code, as decimal text; below the price.
    pub prices: Amounts,
    /// From when, such as 2030-01-31T00:00:00Z. Left out: at once.
    #[schemars(extend("format" = "date-time"))]
    pub from: Option<String>,
    /// Until when; this instant is past it. Left out: for good.
    #[schemars(extend("format" = "date-time"))]
    pub until: Option<String>,
}

/// Countries or regions that share shipping rates, or the rest of the world.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ZoneEntry {
    /// Its name, and its identity: unique in the shop, without a slash.
    #[schemars(length(max = 255))]
    pub name: String,
    /// Country codes of ISO 3166-1, such as DE.
    #[serde(default)]
    #[schemars(length(max = 300))]
    pub countries: Vec<String>,
    /// Region codes of ISO 3166-2 with their country, such as US-CA.
    #[serde(default)]
    #[schemars(length(max = 5000))]
    pub regions: Vec<String>,
    /// Whether it takes what no other zone covers; then it names no country and no region. Left out: false.
    #[serde(default)]
    #[schemars(extend("default" = false))]
    pub rest_of_world: bool,
    /// Ways of shipping, in the order to show.
    #[serde(default)]
    #[schemars(length(max = 500))]
    pub rates: Vec<RateEntry>,
}

/// A way of shipping and its price: exactly one of price, `by_weight` and `by_subtotal`.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct RateEntry {
    /// Its name; with zone and currency its identity.
    #[schemars(length(max = 255))]
    pub name: String,
    /// Further text to show.
    #[schemars(length(max = 1000))]
    pub description: Option<String>,
    /// Currency of its amounts; sessions in another one do not see it.
    #[schemars(regex(pattern = "^[A-Z]{3}$"))]
    pub currency: String,
    /// One price for every parcel, as decimal text.
    #[schemars(regex(pattern = "^[0-9]+(\\.[0-9]+)?$"))]
    pub price: Option<String>,
    /// A price for each range of weights, the lightest first; a heavier parcel does not get this rate.
    #[schemars(length(min = 1, max = 100))]
    pub by_weight: Option<Vec<WeightBand>>,
    /// A price for each range of goods subtotals, the lowest first; a dearer cart does not get this rate.
    #[schemars(length(min = 1, max = 100))]
    pub by_subtotal: Option<Vec<SubtotalBand>>,
    /// Goods subtotal from which it costs nothing, as decimal text.
    #[schemars(regex(pattern = "^[0-9]+(\\.[0-9]+)?$"))]
    pub free_from: Option<String>,
    /// Lowest goods subtotal that gets it, as decimal text.
    #[schemars(regex(pattern = "^[0-9]+(\\.[0-9]+)?$"))]
    pub subtotal_min: Option<String>,
    /// Highest goods subtotal that gets it, as decimal text.
    #[schemars(regex(pattern = "^[0-9]+(\\.[0-9]+)?$"))]
    pub subtotal_max: Option<String>,
    /// Days until it arrives: the earliest and the latest.
    pub delivery_days: Option<(u8, u8)>,
}

/// The price up to a weight.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct WeightBand {
    /// Heaviest parcel in grams that has this price.
    #[schemars(range(min = 0, max = 4_294_967_295_u32))]
    pub up_to_grams: u32,
    /// The price, as decimal text.
    #[schemars(regex(pattern = "^[0-9]+(\\.[0-9]+)?$"))]
    pub price: String,
}

/// The price up to a goods subtotal.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct SubtotalBand {
    /// Highest subtotal that has this price, as decimal text.
    #[schemars(regex(pattern = "^[0-9]+(\\.[0-9]+)?$"))]
    pub up_to: String,
    /// The price, as decimal text.
    #[schemars(regex(pattern = "^[0-9]+(\\.[0-9]+)?$"))]
    pub price: String,
}

/// A tax of a place on a class of goods.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct TaxEntry {
    /// Name to show, such as VAT; with country, region and class its identity.
    #[schemars(length(max = 255))]
    pub name: String,
    /// Country code of ISO 3166-1, such as DE.
    #[schemars(regex(pattern = "^[A-Z]{2}$"))]
    pub country: String,
    /// Region code without its country, such as CA. Left out: the whole country.
    #[schemars(regex(pattern = "^[A-Z0-9]{1,3}$"))]
    pub region: Option<String>,
    /// Class of goods that it is on. Left out: standard.
    #[serde(default = "standard")]
    #[schemars(length(max = 255), extend("default" = "standard"))]
    pub class: String,
    /// A fraction as decimal text: "0.0825" is 8.25 percent. At most 6 digits after the point.
    #[schemars(regex(pattern = "^[0-9]+(\\.[0-9]{1,6})?$"))]
    pub rate: String,
    /// Whether shipping is taxed, too. Left out: false.
    #[serde(default)]
    #[schemars(extend("default" = false))]
    pub on_shipping: bool,
}

/// A code that takes something off: exactly one of percentage, amount and `free_shipping`.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct DiscountEntry {
    /// What shoppers type, without regard to case; its identity.
    #[schemars(length(max = CODE_MAX))]
    pub code: String,
    /// Name to show.
    #[schemars(length(max = 255))]
    pub title: String,
    /// A fraction of the goods as decimal text: "0.10" is 10 percent.
    #[schemars(regex(pattern = "^[0-9]+(\\.[0-9]{1,6})?$"))]
    pub percentage: Option<String>,
    /// An amount off the goods, as decimal text; it needs a currency.
    #[schemars(regex(pattern = "^[0-9]+(\\.[0-9]+)?$"))]
    pub amount: Option<String>,
    /// Whether shipping costs nothing. Left out: false.
    #[serde(default)]
    #[schemars(extend("default" = false))]
    pub free_shipping: bool,
    /// Currency of its amounts; sessions in another one cannot use it. Left out: any.
    #[schemars(regex(pattern = "^[A-Z]{3}$"))]
    pub currency: Option<String>,
    /// Lowest goods subtotal, as decimal text; it needs a currency.
    #[schemars(regex(pattern = "^[0-9]+(\\.[0-9]+)?$"))]
    pub subtotal_min: Option<String>,
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
    /// How many orders may use it in total. Left out: any number.
    #[schemars(range(min = 1, max = 4_294_967_295_u32))]
    pub usage_limit: Option<u32>,
    /// How many orders of one e-mail address may use it. Left out: any number.
    #[schemars(range(min = 1, max = 4_294_967_295_u32))]
    pub customer_limit: Option<u32>,
    /// Whether it may stand beside other codes. Left out: true.
    #[serde(default = "yes")]
    #[schemars(extend("default" = true))]
    pub combinable: bool,
    /// Which code stays where two exclude each other: the higher. Left out: 0.
    #[serde(default)]
    #[schemars(range(min = -2_147_483_648_i64, max = 2_147_483_647_i64), extend("default" = 0))]
    pub priority: i32,
}

const fn yes() -> bool {
    true
}

fn standard() -> String {
    "standard".to_owned()
}
