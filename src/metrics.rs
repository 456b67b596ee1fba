//! What a monitor asks for: what this process did since it began, and what waits in the database.
//!
//! **Invariant:** no label names a merchant, a buyer or an id, so there are as many series as the lists here are long; the
//! numbers of the database are those of all organizations, and every replica tells the same.

use prometheus_client::{
    encoding::text,
    metrics::{counter::Counter, family::Family, gauge::Gauge},
    registry::Registry,
};

/// One label, whose value is a word of a short list.
type Label = [(&'static str, &'static str); 1];

/// What waits in the database, of all organizations.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Backlog {
    /// Events that were given up.
    pub given_up: u64,
    /// Events that are still to be acted on.
    pub waiting: u64,
    /// How long the oldest of them has waited, in milliseconds.
    pub oldest_ms: i64,
    /// Refunds and captures that the provider has still to be asked for.
    pub effects: u64,
}

/// The numbers of a process.
#[derive(Debug, Default)]
pub struct Metrics {
    registry: Registry,
    webhooks: Family<Label, Counter>,
    events: Family<Label, Counter>,
    failures: Counter,
    live: Gauge,
    given_up: Gauge,
    waiting: Gauge,
    oldest: Gauge,
    effects: Gauge,
}

impl Metrics {
    /// All at nought.
    #[must_use]
    pub fn new() -> Self {
        let mut all = Self { registry: Registry::with_prefix("checkstand"), ..Self::default() };
        let to = &mut all.registry;
        to.register("webhooks", "Webhooks of the payment provider by answer", all.webhooks.clone());
        to.register("events", "Times that an event was taken up, by what became of it", all.events.clone());
        to.register("live_connections", "Connections that watch", all.live.clone());
        to.register("worker_failures", "Items of the worker that failed, or panicked", all.failures.clone());
        to.register("events_given_up", "Events that wait for a person", all.given_up.clone());
        to.register("events_waiting", "Events that are still to be acted on", all.waiting.clone());
        to.register("events_waiting_oldest_seconds", "Age of the oldest of them", all.oldest.clone());
        to.register("effects_waiting", "Refunds and captures that are still to be sent", all.effects.clone());
        all
    }

    /// Counts a webhook, by a word for its answer.
    pub fn webhook(&self, answer: &'static str) {
        self.webhooks.get_or_create(&[("answer", answer)]).inc();
    }

    /// Counts an event that was taken up, by a word for what became of it.
    pub fn event(&self, outcome: &'static str) {
        self.events.get_or_create(&[("outcome", outcome)]).inc();
    }

    /// Notes how many connections watch.
    pub fn watched_by(&self, connections: usize) {
        self.live.set(i64::try_from(connections).unwrap_or(i64::MAX));
    }

    /// Counts an item of the worker that failed.
    pub fn failed(&self) {
        self.failures.inc();
    }

    /// All of it in the `OpenMetrics` text format, version 1.0.
    #[must_use]
    pub fn told(&self, backlog: &Backlog) -> String {
        let number = |number: u64| i64::try_from(number).unwrap_or(i64::MAX);
        self.given_up.set(number(backlog.given_up));
        self.waiting.set(number(backlog.waiting));
        self.oldest.set(backlog.oldest_ms / 1000);
        self.effects.set(number(backlog.effects));
        let mut text = String::new();
        if text::encode(&mut text, &self.registry).is_err() {
            tracing::error!("the metrics could not be written");
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_and_the_backlog_are_told_in_text() {
        let metrics = Metrics::new();
        metrics.webhook("acknowledged");
        metrics.webhook("acknowledged");
        metrics.event("given_up");
        metrics.failed();
        metrics.watched_by(5);
        let text = metrics.told(&Backlog { given_up: 1, waiting: 2, oldest_ms: 3_999, effects: 4 });
        for line in [
            "checkstand_webhooks_total{answer=\"acknowledged\"} 2",
            "checkstand_events_total{outcome=\"given_up\"} 1",
            "checkstand_worker_failures_total 1",
            "checkstand_live_connections 5",
            "checkstand_events_given_up 1",
            "checkstand_events_waiting 2",
            "checkstand_events_waiting_oldest_seconds 3",
            "checkstand_effects_waiting 4",
            "# EOF",
        ] {
            assert!(text.lines().any(|told| told == line), "{line}:\n{text}");
        }
    }
}
