//! A text as plain values, TOML and JSON alike, with the place of each in the text.
//!
//! **Invariant:** both formats lead to the same values, so nothing behind this file knows which one was written; what is
//! too long, too deep or no text of either format is refused before anything is read.

use std::collections::BTreeMap;

use serde_json::Value;
use toml::{
    Spanned,
    de::{DeTable, DeValue},
};

use super::{fault::Fault, json};

/// The most bytes of a file: some twenty thousand variants.
pub const FILE_BYTES_MAX: usize = 8 * 1024 * 1024;

/// Stands for a number that no field takes: one with a fraction, or out of range.
pub(super) const NO_INTEGER: f64 = 0.5;

/// The places of a value and of what is in it, as offsets in the text.
#[derive(Debug)]
pub(super) struct Places {
    pub start: usize,
    pub inside: Inside,
}

/// What a value is made of.
#[derive(Debug)]
pub(super) enum Inside {
    Nothing,
    Items(Vec<Places>),
    Entries(BTreeMap<String, Places>),
}

/// A text as read.
#[derive(Debug)]
pub struct Tree {
    places: Places,
    /// Offsets of the lines' starts.
    lines: Vec<usize>,
}

impl Tree {
    /// Reads a text: JSON if it starts with a brace, which TOML cannot, or else TOML.
    pub fn read(text: &str) -> Result<(Value, Self), Vec<Fault>> {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        if text.len() > FILE_BYTES_MAX {
            return Err(vec![too_long()]);
        }
        let lines = starts(text);
        let json = text.trim_start().starts_with('{');
        let read = if json { json::read(text).map_err(|fault| vec![fault]) } else { toml(text) };
        let told = |(start, fault): (usize, String)| Fault::new("", fault).at(position(&lines, start));
        match read {
            Ok((value, places)) => Ok((value, Self { places, lines })),
            Err(mut faults) => {
                faults.sort();
                Err(faults.into_iter().map(told).collect())
            }
        }
    }

    /// A fault with the place of its path; of what is not there, the place of what it belongs in.
    #[must_use]
    pub fn place(&self, fault: Fault) -> Fault {
        let start = self.places.find(fault.path());
        fault.at(position(&self.lines, start))
    }
}

/// The one fault of a file that nobody reads to its end.
#[must_use]
pub fn too_long() -> Fault {
    Fault::new("", format!("longer than {} MiB", FILE_BYTES_MAX / 1024 / 1024))
}

fn starts(text: &str) -> Vec<usize> {
    std::iter::once(0).chain(text.match_indices('\n').map(|(at, _)| at + 1)).collect()
}

/// Line and column, from 1; the column counts bytes.
fn position(lines: &[usize], start: usize) -> (usize, usize) {
    let line = lines.partition_point(|begins| *begins <= start).max(1);
    (line, start - lines.get(line - 1).copied().unwrap_or(start).min(start) + 1)
}

impl Places {
    /// The start of what a path such as `products[0].prices.USD` leads to, as far as it leads.
    fn find(&self, path: &str) -> usize {
        let rest = path.strip_prefix('.').unwrap_or(path);
        let next = match &self.inside {
            Inside::Nothing => None,
            Inside::Items(items) => rest.strip_prefix('[').and_then(|rest| {
                let (index, rest) = rest.split_once(']')?;
                Some((items.get(index.parse::<usize>().ok()?)?, rest))
            }),
            // A key may hold a dot: the longest that fits is meant.
            Inside::Entries(entries) => entries
                .iter()
                .filter_map(|(key, places)| Some((places, rest.strip_prefix(key.as_str())?)))
                .filter(|(_, rest)| rest.is_empty() || rest.starts_with(['.', '[']))
                .min_by_key(|(_, rest)| rest.len()),
        };
        next.map_or(self.start, |(places, rest)| places.find(rest))
    }
}

fn toml(text: &str) -> Result<(Value, Places), Vec<(usize, String)>> {
    let (table, errors) = DeTable::parse_recoverable(text);
    if errors.is_empty() {
        return Ok(entries(table.get_ref(), 0));
    }
    let told = |error: &toml::de::Error| {
        (error.span().map_or(0, |span| span.start), format!("not TOML: {}", error.message().trim()))
    };
    Err(errors.iter().map(told).collect())
}

