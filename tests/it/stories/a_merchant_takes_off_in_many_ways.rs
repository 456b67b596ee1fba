//! What a merchant can take off, add and ask for, told through the storefront: gifts, units, rates, first orders, postal
//! codes, pickup, handling, the reverse charge.

use futures_util::future::join_all;
use serde_json::{Value, json};

use crate::support::{Answer, Mall, Shop, Step, file, file_with, story};

/// What is in a cart, the code, and what it takes off or why it does not.
type Row<'a> = (&'a [(&'a str, i64)], &'a str, Value);

/// What a code takes off, or why it does not.
async fn taken(shop: &Shop<'_>, lines: &[(&str, i64)], code: &str) -> Value {
    let step = shop.create(lines).await;
    let answer = shop.reprice(&step, json!({ "discountCodes": [code] })).await.good();
    let found = &answer.session()["discountCodes"][0];
    if found["applicable"] == true {
        found["amount"]["amountMinor"].clone()
    } else {
        found["rejection"].clone()
    }
}

fn offers(answer: &Answer) -> Vec<(String, i64)> {
    let offers = answer.session()["applicableShippingRates"].as_array().unwrap();
    let told = |offer: &Value| {
        (
            offer["rate"]["name"].as_str().unwrap().to_owned(),
            offer["grandTotal"]["amountMinor"].as_i64().unwrap(),
        )
    };
    offers.iter().map(told).collect()
}

/// Changes where the goods go.
async fn to(shop: &Shop<'_>, step: &Step, address: Value) -> Answer {
    shop.reprice(step, json!({ "shippingAddress": address })).await.good()
}

story! {
    async fn gifts_and_units_come_off_as_the_shop_says(mall: &Mall) {
        let shop = mall.shop().await;
        let rows: [Row<'_>; 8] = [
            (&[("COFFEE-250G", 3)], "3FOR2", json!(11_00)),
            (&[("COFFEE-250G", 2)], "3FOR2", json!("MINIMUM_NOT_MET")),
            (&[("TSHIRT-BLACK-M", 2), ("MUG-SET", 1)], "MUGGIFT", json!(49_99)),
            (&[("TSHIRT-BLACK-M", 1), ("TSHIRT-BLACK-S", 3), ("MUG-SET", 2)], "MUGGIFT", json!(49_99)),
            (&[("TSHIRT-BLACK-M", 2)], "MUGGIFT", json!("NO_ELIGIBLE_LINES")),
            (&[("TSHIRT-BLACK-M", 3), ("MUG-SET", 1)], "SHIRTS2", json!(6_00)),
            (&[("MUG-SET", 1)], "SHIRTS2", json!("NO_ELIGIBLE_LINES")),
            (&[("MUG-SET", 1)], "STAFF", json!("CUSTOMER_NOT_ELIGIBLE")),
        ];
        for (lines, code, expected) in rows {
            assert_eq!(taken(&shop, lines, code).await, expected, "{code} {lines:?}");
        }
    }
}

story! {
    async fn a_named_rate_is_free_and_the_others_keep_their_price(mall: &Mall) {
        let shop = mall.shop().await;
        let step = shop.create(&[("TSHIRT-BLACK-M", 1)]).await;
        shop.fill(&step).await;
        let answer = shop.reprice(&step, json!({ "discountCodes": ["GROUNDFREE"] })).await.good();
        assert_eq!(offers(&answer)[..2], [("Ground".into(), 29_99 + 2_40), ("Express".into(), 29_99 + 2_40 + 19_99)]);
    }
}

story! {
    async fn the_first_order_of_an_address_is_the_only_one(mall: &Mall) {
        let shop = mall.shop().await;
        let buy = async || {
            let step = shop.create(&[("TSHIRT-BLACK-M", 1)]).await;
            shop.fill(&step).await;
            (shop.reprice(&step, json!({ "discountCodes": ["HELLO"] })).await.good(), step)
        };
        let (first, step) = buy().await;
        assert_eq!(first.session()["discountCodes"][0]["amount"]["amountMinor"], 3_00);
        shop.bind_again(&step).await.good();
        let payment = shop.payment_session(&step).await.good();
        shop.confirm(&payment, "pm_card_visa").await;
        shop.until(&step, "COMPLETED").await;
        let (second, _) = buy().await;
        assert_eq!(second.session()["discountCodes"][0]["rejection"], "CUSTOMER_NOT_ELIGIBLE");
    }
}

story! {
    async fn a_discount_without_a_code_applies_by_itself_and_only_as_often_as_it_may(mall: &Mall) {
        let opening = "\n[[discounts]]\ntitle = \"Opening week\"\npercentage = \"0.50\"\nusage_limit = 2\n";
        let shop = mall.shop_of(&format!("{}{opening}", file())).await;
        let mut waiting = Vec::new();
        for _ in 0..6 {
            let step = shop.create(&[("NOTEBOOK-A6", 2)]).await;
            shop.fill(&step).await;
            let read = shop.read(&step).await;
            let total = read["totals"]["grandTotal"]["amountMinor"].as_i64().unwrap();
            let rate = read["applicableShippingRates"][0]["rate"]["id"].clone();
            let offered = read["applicableShippingRates"][0]["grandTotal"]["amountMinor"].as_i64().unwrap();
            assert!(total < offered);
            waiting.push((step, rate, format!("{}.{:02}", offered / 100, offered % 100)));
        }
        let bind = async |(step, rate, total): &(Step, Value, String)| {
            shop.try_bind(step, json!({ "shippingRateId": rate }), Some(total), None).await.codes()
        };
        let outcomes = join_all(waiting.iter().map(bind)).await;
        let bound = outcomes.iter().filter(|codes| codes.is_empty()).count();
        assert_eq!((bound, outcomes.iter().filter(|codes| **codes == ["TOTAL_CHANGED"]).count()), (2, 4));
        assert_eq!(mall.count("SELECT count(*) FROM hold WHERE kind = 'discount'").await, 2);
    }
}

story! {
    async fn postal_codes_pickup_and_handling_decide_what_is_offered(mall: &Mall) {
        let zone = "[[zones]]\nname = \"Lake\"\ncountries = [\"CH\"]\npostal = [\"1200..1299\"]\npostal_except = [\"1215\"]\n\
            rates = [\n  { name = \"Courier\", currency = \"USD\", per_item = { base = \"5.00\", each = \"1.50\" }, handling = \"2.00\" },\n  \
            { name = \"Store\", currency = \"USD\", price = \"0.00\", pickup = { name = \"Store\", address1 = \"1 Main St\", city = \"Austin\", \
            region = \"TX\", postal_code = \"73301\", country = \"US\" } },\n]\n\n[[taxes]]\nname = \"Lake tax\"\ncountry = \"CH\"\n\
            postal = [\"12*\"]\nrate = \"0.05\"\non_shipping = true\n";
        let shop = mall.shop_of(&format!("{}\n{zone}", file())).await;
        let step = shop.create(&[("TSHIRT-BLACK-M", 2)]).await;
        let address = |postal: &str| json!({ "address1": "Quai 1", "city": "Genève", "postalCode": postal, "countryCode": "CH" });
        assert!(offers(&to(&shop, &step, address("8001")).await).is_empty());
        assert!(offers(&to(&shop, &step, address("1215")).await).is_empty());
        let found = to(&shop, &step, address("1201")).await;
        // 59.98 and 5 %; 5.00 + 2 x 1.50 + 2.00, taxed, too; what is picked up in Texas is taxed there, with 8 %.
        assert_eq!(offers(&found), [("Courier".into(), 59_98 + 3_00 + 10_00 + 50), ("Store".into(), 59_98 + 4_80)]);
        let rates = found.session()["applicableShippingRates"].clone();
        let store = &rates[1]["rate"]["id"];
        let picked = json!({
            "customer": { "name": "Dana", "email": "dana@example.com" },
            "shippingAddress": { "address1": null, "city": null },
            "shippingRateId": store,
        });
        let bound = shop.try_bind(&step, picked, None, None).await.good();
        assert_eq!(bound.grand_total(), 64_78);
    }
}

story! {
    async fn a_business_abroad_pays_the_price_without_the_tax_in_it(mall: &Mall) {
        let text = file_with(&[
            ("default_currency = \"USD\"", "default_currency = \"USD\"\nhome = \"FR\""),
            ("taxes_included = false", "taxes_included = true"),
        ]);
        let shop = mall.shop_of(&text).await;
        let created = shop.try_create(json!({ "lines": [{ "sku": "MUG-SET", "quantity": 1 }] }), Some("EUR"), None).await.good();
        let step = shop.step(&created);
        let price = created.grand_total();
        to(&shop, &step, json!({ "address1": "Markt 1", "city": "Berlin", "postalCode": "10115", "countryCode": "DE" })).await;
        let named = async |number: &str| {
            shop.reprice(&step, json!({ "customer": { "name": "GmbH", "email": "a@example.com", "vatId": number } })).await.good()
        };
        let wrong = named("AT1234").await;
        assert_eq!((wrong.grand_total(), wrong.session()["taxStatus"].clone()), (price, json!("ESTIMATED")));
        assert!(wrong.session()["messages"].as_array().unwrap().iter().any(|told| told["field"] == "$.customer.vatId"));
        let right = named("ATU12345678").await;
        assert_eq!(right.session()["taxStatus"], "EXEMPT");
        let net = price - (price * 19 + 59) / 119;
        assert_eq!(right.grand_total(), net);
        let sum: i64 = right.session()["explanation"].as_array().unwrap().iter()
            .map(|step| step["amount"]["amountMinor"].as_i64().unwrap()).sum();
        assert_eq!(sum, net);
    }
}
