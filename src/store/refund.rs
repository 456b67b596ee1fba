//! Refunds of orders by their merchant.
//!
//! **Invariant:** a refund is decided about under the lock of its order's row, where those that are done or under way
//! are summed, so two never give back the same money. Its row stands before the provider is asked; what follows from it
//! (balances, statuses, units, stock) is done in the transaction that records the answer, once, as only one that is
//! pending is settled. One that was refused counts for nothing.

use std::collections::HashMap;

use entity::{
    order, order_line, order_refund, order_refund_certificate as certificate, order_refund_part as part,
    refund::{self, RefundStatus as RowStatus},
};
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, EntityTrait, ExprTrait, QueryFilter, QueryOrder, QuerySelect,
    sea_query::{CaseStatement, Expr},
};
use uuid::Uuid;

use super::{
    StoreError, Tx, WriteTx,
    documents::At,
    gift_certificate, hold,
    lock::{self, Shared},
    order::PaidBy,
};
use crate::domain::{
    ids::{AttemptId, CertificateId, OrderId, OrderLineId, RefundId, VariantId},
    instant::Timestamp,
    money::Minor,
    order::Order,
    refund::{Part, Payer, Refund, RefundStatus, Share, Shares},
};

/// What a merchant's key did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ByKey {
    /// The refund.
    pub id: RefundId,
    /// SHA-256 of what was asked for, hex.
    pub fingerprint: String,
}

/// A merchant's key and what was asked for, both as SHA-256, hex.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked {
    /// The key; a refund without one is made anew by every repeat.
    pub key: Option<String>,
    /// What was asked for.
    pub fingerprint: String,
}

/// Locks an order, so that what is left of it stays so; `false` where there is none.
pub async fn lock_order(tx: &WriteTx, id: OrderId) -> Result<bool, StoreError> {
    let row: Option<Uuid> = order::Entity::find_by_id((tx.org(), id.uuid()))
        .select_only()
        .column(order::Column::Id)
        .lock_exclusive()
        .into_tuple()
        .one(tx.db())
        .await?;
    Ok(row.is_some())
}

/// What the payment of an order took, and which payment it was.
pub async fn payment_of(tx: &Tx, id: OrderId) -> Result<Option<(Minor, Option<PaidBy>)>, StoreError> {
    let row: Option<(i64, Option<Uuid>, Option<String>)> = order::Entity::find_by_id((tx.org(), id.uuid()))
        .select_only()
        .columns([order::Column::ChargedMinor, order::Column::AttemptId, order::Column::IntentId])
        .into_tuple()
        .one(tx.db())
        .await?;
    Ok(row.map(|(charged, attempt, intent)| {
        let by = attempt.zip(intent);
        let by = by.map(|(attempt, intent)| PaidBy { attempt: AttemptId::from_uuid(attempt), intent });
        (Minor::new(charged), by)
    }))
}

/// What a merchant's key did.
pub async fn by_key(tx: &Tx, key: &str) -> Result<Option<ByKey>, StoreError> {
    let row = order_refund::Entity::find()
        .filter(order_refund::Column::OrganizationId.eq(tx.org()))
        .filter(order_refund::Column::KeyHash.eq(key))
        .one(tx.db())
        .await?;
    Ok(row.map(|row| ByKey { id: RefundId::from_uuid(row.id), fingerprint: row.fingerprint }))
}

/// Refunds of an order, oldest first.
pub async fn of_order(tx: &Tx, id: OrderId) -> Result<Vec<Refund>, StoreError> {
    let rows = order_refund::Entity::find()
        .filter(order_refund::Column::OrganizationId.eq(tx.org()))
        .filter(order_refund::Column::OrderId.eq(id.uuid()))
        .order_by_asc(order_refund::Column::Id)
        .all(tx.db())
        .await?;
    whole(tx, rows).await
}

/// Finds a refund.
pub async fn find(tx: &Tx, id: RefundId) -> Result<Option<Refund>, StoreError> {
    let row = order_refund::Entity::find_by_id((tx.org(), id.uuid())).one(tx.db()).await?;
    Ok(whole(tx, row.into_iter().collect()).await?.pop())
}

