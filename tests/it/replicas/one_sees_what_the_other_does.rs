//! A page that watches at one server sees what happens at the other, whatever becomes of the word between them.

use serde_json::json;

use super::{mall, replicas};
use crate::support::{Mall, Served, Shop};

/// So seldom does a watcher look without a signal that within a story only signals move it.
const SELDOM: [(&str, &str); 1] = [("CHECKSTAND_LIVE_LOOK_SECONDS", "36000")];

/// A server that is listening.
async fn serve<'a>(served: &Served, shop: &Shop<'a>) -> Shop<'a> {
    served.listening().await;
    served.shop(shop)
}

replicas! {
    async fn a_page_at_one_sees_a_purchase_at_the_other(mall) {
        let shop = mall.shop().await;
        let (one, other) = (Served::of(&shop, None), Served::with(&shop, SELDOM));
        let (here, there) = (serve(&one, &shop).await, serve(&other, &shop).await);
        let step = here.create(&[("NOTEBOOK-A6", 1)]).await;
        let mut page = there.watch(&step).await;
        let mut order = there.watch_order(&step).await;
        assert_eq!(page.next().await["state"], "OPEN");
        here.add(&step, json!([{ "sku": "NOTEBOOK-A6", "quantity": 1 }])).await.good();
        page.until(|session| session["revision"] == 2).await;
        here.bind(&step).await.good();
        page.until(|session| session["state"] == "BOUND").await;
        let payment = here.payment_session(&step).await.good();
        here.confirm(&payment, "pm_card_visa").await;
        page.until(|session| session["state"] == "COMPLETED").await;
        page.completes().await;
        assert_eq!(order.next().await["paymentStatus"], "PAID");
    }
}

replicas! {
    async fn a_listener_that_is_cut_off_hears_again_and_has_missed_nothing(mall) {
        let shop = mall.shop().await;
        let other = Served::with(&shop, SELDOM);
        let there = serve(&other, &shop).await;
        let step = shop.create(&[("NOTEBOOK-A6", 1)]).await;
        let mut page = there.watch(&step).await;
        page.next().await;
        let listening = "application_name = 'checkstand listening' AND datname = current_database()";
        for revision in 2..7 {
            let cut = format!("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE {listening}");
            mall.tamper(&cut).await;
            // In the gap, where nobody listens.
            shop.add(&step, json!([{ "sku": "NOTEBOOK-A6", "quantity": 1 }])).await.good();
            page.until(|session| session["revision"] == revision).await;
        }
        assert_eq!(mall.count(&format!("SELECT count(*) FROM pg_stat_activity WHERE {listening}")).await, 1);
    }
}

replicas! {
    async fn a_server_that_dies_before_its_word_costs_the_other_time_and_nothing_else(mall) {
        let shop = mall.shop().await;
        let one = Served::of(&shop, Some("bind.after_commit:1"));
        let other = Served::with(&shop, [("CHECKSTAND_LIVE_LOOK_SECONDS", "1")]);
        let (here, there) = (serve(&one, &shop).await, serve(&other, &shop).await);
        let step = there.create(&[("NOTEBOOK-A6", 1)]).await;
        let rate = there.fill(&step).await;
        let mut page = there.watch(&step).await;
        page.next().await;
        let bind = "mutation($t: String!, $r: ID!) { checkoutSessionBind(token: $t, draft: { shippingRateId: $r }) { userErrors { code } } }";
        let body = json!({ "query": bind, "variables": { "t": step.token, "r": rate } }).to_string();
        let headers = [("content-type", "application/json"), ("x-organization-slug", shop.slug.as_str())];
        let url = format!("{}/graphql", here.address);
        // Asked once: nobody comes back and moves the session again.
        let sent = crate::support::Client::new().try_send("POST", &url, &headers, body.into()).await;
        assert!(sent.is_err(), "{sent:?}");
        page.until(|session| session["state"] == "BOUND").await;
        one.died_at("bind.after_commit:1").await;
    }
}

replicas! {
    async fn at_the_end_of_a_server_who_watches_is_sent_elsewhere(mall) {
        let shop = mall.shop().await;
        let (one, other) = (Served::of(&shop, None), Served::beside(&shop, None));
        let (here, there) = (serve(&one, &shop).await, serve(&other, &shop).await);
        let step = here.create(&[("NOTEBOOK-A6", 1)]).await;
        let mut page = here.watch(&step).await;
        page.next().await;
        let mut socket = here.socket().await;
        socket.subscribe("a", "checkoutSessionUpdated(token: $token) { state }", &step.token).await;
        socket.next().await;
        assert!(one.terminate().await.success());
        // Cut short, and not complete: a client subscribes again after either.
        assert_eq!(page.event().await, None);
        assert_eq!(socket.closed().await, 1012);
        assert_eq!(there.watch(&step).await.next().await["state"], "OPEN");
    }
}
