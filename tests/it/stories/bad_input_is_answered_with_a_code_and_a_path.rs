//! Whatever is wrong with an input is said with a code and the place of it, and nothing is changed.

use serde_json::{Value, json};

use crate::support::{Answer, Mall, Shop, story, texas};

const SESSIONS: &str = "SELECT count(*) FROM checkout_session";
/// What a request is that the schema does not allow: found while the document is checked, or while it starts to run.
const NOT_ALLOWED: [&str; 2] = ["GRAPHQL_VALIDATION_FAILED", "BAD_REQUEST"];

fn one(line: &Value) -> Value {
    json!({ "lines": [line] })
}

fn attributes(count: usize) -> Vec<Value> {
    (0..count).map(|n| json!({ "key": format!("k{n}"), "value": "v" })).collect()
}

/// A draft with one thing in it, and this part.
fn with(part: &str, value: &Value) -> Value {
    json!({ "lines": [{ "sku": "MUG-SET", "quantity": 1 }], part: value })
}

/// Create refuses each draft so, and no session comes of it.
async fn create_refuses(shop: &Shop<'_>, rows: &[(Value, &str, &str)]) {
    for (draft, code, field) in rows {
        let refused = shop.try_create(draft.clone(), None, None).await.refused(code, field);
        assert!(refused.session().is_null() && refused["token"].is_null(), "{}", refused.text);
    }
    assert_eq!(shop.mall.count(SESSIONS).await, 0);
}

/// Reprice refuses each draft so, and the session reads as before.
async fn reprice_refuses(shop: &Shop<'_>, rows: &[(Value, &str, &str)]) {
    let step = shop.create(&[("MUG-SET", 1)]).await;
    shop.reprice(&step, texas()).await.good();
    let before = shop.read(&step).await;
    for (draft, code, field) in rows {
        shop.reprice(&step, draft.clone()).await.refused(code, field);
    }
    assert_eq!(shop.read(&step).await.text, before.text);
}

/// The whole product and the ids of its variants by SKU.
async fn product(shop: &Shop<'_>, slug: &str) -> Answer {
    let query =
        "query($s: String!) { product(by: { slug: $s }) { id variants(first: 10) { nodes { id sku } } } }";
    shop.graphql(query, json!({ "s": slug })).await
}

story! {
    async fn what_the_shop_does_not_have_is_named(mall: &Mall) {
        let shop = mall.shop().await;
        let unknown = format!("var_{}", "7".repeat(32));
        let rows = [
            (json!({ "sku": "NOPE", "quantity": 1 }), "MERCHANDISE_NOT_FOUND", "$.draft.lines[0].sku"),
            (json!({ "sku": "mug-set\u{0}", "quantity": 1 }), "INVALID", "$.draft.lines[0].sku"),
            (
                json!({ "variantId": unknown, "quantity": 1 }),
                "MERCHANDISE_NOT_FOUND",
                "$.draft.lines[0].variantId",
            ),
            (
                json!({ "variantId": "x", "quantity": 1 }),
                "MERCHANDISE_NOT_FOUND",
                "$.draft.lines[0].variantId",
            ),
            (json!({ "itemId": unknown, "quantity": 1 }), "MERCHANDISE_NOT_FOUND", "$.draft.lines[0].itemId"),
            (json!({ "quantity": 1 }), "REQUIRED", "$.draft.lines[0].variantId"),
            (
                json!({ "sku": "TSHIRT-WHITE-L", "quantity": 1 }),
                "MERCHANDISE_UNAVAILABLE",
                "$.draft.lines[0]",
            ),
        ];
        let rows = rows.map(|(line, code, field)| (one(&line), code, field));
        create_refuses(&shop, &rows).await;
        reprice_refuses(&shop, &rows).await;
    }
}

story! {
    async fn a_product_with_several_variants_needs_one_of_its_own(mall: &Mall) {
        let shop = mall.shop().await;
        let (shirt, mug) =
            (product(&shop, "cotton-t-shirt").await, product(&shop, "stoneware-mug-set").await);
        let foreign = &mug["variants"]["nodes"][0]["id"];
        let rows = [
            (
                json!({ "itemId": shirt["id"], "quantity": 1 }),
                "VARIANT_REQUIRED",
                "$.draft.lines[0].variantId",
            ),
            (
                json!({ "itemId": shirt["id"], "variantId": foreign, "quantity": 1 }),
                "CONFLICTING_INPUT",
                "$.draft.lines[0].itemId",
            ),
        ];
        create_refuses(&shop, &rows.map(|(line, code, field)| (one(&line), code, field))).await;
        let line = json!({ "itemId": mug["id"], "quantity": 1 });
        let only = shop.try_create(one(&line), None, None).await.good();
        assert_eq!(only.session()["lines"][0]["sku"], "MUG-SET");
    }
}

