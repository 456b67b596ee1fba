//! Every mutation in every state: what moves, where to, and with which code the rest is refused.
//!
//! The states and the mutations are read from the served schema; one that is not in the table fails the test. A refused
//! call changes not one row, and shows the session as it is.

use checkstand::domain::instant::Span;
use serde_json::json;

use crate::support::{Answer, Arguments, Mall, Shop, Step, story, texas};

/// The columns, without the prefix that all have in common. Create needs no session.
const MUTATIONS: &str =
    "LinesAdd LinesUpdate LinesRemove Reprice CustomerMessageUpdate Bind PaymentSession Complete Cancel";

/// A state, and in the order of the columns the state after it or the first code.
const TABLE: &[(&str, &str)] = &[
    ("OPEN", "OPEN OPEN OPEN OPEN OPEN CUSTOMER_NAME_REQUIRED NOT_BOUND NOT_BOUND CANCELED"),
    (
        "NOT_READY_FOR_PAYMENT",
        "NOT_READY_FOR_PAYMENT NOT_READY_FOR_PAYMENT NOT_READY_FOR_PAYMENT NOT_READY_FOR_PAYMENT NOT_READY_FOR_PAYMENT \
         CUSTOMER_EMAIL_REQUIRED NOT_BOUND NOT_BOUND CANCELED",
    ),
    (
        "READY_FOR_PAYMENT",
        "READY_FOR_PAYMENT READY_FOR_PAYMENT NOT_READY_FOR_PAYMENT READY_FOR_PAYMENT READY_FOR_PAYMENT BOUND NOT_BOUND NOT_BOUND \
         CANCELED",
    ),
    (
        "BOUND",
        "READY_FOR_PAYMENT READY_FOR_PAYMENT NOT_READY_FOR_PAYMENT READY_FOR_PAYMENT BOUND BOUND BOUND BOUND CANCELED",
    ),
    (
        "PAYMENT_PROCESSING",
        "PAYMENT_IN_PROGRESS PAYMENT_IN_PROGRESS PAYMENT_IN_PROGRESS PAYMENT_IN_PROGRESS PAYMENT_IN_PROGRESS PAYMENT_IN_PROGRESS \
         PAYMENT_IN_PROGRESS PAYMENT_PROCESSING PAYMENT_IN_PROGRESS",
    ),
    (
        "COMPLETED",
        "SESSION_FINAL SESSION_FINAL SESSION_FINAL SESSION_FINAL SESSION_FINAL SESSION_FINAL SESSION_FINAL COMPLETED SESSION_FINAL",
    ),
    (
        "CANCELED",
        "SESSION_FINAL SESSION_FINAL SESSION_FINAL SESSION_FINAL SESSION_FINAL SESSION_FINAL SESSION_FINAL SESSION_FINAL SESSION_FINAL",
    ),
    (
        "EXPIRED",
        "SESSION_EXPIRED SESSION_EXPIRED SESSION_EXPIRED SESSION_EXPIRED SESSION_EXPIRED SESSION_EXPIRED SESSION_EXPIRED \
         SESSION_EXPIRED SESSION_EXPIRED",
    ),
];

#[test]
fn the_table_has_every_state_and_every_mutation_of_the_schema() {
    let sdl = checkstand::graphql::sdl();
    let states = sdl.split("enum CheckoutSessionState {").nth(1).unwrap().split("\n}").next().unwrap();
    let in_text = |line: &&str| line.trim().bytes().all(|byte| byte.is_ascii_uppercase() || byte == b'_');
    let mut states: Vec<&str> =
        states.lines().filter(in_text).map(str::trim).filter(|line| !line.is_empty()).collect();
    let mut rows: Vec<&str> = TABLE.iter().map(|(state, _)| *state).collect();
    states.sort_unstable();
    rows.sort_unstable();
    assert_eq!(states, rows);
    let operations = Arguments::read().operations;
    let mutations =
        operations.iter().filter_map(|operation| operation.name.strip_prefix("Mutation.checkoutSession"));
    let mut mutations: Vec<&str> = mutations.filter(|name| *name != "Create").collect();
    let mut columns: Vec<&str> = MUTATIONS.split(' ').collect();
    mutations.sort_unstable();
    columns.sort_unstable();
    assert_eq!(mutations, columns);
}

