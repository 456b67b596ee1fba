//! What a session must hold: the maximum over its payable bindings, never the sum.
//!
//! **Invariant:** a payment that can still come can be honoured, and the last unit is not refused to its own buyer.

use super::estimate::customer_key;
use crate::{
    domain::{cart, order::Snapshot},
    store::{binding::Binding, hold::Wanted},
};

/// What one binding needs.
pub(super) fn needed(snapshot: &Snapshot) -> Wanted {
    Wanted {
        stock: cart::demand(&snapshot.lines),
        discounts: snapshot.limited_discounts(),
        certificates: snapshot.drawn(),
        customer_key: customer_key(&snapshot.details),
    }
}

/// What all of these need at once.
pub(super) fn maximum<'a>(bindings: impl Iterator<Item = &'a Binding>) -> Wanted {
    bindings.fold(Wanted::default(), |mut all, binding| {
        let one = needed(&binding.snapshot);
        most_of(&mut all.stock, one.stock);
        most_of(&mut all.certificates, one.certificates);
        let new = one.discounts.into_iter().filter(|discount| !all.discounts.contains(discount));
        all.discounts = all.discounts.iter().copied().chain(new).collect();
        all.customer_key = one.customer_key;
        all
    })
}

/// The larger amount of each.
fn most_of<K: PartialEq, V: Ord>(all: &mut Vec<(K, V)>, one: Vec<(K, V)>) {
    for (key, amount) in one {
        match all.iter_mut().find(|(other, _)| *other == key) {
            Some((_, most)) if *most >= amount => {}
            Some((_, most)) => *most = amount,
            None => all.push((key, amount)),
        }
    }
}

/// Whether what is held covers what is needed.
pub(super) fn covers(held: &Wanted, needed: &Wanted) -> bool {
    needed.discounts.iter().all(|discount| held.discounts.contains(discount))
        && enough(&held.stock, &needed.stock)
        && enough(&held.certificates, &needed.certificates)
}

fn enough<K: PartialEq, V: Ord>(held: &[(K, V)], needed: &[(K, V)]) -> bool {
    needed.iter().all(|(key, amount)| held.iter().any(|(other, has)| other == key && has >= amount))
}
