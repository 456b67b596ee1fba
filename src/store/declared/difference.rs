//! How declared rows differ from stored ones, field by field.
//!
//! **Invariant:** pure; every row ends in exactly one of new, changed, gone and equal, and only what is not equal is told.

use std::{borrow::Cow, collections::HashMap, fmt::Display};

use sea_orm::JsonValue;
use time::{OffsetDateTime, format_description::well_known::Rfc3339};
use uuid::Uuid;

use super::{name::Names, row::Row};
use crate::domain::{currency::Currency, instant::Timestamp, money::Minor};

/// What happens to a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sign {
    /// It is made.
    New,
    /// It changes.
    Changed,
    /// It is archived, switched off or, of prices, counts and customers, deleted.
    Removed,
    /// The file no longer states it, and it stays.
    Kept,
}

/// One row's part of a plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// What happens.
    pub sign: Sign,
    /// To what kind of thing.
    pub kind: &'static str,
    /// Which one.
    pub name: String,
    /// Fields that change: name, before, after. For a new one none.
    pub fields: Vec<(String, String, String)>,
}

/// A field as text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Field {
    name: Cow<'static, str>,
    value: String,
    shown: bool,
}

impl Field {
    pub(super) fn new(name: &'static str, value: impl Display) -> Self {
        Self { name: name.into(), value: value.to_string(), shown: true }
    }

    pub(super) fn hidden(name: &'static str, value: impl Display) -> Self {
        Self { shown: false, ..Self::new(name, value) }
    }

    pub(super) fn maybe(name: &'static str, value: Option<impl Display>) -> Self {
        Self::new(name, value.map_or_else(|| "none".to_owned(), |value| format!("{value}")))
    }

    pub(super) fn json(name: &str, value: &JsonValue) -> Self {
        let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        Self { name: name.to_owned().into(), value: text, shown: true }
    }

    pub(super) fn amount(name: &'static str, minor: Option<i64>, currency: &str) -> Self {
        Self::maybe(name, minor.map(|minor| amount(minor, currency)))
    }

    pub(super) fn instant(name: &'static str, ms: Option<i64>) -> Self {
        Self::maybe(name, ms.map(|ms| written(Timestamp::from_ms(ms)).unwrap_or_else(|| ms.to_string())))
    }
}

/// An instant as it is written in a file; `None` for one that no calendar has.
#[must_use]
pub fn written(instant: Timestamp) -> Option<String> {
    let at = OffsetDateTime::from_unix_timestamp_nanos(i128::from(instant.ms()) * 1_000_000).ok()?;
    at.format(&Rfc3339).ok()
}

/// An amount with the digits of its currency.
pub(super) fn amount(minor: i64, currency: &str) -> String {
    let known: Option<Currency> = currency.parse().ok();
    known.map_or_else(|| minor.to_string(), |currency| currency.figures(Minor::new(minor)))
}

/// What to write of one kind of row.
pub(super) struct Edits<R> {
    pub(super) put: Vec<R>,
    pub(super) deleted: Vec<R>,
}

// Not derived: a derive would ask for a default row.
impl<R> Default for Edits<R> {
    fn default() -> Self {
        Self { put: Vec::new(), deleted: Vec::new() }
    }
}

/// What to do with rows that the file does not state.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Gone {
    Retire,
    Keep,
    Delete,
}

/// Compares rows of one kind.
pub(super) fn compare<R: Row>(
    declared: Vec<R>,
    stored: &[R],
    gone: Gone,
    (names, changes): (&Names, &mut Vec<Change>),
) -> Edits<R> {
    let mut edits = Edits::default();
    let mut left: HashMap<(Uuid, String), &R> = stored.iter().map(|row| (row.key(), row)).collect();
    for mut row in declared {
        let Some(before) = left.remove(&row.key()) else {
            changes.push(Change {
                sign: Sign::New,
                kind: R::KIND,
                name: row.name(names),
                fields: Vec::new(),
            });
            edits.put.push(row);
            continue;
        };
        let (old, new) = (before.fields(names), row.fields(names));
        if old != new {
            row.settle(before);
            told(Sign::Changed, &row, (&old, &new), (names, changes));
            edits.put.push(row);
        }
    }
    for row in stored.iter().filter(|row| left.contains_key(&row.key())) {
        match (gone, row.retired()) {
            (Gone::Retire, Some(retired)) => {
                let (old, new) = (row.fields(names), retired.fields(names));
                told(Sign::Removed, row, (&old, &new), (names, changes));
                edits.put.push(retired);
            }
            (Gone::Delete, _) => {
                told(Sign::Removed, row, (&[], &[]), (names, changes));
                edits.deleted.push(row.clone());
            }
            (Gone::Keep, Some(_)) => told(Sign::Kept, row, (&[], &[]), (names, changes)),
            (Gone::Retire | Gone::Keep, None) => {}
        }
    }
    edits
}

/// Tells a change; one of hidden fields alone follows from another that is told.
fn told<R: Row>(
    sign: Sign,
    row: &R,
    (old, new): (&[Field], &[Field]),
    (names, changes): (&Names, &mut Vec<Change>),
) {
    let before = |field: &Field| old.iter().find(|old| old.name == field.name);
    let fields: Vec<(String, String, String)> = new
        .iter()
        .filter(|field| field.shown)
        .filter_map(|field| Some((before(field)?, field)))
        .filter(|(before, field)| before.value != field.value)
        .map(|(before, field)| (field.name.to_string(), before.value.clone(), field.value.clone()))
        .collect();
    if sign != Sign::Changed || !fields.is_empty() {
        changes.push(Change { sign, kind: R::KIND, name: row.name(names), fields });
    }
}
