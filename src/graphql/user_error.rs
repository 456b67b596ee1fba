//! Why a mutation did nothing, as types that carry what a page needs.
//!
//! **Invariant:** each refusal has one type and one code; both matches are exhaustive.

use std::sync::Arc;

use async_graphql::{ComplexObject, Context, Enum, Interface, Result, SimpleObject};

use super::{
    catalog::ProductVariant,
    checkout::{CheckoutAction, CheckoutSessionState},
    checkout_line::CheckoutLine,
    loader,
    payment::PaymentFailure,
    scalar::Money,
    shipping::ShippingRateQuote,
};
use crate::{
    domain::{catalog::Stock, currency::Currency, ids::VariantId, money::Minor, tenant::Organization},
    flows::outcome::{ChangeReason, Code, Detail, LineChange, Refusal, View},
};

/// Why a mutation did nothing. `code`, `message` and `field` are enough for most pages; the types behind
/// the interface carry what a better page needs. New types and codes may be added; keep a default branch.
#[derive(Interface)]
#[graphql(
    field(
        name = "code",
        ty = "&CheckoutErrorCode",
        desc = "What is wrong. Switch on this, never on message."
    ),
    field(name = "message", ty = "&String", desc = "Sentence for the buyer, in English."),
    field(
        name = "field",
        ty = "&Option<String>",
        desc = "RFC 9535 JSONPath into the arguments of the mutation, for example $.draft.lines[0].quantity; null when no argument is to blame."
    )
)]
pub enum CheckoutUserError {
    /// An argument is missing or not valid.
    Validation(CheckoutValidationError),
    /// Fewer units are left than asked for.
    Stock(InsufficientStockError),
    /// A bind without a rate.
    Rates(ShippingRateRequiredError),
    /// The state does not allow it.
    State(SessionStateError),
    /// The session changed.
    Stale(StaleRevisionError),
    /// The total changed.
    Total(TotalChangedError),
    /// The provider refused.
    Payment(CheckoutPaymentError),
}

