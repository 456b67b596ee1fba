//! What a caller can do, one verb a file.
//!
//! **Invariant:** a flow decides inside one transaction and calls a provider only outside of any. What is committed
//! before a call says what the call is, so that whoever comes next can finish it.

pub mod account;
mod aftermath;
mod assess;
pub mod audit;
pub mod bind;
pub mod browse;
pub mod cancel;
pub mod capture;
pub mod complete;
mod consign;
pub mod create;
pub mod credential;
mod customer;
pub mod customer_message;
mod decide;
mod dispute;
pub mod doctor;
mod estimate;
pub mod expire;
pub mod explain;
pub mod gift_certificate;
pub mod give_back;
mod held;
pub mod idempotency;
pub mod inbox;
mod intent;
mod intent_record;
pub mod lines;
mod look_up;
mod merchandise;
pub mod merchant;
mod missed;
pub mod outcome;
pub mod pay;
mod place;
pub mod read;
pub mod receive;
pub mod reconcile;
pub mod refund;
pub mod reprice;
pub mod seats;
mod session;
pub mod settle;
pub mod take_up;
mod terms;
pub mod token;
pub mod trusted_document;
mod verify;
pub mod watch;

use std::sync::Arc;

use tokio::sync::{Notify, Semaphore};
use uuid::Uuid;

use crate::{
    clock::Clock,
    config::Config,
    domain::{
        instant::{Span, Timestamp},
        tenant::{Organization, Slug},
    },
    metrics::{Backlog, Metrics},
    payment::{Gateway, registry::Registry, vies::Vies},
    store::Store,
};
pub use crate::{
    payment::Account,
    store::{StoreError, counted, due, products},
};

/// Everything that a flow may reach for.
#[derive(Clone)]
pub struct App {
    /// The database.
    pub store: Store,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Settings of the process.
    pub config: Arc<Config>,
    gateway: Arc<dyn Gateway>,
    registry: Arc<dyn Registry>,
    /// What a monitor asks for.
    pub metrics: Arc<Metrics>,
    remembered: terms::Remembered,
    documents: trusted_document::Found,
    hurry: Arc<Notify>,
    /// How many of those who watch may ask the database at once.
    looks: Arc<Semaphore>,
    /// Who may watch.
    pub seats: seats::Seats,
}

/// Why a flow could not say yes or no.
#[derive(Debug, thiserror::Error)]
pub enum FlowError {
    /// The database did not do what was asked.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A transaction was open where a provider was to be called.
    #[error("a provider was to be called inside a transaction")]
    InTransaction,
    /// The operating system gave no random bytes.
    #[error("no random bytes")]
    NoChance,
    /// The program has a fault, which ended what it was at.
    #[error("a panic")]
    Panicked,
}

impl FlowError {
    /// Whether the same request may succeed later.
    #[must_use]
    pub const fn is_busy(&self) -> bool {
        matches!(self, Self::Store(StoreError::Busy(_) | StoreError::Stale))
    }
}

/// How often a flow starts again when somebody was faster.
const TRIES_MAX: u32 = 8;

impl App {
    /// Puts the parts together.
    #[must_use]
    pub fn new(store: Store, gateway: Arc<dyn Gateway>, clock: Arc<dyn Clock>, config: Arc<Config>) -> Self {
        // Half as many as there are connections, so that buyers find one.
        let looks = (config.database_connections as usize / 2).max(1);
        Self {
            registry: Arc::new(Vies::at(&config.vies_api_base)),
            seats: seats::Seats::new(config.live.connections),
            store,
            clock,
            config,
            gateway,
            metrics: Arc::new(Metrics::new()),
            remembered: terms::Remembered::default(),
            documents: trusted_document::Found::default(),
            hurry: Arc::default(),
            looks: Arc::new(Semaphore::new(looks)),
        }
    }

    /// Now.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// A new id that sorts after earlier ones of this process.
    #[must_use]
    #[expect(clippy::disallowed_methods, reason = "the one place that draws ids")]
    pub fn new_id() -> Uuid {
        Uuid::now_v7()
    }

    /// The organization of a slug.
    pub async fn organization(&self, slug: &Slug) -> Result<Option<Organization>, FlowError> {
        Ok(self.store.organization(slug).await?)
    }

    /// What a worker should look at now or within a while, up to `limit` of each kind, oldest first.
    pub async fn due(&self, within: Span, limit: u64) -> Result<Vec<due::Item>, FlowError> {
        Ok(self.store.due(None, self.now() + within, limit).await?)
    }

    /// Says that something became due sooner than a worker knows.
    pub(crate) fn hurry(&self) {
        self.hurry.notify_one();
    }

    /// Resolves once something became due sooner than was known.
    pub async fn hurried(&self) {
        self.hurry.notified().await;
    }

    /// How many events were given up and wait for a person, of all organizations; `None` where the tables are not up to
    /// date. An answer at all means that the database answers.
    pub async fn given_up(&self) -> Result<Option<u64>, FlowError> {
        if self.store.pending_migrations().await? > 0 {
            return Ok(None);
        }
        Ok(Some(self.store.given_up().await?))
    }

    /// What waits in the database, of all organizations.
    pub async fn backlog(&self) -> Result<Backlog, FlowError> {
        let of = self.store.backlog().await?;
        let oldest_ms = of.oldest_at.map_or(0, |at| (self.now().ms() - at.ms()).max(0));
        Ok(Backlog { given_up: of.given_up, waiting: of.waiting, oldest_ms, effects: of.effects })
    }

    /// The provider, where no transaction of this task is open: a call would hold locks for a network round trip.
    fn gateway(&self) -> Result<&dyn Gateway, FlowError> {
        if self.store.in_transaction() { Err(FlowError::InTransaction) } else { Ok(self.gateway.as_ref()) }
    }

    /// The registry of VAT numbers, likewise.
    fn registry(&self) -> Result<&dyn Registry, FlowError> {
        if self.store.in_transaction() { Err(FlowError::InTransaction) } else { Ok(self.registry.as_ref()) }
    }
}

/// Runs work again from its start while somebody else was faster.
macro_rules! retrying {
    ($work:expr) => {
        $crate::flows::retrying!(tries => $work)
    };
    ($tries:ident => $work:expr) => {{
        let mut $tries = 0;
        loop {
            $tries += 1;
            // Boxed, as a try is the large part of a flow, and a worker's stack is not.
            match Box::pin($work).await {
                Err($crate::flows::FlowError::Store(error))
                    if error.is_stale() && $tries < $crate::flows::TRIES_MAX => {}
                other => break other,
            }
        }
    }};
}
use retrying;
