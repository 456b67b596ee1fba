//! The same request under the same key has its effect once.

use std::collections::HashSet;

use checkstand::domain::instant::Span;
use futures_util::future::join_all;
use serde_json::{Value, json};

use crate::support::{Mall, story};

/// As long as it must be: 22 characters.
const KEY: &str = "k3yF1hW9sQz7Lm2XcVbN4t";
const SESSIONS: &str = "SELECT count(*) FROM checkout_session";

fn mug() -> Value {
    json!({ "lines": [{ "sku": "MUG-SET", "quantity": 1 }] })
}

story! {
    async fn a_repeated_create_is_the_same_session_with_a_new_token(mall: &Mall) {
        let shop = mall.shop().await;
        let first = shop.step(&shop.try_create(mug(), None, Some(KEY)).await.good());
        let again = shop.try_create(mug(), None, Some(KEY)).await.good();
        let second = shop.step(&again);
        assert_eq!((&second.id, &again.session()["revision"]), (&first.id, &json!(1)));
        assert_ne!(second.token, first.token);
        assert!(shop.read(&first).await.root().is_null());
        shop.reprice(&first, mug()).await.refused("SESSION_NOT_FOUND", "$.token");
        assert_eq!(shop.read(&second).await["id"], *first.id);
        assert_eq!(mall.count(SESSIONS).await, 1);
        shop.try_create(mug(), None, None).await.good();
        assert_eq!(mall.count(SESSIONS).await, 2);
    }
}

story! {
    async fn another_input_under_the_same_key_is_a_conflict(mall: &Mall) {
        let shop = mall.shop().await;
        let step = shop.step(&shop.try_create(mug(), None, Some(KEY)).await.good());
        let before = shop.read(&step).await.text;
        let two = json!({ "lines": [{ "sku": "MUG-SET", "quantity": 2 }] });
        for (draft, currency) in [(two, None), (mug(), Some("EUR")), (mug(), Some("USD"))] {
            let conflict = shop
                .try_create(draft, currency, Some(KEY))
                .await
                .refused("IDEMPOTENCY_CONFLICT", "$.idempotencyKey");
            assert!(conflict["token"].is_null() && conflict.session().is_null());
        }
        assert_eq!(shop.read(&step).await.text, before);
        assert_eq!(mall.count(SESSIONS).await, 1);
    }
}

story! {
    async fn null_and_absent_are_two_inputs(mall: &Mall) {
        let shop = mall.shop().await;
        let mut with_null = mug();
        with_null["customer"] = Value::Null;
        shop.try_create(with_null.clone(), None, Some(KEY)).await.good();
        shop.try_create(mug(), None, Some(KEY)).await.refused("IDEMPOTENCY_CONFLICT", "$.idempotencyKey");
        shop.try_create(with_null, None, Some(KEY)).await.good();
    }
}

story! {
    async fn a_key_has_enough_chance_and_not_too_much(mall: &Mall) {
        let shop = mall.shop().await;
        let short = shop.try_create(mug(), None, Some(&KEY[1..])).await;
        short.refused("INVALID", "$.idempotencyKey");
        shop.try_create(mug(), None, Some("")).await.refused("INVALID", "$.idempotencyKey");
        let long = shop.try_create(mug(), None, Some(&"k".repeat(256))).await;
        long.refused("TOO_LONG", "$.idempotencyKey");
        assert_eq!(mall.count(SESSIONS).await, 0);
        shop.try_create(mug(), None, Some(&"k".repeat(255))).await.good();
    }
}

story! {
    async fn a_create_is_replayed_for_ten_minutes(mall: &Mall) {
        let shop = mall.shop().await;
        let first = shop.step(&shop.try_create(mug(), None, Some(KEY)).await.good());
        mall.pass(Span::from_minutes(9)).await;
        let second = shop.step(&shop.try_create(mug(), None, Some(KEY)).await.good());
        mall.pass(Span::from_minutes(2)).await;
        shop.try_create(mug(), None, Some(KEY)).await.refused("IDEMPOTENCY_CONFLICT", "$.idempotencyKey");
        assert_eq!((&first.id, shop.read(&second).await["revision"].as_i64()), (&second.id, Some(1)));
        mall.pass(Span::from_hours(24)).await;
        let fresh = shop.step(&shop.try_create(mug(), None, Some(KEY)).await.good());
        assert_ne!(fresh.id, first.id);
    }
}

