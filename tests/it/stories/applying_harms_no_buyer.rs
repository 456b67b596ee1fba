//! Whatever a merchant applies, what a shopper was promised is kept.

use checkstand::store::declared::Choice;
use serde_json::json;

use crate::support::{Mall, file, file_with, story, texas, without};

const PLAIN: Choice = Choice { prune: false, stock_take: false };
const PRUNE: Choice = Choice { prune: true, stock_take: true };

story! {
    async fn a_variant_that_left_the_file_stays_readable_and_its_paid_order_whole(mall: &Mall) {
        let shop = mall.shop().await;
        let paying = shop.bound(&[("MUG-SET", 2)]).await;
        let payment = shop.payment_session(&paying).await.good();
        let total = shop.read(&paying).await.grand_total();
        let looking = shop.create(&[("MUG-SET", 1), ("NOTEBOOK-A6", 1)]).await;

        let told = mall.apply(&without(&file(), &["stoneware-mug-set", "MUG-SET"]), PRUNE).await.unwrap();
        assert_eq!(told.last().unwrap(), "Applied: 0 new, 0 changed, 3 removed.", "{told:#?}");

        let read = shop.reprice(&looking, json!({})).await;
        assert_eq!(read.session()["lines"][0]["sku"], "MUG-SET");
        assert!(read.messages().contains(&"OUT_OF_STOCK".to_owned()), "{}", read.text);
        let new = json!({ "lines": [{ "sku": "MUG-SET", "quantity": 1 }] });
        let refused = shop.try_create(new.clone(), None, None).await;
        assert_eq!(refused.codes(), ["MERCHANDISE_UNAVAILABLE"]);

        shop.confirm(&payment, "pm_card_visa").await;
        let completed = shop.until(&paying, "COMPLETED").await;
        assert_eq!(completed["order"]["totals"]["grandTotal"]["amountMinor"], total);
        assert_eq!(completed["order"]["lines"][0]["sku"], "MUG-SET");

        mall.apply(&file(), PLAIN).await.unwrap();
        shop.try_create(new, None, None).await.good();
    }
}

story! {
    async fn prune_keeps_what_a_bound_session_needs(mall: &Mall) {
        let shop = mall.shop().await;
        let step = shop.create(&[("TSHIRT-BLACK-M", 2), ("MUG-SET", 1)]).await;
        shop.reprice(&step, json!({ "discountCodes": ["ONCE"] })).await.good();
        let bound = shop.bind(&step).await.good();
        let payment = shop.payment_session(&step).await.good();
        let gone = without(&file(), &["name = \"United States\"", "price = \"7.99\"", "price = \"19.99\"", "# By the weight of the parcel", "region = \"TX\"", "code = \"ONCE\"", "code = \"GROUNDFREE\""]);
        let told = mall.apply(&gone, PRUNE).await.unwrap();
        for removed in ["- zone United States", "- rate United States / Ground (USD)", "- tax Texas sales tax", "- discount ONCE"] {
            assert!(told.iter().any(|line| line.starts_with(removed)), "{removed} in {told:#?}");
        }
        let other = shop.create(&[("MUG-SET", 1)]).await;
        let read = shop.reprice(&other, texas()).await.good();
        assert_eq!(read.session()["applicableShippingRates"], json!([]), "nobody new gets it");

        shop.confirm(&payment, "pm_card_visa").await;
        let completed = shop.until(&step, "COMPLETED").await;
        assert_eq!(completed["order"]["totals"]["grandTotal"]["amountMinor"], bound.grand_total());
        assert_eq!(mall.count("SELECT used FROM discount WHERE code = 'ONCE'").await, 1);
    }
}

story! {
    async fn a_count_never_falls_below_what_shoppers_are_paying_for(mall: &Mall) {
        let shop = mall.shop().await;
        let step = shop.bound(&[("LAMP-BRASS", 2)]).await;
        let payment = shop.payment_session(&step).await.good();
        let told = mall.apply(&file_with(&[("stock = 2\n", "stock = 1\n")]), PLAIN).await.unwrap();
        assert_eq!(told[0], "~ stock LAMP-BRASS: file 2 -> 1, held by shoppers 1 -> 2");
        shop.confirm(&payment, "pm_card_visa").await;
        shop.until(&step, "COMPLETED").await;
        assert_eq!(mall.count("SELECT count(*) FROM stock WHERE on_hand < 0").await, 0);
    }
}

story! {
    async fn what_cannot_change_is_refused_with_its_place_and_nothing_else_is_done(mall: &Mall) {
        let shop = mall.shop().await;
        let step = shop.create(&[("EBOOK-GUIDE", 1)]).await;
        shop.reprice(&step, json!({ "discountCodes": ["WELCOME10"] })).await.good();
        shop.bind(&step).await.good();
        let payment = shop.payment_session(&step).await.good();
        let before = mall.declared_rows().await;
        for (edit, refusal) in [
            (("default_currency = \"USD\"", "default_currency = \"JPY\""), "shop.toml:10:20: organization.default_currency: stays USD: "),
            (("live = false\npublishable_key = \"pk_test_twin_demo\"", "live = true\npublishable_key = \"pk_live_demo\""), "shop.toml:24:8: payment.live: 1 payments are under way"),
        ] {
            let faults = mall.apply(&file_with(&[edit, ("title = \"Wool", "title = \"Woollen")]), PRUNE).await.unwrap_err();
            assert_eq!(faults.len(), 1, "{faults:?}");
            assert!(faults[0].starts_with(refusal), "{faults:?}");
        }
        assert_eq!(mall.declared_rows().await, before);

        shop.confirm(&payment, "pm_card_visa").await;
        shop.until(&step, "COMPLETED").await;
        // A code that had no limit was not counted; with one, its uses so far count.
        let limit = |limit: &str| file_with(&[("percentage = \"0.10\"\n\n[[discounts]]\ncode = \"FIVEOFF\"", &format!("percentage = \"0.10\"\nusage_limit = {limit}\n\n[[discounts]]\ncode = \"FIVEOFF\""))]);
        mall.apply(&limit("3"), PLAIN).await.unwrap();
        assert_eq!(mall.count("SELECT used FROM discount WHERE code = 'WELCOME10'").await, 1);
        mall.tamper("UPDATE discount SET used = 2 WHERE code = 'WELCOME10'").await;
        mall.tamper("INSERT INTO discount_use SELECT organization_id, order_id, discount_id, order_id, customer_key, used_at FROM discount_use").await;
        let faults = mall.apply(&limit("1"), PLAIN).await.unwrap_err();
        assert!(faults[0].contains("discounts[0].usage_limit: used or about to be used 2 times"), "{faults:?}");
        mall.tamper("DELETE FROM discount_use WHERE id = order_id").await;
        mall.tamper("UPDATE discount SET used = 1 WHERE code = 'WELCOME10'").await;
    }
}
