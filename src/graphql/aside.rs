//! What the resolver of a subscription and whoever sends its answers tell each other.
//!
//! **Invariant:** a turn among those who look is held from the look until all that is shown of it was read, and no longer:
//! not while an answer waits for its client.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::flows::watch::Turn;

/// One for each subscription; clones share it.
#[derive(Clone, Default)]
pub(super) struct Aside(Arc<Mutex<Look>>);

#[derive(Default)]
struct Look {
    #[expect(dead_code, reason = "held, not read")]
    turn: Option<Turn>,
    is_known: bool,
}

impl Aside {
    /// A state was read in this turn and is now shown; whether the client said that it has it.
    pub(super) fn shows(&self, turn: Turn, is_known: bool) {
        *self.look() = Look { turn: Some(turn), is_known };
    }

    /// It was shown: gives the turn back, and says whether the client has it.
    pub(super) fn shown(&self) -> bool {
        std::mem::take(&mut *self.look()).is_known
    }

    fn look(&self) -> MutexGuard<'_, Look> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
