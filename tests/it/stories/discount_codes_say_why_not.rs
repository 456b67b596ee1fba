//! A code takes off what it says, or says why it does not; it never makes a change fail.

use serde_json::{Value, json};

use crate::support::{Answer, Mall, Shop, Step, story};

/// What became of each code: the amount, or the reason.
fn outcomes(answer: &Answer) -> Vec<String> {
    let outcome = |code: &Value| {
        let reason = code["rejection"].as_str().map(str::to_owned);
        assert_eq!(code["applicable"], reason.is_none());
        reason.unwrap_or_else(|| code["amount"]["amountMinor"].to_string())
    };
    answer.session()["discountCodes"].as_array().unwrap().iter().map(outcome).collect()
}

async fn typed(shop: &Shop<'_>, step: &Step, codes: &[&str]) -> Answer {
    shop.reprice(step, json!({ "discountCodes": codes })).await.good()
}

/// A session of goods for 109.97.
async fn cart(shop: &Shop<'_>) -> Step {
    shop.create(&[("TSHIRT-BLACK-M", 2), ("MUG-SET", 1)]).await
}

story! {
    async fn each_code_takes_off_what_it_says(mall: &Mall) {
        let shop = mall.shop().await;
        let step = cart(&shop).await;
        let rows = [
            ("WELCOME10", 11_00),
            ("welcome10", 11_00),
            ("  Welcome10 ", 11_00),
            ("FIVEOFF", 5_00),
            ("ONCE", 21_99),
            ("FIRST", 16_50),
            ("SOLO", 16_50),
        ];
        for (code, off) in rows {
            let answer = typed(&shop, &step, &[code]).await;
            assert_eq!(outcomes(&answer), [off.to_string()], "{code}");
            assert_eq!(answer.session()["totals"]["discount"]["amountMinor"], off);
            assert_eq!(answer.grand_total(), 109_97 - off);
            assert!(!answer.messages().contains(&"DISCOUNT_NOT_APPLICABLE".to_owned()));
        }
    }
}

story! {
    async fn a_discount_lowers_the_tax_and_is_what_is_bound(mall: &Mall) {
        let shop = mall.shop().await;
        let step = cart(&shop).await;
        typed(&shop, &step, &["WELCOME10"]).await;
        let bound = shop.bind(&step).await.good();
        let totals = &bound.session()["totals"];
        assert_eq!(totals["tax"]["amountMinor"], 7_92);
        assert_eq!(bound.grand_total(), 109_97 - 11_00 + 7_99 + 7_92);
        let steps = bound.session()["explanation"].as_array().unwrap();
        let sum: i64 = steps.iter().map(|step| step["amount"]["amountMinor"].as_i64().unwrap()).sum();
        assert_eq!(sum, bound.grand_total());
    }
}

story! {
    async fn a_code_that_does_not_apply_says_why(mall: &Mall) {
        let shop = mall.shop().await;
        let step = cart(&shop).await;
        let rows = [
            ("NOPE", "NOT_FOUND"),
            ("", "NOT_FOUND"),
            ("SOON", "NOT_STARTED"),
            ("SUMMER20", "EXPIRED"),
            ("OFF", "DISABLED"),
            ("BIG50", "MINIMUM_NOT_MET"),
        ];
        for (code, why) in rows {
            let answer = typed(&shop, &step, &[code]).await;
            assert_eq!(outcomes(&answer), [why], "{code}");
            assert_eq!(answer.grand_total(), 109_97);
        }
        let big = shop.create(&[("TABLE-OAK", 1)]).await;
        assert_eq!(outcomes(&typed(&shop, &big, &["BIG50"]).await), ["12450"]);
    }
}

story! {
    async fn a_code_is_for_its_currency_and_for_what_can_have_it(mall: &Mall) {
        let shop = mall.shop().await;
        let mug = json!({ "lines": [{ "sku": "MUG-SET", "quantity": 1 }], "discountCodes": ["FIVEOFF", "WELCOME10"] });
        let euros = shop.try_create(mug, Some("EUR"), None).await.good();
        assert_eq!(outcomes(&euros), ["CURRENCY_MISMATCH", "460"]);
        let digital = shop.create(&[("EBOOK-GUIDE", 1)]).await;
        assert_eq!(outcomes(&typed(&shop, &digital, &["FREESHIP"]).await), ["NO_ELIGIBLE_LINES"]);
    }
}

story! {
    async fn a_rejected_code_is_a_warning_at_its_place_and_blocks_nothing(mall: &Mall) {
        let shop = mall.shop().await;
        let step = cart(&shop).await;
        let rate = shop.fill(&step).await;
        let answer = typed(&shop, &step, &["WELCOME10", "NOPE"]).await;
        let messages = answer.session()["messages"].as_array().unwrap();
        let about = messages.iter().find(|message| message["code"] == "DISCOUNT_NOT_APPLICABLE").unwrap();
        assert_eq!((&about["type"], &about["field"]), (&json!("WARNING"), &json!("$.discountCodes[1]")));
        let bound = shop.try_bind(&step, json!({ "shippingRateId": rate }), None, None).await.good();
        assert_eq!(
            (bound.state(), outcomes(&bound)),
            ("BOUND".into(), vec!["1100".into(), "NOT_FOUND".into()])
        );
    }
}

