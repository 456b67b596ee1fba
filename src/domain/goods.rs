//! What is bought, after discounts.
//!
//! **Invariant:** discounts are taken one after the other, each of what the former left; none of it depends on which rate
//! is chosen.

use super::{
    cart::{Line, ships},
    combine::{Judged, judge},
    discount::{Discount, Effect, Occasion, Rejection, Target, TypedCode},
    ids::DiscountId,
    money::Minor,
    pricing::Terms,
    quote::{Allocation, AppliedDiscount, CodeOutcome, QuotedShipping},
    shipping::PricedRate,
    trip::Trip,
};

/// What is bought, after discounts: all that does not depend on how it is sent.
pub(super) struct Goods<'a> {
    pub(super) lines: &'a [Line],
    pub(super) terms: &'a Terms,
    judged: Judged<'a>,
    /// What discounts took of each line.
    pub(super) allocations: Vec<Vec<Allocation>>,
    /// What each discount that applies took of the goods, in the order of `judged`.
    taken: Vec<Minor>,
    /// What is left of each line.
    pub(super) left: Vec<Minor>,
}

impl<'a> Goods<'a> {
    pub(super) fn new(lines: &'a [Line], terms: &'a Terms, trips: &[Trip<'_>]) -> Self {
        let ships = ships(lines);
        let mut left: Vec<Minor> = lines.iter().map(Line::subtotal).collect();
        let on = Occasion { currency: terms.currency, lines, shopper: &terms.shopper, ships, now: terms.now };
        let saving = |discount: &Discount| match &discount.effect {
            Effect::FreeShipping(freed) => {
                let of = |trip: &Trip<'_>| {
                    let saved = trip.rates.iter().filter(|priced| freed.covers(priced.rate.id, priced.zone));
                    saved.map(|priced| priced.price).min().unwrap_or_default()
                };
                trips.iter().map(of).sum()
            }
            Effect::Percentage(_) | Effect::Fixed { .. } | Effect::BuyGet(_) => {
                discount.off(lines, &left, terms.tax.mode).into_iter().sum()
            }
        };
        let judged = judge(&terms.codes, &terms.automatic, &on, saving);
        let most = judged.applied.len();
        let mut allocations: Vec<Vec<Allocation>> = lines.iter().map(|_| Vec::with_capacity(most)).collect();
        let mut taken = vec![Minor::ZERO; most];
        for (discount, taken) in judged.applied.iter().zip(&mut taken) {
            if discount.target() == Target::Shipping {
                continue;
            }
            for (place, amount) in discount.off(lines, &left, terms.tax.mode).into_iter().enumerate() {
                if !amount.is_zero() {
                    left[place] -= amount;
                    *taken += amount;
                    allocations[place].push(Allocation { discount: discount.id, amount });
                }
            }
        }
        Self { lines, terms, judged, allocations, taken, left }
    }

    /// The free shipping that a rate gets, if it costs anything.
    pub(super) fn freed(&self, priced: &PricedRate<'_>) -> Option<DiscountId> {
        let frees = |discount: &&&Discount| match &discount.effect {
            Effect::FreeShipping(freed) => freed.covers(priced.rate.id, priced.zone),
            Effect::Percentage(_) | Effect::Fixed { .. } | Effect::BuyGet(_) => false,
        };
        self.judged.applied.iter().find(frees).filter(|_| !priced.price.is_zero()).map(|discount| discount.id)
    }

    /// Discounts that apply, with what they take of goods and of shipping.
    pub(super) fn applied(&self, charges: &[&QuotedShipping]) -> Vec<AppliedDiscount> {
        let amount = |discount: &Discount, taken: Minor| match discount.target() {
            Target::Order | Target::Lines => taken,
            Target::Shipping => {
                let freed = charges.iter().filter(|of| of.discounted_by == Some(discount.id));
                freed.map(|of| of.discount).sum()
            }
        };
        let typed = |id: DiscountId| {
            let judged = self.terms.codes.iter().zip(&self.judged.codes);
            judged
                .filter_map(|(typed, judged)| judged.ok().map(|found| (typed, found)))
                .find_map(|(typed, found)| (found.id == id).then(|| typed.code.clone()))
        };
        let applied = |(discount, taken): (&&Discount, &Minor)| AppliedDiscount {
            discount: discount.id,
            title: discount.title.clone(),
            code: typed(discount.id),
            target: discount.target(),
            amount: amount(discount, *taken),
            limited: discount.is_limited(),
        };
        // An automatic discount that takes nothing off is not worth a word, and its use not worth counting.
        let tells = |one: &AppliedDiscount| one.code.is_some() || !one.amount.is_zero();
        self.judged.applied.iter().zip(&self.taken).map(applied).filter(tells).collect()
    }

    /// What became of each code.
    pub(super) fn outcomes(&self, applied: &[AppliedDiscount]) -> Vec<CodeOutcome> {
        let amount = |id: DiscountId| {
            applied.iter().find(|one| one.discount == id).map_or(Minor::ZERO, |one| one.amount)
        };
        let outcome = |(typed, judged): (&TypedCode, &Result<&Discount, Rejection>)| CodeOutcome {
            code: typed.code.clone(),
            result: judged.map(|discount| amount(discount.id)),
        };
        self.terms.codes.iter().zip(&self.judged.codes).map(outcome).collect()
    }
}
