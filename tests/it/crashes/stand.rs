//! What there is of everything that may happen once only, in our books and at the twin.

use std::{collections::BTreeMap, ops::Sub, time::Duration};

use checkstand::{
    clock::{Clock, SystemClock},
    twin::DeliveryStatus,
};

use crate::support::Shop;

/// So much there is of each.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Stand {
    pub sessions: i64,
    pub orders: i64,
    /// Units in stock.
    pub on_hand: i64,
    /// Units held.
    pub held: i64,
    /// What is left on all gift certificates.
    pub gifts: i64,
    /// How often one paid.
    pub gift_uses: i64,
    pub verdicts: i64,
    /// Intents at the twin.
    pub intents: i64,
    /// Of these, such as may still take money, or hold some that did not go back.
    pub alive: i64,
    /// What they took.
    pub taken: i64,
    /// Refunds at the twin.
    pub refunds: i64,
    /// What went back there.
    pub given_back: i64,
}

impl Stand {
    /// Now.
    pub async fn of(shop: &Shop<'_>) -> Self {
        let count = async |sql: &str| shop.mall.count(sql).await;
        let intents = shop.mall.twin.snapshot(&shop.secret_key);
        let alive = |status: &str, kept: i64| kept > 0 || !matches!(status, "canceled" | "succeeded");
        let sum = |of: fn(&checkstand::twin::IntentView) -> i64| intents.iter().map(of).sum::<i64>();
        let many = |number: usize| i64::try_from(number).unwrap();
        Self {
            sessions: count("SELECT count(*) FROM checkout_session").await,
            orders: count("SELECT count(*) FROM \"order\"").await,
            on_hand: count("SELECT sum(on_hand) FROM stock").await,
            held: count("SELECT sum(quantity) FROM hold WHERE kind = 'stock'").await,
            gifts: count("SELECT sum(balance_minor) FROM gift_certificate").await,
            gift_uses: count("SELECT count(*) FROM gift_certificate_use").await,
            verdicts: count("SELECT count(*) FROM verdict").await,
            intents: many(intents.len()),
            alive: many(
                intents.iter().filter(|one| alive(&one.status, one.amount_received - one.refunded)).count(),
            ),
            taken: sum(|one| one.amount_received),
            refunds: many(shop.refunds_at_the_provider().await),
            given_back: sum(|one| one.refunded),
        }
    }
}

impl Sub for Stand {
    type Output = Self;
    fn sub(self, before: Self) -> Self {
        Self {
            sessions: self.sessions - before.sessions,
            orders: self.orders - before.orders,
            on_hand: self.on_hand - before.on_hand,
            held: self.held - before.held,
            gifts: self.gifts - before.gifts,
            gift_uses: self.gift_uses - before.gift_uses,
            verdicts: self.verdicts - before.verdicts,
            intents: self.intents - before.intents,
            alive: self.alive - before.alive,
            taken: self.taken - before.taken,
            refunds: self.refunds - before.refunds,
            given_back: self.given_back - before.given_back,
        }
    }
}

/// What is begun and not done, by table.
const UNDONE: &[(&str, &str)] = &[
    ("events", "SELECT count(*) FROM inbox_event WHERE status = 'received'"),
    ("calls of the provider", "SELECT count(*) FROM payment_attempt WHERE operation <> 'none'"),
    ("effects", "SELECT count(*) FROM outbox_entry WHERE delivered_at IS NULL"),
    ("refunds", "SELECT count(*) FROM refund WHERE status = 'pending'"),
    ("refunds of orders", "SELECT count(*) FROM order_refund WHERE status = 'pending'"),
];
/// Far longer than the worker pauses.
const TICKS: u32 = 2_400;
const TICK: Duration = Duration::from_millis(25);

impl Shop<'_> {
    /// Waits until nothing is half done, by the server's own work; fails where something stays so.
    pub async fn at_rest(&self, why: &str) {
        let mut undone = BTreeMap::new();
        for _ in 0..TICKS {
            undone.clear();
            for (what, sql) in UNDONE {
                undone.insert(*what, self.mall.count(sql).await);
            }
            let over =
                format!("SELECT count(*) FROM checkout_session WHERE due_at <= {}", SystemClock.now().ms());
            undone.insert("sessions whose time is over", self.mall.count(&over).await);
            let deliveries = self.mall.twin.deliveries(&self.secret_key);
            let pending = deliveries.iter().filter(|one| one.status == DeliveryStatus::Pending).count();
            undone.insert("webhooks", i64::try_from(pending).unwrap());
            undone.retain(|_, number| *number > 0);
            if undone.is_empty() {
                return;
            }
            tokio::time::sleep(TICK).await;
        }
        panic!("{why}: left half done: {undone:?}");
    }

    /// Waits until nothing is half done, and fails unless since then just this has happened.
    pub async fn came_to(&self, before: Stand, expected: Stand, why: &str) {
        self.at_rest(why).await;
        // Of what ran out the intent dies first; its goods follow, and nothing says that they are about to.
        for _ in 0..TICKS {
            if Stand::of(self).await - before == expected {
                break;
            }
            tokio::time::sleep(TICK).await;
        }
        assert_eq!(Stand::of(self).await - before, expected, "{why}");
    }

    /// How many refunds the twin has.
    pub async fn refunds_at_the_provider(&self) -> usize {
        let list = self.at_the_provider_is("/v1/refunds?limit=100").await;
        list["data"].as_array().unwrap_or_else(|| panic!("{list}")).len()
    }
}
