//! Whatever belongs to one shop is, for another, like something that never existed.

use serde_json::{Value, json};

use crate::support::{Answer, Mall, Shop, Step, story, texas};

/// A token that nobody has, with the organization of this one.
fn unknown(token: &str) -> String {
    format!("{}{}", &token[..36], "0".repeat(token.len() - 36))
}

/// A well-formed id of the same kind that nobody has.
fn stranger(id: &str) -> String {
    let (kind, _) = id.split_once('_').unwrap();
    format!("{kind}_{}", "7".repeat(32))
}

/// All calls that take a token, each by this shop's header.
async fn calls(shop: &Shop<'_>, token: &str) -> Vec<Answer> {
    let step = Step { token: token.to_owned(), id: String::new() };
    let line = format!("line_{}", "7".repeat(32));
    let slug = [("x-organization-slug", shop.slug.as_str())];
    let complete = "mutation($t: String!) { checkoutSessionComplete(token: $t) { order { id } checkoutSession { id } userErrors { code message field } } }";
    vec![
        shop.reprice(&step, texas()).await,
        shop.add(&step, json!([{ "sku": "MUG-SET", "quantity": 1 }])).await,
        shop.update(&step, json!([{ "lineId": line, "quantity": 1 }])).await,
        shop.remove(&step, json!([line])).await,
        shop.say(&step, "hello").await,
        shop.try_bind(&step, json!({}), None, None).await,
        shop.payment_session_with(&step, &slug).await,
        shop.graphql_with(&slug, complete, json!({ "t": token })).await,
        shop.cancel(&step).await,
    ]
}

/// All there is of a shop, so that a change of any of it shows.
async fn revisions(mall: &Mall, shop: &Shop<'_>) -> (i64, i64, i64) {
    // Ids are text on one database and not on the other; the slug finds the rows on both.
    let of = |what: &str, table: &str| {
        let slug = &shop.slug;
        format!(
            "SELECT {what} FROM {table} t JOIN organization o ON o.id = t.organization_id WHERE o.slug = '{slug}'"
        )
    };
    let sessions = mall.count(&of("sum(t.revision * 1000 + t.version)", "checkout_session")).await;
    let holds = mall.count(&of("sum(t.quantity)", "hold")).await;
    (sessions, holds, mall.count(&of("count(*)", "payment_attempt")).await)
}

story! {
    async fn a_token_opens_nothing_elsewhere(mall: &Mall) {
        let (shop, other) = (mall.shop().await, mall.other_shop().await);
        let step = shop.bound(&[("MUG-SET", 1)]).await;
        let before = revisions(mall, &shop).await;
        let theirs = calls(&other, &step.token).await;
        let own = other.create(&[("MUG-SET", 1)]).await;
        for nobody in [unknown(&step.token), unknown(&own.token)] {
            for (their, none) in theirs.iter().zip(calls(&other, &nobody).await) {
                assert_eq!(their.codes(), ["SESSION_NOT_FOUND"], "{}", their.text);
                assert_eq!((&their.text, their.status), (&none.text, none.status));
            }
        }
        assert_eq!(revisions(mall, &shop).await, before);
        assert_eq!(shop.read(&step).await.state(), "BOUND");
    }
}

