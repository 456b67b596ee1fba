//! Stripe, by its own typed requests over our transport.
//!
//! **Invariant:** every call that changes something carries the caller's idempotency key; the intent's metadata names
//! organization, session, attempt and binding, and changes together with its amount.

use std::collections::HashMap;

use async_trait::async_trait;
use stripe_client_core::{IdempotencyKey, RequestStrategy, StripeRequest};
use stripe_core::{
    payment_intent::{
        CancelPaymentIntent, CapturePaymentIntent, CreatePaymentIntent,
        CreatePaymentIntentAutomaticPaymentMethods, RetrievePaymentIntent, SearchPaymentIntent,
        UpdatePaymentIntent,
    },
    refund::{CreateRefund, ListRefund},
};
use stripe_shared::{ApiErrors, PaymentIntent, PaymentIntentCaptureMethod, PaymentIntentStatus, Refund};
use stripe_types::Currency as WireCurrency;

use super::{
    Account, Gateway, GatewayError, Intent, IntentTerms, RefundPart,
    aftermath::{Dispute, GivenBack, Listing, Page},
    check_up::{self, CheckUp},
    stripe_list, stripe_tax,
    transport::Transport,
};
use crate::{
    domain::{
        assessment::{Assessment, Question},
        attempt::{AttemptStatus, Failure},
        currency::Currency,
        ids::{AttemptId, RefundId},
        instant::Timestamp,
        money::Minor,
        tenant::Capture,
    },
    failpoint::Call,
};

/// Stripe at an address: its own, or the twin's.
#[derive(Clone)]
pub struct Stripe {
    transport: Transport,
}

impl Stripe {
    /// At an address such as `https://api.stripe.com`.
    #[must_use]
    pub fn at(base: &str) -> Self {
        Self { transport: Transport::to(base) }
    }
}

fn once(key: &str) -> Result<RequestStrategy, GatewayError> {
    IdempotencyKey::new(key).map(RequestStrategy::Idempotent).map_err(|_| GatewayError::Misconfigured)
}

fn metadata(terms: &IntentTerms) -> HashMap<String, String> {
    let tags = &terms.tags;
    HashMap::from([
        ("organization".to_owned(), tags.organization.to_string()),
        ("session".to_owned(), tags.session.to_string()),
        ("attempt".to_owned(), tags.attempt.to_string()),
        ("binding".to_owned(), tags.binding.to_string()),
    ])
}

fn currency(terms: &IntentTerms) -> Result<WireCurrency, GatewayError> {
    terms.currency.code().to_ascii_lowercase().parse().map_err(|_| refused_currency())
}

/// What is said of a currency that Stripe does not know.
pub(super) fn refused_currency() -> GatewayError {
    GatewayError::Refused(Failure {
        code: "currency_not_supported".to_owned(),
        decline_code: None,
        message: "The payment provider does not take this currency.".to_owned(),
        retryable: false,
    })
}

#[async_trait]
impl Gateway for Stripe {
    async fn create_intent(
        &self,
        account: &Account,
        key: &str,
        terms: &IntentTerms,
    ) -> Result<Intent, GatewayError> {
        let capture = match terms.capture {
            Capture::Automatic => PaymentIntentCaptureMethod::Automatic,
            Capture::Manual => PaymentIntentCaptureMethod::Manual,
        };
        let request = CreatePaymentIntent::new(terms.currency.to_wire(terms.amount), currency(terms)?)
            .automatic_payment_methods(CreatePaymentIntentAutomaticPaymentMethods::new(true))
            .capture_method(capture)
            .metadata(metadata(terms));
        let answer = request
            .customize()
            .request_strategy(once(key)?)
            .send(&self.transport.with(&account.secret_key, Call::CreateIntent))
            .await?;
        Ok(intent(answer))
    }

    async fn find_intent(
        &self,
        account: &Account,
        attempt: AttemptId,
    ) -> Result<Option<Intent>, GatewayError> {
        let request = SearchPaymentIntent::new(format!("metadata['attempt']:'{attempt}'"));
        let answer = request.send(&self.transport.with(&account.secret_key, Call::RetrieveIntent)).await?;
        Ok(answer.data.into_iter().next().map(intent))
    }

    async fn update_intent(
        &self,
        account: &Account,
        key: &str,
        id: &str,
        terms: &IntentTerms,
    ) -> Result<Intent, GatewayError> {
        let request = UpdatePaymentIntent::new(id)
            .amount(terms.currency.to_wire(terms.amount))
            .metadata(metadata(terms));
        let answer = request
            .customize()
            .request_strategy(once(key)?)
            .send(&self.transport.with(&account.secret_key, Call::UpdateIntent))
            .await?;
        Ok(intent(answer))
    }

    async fn retrieve_intent(&self, account: &Account, id: &str) -> Result<Intent, GatewayError> {
        let answer = RetrievePaymentIntent::new(id)
            .send(&self.transport.with(&account.secret_key, Call::RetrieveIntent))
            .await?;
        Ok(intent(answer))
    }

    async fn cancel_intent(&self, account: &Account, key: &str, id: &str) -> Result<Intent, GatewayError> {
        let request = CancelPaymentIntent::new(id).customize().request_strategy(once(key)?);
        Ok(intent(request.send(&self.transport.with(&account.secret_key, Call::CancelIntent)).await?))
    }

