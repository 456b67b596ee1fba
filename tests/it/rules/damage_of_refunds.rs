//! Kinds of damage to what merchants gave back, as data.
//!
//! **Invariant:** as in `damage`; there is one such refund, of the one unit of an order, to the card and to a certificate.

use super::damage::{Case, PAID};

const REFUND: &str = "SELECT id FROM order_refund WHERE organization_id = {a}";
const REFUNDED: &str = "SELECT order_id FROM order_refund WHERE organization_id = {a}";
const LINE: &str = "SELECT order_line_id FROM order_refund_part WHERE organization_id = {a}";
const GIFT: &str = "SELECT gift_certificate_id FROM order_refund_certificate WHERE organization_id = {a}";

pub const REFUNDS: &[Case] = &[
    (
        "order_refunded_unlike_refunds",
        REFUNDED,
        "UPDATE \"order\" SET refunded_minor = refunded_minor - 1 WHERE id = {row}",
    ),
    (
        "order_refunded_beyond_total order_refunded_unlike_refunds refund_unlike_its_parts refund_unlike_its_payers row_reads",
        REFUNDED,
        "UPDATE order_refund SET amount_minor = 1000000 WHERE order_id = {row}",
    ),
    (
        "order_refunded_beyond_charge refund_unlike_its_payers refund_unlike_what_is_sent row_reads",
        REFUNDED,
        "UPDATE order_refund SET card_minor = 1000000 WHERE order_id = {row}",
    ),
    ("order_refund_status", PAID, "UPDATE \"order\" SET payment_status = 'refunded' WHERE id = {row}"),
    ("order_refund_status", REFUNDED, "UPDATE \"order\" SET payment_status = 'paid' WHERE id = {row}"),
    (
        "refund_unlike_its_parts refunds_beyond_part",
        REFUND,
        "UPDATE order_refund_part SET amount_minor = amount_minor + 1 WHERE order_refund_id = {row}",
    ),
    (
        "refund_unlike_its_payers gift_certificate_balance row_reads",
        REFUND,
        "UPDATE order_refund_certificate SET amount_minor = amount_minor - 1 WHERE order_refund_id = {row}",
    ),
    ("refund_unlike_what_is_sent", REFUND, "UPDATE refund SET status = 'failed' WHERE id = {row}"),
    (
        "sent_without_refund order_refunded_unlike_refunds units_refunded_unlike_refunds gift_certificate_balance",
        "SELECT id FROM refund WHERE organization_id = {a} AND order_id IS NOT NULL",
        "DELETE FROM order_refund_part WHERE order_refund_id = {row}; \
         DELETE FROM order_refund_certificate WHERE order_refund_id = {row}; DELETE FROM order_refund WHERE id = {row}",
    ),
    ("units_refunded_unlike_refunds", LINE, "UPDATE order_line SET refunded_quantity = 0 WHERE id = {row}"),
    (
        "units_refunded_beyond_line units_refunded_unlike_refunds",
        LINE,
        "UPDATE order_refund_part SET units = 9 WHERE order_line_id = {row}",
    ),
    (
        "certificate_given_back_beyond_draw gift_certificate_balance refund_unlike_its_payers row_reads",
        GIFT,
        "UPDATE order_refund_certificate SET amount_minor = 1000 WHERE gift_certificate_id = {row}",
    ),
    (
        "unknown_word refund_unlike_what_is_sent order_refunded_unlike_refunds units_refunded_unlike_refunds \
         gift_certificate_balance row_reads",
        REFUND,
        "UPDATE order_refund SET status = 'lost' WHERE id = {row}",
    ),
];
