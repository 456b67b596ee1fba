//! The way that a statement takes: through the pool, or inside a transaction.
//!
//! **Invariant:** every statement of a tenant passes here and is counted for the task that asked for it, so that a test
//! can hold an operation to its number of statements and a developer can see it.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use async_trait::async_trait;
use sea_orm::{
    ConnectionTrait, DatabaseConnection, DatabaseTransaction, DbBackend, DbErr, ExecResult, QueryResult,
    RuntimeErr, Statement,
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

impl Way {
    fn patience(&self) -> Duration {
        if self.get_database_backend() == DbBackend::Postgres {
            STATEMENT_MAX
        } else {
            STATEMENT_MAX_OF_A_FILE
        }
    }
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
        within(self.patience(), async {
            match self {
                Self::Pool(pool) => pool.execute_raw(statement).await,
                Self::Transaction(transaction) => transaction.execute_raw(statement).await,
            }
        })
        .await
    }

    async fn execute_unprepared(&self, sql: &str) -> Result<ExecResult, DbErr> {
        within(self.patience(), async {
            match self {
                Self::Pool(pool) => pool.execute_unprepared(sql).await,
                Self::Transaction(transaction) => transaction.execute_unprepared(sql).await,
            }
        })
        .await
    }

    async fn query_one_raw(&self, statement: Statement) -> Result<Option<QueryResult>, DbErr> {
        within(self.patience(), async {
            match self {
                Self::Pool(pool) => pool.query_one_raw(statement).await,
                Self::Transaction(transaction) => transaction.query_one_raw(statement).await,
            }
        })
        .await
    }

    async fn query_all_raw(&self, statement: Statement) -> Result<Vec<QueryResult>, DbErr> {
        within(self.patience(), async {
            match self {
                Self::Pool(pool) => pool.query_all_raw(statement).await,
                Self::Transaction(transaction) => transaction.query_all_raw(statement).await,
            }
        })
        .await
    }
}

/// The longest that a statement may take, also where nobody limits who asked; PostgreSQL gives up on one before. A file does
/// not fall silent, and an audit of a large one takes its time.
const STATEMENT_MAX: Duration = Duration::from_secs(20);
const STATEMENT_MAX_OF_A_FILE: Duration = Duration::from_hours(1);

/// Runs a statement. Where the network says nothing more, its end would be that of the connection, many minutes later.
async fn within<T>(
    patience: Duration,
    statement: impl Future<Output = Result<T, DbErr>>,
) -> Result<T, DbErr> {
    let running = Running::start();
    match tokio::time::timeout(patience, statement).await {
        Ok(done) => running.ended(done),
        // Dropped: its connection is suspect.
        Err(_) => Err(DbErr::Conn(RuntimeErr::Internal("no answer".to_owned()))),
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
