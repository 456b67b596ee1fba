//! GraphQL over HTTP, after the draft of that name.
//!
//! **Invariant:** a mutation never runs by GET, nor does a document with a token; a body is JSON or refused; one request is
//! one operation with at most one mutation field. A subscription is answered by a stream or over a WebSocket. A request
//! that was not run says so without `data`, with 400 where the client asked for application/graphql-response+json.

use async_graphql::{Response as Answer, parser::types::OperationType};
use async_graphql_axum::GraphQLResponse;
use axum::{
    Extension,
    body::{Body, Bytes},
    extract::{
        RawQuery, State,
        ws::{WebSocketUpgrade, rejection::WebSocketUpgradeRejection},
    },
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::Deserialize;
use serde_json::{Map, Value};

use super::{
    Documents, Schema,
    accept::{Accepted, JSON, Media, accepted},
    automatic::Automatic,
    document::{Stop, document},
    error::{RequestCode, complete_codes},
    live::{self, ClientAddress},
    loader::Loaders,
    public::{is_public, published},
    request::Caller,
    socket, trusted,
};
use crate::flows::{App, counted};

/// What an answer took, for developers.
const SERVER_TIMING: HeaderName = HeaderName::from_static("server-timing");

/// A request as it is sent.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Parameters {
    #[serde(default)]
    pub(super) query: Option<String>,
    #[serde(default)]
    pub(super) document_id: Option<String>,
    #[serde(default)]
    pub(super) variables: Option<Map<String, Value>>,
    #[serde(default)]
    pub(super) operation_name: Option<String>,
    #[serde(default)]
    pub(super) extensions: Option<Map<String, Value>>,
}

