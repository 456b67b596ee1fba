//! Idempotency keys as Stripe keeps them: per account, for a day.
//!
//! **Invariant:** while a key is remembered it has one effect and one answer; the same key for anything else
//! is refused, and so is a second request while the first is being worked on.

use serde::{Deserialize, Serialize};

use super::clock::DAY_MS;
use super::error::ApiError;
use super::state::Account;

/// Stripe's limit on a key.
const KEY_MAX: usize = 255;

/// An answer to replay.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Remembered {
    /// Method, path and parameters.
    pub(super) fingerprint: String,
    /// HTTP status.
    pub(super) status: u16,
    /// The body as it was sent.
    pub(super) body: String,
    /// The request that was answered first.
    pub(super) request_id: String,
    /// When.
    pub(super) created_ms: i64,
}

/// What a key means for a request that brings it.
pub(super) enum Claim {
    /// Never seen: go on. The key is in flight until `release`.
    Fresh,
    /// Answered before.
    Replay(Remembered),
}

/// Claims a key for one request.
pub(super) fn claim(
    account: &mut Account,
    key: &str,
    fingerprint: &str,
    now_ms: i64,
) -> Result<Claim, ApiError> {
    if key.len() > KEY_MAX {
        return Err(ApiError::idempotency(400, "Idempotency keys can have up to 255 characters."));
    }
    account.remembered.retain(|_, answer| answer.created_ms > now_ms - DAY_MS);
    if let Some(answer) = account.remembered.get(key) {
        if answer.fingerprint == fingerprint {
            return Ok(Claim::Replay(answer.clone()));
        }
        let message = format!(
            "Keys for idempotent requests can only be used with the same parameters they were first used with. \
             Try using a key other than '{key}' if you meant to execute a different request."
        );
        return Err(ApiError::idempotency(400, &message));
    }
    if !account.in_flight.insert(key.to_owned()) {
        let message = format!(
            "There is currently another in-progress request using this Idempotent Key: {key}. Please try again \
             later."
        );
        return Err(ApiError::idempotency(409, &message).code("idempotency_key_in_use"));
    }
    Ok(Claim::Fresh)
}

/// Ends a claim, with the answer to remember if there is one.
pub(super) fn release(account: &mut Account, key: &str, answer: Option<Remembered>) {
    account.in_flight.remove(key);
    if let Some(answer) = answer {
        account.remembered.insert(key.to_owned(), answer);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(created_ms: i64) -> Remembered {
        Remembered {
            fingerprint: "f".into(),
            status: 200,
            body: "{}".into(),
            request_id: "req_1".into(),
            created_ms,
        }
    }

    #[test]
    fn a_key_is_forgotten_after_a_day() {
        let mut account = Account::default();
        release(&mut account, "k", Some(answer(0)));
        assert!(matches!(claim(&mut account, "k", "f", DAY_MS - 1), Ok(Claim::Replay(_))));
        assert!(matches!(claim(&mut account, "k", "f", DAY_MS), Ok(Claim::Fresh)));
    }

    #[test]
    fn a_key_in_flight_is_refused() {
        let mut account = Account::default();
        assert!(matches!(claim(&mut account, "k", "f", 0), Ok(Claim::Fresh)));
        assert_eq!(claim(&mut account, "k", "f", 0).err().map(|error| error.status), Some(409));
        release(&mut account, "k", None);
        assert!(matches!(claim(&mut account, "k", "f", 0), Ok(Claim::Fresh)));
    }
}
