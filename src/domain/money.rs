//! Amounts: a count of minor units of the one currency that their owner names.
//!
//! **Invariant:** no float anywhere, and the public limits keep every sum below 2^53, so that plain arithmetic
//! cannot overflow and a browser's number can hold every amount. Splitting never makes or loses a unit.

use std::{
    cmp::{Ordering, Reverse},
    iter::Sum,
    ops::{Add, AddAssign, Neg, Sub, SubAssign},
};

use rust_decimal::Decimal;

/// The dearest single unit, in minor units.
pub const UNIT_PRICE_MAX: i64 = 1_000_000_000;
/// The most units on one line.
pub const QUANTITY_MAX: i64 = 9_999;
/// The most lines in one cart.
pub const LINES_MAX: i64 = 200;
/// The most that a payment provider takes at once, in its own minor units (Stripe, "Maximum amount").
pub const CHARGE_MAX: i64 = 99_999_999;
/// The largest integer that an IEEE double holds exactly.
pub const SAFE_INTEGER_MAX: i64 = (1 << 53) - 1;

// Twice, for the tax on top of the goods.
const _: () = assert!(UNIT_PRICE_MAX * QUANTITY_MAX * LINES_MAX * 2 < SAFE_INTEGER_MAX);

/// An amount in minor units of the one currency that its owner names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Minor(i64);

/// How a fraction of a minor unit becomes a whole one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum RoundingMode {
    /// Halves away from zero.
    #[default]
    HalfUp,
    /// Halves to the even neighbour.
    HalfEven,
}

/// Where tax is rounded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum RoundingLevel {
    /// On each line; the total is the sum of the lines.
    #[default]
    Line,
    /// On the total; the lines share it by largest remainder.
    Total,
}

impl Minor {
    /// Nothing.
    pub const ZERO: Self = Self(0);

    /// So many minor units.
    #[must_use]
    pub const fn new(units: i64) -> Self {
        Self(units)
    }

    /// The count.
    #[must_use]
    pub const fn raw(self) -> i64 {
        self.0
    }

    /// This amount for each of `quantity` units.
    #[must_use]
    pub const fn times(self, quantity: i64) -> Self {
        Self(self.0 * quantity)
    }

    /// Whether it is nothing.
    #[must_use]
    pub const fn is_zero(self) -> bool {
        self.0 == 0
    }

    /// The nearest multiple of `step`, halves up.
    #[must_use]
    pub const fn to_step(self, step: i64) -> Self {
        Self((self.0 + step / 2).div_euclid(step) * step)
    }
}

impl Add for Minor {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self(self.0 + other.0)
    }
}

impl AddAssign for Minor {
    fn add_assign(&mut self, other: Self) {
        self.0 += other.0;
    }
}

impl Sub for Minor {
    type Output = Self;
    fn sub(self, other: Self) -> Self {
        Self(self.0 - other.0)
    }
}

impl SubAssign for Minor {
    fn sub_assign(&mut self, other: Self) {
        self.0 -= other.0;
    }
}

impl Neg for Minor {
    type Output = Self;
    fn neg(self) -> Self {
        Self(-self.0)
    }
}

impl Sum for Minor {
    fn sum<I: Iterator<Item = Self>>(parts: I) -> Self {
        parts.fold(Self::ZERO, Add::add)
    }
}

/// A share of an amount, rounded to a whole minor unit.
#[must_use]
pub fn share(amount: Minor, rate: Decimal, mode: RoundingMode) -> Minor {
    let (part, whole) = fraction(rate);
    ratio(amount, part, whole, mode)
}

/// The part of a gross amount that is tax at `rate`: gross - gross / (1 + rate).
#[must_use]
pub fn contained(gross: Minor, rate: Decimal, mode: RoundingMode) -> Minor {
    let (part, whole) = fraction(rate);
    ratio(gross, part, whole + part, mode)
}

