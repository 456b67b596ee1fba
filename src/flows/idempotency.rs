//! Keys that make a repeat harmless.
//!
//! **Invariant:** the same key with the same input has one effect; with another input it is refused. A fingerprint tells
//! null from absent. Only success is remembered, so a corrected input may use the key again.

use super::token::sha256;
use crate::{
    domain::instant::Span,
    store::idempotency::{Key, Record},
};

/// How long a key is remembered.
pub const KEPT: Span = Span::from_hours(24);
/// How long a create is replayed: the door is open to everybody, and the replay hands out a token.
pub const CREATE_REPLAYED: Span = Span::from_minutes(10);
/// The fewest characters of a key at create: 128 bits in base 64. It is all that guards the replay's token.
pub const CREATE_KEY_MIN: usize = 22;
/// The most characters of a key.
pub const KEY_MAX: usize = 255;

/// A client's key with a fingerprint of its input.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Repeatable {
    /// The key as sent.
    pub key: String,
    /// Everything else that was sent, in a form that tells null from absent.
    pub input: String,
}

impl Repeatable {
    /// As it is stored.
    pub(super) fn stored(&self, operation: &'static str, scope: &str) -> Key {
        Key {
            operation,
            scope: scope.to_owned(),
            hash: sha256(self.key.as_bytes()),
            fingerprint: sha256(self.input.as_bytes()),
        }
    }
}

/// What a key that is used again means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Seen {
    /// The same request.
    Repeat(Record),
    /// Another request under the same key.
    Conflict,
}

/// Compares a request with what its key did.
pub(super) fn compare(key: &Key, record: Record) -> Seen {
    if record.fingerprint == key.fingerprint { Seen::Repeat(record) } else { Seen::Conflict }
}
