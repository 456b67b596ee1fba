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
        customer_key: customer_key(&snapshot.details),
    }
}

/// What all of these need at once.
pub(super) fn maximum<'a>(bindings: impl Iterator<Item = &'a Binding>) -> Wanted {
    bindings.fold(Wanted::default(), |mut all, binding| {
        let one = needed(&binding.snapshot);
        for (variant, quantity) in one.stock {
            match all.stock.iter_mut().find(|(other, _)| *other == variant) {
                Some((_, most)) => *most = quantity.max(*most),
                None => all.stock.push((variant, quantity)),
            }
        }
        let new = one.discounts.into_iter().filter(|discount| !all.discounts.contains(discount));
        all.discounts = all.discounts.iter().copied().chain(new).collect();
        all.customer_key = one.customer_key;
        all
    })
}

/// Whether what is held covers what is needed.
pub(super) fn covers(held: &Wanted, needed: &Wanted) -> bool {
    let discounts = needed.discounts.iter().all(|discount| held.discounts.contains(discount));
    discounts
        && needed.stock.iter().all(|(variant, quantity)| {
            held.stock.iter().any(|(other, units)| other == variant && units >= quantity)
        })
}
