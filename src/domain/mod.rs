//! What the product means, pure: no async, clock, chance, environment, serialization, database or GraphQL.
//!
//! **Invariant:** imports nothing but itself; the same input gives the same answer, always.

pub mod buyer;
pub mod cart;
pub mod catalog;
pub mod country;
pub(crate) mod country_list;
pub mod currency;
pub(crate) mod currency_list;
pub mod discount;
pub mod ids;
pub mod instant;
pub mod money;
pub mod pricing;
#[cfg(test)]
mod pricing_tests;
pub mod quote;
pub mod shipping;
pub mod tax;
pub mod tenant;
