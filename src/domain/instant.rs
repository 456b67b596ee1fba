//! A point in time.
//!
//! **Invariant:** whole milliseconds of UTC since 1970, on both databases alike; a window is half open, so an
//! instant that equals an end is past it.

use std::ops::Add;

/// Milliseconds since 1970-01-01T00:00:00Z.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Timestamp(i64);

/// A span of time in milliseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span(i64);

impl Span {
    /// So many milliseconds.
    #[must_use]
    pub const fn from_ms(ms: i64) -> Self {
        Self(ms)
    }

    /// So many minutes.
    #[must_use]
    pub const fn from_minutes(minutes: i64) -> Self {
        Self(minutes * 60_000)
    }

    /// So many hours.
    #[must_use]
    pub const fn from_hours(hours: i64) -> Self {
        Self(hours * 3_600_000)
    }

    /// In milliseconds.
    #[must_use]
    pub const fn ms(self) -> i64 {
        self.0
    }
}

impl Timestamp {
    /// So many milliseconds after 1970-01-01T00:00:00Z.
    #[must_use]
    pub const fn from_ms(ms: i64) -> Self {
        Self(ms)
    }

    /// Milliseconds since 1970-01-01T00:00:00Z.
    #[must_use]
    pub const fn ms(self) -> i64 {
        self.0
    }

    /// Whether this instant has come at `now`.
    #[must_use]
    pub fn has_come(self, now: Self) -> bool {
        self <= now
    }
}

impl Add<Span> for Timestamp {
    type Output = Self;
    fn add(self, span: Span) -> Self {
        Self(self.0 + span.0)
    }
}

/// Whether `now` lies in the half-open window; an end left out is open.
#[must_use]
pub fn within(now: Timestamp, from: Option<Timestamp>, until: Option<Timestamp>) -> bool {
    from.is_none_or(|from| from.has_come(now)) && until.is_none_or(|until| !until.has_come(now))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_window_takes_its_start_and_leaves_its_end() {
        let at = Timestamp::from_ms;
        assert!(within(at(10), Some(at(10)), Some(at(20))));
        assert!(!within(at(20), Some(at(10)), Some(at(20))));
        assert!(!within(at(9), Some(at(10)), None));
        assert!(within(at(9), None, None));
    }
}
