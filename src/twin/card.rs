//! The test cards: what each payment method does when it is charged.
//!
//! **Invariant:** a payment method the twin does not know is refused like an unknown id; nothing is ever
//! charged by default.

use serde::{Deserialize, Serialize};

use super::error::ApiError;
use super::form::Form;

/// What happens when this card is charged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Card {
    /// Succeeds at once.
    Success,
    /// Declined without a reason.
    Declined,
    /// Declined: not enough money.
    InsufficientFunds,
    /// Declined: the card is too old.
    Expired,
    /// Asks for 3-D Secure.
    Challenge,
    /// Stays in processing and is settled later.
    Late,
    /// Succeeds, and is disputed at once.
    Disputed,
    /// Succeeds, and the bank asks what it was for.
    Inquired,
}

/// Why an issuer said no.
pub(super) struct Decline {
    /// Stripe's error code.
    pub(super) code: &'static str,
    /// The issuer's reason, Stripe's `decline_code`; empty where the issuer was not asked.
    pub(super) reason: &'static str,
    /// Text for the buyer.
    pub(super) message: &'static str,
}

/// A decline that gives no reason.
pub(super) const GENERIC_DECLINE: Decline =
    Decline { code: "card_declined", reason: "generic_decline", message: "Your card was declined." };

const INSUFFICIENT_FUNDS: Decline = Decline {
    code: "card_declined",
    reason: "insufficient_funds",
    message: "Your card has insufficient funds.",
};

const EXPIRED: Decline =
    Decline { code: "expired_card", reason: "expired_card", message: "Your card has expired." };

impl Card {
    /// The card behind a test token or a test number.
    fn of(token: &str) -> Option<Self> {
        match token {
            "pm_card_visa" | "pm_card_mastercard" | "4242424242424242" | "5555555555554444" => {
                Some(Self::Success)
            }
            "pm_card_chargeDeclined" | "pm_card_visa_chargeDeclined" | "4000000000000002" => {
                Some(Self::Declined)
            }
            "pm_card_chargeDeclinedInsufficientFunds"
            | "pm_card_visa_chargeDeclinedInsufficientFunds"
            | "4000000000009995" => Some(Self::InsufficientFunds),
            "pm_card_chargeDeclinedExpiredCard"
            | "pm_card_visa_chargeDeclinedExpiredCard"
            | "4000000000000069" => Some(Self::Expired),
            "pm_card_threeDSecure2Required"
            | "pm_card_authenticationRequired"
            | "4000002500003155"
            | "4000002760003184" => Some(Self::Challenge),
            "pm_twin_late_success" => Some(Self::Late),
            "pm_card_createDispute" | "4000000000000259" => Some(Self::Disputed),
            "pm_card_createDisputeInquiry" | "4000000000001976" => Some(Self::Inquired),
            _ => None,
        }
    }

    /// The card a request names, by token, by number, or by `payment_method_data`.
    pub(super) fn from_form(form: &Form) -> Result<Option<Self>, ApiError> {
        let number = form.text("payment_method_data[card][number]");
        let Some(token) = form.text("payment_method").or(number) else { return Ok(None) };
        let plain: String = token.chars().filter(|sign| *sign != ' ').collect();
        Self::of(&plain).map(Some).ok_or_else(|| ApiError::no_such("PaymentMethod", &plain, "payment_method"))
    }

    /// Why it is declined, if it is.
    pub(super) fn decline(self) -> Option<&'static Decline> {
        match self {
            Self::Declined => Some(&GENERIC_DECLINE),
            Self::InsufficientFunds => Some(&INSUFFICIENT_FUNDS),
            Self::Expired => Some(&EXPIRED),
            Self::Success | Self::Challenge | Self::Late | Self::Disputed | Self::Inquired => None,
        }
    }

    /// The last four digits a shop would show.
    pub(super) fn last4(self) -> &'static str {
        match self {
            Self::Success | Self::Late => "4242",
            Self::Declined => "0002",
            Self::InsufficientFunds => "9995",
            Self::Expired => "0069",
            Self::Challenge => "3155",
            Self::Disputed => "0259",
            Self::Inquired => "1976",
        }
    }
}
