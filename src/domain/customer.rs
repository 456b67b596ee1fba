//! Who buys, as far as the merchant declared.
//!
//! **Invariant:** nobody known is a customer without groups, tags and exemption, so that who cannot be told from a stranger
//! is treated as one.

use super::ids::CustomerId;

/// The most groups, and the most tags, of a customer.
pub const WORDS_MAX: usize = 100;

/// What a merchant declares of a customer.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Customer {
    /// Groups that price lists ask for.
    pub groups: Vec<String>,
    /// Words that discounts ask for.
    pub tags: Vec<String>,
    /// Whether no tax is asked.
    pub tax_exempt: bool,
}

/// A customer as a shop declares it: known by a digest of the e-mail, never by the address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Declared {
    /// Its id.
    pub id: CustomerId,
    /// SHA-256 of the e-mail in lower case, hex.
    pub key: String,
    /// What is declared.
    pub customer: Customer,
}
