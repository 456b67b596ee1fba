//! A bind fixes everything in one step, or nothing, and then says all that stands against it.

use checkstand::domain::instant::Span;
use serde_json::{Value, json};

use crate::support::{Mall, Shop, Step, story, texas};

/// A session to Texas that could be bound with this rate.
async fn ready(shop: &Shop<'_>, lines: &[(&str, i64)]) -> (Step, Value) {
    let step = shop.create(lines).await;
    let rate = shop.fill(&step).await;
    (step, json!({ "shippingRateId": rate }))
}

/// No row tells of a bind, and the session reads as it did.
async fn nothing_happened(shop: &Shop<'_>, step: &Step, before: &str) {
    assert_eq!(shop.read(step).await.text, before);
    for table in ["binding", "hold", "idempotency_record"] {
        assert_eq!(shop.mall.count(&format!("SELECT count(*) FROM {table}")).await, 0, "{table}");
    }
}

fn row(code: &str, field: &str) -> (String, Option<String>) {
    (code.to_owned(), Some(field.to_owned()))
}

story! {
    async fn all_that_is_missing_is_said_at_once(mall: &Mall) {
        let shop = mall.shop().await;
        let step = shop.create(&[("MUG-SET", 1)]).await;
        let before = shop.read(&step).await.text;
        let refused = shop.try_bind(&step, json!({}), None, Some("a key of this bind")).await;
        let mut all = refused.refusals();
        all.sort();
        assert_eq!(
            all,
            [
                row("CUSTOMER_EMAIL_REQUIRED", "$.draft.customer.email"),
                row("CUSTOMER_NAME_REQUIRED", "$.draft.customer.name"),
                row("SHIPPING_ADDRESS_REQUIRED", "$.draft.shippingAddress.address1"),
                row("SHIPPING_ADDRESS_REQUIRED", "$.draft.shippingAddress.city"),
                row("SHIPPING_ADDRESS_REQUIRED", "$.draft.shippingAddress.countryCode"),
                row("SHIPPING_ADDRESS_REQUIRED", "$.draft.shippingAddress.postalCode"),
            ]
        );
        nothing_happened(&shop, &step, &before).await;
    }
}

story! {
    async fn what_the_country_needs_is_missing_too(mall: &Mall) {
        let shop = mall.shop().await;
        let step = shop.create(&[("MUG-SET", 1)]).await;
        let before = shop.read(&step).await.text;
        let draft = json!({
            "customer": { "name": "Dana", "email": "dana@example.com" },
            "shippingAddress": { "countryCode": "US", "address1": "1 Main St", "city": "  " },
        });
        let mut all = shop.try_bind(&step, draft, None, None).await.refusals();
        all.sort();
        assert_eq!(
            all,
            [
                row("SHIPPING_ADDRESS_REQUIRED", "$.draft.shippingAddress.city"),
                row("SHIPPING_ADDRESS_REQUIRED", "$.draft.shippingAddress.postalCode"),
                row("SHIPPING_ADDRESS_REQUIRED", "$.draft.shippingAddress.regionCode"),
                row("SHIPPING_RATE_REQUIRED", "$.draft.shippingRateId"),
            ]
        );
        nothing_happened(&shop, &step, &before).await;
    }
}

story! {
    async fn a_name_is_not_blank_and_an_email_is_one(mall: &Mall) {
        let shop = mall.shop().await;
        let (step, rate) = ready(&shop, &[("MUG-SET", 1)]).await;
        let before = shop.read(&step).await.text;
        let with =
            |customer: Value| json!({ "customer": customer, "shippingRateId": rate["shippingRateId"] });
        for name in [json!("   "), json!(""), Value::Null] {
            let refused = shop.try_bind(&step, with(json!({ "name": name })), None, None).await;
            refused.refused("CUSTOMER_NAME_REQUIRED", "$.draft.customer.name");
        }
        for email in
            ["dana", "@", "dana@", "dana@example", "da na@example.com", "a@b@example.com", "dana@.com"]
        {
            let refused = shop.try_bind(&step, with(json!({ "email": email })), None, None).await;
            refused.refused("INVALID", "$.draft.customer.email");
        }
        let blank = shop.try_bind(&step, with(json!({ "email": " " })), None, None).await;
        blank.refused("CUSTOMER_EMAIL_REQUIRED", "$.draft.customer.email");
        nothing_happened(&shop, &step, &before).await;
    }
}

