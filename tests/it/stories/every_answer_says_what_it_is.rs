//! Every answer names its request, says how long it took and how long it may be kept.

use checkstand::config::Config;
use serde_json::json;

use crate::support::{Answer, Mall, Shop, story};

fn header<'a>(answer: &'a Answer, name: &str) -> &'a str {
    answer.headers.get(name).map(|value| value.to_str().unwrap()).unwrap_or_default()
}

async fn get(shop: &Shop<'_>, headers: &[(&str, &str)], query: &str) -> Answer {
    let query: String = form_urlencoded::byte_serialize(query.as_bytes()).collect();
    let url = format!("{}/graphql?query={query}", shop.address);
    let all: Vec<(&str, &str)> =
        [("x-organization-slug", shop.slug.as_str())].iter().chain(headers).copied().collect();
    shop.mall.client.send("GET", &url, &all, "").await
}

const PRODUCTS: &str = "{ products(first: 3) { nodes { title } } organization { slug } }";

story! {
    async fn every_answer_of_every_route_names_its_request(mall: &Mall) {
        let shop = mall.shop().await;
        let mut seen = std::collections::BTreeSet::new();
        for (method, path) in [
            ("GET", "/graphql"), ("POST", "/graphql"), ("PUT", "/graphql"), ("OPTIONS", "/graphql"),
            ("GET", "/schema.graphql"), ("GET", "/client-config.json"), ("GET", "/health/live"),
            ("GET", "/health/ready"), ("GET", "/metrics"), ("POST", "/webhooks/stripe/shop-a"), ("GET", "/nowhere"),
        ] {
            let url = format!("{}{path}", mall.address);
            let answer = mall.client.send(method, &url, &[("x-request-id", "mine")], "").await;
            let id = header(&answer, "x-request-id").to_owned();
            assert!(id.len() == 32 && id.bytes().all(|byte| byte.is_ascii_hexdigit()), "{method} {path}: {id}");
            assert!(seen.insert(id), "{method} {path}: drawn once a request");
            let timing = header(&answer, "server-timing");
            assert!(timing.strip_prefix("total;dur=").is_some_and(|dur| dur.split_once('.').is_some()), "{timing}");
            assert_eq!(header(&answer, "x-content-type-options"), "nosniff", "{method} {path}");
            assert_eq!(header(&answer, "referrer-policy"), "no-referrer", "{method} {path}");
            assert_eq!(header(&answer, "x-frame-options"), "DENY", "{method} {path}");
            assert_eq!(header(&answer, "strict-transport-security"), "", "not by TLS");
        }
        mall.tamper(&crate::stories::with_setting(mall, "capture", "\"nonsense\"")).await;
        let failed = shop.graphql("{ organization { slug } }", json!({})).await;
        let told = failed.json["errors"][0]["extensions"]["requestId"].as_str().unwrap();
        assert_eq!((failed.error_code(), told), ("INTERNAL", header(&failed, "x-request-id")));
        mall.tamper(&crate::stories::with_setting(mall, "capture", "\"automatic\"")).await;
    }
}

story! {
    async fn browsers_stay_with_tls_where_the_public_address_has_it(mall: &Mall) {
        let tls = Config::from_vars([("CHECKSTAND_PUBLIC_URL".to_owned(), "https://api.example.com".to_owned())]);
        let address = mall.server_with(tls.unwrap()).await;
        let answer = mall.client.send("GET", &format!("{address}/health/live"), &[], "").await;
        assert_eq!(header(&answer, "strict-transport-security"), "max-age=31536000");
    }
}

