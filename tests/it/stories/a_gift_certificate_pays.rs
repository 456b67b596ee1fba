//! A gift certificate pays after tax, up to what is on it, and keeps what it does not pay.

use checkstand::{
    domain::instant::Span,
    flows::gift_certificate::{self, Issue},
};
use serde_json::{Value, json};

use crate::support::{Answer, Mall, Shop, Step, story, texas};

const GIFT: &str = "GIFT-0000-AAAA-1111";
const BALANCE: &str = "SELECT balance_minor FROM gift_certificate";
const DRAWN: &str = "SELECT coalesce(sum(amount_minor), 0) FROM gift_certificate_use";
const HELD: &str = "SELECT coalesce(sum(quantity), 0) FROM hold WHERE kind = 'gift_certificate'";

/// A mug set to Texas by Ground: 49.99, tax 4.00, shipping 7.99.
const TOTAL: i64 = 61_98;

async fn with_gifts(shop: &Shop<'_>, codes: &[&str]) -> (Step, Answer) {
    let step = shop.create(&[("MUG-SET", 1)]).await;
    let rate = shop.fill(&step).await;
    let draft = json!({ "giftCertificateCodes": codes, "shippingRateId": rate });
    let filled = shop.reprice(&step, draft).await.good();
    (step, filled)
}

fn sums(answer: &Answer) -> [i64; 3] {
    let totals = &answer.session()["totals"];
    ["grandTotal", "giftCertificate", "amountDue"].map(|sum| totals[sum]["amountMinor"].as_i64().unwrap())
}

fn told(answer: &Answer) -> Vec<String> {
    let messages = answer.session()["messages"].as_array().unwrap();
    let about = messages.iter().filter(|one| one["code"] == "GIFT_CERTIFICATE_NOT_APPLICABLE");
    about
        .map(|one| {
            format!(
                "{} {} {}",
                one["type"].as_str().unwrap(),
                one["field"].as_str().unwrap(),
                one["content"].as_str().unwrap()
            )
        })
        .collect()
}

async fn pay(shop: &Shop<'_>, step: &Step) -> Answer {
    let payment = shop.payment_session(step).await.good();
    shop.confirm(&payment, "pm_card_visa").await;
    shop.until(step, "COMPLETED").await
}

story! {
    async fn it_pays_a_part_and_the_card_the_rest(mall: &Mall) {
        let shop = mall.shop().await;
        shop.issue(GIFT, 20_00, "USD").await;
        // However it is typed.
        let (step, filled) = with_gifts(&shop, &["gift oooo aaaa iiii"]).await;
        assert_eq!(sums(&filled), [TOTAL, 20_00, TOTAL - 20_00]);
        let masked = "\u{2022}\u{2022}\u{2022}\u{2022}IIII";
        let applied = json!([{ "maskedCode": masked, "amountApplied": { "amountMinor": 20_00 }, "remainingBalance": { "amountMinor": 0 } }]);
        assert_eq!(filled.session()["giftCertificates"], applied);
        assert_eq!(mall.count(HELD).await, 0, "only a bind holds");

        let bound = shop.bind_again(&step).await.good();
        assert_eq!(bound.session()["binding"]["total"]["amountMinor"], TOTAL - 20_00);
        assert_eq!((mall.count(HELD).await, mall.count(BALANCE).await), (20_00, 20_00));
        let payment = shop.payment_session(&step).await.good();
        assert_eq!(payment["paymentSession"]["amount"]["amountMinor"], TOTAL - 20_00);
        shop.confirm(&payment, "pm_card_visa").await;
        let done = shop.until(&step, "COMPLETED").await;
        assert_eq!(done["order"]["paymentStatus"], "PAID");
        assert_eq!(mall.count("SELECT charged_minor FROM \"order\"").await, TOTAL - 20_00);
        assert_eq!((mall.count(HELD).await, mall.count(BALANCE).await, mall.count(DRAWN).await), (0, 0, 20_00));
        let query = "query($t: String!) { checkoutSession(token: $t) { order { giftCertificates { maskedCode amountApplied { amountMinor } } \
            totals { giftCertificate { amountMinor } amountDue { amountMinor } } } } }";
        let order = shop.graphql(query, json!({ "t": step.token })).await["order"].clone();
        assert_eq!(order["giftCertificates"], json!([{ "maskedCode": masked, "amountApplied": { "amountMinor": 20_00 } }]));
        assert_eq!(order["totals"]["amountDue"]["amountMinor"], TOTAL - 20_00);
    }
}

