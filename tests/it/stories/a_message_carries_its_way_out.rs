//! Where the server knows the change that solves a problem, the message carries it; sent as it is, the message is gone.

use checkstand::{domain::instant::Span, store::declared::Choice};
use serde_json::{Value, json};

use crate::support::{Mall, Shop, Step, file, file_with, story, texas, without};

const MESSAGES: &str = "query($token: String!) { checkoutSession(token: $token) { discountCodes { code } lines { id quantity } \
    applicableShippingRates { grandTotal { amountMinor } rate { id } } \
    messages { code field line { id } discountCode suggestion { setQuantity { line { id } quantity } \
    selectShippingRate { id } removeDiscountCode } } } }";

async fn session(shop: &Shop<'_>, step: &Step) -> Value {
    shop.graphql(MESSAGES, json!({ "token": step.token })).await.root().clone()
}

/// Messages of a code, without their place in a list, which a change may move.
fn about<'a>(session: &'a Value, code: &str) -> Vec<&'a Value> {
    session["messages"].as_array().unwrap().iter().filter(|message| message["code"] == code).collect()
}

/// Sends the suggestion of the last message of this code as it is; answers it. The message must be gone then.
async fn solve(shop: &Shop<'_>, step: &Step, code: &str) -> Value {
    let before = session(shop, step).await;
    let message = *about(&before, code).last().unwrap_or_else(|| panic!("no {code}: {before}"));
    let suggestion = &message["suggestion"];
    let parts: Vec<(&String, &Value)> =
        suggestion.as_object().unwrap().iter().filter(|(_, part)| !part.is_null()).collect();
    let [(kind, part)] = parts[..] else { panic!("{code}: not one part: {suggestion}") };
    let sent = match kind.as_str() {
        "setQuantity" => {
            assert_eq!(part["line"], message["line"]);
            let change = json!([{ "lineId": part["line"]["id"], "quantity": part["quantity"] }]);
            shop.update(step, change).await
        }
        "selectShippingRate" => shop.reprice(step, json!({ "shippingRateId": part["id"] })).await,
        _ => {
            let codes = before["discountCodes"].as_array().unwrap().iter().map(|of| &of["code"]);
            shop.reprice(
                step,
                json!({ "discountCodes": codes.filter(|code| *code != part).collect::<Vec<_>>() }),
            )
            .await
        }
    };
    sent.good();
    let after = session(shop, step).await;
    let same = |other: &&&Value| {
        other["line"] == message["line"] && other["discountCode"] == message["discountCode"]
    };
    assert_eq!(about(&after, code).iter().filter(same).count(), 0, "{code} is still there: {after}");
    suggestion.clone()
}

/// Two lamps, one with an engraving, of which there are so many left.
async fn lamps(shop: &Shop<'_>, left: i64) -> Step {
    let line =
        |quantity: i64, text: Value| json!({ "sku": "LAMP-BRASS", "quantity": quantity, "attributes": text });
    let lines = json!([line(1, json!([])), line(1, json!([{ "key": "engraving", "value": "A" }]))]);
    let step = shop.step(&shop.try_create(json!({ "lines": lines }), None, None).await.good());
    shop.mall.tamper(&format!("UPDATE stock SET on_hand = {left} WHERE on_hand = 2")).await;
    shop.reprice(&step, json!({})).await.good();
    step
}

story! {
    async fn a_rejected_code_is_taken_out_and_the_others_stay(mall: &Mall) {
        let shop = mall.shop().await;
        let step = shop.create(&[("MUG-SET", 1)]).await;
        shop.reprice(&step, json!({ "discountCodes": ["WELCOME10", "NOPE", "SUMMER20"] })).await.good();
        for code in ["SUMMER20", "NOPE"] {
            let sent = solve(&shop, &step, "DISCOUNT_NOT_APPLICABLE").await;
            assert_eq!(sent["removeDiscountCode"], code);
        }
        let left = session(&shop, &step).await;
        assert_eq!(left["discountCodes"], json!([{ "code": "WELCOME10" }]));
        // Spelled alike, the text does not say which of them it is.
        shop.reprice(&step, json!({ "discountCodes": ["WELCOME10", "WELCOME10"] })).await.good();
        let twice = session(&shop, &step).await;
        assert_eq!(about(&twice, "DISCOUNT_NOT_APPLICABLE")[0]["suggestion"], Value::Null);
    }
}

