//! Records as Stripe's JSON objects.
//!
//! **Invariant:** every member that Stripe's own types require is present, so a client that parses strictly
//! parses these too.

use serde_json::{Map, Value, json};
use sha2::{Digest as _, Sha256};

use super::card::Card;
use super::state::{Charge, Intent, Refund};
use super::status::Status;
use super::webhook::Endpoint;

/// The version of Stripe's interface the twin speaks.
pub(super) const API_VERSION: &str = "2026-09-30.endive";

/// What a publishable key may see of an intent; metadata is the server's own business.
const PUBLIC_MEMBERS: &str = "id object amount amount_details automatic_payment_methods canceled_at cancellation_reason \
    capture_method client_secret confirmation_method created currency description last_payment_error \
    livemode next_action payment_method payment_method_types processing receipt_email shipping \
    status";

/// A payment intent, whole.
pub(super) fn intent(intent: &Intent) -> Value {
    let automatic = intent.automatic_methods.then(|| json!({ "allow_redirects": "always", "enabled": true }));
    let mut body = json!({
        "id": intent.id,
        "object": "payment_intent",
        "amount": intent.amount,
        "amount_capturable": intent.amount_capturable,
        "amount_details": { "tip": {} },
        "amount_received": intent.amount_received,
        "application": null,
        "application_fee_amount": null,
        "automatic_payment_methods": automatic,
        "canceled_at": intent.canceled_ms.map(seconds),
        "cancellation_reason": intent.cancellation_reason,
        "capture_method": intent.capture.word(),
        "client_secret": intent.client_secret,
        "confirmation_method": "automatic",
        "created": seconds(intent.created_ms),
        "currency": intent.currency,
        "customer": null,
        "description": intent.description,
        "excluded_payment_method_types": null,
        "last_payment_error": intent.last_error,
        "latest_charge": intent.latest_charge,
        "livemode": false,
        "metadata": intent.metadata,
        "next_action": next_action(intent),
    });
    extend(
        &mut body,
        json!({
            "on_behalf_of": null,
            "payment_method": intent.payment_method,
            "payment_method_configuration_details": null,
            "payment_method_options": { "card": {
                "installments": null,
                "mandate_options": null,
                "network": null,
                "request_three_d_secure": "automatic",
            } },
            "payment_method_types": intent.method_types,
            "processing": null,
            "receipt_email": intent.receipt_email,
            "review": null,
            "setup_future_usage": null,
            "shipping": null,
            "source": null,
            "statement_descriptor": null,
            "statement_descriptor_suffix": null,
            "status": intent.status.word(),
            "transfer_data": null,
            "transfer_group": null,
        }),
    );
    body
}

/// A payment intent as a browser sees it.
pub(super) fn public_intent(record: &Intent) -> Value {
    let mut body = intent(record);
    if let Value::Object(members) = &mut body {
        members.retain(|name, _| PUBLIC_MEMBERS.split_ascii_whitespace().any(|own| own == name));
    }
    body
}

fn next_action(intent: &Intent) -> Option<Value> {
    (intent.status == Status::RequiresAction).then(|| {
        json!({ "type": "use_stripe_sdk", "use_stripe_sdk": {
            "type": "three_d_secure_redirect",
            "stripe_js": format!("https://hooks.stripe.com/redirect/authenticate/{}", intent.id),
            "source": format!("src_{}", intent.id.trim_start_matches("pi_")),
        } })
    })
}

/// A charge, whole.
pub(super) fn charge(charge: &Charge) -> Value {
    let failure = charge.failure.as_ref();
    let outcome = json!({
        "network_status": if failure.is_some() { "declined_by_network" } else { "approved_by_network" },
        "reason": failure.map(|(_, reason, _)| reason),
        "risk_level": "normal",
        "risk_score": 1,
        "seller_message": if failure.is_some() { "The bank declined the payment." } else { "Payment complete." },
        "type": if failure.is_some() { "issuer_declined" } else { "authorized" },
    });
    let paid = failure.is_none();
    json!({
        "id": charge.id,
        "object": "charge",
        "amount": charge.amount,
        "amount_captured": charge.amount_captured,
        "amount_refunded": charge.amount_refunded,
        "balance_transaction": null,
        "billing_details": billing_details(),
        "captured": paid && charge.amount_captured > 0,
        "created": seconds(charge.created_ms),
        "currency": charge.currency,
        "customer": null,
        "description": null,
        "disputed": charge.disputed,
        "failure_code": failure.map(|(code, _, _)| code),
        "failure_message": failure.map(|(_, _, message)| message),
        "fraud_details": {},
        "livemode": false,
        "metadata": charge.metadata,
        "outcome": outcome,
        "paid": paid,
        "payment_intent": charge.intent_id,
        "payment_method": charge.payment_method,
        "payment_method_details": { "type": "card", "card": card(charge.card) },
        "receipt_email": null,
        "receipt_url": null,
        "refunded": charge.amount_captured > 0 && charge.amount_refunded == charge.amount_captured,
        "review": null,
        "shipping": null,
        "status": if paid { "succeeded" } else { "failed" },
    })
}

