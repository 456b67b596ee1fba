//! A request that cannot be run says why with a code, in a few words, and the server lives on.

use serde_json::json;

use crate::support::{Answer, Mall, Shop, is_refused, story};

const JSON: (&str, &str) = ("content-type", "application/json");

async fn posted(shop: &Shop<'_>, headers: &[(&str, &str)], body: &str) -> Answer {
    let url = format!("{}/graphql", shop.mall.address);
    shop.mall.client.send("POST", &url, headers, body.to_owned()).await
}

async fn asked(shop: &Shop<'_>, query: &str) -> Answer {
    shop.graphql(query, json!({})).await
}

async fn gotten(shop: &Shop<'_>, query: &str) -> Answer {
    let query: String = form_urlencoded::byte_serialize(query.as_bytes()).collect();
    let url = format!("{}/graphql?query={query}", shop.mall.address);
    shop.mall.client.send("GET", &url, &[("x-organization-slug", &shop.slug)], "").await
}

fn creation(alias: &str) -> String {
    format!(
        "{alias}: checkoutSessionCreate(draft: {{ lines: [{{ sku: \"MUG-SET\", quantity: 1 }}] }}) {{ token }}"
    )
}

story! {
    async fn a_tenant_must_be_named_once_and_exist(mall: &Mall) {
        let shop = mall.shop().await;
        let query = "{ shippingZones { id } }";
        let missing = shop.graphql_with(&[], query, json!({})).await;
        is_refused(&shop, &missing, 200, "ORGANIZATION_REQUIRED").await;
        for slug in ["nobody", "SHOP-A", "shop-a ' --", "../shop-a", "shop_a", "", &"a".repeat(64)] {
            let unknown = shop.graphql_with(&[("x-organization-slug", slug)], query, json!({})).await;
            is_refused(&shop, &unknown, 200, "ORGANIZATION_NOT_FOUND").await;
        }
        let named = ("x-organization-slug", shop.slug.as_str());
        let doubled = shop.graphql_with(&[named, named], query, json!({})).await;
        is_refused(&shop, &doubled, 200, "ORGANIZATION_NOT_FOUND").await;
        let listed = shop.graphql_with(&[("x-organization-slug", "shop-a, shop-b")], query, json!({})).await;
        is_refused(&shop, &listed, 200, "ORGANIZATION_NOT_FOUND").await;
    }
}

