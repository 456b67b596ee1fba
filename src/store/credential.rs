//! Accounts with a payment provider, and the sealed secrets in their rows.
//!
//! **Invariant:** what is sealed passes through as it is: nothing here can open it. A change is made under the row's lock,
//! and of a row it changes the credentials alone, as a shop file changes all but them.

use entity::payment_account::{self as row, Column};
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter, QuerySelect, Select};

use super::{Store, StoreError, Tx, WriteTx, tenant::PaymentAccount};

/// The one provider.
pub(super) const PROVIDER: &str = "stripe";

/// How the publishable keys begin of accounts that move money.
const LIVE_KEYS: &str = "pk_live_";

/// An account as its row holds it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredAccount {
    /// What the shop file declares.
    pub declared: PaymentAccount,
    /// What was stored beside it.
    pub sealed: Sealed,
}

/// Sealed secrets; each that is there comes before the one that is named.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sealed {
    /// The key for calls.
    pub secret_key: Option<String>,
    /// The publishable key that goes with it, as it is.
    pub publishable_key: Option<String>,
    /// What signs webhooks.
    pub webhook_secrets: [Option<String>; 2],
}

impl Sealed {
    /// Whether anything is stored.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

fn select(tx: &Tx) -> Select<row::Entity> {
    row::Entity::find().filter(Column::OrganizationId.eq(tx.org())).filter(Column::Provider.eq(PROVIDER))
}

/// The account of the tenant.
pub async fn find(tx: &Tx) -> Result<Option<StoredAccount>, StoreError> {
    Ok(select(tx).one(tx.db()).await?.map(from_row))
}

/// The same, locked.
pub async fn find_locked(tx: &WriteTx) -> Result<Option<StoredAccount>, StoreError> {
    Ok(select(tx).lock_exclusive().one(tx.db()).await?.map(from_row))
}

/// Stores credentials in place of those that were there.
pub async fn save(tx: &WriteTx, sealed: Sealed) -> Result<(), StoreError> {
    let [one, two] = sealed.webhook_secrets;
    let columns = row::ActiveModel {
        sealed_secret_key: Set(sealed.secret_key),
        stored_publishable_key: Set(sealed.publishable_key),
        sealed_webhook_secret_one: Set(one),
        sealed_webhook_secret_two: Set(two),
        ..Default::default()
    };
    let done = row::Entity::update_many()
        .set(columns)
        .filter(Column::OrganizationId.eq(tx.org()))
        .filter(Column::Provider.eq(PROVIDER))
        .exec(tx.db())
        .await?;
    if done.rows_affected == 1 { Ok(()) } else { Err(StoreError::Stale) }
}

impl Store {
    /// Whether any organization has stored a key that moves money; a number and nothing else.
    pub async fn holds_live_key(&self) -> Result<bool, StoreError> {
        let live = row::Entity::find().filter(Column::StoredPublishableKey.starts_with(LIVE_KEYS));
        Ok(live.count(&self.unscoped()).await? > 0)
    }
}

pub(super) fn from_row(row: row::Model) -> StoredAccount {
    StoredAccount {
        declared: PaymentAccount {
            live: row.live,
            publishable_key: row.publishable_key,
            secret_key_ref: row.secret_key_ref,
            webhook_secret_ref: row.webhook_secret_ref,
        },
        sealed: Sealed {
            secret_key: row.sealed_secret_key,
            publishable_key: row.stored_publishable_key,
            webhook_secrets: [row.sealed_webhook_secret_one, row.sealed_webhook_secret_two],
        },
    }
}
