//! Which discounts stand beside each other.
//!
//! **Invariant:** the higher priority stays; among equals the set that saves the shopper most, counted on the goods
//! before any discount. So one more discount of the same priority never takes a better one away. A merchant's priority
//! may: it is the merchant's word. What is left out is told as not combinable.

use super::{
    discount::{Discount, Occasion, Rejection, TypedCode, Usage},
    money::Minor,
};

/// What became of codes and automatic discounts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Judged<'a> {
    /// Each code, in the order typed.
    pub codes: Vec<Result<&'a Discount, Rejection>>,
    /// What applies, in the order of work: goods, order, shipping; then by priority; then fractions before amounts, as
    /// an amount is taken in full from what is left; then by id. How codes were typed decides nothing.
    pub applied: Vec<&'a Discount>,
}

/// Judges codes and automatic discounts. `saving` says what one would take off by itself.
pub fn judge<'a>(
    codes: &'a [TypedCode],
    automatic: &'a [(Discount, Usage)],
    on: &Occasion<'_>,
    saving: impl Fn(&Discount) -> Minor,
) -> Judged<'a> {
    let mut verdicts: Vec<Result<&Discount, Rejection>> = codes
        .iter()
        .map(|typed| match &typed.found {
            None => Err(Rejection::NotFound),
            Some((discount, usage)) => discount.rejection(*usage, on).map_or(Ok(discount), Err),
        })
        .collect();
    let silent = automatic.iter().filter(|(discount, usage)| discount.rejection(*usage, on).is_none());
    let mut candidates: Vec<&Discount> = verdicts.iter().filter_map(|verdict| verdict.ok()).collect();
    candidates.extend(silent.map(|(discount, _)| discount));
    let mut applied = choose(candidates, saving);
    for (place, verdict) in verdicts.iter_mut().enumerate() {
        let Ok(discount) = *verdict else { continue };
        let twice = codes[..place]
            .iter()
            .any(|other| other.found.as_ref().is_some_and(|(other, _)| other.id == discount.id));
        if twice || !applied.iter().any(|other| other.id == discount.id) {
            *verdict = Err(Rejection::NotCombinable);
        }
    }
    applied.sort_by_key(|discount| (discount.target(), -discount.priority, discount.rank(), discount.id));
    Judged { codes: verdicts, applied }
}

fn choose(mut candidates: Vec<&Discount>, saving: impl Fn(&Discount) -> Minor) -> Vec<&Discount> {
    let mut seen = Vec::with_capacity(candidates.len());
    candidates.retain(|discount| {
        !seen.contains(&discount.id) && {
            seen.push(discount.id);
            true
        }
    });
    if all_stand(&candidates) {
        return candidates;
    }
    // By id, too: of two sets that save the same the first stays, and how codes were typed decides nothing.
    candidates.sort_by_key(|discount| (-discount.priority, discount.id));
    let mut chosen: Vec<&Discount> = Vec::new();
    for level in candidates.chunk_by(|one, other| one.priority == other.priority) {
        let free: Vec<(&Discount, i64)> = level
            .iter()
            .filter(|discount| chosen.iter().all(|other| discount.stands_beside(other)))
            // Among sets that save the same, the larger.
            .map(|discount| (*discount, saving(discount).raw() * 64 + 1))
            .collect();
        let mut best = (0, Vec::new());
        best_set(&mut Vec::new(), &free, 0, &mut best);
        chosen.extend(best.1);
    }
    chosen
}

fn all_stand(all: &[&Discount]) -> bool {
    let beside = |place: usize| all[place + 1..].iter().all(|other| all[place].stands_beside(other));
    (0..all.len()).all(beside)
}

