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