/// Writes an error type with the fields of the interface and its own.
macro_rules! user_error {
    ($(#[doc = $doc:literal])+ $name:ident { $($(#[doc = $field_doc:literal])+ $field:ident: $ty:ty,)* }) => {
        $(#[doc = $doc])+
        #[derive(SimpleObject)]
        pub struct $name {
            /// What is wrong.
            code: CheckoutErrorCode,
            /// Sentence for the buyer.
            message: String,
            /// `JSONPath` into the arguments.
            field: Option<String>,
            $($(#[doc = $field_doc])+ $field: $ty,)*
        }
    };
}

user_error! {
    /// An argument is missing or not valid, or what it names cannot be had.
    CheckoutValidationError {}
}
user_error! {
    /// A bind without shippingRateId, although the destination has applicable rates.
    ShippingRateRequiredError {
        /// Rates to choose from.
        applicable_shipping_rates: Vec<ShippingRateQuote>,
    }
}
user_error! {
    /// The state of the session does not allow the call.
    SessionStateError {
        /// State of the session.
        state: CheckoutSessionState,
        /// What is allowed instead.
        allowed_actions: Vec<CheckoutAction>,
    }
}
user_error! {
    /// The session changed since the client read it.
    StaleRevisionError {
        /// Revision now.
        current_revision: i32,
    }
}
user_error! {
    /// The binding total is not the one that the buyer saw.
    TotalChangedError {
        /// What the client sent.
        expected: Money,
        /// What the total is.
        actual: Money,
        /// The lines whose total changed since they were last priced.
        lines: Vec<LineTotalChange>,
    }
}
user_error! {
    /// The payment provider refused, or could not be reached.
    CheckoutPaymentError {
        /// What the provider said.
        failure: Option<PaymentFailure>,
    }
}

/// Fewer units are left than asked for.
#[derive(SimpleObject)]
#[graphql(complex)]
pub struct InsufficientStockError {
    /// `INSUFFICIENT_STOCK`.
    code: CheckoutErrorCode,
    /// Sentence for the buyer.
    message: String,
    /// `JSONPath` into the arguments.
    field: Option<String>,
    #[graphql(skip)]
    tenant: Arc<Organization>,
    #[graphql(skip)]
    variant: VariantId,
    #[graphql(skip)]
    stock: Stock,
}

#[ComplexObject]
impl InsufficientStockError {
    /// The variant; null when the merchant deleted it since.
    async fn variant(&self, ctx: &Context<'_>) -> Result<Option<ProductVariant>> {
        let found = loader::variant(ctx, self.tenant.id, self.variant).await?;
        Ok(found.map(|found| ProductVariant { tenant: Arc::clone(&self.tenant), found }))
    }

    /// Units that can be bought.
    async fn quantity_available(&self) -> i32 {
        match self.stock {
            Stock::Available(left) => i32::try_from(left).unwrap_or(i32::MAX),
            Stock::Untracked => i32::MAX,
        }
    }
}

/// A line whose total changed.
#[derive(SimpleObject)]
pub struct LineTotalChange {
    /// The line.
    line: CheckoutLine,
    /// Its total before.
    before: Money,
    /// Its total now.
    after: Money,
    /// Why it changed.
    reason: LineChangeReason,
}

/// Why a line's total changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
pub enum LineChangeReason {
    /// The merchant changed the price.
    Price,
    /// A discount no longer applies, or now does.
    Discount,
    /// The tax changed.
    Tax,
}

impl CheckoutUserError {
    /// A refusal as its type; `view` is the session as it is, where there is one.
    #[must_use]
    pub fn of(refusal: Refusal, tenant: Option<&Arc<Organization>>, view: Option<&Arc<View>>) -> Self {
        let code = CheckoutErrorCode::from(refusal.code);
        let (message, field) = (refusal.message, refusal.field);
        match *refusal.detail {
            Detail::Plain => Self::Validation(CheckoutValidationError { code, message, field }),
            Detail::Stock { variant, stock } => match tenant.cloned() {
                Some(tenant) => {
                    Self::Stock(InsufficientStockError { code, message, field, tenant, variant, stock })
                }
                None => Self::Validation(CheckoutValidationError { code, message, field }),
            },
            Detail::Rates { currency, offers } => Self::Rates(ShippingRateRequiredError {
                code,
                message,
                field,
                applicable_shipping_rates: offers
                    .iter()
                    .map(|offer| ShippingRateQuote::of(offer, currency))
                    .collect(),
            }),
            Detail::State { state, allowed } => Self::State(SessionStateError {
                code,
                message,
                field,
                state: state.into(),
                allowed_actions: allowed.into_iter().map(CheckoutAction::from).collect(),
            }),
            Detail::Stale { revision } => {
                let current_revision = i32::try_from(revision).unwrap_or(i32::MAX);
                Self::Stale(StaleRevisionError { code, message, field, current_revision })
            }
            Detail::Total { currency, expected, actual, lines, session } => {
                let money = |amount: Minor| Money::of(amount, currency);
                let fresh = view.map(|view| Arc::new(View { session: *session, ..View::clone(view) }));
                let lines = fresh.iter().flat_map(|fresh| changes(&lines, fresh, currency)).collect();
                let (expected, actual) = (money(expected), money(actual));
                Self::Total(TotalChangedError { code, message, field, expected, actual, lines })
            }
            Detail::Payment(failure) => {
                let failure = failure.as_ref().map(PaymentFailure::from);
                Self::Payment(CheckoutPaymentError { code, message, field, failure })
            }
        }
    }
}

fn changes(changes: &[LineChange], view: &Arc<View>, currency: Currency) -> Vec<LineTotalChange> {
    let change = |change: &LineChange| {
        Some(LineTotalChange {
            line: CheckoutLine::of(view, change.line)?,
            before: Money::of(change.before, currency),
            after: Money::of(change.after, currency),
            reason: match change.reason {
                ChangeReason::Price => LineChangeReason::Price,
                ChangeReason::Discount => LineChangeReason::Discount,
                ChangeReason::Tax => LineChangeReason::Tax,
            },
        })
    };
    changes.iter().filter_map(change).collect()
}

/// Writes the codes of the schema from those of the flows.
macro_rules! error_codes {
    ($($(#[doc = $doc:literal])+ $name:ident,)*) => {
        /// What is wrong with a checkout mutation. New values may be added; keep a default branch.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
        pub enum CheckoutErrorCode {
            $($(#[doc = $doc])+ $name,)*
        }

        impl From<Code> for CheckoutErrorCode {
            fn from(code: Code) -> Self {
                match code { $(Code::$name => Self::$name,)* }
            }
        }
    };
}

error_codes! {
    /// Required and missing or blank.
    Required,
    /// Not valid.
    Invalid,
    /// Longer than allowed.
    TooLong,
    /// More than allowed.
    TooMany,
    /// Two arguments that exclude each other.
    ConflictingInput,
    /// No session for this token.
    SessionNotFound,
    /// The token has run out.
    SessionExpired,
    /// The session is COMPLETED or CANCELED.
    SessionFinal,
    /// Only a BOUND session can be paid.
    NotBound,
    /// A payment is under way; nothing can be changed.
    PaymentInProgress,
    /// Someone changed the session in between.
    StaleRevision,
    /// The same idempotency key was used with another input.
    IdempotencyConflict,
    /// The total is below what the payment provider takes in this currency.
    TotalBelowMinimum,
    /// The total is above what the payment provider takes.
    TotalTooLarge,
    /// No such product, variant or line.
    MerchandiseNotFound,
    /// Not for sale, or not in this currency.
    MerchandiseUnavailable,
    /// itemId of a product with several variants, without variantId.
    VariantRequired,
    /// Too few units left.
    InsufficientStock,
    /// The currency is not sold in.
    CurrencyNotSupported,
    /// The customer's name is missing or blank at bind.
    CustomerNameRequired,
    /// The customer's email is missing or blank at bind.
    CustomerEmailRequired,
    /// Goods must be sent and there is no valid address.
    ShippingAddressRequired,
    /// The destination has applicable rates and the bind carried none.
    ShippingRateRequired,
    /// No such rate, or it does not apply here.
    ShippingRateNotApplicable,
    /// A rate was given without a shipping or billing address.
    ShippingRateNeedsAddress,
    /// A zone covers the destination, but no rate fits the order.
    ShippingRateUnavailable,
    /// Nobody ships there, and the shop refuses then.
    DestinationNotCovered,
    /// Tax could not be computed, so nothing was bound. Try again.
    TaxUnavailable,
    /// The total is not the expected one.
    TotalChanged,
    /// There is nothing to pay; use checkoutSessionComplete.
    PaymentNotRequired,
    /// The organization has no way to pay.
    PaymentProviderNotConfigured,
    /// The provider does not answer. Try again.
    PaymentProviderUnavailable,
    /// The provider declined.
    PaymentDeclined,
}
