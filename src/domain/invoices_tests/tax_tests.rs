//! Taxes of the world: statutory rates, figures worked out here.
//!
//! **Invariant:** a comment names the rate's law or place; amounts are ours unless a source is named.

use uuid::Uuid;

use super::{Invoice, to, usd};
use crate::domain::{
    buyer::Address,
    fixtures_tests::{ground, percent},
    ids::RateId,
    money::Minor,
    shipping::{PickupPoint, Rate},
};

/// Germany, prices with tax: 19 % and 7 % (section 12 of its VAT act).
fn german() -> Invoice {
    to("DE", "EUR").included().tax("0.19").tax_of("reduced", "0.07")
}

#[test]
fn a_german_basket_of_two_rates_takes_shipping_along() {
    // 4.90 serves 59.50 and 10.70: 4.15 and 0.75, which contain 0.66 and 0.05.
    let books = || german().line(59_50, 1).line(10_70, 1).class("reduced");
    let bill = books().shipping_as_goods().ship(4_90).is([70_20, 0, 4_90, 10_91, 75_10]);
    bill.taxes(&[9_50, 70, 5, 66]);
    books().ship(4_90).is([70_20, 0, 4_90, 10_20, 75_10]);
    books().is([70_20, 0, 0, 10_20, 70_20]).taxes(&[9_50, 70]);
}

#[test]
fn a_discount_lowers_what_a_german_price_contains() {
    german().line(119_00, 1).off(percent(10)).is([119_00, 11_90, 0, 17_10, 107_10]);
    // 9.63 contains 0.63, 10.71 contains 1.71.
    let two = german().line(10_70, 1).class("reduced").line(11_90, 1).off(percent(10));
    two.is([22_60, 2_26, 0, 2_34, 20_34]).off_lines(&[1_07, 1_19]);
}

#[test]
fn goods_of_no_class_are_not_taxed() {
    let three = to("DE", "EUR").tax("0.19").tax_of("reduced", "0.07").line(100_00, 1);
    let three = three.line(100_00, 1).class("reduced").line(100_00, 1).untaxed();
    three.is([300_00, 0, 0, 26_00, 326_00]).taxes(&[19_00, 7_00]);
    to("DE", "EUR").tax("0.19").line(100_00, 1).class("zero").is([100_00, 0, 0, 0, 100_00]);
}

#[test]
fn prices_of_europe_contain_their_tax() {
    // France 20 % and 5.5 %; Switzerland 8.1 % and 2.6 % (since 2024); Sweden 25, 12 and 6 %; Hungary 27 %.
    let two = |country, currency, one: &str, other: &str| {
        to(country, currency).included().tax(one).tax_of("reduced", other)
    };
    let french = two("FR", "EUR", "0.2", "0.055").line(12_00, 1).line(10_55, 1).class("reduced");
    french.is([22_55, 0, 0, 2_55, 22_55]).taxes(&[2_00, 55]);
    let swiss = two("CH", "CHF", "0.081", "0.026").line(108_10, 1).line(10_26, 1).class("reduced");
    swiss.is([118_36, 0, 0, 8_36, 118_36]).taxes(&[8_10, 26]);
    let swedish = two("SE", "SEK", "0.25", "0.12").tax_of("books", "0.06");
    let swedish = swedish.line(125_00, 1).line(112_00, 1).class("reduced").line(106_00, 1).class("books");
    swedish.is([343_00, 0, 0, 43_00, 343_00]).taxes(&[25_00, 12_00, 6_00]);
    to("HU", "HUF").included().tax("0.27").line(1_270_00, 1).is([1_270_00, 0, 0, 270_00, 1_270_00]);
}

#[test]
fn dutch_half_cents_go_up_or_to_the_even_cent() {
    // 21 % of 29.99 is 6.2979; 9 % of 12.50 is 1.125.
    let cart =
        || to("NL", "EUR").tax("0.21").tax_of("low", "0.09").line(29_99, 1).line(12_50, 1).class("low");
    cart().is([42_49, 0, 0, 7_43, 49_92]);
    cart().half_even().is([42_49, 0, 0, 7_42, 49_91]);
}

