//! The arithmetic once more, naively and with exact fractions, compared on random carts.
//!
//! **Invariant:** nothing of `money`, `tax` or `pricing` is used to compute an expectation; what must be rounded is
//! rounded here from a fraction.

use num_rational::Ratio;
use proptest::{collection::vec, prelude::*};
use rust_decimal::Decimal;
use uuid::Uuid;

use super::{
    discount::{Effect, TypedCode},
    fixtures_tests::{assert_adds_up, code, fixed, free_shipping, ground, lines_of, sales_tax, terms, world},
    ids::TaxRateId,
    money::{Minor, RoundingLevel, RoundingMode},
    pricing::{Terms, price},
    tax::{ShippingTax, TaxRate, TaxTerms},
};

type Exact = Ratio<i128>;

fn whole(number: i64) -> Exact {
    Exact::from_integer(number.into())
}

/// To the nearest whole number, halves as the mode says. Nothing here is negative.
fn rounded(exact: Exact, mode: RoundingMode) -> i64 {
    let (floor, half) = (exact.floor(), Exact::new(1, 2));
    let rest = exact - floor;
    let even = floor.to_integer() % 2 == 0;
    let up = rest > half || (rest == half && (mode == RoundingMode::HalfUp || !even));
    i64::try_from(floor.to_integer()).unwrap() + i64::from(up)
}

/// Largest remainder: whole parts first, then one unit each to the largest rests, the earlier first.
fn shared(amount: i64, weights: &[i64]) -> Vec<i64> {
    let total: i64 = weights.iter().sum();
    if total == 0 {
        return vec![0; weights.len()];
    }
    let exact: Vec<Exact> =
        weights.iter().map(|weight| whole(amount) * whole(*weight) / whole(total)).collect();
    let mut parts: Vec<i64> =
        exact.iter().map(|part| i64::try_from(part.floor().to_integer()).unwrap()).collect();
    while parts.iter().sum::<i64>() < amount {
        let rest = |place: usize| exact[place] - whole(parts[place]);
        let mut next = 0;
        for place in 1..parts.len() {
            if rest(place) > rest(next) {
                next = place;
            }
        }
        parts[next] += 1;
    }
    parts
}

/// A cart and its terms, as plain numbers.
#[derive(Debug, Clone)]
struct Case {
    cart: Vec<(i64, i64)>,
    reduced: Vec<bool>,
    /// Parts per million each, in the order of work; then an amount.
    percentages: Vec<i64>,
    amount: i64,
    free: bool,
    shipping: i64,
    handling: i64,
    /// Two rates of the standard class and one of the reduced, parts per million; the first is on shipping.
    rates: [i64; 3],
    tax: TaxTerms,
}

fn cases() -> impl Strategy<Value = Case> {
    let tax = (any::<bool>(), any::<bool>(), any::<bool>()).prop_map(|(included, total, even)| TaxTerms {
        included,
        mode: if even { RoundingMode::HalfEven } else { RoundingMode::HalfUp },
        level: if total { RoundingLevel::Total } else { RoundingLevel::Line },
        shipping: ShippingTax::Rates,
    });
    let rates = [0_i64..300_000, 0_i64..100_000, 0_i64..100_000];
    let goods = vec(((0_i64..100_000, 1_i64..50), any::<bool>()), 1..12);
    let off = (vec(0_i64..=1_000_000, 0..4), 0_i64..50_000, any::<bool>());
    (goods, off, (0_i64..3_000, 0_i64..500), rates, tax).prop_map(
        |(goods, (percentages, amount, free), (shipping, handling), rates, tax)| {
            let (cart, reduced) = goods.into_iter().unzip();
            Case { cart, reduced, percentages, amount, free, shipping, handling, rates, tax }
        },
    )
}