story! {
    async fn it_pays_everything_and_nobody_is_charged(mall: &Mall) {
        let shop = mall.shop().await;
        shop.issue(GIFT, 100_00, "USD").await;
        let (step, filled) = with_gifts(&shop, &[GIFT]).await;
        assert_eq!(sums(&filled), [TOTAL, TOTAL, 0]);
        shop.bind_again(&step).await.good();
        assert_eq!(shop.payment_session(&step).await.codes(), ["PAYMENT_NOT_REQUIRED"]);
        let done = shop.complete(&step).await.good();
        assert_eq!(done["order"]["paymentStatus"], "NOT_REQUIRED");
        shop.complete(&step).await.good();
        assert!(mall.twin.calls().is_empty());
        assert_eq!((mall.count(BALANCE).await, mall.count(DRAWN).await), (100_00 - TOTAL, TOTAL));
    }
}

story! {
    async fn several_pay_in_the_order_named_and_leave_what_the_provider_takes(mall: &Mall) {
        let shop = mall.shop().await;
        shop.issue("GIFT-FIRST-0000", 61_00, "USD").await;
        shop.issue("GIFT-SECOND-000", 90, "USD").await;
        let (step, filled) = with_gifts(&shop, &["GIFT-FIRST-0000", "GIFT-SECOND-000"]).await;
        // 61.98 less 61.90 would leave eight cents, and a card pays fifty at least.
        assert_eq!(sums(&filled), [TOTAL, 61_48, 50]);
        let paid: Vec<&Value> = filled.session()["giftCertificates"].as_array().unwrap().iter().map(|one| &one["amountApplied"]["amountMinor"]).collect();
        assert_eq!(paid, [61_00, 48]);
        shop.bind_again(&step).await.good();
        pay(&shop, &step).await;
        assert_eq!(mall.count("SELECT balance_minor FROM gift_certificate WHERE initial_minor = 90").await, 42);
    }
}

story! {
    async fn one_that_does_not_pay_says_why_and_stops_nobody(mall: &Mall) {
        let shop = mall.shop().await;
        shop.issue("GIFT-IN-EURO-00", 20_00, "EUR").await;
        let stopped = shop.issue("GIFT-STOPPED-00", 20_00, "USD").await;
        shop.issue("GIFT-THAT-PAYS-ALL", 100_00, "USD").await;
        shop.issue("GIFT-TOO-MUCH-0", 5_00, "USD").await;
        let (app, of) = (&mall.app, mall.app.organization(&shop.slug.parse().unwrap()).await.unwrap().unwrap().id);
        assert!(gift_certificate::disable(&app.store, of, stopped, app.now()).await.unwrap());
        let wanted = Issue {
            balance: checkstand::domain::money::Minor::new(20_00),
            currency: "USD".parse().unwrap(),
            code: Some("GIFT-FOR-ONE-DAY".into()),
            expires_at: Some(app.now() + Span::from_minutes(60)),
        };
        gift_certificate::issue(&app.store, of, &wanted, app.now()).await.unwrap().unwrap();
        mall.clock.advance(Span::from_minutes(60));
        let codes = ["GIFT-NOBODY-HAS", "GIFT-IN-EURO-00", "GIFT-STOPPED-00", "GIFT-FOR-ONE-DAY", "GIFT-THAT-PAYS-ALL", "GIFT-TOO-MUCH-0"];
        let (step, filled) = with_gifts(&shop, &codes).await;
        assert_eq!(sums(&filled), [TOTAL, TOTAL, 0]);
        let hidden = "\u{2022}\u{2022}\u{2022}\u{2022}";
        assert_eq!(told(&filled), [
            format!("WARNING $.giftCertificates There is no such gift certificate. ({hidden}YHAS)"),
            format!("WARNING $.giftCertificates This gift certificate is of another currency. ({hidden}RO00)"),
            format!("WARNING $.giftCertificates This gift certificate is switched off. ({hidden}ED00)"),
            format!("WARNING $.giftCertificates This gift certificate is no longer valid. ({hidden}EDAY)"),
            format!("WARNING $.giftCertificates Nothing is left to pay for this gift certificate. ({hidden}UCH0)"),
        ]);
        shop.bind_again(&step).await.good();
        shop.complete(&step).await.good();
        let (_, empty) = with_gifts(&shop, &["GIFT-THAT-PAYS-ALL", "GIFT-THAT-PAYS-ALL"]).await;
        assert_eq!(sums(&empty)[1], 100_00 - TOTAL);
        assert_eq!(told(&empty).len(), 1, "the same one does not pay twice");
    }
}