/// Rows with their parts and certificates: two statements for all.
async fn whole(tx: &Tx, rows: Vec<order_refund::Model>) -> Result<Vec<Refund>, StoreError> {
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    let ids: Vec<Uuid> = rows.iter().map(|row| row.id).collect();
    let parts = part::Entity::find()
        .filter(part::Column::OrganizationId.eq(tx.org()))
        .filter(part::Column::OrderRefundId.is_in(ids.iter().copied()))
        .order_by_asc(part::Column::Id)
        .all(tx.db())
        .await?;
    let certificates = certificate::Entity::find()
        .filter(certificate::Column::OrganizationId.eq(tx.org()))
        .filter(certificate::Column::OrderRefundId.is_in(ids))
        .order_by_asc(certificate::Column::Id)
        .all(tx.db())
        .await?;
    let mut shares: HashMap<Uuid, Vec<Share>> = HashMap::new();
    for row in parts {
        shares.entry(row.order_refund_id).or_default().push(share(&row)?);
    }
    let mut drawn: HashMap<Uuid, Vec<(Payer, Minor)>> = HashMap::new();
    for row in certificates {
        let payer = Payer::Certificate(CertificateId::from_uuid(row.gift_certificate_id));
        drawn.entry(row.order_refund_id).or_default().push((payer, Minor::new(row.amount_minor)));
    }
    let with = |row: order_refund::Model| {
        let parts = shares.remove(&row.id).unwrap_or_default();
        let card = (Payer::Card, Minor::new(row.card_minor));
        let card = Some(card).filter(|(_, amount)| !amount.is_zero());
        let payers = card.into_iter().chain(drawn.remove(&row.id).unwrap_or_default()).collect();
        from_row(row, Shares { parts, payers })
    };
    rows.into_iter().map(with).collect()
}

fn share(row: &part::Model) -> Result<Share, StoreError> {
    let of = match (row.order_line_id, row.shipping_place) {
        (Some(line), None) => Part::Line(OrderLineId::from_uuid(line)),
        (None, Some(place)) => Part::Shipping(place),
        (Some(_), Some(_)) | (None, None) => {
            return Err(At { table: "order_refund_part", column: "order_line_id", id: &row.id }.corrupt());
        }
    };
    Ok(Share { part: of, units: row.units, amount: Minor::new(row.amount_minor) })
}

fn from_row(row: order_refund::Model, shares: Shares) -> Result<Refund, StoreError> {
    let at = |column| At { table: "order_refund", column, id: &row.id };
    if shares.amount() != Minor::new(row.amount_minor) {
        return Err(at("amount_minor").corrupt());
    }
    Ok(Refund {
        id: RefundId::from_uuid(row.id),
        order: OrderId::from_uuid(row.order_id),
        currency: at("currency").currency(&row.currency)?,
        status: match row.status {
            RowStatus::Pending => RefundStatus::Pending,
            RowStatus::Succeeded => RefundStatus::Succeeded,
            RowStatus::Failed => RefundStatus::Failed,
        },
        reason: row.reason,
        failure: row.failure,
        restock: row.restock,
        shares,
        created_at: Timestamp::from_ms(row.created_at),
    })
}

/// Locks the goods that a refund puts back at once: their rows come before those of gift certificates, as everywhere.
pub async fn lock_goods(
    tx: &WriteTx,
    order: &Order,
    shares: &Shares,
    now: Timestamp,
) -> Result<(), StoreError> {
    let goods: Vec<VariantId> = units(order, shares).into_iter().map(|(variant, _)| variant).collect();
    lock::lock(tx, Shared { variants: &goods, automatic: Some(&[]), ..Shared::default() }, now).await
}

