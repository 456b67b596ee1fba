//! Which rates there are, what they cost and whether one fits is decided by the server.

use checkstand::domain::tenant::UncoveredPolicy;
use serde_json::{Value, json};

use crate::support::{Answer, Mall, Shop, Step, story, texas};

/// Each offered rate: its name, its price, the grand total with it.
fn offers(answer: &Answer) -> Vec<(String, i64, i64)> {
    let minor = |value: &Value| value["amountMinor"].as_i64().unwrap();
    let offer = |offer: &Value| {
        (
            offer["rate"]["name"].as_str().unwrap().to_owned(),
            minor(&offer["price"]),
            minor(&offer["grandTotal"]),
        )
    };
    answer.session()["applicableShippingRates"].as_array().unwrap().iter().map(offer).collect()
}

/// Details of a buyer there.
fn living_in(country: &str, region: &str, postal_code: &str) -> Value {
    json!({
        "customer": { "name": "Dana Reyes", "email": "dana@example.com" },
        "shippingAddress": {
            "address1": "1 Main St", "city": "Town", "regionCode": region, "postalCode": postal_code, "countryCode": country
        }
    })
}

async fn rate_of(shop: &Shop<'_>, zone: &str, place: usize) -> Value {
    let zones = shop.graphql("{ shippingZones { name rates { id } } }", json!({})).await;
    let zones = zones.root().as_array().unwrap().clone();
    zones.iter().find(|one| one["name"] == zone).unwrap()["rates"][place]["id"].clone()
}

async fn nothing_is_bound(mall: &Mall) {
    assert_eq!(
        mall.count("SELECT count(*) FROM binding").await + mall.count("SELECT count(*) FROM hold").await,
        0
    );
}

story! {
    async fn zones_come_sorted_with_their_rates(mall: &Mall) {
        let shop = mall.shop().await;
        let zones = "query($c: CountryCode) { shippingZones(country: $c) { name sortOrder restOfWorld countries rates { name sortOrder price { amountMinor } } } }";
        let all = shop.graphql(zones, json!({})).await;
        let named =
            |zone: &Value| (zone["sortOrder"].as_i64().unwrap(), zone["name"].as_str().unwrap().to_owned());
        let order: Vec<_> = all.root().as_array().unwrap().iter().map(named).collect();
        assert!(order.len() == 6 && order.is_sorted(), "{order:?}");
        let states =
            all.root().as_array().unwrap().iter().find(|zone| zone["name"] == "United States").unwrap();
        let rates: Vec<&str> =
            states["rates"].as_array().unwrap().iter().map(|rate| rate["name"].as_str().unwrap()).collect();
        assert_eq!(rates, ["Ground", "Express", "Oversize"]);
        assert_eq!(states["rates"][0]["price"]["amountMinor"], 7_99);
        for (country, expected) in [("DE", vec!["Europe"]), ("JP", vec!["Japan"]), ("BR", vec![])] {
            let some = shop.graphql(zones, json!({ "c": country })).await;
            let covering: Vec<&str> =
                some.root().as_array().unwrap().iter().map(|zone| zone["name"].as_str().unwrap()).collect();
            assert_eq!(covering, expected);
        }
    }
}

story! {
    async fn rates_appear_with_the_country_each_with_its_grand_total(mall: &Mall) {
        let shop = mall.shop().await;
        let step = shop.create(&[("MUG-SET", 1)]).await;
        assert!(offers(&shop.read(&step).await).is_empty());
        let half = json!({ "shippingAddress": { "countryCode": "US" } });
        let seen = shop.reprice(&step, half).await.good();
        let row = |name: &str, price, total| (name.to_owned(), price, total);
        let expected =
            [row("Ground", 7_99, 57_98), row("Express", 19_99, 69_98), row("Oversize", 14_99, 64_98)];
        assert_eq!(offers(&seen), expected);
        assert_eq!(seen.session()["shippingRateRequired"], true);
    }
}

story! {
    async fn the_grand_total_of_a_rate_is_what_it_costs_once_chosen(mall: &Mall) {
        let shop = mall.shop().await;
        let step = shop.create(&[("TSHIRT-BLACK-M", 2), ("MUG-SET", 1)]).await;
        let seen = shop.reprice(&step, texas()).await.good();
        let promised = offers(&seen);
        for (place, (name, price, total)) in promised.iter().enumerate() {
            let rate = &seen.session()["applicableShippingRates"][place]["rate"]["id"];
            let chosen = shop.reprice(&step, json!({ "shippingRateId": rate })).await.good();
            assert_eq!(
                (chosen.grand_total(), &chosen.session()["totals"]["shipping"]["amountMinor"]),
                (*total, &json!(price)),
                "{name}"
            );
            assert_eq!(chosen.session()["applicableShippingRates"][place]["selected"], true);
            assert_eq!(offers(&chosen), promised);
        }
        assert_eq!(promised[0].2, 126_76);
    }
}

