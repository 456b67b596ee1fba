//! Live state: what a token opens, now and after every change.
//!
//! **Invariant:** each message is the whole state that was asked for, never a difference; the first comes at once, unless
//! the client says that it has it.

use std::sync::Arc;

use async_graphql::{Context, Error, Result, Subscription};
use futures_util::{
    StreamExt,
    stream::{self, BoxStream},
};

use super::{
    aside::Aside,
    checkout::CheckoutSession,
    error::{RequestCode, failure},
    order::Order,
    request::{app, caller, organization},
};
use crate::{
    domain::checkout::Phase,
    flows::{
        outcome::View,
        seats::Seat,
        token::Token,
        watch::{Subject, Watch},
    },
};

/// Live state, over server-sent events or a WebSocket. All need the organization's slug and a token: in the request's
/// headers, or on a WebSocket in the payload of `connection_init`.
pub struct Subscription;

/// Live state, over server-sent events or a WebSocket. All need the organization's slug and a token: in the request's
/// headers, or on a WebSocket in the payload of `connection_init`.
#[Subscription]
impl Subscription {
    /// The session of a token: as it is, and anew after every change of state, totals, messages or payment. What a client did
    /// not select and what stayed the same is not sent. Completes after a final state.
    async fn checkout_session_updated(
        &self,
        ctx: &Context<'_>,
        token: String,
        #[graphql(
            desc = "The revision that the client has, after it lost its connection: the first message is then left out while \
                    the session is not bound, no payment was begun, and it is still at this revision."
        )]
        after_revision: Option<i32>,
    ) -> Result<BoxStream<'static, CheckoutSession>> {
        let watched = watch(ctx, &token, Subject::Session, after_revision).await?;
        Ok(watched.map(|view| CheckoutSession(Arc::new(view))).boxed())
    }

    /// The order of a token, from when it exists: as it is, and anew after every change of its payment or refunds.
    /// The token is that of the checkout session; it completes at once where that ended without an order.
    async fn order_updated(&self, ctx: &Context<'_>, token: String) -> Result<BoxStream<'static, Order>> {
        let watched = watch(ctx, &token, Subject::Order, None).await?;
        Ok(watched.filter_map(|view| std::future::ready(Order::of(&Arc::new(view)))).boxed())
    }
}

/// Whether a client that knows a revision knows all that there is. Once bound, more than the buyer moves a session, and after a
/// payment was begun it may be a draft again at the same revision.
fn is_at(view: &View, revision: i32) -> bool {
    let by_buyer_alone = matches!(view.session.phase, Phase::Draft) && view.session.attempt.is_none();
    by_buyer_alone && view.session.revision == i64::from(revision)
}

async fn watch(
    ctx: &Context<'_>,
    token: &str,
    subject: Subject,
    known: Option<i32>,
) -> Result<BoxStream<'static, View>, Error> {
    let (app, tenant) = (app(ctx)?, organization(ctx).await?);
    let unknown = || RequestCode::Unauthenticated.error("The token opens nothing here.");
    let token = Token::parse(token).ok_or_else(unknown)?;
    let begun = Watch::begin(app, &tenant, token, subject).await;
    let watch = begun.map_err(|error| failure_of(ctx, &error))?.ok_or_else(unknown)?;
    let seat = app.seats.watcher(watch.session());
    let seat =
        seat.ok_or_else(|| RequestCode::RateLimited.error("This token is watched often enough already."))?;
    let aside = ctx.data::<Aside>()?.clone();
    let next = |(mut watch, seat, aside, mut known): (Watch, Seat, Aside, Option<i32>)| async move {
        let (view, turn) = watch.next().await?;
        aside.shows(turn, known.take().is_some_and(|revision| is_at(&view, revision)));
        Some((view, (watch, seat, aside, known)))
    };
    Ok(stream::unfold((watch, seat, aside, known), next).boxed())
}

fn failure_of(ctx: &Context<'_>, error: &crate::flows::FlowError) -> Error {
    caller(ctx).map_or_else(|missing| missing, |caller| failure(caller, error))
}
