//! What was decided about payments, and refunds that go through the provider: those that follow, and what the card gets
//! of those that a merchant makes (see `refund`).
//!
//! **Invariant:** one verdict an intent and one refund a verdict, by unique keys.

use entity::{
    payment_attempt,
    refund::{self, RefundStatus},
    verdict::{self, VerdictOutcome},
};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, Condition, EntityTrait, ExprTrait, QueryFilter, QueryOrder, QuerySelect,
    QueryTrait, sea_query::Expr,
};
use uuid::Uuid;

use super::{StoreError, Tx, WriteTx, documents::At};
use crate::domain::{
    ids::{AttemptId, OrderId, RefundId, SessionId, VerdictId},
    instant::Timestamp,
    money::Minor,
    refund::RefundStatus as Standing,
    verdict::Reason,
};

/// What was decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// It became this order.
    Honour(OrderId),
    /// It goes back.
    Refund,
    /// It waits for a person.
    Review,
}

/// A decision about a payment.
#[derive(Debug, Clone)]
pub struct Decided {
    /// Its id.
    pub id: VerdictId,
    /// The session.
    pub session: SessionId,
    /// The attempt.
    pub attempt: AttemptId,
    /// The provider's id of the intent.
    pub intent: String,
    /// What was decided.
    pub outcome: Outcome,
    /// Why.
    pub reason: Reason,
    /// What was taken, in minor units as the provider said.
    pub amount: i64,
    /// In which currency, as the provider said.
    pub currency: String,
}

/// Why money of an order is given back that was captured.
pub const MERCHANT: &str = "merchant";
/// Why money of an order went back that somebody gave back at the provider.
pub const BY_HAND: &str = "provider";
/// Why money of an order is with the card holder whose dispute was lost.
pub const DISPUTE: &str = "dispute";
/// Why money is given back that was authorized and not captured.
pub const RELEASED: &str = "released";

/// Money on its way back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refund {
    /// Its id.
    pub id: RefundId,
    /// The provider's id of the intent.
    pub intent: String,
    /// How much, in minor units of our table.
    pub amount: Minor,
    /// In which currency, as it was asked for.
    pub currency: String,
    /// The order, where a merchant gives back: a refund of `refund` with the same id.
    pub order: Option<OrderId>,
    /// Whether it was only authorized when it was given back: it is let go, where that can still be done.
    pub released: bool,
    /// Whether it is still to be sent.
    pub pending: bool,
    /// When it was asked for.
    pub created_at: Timestamp,
}

/// Whether a payment was decided about.
pub async fn exists(tx: &Tx, intent: &str) -> Result<bool, StoreError> {
    let found = verdict::Entity::find()
        .filter(verdict::Column::OrganizationId.eq(tx.org()))
        .filter(verdict::Column::IntentId.eq(intent))
        .one(tx.db())
        .await?;
    Ok(found.is_some())
}

/// A decision as it is told to people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    /// Its id.
    pub id: VerdictId,
    /// What was decided.
    pub outcome: Outcome,
    /// Why.
    pub reason: Reason,
    /// What was taken, in minor units as the provider said.
    pub amount: i64,
    /// In which currency, as the provider said.
    pub currency: String,
    /// When.
    pub decided_at: Timestamp,
    /// The refund that follows, and where it stands.
    pub refund: Option<(RefundId, Standing)>,
}

/// What was decided about an intent.
pub async fn of_intent(tx: &Tx, intent: &str) -> Result<Option<Told>, StoreError> {
    Ok(told(tx, verdict::Column::IntentId.eq(intent)).await?.pop())
}

/// What was decided about the payments of a session, oldest first.
pub async fn of_session(tx: &Tx, session: SessionId) -> Result<Vec<Told>, StoreError> {
    told(tx, verdict::Column::SessionId.eq(session.uuid())).await
}

async fn told(tx: &Tx, which: Expr) -> Result<Vec<Told>, StoreError> {
    let rows = verdict::Entity::find()
        .filter(verdict::Column::OrganizationId.eq(tx.org()))
        .filter(which)
        .find_also_related(refund::Entity)
        .order_by_asc(verdict::Column::CreatedAt)
        .order_by_asc(verdict::Column::Id)
        .all(tx.db())
        .await?;
    rows.into_iter().map(|(row, refund)| from_rows(row, refund)).collect()
}

