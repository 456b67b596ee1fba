//! What is kept of the terms prices as all of them, and a replay names what was changed.

use proptest::{collection::vec, prelude::*, sample::subsequence};
use uuid::Uuid;

use super::{
    buyer::{Address, Destination},
    cart::Line,
    certificate::{Certificate, NamedCertificate},
    consignment::{ConsignmentLine, Shipment},
    discount::{Beside, Conditions, Discount, Effect, Freed, Rejection, Shopper, TypedCode, Usage},
    draft::Details,
    explanation::explain,
    fixtures_tests::{
        cases, discount, fixed, free_shipping, ground, lines_of, percent, sales_tax, terms, typed, world,
    },
    ids::{CertificateId, RateId, ZoneId},
    instant::Timestamp,
    money::{Minor, RoundingLevel, RoundingMode},
    order::Snapshot,
    postal::Postal,
    pricing::{Terms, price},
    quote::{Exemption, Quote},
    replay::{Booked, reduce, verify, verify_books},
    shipping::{Band, Charge, PickupPoint, Rate, Zone},
    tax::{ShippingTax, TaxRate, TaxTerms},
    vat::{Registration, Verification},
};

fn rate(id: u128, charge: Charge) -> Rate {
    Rate { id: RateId::from_uuid(Uuid::from_u128(id)), name: format!("Rate {id}"), charge, ..ground(0) }
}

fn zone(id: u128, countries: &[&str], only: &[&str], rates: Vec<Rate>) -> Zone {
    Zone {
        id: ZoneId::from_uuid(Uuid::from_u128(id)),
        countries: countries.iter().map(|code| code.parse().unwrap()).collect(),
        postal: Postal { only: only.iter().map(|code| code.parse().unwrap()).collect(), except: Vec::new() },
        rest_of_world: countries.is_empty(),
        ..world(rates)
    }
}

/// A shop of five zones, in which every kind of charge and a store in another country stand.
fn zones() -> Vec<Zone> {
    let by_weight = Charge::ByWeight(vec![Band { up_to: 1_500, price: Minor::new(4_00) }]);
    let per_item = Charge::PerItem { base: Minor::new(1_00), each: Minor::new(50) };
    let address = Address { country: "FR".parse().ok(), ..Address::default() };
    let store = Rate {
        pickup: Some(PickupPoint { name: "Store".into(), address }),
        handling: Minor::new(30),
        ..rate(4, Charge::Flat(Minor::ZERO))
    };
    let dear = Rate { subtotal_min: Some(Minor::new(500_00)), ..rate(5, Charge::Flat(Minor::new(9_00))) };
    vec![
        zone(1, &["US"], &[], vec![rate(1, Charge::Flat(Minor::new(7_99))), rate(2, by_weight)]),
        zone(2, &["US"], &["902*"], vec![rate(3, per_item), store]),
        zone(3, &["DE"], &[], vec![dear]),
        zone(4, &[], &[], vec![rate(6, Charge::Flat(Minor::new(20_00)))]),
        zone(5, &["CH"], &[], vec![]),
    ]
}

fn tax_rates() -> Vec<TaxRate> {
    let of = |country: &str, region: Option<&str>, rate: &str, on_shipping: bool| TaxRate {
        name: format!("Tax of {country}"),
        country: country.parse().unwrap(),
        region: region.map(Into::into),
        ..sales_tax(rate, on_shipping)
    };
    vec![
        of("DE", None, "0.19", true),
        of("US", Some("CA"), "0.0725", false),
        TaxRate { compound: true, ..of("US", None, "0.01", true) },
        of("FR", None, "0.2", true),
        TaxRate { class: "reduced".into(), ..of("US", Some("CA"), "0.02", true) },
        of("US", Some("TX"), "0.08", true),
    ]
}

