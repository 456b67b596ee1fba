//! Everything that is stored, as text: to see that nothing changed, and what is written where.

use std::collections::BTreeMap;

use sea_orm::{ConnectionTrait, DbBackend, Statement};

use super::Mall;

/// Tables by name, each with its rows in order.
pub type Books = BTreeMap<String, Vec<String>>;

impl Mall {
    /// All rows of all tables, seen from outside.
    pub async fn books(&self) -> Books {
        let postgres = self.outside.get_database_backend() == DbBackend::Postgres;
        let tables = if postgres {
            "SELECT CAST(tablename AS TEXT) AS t FROM pg_tables WHERE schemaname = 'public'"
        } else {
            "SELECT name AS t FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
        };
        let mut books = Books::new();
        for table in self.texts(tables).await {
            let rows = if postgres {
                format!("SELECT CAST(r AS TEXT) AS t FROM \"{table}\" r")
            } else {
                let columns = format!("SELECT name AS t FROM pragma_table_info('{table}')");
                let quoted = self
                    .texts(&columns)
                    .await
                    .iter()
                    .map(|name| format!("quote(\"{name}\")"))
                    .collect::<Vec<_>>();
                format!("SELECT {} AS t FROM \"{table}\"", quoted.join(" || ',' || "))
            };
            let mut rows = self.texts(&rows).await;
            rows.sort();
            books.insert(table, rows);
        }
        assert!(books.len() > 20 && !books["organization"].is_empty(), "the books are empty");
        books
    }

    /// The one text column `t` of a query.
    pub async fn texts(&self, sql: &str) -> Vec<String> {
        let statement = Statement::from_string(self.outside.get_database_backend(), sql);
        let rows = self.outside.query_all_raw(statement).await.unwrap();
        rows.iter().map(|row| row.try_get("", "t").unwrap()).collect()
    }

    /// Fails where anything is stored that was not, or otherwise.
    #[track_caller]
    pub fn same(before: &Books, after: &Books, what: &str) {
        for (table, rows) in after {
            let was = before.get(table).unwrap_or_else(|| panic!("{what}: the table {table} is new"));
            let new: Vec<&String> = rows.iter().filter(|row| !was.contains(row)).collect();
            assert!(was == rows, "{what}: {table} changed, now with {new:?}");
        }
    }
}