story! {
    async fn what_is_given_up_is_there_again(mall: &Mall) {
        let shop = mall.shop().await;
        shop.issue(GIFT, 20_00, "USD").await;
        let (first, _) = with_gifts(&shop, &[GIFT]).await;
        shop.bind_again(&first).await.good();
        let (second, seen) = with_gifts(&shop, &[GIFT]).await;
        assert_eq!(sums(&seen), [TOTAL, 0, TOTAL], "held by the first");
        shop.cancel(&first).await.good();
        assert_eq!(sums(&shop.bind_again(&second).await.good())[1], 20_00);
        // Held for the time of a binding; then anybody's at once, before any sweep.
        mall.clock.advance(Span::from_minutes(16));
        let (third, _) = with_gifts(&shop, &[GIFT]).await;
        assert_eq!(sums(&shop.bind_again(&third).await.good())[1], 20_00);
        assert_eq!(mall.count(HELD).await, 20_00);
    }
}

story! {
    async fn an_edit_after_the_handoff_holds_the_larger_draw_and_not_both(mall: &Mall) {
        let shop = mall.shop().await;
        shop.issue(GIFT, 100_00, "USD").await;
        let (step, _) = with_gifts(&shop, &[GIFT]).await;
        // All but the last cents of a smaller cart: one lamp costs more than the gift, one mug set less.
        shop.reprice(&step, json!({ "lines": [{ "sku": "LAMP-BRASS", "quantity": 1 }] })).await.good();
        let bound = shop.bind_again(&step).await.good();
        let (total, due) = (sums(&bound)[0], sums(&bound)[2]);
        assert!(due > 0, "a lamp costs {total}");
        let payment = shop.payment_session(&step).await.good();
        assert_eq!(mall.count(HELD).await, 100_00);
        shop.reprice(&step, json!({ "lines": [{ "sku": "MUG-SET", "quantity": 1 }] })).await.good();
        assert_eq!(mall.count(HELD).await, 100_00, "the first total can still be paid");
        shop.confirm(&payment, "pm_card_visa").await;
        let done = shop.until(&step, "COMPLETED").await;
        assert_eq!(done["order"]["totals"]["grandTotal"]["amountMinor"], total);
        assert_eq!((mall.count(BALANCE).await, mall.count(DRAWN).await, mall.count(HELD).await), (0, 100_00, 0));
    }
}

