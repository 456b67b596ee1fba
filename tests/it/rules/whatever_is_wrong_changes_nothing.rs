//! Everything that can be wrong with a request, in one table a kind: each is answered with a code of the closed list, with
//! a path where an argument is to blame, in under 4 KiB and soon, and not one row of any table differs afterwards.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::wrong_requests::{bodies, documents, drafts, sockets};
use crate::support::{Answer, Books, Mall, Shop, Step, story, texas};

/// The most bytes of an answer to something wrong.
const ANSWER_MAX: usize = 4 * 1024;
/// Generous, as tests share their machine and are not optimized; what this is about would take minutes or end the process.
const SOON: Duration = Duration::from_secs(5);
/// Codes of requests that are wrong as such; those of user errors are read from the schema.
const CODES: &str = "BAD_REQUEST GRAPHQL_PARSE_FAILED GRAPHQL_VALIDATION_FAILED OPERATION_RESOLUTION_FAILURE METHOD_NOT_ALLOWED \
    NOT_ACCEPTABLE UNSUPPORTED_MEDIA_TYPE PAYLOAD_TOO_LARGE ORGANIZATION_REQUIRED ORGANIZATION_NOT_FOUND FORBIDDEN \
    QUERY_TOO_COMPLEX";

/// What a row of a table expects.
pub struct Expected {
    pub status: u16,
    /// One code, or several between bars where the library tells the same in two ways.
    pub code: &'static str,
    /// The path of a user error; empty where none is to blame.
    pub path: String,
}

/// A session to attack, and the books before.
struct Scene<'a> {
    shop: Shop<'a>,
    step: Step,
    before: Books,
}

impl<'a> Scene<'a> {
    async fn set(mall: &'a Mall) -> Self {
        let shop = mall.shop().await;
        let step = shop.create(&[("MUG-SET", 1)]).await;
        shop.reprice(&step, texas()).await.good();
        let before = mall.books().await;
        Self { shop, step, before }
    }

    async fn is_unchanged(&self, what: &str) {
        Mall::same(&self.before, &self.shop.mall.books().await, what);
    }
}

/// Holds an answer against what was expected of it.
fn judge(what: &str, began: Instant, answer: &Answer, expected: &Expected) {
    let text: String = answer.text.chars().take(400).collect();
    assert!(began.elapsed() < SOON, "{what}: {:?}", began.elapsed());
    assert!(answer.text.len() < ANSWER_MAX, "{what}: {} bytes: {text}", answer.text.len());
    let (code, path) = said(answer);
    assert_eq!((answer.status, &path), (expected.status, &expected.path), "{what}: {text}");
    assert!(expected.code.split('|').any(|one| one == code), "{what}: not {}: {text}", expected.code);
    assert!(code.is_empty() || is_listed(&code), "{what}: {code} is on no list");
}

/// The code and the path of an answer, of the first user error or else of the first top-level error.
fn said(answer: &Answer) -> (String, String) {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let top = &answer.json["errors"][0];
    if top.is_object() {
        return (text(&top["extensions"]["code"]), String::new());
    }
    let payload =
        answer.json["data"].as_object().and_then(|data| data.values().next()).cloned().unwrap_or_default();
    let error = &payload["userErrors"][0];
    (text(&error["code"]), text(&error["field"]))
}

fn is_listed(code: &str) -> bool {
    let sdl = checkstand::graphql::sdl();
    let of_users =
        sdl.split("enum CheckoutErrorCode {").nth(1).and_then(|rest| rest.split('}').next()).unwrap();
    CODES.split_whitespace().chain(of_users.split_whitespace()).any(|listed| listed == code)
}

const REPRICE: &str = "mutation($t: String!, $d: CheckoutDraftInput!) { checkoutSessionReprice(token: $t, draft: $d) { userErrors { code field message } } }";

