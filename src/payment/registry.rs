//! Who holds a VAT number, asked of somebody who knows.
//!
//! **Invariant:** no answer is no answer: whoever does not say that a number is held or is not has said nothing, and the
//! merchant's own rule decides. A number is in no log line.

use async_trait::async_trait;

use crate::domain::vat::{Registration, VatNumber};

/// A registry of VAT numbers. Asking changes nothing.
#[async_trait]
pub trait Registry: Send + Sync {
    /// Whether somebody holds a number now.
    async fn look_up(&self, number: &VatNumber) -> Registration;
}
