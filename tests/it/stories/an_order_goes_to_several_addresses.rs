//! One order, several addresses: each consignment has its own rates and its own tax, and nothing is left out or sent twice.

use checkstand::domain::tenant::{TaxFailure, TaxProvider};
use serde_json::{Value, json};

use crate::support::{Answer, Mall, Shop, Step, story};

const SHOWN: &str = "query($t: String!) { checkoutSession(token: $t) { shippingAddress { city } totals { grandTotal { amountMinor } } \
    consignments { id lines { quantity line { sku } } shippingAddress { city } shippingCost { amountMinor } handlingCost { amountMinor } \
        discount { amountMinor } applicableShippingRates { selected grandTotal { amountMinor } rate { id name } } \
        selectedShippingRate { rate { name } } } \
    taxes { scope jurisdiction amount { amountMinor } } binding { taxSource } explanation { label amount { amountMinor } } \
    order { shippingAddress { city } shippingRateName consignments { lines { quantity line { sku } } shippingAddress { city } \
        shippingRateName shippingCost { amountMinor } handlingCost { amountMinor } } } } }";

fn austin() -> Value {
    json!({ "address1": "1 Main St", "city": "Austin", "regionCode": "TX", "postalCode": "73301", "countryCode": "US" })
}

fn berlin() -> Value {
    json!({ "address1": "Allee 1", "city": "Berlin", "postalCode": "10115", "countryCode": "DE" })
}

/// Two shirts, a mug set and a card that is mailed to nobody: the session, and the ids of its lines.
async fn started(shop: &Shop<'_>) -> (Step, [Value; 3]) {
    let lines = [("TSHIRT-BLACK-M", 2), ("MUG-SET", 1), ("EBOOK-GUIDE", 1)];
    let step = shop.create(&lines).await;
    let read = shop.read(&step).await;
    let id = |place: usize| read["lines"][place]["id"].clone();
    (step, [id(0), id(1), id(2)])
}

/// Units of lines to an address, by a rate that may be null.
fn consignment(parts: &[(&Value, i64)], address: &Value, rate: &Value) -> Value {
    let lines: Vec<Value> =
        parts.iter().map(|(line, quantity)| json!({ "lineId": line, "quantity": quantity })).collect();
    json!({ "lines": lines, "shippingAddress": address, "shippingRateId": rate })
}

/// A shirt and the mugs to Austin, the other shirt to Berlin.
fn apart([shirt, mugs, _]: &[Value; 3], rates: [&Value; 2]) -> Value {
    let customer = json!({ "name": "Dana Reyes", "email": "dana@example.com" });
    let both = [
        consignment(&[(shirt, 1), (mugs, 1)], &austin(), rates[0]),
        consignment(&[(shirt, 1)], &berlin(), rates[1]),
    ];
    json!({ "customer": customer, "consignments": both })
}

async fn shown(shop: &Shop<'_>, step: &Step) -> Answer {
    shop.graphql(SHOWN, json!({ "t": step.token })).await
}

/// The rate of a name that a consignment is offered, and the grand total by it.
fn offered(seen: &Answer, at: usize, name: &str) -> (Value, i64) {
    let offers = seen["consignments"][at]["applicableShippingRates"].as_array().unwrap();
    let offer = offers.iter().find(|offer| offer["rate"]["name"] == name);
    let offer = offer.unwrap_or_else(|| panic!("no {name}: {}", seen.text));
    (offer["rate"]["id"].clone(), offer["grandTotal"]["amountMinor"].as_i64().unwrap())
}

/// The same session sent to both, no rate chosen yet; and the ids of Ground for the first and Standard for the second.
async fn taken_apart(shop: &Shop<'_>) -> (Step, [Value; 3], [Value; 2]) {
    let (step, lines) = started(shop).await;
    shop.reprice(&step, apart(&lines, [&Value::Null, &Value::Null])).await.good();
    let seen = shown(shop, &step).await;
    let rates = [offered(&seen, 0, "Ground").0, offered(&seen, 1, "Standard").0];
    (step, lines, rates)
}

