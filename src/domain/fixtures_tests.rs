//! What pricing tests are told in: a shop of one zone and one tax, and discounts with nothing special about them.

use proptest::prelude::ProptestConfig;
use rust_decimal::Decimal;
use uuid::Uuid;

use super::{
    assessment::TaxBy,
    buyer::Destination,
    cart::{Line, tests::line},
    certificate::{Certificate, NamedCertificate},
    discount::{Beside, Conditions, Discount, Effect, Freed, Per, Shopper, TypedCode, Usage},
    explanation::explain,
    ids::{CertificateId, DiscountId, RateId, TaxRateId, ZoneId},
    instant::Timestamp,
    money::{Minor, RoundingLevel, RoundingMode},
    postal::Postal,
    pricing::{Priced, Terms},
    scope::Scope,
    shipping::{Charge, Rate, Zone},
    tax::{ShippingTax, TaxRate, TaxTerms},
};

pub(super) fn ground(price: i64) -> Rate {
    Rate {
        id: RateId::from_uuid(Uuid::from_u128(1)),
        name: "Ground".into(),
        description: None,
        currency: "USD".parse().unwrap(),
        charge: Charge::Flat(Minor::new(price)),
        handling: Minor::ZERO,
        pickup: None,
        free_from: None,
        subtotal_min: None,
        subtotal_max: None,
        delivery_days: None,
        sort_order: 0,
    }
}

pub(super) fn world(rates: Vec<Rate>) -> Zone {
    Zone {
        id: ZoneId::from_uuid(Uuid::from_u128(1)),
        name: "World".into(),
        countries: Vec::new(),
        regions: Vec::new(),
        postal: Postal::default(),
        rest_of_world: true,
        sort_order: 0,
        rates,
    }
}

pub(super) fn sales_tax(rate: &str, on_shipping: bool) -> TaxRate {
    TaxRate {
        id: TaxRateId::from_uuid(Uuid::from_u128(1)),
        name: "Sales tax".into(),
        country: "US".parse().unwrap(),
        region: None,
        postal: Postal::default(),
        class: "standard".into(),
        rate: rate.parse().unwrap(),
        compound: false,
        on_shipping,
    }
}

/// A discount that stands beside anything.
pub(super) fn discount(id: u128, effect: Effect) -> Discount {
    Discount {
        id: DiscountId::from_uuid(Uuid::from_u128(id)),
        code: Some(format!("CODE{id}")),
        title: "A discount".into(),
        effect,
        scope: Scope::default(),
        conditions: Conditions::default(),
        starts_at: None,
        ends_at: None,
        active: true,
        usage_limit: None,
        customer_limit: None,
        beside: Beside::ALL,
        priority: 0,
    }
}

pub(super) fn typed(discount: Discount) -> TypedCode {
    TypedCode { code: discount.code.clone().unwrap_or_default(), found: Some((discount, Usage::default())) }
}

pub(super) fn code(id: u128, effect: Effect) -> TypedCode {
    typed(discount(id, effect))
}

pub(super) fn percent(rate: i64) -> Effect {
    Effect::Percentage(Decimal::new(rate, 2))
}

pub(super) fn fixed(amount: i64) -> Effect {
    Effect::Fixed { amount: Minor::new(amount), per: Per::Order }
}

pub(super) fn free_shipping() -> Effect {
    Effect::FreeShipping(Freed::default())
}

/// A certificate in use; the number is its id.
pub(super) fn certificate(number: u128, currency: &str, balance: i64) -> NamedCertificate {
    let found = Certificate {
        id: CertificateId::from_uuid(Uuid::from_u128(number)),
        currency: currency.parse().unwrap(),
        balance: Minor::new(balance),
        expires_at: None,
        active: true,
    };
    NamedCertificate { masked: format!("…{number}"), found: Some(found) }
}

/// To California: one rate, chosen, and one tax.
pub(super) fn terms(tax: &str, shipping: i64) -> Terms {
    Terms {
        currency: "USD".parse().unwrap(),
        tax: TaxTerms {
            included: false,
            mode: RoundingMode::HalfUp,
            level: RoundingLevel::Line,
            shipping: ShippingTax::Rates,
        },
        exemption: None,
        verification: None,
        codes: Vec::new(),
        automatic: Vec::new(),
        shopper: Shopper::default(),
        certificates: Vec::new(),
        destination: Some(Destination {
            country: "US".parse().unwrap(),
            region: Some("CA".into()),
            postal_code: Some("90210".into()),
        }),
        zones: [world(vec![ground(shipping)])].into(),
        chosen: Some(RateId::from_uuid(Uuid::from_u128(1))),
        tax_by: TaxBy::Table,
        further: Vec::new(),
        tax_rates: [sales_tax(tax, false)].into(),
        now: Timestamp::from_ms(0),
    }
}

/// Lines of (price, quantity).
pub(super) fn lines_of(cart: &[(i64, i64)]) -> Vec<Line> {
    cart.iter().zip(1..).map(|(&(price, quantity), n)| line(n, price, quantity)).collect()
}

#[track_caller]
pub(super) fn assert_adds_up(priced: &Priced) {
    let quote = &priced.quote;
    let steps: Minor = explain(quote).iter().map(|step| step.amount).sum();
    assert_eq!(steps, quote.grand_total());
    assert!(quote.lines.iter().all(|line| line.total() >= Minor::ZERO && line.tax() >= Minor::ZERO));
    assert!(quote.grand_total() >= Minor::ZERO && quote.amount_due() >= Minor::ZERO);
    for offer in priced.offers.iter().filter(|offer| offer.selected) {
        assert_eq!(offer.grand_total, quote.grand_total());
    }
}

/// How many random carts each law is tried with: 2,000, or more where `PROPTEST_CASES` says so (100,000 by night).
pub(super) fn cases() -> u32 {
    ProptestConfig::default().cases.max(2_000)
}