fn from_rows(row: verdict::Model, refund: Option<refund::Model>) -> Result<Told, StoreError> {
    let corrupt = |column| At { table: "verdict", column, id: &row.id }.corrupt();
    let outcome = match (row.outcome, row.order_id) {
        (VerdictOutcome::Honour, Some(order)) => Outcome::Honour(OrderId::from_uuid(order)),
        (VerdictOutcome::Honour, None) => return Err(corrupt("order_id")),
        (VerdictOutcome::Refund, _) => Outcome::Refund,
        (VerdictOutcome::Review, _) => Outcome::Review,
    };
    Ok(Told {
        id: VerdictId::from_uuid(row.id),
        outcome,
        reason: Reason::of_word(&row.reason).ok_or_else(|| corrupt("reason"))?,
        amount: row.amount_minor,
        currency: row.currency,
        decided_at: Timestamp::from_ms(row.created_at),
        refund: refund.map(|row| (RefundId::from_uuid(row.id), standing(row.status))),
    })
}

const fn standing(status: RefundStatus) -> Standing {
    match status {
        RefundStatus::Pending => Standing::Pending,
        RefundStatus::Succeeded => Standing::Succeeded,
        RefundStatus::Failed => Standing::Failed,
    }
}

/// Stores a decision.
pub async fn insert(tx: &WriteTx, decided: &Decided, now: Timestamp) -> Result<(), StoreError> {
    let (outcome, order) = match decided.outcome {
        Outcome::Honour(order) => (VerdictOutcome::Honour, Some(order.uuid())),
        Outcome::Refund => (VerdictOutcome::Refund, None),
        Outcome::Review => (VerdictOutcome::Review, None),
    };
    let row = verdict::ActiveModel {
        organization_id: Set(tx.org()),
        id: Set(decided.id.uuid()),
        session_id: Set(decided.session.uuid()),
        attempt_id: Set(decided.attempt.uuid()),
        intent_id: Set(decided.intent.clone()),
        outcome: Set(outcome),
        reason: Set(decided.reason.word().to_owned()),
        amount_minor: Set(decided.amount),
        currency: Set(decided.currency.clone()),
        order_id: Set(order),
        created_at: Set(now.ms()),
    };
    verdict::Entity::insert(row).exec_without_returning(tx.db()).await?;
    tx.changes(decided.session.uuid());
    Ok(())
}

/// Stores the refund of a decision.
pub async fn insert_refund(
    tx: &WriteTx,
    id: RefundId,
    decided: &Decided,
    now: Timestamp,
) -> Result<(), StoreError> {
    let row = refund::ActiveModel {
        organization_id: Set(tx.org()),
        id: Set(id.uuid()),
        attempt_id: Set(decided.attempt.uuid()),
        verdict_id: Set(Some(decided.id.uuid())),
        order_id: Set(None),
        intent_id: Set(decided.intent.clone()),
        amount_minor: Set(decided.amount),
        currency: Set(decided.currency.clone()),
        reason: Set(decided.reason.word().to_owned()),
        status: Set(RefundStatus::Pending),
        provider_id: Set(None),
        created_at: Set(now.ms()),
        updated_at: Set(now.ms()),
        version: Set(1),
    };
    refund::Entity::insert(row).exec_without_returning(tx.db()).await?;
    Ok(())
}

/// Finds a refund.
pub async fn find_refund(tx: &Tx, id: Uuid) -> Result<Option<Refund>, StoreError> {
    let row = refund::Entity::find_by_id((tx.org(), id)).one(tx.db()).await?;
    Ok(row.map(|row| Refund {
        id: RefundId::from_uuid(row.id),
        intent: row.intent_id,
        amount: Minor::new(row.amount_minor),
        currency: row.currency,
        order: row.order_id.map(OrderId::from_uuid),
        released: row.reason == RELEASED,
        pending: row.status == RefundStatus::Pending,
        created_at: Timestamp::from_ms(row.created_at),
    }))
}

/// Whether a refund with this id of the provider's is known.
pub async fn knows_refund(tx: &Tx, provider_id: &str) -> Result<Option<RefundId>, StoreError> {
    let id: Option<Uuid> = refund::Entity::find()
        .select_only()
        .column(refund::Column::Id)
        .filter(refund::Column::OrganizationId.eq(tx.org()))
        .filter(refund::Column::ProviderId.eq(provider_id))
        .into_tuple()
        .one(tx.db())
        .await?;
    Ok(id.map(RefundId::from_uuid))
}