/// Where each consignment goes, with what.
fn sent(consignments: &Value) -> Vec<String> {
    let one = |of: &Value| {
        let lines = of["lines"].as_array().unwrap().iter();
        let lines: Vec<String> = lines
            .map(|line| format!("{} {}", line["quantity"], line["line"]["sku"].as_str().unwrap()))
            .collect();
        format!("{} to {}", lines.join(", "), of["shippingAddress"]["city"].as_str().unwrap_or("nowhere"))
    };
    consignments.as_array().unwrap().iter().map(one).collect()
}

/// 29.99 + 49.99 to Austin with 8 %: 2.40 and 4.00, and 7.99 by Ground. 29.99 to Berlin with 19 %: 5.70, and 11.99 by
/// Standard with 2.28. The book goes nowhere, and is not taxed in Texas.
const GOODS: i64 = 29_99 + 49_99 + 29_99;
const BOOK: i64 = 14_00;
const APART: [&str; 2] = ["1 TSHIRT-BLACK-M, 1 MUG-SET to Austin", "1 TSHIRT-BLACK-M to Berlin"];

story! {
    async fn each_address_has_its_own_rates_and_the_order_says_what_goes_where(mall: &Mall) {
        let shop = mall.shop().await;
        let (step, lines) = started(&shop).await;
        shop.reprice(&step, apart(&lines, [&Value::Null, &Value::Null])).await.good();
        let seen = shown(&shop, &step).await;
        assert_eq!(sent(&seen["consignments"]), APART);
        assert_eq!(seen["shippingAddress"]["city"], "Austin");
        let (ground, _) = offered(&seen, 0, "Ground");
        let (standard, _) = offered(&seen, 1, "Standard");
        let half = shop.reprice(&step, apart(&lines, [&ground, &Value::Null])).await.good();
        assert_eq!(half.session()["messages"][0]["field"], "$.consignments[1].selectedShippingRate");
        let (_, promised) = offered(&shown(&shop, &step).await, 1, "Standard");
        let whole = shop.reprice(&step, apart(&lines, [&ground, &standard])).await.good();
        assert_eq!((whole.grand_total(), whole.state().as_str()), (promised, "READY_FOR_PAYMENT"));
        let delivery = 7_99 + 11_99;
        assert_eq!(promised, GOODS + BOOK + delivery + 2_40 + 4_00 + 5_70 + 2_28);
        let seen = shown(&shop, &step).await;
        let costs = |at: usize, part: &str| seen["consignments"][at][part]["amountMinor"].as_i64().unwrap();
        assert_eq!([costs(0, "shippingCost"), costs(1, "shippingCost")], [7_99, 11_99]);
        let taxes: Vec<String> = seen["taxes"].as_array().unwrap().iter().map(|tax| {
            format!("{} {} {}", tax["jurisdiction"].as_str().unwrap(), tax["scope"].as_str().unwrap(), tax["amount"]["amountMinor"])
        }).collect();
        assert!(taxes.contains(&"DE LINES 570".to_owned()) && taxes.contains(&"DE SHIPPING 228".to_owned()), "{taxes:?}");

        let bound = shop.try_bind(&step, apart(&lines, [&ground, &standard]), None, None).await.good();
        assert_eq!(bound.grand_total(), promised);
        let payment = shop.payment_session(&step).await.good();
        shop.confirm(&payment, "pm_card_visa").await;
        shop.until(&step, "COMPLETED").await;
        let order = shown(&shop, &step).await["order"].clone();
        assert_eq!(sent(&order["consignments"]), APART);
        let name = |at: usize| order["consignments"][at]["shippingRateName"].clone();
        assert_eq!((name(0), name(1), &order["shippingRateName"]), (json!("Ground"), json!("Standard"), &json!("Ground")));
        assert_eq!(mall.count("SELECT charged_minor FROM \"order\"").await, promised);
        let labels: Vec<String> = shown(&shop, &step).await["explanation"].as_array().unwrap().iter()
            .map(|step| step["label"].as_str().unwrap().to_owned()).filter(|label| label.contains("consignment")).collect();
        assert_eq!(labels, ["Ground, consignment 1", "Standard, consignment 2"]);
    }
}