story! {
    async fn another_total_than_the_one_seen_binds_nothing(mall: &Mall) {
        let shop = mall.shop().await;
        let (step, rate) = ready(&shop, &[("TSHIRT-BLACK-M", 2), ("MUG-SET", 1)]).await;
        mall.tamper("UPDATE price SET amount_minor = 5999 WHERE amount_minor = 4999").await;
        let before = shop.read(&step).await.text;
        let refused = shop
            .try_bind(&step, rate.clone(), Some("126.76"), None)
            .await
            .refused("TOTAL_CHANGED", "$.expectedTotal");
        let error = &refused["userErrors"][0];
        assert_eq!(
            (&error["expected"]["amountMinor"], &error["actual"]["amountMinor"]),
            (&json!(126_76), &json!(137_56))
        );
        let lines = error["lines"].as_array().unwrap();
        assert_eq!(
            (lines.len(), &lines[0]["reason"], &lines[0]["line"]["sku"]),
            (1, &json!("PRICE"), &json!("MUG-SET"))
        );
        assert_eq!(
            (&lines[0]["before"]["amountMinor"], &lines[0]["after"]["amountMinor"]),
            (&json!(49_99), &json!(59_99))
        );
        nothing_happened(&shop, &step, &before).await;
        assert_eq!(shop.try_bind(&step, rate, Some("137.56"), None).await.good().grand_total(), 137_56);
    }
}

story! {
    async fn an_expected_total_is_in_the_currency_of_the_session(mall: &Mall) {
        let shop =
            mall.shop_with("A", |shop| shop.organization.settings.expected_total_required = true).await;
        let mug =
            json!({ "lines": [{ "sku": "EBOOK-GUIDE", "quantity": 1 }], "customer": texas()["customer"] });
        let step = shop.step(&shop.try_create(mug, Some("EUR"), None).await.good());
        shop.try_bind(&step, json!({}), Some("12.99"), None)
            .await
            .refused("CONFLICTING_INPUT", "$.expectedTotal.currency");
        shop.try_bind(&step, json!({}), None, None).await.refused("REQUIRED", "$.expectedTotal");
        assert_eq!(mall.count("SELECT count(*) FROM binding").await, 0);
    }
}

story! {
    async fn a_second_tab_is_noticed(mall: &Mall) {
        let shop = mall.shop().await;
        let (step, rate) = ready(&shop, &[("MUG-SET", 1)]).await;
        let before = shop.read(&step).await.text;
        let stale = shop.reprice_at(&step, json!({ "customer": { "name": "X" } }), Some(1)).await;
        assert_eq!(
            stale.refused("STALE_REVISION", "$.expectedRevision")["userErrors"][0]["currentRevision"],
            2
        );
        let bind = "mutation($t: String!, $d: CheckoutDraftInput, $r: Int) { checkoutSessionBind(token: $t, draft: $d, expectedRevision: $r) { \
            checkoutSession { state revision } userErrors { code field ... on StaleRevisionError { currentRevision } } } }";
        let stale = shop.graphql(bind, json!({ "t": step.token, "d": rate, "r": 1 })).await;
        assert_eq!(
            stale.refused("STALE_REVISION", "$.expectedRevision")["userErrors"][0]["currentRevision"],
            2
        );
        nothing_happened(&shop, &step, &before).await;
        let bound = shop.graphql(bind, json!({ "t": step.token, "d": rate, "r": 2 })).await.good();
        assert_eq!((bound.state(), &bound.session()["revision"]), ("BOUND".into(), &json!(3)));
    }
}

