//! A code limited to one use is used once, under any concurrency, and given back by a cancel.

use futures_util::future::join_all;
use serde_json::json;

use crate::support::{Mall, story, texas};

const USES: &str = "SELECT count(*) FROM hold WHERE kind = 'discount'";

story! {
    async fn twenty_buyers_want_the_one_use(mall: &Mall) {
        let shop = mall.shop().await;
        let mut steps = Vec::new();
        for n in 0..20 {
            let step = shop.create(&[("MUG-SET", 1)]).await;
            let mut draft = texas();
            draft["customer"]["email"] = json!(format!("buyer{n}@example.com"));
            draft["discountCodes"] = json!(["ONCE"]);
            let filled = shop.reprice(&step, draft).await.good();
            let rate = filled.session()["applicableShippingRates"][0]["rate"]["id"].clone();
            let total = filled.session()["applicableShippingRates"][0]["grandTotal"]["amountMinor"].as_i64().unwrap();
            steps.push((step, rate, format!("{}.{:02}", total / 100, total % 100)));
        }
        let binds = steps.iter().map(|(step, rate, total)| shop.try_bind(step, json!({ "shippingRateId": rate }), Some(total), None));
        let outcomes = join_all(binds).await;
        assert_eq!(outcomes.iter().filter(|outcome| outcome.codes().is_empty()).count(), 1);
        assert_eq!(outcomes.iter().filter(|outcome| outcome.codes() == ["TOTAL_CHANGED"]).count(), 19);
        assert_eq!(mall.count(USES).await, 1);

        let winner = outcomes.iter().position(|outcome| outcome.codes().is_empty()).unwrap();
        shop.cancel(&steps[winner].0).await.good();
        assert_eq!(mall.count(USES).await, 0);
        let (step, rate, total) = &steps[(winner + 1) % 20];
        shop.try_bind(step, json!({ "shippingRateId": rate }), Some(total), None).await.good();
        let payment = shop.payment_session(step).await.good();
        shop.confirm(&payment, "pm_card_visa").await;
        shop.until(step, "COMPLETED").await;
        assert_eq!(mall.count("SELECT sum(used) FROM discount").await, 1);
    }
}

story! {
    async fn a_code_for_each_customer_once_is_refused_to_the_same_email_in_other_letters(mall: &Mall) {
        let shop = mall.shop().await;
        for (email, accepted) in [("Dana@Example.com", true), ("dana@example.com", false), ("lee@example.com", true)] {
            let step = shop.create(&[("MUG-SET", 1)]).await;
            let mut draft = texas();
            draft["customer"]["email"] = json!(email);
            draft["discountCodes"] = json!(["FIRST"]);
            let filled = shop.reprice(&step, draft).await.good();
            assert_eq!(filled.session()["discountCodes"][0]["applicable"], accepted, "{email}");
            let rate = filled.session()["applicableShippingRates"][0]["rate"]["id"].clone();
            shop.try_bind(&step, json!({ "shippingRateId": rate }), None, None).await.good();
            let payment = shop.payment_session(&step).await.good();
            shop.confirm(&payment, "pm_card_visa").await;
            shop.until(&step, "COMPLETED").await;
        }
    }
}
