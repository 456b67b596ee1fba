//! Invoices that are known to be right, and laws over random carts.

use proptest::{collection::vec, prelude::*};
use rust_decimal::Decimal;
use uuid::Uuid;

use super::{
    cart::tests::line,
    discount::{Effect, Rejection},
    fixtures_tests::{
        assert_adds_up, code, fixed, free_shipping, ground, lines_of, percent, sales_tax, terms, world,
    },
    ids::RateId,
    money::{Minor, RoundingLevel, RoundingMode},
    pricing::{TaxStatus, Terms, price},
    shipping::Rate,
    tax::{ShippingTax, TaxRate, TaxTerms},
};

#[test]
fn invoices_come_out_to_the_cent() {
    type Row = (&'static [(i64, i64)], Option<Effect>, &'static str, i64, i64);
    let rows: [Row; 9] = [
        // lines (price, quantity)          discount                           tax      shipping total
        (&[(29_99, 2)], None, "0", 0, 59_98),
        (&[(29_99, 2)], None, "0.08", 7_99, 72_77), // a printed example
        (&[(29_99, 2), (49_99, 1)], None, "0.08", 7_99, 126_76), // another
        (&[(19_99, 3)], Some(percent(10)), "0.0825", 0, 58_42),
        (&[(10_00, 1), (10_00, 1)], Some(fixed(5_01)), "0", 0, 14_99),
        (&[(10_00, 1)], Some(fixed(99_00)), "0.2", 0, 0), // never pays the buyer
        (&[(31_86, 100)], Some(percent(10)), "0", 0, 2_867_40), // no drift a unit
        (&[(10_00, 1)], Some(free_shipping()), "0", 7_99, 10_00),
        (&[(0_05, 33)], None, "0.08875", 0, 1_80),
    ];
    for (lines, effect, tax, shipping, total) in &rows {
        let lines = lines_of(lines);
        let codes = effect.iter().map(|effect| code(1, effect.clone())).collect();
        let priced = price(&lines, &Terms { codes, ..terms(tax, *shipping) });
        assert_eq!(priced.quote.grand_total(), Minor::new(*total), "{lines:?}");
        assert_adds_up(&priced);
    }
}

#[test]
fn contained_tax_is_shown_and_not_added() {
    let mut terms = terms("0.19", 5_00);
    terms.tax.included = true;
    terms.tax_rates = [sales_tax("0.19", true)].into();
    let priced = price(&[line(1, 119_00, 1)], &terms);
    assert_eq!(priced.quote.grand_total(), Minor::new(124_00));
    assert_eq!(priced.quote.tax(), Minor::new(19_00 + 80));
    assert_adds_up(&priced);
}

#[test]
fn tax_on_shipping_follows_its_discount() {
    let taxed = Terms { tax_rates: [sales_tax("0.1", true)].into(), ..terms("0.1", 10_00) };
    assert_eq!(price(&[line(1, 100_00, 1)], &taxed).quote.tax(), Minor::new(11_00));
    let free = Terms { codes: vec![code(1, free_shipping())], ..taxed };
    let priced = price(&[line(1, 100_00, 1)], &free);
    assert_eq!(priced.quote.tax(), Minor::new(10_00));
    assert_eq!(priced.quote.shipping_before_discount(), Minor::new(10_00));
    assert_eq!(priced.quote.shipping_charge(), Minor::ZERO);
    assert_adds_up(&priced);
}

#[test]
fn every_rate_says_the_total_it_leads_to() {
    let express = Rate { id: RateId::from_uuid(Uuid::from_u128(2)), name: "Express".into(), ..ground(19_99) };
    let terms = Terms { zones: [world(vec![ground(7_99), express])].into(), ..terms("0.08", 0) };
    let priced = price(&[line(1, 29_99, 2)], &terms);
    let totals: Vec<(i64, bool)> =
        priced.offers.iter().map(|offer| (offer.grand_total.raw(), offer.selected)).collect();
    assert_eq!(totals, [(72_77, true), (84_77, false)]);
}

