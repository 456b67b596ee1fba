//! Serialization failures and deadlocks are met by beginning anew, with no second effect.

use crate::support::{Mall, Reach};

/// Lets the first writes to a table fail with a code. A sequence counts them, as it is not rolled back.
async fn fail_first(mall: &Mall, table: &str, code: &str, times: i64) {
    mall.tamper(&format!(
        "CREATE SEQUENCE tries_{table}; CREATE FUNCTION fail_{table}() RETURNS trigger AS $$ BEGIN \
         IF nextval('tries_{table}') <= {times} THEN RAISE EXCEPTION 'planted' USING ERRCODE = '{code}'; END IF; \
         RETURN NEW; END $$ LANGUAGE plpgsql; CREATE TRIGGER fail BEFORE INSERT ON \"{table}\" \
         FOR EACH ROW EXECUTE FUNCTION fail_{table}()"
    ))
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_purchase_goes_through_conflicts_that_the_database_reports() {
    let Some(mall) = Mall::reached(None, &Reach::default()).await else { return };
    let shop = mall.shop().await;
    let on_hand = mall.count("SELECT sum(on_hand) FROM stock").await;
    for (table, code) in [
        ("checkout_session", "40001"),
        ("binding", "40P01"),
        ("payment_attempt", "40001"),
        ("order", "40P01"),
    ] {
        fail_first(&mall, table, code, 3).await;
    }
    let step = shop.bound(&[("MUG-SET", 1)]).await;
    let payment = shop.payment_session(&step).await.good();
    shop.confirm(&payment, "pm_card_visa").await;
    shop.until(&step, "COMPLETED").await;
    for table in ["checkout_session", "binding", "payment_attempt", "order"] {
        assert_eq!(mall.count(&format!("SELECT last_value FROM tries_{table}")).await, 4, "{table}");
        assert_eq!(mall.count(&format!("SELECT count(*) FROM \"{table}\"")).await, 1, "{table}");
    }
    assert_eq!(mall.twin.snapshot(&shop.secret_key).len(), 1);
    assert_eq!(mall.count("SELECT sum(on_hand) FROM stock").await, on_hand - 1);
    mall.audit().await;
    mall.drop_database().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_conflict_that_does_not_end_is_told_with_a_code() {
    let Some(mall) = Mall::reached(None, &Reach::default()).await else { return };
    let shop = mall.shop().await;
    fail_first(&mall, "checkout_session", "40001", 1_000).await;
    let refused = shop
        .try_create(serde_json::json!({ "lines": [{ "sku": "MUG-SET", "quantity": 1 }] }), None, None)
        .await;
    assert!(refused.is_overloaded(), "{}", refused.text);
    assert_eq!(mall.count("SELECT count(*) FROM checkout_session").await, 0);
    mall.audit().await;
    mall.drop_database().await;
}