story! {
    async fn only_the_organization_itself_may_be_unknown(mall: &Mall) {
        let shop = mall.shop().await;
        for slug in ["nobody", "SHOP-A"] {
            let unknown = shop
                .graphql_with(&[("x-organization-slug", slug)], "{ organization { id } }", json!({}))
                .await;
            assert_eq!(unknown.text, r#"{"data":{"organization":null}}"#);
        }
        let nameless = shop.graphql_with(&[], "{ organization { id } }", json!({})).await;
        assert_eq!(nameless.error_code(), "ORGANIZATION_REQUIRED");
        let neutral = shop.graphql_with(&[], "{ __typename }", json!({})).await;
        assert_eq!(neutral.root(), "Query");
    }
}

story! {
    async fn a_body_is_one_json_object(mall: &Mall) {
        let shop = mall.shop().await;
        let good = r#"{"query":"{ __typename }"}"#;
        let rows = ["", "{", "null", "7", "{ __typename }", r#"{"query":7}"#, "{}", r#"{"query":null}"#];
        for body in rows {
            is_refused(&shop, &posted(&shop, &[JSON], body).await, 400, "BAD_REQUEST").await;
        }
        is_refused(&shop, &posted(&shop, &[JSON], &format!("[{good}]")).await, 400, "BAD_REQUEST").await;
        let variables = r#"{"query":"{ __typename }","variables":[]}"#;
        is_refused(&shop, &posted(&shop, &[JSON], variables).await, 400, "BAD_REQUEST").await;
        for kind in
            ["text/plain", "application/graphql", "application/x-www-form-urlencoded", "multipart/form-data"]
        {
            let answer = posted(&shop, &[("content-type", kind)], good).await;
            is_refused(&shop, &answer, 415, "UNSUPPORTED_MEDIA_TYPE").await;
        }
        is_refused(&shop, &posted(&shop, &[], good).await, 415, "UNSUPPORTED_MEDIA_TYPE").await;
        let html = posted(&shop, &[JSON, ("accept", "text/html")], good).await;
        is_refused(&shop, &html, 406, "NOT_ACCEPTABLE").await;
    }
}

story! {
    async fn an_address_carries_neither_a_change_nor_a_token(mall: &Mall) {
        let shop = mall.shop().await;
        let mutation = gotten(&shop, &format!("mutation {{ {} }}", creation("a"))).await;
        is_refused(&shop, &mutation, 405, "METHOD_NOT_ALLOWED").await;
        for query in [
            "{ checkoutSession(token: \"x\") { id } }",
            "query($t: String!) { order(token: $t) { id } }",
            "{ ...F } fragment F on Query { order(token: \"x\") { id } }",
        ] {
            is_refused(&shop, &gotten(&shop, query).await, 405, "METHOD_NOT_ALLOWED").await;
        }
        let read = gotten(&shop, "{ organization { slug } }").await;
        assert_eq!(read["slug"], *shop.slug);
    }
}

story! {
    async fn a_document_must_be_graphql_of_this_schema(mall: &Mall) {
        let shop = mall.shop().await;
        for query in ["", "{", "{ organization { slug }", "query {}", "{ a(b: \"unclosed) }", "\u{0}"] {
            is_refused(&shop, &asked(&shop, query).await, 200, "GRAPHQL_PARSE_FAILED").await;
        }
        for query in [
            "{ nothing }",
            "{ organization }",
            "{ organization { slug { x } } }",
            "query($x: Nothing) { organization { slug } }",
            "{ ...Missing }",
        ] {
            is_refused(&shop, &asked(&shop, query).await, 200, "GRAPHQL_VALIDATION_FAILED").await;
        }
        let named = r#"{"query":"query A { __typename } query B { __typename }","operationName":"C"}"#;
        is_refused(&shop, &posted(&shop, &[JSON], named).await, 200, "OPERATION_RESOLUTION_FAILURE").await;
        let unnamed = asked(&shop, "query A { __typename } query B { __typename }").await;
        is_refused(&shop, &unnamed, 200, "OPERATION_RESOLUTION_FAILURE").await;
    }
}

story! {
    async fn a_client_that_speaks_the_draft_is_told_by_the_status_too(mall: &Mall) {
        let shop = mall.shop().await;
        let accept = ("accept", "application/graphql-response+json");
        for query in ["{", "{ nothing }"] {
            let answer = posted(&shop, &[JSON, accept], &json!({ "query": query }).to_string()).await;
            assert_eq!(answer.status, 400, "{}", answer.text);
            assert!(answer.content_type.starts_with("application/graphql-response+json"));
        }
    }
}

story! {
    async fn a_document_asks_for_so_much_and_no_more(mall: &Mall) {
        let shop = mall.shop().await;
        let list =
            format!("{{ shippingZones(country: {}{}) {{ id }} }}", "[".repeat(2_000), "]".repeat(2_000));
        let object = format!(
            "{{ products(filter: {}1{}) {{ totalCount }} }}",
            "{ a: ".repeat(2_000),
            "}".repeat(2_000)
        );
        let aliases: Vec<String> = (0..10_000).map(|n| format!("a{n}:__typename")).collect();
        let cycle = "{ ...F } fragment F on Query { ...G } fragment G on Query { ...F }";
        let deep = format!(
            "{{ product(by: {{ slug: \"x\" }}) {}id{} }}",
            "{ variants { nodes { product ".repeat(6) + "{ ",
            " }".repeat(6 * 3 + 1)
        );
        let directives = format!("{{ __typename {} }}", "@include(if: true) ".repeat(51));
        let costly = "{ products(first: 100) { nodes { variants(first: 100) { nodes { id sku title } } } } }";
        for query in [
            list.as_str(),
            &object,
            &format!("{{ {} }}", aliases.join(" ")),
            cycle,
            &deep,
            &directives,
            costly,
            &format!("{{ a{} }}", "(".repeat(65)),
        ] {
            is_refused(&shop, &asked(&shop, query).await, 200, "QUERY_TOO_COMPLEX").await;
        }
        let fits = "{ products(first: 100) { nodes { variants(first: 20) { nodes { id } } } } }";
        assert!(asked(&shop, fits).await["nodes"].is_array());
    }
}

story! {
    async fn a_body_has_at_most_256_kib(mall: &Mall) {
        let shop = mall.shop().await;
        let query = format!("{{ __typename }} # {}", "x".repeat(256 * 1_024));
        is_refused(&shop, &asked(&shop, &query).await, 413, "PAYLOAD_TOO_LARGE").await;
        let padded = format!("{{ __typename }} # {}", "x".repeat(255 * 1_024));
        assert_eq!(asked(&shop, &padded).await.root(), "Query");
        let variables = json!({ "query": "{ __typename }", "variables": { "x": "x".repeat(256 * 1_024) } });
        is_refused(&shop, &posted(&shop, &[JSON], &variables.to_string()).await, 413, "PAYLOAD_TOO_LARGE")
            .await;
    }
}

story! {
    async fn one_request_changes_one_thing(mall: &Mall) {
        let shop = mall.shop().await;
        let (a, b) = (creation("a"), creation("b"));
        let two = asked(&shop, &format!("mutation {{ {a} {b} }}")).await;
        is_refused(&shop, &two, 200, "GRAPHQL_VALIDATION_FAILED").await;
    }
}
