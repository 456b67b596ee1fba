//! Servers that start at once, and one that is asked to end.

use std::time::Duration;

use checkstand::twin::{Fault, FaultKind};
use futures_util::future::join_all;

use crate::{
    crashes::{crash::catch_up, purchases::SOLD, stand::Stand},
    support::{Client, Mall, Served, program},
};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_an_empty_database_servers_that_start_at_once_migrate_it_once() {
    for _ in 0..3 {
        let Some(url) = Mall::empty_database().await else { return };
        let servers: Vec<Served> = (0..3).map(|_| Served::on(&url)).collect();
        for server in &servers {
            server.listening().await;
        }
        let told = join_all((0..2).map(async |_| {
            let mut migrate = program::plain();
            migrate.arg("migrate").env("DATABASE_URL", &url);
            program::ended(migrate).await
        }));
        assert!(told.await.iter().all(|ended| ended.status.success()));
        assert!(servers.iter().all(|server| server.log().is_empty()), "{}", servers[0].log());
        let times = Mall::migrations(&url).await;
        assert!(times.len() > 10 && times.iter().all(|(_, times)| *times == 1), "{times:?}");
        drop(servers);
        Mall::drop_at(&url).await;
    }
}

/// Buyers who are waiting when the server is asked to end.
const BUYERS: i64 = 20;

async fn end_in_the_middle(mut mall: Mall) -> Mall {
    mall.client = Client::patient();
    {
        let shop = mall.shop().await;
        let mut steps = Vec::new();
        for _ in 0..BUYERS {
            steps.push(shop.bound(&[("MUG-SET", 1)]).await);
        }
        let before = Stand::of(&shop).await;
        let served = Served::of(&shop, None);
        served.listening().await;
        let slow = Fault {
            times: u32::try_from(BUYERS).unwrap(),
            ..Fault::once(FaultKind::Slow { ms: 900 }, "POST", "/v1/payment_intents")
        };
        mall.twin.inject(slow);
        let buyers = served.shop(&shop);
        // Not patient: whoever is under way is answered by this very process.
        let query = "mutation($t: String!) { checkoutSessionPaymentSession(token: $t) { paymentSession { clientSecret } userErrors { code } } }";
        let asked = join_all(steps.iter().map(async |step| {
            let body = serde_json::json!({ "query": query, "variables": { "t": step.token } }).to_string();
            let url = format!("{}/graphql", buyers.address);
            Client::new()
                .try_send("POST", &url, &[("content-type", "application/json")], body.into())
                .await
                .unwrap()
        }));
        let ending = async {
            while mall.twin.faults_waiting() > 0 {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
            served.terminate().await
        };
        let (answers, end) = tokio::join!(asked, ending);
        assert_eq!(end.code(), Some(0), "{}", served.log());
        assert_eq!(served.log(), "");
        let secrets: Vec<String> = answers
            .iter()
            .map(|answer| {
                answer["paymentSession"]["clientSecret"]
                    .as_str()
                    .unwrap_or_else(|| panic!("{}", answer.text))
                    .to_owned()
            })
            .collect();
        // Paid while nobody serves: the provider sends again until somebody does.
        for secret in &secrets {
            shop.confirm_secret(secret, "pm_card_visa").await;
        }
        let next = Served::of(&shop, None);
        let buyers = next.shop(&shop);
        for step in &steps {
            buyers.until(step, "COMPLETED").await;
        }
        let sold = Stand {
            sessions: 0,
            orders: BUYERS,
            on_hand: -BUYERS,
            held: -BUYERS,
            verdicts: BUYERS,
            intents: BUYERS,
            alive: BUYERS,
            taken: BUYERS * SOLD.taken,
            ..SOLD
        };
        shop.came_to(before, sold, "the end of a server").await;
        catch_up(&mall);
    }
    mall.audit().await;
    mall
}

mod a_server_that_is_asked_to_end_answers_who_is_under_way_and_loses_no_event {
    use super::*;

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn on_sqlite() {
        end_in_the_middle(Mall::on_sqlite().await).await;
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn on_postgres() {
        if let Some(mall) = Mall::on_postgres().await {
            end_in_the_middle(mall).await.drop_database().await;
        }
    }
}
