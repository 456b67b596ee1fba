//! Of two binds at once, total, rate and holds belong to the same one.

use futures_util::future::join_all;
use serde_json::json;

use crate::support::{Mall, story};

story! {
    async fn two_rates_at_once_leave_one_binding(mall: &Mall) {
        let shop = mall.shop().await;
        let step = shop.create(&[("MUG-SET", 2)]).await;
        let filled = shop.reprice(&step, crate::support::texas()).await.good();
        let rates: Vec<_> = (0..2).map(|n| filled.session()["applicableShippingRates"][n]["rate"]["id"].clone()).collect();
        let binds = (0..10).map(|n| shop.try_bind(&step, json!({ "shippingRateId": rates[n % 2] }), None, None));
        for outcome in join_all(binds).await {
            assert!(outcome.codes().is_empty(), "{}", outcome.text);
        }
        assert_eq!(mall.count("SELECT count(*) FROM binding WHERE status = 'live'").await, 1);
        assert_eq!(mall.count("SELECT sum(quantity) FROM hold").await, 2);
        let read = shop.read(&step).await;
        assert_eq!(read["binding"]["total"]["amountMinor"], read.grand_total());
    }
}

story! {
    async fn of_two_tabs_the_one_that_saw_the_last_revision_binds(mall: &Mall) {
        let shop = mall.shop().await;
        let step = shop.create(&[("MUG-SET", 1)]).await;
        let changes = (0..20).map(|n| shop.reprice_at(&step, json!({ "customerMessage": format!("tab {n}") }), Some(1)));
        let outcomes = join_all(changes).await;
        assert_eq!(outcomes.iter().filter(|outcome| outcome.codes().is_empty()).count(), 1);
        assert_eq!(outcomes.iter().filter(|outcome| outcome.codes() == ["STALE_REVISION"]).count(), 19);
        assert_eq!(shop.read(&step).await["revision"], 2);
    }
}
