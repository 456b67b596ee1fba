//! Whether anybody holds a VAT number is asked of a registry, where the merchant wants that: once, before anything is
//! written, and what was said stands with the order.

use std::time::Duration;

use checkstand::{
    domain::{
        instant::Span,
        tenant::{Settings, VatCheck, VatCheckFailure},
    },
    flows::explain::{self, Replay},
};
use serde_json::{Value, json};

use crate::support::{Answer, Mall, Reply, Shop, Step, story};

const HELD: &str = "ATU12345678";
/// What may be said of a number.
const CODES: [&str; 2] = ["VAT_ID_NOT_REGISTERED", "VAT_ID_NOT_VERIFIED"];

/// A shop in France that sells in euros without tax in its prices.
async fn shop_of(mall: &Mall, change: impl FnOnce(&mut Settings)) -> Shop<'_> {
    mall.shop_with("A", |shop| {
        let settings = &mut shop.organization.settings;
        settings.home = Some("FR".parse().unwrap());
        settings.vat_check = VatCheck::Vies;
        change(settings);
    })
    .await
}

fn berlin() -> Value {
    json!({ "address1": "Markt 1", "city": "Berlin", "postalCode": "10115", "countryCode": "DE" })
}

fn business(number: &str) -> Value {
    json!({ "name": "Dana Reyes", "email": "dana@example.com", "vatId": number })
}

/// A mug set to Berlin, by the rate that is offered; nobody has said yet who buys.
async fn sent(shop: &Shop<'_>) -> Step {
    let lines = json!({ "lines": [{ "sku": "MUG-SET", "quantity": 1 }] });
    let step = shop.step(&shop.try_create(lines, Some("EUR"), None).await.good());
    let answer = shop.reprice(&step, json!({ "shippingAddress": berlin() })).await.good();
    let rate = answer.session()["applicableShippingRates"][0]["rate"]["id"].clone();
    shop.reprice(&step, json!({ "shippingRateId": rate })).await.good();
    step
}

async fn named(shop: &Shop<'_>, step: &Step, number: &str) -> Answer {
    shop.reprice(step, json!({ "customer": business(number) })).await.good()
}

fn tax(answer: &Answer) -> i64 {
    answer.session()["totals"]["tax"]["amountMinor"].as_i64().unwrap()
}

/// What is said of the number: a code, or nothing.
fn told(answer: &Answer) -> Vec<String> {
    answer.messages().into_iter().filter(|code| CODES.contains(&code.as_str())).collect()
}

/// Binds at the rate that was chosen, where the total is still the one that was seen.
async fn bind_seen(shop: &Shop<'_>, step: &Step, seen: i64) -> Answer {
    let query = "mutation($t: String!, $d: CheckoutDraftInput, $e: MoneyInput) \
        { checkoutSessionBind(token: $t, draft: $d, expectedTotal: $e) { userErrors { code field } } }";
    let read = shop.read(step).await;
    let rate = read.session()["applicableShippingRates"][0]["rate"]["id"].clone();
    let seen = json!({ "amount": format!("{}.{:02}", seen / 100, seen % 100), "currency": "EUR" });
    shop.graphql(query, json!({ "t": step.token, "d": { "shippingRateId": rate }, "e": seen })).await
}

/// The last step of the bill.
fn why(answer: &Answer) -> String {
    answer.session()["explanation"].as_array().unwrap().last().unwrap()["label"].as_str().unwrap().to_owned()
}

story! {
    async fn a_number_that_somebody_holds_frees_from_tax_and_the_order_says_why(mall: &Mall) {
        let shop = shop_of(mall, |_| {}).await;
        mall.registry.says(Reply::Held);
        let step = sent(&shop).await;
        assert!(mall.registry.asked().is_empty(), "nobody gave a number");
        let shown = named(&shop, &step, "at-u 1234.5678").await;
        assert_eq!((tax(&shown), told(&shown)), (0, Vec::new()));
        assert_eq!(shown.session()["taxStatus"], "EXEMPT");
        let bound = shop.bind_again(&step).await.good();
        assert_eq!(tax(&bound), 0);
        assert_eq!(why(&bound), "No tax, owed by the buyer (reverse charge, VAT number confirmed)");
        assert_eq!(mall.registry.asked(), ["AT U12345678"], "a bind asks nothing that is known");
        let payment = shop.payment_session(&step).await.good();
        shop.confirm(&payment, "pm_card_visa").await;
        let read = shop.until(&step, "COMPLETED").await;
        let id = read.session()["order"]["id"].as_str().unwrap().to_owned();
        let explained = explain::explain(&mall.app.store, &id.parse().unwrap(), None).await.unwrap();
        assert_eq!(explained.replay, Replay::Agrees);
        let kept = explained.order.snapshot.quote.verification.unwrap();
        assert_eq!(kept.at, mall.app.now());
        assert_eq!(explained.booked.steps.last().unwrap().label, why(&bound));
        assert_eq!(mall.count("SELECT count(*) FROM checkout_session WHERE CAST(estimate AS TEXT) LIKE '%12345678%'").await, 0);
        assert_eq!(mall.count("SELECT count(*) FROM binding WHERE CAST(terms AS TEXT) LIKE '%12345678%'").await, 0);
    }
}

