//! The audit: the promises, recomputed from the database and the twin after every story.

use std::time::Duration;

use checkstand::twin::DeliveryStatus;

use super::Mall;

/// What must be zero, whatever happened; each with the promise that it breaks.
const NEVER: &[(&str, &str)] = &[
    ("stock below zero", "SELECT count(*) FROM stock WHERE on_hand < 0"),
    (
        "more held and payable than on hand",
        "SELECT count(*) FROM stock s WHERE s.on_hand < (SELECT coalesce(sum(h.quantity), 0) FROM hold h \
         WHERE h.organization_id = s.organization_id AND h.kind = 'stock' AND h.resource_id = s.variant_id AND h.payable)",
    ),
    (
        "a discount used or held beyond its limit",
        "SELECT count(*) FROM discount d WHERE d.usage_limit IS NOT NULL AND d.usage_limit < d.used + \
         (SELECT count(*) FROM hold h WHERE h.organization_id = d.organization_id AND h.kind = 'discount' \
          AND h.resource_id = d.id AND h.payable)",
    ),
    (
        "a discount's counter that differs from its uses",
        "SELECT count(*) FROM discount d WHERE d.usage_limit IS NOT NULL AND d.used <> \
         (SELECT count(*) FROM discount_use u WHERE u.organization_id = d.organization_id AND u.discount_id = d.id)",
    ),
    (
        "two orders of one session",
        "SELECT count(*) FROM (SELECT 1 FROM \"order\" GROUP BY organization_id, session_id HAVING count(*) > 1) x",
    ),
    (
        "a completed session without its order, or an order without a completed session",
        "SELECT count(*) FROM checkout_session s LEFT JOIN \"order\" o ON o.organization_id = s.organization_id \
         AND o.session_id = s.id WHERE (s.status = 'completed') <> (o.id IS NOT NULL)",
    ),
    (
        "an order whose amount is not its binding's",
        "SELECT count(*) FROM \"order\" o JOIN binding b ON b.organization_id = o.organization_id AND b.id = o.binding_id \
         WHERE o.grand_total_minor <> b.grand_total_minor OR b.status <> 'consumed' \
         OR (o.intent_id IS NOT NULL AND o.charged_minor <> b.total_minor) OR (o.intent_id IS NULL AND b.total_minor <> 0)",
    ),
    (
        "an order without a verdict of its payment",
        "SELECT count(*) FROM \"order\" o WHERE o.intent_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM verdict v \
         WHERE v.organization_id = o.organization_id AND v.intent_id = o.intent_id AND v.outcome = 'honour' AND v.order_id = o.id)",
    ),
    (
        "a payment with both an order and a refund",
        "SELECT count(*) FROM refund r JOIN \"order\" o ON o.organization_id = r.organization_id AND o.intent_id = r.intent_id",
    ),
    (
        "a hold of a session that is over",
        "SELECT count(*) FROM hold h JOIN checkout_session s ON s.organization_id = h.organization_id AND s.id = h.session_id \
         WHERE s.status IN ('completed', 'canceled', 'expired')",
    ),
    (
        "a session with a client secret out whose live binding holds too little",
        "SELECT count(*) FROM checkout_session s WHERE s.secret_out AND s.status = 'bound' AND NOT EXISTS \
         (SELECT 1 FROM hold h WHERE h.organization_id = s.organization_id AND h.session_id = s.id AND h.payable)",
    ),
    (
        "two live bindings of one session",
        "SELECT count(*) FROM (SELECT 1 FROM binding WHERE status = 'live' GROUP BY organization_id, session_id HAVING count(*) > 1) x",
    ),
    (
        "order lines that do not add up",
        "SELECT count(*) FROM order_line WHERE total_minor <> unit_price_minor * quantity - discount_minor",
    ),
    ("a refund that is not delivered", "SELECT count(*) FROM outbox_entry WHERE delivered_at IS NULL"),
    ("an event that nobody acted on", "SELECT count(*) FROM inbox_event WHERE status = 'received'"),
];

impl Mall {
    /// Fails with every broken promise.
    pub async fn audit(&self) {
        self.webhooks_have_arrived().await;
        self.work().await;
        let mut broken = Vec::new();
        for (promise, sql) in NEVER {
            let found = self.count(sql).await;
            if found != 0 {
                broken.push(format!("{promise}: {found}"));
            }
        }
        broken.extend(self.audit_totals().await);
        broken.extend(self.audit_payments().await);
        assert!(broken.is_empty(), "the audit found:\n{}", broken.join("\n"));
    }

    /// Refunds of the last step are told by webhooks, too; held ones stay held.
    async fn webhooks_have_arrived(&self) {
        self.work().await;
        for _ in 0..400 {
            let all =
                ["sk_test_A", "sk_test_B"].into_iter().flat_map(|account| self.twin.deliveries(account));
            if all.into_iter().all(|delivery| delivery.status != DeliveryStatus::Pending) {
                return;
            }
            tokio::time::sleep(Duration::from_millis(25)).await;
        }
        panic!("webhooks are stuck");
    }

    /// Each order's steps add up to it.
    async fn audit_totals(&self) -> Vec<String> {
        use entity::order;
        use sea_orm::EntityTrait;
        let orders = order::Entity::find().all(&self.outside).await.unwrap();
        let sum = |order: &order::Model| -> i64 {
            order.totals.as_array().unwrap().iter().map(|step| step["amount"].as_i64().unwrap()).sum()
        };
        let wrong = orders.iter().filter(|order| sum(order) != order.grand_total_minor);
        wrong.map(|order| format!("order {}: its steps do not add up", order.id)).collect()
    }

    /// Each payment that the twin took has exactly one order or one whole refund.
    async fn audit_payments(&self) -> Vec<String> {
        let mut broken = Vec::new();
        for account in ["sk_test_A", "sk_test_B"] {
            for intent in self.twin.snapshot(account).into_iter().filter(|intent| intent.amount_received > 0)
            {
                let id = &intent.id;
                let orders =
                    self.count(&format!("SELECT count(*) FROM \"order\" WHERE intent_id = '{id}'")).await;
                let charged = self
                    .count(&format!("SELECT sum(charged_minor) FROM \"order\" WHERE intent_id = '{id}'"))
                    .await;
                let review = self
                    .count(&format!(
                        "SELECT count(*) FROM verdict WHERE intent_id = '{id}' AND outcome = 'review'"
                    ))
                    .await;
                let refunded = intent.refunded == intent.amount_received;
                let fine = match (orders, intent.refunded) {
                    (1, 0) => charged == intent.amount_received,
                    (0, _) => refunded || review == 1 || !intent.metadata.contains_key("attempt"),
                    _ => false,
                };
                if !fine {
                    broken.push(format!(
                        "intent {id}: took {}, {orders} orders, refunded {}",
                        intent.amount_received, intent.refunded
                    ));
                }
            }
        }
        broken
    }
}
