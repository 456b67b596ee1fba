//! The file as written, and what each of its fields means: the shop file's schema is made of the comments here.
//!
//! **Invariant:** texts, numbers and lists only; nothing here is believed before the other files of this module have
//! read it. A field that is not listed is a fault.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;

use super::{
    file_prices::{BreakEntry, CustomerEntry, PriceListEntry},
    file_terms::{DiscountEntry, TaxEntry, ZoneEntry},
};
use crate::domain::{
    origin::ORIGINS_MAX,
    price::{BREAKS_MAX, LISTS_MAX},
};

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
    /// What takes something off, by code or by itself.
    #[serde(default)]
    pub discounts: Vec<DiscountEntry>,
    /// What some customers pay, or everybody for a while.
    #[serde(default)]
    #[schemars(length(max = LISTS_MAX))]
    pub price_lists: Vec<PriceListEntry>,
    /// Customers of whom something is known. One that is taken out of the file is forgotten.
    #[serde(default)]
    pub customers: Vec<CustomerEntry>,
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
    /// What shipping and handling are taxed with: the taxes that say `on_shipping`, or those of the goods, each for its
    /// share of their worth. Left out: rates.
    #[schemars(extend("enum" = ["rates", "goods"], "default" = "rates"))]
    pub shipping_tax: Option<String>,
    /// Country code of where the shop is registered for tax. With one of the European Union, a business in another member
    /// state that gives its VAT number is not charged tax (reverse charge). Left out: everybody is charged.
    #[schemars(regex(pattern = "^[A-Z]{2}$"))]
    pub home: Option<String>,
    /// Who computes tax: the table in this file, or Stripe Tax by the account below. Left out: table.
    #[schemars(extend("enum" = ["table", "stripe"], "default" = "table"))]
    pub tax_provider: Option<String>,
    /// What a bind does when that provider does not answer: refuse, or use the table and say so. Left out: refuse.
    #[schemars(extend("enum" = ["refuse", "use_table"], "default" = "refuse"))]
    pub tax_failure: Option<String>,
    /// What proves that such a VAT number counts: its form, or VIES, the European Commission's registry of those who hold
    /// one. Left out: form.
    #[schemars(extend("enum" = ["form", "vies"], "default" = "form"))]
    pub vat_check: Option<String>,
    /// What a number is worth that VIES could not be asked about: charge asks tax, accept takes its form for proof. Left
    /// out: charge.
    #[schemars(extend("enum" = ["charge", "accept"], "default" = "charge"))]
    pub vat_check_failure: Option<String>,
    /// Whether typing an e-mail address is proof enough to get what `customers` says of it: groups, tags, exemption from
    /// tax. Whoever knows or guesses an address gets it then, too. Left out: false.
    #[schemars(extend("default" = false))]
    pub trust_email: Option<bool>,
    /// Which documents are run: any that is valid, or those that `checkstand documents push` has stored. Left out: any.
    #[schemars(extend("enum" = ["any", "trusted"], "default" = "any"))]
    pub documents: Option<String>,
    /// Origins of the pages that may ask from a browser, exactly as it sends them, such as `https://shop.example.com`.
    /// Left out: all.
    #[schemars(length(max = ORIGINS_MAX), inner(length(max = 255), regex(pattern = "^https?://[^/]+$")))]
    pub allowed_origins: Option<Vec<String>>,
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
    /// Lower prices of each unit from some quantity on.
    #[serde(default)]
    #[schemars(length(max = BREAKS_MAX))]
    pub breaks: Vec<BreakEntry>,
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

/// True, where that is the default.
pub(super) const fn yes() -> bool {
    true
}

/// The usual class of goods.
pub(super) fn standard() -> String {
    "standard".to_owned()
}
