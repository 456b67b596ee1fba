//! A provider that is silent, slow, refuses everybody or speaks of what is not known yet: its calls end with a code, and
//! nobody else waits for them.

use std::{
    sync::atomic::{AtomicUsize, Ordering},
    time::Duration,
};

use checkstand::{
    domain::attempt::AttemptStatus,
    payment::{Account, Gateway, GatewayError, stripe::Stripe},
    twin::{Fault, FaultKind},
};
use futures_util::future::join_all;
use sea_orm::DbBackend;
use serde_json::json;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
};

use crate::support::{Mall, Reach, story};

/// Less than one try may take, and far more than everybody else needs.
const SLOW: FaultKind = FaultKind::Slow { ms: 8_000 };
/// Longer than any provider is waited for, even by a machine that is busy.
const FOR_EVER: Duration = Duration::from_secs(110);
const CREATE: &str = "POST /v1/payment_intents";

async fn asked(mall: &Mall, times: u64) {
    for _ in 0..6_000 {
        if mall.twin.calls().get(CREATE).is_some_and(|calls| *calls >= times) {
            return;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    panic!("the provider was never asked");
}

/// Transactions of the server that wait for something other than the database. SQLite has one writer, whom everybody would
/// wait for.
async fn idle_in_transaction(mall: &Mall) -> i64 {
    if mall.outside.get_database_backend() != DbBackend::Postgres {
        return 0;
    }
    let sql =
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND state LIKE 'idle in%'";
    mall.count(sql).await
}

story! {
    async fn a_create_that_never_arrived_is_sent_again(mall: &Mall) {
        let shop = mall.shop().await;
        let step = shop.bound(&[("MUG-SET", 1)]).await;
        mall.twin.inject(Fault::once(FaultKind::TimeoutBefore { ms: 50 }, "POST", "/v1/payment_intents"));
        shop.payment_session(&step).await.good();
        assert_eq!(mall.twin.calls()[CREATE], 2);
        assert_eq!(mall.twin.snapshot(&shop.secret_key).len(), 1);
        assert_eq!(mall.count("SELECT count(*) FROM payment_attempt").await, 1);
    }
}

story! {
    async fn one_that_refuses_everybody_for_ever_is_told_with_a_code_after_three_tries(mall: &Mall) {
        let shop = mall.shop().await;
        let mut steps = Vec::new();
        for _ in 0..5 {
            steps.push(shop.bound(&[("MUG-SET", 1)]).await);
        }
        let busy = Fault::once(FaultKind::RateLimited { retry_after: 0 }, "POST", "/v1/payment_intents");
        mall.twin.inject(Fault { times: 1_000, ..busy });
        for refused in join_all(steps.iter().map(|step| shop.payment_session(step))).await {
            assert_eq!(refused.codes(), ["PAYMENT_PROVIDER_UNAVAILABLE"], "{}", refused.text);
        }
        assert_eq!((mall.twin.calls()[CREATE], mall.twin.snapshot(&shop.secret_key).len()), (15, 0));
        mall.twin.clear_faults();
        for step in &steps {
            shop.payment_session(step).await.good();
        }
        assert_eq!(mall.twin.snapshot(&shop.secret_key).len(), 5);
    }
}

story! {
    async fn while_one_is_slow_nothing_is_locked_in_the_database(mall: &Mall) {
        let shop = mall.shop().await;
        let step = shop.bound(&[("LAMP-BRASS", 1)]).await;
        mall.twin.inject(Fault::once(SLOW, "POST", "/v1/payment_intents"));
        let answered = AtomicUsize::new(0);
        let paying = async {
            shop.payment_session(&step).await.good();
            answered.fetch_add(1, Ordering::SeqCst);
        };
        let others = async {
            asked(mall, 1).await;
            let idle = idle_in_transaction(mall).await;
            // The same goods, the same session, and whoever writes at all.
            shop.bound(&[("LAMP-BRASS", 1)]).await;
            shop.say(&step, "Ring twice.").await.good();
            (idle, answered.load(Ordering::SeqCst))
        };
        let ((), told) = tokio::join!(paying, others);
        assert_eq!(told, (0, 0), "transactions that wait for the provider, and whether it had answered");
    }
}

/// More buyers than connections by far.
const BUYERS: u32 = 12;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn while_one_is_slow_for_many_everybody_else_is_served() {
    let Some(mall) = Mall::reached(None, &Reach { connections: 3, ..Reach::default() }).await else { return };
    let shop = mall.shop().await;
    let mut steps = Vec::new();
    for _ in 0..BUYERS {
        steps.push(shop.bound(&[("NOTEBOOK-A6", 1)]).await);
    }
    mall.twin.inject(Fault { times: BUYERS, ..Fault::once(SLOW, "POST", "/v1/payment_intents") });
    let answered = AtomicUsize::new(0);
    let paying = join_all(steps.iter().map(async |step| {
        shop.payment_session(step).await.good();
        answered.fetch_add(1, Ordering::SeqCst);
    }));
    let others = async {
        asked(&mall, u64::from(BUYERS) / 3).await;
        for step in &steps {
            assert_eq!(shop.read(step).await.state(), "BOUND");
        }
        shop.bound(&[("NOTEBOOK-A6", 1)]).await;
        answered.load(Ordering::SeqCst)
    };
    let (_, answered) = tokio::join!(paying, others);
    assert_eq!(answered, 0, "the reads waited for the provider");
    mall.audit().await;
    mall.drop_database().await;
}

fn account() -> Account {
    Account {
        secret_key: "sk_test_1".to_owned().into(),
        publishable_key: String::new(),
        webhook_secrets: Vec::new(),
        live: false,
    }
}

#[tokio::test]
async fn one_that_never_answers_is_given_up() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let stripe = Stripe::at(&format!("http://{}", listener.local_addr().unwrap()));
    let silent = tokio::spawn(async move {
        let mut open = Vec::new();
        while let Ok((socket, _)) = listener.accept().await {
            open.push(socket);
        }
    });
    let told = tokio::time::timeout(FOR_EVER, stripe.retrieve_intent(&account(), "pi_1")).await;
    assert!(matches!(told, Ok(Err(GatewayError::Unknown))), "{told:?}");
    silent.abort();
}

/// A provider that says this once.
async fn told_by_hand(body: String) -> Stripe {
    let answer = format!(
        "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nconnection: close\r\nx-new: 1\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    );
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let stripe = Stripe::at(&format!("http://{}", listener.local_addr().unwrap()));
    tokio::spawn(async move {
        let (mut socket, _) = listener.accept().await.unwrap();
        assert!(socket.read(&mut [0; 4096]).await.unwrap() > 0);
        socket.write_all(answer.as_bytes()).await.unwrap();
    });
    stripe
}

story! {
    async fn what_was_authorized_and_never_taken_is_no_refund(mall: &Mall) {
        let shop = mall.shop().await;
        let sold = shop.sold(&[("MUG-SET", 1)], &[]).await;
        shop.refund(&sold, crate::support::refund::dollars(1_00)).await.unwrap();
        let mut list = shop.at_the_provider_is("/v1/refunds?limit=100").await;
        let listed = told_by_hand(list.to_string()).await.refunds_of(&account(), "pi_1").await.unwrap();
        assert_eq!(listed.iter().map(|one| one.wire).collect::<Vec<_>>(), [1_00]);
        list["data"][0]["reason"] = json!("expired_uncaptured_charge");
        assert_eq!(told_by_hand(list.to_string()).await.refunds_of(&account(), "pi_1").await.unwrap(), []);
    }
}

story! {
    async fn what_a_newer_version_of_it_says_is_read_and_waited_out(mall: &Mall) {
        let shop = mall.shop().await;
        let step = shop.bound(&[("MUG-SET", 1)]).await;
        let payment = shop.payment_session(&step).await.good();
        let id = shop.intent(&payment);
        let mut intent = shop.at_the_provider_is(&format!("/v1/payment_intents/{id}")).await;
        intent["status"] = json!("requires_a_nod");
        intent["capture_method"] = json!("one_day");
        intent["setup_future_usage"] = json!("on_a_whim");
        intent["cancellation_reason"] = json!("the_weather");
        intent["nods"] = json!({ "count": 1, "of": ["many", null, 0.5] });
        intent["last_payment_error"] = json!({ "type": "mood_error", "code": "not_today", "message": "No.", "mood": 1 });
        let stripe = told_by_hand(intent.to_string()).await;
        let read = stripe.retrieve_intent(&account(), &id).await.unwrap();
        // What is not known may still take the money.
        assert_eq!((read.id, read.status, read.taken_wire), (id, AttemptStatus::Processing, 0));
        let failure = read.failure.unwrap();
        assert_eq!((failure.code.as_str(), failure.message.as_str()), ("not_today", "No."));
    }
}