story! {
    async fn a_rate_that_must_be_chosen_is_the_cheapest(mall: &Mall) {
        let shop = mall.shop_of(&file_with(&[("price = \"7.99\"", "price = \"27.99\"")])).await;
        let step = shop.create(&[("MUG-SET", 1)]).await;
        shop.reprice(&step, texas()).await.good();
        let before = session(&shop, &step).await;
        let offers = before["applicableShippingRates"].as_array().unwrap();
        let cheapest = offers.iter().min_by_key(|offer| offer["grandTotal"]["amountMinor"].as_i64()).unwrap();
        assert_ne!(cheapest, &offers[0], "the first is dear here");
        let sent = solve(&shop, &step, "SHIPPING_RATE_REQUIRED").await;
        assert_eq!(sent["selectShippingRate"]["id"], cheapest["rate"]["id"]);
    }
}

story! {
    async fn a_rate_that_was_cleared_is_replaced(mall: &Mall) {
        let shop = mall.shop().await;
        let step = shop.create(&[("TABLE-OAK", 1)]).await;
        let seen = shop.reprice(&step, texas()).await.good();
        let oversize = &seen.session()["applicableShippingRates"][2]["rate"]["id"];
        shop.reprice(&step, json!({ "shippingRateId": oversize })).await.good();
        let line = &seen.session()["lines"][0]["id"];
        shop.update(&step, json!([{ "lineId": line, "quantity": 4 }])).await.good();
        let sent = solve(&shop, &step, "SHIPPING_RATE_UNAVAILABLE").await;
        assert_ne!(&sent["selectShippingRate"]["id"], oversize);
        assert!(about(&session(&shop, &step).await, "SHIPPING_RATE_REQUIRED").is_empty());
    }
}

story! {
    async fn a_line_that_ran_short_takes_what_the_others_leave(mall: &Mall) {
        let shop = mall.shop().await;
        let step = lamps(&shop, 1).await;
        let sent = solve(&shop, &step, "OUT_OF_STOCK").await;
        assert_eq!(sent["setQuantity"]["quantity"], 0);
        let after = session(&shop, &step).await;
        assert!(after["lines"].as_array().unwrap().len() == 1 && about(&after, "OUT_OF_STOCK").is_empty());
    }
}

story! {
    async fn a_single_line_takes_what_is_left(mall: &Mall) {
        let shop = mall.shop().await;
        let step = shop.create(&[("LAMP-BRASS", 2)]).await;
        mall.tamper("UPDATE stock SET on_hand = 1 WHERE on_hand = 2").await;
        shop.reprice(&step, json!({})).await.good();
        assert_eq!(solve(&shop, &step, "OUT_OF_STOCK").await["setQuantity"]["quantity"], 1);
        mall.tamper("UPDATE stock SET on_hand = 0 WHERE on_hand = 1").await;
        shop.reprice(&step, json!({})).await.good();
        assert_eq!(solve(&shop, &step, "OUT_OF_STOCK").await["setQuantity"]["quantity"], 0);
    }
}

story! {
    async fn what_is_no_longer_sold_is_taken_out(mall: &Mall) {
        let shop = mall.shop().await;
        let step = shop.create(&[("MUG-SET", 1), ("NOTEBOOK-A6", 1)]).await;
        let choice = Choice { prune: true, stock_take: true };
        mall.apply(&without(&file(), &["stoneware-mug-set", "MUG-SET"]), choice).await.unwrap();
        shop.reprice(&step, json!({})).await.good();
        assert_eq!(solve(&shop, &step, "OUT_OF_STOCK").await["setQuantity"]["quantity"], 0);
        let left = session(&shop, &step).await;
        assert!(left["lines"].as_array().unwrap().len() == 1 && about(&left, "OUT_OF_STOCK").is_empty());
    }
}

story! {
    async fn what_only_the_buyer_knows_is_not_suggested_and_nothing_is_while_nothing_may_change(mall: &Mall) {
        let shop = mall.shop().await;
        let step = shop.create(&[("MUG-SET", 1)]).await;
        shop.reprice(&step, json!({ "discountCodes": ["NOPE"] })).await.good();
        let open = session(&shop, &step).await;
        let missing = about(&open, "MISSING");
        assert!(missing.len() > 2 && missing.iter().all(|message| message["suggestion"].is_null()), "{open}");
        assert_eq!(about(&open, "DISCOUNT_NOT_APPLICABLE")[0]["suggestion"]["removeDiscountCode"], "NOPE");
        shop.bind(&step).await.good();
        shop.payment_session(&step).await.good();
        // Past its time, with a payment that may still come: nothing may be changed.
        let late = Span::from_hours(25);
        mall.clock.advance(late);
        mall.twin.advance(late.ms());
        let late = session(&shop, &step).await;
        assert_eq!(about(&late, "DISCOUNT_NOT_APPLICABLE")[0]["suggestion"], Value::Null, "{late}");
    }
}
