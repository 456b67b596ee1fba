//! Two servers, each a process of its own with its own worker, on one PostgreSQL and one provider.
//!
//! **Invariant:** whatever both are asked at once, and whenever, has one outcome, wholly; each story counts what a second
//! effect would leave behind, in our books and at the twin.

mod both_are_asked;
mod both_start;
mod one_ends_what_the_other_does;
mod one_sees_what_the_other_does;

use crate::{
    crashes::stand::Stand,
    support::{Mall, Served, Shop, signature},
};

/// Pauses in milliseconds before the second of two things: one lasts some milliseconds, and each order is wanted.
const SHIFTS: &[u64] = &[0, 2, 5, 9, 14, 30];

/// A shop and the two servers that sell for it; the provider tells the first.
struct Pair<'a> {
    shop: Shop<'a>,
    first: Shop<'a>,
    second: Shop<'a>,
    _servers: [Served; 2],
}

impl<'a> Pair<'a> {
    async fn of(shop: Shop<'a>) -> Self {
        let (one, other) = (Served::of(&shop, None), Served::beside(&shop, None));
        one.listening().await;
        other.listening().await;
        Self { first: one.shop(&shop), second: other.shop(&shop), shop, _servers: [one, other] }
    }

    /// The one that serves the n-th buyer.
    fn nth(&self, number: usize) -> &Shop<'a> {
        if number.is_multiple_of(2) { &self.first } else { &self.second }
    }

    /// Fails unless just this has come about since, once both are at rest.
    async fn came_to(&self, before: Stand, expected: Stand, why: &str) {
        self.shop.came_to(before, expected, why).await;
    }

    async fn stand(&self) -> Stand {
        Stand::of(&self.shop).await
    }
}

/// Posts an event to a server, as the provider does; answers the status.
async fn post(to: &Shop<'_>, event: &str) -> u16 {
    let url = format!("{}/webhooks/stripe/{}", to.address, to.slug);
    let signature = signature("whsec_test", now().ms() / 1000, event);
    to.mall.client.send("POST", &url, &[("stripe-signature", &signature)], event.to_owned()).await.status
}

fn now() -> checkstand::domain::instant::Timestamp {
    use checkstand::clock::{Clock, SystemClock};
    SystemClock.now()
}

/// A mall whose clients send again what was not answered; `None`, and a word, where no PostgreSQL is at hand.
async fn mall() -> Option<Mall> {
    let mut mall = Mall::on_postgres().await?;
    mall.client = crate::support::Client::patient();
    Some(mall)
}

/// Makes a story of two servers into a test, which ends with the audit.
macro_rules! replicas {
    ($(#[$about:meta])* async fn $name:ident($mall:ident) $body:block) => {
        $(#[$about])*
        #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
        async fn $name() {
            async fn tell($mall: &Mall) $body
            let Some(mall) = mall().await else { return };
            tell(&mall).await;
            $crate::crashes::crash::catch_up(&mall);
            mall.audit().await;
            mall.drop_database().await;
        }
    };
}
use replicas;
