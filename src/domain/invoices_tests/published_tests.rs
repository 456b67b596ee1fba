//! Invoices that others have printed: the references of this product, tax offices and their commentators.
//!
//! **Invariant:** the source stands beside each; where it prints no rate or no total, that is said.

use super::{to, usd};
use crate::domain::{
    discount::Effect,
    fixtures_tests::{fixed, percent},
};

#[test]
fn the_examples_of_a_checkout_flow_guide() {
    // "Checkout Flow" (sessions of an agentic checkout), response of a session; "Pricing Components".
    let shirts = || usd().line(29_99, 2).tax("0.08").ship(7_99);
    shirts().is([59_98, 0, 7_99, 4_80, 72_77]);
    usd().line(29_99, 2).is([59_98, 0, 0, 0, 59_98]);
    shirts().line(49_99, 1).is([109_97, 0, 7_99, 8_80, 126_76]);
    shirts().line(49_99, 1).on_total().is([109_97, 0, 7_99, 8_80, 126_76]);
    // "Update Cart Items": three and one; it prints no amounts.
    usd().line(29_99, 3).line(49_99, 1).tax("0.08").ship(7_99).is([139_96, 0, 7_99, 11_20, 159_15]);
}

#[test]
fn the_jar_of_a_storefront_checkout() {
    // "Storefront Checkouts", Get a Checkout: 7.95 with tax in it, sent for 8.00, taxTotal 1.22. It prints no rate;
    // 8.25 % of both gives that tax.
    let jar = usd().included().line(7_95, 1).ship(8_00).tax("0.0825").on_shipping();
    jar.is([7_95, 0, 8_00, 1_22, 15_95]).taxes(&[61, 61]);
}

#[test]
fn quebec_before_and_after_2013() {
    // Revenu Québec, "Calculating the Taxes", and its press release of 17 December 2012: until 2012 the QST was taken
    // of the price with the GST.
    let quebec = || to("CA", "CAD").line(100_00, 1).tax("0.05");
    quebec().tax("0.09975").is([100_00, 0, 0, 14_98, 114_98]).taxes(&[5_00, 9_98]);
    quebec().tax("0.095").compound().is([100_00, 0, 0, 14_98, 114_98]).taxes(&[5_00, 9_98]);
}

#[test]
fn vat_of_the_united_kingdom_on_top_and_within() {
    // HM Revenue and Customs, "Calculating VAT for VAT-inclusive and VAT-exclusive prices".
    to("GB", "GBP").line(100_00, 1).tax("0.2").is([100_00, 0, 0, 20_00, 120_00]);
    to("GB", "GBP").line(100_00, 1).tax("0.05").is([100_00, 0, 0, 5_00, 105_00]);
    to("GB", "GBP").included().line(120_00, 1).tax("0.2").is([120_00, 0, 0, 20_00, 120_00]);
    to("GB", "GBP").included().line(105_00, 1).tax("0.05").is([105_00, 0, 0, 5_00, 105_00]);
    // The same at 17.5 %, the rate until 3 January 2011: the fraction is 7/47.
    to("GB", "GBP").included().line(117_50, 1).tax("0.175").is([117_50, 0, 0, 17_50, 117_50]);
}

#[test]
fn what_a_canadian_dollar_contains() {
    // Canada Revenue Agency, "How to treat coupons, gift certificates and manufacturers' rebates": a dollar contains 5
    // cents of GST, 12 of the HST of Ontario (13/113), 13 of that of the Atlantic provinces (15/115).
    for (rate, tax) in [("0.05", 5), ("0.13", 12), ("0.15", 13)] {
        to("CA", "CAD").included().line(1_00, 1).tax(rate).is([1_00, 0, 0, tax, 1_00]);
    }
}

#[test]
fn what_counts_as_money_is_taken_after_tax_and_a_discount_before() {
    // The same page, a pharmacy in Alberta: shampoo for 10.00, a coupon that is treated as cash.
    to("CA", "CAD").line(10_00, 1).tax("0.05").certificate(1_00).is([10_00, 0, 0, 50, 10_50]).due(9_50);
    // TaxTips.ca, "GST/HST Treatment of Coupons": 10.00 and a coupon of 3.00 in Ontario, both ways.
    to("CA", "CAD").line(10_00, 1).tax("0.13").off(fixed(3_00)).is([10_00, 3_00, 0, 91, 7_91]);
    to("CA", "CAD").line(10_00, 1).tax("0.13").certificate(3_00).is([10_00, 0, 0, 1_30, 11_30]).due(8_30);
}

#[test]
fn texas_taxes_what_is_left_of_the_price() {
    // Texas Comptroller, STAR 200904303L: a dress of 150 with 10 percent off is taxed on 135. Rate of the state.
    let dress = usd().line(150_00, 1).tax("0.0625").off(percent(10));
    dress.is([150_00, 15_00, 0, 8_44, 143_44]);
    // Publication 94-117, Restaurants: a coupon of 5 on a meal of 15 is taxed on 10. 0.625 is half a cent.
    let meal = || usd().line(15_00, 1).tax("0.0625").off(fixed(5_00));
    meal().is([15_00, 5_00, 0, 63, 10_63]);
    meal().half_even().is([15_00, 5_00, 0, 62, 10_62]);
    // STAR 200904303L: two meals for the price of one are taxed as one.
    let two = usd().line(10_00, 2).tax("0.0825").off(Effect::BuyGet(super::deal(
        (super::Scope::default(), 1),
        (super::Scope::default(), 1),
        100,
    )));
    two.is([20_00, 10_00, 0, 83, 10_83]);
}

#[test]
fn new_york_taxes_delivery_with_the_goods() {
    // New York State, TB-ST-838, "Shipping and Delivery Charges": tax is computed on 549.95, on 3,750.00, on 500.00. It
    // prints no rate; 8 % is that of Albany.
    let to_albany = || usd().tax("0.08").on_shipping();
    to_albany().line(499_95, 1).line(30_00, 1).ship(20_00).is([529_95, 0, 20_00, 44_00, 593_95]);
    to_albany().line(3_500_00, 1).ship(250_00).is([3_500_00, 0, 250_00, 300_00, 4_050_00]);
    to_albany().line(400_00, 1).ship(100_00).is([400_00, 0, 100_00, 40_00, 540_00]);
}

#[test]
fn california_taxes_delivery_of_mixed_goods_in_part() {
    // California Department of Tax and Fee Administration, annotation 557.0111: of groceries for 15.00, 10.00 exempt, a
    // third of the delivery charge of 3.50 is taxed: 1.17. Rate of the state.
    let groceries = usd().shipping_as_goods().line(10_00, 1).untaxed().line(5_00, 1).ship(3_50);
    groceries.tax("0.0725").is([15_00, 0, 3_50, 44, 18_94]).taxes(&[36, 8]);
}

#[test]
fn two_lines_of_an_accounting_service() {
    // Wafeq, "Calculations and Rounding": 2.265 and 3.345, halves up, make 5.62.
    let two = || to("AE", "AED").line(45_30, 1).line(33_45, 1).class("ten").tax("0.05").tax_of("ten", "0.1");
    two().is([78_75, 0, 0, 5_62, 84_37]).taxes(&[2_27, 3_35]);
    two().half_even().is([78_75, 0, 0, 5_60, 84_35]).taxes(&[2_26, 3_34]);
}