story! {
    async fn a_wrong_draft(mall: &Mall) {
        let scene = Scene::set(mall).await;
        let create = "mutation($d: CheckoutDraftInput!) { checkoutSessionCreate(draft: $d) { token userErrors { code field message } } }";
        let rows = drafts::rows();
        for (place, (what, mut draft, code, path)) in (1..).zip(rows.clone()) {
            let expected = Expected { status: 200, code, path };
            let began = Instant::now();
            let answer = scene.shop.graphql(REPRICE, json!({ "t": scene.step.token, "d": draft })).await;
            judge(&what, began, &answer, &expected);
            if draft["lines"].is_null() {
                draft["lines"] = json!([{ "sku": "MUG-SET", "quantity": 1 }]);
            }
            let began = Instant::now();
            let answer = scene.shop.graphql(create, json!({ "d": draft })).await;
            judge(&what, began, &answer, &expected);
            if place % 20 == 0 || place == rows.len() {
                scene.is_unchanged(&format!("{what}, or one of the rows before")).await;
            }
        }
    }
}

story! {
    async fn a_wrong_argument(mall: &Mall) {
        let scene = Scene::set(mall).await;
        for (what, query, variables, code, path) in drafts::arguments(&scene.step.token) {
            let began = Instant::now();
            let answer = scene.shop.graphql(&query, variables).await;
            judge(&what, began, &answer, &Expected { status: 200, code, path });
            scene.is_unchanged(&what).await;
        }
    }
}

story! {
    async fn a_wrong_document(mall: &Mall) {
        let scene = Scene::set(mall).await;
        for (what, query, variables, code) in documents::rows(&scene.step.token) {
            let began = Instant::now();
            let answer = scene.shop.graphql(&query, variables).await;
            judge(&what, began, &answer, &Expected { status: 200, code, path: String::new() });
            scene.is_unchanged(&what).await;
        }
    }
}

story! {
    async fn a_wrong_body(mall: &Mall) {
        let scene = Scene::set(mall).await;
        let url = format!("{}/graphql", mall.address);
        for (what, method, headers, body, status, code) in bodies::rows(&scene.step.token) {
            let mut headers = headers;
            headers.push(("x-organization-slug", &scene.shop.slug));
            let began = Instant::now();
            let answer = mall.client.send(method, &url, &headers, body).await;
            judge(&what, began, &answer, &Expected { status, code, path: String::new() });
            scene.is_unchanged(&what).await;
        }
    }
}

story! {
    async fn a_wrong_conversation(mall: &Mall) {
        let scene = Scene::set(mall).await;
        for (what, bytes, status, code) in sockets::rows(&scene.shop.slug) {
            let began = Instant::now();
            // A whole request whose sender hangs up is dropped unanswered; one that is too long is read to its end as well.
            let whole = matches!(status, 200 | 413);
            let answer = if whole { mall.raw_and_wait(&bytes).await } else { mall.raw(&bytes).await };
            judge(&what, began, &answer, &Expected { status, code, path: String::new() });
            scene.is_unchanged(&what).await;
        }
    }
}

story! {
    async fn a_body_that_stops_half_way_holds_nobody_up(mall: &Mall) {
        let scene = Scene::set(mall).await;
        let half = sockets::half_a_body(&scene.shop.slug);
        let waiting = futures_util::future::join_all((0..50).map(|_| mall.raw_and_wait(&half)));
        let meanwhile = async {
            let began = Instant::now();
            for _ in 0..20 {
                assert_eq!(scene.shop.read(&scene.step).await["id"], *scene.step.id);
            }
            assert!(began.elapsed() < SOON, "{:?}", began.elapsed());
        };
        let (answers, ()) = tokio::join!(waiting, meanwhile);
        for answer in answers {
            assert_eq!((answer.status, answer.error_code()), (400, "BAD_REQUEST"), "{}", answer.text);
        }
        scene.is_unchanged("half a body").await;
    }
}
