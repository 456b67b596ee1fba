//! What was decided about money that was taken, as buyers see it.
//!
//! **Invariant:** the decision as it was stored; nothing here decides. Of a payment a buyer sees the amount and what becomes
//! of it; the provider's ids stay with the merchant.

use async_graphql::{Context, Enum, Object, Result};

use super::{
    error::failure,
    refund::RefundStatus,
    request::{app, caller},
    scalar::{DateTime, Money},
};
use crate::{
    domain::{
        currency::Currency,
        ids::SessionId,
        money::Minor,
        tenant::Organization,
        verdict::{self as domain},
    },
    flows::read::{self, Decision, Outcome},
};

/// What becomes of a payment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
pub enum PaymentVerdictOutcome {
    /// It became the order.
    Honored,
    /// It goes back; see refundStatus.
    Refunded,
    /// A person at the merchant decides.
    HeldForReview,
}

/// Why.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "domain::Reason")]
pub enum PaymentVerdictReason {
    /// It was paid as agreed.
    OnTime,
    /// It was paid after its total was binding, and what was bought is still there.
    Late,
    /// The session was canceled or had expired.
    Ended,
    /// The session has an order already, paid by another payment.
    Duplicate,
    /// More than the total was taken.
    Over,
    /// Less than the total was taken.
    Under,
    /// It was taken in another currency.
    WrongCurrency,
    /// What was bought is no longer held.
    StockGone,
    /// The total that it paid was dropped.
    Released,
    /// Test money at a live shop, or the other way round.
    ModeMismatch,
    /// It names no total of this session.
    UnknownBinding,
}

/// What was decided about money that was taken, once the payment provider said so.
pub struct PaymentVerdict(Decision);

impl PaymentVerdict {
    /// About the payments of a session, oldest first.
    pub(super) async fn of(
        ctx: &Context<'_>,
        tenant: &Organization,
        session: SessionId,
    ) -> Result<Vec<Self>> {
        let found = read::verdicts(app(ctx)?, tenant, session).await;
        let found = found.map_err(|error| caller(ctx).map(|caller| failure(caller, &error)));
        match found {
            Ok(decided) => Ok(decided.into_iter().map(Self).collect()),
            Err(error) => Err(error?),
        }
    }
}

/// What was decided about money that was taken, once the payment provider said so.
#[Object]
impl PaymentVerdict {
    /// What becomes of it.
    async fn outcome(&self) -> PaymentVerdictOutcome {
        match self.0.outcome {
            Outcome::Honour(_) => PaymentVerdictOutcome::Honored,
            Outcome::Refund => PaymentVerdictOutcome::Refunded,
            Outcome::Review => PaymentVerdictOutcome::HeldForReview,
        }
    }

    /// Why.
    async fn reason(&self) -> PaymentVerdictReason {
        self.0.reason.into()
    }

    /// What was taken; null in a currency that this server does not know.
    async fn amount(&self) -> Option<Money> {
        let currency: Currency = self.0.currency.to_uppercase().parse().ok()?;
        Some(Money::of(Minor::new(self.0.amount), currency))
    }

    /// Where the money stands that goes back; null where none does.
    async fn refund_status(&self) -> Option<RefundStatus> {
        self.0.refund.map(|(_, status)| status.into())
    }

    /// When it was decided.
    async fn decided_at(&self) -> DateTime {
        DateTime(self.0.decided_at)
    }
}

#[cfg(test)]
mod tests {
    use async_graphql::resolver_utils::EnumType;

    use super::*;

    #[test]
    fn every_reason_is_found_again_by_the_word_that_is_stored() {
        for item in PaymentVerdictReason::items() {
            let reason: domain::Reason = item.value.into();
            assert_eq!(domain::Reason::of_word(reason.word()), Some(reason));
        }
    }
}
