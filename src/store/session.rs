//! Checkout sessions.
//!
//! **Invariant:** a row is believed only if the whole row makes sense: each status has exactly the columns that it
//! needs. A save is a compare-and-set on `version`; the raw token is never stored.

use entity::{
    binding as binding_row,
    checkout_session::{self, SessionStatus},
    order as order_row, payment_attempt,
};
use sea_orm::{
    ActiveValue::{Set, Unchanged},
    ColumnTrait, EntityTrait, QueryFilter, QuerySelect,
    sea_query::Expr,
};

use super::{
    StoreError, Tx, WriteTx, attempt,
    binding::{self, Binding},
    documents::At,
    due::NEVER,
    order,
    stored::{Stored, stored},
};
use crate::domain::{
    buyer::Address,
    checkout::{Bound, Phase, Session},
    consignment::{Consignment, ConsignmentLine},
    draft::Details,
    ids::{AttemptId, ConsignmentId, OrderId, RateId, SessionId},
    instant::Timestamp,
    order::Order,
};

/// A session as it is stored.
#[derive(Debug, Clone)]
pub struct Found {
    /// The session.
    pub session: Session,
    /// What the next save compares with.
    pub version: i64,
    /// SHA-256 of the token's secret, hex.
    pub token_hash: String,
    /// Its latest payment attempt.
    pub attempt: Option<attempt::Found>,
}

/// What a new session's token leaves in the row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TokenTrace {
    /// The part that finds the row.
    pub selector: String,
    /// SHA-256 of the secret part, hex.
    pub hash: String,
}

/// How the row of a session is found.
#[derive(Debug, Clone, Copy)]
pub enum Key<'a> {
    /// By the token's selector.
    Selector(&'a str),
    /// By id.
    Id(SessionId),
}

/// A consignment's document. The first names no lines: it holds what no other does.
struct Row {
    id: ConsignmentId,
    address: Option<Address>,
    rate: Option<RateId>,
    lines: Vec<ConsignmentLine>,
}

stored! { Row { id, address, rate; lines } }

impl From<Row> for Consignment {
    fn from(row: Row) -> Self {
        Self { id: row.id, lines: row.lines, address: row.address.unwrap_or_default(), rate: row.rate }
    }
}

impl From<&Consignment> for Row {
    fn from(of: &Consignment) -> Self {
        Self { id: of.id, address: Some(of.address.clone()), rate: of.rate, lines: of.lines.clone() }
    }
}

/// Finds a session with its latest attempt, in one statement.
pub async fn find(tx: &Tx, key: Key<'_>) -> Result<Option<Found>, StoreError> {
    let found = select(tx, key).find_also_related(payment_attempt::Entity).one(tx.db()).await?;
    found.map(|(row, attempt)| from_row(row, attempt)).transpose()
}

/// Finds a session with its order, where there is one.
pub async fn find_with_order(tx: &Tx, key: Key<'_>) -> Result<Option<(Found, Option<Order>)>, StoreError> {
    let found = select(tx, key)
        .find_also_related(payment_attempt::Entity)
        .find_also_related(order_row::Entity)
        .one(tx.db())
        .await?;
    let Some((row, attempt, order)) = found else { return Ok(None) };
    let order = match order {
        Some(row) => Some(order::with_lines(tx, row).await?),
        None => None,
    };
    Ok(Some((from_row(row, attempt)?, order)))
}

/// The session of an attempt, with that attempt and its binding, in one statement.
pub async fn of_attempt(
    tx: &Tx,
    key: attempt::Key<'_>,
) -> Result<Option<(Found, Option<Binding>)>, StoreError> {
    let found = attempt::select(tx, key)
        .find_also_related(checkout_session::Entity)
        .find_also_related(binding_row::Entity)
        .one(tx.db())
        .await?;
    let Some((attempt, Some(session), binding)) = found else { return Ok(None) };
    let binding = binding.map(binding::from_row).transpose()?;
    Ok(Some((from_row(session, Some(attempt))?, binding)))
}

/// Finds a session and locks it: the first lock of every write. Its attempt is read only then, as it may change while
/// the lock is waited for.
pub async fn find_locked(tx: &WriteTx, key: Key<'_>) -> Result<Option<Found>, StoreError> {
    let Some(row) = select(tx, key).lock_exclusive().one(tx.db()).await? else { return Ok(None) };
    let attempt = match row.attempt_id {
        Some(id) => attempt::row(tx, AttemptId::from_uuid(id)).await?,
        None => None,
    };
    from_row(row, attempt).map(Some)
}

fn select(tx: &Tx, key: Key<'_>) -> sea_orm::Select<checkout_session::Entity> {
    let of_tenant =
        checkout_session::Entity::find().filter(checkout_session::Column::OrganizationId.eq(tx.org()));
    match key {
        Key::Selector(selector) => of_tenant.filter(checkout_session::Column::Selector.eq(selector)),
        Key::Id(id) => of_tenant.filter(checkout_session::Column::Id.eq(id.uuid())),
    }
}

