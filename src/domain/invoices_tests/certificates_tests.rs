//! What gift certificates pay: after tax, and never so much that the rest cannot be charged.
//!
//! **Invariant:** they change no line of the bill but what is left to pay.

use super::{to, usd};
use crate::domain::fixtures_tests::percent;

#[test]
fn a_certificate_pays_all_or_a_part() {
    let shirts = || usd().line(29_99, 2).tax("0.08").ship(7_99);
    let bill = [59_98, 0, 7_99, 4_80, 72_77];
    shirts().is(bill).due(72_77);
    shirts().certificate(100_00).is(bill).due(0);
    shirts().certificate(72_77).is(bill).due(0);
    shirts().certificate(50_00).is(bill).due(22_77);
    shirts().certificate(50_00).certificate(20_00).is(bill).due(2_77);
    shirts().certificate(50_00).certificate(50_00).is(bill).due(0);
    shirts().certificate(0).is(bill).due(72_77);
}

#[test]
fn the_rest_is_nothing_or_what_can_be_charged() {
    usd().line(20_10, 1).certificate(20_00).is([20_10, 0, 0, 0, 20_10]).due(50);
    usd().line(20_50, 1).certificate(20_00).is([20_50, 0, 0, 0, 20_50]).due(50);
    usd().line(20_51, 1).certificate(20_00).is([20_51, 0, 0, 0, 20_51]).due(51);
    // The second is too small for what must be kept back: the first gives the rest.
    usd().line(20_10, 1).certificate(20_00).certificate(5).is([20_10, 0, 0, 0, 20_10]).due(50);
    to("GB", "GBP").line(10_10, 1).certificate(10_00).is([10_10, 0, 0, 0, 10_10]).due(30);
    to("JP", "JPY").line(1_020, 1).certificate(1_000).is([1_020, 0, 0, 0, 1_020]).due(50);
    to("SE", "SEK").line(101_00, 1).certificate(100_00).is([101_00, 0, 0, 0, 101_00]).due(3_00);
    // What is too little to be charged by itself stays so.
    usd().line(30, 1).certificate(10).is([30, 0, 0, 0, 30]).due(20);
}

#[test]
fn a_certificate_of_three_digits_pays_what_can_be_charged_beside_it() {
    let bill = [5_124, 0, 0, 0, 5_120];
    to("KW", "KWD").line(5_124, 1).certificate(1_234).is(bill).due(3_890);
    to("KW", "KWD").line(5_124, 1).certificate(5_124).is(bill).due(0);
    to("KW", "KWD").line(5_124, 1).certificate(9).is(bill).due(5_120);
}

#[test]
fn tax_and_discounts_are_what_they_are_without_it() {
    let german = || to("DE", "EUR").included().tax("0.19").line(119_00, 1);
    german().certificate(19_00).is([119_00, 0, 0, 19_00, 119_00]).due(100_00);
    german().off(percent(10)).certificate(100_00).is([119_00, 11_90, 0, 17_10, 107_10]).due(7_10);
    usd().tax("0.08").line(100_00, 1).certificate(108_00).is([100_00, 0, 0, 8_00, 108_00]).due(0);
    usd().line(100_00, 1).off(percent(100)).certificate(10_00).is([100_00, 100_00, 0, 0, 0]).due(0);
}
