//! Rows to domain and back. The only module that names `entity`, `migration` and `sea_orm`.
//!
//! **Invariant:** every statement but the worker's "what is due" goes through a [`Tx`], which knows its tenant; there is
//! no unscoped query to call by mistake. A write runs in an immediate transaction behind one mutex on SQLite, and
//! under row locks with compare-and-set on PostgreSQL. No transaction is open while a provider is called: see
//! [`Store::in_transaction`].

pub mod attempt;
pub mod audit;
pub mod binding;
pub mod catalog;
pub mod credential;
pub mod customer;
pub mod declared;
pub mod discount;
mod documents;
pub mod due;
pub mod event;
mod gathered;
pub mod gift_certificate;
pub mod hold;
pub mod idempotency;
pub mod inbox;
mod listen;
pub mod lock;
mod open;
pub mod order;
pub mod outbox;
mod pool;
mod price;
pub mod products;
pub mod refund;
pub mod seed;
pub mod session;
pub mod shipping;
pub mod signal;
pub mod stored;
pub mod tax;
pub mod tenant;
pub mod trusted_document;
mod tx;
pub mod verdict;
mod way;

use std::{sync::Arc, time::Duration};

use sea_orm::{
    AccessMode, ConnectionTrait, DatabaseConnection, DbBackend, DbErr, IsolationLevel, RuntimeErr, SqlErr,
    SqliteTransactionMode, TransactionOptions, TransactionTrait, sqlx::Error as SqlxError,
};
use tokio::sync::{Mutex, OwnedMutexGuard};

pub use tx::{Tx, WriteTx};
use way::Way;
pub use way::counted;

use crate::domain::ids::OrganizationId;

/// How long a statement waits for a lock that another transaction holds.
const LOCK_WAIT_MAX: Duration = Duration::from_secs(5);
/// How long a writer waits for its turn on SQLite: behind one that waits for a lock, and some more.
const TURN_WAIT_MAX: Duration = Duration::from_secs(10);

/// Why the database did not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// A row makes no sense as a whole.
    #[error("row {id} of {table} is corrupt in {column}")]
    Corrupt {
        /// The table.
        table: &'static str,
        /// The column.
        column: &'static str,
        /// The row.
        id: String,
    },
    /// Somebody changed the row in between; worth another try from the start.
    #[error("the row changed in between")]
    Stale,
    /// A unique key is taken.
    #[error("a unique key is taken")]
    Taken,
    /// Too busy, or not reachable for now; worth another try later.
    #[error("the database is busy: {0}")]
    Busy(Fault),
    /// Anything else.
    #[error("the database failed: {0}")]
    Database(Fault),
}

/// What may be told of a database's error: its code and the constraint. Its text may quote a row, and so a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    kind: &'static str,
    code: Option<String>,
    constraint: Option<String>,
}

impl std::fmt::Display for Fault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (code, constraint) =
            (self.code.as_deref().unwrap_or("-"), self.constraint.as_deref().unwrap_or("-"));
        write!(f, "{}, code {code}, constraint {constraint}", self.kind)
    }
}

impl Fault {
    /// Whether the database answered well and the answer was not what a row of ours holds.
    #[must_use]
    pub fn is_of_decoding(&self) -> bool {
        self.kind == UNREADABLE
    }
}

const UNREADABLE: &str = "an answer could not be read";

impl From<&DbErr> for Fault {
    fn from(error: &DbErr) -> Self {
        let unreadable = matches!(error, DbErr::Type(_) | DbErr::TryIntoErr { .. } | DbErr::Json(_))
            || matches!(driver(error), Some(SqlxError::ColumnDecode { .. } | SqlxError::Decode(_)));
        let kind = if unreadable {
            UNREADABLE
        } else if matches!(error, DbErr::ConnectionAcquire(_)) {
            "no connection was free"
        } else if matches!(error, DbErr::Conn(_)) {
            "no connection"
        } else if matches!(error, DbErr::Exec(_)) {
            "a change failed"
        } else if matches!(error, DbErr::Query(_)) {
            "a query failed"
        } else {
            "another fault"
        };
        Self {
            kind,
            code: code(error),
            constraint: inner(error).and_then(|inner| inner.constraint().map(str::to_owned)),
        }
    }
}

