//! Somebody else holds what everybody needs: all are told in time to come again, and nothing piles up behind.

use std::time::{Duration, Instant};

use futures_util::future::join_all;
use sea_orm::{ConnectionTrait, DbBackend, TransactionTrait};
use serde_json::json;

use crate::support::{Mall, Reach, story};

/// Longer than any wait of the server for a lock, behind another that waits for it; far less than a request may take.
const ANSWERED_WITHIN: Duration = Duration::from_secs(20);
/// On PostgreSQL two waits of five seconds, for a connection and for the lock; less than the fifteen of any statement.
const LOCK_TOLD_WITHIN: Duration = Duration::from_secs(14);

story! {
    async fn whoever_writes_while_a_lock_is_held_is_told_to_come_again(mall: &Mall) {
        let shop = mall.shop().await;
        let step = shop.create(&[("MUG-SET", 1)]).await;
        let draft = json!({ "shippingRateId": shop.fill(&step).await });
        let hand = mall.hand().await;
        let lock = if hand.get_database_backend() == DbBackend::Postgres {
            let lock = hand.begin().await.unwrap();
            lock.execute_unprepared("LOCK TABLE checkout_session IN ACCESS EXCLUSIVE MODE").await.unwrap();
            Some(lock)
        } else {
            hand.execute_unprepared("BEGIN EXCLUSIVE").await.unwrap();
            None
        };
        let begun = Instant::now();
        let binds = join_all((0..3).map(|_| shop.try_bind(&step, draft.clone(), None, None)));
        let creates = join_all((0..12).map(|_| shop.try_create(json!({ "lines": [{ "sku": "MUG-SET", "quantity": 1 }] }), None, None)));
        let (binds, creates) = tokio::join!(binds, creates);
        let within = if lock.is_some() { LOCK_TOLD_WITHIN } else { ANSWERED_WITHIN };
        assert!(begun.elapsed() < within, "{:?}", begun.elapsed());
        for answer in binds.iter().chain(&creates) {
            assert!(answer.is_overloaded(), "{}", answer.text);
        }
        match lock {
            Some(lock) => lock.rollback().await.unwrap(),
            None => drop(hand.execute_unprepared("ROLLBACK").await.unwrap()),
        }
        assert_eq!(shop.try_bind(&step, draft, None, None).await.good().state(), "BOUND");
        assert_eq!(mall.count("SELECT count(*) FROM checkout_session").await, 1);
        assert_eq!(mall.count("SELECT count(*) FROM binding").await, 1);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn when_no_connection_is_free_the_wait_has_an_end_and_a_code() {
    let Some(mall) = Mall::reached(None, &Reach { connections: 2, ..Reach::default() }).await else { return };
    let shop = mall.shop().await;
    let step = shop.create(&[("MUG-SET", 1)]).await;
    let holders = [
        mall.app.store.snapshot(organization(&mall).await).await,
        mall.app.store.snapshot(organization(&mall).await).await,
    ];
    let begun = Instant::now();
    let reads = join_all((0..40).map(|_| shop.read(&step)));
    let url = format!("{}/health/ready", mall.address);
    let (answers, webhook, health) =
        tokio::join!(reads, shop.webhook("{\"id\":\"evt_1\"}"), mall.client.send("GET", &url, &[], ""));
    assert!(begun.elapsed() < ANSWERED_WITHIN);
    for answer in answers {
        assert!(answer.is_overloaded(), "{}", answer.text);
    }
    assert!(webhook >= 500, "{webhook}");
    assert_eq!(health.status, 503);
    drop(holders);
    assert_eq!(shop.read(&step).await.state(), "OPEN");
    assert_eq!(mall.client.send("GET", &url, &[], "").await.status, 200);
    mall.audit().await;
    mall.drop_database().await;
}

async fn organization(mall: &Mall) -> checkstand::domain::ids::OrganizationId {
    let slug = "shop-a".parse().unwrap();
    mall.app.organization(&slug).await.unwrap().unwrap().id
}
