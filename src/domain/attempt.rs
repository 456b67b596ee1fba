//! One `PaymentIntent` of a session, and what was asked of the provider.
//!
//! **Invariant:** an operation is written down before the provider is called, and its number never falls, so that a
//! call that was cut off is finished with the same idempotency key: amounts that go A, B, A are three updates, and a
//! repeat of one update is one update.

use super::{
    currency::Currency,
    ids::{AttemptId, BindingId, SessionId},
    instant::Timestamp,
    money::Minor,
};

/// Where an attempt stands, in the provider's terms.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AttemptStatus {
    /// Asked for; the provider has not answered.
    Creating,
    /// Waits for a payment method.
    RequiresPaymentMethod,
    /// Waits for a check such as 3-D Secure.
    RequiresAction,
    /// The provider works on it.
    Processing,
    /// Authorized, to be captured later.
    Authorized,
    /// Paid.
    Succeeded,
    /// Refused; the shopper may try again on the same intent.
    Failed,
    /// Given up.
    Canceled,
}

impl AttemptStatus {
    /// Whether its intent takes no other amount any more, though it is not dead.
    #[must_use]
    pub const fn is_past_changing(self) -> bool {
        matches!(self, Self::Processing | Self::Authorized | Self::Succeeded)
    }
}

/// Why a payment failed, in words that may be shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// The provider's code, for example `card_declined`.
    pub code: String,
    /// The issuer's finer reason.
    pub decline_code: Option<String>,
    /// Sentence that may be shown to the buyer.
    pub message: String,
    /// Whether another try with the same payment method makes sense.
    pub retryable: bool,
}

/// A call that changes the intent, under way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operation {
    /// Create the intent for the attempt's binding.
    Create,
    /// Move the intent to another binding and its amount.
    Update {
        /// The binding to move to.
        binding: BindingId,
        /// Its amount.
        amount: Minor,
    },
    /// Cancel the intent.
    Cancel,
}

/// One intent and what was asked of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attempt {
    /// Its id.
    pub id: AttemptId,
    /// Its session.
    pub session: SessionId,
    /// The binding that the provider was last told of.
    pub binding: BindingId,
    /// What the provider was last told to take.
    pub amount: Minor,
    /// Its currency.
    pub currency: Currency,
    /// The provider's id; `None` until it answered.
    pub intent: Option<String>,
    /// Where it stands.
    pub status: AttemptStatus,
    /// Why it failed.
    pub failure: Option<Failure>,
    /// Number of the last operation.
    pub operation_number: i64,
    /// The operation under way.
    pub operation: Option<Operation>,
    /// When that was written down.
    pub operation_at: Timestamp,
    /// Number of the operation that a browser was last told of; 0 for none.
    pub handed_out_number: i64,
    /// Creation.
    pub created_at: Timestamp,
    /// Last change.
    pub updated_at: Timestamp,
}

impl Attempt {
    /// A first operation: create the intent.
    #[must_use]
    pub fn begin(
        id: AttemptId,
        session: SessionId,
        due: (BindingId, Minor, Currency),
        now: Timestamp,
    ) -> Self {
        let (binding, amount, currency) = due;
        Self {
            id,
            session,
            binding,
            amount,
            currency,
            intent: None,
            status: AttemptStatus::Creating,
            failure: None,
            operation_number: 1,
            operation: Some(Operation::Create),
            operation_at: now,
            handed_out_number: 0,
            created_at: now,
            updated_at: now,
        }
    }

    /// Writes down the next operation.
    pub fn plan(&mut self, operation: Operation, now: Timestamp) {
        self.operation_number += 1;
        self.operation = Some(operation);
        self.operation_at = now;
        self.updated_at = now;
    }

    /// The idempotency key of the operation under way: from the attempt and its number, never from the content.
    #[must_use]
    pub fn key(&self) -> String {
        format!("{}-{}", self.id, self.operation_number)
    }

    /// Records that the operation under way was done.
    pub fn done(&mut self, now: Timestamp) {
        if let Some(Operation::Update { binding, amount }) = self.operation {
            self.binding = binding;
            self.amount = amount;
        }
        self.operation = None;
        self.updated_at = now;
    }

    /// Whether its intent is at a binding, with nothing under way.
    #[must_use]
    pub fn stands_at(&self, binding: BindingId) -> bool {
        self.is_open() && self.operation.is_none() && self.binding == binding
    }

    /// Whether the intent can still take a payment.
    #[must_use]
    pub const fn is_open(&self) -> bool {
        match self.status {
            AttemptStatus::Creating
            | AttemptStatus::RequiresPaymentMethod
            | AttemptStatus::RequiresAction
            | AttemptStatus::Processing
            | AttemptStatus::Failed => true,
            AttemptStatus::Authorized | AttemptStatus::Succeeded | AttemptStatus::Canceled => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    #[test]
    fn amounts_that_go_back_and_forth_are_each_an_update_of_their_own() {
        let now = Timestamp::from_ms(0);
        let binding = |n| BindingId::from_uuid(Uuid::from_u128(n));
        let due = (binding(1), Minor::new(100), "USD".parse().unwrap());
        let mut attempt = Attempt::begin(
            AttemptId::from_uuid(Uuid::from_u128(1)),
            SessionId::from_uuid(Uuid::from_u128(1)),
            due,
            now,
        );
        let mut keys = vec![attempt.key()];
        attempt.done(now);
        for (n, amount) in [(2, 200), (3, 100), (4, 200)] {
            attempt.plan(Operation::Update { binding: binding(n), amount: Minor::new(amount) }, now);
            keys.push(attempt.key());
            assert_eq!(attempt.key(), attempt.key());
            attempt.done(now);
            assert_eq!((attempt.binding, attempt.amount), (binding(n), Minor::new(amount)));
        }
        let all = keys.len();
        keys.dedup();
        assert_eq!(keys.len(), all);
    }
}
