//! What a figure in a shop file means for a shelf that sells all the while.
//!
//! **Invariant:** a figure acts once: when the variant is new, when the figure is another than the one applied last, or
//! when a stock-take is asked for. Then it is what is on hand, but never less than sessions hold: what somebody may
//! still pay for is not taken away.

use std::collections::HashMap;

use entity::stock;
use uuid::Uuid;

use super::{
    difference::{Change, Edits, Sign},
    name::Names,
};

/// Whether a figure acts on what is stored.
pub(super) fn acts(declared: &stock::Model, stored: Option<&stock::Model>, stock_take: bool) -> bool {
    stored.is_none_or(|stored| stored.declared != declared.declared || stock_take)
}

/// The row after a figure has acted; `None` where that changes nothing.
fn after(
    declared: &stock::Model,
    stored: Option<&stock::Model>,
    held: i64,
    stock_take: bool,
) -> Option<stock::Model> {
    let Some(stored) = stored else {
        return Some(stock::Model { on_hand: declared.on_hand.max(held), ..declared.clone() });
    };
    if !acts(declared, Some(stored), stock_take) {
        return None;
    }
    // A count from before figures were remembered: whether this one is new is not known, so it is only remembered.
    let unknown = stored.declared.is_none() && !stock_take;
    let on_hand = if unknown { stored.on_hand } else { declared.on_hand.max(held) };
    let next = stock::Model { on_hand, version: stored.version + 1, ..declared.clone() };
    (next.on_hand != stored.on_hand || next.declared != stored.declared).then_some(next)
}

/// Compares counts. A variant that is still declared, but without a figure, is no longer counted.
pub(super) fn compare(
    (declared, variants): (&[stock::Model], &[Uuid]),
    (stored, held): (&[stock::Model], &HashMap<Uuid, i64>),
    stock_take: bool,
    (names, changes): (&Names, &mut Vec<Change>),
) -> Edits<stock::Model> {
    let mut edits = Edits::default();
    let mut left: HashMap<Uuid, &stock::Model> = stored.iter().map(|row| (row.variant_id, row)).collect();
    let mut told = |sign, row: &stock::Model, fields| {
        changes.push(Change { sign, kind: "stock", name: names.variant(row.variant_id), fields });
    };
    for row in declared {
        let before = left.remove(&row.variant_id);
        let held = held.get(&row.variant_id).copied().unwrap_or(0);
        let Some(next) = after(row, before, held, stock_take) else { continue };
        let text = |units: Option<i64>| units.map_or_else(|| "none".to_owned(), |units| units.to_string());
        let mut fields = Vec::new();
        if let Some(before) = before {
            fields.push(("file".to_owned(), text(before.declared), text(next.declared)));
            fields.push(("on hand".to_owned(), text(Some(before.on_hand)), text(Some(next.on_hand))));
            fields.retain(|(_, before, after)| before != after);
        }
        if next.on_hand > row.on_hand && next.on_hand == held {
            fields.push(("held by shoppers".to_owned(), text(Some(row.on_hand)), text(Some(held))));
        }
        told(if before.is_some() { Sign::Changed } else { Sign::New }, row, fields);
        edits.put.push(next);
    }
    let counted: Vec<&stock::Model> = variants.iter().filter_map(|id| left.remove(id)).collect();
    for row in counted {
        told(Sign::Removed, row, Vec::new());
        edits.deleted.push(row.clone());
    }
    edits
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(on_hand: i64, declared: Option<i64>) -> stock::Model {
        let (organization_id, variant_id) = (Uuid::nil(), Uuid::nil());
        stock::Model { organization_id, variant_id, on_hand, declared, version: 7, updated_at: 0 }
    }

    #[test]
    fn a_figure_acts_once_and_takes_nothing_from_those_who_pay() {
        let take = true;
        for (figure, on_hand, declared, held, stock_take, expected) in [
            // File, on hand, file before, held, stock-take: on hand after.
            (60, 50, Some(60), 0, false, None), // ten were sold; the same file again
            (60, 50, Some(60), 0, take, Some(60)), // counted anew
            (60, 60, Some(60), 0, take, None),  // and the count is right
            (90, 50, Some(60), 0, false, Some(90)), // another figure is what is on hand
            (0, 50, Some(60), 0, false, Some(0)), // cleared
            (1, 50, Some(60), 3, false, Some(3)), // three are being paid for
            (0, 2, Some(2), 2, take, Some(2)),  // even then; but the file's figure is remembered
            (60, 50, None, 0, false, Some(50)), // applied for the first time: remembered only
            (60, 50, None, 0, take, Some(60)),
        ] {
            let next = after(&row(figure, Some(figure)), Some(&row(on_hand, declared)), held, stock_take);
            assert_eq!(
                next.as_ref().map(|row| row.on_hand),
                expected,
                "{figure} {on_hand} {declared:?} {held}"
            );
            assert!(next.iter().all(|row| row.version == 8 && row.declared == Some(figure)));
        }
        assert_eq!(after(&row(5, Some(5)), None, 0, false).map(|row| row.on_hand), Some(5));
        assert_eq!(after(&row(1, Some(1)), None, 2, false).map(|row| row.on_hand), Some(2));
    }
}
