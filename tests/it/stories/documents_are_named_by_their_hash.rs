//! A storefront names its documents by their hash, and a merchant may say that no other runs.

use checkstand::{
    domain::tenant::DocumentPolicy,
    flows::trusted_document::{TrustedDocument, add, hash},
};
use serde_json::{Value, json};

use crate::support::{Answer, Mall, Shop, story, texas};

const NAME: &str = "query Name { organization { slug } }";

async fn posted(shop: &Shop<'_>, headers: &[(&str, &str)], body: Value) -> Answer {
    let url = format!("{}/graphql", shop.mall.address);
    let all: Vec<(&str, &str)> =
        [("content-type", "application/json")].iter().chain(headers).copied().collect();
    shop.mall.client.send("POST", &url, &all, body.to_string()).await
}

async fn sent(shop: &Shop<'_>, body: Value) -> Answer {
    posted(shop, &[("x-organization-slug", &shop.slug)], body).await
}

async fn gotten(shop: &Shop<'_>, parameters: &[(&str, &str)]) -> Answer {
    let query = form_urlencoded::Serializer::new(String::new()).extend_pairs(parameters).finish();
    let url = format!("{}/graphql?{query}", shop.mall.address);
    shop.mall.client.send("GET", &url, &[("x-organization-slug", &shop.slug)], "").await
}

fn apollo(hash: &str) -> Value {
    json!({ "persistedQuery": { "version": 1, "sha256Hash": hash } })
}

async fn trust(shop: &Shop<'_>, texts: &[&str]) {
    let tenant = shop.mall.app.organization(&shop.slug.parse().unwrap()).await.unwrap().unwrap();
    let one = |text: &&str| TrustedDocument { hash: hash(text), name: None, body: (*text).to_owned() };
    let documents: Vec<TrustedDocument> = texts.iter().map(one).collect();
    let now = shop.mall.app.now();
    assert!(add(&shop.mall.app.store, tenant.id, &documents, now).await.unwrap().is_some());
}

async fn strict(mall: &Mall) -> Shop<'_> {
    mall.shop_with("A", |declared| declared.organization.settings.documents = DocumentPolicy::Trusted).await
}

story! {
    async fn a_document_that_was_sent_once_is_known_by_its_hash(mall: &Mall) {
        let (shop, other) = (mall.shop().await, mall.other_shop().await);
        let named = json!({ "extensions": apollo(&hash(NAME)) });
        let unknown = sent(&shop, named.clone()).await;
        assert_eq!((unknown.status, unknown.error_code()), (200, "PERSISTED_QUERY_NOT_FOUND"));
        assert_eq!(unknown.json["errors"][0]["message"], "PersistedQueryNotFound");
        assert!(unknown.json.get("data").is_none());
        let registered = sent(&shop, json!({ "query": NAME, "extensions": apollo(&hash(NAME)) })).await;
        assert_eq!(registered["slug"], *shop.slug);
        assert_eq!(sent(&shop, named.clone()).await["slug"], *shop.slug);
        let extensions = apollo(&hash(NAME)).to_string();
        assert_eq!(gotten(&shop, &[("extensions", &extensions)]).await["slug"], *shop.slug);
        let by_id = sent(&shop, json!({ "documentId": format!("sha256:{}", hash(NAME)) })).await;
        assert_eq!(by_id["slug"], *shop.slug);
        assert_eq!(sent(&other, named.clone()).await.error_code(), "PERSISTED_QUERY_NOT_FOUND", "another shop's");
        let nobody = posted(&shop, &[], named).await;
        assert_eq!(nobody.error_code(), "PERSISTED_QUERY_NOT_FOUND", "nobody's");
    }
}

