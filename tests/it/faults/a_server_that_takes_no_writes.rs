//! After a failover the address may lead to a standby for a while.

use std::time::Duration;

use serde_json::json;

use crate::support::{Mall, Reach};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn connections_to_a_read_only_server_are_left_once_it_takes_writes() {
    let Some(mall) = Mall::reached(None, &Reach::default()).await else { return };
    let shop = mall.shop().await;
    let step = shop.create(&[("MUG-SET", 1)]).await;
    let name = mall.url().rsplit_once('/').unwrap().1;
    mall.tamper(&format!("ALTER DATABASE {name} SET default_transaction_read_only = on")).await;
    mall.tamper(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'checkstand' \
         AND datname = current_database()",
    )
    .await;
    let draft = || json!({ "lines": [{ "sku": "MUG-SET", "quantity": 1 }] });
    for _ in 0..20 {
        let refused = shop.try_create(draft(), None, None).await;
        assert!(refused.is_overloaded(), "{}", refused.text);
    }
    // What was acknowledged before can be read meanwhile.
    assert_eq!(shop.read(&step).await.state(), "OPEN");
    mall.tamper(&format!("ALTER DATABASE {name} RESET default_transaction_read_only")).await;
    let mut refused = 0;
    for _ in 0..20 {
        if shop.try_create(draft(), None, None).await.is_overloaded() {
            refused += 1;
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }
    assert!(refused <= 8, "{refused} of 20 went to connections that take no writes");
    shop.bound(&[("MUG-SET", 1)]).await;
    mall.audit().await;
    mall.drop_database().await;
}
