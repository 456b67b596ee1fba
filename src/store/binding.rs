//! Bound totals.
//!
//! **Invariant:** a binding's snapshot never changes; its status moves from live over superseded to released or
//! consumed, and only live and superseded ones can be paid.

use entity::binding::{self, BindingStatus};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, EntityTrait, ExprTrait, QueryFilter, QueryOrder, sea_query::Expr,
};

use super::{StoreError, Tx, WriteTx, documents::At, stored::Stored};
use crate::domain::{
    checkout::Bound,
    currency::Currency,
    ids::{BindingId, SessionId},
    instant::Timestamp,
    money::Minor,
    order::Snapshot,
    pricing::Terms,
};

/// A total that a bind fixed, with everything it was made of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Binding {
    /// Its session.
    pub session: SessionId,
    /// The total and its time.
    pub bound: Bound,
    /// Its currency.
    pub currency: Currency,
    /// What was bound.
    pub snapshot: Snapshot,
    /// Whether it can still be paid.
    pub payable: bool,
}

/// Stores a new binding in force, with what it was priced from.
pub async fn insert(tx: &WriteTx, binding: &Binding, terms: &Terms) -> Result<(), StoreError> {
    let row = binding::ActiveModel {
        organization_id: Set(tx.org()),
        id: Set(binding.bound.binding.uuid()),
        session_id: Set(binding.session.uuid()),
        status: Set(BindingStatus::Live),
        revision: Set(binding.bound.revision),
        currency: Set(binding.currency.code().to_owned()),
        grand_total_minor: Set(binding.snapshot.quote.grand_total().raw()),
        total_minor: Set(binding.bound.total.raw()),
        tax_source: Set(binding.bound.tax_source.clone()),
        content_hash: Set(binding.bound.content_hash.clone()),
        snapshot: Set(binding.snapshot.to_json()),
        terms: Set(Some(terms.to_json())),
        bound_at: Set(binding.bound.bound_at.ms()),
        valid_until: Set(binding.bound.valid_until.ms()),
        version: Set(1),
    };
    binding::Entity::insert(row).exec_without_returning(tx.db()).await?;
    Ok(())
}

/// Finds a binding.
pub async fn find(tx: &Tx, id: BindingId) -> Result<Option<Binding>, StoreError> {
    binding::Entity::find_by_id((tx.org(), id.uuid())).one(tx.db()).await?.map(from_row).transpose()
}

/// Finds a binding with what it was priced from, which bindings of earlier versions do not have. Whoever wants to be
/// paid does without: a document that only explains must not stand in the way of money.
pub async fn find_with_terms(tx: &Tx, id: BindingId) -> Result<Option<(Binding, Option<Terms>)>, StoreError> {
    let row = binding::Entity::find_by_id((tx.org(), id.uuid())).one(tx.db()).await?;
    let with_terms = |row: binding::Model| {
        let at = At { table: "binding", column: "terms", id: &row.id };
        let terms = row.terms.as_ref().map(|terms| at.read(terms)).transpose()?;
        Ok((from_row(row)?, terms))
    };
    row.map(with_terms).transpose()
}

/// All bindings of a session that can still be paid, oldest first.
pub async fn payable(tx: &Tx, session: SessionId) -> Result<Vec<Binding>, StoreError> {
    let rows = binding::Entity::find()
        .filter(binding::Column::OrganizationId.eq(tx.org()))
        .filter(binding::Column::SessionId.eq(session.uuid()))
        .filter(binding::Column::Status.is_in([BindingStatus::Live, BindingStatus::Superseded]))
        .order_by_asc(binding::Column::Id)
        .all(tx.db())
        .await?;
    rows.into_iter().map(from_row).collect()
}

pub(super) fn from_row(row: binding::Model) -> Result<Binding, StoreError> {
    let at = |column| At { table: "binding", column, id: &row.id };
    let snapshot: Snapshot = at("snapshot").read(&row.snapshot)?;
    Ok(Binding {
        session: SessionId::from_uuid(row.session_id),
        currency: at("currency").currency(&row.currency)?,
        payable: matches!(row.status, BindingStatus::Live | BindingStatus::Superseded),
        bound: Bound {
            binding: BindingId::from_uuid(row.id),
            total: Minor::new(row.total_minor),
            revision: row.revision,
            bound_at: Timestamp::from_ms(row.bound_at),
            valid_until: Timestamp::from_ms(row.valid_until),
            tax_source: row.tax_source,
            holds: snapshot.holds(),
            content_hash: row.content_hash,
        },
        snapshot,
    })
}

/// What becomes of a session's payable bindings but one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// Replaced, while its payment could still come.
    Superseded,
    /// Dropped.
    Released,
}

/// Moves every payable binding of a session but `except` on.
pub async fn move_on(
    tx: &WriteTx,
    session: SessionId,
    except: Option<BindingId>,
    fate: Fate,
) -> Result<(), StoreError> {
    let status = match fate {
        Fate::Superseded => BindingStatus::Superseded,
        Fate::Released => BindingStatus::Released,
    };
    let mut update = binding::Entity::update_many()
        .col_expr(binding::Column::Status, Expr::value(status))
        .filter(binding::Column::OrganizationId.eq(tx.org()))
        .filter(binding::Column::SessionId.eq(session.uuid()))
        .filter(binding::Column::Status.is_in([BindingStatus::Live, BindingStatus::Superseded]));
    if let Some(except) = except {
        update = update.filter(binding::Column::Id.ne(except.uuid()));
    }
    update.exec(tx.db()).await?;
    Ok(())
}

/// Puts a superseded binding in force again.
pub async fn reinstate(tx: &WriteTx, id: BindingId) -> Result<(), StoreError> {
    set_status(tx, id, BindingStatus::Live).await
}

/// Marks a binding as having become an order, and drops the others of its session.
pub async fn consume(tx: &WriteTx, session: SessionId, id: BindingId) -> Result<(), StoreError> {
    let is_it = Expr::col(binding::Column::Id).eq(id.uuid());
    let status = Expr::case(is_it, Expr::value(BindingStatus::Consumed)).finally(BindingStatus::Released);
    binding::Entity::update_many()
        .col_expr(binding::Column::Status, status.into())
        .filter(binding::Column::OrganizationId.eq(tx.org()))
        .filter(binding::Column::SessionId.eq(session.uuid()))
        .filter(binding::Column::Status.is_in([BindingStatus::Live, BindingStatus::Superseded]))
        .exec(tx.db())
        .await?;
    Ok(())
}

async fn set_status(tx: &WriteTx, id: BindingId, status: BindingStatus) -> Result<(), StoreError> {
    binding::Entity::update_many()
        .col_expr(binding::Column::Status, Expr::value(status))
        .filter(binding::Column::OrganizationId.eq(tx.org()))
        .filter(binding::Column::Id.eq(id.uuid()))
        .exec(tx.db())
        .await?;
    Ok(())
}

/// Gives a binding more time.
pub async fn renew(tx: &WriteTx, id: BindingId, valid_until: Timestamp) -> Result<(), StoreError> {
    binding::Entity::update_many()
        .col_expr(binding::Column::ValidUntil, Expr::value(valid_until.ms()))
        .filter(binding::Column::OrganizationId.eq(tx.org()))
        .filter(binding::Column::Id.eq(id.uuid()))
        .exec(tx.db())
        .await?;
    Ok(())
}
