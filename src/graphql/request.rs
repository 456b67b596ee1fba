//! Who asks: the tenant that the headers name, and the token that opens nodes.
//!
//! **Invariant:** nothing falls back to a default tenant. The organization is looked up once a request, and only when a
//! field asks for it.

use std::sync::Arc;

use async_graphql::{Context, Error};
use axum::http::HeaderMap;
use tokio::sync::OnceCell;

use super::{
    error::{RequestCode, failure},
    origin::Asked,
};
use crate::{
    domain::{
        shipping::Zone,
        tenant::{DocumentPolicy, Organization, Slug},
    },
    flows::{
        App, browse,
        merchant::{Found, Merchant},
        outcome::View,
        read,
        token::Token,
    },
};

/// Names the tenant.
pub const ORGANIZATION_HEADER: &str = "x-organization-slug";
/// Opens a session or order as a node.
pub const TOKEN_HEADER: &str = "x-checkout-token";
/// Names the request in the log and in its answer; the server sets it.
pub const REQUEST_ID_HEADER: &str = "x-request-id";

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
    asked: Asked,
    trusted: bool,
    organization: OnceCell<Option<Found>>,
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
            request_id: headers
                .get(REQUEST_ID_HEADER)
                .and_then(|id| id.to_str().ok())
                .map_or_else(|| App::new_id().simple().to_string(), str::to_owned),
            asked: Asked::from_headers(headers),
            trusted: false,
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

    /// Notes that what the request runs is trusted by its merchant.
    pub(super) const fn sends_what_is_trusted(&mut self) {
        self.trusted = true;
    }

    /// Whether the page that asks, if one does, may ask for a merchant.
    pub(super) fn comes_from_a_page_of(&self, of: &Organization, app: &App) -> bool {
        self.asked.fits(of, &app.config.public_url)
    }

    /// The tenant that the header names, read once a request.
    pub(super) async fn look_up(&self, app: &App) -> Result<Option<Found>, Error> {
        let Named::Slug(slug) = &self.named else { return Ok(None) };
        let found = self.organization.get_or_try_init(|| async { app.found(slug).await });
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
            .map(|found| found.organization)
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
        Named::Slug(_) => Ok(caller.look_up(app(ctx)?).await?.map(|found| found.organization)),
    }
}

/// The merchant that a token names, for the two steps that need no header; `None` where a header names another one.
pub async fn merchant_of(ctx: &Context<'_>, token: &Token) -> Result<Option<Merchant>, Error> {
    let (caller, app) = (caller(ctx)?, app(ctx)?);
    let found = match &caller.named {
        Named::Unreadable => None,
        Named::Slug(_) => {
            let found =
                caller.look_up(app).await?.filter(|found| found.organization.id == token.organization);
            found.map(|found| app.opened(&found))
        }
        Named::Nobody => {
            let found =
                app.merchant_by_id(token.organization).await.map_err(|error| failure(caller, &error))?;
            if let Some(found) = &found {
                unnamed(caller, app, &found.organization)?;
            }
            found
        }
    };
    let Some(found) = found else { return Ok(None) };
    refuse_suspended(Arc::clone(&found.organization))?;
    Ok(Some(found))
}

/// What was asked before of a request that names its merchant is asked here of one whose token does.
fn unnamed(caller: &Caller, app: &App, of: &Organization) -> Result<(), Error> {
    if !caller.comes_from_a_page_of(of, app) {
        return Err(RequestCode::Forbidden.error("Pages of this origin may not ask for this organization."));
    }
    if of.settings.documents == DocumentPolicy::Trusted && !caller.trusted {
        return Err(RequestCode::DocumentNotTrusted
            .error("Send the header x-organization-slug: this organization runs only what it has stored."));
    }
    Ok(())
}
