//! What a merchant says of origins and documents holds for subscriptions, too, over both ways.

use checkstand::{
    domain::tenant::DocumentPolicy,
    flows::trusted_document::{TrustedDocument, add, hash},
};
use serde_json::{Value, json};

use crate::support::{Mall, Shop, Socket, Step, story};

const LISTED: &str = "https://shop.example.com";
const TRUSTED: &str = "subscription($token: String!) { checkoutSessionUpdated(token: $token) { state } }";
const OTHER: &str = "subscription($token: String!) { checkoutSessionUpdated(token: $token) { id } }";

async fn socket_from(shop: &Shop<'_>, origin: &str) -> Socket {
    let mut socket = shop.raw_socket(&[("origin", origin)]).await.unwrap();
    let hello = json!({ "type": "connection_init", "payload": { "x-organization-slug": shop.slug } });
    socket.say(&hello).await;
    assert_eq!(socket.next().await["type"], "connection_ack");
    socket
}

/// What a subscription is told first: its state, or the code of the error.
async fn over_socket(socket: &mut Socket, document: Value, step: &Step) -> Value {
    let mut payload = document;
    payload["variables"] = json!({ "token": step.token });
    socket.say(&json!({ "type": "subscribe", "id": "a", "payload": payload })).await;
    let told = socket.next().await;
    let code = &told["payload"][0]["extensions"]["code"];
    if told["type"] == "error" { code.clone() } else { told["payload"]["data"].clone() }
}

async fn over_stream(shop: &Shop<'_>, origin: &str, document: Value, step: &Step) -> Value {
    let mut body = document;
    body["variables"] = json!({ "token": step.token });
    let mut page = shop.stream(&[("accept", "text/event-stream"), ("origin", origin)], &body).await;
    if page.status == 200 && page.headers["content-type"] == "text/event-stream" {
        let (_, data) = page.event().await.unwrap();
        let code = &data["errors"][0]["extensions"]["code"];
        return if code.is_null() { data["data"].clone() } else { code.clone() };
    }
    page.rest().await["errors"][0]["extensions"]["code"].clone()
}

story! {
    async fn a_page_of_an_origin_that_is_not_listed_watches_nothing(mall: &Mall) {
        let shop = mall
            .shop_with("A", |declared| {
                declared.organization.settings.allowed_origins = Some(vec![LISTED.parse().unwrap()]);
            })
            .await;
        let step = shop.create(&[("MUG-SET", 1)]).await;
        let document = || json!({ "query": TRUSTED });
        let open = json!({ "checkoutSessionUpdated": { "state": "OPEN" } });
        for (origin, told) in [(LISTED, &open), ("https://evil.example", &json!("FORBIDDEN"))] {
            assert_eq!(over_socket(&mut socket_from(&shop, origin).await, document(), &step).await, *told, "{origin}");
            assert_eq!(over_stream(&shop, origin, document(), &step).await, *told, "{origin}");
        }
    }
}

story! {
    async fn a_shop_that_trusts_documents_streams_no_other(mall: &Mall) {
        let shop = mall
            .shop_with("A", |declared| declared.organization.settings.documents = DocumentPolicy::Trusted)
            .await;
        let tenant = mall.app.organization(&shop.slug.parse().unwrap()).await.unwrap().unwrap();
        let create = "mutation { checkoutSessionCreate(draft: { lines: [{ sku: \"MUG-SET\", quantity: 1 }] }) { token } }";
        let trusted = [TRUSTED, create].map(|text| TrustedDocument { hash: hash(text), name: None, body: text.to_owned() });
        assert!(add(&mall.app.store, tenant.id, &trusted, mall.app.now()).await.unwrap().is_some());
        let token = shop.graphql(create, json!({})).await.root()["token"].as_str().unwrap().to_owned();
        let step = Step { token, id: String::new() };
        let open = json!({ "checkoutSessionUpdated": { "state": "OPEN" } });
        let rows = [
            (json!({ "query": TRUSTED }), open.clone()),
            (json!({ "documentId": format!("sha256:{}", hash(TRUSTED)) }), open.clone()),
            (json!({ "extensions": { "persistedQuery": { "version": 1, "sha256Hash": hash(TRUSTED) } } }), open),
            (json!({ "query": OTHER }), json!("DOCUMENT_NOT_TRUSTED")),
            (json!({ "documentId": hash(OTHER) }), json!("DOCUMENT_NOT_TRUSTED")),
        ];
        for (document, told) in rows {
            let mut socket = shop.socket().await;
            assert_eq!(over_socket(&mut socket, document.clone(), &step).await, told, "{document}");
            assert_eq!(over_stream(&shop, LISTED, document.clone(), &step).await, told, "{document}");
        }
    }
}
