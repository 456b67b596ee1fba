//! Faults on purpose: what the next matching request runs into.
//!
//! **Invariant:** a fault strikes as often as it says, by default once, and only a request that matches its
//! method, path and account. Faults are tried in the order they were set.

use serde::{Deserialize, Serialize};

/// How a request goes wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FaultKind {
    /// Nothing for a while, then 504; no effect.
    TimeoutBefore {
        /// How long the client waits.
        ms: u64,
    },
    /// The effect happens, then nothing for a while, then 504.
    TimeoutAfter {
        /// How long the client waits.
        ms: u64,
    },
    /// The effect happens, the connection breaks in the middle of the answer.
    ResetMidBody,
    /// 429 with `Retry-After`; no effect.
    RateLimited {
        /// Seconds to wait.
        retry_after: u32,
    },
    /// 500; no effect, and the idempotency key remembers nothing.
    ServerError,
    /// 500; no effect, yet the idempotency key replays the 500.
    ServerErrorStored,
    /// The effect happens, the answer is 500, and the idempotency key replays the 500.
    ServerErrorAfter,
    /// The issuer declines; for requests that charge nothing, a 402 without effect.
    Declined402,
    /// The secret key is refused.
    KeyRevoked,
    /// The effect comes late; meanwhile the idempotency key is in use.
    Slow {
        /// How late.
        ms: u64,
    },
}

/// A fault and the requests it waits for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fault {
    /// The HTTP method; none matches any.
    #[serde(default)]
    pub method: Option<String>,
    /// How the path begins, without the prefix the twin is mounted under.
    #[serde(default)]
    pub path: String,
    /// Whether `path` is the whole path.
    #[serde(default)]
    pub exact: bool,
    /// The account; none matches any.
    #[serde(default)]
    pub secret_key: Option<String>,
    /// How many requests it strikes.
    #[serde(default = "once")]
    pub times: u32,
    /// What happens.
    pub kind: FaultKind,
}

fn once() -> u32 {
    1
}

impl Fault {
    /// A fault for one request whose path begins like this, in any account.
    #[must_use]
    pub fn once(kind: FaultKind, method: &str, path: &str) -> Self {
        let method = Some(method.to_owned());
        Self { method, path: path.to_owned(), exact: false, secret_key: None, times: 1, kind }
    }

    /// The same, for one account only.
    #[must_use]
    pub fn for_account(mut self, secret_key: &str) -> Self {
        self.secret_key = Some(secret_key.to_owned());
        self
    }

    fn matches(&self, method: &str, path: &str, secret_key: &str) -> bool {
        self.method.as_deref().is_none_or(|own| own.eq_ignore_ascii_case(method))
            && if self.exact { path == self.path } else { path.starts_with(&self.path) }
            && self.secret_key.as_deref().is_none_or(|own| own == secret_key)
    }
}

/// The first fault that waits for this request; it has struck once more.
pub(super) fn take(faults: &mut Vec<Fault>, method: &str, path: &str, secret_key: &str) -> Option<FaultKind> {
    let at = faults.iter().position(|fault| fault.matches(method, path, secret_key))?;
    let kind = faults[at].kind;
    faults[at].times = faults[at].times.saturating_sub(1);
    if faults[at].times == 0 {
        faults.remove(at);
    }
    Some(kind)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_strikes_once_and_only_its_request() {
        let mut faults = vec![Fault::once(FaultKind::ServerError, "POST", "/v1/refunds").for_account("a")];
        assert_eq!(take(&mut faults, "GET", "/v1/refunds", "a"), None);
        assert_eq!(take(&mut faults, "POST", "/v1/refunds", "b"), None);
        assert_eq!(take(&mut faults, "POST", "/v1/refunds", "a"), Some(FaultKind::ServerError));
        assert_eq!(take(&mut faults, "POST", "/v1/refunds", "a"), None);
    }

    #[test]
    fn the_json_form_is_short() {
        let fault: Fault =
            serde_json::from_str(r#"{"path":"/v1","kind":{"timeout_after":{"ms":5}}}"#).unwrap();
        assert_eq!((fault.times, fault.kind), (1, FaultKind::TimeoutAfter { ms: 5 }));
    }
}