story! {
    async fn a_bind_carries_the_rate_of_every_consignment(mall: &Mall) {
        let shop = mall.shop().await;
        let (step, lines, [ground, standard]) = taken_apart(&shop).await;
        let all = apart(&lines, [&ground, &standard]);
        shop.reprice(&step, all.clone()).await.good();
        let missing = |at: usize| {
            ("SHIPPING_RATE_REQUIRED".to_owned(), Some(format!("$.draft.consignments[{at}].shippingRateId")))
        };
        let none = shop.try_bind(&step, json!({}), None, None).await;
        assert_eq!(none.refusals(), [missing(0), missing(1)]);
        let offers = none["userErrors"][1]["applicableShippingRates"].as_array().unwrap();
        assert!(offers.iter().any(|offer| offer["rate"]["id"] == standard), "those of Berlin");
        let first = shop.try_bind(&step, json!({ "shippingRateId": ground }), None, None).await;
        assert_eq!(first.refusals(), [missing(1)]);
        let wrong = apart(&lines, [&standard, &standard]);
        let refused = shop.try_bind(&step, wrong, None, None).await;
        refused.refused("SHIPPING_RATE_NOT_APPLICABLE", "$.draft.consignments[0].shippingRateId");
        assert_eq!(mall.count("SELECT count(*) FROM binding").await + mall.count("SELECT count(*) FROM hold").await, 0);
        let bound = shop.try_bind(&step, all.clone(), None, None).await.good();
        let again = shop.try_bind(&step, all, None, None).await.good();
        assert_eq!(bound.session()["binding"], again.session()["binding"]);
        assert_eq!(mall.count("SELECT count(*) FROM binding").await, 1);
    }
}

story! {
    async fn consignments_that_hold_other_than_what_is_bought_are_refused(mall: &Mall) {
        let shop = mall.shop().await;
        let (step, [shirt, mugs, book]) = started(&shop).await;
        let before = shop.read(&step).await;
        let to_austin = |parts: &[(&Value, i64)]| consignment(parts, &austin(), &Value::Null);
        let both = |parts: &[(&Value, i64)]| json!({ "consignments": [to_austin(&[(&shirt, 1), (&mugs, 1)]), to_austin(parts)] });
        let stranger = json!("line_00000000000000000000000000000007");
        let many = vec![to_austin(&[(&shirt, 1)]); 21];
        let rows = [
            (both(&[(&shirt, 2)]), "INVALID", "$.draft.consignments[1].lines[0].quantity"),
            (both(&[(&shirt, 0)]), "INVALID", "$.draft.consignments[1].lines[0].quantity"),
            (both(&[(&shirt, -1)]), "INVALID", "$.draft.consignments[1].lines[0].quantity"),
            (both(&[(&shirt, 1), (&mugs, 1)]), "INVALID", "$.draft.consignments[1].lines[1].quantity"),
            (both(&[(&shirt, 1), (&stranger, 1)]), "MERCHANDISE_NOT_FOUND", "$.draft.consignments[1].lines[1].lineId"),
            (both(&[(&json!("no id"), 1)]), "MERCHANDISE_NOT_FOUND", "$.draft.consignments[1].lines[0].lineId"),
            (both(&[(&book, 1)]), "REQUIRED", "$.draft.consignments[1].lines"),
            (both(&[]), "REQUIRED", "$.draft.consignments[1].lines"),
            (json!({ "consignments": [to_austin(&[(&shirt, 2)])] }), "REQUIRED", "$.draft.consignments"),
            (json!({ "consignments": many }), "TOO_MANY", "$.draft.consignments"),
            (json!({ "consignments": [to_austin(&[(&shirt, 2), (&mugs, 1)])], "shippingAddress": austin() }), "CONFLICTING_INPUT", "$.draft.consignments"),
            (
                json!({ "consignments": [consignment(&[(&shirt, 2), (&mugs, 1)], &austin(), &json!("ground"))] }),
                "SHIPPING_RATE_NOT_APPLICABLE",
                "$.draft.consignments[0].shippingRateId",
            ),
        ];
        for (draft, code, field) in rows {
            shop.reprice(&step, draft).await.refused(code, field);
        }
        let left_out = shop.reprice(&step, json!({ "consignments": [to_austin(&[(&shirt, 1), (&mugs, 1)])] })).await;
        assert_eq!(left_out["userErrors"][0]["message"], "1 units of line 0 of the session are in no consignment.");
        assert_eq!(shop.read(&step).await.session(), before.session());
        let at_create = json!({ "lines": [{ "sku": "MUG-SET", "quantity": 1 }], "consignments": [to_austin(&[(&mugs, 1)])] });
        let created = shop.try_create(at_create, None, None).await;
        created.refused("MERCHANDISE_NOT_FOUND", "$.draft.consignments[0].lines[0].lineId");
    }
}