story! {
    async fn weight_and_value_decide_which_rates_fit(mall: &Mall) {
        let shop = mall.shop().await;
        let names = |answer: &Answer| {
            offers(answer).into_iter().map(|(name, price, _)| (name, price)).collect::<Vec<_>>()
        };
        let row = |name: &str, price| (name.to_owned(), price);
        let rows = [
            (vec![("TABLE-OAK", 1)], vec![row("Ground", 0), row("Express", 19_99), row("Oversize", 29_99)]),
            (vec![("TABLE-OAK", 4)], vec![row("Ground", 0), row("Express", 19_99)]),
        ];
        for (lines, expected) in rows {
            let step = shop.create(&lines).await;
            assert_eq!(names(&shop.reprice(&step, texas()).await.good()), expected);
        }
    }
}

story! {
    async fn a_bind_carries_its_rate_itself(mall: &Mall) {
        let shop = mall.shop().await;
        let step = shop.create(&[("MUG-SET", 1)]).await;
        let rate = shop.fill(&step).await;
        let chosen = shop.reprice(&step, json!({ "shippingRateId": rate })).await.good();
        assert_eq!(
            (chosen.state(), &chosen.session()["shippingRateRequired"]),
            ("READY_FOR_PAYMENT".into(), &json!(true))
        );
        for draft in [Value::Null, json!({}), json!({ "shippingRateId": null })] {
            let refused = shop
                .try_bind(&step, draft, None, None)
                .await
                .refused("SHIPPING_RATE_REQUIRED", "$.draft.shippingRateId");
            let rates = refused["userErrors"][0]["applicableShippingRates"].as_array().unwrap().clone();
            assert_eq!((rates.len(), &rates[0]["rate"]["id"]), (3, &json!(rate)));
        }
        assert_eq!(shop.read(&step).await["revision"], chosen.session()["revision"]);
        nothing_is_bound(mall).await;
        shop.try_bind(&step, json!({ "shippingRateId": rate }), None, None).await.good();
    }
}

story! {
    async fn a_rate_of_another_zone_does_not_apply(mall: &Mall) {
        let shop = mall.shop().await;
        let step = shop.create(&[("MUG-SET", 1)]).await;
        let before = shop.reprice(&step, texas()).await.good();
        let europe = rate_of(&shop, "Europe", 1).await;
        for rate in [europe, json!(format!("rate_{}", "7".repeat(32))), json!("x"), json!("")] {
            let draft = json!({ "shippingRateId": rate, "customer": { "name": "Somebody Else" } });
            shop.reprice(&step, draft.clone())
                .await
                .refused("SHIPPING_RATE_NOT_APPLICABLE", "$.draft.shippingRateId");
            shop.try_bind(&step, draft, None, None)
                .await
                .refused("SHIPPING_RATE_NOT_APPLICABLE", "$.draft.shippingRateId");
        }
        assert_eq!(shop.read(&step).await.root(), before.session());
        nothing_is_bound(mall).await;
    }
}

story! {
    async fn a_rate_needs_an_address(mall: &Mall) {
        let shop = mall.shop().await;
        let ground = rate_of(&shop, "United States", 0).await;
        let draft = json!({ "lines": [{ "sku": "MUG-SET", "quantity": 1 }], "shippingRateId": ground });
        shop.try_create(draft, None, None)
            .await
            .refused("SHIPPING_RATE_NEEDS_ADDRESS", "$.draft.shippingRateId");
        assert_eq!(mall.count("SELECT count(*) FROM checkout_session").await, 0);
        let step = shop.create(&[("MUG-SET", 1)]).await;
        let draft = json!({ "shippingRateId": ground });
        shop.reprice(&step, draft.clone())
            .await
            .refused("SHIPPING_RATE_NEEDS_ADDRESS", "$.draft.shippingRateId");
        assert_eq!(shop.read(&step).await["revision"], 1);
        let billing = json!({ "shippingRateId": ground, "billingAddress": { "countryCode": "US" } });
        let chosen = shop.reprice(&step, billing).await.good();
        assert_eq!(chosen.session()["applicableShippingRates"][0]["selected"], true);
    }
}

