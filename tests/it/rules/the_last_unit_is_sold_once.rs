//! Under any concurrency.

use futures_util::future::join_all;

use crate::support::{Mall, story};

story! {
    async fn fifty_buyers_want_the_last_lamp(mall: &Mall) {
        let shop = mall.shop().await;
        mall.tamper("UPDATE stock SET on_hand = 1 WHERE on_hand = 2").await;
        let mut steps = Vec::new();
        for _ in 0..50 {
            let step = shop.create(&[("LAMP-BRASS", 1)]).await;
            let rate = shop.fill(&step).await;
            steps.push((step, rate));
        }
        let binds = steps.iter().map(|(step, rate)| shop.try_bind(step, serde_json::json!({ "shippingRateId": rate }), None, None));
        let outcomes = join_all(binds).await;

        let won = outcomes.iter().filter(|outcome| outcome.state() == "BOUND").count();
        let short = outcomes.iter().filter(|outcome| outcome.codes().contains(&"INSUFFICIENT_STOCK".to_owned())).count();
        assert_eq!((won, short), (1, 49));
        assert_eq!(mall.count("SELECT count(*) FROM binding").await, 1);
        assert_eq!(mall.count("SELECT sum(quantity) FROM hold WHERE kind = 'stock'").await, 1);
    }
}

story! {
    async fn six_buyers_who_have_all_looked_before_anybody_took(mall: &Mall) {
        let shop = mall.shop().await;
        let mut steps = Vec::new();
        for _ in 0..6 {
            let step = shop.create(&[("LAMP-BRASS", 2)]).await;
            let rate = shop.fill(&step).await;
            steps.push((step, rate));
        }
        let gate = mall.gate("binding").await;
        let binds = steps.iter().map(|(step, rate)| shop.try_bind(step, serde_json::json!({ "shippingRateId": rate }), None, None));
        let open = async {
            // Long enough for all to stand before the gate; were it too short, the rule would only be tried less hard.
            tokio::time::sleep(std::time::Duration::from_millis(700)).await;
            drop(gate);
        };
        let (outcomes, ()) = tokio::join!(join_all(binds), open);
        assert_eq!(outcomes.iter().filter(|outcome| outcome.state() == "BOUND").count(), 1);
        assert_eq!(mall.count("SELECT sum(quantity) FROM hold WHERE kind = 'stock'").await, 2);
    }
}
