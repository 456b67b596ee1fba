//! Orders and their lines.
//!
//! **Invariant:** at most one order a session and one an intent, by unique keys; what was bound is copied whole, so no
//! look-up of the catalogue is needed to show it.

use entity::{order, order_line};
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, EntityTrait, ExprTrait, JsonValue, QueryFilter, QueryOrder, QuerySelect, UpdateMany,
    sea_query::{CaseStatement, Expr},
};
use uuid::Uuid;

use super::{StoreError, Tx, WriteTx, documents::At, stored::Stored};
use crate::domain::{
    explanation::explain,
    ids::{AttemptId, BindingId, OrderId, OrderLineId, SessionId},
    instant::Timestamp,
    money::Minor,
    order::{Order, OrderFulfillmentStatus, OrderLine, OrderPaymentStatus, OrderStatus, Snapshot},
    quote::Quote,
    replay::Booked,
};

/// Which payment paid an order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PaidBy {
    /// The attempt.
    pub attempt: AttemptId,
    /// The provider's id of the intent.
    pub intent: String,
}

/// Stores a new order with its lines. `customer_key` is the SHA-256 of the e-mail in lower case, hex; may be empty.
pub async fn insert(
    tx: &WriteTx,
    order: &Order,
    (paid_by, customer_key): (Option<&PaidBy>, &str),
) -> Result<(), StoreError> {
    let quote = &order.snapshot.quote;
    let row = order::ActiveModel {
        organization_id: Set(tx.org()),
        id: Set(order.id.uuid()),
        number: Set(order.number.clone()),
        session_id: Set(order.session.uuid()),
        binding_id: Set(order.binding.uuid()),
        attempt_id: Set(paid_by.map(|by| by.attempt.uuid())),
        intent_id: Set(paid_by.map(|by| by.intent.clone())),
        currency: Set(order.currency.code().to_owned()),
        status: Set(status_to_row(order.status)),
        payment_status: Set(payment_to_row(order.payment_status)),
        fulfillment_status: Set(fulfillment_to_row(order.fulfillment_status)),
        grand_total_minor: Set(quote.grand_total().raw()),
        charged_minor: Set(paid_by.map_or(0, |_| quote.amount_due().raw())),
        refunded_minor: Set(order.refunded.raw()),
        totals: Set(explain(quote).to_json()),
        snapshot: Set(order.snapshot.to_json()),
        customer_message: Set(order.customer_message.clone()),
        customer_key: Set(Some(customer_key.to_owned()).filter(|key| !key.is_empty())),
        attributes: Set(order.snapshot.details.attributes.to_json()),
        placed_at: Set(order.placed_at.ms()),
        canceled_at: Set(None),
        updated_at: Set(order.placed_at.ms()),
        version: Set(1),
    };
    order::Entity::insert(row).exec_without_returning(tx.db()).await?;
    let lines: Vec<order_line::ActiveModel> =
        order.lines.iter().zip(0..).map(|(line, position)| line_columns(tx, order, line, position)).collect();
    if !lines.is_empty() {
        order_line::Entity::insert_many(lines).exec_without_returning(tx.db()).await?;
    }
    Ok(())
}

fn line_columns(tx: &Tx, order: &Order, line: &OrderLine, position: i32) -> order_line::ActiveModel {
    let item = &line.line.item;
    let quoted = quoted(&order.snapshot.quote, line);
    order_line::ActiveModel {
        organization_id: Set(tx.org()),
        id: Set(line.id.uuid()),
        order_id: Set(order.id.uuid()),
        position: Set(position),
        variant_id: Set(item.variant.uuid()),
        title: Set(item.title.clone()),
        sku: Set(item.sku.clone()),
        image: Set(item.image.as_ref().map(Stored::to_json)),
        requires_shipping: Set(item.requires_shipping),
        quantity: Set(line.line.quantity),
        unit_price_minor: Set(item.unit_price.raw()),
        discount_minor: Set(line.discount.raw()),
        tax_minor: Set(line.tax().raw()),
        total_minor: Set(line.total().raw()),
        allocations: Set(
            quoted.map_or_else(|| Vec::<i64>::new().to_json(), |quoted| quoted.allocations.to_json())
        ),
        taxes: Set(line.taxes.to_json()),
        fulfilled_quantity: Set(0),
        refunded_quantity: Set(line.refunded_quantity),
        attributes: Set(line.line.attributes.to_json()),
    }
}

