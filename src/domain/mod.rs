//! What the product means, pure: no async, clock, chance, environment, serialization, database or GraphQL.
//!
//! **Invariant:** imports nothing but itself; the same input gives the same answer, always.

pub mod attempt;
pub mod buyer;
pub mod cart;
pub mod catalog;
pub mod checkout;
pub mod country;
pub mod currency;
pub mod discount;
pub mod draft;
pub mod ids;
pub mod instant;
pub mod money;
pub mod order;
pub mod place;
pub mod pricing;
pub mod problem;
pub mod quote;
pub mod shipping;
pub mod tax;
pub mod tenant;
pub mod text;
pub mod verdict;

pub(crate) mod country_list;
pub(crate) mod currency_list;

#[cfg(test)]
mod checkout_tests;
#[cfg(test)]
mod pricing_tests;
