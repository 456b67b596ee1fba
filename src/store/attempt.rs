//! Payment attempts.
//!
//! **Invariant:** a row is written before the provider is called, and saved by compare-and-set, so that of two who
//! finish the same operation one records it.

use entity::{
    checkout_session,
    payment_attempt::{self, AttemptStatus as Status, Operation as Op},
};
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait};

use super::{StoreError, Tx, WriteTx, documents::At, stored::Stored};
use crate::domain::{
    attempt::{Attempt, AttemptStatus, Operation},
    ids::{AttemptId, BindingId, SessionId},
    instant::Timestamp,
    money::Minor,
};

/// An attempt as it is stored.
#[derive(Debug, Clone)]
pub struct Found {
    /// The attempt.
    pub attempt: Attempt,
    /// What the next save compares with.
    pub version: i64,
}

/// How the row of an attempt is found.
#[derive(Debug, Clone, Copy)]
pub enum Key<'a> {
    /// By id.
    Id(AttemptId),
    /// By the provider's id of its intent.
    Intent(&'a str),
}

/// Finds an attempt.
pub async fn find(tx: &Tx, key: Key<'_>) -> Result<Option<Found>, StoreError> {
    select(tx, key).one(tx.db()).await?.map(from_row).transpose()
}

/// The row of an attempt, for whoever reads it with its session.
pub(super) async fn row(tx: &Tx, id: AttemptId) -> Result<Option<payment_attempt::Model>, StoreError> {
    Ok(select(tx, Key::Id(id)).one(tx.db()).await?)
}

/// Finds an attempt and locks it: the last lock, after the session's.
pub async fn find_locked(tx: &WriteTx, key: Key<'_>) -> Result<Option<Found>, StoreError> {
    select(tx, key).lock_exclusive().one(tx.db()).await?.map(from_row).transpose()
}

pub(super) fn select(tx: &Tx, key: Key<'_>) -> sea_orm::Select<payment_attempt::Entity> {
    let of_tenant =
        payment_attempt::Entity::find().filter(payment_attempt::Column::OrganizationId.eq(tx.org()));
    match key {
        Key::Id(id) => of_tenant.filter(payment_attempt::Column::Id.eq(id.uuid())),
        Key::Intent(intent) => of_tenant.filter(payment_attempt::Column::IntentId.eq(intent)),
    }
}

/// A payment that may still come, or did: its attempt, its session, and the provider's id of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Payable {
    /// The attempt.
    pub id: AttemptId,
    /// Its session.
    pub session: SessionId,
    /// The provider's id.
    pub intent: String,
}

/// Attempts that the provider knows, after an id, oldest first: all of a session, or all that are open.
pub async fn payable(
    tx: &Tx,
    of: Option<SessionId>,
    after: Option<AttemptId>,
    limit: u64,
) -> Result<Vec<Payable>, StoreError> {
    let ended = [Status::Authorized, Status::Succeeded, Status::Canceled];
    let select = payment_attempt::Entity::find()
        .select_only()
        .columns([
            payment_attempt::Column::Id,
            payment_attempt::Column::SessionId,
            payment_attempt::Column::IntentId,
        ])
        .filter(payment_attempt::Column::OrganizationId.eq(tx.org()))
        .filter(payment_attempt::Column::IntentId.is_not_null())
        .apply_if(after, |some, after| some.filter(payment_attempt::Column::Id.gt(after.uuid())))
        .order_by_asc(payment_attempt::Column::Id)
        .limit(limit);
    let select = match of {
        Some(session) => select.filter(payment_attempt::Column::SessionId.eq(session.uuid())),
        None => select.filter(payment_attempt::Column::Status.is_not_in(ended)),
    };
    let rows: Vec<(uuid::Uuid, uuid::Uuid, String)> = select.into_tuple().all(tx.db()).await?;
    let payable = |(id, session, intent)| Payable {
        id: AttemptId::from_uuid(id),
        session: SessionId::from_uuid(session),
        intent,
    };
    Ok(rows.into_iter().map(payable).collect())
}

/// Stores a new attempt.
pub async fn insert(tx: &WriteTx, attempt: &Attempt) -> Result<(), StoreError> {
    tx.changes(attempt.session.uuid());
    payment_attempt::Entity::insert(columns(tx, attempt, 1)).exec_without_returning(tx.db()).await?;
    Ok(())
}

/// Saves an attempt that was found, unless somebody changed it in between.
pub async fn save(tx: &WriteTx, found: &Found, attempt: &Attempt) -> Result<(), StoreError> {
    tx.changes(attempt.session.uuid());
    let done = payment_attempt::Entity::update_many()
        .set(columns(tx, attempt, found.version + 1))
        .filter(payment_attempt::Column::OrganizationId.eq(tx.org()))
        .filter(payment_attempt::Column::Id.eq(attempt.id.uuid()))
        .filter(payment_attempt::Column::Version.eq(found.version))
        .exec(tx.db())
        .await?;
    if done.rows_affected == 1 { Ok(()) } else { Err(StoreError::Stale) }
}