fn quoted<'a>(quote: &'a Quote, line: &OrderLine) -> Option<&'a crate::domain::quote::QuotedLine> {
    quote.lines.iter().find(|quoted| quoted.line == line.line.id)
}

/// Finds an order with its lines.
pub async fn find(tx: &Tx, id: OrderId) -> Result<Option<Order>, StoreError> {
    match order::Entity::find_by_id((tx.org(), id.uuid())).one(tx.db()).await? {
        Some(row) => with_lines(tx, row).await.map(Some),
        None => Ok(None),
    }
}

/// The id of the order with this number.
pub async fn id_of(tx: &Tx, number: &str) -> Result<Option<OrderId>, StoreError> {
    let id: Option<Uuid> = order::Entity::find()
        .select_only()
        .column(order::Column::Id)
        .filter(order::Column::OrganizationId.eq(tx.org()))
        .filter(order::Column::Number.eq(number))
        .into_tuple()
        .one(tx.db())
        .await?;
    Ok(id.map(OrderId::from_uuid))
}

/// The number of an order.
pub async fn number_of(tx: &Tx, id: OrderId) -> Result<Option<String>, StoreError> {
    let select = order::Entity::find_by_id((tx.org(), id.uuid())).select_only();
    Ok(select.column(order::Column::Number).into_tuple().one(tx.db()).await?)
}

/// What an order says beside its snapshot.
pub async fn booked(tx: &Tx, id: OrderId) -> Result<Option<Booked>, StoreError> {
    let row: Option<(i64, i64, JsonValue)> = order::Entity::find_by_id((tx.org(), id.uuid()))
        .select_only()
        .columns([order::Column::GrandTotalMinor, order::Column::ChargedMinor, order::Column::Totals])
        .into_tuple()
        .one(tx.db())
        .await?;
    let at = At { table: "order", column: "totals", id: &id };
    let of = |(grand_total, charged, steps): (i64, i64, JsonValue)| {
        let (grand_total, charged) = (Minor::new(grand_total), Minor::new(charged));
        Ok(Booked { grand_total, charged, steps: at.read(&steps)? })
    };
    row.map(of).transpose()
}

/// An order's row with its lines.
pub(super) async fn with_lines(tx: &Tx, row: order::Model) -> Result<Order, StoreError> {
    let lines = order_line::Entity::find()
        .filter(order_line::Column::OrganizationId.eq(tx.org()))
        .filter(order_line::Column::OrderId.eq(row.id))
        .order_by_asc(order_line::Column::Position)
        .all(tx.db())
        .await?;
    from_rows(row, &lines)
}

/// The intent that paid for a session's order: empty for one that needed no payment, `None` where there is no order.
pub async fn paid_by(tx: &Tx, session: SessionId) -> Result<Option<String>, StoreError> {
    let row = order::Entity::find()
        .filter(order::Column::OrganizationId.eq(tx.org()))
        .filter(order::Column::SessionId.eq(session.uuid()))
        .one(tx.db())
        .await?;
    Ok(row.map(|row| row.intent_id.unwrap_or_default()))
}

/// The order that an intent paid.
pub async fn of_intent(tx: &Tx, intent: &str) -> Result<Option<OrderId>, StoreError> {
    let id: Option<Uuid> = order::Entity::find()
        .select_only()
        .column(order::Column::Id)
        .filter(order::Column::OrganizationId.eq(tx.org()))
        .filter(order::Column::IntentId.eq(intent))
        .into_tuple()
        .one(tx.db())
        .await?;
    Ok(id.map(OrderId::from_uuid))
}

