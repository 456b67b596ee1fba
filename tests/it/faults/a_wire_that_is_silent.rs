//! Bytes are held between server and database, or never come again: everybody is answered in time, and then all works.

use std::time::{Duration, Instant};

use futures_util::future::join_all;

use crate::support::{Answer, Mall, Reach, Shop};

const PATIENCE: Duration = Duration::from_secs(2);
/// Several times what it takes where each connection is given up after five seconds.
const RECOVERED_WITHIN: Duration = Duration::from_secs(45);
/// Two seconds and the time of a busy machine; less than the five that anything else waits for the database.
const READY_WITHIN: Duration = Duration::from_millis(4_500);

async fn ready(mall: &Mall) -> u16 {
    mall.client.send("GET", &format!("{}/health/ready", mall.address), &[], "").await.status
}

/// More requests than there are connections; none may wait for ever.
async fn ask(shop: &Shop<'_>) -> Vec<Answer> {
    let many = (0..12).map(|_| shop.graphql("{ organization { name } }", serde_json::json!({})));
    let all = tokio::time::timeout(Duration::from_secs(15), join_all(many));
    all.await.expect("somebody waits for ever")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn while_bytes_are_held_everybody_is_told_to_come_again() {
    let reach = Reach { request_max: PATIENCE, ..Reach::default() };
    let Some((mall, wire)) = Mall::behind_a_wire(reach).await else { return };
    let shop = mall.shop().await;
    wire.hold();
    for answer in ask(&shop).await {
        assert!(answer.is_overloaded(), "{}", answer.text);
    }
    assert_eq!(ready(&mall).await, 503);
    assert_eq!(shop.webhook("{\"id\":\"evt_1\"}").await, 503);
    wire.release();
    recovers(&mall, &shop).await;
    mall.audit().await;
    mall.drop_database().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn connections_that_never_speak_again_are_replaced() {
    let reach = Reach { request_max: PATIENCE, connections: 4, ..Reach::default() };
    let Some((mall, wire)) = Mall::behind_a_wire(reach).await else { return };
    let shop = mall.shop().await;
    ask(&shop).await; // so that the pool is full
    wire.hold();
    ask(&shop).await;
    wire.lose_what_is_held();
    recovers(&mall, &shop).await;
    mall.audit().await;
    mall.drop_database().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whether_it_is_ready_is_said_long_before_a_request_is_given_up() {
    let Some((mall, wire)) = Mall::behind_a_wire(Reach::default()).await else { return };
    assert_eq!(ready(&mall).await, 200);
    wire.hold();
    let begun = Instant::now();
    let url = format!("{}/health/ready", mall.address);
    let said = mall.client.send("GET", &url, &[], "").await;
    assert_eq!((said.status, said.text.as_str()), (503, "the database does not answer\n"));
    assert!(begun.elapsed() < READY_WITHIN, "{:?}", begun.elapsed());
    wire.release();
    mall.drop_database().await;
}

/// By itself, within the time in which a silent connection is given up.
async fn recovers(mall: &Mall, shop: &Shop<'_>) {
    let well = async {
        while ready(mall).await != 200
            || !ask(shop).await.iter().all(|answer| answer.json["data"].is_object())
        {
            tokio::time::sleep(Duration::from_millis(250)).await;
        }
        shop.bound(&[("MUG-SET", 1)]).await;
    };
    tokio::time::timeout(RECOVERED_WITHIN, well).await.expect("it did not recover by itself");
}
