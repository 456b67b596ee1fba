//! What must never be true of the rows, as data: each check is one query that answers the rows at fault.
//!
//! **Invariant:** read-only, in the snapshot of one tenant's transaction, with no lock that anybody waits for; of each
//! check a bounded number of findings is kept and the rest is counted. A check that the schema prevents is made all the
//! same: a restored backup, a lost index or a hand in the tables does not ask the schema.

mod certificates;
mod goods;
mod orders;
mod payments;
mod references;
mod refunds;

use entity::{binding, checkout_session, discount, order, organization, payment_attempt};
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, Statement, Value,
};
use uuid::Uuid;

use super::{Store, StoreError, Tx};
use crate::domain::{
    ids::{AttemptId, BindingId, DiscountId, OrderId, OrganizationId, SessionId},
    instant::Timestamp,
};

pub use references::{references, words};

/// Findings kept of one check in one organization.
pub const KEPT_MAX: usize = 20;

/// What must never be true, and the query that answers the rows of which it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Check {
    /// Short name, as printed.
    pub name: &'static str,
    /// Number of the promise that is broken.
    pub promise: u8,
    /// The table whose row is at fault.
    pub table: &'static str,
    /// Answers `id`, `expected` and `found`; `$1` is the organization, `$2` the instant before which something is old.
    pub sql: std::borrow::Cow<'static, str>,
}

/// A row at fault.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// The row.
    pub id: String,
    /// What should be there.
    pub expected: String,
    /// What is there.
    pub found: String,
}

/// The rows at fault by one check.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Faults {
    /// The first of them.
    pub kept: Vec<Fault>,
    /// How many more there are.
    pub more: u64,
}

impl Faults {
    /// Keeps one, or counts it.
    pub fn add(&mut self, fault: Fault) {
        if self.kept.len() < KEPT_MAX { self.kept.push(fault) } else { self.more += 1 }
    }
}

/// A row of every organization, page by page, as the audit needs it: one that cannot be read does not stop the others.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// Its id.
    pub id: OrganizationId,
    /// Its slug as it stands in the row.
    pub slug: String,
}

impl Store {
    /// Organizations after an id, oldest first, up to `limit`.
    pub async fn organizations_after(
        &self,
        after: Option<OrganizationId>,
        limit: u64,
    ) -> Result<Vec<Listed>, StoreError> {
        let mut select = organization::Entity::find()
            .select_only()
            .columns([organization::Column::Id, organization::Column::Slug])
            .order_by_asc(organization::Column::Id)
            .limit(limit);
        if let Some(after) = after {
            select = select.filter(organization::Column::Id.gt(after.uuid()));
        }
        let rows: Vec<(Uuid, String)> = select.into_tuple().all(&self.db).await?;
        Ok(rows.into_iter().map(|(id, slug)| Listed { id: OrganizationId::from_uuid(id), slug }).collect())
    }

    /// A view for the audit: like [`Store::read`], without the time limit that protects requests.
    pub async fn read_at_leisure(&self, tenant: OrganizationId) -> Result<Tx, StoreError> {
        let tx = self.snapshot(tenant).await?;
        if self.is_postgres() {
            tx.db().execute_unprepared("SET LOCAL statement_timeout = 0").await?;
        }
        Ok(tx)
    }
}

/// Every check that one query can make.
pub fn checks() -> impl Iterator<Item = Check> {
    let plain =
        [goods::CHECKS, certificates::CHECKS, orders::CHECKS, payments::CHECKS, refunds::CHECKS].concat();
    let plain = plain.into_iter().map(|(name, promise, table, sql)| Check {
        name,
        promise,
        table,
        sql: std::borrow::Cow::Borrowed(sql),
    });
    plain.chain(references()).chain(words())
}

/// A check as it is written down: name, promise, table, query.
type Row = (&'static str, u8, &'static str, &'static str);

/// Runs a check in a tenant's snapshot; what is older than `old` should have been done.
pub async fn run(tx: &Tx, check: &Check, old: Timestamp) -> Result<Faults, StoreError> {
    let backend = tx.db().get_database_backend();
    // PostgreSQL wants to know the type of every parameter, so one that is not asked for is not sent.
    let mut values = vec![Value::from(tx.org())];
    if check.sql.contains("$2") {
        values.push(Value::from(old.ms()));
    }
    let sql = format!(
        "SELECT x.id AS id, CAST(x.expected AS text) AS expected, CAST(x.found AS text) AS found, \
         CAST(count(*) OVER () AS bigint) AS total FROM ({}) x ORDER BY x.id LIMIT {KEPT_MAX}",
        check.sql
    );
    let rows = tx.db().query_all_raw(Statement::from_sql_and_values(backend, sql, values)).await?;
    let mut faults = Faults::default();
    for row in rows {
        let text = |column| row.try_get::<Option<String>>("", column).map(Option::unwrap_or_default);
        faults.kept.push(Fault {
            id: row.try_get::<Uuid>("", "id")?.to_string(),
            expected: text("expected")?,
            found: text("found")?,
        });
        let total: i64 = row.try_get("", "total")?;
        faults.more = u64::try_from(total).unwrap_or_default();
    }
    faults.more = faults.more.saturating_sub(u64::try_from(faults.kept.len()).unwrap_or_default());
    Ok(faults)
}

/// Pages through the ids of a table, so that each row can be read as strictly as the product reads it.
macro_rules! ids_after {
    ($(#[$meta:meta])* $name:ident: $entity:ident -> $id:ident) => {
        $(#[$meta])*
        pub async fn $name(tx: &Tx, after: Option<$id>, limit: u64) -> Result<Vec<$id>, StoreError> {
            let mut select = $entity::Entity::find()
                .select_only()
                .column($entity::Column::Id)
                .filter($entity::Column::OrganizationId.eq(tx.org()))
                .order_by_asc($entity::Column::Id)
                .limit(limit);
            if let Some(after) = after {
                select = select.filter($entity::Column::Id.gt(after.uuid()));
            }
            let rows: Vec<Uuid> = select.into_tuple().all(tx.db()).await?;
            Ok(rows.into_iter().map($id::from_uuid).collect())
        }
    };
}

ids_after!(/// Sessions after an id.
    sessions_after: checkout_session -> SessionId);
ids_after!(/// Bindings after an id.
    bindings_after: binding -> BindingId);
ids_after!(/// Attempts after an id.
    attempts_after: payment_attempt -> AttemptId);
ids_after!(/// Orders after an id.
    orders_after: order -> OrderId);
ids_after!(/// Discounts after an id.
    discounts_after: discount -> DiscountId);

/// The code of a discount, by which the product reads it.
pub async fn code_of(tx: &Tx, id: DiscountId) -> Result<Option<String>, StoreError> {
    let row: Option<Option<String>> = discount::Entity::find_by_id((tx.org(), id.uuid()))
        .select_only()
        .column(discount::Column::Code)
        .into_tuple()
        .one(tx.db())
        .await?;
    Ok(row.flatten())
}