story! {
    async fn a_hash_stands_for_the_text_that_has_it(mall: &Mall) {
        let shop = mall.shop().await;
        let lie = sent(&shop, json!({ "query": "{ __typename }", "extensions": apollo(&hash(NAME)) })).await;
        assert_eq!((lie.status, lie.error_code()), (400, "BAD_REQUEST"));
        let named = json!({ "extensions": apollo(&hash(NAME)) });
        assert_eq!(sent(&shop, named).await.error_code(), "PERSISTED_QUERY_NOT_FOUND", "nothing was kept");
        let two = json!({ "documentId": hash("x"), "extensions": apollo(&hash(NAME)) });
        let rows = [
            json!({ "documentId": hash(NAME).to_uppercase() }),
            json!({ "documentId": "sha1:0b5d9fd8c4d1f4a4ac8cf0a64a9b4a6f9e3c2d11" }),
            json!({ "documentId": "" }),
            json!({ "documentId": 7 }),
            json!({ "extensions": { "persistedQuery": { "version": 2, "sha256Hash": hash(NAME) } } }),
            json!({ "extensions": { "persistedQuery": { "version": 1 } } }),
            json!({ "extensions": { "persistedQuery": [] } }),
            json!({ "extensions": {} }),
            two,
        ];
        for body in rows {
            let answer = sent(&shop, body.clone()).await;
            assert_eq!((answer.status, answer.error_code()), (400, "BAD_REQUEST"), "{body}");
        }
    }
}

story! {
    async fn a_document_that_is_named_passes_the_same_guards(mall: &Mall) {
        let shop = mall.shop().await;
        let create = "mutation { checkoutSessionCreate(draft: { lines: [{ sku: \"MUG-SET\", quantity: 1 }] }) { token } }";
        let read = "query($token: String!) { checkoutSession(token: $token) { id } }";
        let twice = "mutation { a: checkoutSessionCancel(token: \"x\") { __typename } b: checkoutSessionCancel(token: \"x\") { __typename } }";
        let nested = format!("{{ a(b: {}) }}", "[".repeat(100));
        trust(&shop, &[create, read, twice, &nested]).await;
        let get = async |text: &str| gotten(&shop, &[("documentId", &format!("sha256:{}", hash(text)))]).await;
        for text in [create, read] {
            let refused = get(text).await;
            assert_eq!((refused.status, refused.error_code()), (405, "METHOD_NOT_ALLOWED"), "{text}");
        }
        assert_eq!(mall.count("SELECT count(*) FROM checkout_session").await, 0);
        let post = async |text: &str| sent(&shop, json!({ "documentId": hash(text) })).await;
        assert_eq!(post(twice).await.error_code(), "GRAPHQL_VALIDATION_FAILED");
        assert_eq!(post(&nested).await.error_code(), "QUERY_TOO_COMPLEX");
        assert_eq!(post(create).await.root()["token"].as_str().map(str::is_empty), Some(false));
    }
}

story! {
    async fn a_merchant_who_trusts_some_documents_runs_no_other(mall: &Mall) {
        let shop = strict(mall).await;
        trust(&shop, &[NAME]).await;
        let refused = [
            json!({ "query": "{ organization { name } }" }),
            json!({ "query": "{ __typename }" }),
            json!({ "query": "{ __schema { queryType { name } } }" }),
            json!({ "query": "{" }),
            json!({ "documentId": hash("{ __typename }") }),
            json!({ "query": "{ __typename }", "extensions": apollo(&hash("{ __typename }")) }),
            json!({ "extensions": apollo(&hash("{ __typename }")) }),
        ];
        for body in refused {
            let answer = sent(&shop, body.clone()).await;
            assert_eq!(answer.error_code(), "DOCUMENT_NOT_TRUSTED", "{body}: {}", answer.text);
            assert!(answer.json.get("data").is_none());
        }
        assert_eq!(gotten(&shop, &[("query", "{ __typename }")]).await.error_code(), "DOCUMENT_NOT_TRUSTED");
        let hashed = hash(NAME);
        let runs = [
            json!({ "documentId": format!("sha256:{hashed}") }),
            json!({ "extensions": apollo(&hashed) }),
            json!({ "query": NAME, "extensions": apollo(&hashed) }),
            json!({ "query": "", "documentId": hashed }),
            json!({ "query": NAME }),
        ];
        for body in runs {
            assert_eq!(sent(&shop, body.clone()).await["slug"], *shop.slug, "{body}");
        }
    }
}