#[test]
fn british_invoices_may_be_rounded_by_line_or_once() {
    // VAT Notice 700, section 17.5, allows either. 20 % of 1.12 is 0.224, of 3.36 it is 0.672.
    let three = || to("GB", "GBP").tax("0.2").lines(&[(1_12, 1); 3]);
    three().is([3_36, 0, 0, 66, 4_02]);
    three().on_total().is([3_36, 0, 0, 67, 4_03]);
}

#[test]
fn a_japanese_invoice_is_rounded_once_for_each_rate() {
    // National Tax Agency, questions on the invoice system: one rounding for each rate on one invoice, not for each line.
    let japan = || to("JP", "JPY").tax("0.1").tax_of("reduced", "0.08");
    let food_and_more =
        |of: Invoice| (0..3).fold(of, |of, _| of.line(106, 1).class("reduced")).lines(&[(54, 1); 2]);
    food_and_more(japan()).on_total().is([426, 0, 0, 36, 462]).taxes(&[25, 11]);
    food_and_more(japan()).is([426, 0, 0, 34, 460]).taxes(&[24, 10]);
    let large = japan().on_total().line(40_000, 1).class("reduced").line(80_000, 1);
    large.is([120_000, 0, 0, 11_200, 131_200]).taxes(&[3_200, 8_000]);
}

#[test]
fn australia_has_a_rule_for_the_invoice_and_one_for_the_supply() {
    // A New Tax System (Goods and Services Tax) Act 1999, section 9-90: a price contains 1/11. Of 0.50 that is 0.0454.
    let five = || to("AU", "AUD").included().tax("0.1").lines(&[(50, 1); 5]);
    five().is([2_50, 0, 0, 25, 2_50]);
    five().on_total().is([2_50, 0, 0, 23, 2_50]);
    to("AU", "AUD").included().tax("0.1").line(110_00, 1).is([110_00, 0, 0, 10_00, 110_00]);
    // New Zealand 15 % (3/23), Singapore 9 % (9/109).
    to("NZ", "NZD").included().tax("0.15").line(11_50, 1).is([11_50, 0, 0, 1_50, 11_50]);
    to("SG", "SGD").included().tax("0.09").line(10_90, 1).is([10_90, 0, 0, 90, 10_90]);
}

#[test]
fn two_taxes_of_canada_stand_side_by_side() {
    // British Columbia: GST 5 %, PST 7 %.
    let one = to("CA", "CAD").tax("0.05").tax("0.07").line(49_99, 1);
    one.is([49_99, 0, 0, 6_00, 55_99]).taxes(&[2_50, 3_50]);
    // Quebec, by line and once: 1.50 + 2.50 and 2.99 + 4.99.
    let quebec = || to("CA", "CAD").tax("0.05").tax("0.09975").line(29_99, 1).line(49_99, 1);
    quebec().is([79_98, 0, 0, 11_98, 91_96]).taxes(&[4_00, 7_98]);
    quebec().on_total().is([79_98, 0, 0, 11_98, 91_96]).taxes(&[4_00, 7_98]);
}

#[test]
fn a_tax_upon_taxes() {
    // Prince Edward Island until March 2013: GST 5 %, PST 10 % of the price with it.
    let island = || to("CA", "CAD").tax("0.05").tax("0.1").compound();
    island().line(100_00, 1).is([100_00, 0, 0, 15_50, 115_50]).taxes(&[5_00, 10_50]);
    island().included().line(115_50, 1).is([115_50, 0, 0, 15_50, 115_50]).taxes(&[5_00, 10_50]);
    // After a discount: 5 % of 90.00 is 4.50, 10 % of 94.50 is 9.45.
    island().line(100_00, 1).off(percent(10)).is([100_00, 10_00, 0, 13_95, 103_95]);
    // On shipping as well: 0.40 of 7.99, 0.84 of 8.39.
    let sent = to("CA", "CAD").tax("0.05").on_shipping().tax("0.1").compound().on_shipping();
    sent.line(100_00, 1).ship(7_99).is([100_00, 0, 7_99, 16_74, 124_73]).taxes(&[5_00, 10_50, 40, 84]);
}

