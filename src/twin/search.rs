//! Stripe's search words, as far as intents need them: `metadata['k']:'v' AND status:'succeeded'`.
//!
//! **Invariant:** a query that is not understood is refused; it never matches everything.

use super::error::ApiError;
use super::state::Intent;

/// One condition; a query is several, all of which must hold.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Clause {
    field: Field,
    value: String,
}

#[derive(Debug, PartialEq, Eq)]
enum Field {
    Metadata(String),
    Status,
    Currency,
}

/// Reads a query.
pub(super) fn parse(query: &str) -> Result<Vec<Clause>, ApiError> {
    let refuse = || ApiError::parameter("query", "We were unable to parse your search query.");
    let mut rest = query.trim();
    let mut clauses = Vec::new();
    loop {
        let (clause, after) = clause(rest).ok_or_else(refuse)?;
        clauses.push(clause);
        if after.is_empty() {
            return Ok(clauses);
        }
        let next = after.strip_prefix("AND ").or_else(|| after.strip_prefix("and ")).ok_or_else(refuse)?;
        rest = next.trim_start();
    }
}

/// Whether an intent meets all conditions.
pub(super) fn matches(clauses: &[Clause], intent: &Intent) -> bool {
    clauses.iter().all(|clause| match &clause.field {
        Field::Metadata(key) => intent.metadata.get(key) == Some(&clause.value),
        Field::Status => intent.status.word() == clause.value,
        Field::Currency => intent.currency == clause.value,
    })
}

fn clause(text: &str) -> Option<(Clause, &str)> {
    let (field, rest) = if let Some(inner) = text.strip_prefix("metadata[") {
        let (key, rest) = quoted(inner)?;
        (Field::Metadata(key), rest.strip_prefix(']')?)
    } else if let Some(rest) = text.strip_prefix("status") {
        (Field::Status, rest)
    } else {
        (Field::Currency, text.strip_prefix("currency")?)
    };
    let (value, rest) = quoted(rest.strip_prefix(':')?)?;
    Some((Clause { field, value }, rest.trim_start()))
}

/// Reads a quoted word; a backslash keeps the quote that follows it.
fn quoted(text: &str) -> Option<(String, &str)> {
    let quote = text.chars().next().filter(|sign| matches!(sign, '\'' | '"'))?;
    let mut word = String::new();
    let mut signs = text.char_indices().skip(1);
    while let Some((at, sign)) = signs.next() {
        match sign {
            '\\' => word.push(signs.next()?.1),
            end if end == quote => return Some((word, &text[at + 1..])),
            other => word.push(other),
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clauses_are_joined_by_and() {
        let clauses = parse(r#"metadata["a"]:"x" AND metadata['b']:'it\'s' AND status:'succeeded'"#).unwrap();
        assert_eq!(clauses.len(), 3);
        assert_eq!(clauses[1], Clause { field: Field::Metadata("b".into()), value: "it's".into() });
    }

    #[test]
    fn what_is_not_understood_is_refused() {
        for query in
            ["", "metadata['a']", "amount>5", "metadata['a']:'b' OR metadata['c']:'d'", "status:'x' AND "]
        {
            assert!(parse(query).is_err(), "{query}");
        }
    }
}
