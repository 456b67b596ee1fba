//! What a price says beside its sums: offers, destinations, statuses.
//!
//! **Invariant:** bills stand in `invoices_tests`, laws in `laws_tests`.

use uuid::Uuid;

use super::{
    assessment::{AskedLine, AskedShipping, Assessment, Question, TaxBy},
    cart::tests::line,
    consignment::{ConsignmentLine, Shipment},
    discount::Rejection,
    explanation::{StepKind, explain},
    fixtures_tests::{assert_adds_up, code, free_shipping, ground, percent, sales_tax, terms, world},
    ids::RateId,
    money::Minor,
    pricing::{Exemption, QuotedLine, Tax, TaxScope, TaxSource, TaxStatus, Terms, price},
    shipping::Rate,
    tax::TaxRate,
};

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
fn an_exempt_customer_pays_no_tax_whether_or_not_prices_contain_it() {
    for (included, total, relief) in [(true, 100_00 + 5_00 - 80, 19_80 - 80 + 80), (false, 124_00, 0)] {
        let mut terms = terms("0.19", 5_00);
        terms.tax.included = included;
        terms.tax_rates = [sales_tax("0.19", true)].into();
        terms.exemption = Some(Exemption::Customer);
        let priced = price(&[line(1, 119_00, 1)], &terms);
        assert_eq!(priced.quote.tax_status, TaxStatus::Exempt);
        assert_eq!(priced.quote.tax(), Minor::ZERO);
        assert_eq!(
            (priced.quote.grand_total(), priced.quote.relief()),
            (Minor::new(total), Minor::new(relief))
        );
        let steps = explain(&priced.quote);
        let why = steps.iter().find(|step| step.kind == StepKind::TaxRelief).unwrap();
        assert!(why.label.ends_with("not owed (exempt customer)"), "{}", why.label);
        assert_eq!(why.amount, Minor::new(-relief));
        assert_adds_up(&priced);
    }
}

#[test]
fn an_exempt_class_and_one_of_rate_zero_owe_no_tax() {
    let of = |n, class: &str| {
        let mut line = line(n, 100_00, 1);
        line.item.tax_class = Some(class.into());
        line
    };
    let zero = TaxRate { class: "books".into(), ..sales_tax("0", false) };
    for included in [false, true] {
        let mut terms = terms("0.25", 0);
        terms.tax.included = included;
        terms.tax_rates = [sales_tax("0.25", false), zero.clone()].into();
        let priced = price(&[of(1, "medicine"), of(2, "books"), of(3, "standard")], &terms);
        let taxes: Vec<Minor> = priced.quote.lines.iter().map(QuotedLine::tax).collect();
        let standard = Minor::new(if included { 20_00 } else { 25_00 });
        assert_eq!(taxes, [Minor::ZERO, Minor::ZERO, standard]);
        let added = if included { Minor::ZERO } else { standard };
        assert_eq!(priced.quote.grand_total(), Minor::new(300_00) + added);
        assert_adds_up(&priced);
    }
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

#[test]
fn a_provider_answers_for_each_consignment() {
    // The same goods to the same place, once by each of two rates: each has the tax that was said of its own.
    let rate = |id: u128, price| Rate { id: RateId::from_uuid(Uuid::from_u128(id)), ..ground(price) };
    let base = Terms { zones: [world(vec![rate(1, 5_00), rate(2, 9_00)])].into(), ..terms("0", 0) };
    let lines = [line(1, 10_00, 2)];
    let tax = |scope, amount| Tax {
        title: "Sales tax".into(),
        rate: "0.1".parse().unwrap(),
        jurisdiction: "US-CA".into(),
        scope,
        amount: Minor::new(amount),
    };
    let answer = |id: u128, charge, on_charge| {
        let asked = Question {
            currency: base.currency,
            included: false,
            destination: base.destination.clone().unwrap(),
            city: None,
            street: None,
            lines: vec![AskedLine { line: lines[0].id, amount: Minor::new(10_00), class: None }],
            shipping: Some(AskedShipping {
                rate: RateId::from_uuid(Uuid::from_u128(id)),
                amount: Minor::new(charge),
            }),
        };
        let (lines, shipping) =
            (vec![vec![tax(TaxScope::Lines, 1_00)]], vec![tax(TaxScope::Shipping, on_charge)]);
        Assessment { asked, reference: format!("taxcalc_{id}"), lines, shipping }
    };
    let second = Shipment {
        lines: vec![ConsignmentLine { line: lines[0].id, quantity: 1 }],
        destination: base.destination.clone(),
        chosen: Some(RateId::from_uuid(Uuid::from_u128(2))),
        exemption: None,
    };
    let told = TaxBy::Provider([answer(1, 5_00, 51), answer(2, 9_00, 92)].into());
    let priced = price(&lines, &Terms { further: vec![second], tax_by: told, ..base });
    assert_adds_up(&priced);
    let on_charges: Vec<i64> = priced.quote.charges().map(|charge| charge.taxes[0].amount.raw()).collect();
    assert_eq!(on_charges, [51, 92]);
    assert_eq!(priced.quote.tax(), Minor::new(2_00 + 51 + 92));
    assert_eq!(priced.quote.tax_source, TaxSource::Provider);
}
