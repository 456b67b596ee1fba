//! The change that solves a problem, where the server knows one.
//!
//! **Invariant:** applied as given, it makes its problem go away, and nothing that the buyer did not have before is added.
//! Where only the buyer can know, there is none.

use super::{
    cart::{Line, demand},
    checkout::{Found, Session},
    ids::LineId,
    problem::Problem,
    quote::Offer,
    shipping::Rate,
};

/// A change that solves a problem.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Suggestion {
    /// Sets a line to this many units; 0 removes it.
    SetQuantity {
        /// The line.
        line: LineId,
        /// Units.
        quantity: i64,
    },
    /// Chooses a rate.
    SelectRate(Box<Rate>),
    /// Takes a code out.
    RemoveCode(String),
}

impl Problem {
    /// The change that solves it in this session; `None` where only the buyer can know.
    #[must_use]
    pub fn suggestion(&self, session: &Session) -> Option<Suggestion> {
        match self {
            Self::Unavailable { line, .. } => Some(Suggestion::SetQuantity { line: *line, quantity: 0 }),
            Self::OutOfStock { line, left, .. } => {
                let short = session.lines.iter().find(|other| other.id == *line)?;
                Some(Suggestion::SetQuantity { line: *line, quantity: fitting(session, short, *left) })
            }
            // A rate beside the first belongs to a list of consignments, which only the client has whole.
            Self::RateRequired(0) | Self::RateCleared(0) => {
                let offers = session.estimate.offers.iter();
                if offers.clone().any(|offer| offer.selected) {
                    return None;
                }
                // The first of those that cost the same.
                let cheapest: &Offer = offers.min_by_key(|offer| offer.grand_total)?;
                Some(Suggestion::SelectRate(Box::new(cheapest.rate.clone())))
            }
            Self::CodeRejected { code, .. } => {
                let codes = &session.details.codes;
                // Of two that are spelled alike one applies, and a text does not say which.
                let alone = codes.iter().filter(|other| *other == code).count() == 1;
                alone.then(|| Suggestion::RemoveCode(code.clone()))
            }
            Self::NoLines
            | Self::NameMissing
            | Self::EmailMissing
            | Self::EmailInvalid
            | Self::VatIdInvalid
            | Self::AddressMissing(..)
            | Self::AddressInvalid(..)
            | Self::Uncovered { .. }
            | Self::NoRateFits(_)
            | Self::RateRequired(_)
            | Self::RateCleared(_)
            | Self::PriceChanged { .. }
            | Self::CertificateRejected { .. }
            | Self::TaxFallback
            | Self::VatIdNotRegistered
            | Self::VatIdNotVerified
            | Self::TotalBelowMinimum { .. }
            | Self::TotalTooLarge
            | Self::BindingReleased
            | Self::PaymentDeclined => None,
        }
    }
}

/// What of a variant is left for one line when the other lines of that variant keep theirs. What is no longer sold at all
/// had better go.
fn fitting(session: &Session, short: &Line, left: i64) -> i64 {
    let gone = |found: &super::checkout::Finding| found.line == short.id && found.what == Found::Unavailable;
    if session.estimate.findings.iter().any(gone) {
        return 0;
    }
    let all = demand(&session.lines).into_iter().find(|(variant, _)| *variant == short.item.variant);
    let others = all.map_or(0, |(_, wanted)| wanted - short.quantity);
    (left - others).max(0)
}