story! {
    async fn a_quantity_is_from_1_to_9999(mall: &Mall) {
        let shop = mall.shop().await;
        let rows = [0, -1, 10_000, i32::MIN, i32::MAX].map(|quantity| {
            let line = json!({ "sku": "NOTEBOOK-A6", "quantity": quantity });
            (one(&line), "INVALID", "$.draft.lines[0].quantity")
        });
        create_refuses(&shop, &rows).await;
        reprice_refuses(&shop, &rows).await;

        let step = shop.create(&[("NOTEBOOK-A6", 9_999)]).await;
        let more = json!([{ "sku": "NOTEBOOK-A6", "quantity": 1 }]);
        shop.add(&step, more).await.refused("INVALID", "$.lines");
        assert_eq!(shop.read(&step).await["lines"][0]["quantity"], 9_999);
    }
}

story! {
    async fn a_session_has_from_1_to_200_lines(mall: &Mall) {
        let shop = mall.shop().await;
        let line = |n: usize| json!({ "sku": "NOTEBOOK-A6", "quantity": 1, "attributes": [{ "key": "n", "value": n.to_string() }] });
        let lines = |count: usize| json!({ "lines": (0..count).map(line).collect::<Vec<_>>() });
        let rows = [
            (json!({}), "REQUIRED", "$.draft.lines"),
            (json!({ "lines": null }), "REQUIRED", "$.draft.lines"),
            (json!({ "lines": [] }), "REQUIRED", "$.draft.lines"),
            (lines(201), "TOO_MANY", "$.draft.lines"),
        ];
        create_refuses(&shop, &rows).await;
        reprice_refuses(&shop, &rows[3..]).await;

        let step = shop.step(&shop.try_create(lines(200), None, None).await.good());
        shop.add(&step, json!([line(200)])).await.refused("TOO_MANY", "$.lines");
        assert_eq!(shop.read(&step).await["lines"].as_array().unwrap().len(), 200);
    }
}

story! {
    async fn a_currency_is_one_that_the_shop_and_the_item_have(mall: &Mall) {
        let shop = mall.shop().await;
        let draft = one(&json!({ "sku": "CALENDAR-WALL", "quantity": 1 }));
        shop.try_create(draft.clone(), Some("GBP"), None)
            .await
            .refused("CURRENCY_NOT_SUPPORTED", "$.currency");
        let refused = shop.try_create(draft.clone(), Some("EUR"), None).await;
        refused.refused("MERCHANDISE_UNAVAILABLE", "$.draft.lines[0]");
        assert_eq!(mall.count(SESSIONS).await, 0);
        shop.try_create(draft, Some("JPY"), None).await.good();
    }
}

story! {
    async fn what_is_sold_out_says_how_many_are_left(mall: &Mall) {
        let shop = mall.shop().await;
        for (sku, wanted, left) in [("BLANKET-WOOL", 1, 0), ("LAMP-BRASS", 3, 2)] {
            let draft = one(&json!({ "sku": sku, "quantity": wanted }));
            let refused = shop
                .try_create(draft, None, None)
                .await
                .refused("INSUFFICIENT_STOCK", "$.draft.lines[0].quantity");
            let error = &refused["userErrors"][0];
            assert_eq!((&error["quantityAvailable"], &error["variant"]["sku"]), (&json!(left), &json!(sku)));
        }
        let twice = json!({ "lines": [
            { "sku": "LAMP-BRASS", "quantity": 2 },
            { "sku": "LAMP-BRASS", "quantity": 1, "attributes": [{ "key": "cord", "value": "red" }] },
        ] });
        assert_eq!(shop.try_create(twice, None, None).await.codes(), ["INSUFFICIENT_STOCK"]);
        assert_eq!(mall.count(SESSIONS).await, 0);
    }
}

story! {
    async fn texts_and_lists_have_limits(mall: &Mall) {
        let shop = mall.shop().await;
        let long = format!("{}@example.com", "a".repeat(243));
        let codes: Vec<String> = (0..11).map(|n| format!("C{n}")).collect();
        let rows = [
            ("customerMessage", json!("m".repeat(2_001)), "TOO_LONG", "$.draft.customerMessage"),
            ("customerMessage", json!("a\u{0}b"), "INVALID", "$.draft.customerMessage"),
            ("customer", json!({ "name": "Da\u{7}na" }), "INVALID", "$.draft.customer.name"),
            ("customer", json!({ "name": "Dana\u{0}" }), "INVALID", "$.draft.customer.name"),
            ("customer", json!({ "email": long }), "TOO_LONG", "$.draft.customer.email"),
            ("discountCodes", json!(codes), "TOO_MANY", "$.draft.discountCodes"),
            ("discountCodes", json!(["A", "c".repeat(65)]), "TOO_LONG", "$.draft.discountCodes[1]"),
            ("attributes", json!(attributes(21)), "TOO_MANY", "$.draft.attributes"),
            (
                "attributes",
                json!([{ "key": "k".repeat(65), "value": "v" }]),
                "TOO_LONG",
                "$.draft.attributes[0].key",
            ),
            (
                "attributes",
                json!([{ "key": "k", "value": "v".repeat(501) }]),
                "TOO_LONG",
                "$.draft.attributes[0].value",
            ),
            ("billingAddress", json!({ "city": "C".repeat(256) }), "TOO_LONG", "$.draft.billingAddress.city"),
        ];
        let rows = rows.map(|(part, value, code, field)| (with(part, &value), code, field));
        create_refuses(&shop, &rows).await;
        reprice_refuses(&shop, &rows).await;
    }
}