story! {
    async fn a_number_that_nobody_holds_is_charged_tax_and_told(mall: &Mall) {
        let shop = shop_of(mall, |settings| settings.vat_check_failure = VatCheckFailure::Accept).await;
        let step = sent(&shop).await;
        let private = tax(&shop.read(&step).await);
        assert!(private > 0);
        for reply in [Reply::NotHeld, Reply::Fault("INVALID_INPUT")] {
            mall.registry.says(reply);
            named(&shop, &step, "").await;
            let shown = named(&shop, &step, HELD).await;
            assert_eq!((tax(&shown), told(&shown)), (private, vec!["VAT_ID_NOT_REGISTERED".to_owned()]), "{reply:?}");
        }
        let bound = shop.bind_again(&step).await.good();
        assert_eq!((tax(&bound), bound.state()), (private, "BOUND".to_owned()));
        assert_eq!(mall.registry.asked().len(), 2);
        mall.registry.says(Reply::Held);
        let other = named(&shop, &step, "DE123456789").await;
        assert_eq!((tax(&other), told(&other), mall.registry.asked().len()), (0, Vec::new(), 3), "another number is asked about");
    }
}

story! {
    async fn where_nobody_answers_tax_is_charged_and_a_bind_asks_again(mall: &Mall) {
        let shop = shop_of(mall, |_| {}).await;
        let step = sent(&shop).await;
        let private = tax(&shop.read(&step).await);
        for (asked, reply) in (1..).zip([Reply::Fault("MS_UNAVAILABLE"), Reply::Broken(503), Reply::Late(Duration::from_mins(1))]) {
            mall.registry.says(reply);
            let shown = named(&shop, &step, HELD).await;
            assert_eq!((tax(&shown), told(&shown)), (private, vec!["VAT_ID_NOT_VERIFIED".to_owned()]), "{reply:?}");
            assert_eq!(mall.registry.asked().len(), asked, "{reply:?}");
        }
        mall.registry.says(Reply::Fault("TIMEOUT"));
        let bound = shop.bind_again(&step).await.good();
        assert_eq!((tax(&bound), told(&bound)), (private, vec!["VAT_ID_NOT_VERIFIED".to_owned()]));
        mall.registry.says(Reply::Held);
        let changed = bind_seen(&shop, &step, bound.grand_total()).await;
        changed.refused("TOTAL_CHANGED", "$.expectedTotal");
        let free = shop.bind_again(&step).await.good();
        assert_eq!((tax(&free), told(&free)), (0, Vec::new()));
    }
}

story! {
    async fn where_nobody_answers_a_merchant_may_take_the_form_for_proof(mall: &Mall) {
        let shop = shop_of(mall, |settings| settings.vat_check_failure = VatCheckFailure::Accept).await;
        mall.registry.says(Reply::Fault("MS_MAX_CONCURRENT_REQ"));
        let step = sent(&shop).await;
        let shown = named(&shop, &step, HELD).await;
        assert_eq!((tax(&shown), told(&shown)), (0, Vec::new()));
        let bound = shop.bind_again(&step).await.good();
        assert_eq!(why(&bound), "No tax, owed by the buyer (reverse charge, VAT number not confirmed)");
        mall.clock.advance(Span::from_minutes(1));
        let again = shop.bind_again(&step).await.good();
        assert_eq!(again.session()["binding"], bound.session()["binding"], "to hear the same again changes nothing");
        assert_eq!(mall.registry.asked().len(), 3);
    }
}

story! {
    async fn nobody_is_asked_where_the_form_is_enough_or_decides_nothing(mall: &Mall) {
        let shop = shop_of(mall, |settings| settings.vat_check = VatCheck::Form).await;
        let step = sent(&shop).await;
        assert_eq!(tax(&named(&shop, &step, HELD).await), 0);
        let bound = shop.bind_again(&step).await.good();
        assert_eq!(why(&bound), "No tax, owed by the buyer (reverse charge)");
        let asking = mall.shop_with("B", |shop| {
            shop.organization.settings.home = Some("FR".parse().unwrap());
            shop.organization.settings.vat_check = VatCheck::Vies;
        }).await;
        let step = sent(&asking).await;
        named(&asking, &step, "FRXX123456789").await;
        named(&asking, &step, "AT1234").await;
        let texas = json!({ "countryCode": "US", "regionCode": "TX", "postalCode": "78701" });
        asking.reprice(&step, json!({ "shippingAddress": texas, "customer": business(HELD) })).await.good();
        assert!(mall.registry.asked().is_empty(), "{:?}", mall.registry.asked());
    }
}

