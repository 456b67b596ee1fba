//! The merchant of the request.
//!
//! **Invariant:** only what a browser may know: no secret, no reference to one.

use std::sync::Arc;

use async_graphql::{Context, ID, Object, Result, SimpleObject};

use super::{
    country::CountryCode,
    currency::CurrencyCode,
    error::failure,
    payment::PaymentProviderKind,
    request::{app, caller},
};
use crate::domain::tenant;

/// The merchant whose storefront this is.
pub struct Organization(pub Arc<tenant::Organization>);

/// The merchant whose storefront this is.
#[Object]
impl Organization {
    /// Globally unique id.
    pub(crate) async fn id(&self) -> ID {
        self.0.id.to_string().into()
    }

    /// The value of `x-organization-slug`.
    async fn slug(&self) -> &str {
        self.0.slug.as_str()
    }

    /// Name to show.
    async fn name(&self) -> &str {
        &self.0.name
    }

    /// Currency of a session when the client asks for none.
    async fn default_currency(&self) -> CurrencyCode {
        self.0.settings.default_currency.into()
    }

    /// All currencies that can be sold in.
    async fn currencies(&self) -> Vec<CurrencyCode> {
        self.0.settings.currencies.iter().map(|currency| (*currency).into()).collect()
    }

    /// Countries that at least one active shipping zone covers by name, sorted by code.
    async fn ships_to_countries(&self, ctx: &Context<'_>) -> Result<Vec<CountryCode>> {
        let zones = caller(ctx)?.zones(app(ctx)?, &self.0).await?;
        let mut countries: Vec<_> = zones.iter().flat_map(|zone| zone.countries.iter().copied()).collect();
        countries.sort_unstable();
        countries.dedup();
        Ok(countries.into_iter().filter_map(CountryCode::from_country).collect())
    }

    /// Whether prices contain tax.
    async fn taxes_included(&self) -> bool {
        self.0.settings.taxes_included
    }

    /// Ways to pay that are switched on.
    async fn payment_providers(&self, ctx: &Context<'_>) -> Result<Vec<PaymentProvider>> {
        let caller = caller(ctx)?;
        let account = app(ctx)?.account(self.0.id).await.map_err(|error| failure(caller, &error))?;
        let provider = account.map(|account| PaymentProvider {
            kind: PaymentProviderKind::Stripe,
            publishable_key: Some(account.publishable_key),
            test_mode: !account.live,
        });
        Ok(provider.into_iter().collect())
    }
}

/// A way to pay, as far as a browser needs to know it.
#[derive(Debug, SimpleObject)]
pub struct PaymentProvider {
    /// Which provider.
    kind: PaymentProviderKind,
    /// Key for the provider's script in the browser.
    publishable_key: Option<String>,
    /// Whether no real money moves.
    test_mode: bool,
}