/// `part` of `whole` of an amount, rounded to a whole minor unit; `whole` is positive.
#[must_use]
pub fn ratio(amount: Minor, part: i128, whole: i128, mode: RoundingMode) -> Minor {
    // Nearly every product fits 64 bits, where a division costs a fraction.
    let small = i64::try_from(part).ok().and_then(|part| amount.0.checked_mul(part));
    if let (Some(product), Ok(whole)) = (small, i64::try_from(whole)) {
        let (quotient, left) = (product / whole, product % whole);
        let up = away(left.unsigned_abs().into(), whole.unsigned_abs().into(), quotient % 2 != 0, mode);
        return Minor(if up { quotient + product.signum() } else { quotient });
    }
    let product = i128::from(amount.0) * part;
    let (quotient, left) = (product / whole, product % whole);
    let up = away(left.unsigned_abs(), whole.unsigned_abs(), quotient % 2 != 0, mode);
    let rounded = if up { quotient + product.signum() } else { quotient };
    // The limits keep every amount far inside i64; saturating is for rates that no table admits.
    Minor(i64::try_from(rounded).unwrap_or(i64::MAX / 4))
}

/// Whether what is left of a division rounds away from zero.
fn away(left: u128, whole: u128, odd: bool, mode: RoundingMode) -> bool {
    match (left * 2).cmp(&whole) {
        Ordering::Less => false,
        Ordering::Greater => true,
        Ordering::Equal => mode == RoundingMode::HalfUp || odd,
    }
}

/// A rate as whole numbers.
fn fraction(rate: Decimal) -> (i128, i128) {
    (rate.mantissa(), 10_i128.pow(rate.scale()))
}

/// Splits an amount in proportion to weights, by largest remainder; equal remainders go to the earlier part.
///
/// The parts always sum to the amount. Weights are not negative; where all are zero the parts are as equal as can be.
#[must_use]
pub fn split(amount: Minor, weights: &[Minor]) -> Vec<Minor> {
    let total: u64 = weights.iter().map(|weight| weight.0.unsigned_abs()).sum();
    if total == 0 {
        return if weights.is_empty() { Vec::new() } else { split(amount, &vec![Minor(1); weights.len()]) };
    }
    let (sign, size) = (amount.0.signum(), amount.0.unsigned_abs());
    let mut missing = size;
    let mut parts = Vec::with_capacity(weights.len());
    let mut remainders: Vec<(Reverse<u64>, usize)> = Vec::with_capacity(weights.len());
    for (place, weight) in weights.iter().enumerate() {
        let (part, remainder) = portion(size, weight.0.unsigned_abs(), total);
        missing -= part;
        // A part is at most the amount, which was an i64.
        parts.push(Minor(part.cast_signed() * sign));
        if remainder > 0 {
            remainders.push((Reverse(remainder), place));
        }
    }
    // Fewer units are missing than parts were cut short: who gets one is chosen, not sorted.
    let missing = usize::try_from(missing).unwrap_or(0);
    if missing > 0 && missing < remainders.len() {
        remainders.select_nth_unstable(missing);
    }
    for &(_, place) in remainders.iter().take(missing) {
        parts[place] += Minor(sign);
    }
    parts
}

