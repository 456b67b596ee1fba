//! What a shop charges and takes off, as written: zones and rates, taxes, discounts.
//!
//! **Invariant:** as in the file it is a part of: texts, numbers and lists only, and nothing is believed yet.

use schemars::JsonSchema;
use serde::Deserialize;

use super::file::{standard, yes};
use crate::domain::discount::CODE_MAX;

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
    /// Postal codes of these: a code (`10115`), the start of some (`101*`), or a range of equally long ones
    /// (`10000..10999`). Blanks, hyphens and letter case do not matter. Left out: all of them.
    #[serde(default)]
    #[schemars(length(max = 1000), inner(length(max = 50)))]
    pub postal: Vec<String>,
    /// Postal codes that are left out, in the same form.
    #[serde(default)]
    #[schemars(length(max = 1000), inner(length(max = 50)))]
    pub postal_except: Vec<String>,
    /// Whether it takes what no other zone covers; then it names no country and no region. Left out: false.
    #[serde(default)]
    #[schemars(extend("default" = false))]
    pub rest_of_world: bool,
    /// Ways of shipping, in the order to show.
    #[serde(default)]
    #[schemars(length(max = 500))]
    pub rates: Vec<RateEntry>,
}

/// A way of shipping and its price: exactly one of price, `per_item`, `by_weight` and `by_subtotal`.
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
    /// A price once and one more for each unit that is sent.
    pub per_item: Option<PerItem>,
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
    /// What packing costs beside it, as decimal text; charged also where the rate is free. Left out: nothing.
    #[schemars(regex(pattern = "^[0-9]+(\\.[0-9]+)?$"))]
    pub handling: Option<String>,
    /// Where the goods are picked up, if they are not sent. They are taxed there, and no street is asked of the buyer.
    pub pickup: Option<PickupEntry>,
    /// Days until it arrives: the earliest and the latest.
    pub delivery_days: Option<(u8, u8)>,
}

/// A price once and one more for each unit.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct PerItem {
    /// The price once, as decimal text.
    #[schemars(regex(pattern = "^[0-9]+(\\.[0-9]+)?$"))]
    pub base: String,
    /// For each unit that is sent, as decimal text.
    #[schemars(regex(pattern = "^[0-9]+(\\.[0-9]+)?$"))]
    pub each: String,
}

/// Where goods are picked up.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct PickupEntry {
    /// Name to show, such as the store's.
    #[schemars(length(max = 255))]
    pub name: String,
    /// Street and number.
    #[schemars(length(max = 255))]
    pub address1: String,
    /// City or town.
    #[schemars(length(max = 255))]
    pub city: String,
    /// Postal code, where its country has them.
    #[schemars(length(max = 20))]
    pub postal_code: Option<String>,
    /// Region code without its country, such as CA.
    #[schemars(regex(pattern = "^[A-Z0-9]{1,3}$"))]
    pub region: Option<String>,
    /// Country code of ISO 3166-1.
    #[schemars(regex(pattern = "^[A-Z]{2}$"))]
    pub country: String,
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
    /// Postal codes of it, as in a zone. Left out: all of them.
    #[serde(default)]
    #[schemars(length(max = 1000), inner(length(max = 50)))]
    pub postal: Vec<String>,
    /// Postal codes that are left out, in the same form.
    #[serde(default)]
    #[schemars(length(max = 1000), inner(length(max = 50)))]
    pub postal_except: Vec<String>,
    /// Class of goods that it is on. Left out: standard.
    #[serde(default = "standard")]
    #[schemars(length(max = 255), extend("default" = "standard"))]
    pub class: String,
    /// A fraction as decimal text: "0.0825" is 8.25 percent. At most 6 digits after the point.
    #[schemars(regex(pattern = "^[0-9]+(\\.[0-9]{1,6})?$"))]
    pub rate: String,
    /// Whether its base contains the taxes that do not. Left out: false.
    #[serde(default)]
    #[schemars(extend("default" = false))]
    pub compound: bool,
    /// Whether shipping and handling are taxed, too. Left out: false.
    #[serde(default)]
    #[schemars(extend("default" = false))]
    pub on_shipping: bool,
}

