//! The way that a statement takes: through the pool, or inside a transaction.
//!
//! **Invariant:** every statement of a tenant passes here and is counted for the task that asked for it, so that a test
//! can hold an operation to its number of statements and a developer can see it.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use async_trait::async_trait;
use sea_orm::{
    ConnectionTrait, DatabaseConnection, DatabaseTransaction, DbBackend, DbErr, ExecResult, QueryResult,
    Statement,
};

use super::pool;

tokio::task_local! {
    static STATEMENTS: Arc<AtomicU64>;
}

/// Does some work and says how many statements it took; BEGIN and COMMIT are not counted.
pub async fn counted<T>(work: impl Future<Output = T>) -> (T, u64) {
    let count = Arc::new(AtomicU64::new(0));
    let done = STATEMENTS.scope(Arc::clone(&count), work).await;
    (done, count.load(Ordering::Relaxed))
}

/// Where statements go.
pub(super) enum Way {
    /// To any connection of the pool; each statement is a transaction by itself.
    Pool(DatabaseConnection),
    /// To the connection that a transaction holds.
    Transaction(DatabaseTransaction),
}

#[async_trait]
impl ConnectionTrait for Way {
    fn get_database_backend(&self) -> DbBackend {
        match self {
            Self::Pool(pool) => pool.get_database_backend(),
            Self::Transaction(transaction) => transaction.get_database_backend(),
        }
    }

    async fn execute_raw(&self, statement: Statement) -> Result<ExecResult, DbErr> {
        let running = Running::start();
        let done = match self {
            Self::Pool(pool) => pool.execute_raw(statement).await,
            Self::Transaction(transaction) => transaction.execute_raw(statement).await,
        };
        running.ended(done)
    }

    async fn execute_unprepared(&self, sql: &str) -> Result<ExecResult, DbErr> {
        let running = Running::start();
        let done = match self {
            Self::Pool(pool) => pool.execute_unprepared(sql).await,
            Self::Transaction(transaction) => transaction.execute_unprepared(sql).await,
        };
        running.ended(done)
    }

    async fn query_one_raw(&self, statement: Statement) -> Result<Option<QueryResult>, DbErr> {
        let running = Running::start();
        let done = match self {
            Self::Pool(pool) => pool.query_one_raw(statement).await,
            Self::Transaction(transaction) => transaction.query_one_raw(statement).await,
        };
        running.ended(done)
    }

    async fn query_all_raw(&self, statement: Statement) -> Result<Vec<QueryResult>, DbErr> {
        let running = Running::start();
        let done = match self {
            Self::Pool(pool) => pool.query_all_raw(statement).await,
            Self::Transaction(transaction) => transaction.query_all_raw(statement).await,
        };
        running.ended(done)
    }
}

/// A statement under way. One that is cut off makes its connection, and so all of them, suspect.
struct Running;

impl Running {
    fn start() -> Self {
        // Outside of a scope nobody counts.
        STATEMENTS.try_with(|count| count.fetch_add(1, Ordering::Relaxed)).ok();
        Self
    }

    fn ended<T>(self, done: T) -> T {
        std::mem::forget(self);
        done
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        pool::suspect();
    }
}