story! {
    async fn a_token_without_a_shops_name_opens_no_way_around(mall: &Mall) {
        let shop = mall.shop().await;
        let step = shop.create(&[("MUG-SET", 1)]).await;
        shop.fill(&step).await;
        shop.reprice(&step, texas()).await.good();
        let text = "mutation($token: String!) { checkoutSessionPaymentSession(token: $token) { userErrors { code } } }";
        let body = json!({ "query": text, "variables": { "token": step.token } });
        let before = posted(&shop, &[], body.clone()).await;
        assert_eq!(before.codes().len(), 1, "it is not bound, and reached: {}", before.text);
        mall.tamper(&crate::stories::with_setting(mall, "documents", "\"trusted\"")).await;
        assert_eq!(posted(&shop, &[], body.clone()).await.error_code(), "DOCUMENT_NOT_TRUSTED");
        assert_eq!(sent(&shop, body.clone()).await.error_code(), "DOCUMENT_NOT_TRUSTED");
        trust(&shop, &[text]).await;
        assert_eq!(sent(&shop, body.clone()).await.codes().len(), 1);
        assert_eq!(posted(&shop, &[], body).await.error_code(), "DOCUMENT_NOT_TRUSTED", "nobody says whose");
    }
}

story! {
    async fn an_operator_pushes_a_manifest_and_takes_documents_away(mall: &Mall) {
        let shop = strict(mall).await;
        let folder = std::env::temp_dir().join(format!("checkstand-{}", checkstand::flows::App::new_id().simple()));
        std::fs::create_dir_all(&folder).unwrap();
        let file = |name: &str, text: String| {
            let path = folder.join(name);
            std::fs::write(&path, text).unwrap();
            path.display().to_string()
        };
        let zones = "query Zones { shippingZones { name } }";
        let run = async |arguments: &[&str]| {
            let (verb, rest) = arguments.split_first().unwrap();
            shop.program(&["documents", verb], rest).await
        };
        let named = json!({ "documentId": hash(NAME) });
        assert_eq!(sent(&shop, named.clone()).await.error_code(), "DOCUMENT_NOT_TRUSTED");

        let generated = file("persisted-documents.json", json!({ hash(NAME): NAME }).to_string());
        let (status, told) = run(&["push", &generated]).await;
        assert_eq!((status, told.as_str()), (Some(0), "1 documents of shop-a, 1 of them new.\n"));
        assert_eq!(sent(&shop, named.clone()).await["slug"], *shop.slug, "from the next request on");

        let operations = json!([{ "id": "other", "name": "Zones", "type": "query", "body": zones },
            { "id": hash(NAME), "name": "Name", "type": "query", "body": NAME }]);
        let manifest = json!({ "format": "apollo-persisted-query-manifest", "version": 1, "operations": operations });
        let (status, told) = run(&["push", &file("manifest.json", manifest.to_string())]).await;
        assert_eq!(status, Some(0), "{told}");
        assert!(told.contains(&format!("Note: other is not the SHA-256 of its document; clients have to send sha256:{}", hash(zones))), "{told}");
        assert!(told.contains("2 documents of shop-a, 1 of them new."), "{told}");
        let (_, listed) = run(&["list"]).await;
        assert_eq!(listed.lines().count(), 2);
        assert!(listed.contains(&format!("sha256:{}  Zones", hash(zones))), "{listed}");

        let (status, told) = run(&["push", &file("broken.json", json!({ "a": "{", "b": NAME }).to_string())]).await;
        assert_eq!(status, Some(2), "{told}");
        assert_eq!(run(&["list"]).await.1, listed, "a fault changes nothing");

        let (status, told) = run(&["remove", &format!("sha256:{}", hash(NAME))]).await;
        assert_eq!((status, told.as_str()), (Some(0), "Removed 1.\n"));
        assert_eq!(sent(&shop, named).await.error_code(), "DOCUMENT_NOT_TRUSTED", "from the next request on");
        assert_eq!(run(&["remove", "--all"]).await.1, "Removed 1.\n");
        std::fs::remove_dir_all(folder).unwrap();
    }
}
