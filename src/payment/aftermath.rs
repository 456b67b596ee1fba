//! What became of a payment after it was taken, as the provider lists it: of one intent, or of the whole account.
//!
//! **Invariant:** a dispute says where the money is, not what the provider calls its step: whatever is not known to leave
//! the money with the merchant counts as open.

use crate::domain::{attempt::AttemptStatus, ids::RefundId};

/// Money of an intent that went back, as the provider lists it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GivenBack {
    /// The provider's id of the refund.
    pub id: String,
    /// Our id of it; none of what was given back by hand.
    pub ours: Option<RefundId>,
    /// How much, as on the wire.
    pub wire: i64,
    /// Why the bank sent it back, where it did: then the money is the merchant's again.
    pub failure: Option<String>,
}

/// A card holder's objection, as the provider lists it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dispute {
    /// The provider's id of it.
    pub id: String,
    /// How much, as on the wire; it may be more than was taken, as rates of exchange move.
    pub wire: i64,
    /// Its currency, as on the wire, in upper case.
    pub currency: String,
    /// Where the money is.
    pub money: DisputedMoney,
}

/// Where disputed money is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DisputedMoney {
    /// With the provider, until the bank decides.
    Withdrawn,
    /// With the merchant: a mere inquiry, or one that was won or prevented.
    Merchants,
    /// With the card holder, for good.
    Lost,
}

impl DisputedMoney {
    /// By the provider's word for where a dispute stands.
    #[must_use]
    pub fn of(word: &str) -> Self {
        match word {
            "won" | "prevented" => Self::Merchants,
            "lost" => Self::Lost,
            inquiry if inquiry.starts_with("warning_") => Self::Merchants,
            // Open ones, and words that nobody knows yet: no more is given back until it is clear.
            _ => Self::Withdrawn,
        }
    }
}

/// What an account can list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Listing {
    /// Its refunds.
    Refunds,
    /// Its disputes.
    Disputes,
    /// Its intents.
    Intents,
}

/// One thing that an account lists.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Listed {
    /// A refund.
    Refund(GivenBack),
    /// A dispute.
    Dispute(Dispute),
    /// An intent, and where it stands.
    Intent(AttemptStatus),
}

/// A page of a list, newest first.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Page {
    /// What is listed, each with the provider's id of its intent.
    pub listed: Vec<(String, Listed)>,
    /// After what the next page begins, where there is one.
    pub next: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn money_is_with_the_merchant_only_where_the_word_says_so() {
        use DisputedMoney::{Lost, Merchants, Withdrawn};
        for (word, expected) in [
            ("needs_response", Withdrawn),
            ("under_review", Withdrawn),
            ("won", Merchants),
            ("prevented", Merchants),
            ("warning_needs_response", Merchants),
            ("warning_under_review", Merchants),
            ("warning_closed", Merchants),
            ("lost", Lost),
            ("in_arbitration", Withdrawn),
        ] {
            assert_eq!(DisputedMoney::of(word), expected, "{word}");
        }
    }
}
