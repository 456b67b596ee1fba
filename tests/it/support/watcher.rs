//! Whoever watches a session or an order by server-sent events.

use std::time::Duration;

use axum::{
    body::{Body, Bytes},
    http::{HeaderMap, Request},
};
use http_body_util::{BodyExt, Full};
use serde_json::{Value, json};

use super::{Shop, Step};

/// Far longer than any signal takes.
const PATIENCE: Duration = Duration::from_secs(40);

/// A stream of events.
pub struct Watcher {
    pub status: u16,
    pub headers: HeaderMap,
    body: Body,
    text: String,
}

impl Shop<'_> {
    /// Watches a session: where it stands, its revision and its total.
    pub async fn watch(&self, step: &Step) -> Watcher {
        let selected =
            "checkoutSessionUpdated(token: $token) { state revision totals { grandTotal { amountMinor } } }";
        self.subscribe(selected, json!({ "token": step.token })).await
    }

    /// Watches the order of a session: where its money stands, and its refunds.
    pub async fn watch_order(&self, step: &Step) -> Watcher {
        let selected = "orderUpdated(token: $token) { number paymentStatus refunds { status } }";
        self.subscribe(selected, json!({ "token": step.token })).await
    }

    /// Subscribes to a field that takes a token.
    pub async fn subscribe(&self, field: &str, variables: Value) -> Watcher {
        let query = format!("subscription($token: String!, $after: Int) {{ {field} }}");
        // GraphQL refuses a variable that is declared and not used.
        let query = if field.contains("$after") { query } else { query.replace(", $after: Int", "") };
        self.stream(&[("accept", "text/event-stream")], &json!({ "query": query, "variables": variables }))
            .await
    }

    /// Posts a body with these headers beside the usual ones, and reads what comes as a stream.
    pub async fn stream(&self, headers: &[(&str, &str)], body: &Value) -> Watcher {
        let mut request = Request::post(format!("{}/graphql", self.address))
            .header("content-type", "application/json")
            .header("x-organization-slug", &self.slug);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.body(Full::from(Bytes::from(body.to_string()))).unwrap();
        let (head, body) = self.mall.client.hyper.request(request).await.unwrap().into_parts();
        Watcher {
            status: head.status.as_u16(),
            headers: head.headers,
            body: Body::new(body),
            text: String::new(),
        }
    }
}

impl Watcher {
    /// The next event: its name and its data. `None` at the end, however it came.
    pub async fn event(&mut self) -> Option<(String, Value)> {
        // Over all: what only keeps the connection open comes all the time.
        tokio::time::timeout(PATIENCE, self.next_event()).await.expect("nothing came")
    }

    async fn next_event(&mut self) -> Option<(String, Value)> {
        loop {
            if let Some((event, rest)) = self.text.split_once("\n\n") {
                let field = |name: &str| event.lines().find_map(|line| line.strip_prefix(name));
                let named = field("event:").map(|name| name.trim().to_owned());
                let data = field("data:").map(str::to_owned);
                let rest = rest.to_owned();
                self.text = rest;
                // What is not named only keeps the connection open.
                let Some(name) = named else { continue };
                let data = data.unwrap_or_else(|| panic!("{name} has no data: a browser would not see it"));
                return Some((name, serde_json::from_str(&data).unwrap()));
            }
            let Ok(part) = self.body.frame().await?.ok()?.into_data() else { continue };
            self.text += std::str::from_utf8(&part).unwrap();
        }
    }

    /// The next state.
    pub async fn next(&mut self) -> Value {
        match self.event().await {
            Some((name, data)) if name == "next" => {
                let root = data["data"].as_object().and_then(|data| data.values().next());
                root.unwrap_or_else(|| panic!("{data}")).clone()
            }
            other => panic!("no next state: {other:?}"),
        }
    }

    /// States until one is as wanted; answers it.
    pub async fn until(&mut self, mut wanted: impl FnMut(&Value) -> bool) -> Value {
        loop {
            let state = self.next().await;
            if wanted(&state) {
                return state;
            }
        }
    }

    /// All that is left, as JSON: where the answer is no stream.
    pub async fn rest(self) -> Value {
        serde_json::from_slice(&self.body.collect().await.unwrap().to_bytes()).unwrap()
    }

    /// Fails unless the stream is complete.
    pub async fn completes(&mut self) {
        assert_eq!(self.event().await.map(|(name, _)| name).as_deref(), Some("complete"));
        assert_eq!(self.event().await, None);
    }
}
