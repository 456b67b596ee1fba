//! A buyer: the whole purchase as a storefront's generated client would send it.

use std::{
    sync::atomic::{AtomicU64, Ordering},
    time::{Duration, Instant},
};

use axum::{body::Bytes, http::Request};
use http_body_util::{BodyExt, Full};
use hyper_util::{
    client::legacy::{Client, connect::HttpConnector},
    rt::TokioExecutor,
};
use serde_json::{Value, json};

use crate::{Options, SLUG, process::PUBLISHABLE_KEY, report::Steps, shop};

const DOCUMENTS: &str = include_str!("operations.graphql");
/// How often a buyer looks for the order, and how long at first in between; twice as long each time, up to a second.
const LOOKS_MAX: u32 = 60;
const LOOK_AGAIN: Duration = Duration::from_millis(40);
/// Numbers the journeys of a run: who buys what is the same in every run.
static NUMBER: AtomicU64 = AtomicU64::new(0);

/// Someone who buys again and again.
pub struct Buyer {
    http: Client<HttpConnector, Full<Bytes>>,
    server: String,
    twin: String,
    lines: usize,
    code: Option<&'static str>,
}

impl Buyer {
    /// With a connection of its own.
    pub fn new(server: &str, twin: &str, options: &Options) -> Self {
        let code = match options.code.as_str() {
            "open" => Some("OPEN"),
            "limited" => Some("LIMITED"),
            _ => None,
        };
        Self {
            http: Client::builder(TokioExecutor::new()).build_http(),
            server: format!("{server}/graphql"),
            twin: twin.to_owned(),
            lines: options.lines,
            code,
        }
    }

    /// From the product page to the order.
    pub async fn journey(&mut self, steps: &Steps) {
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let page = self.step(steps, "product page", "ProductPage", json!({})).await;
        assert_eq!(page["products"]["nodes"].as_array().map(Vec::len), Some(20), "{page}");
        let first = usize::try_from(number).unwrap_or_default() * 7;
        let lines: Vec<Value> = (0..self.lines)
            .map(
                |line| json!({ "sku": shop::sku((first + line) % shop::VARIANTS), "quantity": 1 + line % 3 }),
            )
            .collect();
        let draft = json!({ "lines": lines });
        let created = self.step(steps, "create", "Create", json!({ "draft": draft })).await;
        let token = created["checkoutSessionCreate"]["token"].as_str().expect("a token").to_owned();
        let draft = json!({
            "customer": { "name": "Dana Reyes", "email": format!("dana.{number}@example.com") },
            "shippingAddress": { "address1": "1 Main St", "city": "Austin", "regionCode": "TX",
                                 "postalCode": "73301", "countryCode": "US" },
        });
        let priced =
            self.step(steps, "reprice: address", "Reprice", json!({ "token": token, "draft": draft })).await;
        let rates = priced["checkoutSessionReprice"]["checkoutSession"]["applicableShippingRates"].clone();
        let rate = rates[0]["rate"]["id"].clone();
        let draft = json!({ "shippingRateId": rate });
        self.step(steps, "reprice: rate", "Reprice", json!({ "token": token, "draft": draft })).await;
        if let Some(code) = self.code {
            let draft = json!({ "discountCodes": [code] });
            self.step(steps, "reprice: code", "Reprice", json!({ "token": token, "draft": draft })).await;
        }
        let bind =
            json!({ "token": token, "draft": { "shippingRateId": rate }, "key": format!("bind-{number}") });
        let bound = self.step(steps, "bind", "Bind", bind).await;
        assert_eq!(bound["checkoutSessionBind"]["checkoutSession"]["state"], "BOUND", "{bound}");
        let paying = self.step(steps, "payment session", "PaymentSession", json!({ "token": token })).await;
        let secret = paying["checkoutSessionPaymentSession"]["paymentSession"]["clientSecret"].as_str();
        let secret = secret.expect("a client secret").to_owned();
        self.pay(&secret).await;
        let paid = Instant::now();
        self.order(steps, &token).await;
        steps.took("payment to order", paid.elapsed());
        let read = self.step(steps, "order", "Order", json!({ "token": token })).await;
        assert_eq!(read["order"]["paymentStatus"], "PAID", "{read}");
    }

    /// Looks until the order is there; what the looks cost is the buyer's impatience and not a step.
    async fn order(&self, _: &Steps, token: &str) {
        for look in 0..LOOKS_MAX {
            tokio::time::sleep((LOOK_AGAIN * 2_u32.pow(look.min(5))).min(Duration::from_secs(1))).await;
            let seen = self.say("Status", json!({ "token": token })).await;
            if seen["checkoutSession"]["state"] == "COMPLETED" {
                return;
            }
        }
        panic!("a payment did not become an order");
    }

    async fn pay(&self, secret: &str) {
        let (intent, _) = secret.split_once("_secret_").expect("a secret names its intent");
        let body = format!("payment_method=pm_card_visa&client_secret={secret}");
        let request = Request::post(format!("{}/v1/payment_intents/{intent}/confirm", self.twin))
            .header("authorization", format!("Bearer {PUBLISHABLE_KEY}"))
            .header("content-type", "application/x-www-form-urlencoded")
            .body(Full::from(body))
            .expect("a request");
        let answer = self.http.request(request).await.expect("the twin answers");
        assert!(answer.status().is_success(), "{answer:?}");
        answer.into_body().collect().await.expect("a body");
    }

    async fn step(&self, steps: &Steps, name: &'static str, operation: &str, variables: Value) -> Value {
        let started = Instant::now();
        let data = self.say(operation, variables).await;
        steps.took(name, started.elapsed());
        for payload in data.as_object().into_iter().flat_map(|data| data.values()) {
            let errors = payload.get("userErrors").and_then(Value::as_array);
            assert!(errors.is_none_or(Vec::is_empty), "{name}: {payload}");
        }
        data
    }

    /// Each operation is sent as a client sends it: its own document, with the fragments it uses.
    async fn say(&self, operation: &str, variables: Value) -> Value {
        let body =
            json!({ "query": document(operation), "operationName": operation, "variables": variables });
        let request = Request::post(&self.server)
            .header("content-type", "application/json")
            .header("x-organization-slug", SLUG)
            .body(Full::from(body.to_string()))
            .expect("a request");
        let answer = self.http.request(request).await.expect("the server answers");
        let bytes = answer.into_body().collect().await.expect("a body").to_bytes();
        let mut json: Value = serde_json::from_slice(&bytes).expect("JSON");
        assert!(json.get("errors").is_none(), "{operation}: {json}");
        json["data"].take()
    }
}

/// The text of one operation: the file holds them apart by a line of dashes.
fn document(operation: &str) -> String {
    let parts = || DOCUMENTS.split("\n# ----\n");
    let named =
        |part: &&str| part.contains(&format!(" {operation}(")) || part.contains(&format!(" {operation} {{"));
    let own = parts().find(named).expect("an operation of the file");
    if own.contains("...View") { [own, parts().last().unwrap_or_default()].concat() } else { own.to_owned() }
}
