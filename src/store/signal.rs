//! Who waits for news of a session or an order, and who is told.
//!
//! A change is told here after it was committed: to those who wait in this process at once, and on PostgreSQL to the
//! other replicas by NOTIFY. That goes out after the commit and for several changes together, as inside a transaction it
//! would put all commits in one line.
//!
//! **Invariant:** a signal says "look again", never what there is to see. So one that is doubled or early costs a look, and
//! one that is lost costs time until the next look; none is ever believed.

use std::{
    collections::{BTreeSet, HashMap},
    fmt::Write,
    hash::{BuildHasher, Hasher, RandomState},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use sea_orm::{ConnectionTrait, DatabaseConnection, DbBackend, Statement};
use tokio::{runtime::Handle, sync::watch};
use uuid::Uuid;

use super::way::Way;
use crate::domain::ids::OrganizationId;

/// The channel of NOTIFY, one for all organizations: a replica listens once, whatever it serves.
pub(super) const CHANNEL: &str = "checkstand_changes";
/// How long changes are gathered before the other replicas are told.
const GATHER: Duration = Duration::from_millis(20);
/// How many subjects one NOTIFY names: 67 bytes each, of the 8000 that it takes.
const BATCH: usize = 100;

/// What changed: a session or an order, with its tenant.
pub(super) type Subject = (OrganizationId, Uuid);

/// Where changes are told; clones share it.
#[derive(Clone)]
pub struct Signals(Arc<Inner>);

struct Inner {
    /// Tells this process's own telling from that of others.
    replica: u64,
    waiting: Mutex<HashMap<Subject, watch::Sender<()>>>,
    outgoing: Mutex<Outgoing>,
    /// Where other replicas are told; none on SQLite, which has none.
    others: Option<DatabaseConnection>,
}

#[derive(Default)]
struct Outgoing {
    subjects: BTreeSet<Subject>,
    /// Whether a task is at it.
    sending: bool,
}

/// Whoever waits for news of one subject.
pub struct Listener {
    subject: Subject,
    news: watch::Receiver<()>,
    signals: Signals,
}

impl Signals {
    pub(super) fn new(db: &DatabaseConnection) -> Self {
        // Any number that another process hardly draws.
        let replica = RandomState::new().build_hasher().finish();
        let others = (db.get_database_backend() == DbBackend::Postgres).then(|| db.clone());
        Self(Arc::new(Inner { replica, waiting: Mutex::default(), outgoing: Mutex::default(), others }))
    }

    /// Waits for news of a session or an order from now on.
    #[must_use]
    pub fn listen(&self, tenant: OrganizationId, id: Uuid) -> Listener {
        let subject = (tenant, id);
        let mut waiting = held(&self.0.waiting);
        let news = waiting.entry(subject).or_insert_with(|| watch::channel(()).0).subscribe();
        drop(waiting);
        Listener { subject, news, signals: self.clone() }
    }

    /// Tells of changes that were committed.
    pub(super) fn tell(&self, tenant: OrganizationId, ids: BTreeSet<Uuid>) {
        if ids.is_empty() {
            return;
        }
        let subjects = ids.into_iter().map(|id| (tenant, id));
        if self.0.others.is_none() {
            return subjects.for_each(|subject| self.wake(subject));
        }
        let mut outgoing = held(&self.0.outgoing);
        for subject in subjects {
            self.wake(subject);
            outgoing.subjects.insert(subject);
        }
        // At the end of the process there may be no runtime any more, and nobody to tell.
        let Ok(runtime) = Handle::try_current() else { return };
        if !std::mem::replace(&mut outgoing.sending, true) {
            runtime.spawn(self.clone().send());
        }
    }

    fn wake(&self, subject: Subject) {
        if let Some(sender) = held(&self.0.waiting).get(&subject) {
            sender.send_replace(());
        }
    }

    /// Lets all who wait look again: nobody knows what was missed.
    pub(super) fn wake_all(&self) {
        for sender in held(&self.0.waiting).values() {
            sender.send_replace(());
        }
    }

    /// What another replica told.
    pub(super) fn heard(&self, payload: &str) {
        let mut words = payload.split(' ');
        if words.next().and_then(|word| word.parse().ok()) == Some(self.0.replica) {
            return;
        }
        for (tenant, id) in words.filter_map(|word| word.split_once('/')) {
            if let (Ok(tenant), Ok(id)) = (tenant.parse(), id.parse()) {
                self.wake((OrganizationId::from_uuid(tenant), id));
            }
        }
    }

    /// Tells the other replicas until there is nothing more to tell.
    async fn send(self) {
        loop {
            tokio::time::sleep(GATHER).await;
            self.send_batch().await;
            let mut outgoing = held(&self.0.outgoing);
            if outgoing.subjects.is_empty() {
                outgoing.sending = false;
                return;
            }
        }
    }

    /// Tells what is left, before the connections go.
    pub(super) async fn flush(&self) {
        while self.send_batch().await {}
    }

    async fn send_batch(&self) -> bool {
        let Some(db) = &self.0.others else { return false };
        let Some(payload) = self.next_payload() else { return false };
        let told = Statement::from_sql_and_values(
            DbBackend::Postgres,
            "SELECT pg_notify($1, $2)",
            [CHANNEL.into(), payload.into()],
        );
        if let Err(error) = Way::Pool(db.clone()).execute_raw(told).await {
            // They look by themselves after a while.
            let error = super::StoreError::from(error);
            tracing::warn!("other replicas could not be told of a change: {error}");
            return false;
        }
        true
    }

    fn next_payload(&self) -> Option<String> {
        let mut outgoing = held(&self.0.outgoing);
        let rest: Vec<Subject> = outgoing.subjects.iter().skip(BATCH).copied().collect();
        let batch = std::mem::replace(&mut outgoing.subjects, rest.into_iter().collect());
        drop(outgoing);
        let mut payload = self.0.replica.to_string();
        for (tenant, id) in batch.iter().take(BATCH) {
            // Writing into a string does not fail.
            let _written = write!(payload, " {}/{}", tenant.uuid().simple(), id.simple());
        }
        (!batch.is_empty()).then_some(payload)
    }
}

impl Listener {
    /// Resolves once something changed since the last call, or since it began to listen.
    pub async fn changed(&mut self) {
        if self.news.changed().await.is_err() {
            // The sender lives as long as somebody listens.
            std::future::pending::<()>().await;
        }
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        let mut waiting = held(&self.signals.0.waiting);
        // Gone before it is counted, so that of two who leave at once the last one sees that it is.
        self.news = watch::channel(()).1;
        if waiting.get(&self.subject).is_some_and(|sender| sender.receiver_count() == 0) {
            waiting.remove(&self.subject);
        }
    }
}

/// Nothing is left half done under these locks, so a panic of another holder does not matter.
fn held<T>(lock: &Mutex<T>) -> MutexGuard<'_, T> {
    lock.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt;

    use super::*;

    fn signals() -> Signals {
        let inner = Inner { replica: 1, waiting: Mutex::default(), outgoing: Mutex::default(), others: None };
        Signals(Arc::new(inner))
    }

    fn tenant(number: u128) -> OrganizationId {
        OrganizationId::from_uuid(Uuid::from_u128(number))
    }

    fn is_told(listener: &mut Listener) -> bool {
        listener.changed().now_or_never().is_some()
    }

    #[tokio::test]
    async fn only_who_waits_for_it_is_told_and_many_changes_are_one_look() {
        let (signals, id) = (signals(), Uuid::from_u128(7));
        let mut mine = signals.listen(tenant(1), id);
        let mut other = signals.listen(tenant(1), Uuid::from_u128(8));
        let mut elsewhere = signals.listen(tenant(2), id);
        signals.tell(tenant(1), BTreeSet::from([id]));
        signals.tell(tenant(1), BTreeSet::from([id]));
        assert!(is_told(&mut mine) && !is_told(&mut mine));
        assert!(!is_told(&mut other) && !is_told(&mut elsewhere));
        signals.wake_all();
        assert!(is_told(&mut mine) && is_told(&mut other) && is_told(&mut elsewhere));
    }

    #[tokio::test]
    async fn what_is_told_to_others_is_heard_by_them_and_not_by_oneself() {
        let (telling, id) = (signals(), Uuid::from_u128(7));
        for number in 0..=BATCH {
            let id = Uuid::from_u128(7 + u128::try_from(number).unwrap());
            held(&telling.0.outgoing).subjects.insert((tenant(1), id));
        }
        let payload = telling.next_payload().unwrap();
        assert!(payload.len() < 8_000, "{}", payload.len());
        assert!(telling.next_payload().is_some() && telling.next_payload().is_none());
        let mut own = telling.listen(tenant(1), id);
        telling.heard(&payload);
        assert!(!is_told(&mut own));
        let mut inner = Arc::into_inner(signals().0).unwrap();
        inner.replica = 2;
        let hearing = Signals(Arc::new(inner));
        let mut listener = hearing.listen(tenant(1), id);
        for noise in ["", "x", "x y/z", &payload[..20]] {
            hearing.heard(noise);
            assert!(!is_told(&mut listener), "{noise}");
        }
        hearing.heard(&payload);
        assert!(is_told(&mut listener));
    }

    #[tokio::test]
    async fn nothing_is_kept_of_those_who_went() {
        let (signals, id) = (signals(), Uuid::from_u128(7));
        let first = signals.listen(tenant(1), id);
        let mut second = signals.listen(tenant(1), id);
        drop(first);
        signals.tell(tenant(1), BTreeSet::from([id]));
        assert!(is_told(&mut second));
        drop(second);
        assert!(held(&signals.0.waiting).is_empty());
    }
}
