//! Buy some, get something off others: "three for two", "half off the second", "a gift with two of these".
//!
//! **Invariant:** a unit is bought or given, never both; what is given is the cheapest that may be, so that the shop
//! gives the least it promised. A gift is a line that the shopper has put in the cart: nothing is added unasked.

use rust_decimal::Decimal;

use super::{
    cart::Line,
    money::{Minor, RoundingMode, ratio, share},
    scope::Scope,
};

/// Buy some, get something off others.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BuyGet {
    /// What must be bought.
    pub buy: Scope,
    /// So many units of it each time.
    pub buy_quantity: i64,
    /// What is given.
    pub get: Scope,
    /// So many units of it each time.
    pub get_quantity: i64,
    /// The fraction off what is given; 1 is free.
    pub off: Decimal,
    /// How often at most in one order; any number when left out.
    pub times_max: Option<i64>,
}

impl BuyGet {
    /// How often it applies to a cart.
    #[must_use]
    pub fn times(&self, lines: &[Line]) -> i64 {
        let units = |of: &dyn Fn(&Line) -> bool| {
            lines.iter().filter(|line| of(line)).map(|line| line.quantity).sum::<i64>()
        };
        let bought = units(&|line| self.buy.covers(&line.item));
        let given = units(&|line| self.get.covers(&line.item));
        let either = units(&|line| self.buy.covers(&line.item) || self.get.covers(&line.item));
        // Units that count as both are not enough for both (Hall's condition for the two sides).
        let fits = (bought / self.buy_quantity)
            .min(given / self.get_quantity)
            .min(either / (self.buy_quantity + self.get_quantity));
        self.times_max.map_or(fits, |most| fits.min(most))
    }

    /// What it takes off each line; `left` is what each still costs.
    #[must_use]
    pub fn off(&self, lines: &[Line], left: &[Minor], mode: RoundingMode) -> Vec<Minor> {
        let times = self.times(lines);
        let bought: i64 = self.buy.of(lines).map(|line| line.quantity).sum();
        // So many units that could be bought may be given instead.
        let mut spare = bought - times * self.buy_quantity;
        let mut wanted = times * self.get_quantity;
        let mut off = vec![Minor::ZERO; lines.len()];
        for place in self.cheapest_first(lines) {
            let line = &lines[place];
            let shared = self.buy.covers(&line.item);
            let units = wanted.min(line.quantity).min(if shared { spare } else { line.quantity });
            wanted -= units;
            spare -= if shared { units } else { 0 };
            let worth = ratio(left[place], units.into(), line.quantity.into(), mode);
            off[place] = share(worth, self.off, mode).min(left[place]);
        }
        off
    }

    fn cheapest_first(&self, lines: &[Line]) -> Vec<usize> {
        let mut places: Vec<usize> =
            (0..lines.len()).filter(|&place| self.get.covers(&lines[place].item)).collect();
        // Ties go by id, so that the order of lines decides nothing.
        places.sort_by_key(|&place| (lines[place].item.unit_price, lines[place].id));
        places
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::cart::tests::line;

    fn deal(buy: Scope, buy_quantity: i64, get: Scope, get_quantity: i64) -> BuyGet {
        BuyGet { buy, buy_quantity, get, get_quantity, off: Decimal::ONE, times_max: None }
    }

    fn only(line: &Line) -> Scope {
        Scope { variants: vec![line.item.variant], ..Scope::default() }
    }

    fn off(deal: &BuyGet, lines: &[Line]) -> Vec<i64> {
        let left: Vec<Minor> = lines.iter().map(Line::subtotal).collect();
        deal.off(lines, &left, RoundingMode::HalfUp).into_iter().map(Minor::raw).collect()
    }

    #[test]
    fn three_for_two_gives_the_cheapest_and_counts_every_three() {
        let any = deal(Scope::default(), 2, Scope::default(), 1);
        assert_eq!(off(&any, &[line(1, 10_00, 1), line(2, 4_00, 1), line(3, 7_00, 1)]), [0, 4_00, 0]);
        assert_eq!(off(&any, &[line(1, 10_00, 7)]), [20_00]);
        assert_eq!(off(&any, &[line(1, 10_00, 2)]), [0]);
        assert_eq!(off(&BuyGet { times_max: Some(1), ..any }, &[line(1, 10_00, 7)]), [10_00]);
    }

    #[test]
    fn half_off_the_second_is_rounded_on_the_line() {
        let pair = BuyGet { off: Decimal::new(5, 1), ..deal(Scope::default(), 1, Scope::default(), 1) };
        assert_eq!(off(&pair, &[line(1, 9_99, 2)]), [5_00]);
    }

    #[test]
    fn a_gift_is_free_only_beside_what_must_be_bought() {
        let (tea, mug) = (line(1, 12_00, 2), line(2, 8_00, 3));
        let gift = deal(only(&tea), 2, only(&mug), 1);
        assert_eq!(off(&gift, &[tea.clone(), mug.clone()]), [0, 8_00]);
        assert_eq!(off(&gift, &[mug]), [0]);
        assert_eq!(gift.times(&[tea]), 0);
    }

    #[test]
    fn a_unit_is_not_bought_and_given_at_once() {
        let (tea, mug) = (line(1, 12_00, 1), line(2, 8_00, 1));
        // Buy any two, get one of the tea: two units are not three.
        let two = deal(Scope::default(), 2, only(&tea), 1);
        assert_eq!(off(&two, &[tea.clone(), mug.clone()]), [0, 0]);
        // Buy a tea, get anything: the tea stays bought although the mug is dearer.
        let (tea, mug) = (line(1, 8_00, 1), line(2, 12_00, 1));
        assert_eq!(off(&deal(only(&tea), 1, Scope::default(), 1), &[tea, mug]), [0, 12_00]);
    }
}
