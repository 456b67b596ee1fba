//! A page watches its session or order, and sees what another tab, the provider or the merchant did.

use checkstand::{
    domain::{instant::Span, refund::Target},
    twin::{Fault, FaultKind},
};
use serde_json::{Value, json};

use crate::support::{Mall, refund::Sold, story, texas};

const TOTAL: &str = "checkoutSessionUpdated(token: $token) { state revision }";

story! {
    async fn the_state_comes_first_and_then_what_another_tab_does(mall: &Mall) {
        let shop = mall.shop().await;
        let step = shop.create(&[("NOTEBOOK-A6", 1)]).await;
        let mut page = shop.watch(&step).await;
        assert_eq!(page.headers["content-type"], "text/event-stream");
        let first = page.next().await;
        assert_eq!((first["state"].as_str(), first["revision"].as_i64()), (Some("OPEN"), Some(1)));
        shop.add(&step, json!([{ "sku": "NOTEBOOK-A6", "quantity": 2 }])).await.good();
        let second = page.next().await;
        assert_eq!(second["revision"], 2);
        assert_ne!(second["totals"], first["totals"]);
        shop.reprice(&step, texas()).await.good();
        assert_eq!(page.next().await["state"], "NOT_READY_FOR_PAYMENT");
        shop.cancel(&step).await.good();
        assert_eq!(page.next().await["state"], "CANCELED");
        page.completes().await;
    }
}

story! {
    async fn a_purchase_is_watched_to_its_end_over_a_socket(mall: &Mall) {
        let shop = mall.shop().await;
        let step = shop.create(&[("NOTEBOOK-A6", 1)]).await;
        let mut socket = shop.socket().await;
        socket.subscribe("a", TOTAL, &step.token).await;
        assert_eq!(socket.next().await["payload"]["data"]["checkoutSessionUpdated"]["state"], "OPEN");
        shop.bind(&step).await.good();
        let payment = shop.payment_session(&step).await.good();
        shop.confirm(&payment, "pm_card_visa").await;
        let mut seen = Vec::new();
        let last = loop {
            let message = socket.next().await;
            if message["type"] != "next" {
                break message;
            }
            let state = message["payload"]["data"]["checkoutSessionUpdated"]["state"].clone();
            seen.push(state.as_str().unwrap().to_owned());
        };
        assert_eq!(last, json!({ "type": "complete", "id": "a" }));
        assert_eq!(seen.last().map(String::as_str), Some("COMPLETED"), "{seen:?}");
        assert!(seen.contains(&"BOUND".to_owned()), "{seen:?}");
    }
}

story! {
    async fn an_order_is_seen_once_it_exists_and_when_money_goes_back(mall: &Mall) {
        let shop = mall.shop().await;
        let step = shop.bound(&[("NOTEBOOK-A6", 1)]).await;
        let mut page = shop.watch_order(&step).await;
        let payment = shop.payment_session(&step).await.good();
        shop.confirm(&payment, "pm_card_visa").await;
        let placed = page.next().await;
        assert_eq!(placed["paymentStatus"], "PAID");
        let number = placed["number"].as_str().unwrap().to_owned();
        shop.refund(&Sold { step, number }, Target::Remaining).await.unwrap();
        mall.work().await;
        let refunded = page.until(|order| order["paymentStatus"] == "REFUNDED").await;
        assert_eq!(refunded["number"], placed["number"]);
        assert_eq!(refunded["refunds"], json!([{ "status": "SUCCEEDED" }]));
    }
}

story! {
    async fn where_no_order_comes_the_page_is_told_that_it_is_over(mall: &Mall) {
        let shop = mall.shop().await;
        let step = shop.create(&[("NOTEBOOK-A6", 1)]).await;
        let mut page = shop.watch_order(&step).await;
        shop.cancel(&step).await.good();
        page.completes().await;
    }
}