story! {
    async fn a_total_must_be_one_that_can_be_paid(mall: &Mall) {
        let shop = mall.shop().await;
        for (sku, quantity, code) in
            [("WALLPAPER", 1, "TOTAL_BELOW_MINIMUM"), ("TABLE-OAK", 9_999, "TOTAL_TOO_LARGE")]
        {
            let (step, rate) = ready(&shop, &[(sku, quantity)]).await;
            let before = shop.read(&step).await;
            assert!(before.messages().contains(&code.to_owned()));
            assert_eq!(before.state(), "NOT_READY_FOR_PAYMENT");
            let draft = if rate["shippingRateId"] == "" { json!({}) } else { rate };
            shop.try_bind(&step, draft, None, None).await.refused(code, "");
            nothing_happened(&shop, &step, &before.text).await;
        }
        assert_eq!(shop.bind(&shop.create(&[("WALLPAPER", 2)]).await).await.good().grand_total(), 65);
    }
}

story! {
    async fn goods_that_went_meanwhile_are_said(mall: &Mall) {
        let shop = mall.shop().await;
        let (step, rate) = ready(&shop, &[("NOTEBOOK-A6", 1), ("LAMP-BRASS", 2)]).await;
        let other = shop.bound(&[("LAMP-BRASS", 1)]).await;
        let refused = shop
            .try_bind(&step, rate.clone(), None, None)
            .await
            .refused("INSUFFICIENT_STOCK", "$.draft.lines[1].quantity");
        assert_eq!(refused["userErrors"][0]["quantityAvailable"], 1);
        assert_eq!(mall.count("SELECT count(*) FROM binding").await, 1);
        shop.cancel(&other).await.good();
        shop.try_bind(&step, rate, None, None).await.good();
    }
}

story! {
    async fn binding_again_unchanged_answers_the_same_binding(mall: &Mall) {
        let shop = mall.shop().await;
        let (step, rate) = ready(&shop, &[("MUG-SET", 1)]).await;
        let first = shop.try_bind(&step, rate.clone(), None, None).await.good();
        mall.pass(Span::from_minutes(5)).await;
        let again = shop.try_bind(&step, rate.clone(), Some("61.98"), None).await.good();
        assert_eq!(again.session()["binding"], first.session()["binding"]);
        assert_eq!(again.session()["revision"], first.session()["revision"]);
        assert_eq!(mall.count("SELECT count(*) FROM binding").await, 1);
        assert_eq!(mall.count("SELECT sum(quantity) FROM hold").await, 1);

        mall.pass(Span::from_minutes(11)).await;
        let later = shop.try_bind(&step, rate, None, None).await.good();
        assert_ne!(later.session()["binding"]["validUntil"], first.session()["binding"]["validUntil"]);
        assert_eq!(mall.count("SELECT count(*) FROM binding WHERE status = 'live'").await, 1);
    }
}

story! {
    async fn binding_something_else_is_a_new_binding(mall: &Mall) {
        let shop = mall.shop().await;
        let (step, rate) = ready(&shop, &[("MUG-SET", 1)]).await;
        shop.try_bind(&step, rate.clone(), None, None).await.good();
        let more = json!({ "lines": [{ "sku": "MUG-SET", "quantity": 2 }], "shippingRateId": rate["shippingRateId"] });
        let bound = shop.try_bind(&step, more, None, None).await.good();
        assert_eq!((bound.state(), bound.grand_total()), ("BOUND".into(), 99_98 + 8_00 + 7_99));
        assert_eq!(mall.count("SELECT count(*) FROM binding WHERE status = 'live'").await, 1);
        assert_eq!(mall.count("SELECT sum(quantity) FROM hold").await, 2);
    }
}

story! {
    async fn a_change_of_what_is_bound_releases_it_and_says_so(mall: &Mall) {
        let shop = mall.shop().await;
        let step = shop.bound(&[("LAMP-BRASS", 2)]).await;
        assert_eq!(mall.count("SELECT sum(quantity) FROM hold").await, 2);
        let said = shop.say(&step, "Ring twice").await.good();
        assert_eq!(said.state(), "BOUND");

        let changed = shop.reprice(&step, json!({ "customer": { "name": "Robin Reyes" } })).await.good();
        assert_eq!(
            (changed.state(), changed.messages()),
            ("READY_FOR_PAYMENT".into(), vec!["BINDING_RELEASED".into()])
        );
        assert!(changed.session()["binding"].is_null());
        assert_eq!(mall.count("SELECT count(*) FROM hold").await, 0);
        shop.payment_session(&step).await.refused("NOT_BOUND", "");
    }
}
