//! Pages for people: the demo shop at `/demo` and the GraphQL explorer at `/explorer`.
//!
//! Plain HTML, CSS and JavaScript modules, embedded in the binary and served as they are in this folder, under `/web`.
//! They use the server as any storefront does, over `/graphql`.
//!
//! **Invariant:** a page runs only scripts and styles of these files and of the payment provider, and calls nobody else:
//! each answer carries a policy that says so. Nothing is served unless it was asked for.

mod files;

use std::{collections::BTreeMap, sync::Arc};

use axum::{
    Router,
    extract::{Path, State},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Redirect, Response},
    routing::get,
};
use sha2::{Digest as _, Sha256};

use crate::flows::App;

/// The pages that the settings ask for.
pub fn router(app: &App) -> Router {
    let config = &app.config;
    let demo = config.serves_demo();
    if !config.serves_explorer() {
        return Router::new();
    }
    // In the demo the provider is the twin, which may have another name than the page: localhost and 127.0.0.1.
    let (script, calls) = (config.payment_script.as_str(), format!("{}/", config.stripe_api_base));
    let (script, calls) = if demo { (script, calls.as_str()) } else { ("", "") };
    let pages = Arc::new(Pages::new(script, calls));
    let explorer = Router::new()
        .route("/web/{*path}", get(file))
        .route("/explorer", get(async |State(pages), headers| page(&pages, "explorer/index.html", &headers)))
        .route("/explorer/settings.json", get(async move || settings(demo)))
        .route("/explorer/{*rest}", get(nothing));
    let shop = async |State(pages), headers: HeaderMap| page(&pages, "demo/index.html", &headers);
    let shop = Router::new()
        .route("/", get(async || Redirect::temporary("/demo")))
        .route("/demo", get(shop))
        .route("/demo/", get(shop))
        .route("/demo/products/{slug}", get(shop))
        .route("/demo/cart", get(shop))
        .route("/demo/checkout", get(shop))
        .route("/demo/order", get(shop))
        .route("/demo/{*rest}", get(nothing));
    let all = if demo { explorer.merge(shop) } else { explorer };
    all.with_state(pages)
}

/// All files, ready to be sent.
struct Pages {
    policy: HeaderValue,
    files: BTreeMap<&'static str, File>,
}

/// One file, and what names this version of it.
struct File {
    kind: &'static str,
    tag: HeaderValue,
    text: &'static str,
}

impl Pages {
    fn new(script: &str, calls: &str) -> Self {
        let policy = format!(
            "default-src 'none'; script-src 'self' {script}; style-src 'self'; img-src 'self'; \
             connect-src 'self' {calls}; form-action 'none'; base-uri 'none'; frame-ancestors 'none'"
        );
        let file = |&(path, text): &(&'static str, &'static str)| {
            let tag = format!("\"{}\"", hex::encode(&Sha256::digest(text)[..12]));
            let tag = HeaderValue::try_from(tag).unwrap_or(HeaderValue::from_static("\"\""));
            (path, File { kind: kind(path), tag, text })
        };
        Self {
            policy: HeaderValue::try_from(policy).unwrap_or(HeaderValue::from_static("default-src 'none'")),
            files: files::ALL.iter().map(file).collect(),
        }
    }

    /// Files change with the binary, so a browser asks each time, and is told that it has them.
    fn answer(&self, status: StatusCode, path: &str, asked: &HeaderMap) -> Response {
        let Some(file) = self.files.get(path) else { return StatusCode::NOT_FOUND.into_response() };
        let known = asked.get(header::IF_NONE_MATCH) == Some(&file.tag);
        let mut response = if known && status == StatusCode::OK {
            StatusCode::NOT_MODIFIED.into_response()
        } else {
            (status, file.text).into_response()
        };
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(file.kind));
        headers.insert(header::ETAG, file.tag.clone());
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
        headers.insert(header::CONTENT_SECURITY_POLICY, self.policy.clone());
        headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
        headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
        response
    }
}

fn kind(path: &str) -> &'static str {
    match path.rsplit_once('.') {
        Some((_, "html")) => "text/html; charset=utf-8",
        Some((_, "css")) => "text/css; charset=utf-8",
        Some((_, "js")) => "text/javascript; charset=utf-8",
        Some((_, "svg")) => "image/svg+xml",
        _ => "application/octet-stream",
    }
}

fn page(pages: &Arc<Pages>, path: &str, asked: &HeaderMap) -> Response {
    pages.answer(StatusCode::OK, path, asked)
}

async fn file(State(pages): State<Arc<Pages>>, Path(path): Path<String>, asked: HeaderMap) -> Response {
    let status = if pages.files.contains_key(path.as_str()) { StatusCode::OK } else { StatusCode::NOT_FOUND };
    let path = if status == StatusCode::OK { path.as_str() } else { NOT_FOUND };
    pages.answer(status, path, &asked)
}

const NOT_FOUND: &str = "shared/not-found.html";

async fn nothing(State(pages): State<Arc<Pages>>, asked: HeaderMap) -> Response {
    pages.answer(StatusCode::NOT_FOUND, NOT_FOUND, &asked)
}

/// What the explorer's page has to know of the server.
fn settings(demo: bool) -> Response {
    let headers = [
        (header::CONTENT_TYPE, "application/json"),
        (header::CACHE_CONTROL, "no-cache"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ];
    (headers, if demo { r#"{"demo":true}"# } else { r#"{"demo":false}"# }).into_response()
}
