//! Requests that no page of ours would send: each is answered with a code and a path, briefly, and changes nothing.

use serde_json::{Value, json};

use crate::support::{Answer, Mall, Shop, is_refused, story};

const SESSIONS: &str = "SELECT count(*) FROM checkout_session";

fn one(line: &Value) -> Value {
    json!({ "lines": [line] })
}

/// Create refuses each draft so, and no session comes of it.
async fn create_refuses(shop: &Shop<'_>, rows: &[(Value, &str, &str)]) {
    for (draft, code, field) in rows {
        let refused = shop.try_create(draft.clone(), None, None).await.refused(code, field);
        assert!(refused.session().is_null() && refused["token"].is_null(), "{}", refused.text);
    }
    assert_eq!(shop.mall.count(SESSIONS).await, 0);
}

/// The whole product and the ids of its variants by SKU.
async fn product(shop: &Shop<'_>, slug: &str) -> Answer {
    let query =
        "query($s: String!) { product(by: { slug: $s }) { id variants(first: 10) { nodes { id sku } } } }";
    shop.graphql(query, json!({ "s": slug })).await
}

async fn asked(shop: &Shop<'_>, query: &str) -> Answer {
    shop.graphql(query, json!({})).await
}

fn creation(alias: &str) -> String {
    format!(
        "{alias}: checkoutSessionCreate(draft: {{ lines: [{{ sku: \"MUG-SET\", quantity: 1 }}] }}) {{ token }}"
    )
}

/// A cursor that says it stands at this title.
fn title_cursor(title: &str) -> String {
    hex::encode(format!("prod_{}t{title}", "7".repeat(32)))
}

story! {
    async fn a_sku_beside_something_else_is_a_conflict(mall: &Mall) {
        let shop = mall.shop().await;
        let (shirt, mug) =
            (product(&shop, "cotton-t-shirt").await, product(&shop, "stoneware-mug-set").await);
        let black = &shirt["variants"]["nodes"][0]["id"];
        let rows = [
            (json!({ "itemId": mug["id"], "sku": "NOTEBOOK-A6", "quantity": 1 }), "$.draft.lines[0].itemId"),
            (json!({ "variantId": black, "sku": "MUG-SET", "quantity": 1 }), "$.draft.lines[0].sku"),
        ];
        create_refuses(&shop, &rows.map(|(line, field)| (one(&line), "CONFLICTING_INPUT", field))).await;
    }
}

story! {
    async fn two_lines_of_the_same_are_within_the_limit_of_one(mall: &Mall) {
        let shop = mall.shop().await;
        let line = json!({ "sku": "NOTEBOOK-A6", "quantity": 5_000 });
        let refused = shop.try_create(json!({ "lines": [line, line] }), None, None).await;
        assert_eq!(refused.codes(), ["INVALID"], "{}", refused.text);
        assert_eq!(mall.count(SESSIONS).await, 0);
    }
}

story! {
    async fn after_a_refused_input_the_session_is_shown_as_it_still_is(mall: &Mall) {
        let shop = mall.shop().await;
        let step = shop.create(&[("MUG-SET", 1)]).await;
        let before = shop.read(&step).await;
        let draft = json!({ "customer": { "name": "Da\u{7}na" } });
        let refused = [
            shop.reprice(&step, draft.clone()).await.refused("INVALID", "$.draft.customer.name"),
            shop.try_bind(&step, draft, None, None).await.refused("INVALID", "$.draft.customer.name"),
            shop.say(&step, &"m".repeat(2_001)).await.refused("TOO_LONG", "$.customerMessage"),
            shop.remove(&step, json!(["x"])).await.refused("MERCHANDISE_NOT_FOUND", "$.lineIds[0]"),
        ];
        for answer in refused {
            assert_eq!(answer.session(), before.root());
        }
    }
}

story! {
    async fn the_path_of_a_shortage_names_the_argument_that_asks_too_much(mall: &Mall) {
        let shop = mall.shop().await;
        let step = shop.create(&[("MUG-SET", 1), ("NOTEBOOK-A6", 1), ("LAMP-BRASS", 1)]).await;
        let read = shop.read(&step).await;
        let id = |line: usize| read["lines"][line]["id"].clone();
        let added = json!([{ "sku": "LAMP-BRASS", "quantity": 5 }, { "sku": "NOTEBOOK-A6", "quantity": 1 }]);
        let updated = json!([{ "lineId": id(2), "quantity": 5 }, { "lineId": id(1), "quantity": 3 }]);
        let list =
            json!({ "lines": [{ "sku": "MUG-SET", "quantity": 1 }, { "sku": "LAMP-BRASS", "quantity": 5 }] });
        let refused = [
            shop.add(&step, added).await.refusals(),
            shop.update(&step, updated).await.refusals(),
            shop.reprice(&step, list).await.refusals(),
        ];
        let paths: Vec<_> = refused.iter().map(|refusals| refusals[0].1.clone().unwrap()).collect();
        assert_eq!(paths, ["$.lines[0].quantity", "$.lines[0].quantity", "$.draft.lines[1].quantity"]);
    }
}

