//! What mutations return.
//!
//! **Invariant:** the session is there after a refusal, too; `userErrors` is empty exactly on success.

use std::sync::Arc;

use async_graphql::{Interface, SimpleObject};
use secrecy::ExposeSecret;

use super::{
    checkout::CheckoutSession, order::Order, payment::PaymentSession, scalar::DateTime,
    user_error::CheckoutUserError,
};
use crate::{
    domain::tenant::Organization,
    flows::{
        create::Created,
        outcome::{Outcome, Refusal, View},
        pay,
    },
};

/// What every checkout mutation returns. One fragment on this interface serves all of them.
#[expect(clippy::large_enum_variant, reason = "only the schema knows it; no value of it is ever made")]
#[derive(Interface)]
#[graphql(
    field(
        name = "checkout_session",
        ty = "&Option<CheckoutSession>",
        desc = "The session after the call; after an error, as it still is. Null only when there is none."
    ),
    field(
        name = "user_errors",
        ty = "&Vec<CheckoutUserError>",
        desc = "Why nothing was done, at most 20 reasons. Empty on success."
    )
)]
pub enum CheckoutSessionPayload {
    /// Of create.
    Create(CheckoutSessionCreatePayload),
    /// Of reprice.
    Reprice(CheckoutSessionRepricePayload),
    /// Of adding lines.
    LinesAdd(CheckoutSessionLinesAddPayload),
    /// Of updating lines.
    LinesUpdate(CheckoutSessionLinesUpdatePayload),
    /// Of removing lines.
    LinesRemove(CheckoutSessionLinesRemovePayload),
    /// Of the message.
    CustomerMessage(CheckoutSessionCustomerMessageUpdatePayload),
    /// Of bind.
    Bind(CheckoutSessionBindPayload),
    /// Of the payment session.
    PaymentSession(CheckoutSessionPaymentSessionPayload),
    /// Of complete.
    Complete(CheckoutSessionCompletePayload),
    /// Of cancel.
    Cancel(CheckoutSessionCancelPayload),
}

/// More than a page can show; a long list of wrong lines must not make a longer answer.
const USER_ERRORS_MAX: usize = 20;

/// An outcome, translated.
struct Told {
    view: Option<Arc<View>>,
    user_errors: Vec<CheckoutUserError>,
}

impl Told {
    fn of(outcome: Outcome, tenant: Option<&Arc<Organization>>) -> Self {
        let view = outcome.view.map(|view| Arc::new(*view));
        let error = |refusal| CheckoutUserError::of(refusal, tenant, view.as_ref());
        let user_errors = outcome.refusals.into_iter().take(USER_ERRORS_MAX).map(error).collect();
        Self { view, user_errors }
    }

    fn session(&self) -> Option<CheckoutSession> {
        self.view.clone().map(CheckoutSession)
    }
}

/// Writes the payloads that have a session and errors only.
macro_rules! plain_payload {
    ($($(#[doc = $doc:literal])+ $name:ident,)*) => {$(
        $(#[doc = $doc])+
        #[derive(SimpleObject)]
        pub struct $name {
            /// The session after the call; after an error, as it still is.
            checkout_session: Option<CheckoutSession>,
            /// Why nothing was done. Empty on success.
            user_errors: Vec<CheckoutUserError>,
        }

        impl $name {
            /// From an outcome.
            #[must_use]
            pub fn of(outcome: Outcome, tenant: &Arc<Organization>) -> Self {
                let told = Told::of(outcome, Some(tenant));
                Self { checkout_session: told.session(), user_errors: told.user_errors }
            }
        }
    )*};
}

plain_payload! {
    /// Result of checkoutSessionReprice.
    CheckoutSessionRepricePayload,
    /// Result of checkoutSessionLinesAdd.
    CheckoutSessionLinesAddPayload,
    /// Result of checkoutSessionLinesUpdate.
    CheckoutSessionLinesUpdatePayload,
    /// Result of checkoutSessionLinesRemove.
    CheckoutSessionLinesRemovePayload,
    /// Result of checkoutSessionCustomerMessageUpdate.
    CheckoutSessionCustomerMessageUpdatePayload,
    /// Result of checkoutSessionBind. The session is BOUND on success.
    CheckoutSessionBindPayload,
    /// Result of checkoutSessionCancel.
    CheckoutSessionCancelPayload,
}

/// Result of checkoutSessionCreate.
#[derive(SimpleObject)]
pub struct CheckoutSessionCreatePayload {
    /// The new session.
    checkout_session: Option<CheckoutSession>,
    /// The raw token, here and nowhere else. Null on error. Keep it on the client for this checkout only.
    token: Option<String>,
    /// When the token stops working.
    token_expires_at: Option<DateTime>,
    /// Why nothing was done. Empty on success.
    user_errors: Vec<CheckoutUserError>,
}

impl CheckoutSessionCreatePayload {
    /// From what create did.
    #[must_use]
    pub fn of(created: Created, tenant: &Arc<Organization>) -> Self {
        let told = Told::of(created.outcome, Some(tenant));
        Self {
            token_expires_at: told.view.as_ref().map(|view| DateTime(view.session.expires_at)),
            checkout_session: told.session(),
            token: created.token.map(|token| token.expose_secret().to_owned()),
            user_errors: told.user_errors,
        }
    }

    /// For input that went no further.
    #[must_use]
    pub fn refused(refusals: Vec<Refusal>, tenant: &Arc<Organization>) -> Self {
        Self::of(Created { outcome: Outcome { view: None, refusals }, token: None }, tenant)
    }
}

/// Result of checkoutSessionPaymentSession.
#[derive(SimpleObject)]
pub struct CheckoutSessionPaymentSessionPayload {
    /// The session after the call.
    checkout_session: Option<CheckoutSession>,
    /// What the browser needs; null on error.
    payment_session: Option<PaymentSession>,
    /// Why there is no payment session. Empty on success.
    user_errors: Vec<CheckoutUserError>,
}

impl CheckoutSessionPaymentSessionPayload {
    /// From what pay did.
    #[must_use]
    pub fn of(
        outcome: Outcome,
        payment: Option<pay::PaymentSession>,
        tenant: Option<&Arc<Organization>>,
    ) -> Self {
        let told = Told::of(outcome, tenant);
        Self {
            checkout_session: told.session(),
            payment_session: payment.map(PaymentSession::from),
            user_errors: told.user_errors,
        }
    }
}

/// Result of checkoutSessionComplete.
#[derive(SimpleObject)]
pub struct CheckoutSessionCompletePayload {
    /// The session after the call; COMPLETED, or `PAYMENT_PROCESSING` while the provider works.
    checkout_session: Option<CheckoutSession>,
    /// The order, when there is one already.
    order: Option<Order>,
    /// Why nothing was completed. Empty on success.
    user_errors: Vec<CheckoutUserError>,
}

impl CheckoutSessionCompletePayload {
    /// From what complete did.
    #[must_use]
    pub fn of(outcome: Outcome, tenant: Option<&Arc<Organization>>) -> Self {
        let told = Told::of(outcome, tenant);
        Self {
            order: told.view.as_ref().and_then(Order::of),
            checkout_session: told.session(),
            user_errors: told.user_errors,
        }
    }
}