/// A refund, whole.
pub(super) fn refund(refund: &Refund) -> Value {
    json!({
        "id": refund.id,
        "object": "refund",
        "amount": refund.amount,
        "balance_transaction": null,
        "charge": refund.charge_id,
        "created": seconds(refund.created_ms),
        "currency": refund.currency,
        "destination_details": { "type": "card", "card": { "type": "refund", "reference_type": "acquirer_reference_number", "reference_status": "pending" } },
        "metadata": refund.metadata,
        "payment_intent": refund.intent_id,
        "reason": refund.reason,
        "receipt_number": null,
        "source_transfer_reversal": null,
        "status": if refund.failed { "failed" } else { "succeeded" },
        "failure_reason": refund.failed.then_some("lost_or_stolen_card"),
        "transfer_reversal": null,
    })
}

/// The payment method an error shows.
pub(super) fn payment_method(id: &str, kind: Card, created_ms: i64) -> Value {
    json!({
        "id": id,
        "object": "payment_method",
        "allow_redisplay": "unspecified",
        "billing_details": billing_details(),
        "card": card(kind),
        "created": seconds(created_ms),
        "customer": null,
        "livemode": false,
        "metadata": {},
        "type": "card",
    })
}

/// The account behind a secret key.
pub(super) fn account(secret_key: &str) -> Value {
    json!({
        "id": account_id(secret_key),
        "object": "account",
        "business_type": null,
        "capabilities": { "card_payments": "active", "transfers": "active" },
        "charges_enabled": true,
        "country": "US",
        "default_currency": "usd",
        "details_submitted": true,
        "email": null,
        "metadata": {},
        "payouts_enabled": true,
        "type": "standard",
    })
}

/// Who is told of events: at most one, and of everything.
pub(super) fn endpoints(endpoint: Option<&Endpoint>) -> Value {
    let shown = endpoint.map(|endpoint| {
        json!({
            "id": format!("we_{}", hex::encode(&Sha256::digest(&endpoint.url)[..8])),
            "object": "webhook_endpoint",
            "enabled_events": ["*"],
            "livemode": false,
            "metadata": {},
            "status": "enabled",
            "url": endpoint.url,
        })
    });
    list("/v1/webhook_endpoints", shown.as_slice(), false)
}

/// The account's id: always the same for a key, and the key cannot be read from it.
pub(super) fn account_id(secret_key: &str) -> String {
    format!("acct_{}", hex::encode(&Sha256::digest(secret_key)[..8]))
}

/// A page of a list.
pub(super) fn list(url: &str, data: &[Value], has_more: bool) -> Value {
    json!({ "object": "list", "url": url, "has_more": has_more, "data": data })
}

/// Milliseconds as the seconds Stripe shows.
pub(super) fn seconds(ms: i64) -> i64 {
    ms.div_euclid(1_000)
}

fn card(card: Card) -> Value {
    json!({
        "brand": "visa",
        "checks": { "address_line1_check": null, "address_postal_code_check": null, "cvc_check": "pass" },
        "country": "US",
        "exp_month": 12,
        "exp_year": 2040,
        "fingerprint": "TwinNoMoneyMoves",
        "funding": "credit",
        "last4": card.last4(),
        "wallet": null,
    })
}

fn billing_details() -> Value {
    json!({ "address": null, "email": null, "name": null, "phone": null, "tax_id": null })
}

fn extend(body: &mut Value, more: Value) {
    if let (Value::Object(body), Value::Object(more)) = (body, more) {
        body.extend::<Map<String, Value>>(more);
    }
}
