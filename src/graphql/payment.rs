//! Payment attempts, and what a browser needs to pay.
//!
//! **Invariant:** a client secret is in the answer of checkoutSessionPaymentSession and nowhere else.

use async_graphql::{Enum, ID, Object, SimpleObject};
use secrecy::ExposeSecret;

use super::scalar::{DateTime, Money, Url};
use crate::{
    domain::attempt::{self, Attempt},
    flows::pay,
};

/// How a payment is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
pub enum PaymentProviderKind {
    /// Stripe: a `PaymentIntent` and the Payment Element. In a demo, the built-in Stripe twin stands behind it (testMode).
    Stripe,
}

/// State of one try to take a payment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
pub enum PaymentAttemptStatus {
    /// Waiting for the buyer to enter or change a payment method.
    RequiresPaymentMethod,
    /// Waiting for the buyer to pass a check, such as 3-D Secure.
    RequiresAction,
    /// With the provider; the result is not known yet.
    Processing,
    /// Authorized, to be captured later.
    Authorized,
    /// Paid. Only a verified provider event sets this.
    Succeeded,
    /// Refused. `failure` says why.
    Failed,
    /// Given up, by the buyer, by a new binding or by expiry.
    Canceled,
}

impl From<attempt::AttemptStatus> for PaymentAttemptStatus {
    fn from(status: attempt::AttemptStatus) -> Self {
        use attempt::AttemptStatus as Status;
        match status {
            Status::Creating | Status::RequiresPaymentMethod => Self::RequiresPaymentMethod,
            Status::RequiresAction => Self::RequiresAction,
            Status::Processing => Self::Processing,
            Status::Authorized => Self::Authorized,
            Status::Succeeded => Self::Succeeded,
            Status::Failed => Self::Failed,
            Status::Canceled => Self::Canceled,
        }
    }
}

/// Why a payment attempt failed.
#[derive(Debug, Clone, SimpleObject)]
pub struct PaymentFailure {
    /// The provider's code, for example `card_declined`.
    code: String,
    /// The issuer's finer reason, for example `insufficient_funds`.
    decline_code: Option<String>,
    /// Sentence that may be shown to the buyer.
    message: String,
    /// Whether another try with the same payment method makes sense.
    retryable: bool,
}

impl From<&attempt::Failure> for PaymentFailure {
    fn from(of: &attempt::Failure) -> Self {
        Self {
            code: of.code.clone(),
            decline_code: of.decline_code.clone(),
            message: of.message.clone(),
            retryable: of.retryable,
        }
    }
}

/// One try to take a payment.
pub struct PaymentAttempt(pub Attempt);

/// One try to take a payment.
#[Object]
impl PaymentAttempt {
    /// Globally unique id, the internal payment attempt id.
    pub(crate) async fn id(&self) -> ID {
        self.0.id.to_string().into()
    }

    /// Provider.
    async fn provider(&self) -> PaymentProviderKind {
        PaymentProviderKind::Stripe
    }

    /// State.
    async fn status(&self) -> PaymentAttemptStatus {
        self.0.status.into()
    }

    /// Amount.
    async fn amount(&self) -> Money {
        Money::of(self.0.amount, self.0.currency)
    }

    /// Why it failed.
    async fn failure(&self) -> Option<PaymentFailure> {
        self.0.failure.as_ref().map(PaymentFailure::from)
    }

    /// Creation.
    async fn created_at(&self) -> DateTime {
        DateTime(self.0.created_at)
    }

    /// Last change.
    async fn updated_at(&self) -> DateTime {
        DateTime(self.0.updated_at)
    }
}

/// What a page has to do with the provider's element it already shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
pub enum PaymentClientAction {
    /// Nothing: same intent, same amount.
    None,
    /// Same intent, new amount: call the element's `fetchUpdates()`.
    FetchUpdates,
    /// New intent: mount the element anew with this client secret.
    Remount,
}

/// What the browser needs to take the payment. Returned by checkoutSessionPaymentSession only.
#[derive(SimpleObject)]
pub struct PaymentSession {
    /// The attempt that this belongs to.
    payment_attempt: PaymentAttempt,
    /// Provider whose element to render.
    provider: PaymentProviderKind,
    /// Secret for the provider's element in this browser. Do not log or store it.
    client_secret: String,
    /// Key for the provider's script.
    publishable_key: String,
    /// Script to load: the provider's own, `https://js.stripe.com/v3/`, which defines `Stripe`. With the Stripe twin behind
    /// it, the twin's, which defines `StripeTwin` with the same shapes; its name ends in `/element.js`.
    script_url: Url,
    /// What will be taken.
    amount: Money,
    /// Whether no real money moves.
    test_mode: bool,
    /// What a page that already shows the provider's element has to do now.
    client_action: PaymentClientAction,
    /// Until when the binding holds.
    expires_at: DateTime,
}

impl From<pay::PaymentSession> for PaymentSession {
    fn from(of: pay::PaymentSession) -> Self {
        Self {
            provider: PaymentProviderKind::Stripe,
            client_secret: of.client_secret.expose_secret().to_owned(),
            publishable_key: of.publishable_key,
            script_url: Url(of.script_url),
            amount: Money::of(of.amount, of.currency),
            test_mode: !of.live,
            client_action: match of.action {
                pay::ClientAction::None => PaymentClientAction::None,
                pay::ClientAction::FetchUpdates => PaymentClientAction::FetchUpdates,
                pay::ClientAction::Remount => PaymentClientAction::Remount,
            },
            expires_at: DateTime(of.expires_at),
            payment_attempt: PaymentAttempt(of.attempt),
        }
    }
}