story! {
    async fn the_same_number_is_not_asked_about_twice_in_a_day(mall: &Mall) {
        let shop = shop_of(mall, |settings| settings.token_lifetime = Span::from_hours(72)).await;
        mall.registry.says(Reply::Held);
        let lines = json!([{ "sku": "MUG-SET", "quantity": 1 }]);
        let draft = json!({ "lines": lines, "customer": business(HELD), "shippingAddress": berlin() });
        let created = shop.try_create(draft, Some("EUR"), None).await.good();
        let (step, asked) = (shop.step(&created), || mall.registry.asked().len());
        assert_eq!((tax(&created), asked()), (0, 1), "a draft that says all is asked about at once");
        mall.registry.says(Reply::NotHeld);
        named(&shop, &step, "AT U 12345678").await;
        shop.reprice(&step, json!({ "shippingAddress": { "countryCode": "FR" } })).await.good();
        shop.reprice(&step, json!({ "shippingAddress": berlin() })).await.good();
        let bound = shop.bind_again(&step).await.good();
        assert_eq!((tax(&bound), asked()), (0, 1));
        let again = shop.bind_again(&step).await.good();
        assert_eq!(again.session()["binding"], bound.session()["binding"], "and the same is bound");
        mall.pass(Span::from_hours(25)).await;
        let bound = shop.bind_again(&step).await.good();
        assert_eq!(asked(), 2, "what was said a day ago may be over");
        assert_eq!((tax(&bound) > 0, told(&bound)), (true, vec!["VAT_ID_NOT_REGISTERED".to_owned()]));
    }
}

story! {
    async fn what_was_said_of_one_number_is_not_bound_for_another(mall: &Mall) {
        let shop = shop_of(mall, |_| {}).await;
        let step = sent(&shop).await;
        named(&shop, &step, HELD).await;
        mall.registry.says(Reply::Late(Duration::from_secs(2)));
        let another_tab = async {
            for _ in 0..150 {
                if mall.registry.asked().len() > 1 {
                    break;
                }
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
            mall.registry.says(Reply::Fault("MS_UNAVAILABLE"));
            named(&shop, &step, "DE123456789").await;
        };
        let (bound, ()) = tokio::join!(shop.bind_again(&step), another_tab);
        assert_eq!(mall.registry.asked(), ["AT U12345678", "AT U12345678", "DE 123456789", "DE 123456789"]);
        assert_eq!((tax(&bound) > 0, told(&bound)), (true, vec!["VAT_ID_NOT_VERIFIED".to_owned()]));
    }
}

story! {
    async fn it_is_looked_up_for_each_of_several_addresses_and_for_that_of_the_invoice(mall: &Mall) {
        let shop = shop_of(mall, |_| {}).await;
        mall.registry.says(Reply::Held);
        let home = json!({ "address1": "1 rue Basse", "city": "Lyon", "postalCode": "69001", "countryCode": "FR" });
        let lines = json!({ "lines": [{ "sku": "MUG-SET", "quantity": 2 }] });
        let step = shop.step(&shop.try_create(lines, Some("EUR"), None).await.good());
        let line = shop.read(&step).await["lines"][0]["id"].clone();
        let to = |address: &Value, rate: &Value| {
            json!({ "lines": [{ "lineId": line, "quantity": 1 }], "shippingAddress": address, "shippingRateId": rate })
        };
        let half = json!({ "customer": business(HELD), "consignments": [to(&home, &Value::Null), to(&berlin(), &Value::Null)] });
        let seen = shop.reprice(&step, half).await.good();
        assert_eq!(mall.registry.asked().len(), 1, "for Berlin alone it decides");
        assert!(told(&seen).is_empty());
        let query = "query($t: String!) { checkoutSession(token: $t) { taxes { jurisdiction } } }";
        let taxes = shop.graphql(query, json!({ "t": step.token })).await["taxes"].clone();
        assert_eq!(taxes.as_array().unwrap().iter().filter(|tax| tax["jurisdiction"] == "DE").count(), 0);

        // Nothing but the invoice says where the first goes: asked all the same, and not over and over.
        let step = sent(&shop).await;
        let line = shop.read(&step).await["lines"][0]["id"].clone();
        let nowhere = json!({ "lines": [{ "lineId": line, "quantity": 1 }], "shippingAddress": {} });
        let draft = json!({ "customer": business(HELD), "billingAddress": berlin(), "consignments": [nowhere] });
        let refused = shop.try_bind(&step, draft, None, None).await;
        let path = Some("$.draft.consignments[0].shippingRateId".to_owned());
        assert_eq!(refused.refusals(), [("SHIPPING_RATE_REQUIRED".to_owned(), path)]);
    }
}
