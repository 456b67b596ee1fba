//! The audit of the product after every story, and what only the twin knows.

use std::time::Duration;

use checkstand::{
    domain::{currency::Currency, instant::Span, money::Minor},
    flows::audit::{Finding, Scope, audit},
    twin::DeliveryStatus,
};

use super::Mall;

impl Mall {
    /// Fails with every broken promise.
    pub async fn audit(&self) {
        self.settled().await;
        let mut broken = self.findings().await;
        broken.extend(self.audit_payments().await);
        assert!(broken.is_empty(), "the audit found:\n{}", broken.join("\n"));
    }

    /// What the product's audit finds now, with patience for nothing: a line each.
    pub async fn findings(&self) -> Vec<String> {
        let mut found = Vec::new();
        let tell = |finding: &Finding| {
            let Finding { organization, check, promise, table, faults } = finding;
            assert_eq!(faults.more, 0, "{check}: more than are shown");
            found.extend(faults.kept.iter().map(|fault| {
                let (id, expected, found) = (&fault.id, &fault.expected, &fault.found);
                format!("{organization} {promise} {check} {table} {id}: expected {expected}, found {found}")
            }));
        };
        let scope = Scope { organization: None, patience: Span::from_ms(0) };
        audit(&self.app.store, &scope, self.app.now(), tell).await.unwrap();
        found
    }

    /// Waits until nothing is under way. Refunds of the last step are told by webhooks, too; held ones stay held.
    pub async fn settled(&self) {
        self.work().await;
        for _ in 0..1_200 {
            let all =
                ["sk_test_A", "sk_test_B"].into_iter().flat_map(|account| self.twin.deliveries(account));
            if all.into_iter().all(|delivery| delivery.status != DeliveryStatus::Pending) {
                return self.work().await;
            }
            tokio::time::sleep(Duration::from_millis(25)).await;
        }
        panic!("webhooks are stuck");
    }

    /// What went back at the twin without a refund of ours.
    async fn given_back_by_hand(&self, account: &str, intent: &str) -> i64 {
        let key = format!("Bearer {account}");
        let url = format!("{}/v1/refunds?limit=100&payment_intent={intent}", self.twin_address());
        let list = self.client.send("GET", &url, &[("authorization", &key)], "").await;
        let all = list.json["data"].as_array().unwrap_or_else(|| panic!("{}", list.text));
        let by_hand = all
            .iter()
            .filter(|refund| refund["metadata"]["refund"].is_null() && refund["status"] != "failed");
        by_hand.map(|refund| refund["amount"].as_i64().unwrap()).sum()
    }

    /// Each payment that the twin took has exactly one order or one whole refund; of an order's, the merchant may have
    /// given back what its refunds say, and lost to disputes what is booked of them.
    async fn audit_payments(&self) -> Vec<String> {
        let mut broken = Vec::new();
        for account in ["sk_test_A", "sk_test_B"] {
            for intent in self.twin.snapshot(account).into_iter().filter(|intent| intent.amount_received > 0)
            {
                let id = &intent.id;
                let orders =
                    self.count(&format!("SELECT count(*) FROM \"order\" WHERE intent_id = '{id}'")).await;
                let sum = async |column: &str, table: &str, when: &str| {
                    let sql =
                        format!("SELECT sum({column}) FROM \"{table}\" WHERE intent_id = '{id}' {when}");
                    let currency: Currency = intent.currency.to_uppercase().parse().unwrap();
                    currency.to_wire(Minor::new(self.count(&sql).await))
                };
                let charged = sum("charged_minor", "order", "").await;
                let given_back =
                    sum("amount_minor", "refund", "AND reason = 'merchant' AND status = 'succeeded'").await;
                // As if by hand, too, where the database had forgotten that it was ours.
                let booked =
                    sum("amount_minor", "refund", "AND reason = 'provider' AND status = 'succeeded'").await;
                // Money that was authorized and never taken.
                let released =
                    sum("amount_minor", "refund", "AND reason = 'released' AND status = 'succeeded'").await;
                let lost =
                    sum("amount_minor", "refund", "AND reason = 'dispute' AND status = 'succeeded'").await;
                let is_lost = lost == intent.lost.min(intent.amount_received - intent.refunded);
                let review = self
                    .count(&format!(
                        "SELECT count(*) FROM verdict WHERE intent_id = '{id}' AND outcome = 'review'"
                    ))
                    .await;
                let refunded = intent.refunded == intent.amount_received;
                let fine = match (orders, intent.refunded) {
                    (1, back) => {
                        let by_hand = self.given_back_by_hand(account, id).await;
                        charged - released == intent.amount_received
                            && (back == given_back + by_hand || back == given_back + booked)
                            && is_lost
                    }
                    (0, _) => refunded || review == 1 || !intent.metadata.contains_key("attempt"),
                    _ => false,
                };
                if !fine {
                    broken.push(format!(
                        "intent {id}: took {}, {orders} orders, refunded {}, lost {} of which {lost} is booked",
                        intent.amount_received, intent.refunded, intent.lost
                    ));
                }
            }
        }
        broken
    }
}