#[test]
fn without_a_destination_there_is_no_tax_and_no_shipping() {
    let priced = price(&[line(1, 10_00, 1)], &Terms { destination: None, ..terms("0.08", 7_99) });
    assert_eq!(priced.quote.tax_status, TaxStatus::Pending);
    assert_eq!(priced.quote.grand_total(), Minor::new(10_00));
    assert!(priced.offers.is_empty() && priced.covered);
}

#[test]
fn a_destination_in_no_zone_is_said_to_be_uncovered() {
    let priced = price(&[line(1, 10_00, 1)], &Terms { zones: [].into(), ..terms("0", 0) });
    assert!(!priced.covered && priced.quote.shipping.is_none());
}

#[test]
fn digital_goods_need_no_shipping() {
    let mut book = line(1, 10_00, 1);
    book.item.requires_shipping = false;
    let priced = price(&[book], &Terms { codes: vec![code(1, free_shipping())], ..terms("0", 7_99) });
    assert!(priced.offers.is_empty() && priced.covered && priced.quote.shipping.is_none());
    assert_eq!(priced.quote.codes[0].result, Err(Rejection::NoEligibleLines));
}

#[test]
fn a_total_of_three_digits_is_a_multiple_of_ten_and_says_so() {
    let terms = Terms { currency: "KWD".parse().unwrap(), chosen: None, ..terms("0.05", 0) };
    let priced = price(&[line(1, 4_880, 1)], &terms);
    assert_eq!(priced.quote.grand_total(), Minor::new(5_120));
    assert_eq!(priced.quote.rounding, Minor::new(-4));
    assert_adds_up(&priced);
}

#[test]
fn two_percentages_are_taken_one_after_the_other() {
    let codes = vec![code(1, percent(50)), code(2, percent(50))];
    let priced = price(&[line(1, 100_00, 1)], &Terms { codes, ..terms("0", 0) });
    assert_eq!(priced.quote.discount(), Minor::new(75_00));
}

fn carts() -> impl Strategy<Value = Vec<(i64, i64)>> {
    vec((0_i64..100_000, 1_i64..50), 1..20)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: super::fixtures_tests::cases(), ..ProptestConfig::default() })]

    #[test]
    fn steps_sum_to_the_total_and_nothing_is_negative(
        cart in carts(), rate in 0_i64..300_000, off in 0_i64..200_000, pct in 0_i64..=100,
        included: bool, total: bool, even: bool,
    ) {
        let mut terms = terms("0", 7_99);
        terms.tax_rates = [TaxRate { rate: Decimal::new(rate, 6), ..sales_tax("0", true) }].into();
        terms.tax = TaxTerms {
            included,
            mode: if even { RoundingMode::HalfEven } else { RoundingMode::HalfUp },
            level: if total { RoundingLevel::Total } else { RoundingLevel::Line },
            shipping: ShippingTax::Rates,
        };
        terms.codes = vec![code(1, percent(pct)), code(2, fixed(off))];
        let priced = price(&lines_of(&cart), &terms);
        assert_adds_up(&priced);
        let by_code: Minor = priced.quote.codes.iter().filter_map(|code| code.result.ok()).sum();
        prop_assert_eq!(by_code, priced.quote.discount());
    }

    #[test]
    fn more_discount_costs_at_most_a_unit_a_line_more(cart in carts(), rate in 0_i64..300_000, off in 0_i64..100_000) {
        let with = |off| {
            let mut terms = terms("0", 0);
            terms.tax_rates = [TaxRate { rate: Decimal::new(rate, 6), ..sales_tax("0", false) }].into();
            terms.codes = vec![code(1, fixed(off))];
            price(&lines_of(&cart), &terms).quote.grand_total().raw()
        };
        prop_assert!(with(off + 1) <= with(off) + i64::try_from(cart.len()).unwrap());
    }
}
