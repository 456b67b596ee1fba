//! Somebody else's money service, in our words; and the registry of those who hold a VAT number.
//!
//! **Invariant:** an error says what to do next: a time-out is "unknown", never "failed", and is repeated with the same
//! key. Amounts cross this border in our minor units; what the wire wants is decided by the currency table.

pub mod aftermath;
pub mod check_up;
pub mod event;
pub mod registry;
pub mod signature;
pub mod stripe;
mod stripe_list;
mod stripe_tax;
mod transport;
pub mod vies;

use async_trait::async_trait;
use secrecy::SecretString;

use aftermath::{Dispute, GivenBack, Listing, Page};
use check_up::CheckUp;

use crate::domain::{
    assessment::{Assessment, Question},
    attempt::{AttemptStatus, Failure},
    currency::Currency,
    ids::{AttemptId, BindingId, OrganizationId, RefundId, SessionId},
    instant::Timestamp,
    money::Minor,
    tenant::Capture,
};

/// A merchant's account: which world it is in, and its secrets.
#[derive(Debug, Clone)]
pub struct Account {
    /// Whether real money moves.
    pub live: bool,
    /// Key for the provider's script in the browser.
    pub publishable_key: String,
    /// Key for calls.
    pub secret_key: SecretString,
    /// Secrets that sign webhooks; two during a rotation.
    pub webhook_secrets: Vec<SecretString>,
}

/// What an intent belongs to; kept in its metadata.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tags {
    /// The merchant.
    pub organization: OrganizationId,
    /// The session.
    pub session: SessionId,
    /// The attempt.
    pub attempt: AttemptId,
    /// The binding whose total it takes.
    pub binding: BindingId,
}

/// What an intent is to take.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IntentTerms {
    /// How much.
    pub amount: Minor,
    /// In which currency.
    pub currency: Currency,
    /// When.
    pub capture: Capture,
    /// What it belongs to.
    pub tags: Tags,
}

/// A part of what an intent took, to be given back; our id of it is kept in the refund's metadata.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RefundPart {
    /// Our id.
    pub id: RefundId,
    /// How much.
    pub amount: Minor,
    /// In which currency.
    pub currency: Currency,
}

/// An intent as the provider describes it.
#[derive(Debug, Clone)]
pub struct Intent {
    /// The provider's id.
    pub id: String,
    /// Where it stands.
    pub status: AttemptStatus,
    /// What it took, or may take where it is only authorized, as on the wire.
    pub taken_wire: i64,
    /// Its currency, as on the wire, in upper case.
    pub currency: String,
    /// Secret for the element in the browser.
    pub client_secret: Option<SecretString>,
    /// Whether real money moves.
    pub live: bool,
    /// The binding that its metadata names.
    pub binding: Option<BindingId>,
    /// The attempt that its metadata names.
    pub attempt: Option<AttemptId>,
    /// Why the last try failed.
    pub failure: Option<Failure>,
}

impl Intent {
    /// Its currency, where the table has it.
    #[must_use]
    pub fn known_currency(&self) -> Option<Currency> {
        self.currency.parse().ok()
    }

    /// What it took in minor units; `None` for a fraction of one or an unknown currency.
    #[must_use]
    pub fn taken(&self) -> Option<Minor> {
        self.known_currency()?.from_wire(self.taken_wire)
    }
}

/// Why a call did not do what was asked.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum GatewayError {
    /// Nobody knows whether it happened; repeat it with the same key.
    #[error("the provider did not answer")]
    Unknown,
    /// Too many calls; repeat later with the same key.
    #[error("the provider is busy")]
    Busy,
    /// The provider understood and said no.
    #[error("the provider refused")]
    Refused(Failure),
    /// The intent is past changing: processing, paid or canceled.
    #[error("the intent cannot be changed any more")]
    Unchangeable,
    /// The provider knows no such object.
    #[error("the provider knows no such object")]
    NotFound,
    /// The key is wrong or was taken back.
    #[error("the provider does not accept the key")]
    Misconfigured,
}

/// A payment provider. Every call that changes something takes a key that makes a repeat harmless.
#[async_trait]
pub trait Gateway: Send + Sync {
    /// Creates an intent, or finds the one that the same key created.
    async fn create_intent(
        &self,
        account: &Account,
        key: &str,
        terms: &IntentTerms,
    ) -> Result<Intent, GatewayError>;

    /// Looks for the intent of an attempt that was perhaps made long ago, as the provider forgets keys.
    async fn find_intent(
        &self,
        account: &Account,
        attempt: AttemptId,
    ) -> Result<Option<Intent>, GatewayError>;

    /// Moves an intent to another binding and its amount.
    async fn update_intent(
        &self,
        account: &Account,
        key: &str,
        intent: &str,
        terms: &IntentTerms,
    ) -> Result<Intent, GatewayError>;

    /// Reads an intent.
    async fn retrieve_intent(&self, account: &Account, intent: &str) -> Result<Intent, GatewayError>;

    /// Cancels an intent.
    async fn cancel_intent(&self, account: &Account, key: &str, intent: &str)
    -> Result<Intent, GatewayError>;

    /// Takes so much of what an intent has authorized, once; what is left of it is let go.
    async fn capture_intent(
        &self,
        account: &Account,
        key: &str,
        intent: &str,
        amount: (Minor, Currency),
    ) -> Result<Intent, GatewayError>;

    /// Computes the taxes of a cart. Nothing is changed by it, so a repeat is harmless.
    async fn calculate_tax(&self, account: &Account, asked: Question) -> Result<Assessment, GatewayError>;

    /// Gives back all that an intent took, or the part that is named; answers the provider's id of the refund.
    async fn refund(
        &self,
        account: &Account,
        key: &str,
        intent: &str,
        part: Option<&RefundPart>,
    ) -> Result<String, GatewayError>;

    /// Looks for the refund of a part that was sent before, as the provider forgets keys.
    async fn find_refund(
        &self,
        account: &Account,
        intent: &str,
        id: RefundId,
    ) -> Result<Option<String>, GatewayError>;

    /// All that went back of an intent, newest first, up to a hundred.
    async fn refunds_of(&self, account: &Account, intent: &str) -> Result<Vec<GivenBack>, GatewayError>;

    /// All disputes of an intent, newest first, up to a hundred.
    async fn disputes_of(&self, account: &Account, intent: &str) -> Result<Vec<Dispute>, GatewayError>;

    /// What an account lists since an instant, a hundred a page; `after` is where the page before it ended.
    async fn list_since(
        &self,
        account: &Account,
        what: Listing,
        since: Timestamp,
        after: Option<&str>,
    ) -> Result<Page, GatewayError>;

    /// Whether the account's key works, whom the provider tells of payments, and what time it has.
    async fn check_up(&self, account: &Account) -> Result<CheckUp, GatewayError>;
}
