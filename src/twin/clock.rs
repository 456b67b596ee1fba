//! The twin's time: the machine's, moved by an offset that tests set.
//!
//! **Invariant:** this is the only place in the twin that asks the machine for the time of day, so moving the offset
//! moves everything: created stamps, the end of idempotency keys, due deliveries, signatures.

use std::time::{SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Serialize};

/// How long Stripe remembers an idempotency key.
pub(super) const DAY_MS: i64 = 24 * 60 * 60 * 1_000;

/// The machine's clock plus an offset; kept with the state, so a restart does not move time back.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(super) struct Clock {
    offset_ms: i64,
}

impl Clock {
    /// Milliseconds since 1970, offset included.
    pub(super) fn now_ms(&self) -> i64 {
        machine_ms().saturating_add(self.offset_ms)
    }

    /// Moves time; a negative number moves it back.
    pub(super) fn advance(&mut self, ms: i64) {
        self.offset_ms = self.offset_ms.saturating_add(ms);
    }
}

#[expect(clippy::disallowed_methods, reason = "the one reading of the machine's clock, behind Clock")]
fn machine_ms() -> i64 {
    // A machine set before 1970 reads as 1970: the twin has no use for earlier days.
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}