impl StoreError {
    /// Whether the same work from the start may succeed at once.
    #[must_use]
    pub const fn is_stale(&self) -> bool {
        matches!(self, Self::Stale)
    }

    /// Whether the same work may succeed later.
    #[must_use]
    pub const fn is_busy(&self) -> bool {
        matches!(self, Self::Busy(_))
    }
}

impl From<DbErr> for StoreError {
    fn from(error: DbErr) -> Self {
        if matches!(error.sql_err(), Some(SqlErr::UniqueConstraintViolation(_))) {
            return Self::Taken;
        }
        let fault = Fault::from(&error);
        if fault.code.as_deref() == Some(READ_ONLY) {
            pool::suspect();
        }
        match fault.code.as_deref() {
            Some("40001" | "40P01") => Self::Stale,
            Some(code) if passes(code) => Self::Busy(fault),
            _ if matches!(error, DbErr::ConnectionAcquire(_) | DbErr::Conn(_)) => Self::Busy(fault),
            _ if driver(&error).is_some_and(is_cut_off) => Self::Busy(fault),
            _ => Self::Database(fault),
        }
    }
}

/// PostgreSQL's code for a write to a server that takes none.
const READ_ONLY: &str = "25006";

/// Whether the fault is of the hour, and the same work may succeed later.
fn passes(code: &str) -> bool {
    if let Some(class) = code.get(..2).filter(|_| code.len() == 5) {
        // PostgreSQL: connection lost; no room on the disk or for connections; read-only; lock time-out; statement
        // canceled, shutting down or starting; the disk failed.
        return matches!(class, "08" | "53" | "58")
            || matches!(
                code,
                READ_ONLY | "25P03" | "55P03" | "57014" | "57P01" | "57P02" | "57P03" | "57P05"
            );
    }
    // SQLite, without the finer half of its code: busy, locked, read-only, the disk failed, is full, cannot be opened.
    code.parse::<u32>().is_ok_and(|code| matches!(code & 0xff, 5 | 6 | 8 | 10 | 13 | 14))
}

/// Whether the connection went away under the statement.
const fn is_cut_off(error: &SqlxError) -> bool {
    matches!(
        error,
        SqlxError::Io(_)
            | SqlxError::Tls(_)
            | SqlxError::Protocol(_)
            | SqlxError::PoolTimedOut
            | SqlxError::PoolClosed
            | SqlxError::WorkerCrashed
            | SqlxError::BeginFailed
    )
}

/// What the driver said.
fn driver(error: &DbErr) -> Option<&SqlxError> {
    let (DbErr::Exec(RuntimeErr::SqlxError(inner)) | DbErr::Query(RuntimeErr::SqlxError(inner))) = error
    else {
        return None;
    };
    Some(inner)
}

fn inner(error: &DbErr) -> Option<&dyn sea_orm::sqlx::error::DatabaseError> {
    driver(error)?.as_database_error()
}

fn code(error: &DbErr) -> Option<String> {
    inner(error)?.code().map(std::borrow::Cow::into_owned)
}

/// The database of all tenants.
#[derive(Clone)]
pub struct Store {
    db: DatabaseConnection,
    writer: Arc<Mutex<()>>,
    open: open::OpenTransactions,
    signals: signal::Signals,
}

impl Store {
    /// Opens a database: `sqlite:PATH`, `sqlite::memory:` or `postgres://…`.
    pub async fn connect(url: &str) -> Result<Self, StoreError> {
        Self::connect_with(url, pool::CONNECTIONS_MAX).await
    }

    /// Opens a database with so many connections at most.
    pub async fn connect_with(url: &str, connections: u32) -> Result<Self, StoreError> {
        let db = pool::connect(url, connections).await?;
        let signals = signal::Signals::new(&db);
        Ok(Self { db, writer: Arc::default(), open: open::OpenTransactions::default(), signals })
    }

    /// Brings the tables up to date. Safe when several processes start at once.
    pub async fn migrate(&self) -> Result<(), StoreError> {
        pool::migrate(&self.db).await
    }