story! {
    async fn a_fragment_smuggles_in_no_second_change(mall: &Mall) {
        let shop = mall.shop().await;
        let (a, b) = (creation("a"), creation("b"));
        for query in [
            format!("mutation {{ ... on Mutation {{ {a} {b} }} }}"),
            format!("mutation {{ ...F }} fragment F on Mutation {{ {a} {b} }}"),
        ] {
            is_refused(&shop, &asked(&shop, &query).await, 200, "GRAPHQL_VALIDATION_FAILED").await;
        }
    }
}

story! {
    async fn what_is_refused_is_not_repeated_at_length(mall: &Mall) {
        let shop = mall.shop().await;
        let unknown = "x ".repeat(4_000);
        is_refused(&shop, &asked(&shop, &format!("{{ {unknown} }}")).await, 200, "GRAPHQL_VALIDATION_FAILED")
            .await;
        let long = "x".repeat(100_000);
        is_refused(&shop, &asked(&shop, &format!("{{ {long} }}")).await, 200, "GRAPHQL_VALIDATION_FAILED")
            .await;
        let query = "query($c: CountryCode) { shippingZones(country: $c) { id } }";
        let echoed = shop.graphql(query, json!({ "c": long })).await;
        is_refused(&shop, &echoed, 200, "GRAPHQL_VALIDATION_FAILED").await;
        let broken = asked(&shop, &format!("{{ a(b: \"{long}\" }}")).await;
        is_refused(&shop, &broken, 200, "GRAPHQL_PARSE_FAILED").await;
    }
}

story! {
    async fn too_many_aliases_or_directives_are_too_complex(mall: &Mall) {
        let shop = mall.shop().await;
        let aliases: Vec<String> = (0..31).map(|n| format!("a{n}:__typename")).collect();
        let directives = format!("__typename {}", "@include(if: true) ".repeat(6));
        for fields in [aliases.join(" "), directives] {
            let answer = asked(&shop, &format!("{{ {fields} }}")).await;
            assert_eq!(answer.error_code(), "QUERY_TOO_COMPLEX", "{}", answer.text);
        }
    }
}

story! {
    async fn a_text_that_no_database_can_hold_is_found_nowhere(mall: &Mall) {
        let shop = mall.shop().await;
        for (query, variables) in [
            ("query($s: String!) { product(by: { slug: $s }) { id } }", json!({ "s": "mug\u{0}" })),
            ("query($s: String!) { productVariant(by: { sku: $s }) { id } }", json!({ "s": "MUG\u{0}" })),
            ("query($s: String!) { products(query: $s) { totalCount } }", json!({ "s": "mug\u{0}" })),
            (
                "query($s: String!) { products(filter: { vendor: $s }) { totalCount } }",
                json!({ "s": "mug\u{0}" }),
            ),
            (
                "query($s: String!) { products(filter: { tags: [$s] }) { totalCount } }",
                json!({ "s": "mug\u{0}" }),
            ),
            (
                "query($s: String!) { products(sortBy: TITLE, after: $s) { totalCount } }",
                json!({ "s": title_cursor("mug\u{0}") }),
            ),
        ] {
            let answer = shop.graphql(query, variables).await;
            assert_ne!(answer.error_code(), "INTERNAL", "{query}: {}", answer.text);
        }
    }
}

story! {
    async fn a_cursor_of_another_order_is_none_of_this_list(mall: &Mall) {
        let shop = mall.shop().await;
        let page = "query($sort: ProductSort, $after: String) { products(first: 2, sortBy: $sort, after: $after) { edges { cursor } } }";
        let cursor = shop.graphql(page, json!({ "sort": "TITLE" })).await["edges"][0]["cursor"].clone();
        for sort in ["PRICE_ASC", "PRICE_DESC", "NEWEST"] {
            let answer = shop.graphql(page, json!({ "sort": sort, "after": cursor })).await;
            assert_eq!(answer.error_code(), "BAD_REQUEST", "{sort}: {}", answer.text);
        }
        let newest = shop.graphql(page, json!({ "sort": "NEWEST" })).await["edges"][0]["cursor"].clone();
        let answer = shop.graphql(page, json!({ "sort": "TITLE", "after": newest })).await;
        assert_eq!(answer.error_code(), "BAD_REQUEST", "{}", answer.text);
    }
}

story! {
    async fn a_variable_that_is_left_out_is_an_argument_left_out(mall: &Mall) {
        let shop = mall.shop().await;
        let page = "query($first: Int, $after: String, $last: Int, $before: String) { \
            products(first: $first, after: $after, last: $last, before: $before) { totalCount } }";
        for variables in [json!({ "first": 2 }), json!({ "last": 2 }), json!({})] {
            let answer = shop.graphql(page, variables).await;
            assert_eq!(answer.root()["totalCount"], 12, "{}", answer.text);
        }
    }
}

story! {
    async fn a_bound_below_every_price_restricts_nothing(mall: &Mall) {
        let shop = mall.shop().await;
        let low = "query($p: Decimal) { products(first: 100, filter: { minPrice: $p }) { totalCount } }";
        let answer = shop.graphql(low, json!({ "p": "-79228162514264337593543950335" })).await;
        assert_eq!(answer["totalCount"], 12);
    }
}