    async fn capture_intent(
        &self,
        account: &Account,
        key: &str,
        id: &str,
        (amount, currency): (Minor, Currency),
    ) -> Result<Intent, GatewayError> {
        let request = CapturePaymentIntent::new(id).amount_to_capture(currency.to_wire(amount));
        let request = request.customize().request_strategy(once(key)?);
        Ok(intent(request.send(&self.transport.with(&account.secret_key, Call::CaptureIntent)).await?))
    }

    async fn calculate_tax(&self, account: &Account, asked: Question) -> Result<Assessment, GatewayError> {
        stripe_tax::calculate(&self.transport.with(&account.secret_key, Call::CalculateTax), asked).await
    }

    async fn refund(
        &self,
        account: &Account,
        key: &str,
        id: &str,
        part: Option<&RefundPart>,
    ) -> Result<String, GatewayError> {
        let mut request = CreateRefund::new().payment_intent(id);
        if let Some(part) = part {
            let tag = (REFUND_TAG.to_owned(), part.id.to_string());
            request = request.amount(part.currency.to_wire(part.amount)).metadata(HashMap::from([tag]));
        }
        let request = request.customize().request_strategy(once(key)?);
        sent(request.send(&self.transport.with(&account.secret_key, Call::Refund)).await?)
    }

    async fn find_refund(
        &self,
        account: &Account,
        id: &str,
        refund: RefundId,
    ) -> Result<Option<String>, GatewayError> {
        // Newest first, and what is looked for was sent a while ago: a hundred of one payment are all that there are.
        let request = ListRefund::new().payment_intent(id).limit(100);
        let answer = request.send(&self.transport.with(&account.secret_key, Call::FindRefund)).await?;
        let named = refund.to_string();
        let is_it =
            |one: &Refund| one.metadata.as_ref().and_then(|tags| tags.get(REFUND_TAG)) == Some(&named);
        answer.data.into_iter().find(is_it).map(sent).transpose()
    }

    async fn refunds_of(&self, account: &Account, id: &str) -> Result<Vec<GivenBack>, GatewayError> {
        stripe_list::refunds(&self.transport.with(&account.secret_key, Call::ListRefunds), id).await
    }

    async fn disputes_of(&self, account: &Account, id: &str) -> Result<Vec<Dispute>, GatewayError> {
        stripe_list::disputes(&self.transport.with(&account.secret_key, Call::ListDisputes), id).await
    }

    async fn list_since(
        &self,
        account: &Account,
        what: Listing,
        since: Timestamp,
        after: Option<&str>,
    ) -> Result<Page, GatewayError> {
        let way = self.transport.with(&account.secret_key, Call::ListSince);
        stripe_list::since(&way, what, since, after).await
    }

    async fn check_up(&self, account: &Account) -> Result<CheckUp, GatewayError> {
        check_up::check_up(&self.transport.with(&account.secret_key, Call::CheckUp)).await
    }
}

/// The name of our id in a refund's metadata.
pub(super) const REFUND_TAG: &str = "refund";

/// A refund that Stripe took on; one that failed at once is a refusal.
fn sent(refund: Refund) -> Result<String, GatewayError> {
    if !matches!(refund.status.as_deref(), Some("failed" | "canceled")) {
        return Ok(refund.id.to_string());
    }
    let code = refund.failure_reason.unwrap_or_else(|| "refund_failed".to_owned());
    Err(GatewayError::Refused(Failure {
        message: format!("The refund failed: {code}."),
        code,
        decline_code: None,
        retryable: false,
    }))
}

pub(super) fn intent(from: PaymentIntent) -> Intent {
    let failure = from.last_payment_error.map(|error| failure(*error));
    let (status, taken_wire) = match from.status {
        PaymentIntentStatus::Succeeded => (AttemptStatus::Succeeded, from.amount_received),
        PaymentIntentStatus::RequiresCapture => (AttemptStatus::Authorized, from.amount_capturable),
        PaymentIntentStatus::Canceled => (AttemptStatus::Canceled, 0),
        PaymentIntentStatus::RequiresAction => (AttemptStatus::RequiresAction, 0),
        PaymentIntentStatus::RequiresPaymentMethod if failure.is_some() => (AttemptStatus::Failed, 0),
        PaymentIntentStatus::RequiresPaymentMethod | PaymentIntentStatus::RequiresConfirmation => {
            (AttemptStatus::RequiresPaymentMethod, 0)
        }
        // An unknown status is one that we must wait out: it may still take the money.
        PaymentIntentStatus::Processing | _ => (AttemptStatus::Processing, 0),
    };
    let tag = |name: &str| from.metadata.get(name);
    Intent {
        id: from.id.to_string(),
        status,
        taken_wire,
        currency: from.currency.to_string().to_ascii_uppercase(),
        client_secret: from.client_secret.clone().map(Into::into),
        live: from.livemode,
        binding: tag("binding").and_then(|text| text.parse().ok()),
        attempt: tag("attempt").and_then(|text| text.parse().ok()),
        failure,
    }
}

fn failure(error: ApiErrors) -> Failure {
    let code = error.code.map_or_else(|| "card_error".to_owned(), |code| code.to_string());
    Failure {
        retryable: code == "processing_error",
        code,
        decline_code: error.decline_code,
        message: error.message.unwrap_or_else(|| "The payment was declined.".to_owned()),
    }
}