/// The heaviest set of candidates that stand beside each other: each is taken or left, and a branch that cannot beat
/// what was found is left alone. The bounds on codes and automatic discounts keep this small.
fn best_set<'a>(
    taken: &mut Vec<&'a Discount>,
    rest: &[(&'a Discount, i64)],
    weight: i64,
    best: &mut (i64, Vec<&'a Discount>),
) {
    if weight > best.0 {
        *best = (weight, taken.clone());
    }
    let most: i64 = rest.iter().map(|(_, weight)| weight).sum();
    let Some(((first, adds), others)) = rest.split_first() else { return };
    if weight + most <= best.0 {
        return;
    }
    let beside: Vec<(&Discount, i64)> =
        others.iter().copied().filter(|(other, _)| first.stands_beside(other)).collect();
    taken.push(first);
    best_set(taken, &beside, weight + adds, best);
    taken.pop();
    best_set(taken, others, weight, best);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{
        cart::tests::line,
        discount::{Beside, Effect, Shopper, Target},
        fixtures_tests::{discount, fixed, free_shipping, percent, typed},
        instant::Timestamp,
        money::RoundingMode,
    };

    /// What applies of codes for a cart of 50.00, by id, and what became of each code.
    fn judged(codes: &[Discount], automatic: &[Discount]) -> (Vec<String>, Vec<bool>) {
        let lines = [line(1, 50_00, 1)];
        let (shopper, left) = (Shopper::default(), [Minor::new(50_00)]);
        let on = Occasion {
            currency: "USD".parse().unwrap(),
            lines: &lines,
            shopper: &shopper,
            ships: true,
            now: Timestamp::from_ms(100),
        };
        let codes: Vec<TypedCode> = codes.iter().cloned().map(typed).collect();
        let automatic: Vec<(Discount, Usage)> =
            automatic.iter().map(|one| (one.clone(), Usage::default())).collect();
        let saving = |one: &Discount| match one.target() {
            Target::Shipping => Minor::new(7_99),
            Target::Order | Target::Lines => one.off(&lines, &left, RoundingMode::HalfUp).into_iter().sum(),
        };
        let judged = judge(&codes, &automatic, &on, saving);
        let name = |one: &&Discount| one.code.clone().unwrap_or_default();
        (judged.applied.iter().map(name).collect(), judged.codes.iter().map(Result::is_ok).collect())
    }

    fn alone(id: u128, effect: Effect) -> Discount {
        Discount { beside: Beside::NONE, ..discount(id, effect) }
    }

    #[test]
    fn of_two_that_exclude_each_other_the_one_that_saves_more_stays() {
        let (small, big) = (alone(1, fixed(5_00)), alone(2, fixed(6_00)));
        assert_eq!(judged(&[small.clone(), big.clone()], &[]), (vec!["CODE2".into()], vec![false, true]));
        assert_eq!(judged(&[big], &[small]).0, ["CODE2"]);
    }

    #[test]
    fn several_that_stand_together_may_beat_one_that_stands_alone() {
        let (one, two) = (discount(1, fixed(4_00)), discount(2, fixed(4_00)));
        assert_eq!(judged(&[one.clone(), two.clone(), alone(3, fixed(7_00))], &[]).0, ["CODE1", "CODE2"]);
        assert_eq!(judged(&[one, two, alone(3, fixed(9_00))], &[]).0, ["CODE3"]);
    }

    #[test]
    fn a_higher_priority_stays_even_where_it_saves_less() {
        let first = Discount { priority: 1, ..alone(1, fixed(1_00)) };
        assert_eq!(judged(&[alone(2, fixed(9_00)), first], &[]), (vec!["CODE1".into()], vec![false, true]));
    }

    #[test]
    fn kinds_may_stand_beside_some_kinds_only() {
        let with_shipping = Beside { shipping: true, ..Beside::NONE };
        let order = |id, off| Discount { beside: with_shipping, ..discount(id, fixed(off)) };
        let free = discount(9, free_shipping());
        assert_eq!(judged(&[order(1, 3_00), order(2, 5_00), free], &[]).0, ["CODE2", "CODE9"]);
    }

    #[test]
    fn the_same_code_twice_counts_once() {
        let ten = discount(1, percent(10));
        assert_eq!(judged(&[ten.clone(), ten], &[]), (vec!["CODE1".into()], vec![true, false]));
    }

    #[test]
    fn how_codes_are_typed_decides_nothing() {
        let all = [discount(1, fixed(5_00)), discount(2, percent(10)), alone(3, fixed(9_00))];
        let forth = judged(&all, &[]).0;
        let back: Vec<Discount> = all.into_iter().rev().collect();
        assert_eq!(judged(&back, &[]).0, forth);
        assert_eq!(forth, ["CODE2", "CODE1"]); // the fraction before the amount
    }
}