/// Something that takes something off, by code or by itself: exactly one of percentage, amount, `free_shipping` and
/// `buy_get`.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[expect(clippy::struct_excessive_bools, reason = "each is a field of the file")]
pub(super) struct DiscountEntry {
    /// What shoppers type, without regard to case; its identity. Left out: it applies by itself, and its title is its
    /// identity.
    #[schemars(length(max = CODE_MAX))]
    pub code: Option<String>,
    /// Name to show.
    #[schemars(length(max = 255))]
    pub title: String,
    /// A fraction of the goods as decimal text: "0.10" is 10 percent.
    #[schemars(regex(pattern = "^[0-9]+(\\.[0-9]{1,6})?$"))]
    pub percentage: Option<String>,
    /// An amount off the goods, as decimal text; it needs a currency.
    #[schemars(regex(pattern = "^[0-9]+(\\.[0-9]+)?$"))]
    pub amount: Option<String>,
    /// How often the amount is taken: once, of each line, or of each unit. Left out: order.
    #[schemars(extend("enum" = ["order", "line", "unit"], "default" = "order"))]
    pub per: Option<String>,
    /// Whether shipping costs nothing. Left out: false.
    #[serde(default)]
    #[schemars(extend("default" = false))]
    pub free_shipping: bool,
    /// With `free_shipping`: the zones, by name, whose rates cost nothing. Left out: all of them.
    #[serde(default)]
    #[schemars(length(max = 500), inner(length(max = 255)))]
    pub zones: Vec<String>,
    /// With `free_shipping`: the rates that cost nothing, as zone and rate with a slash: `Germany/Parcel`. Left out: all.
    #[serde(default)]
    #[schemars(length(max = 500), inner(length(max = 511)))]
    pub rates: Vec<String>,
    /// Buy some, get something off others.
    pub buy_get: Option<BuyGetEntry>,
    /// The goods it is for, by slug. Left out, with skus and tags: all goods.
    #[serde(default)]
    #[schemars(length(max = 1000), inner(length(max = 63)))]
    pub products: Vec<String>,
    /// The goods it is for, by SKU.
    #[serde(default)]
    #[schemars(length(max = 1000), inner(length(max = 255)))]
    pub skus: Vec<String>,
    /// The goods it is for, by a word of their product.
    #[serde(default)]
    #[schemars(length(max = 100), inner(length(max = 255)))]
    pub tags: Vec<String>,
    /// Currency of its amounts; sessions in another one cannot use it. Left out: any.
    #[schemars(regex(pattern = "^[A-Z]{3}$"))]
    pub currency: Option<String>,
    /// Lowest subtotal of the goods it is for, as decimal text; it needs a currency.
    #[schemars(regex(pattern = "^[0-9]+(\\.[0-9]+)?$"))]
    pub subtotal_min: Option<String>,
    /// Fewest units of the goods it is for.
    #[schemars(range(min = 1, max = 4_294_967_295_u32))]
    pub quantity_min: Option<u32>,
    /// Whether it is for the first order of an e-mail address only. Left out: false.
    #[serde(default)]
    #[schemars(extend("default" = false))]
    pub first_order: bool,
    /// Domains of e-mail addresses it is for, such as example.org. Left out: any. An address is not proved by typing it.
    #[serde(default)]
    #[schemars(length(max = 100), inner(length(max = 255)))]
    pub email_domains: Vec<String>,
    /// Customers it is for, by a word that `customers` says of them. Left out: any.
    #[serde(default)]
    #[schemars(length(max = 100), inner(length(max = 255)))]
    pub customer_tags: Vec<String>,
    /// Country codes of where the goods go. Left out: any.
    #[serde(default)]
    #[schemars(length(max = 300))]
    pub countries: Vec<String>,
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
    /// Whether it may stand beside others. Left out: true.
    #[serde(default = "yes")]
    #[schemars(extend("default" = true))]
    pub combinable: bool,
    /// Which kinds it may stand beside: discounts of some lines, of the order, of shipping; the others must say so, too.
    /// Left out: all, or none where it is not combinable.
    #[schemars(length(max = 3), inner(regex(pattern = "^(lines|order|shipping)$")))]
    pub beside: Option<Vec<String>>,
    /// Where two exclude each other, the higher stays; of equals those that save the shopper most. Left out: 0.
    #[serde(default)]
    #[schemars(range(min = -2_147_483_648_i64, max = 2_147_483_647_i64), extend("default" = 0))]
    pub priority: i32,
}

/// Buy some, get something off others: the cheapest of what may be given.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct BuyGetEntry {
    /// Units to buy each time.
    #[schemars(range(min = 1, max = 9999))]
    pub buy_quantity: u16,
    /// What is bought. Left out: any goods.
    #[serde(default)]
    pub buy: GoodsEntry,
    /// Units given each time.
    #[schemars(range(min = 1, max = 9999))]
    pub get_quantity: u16,
    /// What is given; the shopper puts it in the cart. Left out: any goods.
    #[serde(default)]
    pub get: GoodsEntry,
    /// The fraction off what is given, as decimal text. Left out: "1", which is free.
    #[schemars(regex(pattern = "^[0-9]+(\\.[0-9]{1,6})?$"))]
    pub percentage: Option<String>,
    /// How often in one order. Left out: any number of times.
    #[schemars(range(min = 1, max = 9999))]
    pub times_max: Option<u16>,
}

/// Some of the goods; all of them where nothing is named.
#[derive(Deserialize, JsonSchema, Default)]
#[serde(deny_unknown_fields)]
pub(super) struct GoodsEntry {
    /// All variants of these products, by slug.
    #[serde(default)]
    #[schemars(length(max = 1000), inner(length(max = 63)))]
    pub products: Vec<String>,
    /// These variants, by SKU.
    #[serde(default)]
    #[schemars(length(max = 1000), inner(length(max = 255)))]
    pub skus: Vec<String>,
    /// All products with one of these tags.
    #[serde(default)]
    #[schemars(length(max = 100), inner(length(max = 255)))]
    pub tags: Vec<String>,
}