story! {
    async fn a_create_is_replayed_while_nobody_changed_the_session(mall: &Mall) {
        let shop = mall.shop().await;
        let step = shop.step(&shop.try_create(mug(), None, Some(KEY)).await.good());
        shop.reprice(&step, json!({ "customer": { "name": "Dana" } })).await.good();
        shop.try_create(mug(), None, Some(KEY)).await.refused("IDEMPOTENCY_CONFLICT", "$.idempotencyKey");
        assert_eq!(shop.read(&step).await["customer"]["name"], "Dana");
    }
}

story! {
    async fn a_refusal_is_not_remembered(mall: &Mall) {
        let shop = mall.shop().await;
        let wrong = json!({ "lines": [{ "sku": "NOPE", "quantity": 1 }] });
        shop.try_create(wrong, None, Some(KEY))
            .await
            .refused("MERCHANDISE_NOT_FOUND", "$.draft.lines[0].sku");
        shop.try_create(mug(), None, Some(KEY)).await.good();
    }
}

story! {
    async fn a_key_belongs_to_one_shop(mall: &Mall) {
        let (shop, other) = (mall.shop().await, mall.other_shop().await);
        let first = shop.step(&shop.try_create(mug(), None, Some(KEY)).await.good());
        let theirs = other.step(&other.try_create(mug(), None, Some(KEY)).await.good());
        assert_ne!(first.id, theirs.id);
        assert_eq!(shop.read(&first).await["id"], *first.id);
        let two = json!({ "lines": [{ "sku": "MUG-SET", "quantity": 2 }] });
        other.try_create(two, None, Some(KEY)).await.refused("IDEMPOTENCY_CONFLICT", "$.idempotencyKey");
    }
}

story! {
    async fn twenty_creates_at_once_are_one_session(mall: &Mall) {
        let shop = mall.shop().await;
        let answers = join_all((0..20).map(|_| shop.try_create(mug(), None, Some(KEY)))).await;
        let steps: Vec<_> = answers.into_iter().map(|answer| shop.step(&answer.good())).collect();
        let ids: HashSet<&str> = steps.iter().map(|step| step.id.as_str()).collect();
        let tokens: HashSet<&str> = steps.iter().map(|step| step.token.as_str()).collect();
        assert_eq!((ids.len(), tokens.len(), mall.count(SESSIONS).await), (1, 20, 1));
        let mut alive = 0;
        for step in &steps {
            alive += usize::from(shop.read(step).await.root().is_object());
        }
        assert_eq!(alive, 1);
    }
}

story! {
    async fn a_repeated_bind_is_one_binding(mall: &Mall) {
        let shop = mall.shop().await;
        let step = shop.create(&[("MUG-SET", 1)]).await;
        let draft = json!({ "shippingRateId": shop.fill(&step).await });
        let first = shop.try_bind(&step, draft.clone(), None, Some("bind-1")).await.good();
        let again = shop.try_bind(&step, draft.clone(), None, Some("bind-1")).await.good();
        assert_eq!(again.session(), first.session());
        shop.try_bind(&step, draft, Some("61.98"), Some("bind-1"))
            .await
            .refused("IDEMPOTENCY_CONFLICT", "$.idempotencyKey");
        assert_eq!(mall.count("SELECT count(*) FROM binding").await, 1);
        assert_eq!(mall.count("SELECT sum(quantity) FROM hold").await, 1);
    }
}

story! {
    async fn twenty_binds_at_once_are_one_binding(mall: &Mall) {
        let shop = mall.shop().await;
        let step = shop.create(&[("LAMP-BRASS", 2)]).await;
        let draft = json!({ "shippingRateId": shop.fill(&step).await });
        for key in [Some("bind-1"), None] {
            let answers = join_all((0..20).map(|_| shop.try_bind(&step, draft.clone(), None, key))).await;
            let until: HashSet<String> =
                answers.into_iter().map(|answer| answer.good().session()["binding"].to_string()).collect();
            assert_eq!(until.len(), 1);
        }
        assert_eq!(mall.count("SELECT count(*) FROM binding").await, 1);
        assert_eq!(mall.count("SELECT sum(quantity) FROM hold").await, 2);
    }
}

story! {
    async fn a_key_of_bind_belongs_to_one_session(mall: &Mall) {
        let shop = mall.shop().await;
        for quantity in [1, 2] {
            let step = shop.create(&[("MUG-SET", quantity)]).await;
            let draft = json!({ "shippingRateId": shop.fill(&step).await });
            shop.try_bind(&step, draft, None, Some("bind-1")).await.good();
        }
        assert_eq!(mall.count("SELECT count(*) FROM binding").await, 2);
    }
}
