//! A captured payment ends in exactly one order; no order without a payment; the amount is the bound one.
//!
//! **Invariant:** as in `audit`: each query answers the rows at fault, with what was expected and what is there. Two
//! orders of a session or of an intent are kept out by unique keys; the checks are for a database that lost them.

use super::Row;

/// Orders, their sessions and bindings.
pub(super) const CHECKS: &[Row] = &[
    (
        "second_order_of_session",
        3,
        "order",
        "SELECT o.id AS id, 'one order a session' AS expected, 'a second, ' || o.number AS found \
         FROM \"order\" o WHERE o.organization_id = $1 AND EXISTS (SELECT 1 FROM \"order\" p \
         WHERE p.organization_id = $1 AND p.session_id = o.session_id AND p.id < o.id)",
    ),
    (
        "second_order_of_intent",
        3,
        "order",
        "SELECT o.id AS id, 'one order an intent' AS expected, 'a second of ' || o.intent_id AS found \
         FROM \"order\" o WHERE o.organization_id = $1 AND EXISTS (SELECT 1 FROM \"order\" p \
         WHERE p.organization_id = $1 AND p.intent_id = o.intent_id AND p.id < o.id)",
    ),
    (
        "completed_without_order",
        3,
        "checkout_session",
        "SELECT s.id AS id, 'an order' AS expected, 'none' AS found FROM checkout_session s \
         WHERE s.organization_id = $1 AND s.status = 'completed' AND NOT EXISTS (SELECT 1 FROM \"order\" o \
         WHERE o.organization_id = $1 AND o.session_id = s.id)",
    ),
    (
        "order_without_completed_session",
        3,
        "order",
        "SELECT o.id AS id, 'a completed session of this order' AS expected, s.status AS found FROM \"order\" o \
         JOIN checkout_session s ON s.organization_id = $1 AND s.id = o.session_id \
         WHERE o.organization_id = $1 AND (s.status <> 'completed' OR (s.order_id IS DISTINCT FROM o.id \
         AND NOT EXISTS (SELECT 1 FROM \"order\" p WHERE p.organization_id = $1 AND p.session_id = s.id AND p.id <> o.id)))",
    ),
    (
        "order_of_unconsumed_binding",
        2,
        "order",
        "SELECT o.id AS id, 'consumed' AS expected, b.status AS found FROM \"order\" o \
         JOIN binding b ON b.organization_id = $1 AND b.id = o.binding_id \
         WHERE o.organization_id = $1 AND b.status <> 'consumed'",
    ),
    (
        "consumed_binding_without_order",
        3,
        "binding",
        "SELECT b.id AS id, 'an order' AS expected, 'none' AS found FROM binding b \
         WHERE b.organization_id = $1 AND b.status = 'consumed' AND NOT EXISTS (SELECT 1 FROM \"order\" o \
         WHERE o.organization_id = $1 AND o.binding_id = b.id)",
    ),
    (
        "order_total_unlike_binding",
        2,
        "order",
        "SELECT o.id AS id, b.grand_total_minor AS expected, o.grand_total_minor AS found FROM \"order\" o \
         JOIN binding b ON b.organization_id = $1 AND b.id = o.binding_id \
         WHERE o.organization_id = $1 AND o.grand_total_minor <> b.grand_total_minor",
    ),
    (
        "order_charge_unlike_binding",
        2,
        "order",
        "SELECT o.id AS id, CASE WHEN o.intent_id IS NULL THEN 0 ELSE b.total_minor END AS expected, \
         o.charged_minor AS found FROM \"order\" o JOIN binding b ON b.organization_id = $1 AND b.id = o.binding_id \
         WHERE o.organization_id = $1 \
         AND o.charged_minor <> CASE WHEN o.intent_id IS NULL THEN 0 ELSE b.total_minor END",
    ),
    (
        "order_currency_unlike_binding",
        2,
        "order",
        "SELECT o.id AS id, b.currency AS expected, o.currency AS found FROM \"order\" o \
         JOIN binding b ON b.organization_id = $1 AND b.id = o.binding_id \
         WHERE o.organization_id = $1 AND o.currency <> b.currency",
    ),
    (
        "order_without_payment",
        4,
        "order",
        "SELECT o.id AS id, 'a payment' AS expected, 'none of ' || CAST(b.total_minor AS text) AS found \
         FROM \"order\" o JOIN binding b ON b.organization_id = $1 AND b.id = o.binding_id \
         WHERE o.organization_id = $1 AND b.total_minor <> 0 AND (o.intent_id IS NULL OR o.attempt_id IS NULL)",
    ),
    (
        "order_payment_status",
        4,
        "order",
        "SELECT o.id AS id, CASE WHEN o.intent_id IS NULL THEN 'not_required' ELSE 'a payment' END AS expected, \
         o.payment_status AS found FROM \"order\" o WHERE o.organization_id = $1 AND o.refunded_minor = 0 \
         AND (o.intent_id IS NULL) <> (o.payment_status = 'not_required')",
    ),
    (
        "order_without_verdict",
        4,
        "order",
        "SELECT o.id AS id, 'a verdict that honours ' || o.intent_id AS expected, 'none' AS found FROM \"order\" o \
         WHERE o.organization_id = $1 AND o.intent_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM verdict v \
         WHERE v.organization_id = $1 AND v.intent_id = o.intent_id AND v.outcome = 'honour' AND v.order_id = o.id)",
    ),
    (
        "order_charge_unlike_verdict",
        2,
        "order",
        "SELECT o.id AS id, CAST(v.amount_minor AS text) || ' ' || upper(v.currency) AS expected, \
         CAST(o.charged_minor AS text) || ' ' || o.currency AS found FROM \"order\" o \
         JOIN verdict v ON v.organization_id = $1 AND v.intent_id = o.intent_id AND v.outcome = 'honour' \
         WHERE o.organization_id = $1 AND (v.amount_minor <> o.charged_minor OR upper(v.currency) <> o.currency)",
    ),
    (
        "order_charge_unlike_attempt",
        2,
        "order",
        "SELECT o.id AS id, CAST(a.amount_minor AS text) || ' ' || a.currency AS expected, \
         CAST(o.charged_minor AS text) || ' ' || o.currency AS found FROM \"order\" o \
         JOIN payment_attempt a ON a.organization_id = $1 AND a.id = o.attempt_id AND a.intent_id = o.intent_id \
         WHERE o.organization_id = $1 AND (a.amount_minor <> o.charged_minor OR a.currency <> o.currency)",
    ),
    (
        "order_line_sum",
        2,
        "order_line",
        "SELECT l.id AS id, l.unit_price_minor * l.quantity - l.discount_minor AS expected, l.total_minor AS found \
         FROM order_line l WHERE l.organization_id = $1 \
         AND l.total_minor <> l.unit_price_minor * l.quantity - l.discount_minor",
    ),
    (
        "order_line_below_zero",
        2,
        "order_line",
        "SELECT l.id AS id, 'nothing below zero' AS expected, CAST(l.quantity AS text) || ' units, discount ' \
         || CAST(l.discount_minor AS text) || ', tax ' || CAST(l.tax_minor AS text) || ', total ' \
         || CAST(l.total_minor AS text) AS found FROM order_line l WHERE l.organization_id = $1 \
         AND (l.quantity < 1 OR l.unit_price_minor < 0 OR l.discount_minor < 0 OR l.tax_minor < 0 OR l.total_minor < 0)",
    ),
];