/// Saves what the provider answered to an attempt's first call, in one statement, where nothing has changed since the
/// call was written down: `false` where the attempt did, or where another binding is in force by now.
pub async fn save_created(tx: &WriteTx, found: &Found, attempt: &Attempt) -> Result<bool, StoreError> {
    let at_its_binding = checkout_session::Entity::find()
        .select_only()
        .column(checkout_session::Column::Id)
        .filter(checkout_session::Column::OrganizationId.eq(tx.org()))
        .filter(checkout_session::Column::Id.eq(attempt.session.uuid()))
        .filter(checkout_session::Column::BindingId.eq(attempt.binding.uuid()))
        .into_query();
    tx.changes(attempt.session.uuid());
    let done = payment_attempt::Entity::update_many()
        .set(columns(tx, attempt, found.version + 1))
        .filter(payment_attempt::Column::OrganizationId.eq(tx.org()))
        .filter(payment_attempt::Column::Id.eq(attempt.id.uuid()))
        .filter(payment_attempt::Column::Version.eq(found.version))
        .filter(payment_attempt::Column::SessionId.in_subquery(at_its_binding))
        .exec(tx.db())
        .await?;
    Ok(done.rows_affected == 1)
}

fn columns(tx: &Tx, attempt: &Attempt, version: i64) -> payment_attempt::ActiveModel {
    let (operation, binding, amount) = match attempt.operation {
        None => (Op::None, None, None),
        Some(Operation::Create) => (Op::Create, None, None),
        Some(Operation::Cancel) => (Op::Cancel, None, None),
        Some(Operation::Update { binding, amount }) => (Op::Update, Some(binding.uuid()), Some(amount.raw())),
    };
    payment_attempt::ActiveModel {
        organization_id: Set(tx.org()),
        id: Set(attempt.id.uuid()),
        session_id: Set(attempt.session.uuid()),
        binding_id: Set(attempt.binding.uuid()),
        provider: Set("stripe".to_owned()),
        status: Set(status_to_row(attempt.status)),
        currency: Set(attempt.currency.code().to_owned()),
        amount_minor: Set(attempt.amount.raw()),
        intent_id: Set(attempt.intent.clone()),
        operation_number: Set(attempt.operation_number),
        operation: Set(operation),
        operation_binding_id: Set(binding),
        operation_amount_minor: Set(amount),
        operation_at: Set(attempt.operation_at.ms()),
        failure: Set(attempt.failure.as_ref().map(Stored::to_json)),
        handed_out_number: Set(attempt.handed_out_number),
        created_at: Set(attempt.created_at.ms()),
        updated_at: Set(attempt.updated_at.ms()),
        version: Set(version),
    }
}

pub(super) fn from_row(row: payment_attempt::Model) -> Result<Found, StoreError> {
    let at = |column| At { table: "payment_attempt", column, id: &row.id };
    let operation = match (row.operation, row.operation_binding_id, row.operation_amount_minor) {
        (Op::None, None, None) => None,
        (Op::Create, None, None) => Some(Operation::Create),
        (Op::Cancel, None, None) => Some(Operation::Cancel),
        (Op::Update, Some(binding), Some(amount)) => {
            Some(Operation::Update { binding: BindingId::from_uuid(binding), amount: Minor::new(amount) })
        }
        (Op::None | Op::Create | Op::Cancel | Op::Update, ..) => return Err(at("operation").corrupt()),
    };
    let attempt = Attempt {
        id: AttemptId::from_uuid(row.id),
        session: SessionId::from_uuid(row.session_id),
        binding: BindingId::from_uuid(row.binding_id),
        amount: Minor::new(row.amount_minor),
        currency: at("currency").currency(&row.currency)?,
        failure: row.failure.as_ref().map(|failure| at("failure").read(failure)).transpose()?,
        intent: row.intent_id,
        status: status_from_row(row.status),
        operation_number: row.operation_number,
        operation,
        operation_at: Timestamp::from_ms(row.operation_at),
        handed_out_number: row.handed_out_number,
        created_at: Timestamp::from_ms(row.created_at),
        updated_at: Timestamp::from_ms(row.updated_at),
    };
    Ok(Found { attempt, version: row.version })
}

const fn status_to_row(status: AttemptStatus) -> Status {
    match status {
        AttemptStatus::Creating => Status::Creating,
        AttemptStatus::RequiresPaymentMethod => Status::RequiresPaymentMethod,
        AttemptStatus::RequiresAction => Status::RequiresAction,
        AttemptStatus::Processing => Status::Processing,
        AttemptStatus::Authorized => Status::Authorized,
        AttemptStatus::Succeeded => Status::Succeeded,
        AttemptStatus::Failed => Status::Failed,
        AttemptStatus::Canceled => Status::Canceled,
    }
}

const fn status_from_row(status: Status) -> AttemptStatus {
    match status {
        Status::Creating => AttemptStatus::Creating,
        Status::RequiresPaymentMethod => AttemptStatus::RequiresPaymentMethod,
        Status::RequiresAction => AttemptStatus::RequiresAction,
        Status::Processing => AttemptStatus::Processing,
        Status::Authorized => AttemptStatus::Authorized,
        Status::Succeeded => AttemptStatus::Succeeded,
        Status::Failed => AttemptStatus::Failed,
        Status::Canceled => AttemptStatus::Canceled,
    }
}
