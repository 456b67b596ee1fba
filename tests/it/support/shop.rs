//! One tenant, and what its buyers do.

use std::time::Duration;

use checkstand::{
    domain::{ids::CertificateId, money::Minor},
    flows::gift_certificate::{self, Issue},
    twin::{Fault, FaultKind, WebhookSwitch},
};
use serde_json::{Value, json};

use super::{Answer, Mall};

/// One tenant.
pub struct Shop<'a> {
    pub mall: &'a Mall,
    pub slug: String,
    pub secret_key: String,
    /// Of the server that its buyers ask.
    pub address: String,
}

/// A session and its token.
#[derive(Debug, Clone)]
pub struct Step {
    pub token: String,
    pub id: String,
}

/// What every answer shows of a session and its errors.
const VIEW: &str = "checkoutSession { id state revision allowedActions customerMessage shippingRateRequired taxStatus \
    lines { id sku quantity unitPrice { amountMinor } total { amountMinor } } \
    applicableShippingRates { selected grandTotal { amountMinor } price { amountMinor } rate { id name } } \
    discountCodes { code applicable rejection amount { amountMinor } } \
    totals { subtotal { amountMinor } discount { amountMinor } shipping { amountMinor } tax { amountMinor } grandTotal { amountMinor } \
    giftCertificate { amountMinor } amountDue { amountMinor } } \
    giftCertificates { maskedCode amountApplied { amountMinor } remainingBalance { amountMinor } } \
    explanation { label amount { amountMinor } } \
    messages { type code content field line { id } } binding { total { amountMinor } revision validUntil } \
    paymentAttempt { id status failure { code declineCode } } \
    customer { name email } order { id number paymentStatus totals { grandTotal { amountMinor } } lines { sku quantity } } }";
const ERRORS: &str = "userErrors { __typename code message field \
    ... on InsufficientStockError { quantityAvailable variant { sku } } \
    ... on ShippingRateRequiredError { applicableShippingRates { rate { id } } } \
    ... on SessionStateError { state allowedActions } ... on StaleRevisionError { currentRevision } \
    ... on TotalChangedError { expected { amountMinor } actual { amountMinor } lines { reason before { amountMinor } after { amountMinor } line { sku } } } \
    ... on CheckoutPaymentError { failure { code } } }";

