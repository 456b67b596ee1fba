//! What sending costs: flat, by unit, weight and worth, with handling, for nothing, and taxed.
//!
//! **Invariant:** a rate looks at the goods before discounts; what frees shipping keeps the rate and its handling.

use uuid::Uuid;

use super::{Invoice, to, usd};
use crate::domain::{
    discount::{Effect, Freed},
    fixtures_tests::{fixed, free_shipping, ground, percent},
    ids::RateId,
    money::Minor,
    shipping::{Band, Charge, Rate},
};

fn rate(charge: Charge) -> Rate {
    Rate { charge, ..ground(0) }
}

fn bands(rows: [(i64, i64); 2]) -> Vec<Band> {
    rows.map(|(up_to, price)| Band { up_to, price: Minor::new(price) }).into()
}

#[test]
fn shipping_is_free_from_a_subtotal_before_discounts() {
    let cart = |price| usd().line(price, 1).ship(7_99).free_from(50_00);
    cart(49_99).is([49_99, 0, 7_99, 0, 57_98]);
    cart(50_00).is([50_00, 0, 0, 0, 50_00]);
    cart(50_00).off(percent(10)).is([50_00, 5_00, 0, 0, 45_00]);
    cart(50_00).handling(1_00).is([50_00, 0, 1_00, 0, 51_00]);
}

#[test]
fn a_band_of_worth_holds_up_to_its_bound() {
    let cart =
        |price| usd().line(price, 1).rate(rate(Charge::BySubtotal(bands([(20_00, 4_90), (100_00, 2_90)]))));
    cart(20_00).is([20_00, 0, 4_90, 0, 24_90]);
    cart(20_01).is([20_01, 0, 2_90, 0, 22_91]);
    cart(25_00).off(percent(50)).is([25_00, 12_50, 2_90, 0, 15_40]);
    cart(100_01).is([100_01, 0, 0, 0, 100_01]); // no rate fits
}

#[test]
fn a_band_of_weight_counts_what_is_sent() {
    let cart =
        |units| usd().line(3_00, units).rate(rate(Charge::ByWeight(bands([(1_000, 5_00), (5_000, 9_00)]))));
    cart(10).is([30_00, 0, 5_00, 0, 35_00]); // 100 g each
    cart(11).is([33_00, 0, 9_00, 0, 42_00]);
    cart(10).line(9_00, 4).digital().is([66_00, 0, 5_00, 0, 71_00]);
}

#[test]
fn a_rate_by_unit_counts_what_is_sent() {
    let each = Charge::PerItem { base: Minor::new(3_00), each: Minor::new(1_50) };
    let cart = || usd().line(10_00, 3).rate(rate(each.clone()));
    cart().is([30_00, 0, 7_50, 0, 37_50]);
    cart().line(5_00, 2).digital().is([40_00, 0, 7_50, 0, 47_50]);
}

#[test]
fn a_code_for_free_shipping_keeps_the_rate_and_its_handling() {
    let cart = || usd().line(20_00, 1).ship(7_99).handling(2_50).tax("0.08").on_shipping();
    cart().is([20_00, 0, 10_49, 2_44, 32_93]).taxes(&[1_60, 84]);
    cart().off(free_shipping()).is([20_00, 0, 2_50, 1_80, 24_30]).taxes(&[1_60, 20]);
    usd()
        .line(20_00, 1)
        .ship(7_99)
        .tax("0.08")
        .on_shipping()
        .off(free_shipping())
        .is([20_00, 0, 0, 1_60, 21_60]);
    // Both come to nothing: 100 % of the goods, and the parcel.
    usd().line(20_00, 1).ship(7_99).off(percent(100)).is([20_00, 20_00, 7_99, 0, 7_99]);
    usd().line(20_00, 1).ship(7_99).off(percent(100)).off(free_shipping()).is([20_00, 20_00, 0, 0, 0]);
    usd().line(20_00, 1).ship(7_99).off(fixed(99_00)).is([20_00, 20_00, 7_99, 0, 7_99]);
}

#[test]
fn a_code_may_free_some_rates_only() {
    let freed = |number| Freed { rates: vec![RateId::from_uuid(Uuid::from_u128(number))], zones: Vec::new() };
    let cart = || usd().line(20_00, 1).ship(7_99);
    cart().off(Effect::FreeShipping(freed(1))).is([20_00, 0, 0, 0, 20_00]).codes(&[Ok(7_99)]);
    cart().off(Effect::FreeShipping(freed(2))).is([20_00, 0, 7_99, 0, 27_99]).codes(&[Ok(0)]);
}

#[test]
fn what_is_not_sent_costs_nothing_to_send() {
    usd().line(10_00, 1).digital().ship(7_99).is([10_00, 0, 0, 0, 10_00]);
    usd().line(10_00, 1).digital().line(10_00, 1).ship(7_99).is([20_00, 0, 7_99, 0, 27_99]);
    to("JP", "JPY").line(1_000, 1).ship(660).tax("0.1").on_shipping().is([1_000, 0, 660, 166, 1_826]);
}

/// Without tax in the prices: 19 % and 7 %.
fn two_rates() -> Invoice {
    to("DE", "EUR").shipping_as_goods().tax("0.19").tax_of("reduced", "0.07")
}

#[test]
fn shipping_is_taxed_as_the_goods_it_serves() {
    // 7.50 at 19 % and 2.50 at 7 %: 1.425 and 0.175.
    let both = || two_rates().line(75_00, 1).line(25_00, 1).class("reduced");
    both().ship(10_00).is([100_00, 0, 10_00, 17_61, 127_61]).taxes(&[14_25, 1_75, 18, 1_43]);
    // Worth is counted after discounts: 60.00 and 40.00 are left.
    let less = two_rates().line(80_00, 1).tag("sale").line(40_00, 1).class("reduced").ship(10_00);
    let sale = super::Discount { scope: super::tagged("sale"), ..super::discount(1, fixed(20_00)) };
    less.code(sale).is([120_00, 20_00, 10_00, 15_62, 125_62]).taxes(&[11_40, 2_80, 28, 1_14]);
    let with_handling = both().ship(8_00).handling(2_00);
    with_handling.is([100_00, 0, 10_00, 17_61, 127_61]);
}

#[test]
fn shipping_of_goods_that_cost_nothing_is_taxed_in_full() {
    let gift = || two_rates().line(100_00, 1).off(percent(100)).ship(10_00);
    gift().is([100_00, 100_00, 10_00, 1_90, 11_90]);
    gift().included().is([100_00, 100_00, 10_00, 1_60, 10_00]);
}

#[test]
fn what_is_not_sent_does_not_tax_the_parcel() {
    // A download of the reduced class beside a mug: the parcel holds the mug alone.
    let mug = two_rates().line(10_00, 1).line(90_00, 1).class("reduced").digital().ship(5_00);
    mug.is([100_00, 0, 5_00, 9_15, 114_15]).taxes(&[1_90, 6_30, 95]);
}
