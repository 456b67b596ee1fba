//! What a shop sells and what it asks for it.
//!
//! **Invariant:** a variant is sold in a currency only at a price that the shop stated in that currency; nothing
//! is ever converted.

use super::{
    currency::Currency,
    ids::{ProductId, VariantId},
    instant::Timestamp,
    money::Minor,
    price::Price,
};

/// An image with what a page needs to lay it out before it has loaded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Image {
    /// Address.
    pub url: String,
    /// Text for people who do not see it.
    pub alt_text: Option<String>,
    /// Width in pixels.
    pub width: Option<i32>,
    /// Height in pixels.
    pub height: Option<i32>,
}

/// A name and one value or several: an option of a product, a chosen option of a variant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProductOption {
    /// For example Size.
    pub name: String,
    /// In the merchant's order.
    pub values: Vec<String>,
}

/// A key and a value.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct SelectedOption {
    /// For example Size.
    pub name: String,
    /// For example M.
    pub value: String,
}

/// Something that is sold, in one or more variants.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Product {
    /// Its id.
    pub id: ProductId,
    /// Part of the page address, unique in the organization.
    pub slug: String,
    /// Name.
    pub title: String,
    /// Plain text or Markdown.
    pub description: String,
    /// Maker.
    pub vendor: Option<String>,
    /// Free text.
    pub category: Option<String>,
    /// Free words.
    pub tags: Vec<String>,
    /// The first is the main one.
    pub images: Vec<Image>,
    /// What variants differ in.
    pub options: Vec<ProductOption>,
    /// Lowest price of a variant, in the default currency.
    pub price_min: Minor,
    /// Highest price of a variant, in the default currency.
    pub price_max: Minor,
    /// Whether it is on sale at all.
    pub published: bool,
    /// Last change.
    pub updated_at: Timestamp,
}

/// How many units can be sold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stock {
    /// Nobody counts.
    Untracked,
    /// So many, less what others hold; never negative.
    Available(i64),
}

impl Stock {
    /// Whether so many units can be sold now.
    #[must_use]
    pub fn covers(self, quantity: i64) -> bool {
        match self {
            Self::Untracked => true,
            Self::Available(left) => left >= quantity,
        }
    }
}

/// One thing that can be put in a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Variant {
    /// Its id.
    pub id: VariantId,
    /// Its product.
    pub product: ProductId,
    /// Stock keeping unit, unique in the organization.
    pub sku: Option<String>,
    /// For example Black / M; empty where the product has no options.
    pub title: String,
    /// Values of the product's options.
    pub selected_options: Vec<SelectedOption>,
    /// Its own image.
    pub image: Option<Image>,
    /// Every currency that it is sold in.
    pub prices: Vec<Price>,
    /// Units left.
    pub stock: Stock,
    /// Whether it must be sent.
    pub requires_shipping: bool,
    /// Whether it is taxed.
    pub taxable: bool,
    /// Which tax rates apply.
    pub tax_class: String,
    /// Weight of one unit in grams.
    pub weight_grams: i64,
    /// Whether it is no longer sold.
    pub archived: bool,
}

impl Variant {
    /// The price in a currency.
    #[must_use]
    pub fn price_in(&self, currency: Currency) -> Option<&Price> {
        self.prices.iter().find(|price| price.currency == currency)
    }
}

/// A variant with what a line needs of its product.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Merchandise {
    /// The variant.
    pub variant: Variant,
    /// Name of the product.
    pub product_title: String,
    /// Words of the product.
    pub product_tags: Vec<String>,
    /// Main image of the product.
    pub product_image: Option<Image>,
    /// Whether the product is on sale at all.
    pub product_published: bool,
}

impl Merchandise {
    /// Whether it is offered at all, in any quantity.
    #[must_use]
    pub const fn is_offered(&self) -> bool {
        self.product_published && !self.variant.archived
    }

    /// Product and variant name as sold.
    #[must_use]
    pub fn sold_as(&self) -> String {
        if self.variant.title.is_empty() {
            self.product_title.clone()
        } else {
            format!("{} - {}", self.product_title, self.variant.title)
        }
    }
}
