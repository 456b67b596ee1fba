//! Every reference stays in its organization, and every word is one that the product knows.
//!
//! **Invariant:** a reference that the schema guards by a foreign key is checked like one that it does not. Only that a
//! row's own organization exists is left to the schema: a row of nobody is in nobody's snapshot.

use entity::{
    binding::BindingStatus,
    checkout_session::SessionStatus,
    discount::DiscountKind,
    hold::HoldKind,
    inbox_event::InboxStatus,
    order::{OrderFulfillmentStatus, OrderPaymentStatus, OrderStatus},
    outbox_entry::Topic,
    payment_attempt::{AttemptStatus, Operation},
    refund::RefundStatus,
    verdict::VerdictOutcome,
};
use sea_orm::{ActiveEnum, Iterable};

use super::Check;

/// Table, the column that says which row, the column that refers, whom to, and where only some rows do: when.
type Reference = (&'static str, &'static str, &'static str, &'static str, &'static str);

const REFERENCES: &[Reference] = &[
    ("product_tag", "product_id", "product_id", "product", ""),
    ("variant", "id", "product_id", "product", ""),
    ("price", "id", "variant_id", "variant", ""),
    ("stock", "variant_id", "variant_id", "variant", ""),
    ("shipping_rate", "id", "zone_id", "shipping_zone", ""),
    ("checkout_session", "id", "attempt_id", "payment_attempt", ""),
    ("checkout_session", "id", "binding_id", "binding", ""),
    ("checkout_session", "id", "order_id", "order", ""),
    ("binding", "id", "session_id", "checkout_session", ""),
    ("hold", "id", "session_id", "checkout_session", ""),
    ("hold", "id", "resource_id", "variant", "AND x.kind = 'stock'"),
    ("hold", "id", "resource_id", "discount", "AND x.kind = 'discount'"),
    ("hold", "id", "resource_id", "gift_certificate", "AND x.kind = 'gift_certificate'"),
    ("payment_attempt", "id", "session_id", "checkout_session", ""),
    ("payment_attempt", "id", "binding_id", "binding", ""),
    ("payment_attempt", "id", "operation_binding_id", "binding", ""),
    ("order", "id", "session_id", "checkout_session", ""),
    ("order", "id", "binding_id", "binding", ""),
    ("order", "id", "attempt_id", "payment_attempt", ""),
    ("order_line", "id", "order_id", "order", ""),
    ("order_refund", "id", "order_id", "order", ""),
    ("order_refund_part", "id", "order_refund_id", "order_refund", ""),
    ("order_refund_part", "id", "order_line_id", "order_line", ""),
    ("order_refund_certificate", "id", "order_refund_id", "order_refund", ""),
    ("order_refund_certificate", "id", "gift_certificate_id", "gift_certificate", ""),
    ("discount_use", "id", "discount_id", "discount", ""),
    ("discount_use", "id", "order_id", "order", ""),
    ("gift_certificate_use", "id", "gift_certificate_id", "gift_certificate", ""),
    ("gift_certificate_use", "id", "order_id", "order", ""),
    ("verdict", "id", "session_id", "checkout_session", ""),
    ("verdict", "id", "attempt_id", "payment_attempt", ""),
    ("verdict", "id", "order_id", "order", ""),
    ("refund", "id", "attempt_id", "payment_attempt", ""),
    ("refund", "id", "verdict_id", "verdict", ""),
    ("refund", "id", "order_id", "order", ""),
    ("outbox_entry", "id", "subject_id", "refund", "AND x.topic = 'refund'"),
    ("idempotency_record", "session_id", "session_id", "checkout_session", ""),
];

/// Each reference that leads to no row of the same organization.
pub fn references() -> impl Iterator<Item = Check> {
    REFERENCES.iter().map(|(table, id, column, target, when)| Check {
        name: "reference_leaves_organization",
        promise: 7,
        table,
        sql: format!(
            "SELECT x.{id} AS id, '{column} of a row of {target}' AS expected, \
             CASE WHEN EXISTS (SELECT 1 FROM \"{target}\" t WHERE t.id = x.{column}) \
             THEN '{column} of a row of another organization' ELSE '{column} of nothing' END AS found \
             FROM \"{table}\" x WHERE x.organization_id = $1 AND x.{column} IS NOT NULL {when} AND NOT EXISTS \
             (SELECT 1 FROM \"{target}\" t WHERE t.organization_id = $1 AND t.id = x.{column})"
        )
        .into(),
    })
}

/// Each column of words that holds another one.
pub fn words() -> impl Iterator<Item = Check> {
    [
        word::<SessionStatus>("checkout_session", "status"),
        word::<BindingStatus>("binding", "status"),
        word::<HoldKind>("hold", "kind"),
        word::<AttemptStatus>("payment_attempt", "status"),
        word::<Operation>("payment_attempt", "operation"),
        word::<OrderStatus>("order", "status"),
        word::<OrderPaymentStatus>("order", "payment_status"),
        word::<OrderFulfillmentStatus>("order", "fulfillment_status"),
        word::<VerdictOutcome>("verdict", "outcome"),
        word::<RefundStatus>("refund", "status"),
        word::<RefundStatus>("order_refund", "status"),
        word::<InboxStatus>("inbox_event", "status"),
        word::<Topic>("outbox_entry", "topic"),
        word::<DiscountKind>("discount", "kind"),
    ]
    .into_iter()
}

fn word<E: ActiveEnum<Value = String> + Iterable>(table: &'static str, column: &'static str) -> Check {
    let known: Vec<String> = E::iter().map(|one| format!("'{}'", one.to_value())).collect();
    let known = known.join(", ");
    Check {
        name: "unknown_word",
        promise: 9,
        table,
        sql: format!(
            "SELECT x.id AS id, 'a known {column}' AS expected, x.{column} AS found FROM \"{table}\" x \
             WHERE x.organization_id = $1 AND x.{column} NOT IN ({known})"
        )
        .into(),
    }
}