/// `weight` of `total` of a size: whole units, and what remains.
fn portion(size: u64, weight: u64, total: u64) -> (u64, u64) {
    if let Some(product) = size.checked_mul(weight) {
        return (product / total, product % total);
    }
    let (product, total) = (u128::from(size) * u128::from(weight), u128::from(total));
    // The quotient is at most the size and the remainder less than the total.
    (u64::try_from(product / total).unwrap_or(size), u64::try_from(product % total).unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use proptest::{collection::vec, prelude::*};
    use rust_decimal::{RoundingStrategy, prelude::ToPrimitive};

    use super::*;

    fn decimal(text: &str) -> Decimal {
        text.parse().unwrap()
    }

    #[test]
    fn a_share_is_rounded_as_the_mode_says() {
        use RoundingMode::{HalfEven, HalfUp};
        let rows = [
            (109_97, "0.08", HalfUp, 8_80),
            (0_03, "0.5", HalfUp, 0_02),
            (0_05, "0.5", HalfUp, 0_03),
            (0_05, "0.5", HalfEven, 0_02),
            (-0_05, "0.5", HalfUp, -0_03),
            (19_99, "0.0825", HalfUp, 1_65),
        ];
        for (amount, rate, mode, expected) in rows {
            assert_eq!(share(Minor(amount), decimal(rate), mode), Minor(expected), "{amount} x {rate}");
        }
    }

    #[test]
    fn the_tax_in_a_gross_price_is_what_was_added_to_the_net_one() {
        assert_eq!(contained(Minor(119_00), decimal("0.19"), RoundingMode::HalfUp), Minor(19_00));
        assert_eq!(contained(Minor(10_00), decimal("0.2"), RoundingMode::HalfUp), Minor(1_67));
    }

    #[test]
    fn three_digit_totals_become_multiples_of_ten() {
        assert_eq!(Minor(5_124).to_step(10), Minor(5_120));
        assert_eq!(Minor(5_125).to_step(10), Minor(5_130));
        assert_eq!(Minor(7).to_step(1), Minor(7));
    }

    #[test]
    fn seven_lines_share_ten_dollars_to_the_cent() {
        let parts = split(Minor(10_00), &[Minor(3_33); 7]);
        assert_eq!(parts.iter().copied().sum::<Minor>(), Minor(10_00));
        assert_eq!(parts[0], Minor(1_43));
        assert_eq!(parts[6], Minor(1_42));
    }

    fn by_decimal(exact: Decimal, mode: RoundingMode) -> i64 {
        let strategy = match mode {
            RoundingMode::HalfUp => RoundingStrategy::MidpointAwayFromZero,
            RoundingMode::HalfEven => RoundingStrategy::MidpointNearestEven,
        };
        exact.round_dp_with_strategy(0, strategy).to_i64().unwrap()
    }

    proptest! {
        #[test]
        fn a_share_is_what_exact_decimals_say(amount in -100_000_000_000_i64..SAFE_INTEGER_MAX, ppm in 0_i64..2_000_000, even: bool) {
            let mode = if even { RoundingMode::HalfEven } else { RoundingMode::HalfUp };
            let rate = Decimal::new(ppm, 6);
            prop_assert_eq!(share(Minor(amount), rate, mode).raw(), by_decimal(Decimal::from(amount) * rate, mode));
        }

        #[test]
        fn a_split_is_what_exact_fractions_say(amount in 0_i64..SAFE_INTEGER_MAX, weights in vec(0_i64..UNIT_PRICE_MAX * 999, 1..12)) {
            let total: i128 = weights.iter().map(|weight| i128::from(*weight)).sum();
            prop_assume!(total > 0);
            let exact = |place: usize| i128::from(amount) * i128::from(weights[place]);
            let mut ranked: Vec<usize> = (0..weights.len()).collect();
            ranked.sort_by_key(|&place| (-(exact(place) % total), place));
            let whole: i128 = (0..weights.len()).map(|place| exact(place) / total).sum();
            let missing = usize::try_from(i128::from(amount) - whole).unwrap();
            let parts = split(Minor(amount), &weights.iter().map(|&weight| Minor(weight)).collect::<Vec<_>>());
            for (rank, &place) in ranked.iter().enumerate() {
                let expected = exact(place) / total + i128::from(rank < missing);
                prop_assert_eq!(i128::from(parts[place].raw()), expected);
            }
        }

        #[test]
        fn no_unit_is_lost_or_made_by_a_split(amount in -1_000_000_i64..1_000_000, weights in vec(0_i64..1_000_000, 1..20)) {
            let weights: Vec<Minor> = weights.into_iter().map(Minor).collect();
            let parts = split(Minor(amount), &weights);
            prop_assert_eq!(parts.len(), weights.len());
            prop_assert_eq!(parts.iter().copied().sum::<Minor>(), Minor(amount));
            let one_sign = parts.iter().all(|part| part.raw().signum() * amount.signum() >= 0);
            prop_assert!(one_sign);
        }

        #[test]
        fn a_part_never_exceeds_its_weight_when_the_whole_does_not(weights in vec(0_i64..10_000, 1..20), percent in 0_i64..=100) {
            let total: i64 = weights.iter().sum();
            let weights: Vec<Minor> = weights.into_iter().map(Minor).collect();
            let parts = split(Minor(total * percent / 100), &weights);
            for (part, weight) in parts.iter().zip(&weights) {
                prop_assert!(part <= weight);
            }
        }
    }
}