/// Which of these intents paid an order, and where its money stands.
pub async fn of_intents(tx: &Tx, intents: &[&str]) -> Result<Vec<(String, OrderPaymentStatus)>, StoreError> {
    let rows: Vec<(Option<String>, order::OrderPaymentStatus)> = order::Entity::find()
        .select_only()
        .columns([order::Column::IntentId, order::Column::PaymentStatus])
        .filter(order::Column::OrganizationId.eq(tx.org()))
        .filter(order::Column::IntentId.is_in(intents.iter().copied()))
        .into_tuple()
        .all(tx.db())
        .await?;
    let of = |(intent, status): (Option<String>, _)| intent.map(|intent| (intent, payment_from_row(status)));
    Ok(rows.into_iter().filter_map(of).collect())
}

/// Whether any order was paid through the provider, and whether any is only authorized.
pub async fn any_paid(tx: &Tx) -> Result<(bool, bool), StoreError> {
    let any = order::Entity::find()
        .select_only()
        .column(order::Column::Id)
        .filter(order::Column::OrganizationId.eq(tx.org()))
        .filter(order::Column::IntentId.is_not_null());
    let authorized = order::Column::PaymentStatus.eq(order::OrderPaymentStatus::Authorized);
    let authorized: Option<Uuid> = any.clone().filter(authorized).into_tuple().one(tx.db()).await?;
    let paid: Option<Uuid> = any.into_tuple().one(tx.db()).await?;
    Ok((paid.is_some(), authorized.is_some()))
}

/// The intents of all orders that are disputed.
pub async fn disputed(tx: &Tx) -> Result<Vec<String>, StoreError> {
    let intents: Vec<Option<String>> = order::Entity::find()
        .select_only()
        .column(order::Column::IntentId)
        .filter(order::Column::OrganizationId.eq(tx.org()))
        .filter(order::Column::PaymentStatus.eq(order::OrderPaymentStatus::Disputed))
        .into_tuple()
        .all(tx.db())
        .await?;
    Ok(intents.into_iter().flatten().collect())
}

/// Which save of the order that an intent paid is the last one; it grows with each.
pub async fn version(tx: &Tx, intent: &str) -> Result<Option<i64>, StoreError> {
    let version = order::Entity::find()
        .select_only()
        .column(order::Column::Version)
        .filter(order::Column::OrganizationId.eq(tx.org()))
        .filter(order::Column::IntentId.eq(intent));
    Ok(version.into_tuple().one(tx.db()).await?)
}

/// Records that what is left of an authorized order is captured.
pub async fn captured(tx: &WriteTx, id: OrderId, now: Timestamp) -> Result<(), StoreError> {
    changed(id, tx, now)
        .col_expr(order::Column::PaymentStatus, as_refunded().into())
        .filter(order::Column::PaymentStatus.eq(order::OrderPaymentStatus::Authorized))
        .exec(tx.db())
        .await?;
    Ok(())
}

/// Records whether the payment of an order is disputed. It is a save also where that was known, so that whoever listed
/// disputes before sees that somebody has listed them since.
pub async fn dispute(tx: &WriteTx, id: OrderId, is_disputed: bool, now: Timestamp) -> Result<(), StoreError> {
    use order::OrderPaymentStatus::{Disputed, Paid, PartiallyRefunded, Refunded};
    let status = Expr::col(order::Column::PaymentStatus);
    let moves = if is_disputed {
        CaseStatement::new()
            .case(status.clone().is_in([Paid, PartiallyRefunded, Refunded]), Expr::value(Disputed))
    } else {
        CaseStatement::new().case(status.clone().eq(Disputed), as_refunded())
    };
    changed(id, tx, now)
        .col_expr(order::Column::PaymentStatus, moves.finally(status).into())
        .exec(tx.db())
        .await?;
    Ok(())
}