impl Shop<'_> {
    /// Sends a document with this shop's slug.
    pub async fn graphql(&self, query: &str, variables: Value) -> Answer {
        self.graphql_with(&[("x-organization-slug", &self.slug)], query, variables).await
    }

    /// Sends a document with these headers only.
    pub async fn graphql_with(&self, headers: &[(&str, &str)], query: &str, variables: Value) -> Answer {
        let url = format!("{}/graphql", self.address);
        let body = json!({ "query": query, "variables": variables }).to_string();
        let headers: Vec<(&str, &str)> =
            [("content-type", "application/json")].iter().chain(headers).copied().collect();
        self.mall.client.send("POST", &url, &headers, body).await
    }

    async fn mutate(&self, name: &str, arguments: &[(&str, &str, Value)], more: &str) -> Answer {
        let declared: Vec<String> = arguments.iter().map(|(name, ty, _)| format!("${name}: {ty}")).collect();
        let passed: Vec<String> = arguments.iter().map(|(name, ..)| format!("{name}: ${name}")).collect();
        let variables: serde_json::Map<String, Value> = arguments
            .iter()
            .filter(|(.., value)| !value.is_null())
            .map(|(name, _, value)| ((*name).to_owned(), value.clone()))
            .collect();
        let query = format!(
            "mutation({}) {{ {name}({}) {{ {more} {VIEW} {ERRORS} }} }}",
            declared.join(", "),
            passed.join(", ")
        );
        self.graphql(&query, Value::Object(variables)).await
    }

    /// Opens a session with a whole input.
    pub async fn try_create(&self, draft: Value, currency: Option<&str>, key: Option<&str>) -> Answer {
        let arguments = [
            ("draft", "CheckoutDraftInput!", draft),
            ("currency", "CurrencyCode", json!(currency)),
            ("idempotencyKey", "String", json!(key)),
        ];
        self.mutate("checkoutSessionCreate", &arguments, "token").await
    }

    /// Opens a session with these units of these SKUs.
    pub async fn create(&self, lines: &[(&str, i64)]) -> Step {
        let lines: Vec<Value> =
            lines.iter().map(|(sku, quantity)| json!({ "sku": sku, "quantity": quantity })).collect();
        self.step(&self.try_create(json!({ "lines": lines }), None, None).await.good())
    }

    /// The session that an answer of create opened.
    #[track_caller]
    #[expect(clippy::unused_self, reason = "a buyer's verb")]
    pub fn step(&self, created: &Answer) -> Step {
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        Step { token: text(&created["token"]), id: text(&created.session()["id"]) }
    }

    pub async fn reprice(&self, step: &Step, draft: Value) -> Answer {
        self.reprice_at(step, draft, None).await
    }

    pub async fn reprice_at(&self, step: &Step, draft: Value, revision: Option<i64>) -> Answer {
        let arguments = [
            ("token", "String!", json!(step.token)),
            ("draft", "CheckoutDraftInput!", draft),
            ("expectedRevision", "Int", json!(revision)),
        ];
        self.mutate("checkoutSessionReprice", &arguments, "").await
    }

    pub async fn add(&self, step: &Step, lines: Value) -> Answer {
        let arguments = [("token", "String!", json!(step.token)), ("lines", "[CheckoutLineInput!]!", lines)];
        self.mutate("checkoutSessionLinesAdd", &arguments, "").await
    }

    pub async fn update(&self, step: &Step, lines: Value) -> Answer {
        let arguments =
            [("token", "String!", json!(step.token)), ("lines", "[CheckoutLineUpdateInput!]!", lines)];
        self.mutate("checkoutSessionLinesUpdate", &arguments, "").await
    }

    pub async fn remove(&self, step: &Step, line_ids: Value) -> Answer {
        let arguments = [("token", "String!", json!(step.token)), ("lineIds", "[ID!]!", line_ids)];
        self.mutate("checkoutSessionLinesRemove", &arguments, "").await
    }

    pub async fn say(&self, step: &Step, message: &str) -> Answer {
        let arguments =
            [("token", "String!", json!(step.token)), ("customerMessage", "String!", json!(message))];
        self.mutate("checkoutSessionCustomerMessageUpdate", &arguments, "").await
    }

    /// Gives all details of a buyer in Texas and chooses Ground; answers the rate's id.
    pub async fn fill(&self, step: &Step) -> String {
        let filled = self.reprice(step, texas()).await.good();
        let rates = filled.session()["applicableShippingRates"].as_array().unwrap();
        rates.first().map(|rate| rate["rate"]["id"].as_str().unwrap().to_owned()).unwrap_or_default()
    }

    /// Binds with a whole input.
    pub async fn try_bind(
        &self,
        step: &Step,
        draft: Value,
        expected: Option<&str>,
        key: Option<&str>,
    ) -> Answer {
        let total = expected.map(|amount| json!({ "amount": amount, "currency": "USD" }));
        let arguments = [
            ("token", "String!", json!(step.token)),
            ("draft", "CheckoutDraftInput", draft),
            ("expectedTotal", "MoneyInput", json!(total)),
            ("idempotencyKey", "String", json!(key)),
        ];
        self.mutate("checkoutSessionBind", &arguments, "").await
    }

    /// Fills a session and binds it, with a rate where one applies.
    pub async fn bind(&self, step: &Step) -> Answer {
        let rate = self.fill(step).await;
        let draft = if rate.is_empty() { json!({}) } else { json!({ "shippingRateId": rate }) };
        self.try_bind(step, draft, None, None).await
    }

    /// A session of these goods, bound.
    pub async fn bound(&self, lines: &[(&str, i64)]) -> Step {
        let step = self.create(lines).await;
        self.bind(&step).await.good();
        step
    }

    /// Binds a session that is filled already, at the first rate that applies.
    pub async fn bind_again(&self, step: &Step) -> Answer {
        let read = self.read(step).await;
        let rate = read["applicableShippingRates"][0]["rate"]["id"].clone();
        let draft = if rate.is_null() { json!({}) } else { json!({ "shippingRateId": rate }) };
        self.try_bind(step, draft, None, None).await
    }

    /// Lets the provider fail on the next calls whose path ends so; each with all its repeats.
    pub fn provider_fails_on(&self, end: &str, calls: usize) {
        let intent = self.mall.twin.snapshot(&self.secret_key).remove(0).id;
        for _ in 0..calls {
            let path = format!("/v1/payment_intents/{intent}{end}");
            self.mall.twin.inject(Fault::once(FaultKind::ServerError, "POST", &path));
        }
    }

    /// Issues a gift certificate, as its merchant does.
    pub async fn issue(&self, code: &str, balance: i64, currency: &str) -> CertificateId {
        let app = &self.mall.app;
        let of = app.organization(&self.slug.parse().unwrap()).await.unwrap().unwrap();
        let (balance, currency) = (Minor::new(balance), currency.parse().unwrap());
        let wanted = Issue { balance, currency, code: Some(code.to_owned()), expires_at: None };
        let issued = gift_certificate::issue(&app.store, of.id, &wanted, app.now()).await.unwrap();
        issued.unwrap().0.certificate.id
    }

    /// Asks for a payment session, by token alone.
    pub async fn payment_session(&self, step: &Step) -> Answer {
        self.payment_session_with(step, &[]).await
    }

    pub async fn payment_session_with(&self, step: &Step, headers: &[(&str, &str)]) -> Answer {
        let query = format!(
            "mutation($token: String!) {{ checkoutSessionPaymentSession(token: $token) {{ paymentSession {{ clientSecret clientAction \
             publishableKey testMode amount {{ amountMinor }} paymentAttempt {{ id }} }} {VIEW} {ERRORS} }} }}"
        );
        self.graphql_with(headers, &query, json!({ "token": step.token })).await
    }

    pub async fn complete(&self, step: &Step) -> Answer {
        let query = format!(
            "mutation($token: String!) {{ checkoutSessionComplete(token: $token) {{ order {{ number paymentStatus }} {VIEW} {ERRORS} }} }}"
        );
        self.graphql_with(&[], &query, json!({ "token": step.token })).await
    }

    pub async fn cancel(&self, step: &Step) -> Answer {
        self.mutate("checkoutSessionCancel", &[("token", "String!", json!(step.token))], "").await
    }

    /// Reads the session.
    pub async fn read(&self, step: &Step) -> Answer {
        let fields = VIEW.strip_prefix("checkoutSession").unwrap();
        let query = format!("query($token: String!) {{ checkoutSession(token: $token) {fields} }}");
        self.graphql(&query, json!({ "token": step.token })).await
    }

    /// Pays like a browser: confirms the intent of a client secret at the twin with a test card.
    pub async fn confirm(&self, payment_session: &Answer, card: &str) -> Answer {
        let secret = payment_session["paymentSession"]["clientSecret"].as_str().unwrap();
        self.confirm_secret(secret, card).await
    }

    pub async fn confirm_secret(&self, secret: &str, card: &str) -> Answer {
        let (intent, _) = secret.split_once("_secret_").unwrap();
        let url = format!("{}/v1/payment_intents/{intent}/confirm", self.mall.twin_address());
        let key = format!("Bearer {}", self.secret_key.replace("sk_", "pk_"));
        let headers =
            [("authorization", key.as_str()), ("content-type", "application/x-www-form-urlencoded")];
        self.mall
            .client
            .send("POST", &url, &headers, format!("payment_method={card}&client_secret={secret}"))
            .await
    }

    /// The intent of a client secret.
    #[track_caller]
    #[expect(clippy::unused_self, reason = "a buyer's verb")]
    pub fn intent(&self, payment_session: &Answer) -> String {
        let secret = payment_session["paymentSession"]["clientSecret"].as_str().unwrap();
        secret.split_once("_secret_").unwrap().0.to_owned()
    }

    /// Posts a webhook's body, signed now, and answers the status.
    pub async fn webhook(&self, body: &str) -> u16 {
        let url = format!("{}/webhooks/stripe/{}", self.address, self.slug);
        let signature = signature("whsec_test", self.mall.app.now().ms() / 1000, body);
        self.mall.client.send("POST", &url, &[("stripe-signature", &signature)], body.to_owned()).await.status
    }

    /// Waits until a session reads so; webhooks take a moment.
    pub async fn until(&self, step: &Step, state: &str) -> Answer {
        for _ in 0..2_400 {
            let read = self.read(step).await;
            if read.state() == state {
                return read;
            }
            tokio::time::sleep(Duration::from_millis(25)).await;
        }
        let last = self.read(step).await;
        panic!("never {state}: {}", last.text);
    }

    /// Holds every webhook back from now on; those on their way arrive first.
    pub async fn hold_webhooks(&self) {
        self.webhooks_delivered().await;
        self.mall.twin.switch_webhooks(&self.secret_key, WebhookSwitch::Hold).unwrap();
    }

    /// Waits until the twin has delivered every webhook.
    pub async fn webhooks_delivered(&self) {
        for _ in 0..1_200 {
            let pending = |delivery: &checkstand::twin::DeliveryView| {
                delivery.status == checkstand::twin::DeliveryStatus::Pending
            };
            if !self.mall.twin.deliveries(&self.secret_key).iter().any(pending) {
                return;
            }
            tokio::time::sleep(Duration::from_millis(25)).await;
        }
        panic!("webhooks are stuck");
    }
}

/// The details of a buyer in Texas, where tax is 8 % and Ground costs 7.99.
pub fn texas() -> Value {
    json!({
        "customer": { "name": "Dana Reyes", "email": "dana@example.com" },
        "shippingAddress": {
            "address1": "1 Main St", "city": "Austin", "regionCode": "TX", "postalCode": "73301", "countryCode": "US"
        }
    })
}

/// A `Stripe-Signature` header.
pub fn signature(secret: &str, seconds: i64, body: &str) -> String {
    use hmac::{Hmac, KeyInit, Mac};
    let mut mac = Hmac::<sha2::Sha256>::new_from_slice(secret.as_bytes()).unwrap();
    mac.update(format!("{seconds}.{body}").as_bytes());
    format!("t={seconds},v1={}", hex::encode(mac.finalize().into_bytes()))
}