/// Taxes of one base at some rates (parts per million), naively: (sum to add or contained).
fn taxed(base: i64, rates: &[i64], terms: TaxTerms) -> i64 {
    let rate = |ppm: i64| whole(ppm) / whole(1_000_000);
    if terms.included {
        let all: Exact = rates.iter().map(|ppm| rate(*ppm)).sum();
        return rounded(whole(base) * all / (whole(1) + all), terms.mode);
    }
    rates.iter().map(|ppm| rounded(whole(base) * rate(*ppm), terms.mode)).sum()
}

/// (grand total, discount on goods, tax), naively.
fn expected(case: &Case) -> (i64, i64, i64) {
    let mode = case.tax.mode;
    let mut left: Vec<i64> = case.cart.iter().map(|(price, quantity)| price * quantity).collect();
    let subtotal: i64 = left.iter().sum();
    for ppm in &case.percentages {
        let goods: i64 = left.iter().sum();
        let off = rounded(whole(goods) * whole(*ppm) / whole(1_000_000), mode);
        let parts = shared(off, &left);
        left.iter_mut().zip(parts).for_each(|(left, part)| *left -= part);
    }
    let goods: i64 = left.iter().sum();
    let parts = shared(case.amount.min(goods), &left);
    left.iter_mut().zip(parts).for_each(|(left, part)| *left -= part);
    let of_class = |reduced: bool| {
        left.iter().zip(&case.reduced).filter(move |(_, of)| **of == reduced).map(|(left, _)| *left)
    };
    let standard: &[i64] = &case.rates[..2];
    let on_goods: i64 = match case.tax.level {
        RoundingLevel::Line => {
            of_class(false).map(|base| taxed(base, standard, case.tax)).sum::<i64>()
                + of_class(true).map(|base| taxed(base, &case.rates[2..], case.tax)).sum::<i64>()
        }
        RoundingLevel::Total => {
            taxed(of_class(false).sum(), standard, case.tax)
                + taxed(of_class(true).sum(), &case.rates[2..], case.tax)
        }
    };
    let charge = if case.free { 0 } else { case.shipping } + case.handling;
    let tax = on_goods + taxed(charge, &case.rates[..1], case.tax);
    let net: i64 = left.iter().sum::<i64>() + charge;
    let total = if case.tax.included { net } else { net + tax };
    (total, subtotal - left.iter().sum::<i64>(), tax)
}

fn terms_of(case: &Case) -> Terms {
    let rate = |id: u128, class: &str, ppm: i64, on_shipping| TaxRate {
        id: TaxRateId::from_uuid(Uuid::from_u128(id)),
        class: class.into(),
        rate: Decimal::new(ppm, 6),
        ..sales_tax("0", on_shipping)
    };
    let percentages = (1_u128..).zip(&case.percentages);
    let mut codes: Vec<TypedCode> =
        percentages.map(|(id, ppm)| code(id, Effect::Percentage(Decimal::new(*ppm, 6)))).collect();
    codes.push(code(90, fixed(case.amount)));
    codes.extend(case.free.then(|| code(91, free_shipping())));
    let sent = super::shipping::Rate { handling: Minor::new(case.handling), ..ground(case.shipping) };
    Terms {
        tax: case.tax,
        codes,
        zones: [world(vec![sent])].into(),
        tax_rates: [
            rate(1, "standard", case.rates[0], true),
            rate(2, "standard", case.rates[1], false),
            rate(3, "reduced", case.rates[2], false),
        ]
        .into(),
        ..terms("0", 0)
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: super::fixtures_tests::cases(), ..ProptestConfig::default() })]

    #[test]
    fn pricing_agrees_with_exact_fractions(case in cases()) {
        let mut lines = lines_of(&case.cart);
        for (line, reduced) in lines.iter_mut().zip(&case.reduced) {
            line.item.tax_class = Some(if *reduced { "reduced" } else { "standard" }.into());
        }
        let priced = price(&lines, &terms_of(&case));
        assert_adds_up(&priced);
        let quote = &priced.quote;
        let found = (quote.grand_total().raw(), quote.discount().raw(), quote.tax().raw());
        prop_assert_eq!(found, expected(&case));
    }
}