/// Why a request is not run, with its status.
pub(super) struct Refused(pub(super) StatusCode, pub(super) RequestCode, pub(super) &'static str);

/// Runs what was posted.
pub async fn post(
    State(serving): State<Serving>,
    address: Option<Extension<ClientAddress>>,
    headers: HeaderMap,
    body: Result<Bytes, axum::extract::rejection::BytesRejection>,
) -> Response {
    let accepted = match accepted(&headers) {
        Ok(accepted) => accepted,
        Err(refused) => return refuse(Media::Json, &refused),
    };
    match posted(&headers, body) {
        Err(refused) => refuse(accepted.media(), &refused),
        Ok(parameters) => {
            let from = From { headers: &headers, address: address.map(|Extension(address)| address) };
            run(&serving, &from, parameters, (accepted, false)).await
        }
    }
}

/// Runs what is in the address, queries without a token; or opens a WebSocket where that is asked for.
pub async fn get(
    State(serving): State<Serving>,
    address: Option<Extension<ClientAddress>>,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
    upgrade: Result<WebSocketUpgrade, WebSocketUpgradeRejection>,
) -> Response {
    let from = From { headers: &headers, address: address.map(|Extension(address)| address) };
    // Other protocols that are offered, such as HTTP/2, may be ignored (RFC 9110, 7.8).
    let websocket = |value: &HeaderValue| value.as_bytes().eq_ignore_ascii_case(b"websocket");
    if headers.get(header::UPGRADE).is_some_and(websocket) {
        return match upgrade {
            Ok(upgrade) => socket::open(&serving, &from, upgrade),
            Err(rejection) => rejection.into_response(),
        };
    }
    let accepted = match accepted(&headers) {
        Ok(accepted) => accepted,
        Err(refused) => return refuse(Media::Json, &refused),
    };
    match gotten(&query.unwrap_or_default()) {
        Err(refused) => refuse(accepted.media(), &refused),
        Ok(parameters) => run(&serving, &from, parameters, (accepted, true)).await,
    }
}

/// Any other method.
pub async fn other() -> Response {
    let message = "Send GET or POST.";
    let mut response =
        refuse(Media::Json, &Refused(StatusCode::METHOD_NOT_ALLOWED, RequestCode::MethodNotAllowed, message));
    response.headers_mut().insert(header::ALLOW, HeaderValue::from_static("GET, HEAD, POST"));
    response
}

fn posted(
    headers: &HeaderMap,
    body: Result<Bytes, axum::extract::rejection::BytesRejection>,
) -> Result<Parameters, Refused> {
    let text = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let mime: Option<mime::Mime> = text.and_then(|text| text.parse().ok());
    let utf8 = |mime: &mime::Mime| mime.get_param("charset").is_none_or(|charset| charset == "utf-8");
    if !mime.is_some_and(|mime| mime.essence_str() == JSON && utf8(&mime)) {
        return Err(Refused(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            RequestCode::UnsupportedMediaType,
            "Send the request as application/json.",
        ));
    }
    let body = body.map_err(|rejection| match rejection.status() {
        StatusCode::PAYLOAD_TOO_LARGE => Refused(
            StatusCode::PAYLOAD_TOO_LARGE,
            RequestCode::PayloadTooLarge,
            "The body is longer than 256 KiB.",
        ),
        _ => bad("The body did not arrive whole."),
    })?;
    let json: Value = serde_json::from_slice(&body).map_err(|_| bad("The body is no JSON."))?;
    if !json.is_object() {
        return Err(bad("Send one JSON object; a list of requests is not taken."));
    }
    serde_json::from_value(json).map_err(|_| {
        bad("Send query and documentId as strings, variables and extensions as objects, operationName as a string.")
    })
}

fn gotten(query: &str) -> Result<Parameters, Refused> {
    let mut fields = Map::new();
    for (name, value) in form_urlencoded::parse(query.as_bytes()) {
        let value = match name.as_ref() {
            "variables" | "extensions" if !value.is_empty() => {
                serde_json::from_str(&value).map_err(|_| bad("Send variables and extensions as JSON."))?
            }
            "variables" | "extensions" => Value::Null,
            _ => Value::String(value.into_owned()),
        };
        fields.insert(name.into_owned(), value);
    }
    serde_json::from_value(Value::Object(fields)).map_err(|_| bad("Send a query."))
}

const fn bad(message: &'static str) -> Refused {
    Refused(StatusCode::BAD_REQUEST, RequestCode::BadRequest, message)
}

/// What every request is served with.
#[derive(Clone)]
pub struct Serving {
    pub(super) schema: Schema,
    pub(super) app: App,
    pub(super) documents: Documents,
    pub(super) automatic: Automatic,
}

/// Whom a request comes from.
pub(super) struct From<'a> {
    pub(super) headers: &'a HeaderMap,
    pub(super) address: Option<ClientAddress>,
}

impl Serving {
    /// Over an application.
    #[must_use]
    pub fn new(app: App) -> Self {
        Self {
            schema: super::schema(app.clone()),
            app,
            documents: Documents::default(),
            automatic: Automatic::default(),
        }
    }
}

async fn run(
    serving: &Serving,
    from: &From<'_>,
    parameters: Parameters,
    (accepted, by_get): (Accepted, bool),
) -> Response {
    let running = execute(serving, from, parameters, (accepted, by_get));
    let (ran, statements) = if serving.app.config.statement_counts {
        let (ran, statements) = counted(running).await;
        (ran, Some(statements))
    } else {
        (running.await, None)
    };
    let (answer, media, public) = match ran {
        Ok(Ran::Once(answer, media, public)) => (answer, media, public),
        Ok(Ran::Live(response)) => return response,
        Err(Stop::Refused(refused)) => return refuse(accepted.media(), &refused),
        Err(Stop::Answered(answer)) => return respond(accepted.media(), *answer),
    };
    // Of an answer that is kept, a copy would tell what another one took.
    let told = statements.filter(|_| !public);
    let mut response = respond(
        media,
        match told {
            Some(statements) => answer.extension("statements", statements.into()),
            None => answer,
        },
    );
    let timing = statements.map(|count| HeaderValue::try_from(format!("statements;desc=\"{count}\"")));
    if let Some(Ok(timing)) = timing {
        response.headers_mut().append(SERVER_TIMING, timing);
    }
    if public { published(response).await } else { response }
}