story! {
    async fn nobodys_zone_ships_free_with_a_warning(mall: &Mall) {
        let shop = mall.shop().await;
        let step = shop.create(&[("MUG-SET", 1)]).await;
        let seen = shop.reprice(&step, living_in("BR", "SP", "01310-100")).await.good();
        assert_eq!(
            (seen.state(), seen.messages()),
            ("READY_FOR_PAYMENT".into(), vec!["DESTINATION_NOT_COVERED".into()])
        );
        assert_eq!(seen.session()["messages"][0]["type"], "WARNING");
        assert_eq!(seen.session()["shippingRateRequired"], false);
        let bound = shop.try_bind(&step, json!({}), None, None).await.good();
        assert_eq!((bound.state(), bound.grand_total()), ("BOUND".into(), 49_99));
        assert_eq!(bound.messages(), ["DESTINATION_NOT_COVERED"]);
    }
}

story! {
    async fn a_shop_may_refuse_where_nobody_ships(mall: &Mall) {
        let shop =
            mall.shop_with("A", |shop| shop.organization.settings.uncovered = UncoveredPolicy::Refuse).await;
        let step = shop.create(&[("MUG-SET", 1)]).await;
        let seen = shop.reprice(&step, living_in("BR", "SP", "01310-100")).await.good();
        assert_eq!(
            (seen.state(), &seen.session()["messages"][0]["type"]),
            ("NOT_READY_FOR_PAYMENT".into(), &json!("ERROR"))
        );
        shop.try_bind(&step, json!({}), None, None)
            .await
            .refused("DESTINATION_NOT_COVERED", "$.draft.shippingAddress");
        nothing_is_bound(mall).await;
    }
}

story! {
    async fn where_no_rate_fits_nothing_can_be_bound(mall: &Mall) {
        let shop = mall.shop().await;
        let step = shop.create(&[("MUG-SET", 3)]).await;
        let seen = shop.reprice(&step, living_in("CA", "ON", "K1A 0B1")).await.good();
        assert_eq!(
            (seen.state(), seen.messages()),
            ("NOT_READY_FOR_PAYMENT".into(), vec!["SHIPPING_RATE_UNAVAILABLE".into()])
        );
        assert_eq!(seen.session()["messages"][0]["type"], "ERROR");
        assert_eq!(shop.try_bind(&step, json!({}), None, None).await.codes(), ["SHIPPING_RATE_UNAVAILABLE"]);
        nothing_is_bound(mall).await;
        let fewer = json!([{ "lineId": seen.session()["lines"][0]["id"], "quantity": 2 }]);
        let fits = shop.update(&step, fewer).await.good();
        assert_eq!(offers(&fits), [("Small Parcel".to_owned(), 14_99, 99_98 + 14_99)]);
    }
}

story! {
    async fn what_is_digital_needs_no_address(mall: &Mall) {
        let shop = mall.shop().await;
        let step = shop.create(&[("EBOOK-GUIDE", 1)]).await;
        let buyer = json!({ "customer": { "name": "Dana", "email": "dana@example.com" } });
        let ready = shop.reprice(&step, buyer).await.good();
        assert_eq!(
            (ready.state(), offers(&ready).len(), ready.messages().len()),
            ("READY_FOR_PAYMENT".into(), 0, 0)
        );
        assert_eq!(shop.try_bind(&step, json!({}), None, None).await.good().grand_total(), 14_00);
        let mixed = shop.add(&step, json!([{ "sku": "MUG-SET", "quantity": 1 }])).await.good();
        assert_eq!(mixed.state(), "NOT_READY_FOR_PAYMENT");
    }
}

/// A session to Texas by Ground.
async fn by_ground(shop: &Shop<'_>) -> (Step, String) {
    let step = shop.create(&[("MUG-SET", 1)]).await;
    let rate = shop.fill(&step).await;
    shop.reprice(&step, json!({ "shippingRateId": rate })).await.good();
    (step, rate)
}

story! {
    async fn a_rate_is_cleared_with_a_word_when_the_address_moves(mall: &Mall) {
        let shop = mall.shop().await;
        let (step, _) = by_ground(&shop).await;
        let moved = shop.reprice(&step, living_in("DE", "", "10115")).await.good();
        assert_eq!(moved.session()["totals"]["shipping"]["amountMinor"], 0);
        assert!(moved.messages().contains(&"SHIPPING_RATE_UNAVAILABLE".to_owned()), "{:?}", moved.messages());
        assert_eq!(offers(&moved), [("Standard".to_owned(), 11_99, 49_99 + 9_50 + 11_99 + 2_28)]);
        assert_eq!(moved.session()["applicableShippingRates"][0]["selected"], false);
        assert_eq!(moved.state(), "NOT_READY_FOR_PAYMENT");

        let (step, rate) = by_ground(&shop).await;
        let inside = shop.reprice(&step, living_in("US", "CA", "94103")).await.good();
        assert_eq!(inside.session()["applicableShippingRates"][0]["rate"]["id"], *rate);
        assert_eq!(
            (&inside.session()["applicableShippingRates"][0]["selected"], inside.messages().len()),
            (&json!(true), 0)
        );
    }
}
