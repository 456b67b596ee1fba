//! A gift certificate never goes below zero, and an order is paid by what was charged and what was drawn.
//!
//! **Invariant:** as in `audit`: each query answers the rows at fault, with what was expected and what is there.

use super::Row;

/// Balances, holds on them, draws, and what came back.
pub(super) const CHECKS: &[Row] = &[
    (
        "gift_certificate_balance",
        6,
        "gift_certificate",
        "SELECT c.id AS id, c.initial_minor - coalesce(u.drawn, 0) + coalesce(b.back, 0) AS expected, \
         c.balance_minor AS found FROM gift_certificate c \
         LEFT JOIN (SELECT gift_certificate_id, sum(amount_minor) AS drawn FROM gift_certificate_use \
                    WHERE organization_id = $1 GROUP BY gift_certificate_id) u ON u.gift_certificate_id = c.id \
         LEFT JOIN (SELECT g.gift_certificate_id, sum(g.amount_minor) AS back FROM order_refund_certificate g \
                    JOIN order_refund r ON r.organization_id = $1 AND r.id = g.order_refund_id \
                    WHERE g.organization_id = $1 AND r.status = 'succeeded' GROUP BY g.gift_certificate_id) b \
         ON b.gift_certificate_id = c.id WHERE c.organization_id = $1 AND (c.balance_minor < 0 \
         OR c.balance_minor <> c.initial_minor - coalesce(u.drawn, 0) + coalesce(b.back, 0))",
    ),
    (
        "held_beyond_balance",
        6,
        "gift_certificate",
        "SELECT c.id AS id, c.balance_minor AS expected, h.held AS found FROM gift_certificate c \
         JOIN (SELECT resource_id, sum(quantity) AS held FROM hold \
               WHERE organization_id = $1 AND kind = 'gift_certificate' AND payable GROUP BY resource_id) h \
         ON h.resource_id = c.id \
         WHERE c.organization_id = $1 AND h.held > c.balance_minor",
    ),
    (
        "order_paid_unlike_total",
        2,
        "order",
        "SELECT o.id AS id, o.grand_total_minor AS expected, o.charged_minor + coalesce(u.drawn, 0) AS found \
         FROM \"order\" o \
         LEFT JOIN (SELECT order_id, sum(amount_minor) AS drawn FROM gift_certificate_use \
                    WHERE organization_id = $1 GROUP BY order_id) u ON u.order_id = o.id \
         WHERE o.organization_id = $1 AND o.grand_total_minor <> o.charged_minor + coalesce(u.drawn, 0)",
    ),
];