/// What a lost dispute took, by the provider's id of the dispute, unless it was taken back since.
pub async fn lost_by(tx: &Tx, dispute: &str) -> Result<Option<RefundId>, StoreError> {
    let id: Option<Uuid> = refund::Entity::find()
        .select_only()
        .column(refund::Column::Id)
        .filter(refund::Column::OrganizationId.eq(tx.org()))
        .filter(refund::Column::ProviderId.eq(dispute))
        .filter(refund::Column::Reason.eq(DISPUTE))
        .filter(refund::Column::Status.ne(RefundStatus::Failed))
        .into_tuple()
        .one(tx.db())
        .await?;
    Ok(id.map(RefundId::from_uuid))
}

/// Refunds by the provider's ids of them, or of the disputes that they stand for, and by ours: each with both, and where it
/// stands.
pub async fn named(
    tx: &Tx,
    theirs: &[&str],
    ours: &[RefundId],
) -> Result<Vec<(RefundId, Option<String>, Standing)>, StoreError> {
    let ids = ours.iter().map(|id| id.uuid());
    let either = Condition::any()
        .add(refund::Column::ProviderId.is_in(theirs.iter().copied()))
        .add(refund::Column::Id.is_in(ids));
    let rows: Vec<(Uuid, Option<String>, RefundStatus)> = refund::Entity::find()
        .select_only()
        .columns([refund::Column::Id, refund::Column::ProviderId, refund::Column::Status])
        .filter(refund::Column::OrganizationId.eq(tx.org()))
        .filter(either)
        .into_tuple()
        .all(tx.db())
        .await?;
    Ok(rows
        .into_iter()
        .map(|(id, named, status)| (RefundId::from_uuid(id), named, standing(status)))
        .collect())
}

/// Records that the bank sent a refund back that was made.
pub async fn undo_refund(tx: &WriteTx, id: RefundId, now: Timestamp) -> Result<(), StoreError> {
    let done = refund::Entity::update_many()
        .col_expr(refund::Column::Status, Expr::value(RefundStatus::Failed))
        .col_expr(refund::Column::UpdatedAt, Expr::value(now.ms()))
        .col_expr(refund::Column::Version, Expr::col(refund::Column::Version).add(1))
        .filter(refund::Column::OrganizationId.eq(tx.org()))
        .filter(refund::Column::Id.eq(id.uuid()))
        .filter(refund::Column::Status.eq(RefundStatus::Succeeded))
        .exec(tx.db())
        .await?;
    if done.rows_affected == 1 { changes_session_of(tx, id).await } else { Ok(()) }
}

/// Records what the provider made of a refund: its id, or a refusal; `false` where it was recorded before.
pub async fn settle_refund(
    tx: &WriteTx,
    id: RefundId,
    provider_id: Option<String>,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let status = if provider_id.is_some() { RefundStatus::Succeeded } else { RefundStatus::Failed };
    let done = refund::Entity::update_many()
        .col_expr(refund::Column::Status, Expr::value(status))
        .col_expr(refund::Column::ProviderId, Expr::value(provider_id))
        .col_expr(refund::Column::UpdatedAt, Expr::value(now.ms()))
        .col_expr(refund::Column::Version, Expr::col(refund::Column::Version).add(1))
        .filter(refund::Column::OrganizationId.eq(tx.org()))
        .filter(refund::Column::Id.eq(id.uuid()))
        .filter(refund::Column::Status.eq(RefundStatus::Pending))
        .exec(tx.db())
        .await?;
    let settled = done.rows_affected == 1;
    if settled {
        changes_session_of(tx, id).await?;
    }
    Ok(settled)
}

/// Whoever watches the session or its order sees where its refunds stand, beside what was decided.
async fn changes_session_of(tx: &WriteTx, id: RefundId) -> Result<(), StoreError> {
    let its_attempt = refund::Entity::find()
        .select_only()
        .column(refund::Column::AttemptId)
        .filter(refund::Column::OrganizationId.eq(tx.org()))
        .filter(refund::Column::Id.eq(id.uuid()))
        .into_query();
    let session: Option<Uuid> = payment_attempt::Entity::find()
        .select_only()
        .column(payment_attempt::Column::SessionId)
        .filter(payment_attempt::Column::OrganizationId.eq(tx.org()))
        .filter(payment_attempt::Column::Id.in_subquery(its_attempt))
        .into_tuple()
        .one(tx.db())
        .await?;
    if let Some(session) = session {
        tx.changes(session);
    }
    Ok(())
}
