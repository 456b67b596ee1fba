//! Discount codes: what each would take off, and why it may not.
//!
//! **Invariant:** a code that does not apply is data with one of ten reasons, never a failure; a discount takes at
//! most what is there. Codes are matched without regard to case; among codes that exclude each other the one with
//! the higher priority wins, then the one typed first.

use rust_decimal::Decimal;

use super::{
    currency::Currency,
    ids::DiscountId,
    instant::{Timestamp, within},
    money::{Minor, RoundingMode, share},
};

/// The most codes of one session.
pub const CODES_MAX: usize = 10;
/// The most characters of a code.
pub const CODE_MAX: usize = 64;

/// What a discount does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effect {
    /// Takes a fraction off the goods: 0.1 is ten percent.
    Percentage(Decimal),
    /// Takes an amount off the goods.
    Fixed(Minor),
    /// Keeps the rate and zeroes its charge.
    FreeShipping,
}

/// What a discount takes its amount from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Target {
    /// The goods of the order.
    Order,
    /// Shipping.
    Shipping,
}

/// A discount, by code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Discount {
    /// Its id.
    pub id: DiscountId,
    /// Its code, as the merchant wrote it.
    pub code: String,
    /// Name to show.
    pub title: String,
    /// What it does.
    pub effect: Effect,
    /// Currency of its amounts; any when left out.
    pub currency: Option<Currency>,
    /// Lowest goods subtotal.
    pub subtotal_min: Option<Minor>,
    /// From when.
    pub starts_at: Option<Timestamp>,
    /// Until when, exclusive.
    pub ends_at: Option<Timestamp>,
    /// Whether it is switched on.
    pub active: bool,
    /// How often in total.
    pub usage_limit: Option<i64>,
    /// How often by one customer (by e-mail, without regard to case).
    pub customer_limit: Option<i64>,
    /// Whether it may stand beside others.
    pub combinable: bool,
    /// The higher wins.
    pub priority: i32,
}

/// How often a discount was used or is held, not counting the session that asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Usage {
    /// By anybody.
    pub total: i64,
    /// By this customer.
    pub by_customer: i64,
}

/// A code as typed, with what the shop knows of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TypedCode {
    /// As typed.
    pub code: String,
    /// The discount of that code.
    pub found: Option<(Discount, Usage)>,
}

/// Why a code does not apply.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rejection {
    /// No such code.
    NotFound,
    /// Not valid yet.
    NotStarted,
    /// No longer valid.
    Expired,
    /// Switched off.
    Disabled,
    /// Used as often as allowed.
    UsageLimitReached,
    /// Used by this customer as often as allowed.
    CustomerNotEligible,
    /// The subtotal is too low.
    MinimumNotMet,
    /// Nothing it applies to.
    NoEligibleLines,
    /// Another code excludes it.
    NotCombinable,
    /// Its amounts are in another currency.
    CurrencyMismatch,
}

/// What of a cart a discount asks about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Occasion {
    /// Currency of the session.
    pub currency: Currency,
    /// Goods before discounts.
    pub subtotal: Minor,
    /// Whether anything must be sent.
    pub ships: bool,
    /// Now.
    pub now: Timestamp,
}

impl Discount {
    /// Whether it may be used only so often, by all or by one customer.
    #[must_use]
    pub const fn is_limited(&self) -> bool {
        self.usage_limit.is_some() || self.customer_limit.is_some()
    }

    /// What it takes its amount from.
    #[must_use]
    pub const fn target(&self) -> Target {
        match self.effect {
            Effect::Percentage(_) | Effect::Fixed(_) => Target::Order,
            Effect::FreeShipping => Target::Shipping,
        }
    }

    /// What it takes off the goods that are left; never more than these.
    #[must_use]
    pub fn off(&self, goods: Minor, mode: RoundingMode) -> Minor {
        match self.effect {
            Effect::Percentage(rate) => share(goods, rate, mode).min(goods),
            Effect::Fixed(amount) => amount.min(goods),
            Effect::FreeShipping => Minor::ZERO,
        }
    }

    /// Why it does not apply by itself; other codes are not looked at.
    #[must_use]
    pub fn rejection(&self, usage: Usage, on: &Occasion) -> Option<Rejection> {
        let too_often = |limit: Option<i64>, used: i64| limit.is_some_and(|limit| used >= limit);
        [
            (!self.active, Rejection::Disabled),
            (self.starts_at.is_some_and(|start| !start.has_come(on.now)), Rejection::NotStarted),
            (!within(on.now, None, self.ends_at), Rejection::Expired),
            (self.currency.is_some_and(|currency| currency != on.currency), Rejection::CurrencyMismatch),
            (too_often(self.usage_limit, usage.total), Rejection::UsageLimitReached),
            (too_often(self.customer_limit, usage.by_customer), Rejection::CustomerNotEligible),
            (self.subtotal_min.is_some_and(|min| on.subtotal < min), Rejection::MinimumNotMet),
            (self.target() == Target::Shipping && !on.ships, Rejection::NoEligibleLines),
        ]
        .into_iter()
        .find_map(|(there, why)| there.then_some(why))
    }
}

