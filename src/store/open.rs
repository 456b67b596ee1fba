//! Which tasks have a transaction open.
//!
//! **Invariant:** a mark is taken when a transaction begins and given back when it ends, however it ends, so that a
//! call of a provider inside a transaction is found in production builds, too.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use tokio::task::{self, Id};

/// How many transactions each task has open.
#[derive(Clone, Default)]
pub(super) struct OpenTransactions(Arc<Mutex<HashMap<Id, usize>>>);

/// One open transaction.
pub(super) struct Mark {
    of: Option<(OpenTransactions, Id)>,
}

impl OpenTransactions {
    /// Counts one more for the calling task.
    pub(super) fn mark(&self) -> Mark {
        let Some(task) = task::try_id() else { return Mark { of: None } };
        *self.0.lock().unwrap_or_else(PoisonError::into_inner).entry(task).or_default() += 1;
        Mark { of: Some((self.clone(), task)) }
    }

    /// Whether the calling task has one.
    pub(super) fn by_this_task(&self) -> bool {
        task::try_id()
            .is_some_and(|task| self.0.lock().unwrap_or_else(PoisonError::into_inner).contains_key(&task))
    }
}

impl Drop for Mark {
    fn drop(&mut self) {
        let Some((all, task)) = self.of.take() else { return };
        let mut all = all.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = all.get_mut(&task) {
            *count -= 1;
            if *count == 0 {
                all.remove(&task);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_task_has_a_transaction_open_until_its_last_mark_is_gone() {
        let open = OpenTransactions::default();
        let seen = tokio::spawn(async move {
            let (first, second) = (open.mark(), open.mark());
            let elsewhere = open.clone();
            let other = tokio::spawn(async move { elsewhere.by_this_task() }).await.unwrap();
            drop(first);
            let still = open.by_this_task();
            drop(second);
            (other, still, open.by_this_task())
        });
        assert_eq!(seen.await.unwrap(), (false, true, false));
    }
}
