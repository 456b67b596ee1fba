//! What opens a session or an account is in no table, no log line and no answer but the one that hands it out.

use std::{
    io::{self, Write},
    sync::Mutex,
};

use checkstand::{
    flows::credential,
    telemetry,
    twin::{Fault, FaultKind},
};
use serde_json::json;
use tracing_subscriber::filter::LevelFilter;

use crate::support::{Mall, Shop, Step, story, texas};

/// Everything logged in this process since the first of these stories began.
static LOG: Mutex<Vec<u8>> = Mutex::new(Vec::new());

struct Log;

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        LOG.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn listen() {
    let log =
        tracing_subscriber::fmt().with_env_filter(telemetry::filter(LevelFilter::TRACE)).with_ansi(false);
    // The second of the stories finds it started.
    drop(log.with_writer(|| Log).try_init());
}

const EMAIL: &str = "quietly.dana@example.com";
const CARD: &str = "4000 0025 0000 3155";

/// A token of the same session with another secret.
fn unlike(token: &str) -> String {
    let (start, last) = token.split_at(token.len() - 1);
    format!("{start}{}", if last == "0" { "1" } else { "0" })
}

/// Stores the shop's own credentials, sealed, in place of those in the variables.
async fn store_credentials(shop: &Shop<'_>) {
    let app = &shop.mall.app;
    let of = app.organization(&shop.slug.parse().unwrap()).await.unwrap().unwrap().id;
    let key = shop.secret_key.as_str().into();
    credential::set(&app.store, app.config.keyring.as_ref(), of, (&key, None)).await.unwrap().unwrap();
    for secret in ["whsec_test", "whsec_next"] {
        credential::add_webhook_secret(&app.store, &app.config, of, &secret.into()).await.unwrap().unwrap();
    }
    let all_there = |_: &str, done: &credential::Rotated| assert_eq!((done.anew, done.already), (0, 3));
    credential::rotate(&app.store, app.config.keyring.as_ref().unwrap(), all_there).await.unwrap();
}

/// A purchase in which everything goes wrong once, and the secrets that were out on the way.
async fn troubled_purchase(shop: &Shop<'_>) -> Vec<String> {
    store_credentials(shop).await;
    let step = shop.create(&[("MUG-SET", 1)]).await;
    let mut draft = texas();
    draft["customer"]["email"] = json!(EMAIL);
    let filled = shop.reprice(&step, draft).await.good();
    shop.say(&step, CARD).await.refused("INVALID", "$.customerMessage");
    let rate = filled.session()["applicableShippingRates"][0]["rate"]["id"].clone();
    shop.try_bind(&step, json!({ "shippingRateId": rate }), None, None).await.good();
    let server_error = || FaultKind::ServerError;
    for kind in
        [FaultKind::KeyRevoked, FaultKind::ResetMidBody, server_error(), server_error(), server_error()]
    {
        shop.mall.twin.inject(Fault::once(kind, "POST", "/v1/payment_intents"));
    }
    for _ in 0..2 {
        let refused = shop.payment_session(&step).await;
        assert!(refused.codes()[0].starts_with("PAYMENT_PROVIDER_"), "{}", refused.text);
    }
    let payment = shop.payment_session(&step).await.good();
    shop.confirm(&payment, "pm_card_chargeDeclined").await;
    shop.webhooks_delivered().await;
    let wrong = Step { token: unlike(&step.token), id: step.id.clone() };
    drop(shop.cancel(&wrong).await);
    drop(
        shop.mall
            .client
            .send(
                "POST",
                &format!("{}/webhooks/stripe/{}", shop.mall.address, shop.slug),
                &[("stripe-signature", "t=1,v1=00")],
                "{}",
            )
            .await,
    );
    shop.confirm(&payment, "pm_card_visa").await;
    shop.until(&step, "COMPLETED").await;
    let client_secret = payment["paymentSession"]["clientSecret"].as_str().unwrap().to_owned();
    vec![step.token[4 + 64..].to_owned(), step.token.clone(), client_secret]
}

story! {
    async fn no_table_holds_what_opens_a_session(mall: &Mall) {
        listen();
        let secrets = troubled_purchase(&mall.shop().await).await;
        for (table, rows) in mall.books().await {
            for row in rows {
                // JSON may be kept as bytes, and those show as hex.
                let row = row.to_lowercase();
                for secret in secrets.iter().map(String::as_str).chain(["_secret_", "sk_test", "whsec_"]) {
                    let hidden = hex::encode(secret);
                    assert!(!row.contains(&secret.to_lowercase()) && !row.contains(&hidden), "{table} holds {secret}: {row}");
                }
                assert!(!row.contains(&CARD.to_lowercase()) && !row.contains(&CARD.replace(' ', "")), "{table}: {row}");
            }
        }
    }
}

story! {
    async fn no_log_line_holds_a_secret_a_mail_address_or_a_card(mall: &Mall) {
        listen();
        let secrets = troubled_purchase(&mall.shop().await).await;
        let log = String::from_utf8_lossy(&LOG.lock().unwrap()).into_owned();
        assert!(log.contains("the provider answered"), "nothing was listened to");
        let never = ["_secret_", "sk_test", "pk_test", "whsec_", "Bearer", EMAIL, "example.com", CARD, "4000002500003155"];
        for secret in secrets.iter().map(String::as_str).chain(never) {
            let lines: Vec<&str> = log.lines().filter(|line| line.contains(secret)).take(3).collect();
            assert!(lines.is_empty(), "logged {secret}: {lines:?}");
        }
    }
}

story! {
    async fn an_answer_with_a_token_is_kept_by_nobody_and_sends_it_nowhere(mall: &Mall) {
        let shop = mall.shop().await;
        let created = shop.try_create(json!({ "lines": [{ "sku": "MUG-SET", "quantity": 1 }] }), None, None).await.good();
        let step = shop.step(&created);
        for answer in [&created, &shop.read(&step).await, &shop.payment_session(&step).await] {
            let header = |name: &str| answer.headers.get(name).map(|value| value.to_str().unwrap());
            assert_eq!(header("cache-control"), Some("no-store"));
            assert_eq!(header("referrer-policy"), Some("no-referrer"));
            assert_eq!((header("location"), header("set-cookie")), (None, None));
        }
        let read = shop.read(&step).await;
        assert!(!read.text.contains(&step.token) && !read.text.contains(&step.token[4 + 64..]), "{}", read.text);
    }
}
