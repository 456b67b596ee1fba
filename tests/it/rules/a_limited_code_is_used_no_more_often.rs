//! A code limited to one use is used once, under any concurrency, and given back by a cancel.

use checkstand::domain::instant::Span;
use futures_util::future::join_all;
use serde_json::json;

use crate::support::{Mall, file_with, story, texas};

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

story! {
    async fn a_limit_by_customer_holds_against_twenty_sessions_of_one_customer(mall: &Mall) {
        let shop = mall.shop_of(&file_with(&[("customer_limit = 1 #", "customer_limit = 3 #")])).await;
        let mut steps = Vec::new();
        for n in 0..20 {
            let step = shop.create(&[("NOTEBOOK-A6", 1)]).await;
            let mut draft = texas();
            // The same address, each time with other capitals.
            let letters = "dana@example.com".char_indices();
            let email: String = letters.map(|(at, letter)| if (n >> (at % 5)) & 1 == 1 { letter.to_ascii_uppercase() } else { letter }).collect();
            draft["customer"]["email"] = json!(email);
            draft["discountCodes"] = json!(["FIRST"]);
            let filled = shop.reprice(&step, draft).await.good();
            let offer = filled.session()["applicableShippingRates"][0].clone();
            assert_eq!(filled.session()["discountCodes"][0]["applicable"], true, "{email}");
            let total = offer["grandTotal"]["amountMinor"].as_i64().unwrap();
            steps.push((step, offer["rate"]["id"].clone(), format!("{}.{:02}", total / 100, total % 100)));
        }
        let binds = steps.iter().map(|(step, rate, total)| shop.try_bind(step, json!({ "shippingRateId": rate }), Some(total), None));
        let outcomes = join_all(binds).await;
        assert_eq!(outcomes.iter().filter(|outcome| outcome.codes().is_empty()).count(), 3);
        assert_eq!(outcomes.iter().filter(|outcome| outcome.codes() == ["TOTAL_CHANGED"]).count(), 17);
        assert_eq!(mall.count(USES).await, 3);
        for (outcome, (step, ..)) in outcomes.iter().zip(&steps) {
            if outcome.codes().is_empty() {
                let payment = shop.payment_session(step).await.good();
                shop.confirm(&payment, "pm_card_visa").await;
                shop.until(step, "COMPLETED").await;
            }
        }
        assert_eq!((mall.count("SELECT count(*) FROM discount_use").await, mall.count(USES).await), (3, 0));
        assert_eq!(mall.count("SELECT count(DISTINCT customer_key) FROM discount_use").await, 1);
        let (late, rate, total) = steps.iter().zip(&outcomes).find(|(_, outcome)| !outcome.codes().is_empty()).unwrap().0;
        let refused = shop.try_bind(late, json!({ "shippingRateId": rate }), Some(total), None).await;
        assert_eq!(refused.codes(), ["TOTAL_CHANGED"], "what was used stays used");
    }
}

story! {
    async fn a_hold_that_ran_out_is_used_again_at_once(mall: &Mall) {
        let shop = mall.shop().await;
        let mut waiting = Vec::new();
        for email in ["dana@example.com", "lee@example.com"] {
            let step = shop.create(&[("MUG-SET", 1)]).await;
            let mut draft = texas();
            draft["customer"]["email"] = json!(email);
            draft["discountCodes"] = json!(["ONCE"]);
            let filled = shop.reprice(&step, draft).await.good();
            let offer = filled.session()["applicableShippingRates"][0].clone();
            let total = offer["grandTotal"]["amountMinor"].as_i64().unwrap();
            waiting.push((step, offer["rate"]["id"].clone(), format!("{}.{:02}", total / 100, total % 100)));
        }
        let bind = async |place: usize| {
            let (step, rate, total) = &waiting[place];
            shop.try_bind(step, json!({ "shippingRateId": rate }), Some(total), None).await.codes()
        };
        assert!(bind(0).await.is_empty());
        let pass = |time: Span| {
            mall.clock.advance(time);
            mall.twin.advance(time.ms());
        };
        pass(Span::from_ms(15 * 60_000 - 1));
        assert_eq!(bind(1).await, ["TOTAL_CHANGED"], "held up to its last moment");
        pass(Span::from_ms(1));
        assert!(bind(1).await.is_empty(), "nobody swept, and the use is free");
        assert_eq!(bind(0).await, ["TOTAL_CHANGED"]);
        let payment = shop.payment_session(&waiting[1].0).await.good();
        shop.confirm(&payment, "pm_card_visa").await;
        shop.until(&waiting[1].0, "COMPLETED").await;
        assert_eq!(mall.count("SELECT sum(used) FROM discount").await, 1);
    }
}
