//! How large a document becomes once its fragments are spread.
//!
//! **Invariant:** each fragment is measured once, so measuring costs what the document is long, not what it would become:
//! fragments that spread the next one twice, 24 times over, are 2 kB of text and 2^24 fields, which the library's own
//! limits walk one by one before they refuse them.

use std::collections::HashMap;

use async_graphql::parser::types::{ExecutableDocument, Selection, SelectionSet};

/// The most fields of a document with all fragments in their places.
pub const FIELDS_MAX: usize = 10_000;
/// The deepest that fragments may stand in fragments; a circle is deeper.
const FRAGMENTS_DEEP_MAX: usize = 32;

/// Whether every operation and fragment of a document stays within the limits.
pub(super) fn is_bounded(document: &ExecutableDocument) -> bool {
    let mut sizes = Sizes { document, known: HashMap::new() };
    let mut operations = document.operations.iter();
    operations.all(|(_, operation)| sizes.of_set(&operation.node.selection_set.node, 0).is_some())
        && document.fragments.keys().all(|name| sizes.of_fragment(name, 0).is_some())
}

struct Sizes<'a> {
    document: &'a ExecutableDocument,
    known: HashMap<&'a str, Option<usize>>,
}

impl<'a> Sizes<'a> {
    /// The fields of a selection; `None` beyond the limits.
    fn of_set(&mut self, set: &'a SelectionSet, deep: usize) -> Option<usize> {
        let mut size = 0;
        for item in &set.items {
            size += match &item.node {
                Selection::Field(field) => 1 + self.of_set(&field.node.selection_set.node, deep)?,
                Selection::InlineFragment(fragment) => {
                    self.of_set(&fragment.node.selection_set.node, deep)?
                }
                Selection::FragmentSpread(spread) => {
                    self.of_fragment(&spread.node.fragment_name.node, deep + 1)?
                }
            };
            if size > FIELDS_MAX {
                return None;
            }
        }
        Some(size)
    }

    fn of_fragment(&mut self, name: &'a str, deep: usize) -> Option<usize> {
        if deep > FRAGMENTS_DEEP_MAX {
            return None;
        }
        if let Some(known) = self.known.get(name) {
            return *known;
        }
        // One that is not there is somebody else's fault to tell.
        let Some(fragment) = self.document.fragments.get(name) else { return Some(0) };
        let size = self.of_set(&fragment.node.selection_set.node, deep);
        self.known.insert(name, size);
        size
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bounded(document: &str) -> bool {
        is_bounded(&async_graphql::parser::parse_query(document).unwrap())
    }

    fn doubling(levels: usize) -> String {
        let spread: Vec<String> =
            (0..levels).map(|n| format!("fragment F{n} on Q {{ ...F{m} ...F{m} }}", m = n + 1)).collect();
        format!("{{ ...F0 }} {} fragment F{levels} on Q {{ a }}", spread.join(" "))
    }

    #[test]
    fn what_doubles_is_measured_without_being_spread() {
        assert!(bounded(&doubling(13)));
        assert!(!bounded(&doubling(14)) && !bounded(&doubling(30)) && !bounded(&doubling(300)));
    }

    #[test]
    fn a_circle_has_no_size_entered_or_not() {
        let circle = "fragment A on Q { ...B } fragment B on Q { c { ...A } }";
        assert!(!bounded(&format!("{{ ...A }} {circle}")) && !bounded(&format!("{{ a }} {circle}")));
        assert!(bounded("{ ...A ...Missing } fragment A on Q { a { b } }"));
    }
}