story! {
    async fn what_just_fits_is_taken(mall: &Mall) {
        let shop = mall.shop().await;
        let email = format!("{}@example.com", "a".repeat(242));
        let draft = json!({
            "lines": [{ "sku": "MUG-SET", "quantity": 1, "attributes": attributes(20) }],
            "customer": { "name": "é".repeat(255), "email": email },
            "customerMessage": "👍\n".repeat(1_000),
            "discountCodes": vec!["C"; 10],
            "attributes": [{ "key": "k".repeat(64), "value": "v".repeat(500) }],
        });
        let created = shop.try_create(draft, None, None).await.good();
        assert_eq!(created.session()["customerMessage"], "👍\n".repeat(1_000));
        assert_eq!(created.session()["customer"]["email"].as_str().unwrap().len(), 254);
    }
}

story! {
    async fn every_fault_is_told_at_once(mall: &Mall) {
        let shop = mall.shop().await;
        let draft = json!({
            "lines": [{ "sku": "MUG-SET", "quantity": 0 }, { "sku": "MUG-SET", "quantity": 1 }, { "sku": "NOPE", "quantity": 1 }],
        });
        let refused = shop.try_create(draft, None, None).await;
        let fields: Vec<_> = refused.refusals().into_iter().filter_map(|(_, field)| field).collect();
        assert_eq!(fields, ["$.draft.lines[0].quantity", "$.draft.lines[2].sku"]);
    }
}

story! {
    async fn what_the_schema_does_not_know_is_an_error_of_the_request(mall: &Mall) {
        let shop = mall.shop().await;
        let mug = || json!({ "sku": "MUG-SET", "quantity": 1 });
        let create =
            "mutation($draft: CheckoutDraftInput!) { checkoutSessionCreate(draft: $draft) { token } }";
        let rows = [
            (create, json!({ "draft": { "lines": [mug()], "shippingAddress": { "countryCode": "ZZ" } } })),
            (
                create,
                json!({ "draft": { "lines": [{ "sku": "MUG-SET", "quantity": 1, "unitPrice": "0.01" }] } }),
            ),
            (
                create,
                json!({ "draft": { "lines": [mug()], "total": { "amount": "0.01", "currency": "USD" } } }),
            ),
            (create, json!({ "draft": { "lines": [{ "sku": "MUG-SET", "quantity": "1" }] } })),
            (create, json!({ "draft": { "lines": [{ "sku": "MUG-SET" }] } })),
            (create, json!({})),
            ("mutation { checkoutSessionCreate { token } }", json!({})),
            (
                "mutation { checkoutSessionCreate(draft: { lines: [{ sku: \"MUG-SET\", quantity: 1 }] }, currency: XYZ) { token } }",
                json!({}),
            ),
            (
                "mutation { checkoutSessionCreate(draft: { lines: [{ sku: \"MUG-SET\", quantity: 1, price: 1 }] }) { token } }",
                json!({}),
            ),
        ];
        for (query, variables) in rows {
            let answer = shop.graphql(query, variables).await;
            assert!(NOT_ALLOWED.contains(&answer.error_code()), "{query} {}", answer.text);
            assert!(answer.json["data"].is_null());
        }
        assert_eq!(mall.count(SESSIONS).await, 0);
    }
}

story! {
    async fn a_number_is_one_of_its_type(mall: &Mall) {
        let shop = mall.shop().await;
        let step = shop.create(&[("EBOOK-GUIDE", 1)]).await;
        for quantity in [json!(1.5), json!(2_147_483_648_i64)] {
            let answer = shop.add(&step, json!([{ "sku": "MUG-SET", "quantity": quantity }])).await;
            assert!(NOT_ALLOWED.contains(&answer.error_code()), "{}", answer.text);
        }
        let bind = "mutation($t: String!, $e: MoneyInput) { checkoutSessionBind(token: $t, expectedTotal: $e) { userErrors { code } } }";
        let float = json!({ "t": step.token, "e": { "amount": 14.5, "currency": "USD" } });
        let answer = shop.graphql(bind, float).await;
        assert!(NOT_ALLOWED.contains(&answer.error_code()), "{}", answer.text);
        let buyer = json!({ "customer": { "name": "Dana", "email": "dana@example.com" } });
        shop.try_bind(&step, buyer.clone(), Some("14.005"), None)
            .await
            .refused("INVALID", "$.expectedTotal.amount");
        assert_eq!(shop.read(&step).await["revision"], 1);
        shop.try_bind(&step, buyer, Some("14.000"), None).await.good();
    }
}