fn entries(table: &DeTable<'_>, start: usize) -> (Value, Places) {
    let mut values = serde_json::Map::new();
    let mut places = BTreeMap::new();
    for (key, written) in table {
        let (value, place) = self::value(written);
        values.insert(key.get_ref().to_string(), value);
        places.insert(key.get_ref().to_string(), place);
    }
    (Value::Object(values), Places { start, inside: Inside::Entries(places) })
}

fn value(written: &Spanned<DeValue<'_>>) -> (Value, Places) {
    let start = written.span().start;
    let leaf = |value| (value, Places { start, inside: Inside::Nothing });
    match written.get_ref() {
        DeValue::String(text) => leaf(text.as_ref().into()),
        DeValue::Integer(digits) => {
            let read = i64::from_str_radix(digits.as_str(), digits.radix());
            leaf(read.map_or_else(|_| NO_INTEGER.into(), Into::into))
        }
        DeValue::Float(_) => leaf(NO_INTEGER.into()),
        DeValue::Boolean(so) => leaf((*so).into()),
        DeValue::Datetime(instant) => leaf(instant.to_string().into()),
        DeValue::Array(items) => {
            let (values, places) = items.iter().map(value).unzip();
            (Value::Array(values), Places { start, inside: Inside::Items(places) })
        }
        DeValue::Table(table) => entries(table, start),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(text: &str, path: &str) -> (usize, usize) {
        let (_, tree) = Tree::read(text).unwrap();
        tree.place(Fault::new(path, "")).position()
    }

    #[test]
    fn a_path_is_found_in_either_format() {
        let toml = "[a]\nb = 1\n\n[[c]]\nd = [1,\n  { e = 2 }]\n[[c]]\n\"x.y\" = 3\n";
        let json = "{\"a\": {\n\"b\": 1},\n\n\"c\": [\n{\"d\": [1,\n  { \"e\": 2 }]},\n {\"x.y\": 3}]}";
        for (path, in_toml, in_json) in [
            ("a.b", (2, 5), (2, 6)),
            ("c[0].d[1].e", (6, 9), (6, 10)),
            ("c[0].d[7].e", (5, 5), (5, 7)),
            ("c[1].x.y", (8, 9), (7, 10)),
            ("c[1].missing", (7, 1), (7, 2)),
        ] {
            assert_eq!((place(toml, path), place(json, path)), (in_toml, in_json), "{path}");
        }
    }

    #[test]
    fn both_formats_lead_to_the_same_values() {
        let toml = "a = 1\nb = \"x\"\nc = [true, 1.5]\nd.e = 2030-01-31T00:00:00Z\n";
        let json = "{\"a\":1,\"b\":\"x\",\"c\":[true,1.5],\"d\":{\"e\":\"2030-01-31T00:00:00Z\"}}";
        assert_eq!(Tree::read(toml).unwrap().0, Tree::read(json).unwrap().0);
    }

    #[test]
    fn what_is_too_deep_or_too_long_is_refused() {
        let deep = |open: &str, close: &str| format!("{}1{}", open.repeat(1000), close.repeat(1000));
        for text in [
            format!("a = {}", deep("[", "]")),
            format!("{}b = 1", "a.".repeat(1000)),
            format!("{{\"a\": {}}}", deep("[", "]")),
            deep("{\"a\":", "}"),
            " ".repeat(FILE_BYTES_MAX + 1),
        ] {
            assert_eq!(Tree::read(&text).unwrap_err().len(), 1, "{}", &text[..20]);
        }
    }

    #[test]
    fn a_syntax_fault_is_told_by_its_place() {
        let place =
            |text: &str| Tree::read(text).unwrap_err().iter().map(Fault::position).collect::<Vec<_>>();
        assert_eq!(place("a = 1\nb = x\n[c\n"), [(2, 5), (3, 3)]);
        assert_eq!(place("{\"a\": 1,\n \"b\": x}"), [(2, 7)]);
        assert_eq!(place("{\"a\": 1,\n \"a\": 2}"), [(2, 7)]);
        assert_eq!(place("{\"a\": 1} 2"), [(1, 10)]);
    }
}