fn from_row(
    row: checkout_session::Model,
    attempt: Option<payment_attempt::Model>,
) -> Result<Found, StoreError> {
    let at = |column| At { table: "checkout_session", column, id: &row.id };
    let consignments: Vec<Row> = at("consignments").read(&row.consignments)?;
    let mut consignments = consignments.into_iter();
    let first = consignments.next().ok_or_else(|| at("consignments").corrupt())?;
    let session = Session {
        id: SessionId::from_uuid(row.id),
        currency: at("currency").currency(&row.currency)?,
        revision: row.revision,
        details: Details {
            buyer: at("buyer").read(&row.buyer)?,
            shipping: first.address,
            billing: row.billing.as_ref().map(|billing| at("billing").read(billing)).transpose()?,
            rate: first.rate,
            further: consignments.map(Consignment::from).collect(),
            codes: at("codes").read(&row.codes)?,
            certificates: match &row.certificates {
                Some(named) => at("certificates").read(named)?,
                None => Vec::new(),
            },
            message: row.customer_message.clone(),
            attributes: at("attributes").read(&row.attributes)?,
            locale: row.locale.clone(),
        },
        consignment: first.id,
        lines: at("lines").read(&row.lines)?,
        estimate: at("estimate").read(&row.estimate)?,
        phase: phase(&row)?,
        attempt: row.attempt_id.map(AttemptId::from_uuid),
        secret_out: row.secret_out,
        payable_until: row.payable_until.map(Timestamp::from_ms),
        notes: at("notes").read(&row.notes)?,
        expires_at: Timestamp::from_ms(row.expires_at),
        created_at: Timestamp::from_ms(row.created_at),
        updated_at: Timestamp::from_ms(row.updated_at),
    };
    let attempt = attempt.map(attempt::from_row).transpose()?;
    Ok(Found { session, version: row.version, token_hash: row.token_hash, attempt })
}

fn phase(row: &checkout_session::Model) -> Result<Phase, StoreError> {
    let at = |column| At { table: "checkout_session", column, id: &row.id };
    let bound: Option<Bound> = row.bound.as_ref().map(|bound| at("bound").read(bound)).transpose()?;
    if bound.as_ref().map(|bound| bound.binding.uuid()) != row.binding_id {
        return Err(at("binding_id").corrupt());
    }
    match (row.status, bound, row.order_id, row.closed_at.map(Timestamp::from_ms)) {
        (SessionStatus::Draft, None, None, None) => Ok(Phase::Draft),
        (SessionStatus::Bound, Some(bound), None, None) => Ok(Phase::Bound(bound)),
        (SessionStatus::Processing, Some(bound), None, None) => Ok(Phase::Processing(bound)),
        (SessionStatus::Completed, Some(binding), Some(order), Some(at)) => {
            Ok(Phase::Completed { order: OrderId::from_uuid(order), binding, at })
        }
        (SessionStatus::Canceled, None, None, Some(at)) => {
            Ok(Phase::Canceled { at, reason: row.cancel_reason.clone() })
        }
        (SessionStatus::Expired, None, None, Some(at)) => Ok(Phase::Expired { at }),
        (
            SessionStatus::Draft
            | SessionStatus::Bound
            | SessionStatus::Processing
            | SessionStatus::Completed
            | SessionStatus::Canceled
            | SessionStatus::Expired,
            ..,
        ) => Err(at("status").corrupt()),
    }
}

/// Stores a new session.
pub async fn insert(tx: &WriteTx, session: &Session, token: &TokenTrace) -> Result<(), StoreError> {
    let mut row = columns(tx, session, None);
    row.selector = Set(token.selector.clone());
    row.token_hash = Set(token.hash.clone());
    row.version = Set(1);
    row.created_at = Set(session.created_at.ms());
    checkout_session::Entity::insert(row).exec_without_returning(tx.db()).await?;
    Ok(())
}

/// Saves a session that was found, unless somebody changed it in between. Documents that did not change are not written:
/// a step of a payment moves a few numbers, and not the cart.
pub async fn save(tx: &WriteTx, found: &Found, session: &Session) -> Result<(), StoreError> {
    let mut row = columns(tx, session, Some(&found.session));
    row.id = Unchanged(session.id.uuid());
    row.version = Set(found.version + 1);
    // Before the statement: one that is cut off may have had its effect.
    tx.changes(session.id.uuid());
    let done = checkout_session::Entity::update_many()
        .set(row)
        .filter(checkout_session::Column::OrganizationId.eq(tx.org()))
        .filter(checkout_session::Column::Id.eq(session.id.uuid()))
        .filter(checkout_session::Column::Version.eq(found.version))
        .exec(tx.db())
        .await?;
    if done.rows_affected == 1 { Ok(()) } else { Err(StoreError::Stale) }
}