/// One of each kind, some of which ask who buys and where to.
fn discounts() -> Vec<Discount> {
    let freed = Freed { rates: Vec::new(), zones: vec![ZoneId::from_uuid(Uuid::from_u128(2))] };
    let alone = |one: Discount| Discount { beside: Beside::NONE, ..one };
    let of = |conditions: Conditions, one: Discount| Discount { conditions, ..one };
    vec![
        discount(1, percent(10)),
        discount(2, fixed(5_00)),
        alone(discount(3, fixed(6_00))),
        alone(discount(4, free_shipping())),
        alone(discount(5, Effect::FreeShipping(freed))),
        of(
            Conditions { email_domains: vec!["example.org".into()], ..Conditions::default() },
            discount(6, percent(5)),
        ),
        of(Conditions { first_order: true, ..Conditions::default() }, discount(7, percent(7))),
        of(
            Conditions { countries: vec!["US".parse().unwrap()], ..Conditions::default() },
            discount(8, fixed(1_00)),
        ),
        of(
            Conditions { customer_tags: vec!["vip".into()], ..Conditions::default() },
            discount(11, fixed(2_00)),
        ),
        Discount { usage_limit: Some(3), ..discount(9, percent(50)) },
        Discount { active: false, ..discount(10, percent(50)) },
    ]
}

fn destinations() -> Vec<Option<Destination>> {
    let to = |country: &str, region: Option<&str>, postal: Option<&str>| {
        let country = country.parse().unwrap();
        Some(Destination { country, region: region.map(Into::into), postal_code: postal.map(Into::into) })
    };
    vec![
        None,
        to("US", Some("CA"), Some("90210")),
        to("US", Some("TX"), Some("73301")),
        to("DE", None, None),
        to("BR", None, None),
        to("CH", None, Some("8001")),
    ]
}

fn certificate(id: u128, balance: i64) -> NamedCertificate {
    let found = Certificate {
        id: CertificateId::from_uuid(Uuid::from_u128(id)),
        currency: "USD".parse().unwrap(),
        balance: Minor::new(balance),
        expires_at: None,
        active: true,
    };
    NamedCertificate { masked: format!("…{id}"), found: Some(found) }
}

fn any_tax() -> impl Strategy<Value = TaxTerms> {
    (any::<bool>(), any::<bool>(), any::<bool>(), any::<bool>()).prop_map(|(included, even, total, goods)| {
        TaxTerms {
            included,
            mode: if even { RoundingMode::HalfEven } else { RoundingMode::HalfUp },
            level: if total { RoundingLevel::Total } else { RoundingLevel::Line },
            shipping: if goods { ShippingTax::Goods } else { ShippingTax::Rates },
        }
    })
}

fn any_shopper() -> impl Strategy<Value = Shopper> {
    let emails = vec![None, Some("dana@example.org"), Some("dana@example.com"), Some("nobody")];
    let tags = subsequence(vec!["vip".to_owned(), "press".to_owned()], 0..=2);
    (prop::sample::select(emails), any::<bool>(), tags).prop_map(|(email, has_ordered, tags)| Shopper {
        email: email.map(Into::into),
        has_ordered,
        country: None,
        tags,
    })
}

fn any_terms() -> impl Strategy<Value = Terms> {
    let usage = |total| Usage { total, by_customer: 0 };
    let typed = (subsequence(discounts(), 0..6), 0_i64..5).prop_map(move |(found, used)| {
        let known = |found: Discount| TypedCode { found: Some((found.clone(), usage(used))), ..typed(found) };
        let mut codes: Vec<TypedCode> = found.into_iter().map(known).collect();
        codes.push(TypedCode { code: "NOPE".into(), found: None });
        codes
    });
    let automatic = subsequence(discounts(), 0..6)
        .prop_map(move |found| found.into_iter().map(|one| (one, usage(0))).collect::<Vec<_>>());
    let place = (prop::sample::select(destinations()), 0_u128..8, any::<bool>());
    let paid = vec(0_i64..200_00, 0..3);
    (typed, automatic, any_shopper(), any_tax(), place, paid).prop_map(
        |(codes, automatic, shopper, tax, (destination, chosen, exempt), balances)| Terms {
            tax,
            codes,
            automatic,
            shopper: Shopper { country: destination.as_ref().map(|to| to.country), ..shopper },
            exemption: exempt.then_some(Exemption::ReverseCharge),
            certificates: (1..).zip(balances).map(|(id, balance)| certificate(id, balance)).collect(),
            destination,
            zones: zones().into(),
            tax_rates: tax_rates().into(),
            chosen: Some(RateId::from_uuid(Uuid::from_u128(chosen))),
            now: Timestamp::from_ms(7),
            ..terms("0", 0)
        },
    )
}

