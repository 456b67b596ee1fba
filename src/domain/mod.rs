//! What the product means, pure: no async, clock, chance, environment, serialization, database or GraphQL.
//!
//! **Invariant:** imports nothing but itself; the same input gives the same answer, always.

pub mod assessment;
pub mod attempt;
pub mod buy_get;
pub mod buyer;
pub mod cart;
pub mod catalog;
pub mod certificate;
pub mod checkout;
pub mod combine;
pub mod consignment;
pub mod country;
pub mod credential;
pub mod currency;
pub mod customer;
pub mod discount;
pub mod draft;
pub mod explanation;
mod goods;
pub mod ids;
pub mod instant;
pub mod money;
pub mod order;
pub mod origin;
pub mod place;
pub mod postal;
pub mod price;
pub mod pricing;
pub mod problem;
pub mod quote;
pub mod refund;
pub mod refundable;
pub mod replay;
pub mod scope;
pub mod shipping;
pub mod suggestion;
pub mod tax;
mod taxation;
pub mod tenant;
pub mod text;
mod trip;
pub mod vat;
pub mod verdict;

pub(crate) mod country_list;
pub(crate) mod currency_list;

#[cfg(test)]
mod checkout_tests;
#[cfg(test)]
mod consignment_tests;
#[cfg(test)]
mod discount_tests;
#[cfg(test)]
mod fixtures_tests;
#[cfg(test)]
mod invoices_tests;
#[cfg(test)]
mod laws_tests;
#[cfg(test)]
mod oracle_tests;
#[cfg(test)]
mod pricing_tests;
#[cfg(test)]
mod random_tests;
#[cfg(test)]
mod refund_tests;
#[cfg(test)]
mod replay_tests;
