//! What is bound is what is asked for; a payment has one end; nothing is left lying.
//!
//! **Invariant:** as in `audit`: each query answers the rows at fault, with what was expected and what is there. A
//! second verdict of an intent and a second refund of a verdict are kept out by unique keys.

use super::Row;

/// Bindings, attempts, verdicts, refunds, and the work that waits.
pub(super) const CHECKS: &[Row] = &[
    (
        "second_live_binding",
        2,
        "binding",
        "SELECT b.id AS id, 'one live binding a session' AS expected, 'another' AS found FROM binding b \
         WHERE b.organization_id = $1 AND b.status = 'live' AND EXISTS (SELECT 1 FROM binding c \
         WHERE c.organization_id = $1 AND c.session_id = b.session_id AND c.status = 'live' AND c.id < b.id)",
    ),
    (
        "payable_binding_of_ended_session",
        3,
        "binding",
        "SELECT b.id AS id, 'released or consumed, as the session is ' || s.status AS expected, b.status AS found \
         FROM binding b JOIN checkout_session s ON s.organization_id = $1 AND s.id = b.session_id \
         WHERE b.organization_id = $1 AND b.status IN ('live', 'superseded') \
         AND s.status IN ('completed', 'canceled', 'expired')",
    ),
    (
        "superseded_binding_without_secret",
        3,
        "binding",
        "SELECT b.id AS id, 'released, as no client secret is out' AS expected, b.status AS found \
         FROM binding b JOIN checkout_session s ON s.organization_id = $1 AND s.id = b.session_id \
         WHERE b.organization_id = $1 AND b.status = 'superseded' AND NOT s.secret_out \
         AND s.status NOT IN ('completed', 'canceled', 'expired')",
    ),
    (
        "session_without_its_binding",
        2,
        "checkout_session",
        "SELECT s.id AS id, CASE WHEN s.status = 'completed' THEN 'consumed' ELSE 'live' END AS expected, \
         b.status AS found FROM checkout_session s \
         JOIN binding b ON b.organization_id = $1 AND b.id = s.binding_id \
         WHERE s.organization_id = $1 AND (b.session_id <> s.id \
         OR (s.status IN ('bound', 'processing') AND b.status NOT IN ('live')) \
         OR (s.status = 'completed' AND b.status IN ('superseded', 'released')))",
    ),
    (
        "live_binding_not_in_force",
        2,
        "binding",
        "SELECT b.id AS id, 'the binding that its session names' AS expected, 'another or none' AS found \
         FROM binding b JOIN checkout_session s ON s.organization_id = $1 AND s.id = b.session_id \
         WHERE b.organization_id = $1 AND b.status = 'live' AND s.binding_id IS DISTINCT FROM b.id \
         AND s.status NOT IN ('completed', 'canceled', 'expired') AND NOT EXISTS (SELECT 1 FROM binding c \
         WHERE c.organization_id = $1 AND c.id = s.binding_id AND c.status = 'live')",
    ),
    (
        "binding_amount",
        2,
        "binding",
        "SELECT b.id AS id, '0 to ' || CAST(b.grand_total_minor AS text) AS expected, b.total_minor AS found \
         FROM binding b WHERE b.organization_id = $1 AND (b.total_minor < 0 OR b.total_minor > b.grand_total_minor)",
    ),
    (
        "binding_currency",
        2,
        "binding",
        "SELECT b.id AS id, s.currency AS expected, b.currency AS found FROM binding b \
         JOIN checkout_session s ON s.organization_id = $1 AND s.id = b.session_id \
         WHERE b.organization_id = $1 AND b.currency <> s.currency",
    ),
    (
        "attempt_unlike_binding",
        2,
        "payment_attempt",
        "SELECT a.id AS id, CAST(b.total_minor AS text) || ' ' || b.currency AS expected, \
         CAST(a.amount_minor AS text) || ' ' || a.currency AS found FROM payment_attempt a \
         JOIN binding b ON b.organization_id = $1 AND b.id = a.binding_id WHERE a.organization_id = $1 \
         AND (a.amount_minor <> b.total_minor OR a.currency <> b.currency OR b.session_id <> a.session_id)",
    ),
    (
        "second_open_attempt",
        3,
        "payment_attempt",
        "SELECT a.id AS id, 'one intent a session that can be paid' AS expected, a.status AS found \
         FROM payment_attempt a WHERE a.organization_id = $1 \
         AND a.status NOT IN ('succeeded', 'authorized', 'canceled') AND EXISTS (SELECT 1 FROM payment_attempt c \
         WHERE c.organization_id = $1 AND c.session_id = a.session_id AND c.id < a.id \
         AND c.status NOT IN ('succeeded', 'authorized', 'canceled'))",
    ),
    (
        "open_attempt_of_ended_session",
        3,
        "payment_attempt",
        "SELECT a.id AS id, 'an end, as the session is ' || s.status AS expected, a.status AS found \
         FROM payment_attempt a JOIN checkout_session s ON s.organization_id = $1 AND s.id = a.session_id \
         WHERE a.organization_id = $1 AND a.status NOT IN ('succeeded', 'authorized', 'canceled') \
         AND s.status IN ('completed', 'canceled', 'expired')",
    ),
    (
        "attempt_in_flight_too_long",
        3,
        "payment_attempt",
        "SELECT a.id AS id, 'finished by now' AS expected, a.operation || ' since ' || CAST(a.operation_at AS text) \
         AS found FROM payment_attempt a WHERE a.organization_id = $1 AND a.operation <> 'none' \
         AND a.operation_at <= $2",
    ),
    (
        "payment_without_verdict",
        3,
        "payment_attempt",
        "SELECT a.id AS id, 'a verdict' AS expected, 'none' AS found FROM payment_attempt a \
         WHERE a.organization_id = $1 AND a.status IN ('succeeded', 'authorized') AND NOT EXISTS \
         (SELECT 1 FROM verdict v WHERE v.organization_id = $1 AND v.attempt_id = a.id)",
    ),
    (
        "second_verdict_of_intent",
        3,
        "verdict",
        "SELECT v.id AS id, 'one verdict an intent' AS expected, 'a second of ' || v.intent_id AS found \
         FROM verdict v WHERE v.organization_id = $1 AND EXISTS (SELECT 1 FROM verdict w \
         WHERE w.organization_id = $1 AND w.intent_id = v.intent_id AND w.id < v.id)",
    ),
    (
        "verdict_unlike_order",
        3,
        "verdict",
        "SELECT v.id AS id, CASE WHEN v.outcome = 'honour' THEN 'an order' ELSE 'no order' END AS expected, \
         CASE WHEN v.order_id IS NULL THEN 'none' ELSE 'one' END AS found FROM verdict v \
         WHERE v.organization_id = $1 AND (v.outcome = 'honour') <> (v.order_id IS NOT NULL)",
    ),
    (
        "order_and_refund_of_one_payment",
        3,
        "refund",
        "SELECT r.id AS id, 'an order or a refund' AS expected, 'both' AS found FROM refund r \
         JOIN \"order\" o ON o.organization_id = $1 AND o.intent_id = r.intent_id \
         WHERE r.organization_id = $1 AND r.order_id IS NULL",
    ),
    (
        "verdict_without_refund",
        3,
        "verdict",
        "SELECT v.id AS id, 'a refund' AS expected, 'none' AS found FROM verdict v \
         WHERE v.organization_id = $1 AND v.outcome = 'refund' AND NOT EXISTS (SELECT 1 FROM refund r \
         WHERE r.organization_id = $1 AND r.verdict_id = v.id)",
    ),
    (
        "second_refund_of_verdict",
        3,
        "refund",
        "SELECT r.id AS id, 'one refund a verdict' AS expected, 'another' AS found FROM refund r \
         WHERE r.organization_id = $1 AND EXISTS (SELECT 1 FROM refund q WHERE q.organization_id = $1 \
         AND q.verdict_id = r.verdict_id AND q.id < r.id)",
    ),
    (
        "refund_unlike_verdict",
        2,
        "refund",
        "SELECT r.id AS id, v.outcome || ' ' || CAST(v.amount_minor AS text) || ' ' || v.currency AS expected, \
         'refund ' || CAST(r.amount_minor AS text) || ' ' || r.currency AS found FROM refund r \
         JOIN verdict v ON v.organization_id = $1 AND v.id = r.verdict_id WHERE r.organization_id = $1 \
         AND (v.outcome <> 'refund' OR r.amount_minor <> v.amount_minor OR r.currency <> v.currency)",
    ),
    (
        "refunds_beyond_payment",
        2,
        "verdict",
        "SELECT v.id AS id, v.amount_minor AS expected, t.back AS found FROM verdict v \
         JOIN (SELECT intent_id, sum(amount_minor) AS back FROM refund WHERE organization_id = $1 \
               AND status <> 'failed' GROUP BY intent_id) t ON t.intent_id = v.intent_id \
         WHERE v.organization_id = $1 AND t.back > v.amount_minor",
    ),
    (
        "refund_never_sent",
        3,
        "refund",
        "SELECT r.id AS id, 'an effect that will send it' AS expected, 'none' AS found FROM refund r \
         WHERE r.organization_id = $1 AND r.status = 'pending' AND NOT EXISTS (SELECT 1 FROM outbox_entry e \
         WHERE e.organization_id = $1 AND e.topic = 'refund' AND e.subject_id = r.id AND e.delivered_at IS NULL)",
    ),
    (
        "event_unhandled",
        3,
        "inbox_event",
        "SELECT e.id AS id, 'acted on by now' AS expected, e.event_id || ' since ' || CAST(e.received_at AS text) \
         AS found FROM inbox_event e WHERE e.organization_id = $1 \
         AND (e.status = 'failed' OR e.status = 'received' AND e.received_at <= $2)",
    ),
    (
        "second_row_of_event",
        8,
        "inbox_event",
        "SELECT e.id AS id, 'one row an event' AS expected, 'a second of ' || e.event_id AS found FROM inbox_event e \
         WHERE e.organization_id = $1 AND EXISTS (SELECT 1 FROM inbox_event f WHERE f.organization_id = $1 \
         AND f.event_id = e.event_id AND f.id < e.id)",
    ),
    (
        "effect_undelivered",
        3,
        "outbox_entry",
        "SELECT e.id AS id, 'delivered by now' AS expected, e.topic || ' since ' || CAST(e.created_at AS text) \
         AS found FROM outbox_entry e WHERE e.organization_id = $1 AND e.delivered_at IS NULL AND e.created_at <= $2",
    ),
    (
        "key_ahead_of_session",
        8,
        "idempotency_record",
        "SELECT k.session_id AS id, 'a revision up to ' || CAST(s.revision AS text) AS expected, \
         k.operation || ' at ' || CAST(k.revision AS text) AS found FROM idempotency_record k \
         JOIN checkout_session s ON s.organization_id = $1 AND s.id = k.session_id \
         WHERE k.organization_id = $1 AND (k.revision > s.revision OR k.revision < 1)",
    ),
    (
        "revision_ahead_of_version",
        8,
        "checkout_session",
        "SELECT s.id AS id, 'a revision of 1 to ' || CAST(s.version AS text) AS expected, s.revision AS found \
         FROM checkout_session s WHERE s.organization_id = $1 AND (s.revision < 1 OR s.revision > s.version)",
    ),
];
