//! Who asks: the tenant that the headers name, and the token that opens nodes.
//!
//! **Invariant:** nothing falls back to a default tenant. The organization is looked up once a request, and only when a
//! field asks for it.

use std::sync::Arc;

use async_graphql::{Context, Error};
use axum::http::HeaderMap;
use tokio::sync::OnceCell;

use super::error::{RequestCode, failure};
use crate::{
    domain::{
        shipping::Zone,
        tenant::{Organization, Slug},
    },
    flows::{App, browse, merchant::Merchant, outcome::View, read, token::Token},
};

/// Names the tenant.
pub const ORGANIZATION_HEADER: &str = "x-organization-slug";
/// Opens a session or order as a node.
pub const TOKEN_HEADER: &str = "x-checkout-token";

/// What the header says.
#[derive(Debug, Clone)]
enum Named {
    Nobody,
    Unreadable,
    Slug(Slug),
}

/// Who asks.
#[derive(Debug)]
pub struct Caller {
    named: Named,
    token: Option<Token>,
    request_id: String,
    organization: OnceCell<Option<Arc<Organization>>>,
    opened: OnceCell<Option<Arc<View>>>,
    zones: OnceCell<Arc<[Zone]>>,
}

impl Caller {
    /// From the headers of a request.
    #[must_use]
    pub fn from_headers(headers: &HeaderMap) -> Self {
        let mut slugs = headers.get_all(ORGANIZATION_HEADER).iter();
        let named = match (slugs.next(), slugs.next()) {
            (None, _) => Named::Nobody,
            (Some(slug), None) => {
                slug.to_str().ok().and_then(|text| text.parse().ok()).map_or(Named::Unreadable, Named::Slug)
            }
            // Two names are no name.
            (Some(_), Some(_)) => Named::Unreadable,
        };
        let token = headers.get(TOKEN_HEADER).and_then(|token| token.to_str().ok()).and_then(Token::parse);
        Self {
            named,
            token,
            request_id: App::new_id().simple().to_string(),
            organization: OnceCell::new(),
            opened: OnceCell::new(),
            zones: OnceCell::new(),
        }
    }

    /// The request's id, as in the log.
    #[must_use]
    pub fn request_id(&self) -> &str {
        &self.request_id
    }

    /// What the token in the header opens, read once a request. Only queries of nodes ask, and these never follow a
    /// mutation in the same request.
    pub async fn opened(&self, app: &App, tenant: &Organization) -> Result<Option<Arc<View>>, Error> {
        let Some(token) = &self.token else { return Ok(None) };
        let view = self.opened.get_or_try_init(|| async {
            read::session(app, tenant, token).await.map(|view| view.map(Arc::new))
        });
        view.await.cloned().map_err(|error| failure(self, &error))
    }

    /// The zones of the tenant, read once a request.
    pub async fn zones(&self, app: &App, tenant: &Organization) -> Result<Arc<[Zone]>, Error> {
        let zones = self.zones.get_or_try_init(|| async { browse::zones(app, tenant).await });
        zones.await.cloned().map_err(|error| failure(self, &error))
    }

    async fn look_up(&self, app: &App) -> Result<Option<Arc<Organization>>, Error> {
        let Named::Slug(slug) = &self.named else { return Ok(None) };
        let found = self
            .organization
            .get_or_try_init(|| async { app.organization(slug).await.map(|found| found.map(Arc::new)) });
        found.await.cloned().map_err(|error| failure(self, &error))
    }
}

/// Who asks.
pub fn caller<'a>(ctx: &Context<'a>) -> Result<&'a Caller, Error> {
    ctx.data::<Caller>()
}

/// What flows reach for.
pub fn app<'a>(ctx: &Context<'a>) -> Result<&'a App, Error> {
    ctx.data::<App>()
}

/// The tenant of the request, or the coded error that there is none.
pub async fn organization(ctx: &Context<'_>) -> Result<Arc<Organization>, Error> {
    let caller = caller(ctx)?;
    match &caller.named {
        Named::Nobody => Err(RequestCode::OrganizationRequired.error("Send the header x-organization-slug.")),
        Named::Unreadable => Err(RequestCode::OrganizationNotFound.error("There is no such organization.")),
        Named::Slug(_) => caller
            .look_up(app(ctx)?)
            .await?
            .ok_or_else(|| RequestCode::OrganizationNotFound.error("There is no such organization.")),
    }
}

/// A tenant that takes orders, for what changes something.
pub async fn selling_organization(ctx: &Context<'_>) -> Result<Arc<Organization>, Error> {
    refuse_suspended(organization(ctx).await?)
}

fn refuse_suspended(tenant: Arc<Organization>) -> Result<Arc<Organization>, Error> {
    if tenant.suspended {
        return Err(RequestCode::Forbidden.error("This shop takes no orders at the moment."));
    }
    Ok(tenant)
}

/// The tenant of the request; `None` where the name is unknown.
pub async fn organization_if_known(ctx: &Context<'_>) -> Result<Option<Arc<Organization>>, Error> {
    let caller = caller(ctx)?;
    match &caller.named {
        Named::Nobody => Err(RequestCode::OrganizationRequired.error("Send the header x-organization-slug.")),
        Named::Unreadable => Ok(None),
        Named::Slug(_) => caller.look_up(app(ctx)?).await,
    }
}

/// The merchant that a token names, for the two steps that need no header; `None` where a header names another one.
pub async fn merchant_of(ctx: &Context<'_>, token: &Token) -> Result<Option<Merchant>, Error> {
    let caller = caller(ctx)?;
    let found =
        app(ctx)?.merchant_by_id(token.organization).await.map_err(|error| failure(caller, &error))?;
    let matches = |found: &Merchant| match &caller.named {
        Named::Nobody => true,
        Named::Unreadable => false,
        Named::Slug(slug) => found.organization.slug == *slug,
    };
    let Some(found) = found.filter(matches) else { return Ok(None) };
    refuse_suspended(Arc::clone(&found.organization))?;
    Ok(Some(found))
}
