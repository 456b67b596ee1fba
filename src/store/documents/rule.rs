//! Rules of a merchant: what a discount is for, which postal codes are meant.
//!
//! **Invariant:** a rule read back decides as the one that was written.

use sea_orm::JsonValue;

use crate::{
    domain::{
        buy_get::BuyGet,
        country::Country,
        discount::{Beside, Freed, Per},
        postal::Postal,
        scope::Scope,
        tax::ShippingTax,
    },
    store::stored::{Stored, Unreadable, stored, stored_words},
};

stored_words! {
    Per { Order = "order", Line = "line", Unit = "unit" }
    ShippingTax { Rates = "rates", Goods = "goods" }
}

/// What a discount asks for, beside what its row has columns for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::store) struct Rule {
    /// How often an amount is taken.
    pub(in crate::store) per: Per,
    /// Which rates cost nothing.
    pub(in crate::store) freed: Freed,
    /// Buy some, get something off others.
    pub(in crate::store) buy_get: Option<BuyGet>,
    /// What it may stand beside.
    pub(in crate::store) beside: Beside,
    /// Fewest units.
    pub(in crate::store) quantity_min: Option<i64>,
    /// Whether it is for a first order only.
    pub(in crate::store) first_order: bool,
    /// Domains of e-mail addresses.
    pub(in crate::store) email_domains: Vec<String>,
    /// Countries that goods go to.
    pub(in crate::store) countries: Vec<Country>,
    /// Words that the merchant declared of a customer.
    pub(in crate::store) customer_tags: Vec<String>,
}

stored! {
    Rule { per, freed, buy_get, beside, quantity_min, first_order, email_domains, countries; customer_tags }
    Freed { rates, zones }
    BuyGet { buy, buy_quantity, get, get_quantity, off, times_max }
    Beside { lines, order, shipping }
}

/// Written by its fields, and read from an empty list as nothing, which earlier versions wrote.
macro_rules! stored_or_empty {
    ($($type:ty { $($field:ident),* })*) => {$(
        impl Stored for $type {
            fn to_json(&self) -> JsonValue {
                let fields = [$((stringify!($field).to_owned(), self.$field.to_json())),*];
                JsonValue::Object(fields.into_iter().collect())
            }
            fn from_json(json: &JsonValue) -> Result<Self, Unreadable> {
                if json.as_array().is_some_and(Vec::is_empty) {
                    return Ok(Self::default());
                }
                Ok(Self {
                    $($field: Stored::from_json(json.get(stringify!($field)).unwrap_or(&JsonValue::Null))?,)*
                })
            }
        }
    )*};
}

stored_or_empty! {
    Postal { only, except }
    Scope { products, variants, tags }
}
