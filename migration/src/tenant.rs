//! How tables that a tenant owns are keyed.
//!
//! **Invariant:** `organization_id` is first in every key and index but those that the worker's "what is due" reads.

use sea_orm_migration::{prelude::*, schema::uuid};

/// A table with `organization_id` in its primary key; `key` says which columns. An `id` is made when it is among them.
pub(crate) fn owned(name: &'static str, key: &[&'static str]) -> TableCreateStatement {
    let mut table = Table::create().table(name).col(uuid("organization_id")).to_owned();
    if key.contains(&"id") {
        table.col(uuid("id"));
    }
    let mut primary = Index::create();
    for column in key {
        primary.col(*column);
    }
    table.primary_key(&mut primary).foreign_key(
        ForeignKey::create()
            .name(format!("fk_{name}_organization"))
            .from(name, "organization_id")
            .to("organization", "id"),
    );
    table
}

/// A foreign key that carries the tenant.
pub(crate) fn points_at(
    table: &mut TableCreateStatement,
    name: &'static str,
    column: &'static str,
    to: &'static str,
) {
    table.foreign_key(
        ForeignKey::create()
            .name(format!("fk_{name}_{column}"))
            .from(name, ("organization_id", column))
            .to(to, ("organization_id", "id")),
    );
}

/// A named unique index.
pub(crate) fn unique(table: &'static str, columns: &[&'static str]) -> IndexCreateStatement {
    named("uq", table, columns).unique().to_owned()
}

/// A named index.
pub(crate) fn index(table: &'static str, columns: &[&'static str]) -> IndexCreateStatement {
    named("ix", table, columns)
}

fn named(prefix: &str, table: &'static str, columns: &[&'static str]) -> IndexCreateStatement {
    let own: Vec<&str> = columns.iter().copied().filter(|column| *column != "organization_id").collect();
    let mut index =
        Index::create().name(format!("{prefix}_{table}_{}", own.join("_"))).table(table).to_owned();
    for column in columns {
        index.col(*column);
    }
    index
}
