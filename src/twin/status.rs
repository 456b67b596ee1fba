//! The words for where an intent stands and when its money is taken.
//!
//! **Invariant:** an intent that is not open never opens again, except by a decline: an issuer's no in
//! `processing` asks for another payment method.

use serde::{Deserialize, Serialize};

/// Where an intent stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Status {
    /// Waits for a payment method.
    RequiresPaymentMethod,
    /// Has a payment method, waits to be confirmed.
    RequiresConfirmation,
    /// Waits for the buyer, in 3-D Secure.
    RequiresAction,
    /// Waits for the bank.
    Processing,
    /// Authorized, waits to be captured.
    RequiresCapture,
    /// Paid.
    Succeeded,
    /// Over, unpaid.
    Canceled,
}

impl Status {
    /// The word Stripe uses.
    pub(super) const fn word(self) -> &'static str {
        match self {
            Self::RequiresPaymentMethod => "requires_payment_method",
            Self::RequiresConfirmation => "requires_confirmation",
            Self::RequiresAction => "requires_action",
            Self::Processing => "processing",
            Self::RequiresCapture => "requires_capture",
            Self::Succeeded => "succeeded",
            Self::Canceled => "canceled",
        }
    }

    /// Whether amount and payment method may still change, and a confirmation may come.
    pub(super) const fn is_open(self) -> bool {
        match self {
            Self::RequiresPaymentMethod | Self::RequiresConfirmation | Self::RequiresAction => true,
            Self::Processing | Self::RequiresCapture | Self::Succeeded | Self::Canceled => false,
        }
    }
}

/// When the money is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Capture {
    /// With the confirmation.
    Automatic,
    /// With the confirmation, a little later at the real Stripe.
    AutomaticAsync,
    /// By a request of its own.
    Manual,
}

impl Capture {
    /// The word Stripe uses.
    pub(super) const fn word(self) -> &'static str {
        match self {
            Self::Automatic => "automatic",
            Self::AutomaticAsync => "automatic_async",
            Self::Manual => "manual",
        }
    }
}
