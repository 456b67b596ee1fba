//! What a shop asks for one unit of a variant in one currency.
//!
//! **Invariant:** of all prices that apply (the list price, a sale, a quantity break, a price list) the lowest is asked.
//! So neither more units nor one more group ever makes a unit dearer, and no order among lists is needed.

use std::sync::Arc;

use super::{
    currency::Currency,
    ids::{PriceListId, VariantId},
    instant::{Timestamp, within},
    money::Minor,
};

/// The fewest units of a quantity break.
pub const BREAK_MIN: u16 = 2;
/// The most quantity breaks of a variant.
pub const BREAKS_MAX: usize = 20;
/// The most price lists of a shop.
pub const LISTS_MAX: usize = 50;

/// What a shop asks for one unit in one currency.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Price {
    /// The currency.
    pub currency: Currency,
    /// The list price.
    pub list: Minor,
    /// Earlier or recommended price, to show struck through.
    pub compare_at: Option<Minor>,
    /// A price for a while.
    pub sale: Option<Sale>,
    /// Prices for more units, and those of price lists.
    pub tiers: Vec<Tier>,
}

/// A price for a while.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sale {
    /// The price.
    pub price: Minor,
    /// From when; open when left out.
    pub from: Option<Timestamp>,
    /// Until when, exclusive; open when left out.
    pub until: Option<Timestamp>,
}

/// A price from some quantity on, for everybody or as a price list says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tier {
    /// Units of the variant in the cart, over all lines, from which it counts.
    pub quantity_min: i64,
    /// The price of each unit, not only of those beyond.
    pub price: Minor,
    /// When and to whom; always and to everybody where left out.
    pub list: Option<Arc<ListTerms>>,
}

/// When and to whom a price list applies.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ListTerms {
    /// Groups of customers, any of which will do; everybody when empty.
    pub groups: Vec<String>,
    /// From when; open when left out.
    pub starts_at: Option<Timestamp>,
    /// Until when, exclusive; open when left out.
    pub ends_at: Option<Timestamp>,
}

/// A price list as a shop declares it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PriceList {
    /// Its id.
    pub id: PriceListId,
    /// Its name, unique in the shop.
    pub name: String,
    /// When and to whom it applies.
    pub terms: ListTerms,
    /// Whether it is switched on.
    pub active: bool,
    /// Its prices.
    pub prices: Vec<ListedPrice>,
}

/// A price of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ListedPrice {
    /// Of which variant.
    pub variant: VariantId,
    /// In which currency.
    pub currency: Currency,
    /// From how many units.
    pub quantity_min: i64,
    /// The price of each unit.
    pub price: Minor,
}

impl ListTerms {
    fn apply(&self, groups: &[String], now: Timestamp) -> bool {
        let to_them = self.groups.is_empty() || self.groups.iter().any(|group| groups.contains(group));
        to_them && within(now, self.starts_at, self.ends_at)
    }
}

impl Price {
    /// What is asked for each of so many units, of a customer of these groups.
    #[must_use]
    pub fn of(&self, units: i64, groups: &[String], now: Timestamp) -> Minor {
        let sale = self.sale.iter().filter(|sale| within(now, sale.from, sale.until)).map(|sale| sale.price);
        let applies = |tier: &&Tier| {
            let listed = tier.list.as_ref().is_none_or(|list| list.apply(groups, now));
            units >= tier.quantity_min && listed
        };
        let tiers = self.tiers.iter().filter(applies).map(|tier| tier.price);
        sale.chain(tiers).fold(self.list, Ord::min)
    }

    /// What is asked of anybody for one unit.
    #[must_use]
    pub fn at(&self, now: Timestamp) -> Minor {
        self.of(1, &[], now)
    }

    /// The price to show struck through beside what is asked: the stated one, or the list price where less is asked.
    #[must_use]
    pub fn struck(&self, asked: Minor) -> Option<Minor> {
        self.compare_at.or_else(|| (asked < self.list).then_some(self.list))
    }

    /// The quantities from which anybody pays less for each unit, rising, each with what is asked then.
    #[must_use]
    pub fn breaks(&self, now: Timestamp) -> Vec<(i64, Minor)> {
        let mut quantities: Vec<i64> = self.tiers.iter().map(|tier| tier.quantity_min).collect();
        quantities.sort_unstable();
        let mut asked = self.at(now);
        let mut breaks = Vec::new();
        for quantity in quantities {
            let price = self.of(quantity, &[], now);
            if price < asked {
                breaks.push((quantity, price));
                asked = price;
            }
        }
        breaks
    }
}

