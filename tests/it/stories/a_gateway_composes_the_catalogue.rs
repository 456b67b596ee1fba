//! A gateway that composes several schemas asks this one for goods by their ids, where the merchant's operator lets it.

use checkstand::{
    config::Config,
    domain::{
        catalog::Variant,
        ids::{ProductId, VariantId},
    },
    store::seed,
};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::support::{Answer, Mall, Shop, story};

const ENTITIES: &str = "query($of: [_Any!]!) { _entities(representations: $of) { __typename \
    ... on Organization { id } ... on Product { id } ... on ProductVariant { id product { slug variants(first: 1) { nodes { id } } } } } }";

/// The shop at a server that a gateway may ask, whose answers say how many statements they took.
async fn composed<'a>(mall: &'a Mall, shop: Shop<'a>) -> Shop<'a> {
    let mut config = Config::clone(&mall.app.config).counting_statements();
    config.federation = true;
    Shop { address: mall.server_with(config).await, ..shop }
}

async fn entities(shop: &Shop<'_>, of: &Value) -> Answer {
    shop.graphql(ENTITIES, json!({ "of": of })).await
}

/// The error's code of what is refused.
#[track_caller]
fn code(answer: &Answer) -> &str {
    answer.json["errors"][0]["extensions"]["code"].as_str().unwrap_or_else(|| panic!("{}", answer.text))
}

/// A product of the shop and a variant of it, by id.
async fn goods(shop: &Shop<'_>) -> (Value, Value) {
    let asked = "{ products(first: 1) { nodes { id variants(first: 1) { nodes { id } } } } }";
    let found = shop.graphql(asked, json!({})).await.json["data"]["products"]["nodes"][0].clone();
    (found["id"].clone(), found["variants"]["nodes"][0]["id"].clone())
}

/// 200 kinds of one thing.
fn kinds(declared: &mut seed::Shop) {
    let (mut product, variants) = declared.products.first().unwrap().clone();
    product.id = ProductId::from_uuid(Uuid::from_u128(1));
    "kinds".clone_into(&mut product.slug);
    let kind = |number: u128| Variant {
        id: VariantId::from_uuid(Uuid::from_u128(1_000 + number)),
        product: product.id,
        sku: Some(format!("KIND-{number}")),
        ..variants.first().unwrap().clone()
    };
    let all = (0..200).map(kind).collect();
    declared.products.push((product, all));
}

fn representations(count: u128) -> Value {
    let id = |number| VariantId::from_uuid(Uuid::from_u128(1_000 + number)).to_string();
    (0..count).map(|number| json!({ "__typename": "ProductVariant", "id": id(number) })).collect()
}

story! {
    async fn without_the_switch_nothing_of_it_is_there(mall: &Mall) {
        let shop = mall.shop().await;
        let url = |shop: &Shop<'_>| format!("{}/federation.graphql", shop.address);
        let roots = "{ __schema { queryType { fields { name } } types { name } } }";
        assert_eq!(mall.client.send("GET", &url(&shop), &[], "").await.status, 404);
        assert_eq!(code(&shop.graphql("{ _service { sdl } }", json!({})).await), "GRAPHQL_VALIDATION_FAILED");
        assert_eq!(code(&entities(&shop, &json!([])).await), "GRAPHQL_VALIDATION_FAILED");
        let told = shop.graphql(roots, json!({})).await.text;
        assert!(told.contains("\"products\"") && !told.contains("_entities") && !told.contains("_service"), "{told}");
        assert!(!told.contains("\"_Any\"") && !told.contains("\"_Entity\""), "{told}");

        let shop = composed(mall, shop).await;
        let served = mall.client.send("GET", &url(&shop), &[], "").await;
        let plain = mall.client.send("GET", &format!("{}/schema.graphql", shop.address), &[], "").await;
        assert_eq!((served.status, plain.status), (200, 200));
        let added = served.text.strip_prefix(&plain.text).unwrap();
        assert!(added.contains("@link(") && added.contains("extend type Product @key(fields: \"id\")"), "{added}");
        // A gateway names no shop when it asks what there is.
        let asked = shop.graphql_with(&[], "{ _service { sdl } }", json!({})).await;
        assert_eq!(asked.json["data"]["_service"]["sdl"], served.text);
        let told = shop.graphql(roots, json!({})).await.text;
        assert!(told.contains("\"_entities\"") && told.contains("\"_Entity\""), "{told}");
        let read = "query { ...R } fragment R on Query { __typename organization { slug } }";
        assert_eq!(shop.graphql(read, json!({})).await.json["data"]["__typename"], "Query");
    }
}

