//! A database of its own for the run, and what it counted.

use std::{ops::Sub, path::PathBuf};

use sea_orm::{ConnectionTrait, Database as Orm, DatabaseConnection, Statement};

/// The run's database.
pub struct Database {
    /// How the server reaches it.
    pub url: String,
    name: String,
    admin: Option<DatabaseConnection>,
    folder: Option<PathBuf>,
    /// The parent of all of PostgreSQL's processes.
    pub postmaster: Option<u32>,
}

/// What PostgreSQL counted; statements only where `pg_stat_statements` is loaded with `track_utility`.
#[derive(Clone, Copy, Default)]
pub struct Counters {
    pub commits: Option<u64>,
    pub statements: Option<u64>,
    pub begins: Option<u64>,
    pub statements_that_write: Option<u64>,
}

/// Makes one: at that server, or a file.
pub async fn make(server: Option<&str>) -> Database {
    let name = format!("journey_{}", std::process::id());
    let Some(server) = server else {
        let folder = std::env::temp_dir().join(&name);
        std::fs::create_dir_all(&folder).expect("a folder");
        let url = format!("sqlite:{}", folder.join("journey.db").display());
        return Database { url, name, admin: None, folder: Some(folder), postmaster: None };
    };
    let (base, _) = server.rsplit_once('/').expect("an address with a database");
    let admin = Orm::connect(server).await.expect("a database server");
    admin.execute_unprepared(&format!("CREATE DATABASE {name}")).await.expect("a database");
    let pid = number(&admin, "SELECT pg_backend_pid()::bigint").await.expect("a process id");
    let postmaster = crate::process::parent(u32::try_from(pid).expect("a process id"));
    Database { url: format!("{base}/{name}"), name, admin: Some(admin), folder: None, postmaster }
}

impl Database {
    /// Lets the planner know what the tables hold, as a database that is in use for a minute does by itself: plans that
    /// were made for empty tables read all of them.
    pub async fn settle(&self) {
        let Some(admin) = &self.admin else { return };
        let (base, _) = self.url.rsplit_once('/').expect("an address with a database");
        let own = Orm::connect(format!("{base}/{}", self.name)).await.expect("the run's database");
        own.execute_unprepared("VACUUM ANALYZE").await.expect("analyzed");
        own.close().await.expect("closed");
        admin.ping().await.expect("a database server");
    }

    /// What was counted until now.
    pub async fn counters(&self) -> Counters {
        let Some(admin) = &self.admin else { return Counters::default() };
        // What a backend counted is told at its leisure, a second at most.
        tokio::time::sleep(std::time::Duration::from_millis(1_500)).await;
        let of = format!("WHERE d.datname = '{}'", self.name);
        let statements = |filter: &str| {
            format!(
                "SELECT coalesce(sum(s.calls), 0)::bigint FROM pg_stat_statements s \
                 JOIN pg_database d ON d.oid = s.dbid {of} AND {filter}"
            )
        };
        let control = "s.query ~* '^(begin|commit|rollback)'";
        Counters {
            commits: number(admin, &format!("SELECT d.xact_commit FROM pg_stat_database d {of}")).await,
            statements: number(admin, &statements(&format!("NOT {control}"))).await,
            begins: number(admin, &statements(control)).await,
            statements_that_write: number(admin, &statements("s.query ~* '^(insert|update|delete)'")).await,
        }
    }

    /// Takes it away again.
    pub async fn drop_it(self) {
        if let Some(admin) = self.admin {
            admin
                .execute_unprepared(&format!("DROP DATABASE {} WITH (FORCE)", self.name))
                .await
                .expect("gone");
        }
        if let Some(folder) = self.folder {
            std::fs::remove_dir_all(folder).expect("gone");
        }
    }
}

async fn number(at: &DatabaseConnection, sql: &str) -> Option<u64> {
    let row = at.query_one_raw(Statement::from_string(at.get_database_backend(), sql)).await.ok()??;
    row.try_get_by_index::<i64>(0).ok().and_then(|number| u64::try_from(number).ok())
}

impl Sub for Counters {
    type Output = Self;
    fn sub(self, before: Self) -> Self {
        let less = |now: Option<u64>, before: Option<u64>| Some(now?.saturating_sub(before?));
        Self {
            commits: less(self.commits, before.commits),
            statements: less(self.statements, before.statements),
            begins: less(self.begins, before.begins),
            statements_that_write: less(self.statements_that_write, before.statements_that_write),
        }
    }
}
