//! Which endpoint of Stripe's a request means.
//!
//! **Invariant:** each endpoint has one pattern, the same in routing, in counting calls and in tests.

/// An endpoint, with the id from its path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Operation {
    /// Makes a payment intent.
    CreateIntent,
    /// Lists payment intents.
    ListIntents,
    /// Searches payment intents.
    SearchIntents,
    /// Shows a payment intent.
    ReadIntent(String),
    /// Changes a payment intent.
    UpdateIntent(String),
    /// Confirms a payment intent.
    ConfirmIntent(String),
    /// The buyer answers 3-D Secure. Not Stripe's: it stands in for the page of the buyer's bank.
    AuthenticateIntent(String),
    /// Takes authorized money.
    CaptureIntent(String),
    /// Ends a payment intent.
    CancelIntent(String),
    /// Pays money back.
    CreateRefund,
    /// Lists refunds.
    ListRefunds,
    /// Shows a refund.
    ReadRefund(String),
    /// Lists disputes.
    ListDisputes,
    /// Shows a dispute.
    ReadDispute(String),
    /// Shows a charge.
    ReadCharge(String),
    /// Lists events.
    ListEvents,
    /// Shows an event.
    ReadEvent(String),
    /// Computes taxes.
    CalculateTax,
    /// Lists the lines of a tax calculation.
    ListTaxLines(String),
    /// Shows the key's account.
    ReadAccount,
    /// Lists who is told of events.
    ListEndpoints,
}

impl Operation {
    /// The endpoint at this method and path.
    pub(super) fn find(method: &str, path: &str) -> Option<Self> {
        let parts: Vec<&str> = path.trim_matches('/').split('/').collect();
        let id = |text: &&str| (*text).to_owned();
        Some(match (method, parts.as_slice()) {
            ("POST", ["v1", "payment_intents"]) => Self::CreateIntent,
            ("GET", ["v1", "payment_intents"]) => Self::ListIntents,
            ("GET", ["v1", "payment_intents", "search"]) => Self::SearchIntents,
            ("GET", ["v1", "payment_intents", at]) => Self::ReadIntent(id(at)),
            ("POST", ["v1", "payment_intents", at]) => Self::UpdateIntent(id(at)),
            ("POST", ["v1", "payment_intents", at, "confirm"]) => Self::ConfirmIntent(id(at)),
            ("POST", ["v1", "payment_intents", at, "authenticate"]) => Self::AuthenticateIntent(id(at)),
            ("POST", ["v1", "payment_intents", at, "capture"]) => Self::CaptureIntent(id(at)),
            ("POST", ["v1", "payment_intents", at, "cancel"]) => Self::CancelIntent(id(at)),
            ("POST", ["v1", "refunds"]) => Self::CreateRefund,
            ("GET", ["v1", "refunds"]) => Self::ListRefunds,
            ("GET", ["v1", "refunds", at]) => Self::ReadRefund(id(at)),
            ("GET", ["v1", "disputes"]) => Self::ListDisputes,
            ("GET", ["v1", "disputes", at]) => Self::ReadDispute(id(at)),
            ("GET", ["v1", "charges", at]) => Self::ReadCharge(id(at)),
            ("GET", ["v1", "events"]) => Self::ListEvents,
            ("GET", ["v1", "events", at]) => Self::ReadEvent(id(at)),
            ("POST", ["v1", "tax", "calculations"]) => Self::CalculateTax,
            ("GET", ["v1", "tax", "calculations", at, "line_items"]) => Self::ListTaxLines(id(at)),
            ("GET", ["v1", "account"]) => Self::ReadAccount,
            ("GET", ["v1", "webhook_endpoints"]) => Self::ListEndpoints,
            _ => return None,
        })
    }

    /// The path with `:id` in place of the id.
    pub(super) const fn pattern(&self) -> &'static str {
        match self {
            Self::CreateIntent | Self::ListIntents => "/v1/payment_intents",
            Self::SearchIntents => "/v1/payment_intents/search",
            Self::ReadIntent(_) | Self::UpdateIntent(_) => "/v1/payment_intents/:id",
            Self::ConfirmIntent(_) => "/v1/payment_intents/:id/confirm",
            Self::AuthenticateIntent(_) => "/v1/payment_intents/:id/authenticate",
            Self::CaptureIntent(_) => "/v1/payment_intents/:id/capture",
            Self::CancelIntent(_) => "/v1/payment_intents/:id/cancel",
            Self::CreateRefund | Self::ListRefunds => "/v1/refunds",
            Self::ReadRefund(_) => "/v1/refunds/:id",
            Self::ListDisputes => "/v1/disputes",
            Self::ReadDispute(_) => "/v1/disputes/:id",
            Self::ReadCharge(_) => "/v1/charges/:id",
            Self::ListEvents => "/v1/events",
            Self::ReadEvent(_) => "/v1/events/:id",
            Self::CalculateTax => "/v1/tax/calculations",
            Self::ListTaxLines(_) => "/v1/tax/calculations/:id/line_items",
            Self::ReadAccount => "/v1/account",
            Self::ListEndpoints => "/v1/webhook_endpoints",
        }
    }

    /// The intent a browser may reach with a publishable key and the client secret.
    pub(super) fn public_intent(&self) -> Option<&str> {
        match self {
            Self::ReadIntent(id) | Self::ConfirmIntent(id) | Self::AuthenticateIntent(id) => Some(id),
            Self::CreateIntent
            | Self::ListIntents
            | Self::SearchIntents
            | Self::UpdateIntent(_)
            | Self::CaptureIntent(_)
            | Self::CancelIntent(_)
            | Self::CreateRefund
            | Self::ListRefunds
            | Self::ReadRefund(_)
            | Self::ListDisputes
            | Self::ReadDispute(_)
            | Self::ReadCharge(_)
            | Self::ListEvents
            | Self::ReadEvent(_)
            | Self::CalculateTax
            | Self::ListTaxLines(_)
            | Self::ReadAccount
            | Self::ListEndpoints => None,
        }
    }
}
