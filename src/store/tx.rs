//! Ways to one tenant's rows: a [`Tx`] reads, a [`WriteTx`] also writes.
//!
//! **Invariant:** each knows its tenant; a write that is not committed undoes everything, and one that is tells whoever waits
//! for what it changed.

use std::{
    collections::BTreeSet,
    ops::Deref,
    sync::{Mutex, PoisonError},
};

use tokio::sync::OwnedMutexGuard;
use uuid::Uuid;

use super::{StoreError, open::Mark, signal::Signals, way::Way};
use crate::{
    domain::ids::OrganizationId,
    failpoint::{Commit, Point, reach},
};

/// A way to one tenant's rows only: each statement by itself, or all inside one transaction.
#[must_use = "a way to rows does nothing by itself"]
pub struct Tx {
    way: Way,
    tenant: OrganizationId,
    _open: Option<Mark>,
}

/// A [`Tx`] that can also write.
#[must_use = "a transaction that is not committed undoes everything"]
pub struct WriteTx {
    // Dropped in this order: the rollback is under way before the next writer may begin.
    tx: Tx,
    _writer: Option<OwnedMutexGuard<()>>,
    changed: Changed,
}

impl Deref for WriteTx {
    type Target = Tx;
    fn deref(&self) -> &Tx {
        &self.tx
    }
}

impl Tx {
    pub(super) const fn new(way: Way, tenant: OrganizationId, open: Option<Mark>) -> Self {
        Self { way, tenant, _open: open }
    }

    /// Whose rows it sees.
    #[must_use]
    pub const fn tenant(&self) -> OrganizationId {
        self.tenant
    }

    pub(super) const fn org(&self) -> uuid::Uuid {
        self.tenant.uuid()
    }

    pub(super) const fn db(&self) -> &Way {
        &self.way
    }
}

/// What is being changed. It is told when this is dropped, also where the answer was lost or nobody waits for it any more: it
/// may be there all the same, and whoever looks will see.
struct Changed {
    ids: Mutex<BTreeSet<Uuid>>,
    /// Whether any of it may be there: from the commit on, or at once where a statement is a transaction by itself.
    may_be: bool,
    tenant: OrganizationId,
    signals: Signals,
}

impl Drop for Changed {
    fn drop(&mut self) {
        if self.may_be {
            let ids = self.ids.get_mut().unwrap_or_else(PoisonError::into_inner);
            self.signals.tell(self.tenant, std::mem::take(ids));
        }
    }
}

impl WriteTx {
    pub(super) fn new(tx: Tx, writer: Option<OwnedMutexGuard<()>>, signals: &Signals) -> Self {
        let may_be = matches!(tx.way, Way::Pool(_));
        let changed = Changed { ids: Mutex::default(), may_be, tenant: tx.tenant, signals: signals.clone() };
        Self { tx, _writer: writer, changed }
    }

    /// Whoever waits for news of a session or an order is told once this is committed. Said before the statement, as one that
    /// is cut off may have had its effect.
    pub(super) fn changes(&self, id: Uuid) {
        self.changed.ids.lock().unwrap_or_else(PoisonError::into_inner).insert(id);
    }

    /// Makes everything durable. An error may also mean that the answer was lost, so a retry goes through a key.
    pub async fn commit(self) -> Result<(), StoreError> {
        let mut changed = self.changed;
        changed.may_be = true;
        match self.tx.way {
            Way::Transaction(transaction) => Ok(transaction.commit().await?),
            // Its one statement was a transaction by itself.
            Way::Pool(_) => Ok(()),
        }
    }

    /// The same for a step of a flow that tests interrupt. What is one statement is passed by before that statement.
    pub async fn commit_as(self, step: Commit) -> Result<(), StoreError> {
        if matches!(self.tx.way, Way::Transaction(_)) {
            reach(Point::Before(step));
        }
        self.commit().await?;
        reach(Point::After(step));
        Ok(())
    }
}