story! {
    async fn what_is_missing_of_an_address_is_said_where_it_is(mall: &Mall) {
        let shop = mall.shop().await;
        let (step, [shirt, mugs, _]) = started(&shop).await;
        let half = json!({ "countryCode": "DE" });
        let draft = json!({
            "customer": { "name": "Dana Reyes", "email": "dana@example.com" },
            "consignments": [
                consignment(&[(&shirt, 2)], &austin(), &Value::Null),
                consignment(&[(&mugs, 1)], &half, &Value::Null),
            ],
        });
        let said = shop.reprice(&step, draft.clone()).await.good();
        let fields: Vec<&str> =
            said.session()["messages"].as_array().unwrap().iter().filter_map(|one| one["field"].as_str()).collect();
        let of_second = |part: &str| format!("$.consignments[1].shippingAddress.{part}");
        assert!(["address1", "city"].iter().all(|part| fields.contains(&of_second(part).as_str())), "{fields:?}");
        assert!(!fields.iter().any(|field| field.starts_with("$.shippingAddress")), "{fields:?}");
        let refused = shop.try_bind(&step, draft, None, None).await;
        let city = Some("$.draft.consignments[1].shippingAddress.city".to_owned());
        assert!(refused.refusals().contains(&("SHIPPING_ADDRESS_REQUIRED".to_owned(), city)), "{}", refused.text);
    }
}

story! {
    async fn consignments_follow_the_lines_and_one_address_takes_all_again(mall: &Mall) {
        let shop = mall.shop().await;
        let (step, lines, [ground, standard]) = taken_apart(&shop).await;
        shop.reprice(&step, apart(&lines, [&ground, &standard])).await.good();
        shop.update(&step, json!([{ "lineId": lines[0], "quantity": 3 }])).await.good();
        shop.add(&step, json!([{ "sku": "COFFEE-250G", "quantity": 1 }])).await.good();
        let grown = sent(&shown(&shop, &step).await["consignments"]);
        assert_eq!(grown, ["2 TSHIRT-BLACK-M, 1 MUG-SET, 1 COFFEE-250G to Austin", "1 TSHIRT-BLACK-M to Berlin"]);
        shop.reprice(&step, json!({ "shippingAddress": { "city": "Dallas" } })).await.good();
        let moved = sent(&shown(&shop, &step).await["consignments"]);
        assert_eq!(moved[0], "2 TSHIRT-BLACK-M, 1 MUG-SET, 1 COFFEE-250G to Dallas");
        // The shirts go: nothing is left for Berlin.
        shop.remove(&step, json!([lines[0]])).await.good();
        assert_eq!(sent(&shown(&shop, &step).await["consignments"]), ["1 MUG-SET, 1 COFFEE-250G to Dallas"]);

        let (step, lines) = started(&shop).await;
        shop.reprice(&step, apart(&lines, [&ground, &standard])).await.good();
        // Only Berlin's is left.
        shop.update(&step, json!([{ "lineId": lines[0], "quantity": 1 }, { "lineId": lines[1], "quantity": 0 }])).await.good();
        let last = shown(&shop, &step).await;
        assert_eq!(sent(&last["consignments"]), ["1 TSHIRT-BLACK-M to Berlin"]);
        assert_eq!(last["consignments"][0]["selectedShippingRate"]["rate"]["name"], "Standard");

        let (step, lines) = started(&shop).await;
        shop.reprice(&step, apart(&lines, [&ground, &standard])).await.good();
        shop.reprice(&step, json!({ "consignments": null })).await.good();
        let one = shown(&shop, &step).await;
        assert_eq!(sent(&one["consignments"]), ["2 TSHIRT-BLACK-M, 1 MUG-SET to Austin"]);
        assert_eq!(one["totals"]["grandTotal"]["amountMinor"], GOODS + BOOK + 7_99 + 8_80);
    }
}

