//! Kinds of damage, as data: what the audit must find, in which row, and the statements that bring it about.
//!
//! **Invariant:** `{row}` is the row at fault, `{a}` the shop that is damaged, `{last}` the highest id there is, `{paid}`
//! an order that was paid, `{event}` an event. What a unique key keeps out is planted after the key was dropped.

/// What the audit finds, by name; its row; and how it comes about. Several names where one damage breaks several
/// promises; the row is the one named by the first.
pub type Case = (&'static str, &'static str, &'static str);

const HELD: &str = "SELECT id FROM hold WHERE organization_id = {a} AND kind = 'stock'";
pub const PAID: &str =
    "SELECT id FROM \"order\" WHERE organization_id = {a} AND intent_id IS NOT NULL ORDER BY id LIMIT 1";
const FREE: &str = "SELECT id FROM \"order\" WHERE organization_id = {a} AND intent_id IS NULL";
const OPEN: &str = "SELECT id FROM checkout_session WHERE organization_id = {a} AND secret_out";
const DRAFT: &str = "SELECT id FROM checkout_session WHERE organization_id = {a} AND status = 'draft' ORDER BY id DESC LIMIT 1";
const LIVE: &str = "SELECT id FROM binding WHERE organization_id = {a} AND status = 'live'";
const UNDER_WAY: &str =
    "SELECT id FROM payment_attempt WHERE organization_id = {a} AND status = 'requires_payment_method'";
const ONCE: &str = "SELECT id FROM discount WHERE organization_id = {a} AND code = 'ONCE'";
const GIFT: &str = "SELECT id FROM gift_certificate WHERE organization_id = {a} ORDER BY id LIMIT 1";
const LINE: &str = "SELECT id FROM order_line WHERE organization_id = {a} ORDER BY id LIMIT 1";
const REFUND: &str = "SELECT id FROM refund WHERE organization_id = {a} AND order_id IS NULL";
const GIVEN_BACK: &str = "SELECT id FROM verdict WHERE organization_id = {a} AND outcome = 'refund'";
const HONOURED: &str =
    "SELECT id FROM verdict WHERE organization_id = {a} AND outcome = 'honour' ORDER BY id LIMIT 1";
pub const EVENT: &str = "SELECT id FROM inbox_event WHERE organization_id = {a} ORDER BY id LIMIT 1";

pub const GOODS: &[Case] = &[
    (
        "stock_below_zero",
        "SELECT variant_id FROM stock WHERE organization_id = {a} AND variant_id NOT IN (SELECT resource_id FROM hold) LIMIT 1",
        "UPDATE stock SET on_hand = -1 WHERE variant_id = {row}",
    ),
    (
        "held_beyond_stock",
        "SELECT resource_id FROM hold WHERE organization_id = {a} AND kind = 'stock'",
        "UPDATE stock SET on_hand = 0 WHERE variant_id = {row}",
    ),
    ("hold_of_nothing holds_cover_binding", HELD, "UPDATE hold SET quantity = 0 WHERE id = {row}"),
    (
        "hold_of_ended_session",
        "SELECT {last}",
        "CREATE TABLE one AS SELECT * FROM hold WHERE organization_id = {a} AND kind = 'stock'; UPDATE one SET id = {last}, session_id = \
         (SELECT id FROM checkout_session WHERE organization_id = {a} AND status = 'canceled'); INSERT INTO hold SELECT * FROM one; DROP TABLE one",
    ),
    ("hold_payable_unlike_session", HELD, "UPDATE hold SET payable = false WHERE id = {row}"),
    ("discount_beyond_limit", ONCE, "UPDATE discount SET usage_limit = 0 WHERE id = {row}"),
    ("discount_beyond_customer_limit", ONCE, "UPDATE discount SET customer_limit = 0 WHERE id = {row}"),
    ("discount_counter", ONCE, "UPDATE discount SET used = 0 WHERE id = {row}"),
    (
        "discount_used_twice_by_order discount_counter",
        "SELECT {last}",
        "CREATE TABLE one AS SELECT * FROM discount_use WHERE organization_id = {a}; UPDATE one SET id = {last}; \
         INSERT INTO discount_use SELECT * FROM one; DROP TABLE one",
    ),
    (
        "gift_certificate_balance",
        GIFT,
        "UPDATE gift_certificate SET balance_minor = balance_minor + 1 WHERE id = {row}",
    ),
    (
        "held_beyond_balance gift_certificate_balance",
        "SELECT resource_id FROM hold WHERE organization_id = {a} AND kind = 'gift_certificate'",
        "UPDATE gift_certificate SET balance_minor = 0 WHERE id = {row}",
    ),
    (
        "reference_leaves_organization holds_cover_binding",
        "SELECT id FROM hold WHERE organization_id = {a} AND kind = 'gift_certificate'",
        "UPDATE hold SET resource_id = {last} WHERE id = {row}",
    ),
    ("holds_cover_binding", OPEN, "DELETE FROM hold WHERE session_id = {row}"),
];

pub const ORDERS: &[Case] = &[
    (
        "completed_without_order consumed_binding_without_order reference_leaves_organization",
        FREE_SESSION,
        "DELETE FROM \"order\" WHERE session_id = {row}",
    ),
    (
        "order_without_completed_session row_reads",
        PAID,
        "UPDATE checkout_session SET status = 'canceled' WHERE order_id = {row}",
    ),
    (
        "order_of_unconsumed_binding session_without_its_binding",
        PAID,
        "UPDATE binding SET status = 'released' WHERE id = (SELECT binding_id FROM \"order\" WHERE id = {row})",
    ),
    (
        "consumed_binding_without_order",
        "SELECT id FROM binding WHERE organization_id = {a} AND status = 'released' ORDER BY id LIMIT 1",
        "UPDATE binding SET status = 'consumed' WHERE id = {row}",
    ),
    (
        "order_total_unlike_binding order_adds_up order_paid_unlike_total",
        PAID,
        "UPDATE \"order\" SET grand_total_minor = grand_total_minor + 1 WHERE id = {row}",
    ),
    (
        "order_charge_unlike_binding order_charge_unlike_attempt order_charge_unlike_verdict order_paid_unlike_total",
        PAID,
        "UPDATE \"order\" SET charged_minor = charged_minor - 1 WHERE id = {row}",
    ),
    (
        "order_currency_unlike_binding order_charge_unlike_attempt order_charge_unlike_verdict",
        PAID,
        "UPDATE \"order\" SET currency = 'EUR' WHERE id = {row}",
    ),
    (
        "order_paid_unlike_total gift_certificate_balance",
        PAID,
        "UPDATE gift_certificate_use SET amount_minor = amount_minor + 1 WHERE order_id = {row}",
    ),
    ("order_without_payment", PAID, "UPDATE \"order\" SET attempt_id = NULL WHERE id = {row}"),
    ("order_payment_status", FREE, "UPDATE \"order\" SET payment_status = 'paid' WHERE id = {row}"),
    ("order_without_verdict payment_without_verdict", PAID, "DELETE FROM verdict WHERE order_id = {row}"),
    (
        "order_charge_unlike_verdict",
        PAID,
        "UPDATE verdict SET amount_minor = amount_minor + 1 WHERE order_id = {row}",
    ),
    (
        "order_charge_unlike_attempt attempt_unlike_binding",
        PAID,
        "UPDATE payment_attempt SET amount_minor = amount_minor + 1 WHERE id = (SELECT attempt_id FROM \"order\" WHERE id = {row})",
    ),
    ("order_line_sum", LINE, "UPDATE order_line SET total_minor = total_minor + 1 WHERE id = {row}"),
    ("order_line_below_zero order_line_sum", LINE, "UPDATE order_line SET quantity = -1 WHERE id = {row}"),
    ("order_adds_up", PAID, "UPDATE \"order\" SET totals = '[]' WHERE id = {row}"),
    (
        "order_adds_up order_line_sum",
        PAID,
        "UPDATE order_line SET discount_minor = discount_minor + 1 WHERE order_id = {row}",
    ),
    ("row_reads", PAID, "UPDATE \"order\" SET snapshot = '{}' WHERE id = {row}"),
    ("row_reads", PAID, "DELETE FROM order_line WHERE order_id = {row}"),
    (
        "second_order_of_session order_without_verdict row_reads order_paid_unlike_total",
        "SELECT {last}",
        "DROP INDEX uq_order_session_id; DROP INDEX uq_order_number; CREATE TABLE one AS SELECT * FROM \"order\" WHERE id = \
         {paid}; UPDATE one SET id = {last}, intent_id = 'pi_other'; INSERT INTO \"order\" SELECT * FROM one; DROP TABLE one",
    ),
    (
        "second_order_of_intent second_order_of_session order_without_verdict row_reads order_paid_unlike_total",
        "SELECT {last}",
        "DROP INDEX uq_order_intent_id; CREATE TABLE one AS SELECT * FROM \"order\" WHERE id = {paid}; \
         UPDATE one SET id = {last}; INSERT INTO \"order\" SELECT * FROM one; DROP TABLE one",
    ),
];

const FREE_SESSION: &str =
    "SELECT session_id FROM \"order\" WHERE organization_id = {a} AND intent_id IS NULL";

pub const BINDINGS: &[Case] = &[
    (
        "second_live_binding",
        "SELECT {last}",
        "CREATE TABLE one AS SELECT * FROM binding WHERE organization_id = {a} AND status = 'live'; UPDATE one SET id = {last}; \
         INSERT INTO binding SELECT * FROM one; DROP TABLE one",
    ),
    (
        "payable_binding_of_ended_session",
        "SELECT b.id FROM binding b JOIN checkout_session s ON s.id = b.session_id WHERE s.organization_id = {a} AND s.status = 'canceled'",
        "UPDATE binding SET status = 'superseded' WHERE id = {row}",
    ),
    (
        "superseded_binding_without_secret",
        "SELECT {last}",
        "CREATE TABLE one AS SELECT * FROM binding WHERE organization_id = {a} AND status = 'live'; UPDATE one SET id = {last}, status = 'superseded', \
         session_id = (SELECT id FROM checkout_session WHERE status = 'draft' AND organization_id = {a} ORDER BY id LIMIT 1); \
         INSERT INTO binding SELECT * FROM one; DROP TABLE one",
    ),
    ("session_without_its_binding", OPEN, "UPDATE binding SET status = 'released' WHERE session_id = {row}"),
    (
        "live_binding_not_in_force",
        LIVE,
        "UPDATE checkout_session SET status = 'draft', bound = NULL, binding_id = NULL WHERE organization_id = {a} AND secret_out",
    ),
    (
        "binding_amount attempt_unlike_binding binding_adds_up",
        LIVE,
        "UPDATE binding SET total_minor = grand_total_minor + 1 WHERE id = {row}",
    ),
    (
        "binding_currency attempt_unlike_binding binding_adds_up",
        LIVE,
        "UPDATE binding SET currency = 'EUR' WHERE id = {row}",
    ),
    (
        "binding_adds_up attempt_unlike_binding",
        "SELECT b.id FROM binding b JOIN checkout_session s ON s.id = b.session_id WHERE s.organization_id = {a} AND s.status = 'canceled'",
        "UPDATE binding SET total_minor = total_minor - 1 WHERE id = {row}",
    ),
    ("row_reads", LIVE, "UPDATE binding SET snapshot = '{}' WHERE id = {row}"),
    ("row_reads", LIVE, "UPDATE binding SET terms = '{}' WHERE id = {row}"),
    (
        "binding_replays",
        LIVE,
        "UPDATE binding SET terms = (SELECT b.terms FROM binding b JOIN \"order\" o ON o.binding_id = b.id WHERE o.id = {paid}) WHERE id = {row}",
    ),
    (
        "binding_replays order_replays",
        "SELECT binding_id FROM \"order\" WHERE id = {paid}",
        "UPDATE binding SET terms = (SELECT terms FROM binding WHERE organization_id = {a} AND status = 'live') WHERE id = {row}",
    ),
];

pub const PAYMENTS: &[Case] = &[
    (
        "attempt_unlike_binding",
        UNDER_WAY,
        "UPDATE payment_attempt SET amount_minor = amount_minor + 1 WHERE id = {row}",
    ),
    (
        "second_open_attempt",
        "SELECT {last}",
        "CREATE TABLE one AS SELECT * FROM payment_attempt WHERE organization_id = {a} AND status = 'requires_payment_method'; \
         UPDATE one SET id = {last}, intent_id = NULL; INSERT INTO payment_attempt SELECT * FROM one; DROP TABLE one",
    ),
    (
        "open_attempt_of_ended_session",
        "SELECT a.id FROM payment_attempt a JOIN checkout_session s ON s.id = a.session_id WHERE s.organization_id = {a} AND s.status = 'canceled'",
        "UPDATE payment_attempt SET status = 'creating' WHERE id = {row}",
    ),
    (
        "attempt_in_flight_too_long",
        UNDER_WAY,
        "UPDATE payment_attempt SET operation = 'cancel' WHERE id = {row}",
    ),
    ("row_reads", UNDER_WAY, "UPDATE payment_attempt SET operation_amount_minor = 1 WHERE id = {row}"),
    (
        "payment_without_verdict",
        UNDER_WAY,
        "UPDATE payment_attempt SET status = 'succeeded' WHERE id = {row}",
    ),
    (
        "verdict_unlike_order order_without_verdict",
        HONOURED,
        "UPDATE verdict SET order_id = NULL WHERE id = {row}",
    ),
    (
        "order_and_refund_of_one_payment refunds_beyond_payment",
        REFUND,
        "UPDATE refund SET amount_minor = 1000000, intent_id = (SELECT intent_id FROM \"order\" WHERE id = {paid}), \
         verdict_id = NULL WHERE id = {row}; DELETE FROM verdict WHERE organization_id = {a} AND outcome = 'refund'; \
         UPDATE refund SET attempt_id = (SELECT attempt_id FROM \"order\" WHERE id = {paid}) WHERE id = {row}; DELETE FROM payment_attempt WHERE id NOT IN (SELECT attempt_id FROM verdict) AND status = 'succeeded'; \
         UPDATE checkout_session SET attempt_id = NULL WHERE attempt_id NOT IN (SELECT id FROM payment_attempt)",
    ),
    ("verdict_without_refund", GIVEN_BACK, "UPDATE refund SET verdict_id = NULL WHERE organization_id = {a}"),
    ("refund_unlike_verdict", REFUND, "UPDATE refund SET amount_minor = amount_minor - 1 WHERE id = {row}"),
    (
        "refunds_beyond_payment",
        GIVEN_BACK,
        "CREATE TABLE one AS SELECT * FROM refund WHERE organization_id = {a} AND verdict_id IS NOT NULL; UPDATE one SET id = {last}, verdict_id = NULL, amount_minor = 1; \
         INSERT INTO refund SELECT * FROM one; DROP TABLE one",
    ),
    ("refund_never_sent", REFUND, "UPDATE refund SET status = 'pending' WHERE id = {row}"),
    ("event_unhandled", EVENT, "UPDATE inbox_event SET status = 'received' WHERE id = {row}"),
    (
        "effect_undelivered",
        "SELECT id FROM outbox_entry WHERE organization_id = {a} ORDER BY id LIMIT 1",
        "UPDATE outbox_entry SET delivered_at = NULL WHERE id = {row}",
    ),
    (
        "key_ahead_of_session",
        "SELECT session_id FROM idempotency_record WHERE organization_id = {a}",
        "UPDATE idempotency_record SET revision = 99 WHERE session_id = {row}",
    ),
    ("revision_ahead_of_version", DRAFT, "UPDATE checkout_session SET revision = 99 WHERE id = {row}"),
    ("row_reads", DRAFT, "UPDATE checkout_session SET codes = '{}' WHERE id = {row}"),
    ("row_reads", ONCE, "UPDATE discount SET amount_minor = 5, rate = '0.1' WHERE id = {row}"),
    ("row_reads", "SELECT {a}", "UPDATE organization SET settings = '{}' WHERE id = {row}"),
    ("row_reads", "SELECT {a}", "UPDATE shipping_rate SET charge = '\"much\"' WHERE organization_id = {row}"),
    ("unknown_word row_reads", DRAFT, "UPDATE checkout_session SET status = 'lost' WHERE id = {row}"),
    ("unknown_word", EVENT, "UPDATE inbox_event SET status = 'lost' WHERE id = {row}"),
    (
        "second_verdict_of_intent",
        "SELECT {last}",
        "DROP INDEX uq_verdict_intent_id; CREATE TABLE one AS SELECT * FROM verdict WHERE order_id = {paid}; \
         UPDATE one SET id = {last}; INSERT INTO verdict SELECT * FROM one; DROP TABLE one",
    ),
    (
        "second_refund_of_verdict refunds_beyond_payment",
        "SELECT {last}",
        "DROP INDEX uq_refund_verdict_id; CREATE TABLE one AS SELECT * FROM refund WHERE organization_id = {a} AND verdict_id IS NOT NULL; \
         UPDATE one SET id = {last}; INSERT INTO refund SELECT * FROM one; DROP TABLE one",
    ),
    (
        "second_row_of_event",
        "SELECT {last}",
        "DROP INDEX uq_inbox_event_event_id; CREATE TABLE one AS SELECT * FROM inbox_event WHERE id = ({event}); \
         UPDATE one SET id = {last}; INSERT INTO inbox_event SELECT * FROM one; DROP TABLE one",
    ),
];

/// References that are bent to a row of the other shop, and to which of its tables.
pub const STRAY: &[(&str, &str)] = &[
    ("checkout_session attempt_id", "payment_attempt"),
    ("binding session_id", "checkout_session"),
    ("hold session_id", "checkout_session"),
    ("hold resource_id", "variant"),
    ("payment_attempt session_id", "checkout_session"),
    ("payment_attempt binding_id", "binding"),
    ("order session_id", "checkout_session"),
    ("order binding_id", "binding"),
    ("order attempt_id", "payment_attempt"),
    ("order_line order_id", "order"),
    ("order_refund order_id", "order"),
    ("order_refund_part order_refund_id", "order_refund"),
    ("order_refund_part order_line_id", "order_line"),
    ("order_refund_certificate order_refund_id", "order_refund"),
    ("order_refund_certificate gift_certificate_id", "gift_certificate"),
    ("discount_use discount_id", "discount"),
    ("discount_use order_id", "order"),
    ("gift_certificate_use gift_certificate_id", "gift_certificate"),
    ("gift_certificate_use order_id", "order"),
    ("verdict session_id", "checkout_session"),
    ("verdict attempt_id", "payment_attempt"),
    ("verdict order_id", "order"),
    ("refund attempt_id", "payment_attempt"),
    ("refund verdict_id", "verdict"),
    ("refund order_id", "order"),
    ("outbox_entry subject_id", "refund"),
    ("idempotency_record session_id", "checkout_session"),
    ("checkout_session binding_id", "binding"),
    ("checkout_session order_id", "order"),
    ("stock variant_id", "variant"),
];
