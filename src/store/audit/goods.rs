//! The last unit is sold once; a code limited to N is used N times.
//!
//! **Invariant:** as in `audit`: each query answers the rows at fault, with what was expected and what is there.

use super::Row;

/// Stock, holds and uses of discounts.
pub(super) const CHECKS: &[Row] = &[
    (
        "stock_below_zero",
        6,
        "stock",
        "SELECT s.variant_id AS id, 'at least 0' AS expected, s.on_hand AS found FROM stock s \
         WHERE s.organization_id = $1 AND s.on_hand < 0",
    ),
    (
        // Also what a merchant took off the shelf by hand while buyers were paying for it: each of them is refunded.
        "held_beyond_stock",
        6,
        "stock",
        "SELECT s.variant_id AS id, s.on_hand AS expected, h.held AS found FROM stock s \
         JOIN (SELECT resource_id, sum(quantity) AS held FROM hold \
               WHERE organization_id = $1 AND kind = 'stock' AND payable GROUP BY resource_id) h \
         ON h.resource_id = s.variant_id \
         WHERE s.organization_id = $1 AND s.on_hand >= 0 AND h.held > s.on_hand",
    ),
    (
        "hold_of_nothing",
        6,
        "hold",
        "SELECT h.id AS id, 'at least 1' AS expected, h.quantity AS found FROM hold h \
         WHERE h.organization_id = $1 AND h.quantity < 1",
    ),
    (
        "hold_of_ended_session",
        6,
        "hold",
        "SELECT h.id AS id, 'no hold, as the session is over' AS expected, s.status AS found FROM hold h \
         JOIN checkout_session s ON s.organization_id = $1 AND s.id = h.session_id \
         WHERE h.organization_id = $1 AND s.status IN ('completed', 'canceled', 'expired')",
    ),
    (
        "hold_payable_unlike_session",
        6,
        "hold",
        "SELECT h.id AS id, CASE WHEN s.secret_out THEN 'payable, as a client secret is out' \
         ELSE 'not payable, as no client secret is out' END AS expected, \
         CASE WHEN h.payable THEN 'payable' ELSE 'not payable' END AS found FROM hold h \
         JOIN checkout_session s ON s.organization_id = $1 AND s.id = h.session_id \
         WHERE h.organization_id = $1 AND s.status NOT IN ('completed', 'canceled', 'expired') \
         AND h.payable <> s.secret_out",
    ),
    (
        "discount_beyond_limit",
        6,
        "discount",
        "SELECT d.id AS id, d.usage_limit AS expected, d.used + coalesce(h.held, 0) AS found FROM discount d \
         LEFT JOIN (SELECT resource_id, sum(quantity) AS held FROM hold \
                    WHERE organization_id = $1 AND kind = 'discount' AND payable GROUP BY resource_id) h \
         ON h.resource_id = d.id \
         WHERE d.organization_id = $1 AND d.usage_limit IS NOT NULL \
         AND d.used + coalesce(h.held, 0) > d.usage_limit",
    ),
    (
        "discount_beyond_customer_limit",
        6,
        "discount",
        "SELECT d.id AS id, d.customer_limit AS expected, max(t.taken) AS found FROM discount d \
         JOIN (SELECT discount_id, customer_key, count(*) AS taken FROM \
               (SELECT discount_id, customer_key FROM discount_use WHERE organization_id = $1 \
                UNION ALL SELECT resource_id, customer_key FROM hold \
                WHERE organization_id = $1 AND kind = 'discount' AND payable) every_use \
               WHERE customer_key <> '' GROUP BY discount_id, customer_key) t ON t.discount_id = d.id \
         WHERE d.organization_id = $1 AND d.customer_limit IS NOT NULL AND t.taken > d.customer_limit \
         GROUP BY d.id, d.customer_limit",
    ),
    (
        "discount_counter",
        6,
        "discount",
        "SELECT d.id AS id, coalesce(u.uses, 0) AS expected, d.used AS found FROM discount d \
         LEFT JOIN (SELECT discount_id, count(*) AS uses FROM discount_use WHERE organization_id = $1 \
                    GROUP BY discount_id) u ON u.discount_id = d.id \
         WHERE d.organization_id = $1 AND d.usage_limit IS NOT NULL AND d.used <> coalesce(u.uses, 0)",
    ),
    (
        "discount_used_twice_by_order",
        6,
        "discount_use",
        "SELECT u.id AS id, 'one use an order' AS expected, 'another' AS found FROM discount_use u \
         WHERE u.organization_id = $1 AND EXISTS (SELECT 1 FROM discount_use v WHERE v.organization_id = $1 \
         AND v.discount_id = u.discount_id AND v.order_id = u.order_id AND v.id < u.id)",
    ),
];