#[cfg(test)]
mod tests {
    use proptest::{collection::vec, prelude::*};

    use super::*;

    fn at(ms: i64) -> Timestamp {
        Timestamp::from_ms(ms)
    }

    fn price(list: i64, sale: Option<i64>, tiers: Vec<Tier>) -> Price {
        let sale =
            sale.map(|price| Sale { price: Minor::new(price), from: Some(at(10)), until: Some(at(20)) });
        Price { currency: "USD".parse().unwrap(), list: Minor::new(list), compare_at: None, sale, tiers }
    }

    fn tier(quantity_min: i64, price: i64) -> Tier {
        Tier { quantity_min, price: Minor::new(price), list: None }
    }

    fn listed(quantity_min: i64, price: i64, groups: &[&str], window: (Option<i64>, Option<i64>)) -> Tier {
        let groups = groups.iter().map(|group| (*group).to_owned()).collect();
        let list = ListTerms { groups, starts_at: window.0.map(at), ends_at: window.1.map(at) };
        Tier { list: Some(Arc::new(list)), ..tier(quantity_min, price) }
    }

    #[test]
    fn a_sale_price_counts_in_its_window_and_only_where_it_is_lower() {
        let on_sale = price(29_99, Some(19_99), Vec::new());
        assert_eq!(on_sale.at(at(10)), Minor::new(19_99));
        assert_eq!(on_sale.struck(Minor::new(19_99)), Some(Minor::new(29_99)));
        assert_eq!(on_sale.at(at(20)), Minor::new(29_99));
        assert_eq!(on_sale.struck(Minor::new(29_99)), None);
        assert_eq!(price(29_99, Some(39_99), Vec::new()).at(at(10)), Minor::new(29_99));
    }

    #[test]
    fn from_a_quantity_on_each_unit_costs_less_and_the_lowest_price_wins() {
        let of = price(10_00, Some(8_50), vec![tier(5, 9_00), tier(10, 8_00)]);
        for (units, now, asked) in [
            (1, 0, 10_00),
            (4, 0, 10_00),
            (5, 0, 9_00),
            (9, 0, 9_00),
            (10, 0, 8_00),
            (9_999, 0, 8_00),
            (1, 10, 8_50),
            (5, 10, 8_50),
            (10, 10, 8_00),
        ] {
            assert_eq!(of.of(units, &[], at(now)), Minor::new(asked), "{units} at {now}");
        }
        assert_eq!(of.struck(Minor::new(8_00)), Some(Minor::new(10_00)));
        assert_eq!(of.breaks(at(0)), [(5, Minor::new(9_00)), (10, Minor::new(8_00))]);
        assert_eq!(of.breaks(at(10)), [(10, Minor::new(8_00))]);
    }

    #[test]
    fn a_list_is_for_its_groups_and_its_window() {
        let of = price(
            10_00,
            None,
            vec![
                listed(1, 7_00, &["wholesale", "staff"], (None, None)),
                listed(3, 6_00, &["wholesale"], (None, None)),
                listed(1, 9_50, &[], (Some(10), Some(20))),
            ],
        );
        for (units, group, now, asked) in [
            (1, None, 0, 10_00),
            (1, None, 10, 9_50),
            (1, None, 19, 9_50),
            (1, None, 20, 10_00),
            (1, Some("staff"), 0, 7_00),
            (3, Some("staff"), 0, 7_00),
            (3, Some("wholesale"), 10, 6_00),
            (1, Some("Wholesale"), 0, 10_00),
        ] {
            let groups: Vec<String> = group.into_iter().map(str::to_owned).collect();
            assert_eq!(of.of(units, &groups, at(now)), Minor::new(asked), "{units} {group:?} at {now}");
        }
        assert_eq!(of.breaks(at(0)), []);
    }

    proptest! {
        #[test]
        fn more_units_never_make_a_unit_dearer(
            list in 0_i64..1_000,
            tiers in vec((1_i64..20, 0_i64..1_000), 0..6),
            units in 1_i64..25,
        ) {
            let of = price(list, None, tiers.into_iter().map(|(from, price)| tier(from, price)).collect());
            prop_assert!(of.of(units + 1, &[], at(0)) <= of.of(units, &[], at(0)));
            let told = of.breaks(at(0)).into_iter().rfind(|(from, _)| *from <= units);
            prop_assert_eq!(told.map_or(of.at(at(0)), |(_, price)| price), of.of(units, &[], at(0)));
        }
    }
}
