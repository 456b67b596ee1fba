//! A gift certificate wanted by a crowd is drawn by what is on it, never more.

use futures_util::future::join_all;
use serde_json::json;

use crate::support::{Mall, story, texas};

const HELD: &str = "SELECT coalesce(sum(quantity), 0) FROM hold WHERE kind = 'gift_certificate'";
const DRAWN: &str = "SELECT coalesce(sum(amount_minor), 0) FROM gift_certificate_use";

story! {
    async fn fifty_sessions_want_the_same_one(mall: &Mall) {
        let shop = mall.shop().await;
        shop.issue("GIFT-FOR-A-CROWD", 150_00, "USD").await;
        let mut steps = Vec::new();
        for n in 0..50 {
            // Goods that are not counted, or the wait for their row would hide what is looked for.
            let mut draft = texas();
            draft["lines"] = json!([{ "sku": "NOTEBOOK-A6", "quantity": 1 }]);
            draft["customer"]["email"] = json!(format!("buyer{n}@example.com"));
            // Half of them with a limited code beside it: those wait for each other before they come to the gift.
            let codes = if n % 2 == 0 { json!(["FIRST"]) } else { json!([]) };
            draft["discountCodes"] = codes.clone();
            draft["giftCertificateCodes"] = json!(["GIFT-FOR-A-CROWD"]);
            let created = shop.try_create(draft, None, None).await.good();
            assert_eq!(created.session()["discountCodes"].as_array().unwrap().len(), codes.as_array().unwrap().len());
            steps.push(shop.step(&created));
        }
        let bound = join_all(steps.iter().map(|step| shop.bind_again(step))).await;
        let drawn: Vec<i64> = bound
            .into_iter()
            .map(|answer| answer.good().session()["totals"]["giftCertificate"]["amountMinor"].as_i64().unwrap())
            .collect();
        assert_eq!(drawn.iter().sum::<i64>(), 150_00, "{drawn:?}");
        assert_eq!(mall.count(HELD).await, 150_00);

        // Those who have a part of it pay, while the others bind again for what may be left.
        let (with, without): (Vec<_>, Vec<_>) = steps.iter().zip(&drawn).partition(|(_, drawn)| **drawn > 0);
        let paying = with.iter().map(|(step, _)| async {
            let due = shop.read(step).await["totals"]["amountDue"]["amountMinor"].as_i64().unwrap();
            if due == 0 {
                shop.complete(step).await.good();
            } else {
                let payment = shop.payment_session(step).await.good();
                shop.confirm(&payment, "pm_card_visa").await;
                shop.until(step, "COMPLETED").await;
            }
        });
        let again = without.iter().map(|(step, _)| async {
            let again = shop.bind_again(step).await.good();
            assert_eq!(again.session()["totals"]["giftCertificate"]["amountMinor"], 0);
        });
        futures_util::future::join(join_all(paying), join_all(again)).await;
        assert_eq!(mall.count("SELECT balance_minor FROM gift_certificate").await, 0);
        assert_eq!((mall.count(DRAWN).await, mall.count(HELD).await), (150_00, 0));
        assert_eq!(mall.count("SELECT count(*) FROM gift_certificate_use").await, i64::try_from(with.len()).unwrap());
    }
}
