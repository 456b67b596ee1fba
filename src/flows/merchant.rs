//! A merchant and its account with the provider.
//!
//! **Invariant:** an account whose secrets are not all there, or do not open, is no account, and the log says so.

use std::sync::Arc;

use super::{App, FlowError, account};
use crate::{
    domain::{
        ids::OrganizationId,
        tenant::{Organization, Slug},
    },
    payment::Account,
    store::{credential::StoredAccount, tenant::Key},
};

/// Who sells, and how it is paid.
#[derive(Debug, Clone)]
pub struct Merchant {
    /// Who sells.
    pub organization: Arc<Organization>,
    /// How it is paid, where it can be.
    pub account: Option<Account>,
}

/// An organization and its account as they are stored: what is sealed is opened only for who needs it.
#[derive(Debug, Clone)]
pub struct Found {
    /// Who sells.
    pub organization: Arc<Organization>,
    account: Option<StoredAccount>,
}

impl App {
    /// What is stored of the merchant of a slug.
    pub async fn found(&self, slug: &Slug) -> Result<Option<Found>, FlowError> {
        self.found_by(Key::Slug(slug)).await
    }

    /// The merchant of a slug.
    pub async fn merchant(&self, slug: &Slug) -> Result<Option<Merchant>, FlowError> {
        Ok(self.found(slug).await?.map(|found| self.opened(&found)))
    }

    /// The merchant of an id, as a token or a due item names it.
    pub async fn merchant_by_id(&self, id: OrganizationId) -> Result<Option<Merchant>, FlowError> {
        Ok(self.found_by(Key::Id(id)).await?.map(|found| self.opened(&found)))
    }

    /// With its secrets, where they are all there and open.
    #[must_use]
    pub fn opened(&self, found: &Found) -> Merchant {
        let organization = Arc::clone(&found.organization);
        let account = found.account.clone().and_then(|stored| self.with_secrets(&organization, stored));
        Merchant { organization, account }
    }

    async fn found_by(&self, key: Key<'_>) -> Result<Option<Found>, FlowError> {
        let found = self.store.merchant(key).await?;
        Ok(found.map(|(organization, account)| Found { organization: Arc::new(organization), account }))
    }

    /// The organization's account with the provider.
    pub async fn account(&self, organization: OrganizationId) -> Result<Option<Account>, FlowError> {
        Ok(self.merchant_by_id(organization).await?.and_then(|merchant| merchant.account))
    }

    fn with_secrets(&self, organization: &Organization, stored: StoredAccount) -> Option<Account> {
        let slug = &organization.slug;
        account::open(&self.config, organization.id, stored)
            .inspect_err(|why| tracing::error!(organization.slug = %slug, "{slug} cannot be paid: {why}"))
            .ok()
    }
}
