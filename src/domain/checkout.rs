//! A checkout session: where it stands, and what may be done with it.
//!
//! **Invariant:** the three unbound states are derived, never stored. What is bound stays payable until its payment
//! is proved dead: while a client secret is out, no clock alone ends a session. A final state stays.

use std::sync::Arc;

use super::{
    assessment::Assessment,
    cart::{Line, ships},
    currency::Currency,
    draft::Details,
    ids::{AttemptId, BindingId, ConsignmentId, LineId, OrderId, SessionId},
    instant::{Span, Timestamp},
    money::Minor,
    pricing::Delivery,
    problem::{self, Problem},
    quote::{Offer, Quote},
    tenant::Settings,
    vat::Verification,
};

/// How long a payment that the provider works on is left alone before it is looked up.
const LOOK_AGAIN: Span = Span::from_minutes(5);

/// Where a session stands, as stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Phase {
    /// Not bound.
    Draft,
    /// The total is binding.
    Bound(Bound),
    /// The provider works on a payment of the bound total.
    Processing(Bound),
    /// Paid, or nothing to pay, and turned into an order.
    Completed {
        /// The order.
        order: OrderId,
        /// What was bound, and paid.
        binding: Bound,
        /// When.
        at: Timestamp,
    },
    /// Canceled by the buyer or the merchant.
    Canceled {
        /// When.
        at: Timestamp,
        /// Why, as the client said.
        reason: Option<String>,
    },
    /// Ran out.
    Expired {
        /// When it was found to have.
        at: Timestamp,
    },
}

/// The total that a bind fixed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bound {
    /// The binding.
    pub binding: BindingId,
    /// What is to pay.
    pub total: Minor,
    /// Revision that was bound.
    pub revision: i64,
    /// When.
    pub bound_at: Timestamp,
    /// Until when it holds.
    pub valid_until: Timestamp,
    /// Where the tax came from.
    pub tax_source: String,
    /// How many holds keep its goods and discounts.
    pub holds: i64,
    /// SHA-256 of what was bound, hex.
    pub content_hash: String,
}

/// Where a session stands, as read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// Lines, and nothing else given yet.
    Open,
    /// An ERROR exists.
    NotReadyForPayment,
    /// Nothing blocks.
    ReadyForPayment,
    /// The total is binding.
    Bound,
    /// The provider works on a payment.
    PaymentProcessing,
    /// Turned into an order.
    Completed,
    /// Canceled.
    Canceled,
    /// Ran out.
    Expired,
}

/// What a client may ask of a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    /// Change it.
    Reprice,
    /// Fix its total.
    Bind,
    /// Ask for a payment session.
    PaymentSession,
    /// Finish it where there is nothing to pay, or ask the provider.
    Complete,
    /// Give it up.
    Cancel,
}

/// Why an action is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// Completed or canceled.
    #[error("the session is final")]
    Final,
    /// Ran out.
    #[error("the session has run out")]
    Expired,
    /// A payment may be under way.
    #[error("a payment is under way")]
    PaymentInProgress,
    /// Nothing is bound.
    #[error("the session is not bound")]
    NotBound,
}

/// What was found about a line when it was last priced.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The line.
    pub line: LineId,
    /// What was found.
    pub what: Found,
}

/// What can be found about a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Found {
    /// It is no longer sold, or not in this currency; it keeps its last price.
    Unavailable,
    /// Fewer units are left than asked for.
    Short {
        /// Units that can be sold.
        left: i64,
    },
    /// Its unit price is another than before.
    PriceChanged {
        /// The unit price before.
        before: Minor,
    },
}

/// What the next reader should be told once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Note {
    /// A change released the binding.
    BindingReleased,
    /// The last payment was declined.
    PaymentDeclined,
    /// The chosen rate no longer applied and was cleared.
    RateCleared,
}

