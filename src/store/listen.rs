//! What other replicas changed, on PostgreSQL: one connection of its own that listens.
//!
//! **Invariant:** whoever waits looks again after each time that the connection was made, as nobody knows what was said
//! while there was none.

use std::time::{Duration, Instant};

use sea_orm::sqlx::{
    self,
    postgres::{PgConnectOptions, PgListener, PgPoolOptions},
};

use super::{
    Store,
    signal::{CHANNEL, Signals},
};

/// How long it waits before it connects again, at first and at most.
const PAUSE_MIN: Duration = Duration::from_millis(250);
const PAUSE_MAX: Duration = Duration::from_secs(10);
/// After how long, connecting included, it counts as one that worked.
const LIVED: Duration = Duration::from_secs(20);
/// After how long without a word the connection is asked whether it lives, and how long it may take to say so.
const SILENT_MAX: Duration = Duration::from_secs(30);
const ANSWER_MAX: Duration = Duration::from_secs(5);

impl Store {
    /// Hears of the changes of other replicas, by a connection to this address, until it is dropped. On SQLite there is
    /// nobody to hear of. The address must be the server's own or that of a pooler that keeps sessions apart, as a
    /// pooler in transaction mode forgets who listens.
    pub async fn listen(&self, url: &str) {
        if !self.is_postgres() {
            return;
        }
        let mut pause = PAUSE_MIN;
        loop {
            let began = Instant::now();
            let error = match heard(self.signals(), url).await {
                Ok(never) => match never {},
                // Its text names at most an address and a role, and stays inside the log.
                Err(error) => error,
            };
            // One that breaks at once, again and again, must not make all look each time.
            if began.elapsed() > LIVED {
                pause = PAUSE_MIN;
            }
            tracing::warn!(pause_ms = pause.as_millis(), "changes of other replicas are not heard: {error}");
            tokio::time::sleep(pause).await;
            pause = (pause * 2).min(PAUSE_MAX);
        }
    }
}

async fn heard(signals: &Signals, url: &str) -> Result<std::convert::Infallible, sqlx::Error> {
    let options: PgConnectOptions = url.parse()?;
    // A pool of one only makes the connection; a break ends it, so that it is told and counted here.
    let pool = PgPoolOptions::new()
        .max_connections(1)
        .max_lifetime(None)
        .idle_timeout(None)
        .acquire_timeout(Duration::from_secs(5))
        .connect_with(options.application_name("checkstand listening"))
        .await?;
    let mut listener = PgListener::connect_with(&pool).await?;
    listener.eager_reconnect(false);
    let silence = || sqlx::Error::Io(std::io::ErrorKind::TimedOut.into());
    tokio::time::timeout(ANSWER_MAX, listener.listen(CHANNEL)).await.map_err(|_| silence())??;
    signals.wake_all();
    loop {
        match tokio::time::timeout(SILENT_MAX, listener.try_recv()).await {
            Ok(Ok(Some(told))) => signals.heard(told.payload()),
            Ok(Ok(None)) => return Err(sqlx::Error::Io(std::io::ErrorKind::ConnectionReset.into())),
            Ok(Err(error)) => return Err(error),
            // One that only listens does not notice that the other end is gone.
            Err(_) => {
                let asked = sqlx::query("SELECT 1").execute(&mut listener);
                tokio::time::timeout(ANSWER_MAX, asked).await.map_err(|_| silence())??;
            }
        }
    }
}
