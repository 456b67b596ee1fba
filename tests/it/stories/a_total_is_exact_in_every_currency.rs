//! What is shown is what is bound, charged and ordered, to the last unit that the currency has.

use serde_json::json;

use crate::support::{Mall, Shop, Step, story};

/// Sells the guide for this much in a currency of its own.
async fn shop_selling<'a>(mall: &'a Mall, code: &str, minor: i64) -> Shop<'a> {
    let currency = code.parse().unwrap();
    mall.shop_with("A", |shop| {
        if !shop.organization.settings.currencies.contains(&currency) {
            shop.organization.settings.currencies.push(currency);
        }
        for (_, variants) in &mut shop.products {
            for variant in variants.iter_mut().filter(|variant| variant.sku.as_deref() == Some("EBOOK-GUIDE"))
            {
                let mut price = variant.prices[0].clone();
                variant.prices.retain(|price| price.currency != currency);
                price.currency = currency;
                price.list = checkstand::domain::money::Minor::new(minor);
                price.sale = None;
                variant.prices.push(price);
            }
        }
    })
    .await
}

async fn bought(shop: &Shop<'_>, currency: &str) -> (Step, i64) {
    let draft = json!({
        "lines": [{ "sku": "EBOOK-GUIDE", "quantity": 1 }], "customer": { "name": "Dana", "email": "dana@example.com" },
    });
    let step = shop.step(&shop.try_create(draft, Some(currency), None).await.good());
    let bound = shop.try_bind(&step, json!({}), None, None).await.good();
    (step, bound.session()["binding"]["total"]["amountMinor"].as_i64().unwrap())
}

async fn is_charged(shop: &Shop<'_>, currency: &str, total: i64) {
    let (step, bound) = bought(shop, currency).await;
    assert_eq!(bound, total, "{currency}");
    let payment = shop.payment_session(&step).await.good();
    assert_eq!(payment["paymentSession"]["amount"]["amountMinor"], total);
    let intent = shop.mall.twin.snapshot(&shop.secret_key).remove(0);
    assert_eq!((intent.amount, intent.currency.as_str()), (total, currency.to_lowercase().as_str()));
    shop.confirm(&payment, "pm_card_visa").await;
    let read = shop.until(&step, "COMPLETED").await;
    assert_eq!(read["order"]["totals"]["grandTotal"]["amountMinor"], total);
}

story! {
    async fn yen_have_no_cents(mall: &Mall) {
        let shop = shop_selling(mall, "JPY", 500).await;
        is_charged(&shop, "JPY", 500).await;
    }
}

story! {
    async fn three_digits_end_in_a_nought_before_they_are_shown(mall: &Mall) {
        let shop = shop_selling(mall, "KWD", 5_124).await;
        is_charged(&shop, "KWD", 5_120).await;
    }
}

story! {
    async fn less_than_can_be_charged_makes_no_intent(mall: &Mall) {
        let shop = shop_selling(mall, "USD", 49).await;
        let draft = json!({
            "lines": [{ "sku": "EBOOK-GUIDE", "quantity": 1 }], "customer": { "name": "Dana", "email": "dana@example.com" },
        });
        let step = shop.step(&shop.try_create(draft, Some("USD"), None).await.good());
        shop.try_bind(&step, json!({}), None, None).await.refused("TOTAL_BELOW_MINIMUM", "");
        assert_eq!(shop.payment_session(&step).await.codes(), ["NOT_BOUND"]);
        assert!(mall.twin.snapshot(&shop.secret_key).is_empty());
    }
}

story! {
    async fn fifty_reprices_move_nothing(mall: &Mall) {
        let shop = mall.shop_with("A", |shop| shop.organization.settings.taxes_included = true).await;
        let step = shop.create(&[("MUG-SET", 3), ("NOTEBOOK-A6", 7)]).await;
        let mut draft = crate::support::texas();
        draft["discountCodes"] = json!(["WELCOME10"]);
        let first = shop.reprice(&step, draft).await.good();
        for n in 0..50 {
            let again = shop.reprice(&step, json!({ "attributes": [{ "key": "n", "value": n.to_string() }] })).await.good();
            for part in ["totals", "lines", "explanation"] {
                assert_eq!(again.session()[part], first.session()[part], "{part} after {n}");
            }
        }
        let amount = |part: &str| first.session()["totals"][part]["amountMinor"].as_i64().unwrap();
        assert_eq!(amount("grandTotal"), amount("subtotal") - amount("discount") + amount("shipping"));
        assert!(amount("tax") > 0);
    }
}
