//! Organizations and their accounts with payment providers.
//!
//! **Invariant:** finding an organization by its slug or id is the one look-up without a tenant, as it is what makes one;
//! it reveals no other row.

use entity::{organization, payment_account};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};

use super::{
    Store, StoreError, Tx,
    credential::{self, StoredAccount},
    documents::At,
};
use crate::domain::{
    ids::OrganizationId,
    tenant::{Organization, Slug},
};

/// What a shop file declares of an account with a payment provider: names of secrets, never secrets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PaymentAccount {
    /// Whether real money moves.
    pub live: bool,
    /// Key for the provider's script in the browser.
    pub publishable_key: String,
    /// Name of the environment variable with the secret key.
    pub secret_key_ref: String,
    /// Name of the environment variable with the webhook secrets.
    pub webhook_secret_ref: String,
}

impl Store {
    /// The organization of a slug.
    pub async fn organization(&self, slug: &Slug) -> Result<Option<Organization>, StoreError> {
        let row = organization::Entity::find()
            .filter(organization::Column::Slug.eq(slug.as_str()))
            .one(&self.unscoped())
            .await?;
        row.map(organization).transpose()
    }

    /// An organization with its account with Stripe, in one statement.
    pub async fn merchant(
        &self,
        key: Key<'_>,
    ) -> Result<Option<(Organization, Option<StoredAccount>)>, StoreError> {
        let select = organization::Entity::find().find_also_related(payment_account::Entity);
        let select = match key {
            Key::Slug(slug) => select.filter(organization::Column::Slug.eq(slug.as_str())),
            Key::Id(id) => select.filter(organization::Column::Id.eq(id.uuid())),
        };
        let mut rows = select.all(&self.unscoped()).await?.into_iter();
        let Some((row, first)) = rows.next() else { return Ok(None) };
        let accounts = first.into_iter().chain(rows.filter_map(|(_, account)| account));
        let stripe = accounts
            .filter(|account| account.provider == credential::PROVIDER)
            .map(credential::from_row)
            .next();
        Ok(Some((organization(row)?, stripe)))
    }
}

/// How an organization is found.
#[derive(Debug, Clone, Copy)]
pub enum Key<'a> {
    /// By its slug.
    Slug(&'a Slug),
    /// By id, as a token or a due item names it.
    Id(OrganizationId),
}

/// The organization itself, in its own snapshot.
pub async fn myself(tx: &Tx) -> Result<Option<Organization>, StoreError> {
    organization::Entity::find_by_id(tx.org()).one(tx.db()).await?.map(organization).transpose()
}

fn organization(row: organization::Model) -> Result<Organization, StoreError> {
    let at = |column| At { table: "organization", column, id: &row.id };
    Ok(Organization {
        id: OrganizationId::from_uuid(row.id),
        slug: row.slug.parse().map_err(|_| at("slug").corrupt())?,
        settings: at("settings").read(&row.settings)?,
        name: row.name,
        terms_version: row.terms_version,
        documents_version: row.documents_version,
        suspended: row.suspended,
    })
}