#[test]
fn new_york_city_stacks_three_and_spares_cheap_clothes() {
    // State 4 %, city 4.5 %, Metropolitan Commuter Transportation District 0.375 %; clothing under 110 is free of them.
    let city = || usd().tax("0.04").tax("0.045").tax("0.00375");
    city().line(29_99, 1).is([29_99, 0, 0, 2_66, 32_65]).taxes(&[1_20, 1_35, 11]);
    city().line(29_99, 1).line(107_00, 1).untaxed().is([136_99, 0, 0, 2_66, 139_65]);
    // A county that spares them the state's tax only: 4 % of 50.00.
    let county = usd().tax("0.04").tax("0.04").tax_of("clothing", "0.04");
    county.line(29_99, 1).line(50_00, 1).class("clothing").is([79_99, 0, 0, 4_40, 84_39]);
}

#[test]
fn california_and_texas_add_a_local_tax() {
    // 7.25 % and a district's 2.25 %: 1.449 and 0.450.
    usd().tax("0.0725").tax("0.0225").line(19_99, 1).is([19_99, 0, 0, 1_90, 21_89]).taxes(&[1_45, 45]);
    // 6.25 % and a city's 2 % of 53.97: 3.373 and 1.079.
    let texas = usd().tax("0.0625").tax("0.02").line(19_99, 3).off(percent(10));
    texas.is([59_97, 6_00, 0, 4_45, 58_42]).taxes(&[3_37, 1_08]);
}

#[test]
fn a_business_abroad_does_not_pay_what_the_price_contains() {
    // Austria 20 %; Directive 2006/112/EC, article 138. 120.00 contains 20.00, 6.00 contains 1.00.
    let vienna = || to("AT", "EUR").tax("0.2").on_shipping().reverse_charge();
    vienna().included().line(120_00, 1).ship(6_00).is([120_00, 0, 6_00, 0, 105_00]).relief(21_00);
    vienna().line(100_00, 1).ship(5_00).is([100_00, 0, 5_00, 0, 105_00]).relief(0);
    // 108.00 is left of 120.00 and contains 18.00.
    let less = vienna().included().line(120_00, 1).off(percent(10));
    less.is([120_00, 12_00, 0, 0, 90_00]).relief(18_00);
}

#[test]
fn what_is_picked_up_is_taxed_where_it_is_picked_up() {
    // Oregon has no sales tax; California has 7.25 %.
    let from_oregon = |rate: Rate| {
        let mut invoice = usd().tax("0.0725").line(20_00, 1).rate(rate);
        invoice.taxes.iter_mut().for_each(|tax| tax.region = Some("CA".into()));
        invoice.terms.destination.iter_mut().for_each(|to| to.region = Some("OR".into()));
        invoice
    };
    let address = Address {
        country: "US".parse().ok(),
        region_code: Some("CA".into()),
        postal_code: Some("94102".into()),
        ..Address::default()
    };
    let counter = PickupPoint { name: "Market Street".into(), address };
    from_oregon(ground(5_00)).is([20_00, 0, 5_00, 0, 25_00]);
    from_oregon(Rate { pickup: Some(counter.clone()), ..ground(0) }).is([20_00, 0, 0, 1_45, 21_45]);
    // Chosen is the parcel; the counter beside it changes nothing.
    let beside = Rate { id: RateId::from_uuid(Uuid::from_u128(2)), pickup: Some(counter), ..ground(0) };
    from_oregon(ground(5_00)).rate(beside).is([20_00, 0, 5_00, 0, 25_00]);
}

#[test]
fn a_tax_of_another_place_is_not_taken() {
    let mut nevada = usd().tax("0.0725").line(20_00, 1);
    nevada.taxes.iter_mut().for_each(|tax| tax.region = Some("NV".into()));
    nevada.is([20_00, 0, 0, 0, 20_00]);
    let mut nowhere = usd().tax("0.0725").line(20_00, 1).ship(5_00);
    nowhere.terms.destination = None;
    assert_eq!(nowhere.is([20_00, 0, 0, 0, 20_00]).0.shipping_charge(), Minor::ZERO);
}
