//! Currencies in the schema.
//!
//! **Invariant:** made from the domain's list, so that the two never differ.

use async_graphql::Enum;

use crate::domain::{
    currency::{Currency, UnknownCurrency},
    currency_list::for_each_currency,
};

macro_rules! currency_code {
    ($first:ident $first_name:tt, $($code:ident $name:tt,)*) => {
        /// Currency, ISO 4217 alphabetic code of an active currency.
        /// The number of minor digits of each is in its description; amounts are never rounded to another scale.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
        #[graphql(rename_items = "UPPERCASE")]
        pub enum CurrencyCode { #[doc = $first_name] $first, $(#[doc = $name] $code,)* }

        impl CurrencyCode {
            const fn text(self) -> &'static str {
                match self { Self::$first => stringify!($first), $(Self::$code => stringify!($code),)* }
            }
        }

        impl From<Currency> for CurrencyCode {
            // Both come from one list, so the first is never taken for an unknown one.
            fn from(currency: Currency) -> Self {
                match currency.code() { $(stringify!($code) => Self::$code,)* _ => Self::$first }
            }
        }
    };
}
for_each_currency!(currency_code);

impl TryFrom<CurrencyCode> for Currency {
    type Error = UnknownCurrency;

    fn try_from(code: CurrencyCode) -> Result<Self, UnknownCurrency> {
        code.text().parse()
    }
}
