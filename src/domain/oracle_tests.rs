//! The arithmetic once more, naively and with exact fractions, compared on random carts.
//!
//! **Invariant:** nothing of `money`, `tax` or `pricing` is used to compute an expectation; what must be rounded is
//! rounded here from a fraction.

use num_rational::Ratio;
use proptest::{collection::vec, option, prelude::*};
use rust_decimal::Decimal;
use uuid::Uuid;

use super::{
    buy_get::BuyGet,
    cart::{Line, tests::line},
    discount::{Effect, Per, TypedCode},
    fixtures_tests::{assert_adds_up, code, fixed, free_shipping, ground, sales_tax, terms, world},
    ids::TaxRateId,
    money::{Minor, RoundingLevel, RoundingMode},
    pricing::{Terms, price},
    scope::Scope,
    shipping::Rate,
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
        return if amount == 0 { vec![0; weights.len()] } else { shared(amount, &vec![1; weights.len()]) };
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

/// Classes of goods, by their place here; the first is not taxed.
const CLASSES: [Option<&str>; 3] = [None, Some("reduced"), Some("standard")];

/// A line, as plain numbers.
#[derive(Debug, Clone)]
struct Goods {
    price: i64,
    quantity: i64,
    class: usize,
    /// Whether what is bought, and what is given, covers it.
    bought: bool,
    given: bool,
}

/// Buy so many, get so many for so much less (parts per million), so often at most.
#[derive(Debug, Clone)]
struct Deal {
    buy: i64,
    get: i64,
    off: i64,
    most: i64,
}

/// A tax of a class: parts per million, whether it is compound, whether on shipping.
type Levy = (usize, i64, bool, bool);

/// A cart and its terms, as plain numbers.
#[derive(Debug, Clone)]
struct Case {
    cart: Vec<Goods>,
    deal: Option<Deal>,
    /// Amounts, in the order of work: of each line or of each unit.
    amounts: Vec<(i64, bool)>,
    /// Parts per million each, in the order of work; then an amount.
    percentages: Vec<i64>,
    amount: i64,
    free: bool,
    shipping: i64,
    /// Free from the subtotal and so much more, perhaps less than nothing.
    free_from: i64,
    handling: i64,
    levies: Vec<Levy>,
    tax: TaxTerms,
}

fn carts() -> impl Strategy<Value = Vec<Goods>> {
    let goods = (0_i64..100_000, 1_i64..50, 0_usize..3, any::<bool>(), any::<bool>());
    let goods = goods.prop_map(|(price, quantity, class, bought, given)| Goods {
        price,
        quantity,
        class,
        bought,
        given,
    });
    vec(goods, 1..12)
}

/// Parts per million; whole percents among them, which leave exact halves.
fn parts(most: i64) -> impl Strategy<Value = i64> {
    prop_oneof![0..=most, (0..=most / 10_000).prop_map(|percent| percent * 10_000)]
}

fn cases() -> impl Strategy<Value = Case> {
    let tax = any::<[bool; 4]>().prop_map(|[included, total, even, goods]| TaxTerms {
        included,
        mode: if even { RoundingMode::HalfEven } else { RoundingMode::HalfUp },
        level: if total { RoundingLevel::Total } else { RoundingLevel::Line },
        shipping: if goods { ShippingTax::Goods } else { ShippingTax::Rates },
    });
    let levies = vec((1_usize..3, parts(300_000), any::<bool>(), any::<bool>()), 0..5);
    let deal = (1_i64..4, 1_i64..4, parts(1_000_000), 1_i64..20);
    let deal = option::of(deal.prop_map(|(buy, get, off, most)| Deal { buy, get, off, most }));
    let off =
        (vec((0_i64..5_000, any::<bool>()), 0..3), vec(parts(1_000_000), 0..4), 0_i64..50_000, any::<bool>());
    (
        carts(),
        deal,
        off,
        (0_i64..3_000, prop_oneof![-1_i64..=1, -500_000_i64..500_000], 0_i64..500),
        levies,
        tax,
    )
        .prop_map(
            |(
                cart,
                deal,
                (amounts, percentages, amount, free),
                (shipping, free_from, handling),
                levies,
                tax,
            )| {
                Case {
                    cart,
                    deal,
                    amounts,
                    percentages,
                    amount,
                    free,
                    shipping,
                    free_from,
                    handling,
                    levies,
                    tax,
                }
            },
        )
}

/// Taxes of one base at some levies, naively: the sum to add, or what is contained. Compound ones come last.
fn taxed(base: i64, levies: &[&Levy], terms: TaxTerms) -> i64 {
    let simple = levies.iter().filter(|(_, _, compound, _)| !compound);
    let ranked = simple.chain(levies.iter().filter(|(_, _, compound, _)| *compound));
    let (mut whole_of, mut taken) = (whole(1), 0);
    let mut exact_simple = whole(0);
    for (_, ppm, compound, _) in ranked {
        let rate = whole(*ppm) / whole(1_000_000);
        let of = if *compound { base + taken } else { base };
        taken += rounded(whole(of) * rate, terms.mode);
        if *compound {
            whole_of = (whole_of + exact_simple) * (whole(1) + rate);
            exact_simple = whole(0);
        } else {
            exact_simple += rate;
        }
    }
    let gross = whole_of + exact_simple;
    if terms.included { rounded(whole(base) * (gross - whole(1)) / gross, terms.mode) } else { taken }
}

/// What a deal takes off each line, unit by unit: as often as units suffice, the cheapest first, the earlier line first.
fn given(deal: &Deal, cart: &[Goods], mode: RoundingMode) -> Vec<i64> {
    let units = |of: &dyn Fn(&Goods) -> bool| {
        cart.iter().filter(|line| of(line)).map(|line| line.quantity).sum::<i64>()
    };
    let (bought_only, given_only) =
        (units(&|of| of.bought && !of.given), units(&|of| of.given && !of.bought));
    let both = units(&|of| of.bought && of.given);
    let lack = |wanted: i64, there: i64| (wanted - there).max(0);
    let fits = |times: i64| lack(times * deal.buy, bought_only) + lack(times * deal.get, given_only) <= both;
    let times = (1..=deal.most).take_while(|times| fits(*times)).count();
    let times = i64::try_from(times).unwrap();
    let mut kept = bought_only + both - times * deal.buy;
    let mut wanted = times * deal.get;
    let mut order: Vec<usize> = (0..cart.len()).filter(|place| cart[*place].given).collect();
    order.sort_by_key(|place| (cart[*place].price, *place));
    let mut off = vec![0; cart.len()];
    for place in order {
        let line = &cart[place];
        let mut free = 0;
        while free < line.quantity && wanted > 0 && (!line.bought || kept > 0) {
            free += 1;
            wanted -= 1;
            kept -= i64::from(line.bought);
        }
        let worth = whole(line.price * line.quantity) * whole(free) / whole(line.quantity);
        off[place] = rounded(whole(rounded(worth, mode)) * whole(deal.off) / whole(1_000_000), mode);
    }
    off
}

/// What each line still costs after all discounts.
fn left(case: &Case) -> Vec<i64> {
    let mode = case.tax.mode;
    let mut left: Vec<i64> = case.cart.iter().map(|line| line.price * line.quantity).collect();
    let take = |left: &mut Vec<i64>, parts: Vec<i64>| {
        left.iter_mut().zip(parts).for_each(|(left, part)| *left -= part);
    };
    if let Some(deal) = &case.deal {
        take(&mut left, given(deal, &case.cart, mode));
    }
    for (amount, each_unit) in &case.amounts {
        let wanted = case.cart.iter().map(|line| if *each_unit { amount * line.quantity } else { *amount });
        let parts = wanted.zip(&left).map(|(wanted, left)| wanted.min(*left)).collect();
        take(&mut left, parts);
    }
    for ppm in &case.percentages {
        let off = rounded(whole(left.iter().sum()) * whole(*ppm) / whole(1_000_000), mode);
        let parts = shared(off, &left);
        take(&mut left, parts);
    }
    let parts = shared(case.amount.min(left.iter().sum()), &left);
    take(&mut left, parts);
    left
}

/// (grand total, discount on goods, tax), naively.
fn expected(case: &Case) -> (i64, i64, i64) {
    let subtotal: i64 = case.cart.iter().map(|line| line.price * line.quantity).sum();
    let left = left(case);
    let bases = |class: usize| {
        let of_class = left.iter().zip(&case.cart).filter(move |(_, line)| line.class == class);
        of_class.map(|(left, _)| *left)
    };
    let levies = |class: usize| case.levies.iter().filter(move |levy| levy.0 == class).collect::<Vec<_>>();
    let on_goods = |class: usize| match case.tax.level {
        RoundingLevel::Line => bases(class).map(|base| taxed(base, &levies(class), case.tax)).sum::<i64>(),
        RoundingLevel::Total => taxed(bases(class).sum(), &levies(class), case.tax),
    };
    let charge = if case.free || case.free_from <= 0 { 0 } else { case.shipping } + case.handling;
    let on_charge = match case.tax.shipping {
        ShippingTax::Rates => {
            taxed(charge, &case.levies.iter().filter(|levy| levy.3).collect::<Vec<_>>(), case.tax)
        }
        ShippingTax::Goods => {
            let there: Vec<usize> =
                (0..3).filter(|class| case.cart.iter().any(|line| line.class == *class)).collect();
            let parts = shared(charge, &there.iter().map(|class| bases(*class).sum()).collect::<Vec<_>>());
            there.iter().zip(parts).map(|(class, part)| taxed(part, &levies(*class), case.tax)).sum()
        }
    };
    let tax = on_goods(1) + on_goods(2) + on_charge;
    let net: i64 = left.iter().sum::<i64>() + charge;
    let total = if case.tax.included { net } else { net + tax };
    (total, subtotal - left.iter().sum::<i64>(), tax)
}

fn lines_of(case: &Case) -> Vec<Line> {
    let lines = (1_u128..).zip(&case.cart).map(|(number, goods)| {
        let mut line = line(number, goods.price, goods.quantity);
        line.item.tax_class = CLASSES[goods.class].map(Into::into);
        line.item.tags.extend(goods.bought.then(|| "bought".to_owned()));
        line.item.tags.extend(goods.given.then(|| "given".to_owned()));
        line
    });
    lines.collect()
}

fn codes_of(case: &Case) -> Vec<TypedCode> {
    let tagged = |tag: &str| Scope { tags: vec![tag.into()], ..Scope::default() };
    let deal = |deal: &Deal| BuyGet {
        buy: tagged("bought"),
        buy_quantity: deal.buy,
        get: tagged("given"),
        get_quantity: deal.get,
        off: Decimal::new(deal.off, 6),
        times_max: Some(deal.most),
    };
    let per = |&(amount, each_unit): &(i64, bool)| Effect::Fixed {
        amount: Minor::new(amount),
        per: if each_unit { Per::Unit } else { Per::Line },
    };
    let mut codes: Vec<TypedCode> = case.deal.iter().map(|one| code(1, Effect::BuyGet(deal(one)))).collect();
    codes.extend((10_u128..).zip(&case.amounts).map(|(id, amount)| code(id, per(amount))));
    let percentages = (20_u128..).zip(&case.percentages);
    codes.extend(percentages.map(|(id, ppm)| code(id, Effect::Percentage(Decimal::new(*ppm, 6)))));
    codes.push(code(90, fixed(case.amount)));
    codes.extend(case.free.then(|| code(91, free_shipping())));
    codes
}

fn terms_of(case: &Case) -> Terms {
    let tax = |(id, &(class, ppm, compound, on_shipping)): (u128, &Levy)| TaxRate {
        id: TaxRateId::from_uuid(Uuid::from_u128(id)),
        class: CLASSES[class].unwrap_or_default().into(),
        rate: Decimal::new(ppm, 6),
        compound,
        ..sales_tax("0", on_shipping)
    };
    let sent = Rate {
        handling: Minor::new(case.handling),
        free_from: Some(
            Minor::new(case.free_from) + lines_of(case).iter().map(Line::subtotal).sum::<Minor>(),
        ),
        ..ground(case.shipping)
    };
    Terms {
        tax: case.tax,
        codes: codes_of(case),
        zones: [world(vec![sent])].into(),
        tax_rates: (1_u128..).zip(&case.levies).map(tax).collect(),
        ..terms("0", 0)
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: super::fixtures_tests::cases(), ..ProptestConfig::default() })]

    #[test]
    fn pricing_agrees_with_exact_fractions(case in cases()) {
        let priced = price(&lines_of(&case), &terms_of(&case));
        assert_adds_up(&priced);
        let quote = &priced.quote;
        let found = (quote.grand_total().raw(), quote.discount().raw(), quote.tax().raw());
        prop_assert_eq!(found, expected(&case));
    }
}