story! {
    async fn free_shipping_keeps_the_rate_and_takes_the_charge(mall: &Mall) {
        let shop = mall.shop().await;
        let step = cart(&shop).await;
        let rate = shop.fill(&step).await;
        shop.reprice(&step, json!({ "shippingRateId": rate })).await.good();
        let free = typed(&shop, &step, &["freeship"]).await;
        let offers = free.session()["applicableShippingRates"].as_array().unwrap();
        assert!(offers.iter().all(|offer| offer["price"]["amountMinor"] == 0));
        assert_eq!((&offers[0]["selected"], &offers[0]["rate"]["id"]), (&json!(true), &json!(rate)));
        assert_eq!(free.session()["totals"]["shipping"]["amountMinor"], 0);
        assert_eq!((free.grand_total(), outcomes(&free)), (109_97 + 8_80, vec!["799".into()]));
        let bound = shop.try_bind(&step, json!({ "shippingRateId": rate }), None, None).await.good();
        assert_eq!(bound.grand_total(), 118_77);
    }
}

story! {
    async fn how_codes_are_typed_decides_nothing(mall: &Mall) {
        let shop = mall.shop().await;
        let step = cart(&shop).await;
        let both = typed(&shop, &step, &["FIVEOFF", "WELCOME10"]).await;
        assert_eq!(outcomes(&both), ["500", "1100"]); // the fraction first: an amount is taken in full
        assert_eq!(both.grand_total(), 109_97 - 5_00 - 11_00);
        let turned = typed(&shop, &step, &["WELCOME10", "FIVEOFF"]).await;
        assert_eq!((outcomes(&turned), turned.grand_total()), (vec!["1100".into(), "500".into()], both.grand_total()));
        let twice = typed(&shop, &step, &["FIVEOFF", "fiveoff"]).await;
        assert_eq!(outcomes(&twice), ["500", "NOT_COMBINABLE"]);
        let none = shop.reprice(&step, json!({ "discountCodes": null })).await.good();
        assert_eq!((outcomes(&none).len(), none.grand_total()), (0, 109_97));
    }
}

story! {
    async fn a_code_that_stands_alone_excludes_the_others(mall: &Mall) {
        let shop = mall.shop().await;
        let step = cart(&shop).await;
        for (codes, expected) in [
            (["WELCOME10", "SOLO"], ["NOT_COMBINABLE", "1650"]),
            (["SOLO", "FREESHIP"], ["1650", "NOT_COMBINABLE"]),
            (["SOLO", "NOPE"], ["1650", "NOT_FOUND"]),
        ] {
            let answer = typed(&shop, &step, &codes).await;
            assert_eq!(outcomes(&answer), expected);
            assert_eq!(answer.grand_total(), 109_97 - 16_50);
        }
    }
}

story! {
    async fn a_code_that_stands_alone_yields_to_one_of_higher_priority(mall: &Mall) {
        let shop = mall
            .shop_with("A", |shop| {
                let solo = shop.discounts.iter_mut().find(|discount| discount.code.as_deref() == Some("SOLO")).unwrap();
                solo.priority = -1;
            })
            .await;
        let step = cart(&shop).await;
        let answer = typed(&shop, &step, &["SOLO", "WELCOME10", "FIVEOFF"]).await;
        assert_eq!(outcomes(&answer), ["NOT_COMBINABLE", "1100", "500"]);
    }
}

story! {
    async fn a_code_never_takes_more_than_there_is(mall: &Mall) {
        let shop = mall.shop().await;
        let step = shop.create(&[("WALLPAPER", 1)]).await;
        let free = typed(&shop, &step, &["FIVEOFF"]).await;
        assert_eq!((free.grand_total(), outcomes(&free)), (0, vec!["30".into()]));
        shop.bind(&step).await.good();
        let done = shop.complete(&step).await.good();
        assert_eq!(done["order"]["paymentStatus"], "NOT_REQUIRED");
    }
}

story! {
    async fn a_code_for_one_is_held_by_who_binds_first(mall: &Mall) {
        let shop = mall.shop().await;
        let (first, second) = (cart(&shop).await, cart(&shop).await);
        typed(&shop, &first, &["ONCE"]).await;
        shop.bind(&first).await.good();
        assert_eq!(outcomes(&typed(&shop, &second, &["ONCE"]).await), ["USAGE_LIMIT_REACHED"]);
        assert_eq!(outcomes(&shop.read(&first).await), ["2199"]);
        shop.cancel(&first).await.good();
        assert_eq!(outcomes(&typed(&shop, &second, &["ONCE"]).await), ["2199"]);
    }
}

story! {
    async fn a_code_once_per_customer_knows_the_customer_by_mail(mall: &Mall) {
        let shop = mall.shop().await;
        let first = shop.create(&[("EBOOK-GUIDE", 1)]).await;
        typed(&shop, &first, &["FIRST"]).await;
        shop.bind(&first).await.good();
        let payment = shop.payment_session(&first).await.good();
        shop.confirm(&payment, "pm_card_visa").await;
        shop.until(&first, "COMPLETED").await;

        let again = shop.create(&[("EBOOK-GUIDE", 1)]).await;
        assert_eq!(outcomes(&typed(&shop, &again, &["FIRST"]).await), ["210"]);
        for (email, expected) in [("DANA@example.com", "CUSTOMER_NOT_ELIGIBLE"), ("robin@example.com", "210")]
        {
            let answer = shop.reprice(&again, json!({ "customer": { "email": email } })).await.good();
            assert_eq!(outcomes(&answer), [expected], "{email}");
        }
    }
}
