//! Tax by a provider: asked before a bind, about a thing once, and taken as it is said.

use checkstand::{
    domain::tenant::{TaxFailure, TaxProvider},
    twin::{Fault, FaultKind},
};
use serde_json::{Value, json};

use crate::support::{Answer, Mall, Shop, Step, story, texas};

async fn shop_of(mall: &Mall, failure: TaxFailure) -> Shop<'_> {
    mall.shop_with("A", |shop| {
        shop.organization.settings.tax_provider = TaxProvider::Stripe;
        shop.organization.settings.tax_failure = failure;
    })
    .await
}

fn asked(mall: &Mall) -> u64 {
    mall.twin.calls().get("POST /v1/tax/calculations").copied().unwrap_or_default()
}

/// The next question has no answer. It is not repeated: the buyer waits.
fn fails(mall: &Mall) {
    mall.twin.inject(Fault::once(FaultKind::ServerError, "POST", "/v1/tax/calculations"));
}

fn tax(answer: &Answer) -> i64 {
    answer.session()["totals"]["tax"]["amountMinor"].as_i64().unwrap()
}

fn total(answer: &Answer) -> String {
    let total = answer.session()["totals"]["grandTotal"]["amountMinor"].as_i64().unwrap();
    format!("{}.{:02}", total / 100, total % 100)
}

/// A mug set to Austin by Ground, and the rate that was chosen.
async fn chosen(shop: &Shop<'_>) -> (Step, Answer, Value) {
    let step = shop.create(&[("MUG-SET", 1)]).await;
    let rate = json!({ "shippingRateId": shop.fill(&step).await });
    let answer = shop.reprice(&step, rate.clone()).await.good();
    (step, answer, rate)
}

/// 6.25 % and 2 % of 49.99 and of 7.99: 3.12, 1.00, 0.50 and 0.16. The shop's own table says 4.00.
const TAX: i64 = 4_78;

story! {
    async fn what_the_provider_says_is_shown_bound_and_charged(mall: &Mall) {
        let shop = shop_of(mall, TaxFailure::Refuse).await;
        let (step, shown, rate) = chosen(&shop).await;
        assert_eq!((tax(&shown), asked(mall)), (TAX, 2));
        assert_eq!(shown.session()["taxStatus"], "ESTIMATED");
        let bound = shop.try_bind(&step, rate, Some(&total(&shown)), None).await.good();
        assert_eq!((tax(&bound), asked(mall)), (TAX, 2), "what was asked is not asked again");
        assert_eq!(bound.session()["taxStatus"], "FINAL");
        let query = "query($t: String!) { checkoutSession(token: $t) { binding { taxSource } taxes { title rate jurisdiction scope amount { amountMinor } } } }";
        let read = shop.graphql(query, json!({ "t": step.token })).await;
        let source = read["binding"]["taxSource"].as_str().unwrap();
        assert!(source.starts_with("STRIPE_TAX taxcalc_"), "{source}");
        let parts: Vec<String> = read["taxes"].as_array().unwrap().iter().map(|one| {
            format!("{} {} {} {}", one["title"].as_str().unwrap(), one["rate"].as_str().unwrap(), one["scope"].as_str().unwrap(), one["amount"]["amountMinor"])
        }).collect();
        assert_eq!(parts, [
            "Texas Sales Tax 0.0625 LINES 312", "Austin Sales Tax 0.02 LINES 100",
            "Texas Sales Tax 0.0625 SHIPPING 50", "Austin Sales Tax 0.02 SHIPPING 16",
        ]);
        let payment = shop.payment_session(&step).await.good();
        shop.confirm(&payment, "pm_card_visa").await;
        let done = shop.until(&step, "COMPLETED").await;
        assert_eq!(done["order"]["totals"]["grandTotal"]["amountMinor"], 49_99 + 7_99 + TAX);
        assert_eq!(mall.count("SELECT charged_minor FROM \"order\"").await, 49_99 + 7_99 + TAX);
    }
}

story! {
    async fn nobody_is_asked_for_every_keystroke(mall: &Mall) {
        let shop = shop_of(mall, TaxFailure::Refuse).await;
        let (step, shown, rate) = chosen(&shop).await;
        for _ in 0..3 {
            shop.reprice(&step, texas()).await.good();
            shop.reprice(&step, json!({ "customer": { "name": "Dana R." }, "locale": "en-US" })).await.good();
        }
        assert_eq!(asked(mall), 2);
        let line = &shown.session()["lines"][0]["id"];
        let two = shop.update(&step, json!([{ "lineId": line, "quantity": 2 }])).await.good();
        assert_eq!(asked(mall), 2, "an estimate by the table, until it matters");
        let changed = shop.try_bind(&step, rate.clone(), Some(&total(&two)), None).await;
        assert_eq!((changed.codes(), asked(mall)), (vec!["TOTAL_CHANGED".to_owned()], 3));
        let actual = &changed["userErrors"][0]["actual"]["amountMinor"];
        assert_eq!(*actual, 2 * 49_99 + 7_99 + 6_25 + 2_00 + 50 + 16);
        let bound = shop.try_bind(&step, rate, None, None).await.good();
        assert_eq!(bound.session()["totals"]["grandTotal"]["amountMinor"], *actual);
    }
}

