//! A stand-in for Stripe that speaks Stripe's HTTP. No money moves.
//!
//! It plays somebody else's server, so it shares no code with ours: payment intents, refunds, disputes, charges, events
//! and the account; tax calculations by a table of its own; idempotency replay; test cards; signed webhooks with retries; and switches that make all
//! of it misbehave on purpose. Each secret key is an account of its own.
//!
//! **Invariant:** what Stripe would call done is in the state file before anybody hears of it, so the process
//! that hosts the twin may be killed at any moment.
//!
//! Read `routes` (a request's way), `books` (one account, open for one request), `intent`, `payment`, `refund` and
//! `dispute` (what happens to money), `webhook` and `deliver` (who is told), `store` (how it is kept).

mod answer;
mod books;
mod card;
mod clock;
mod control;
mod deliver;
mod dispute;
mod edge;
mod element;
mod error;
mod fault;
mod form;
mod idempotency;
mod intent;
mod key;
mod mint;
mod money;
mod object;
mod operation;
mod payment;
mod refund;
mod routes;
mod search;
mod state;
mod status;
mod store;
mod switch;
mod tax;
mod view;
mod webhook;

use std::collections::BTreeMap;
use std::io;
use std::path::PathBuf;
use std::sync::Arc;

use axum::{Router, middleware};
use serde_json::Value;

pub use dispute::DisputeStatus;
pub use fault::{Fault, FaultKind};
pub use switch::{Settlement, TwinError};
pub use view::{DeliveryView, IntentView};
pub use webhook::{DeliveryStatus, Letter, Picked, ReleaseOrder, WebhookSwitch};

use books::{Books, Origin, Rules};
use error::ApiError;
use state::Account;
use store::Store;
use webhook::Endpoint;

/// How a twin is set up.
#[derive(Debug, Clone, Default)]
pub struct TwinOptions {
    /// Where everything is kept; none means in memory only.
    pub state_file: Option<PathBuf>,
    /// After how many milliseconds a late success comes by itself; none means only by `settle`.
    pub late_success_ms: Option<u64>,
    /// How many milliseconds a new intent stays invisible to search, as happens at the real Stripe.
    pub search_lag_ms: u64,
}

/// A running twin; clones share it. Its deliverer ends with the last clone and router, or on `shutdown`.
#[derive(Debug, Clone)]
pub struct Twin {
    store: Arc<Store>,
}

impl Twin {
    /// Reads the state file, if there is one, and starts the deliverer. Needs a tokio runtime.
    pub fn start(options: TwinOptions) -> io::Result<Self> {
        let in_range = |ms: u64| i64::try_from(ms).unwrap_or(i64::MAX);
        let rules = Rules {
            late_success_ms: options.late_success_ms.map(in_range),
            search_lag_ms: in_range(options.search_lag_ms),
        };
        let store = Arc::new(Store::open(options.state_file, rules)?);
        let runtime = tokio::runtime::Handle::try_current().map_err(io::Error::other)?;
        runtime.spawn(deliver::run(Arc::downgrade(&store)));
        Ok(Self { store })
    }

    /// Stripe's `/v1/…`, its script as `/element.js` and the switches under `/_twin`; to be served at the root or nested under a path.
    pub fn router(&self) -> Router {
        let stripe = routes::router().with_state(Arc::clone(&self.store));
        let switches = control::router().with_state(self.clone());
        switches.merge(stripe).merge(element::router()).layer(middleware::from_fn(edge::dress))
    }

    /// Ends the deliverer; requests are still answered.
    pub fn shutdown(&self) {
        self.store.stop();
    }

    /// Sends the events of an account to this address from now on.
    pub fn register_webhook(
        &self,
        secret_key: &str,
        url: &str,
        webhook_secret: &str,
    ) -> Result<(), TwinError> {
        let authority = url.strip_prefix("http://").map(|rest| rest.split(['/', '?', '#']).next());
        if !authority.flatten().is_some_and(edge::is_loopback) {
            return Err(TwinError::Url);
        }
        if webhook_secret.is_empty() {
            return Err(TwinError::Input("the webhook secret is empty".to_owned()));
        }
        let endpoint = Endpoint { url: url.to_owned(), secret: webhook_secret.to_owned() };
        self.with_account(secret_key, |account| account.endpoint = Some(endpoint))
    }

    /// Makes the webhooks of an account misbehave, or behave again.
    pub fn switch_webhooks(&self, secret_key: &str, switch: WebhookSwitch) -> Result<(), TwinError> {
        self.with_account(secret_key, |account| webhook::turn(account, switch))
    }

    /// Takes the held deliveries of an account out, oldest first: whoever asks brings them to their endpoint, or does not.
    #[must_use]
    pub fn take_held(&self, secret_key: &str) -> Vec<Letter> {
        let taken = |account: &mut Account| webhook::take_held(account);
        self.store.change(|state| state.accounts.get_mut(secret_key).map(taken).unwrap_or_default())
    }

