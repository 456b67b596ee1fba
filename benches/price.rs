//! How long pricing takes: a pure function, so one core and no noise of a database.
//!
//! `cargo bench --bench price`. The largest cart there is, with twice the discounts that a buyer may type, is to stay
//! under 100 microseconds; two rates apply, so it is priced three times over.
#![expect(clippy::expect_used, reason = "a benchmark that cannot be set up ends")]

use checkstand::domain::{
    buyer::Destination,
    cart::{Item, Line},
    discount::{Discount, Effect, TypedCode, Usage},
    ids::{DiscountId, LineId, ProductId, RateId, TaxRateId, VariantId, ZoneId},
    instant::Timestamp,
    money::{Minor, RoundingLevel, RoundingMode},
    pricing::{Terms, price},
    shipping::{Charge, Rate, Zone},
    tax::{TaxRate, TaxTerms},
};
use divan::{Bencher, black_box};
use uuid::Uuid;

fn main() {
    divan::main();
}

#[divan::bench(args = [1, 20, 200])]
fn lines_without_a_code(bencher: Bencher<'_, '_>, lines: usize) {
    let (cart, terms) = (cart(lines), terms(0));
    bencher.bench(|| price(black_box(&cart), black_box(&terms)));
}

#[divan::bench(args = [1, 20, 200])]
fn lines_with_ten_codes(bencher: Bencher<'_, '_>, lines: usize) {
    let (cart, terms) = (cart(lines), terms(10));
    bencher.bench(|| price(black_box(&cart), black_box(&terms)));
}

#[divan::bench]
fn two_hundred_lines_with_twenty_discounts(bencher: Bencher<'_, '_>) {
    let (cart, terms) = (cart(200), terms(20));
    bencher.bench(|| price(black_box(&cart), black_box(&terms)));
}

fn id(number: usize) -> Uuid {
    Uuid::from_u128(number as u128 + 1)
}

fn cart(lines: usize) -> Vec<Line> {
    let line = |number: usize| Line {
        id: LineId::from_uuid(id(number)),
        quantity: 3,
        attributes: Vec::new(),
        item: Item {
            variant: VariantId::from_uuid(id(number)),
            product: ProductId::from_uuid(id(number)),
            title: format!("Thing {number}"),
            sku: Some(format!("THING-{number}")),
            image: None,
            unit_price: Minor::new(19_99),
            compare_at: None,
            requires_shipping: true,
            tax_class: Some("standard".to_owned()),
            weight_grams: 400,
        },
    };
    (0..lines).map(line).collect()
}

fn terms(codes: usize) -> Terms {
    let usd = "USD".parse().expect("a currency");
    let rate = |number: usize| Rate {
        id: RateId::from_uuid(id(number)),
        name: format!("Rate {number}"),
        description: None,
        currency: usd,
        charge: Charge::Flat(Minor::new(7_99)),
        free_from: None,
        subtotal_min: None,
        subtotal_max: None,
        delivery_days: None,
        sort_order: 0,
    };
    let code = |number: usize| {
        let discount = Discount {
            id: DiscountId::from_uuid(id(number)),
            code: format!("CODE{number}"),
            title: "A discount".to_owned(),
            effect: Effect::Percentage("0.01".parse().expect("a rate")),
            currency: None,
            subtotal_min: None,
            starts_at: None,
            ends_at: None,
            active: true,
            usage_limit: None,
            customer_limit: None,
            combinable: true,
            priority: 0,
        };
        TypedCode { code: discount.code.clone(), found: Some((discount, Usage::default())) }
    };
    Terms {
        currency: usd,
        tax: TaxTerms { included: false, mode: RoundingMode::HalfUp, level: RoundingLevel::Line },
        codes: (0..codes).map(code).collect(),
        destination: Some(Destination {
            country: "US".parse().expect("a country"),
            region: Some("TX".to_owned()),
        }),
        zones: vec![Zone {
            id: ZoneId::from_uuid(id(0)),
            name: "World".to_owned(),
            countries: Vec::new(),
            regions: Vec::new(),
            rest_of_world: true,
            sort_order: 0,
            rates: vec![rate(1), rate(2)],
        }],
        chosen: Some(RateId::from_uuid(id(1))),
        tax_rates: vec![TaxRate {
            id: TaxRateId::from_uuid(id(0)),
            name: "Sales tax".to_owned(),
            country: "US".parse().expect("a country"),
            region: None,
            class: "standard".to_owned(),
            rate: "0.0825".parse().expect("a rate"),
            on_shipping: true,
        }],
        now: Timestamp::from_ms(0),
    }
}
