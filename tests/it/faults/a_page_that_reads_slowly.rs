//! A page that does not read for a while is sent what there is then, and not all that was in between.

use serde_json::json;

use crate::support::{Mall, Reach, story};

/// Changes while nothing is read, each of a state of some 60 kB: more than all buffers between server and page hold.
const CHANGES: i64 = 300;
const LINES: usize = 200;

story! {
    async fn a_slow_reader_ends_with_the_last_state_and_is_not_sent_each(mall: &Mall) {
        let shop = mall.shop().await;
        let lines: Vec<_> = (0..LINES)
            .map(|number| json!({ "sku": "NOTEBOOK-A6", "quantity": 1, "attributes": [{ "key": "n", "value": number.to_string() }] }))
            .collect();
        let step = shop.step(&shop.try_create(json!({ "lines": lines }), None, None).await.good());
        let money = "{ amount amountMinor currency }";
        let field = format!(
            "checkoutSessionUpdated(token: $token) {{ customerMessage lines {{ id title sku quantity \
             unitPrice {money} subtotal {money} total {money} attributes {{ key value }} }} }}"
        );
        let mut page = shop.subscribe(&field, json!({ "token": step.token })).await;
        page.next().await;
        for number in 1..=CHANGES {
            shop.say(&step, &number.to_string()).await.good();
        }
        let last = CHANGES.to_string();
        let mut read = 0;
        page.until(|session| {
            read += 1;
            session["customerMessage"] == last.as_str()
        })
        .await;
        assert!(read < CHANGES, "{read} states were kept for a page that did not read");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_page_that_begins_while_the_database_is_silent_is_told_the_state_or_to_come_again() {
    let Some((mall, wire)) = Mall::behind_a_wire(Reach::default()).await else { return };
    let shop = mall.shop().await;
    let step = shop.create(&[("NOTEBOOK-A6", 1)]).await;
    wire.hold();
    let mut page = shop.watch(&step).await;
    wire.lose_what_is_held();
    loop {
        match page.event().await {
            Some((name, data)) => {
                let state = &data["data"]["checkoutSessionUpdated"]["state"];
                assert_eq!((name.as_str(), state), ("next", &json!("OPEN")), "{data}");
                break;
            }
            // It ended without `complete`: a client comes again.
            None => page = shop.watch(&step).await,
        }
    }
    mall.audit().await;
    mall.drop_database().await;
}
