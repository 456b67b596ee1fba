//! A shop as rows: what a file declares, what is stored, how the two differ, and how the difference is written.
//!
//! **Invariant:** what is equal is not written. Nothing is deleted but prices, counts and customers that a file no
//! longer states: all else is archived or switched off, so that orders, sessions and holds keep what they point at.

mod difference;
mod name;
mod of_shop;
mod plan;
mod row;
mod row_discount;
mod row_price;
mod row_terms;
mod rows;
mod stock;
mod write;

pub use difference::{Change, Field, Sign, written};
pub use plan::{Choice, Plan, Refusal, plan};
pub use rows::{Rows, look_up};
pub use write::write;