    /// Sets a fault for a coming request, behind those already set.
    pub fn inject(&self, fault: Fault) {
        self.store.change(|state| state.faults.push(fault));
    }

    /// Faults that have not struck yet.
    #[must_use]
    pub fn faults_waiting(&self) -> usize {
        self.store.look(|state| state.faults.len())
    }

    /// Takes back all faults.
    pub fn clear_faults(&self) {
        self.store.change(|state| state.faults.clear());
    }

    /// Moves the twin's time.
    pub fn advance(&self, ms: i64) {
        self.store.change(|state| state.clock.advance(ms));
    }

    /// The twin's time, in milliseconds since 1970.
    #[must_use]
    pub fn now_ms(&self) -> i64 {
        self.store.look(|state| state.clock.now_ms())
    }

    /// Ends 3-D Secure for an intent in `requires_action`; answers the intent.
    pub fn authenticate(&self, intent_id: &str, outcome: Settlement) -> Result<Value, TwinError> {
        self.on_intent(intent_id, |books| books.authenticate(intent_id, outcome == Settlement::Succeed))
    }

    /// Ends the bank's thinking for an intent in `processing`; answers the intent.
    pub fn settle(&self, intent_id: &str, outcome: Settlement) -> Result<Value, TwinError> {
        self.on_intent(intent_id, |books| books.settle(intent_id, outcome == Settlement::Succeed))
    }

    /// Changes the amount of an unpaid intent behind the shop's back, as its owner may in Stripe's dashboard.
    pub fn change_amount(&self, intent_id: &str, amount: i64) -> Result<Value, TwinError> {
        self.on_intent(intent_id, |books| books.change_amount(intent_id, amount))
    }

    /// Lets the bank send the last refund of an intent back; answers the refund.
    pub fn fail_refund(&self, intent_id: &str) -> Result<Value, TwinError> {
        self.on_intent(intent_id, |books| {
            let of = books.account.refunds.values().filter(|one| one.intent_id == intent_id && !one.failed);
            let last = of.max_by_key(|refund| refund.sequence).map(|refund| refund.id.clone());
            books.fail_refund(&last.unwrap_or_default())
        })
    }

    /// Lets the card holder dispute a payment, all that is left of it or an amount; answers the dispute.
    pub fn dispute(
        &self,
        intent_id: &str,
        amount: Option<i64>,
        status: DisputeStatus,
    ) -> Result<Value, TwinError> {
        self.on_intent(intent_id, |books| books.open_dispute(intent_id, amount, status))
    }

    /// Moves the last dispute of a payment; answers the dispute.
    pub fn move_dispute(&self, intent_id: &str, to: DisputeStatus) -> Result<Value, TwinError> {
        self.on_intent(intent_id, |books| books.move_dispute(intent_id, to))
    }

    /// All intents of an account, oldest first.
    #[must_use]
    pub fn snapshot(&self, secret_key: &str) -> Vec<IntentView> {
        self.store.look(|state| state.accounts.get(secret_key).map(view::intents).unwrap_or_default())
    }

    /// All deliveries of an account, finished ones first.
    #[must_use]
    pub fn deliveries(&self, secret_key: &str) -> Vec<DeliveryView> {
        self.store.look(|state| state.accounts.get(secret_key).map(view::deliveries).unwrap_or_default())
    }

    /// How many requests arrived at `"POST /v1/payment_intents/:id/confirm"` and the like, in all accounts.
    #[must_use]
    pub fn calls(&self) -> BTreeMap<String, u64> {
        self.store.look(|state| {
            let mut sum = BTreeMap::new();
            for (pattern, count) in state.accounts.values().flat_map(|account| &account.calls) {
                *sum.entry(pattern.clone()).or_default() += count;
            }
            sum
        })
    }

    /// The same for one account.
    #[must_use]
    pub fn calls_of(&self, secret_key: &str) -> BTreeMap<String, u64> {
        let calls = |account: &Account| account.calls.clone();
        self.store.look(|state| state.accounts.get(secret_key).map(calls).unwrap_or_default())
    }

    fn with_account(&self, secret_key: &str, work: impl FnOnce(&mut Account)) -> Result<(), TwinError> {
        if !key::is_secret_key(secret_key) {
            return Err(TwinError::Key);
        }
        self.store.change(|state| work(state.accounts.entry(secret_key.to_owned()).or_default()));
        Ok(())
    }

    /// Works on an intent whose account is not known: its id is unique among all.
    fn on_intent(
        &self,
        id: &str,
        work: impl FnOnce(&mut Books<'_>) -> Result<Value, ApiError>,
    ) -> Result<Value, TwinError> {
        let owner = self.store.look(|state| {
            let mut accounts = state.accounts.iter();
            accounts.find(|(_, account)| account.intents.contains_key(id)).map(|(key, _)| key.clone())
        });
        let key = owner.ok_or(TwinError::NoSuchIntent)?;
        self.store
            .with_books(&key, Origin::default(), work)
            .map_err(|error| TwinError::Refused(error.message()))
    }
}
