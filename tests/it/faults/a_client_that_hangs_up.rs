//! A client that hangs up while the provider is asked drops what its request was at, as a death would at that moment: what
//! was begun is finished by the next one.

use std::time::Duration;

use checkstand::twin::{Fault, FaultKind, IntentView};
use serde_json::json;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use crate::support::{Mall, Shop, Step, story};

/// Longer than it takes to hang up.
const SLOW: FaultKind = FaultKind::Slow { ms: 3_000 };

/// Sends a mutation, waits until the provider was asked, and hangs up.
async fn hangs_up_during(call: &str, shop: &Shop<'_>, step: &Step, mutation: &str) {
    let mall = shop.mall;
    let asked = || mall.twin.calls().get(call).copied().unwrap_or(0);
    let before = asked();
    let query = format!("mutation($t: String!) {{ {mutation} {{ userErrors {{ code }} }} }}");
    let body = json!({ "query": query, "variables": { "t": step.token } }).to_string();
    let head = format!(
        "POST /graphql HTTP/1.1\r\nhost: shop\r\nx-organization-slug: {}\r\ncontent-type: application/json\r\n\
         content-length: {}\r\n\r\n",
        shop.slug,
        body.len()
    );
    let mut socket = TcpStream::connect(mall.address.trim_start_matches("http://")).await.unwrap();
    socket.write_all((head + &body).as_bytes()).await.unwrap();
    for _ in 0..3_000 {
        if asked() > before {
            return;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let mut told = [0; 4096];
    let length = socket.read(&mut told).await.unwrap();
    panic!("{mutation} never came to {call}: {}", String::from_utf8_lossy(&told[..length]));
}

/// Waits until the provider is through, and fails unless nobody was there to write down what it did.
async fn nobody_heard(mall: &Mall, is_done: impl Fn(&[IntentView]) -> bool, shop: &Shop<'_>) {
    for _ in 0..3_000 {
        if is_done(&mall.twin.snapshot(&shop.secret_key)) {
            // Far longer than it takes to write that down.
            tokio::time::sleep(Duration::from_millis(500)).await;
            let open = "SELECT count(*) FROM payment_attempt WHERE operation <> 'none'";
            assert_eq!(mall.count(open).await, 1, "what was dropped went on");
            return;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    panic!("the provider was never through");
}

story! {
    async fn in_a_payment_session_the_next_one_has_the_same_intent(mall: &Mall) {
        let shop = mall.shop().await;
        let step = shop.bound(&[("LAMP-BRASS", 2)]).await;
        mall.twin.inject(Fault::once(SLOW, "POST", "/v1/payment_intents"));
        hangs_up_during("POST /v1/payment_intents", &shop, &step, "checkoutSessionPaymentSession(token: $t)").await;
        nobody_heard(mall, |intents| intents.len() == 1, &shop).await;
        let payment = shop.payment_session(&step).await.good();
        assert_eq!(mall.twin.snapshot(&shop.secret_key).len(), 1);
        assert_eq!(mall.count("SELECT count(*) FROM payment_attempt").await, 1);
        shop.confirm(&payment, "pm_card_visa").await;
        shop.until(&step, "COMPLETED").await;
    }
}

story! {
    async fn in_a_bind_the_intent_follows_with_the_next_one(mall: &Mall) {
        let shop = mall.shop().await;
        let step = shop.bound(&[("MUG-SET", 1)]).await;
        let payment = shop.payment_session(&step).await.good();
        shop.reprice(&step, json!({ "lines": [{ "sku": "MUG-SET", "quantity": 2 }] })).await.good();
        let rate = shop.read(&step).await["applicableShippingRates"][0]["rate"]["id"].clone();
        let bind = format!("checkoutSessionBind(token: $t, draft: {{ shippingRateId: {rate} }})");
        mall.twin.inject(Fault::once(SLOW, "POST", "/v1/payment_intents/"));
        hangs_up_during("POST /v1/payment_intents/:id", &shop, &step, &bind).await;
        let before = mall.twin.snapshot(&shop.secret_key).remove(0).amount;
        nobody_heard(mall, |intents| intents[0].amount != before, &shop).await;
        let total = shop.bind_again(&step).await.good().grand_total();
        shop.payment_session(&step).await.good();
        shop.confirm(&payment, "pm_card_visa").await;
        let order = shop.until(&step, "COMPLETED").await;
        assert_eq!(order["order"]["lines"][0]["quantity"], 2);
        let paid = mall.twin.snapshot(&shop.secret_key);
        assert_eq!(paid.iter().map(|intent| intent.amount_received).collect::<Vec<_>>(), [total]);
    }
}

story! {
    async fn in_a_cancel_the_next_one_ends_it_and_the_goods_are_free(mall: &Mall) {
        let shop = mall.shop().await;
        shop.hold_webhooks().await;
        let step = shop.bound(&[("LAMP-BRASS", 2)]).await;
        let payment = shop.payment_session(&step).await.good();
        mall.twin.inject(Fault::once(SLOW, "POST", "/v1/payment_intents/"));
        hangs_up_during("POST /v1/payment_intents/:id/cancel", &shop, &step, "checkoutSessionCancel(token: $t)").await;
        nobody_heard(mall, |intents| intents[0].status == "canceled", &shop).await;
        let refused = shop.cancel(&step).await.codes();
        assert!(refused.is_empty() || refused == ["SESSION_FINAL"], "{refused:?}");
        assert_eq!(shop.confirm(&payment, "pm_card_visa").await.status, 400);
        shop.bound(&[("LAMP-BRASS", 2)]).await;
    }
}