story! {
    async fn the_catalogue_may_be_kept_and_is_sent_once(mall: &Mall) {
        let shop = mall.shop().await;
        let first = get(&shop, &[], PRODUCTS).await;
        assert_eq!((first.status, header(&first, "cache-control")), (200, "public, max-age=30"));
        let tag = header(&first, "etag");
        assert!(tag.starts_with('"') && tag.len() == 66, "a strong one: {tag}");
        let all = first.headers.get_all("vary").iter().map(|value| value.to_str().unwrap().to_lowercase());
        let all = all.collect::<Vec<_>>().join(", ");
        for decides in ["accept", "authorization", "x-checkout-token", "x-organization-slug", "origin"] {
            assert!(all.split([',', ' ']).any(|one| one == decides), "{decides} in {all}");
        }
        let again = get(&shop, &[("if-none-match", tag)], PRODUCTS).await;
        assert_eq!((again.status, again.text.as_str(), header(&again, "etag")), (304, "", tag));
        assert_eq!(header(&again, "cache-control"), "public, max-age=30");
        mall.tamper("UPDATE product SET title = 'Another title'").await;
        let changed = get(&shop, &[("if-none-match", tag)], PRODUCTS).await;
        assert_eq!(changed.status, 200);
        assert!(changed.text.contains("Another title") && header(&changed, "etag") != tag);
    }
}

story! {
    async fn what_is_somebodys_or_went_wrong_is_kept_by_nobody(mall: &Mall) {
        let shop = mall.shop().await;
        let step = shop.create(&[("MUG-SET", 1)]).await;
        let plain: &[(&str, &str)] = &[];
        for (headers, query) in [
            (&[("x-checkout-token", step.token.as_str())] as &[(&str, &str)], PRODUCTS),
            (&[("authorization", "Bearer x")], PRODUCTS),
            (plain, "{ node(id: \"x\") { id } organization { slug } }"),
            (plain, "{ __schema { queryType { name } } }"),
            (plain, "{ organization { nothing } }"),
            (plain, "{ product(by: { id: \"a\", slug: \"b\" }) { id } }"),
            (plain, "{ products(first: 1000) { totalCount } }"),
        ] {
            let answer = get(&shop, headers, query).await;
            assert_eq!(header(&answer, "cache-control"), "no-store", "{query}: {}", answer.text);
            assert_eq!(header(&answer, "etag"), "", "{query}");
        }
        let posted = shop.graphql(PRODUCTS, json!({})).await;
        assert_eq!((header(&posted, "cache-control"), header(&posted, "etag")), ("no-store", ""));
    }
}

story! {
    async fn statements_are_told_without_changing_what_is_kept(mall: &Mall) {
        let mut shop = mall.shop().await;
        shop.address = mall.counting_server().await;
        let first = get(&shop, &[], PRODUCTS).await;
        assert!(first.json.get("extensions").is_none(), "{}", first.text);
        let told: Vec<&str> = first.headers.get_all("server-timing").iter().map(|one| one.to_str().unwrap()).collect();
        assert!(told.iter().any(|one| one.starts_with("statements;desc=\"")), "{told:?}");
        let again = get(&shop, &[("if-none-match", header(&first, "etag"))], PRODUCTS).await;
        assert_eq!(again.status, 304);
        let posted = shop.graphql(PRODUCTS, json!({})).await;
        assert!(posted.json["extensions"]["statements"].as_u64().is_some_and(|count| count > 0));
    }
}

story! {
    async fn clients_are_told_of_the_schema_that_is_served(mall: &Mall) {
        let url = |path: &str| format!("{}{path}", mall.address);
        let config = mall.client.send("GET", &url("/client-config.json"), &[("origin", "https://a.example")], "").await;
        assert_eq!((config.status, config.content_type.as_str()), (200, "application/json"));
        assert_eq!(header(&config, "access-control-allow-origin"), "*");
        assert_eq!(header(&config, "cache-control"), "public, max-age=300");
        let schema = mall.client.send("GET", &url("/schema.graphql"), &[], "").await;
        let digest = checkstand::flows::trusted_document::hash(&schema.text);
        assert_eq!(config.json["schemaHash"], format!("sha256:{digest}"));
        assert_eq!(header(&schema, "etag"), format!("\"{digest}\""));
        for path in ["/client-config.json", "/schema.graphql"] {
            let first = mall.client.send("GET", &url(path), &[], "").await;
            let again = mall.client.send("GET", &url(path), &[("if-none-match", header(&first, "etag"))], "").await;
            assert_eq!((again.status, again.text.as_str()), (304, ""), "{path}");
        }
    }
}