story! {
    async fn the_code_is_never_shown_again_and_what_is_shown_names_it(mall: &Mall) {
        let shop = mall.shop().await;
        shop.issue(GIFT, 20_00, "USD").await;
        shop.issue("GIFT-SECOND-000", 10_00, "USD").await;
        let (step, filled) = with_gifts(&shop, &[GIFT, "GIFT-SECOND-000"]).await;
        assert!(!filled.text.contains("0000-AAAA"), "{}", filled.text);
        let first = filled.session()["giftCertificates"][0]["maskedCode"].clone();
        let kept = shop.reprice(&step, json!({ "giftCertificateCodes": [first] })).await.good();
        assert_eq!(sums(&kept)[1], 20_00);
        let bare = shop.create(&[("MUG-SET", 1)]).await;
        let guessed = shop.reprice(&bare, json!({ "giftCertificateCodes": [first] })).await.good();
        assert_eq!(sums(&guessed)[1], 0, "what is shown opens nothing elsewhere");
        let rows = mall.books().await;
        let all: String = rows.values().flatten().cloned().collect();
        assert!(!all.to_uppercase().contains("0000-AAAA") && !all.to_uppercase().contains("GIFT0000AAAA"));
        let none = shop.reprice(&step, json!({ "giftCertificateCodes": null })).await.good();
        assert_eq!(none.session()["giftCertificates"], json!([]));
    }
}

story! {
    async fn too_many_and_too_long_ones_are_refused_with_their_place(mall: &Mall) {
        let shop = mall.shop().await;
        let step = shop.create(&[("MUG-SET", 1)]).await;
        shop.reprice(&step, texas()).await.good();
        for (codes, code, field) in [
            (vec!["C".to_owned(); 11], "TOO_MANY", "$.draft.giftCertificateCodes"),
            (vec!["A".to_owned(), "c".repeat(65)], "TOO_LONG", "$.draft.giftCertificateCodes[1]"),
            (vec!["A\nB".to_owned()], "INVALID", "$.draft.giftCertificateCodes[0]"),
        ] {
            let answer = shop.reprice(&step, json!({ "giftCertificateCodes": codes })).await;
            let error = &answer["userErrors"][0];
            assert_eq!((&error["code"], &error["field"]), (&json!(code), &json!(field)));
        }
        // A blank one, one of spaces and one of look-alikes are codes that nobody has.
        let odd = shop.reprice(&step, json!({ "giftCertificateCodes": ["", "   ", "\u{ff27}\u{ff29}\u{ff26}\u{ff34}"] })).await.good();
        assert_eq!(told(&odd).len(), 3);
    }
}

story! {
    async fn what_was_seen_to_be_left_to_pay_is_what_is_bound_or_nothing_is(mall: &Mall) {
        let shop = mall.shop().await;
        shop.issue(GIFT, 20_00, "USD").await;
        let (second, seen) = with_gifts(&shop, &[GIFT]).await;
        assert_eq!(sums(&seen)[2], TOTAL - 20_00);
        let (first, _) = with_gifts(&shop, &[GIFT]).await;
        shop.bind_again(&first).await.good();
        let rate = seen.session()["applicableShippingRates"][0]["rate"]["id"].clone();
        let query = "mutation($t: String!, $d: CheckoutDraftInput, $due: MoneyInput) { checkoutSessionBind(token: $t, draft: $d, expectedAmountDue: $due) \
            { checkoutSession { state } userErrors { code field ... on TotalChangedError { expected { amountMinor } actual { amountMinor } } } } }";
        let bind = async |due: &str| {
            let due = json!({ "amount": due, "currency": "USD" });
            let answer = shop.graphql(query, json!({ "t": second.token, "d": { "shippingRateId": rate }, "due": due })).await;
            answer.json["data"]["checkoutSessionBind"].clone()
        };
        let refused = bind("41.98").await["userErrors"][0].clone();
        assert_eq!((&refused["code"], &refused["field"]), (&json!("TOTAL_CHANGED"), &json!("$.expectedAmountDue")));
        assert_eq!((&refused["expected"]["amountMinor"], &refused["actual"]["amountMinor"]), (&json!(41_98), &json!(TOTAL)));
        assert_eq!(bind("61.98").await["checkoutSession"]["state"], "BOUND");
    }
}
