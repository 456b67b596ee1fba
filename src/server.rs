//! Everything together: GraphQL, REST, limits, time-outs and an end without losses.
//!
//! **Invariant:** every request has a time limit and a size limit, and whoever is over one of them is told so; a panic
//! answers 500 and the process lives on. At the end no new connection is taken, what is under way is finished, then the
//! database is closed.

mod address;
mod conditional;
pub mod connections;
mod cors;
mod told;
mod unread;

use std::{sync::Arc, time::Duration};

use axum::{
    Router,
    extract::{DefaultBodyLimit, Request, State},
    http::{HeaderValue, StatusCode, header},
    middleware::{self, Next},
    response::{IntoResponse, Response},
    routing::get,
};
use tokio::{net::TcpListener, sync::Notify};
use tower_http::{catch_panic::CatchPanicLayer, timeout::RequestBodyTimeoutLayer};

use crate::{
    flows::App,
    graphql::{self, guard::DOCUMENT_BYTES_MAX, http},
    rest, web, worker,
};

/// The longest that a request may take; a call of the provider with all its tries fits.
const REQUEST_MAX: Duration = Duration::from_secs(30);
/// The longest pause between two parts of a body; one that trickles in ends with the request's own time.
const BODY_PAUSE_MAX: Duration = Duration::from_secs(5);
/// What a client may still send when its answer is ready: a body several times too long, sent at once, is read off.
const UNREAD_MAX: unread::Bounds = unread::Bounds { bytes: 16 * 1024 * 1024, time: Duration::from_secs(2) };
/// How long those who watch may take to hear that it ends, and how often it is asked whether they did.
const FAREWELL_MAX: Duration = Duration::from_secs(2);
const FAREWELL_LOOK: Duration = Duration::from_millis(20);
/// How long what is under way may go on after the end was asked for.
const DRAIN_MAX: Duration = Duration::from_secs(10);

/// All routes over an application.
pub fn router(app: App) -> Router {
    router_within(app, REQUEST_MAX)
}

/// All routes over an application, with another limit of time for a request.
pub fn router_within(app: App, request_max: Duration) -> Router {
    let proxies = app.config.live.proxies;
    // Made once for the life of the process, so handing out a static text costs nothing more.
    let sdl: &'static str = Box::leak(graphql::sdl().into_boxed_str());
    let client_config = graphql::client_config::client_config(sdl, &app.config.public_url);
    let client_config: &'static str = Box::leak(client_config.into_boxed_str());
    let tls = told::Tls::of(&app.config.public_url);
    let storefront = Router::new()
        .route("/graphql", get(http::get).post(http::post).fallback(http::other))
        .layer(DefaultBodyLimit::max(DOCUMENT_BYTES_MAX))
        .with_state(http::Serving::new(app.clone()));
    let subgraph = app.config.federation.then(graphql::federation::sdl);
    storefront
        .merge(rest::published(sdl, subgraph, client_config))
        .layer(cors::cors())
        .merge(web::router(&app))
        .merge(rest::router(app))
        .layer(middleware::from_fn_with_state(proxies, address::told))
        .layer(middleware::from_fn(conditional::conditional))
        .layer(RequestBodyTimeoutLayer::new(BODY_PAUSE_MAX))
        .layer(middleware::from_fn_with_state(request_max, limited))
        .layer(CatchPanicLayer::custom(|_| panicked()))
        .layer(middleware::from_fn_with_state(UNREAD_MAX, unread::read_off))
        .layer(middleware::from_fn_with_state(tls, told::told))
}

/// A request that takes too long is answered with a code, like one that found no connection.
async fn limited(State(limit): State<Duration>, request: Request, next: Next) -> Response {
    let answered = tokio::time::timeout(limit, next.run(request)).await;
    answered.unwrap_or_else(|_| {
        tracing::warn!("a request took too long");
        let body =
            r#"{"errors":[{"message":"The server is busy. Try again.","extensions":{"code":"OVERLOADED"}}]}"#;
        let json = (header::CONTENT_TYPE, HeaderValue::from_static("application/json; charset=utf-8"));
        let later = (header::RETRY_AFTER, HeaderValue::from_static("1"));
        (StatusCode::SERVICE_UNAVAILABLE, [json, later], cors::readable(), body).into_response()
    })
}

fn panicked() -> Response {
    tracing::error!("a request panicked");
    let body =
        r#"{"errors":[{"message":"Something went wrong on our side.","extensions":{"code":"INTERNAL"}}]}"#;
    let json = (header::CONTENT_TYPE, HeaderValue::from_static("application/json; charset=utf-8"));
    (StatusCode::INTERNAL_SERVER_ERROR, [json], cors::readable(), body).into_response()
}

/// Serves until `stop` resolves, then drains.
pub async fn serve(app: App, listener: TcpListener, routes: Router, stop: impl Future<Output = ()>) {
    connections::room_for(app.config.live.connections);
    let halt = Arc::new(Notify::new());
    let working = tokio::spawn(worker::run(app.clone(), Arc::clone(&halt)));
    let (store, listen_url) = (app.store.clone(), app.config.database_listen_url());
    let listening = tokio::spawn(async move { store.listen(&listen_url).await });
    let seats = app.seats.clone();
    let draining = Arc::new(Notify::new());
    let signal = Arc::clone(&draining);
    let serving = connections::serve(listener, routes, connections::HEAD_MAX, async move {
        stop.await;
        // Who watches would hold the end up; they connect again, to another replica.
        seats.end();
        signal.notify_one();
    });
    let late = async {
        draining.notified().await;
        tokio::time::sleep(DRAIN_MAX).await;
    };
    tokio::select! {
        () = serving => {}
        () = late => tracing::warn!("some requests did not end in time"),
    }
    farewell(&app).await;
    listening.abort();
    halt.notify_one();
    if working.await.is_err() {
        tracing::error!("the worker ended by a panic");
    }
    if let Err(error) = app.store.close().await {
        tracing::error!(%error, "the database could not be closed: {error}");
    }
}

/// Waits a moment for those who watch to be told that it ends: their sockets are nobody's but their own.
async fn farewell(app: &App) {
    for _ in 0..FAREWELL_MAX.as_millis() / FAREWELL_LOOK.as_millis() {
        if app.seats.connections() == 0 {
            return;
        }
        tokio::time::sleep(FAREWELL_LOOK).await;
    }
}