story! {
    async fn whoever_comes_back_with_its_revision_hears_of_news_only(mall: &Mall) {
        let shop = mall.shop().await;
        let step = shop.create(&[("NOTEBOOK-A6", 1)]).await;
        let field = "checkoutSessionUpdated(token: $token, afterRevision: $after) { state revision }";
        let back_at = |revision: i64| json!({ "token": step.token, "after": revision });
        let mut known = shop.subscribe(field, back_at(1)).await;
        shop.add(&step, json!([{ "sku": "NOTEBOOK-A6", "quantity": 1 }])).await.good();
        assert_eq!(known.next().await["revision"], 2);
        // What it has is old: the state comes at once.
        assert_eq!(shop.subscribe(field, back_at(1)).await.next().await["revision"], 2);
        // A bound session moves without its buyer, so the revision does not say all, also not when it is bound no more.
        let revision = shop.bind(&step).await.good().session()["revision"].as_i64().unwrap();
        assert_eq!(shop.subscribe(field, back_at(revision)).await.next().await["state"], "BOUND");
        mall.clock.advance(Span::from_minutes(31));
        let lapsed = shop.subscribe(field, back_at(revision)).await.next().await;
        assert_eq!((&lapsed["state"], &lapsed["revision"]), (&json!("READY_FOR_PAYMENT"), &json!(revision)));
    }
}

story! {
    async fn after_a_payment_was_begun_a_revision_does_not_say_all(mall: &Mall) {
        let shop = mall.shop().await;
        let step = shop.bound(&[("NOTEBOOK-A6", 1)]).await;
        let revision = shop.payment_session(&step).await.good().session()["revision"].as_i64().unwrap();
        // The server ends the payment that nobody made, and the session is a draft again.
        for _ in 0..4 {
            mall.pass(Span::from_minutes(30)).await;
        }
        let field = "checkoutSessionUpdated(token: $token, afterRevision: $after) { state revision }";
        let back = json!({ "token": step.token, "after": revision });
        let state = shop.subscribe(field, back).await.next().await;
        assert_eq!((&state["state"], &state["revision"]), (&json!("READY_FOR_PAYMENT"), &json!(revision)));
    }
}

story! {
    async fn what_a_client_has_is_not_sent_again_after_another_look_either(mall: &Mall) {
        let shop = mall.shop().await;
        let field = "checkoutSessionUpdated(token: $token, afterRevision: $after) { totalQuantity }";
        let message = "checkoutSessionUpdated(token: $token) { customerMessage }";
        // Now and then a first look comes after the first change: what the client has is old then, and is sent rightly.
        let mut unsent = 0;
        for _ in 0..10 {
            let step = shop.create(&[("NOTEBOOK-A6", 1)]).await;
            let mut known = shop.subscribe(field, json!({ "token": step.token, "after": 1 })).await;
            let mut beside = shop.subscribe(message, json!({ "token": step.token })).await;
            beside.next().await;
            shop.say(&step, "Ring twice").await.good();
            beside.until(|session| session["customerMessage"] == "Ring twice").await;
            shop.add(&step, json!([{ "sku": "NOTEBOOK-A6", "quantity": 2 }])).await.good();
            unsent += usize::from(known.next().await == json!({ "totalQuantity": 3 }));
        }
        assert!(unsent >= 3, "the state that it has was sent in all but {unsent} of 10");
    }
}

