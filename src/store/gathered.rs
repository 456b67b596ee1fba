//! Rows of another table as one value of a row, so that they need no statement of their own.
//!
//! **Invariant:** both databases give the same text: a list of lists, each of numbers, texts and nulls.

use sea_orm::{
    ConnectionTrait, DbBackend,
    sea_query::{Alias, Expr, ExprTrait, Func},
};
use serde::de::DeserializeOwned;

use super::Tx;

/// The cells of all rows of a query as text. Documents among them are cast to text first.
pub(super) fn gathered(tx: &Tx, cells: impl IntoIterator<Item = Expr>) -> Expr {
    let sqlite = tx.db().get_database_backend() == DbBackend::Sqlite;
    let (row, all) =
        if sqlite { ("json_array", "json_group_array") } else { ("json_build_array", "json_agg") };
    let rows = Func::cust(Alias::new(all)).arg(Func::cust(Alias::new(row)).args(cells));
    rows.cast_as(Alias::new("text"))
}

/// A column as text.
pub(super) fn text(column: Expr) -> Expr {
    column.cast_as(Alias::new("text"))
}

/// What was gathered; of no rows nothing. `None` where it is not of this form.
pub(super) fn read<T: DeserializeOwned>(gathered: Option<&str>) -> Option<Vec<T>> {
    gathered.map_or_else(|| Some(Vec::new()), |text| serde_json::from_str(text).ok())
}