/// Where the money of an order stands by what was given back of it.
fn as_refunded() -> CaseStatement {
    let back = || Expr::col(order::Column::RefundedMinor);
    CaseStatement::new()
        .case(back().eq(0), Expr::value(order::OrderPaymentStatus::Paid))
        .case(
            back().lt(Expr::col(order::Column::GrandTotalMinor)),
            Expr::value(order::OrderPaymentStatus::PartiallyRefunded),
        )
        .finally(Expr::value(order::OrderPaymentStatus::Refunded))
}

/// Cancels an order of which nothing was captured and everything is given back.
pub async fn cancel(tx: &WriteTx, id: OrderId, now: Timestamp) -> Result<(), StoreError> {
    changed(id, tx, now)
        .col_expr(order::Column::Status, Expr::value(order::OrderStatus::Canceled))
        .col_expr(order::Column::CanceledAt, Expr::value(now.ms()))
        .filter(order::Column::PaymentStatus.eq(order::OrderPaymentStatus::Refunded))
        .exec(tx.db())
        .await?;
    Ok(())
}

fn changed(id: OrderId, tx: &WriteTx, now: Timestamp) -> UpdateMany<order::Entity> {
    tx.changes(id.uuid());
    order::Entity::update_many()
        .col_expr(order::Column::UpdatedAt, Expr::value(now.ms()))
        .col_expr(order::Column::Version, Expr::col(order::Column::Version).add(1))
        .filter(order::Column::OrganizationId.eq(tx.org()))
        .filter(order::Column::Id.eq(id.uuid()))
}

fn from_rows(row: order::Model, rows: &[order_line::Model]) -> Result<Order, StoreError> {
    let at = |column| At { table: "order", column, id: &row.id };
    let snapshot: Snapshot = at("snapshot").read(&row.snapshot)?;
    if rows.len() != snapshot.lines.len() {
        return Err(at("snapshot").corrupt());
    }
    let lines = rows
        .iter()
        .zip(&snapshot.lines)
        .map(|(row, line)| {
            Ok(OrderLine {
                id: OrderLineId::from_uuid(row.id),
                line: line.clone(),
                discount: Minor::new(row.discount_minor),
                taxes: At { table: "order_line", column: "taxes", id: &row.id }.read(&row.taxes)?,
                refunded_quantity: row.refunded_quantity,
            })
        })
        .collect::<Result<Vec<OrderLine>, StoreError>>()?;
    Ok(Order {
        id: OrderId::from_uuid(row.id),
        session: SessionId::from_uuid(row.session_id),
        binding: BindingId::from_uuid(row.binding_id),
        currency: at("currency").currency(&row.currency)?,
        number: row.number,
        status: status_from_row(row.status),
        payment_status: payment_from_row(row.payment_status),
        fulfillment_status: fulfillment_from_row(row.fulfillment_status),
        snapshot,
        lines,
        refunded: Minor::new(row.refunded_minor),
        customer_message: row.customer_message,
        placed_at: Timestamp::from_ms(row.placed_at),
        canceled_at: row.canceled_at.map(Timestamp::from_ms),
    })
}

/// Writes the exhaustive conversions between a domain enum and its row enum.
macro_rules! both_ways {
    ($to:ident, $from:ident: $domain:ident <-> $row:path { $($variant:ident),* }) => {
        const fn $to(status: $domain) -> $row {
            use $row as Row;
            match status { $($domain::$variant => Row::$variant,)* }
        }
        const fn $from(status: $row) -> $domain {
            use $row as Row;
            match status { $(Row::$variant => $domain::$variant,)* }
        }
    };
}

both_ways!(status_to_row, status_from_row: OrderStatus <-> order::OrderStatus { Open, Closed, Canceled });
both_ways!(payment_to_row, payment_from_row: OrderPaymentStatus <-> order::OrderPaymentStatus {
    NotRequired, Pending, Authorized, Paid, PartiallyRefunded, Refunded, Disputed
});
both_ways!(fulfillment_to_row, fulfillment_from_row: OrderFulfillmentStatus <-> order::OrderFulfillmentStatus {
    Unfulfilled, PartiallyFulfilled, Fulfilled, NotRequired
});
