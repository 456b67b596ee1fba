//! Connections: how they are made, and which of them may be used again.
//!
//! **Invariant:** a connection that is still inside a transaction when it comes back is closed. After a COMMIT that
//! failed (a full disk), the driver believes itself inside a transaction that SQLite has ended; whatever is written
//! through such a connection is acknowledged and lost.

use std::{
    sync::atomic::{AtomicU32, Ordering},
    time::Duration,
};

use migration::{Migrator, MigratorTrait};
use sea_orm::{
    ConnectOptions, ConnectionTrait, Database, DatabaseConnection, DbBackend, DbErr, TransactionTrait,
    sqlx::{
        self, Connection,
        postgres::PgConnection,
        sqlite::{SqliteJournalMode, SqliteSynchronous},
    },
};

use super::{LOCK_WAIT_MAX, StoreError};

/// Connections of a pool, unless told otherwise.
pub(super) const CONNECTIONS_MAX: u32 = 8;
/// How long a connection that comes back may take to say that it is well.
const RELEASE_MAX: Duration = Duration::from_secs(5);
const STATEMENTS_CACHED: usize = 256;
/// The write-ahead log is cut back to this after a checkpoint.
const JOURNAL_MAX_BYTES: &str = "67108864";
/// Any number that nobody else locks: one process at a time changes the tables.
const MIGRATION_LOCK: i64 = 0x6368_6b73;

/// How many connections that come back are still to be asked.
static SUSPECTS: AtomicU32 = AtomicU32::new(0);

/// Something was wrong: the server takes no writes, as after a failover to a standby, or a statement was cut off, as when
/// the network says nothing more. Connections are asked when they come back, and those that do not answer well are closed.
pub(super) fn suspect() {
    SUSPECTS.store(4 * CONNECTIONS_MAX, Ordering::Relaxed);
}

fn is_suspect() -> bool {
    SUSPECTS.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(1)).is_ok()
}

/// Whether a connection may be used again. A rollback that is still queued counts as done: the pool waits for it before
/// the next use. While something is wrong, a connection that says nothing for long, as its network is gone, may not.
async fn is_well(connection: &mut PgConnection) -> Result<bool, sqlx::Error> {
    if !is_suspect() {
        return Ok(!connection.is_in_transaction());
    }
    let asked = async {
        connection.ping().await?;
        let read_only: String =
            sqlx::query_scalar("SHOW transaction_read_only").fetch_one(&mut *connection).await?;
        Ok(read_only != "on" && !connection.is_in_transaction())
    };
    let silence = |_| Err(sqlx::Error::Io(std::io::ErrorKind::TimedOut.into()));
    tokio::time::timeout(RELEASE_MAX, asked).await.unwrap_or_else(silence)
}

/// Opens a pool.
pub(super) async fn connect(url: &str, connections: u32) -> Result<DatabaseConnection, StoreError> {
    let in_memory = url.contains(":memory:");
    let url = if url.starts_with("sqlite:") && !in_memory && !url.contains('?') {
        format!("{url}?mode=rwc")
    } else {
        url.to_owned()
    };
    let mut options = ConnectOptions::new(url);
    options
        // Each connection to a database in memory would see a database of its own.
        .max_connections(if in_memory { 1 } else { connections })
        .acquire_timeout(Duration::from_secs(5))
        .connect_timeout(Duration::from_secs(5))
        .test_before_acquire(false)
        .sqlx_logging(false)
        .map_sqlx_sqlite_opts(|sqlite| {
            sqlite
                .journal_mode(SqliteJournalMode::Wal)
                .synchronous(SqliteSynchronous::Full)
                .busy_timeout(LOCK_WAIT_MAX)
                .foreign_keys(true)
                .pragma("journal_size_limit", JOURNAL_MAX_BYTES)
                .statement_cache_capacity(STATEMENTS_CACHED)
        })
        .map_sqlx_postgres_opts(|postgres| {
            postgres.application_name("checkstand").statement_cache_capacity(STATEMENTS_CACHED).options([
                ("lock_timeout", "5000"),
                ("statement_timeout", "15000"),
                ("idle_in_transaction_session_timeout", "30000"),
            ])
        })
        .map_sqlx_sqlite_pool_opts(|pool| {
            pool.after_release(|connection, _| {
                Box::pin(async move {
                    // The ping runs a rollback that is still queued; then a connection at rest is in no transaction.
                    connection.ping().await?;
                    Ok(!connection.is_in_transaction())
                })
            })
        })
        .map_sqlx_postgres_pool_opts(|pool| {
            pool.after_release(|connection, _| Box::pin(is_well(connection)))
        });
    Ok(Database::connect(options).await?)
}

/// Applies what is pending, one process at a time on PostgreSQL; on SQLite there is one process. What a newer release
/// made only adds, so this program runs on it.
pub(super) async fn migrate(db: &DatabaseConnection) -> Result<(), StoreError> {
    let (pending, unknown) = other_migrations(db).await?;
    if pending.is_empty() {
        if let Some(last) = unknown.last() {
            tracing::warn!("the tables were made by a newer release: {last} is not known here");
        }
        return Ok(());
    }
    if db.get_database_backend() != DbBackend::Postgres {
        return Ok(Migrator::up(db, None).await?);
    }
    let lock = db.begin().await?;
    lock.execute_unprepared(&format!("SELECT pg_advisory_xact_lock({MIGRATION_LOCK})")).await?;
    let done: Result<(), DbErr> = Migrator::up(&lock, None).await;
    done?;
    Ok(lock.commit().await?)
}

/// The changes that the tables lack, and those made to them by a newer release. Nothing is written.
pub(super) async fn other_migrations(
    db: &DatabaseConnection,
) -> Result<(Vec<String>, Vec<String>), StoreError> {
    match Migrator::get_pending_migrations_read_only(db).await {
        Ok(pending) => Ok((pending.iter().map(|one| one.name().to_owned()).collect(), Vec::new())),
        // It refuses to compare where a change was made that it does not know.
        Err(DbErr::Custom(_)) => {
            let known: Vec<String> = Migrator::migrations().iter().map(|one| one.name().to_owned()).collect();
            let made = Migrator::get_migration_models(db).await?.into_iter().map(|model| model.version);
            let made: Vec<String> = made.collect();
            let unlike = |some: &[String], others: &[String]| -> Vec<String> {
                some.iter().filter(|name| !others.contains(name)).cloned().collect()
            };
            Ok((unlike(&known, &made), unlike(&made, &known)))
        }
        Err(error) => Err(error.into()),
    }
}
