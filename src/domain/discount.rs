//! Discounts: what each would take off, and why it may not.
//!
//! **Invariant:** a code that does not apply is data with one of ten reasons, never a failure; an automatic discount
//! that does not apply is silent. Codes are matched without regard to case.

use rust_decimal::Decimal;

use super::{
    buy_get::BuyGet,
    cart::Line,
    country::Country,
    currency::Currency,
    ids::{DiscountId, RateId, ZoneId},
    instant::{Timestamp, within},
    money::{Minor, RoundingMode, share, split},
    scope::Scope,
};

/// The most codes of one session.
pub const CODES_MAX: usize = 10;
/// The most characters of a code.
pub const CODE_MAX: usize = 64;
/// The most automatic discounts that a shop runs at once.
pub const AUTOMATIC_MAX: usize = 20;

/// What a discount does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Effect {
    /// Takes a fraction off the goods: 0.1 is ten percent. Rounded once, then shared out over the lines.
    Percentage(Decimal),
    /// Takes an amount off the goods.
    Fixed {
        /// The amount.
        amount: Minor,
        /// How often.
        per: Per,
    },
    /// Keeps the rate and zeroes its charge.
    FreeShipping(Freed),
    /// Takes something off some units where enough others are bought.
    BuyGet(BuyGet),
}

/// How often an amount is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Per {
    /// Once, shared out over the goods.
    #[default]
    Order,
    /// Of each line.
    Line,
    /// Of each unit.
    Unit,
}

/// Which rates cost nothing: all of them where neither list names one.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Freed {
    /// These rates.
    pub rates: Vec<RateId>,
    /// All rates of these zones.
    pub zones: Vec<ZoneId>,
}

impl Freed {
    /// Whether a rate of a zone costs nothing.
    #[must_use]
    pub fn covers(&self, rate: RateId, zone: ZoneId) -> bool {
        let all = self.rates.is_empty() && self.zones.is_empty();
        all || self.rates.contains(&rate) || self.zones.contains(&zone)
    }
}

/// What a discount takes its amount from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Target {
    /// Some of the goods.
    Lines,
    /// The goods of the order.
    Order,
    /// Shipping.
    Shipping,
}

/// What a discount may stand beside.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Beside {
    /// Discounts of some of the goods.
    pub lines: bool,
    /// Discounts of the order.
    pub order: bool,
    /// Discounts of shipping.
    pub shipping: bool,
}

impl Beside {
    /// Beside anything.
    pub const ALL: Self = Self { lines: true, order: true, shipping: true };
    /// Alone.
    pub const NONE: Self = Self { lines: false, order: false, shipping: false };

    const fn allows(self, other: Target) -> bool {
        match other {
            Target::Lines => self.lines,
            Target::Order => self.order,
            Target::Shipping => self.shipping,
        }
    }
}

/// What must hold for a discount to apply.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Conditions {
    /// Currency of its amounts; any when left out.
    pub currency: Option<Currency>,
    /// Lowest subtotal of the goods that it is for.
    pub subtotal_min: Option<Minor>,
    /// Fewest units of the goods that it is for.
    pub quantity_min: Option<i64>,
    /// Whether it is for an e-mail's first order only.
    pub first_order: bool,
    /// Domains of e-mail addresses, in lower case; any when empty.
    pub email_domains: Vec<String>,
    /// Countries that goods go to; any when empty.
    pub countries: Vec<Country>,
    /// Words that the merchant declared of a customer, any of which will do; any customer when empty.
    pub customer_tags: Vec<String>,
}

/// A discount, by code or automatic.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Discount {
    /// Its id.
    pub id: DiscountId,
    /// Its code, as the merchant wrote it; an automatic one has none.
    pub code: Option<String>,
    /// Name to show.
    pub title: String,
    /// What it does.
    pub effect: Effect,
    /// The goods it is for.
    pub scope: Scope,
    /// What must hold.
    pub conditions: Conditions,
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
    /// What it may stand beside.
    pub beside: Beside,
    /// Where two exclude each other, the higher stays.
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
    /// Not for this customer, or used by them as often as allowed.
    CustomerNotEligible,
    /// The subtotal is too low, or too few units.
    MinimumNotMet,
    /// Nothing it applies to.
    NoEligibleLines,
    /// Another discount excludes it.
    NotCombinable,
    /// Its amounts are in another currency.
    CurrencyMismatch,
}

/// What is known of who buys.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Shopper {
    /// E-mail address in lower case, once given.
    pub email: Option<String>,
    /// Whether an order was placed with that address before.
    pub has_ordered: bool,
    /// Where the goods go, once known.
    pub country: Option<Country>,
    /// What the merchant declared of the customer.
    pub tags: Vec<String>,
}

/// What of a purchase a discount asks about.
#[derive(Debug, Clone, Copy)]
pub struct Occasion<'a> {
    /// Currency of the session.
    pub currency: Currency,
    /// What is bought.
    pub lines: &'a [Line],
    /// Who buys.
    pub shopper: &'a Shopper,
    /// Whether anything must be sent.
    pub ships: bool,
    /// Now.
    pub now: Timestamp,
}