    /// How many changes the tables still lack. Those of a newer release only add, and are not counted.
    pub async fn pending_migrations(&self) -> Result<usize, StoreError> {
        Ok(self.other_migrations().await?.0.len())
    }

    /// The changes that the tables lack, and those that a newer release made: their names.
    pub async fn other_migrations(&self) -> Result<(Vec<String>, Vec<String>), StoreError> {
        pool::other_migrations(&self.db).await
    }

    /// Whether the database answers.
    pub async fn ping(&self) -> Result<(), StoreError> {
        Ok(self.db.ping().await?)
    }

    /// Lets all connections go, and on SQLite empties the write-ahead log into the file.
    pub async fn close(self) -> Result<(), StoreError> {
        self.signals.flush().await;
        if self.is_sqlite() {
            self.db.execute_unprepared("PRAGMA wal_checkpoint(TRUNCATE)").await?;
        }
        Ok(self.db.close().await?)
    }

    /// Whether the calling task has a transaction open. Asked before every call of a provider.
    #[must_use]
    pub fn in_transaction(&self) -> bool {
        self.open.by_this_task()
    }

    /// A look at one tenant's rows. Each statement sees what was committed when it began; whoever needs several to agree
    /// takes a [`Store::snapshot`].
    pub fn read(&self, tenant: OrganizationId) -> Tx {
        Tx::new(Way::Pool(self.db.clone()), tenant, None)
    }

    /// A view of one tenant's rows at one point in time.
    pub async fn snapshot(&self, tenant: OrganizationId) -> Result<Tx, StoreError> {
        let options = TransactionOptions {
            isolation_level: self.is_postgres().then_some(IsolationLevel::RepeatableRead),
            access_mode: self.is_postgres().then_some(AccessMode::ReadOnly),
            sqlite_transaction_mode: None,
        };
        let way = Way::Transaction(self.db.begin_with_options(options).await?);
        Ok(Tx::new(way, tenant, Some(self.open.mark())))
    }

    /// A write transaction of one tenant.
    pub async fn write(&self, tenant: OrganizationId) -> Result<WriteTx, StoreError> {
        let writer = self.writer().await?;
        let options = TransactionOptions {
            isolation_level: None,
            access_mode: None,
            sqlite_transaction_mode: self.is_sqlite().then_some(SqliteTransactionMode::Immediate),
        };
        let way = Way::Transaction(self.db.begin_with_options(options).await?);
        Ok(WriteTx::new(Tx::new(way, tenant, Some(self.open.mark())), writer, &self.signals))
    }

    /// A write of one tenant that is one statement, and so a transaction by itself: two round trips fewer.
    pub async fn write_once(&self, tenant: OrganizationId) -> Result<WriteTx, StoreError> {
        let writer = self.writer().await?;
        let tx = Tx::new(Way::Pool(self.db.clone()), tenant, None);
        Ok(WriteTx::new(tx, writer, &self.signals))
    }

    /// Where changes are told.
    #[must_use]
    pub const fn signals(&self) -> &signal::Signals {
        &self.signals
    }

    async fn writer(&self) -> Result<Option<OwnedMutexGuard<()>>, StoreError> {
        if self.is_sqlite() { self.turn().await.map(Some) } else { Ok(None) }
    }

    /// For what has no tenant yet.
    fn unscoped(&self) -> Way {
        Way::Pool(self.db.clone())
    }

    /// The one writer's place; whoever waits too long is told so, else a lock of somebody else would pile them up.
    async fn turn(&self) -> Result<OwnedMutexGuard<()>, StoreError> {
        let turn = Arc::clone(&self.writer).lock_owned();
        let late = |_| Fault { kind: "the turn to write did not come", code: None, constraint: None };
        tokio::time::timeout(TURN_WAIT_MAX, turn).await.map_err(late).map_err(StoreError::Busy)
    }

    fn is_sqlite(&self) -> bool {
        self.db.get_database_backend() == DbBackend::Sqlite
    }

    fn is_postgres(&self) -> bool {
        self.db.get_database_backend() == DbBackend::Postgres
    }
}