/// What became of a request.
enum Ran {
    /// It was run; how to send the answer, and whether anybody may keep it.
    Once(Answer, Media, bool),
    /// A subscription, whose answers are on their way.
    Live(Response),
}

async fn execute(
    serving: &Serving,
    from: &From<'_>,
    parameters: Parameters,
    (accepted, by_get): (Accepted, bool),
) -> Result<Ran, Stop> {
    let mut caller = Caller::from_headers(from.headers);
    let parameters = trusted::resolve(serving, &mut caller, parameters).await?;
    let (mut request, kind) = document(&serving.documents, parameters, by_get)?;
    if kind == OperationType::Subscription {
        let live = live::stream(serving, (caller, from.address), request, accepted);
        return live.map(Ran::Live).map_err(Stop::Refused);
    }
    let media = accepted.one().map_err(Stop::Refused)?;
    let public = by_get && is_public(from.headers, &mut request);
    let request = request.data(caller).data(Loaders::new(&serving.app));
    let answer = serving.schema.execute(request).await;
    let public = public && answer.errors.is_empty();
    Ok(Ran::Once(answer, media, public))
}

fn refuse(media: Media, refused: &Refused) -> Response {
    let Refused(status, code, message) = refused;
    let mut response = errors_only(media, *status, &code.response(message));
    if *status == StatusCode::METHOD_NOT_ALLOWED {
        response.headers_mut().insert(header::ALLOW, HeaderValue::from_static("POST"));
    }
    response
}

fn respond(media: Media, mut answer: Answer) -> Response {
    complete(&mut answer);
    let overloaded = RequestCode::Overloaded.is_in(&answer);
    let not_run = answer.data == async_graphql::Value::Null
        && !answer.errors.is_empty()
        && answer.errors.iter().all(|error| error.path.is_empty());
    let mut response = if not_run {
        let status = if media == Media::GraphqlResponse { StatusCode::BAD_REQUEST } else { StatusCode::OK };
        errors_only(media, status, &answer)
    } else {
        with_media(GraphQLResponse::from(answer).into_response(), media)
    };
    if overloaded {
        response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("1"));
    }
    response
}

/// The most errors of an answer, places of each, and characters of its sentence.
const ERRORS_MAX: usize = 10;
const LOCATIONS_MAX: usize = 5;
const MESSAGE_MAX: usize = 200;

/// Gives every error its code, and no more of them than fit.
pub(super) fn complete(answer: &mut Answer) {
    complete_codes(answer);
    shorten(answer);
}

/// A small document must not make a large answer: each unknown name in it is an error that quotes it.
fn shorten(answer: &mut Answer) {
    answer.errors.truncate(ERRORS_MAX);
    for error in &mut answer.errors {
        error.locations.truncate(LOCATIONS_MAX);
        if let Some((end, _)) = error.message.char_indices().nth(MESSAGE_MAX) {
            error.message.truncate(end);
            error.message.push('…');
        }
    }
}

/// A request that was not run has errors and no data.
fn errors_only(media: Media, status: StatusCode, answer: &Answer) -> Response {
    let errors = serde_json::to_value(&answer.errors).unwrap_or_default();
    let body = serde_json::json!({ "errors": errors }).to_string();
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = status;
    with_media(response, media)
}

fn with_media(mut response: Response, media: Media) -> Response {
    let text = match media {
        Media::GraphqlResponse => "application/graphql-response+json; charset=utf-8",
        Media::Json => "application/json; charset=utf-8",
    };
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(text));
    // Answers carry tokens and personal data; what may be kept says so itself once it does.
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    response
}
