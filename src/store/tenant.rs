//! Organizations and their accounts with payment providers.
//!
//! **Invariant:** finding an organization by its slug or id is the one look-up without a tenant, as it is what makes one;
//! it reveals no other row.

use entity::{organization, payment_account};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};

use super::{Store, StoreError, Tx, documents::At};
use crate::domain::{
    ids::OrganizationId,
    tenant::{Organization, Slug},
};

/// An account with a payment provider: references to secrets, never secrets.
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
            .one(&self.db)
            .await?;
        row.map(organization).transpose()
    }

    /// The organization of an id, as a token or a due item names it.
    pub async fn organization_by_id(&self, id: OrganizationId) -> Result<Option<Organization>, StoreError> {
        organization::Entity::find_by_id(id.uuid()).one(&self.db).await?.map(organization).transpose()
    }
}

fn organization(row: organization::Model) -> Result<Organization, StoreError> {
    let at = |column| At { table: "organization", column, id: &row.id };
    Ok(Organization {
        id: OrganizationId::from_uuid(row.id),
        slug: row.slug.parse().map_err(|_| at("slug").corrupt())?,
        settings: at("settings").read(&row.settings)?,
        name: row.name,
    })
}

/// The organization's account with Stripe.
pub async fn payment_account(tx: &Tx) -> Result<Option<PaymentAccount>, StoreError> {
    let row = payment_account::Entity::find()
        .filter(payment_account::Column::OrganizationId.eq(tx.org()))
        .filter(payment_account::Column::Provider.eq("stripe"))
        .one(tx.db())
        .await?;
    Ok(row.map(|row| PaymentAccount {
        live: row.live,
        publishable_key: row.publishable_key,
        secret_key_ref: row.secret_key_ref,
        webhook_secret_ref: row.webhook_secret_ref,
    }))
}