story! {
    async fn a_bind_is_refused_while_the_provider_does_not_answer(mall: &Mall) {
        let shop = shop_of(mall, TaxFailure::Refuse).await;
        let step = shop.create(&[("MUG-SET", 1)]).await;
        fails(mall);
        let rate = json!({ "shippingRateId": shop.fill(&step).await });
        fails(mall);
        let refused = shop.try_bind(&step, rate.clone(), None, None).await;
        assert_eq!(refused.codes(), ["TAX_UNAVAILABLE"]);
        assert_eq!(mall.count("SELECT count(*) FROM binding").await, 0);
        let bound = shop.try_bind(&step, rate, None, None).await.good();
        assert_eq!(tax(&bound), TAX);
    }
}

story! {
    async fn or_the_shops_own_table_is_bound_and_told(mall: &Mall) {
        let shop = shop_of(mall, TaxFailure::UseTable).await;
        let step = shop.create(&[("MUG-SET", 1)]).await;
        fails(mall);
        let rate = json!({ "shippingRateId": shop.fill(&step).await });
        let estimate = shop.read(&step).await;
        assert!(estimate["messages"].as_array().unwrap().iter().all(|one| one["code"] != "TAX_UNAVAILABLE"));
        fails(mall);
        let bound = shop.try_bind(&step, rate.clone(), None, None).await.good();
        assert_eq!((tax(&bound), &bound.session()["taxStatus"]), (4_00, &json!("FALLBACK")));
        let told = &bound.session()["messages"][0];
        assert_eq!((&told["type"], &told["code"], &told["field"]), (&json!("WARNING"), &json!("TAX_UNAVAILABLE"), &json!("$.totals.tax")));
        assert_eq!(mall.texts("SELECT tax_source AS t FROM binding").await, ["FALLBACK"]);
        let again = shop.try_bind(&step, rate, None, None).await.good();
        assert_eq!((tax(&again), &again.session()["taxStatus"]), (TAX, &json!("FINAL")));
    }
}

story! {
    async fn more_lines_than_a_page_and_prices_that_contain_tax(mall: &Mall) {
        let shop = mall
            .shop_with("A", |shop| {
                shop.organization.settings.tax_provider = TaxProvider::Stripe;
                shop.organization.settings.taxes_included = true;
            })
            .await;
        let lines: Vec<Value> = (0..25)
            .map(|n| json!({ "sku": "MUG-SET", "quantity": 1, "attributes": [{ "key": "engraving", "value": format!("{n}") }] }))
            .collect();
        let created = shop.try_create(json!({ "lines": lines }), Some("EUR"), None).await.good();
        let step = shop.step(&created);
        let berlin = json!({
            "customer": { "name": "Dana Reyes", "email": "dana@example.com" },
            "shippingAddress": { "address1": "Hauptstr. 1", "city": "Berlin", "postalCode": "10115", "countryCode": "DE" }
        });
        let shown = shop.reprice(&step, berlin).await.good();
        // 46.00 contains 7.34 at 19 %.
        assert_eq!(tax(&shown), 25 * 7_34);
        assert_eq!(shown.session()["totals"]["grandTotal"]["amountMinor"], 25 * 46_00);
        assert_eq!(mall.twin.calls()["GET /v1/tax/calculations/:id/line_items"], 1);
    }
}

story! {
    async fn a_buyer_who_owes_no_tax_is_nobodys_question(mall: &Mall) {
        let shop = mall
            .shop_with("A", |shop| {
                shop.organization.settings.tax_provider = TaxProvider::Stripe;
                shop.organization.settings.home = "FR".parse().ok();
                shop.tax_rates.clear();
            })
            .await;
        let created = shop.try_create(json!({ "lines": [{ "sku": "MUG-SET", "quantity": 1 }] }), Some("EUR"), None).await.good();
        let step = shop.step(&created);
        let business = json!({
            "customer": { "name": "Dana Reyes", "email": "dana@example.com", "vatId": "DE123456789" },
            "shippingAddress": { "address1": "Hauptstr. 1", "city": "Berlin", "postalCode": "10115", "countryCode": "DE" }
        });
        let shown = shop.reprice(&step, business).await.good();
        assert_eq!((tax(&shown), asked(mall)), (0, 0));
        assert_eq!(shown.session()["taxStatus"], "EXEMPT");
        let bound = shop.bind_again(&step).await.good();
        assert_eq!((tax(&bound), asked(mall)), (0, 0));
    }
}

story! {
    async fn a_table_without_a_rate_does_not_say_that_no_tax_applies(mall: &Mall) {
        let shop = mall
            .shop_with("A", |shop| {
                shop.organization.settings.tax_provider = TaxProvider::Stripe;
                shop.organization.settings.tax_failure = TaxFailure::UseTable;
                shop.tax_rates.clear();
            })
            .await;
        let (step, shown, rate) = chosen(&shop).await;
        assert_eq!(tax(&shown), TAX);
        let line = &shown.session()["lines"][0]["id"];
        let two = shop.update(&step, json!([{ "lineId": line, "quantity": 2 }])).await.good();
        assert_eq!((tax(&two), &two.session()["taxStatus"]), (0, &json!("ESTIMATED")));
        fails(mall);
        let bound = shop.try_bind(&step, rate, None, None).await.good();
        assert_eq!((tax(&bound), &bound.session()["taxStatus"]), (0, &json!("FALLBACK")));
    }
}
