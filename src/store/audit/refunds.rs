//! What is given back of an order is at most what it took, and is what its parts and its payers say.
//!
//! **Invariant:** as in `audit`: each query answers the rows at fault, with what was expected and what is there. Refunds
//! that were refused count for nothing.

use super::Row;

/// Refunds of orders, and what the order says of them.
pub(super) const CHECKS: &[Row] = &[
    (
        "order_refunded_unlike_refunds",
        2,
        "order",
        "SELECT o.id AS id, coalesce(r.back, 0) AS expected, o.refunded_minor AS found FROM \"order\" o \
         LEFT JOIN (SELECT order_id, sum(amount_minor) AS back FROM order_refund \
                    WHERE organization_id = $1 AND status = 'succeeded' GROUP BY order_id) r ON r.order_id = o.id \
         WHERE o.organization_id = $1 AND o.refunded_minor <> coalesce(r.back, 0)",
    ),
    (
        "order_refunded_beyond_total",
        2,
        "order",
        "SELECT o.id AS id, '0 to ' || CAST(o.grand_total_minor AS text) AS expected, r.back AS found FROM \"order\" o \
         JOIN (SELECT order_id, sum(amount_minor) AS back FROM order_refund \
               WHERE organization_id = $1 AND status <> 'failed' GROUP BY order_id) r ON r.order_id = o.id \
         WHERE o.organization_id = $1 AND r.back > o.grand_total_minor",
    ),
    (
        "order_refunded_beyond_charge",
        2,
        "order",
        "SELECT o.id AS id, '0 to ' || CAST(o.charged_minor AS text) AS expected, r.back AS found FROM \"order\" o \
         JOIN (SELECT order_id, sum(card_minor) AS back FROM order_refund \
               WHERE organization_id = $1 AND status <> 'failed' GROUP BY order_id) r ON r.order_id = o.id \
         WHERE o.organization_id = $1 AND r.back > o.charged_minor",
    ),
    (
        "order_refund_status",
        2,
        "order",
        "SELECT o.id AS id, CASE WHEN o.refunded_minor = 0 THEN 'nothing given back' \
         WHEN o.refunded_minor < o.grand_total_minor THEN 'partially_refunded' ELSE 'refunded' END AS expected, \
         o.payment_status AS found FROM \"order\" o WHERE o.organization_id = $1 AND o.payment_status <> 'disputed' \
         AND CASE WHEN o.refunded_minor = 0 THEN o.payment_status IN ('partially_refunded', 'refunded') \
             WHEN o.refunded_minor < o.grand_total_minor THEN o.payment_status NOT IN ('partially_refunded', 'authorized') \
             ELSE o.payment_status <> 'refunded' END",
    ),
    (
        "refund_unlike_its_parts",
        2,
        "order_refund",
        "SELECT r.id AS id, coalesce(p.parts, 0) AS expected, r.amount_minor AS found FROM order_refund r \
         LEFT JOIN (SELECT order_refund_id, sum(amount_minor) AS parts FROM order_refund_part \
                    WHERE organization_id = $1 GROUP BY order_refund_id) p ON p.order_refund_id = r.id \
         WHERE r.organization_id = $1 AND r.amount_minor <> coalesce(p.parts, 0)",
    ),
    (
        "refund_unlike_its_payers",
        2,
        "order_refund",
        "SELECT r.id AS id, r.card_minor + coalesce(c.back, 0) AS expected, r.amount_minor AS found \
         FROM order_refund r \
         LEFT JOIN (SELECT order_refund_id, sum(amount_minor) AS back FROM order_refund_certificate \
                    WHERE organization_id = $1 GROUP BY order_refund_id) c ON c.order_refund_id = r.id \
         WHERE r.organization_id = $1 AND r.amount_minor <> r.card_minor + coalesce(c.back, 0)",
    ),
    (
        // What no card gets is settled in the transaction that stores it.
        "refund_unlike_what_is_sent",
        3,
        "order_refund",
        "SELECT r.id AS id, r.status || ' ' || CAST(r.card_minor AS text) || ' ' || r.currency AS expected, \
         CASE WHEN s.id IS NULL THEN 'nothing is sent' \
         ELSE s.status || ' ' || CAST(s.amount_minor AS text) || ' ' || s.currency END AS found FROM order_refund r \
         LEFT JOIN refund s ON s.organization_id = $1 AND s.id = r.id AND s.order_id = r.order_id \
         WHERE r.organization_id = $1 AND ((r.card_minor = 0 AND (s.id IS NOT NULL OR r.status <> 'succeeded')) \
         OR (r.card_minor <> 0 AND (s.id IS NULL OR s.status <> r.status OR s.amount_minor <> r.card_minor \
         OR s.currency <> r.currency)))",
    ),
    (
        "sent_without_refund",
        3,
        "refund",
        "SELECT s.id AS id, 'a refund of the order' AS expected, 'none' AS found FROM refund s \
         WHERE s.organization_id = $1 AND s.order_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM order_refund r \
         WHERE r.organization_id = $1 AND r.id = s.id)",
    ),
    (
        "units_refunded_unlike_refunds",
        2,
        "order_line",
        "SELECT l.id AS id, coalesce(p.back, 0) AS expected, l.refunded_quantity AS found FROM order_line l \
         LEFT JOIN (SELECT q.order_line_id, sum(q.units) AS back FROM order_refund_part q \
                    JOIN order_refund r ON r.organization_id = $1 AND r.id = q.order_refund_id \
                    WHERE q.organization_id = $1 AND r.status = 'succeeded' GROUP BY q.order_line_id) p \
         ON p.order_line_id = l.id \
         WHERE l.organization_id = $1 AND l.refunded_quantity <> coalesce(p.back, 0)",
    ),
    (
        "units_refunded_beyond_line",
        2,
        "order_line",
        "SELECT l.id AS id, '0 to ' || CAST(l.quantity AS text) AS expected, p.back AS found FROM order_line l \
         JOIN (SELECT q.order_line_id, sum(q.units) AS back FROM order_refund_part q \
               JOIN order_refund r ON r.organization_id = $1 AND r.id = q.order_refund_id \
               WHERE q.organization_id = $1 AND r.status <> 'failed' GROUP BY q.order_line_id) p \
         ON p.order_line_id = l.id \
         WHERE l.organization_id = $1 AND l.quantity > 0 AND (p.back > l.quantity OR p.back < 0)",
    ),
    (
        "certificate_given_back_beyond_draw",
        6,
        "gift_certificate",
        "SELECT b.certificate AS id, coalesce(u.amount_minor, 0) AS expected, b.back AS found FROM \
         (SELECT c.gift_certificate_id AS certificate, r.order_id AS of_order, sum(c.amount_minor) AS back \
          FROM order_refund_certificate c JOIN order_refund r ON r.organization_id = $1 AND r.id = c.order_refund_id \
          WHERE c.organization_id = $1 AND r.status <> 'failed' GROUP BY c.gift_certificate_id, r.order_id) b \
         LEFT JOIN gift_certificate_use u ON u.organization_id = $1 AND u.gift_certificate_id = b.certificate \
         AND u.order_id = b.of_order WHERE b.back > coalesce(u.amount_minor, 0)",
    ),
];
