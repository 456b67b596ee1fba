//! A merchant and its account with the provider.
//!
//! **Invariant:** the database names secrets and the environment holds them; an account whose secrets are not all there
//! is no account.

use std::sync::Arc;

use super::{App, FlowError, token};
use crate::{
    domain::{
        ids::OrganizationId,
        tenant::{Organization, Slug},
    },
    payment::Account,
    store::tenant::{Key, PaymentAccount},
};

/// Who sells, and how it is paid.
#[derive(Debug, Clone)]
pub struct Merchant {
    /// Who sells.
    pub organization: Arc<Organization>,
    /// How it is paid, where it can be.
    pub account: Option<Account>,
}

impl App {
    /// The merchant of a slug.
    pub async fn merchant(&self, slug: &Slug) -> Result<Option<Merchant>, FlowError> {
        self.merchant_by(Key::Slug(slug)).await
    }

    /// The merchant of an id, as a token or a due item names it.
    pub async fn merchant_by_id(&self, id: OrganizationId) -> Result<Option<Merchant>, FlowError> {
        self.merchant_by(Key::Id(id)).await
    }

    async fn merchant_by(&self, key: Key<'_>) -> Result<Option<Merchant>, FlowError> {
        let Some((organization, account)) = self.store.merchant(key).await? else { return Ok(None) };
        let account = account.and_then(|account| self.with_secrets(organization.id, account));
        Ok(Some(Merchant { organization: Arc::new(organization), account }))
    }

    /// The organization's account with the provider.
    pub async fn account(&self, organization: OrganizationId) -> Result<Option<Account>, FlowError> {
        Ok(self.merchant_by_id(organization).await?.and_then(|merchant| merchant.account))
    }

    fn with_secrets(&self, organization: OrganizationId, account: PaymentAccount) -> Option<Account> {
        let secret = |name: &str| self.config.secret(name);
        let (Some(key), Some(webhook)) =
            (secret(&account.secret_key_ref), secret(&account.webhook_secret_ref))
        else {
            tracing::error!(%organization, "{organization} has a payment account, but its secrets are not in the environment");
            return None;
        };
        Some(Account {
            live: account.live,
            publishable_key: account.publishable_key,
            secret_key: key.clone(),
            webhook_secrets: token::split_secrets(webhook),
        })
    }
}
