//! Countries in the schema.
//!
//! **Invariant:** made from the domain's list, so that the two never differ.

use async_graphql::Enum;

use crate::domain::{country::Country, country_list::for_each_country};

macro_rules! country_code {
    ($($code:ident $name:tt,)*) => {
        /// Country or territory, ISO 3166-1 alpha-2 (plus XK for Kosovo).
        /// An enum, so that the explorer, the code generator and a country picker all know the list.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
        #[graphql(rename_items = "UPPERCASE")]
        pub enum CountryCode { $(#[doc = $name] $code,)* }

        impl CountryCode {
            const fn text(self) -> &'static str {
                match self { $(Self::$code => stringify!($code),)* }
            }

            fn of(code: &str) -> Option<Self> {
                match code { $(stringify!($code) => Some(Self::$code),)* _ => None }
            }
        }
    };
}
for_each_country!(country_code);

impl CountryCode {
    /// The domain's country; every code of the schema is on its list.
    #[must_use]
    pub fn country(self) -> Option<Country> {
        self.text().parse().ok()
    }

    /// From the domain's country.
    #[must_use]
    pub fn from_country(country: Country) -> Option<Self> {
        Self::of(country.code())
    }
}
