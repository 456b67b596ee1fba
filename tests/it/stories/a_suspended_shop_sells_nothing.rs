//! A suspended merchant takes no orders; what its buyers have paid is theirs all the same.

use serde_json::json;

use crate::support::{Mall, story};

const SUSPEND: &str = "UPDATE organization SET suspended = TRUE WHERE slug = 'shop-a'";

story! {
    async fn nothing_can_be_changed_and_everything_can_be_read(mall: &Mall) {
        let (shop, other) = (mall.shop().await, mall.other_shop().await);
        let step = shop.bound(&[("MUG-SET", 1)]).await;
        mall.tamper(SUSPEND).await;
        let before = mall.books().await;
        let line = json!([{ "sku": "MUG-SET", "quantity": 1 }]);
        let refused = [
            shop.try_create(json!({ "lines": line }), None, None).await,
            shop.reprice(&step, json!({})).await,
            shop.add(&step, line.clone()).await,
            shop.update(&step, json!([{ "lineId": "line_1", "quantity": 1 }])).await,
            shop.remove(&step, json!(["line_1"])).await,
            shop.say(&step, "hello").await,
            shop.try_bind(&step, json!({}), None, None).await,
            shop.payment_session(&step).await,
            shop.complete(&step).await,
            shop.cancel(&step).await,
        ];
        let mutations = checkstand::graphql::sdl();
        let mutations = mutations.split("type Mutation {").nth(1).unwrap().split("\n}").next().unwrap();
        assert_eq!(mutations.matches("Payload!").count(), refused.len(), "each mutation is tried");
        for answer in refused {
            assert_eq!((answer.status, answer.error_code()), (200, "FORBIDDEN"), "{}", answer.text);
        }
        Mall::same(&before, &mall.books().await, "suspended");
        assert_eq!(shop.read(&step).await.state(), "BOUND");
        assert_eq!(shop.graphql("{ products { totalCount } }", json!({})).await["totalCount"], 12);
        other.bound(&[("MUG-SET", 1)]).await;
        mall.tamper("UPDATE organization SET suspended = FALSE").await;
        shop.payment_session(&step).await.good();
    }
}

story! {
    async fn what_was_paid_still_becomes_an_order(mall: &Mall) {
        let shop = mall.shop().await;
        let step = shop.bound(&[("MUG-SET", 1)]).await;
        let payment = shop.payment_session(&step).await.good();
        mall.tamper(SUSPEND).await;
        shop.confirm(&payment, "pm_card_visa").await;
        let read = shop.until(&step, "COMPLETED").await;
        assert!(read["order"]["number"].is_string());
    }
}
