//! A total of zero is completed without a provider.

use futures_util::future::join_all;

use crate::support::{Mall, story, texas};

story! {
    async fn a_free_sample_becomes_an_order_without_a_call(mall: &Mall) {
        let shop = mall.shop().await;
        let step = shop.create(&[("SAMPLE-CHAPTER", 1)]).await;
        shop.reprice(&step, texas()).await.good();
        let bound = shop.try_bind(&step, serde_json::json!({}), Some("0"), None).await.good();
        assert_eq!(bound.session()["allowedActions"], serde_json::json!(["REPRICE", "BIND", "COMPLETE", "CANCEL"]));
        assert_eq!(shop.payment_session(&step).await.codes(), ["PAYMENT_NOT_REQUIRED"]);

        let all = join_all((0..10).map(|_| shop.complete(&step))).await;
        assert!(all.into_iter().all(|one| one.good()["order"]["paymentStatus"] == "NOT_REQUIRED"));
        assert_eq!(mall.count("SELECT count(*) FROM \"order\"").await, 1);
        assert!(mall.twin.calls().is_empty());
    }
}

story! {
    async fn what_is_to_be_paid_is_not_completed_on_the_browsers_word(mall: &Mall) {
        let shop = mall.shop().await;
        let step = shop.bound(&[("MUG-SET", 1)]).await;
        assert_eq!(shop.complete(&step).await.good().state(), "BOUND");
        let open = shop.create(&[("MUG-SET", 1)]).await;
        assert_eq!(shop.complete(&open).await.codes(), ["NOT_BOUND"]);
        assert_eq!(mall.count("SELECT count(*) FROM \"order\"").await, 0);
    }
}
