//! What comes off a bill: percentages, amounts, gifts, and which stands beside which.
//!
//! **Invariant:** goods first, then the order; the higher priority first; never more than is there.

use super::{deal, each, only, tagged, three_for_two, usd};
use crate::domain::{
    discount::{Beside, Conditions, Discount, Effect, Per, Rejection},
    fixtures_tests::{discount, fixed, free_shipping, percent},
    money::Minor,
    scope::Scope,
};

fn on(scope: Scope, effect: Effect) -> Discount {
    Discount { scope, ..discount(1, effect) }
}

#[test]
fn ten_percent_for_a_shirt_and_a_mug() {
    // The cart of docs/pricing.md: 10.997 is 11.00; 5.9996 and 5.0004; 8 % of 53.98 and of 44.99.
    let cart = usd().line(29_99, 2).line(49_99, 1).tax("0.08").ship(7_99).off(percent(10));
    cart.is([109_97, 11_00, 7_99, 7_92, 114_88]).off_lines(&[6_00, 5_00]);
    usd().line(19_99, 3).tax("0.0825").off(percent(10)).is([59_97, 6_00, 0, 4_45, 58_42]);
}

#[test]
fn an_amount_is_taken_of_the_order_of_each_line_or_of_each_unit() {
    let cart = || usd().line(10_00, 3).line(20_00, 1).line(1_50, 1);
    cart().off(fixed(5_15)).is([51_50, 5_15, 0, 0, 46_35]).off_lines(&[3_00, 2_00, 15]);
    cart().off(each(2_00, Per::Line)).is([51_50, 5_50, 0, 0, 46_00]).off_lines(&[2_00, 2_00, 1_50]);
    cart().off(each(2_00, Per::Unit)).is([51_50, 9_50, 0, 0, 42_00]).off_lines(&[6_00, 2_00, 1_50]);
    cart().off(each(15_00, Per::Unit)).is([51_50, 46_50, 0, 0, 5_00]).off_lines(&[30_00, 15_00, 1_50]);
    cart().off(fixed(99_00)).is([51_50, 51_50, 0, 0, 0]);
}

#[test]
fn a_discount_of_some_goods_leaves_the_others() {
    let cart = || usd().line(40_00, 1).tag("sale").line(60_00, 1);
    cart().code(on(tagged("sale"), percent(20))).is([100_00, 8_00, 0, 0, 92_00]).off_lines(&[8_00, 0]);
    cart().code(on(only(2), fixed(99_00))).is([100_00, 60_00, 0, 0, 40_00]).off_lines(&[0, 60_00]);
    cart().code(on(only(2), each(5_00, Per::Line))).is([100_00, 5_00, 0, 0, 95_00]).off_lines(&[0, 5_00]);
    let product = Scope { products: vec![cart().lines[1].item.product], ..Scope::default() };
    cart().code(on(product, percent(50))).is([100_00, 30_00, 0, 0, 70_00]);
    cart()
        .code(on(only(9), percent(50)))
        .is([100_00, 0, 0, 0, 100_00])
        .codes(&[Err(Rejection::NoEligibleLines)]);
    // 10.00 over 30.00 and 15.00, past a line in between: 6.666… and 3.333…
    let three = usd().line(30_00, 1).tag("sale").line(8_00, 1).line(15_00, 1).tag("sale");
    three.code(on(tagged("sale"), fixed(10_00))).is([53_00, 10_00, 0, 0, 43_00]).off_lines(&[6_67, 0, 3_33]);
}

#[test]
fn one_comes_after_the_other_of_what_is_left() {
    let cart = || usd().line(50_00, 1);
    cart().off(percent(10)).off(fixed(5_00)).is([50_00, 10_00, 0, 0, 40_00]);
    cart().off(fixed(5_00)).off(percent(10)).is([50_00, 10_00, 0, 0, 40_00]);
    cart().off(percent(50)).off(percent(50)).is([50_00, 37_50, 0, 0, 12_50]);
    let first = Discount { priority: 1, ..discount(9, fixed(5_00)) };
    cart().off(percent(10)).code(first).is([50_00, 9_50, 0, 0, 40_50]).codes(&[Ok(4_50), Ok(5_00)]);
    // What is for some goods comes before what is for all: 20 % of 40.00, then 10 % of 92.00.
    let two = usd().line(40_00, 1).tag("sale").line(60_00, 1).code(on(tagged("sale"), percent(20)));
    two.code(discount(2, percent(10))).is([100_00, 17_20, 0, 0, 82_80]).codes(&[Ok(8_00), Ok(9_20)]);
}