/// The last price of a session and what was found on the way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Estimate {
    /// The price.
    pub quote: Quote,
    /// Rates that apply to the first consignment.
    pub offers: Vec<Offer>,
    /// Whether a zone covers its destination; true while there is none.
    pub covered: bool,
    /// The same of the other consignments.
    pub further: Vec<Delivery>,
    /// What was found about lines.
    pub findings: Vec<Finding>,
    /// The last answers of a tax provider, one a consignment.
    pub assessments: Arc<[Assessment]>,
    /// What a registry last said of the VAT number that the buyer gave.
    pub verification: Option<Verification>,
}

/// A purchase on its way to an order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// Its id.
    pub id: SessionId,
    /// Currency of all its amounts, fixed at create.
    pub currency: Currency,
    /// Grows by one with every accepted change of its buyer.
    pub revision: i64,
    /// What the buyer gave.
    pub details: Details,
    /// Its first consignment.
    pub consignment: ConsignmentId,
    /// What is bought.
    pub lines: Vec<Line>,
    /// The last price.
    pub estimate: Estimate,
    /// Where it stands.
    pub phase: Phase,
    /// Its latest payment attempt.
    pub attempt: Option<AttemptId>,
    /// Whether a client secret is out that may still be paid.
    pub secret_out: bool,
    /// Until when what was handed out should be payable; then its intent is canceled.
    pub payable_until: Option<Timestamp>,
    /// What the next reader should be told.
    pub notes: Vec<Note>,
    /// When the token stops working, unless it completes first.
    pub expires_at: Timestamp,
    /// Creation.
    pub created_at: Timestamp,
    /// Last stored change.
    pub updated_at: Timestamp,
}

/// Rates that apply to a consignment, and whether a zone covers it.
pub type Offered<'a> = (&'a [Offer], bool);

impl Estimate {
    /// Rates that apply to each consignment, the first first, and whether a zone covers it.
    pub fn deliveries(&self) -> impl Iterator<Item = Offered<'_>> {
        let further = self.further.iter().map(|other| (other.offers.as_slice(), other.covered));
        std::iter::once((self.offers.as_slice(), self.covered)).chain(further)
    }
}

impl Session {
    /// Where it stands at an instant.
    #[must_use]
    pub fn state(&self, settings: &Settings, now: Timestamp) -> State {
        match &self.phase {
            Phase::Completed { .. } => State::Completed,
            Phase::Canceled { .. } => State::Canceled,
            Phase::Expired { .. } => State::Expired,
            Phase::Processing(_) => State::PaymentProcessing,
            Phase::Draft | Phase::Bound(_) if self.has_run_out(now) => State::Expired,
            // Past its time, but a payment may still come: it reads as bound until that is proved dead.
            Phase::Draft if self.expires_at.has_come(now) => State::Bound,
            Phase::Bound(bound) if self.secret_out || !bound.valid_until.has_come(now) => State::Bound,
            Phase::Draft | Phase::Bound(_) => self.derived(settings),
        }
    }

    fn derived(&self, settings: &Settings) -> State {
        if self.details.is_empty() {
            State::Open
        } else if self.problems(settings).iter().any(Problem::blocks) {
            State::NotReadyForPayment
        } else {
            State::ReadyForPayment
        }
    }

    /// Everything in the way of a payment and what else should be known, in the order a form shows it.
    #[must_use]
    pub fn problems(&self, settings: &Settings) -> Vec<Problem> {
        problem::problems(self, settings)
    }

    /// Whether its time is over and no payment can come any more.
    #[must_use]
    pub fn has_run_out(&self, now: Timestamp) -> bool {
        self.expires_at.has_come(now) && !self.secret_out
    }

    /// When time alone may change what it reads as: the end of its binding or its own.
    #[must_use]
    pub fn turns_at(&self, now: Timestamp) -> Option<Timestamp> {
        let ends = [Some(self.expires_at), self.bound().map(|bound| bound.valid_until)];
        ends.into_iter().flatten().filter(|at| !at.has_come(now)).min()
    }

