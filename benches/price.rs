//! How long pricing takes: a pure function, so one core and no noise of a database.
//!
//! `cargo bench --bench price`. The largest cart there is, with twice the discounts that a buyer may type, two taxes and
//! three rates that apply (so four totals), is to stay under 100 microseconds.
#![expect(clippy::expect_used, reason = "a benchmark that cannot be set up ends")]

use std::fmt::Write;

use checkstand::{
    domain::{
        assessment::TaxBy,
        buyer::Destination,
        cart::{Item, Line},
        discount::{Shopper, TypedCode, Usage},
        ids::LineId,
        instant::Timestamp,
        pricing::{Terms, price},
        tax::TaxTerms,
    },
    shop,
    store::seed::Shop,
};
use divan::{Bencher, black_box};
use uuid::Uuid;

const SHOP: &str = r#"
zones = [{ name = "World", rest_of_world = true, rates = [
    { name = "Post", currency = "USD", price = "4.99" },
    { name = "Ground", currency = "USD", price = "7.99", handling = "1.00" },
    { name = "Express", currency = "USD", by_weight = [{ up_to_grams = 900000000, price = "19.99" }] },
] }]
taxes = [
    { name = "State", country = "US", region = "TX", rate = "0.0625", on_shipping = true },
    { name = "City", country = "US", region = "TX", postal = ["787*"], rate = "0.02" },
]
products = [{ slug = "thing", title = "Thing", description = "", variants = [
    { sku = "THING", prices = { USD = "19.99" }, weight_grams = 400 },
] }]

[organization]
slug = "bench"
name = "Bench"
default_currency = "USD"
currencies = ["USD"]

[payment]
live = false
publishable_key = "pk_test_bench"
secret_key = "STRIPE_SECRET_KEY"
webhook_secrets = "STRIPE_WEBHOOK_SECRET"
"#;

fn main() {
    divan::main();
}

#[divan::bench(args = [1, 20, 200])]
fn lines_without_a_code(bencher: Bencher<'_, '_>, lines: usize) {
    run(bencher, lines, 0);
}

#[divan::bench(args = [1, 20, 200])]
fn lines_with_ten_codes(bencher: Bencher<'_, '_>, lines: usize) {
    run(bencher, lines, 10);
}

#[divan::bench(args = [1, 20, 200])]
fn lines_with_twenty_discounts(bencher: Bencher<'_, '_>, lines: usize) {
    run(bencher, lines, 20);
}

fn run(bencher: Bencher<'_, '_>, lines: usize, codes: usize) {
    let shop = shop(codes);
    let (cart, terms) = (cart(&shop, lines), terms(&shop));
    let priced = price(&cart, &terms);
    assert_eq!(
        (priced.offers.len(), priced.quote.taxes().len(), priced.quote.discounts.len()),
        (3, 3, codes)
    );
    bencher.bench(|| price(black_box(&cart), black_box(&terms)));
}

fn shop(codes: usize) -> Shop {
    let mut text = SHOP.to_owned();
    for code in 0..codes {
        write!(
            text,
            "\n[[discounts]]\ncode = \"CODE{code}\"\ntitle = \"A discount\"\npercentage = \"0.01\"\n"
        )
        .expect("a string takes everything");
    }
    shop::parse(&text).expect("a shop")
}

fn cart(shop: &Shop, lines: usize) -> Vec<Line> {
    let (product, variants) = shop.products.first().expect("a product");
    let variant = variants.first().expect("a variant");
    let line = |number: usize| Line {
        id: LineId::from_uuid(Uuid::from_u128(number as u128 + 1)),
        // So that shares leave remainders to give out.
        quantity: 1 + i64::try_from(number).expect("few lines") % 7,
        attributes: Vec::new(),
        item: Item {
            variant: variant.id,
            product: product.id,
            title: product.title.clone(),
            sku: variant.sku.clone(),
            image: None,
            unit_price: variant.prices.first().expect("a price").list,
            compare_at: None,
            requires_shipping: true,
            tax_class: Some(variant.tax_class.clone()),
            weight_grams: variant.weight_grams,
            tags: Vec::new(),
        },
    };
    (0..lines).map(line).collect()
}

fn terms(shop: &Shop) -> Terms {
    let settings = &shop.organization.settings;
    let typed = shop.discounts.iter().map(|discount| TypedCode {
        code: discount.code.clone().unwrap_or_default(),
        found: Some((discount.clone(), Usage::default())),
    });
    Terms {
        currency: settings.default_currency,
        tax: TaxTerms {
            included: settings.taxes_included,
            mode: settings.rounding_mode,
            level: settings.rounding_level,
            shipping: settings.shipping_tax,
        },
        exemption: None,
        verification: None,
        codes: typed.collect(),
        automatic: Vec::new(),
        shopper: Shopper::default(),
        certificates: Vec::new(),
        destination: Some(Destination {
            country: "US".parse().expect("a country"),
            region: Some("TX".to_owned()),
            postal_code: Some("78701".to_owned()),
        }),
        chosen: shop.zones.first().and_then(|zone| zone.rates.first()).map(|rate| rate.id),
        zones: shop.zones.clone().into(),
        further: Vec::new(),
        tax_by: TaxBy::Table,
        tax_rates: shop.tax_rates.clone().into(),
        now: Timestamp::from_ms(0),
    }
}