/// Gives a session another token: the earlier one stops working.
pub async fn replace_token(tx: &WriteTx, id: SessionId, token: &TokenTrace) -> Result<(), StoreError> {
    set(
        tx,
        id,
        &[
            (checkout_session::Column::Selector, &token.selector),
            (checkout_session::Column::TokenHash, &token.hash),
        ],
    )
    .await
}

async fn set(
    tx: &WriteTx,
    id: SessionId,
    values: &[(checkout_session::Column, &String)],
) -> Result<(), StoreError> {
    let mut update = checkout_session::Entity::update_many()
        .filter(checkout_session::Column::OrganizationId.eq(tx.org()))
        .filter(checkout_session::Column::Id.eq(id.uuid()));
    for (column, value) in values {
        update = update.col_expr(*column, Expr::value(value.as_str()));
    }
    update.exec(tx.db()).await?;
    Ok(())
}

/// Moves the time when a worker looks at a session that is due, without touching anything a client sees. One that is over
/// or was moved meanwhile stays as it is.
pub async fn postpone(
    tx: &WriteTx,
    id: SessionId,
    now: Timestamp,
    until: Timestamp,
) -> Result<(), StoreError> {
    checkout_session::Entity::update_many()
        .col_expr(checkout_session::Column::DueAt, Expr::value(until.ms()))
        .filter(checkout_session::Column::OrganizationId.eq(tx.org()))
        .filter(checkout_session::Column::Id.eq(id.uuid()))
        .filter(checkout_session::Column::DueAt.lte(now.ms()))
        .exec(tx.db())
        .await?;
    Ok(())
}

fn columns(tx: &Tx, session: &Session, before: Option<&Session>) -> checkout_session::ActiveModel {
    let (status, bound, order, closed_at) = status(&session.phase);
    let mut row = checkout_session::ActiveModel {
        organization_id: Set(tx.org()),
        id: Set(session.id.uuid()),
        status: Set(status),
        revision: Set(session.revision),
        currency: Set(session.currency.code().to_owned()),
        bound: Set(bound.map(Stored::to_json)),
        binding_id: Set(bound.map(|bound| bound.binding.uuid())),
        attempt_id: Set(session.attempt.map(AttemptId::uuid)),
        order_id: Set(order.map(OrderId::uuid)),
        secret_out: Set(session.secret_out),
        payable_until: Set(session.payable_until.map(Timestamp::ms)),
        cancel_reason: Set(if let Phase::Canceled { reason, .. } = &session.phase {
            reason.clone()
        } else {
            None
        }),
        due_at: Set(session.due_at().map_or(NEVER, Timestamp::ms)),
        expires_at: Set(session.expires_at.ms()),
        closed_at: Set(closed_at.map(Timestamp::ms)),
        updated_at: Set(session.updated_at.ms()),
        ..Default::default()
    };
    if before.is_none_or(|before| before.details != session.details) {
        set_details(&mut row, session);
    }
    if before.is_none_or(|before| before.lines != session.lines) {
        row.lines = Set(session.lines.to_json());
    }
    if before.is_none_or(|before| before.estimate != session.estimate) {
        row.estimate = Set(session.estimate.to_json());
    }
    if before.is_none_or(|before| before.notes != session.notes) {
        row.notes = Set(session.notes.to_json());
    }
    row
}

fn set_details(row: &mut checkout_session::ActiveModel, session: &Session) {
    let details = &session.details;
    let first = Row {
        id: session.consignment,
        address: details.shipping.clone(),
        rate: details.rate,
        lines: Vec::new(),
    };
    let consignments: Vec<Row> =
        std::iter::once(first).chain(details.further.iter().map(Row::from)).collect();
    row.locale = Set(details.locale.clone());
    row.buyer = Set(details.buyer.to_json());
    row.billing = Set(details.billing.as_ref().map(Stored::to_json));
    row.consignments = Set(consignments.to_json());
    row.codes = Set(details.codes.to_json());
    let named = &details.certificates;
    row.certificates = Set((!named.is_empty()).then(|| named.to_json()));
    row.customer_message = Set(details.message.clone());
    row.attributes = Set(details.attributes.to_json());
}

fn status(phase: &Phase) -> (SessionStatus, Option<&Bound>, Option<OrderId>, Option<Timestamp>) {
    match phase {
        Phase::Draft => (SessionStatus::Draft, None, None, None),
        Phase::Bound(bound) => (SessionStatus::Bound, Some(bound), None, None),
        Phase::Processing(bound) => (SessionStatus::Processing, Some(bound), None, None),
        Phase::Completed { order, at, binding } => {
            (SessionStatus::Completed, Some(binding), Some(*order), Some(*at))
        }
        Phase::Canceled { at, .. } => (SessionStatus::Canceled, None, None, Some(*at)),
        Phase::Expired { at } => (SessionStatus::Expired, None, None, Some(*at)),
    }
}