    /// The binding in force, valid or not.
    #[must_use]
    pub const fn bound(&self) -> Option<&Bound> {
        match &self.phase {
            Phase::Bound(bound) | Phase::Processing(bound) | Phase::Completed { binding: bound, .. } => {
                Some(bound)
            }
            Phase::Draft | Phase::Canceled { .. } | Phase::Expired { .. } => None,
        }
    }

    /// When a worker should look at it next; never once it is final.
    #[must_use]
    pub fn due_at(&self) -> Option<Timestamp> {
        match &self.phase {
            Phase::Completed { .. } | Phase::Canceled { .. } | Phase::Expired { .. } => None,
            // The provider may have told us and we may not have heard.
            Phase::Processing(_) => Some(self.updated_at + LOOK_AGAIN),
            Phase::Draft | Phase::Bound(_) => {
                let payable = self.payable_until.filter(|_| self.secret_out);
                Some(payable.map_or(self.expires_at, |until| until.min(self.expires_at)))
            }
        }
    }

    /// Whether anything must be sent.
    #[must_use]
    pub fn ships(&self) -> bool {
        ships(&self.lines)
    }

    /// Whether a bind without a rate would be refused.
    #[must_use]
    pub fn rate_required(&self) -> bool {
        self.estimate.deliveries().any(|(offers, _)| !offers.is_empty())
    }

    /// Guards every change of the buyer: reprice, lines, bind.
    pub fn may_change(&self, now: Timestamp) -> Result<(), Refused> {
        match &self.phase {
            Phase::Completed { .. } | Phase::Canceled { .. } => Err(Refused::Final),
            Phase::Expired { .. } => Err(Refused::Expired),
            Phase::Processing(_) => Err(Refused::PaymentInProgress),
            Phase::Draft | Phase::Bound(_) if self.has_run_out(now) => Err(Refused::Expired),
            // Past its time with a client secret out: only proof of a dead payment ends it, and nothing is changed.
            Phase::Draft | Phase::Bound(_) if self.expires_at.has_come(now) => {
                Err(Refused::PaymentInProgress)
            }
            Phase::Draft | Phase::Bound(_) => Ok(()),
        }
    }

    /// Guards cancel: every state that is not final and in which no payment is under way.
    pub fn may_cancel(&self, now: Timestamp) -> Result<(), Refused> {
        match self.may_change(now) {
            Err(Refused::PaymentInProgress) if !matches!(self.phase, Phase::Processing(_)) => Ok(()),
            other => other,
        }
    }

    /// Guards the payment session: the binding in force.
    pub fn payable(&self, now: Timestamp) -> Result<&Bound, Refused> {
        self.may_change(now)?;
        match &self.phase {
            Phase::Bound(bound) if self.secret_out || !bound.valid_until.has_come(now) => Ok(bound),
            Phase::Draft
            | Phase::Bound(_)
            | Phase::Processing(_)
            | Phase::Completed { .. }
            | Phase::Canceled { .. }
            | Phase::Expired { .. } => Err(Refused::NotBound),
        }
    }

    /// What would be accepted at an instant. `bind` refuses for the same reasons that [`Session::problems`] lists.
    #[must_use]
    pub fn allowed_actions(&self, settings: &Settings, now: Timestamp) -> Vec<Action> {
        match self.state(settings, now) {
            State::Open | State::NotReadyForPayment | State::ReadyForPayment => {
                vec![Action::Reprice, Action::Bind, Action::Cancel]
            }
            State::Bound if self.may_change(now).is_err() => vec![Action::Complete, Action::Cancel],
            State::Bound => {
                let free = self.bound().is_some_and(|bound| bound.total.is_zero());
                let forward: &[Action] = match (free, self.secret_out) {
                    (true, _) => &[Action::Complete],
                    (false, true) => &[Action::PaymentSession, Action::Complete],
                    (false, false) => &[Action::PaymentSession],
                };
                [&[Action::Reprice, Action::Bind], forward, &[Action::Cancel]].concat()
            }
            State::PaymentProcessing => vec![Action::Complete],
            State::Completed | State::Canceled | State::Expired => Vec::new(),
        }
    }
}