impl Conditions {
    fn admits(&self, shopper: &Shopper) -> bool {
        let of_domain = |email: &String| {
            email.rsplit_once('@').is_some_and(|(_, of)| self.email_domains.iter().any(|domain| domain == of))
        };
        let first = !self.first_order || (shopper.email.is_some() && !shopper.has_ordered);
        let domain = self.email_domains.is_empty() || shopper.email.as_ref().is_some_and(of_domain);
        let country = self.countries.is_empty()
            || shopper.country.is_some_and(|country| self.countries.contains(&country));
        let tagged =
            self.customer_tags.is_empty() || self.customer_tags.iter().any(|tag| shopper.tags.contains(tag));
        first && domain && country && tagged
    }
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
        match &self.effect {
            Effect::FreeShipping(_) => Target::Shipping,
            Effect::BuyGet(_) | Effect::Fixed { per: Per::Line | Per::Unit, .. } => Target::Lines,
            Effect::Percentage(_) | Effect::Fixed { per: Per::Order, .. } => {
                if self.scope.is_all() {
                    Target::Order
                } else {
                    Target::Lines
                }
            }
        }
    }

    /// Its place among others of the same target and priority: fractions come before amounts.
    #[must_use]
    pub const fn rank(&self) -> u8 {
        match &self.effect {
            Effect::BuyGet(_) => 0,
            Effect::Percentage(_) | Effect::FreeShipping(_) => 1,
            Effect::Fixed { .. } => 2,
        }
    }

    /// What it takes off each line; `left` is what each still costs. Nothing for shipping.
    #[must_use]
    pub fn off(&self, lines: &[Line], left: &[Minor], mode: RoundingMode) -> Vec<Minor> {
        let eligible =
            |line: &Line, left: Minor| if self.scope.covers(&line.item) { left } else { Minor::ZERO };
        let each = |amount: &dyn Fn(&Line) -> Minor| {
            let off = |(line, left): (&Line, &Minor)| eligible(line, amount(line).min(*left));
            lines.iter().zip(left).map(off).collect()
        };
        let shared = |off: &dyn Fn(Minor) -> Minor| {
            let weights: Vec<Minor> =
                lines.iter().zip(left).map(|(line, left)| eligible(line, *left)).collect();
            let goods = weights.iter().copied().sum();
            split(off(goods).min(goods), &weights)
        };
        match &self.effect {
            Effect::Percentage(rate) => shared(&|goods| share(goods, *rate, mode)),
            Effect::Fixed { amount, per: Per::Order } => shared(&|_| *amount),
            Effect::Fixed { amount, per: Per::Line } => each(&|_| *amount),
            Effect::Fixed { amount, per: Per::Unit } => each(&|line| amount.times(line.quantity)),
            Effect::BuyGet(deal) => deal.off(lines, left, mode),
            Effect::FreeShipping(_) => vec![Minor::ZERO; lines.len()],
        }
    }

    /// Whether both may apply at once.
    #[must_use]
    pub fn stands_beside(&self, other: &Self) -> bool {
        self.id != other.id && self.beside.allows(other.target()) && other.beside.allows(self.target())
    }

    /// Why it does not apply by itself; others are not looked at.
    #[must_use]
    pub fn rejection(&self, usage: Usage, on: &Occasion<'_>) -> Option<Rejection> {
        let too_often = |limit: Option<i64>, used: i64| limit.is_some_and(|limit| used >= limit);
        let asked = &self.conditions;
        let checks: [(&dyn Fn() -> bool, Rejection); 8] = [
            (&|| !self.active, Rejection::Disabled),
            (&|| self.starts_at.is_some_and(|start| !start.has_come(on.now)), Rejection::NotStarted),
            (&|| !within(on.now, None, self.ends_at), Rejection::Expired),
            (&|| asked.currency.is_some_and(|currency| currency != on.currency), Rejection::CurrencyMismatch),
            (&|| too_often(self.usage_limit, usage.total), Rejection::UsageLimitReached),
            (
                &|| too_often(self.customer_limit, usage.by_customer) || !asked.admits(on.shopper),
                Rejection::CustomerNotEligible,
            ),
            (&|| self.has_nothing_to_take(on), Rejection::NoEligibleLines),
            (&|| !self.meets_minimum(on.lines), Rejection::MinimumNotMet),
        ];
        checks.into_iter().find_map(|(there, why)| there().then_some(why))
    }

    fn has_nothing_to_take(&self, on: &Occasion<'_>) -> bool {
        match &self.effect {
            Effect::FreeShipping(_) => !on.ships,
            Effect::BuyGet(deal) => deal.get.of(on.lines).next().is_none(),
            Effect::Percentage(_) | Effect::Fixed { .. } => self.scope.of(on.lines).next().is_none(),
        }
    }

    fn meets_minimum(&self, lines: &[Line]) -> bool {
        let (money, units) = (self.conditions.subtotal_min, self.conditions.quantity_min);
        let worth = || self.scope.of(lines).map(Line::subtotal).sum::<Minor>();
        let count = || self.scope.of(lines).map(|line| line.quantity).sum::<i64>();
        let enough = match &self.effect {
            Effect::BuyGet(deal) => deal.times(lines) > 0,
            Effect::Percentage(_) | Effect::Fixed { .. } | Effect::FreeShipping(_) => true,
        };
        enough && money.is_none_or(|min| worth() >= min) && units.is_none_or(|min| count() >= min)
    }
}
