//! The time, handed in.
//!
//! **Invariant:** nobody else asks the operating system for the time, so that tests can stop and move it, and every
//! instant has whole milliseconds from the start.

use std::sync::atomic::{AtomicI64, Ordering};

use time::OffsetDateTime;

use crate::domain::instant::{Span, Timestamp};

/// Says what time it is.
pub trait Clock: Send + Sync {
    /// Now, in whole milliseconds of UTC.
    fn now(&self) -> Timestamp;
}

/// The operating system's clock.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "the one place that reads the time")]
    fn now(&self) -> Timestamp {
        let nanos = OffsetDateTime::now_utc().unix_timestamp_nanos();
        Timestamp::from_ms(i64::try_from(nanos / 1_000_000).unwrap_or(i64::MAX))
    }
}

/// A clock that stands until it is moved.
#[derive(Debug)]
pub struct StoppedClock(AtomicI64);

impl StoppedClock {
    /// Stands at an instant.
    #[must_use]
    pub const fn at(now: Timestamp) -> Self {
        Self(AtomicI64::new(now.ms()))
    }

    /// Moves on.
    pub fn advance(&self, by: Span) {
        self.0.fetch_add(by.ms(), Ordering::SeqCst);
    }
}

impl Clock for StoppedClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_ms(self.0.load(Ordering::SeqCst))
    }
}