story! {
    async fn where_money_that_goes_back_stands_is_seen_on_the_session(mall: &Mall) {
        let shop = mall.shop().await;
        let step = shop.bound(&[("NOTEBOOK-A6", 1)]).await;
        let payment = shop.payment_session(&step).await.good();
        mall.twin.change_amount(&shop.intent(&payment), 1_00).unwrap();
        mall.twin.inject(Fault { times: 3, ..Fault::once(FaultKind::ServerError, "POST", "/v1/refunds") });
        shop.confirm(&payment, "pm_card_visa").await;
        shop.webhooks_delivered().await;
        let field = "checkoutSessionUpdated(token: $token) { verdicts { outcome refundStatus } }";
        let mut page = shop.subscribe(field, json!({ "token": step.token })).await;
        let verdict = |status: &str| json!({ "verdicts": [{ "outcome": "REFUNDED", "refundStatus": status }] });
        assert_eq!(page.next().await, verdict("PENDING"));
        // What the provider says of it would be news, too.
        shop.hold_webhooks().await;
        for _ in 0..3 {
            mall.pass(Span::from_hours(1)).await;
        }
        assert_eq!(page.next().await, verdict("SUCCEEDED"));
    }
}

story! {
    async fn more_pages_are_open_than_the_database_has_connections(mall: &Mall) {
        let shop = mall.shop().await;
        let field = "checkoutSessionUpdated(token: $token) { revision verdicts { reason } lines { variant { sku } } }";
        let mut pages = Vec::new();
        for _ in 0..3 {
            let step = shop.create(&[("NOTEBOOK-A6", 1)]).await;
            let mut socket = shop.socket().await;
            for number in 0..10 {
                socket.subscribe(&number.to_string(), field, &step.token).await;
            }
            pages.push((step, socket));
        }
        for (step, socket) in &mut pages {
            shop.add(step, json!([{ "sku": "NOTEBOOK-A6", "quantity": 1 }])).await.good();
            let mut seen = 0;
            while seen < 10 {
                let told = socket.next().await;
                let state = &told["payload"]["data"]["checkoutSessionUpdated"];
                assert_eq!(state["lines"][0]["variant"]["sku"], "NOTEBOOK-A6", "{told}");
                seen += usize::from(state["revision"] == 2);
            }
        }
    }
}

story! {
    async fn a_change_that_was_not_asked_for_is_not_sent(mall: &Mall) {
        let shop = mall.shop().await;
        let step = shop.create(&[("NOTEBOOK-A6", 1)]).await;
        let field = "checkoutSessionUpdated(token: $token) { totalQuantity }";
        let mut page = shop.subscribe(field, json!({ "token": step.token })).await;
        assert_eq!(page.next().await, json!({ "totalQuantity": 1 }));
        shop.say(&step, "Ring twice").await.good();
        // It is told of both; the first would come before the second.
        shop.add(&step, json!([{ "sku": "NOTEBOOK-A6", "quantity": 2 }])).await.good();
        assert_eq!(page.next().await, json!({ "totalQuantity": 3 }));
    }
}

story! {
    async fn a_token_that_opens_nothing_watches_nothing(mall: &Mall) {
        let (shop, other) = (mall.shop().await, mall.other_shop().await);
        let step = other.create(&[("NOTEBOOK-A6", 1)]).await;
        let code = |data: &Value| data["errors"][0]["extensions"]["code"].clone();
        for token in [step.token.as_str(), "chk_nothing"] {
            for field in [TOTAL, "orderUpdated(token: $token) { number }"] {
                let mut page = shop.subscribe(field, json!({ "token": token })).await;
                let (name, data) = page.event().await.unwrap();
                assert_eq!((name.as_str(), code(&data)), ("next", json!("UNAUTHENTICATED")), "{data}");
                page.completes().await;
                let mut socket = shop.socket().await;
                socket.subscribe("a", field, token).await;
                let told = socket.next().await;
                assert_eq!(told["type"], "error", "{told}");
                assert_eq!(told["payload"][0]["extensions"]["code"], "UNAUTHENTICATED");
            }
        }
        let mut nobody = shop.raw_socket(&[]).await.unwrap();
        nobody.say(&json!({ "type": "connection_init" })).await;
        nobody.next().await;
        nobody.subscribe("a", TOTAL, &step.token).await;
        let told = nobody.next().await;
        assert_eq!(told["payload"][0]["extensions"]["code"], "ORGANIZATION_REQUIRED", "{told}");
    }
}