/// What became of each code, in the order typed.
#[must_use]
pub fn judge<'a>(codes: &'a [TypedCode], on: &Occasion) -> Vec<Result<&'a Discount, Rejection>> {
    let mut verdicts: Vec<Result<&Discount, Rejection>> = codes
        .iter()
        .map(|typed| match &typed.found {
            None => Err(Rejection::NotFound),
            Some((discount, usage)) => discount.rejection(*usage, on).map_or(Ok(discount), Err),
        })
        .collect();
    let mut ranked: Vec<usize> = (0..verdicts.len()).filter(|&place| verdicts[place].is_ok()).collect();
    ranked.sort_by_key(|&place| (verdicts[place].map_or(0, |discount| -discount.priority), place));
    let mut chosen: Vec<&Discount> = Vec::new();
    for place in ranked {
        let Ok(discount) = verdicts[place] else { continue };
        let excluded = chosen.iter().any(|other| other.id == discount.id || !other.combinable)
            || (!chosen.is_empty() && !discount.combinable);
        if excluded {
            verdicts[place] = Err(Rejection::NotCombinable);
        } else {
            chosen.push(discount);
        }
    }
    verdicts
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    fn discount(id: u128, effect: Effect) -> Discount {
        Discount {
            id: DiscountId::from_uuid(Uuid::from_u128(id)),
            code: format!("CODE{id}"),
            title: "A discount".into(),
            effect,
            currency: None,
            subtotal_min: None,
            starts_at: None,
            ends_at: None,
            active: true,
            usage_limit: None,
            customer_limit: None,
            combinable: true,
            priority: 0,
        }
    }

    fn ten_percent() -> Discount {
        discount(1, Effect::Percentage(Decimal::new(1, 1)))
    }

    fn occasion() -> Occasion {
        Occasion {
            currency: "USD".parse().unwrap(),
            subtotal: Minor::new(50_00),
            ships: true,
            now: Timestamp::from_ms(100),
        }
    }

    #[test]
    fn each_reason_is_told_apart() {
        let at = |ms| Some(Timestamp::from_ms(ms));
        let used = Usage { total: 5, by_customer: 1 };
        let rows = [
            (Discount { active: false, ..ten_percent() }, Some(Rejection::Disabled)),
            (Discount { starts_at: at(101), ..ten_percent() }, Some(Rejection::NotStarted)),
            (Discount { starts_at: at(100), ..ten_percent() }, None),
            (Discount { ends_at: at(100), ..ten_percent() }, Some(Rejection::Expired)),
            (Discount { currency: "EUR".parse().ok(), ..ten_percent() }, Some(Rejection::CurrencyMismatch)),
            (Discount { usage_limit: Some(5), ..ten_percent() }, Some(Rejection::UsageLimitReached)),
            (Discount { usage_limit: Some(6), ..ten_percent() }, None),
            (Discount { customer_limit: Some(1), ..ten_percent() }, Some(Rejection::CustomerNotEligible)),
            (
                Discount { subtotal_min: Some(Minor::new(50_01)), ..ten_percent() },
                Some(Rejection::MinimumNotMet),
            ),
            (ten_percent(), None),
        ];
        for (discount, expected) in rows {
            assert_eq!(discount.rejection(used, &occasion()), expected, "{discount:?}");
        }
        let digital = Occasion { ships: false, ..occasion() };
        let free = discount(2, Effect::FreeShipping);
        assert_eq!(free.rejection(Usage::default(), &digital), Some(Rejection::NoEligibleLines));
    }

    #[test]
    fn a_code_that_stands_alone_excludes_the_others_by_priority_then_by_order() {
        let typed = |discount: Discount| TypedCode {
            code: discount.code.clone(),
            found: Some((discount, Usage::default())),
        };
        let alone =
            Discount { combinable: false, priority: 5, ..discount(2, Effect::Fixed(Minor::new(5_00))) };
        let codes = [typed(ten_percent()), typed(alone), TypedCode { code: "NOPE".into(), found: None }];
        let judged = judge(&codes, &occasion());
        assert_eq!(judged[0], Err(Rejection::NotCombinable));
        assert!(judged[1].is_ok());
        assert_eq!(judged[2], Err(Rejection::NotFound));
    }

    #[test]
    fn the_same_code_twice_counts_once() {
        let typed = TypedCode { code: "CODE1".into(), found: Some((ten_percent(), Usage::default())) };
        let judged = judge(std::slice::from_ref(&typed), &occasion());
        assert!(judged[0].is_ok());
        let twice = [typed.clone(), typed];
        assert_eq!(judge(&twice, &occasion())[1], Err(Rejection::NotCombinable));
    }

    #[test]
    fn a_discount_never_takes_more_than_there_is() {
        let mode = RoundingMode::HalfUp;
        assert_eq!(
            discount(1, Effect::Fixed(Minor::new(99_00))).off(Minor::new(10_00), mode),
            Minor::new(10_00)
        );
        assert_eq!(ten_percent().off(Minor::new(31_86), mode), Minor::new(3_19));
    }
}