/// A new session in a state.
async fn session_in(shop: &Shop<'_>, state: &str) -> Step {
    let step = shop.create(&[("NOTEBOOK-A6", 20)]).await;
    let mall = shop.mall;
    match state {
        "NOT_READY_FOR_PAYMENT" => {
            drop(shop.reprice(&step, json!({ "customer": { "name": "Dana" } })).await.good());
        }
        "READY_FOR_PAYMENT" => {
            let mut draft = texas();
            draft["shippingRateId"] = json!(shop.fill(&step).await);
            shop.reprice(&step, draft).await.good();
        }
        "BOUND" | "PAYMENT_PROCESSING" | "COMPLETED" => {
            shop.bind(&step).await.good();
            if state != "BOUND" {
                let payment = shop.payment_session(&step).await.good();
                let card = if state == "COMPLETED" { "pm_card_visa" } else { "pm_twin_late_success" };
                shop.confirm(&payment, card).await;
                shop.until(&step, state).await;
                shop.webhooks_delivered().await;
            }
        }
        "CANCELED" => drop(shop.cancel(&step).await.good()),
        "EXPIRED" => {
            mall.clock.advance(Span::from_hours(24));
            mall.twin.advance(Span::from_hours(24).ms());
        }
        _ => {}
    }
    assert_eq!(shop.read(&step).await.state(), state);
    step
}

async fn call(shop: &Shop<'_>, mutation: &str, step: &Step) -> Answer {
    let read = shop.read(step).await;
    let line = read["lines"][0]["id"].clone();
    match mutation {
        "LinesAdd" => shop.add(step, json!([{ "sku": "EBOOK-GUIDE", "quantity": 1 }])).await,
        "LinesUpdate" => shop.update(step, json!([{ "lineId": line, "quantity": 3 }])).await,
        "LinesRemove" => shop.remove(step, json!([line])).await,
        "Reprice" => shop.reprice(step, json!({ "customer": {} })).await,
        "CustomerMessageUpdate" => shop.say(step, "Ring twice.").await,
        "Bind" => shop.bind_again(step).await,
        "PaymentSession" => shop.payment_session(step).await,
        "Complete" => shop.complete(step).await,
        "Cancel" => shop.cancel(step).await,
        other => panic!("say how to call {other}"),
    }
}

story! {
    async fn each_pair_moves_or_is_refused_as_the_table_says(mall: &Mall) {
        let shop = mall.shop().await;
        let mut wrong = Vec::new();
        for (state, expected) in TABLE {
            for (mutation, expected) in MUTATIONS.split(' ').zip(expected.split_whitespace()) {
                let step = session_in(&shop, state).await;
                let before = (mall.books().await, shop.read(&step).await);
                let answer = call(&shop, mutation, &step).await;
                let code = answer.codes().first().cloned();
                if code.is_some() {
                    assert_eq!(answer.session(), before.1.root(), "{mutation} in {state} shows another session");
                    Mall::same(&before.0, &mall.books().await, &format!("{mutation} in {state}"));
                }
                let came = code.unwrap_or_else(|| answer.state());
                if came != expected {
                    wrong.push(format!("{state} {mutation}: {came}, not {expected}"));
                }
                if *state == "PAYMENT_PROCESSING" {
                    let intent = mall.twin.snapshot(&shop.secret_key).into_iter().find(|intent| intent.status == "processing").unwrap();
                    mall.twin.settle(&intent.id, checkstand::twin::Settlement::Succeed).unwrap();
                    shop.until(&step, "COMPLETED").await;
                    shop.webhooks_delivered().await;
                }
            }
        }
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    }
}