story! {
    async fn entities_come_as_they_were_asked_for_and_those_of_another_shop_do_not(mall: &Mall) {
        let shop = composed(mall, mall.shop().await).await;
        let other = mall.other_shop().await;
        let (product, variant) = goods(&shop).await;
        let (foreign_product, foreign_variant) = goods(&other).await;
        let id = async |shop: &Shop<'_>| {
            shop.graphql("{ organization { id } }", json!({})).await.json["data"]["organization"]["id"].clone()
        };
        let (own, foreign) = (id(&shop).await, id(&other).await);
        let one = |name: &str, id: &Value| json!({ "__typename": name, "id": id, "more": { "is": ["ignored"] } });
        let asked = json!([
            one("ProductVariant", &variant),
            one("Product", &product),
            one("Organization", &own),
            one("Product", &foreign_product),
            one("ProductVariant", &foreign_variant),
            one("Organization", &foreign),
            // An id of another kind, and ones that were never given.
            one("Product", &variant),
            one("Product", &json!("prod_00000000-0000-0000-0000-000000000000")),
            one("Product", &json!("anything")),
            one("ProductVariant", &variant),
        ]);
        let answer = entities(&shop, &asked).await;
        let found: Vec<(Value, Value)> = answer.json["data"]["_entities"]
            .as_array()
            .unwrap_or_else(|| panic!("{}", answer.text))
            .iter()
            .map(|one| (one["__typename"].clone(), one["id"].clone()))
            .collect();
        let there = |name: &str, id: &Value| (json!(name), id.clone());
        let mut expected = vec![(Value::Null, Value::Null); 10];
        expected[0] = there("ProductVariant", &variant);
        expected[1] = there("Product", &product);
        expected[2] = there("Organization", &own);
        expected[9] = there("ProductVariant", &variant);
        assert_eq!(found, expected);
    }
}

story! {
    async fn what_a_token_opens_is_no_entity(mall: &Mall) {
        let shop = composed(mall, mall.shop().await).await;
        let created = shop.try_create(json!({ "lines": [{ "sku": "MUG-SET", "quantity": 1 }] }), None, None).await.good();
        let step = shop.step(&created);
        let id = created.session()["id"].clone();
        let headers = [("x-organization-slug", shop.slug.as_str()), ("x-checkout-token", step.token.as_str())];
        let ask = async |name: &str| {
            let of = json!({ "of": [{ "__typename": name, "id": id }] });
            shop.graphql_with(&headers, ENTITIES, of).await
        };
        assert_eq!(code(&ask("CheckoutSession").await), "BAD_REQUEST");
        assert_eq!(ask("Product").await.json["data"]["_entities"], json!([null]));
        let unnamed = shop.graphql_with(&[], ENTITIES, json!({ "of": [{ "__typename": "Product", "id": "prod_00000000000000000000000000000000" }] })).await;
        assert_eq!(code(&unnamed), "ORGANIZATION_REQUIRED");
        for wrong in [json!(1), json!(null), json!({ "id": "x" }), json!({ "__typename": "Product", "id": 1 })] {
            let answer = entities(&shop, &json!([wrong])).await;
            assert!(answer.json["errors"][0]["extensions"]["code"].is_string(), "{wrong}: {}", answer.text);
            assert!(answer.json["data"]["_entities"].is_null(), "{wrong}: {}", answer.text);
        }
    }
}

story! {
    async fn two_hundred_entities_take_a_handful_of_statements(mall: &Mall) {
        let shop = composed(mall, mall.shop_with("A", kinds).await).await;
        let mut counts = Vec::new();
        for count in [1, 100, 200] {
            let answer = entities(&shop, &representations(count)).await;
            let found = answer.json["data"]["_entities"].as_array().unwrap_or_else(|| panic!("{}", answer.text));
            assert!(found.iter().all(|one| one["product"]["slug"] == "kinds"), "{}", answer.text);
            assert_eq!(u128::try_from(found.len()).unwrap(), count);
            counts.push(answer.json["extensions"]["statements"].as_u64().unwrap());
        }
        // A loader takes together what is asked for at nearly the same time, so a look more or less is no matter.
        assert!(counts[0] <= 6 && counts.iter().all(|spent| *spent <= 12), "{counts:?}");
    }
}

story! {
    async fn more_than_a_gateway_may_ask_at_once_is_refused(mall: &Mall) {
        let shop = composed(mall, mall.shop_with("A", kinds).await).await;
        assert_eq!(code(&entities(&shop, &representations(201)).await), "BAD_REQUEST");
        let dear = "query($of: [_Any!]!) { _entities(representations: $of) { \
            ... on ProductVariant { product { variants(first: 50) { nodes { id sku } } } } } }";
        let ask = async |count| shop.graphql(dear, json!({ "of": representations(count) })).await;
        assert!(ask(100).await.json["data"]["_entities"][99]["product"].is_object());
        assert_eq!(code(&ask(200).await), "QUERY_TOO_COMPLEX");
    }
}