/// Stores a new refund, pending; [`StoreError::Taken`] where its key was used meanwhile. What the card gets is to be sent
/// for this payment, for this reason.
pub async fn insert(
    tx: &WriteTx,
    new: &Refund,
    asked: &Asked,
    (paid_by, why, mut new_id): (Option<&PaidBy>, &'static str, impl FnMut() -> Uuid),
) -> Result<(), StoreError> {
    let (now, amount, card) = (new.created_at.ms(), new.shares.amount(), new.shares.card());
    let row = order_refund::ActiveModel {
        organization_id: Set(tx.org()),
        id: Set(new.id.uuid()),
        order_id: Set(new.order.uuid()),
        amount_minor: Set(amount.raw()),
        card_minor: Set(card.raw()),
        currency: Set(new.currency.code().to_owned()),
        status: Set(RowStatus::Pending),
        reason: Set(new.reason.clone()),
        failure: Set(None),
        restock: Set(new.restock),
        key_hash: Set(asked.key.clone()),
        fingerprint: Set(asked.fingerprint.clone()),
        created_at: Set(now),
        updated_at: Set(now),
        version: Set(1),
    };
    order_refund::Entity::insert(row).exec_without_returning(tx.db()).await?;
    tx.changes(new.order.uuid());
    let parts = new.shares.parts.iter().map(|share| {
        let (line, place) = match share.part {
            Part::Line(line) => (Some(line.uuid()), None),
            Part::Shipping(place) => (None, Some(place)),
        };
        part::ActiveModel {
            organization_id: Set(tx.org()),
            id: Set(new_id()),
            order_refund_id: Set(new.id.uuid()),
            order_line_id: Set(line),
            shipping_place: Set(place),
            units: Set(share.units),
            amount_minor: Set(share.amount.raw()),
        }
    });
    let parts: Vec<part::ActiveModel> = parts.collect();
    part::Entity::insert_many(parts).exec_without_returning(tx.db()).await?;
    let certificates = new.shares.certificates();
    if !certificates.is_empty() {
        let rows = certificates.iter().map(|(id, amount)| certificate::ActiveModel {
            organization_id: Set(tx.org()),
            id: Set(new_id()),
            order_refund_id: Set(new.id.uuid()),
            gift_certificate_id: Set(id.uuid()),
            amount_minor: Set(amount.raw()),
        });
        let rows: Vec<certificate::ActiveModel> = rows.collect();
        certificate::Entity::insert_many(rows).exec_without_returning(tx.db()).await?;
    }
    match paid_by {
        Some(by) if !card.is_zero() => send(tx, new, by, why).await,
        Some(_) | None => Ok(()),
    }
}

/// What is to go through the provider: a row beside those that verdicts send.
async fn send(tx: &WriteTx, new: &Refund, by: &PaidBy, why: &str) -> Result<(), StoreError> {
    let row = refund::ActiveModel {
        organization_id: Set(tx.org()),
        id: Set(new.id.uuid()),
        attempt_id: Set(by.attempt.uuid()),
        verdict_id: Set(None),
        order_id: Set(Some(new.order.uuid())),
        intent_id: Set(by.intent.clone()),
        amount_minor: Set(new.shares.card().raw()),
        currency: Set(new.currency.code().to_owned()),
        reason: Set(why.to_owned()),
        status: Set(RowStatus::Pending),
        provider_id: Set(None),
        created_at: Set(new.created_at.ms()),
        updated_at: Set(new.created_at.ms()),
        version: Set(1),
    };
    refund::Entity::insert(row).exec_without_returning(tx.db()).await?;
    Ok(())
}

/// Records that a refund is done, with all that follows; nothing where it is no longer pending. The refund's
/// own row comes first, then the order's, then stock, then gift certificates.
pub async fn succeed(tx: &WriteTx, id: RefundId, now: Timestamp) -> Result<(), StoreError> {
    if !end(tx, id, (RowStatus::Pending, RowStatus::Succeeded), None, now).await? {
        return Ok(());
    }
    let Some(refund) = find(tx, id).await? else { return Ok(()) };
    let Some(order) = super::order::find(tx, refund.order).await? else { return Ok(()) };
    book(tx, (refund.order, refund.shares.amount()), now).await?;
    count_units(tx, &refund.shares, 1).await?;
    if refund.restock {
        hold::put_back(tx, &units(&order, &refund.shares), now).await?;
    }
    gift_certificate::give_back(tx, &refund.shares.certificates(), now).await
}

/// Records that the provider refused a refund: it counts for nothing from now on.
pub async fn fail(tx: &WriteTx, id: RefundId, why: &str, now: Timestamp) -> Result<(), StoreError> {
    end(tx, id, (RowStatus::Pending, RowStatus::Failed), Some(why.to_owned()), now).await.map(|_| ())
}

/// Records that the bank sent back what the card got of a refund that was done: it counts for nothing any more, and its
/// units are the buyer's again. Gift certificates give back what they got; `false` where one was spent meanwhile, and nothing
/// is changed. Goods that were put on the shelf stay there, as nobody takes them off it.
pub async fn undo(tx: &WriteTx, refund: &Refund, why: &str, now: Timestamp) -> Result<bool, StoreError> {
    if !gift_certificate::take(tx, &refund.shares.certificates(), now).await? {
        return Ok(false);
    }
    let words = (RowStatus::Succeeded, RowStatus::Failed);
    if !end(tx, refund.id, words, Some(why.to_owned()), now).await? {
        return Err(StoreError::Stale);
    }
    super::verdict::undo_refund(tx, refund.id, now).await?;
    book(tx, (refund.order, -refund.shares.amount()), now).await?;
    count_units(tx, &refund.shares, -1).await?;
    Ok(true)
}

async fn end(
    tx: &WriteTx,
    id: RefundId,
    (from, to): (RowStatus, RowStatus),
    failure: Option<String>,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let ended = order_refund::Entity::update_many()
        .col_expr(order_refund::Column::Status, Expr::value(to))
        .col_expr(order_refund::Column::Failure, Expr::value(failure))
        .col_expr(order_refund::Column::UpdatedAt, Expr::value(now.ms()))
        .col_expr(order_refund::Column::Version, Expr::col(order_refund::Column::Version).add(1))
        .filter(order_refund::Column::OrganizationId.eq(tx.org()))
        .filter(order_refund::Column::Id.eq(id.uuid()))
        .filter(order_refund::Column::Status.eq(from))
        .exec_with_returning(tx.db())
        .await?;
    for row in &ended {
        tx.changes(row.order_id);
    }
    Ok(ended.len() == 1)
}

/// Adds to what was given back of an order, and says where its money stands then; never more than it cost, and never less
/// than nothing.
async fn book(tx: &WriteTx, (id, amount): (OrderId, Minor), now: Timestamp) -> Result<(), StoreError> {
    let back = Expr::col(order::Column::RefundedMinor).add(amount.raw());
    let total = Expr::col(order::Column::GrandTotalMinor);
    let is = |status: order::OrderPaymentStatus| Expr::col(order::Column::PaymentStatus).eq(status);
    // Until the rest is captured, it stays authorized.
    let authorized = is(order::OrderPaymentStatus::Authorized).and(back.clone().lt(total.clone()));
    let status = CaseStatement::new()
        .case(is(order::OrderPaymentStatus::Disputed), Expr::value(order::OrderPaymentStatus::Disputed))
        .case(authorized, Expr::value(order::OrderPaymentStatus::Authorized))
        .case(back.clone().gte(total.clone()), Expr::value(order::OrderPaymentStatus::Refunded))
        .case(back.clone().eq(0), Expr::value(order::OrderPaymentStatus::Paid))
        .finally(Expr::value(order::OrderPaymentStatus::PartiallyRefunded));
    let done = order::Entity::update_many()
        .col_expr(order::Column::PaymentStatus, status.into())
        .col_expr(order::Column::RefundedMinor, back.clone())
        .col_expr(order::Column::UpdatedAt, Expr::value(now.ms()))
        .col_expr(order::Column::Version, Expr::col(order::Column::Version).add(1))
        .filter(order::Column::OrganizationId.eq(tx.org()))
        .filter(order::Column::Id.eq(id.uuid()))
        .filter(back.clone().gte(0))
        .filter(back.lte(total))
        .exec(tx.db())
        .await?;
    if done.rows_affected == 1 {
        return Ok(());
    }
    Err(At { table: "order", column: "refunded_minor", id: &id }.corrupt())
}

async fn count_units(tx: &WriteTx, shares: &Shares, sign: i64) -> Result<(), StoreError> {
    let units: Vec<(OrderLineId, i64)> = shares.units().collect();
    if units.is_empty() {
        return Ok(());
    }
    let more = units.iter().fold(CaseStatement::new(), |case, (line, units)| {
        case.case(Expr::col(order_line::Column::Id).eq(line.uuid()), Expr::value(sign * units))
    });
    order_line::Entity::update_many()
        .col_expr(
            order_line::Column::RefundedQuantity,
            Expr::col(order_line::Column::RefundedQuantity).add(more),
        )
        .filter(order_line::Column::OrganizationId.eq(tx.org()))
        .filter(order_line::Column::Id.is_in(units.iter().map(|(line, _)| line.uuid())))
        .exec(tx.db())
        .await?;
    Ok(())
}

/// Units of each variant, in the order in which their rows are locked.
fn units(order: &Order, shares: &Shares) -> Vec<(VariantId, i64)> {
    let mut all = std::collections::BTreeMap::new();
    for (id, units) in shares.units() {
        if let Some(line) = order.lines.iter().find(|line| line.id == id) {
            *all.entry(line.line.item.variant).or_insert(0) += units;
        }
    }
    all.into_iter().collect()
}