#[test]
fn of_those_that_exclude_each_other_one_stays() {
    let alone = |id, priority, effect| Discount { beside: Beside::NONE, priority, ..discount(id, effect) };
    let cart = || usd().line(50_00, 1);
    let both = cart().code(alone(1, 0, percent(10))).code(alone(2, 0, fixed(6_00)));
    both.is([50_00, 6_00, 0, 0, 44_00]).codes(&[Err(Rejection::NotCombinable), Ok(6_00)]);
    let ranked = cart().code(alone(1, 0, fixed(9_00))).code(alone(2, 1, fixed(1_00)));
    ranked.is([50_00, 1_00, 0, 0, 49_00]).codes(&[Err(Rejection::NotCombinable), Ok(1_00)]);
    // Two that stand together take 8.00, one alone 7.00.
    let three = cart().off(fixed(4_00)).off(fixed(4_00)).code(alone(3, 0, fixed(7_00)));
    three.is([50_00, 8_00, 0, 0, 42_00]).codes(&[Ok(4_00), Ok(4_00), Err(Rejection::NotCombinable)]);
    // Free shipping may save more than ten percent.
    let sent = cart().ship(7_99).code(alone(1, 0, percent(10))).code(alone(2, 0, free_shipping()));
    sent.is([50_00, 0, 0, 0, 50_00]).codes(&[Err(Rejection::NotCombinable), Ok(7_99)]);
}

#[test]
fn three_for_two_gives_the_cheapest() {
    let gives = || Effect::BuyGet(three_for_two());
    usd().lines(&[(10_00, 1), (4_00, 1), (7_00, 1)]).off(gives()).is([21_00, 4_00, 0, 0, 17_00]);
    usd().line(10_00, 7).off(gives()).is([70_00, 20_00, 0, 0, 50_00]);
    usd().line(10_00, 2).off(gives()).is([20_00, 0, 0, 0, 20_00]).codes(&[Err(Rejection::MinimumNotMet)]);
    let once = super::BuyGet { times_max: Some(1), ..three_for_two() };
    usd().line(10_00, 7).off(Effect::BuyGet(once)).is([70_00, 10_00, 0, 0, 60_00]);
    // Then ten percent of 20.00.
    usd()
        .line(10_00, 3)
        .off(gives())
        .off(percent(10))
        .is([30_00, 12_00, 0, 0, 18_00])
        .codes(&[Ok(10_00), Ok(2_00)]);
    // Two given out of six: both of the cheapest, 4.00 and 5.00.
    let six = usd().lines(&[(10_00, 3), (5_00, 2), (4_00, 1)]).off(gives());
    six.is([44_00, 9_00, 0, 0, 35_00]).off_lines(&[0, 5_00, 4_00]);
}

#[test]
fn a_gift_and_half_off_the_second() {
    let gift = Effect::BuyGet(deal((only(1), 2), (only(2), 1), 100));
    let tea = || usd().line(12_00, 2).line(8_00, 3);
    tea().off(gift.clone()).is([48_00, 8_00, 0, 0, 40_00]).off_lines(&[0, 8_00]);
    usd().line(12_00, 1).line(8_00, 3).off(gift).is([36_00, 0, 0, 0, 36_00]);
    // Half of 9.99 is 4.995.
    let second = || Effect::BuyGet(deal((Scope::default(), 1), (Scope::default(), 1), 50));
    usd().line(9_99, 2).off(second()).is([19_98, 5_00, 0, 0, 14_98]);
    usd().line(9_99, 2).half_even().off(second()).is([19_98, 5_00, 0, 0, 14_98]);
    usd().line(9_99, 3).off(second()).is([29_97, 5_00, 0, 0, 24_97]);
    // A unit is not bought and given at once.
    let any_two = Effect::BuyGet(deal((Scope::default(), 2), (only(1), 1), 100));
    usd().line(12_00, 1).line(8_00, 1).off(any_two).is([20_00, 0, 0, 0, 20_00]);
}

#[test]
fn an_automatic_discount_needs_no_code() {
    let five = || discount(7, percent(5));
    usd().line(100_00, 1).automatic(five()).is([100_00, 5_00, 0, 0, 95_00]);
    usd().line(100_00, 1).automatic(five()).off(percent(10)).is([100_00, 14_50, 0, 0, 85_50]);
    let from_fifty = Conditions { subtotal_min: Some(Minor::new(50_00)), ..Conditions::default() };
    let from_fifty = || Discount { conditions: from_fifty.clone(), ..five() };
    usd().line(49_99, 1).automatic(from_fifty()).is([49_99, 0, 0, 0, 49_99]);
    usd().line(50_00, 1).automatic(from_fifty()).is([50_00, 2_50, 0, 0, 47_50]);
    usd()
        .line(49_99, 1)
        .code(from_fifty())
        .is([49_99, 0, 0, 0, 49_99])
        .codes(&[Err(Rejection::MinimumNotMet)]);
    // What must be reached is counted before any discount.
    let both = usd().line(50_00, 1).automatic(from_fifty()).off(percent(10));
    both.is([50_00, 7_25, 0, 0, 42_75]);
}

#[test]
fn of_two_that_save_the_same_how_they_were_typed_decides_nothing() {
    // Both take 10.00 of 100.00; when half of it is gone they take 5.00 and 10.00. The lower id stays.
    let alike =
        |id, effect| Discount { beside: Beside { lines: true, ..Beside::NONE }, ..discount(id, effect) };
    let (one, two) = (alike(1, percent(10)), alike(2, fixed(10_00)));
    let half = Discount { scope: only(1), ..discount(3, percent(50)) };
    let forth = usd().line(100_00, 1).code(one.clone()).code(two.clone()).code(half.clone());
    let back = usd().line(100_00, 1).code(half).code(two).code(one);
    forth.is([100_00, 55_00, 0, 0, 45_00]);
    back.is([100_00, 55_00, 0, 0, 45_00]);
}