fn any_lines() -> impl Strategy<Value = Vec<Line>> {
    vec(((0_i64..200_00, 1_i64..8), any::<bool>(), any::<bool>()), 1..8).prop_map(|goods| {
        let mut lines = lines_of(&goods.iter().map(|(of, ..)| *of).collect::<Vec<_>>());
        for (line, (_, ships, reduced)) in lines.iter_mut().zip(goods) {
            line.item.requires_shipping = ships;
            line.item.tax_class = Some(if reduced { "reduced" } else { "standard" }.into());
        }
        lines
    })
}

fn bound(lines: Vec<Line>, terms: &Terms) -> Snapshot {
    let quote = price(&lines, terms).quote.fixed();
    Snapshot { lines, quote, details: Details::default() }
}

/// (place of a line, units, where to, rate).
type Cut = (usize, i64, Option<Destination>, u128);

fn any_cut() -> impl Strategy<Value = Cut> {
    (0_usize..8, 1_i64..8, prop::sample::select(destinations()), 0_u128..8)
}

/// Some units of one line go elsewhere, where that line is sent at all.
fn further(lines: &[Line], (place, units, destination, rate): Cut) -> Vec<Shipment> {
    let sent = lines.get(place).filter(|line| line.item.requires_shipping);
    let shipment = |line: &Line| Shipment {
        lines: vec![ConsignmentLine { line: line.id, quantity: units.min(line.quantity) }],
        destination,
        chosen: Some(RateId::from_uuid(Uuid::from_u128(rate))),
        exemption: None,
    };
    sent.map(shipment).into_iter().collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: cases(), ..ProptestConfig::default() })]

    #[test]
    fn what_is_kept_prices_as_everything_did(lines in any_lines(), terms in any_terms(), cut in any_cut()) {
        let terms = Terms { further: further(&lines, cut), ..terms };
        let kept = reduce(&lines, terms.clone());
        prop_assert_eq!(price(&lines, &kept), price(&lines, &terms));
        prop_assert_eq!(reduce(&lines, kept.clone()), kept.clone());
        prop_assert!(kept.shopper.email.as_ref().is_none_or(|email| email.is_empty() || email.starts_with('@')));
        let snapshot = bound(lines, &terms);
        prop_assert_eq!(verify(&snapshot, &kept), Ok(()));
    }
}

/// A cart to California with a bit of everything: what was bound, and what of the terms is kept.
fn example() -> (Snapshot, Terms) {
    let lines = lines_of(&[(29_99, 2), (49_99, 1)]);
    let terms = Terms {
        zones: zones().into(),
        tax_rates: tax_rates().into(),
        codes: vec![typed(discount(1, percent(10))), TypedCode { code: "NOPE".into(), found: None }],
        certificates: vec![certificate(1, 20_00)],
        ..terms("0", 0)
    };
    (bound(lines.clone(), &terms), reduce(&lines, terms))
}

#[test]
fn only_what_decides_is_kept() {
    let (_, kept) = example();
    let names = |zone: &Zone| zone.rates.iter().map(|rate| rate.name.clone()).collect::<Vec<_>>();
    let rates: Vec<Vec<String>> = kept.zones.iter().map(names).collect();
    assert_eq!(rates, [vec!["Rate 1".to_owned(), "Rate 2".into()], vec!["Rate 3".into(), "Rate 4".into()]]);
    let taxes: Vec<&str> = kept.tax_rates.iter().map(|rate| rate.name.as_str()).collect();
    assert_eq!(taxes, ["Tax of US", "Tax of US", "Tax of FR", "Tax of US"]); // Texas and Germany tax nothing here
}

