//! What the switches take, and why one does not turn.
//!
//! **Invariant:** a switch that refuses has changed nothing.

use std::fmt;

use serde::{Deserialize, Serialize};

/// How a payment that waits for somebody ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Settlement {
    /// The money comes.
    Succeed,
    /// It does not.
    Fail,
}

/// Why a switch did not turn.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TwinError {
    /// Not a secret key of test mode.
    Key,
    /// Not a plain http address of this machine.
    Url,
    /// No account has this intent.
    NoSuchIntent,
    /// The input could not be read.
    Input(String),
    /// The intent's state does not allow it.
    Refused(String),
}

impl fmt::Display for TwinError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Key => f.write_str("the twin takes secret keys of test mode only: sk_test_…"),
            Self::Url => f.write_str("the twin delivers to http addresses of this machine only"),
            Self::NoSuchIntent => f.write_str("no account has this payment intent"),
            Self::Input(why) => write!(f, "the input could not be read: {why}"),
            Self::Refused(why) => f.write_str(why),
        }
    }
}

impl std::error::Error for TwinError {}