story! {
    async fn a_token_reads_nothing_elsewhere(mall: &Mall) {
        let (shop, other) = (mall.shop().await, mall.other_shop().await);
        let step = shop.create(&[("SAMPLE-CHAPTER", 1)]).await;
        let buyer = json!({ "customer": { "name": "Dana", "email": "dana@example.com" } });
        shop.try_bind(&step, buyer, None, None).await.good();
        shop.complete(&step).await.good();
        let read = "query($t: String!) { order(token: $t) { number } checkoutSession(token: $t) { id } }";
        let own = shop.graphql(read, json!({ "t": step.token })).await;
        assert_eq!(own.json["data"]["checkoutSession"]["id"], *step.id);
        assert!(own.json["data"]["order"]["number"].is_string());
        let theirs = other.graphql(read, json!({ "t": step.token })).await;
        assert_eq!(theirs.text, r#"{"data":{"order":null,"checkoutSession":null}}"#);
        for token in [unknown(&step.token), "x".into(), String::new()] {
            assert_eq!(other.graphql(read, json!({ "t": token })).await.text, theirs.text);
        }
    }
}

story! {
    async fn the_header_of_another_does_not_pay(mall: &Mall) {
        let (shop, other) = (mall.shop().await, mall.other_shop().await);
        let step = shop.bound(&[("MUG-SET", 1)]).await;
        for slug in [other.slug.as_str(), "nobody", "NOT A SLUG"] {
            let refused = shop.payment_session_with(&step, &[("x-organization-slug", slug)]).await;
            refused.refused("SESSION_NOT_FOUND", "$.token");
        }
        let slug = shop.slug.clone();
        assert_eq!(mall.count("SELECT count(*) FROM payment_attempt").await, 0);
        shop.payment_session(&step).await.good();
        shop.payment_session_with(&step, &[("x-organization-slug", &slug)]).await.good();
    }
}

const NODES: &str = "query($ids: [ID!]!) { nodes(ids: $ids) { __typename id } }";
const PARTS: &str = "query($t: String!) { checkoutSession(token: $t) { id lines { id } paymentAttempt { id } \
    applicableShippingRates { rate { id } } } organization { id } shippingZones { id } product(by: { slug: \"stoneware-mug-set\" }) { \
    id variants { nodes { id } } } }";

/// The ids of everything that a session and its shop consist of: private ones first, then public ones.
async fn ids(shop: &Shop<'_>, step: &Step) -> (Vec<String>, Vec<String>) {
    let parts = shop.graphql(PARTS, json!({ "t": step.token })).await.json["data"].clone();
    let text = |place: &str| parts.pointer(place).and_then(Value::as_str).map(str::to_owned);
    let all = |places: &[&str]| places.iter().map(|place| text(place).unwrap()).collect();
    let private =
        ["/checkoutSession/id", "/checkoutSession/lines/0/id", "/checkoutSession/paymentAttempt/id"];
    let public = [
        "/checkoutSession/applicableShippingRates/0/rate/id",
        "/organization/id",
        "/shippingZones/0/id",
        "/product/id",
        "/product/variants/nodes/0/id",
    ];
    (all(&private), all(&public))
}

story! {
    async fn an_id_is_a_node_in_its_own_shop_only(mall: &Mall) {
        let (shop, other) = (mall.shop().await, mall.other_shop().await);
        let step = shop.bound(&[("MUG-SET", 1)]).await;
        shop.payment_session(&step).await.good();
        let (private, public) = ids(&shop, &step).await;
        let every = [private.clone(), public.clone()].concat();
        let token = ("x-checkout-token", step.token.as_str());
        let (here, there) =
            (("x-organization-slug", shop.slug.as_str()), ("x-organization-slug", other.slug.as_str()));
        let found = shop.graphql_with(&[here, token], NODES, json!({ "ids": every })).await;
        let named: Vec<&str> =
            found.root().as_array().unwrap().iter().map(|node| node["id"].as_str().unwrap()).collect();
        assert_eq!(named, every);

        let foreign = shop.graphql_with(&[there, token], NODES, json!({ "ids": every })).await;
        assert!(foreign.root().as_array().unwrap().iter().all(Value::is_null), "{}", foreign.text);
        let strangers: Vec<String> = every.iter().map(|id| stranger(id)).collect();
        assert_eq!(
            shop.graphql_with(&[there, token], NODES, json!({ "ids": strangers })).await.text,
            foreign.text
        );
        let node = "query($id: ID!) { node(id: $id) { id } }";
        for id in &every {
            assert!(shop.graphql_with(&[there, token], node, json!({ "id": id })).await.root().is_null());
        }
    }
}

story! {
    async fn what_belongs_to_a_session_opens_with_its_own_token_only(mall: &Mall) {
        let shop = mall.shop().await;
        let step = shop.bound(&[("MUG-SET", 1)]).await;
        shop.payment_session(&step).await.good();
        let neighbour = shop.create(&[("MUG-SET", 1)]).await;
        let (private, public) = ids(&shop, &step).await;
        let slug = ("x-organization-slug", shop.slug.as_str());
        for token in [None, Some(neighbour.token.as_str()), Some("x")] {
            let headers: Vec<_> =
                [slug].into_iter().chain(token.map(|token| ("x-checkout-token", token))).collect();
            let found = shop.graphql_with(&headers, NODES, json!({ "ids": private })).await;
            assert!(found.root().as_array().unwrap().iter().all(Value::is_null), "{}", found.text);
            let open = shop.graphql_with(&headers, NODES, json!({ "ids": public })).await;
            assert!(open.root().as_array().unwrap().iter().all(Value::is_object), "{}", open.text);
        }
    }
}

story! {
    async fn the_goods_and_rates_of_another_cannot_be_used(mall: &Mall) {
        let (shop, other) = (mall.shop().await, mall.other_shop().await);
        let step = shop.bound(&[("MUG-SET", 1)]).await;
        shop.payment_session(&step).await.good();
        let (private, public) = ids(&shop, &step).await;
        let (line, rate, item, variant) = (&private[1], &public[0], &public[3], &public[4]);
        let own = other.create(&[("NOTEBOOK-A6", 1)]).await;
        other.reprice(&own, texas()).await.good();
        let before = revisions(mall, &shop).await;
        let both = |id: &str| [id.to_owned(), stranger(id)];
        for (variant, item) in both(variant).into_iter().zip(both(item)) {
            let by_variant = json!({ "lines": [{ "variantId": variant, "quantity": 1 }] });
            other
                .try_create(by_variant, None, None)
                .await
                .refused("MERCHANDISE_NOT_FOUND", "$.draft.lines[0].variantId");
            let by_item = json!([{ "itemId": item, "quantity": 1 }]);
            other.add(&own, by_item).await.refused("MERCHANDISE_NOT_FOUND", "$.lines[0].itemId");
        }
        let mut answers = Vec::new();
        for (line, rate) in both(line).into_iter().zip(both(rate)) {
            answers.push([
                other
                    .update(&own, json!([{ "lineId": line, "quantity": 5 }]))
                    .await
                    .refused("MERCHANDISE_NOT_FOUND", "$.lines[0].lineId")
                    .text,
                other.remove(&own, json!([line])).await.refused("MERCHANDISE_NOT_FOUND", "$.lineIds[0]").text,
                other
                    .reprice(&own, json!({ "shippingRateId": rate }))
                    .await
                    .refused("SHIPPING_RATE_NOT_APPLICABLE", "$.draft.shippingRateId")
                    .text,
            ]);
        }
        assert_eq!(answers[0], answers[1]);
        assert_eq!(revisions(mall, &shop).await, before);
    }
}

story! {
    async fn what_one_shop_holds_and_uses_the_other_still_has(mall: &Mall) {
        let (shop, other) = (mall.shop().await, mall.other_shop().await);
        let codes = json!({ "discountCodes": ["ONCE"] });
        for shop in [&shop, &other] {
            let step = shop.create(&[("LAMP-BRASS", 2)]).await;
            shop.reprice(&step, codes.clone()).await.good();
            let bound = shop.bind(&step).await.good();
            assert_eq!(bound.session()["discountCodes"][0]["applicable"], true);
        }
    }
}