story! {
    async fn a_rate_that_no_longer_applies_is_cleared_in_its_consignment_alone(mall: &Mall) {
        let shop = mall.shop().await;
        let (step, lines, [ground, standard]) = taken_apart(&shop).await;
        shop.reprice(&step, apart(&lines, [&ground, &standard])).await.good();
        let moved = shop.reprice(&step, json!({ "shippingAddress": { "countryCode": "DE", "regionCode": null, "postalCode": "10115" } })).await.good();
        assert!(moved.messages().contains(&"SHIPPING_RATE_UNAVAILABLE".to_owned()), "{}", moved.text);
        let seen = shown(&shop, &step).await;
        assert!(seen["consignments"][0]["selectedShippingRate"].is_null());
        let cleared = |answer: &Answer| {
            let all = answer.session()["messages"].as_array().unwrap().clone();
            all.into_iter().find(|one| one["code"] == "SHIPPING_RATE_UNAVAILABLE").map(|one| one["field"].clone())
        };
        assert_eq!(cleared(&moved), Some(json!("$.selectedShippingRate")));
        assert_eq!(seen["consignments"][1]["selectedShippingRate"]["rate"]["name"], "Standard");
    }
}

story! {
    async fn a_consignment_is_found_by_its_id_and_by_nobody_else(mall: &Mall) {
        let shop = mall.shop().await;
        let (step, lines) = started(&shop).await;
        shop.reprice(&step, apart(&lines, [&Value::Null, &Value::Null])).await.good();
        let id = shown(&shop, &step).await["consignments"][1]["id"].clone();
        let query = format!("{{ node(id: {id}) {{ id ... on Consignment {{ shippingAddress {{ city }} lines {{ quantity }} }} }} }}");
        let slug = ("x-organization-slug", shop.slug.as_str());
        let found = shop.graphql_with(&[slug, ("x-checkout-token", &step.token)], &query, json!({})).await;
        assert_eq!(found.root()["shippingAddress"]["city"], "Berlin");
        assert!(shop.graphql(&query, json!({})).await.root().is_null());
        shop.cancel(&step).await.good();
        let gone = shown(&shop, &step).await;
        let city = |at: usize| gone["consignments"][at]["shippingAddress"].clone();
        assert_eq!((city(0), city(1)), (Value::Null, Value::Null));
        assert!(!gone.text.contains("Berlin") && !gone.text.contains("Allee"), "{}", gone.text);
    }
}

story! {
    async fn goods_that_are_not_sent_are_in_no_consignment(mall: &Mall) {
        let shop = mall.shop().await;
        let step = shop.create(&[("EBOOK-GUIDE", 1)]).await;
        assert_eq!(shown(&shop, &step).await["consignments"], json!([]));
    }
}

story! {
    async fn a_provider_is_asked_about_each_consignment_once(mall: &Mall) {
        let shop = mall.shop_with("A", |shop| {
            shop.organization.settings.tax_provider = TaxProvider::Stripe;
            shop.organization.settings.tax_failure = TaxFailure::Refuse;
        }).await;
        let asked = || mall.twin.calls().get("POST /v1/tax/calculations").copied().unwrap_or_default();
        let (step, lines) = started(&shop).await;
        shop.reprice(&step, apart(&lines, [&Value::Null, &Value::Null])).await.good();
        assert_eq!(asked(), 2);
        let seen = shown(&shop, &step).await;
        let [ground, standard] = [offered(&seen, 0, "Ground").0, offered(&seen, 1, "Standard").0];
        let all = apart(&lines, [&ground, &standard]);
        shop.reprice(&step, all.clone()).await.good();
        assert_eq!(asked(), 4, "with what shipping costs");
        let total = shop.read(&step).await.grand_total();
        let bound = shop.try_bind(&step, all, Some(&format!("{}.{:02}", total / 100, total % 100)), None).await.good();
        assert_eq!((asked(), bound.session()["taxStatus"].clone()), (4, json!("FINAL")));
        let seen = shown(&shop, &step).await;
        let source = seen["binding"]["taxSource"].as_str().unwrap();
        assert_eq!(source.matches("taxcalc_").count(), 2, "{source}");
        let places: Vec<&str> = seen["taxes"].as_array().unwrap().iter().map(|tax| tax["jurisdiction"].as_str().unwrap()).collect();
        assert!(places.contains(&"DE") && places.iter().any(|place| place.starts_with("US")), "{places:?}");
        let payment = shop.payment_session(&step).await.good();
        shop.confirm(&payment, "pm_card_visa").await;
        shop.until(&step, "COMPLETED").await;
        assert_eq!(mall.count("SELECT charged_minor FROM \"order\"").await, total);
    }
}
