//! Pages of any origin may ask, unless their merchant names those that may.

use serde_json::{Value, json};

use crate::support::{Answer, Mall, Shop, story};

const LISTED: &str = "https://shop.example.com";

async fn asked(shop: &Shop<'_>, origin: Option<&str>, body: Value) -> Answer {
    let url = format!("{}/graphql", shop.mall.address);
    let mut headers = vec![("content-type", "application/json"), ("x-organization-slug", shop.slug.as_str())];
    headers.extend(origin.map(|origin| ("origin", origin)));
    shop.mall.client.send("POST", &url, &headers, body.to_string()).await
}

fn header(answer: &Answer, name: &str) -> String {
    let all = answer.headers.get_all(name).iter().map(|value| value.to_str().unwrap());
    all.collect::<Vec<_>>().join(", ").to_lowercase()
}

story! {
    async fn every_page_asks_where_no_origin_is_listed(mall: &Mall) {
        let shop = mall.shop().await;
        for origin in [None, Some(LISTED), Some("https://anywhere.example"), Some("null")] {
            let answer = asked(&shop, origin, json!({ "query": "{ organization { slug } }" })).await;
            assert_eq!(answer["slug"], *shop.slug, "{origin:?}");
            assert_eq!(header(&answer, "access-control-allow-origin"), "*");
            assert_eq!(header(&answer, "access-control-allow-credentials"), "");
            let exposed = header(&answer, "access-control-expose-headers");
            for name in ["x-request-id", "server-timing", "retry-after", "etag"] {
                assert!(exposed.split([',', ' ']).any(|one| one == name), "{name} in {exposed}");
            }
        }
    }
}

story! {
    async fn a_page_that_is_not_listed_is_refused_before_anything_runs(mall: &Mall) {
        let shop = mall
            .shop_with("A", |declared| {
                declared.organization.settings.allowed_origins = Some(vec![LISTED.parse().unwrap()]);
            })
            .await;
        let open = mall.other_shop().await;
        let create = "mutation { checkoutSessionCreate(draft: { lines: [{ sku: \"MUG-SET\", quantity: 1 }] }) { token } }";
        for origin in ["https://evil.example", "http://shop.example.com", "null", "https://shop.example.com.evil.example"] {
            for query in [create, "{ __typename }", "{ organization { slug } }"] {
                let answer = asked(&shop, Some(origin), json!({ "query": query })).await;
                assert_eq!((answer.status, answer.error_code()), (403, "FORBIDDEN"), "{origin} {query}");
                assert!(answer.json.get("data").is_none());
            }
        }
        assert_eq!(mall.count("SELECT count(*) FROM checkout_session").await, 0);
        let query = json!({ "query": "{ organization { slug } }" });
        for origin in [None, Some(LISTED), Some(mall.address.as_str())] {
            assert_eq!(asked(&shop, origin, query.clone()).await["slug"], *shop.slug, "{origin:?}");
        }
        assert_eq!(asked(&open, Some("https://evil.example"), query).await["slug"], *open.slug, "another shop's list");
    }
}

story! {
    async fn a_token_without_a_shops_name_is_asked_for_its_origin_too(mall: &Mall) {
        let shop = mall.shop().await;
        let step = shop.create(&[("MUG-SET", 1)]).await;
        let list = format!("[\"{LISTED}\"]");
        mall.tamper(&crate::stories::with_setting(mall, "allowed_origins", &list)).await;
        let text = "mutation($token: String!) { checkoutSessionPaymentSession(token: $token) { userErrors { code } } }";
        let from = async |origin| {
            shop.graphql_with(&[("origin", origin)], text, json!({ "token": step.token })).await
        };
        assert_eq!(from("https://evil.example").await.error_code(), "FORBIDDEN");
        assert_eq!(from(LISTED).await.codes().len(), 1);
    }
}

story! {
    async fn a_browser_is_told_beforehand_what_it_may_send(mall: &Mall) {
        let url = format!("{}/graphql", mall.address);
        let asks = [
            ("origin", "https://anywhere.example"),
            ("access-control-request-method", "POST"),
            ("access-control-request-headers", "content-type,x-organization-slug"),
        ];
        let told = mall.client.send("OPTIONS", &url, &asks, "").await;
        assert_eq!(told.status, 200);
        assert_eq!(header(&told, "access-control-allow-origin"), "*");
        assert_eq!(header(&told, "access-control-allow-credentials"), "");
        let (methods, headers) =
            (header(&told, "access-control-allow-methods"), header(&told, "access-control-allow-headers"));
        assert!(methods.contains("get") && methods.contains("post") && !methods.contains("delete"), "{methods}");
        for name in ["content-type", "x-organization-slug", "x-checkout-token", "authorization", "apollographql-client-name",
            "apollographql-client-version", "x-apollo-operation-name", "apollo-require-preflight", "traceparent"]
        {
            assert!(headers.split([',', ' ']).any(|one| one == name), "{name} in {headers}");
        }
        assert!(header(&told, "access-control-max-age").parse::<u32>().unwrap() > 0);
        let webhook = format!("{}/webhooks/stripe/shop-a", mall.address);
        let told = mall.client.send("OPTIONS", &webhook, &asks, "").await;
        assert_eq!(header(&told, "access-control-allow-origin"), "", "no page calls a webhook");
    }
}