#[test]
fn a_replay_names_the_first_part_that_differs() {
    type Change = fn(&mut Snapshot);
    let rows: [(Change, &str); 14] = [
        (|of| of.quote.taxes_included = true, "taxes_included: stored true, but false when priced again"),
        (|of| of.quote.lines[1].quantity = 2, "lines[1].quantity: stored 2, but 1 when priced again"),
        (
            |of| of.lines[0].item.unit_price = Minor::ZERO,
            "lines[0].unit_price: stored 2999, but 0 when priced again",
        ),
        (
            |of| of.quote.lines[0].allocations.clear(),
            "lines[0].allocations[0]: stored nothing, but disc_00000000000000000000000000000001 600 when priced again",
        ),
        (
            |of| of.quote.lines[1].taxes[0].amount = Minor::ZERO,
            "lines[1].taxes[0].amount: stored 0, but 326 when priced again",
        ),
        (|of| drop(of.quote.lines.pop()), "lines[1].line: stored nothing"),
        (|of| of.quote.discounts[0].amount = Minor::ZERO, "discounts[0].amount: stored 0, but 1100"),
        (
            |of| of.quote.codes[1].result = Err(Rejection::Expired),
            "codes[1]: stored NOPE Expired, but NOPE NotFound",
        ),
        (
            |of| of.quote.shipping.iter_mut().for_each(|of| of.before_discount = Minor::ZERO),
            "shipping.before_discount: stored 0, but 799",
        ),
        (|of| of.quote.shipping = None, "shipping.rate: stored nothing"),
        (
            |of| of.quote.exemption = Some(Exemption::ReverseCharge),
            "exemption: stored Some(ReverseCharge), but None",
        ),
        (
            |of| {
                let registration = Registration::Valid;
                of.quote.verification = Some(Verification { registration, at: Timestamp::from_ms(1) });
            },
            "verification: stored Some(Verification { registration: Valid, at: Timestamp(1) }), but None",
        ),
        (|of| of.quote.rounding = Minor::new(1), "rounding: stored 1, but 0"),
        (|of| drop(of.quote.certificates.pop()), "certificates[0]: stored nothing"),
    ];
    let (snapshot, kept) = example();
    assert_eq!(verify(&snapshot, &kept), Ok(()));
    for (change, expected) in rows {
        let mut changed = snapshot.clone();
        change(&mut changed);
        let told = verify(&changed, &kept).unwrap_err().to_string();
        assert!(told.starts_with(expected), "{told}, not {expected}");
    }
}

#[test]
fn a_replay_names_the_consignment_that_differs() {
    let (Snapshot { lines, .. }, kept) = example();
    let texas = destinations().remove(2);
    let terms = Terms {
        further: further(&lines, (1, 1, texas, 1)),
        zones: zones().into(),
        tax_rates: tax_rates().into(),
        ..kept
    };
    let (snapshot, kept) = (bound(lines.clone(), &terms), reduce(&lines, terms));
    assert_eq!(verify(&snapshot, &kept), Ok(()));
    let told = |change: fn(&mut Quote)| {
        let mut changed = snapshot.clone();
        change(&mut changed.quote);
        verify(&changed, &kept).unwrap_err().to_string()
    };
    let gone = told(|quote| quote.further[0].shipping = None);
    assert!(gone.starts_with("further[0].shipping.rate: stored nothing"), "{gone}");
    let dear = told(|quote| quote.further[0].shipping.iter_mut().for_each(|of| of.handling = Minor::new(1)));
    assert_eq!(dear, "further[0].shipping.handling: stored 1, but 0 when priced again");
    let exempt = told(|quote| quote.further[0].exemption = Some(Exemption::Customer));
    assert_eq!(exempt, "further[0].exemption: stored Some(Customer), but None when priced again");
}

#[test]
fn an_order_that_says_other_sums_than_its_snapshot_is_told() {
    let (Snapshot { quote, .. }, _) = example();
    let booked =
        Booked { grand_total: quote.grand_total(), charged: quote.amount_due(), steps: explain(&quote) };
    assert_eq!(verify_books(&quote, &booked), Ok(()));
    let field = |change: &dyn Fn(&mut Booked)| {
        let mut changed = booked.clone();
        change(&mut changed);
        verify_books(&quote, &changed).unwrap_err().field
    };
    assert_eq!(field(&|of| of.grand_total += Minor::new(1)), "grand_total_minor");
    assert_eq!(field(&|of| of.charged = of.grand_total), "charged_minor");
    assert_eq!(field(&|of| of.steps[0].amount += Minor::new(1)), "the sum of totals");
    assert_eq!(field(&|of| of.steps.swap(0, 1)), "totals[0]");
}
