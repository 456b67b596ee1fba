//! What a verb answers: the session as it stands, and why nothing was done where nothing was.
//!
//! **Invariant:** a business outcome is data with a code and a path; only what nobody foresaw is an error. The session
//! is there after a refusal, too.

use crate::domain::{
    attempt::{Attempt, Failure},
    catalog::Stock,
    checkout::{Action, Refused, Session, State},
    currency::Currency,
    ids::{LineId, VariantId},
    instant::Timestamp,
    money::Minor,
    order::Order,
    quote::Offer,
    tenant::Organization,
};

/// Everything that can be read of a session.
#[derive(Debug, Clone)]
pub struct View {
    /// Its merchant.
    pub organization: Organization,
    /// The session.
    pub session: Session,
    /// Its latest attempt.
    pub attempt: Option<Attempt>,
    /// Its order.
    pub order: Option<Order>,
    /// When it was read.
    pub now: Timestamp,
}

impl View {
    /// Where the session stands.
    #[must_use]
    pub fn state(&self) -> State {
        self.session.state(&self.organization.settings, self.now)
    }

    /// What would be accepted.
    #[must_use]
    pub fn allowed_actions(&self) -> Vec<Action> {
        self.session.allowed_actions(&self.organization.settings, self.now)
    }
}

/// What a verb did.
#[derive(Debug, Clone)]
pub struct Outcome {
    /// The session after it; `None` only where there is none.
    pub view: Option<Box<View>>,
    /// Why nothing was done; empty on success.
    pub refusals: Vec<Refusal>,
}

impl Outcome {
    /// Done.
    #[must_use]
    pub fn done(view: View) -> Self {
        Self { view: Some(Box::new(view)), refusals: Vec::new() }
    }

    /// Not done, and there is no session to show.
    #[must_use]
    pub fn nothing(refusal: Refusal) -> Self {
        Self { view: None, refusals: vec![refusal] }
    }
}

/// Why nothing was done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// What is wrong.
    pub code: Code,
    /// Sentence for the buyer.
    pub message: String,
    /// RFC 9535 path into the arguments.
    pub field: Option<String>,
    /// What a better page needs.
    pub detail: Box<Detail>,
}

/// What a better page needs to know of a refusal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Detail {
    /// Nothing more.
    Plain,
    /// Fewer units are left than asked for.
    Stock {
        /// The variant.
        variant: VariantId,
        /// What can be bought.
        stock: Stock,
    },
    /// Rates to choose from.
    Rates {
        /// Currency of their amounts.
        currency: Currency,
        /// The rates.
        offers: Vec<Offer>,
    },
    /// The state that does not allow it.
    State {
        /// The state.
        state: State,
        /// What is allowed instead.
        allowed: Vec<Action>,
    },
    /// Somebody changed the session.
    Stale {
        /// Its revision now.
        revision: i64,
    },
    /// The total is not the expected one.
    Total {
        /// Currency of both.
        currency: Currency,
        /// What the client sent.
        expected: Minor,
        /// What it is.
        actual: Minor,
        /// Lines whose total changed.
        lines: Vec<LineChange>,
        /// The session as it would have been bound.
        session: Box<Session>,
    },
    /// What the provider said.
    Payment(Option<Failure>),
}

/// A line whose total changed since it was last priced.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LineChange {
    /// The line.
    pub line: LineId,
    /// Its total before.
    pub before: Minor,
    /// Its total now.
    pub after: Minor,
    /// Why.
    pub reason: ChangeReason,
}

/// Why a line's total changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ChangeReason {
    /// The merchant changed the price.
    Price,
    /// A discount no longer applies, or now does.
    Discount,
    /// The tax changed.
    Tax,
}

/// Writes the codes with the sentence for each.
macro_rules! codes {
    ($($(#[doc = $doc:literal])+ $name:ident: $sentence:literal,)*) => {
        /// What is wrong.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum Code {
            $($(#[doc = $doc])+ $name,)*
        }

        impl Code {
            /// Sentence for the buyer.
            #[must_use]
            pub const fn sentence(self) -> &'static str {
                match self { $(Self::$name => $sentence,)* }
            }
        }
    };
}

codes! {
    /// Required and missing or blank.
    Required: "This is required.",
    /// Not valid.
    Invalid: "This is not valid.",
    /// Longer than allowed.
    TooLong: "This is too long.",
    /// More than allowed.
    TooMany: "These are too many.",
    /// Two arguments that exclude each other.
    ConflictingInput: "These do not go together.",
    /// No session for this token.
    SessionNotFound: "There is no such checkout.",
    /// The token has run out.
    SessionExpired: "This checkout has run out.",
    /// Completed or canceled.
    SessionFinal: "This checkout is over.",
    /// Only a bound session can be paid.
    NotBound: "The total is not binding yet.",
    /// A payment is under way.
    PaymentInProgress: "A payment is under way; nothing can be changed now.",
    /// Someone changed the session in between.
    StaleRevision: "This checkout was changed elsewhere.",
    /// The same idempotency key was used with another input.
    IdempotencyConflict: "This idempotency key was used for something else.",
    /// The total is below what the provider takes.
    TotalBelowMinimum: "The total is too small to be paid.",
    /// The total is above what the provider takes.
    TotalTooLarge: "The total is too large to be paid at once.",
    /// The tax provider does not answer, and the shop refuses then.
    TaxUnavailable: "Tax could not be computed, so nothing was bound. Try again.",
    /// No such product, variant or line.
    MerchandiseNotFound: "This is not in the shop.",
    /// Not for sale, or not in this currency.
    MerchandiseUnavailable: "This is not for sale.",
    /// A product with several variants, without a variant.
    VariantRequired: "Choose a variant.",
    /// Too few units left.
    InsufficientStock: "There are not enough left.",
    /// The currency is not sold in.
    CurrencyNotSupported: "The shop does not sell in this currency.",
    /// The customer's name is missing or blank at bind.
    CustomerNameRequired: "A name is required.",
    /// The customer's email is missing or blank at bind.
    CustomerEmailRequired: "An email address is required.",
    /// Goods must be sent and there is no valid address.
    ShippingAddressRequired: "A complete shipping address is required.",
    /// The destination has applicable rates and the bind carried none.
    ShippingRateRequired: "Choose a shipping rate.",
    /// No such rate, or it does not apply here.
    ShippingRateNotApplicable: "This shipping rate does not apply.",
    /// A rate was given without a valid address.
    ShippingRateNeedsAddress: "A shipping rate needs an address.",
    /// A zone covers the destination, but no rate fits.
    ShippingRateUnavailable: "No shipping rate fits this order.",
    /// Nobody ships there.
    DestinationNotCovered: "The shop does not ship there.",
    /// The total is not the expected one.
    TotalChanged: "The total has changed.",
    /// There is nothing to pay.
    PaymentNotRequired: "There is nothing to pay.",
    /// The organization has no way to pay.
    PaymentProviderNotConfigured: "The shop cannot take payments.",
    /// The provider does not answer.
    PaymentProviderUnavailable: "The payment provider does not answer. Try again.",
    /// The provider declined.
    PaymentDeclined: "The payment was declined.",
}

impl Refusal {
    /// With the code's own sentence.
    #[must_use]
    pub fn new(code: Code) -> Self {
        Self { code, message: code.sentence().to_owned(), field: None, detail: Box::new(Detail::Plain) }
    }

    /// At an argument.
    #[must_use]
    pub fn at(code: Code, field: impl Into<String>) -> Self {
        Self { field: Some(field.into()), ..Self::new(code) }
    }

    /// With what a better page needs.
    #[must_use]
    pub fn with(self, detail: Detail) -> Self {
        Self { detail: Box::new(detail), ..self }
    }

    /// From a guard of the session.
    #[must_use]
    pub fn of_state(refused: Refused, view: &View) -> Self {
        let code = match refused {
            Refused::Final => Code::SessionFinal,
            Refused::Expired => Code::SessionExpired,
            Refused::PaymentInProgress => Code::PaymentInProgress,
            Refused::NotBound => Code::NotBound,
        };
        Self::new(code).with(Detail::State { state: view.state(), allowed: view.allowed_actions() })
    }
}
