//! Random carts and terms with everything in them, for laws.
//!
//! **Invariant:** whatever is drawn could be: quantities, rates and amounts are within the limits of a shop.

use proptest::{collection::vec, option, prelude::*};
use rust_decimal::Decimal;
use uuid::Uuid;

use super::{
    buy_get::BuyGet,
    buyer::{Address, Destination},
    cart::{Line, tests::line},
    certificate::NamedCertificate,
    consignment::{ConsignmentLine, Shipment},
    currency::Currency,
    discount::{Beside, Conditions, Discount, Effect, Freed, Per, Usage},
    fixtures_tests::{certificate, discount, fixed, ground, sales_tax, terms, typed, world},
    ids::{RateId, TaxRateId},
    instant::Timestamp,
    money::{Minor, RoundingLevel, RoundingMode, UNIT_PRICE_MAX},
    pricing::{Exemption, Terms},
    scope::Scope,
    shipping::{Band, Charge, PickupPoint, Rate},
    tax::{ShippingTax, TaxRate, TaxTerms},
};

const CLASSES: [Option<&str>; 3] = [Some("standard"), Some("reduced"), None];
const CURRENCIES: [&str; 4] = ["USD", "EUR", "JPY", "KWD"];

fn one_of<T: Clone + std::fmt::Debug + 'static>(all: &'static [T]) -> impl Strategy<Value = T> {
    prop::sample::select(all)
}

/// Goods of three classes, some of them tagged, some not sent.
pub(super) fn carts() -> impl Strategy<Value = Vec<Line>> {
    let goods = (0_i64..100_000, 1_i64..50, one_of(&CLASSES), any::<bool>(), any::<bool>(), 0_i64..2_000);
    vec(goods, 1..12).prop_map(|goods| {
        let one = |((price, quantity, class, ships, tagged, grams), number): (
            (_, _, Option<&str>, _, bool, _),
            _,
        )| {
            let mut line = line(number, price, quantity);
            line.item.tax_class = class.map(Into::into);
            line.item.requires_shipping = ships;
            line.item.weight_grams = grams;
            line.item.tags.extend(tagged.then(|| "sale".to_owned()));
            line
        };
        goods.into_iter().zip(1_u128..).map(one).collect()
    })
}

fn scopes() -> impl Strategy<Value = Scope> {
    let tagged = Scope { tags: vec!["sale".into()], ..Scope::default() };
    let only = |number| Scope { variants: vec![line(number, 0, 1).item.variant], ..Scope::default() };
    prop_oneof![Just(Scope::default()), Just(tagged), (1_u128..6).prop_map(only)]
}

/// Fractions: whole percents, parts per million, and all of it, so that several take the same.
pub(super) fn fractions() -> impl Strategy<Value = Decimal> {
    let percents = (0_i64..=100).prop_map(|of| Decimal::new(of, 2));
    prop_oneof![2 => percents, 2 => (0_i64..=1_000_000).prop_map(|of| Decimal::new(of, 6)), 1 => Just(Decimal::ONE)]
}

fn deals() -> impl Strategy<Value = BuyGet> {
    (scopes(), 1_i64..4, scopes(), 1_i64..3, fractions(), option::of(1_i64..5)).prop_map(
        |(buy, buy_quantity, get, get_quantity, off, times_max)| BuyGet {
            buy,
            buy_quantity,
            get,
            get_quantity,
            off,
            times_max,
        },
    )
}

fn effects() -> impl Strategy<Value = Effect> {
    let per = one_of(&[Per::Order, Per::Line, Per::Unit]);
    let most = UNIT_PRICE_MAX;
    let amount = (prop_oneof![3 => 0_i64..20_000, 1 => Just(most)], per);
    let amount = amount.prop_map(|(of, per)| Effect::Fixed { amount: Minor::new(of), per });
    let freed = prop_oneof![Just(Vec::new()), Just(vec![RateId::from_uuid(Uuid::from_u128(2))])];
    prop_oneof![
        3 => fractions().prop_map(Effect::Percentage),
        3 => amount,
        2 => deals().prop_map(Effect::BuyGet),
        1 => freed.prop_map(|rates| Effect::FreeShipping(Freed { rates, zones: Vec::new() })),
    ]
}

/// A discount of any kind; `id` is for the caller to set.
pub(super) fn discounts() -> impl Strategy<Value = Discount> {
    let beside = prop_oneof![
        3 => Just(Beside::ALL),
        1 => any::<[bool; 3]>().prop_map(|[lines, order, shipping]| Beside { lines, order, shipping }),
    ];
    let minimum = option::of((0_i64..100_000).prop_map(Minor::new));
    (effects(), scopes(), beside, 0_i32..3, minimum).prop_map(|(effect, scope, beside, priority, minimum)| {
        let conditions = Conditions { subtotal_min: minimum, ..Conditions::default() };
        Discount { scope, conditions, beside, priority, ..discount(0, effect) }
    })
}

fn tax_terms() -> impl Strategy<Value = TaxTerms> {
    any::<[bool; 4]>().prop_map(|[included, even, total, goods]| TaxTerms {
        included,
        mode: if even { RoundingMode::HalfEven } else { RoundingMode::HalfUp },
        level: if total { RoundingLevel::Total } else { RoundingLevel::Line },
        shipping: if goods { ShippingTax::Goods } else { ShippingTax::Rates },
    })
}

/// Taxes of both classes, some compound, some on shipping, some of the region that goods go to.
///
/// What is picked up is picked up outside of that region.
fn taxes() -> impl Strategy<Value = Vec<TaxRate>> {
    let tax = (0_i64..300_000, one_of(&["standard", "reduced"]), any::<[bool; 3]>());
    vec(tax, 0..5).prop_map(|taxes| {
        let one =
            |((ppm, class, [compound, on_shipping, regional]), number): ((_, &str, [bool; 3]), _)| TaxRate {
                id: TaxRateId::from_uuid(Uuid::from_u128(number)),
                name: format!("Tax {number}"),
                class: class.into(),
                rate: Decimal::new(ppm, 6),
                compound,
                region: regional.then(|| "CA".into()),
                ..sales_tax("0", on_shipping)
            };
        taxes.into_iter().zip(1_u128..).map(one).collect()
    })
}

fn charges() -> impl Strategy<Value = Charge> {
    let minor = || (0_i64..3_000).prop_map(Minor::new);
    let bands = move || vec((1_i64..200_000, minor()).prop_map(|(up_to, price)| Band { up_to, price }), 1..4);
    prop_oneof![
        2 => minor().prop_map(Charge::Flat),
        1 => (minor(), minor()).prop_map(|(base, each)| Charge::PerItem { base, each }),
        1 => bands().prop_map(Charge::ByWeight),
        1 => bands().prop_map(Charge::BySubtotal),
    ]
}

fn rates() -> impl Strategy<Value = Vec<Rate>> {
    let free_from = option::of((0_i64..500_000).prop_map(Minor::new));
    let rate = (charges(), prop_oneof![Just(0_i64), 0_i64..500], free_from, option::of(Just(())));
    vec(rate, 0..4).prop_map(|rates| {
        let counter = || {
            let address = Address { country: "US".parse().ok(), ..Address::default() };
            PickupPoint { name: "Counter".into(), address }
        };
        let one = |((charge, handling, free_from, pickup), number): ((_, _, _, Option<()>), u128)| Rate {
            id: RateId::from_uuid(Uuid::from_u128(number)),
            charge,
            handling: Minor::new(handling),
            free_from,
            pickup: pickup.map(|()| counter()),
            ..ground(0)
        };
        rates.into_iter().zip(1_u128..).map(one).collect()
    })
}

/// (balance, fault): of ten one is of another currency, one expired, one switched off.
fn certificates() -> impl Strategy<Value = Vec<(i64, u8)>> {
    vec((prop_oneof![0_i64..2_000, 0_i64..5_000_000], 0_u8..10), 0..4)
}

fn named(number: u128, (balance, fault): (i64, u8), currency: &str) -> NamedCertificate {
    let mut named = certificate(number, if fault == 0 { "CHF" } else { currency }, balance);
    named.found.iter_mut().for_each(|found| {
        found.expires_at = (fault == 1).then(|| Timestamp::from_ms(0));
        found.active = fault != 2;
    });
    named
}

/// (place of a line, units, where to, rate) of each further consignment; of those that want more than is there, what is.
type Cut = (usize, i64, u8, u128);

/// To California as the first, elsewhere in the country, to Germany, which taxes nothing, or nobody knows where.
fn apart(lines: &[Line], cuts: &[Cut], exempt: bool) -> Vec<Shipment> {
    let mut left: Vec<i64> =
        lines.iter().map(|line| if line.item.requires_shipping { line.quantity } else { 0 }).collect();
    let mut further = Vec::new();
    for &(place, units, to, rate) in cuts {
        let place = place % lines.len();
        let quantity = units.min(left[place]);
        left[place] -= quantity;
        let country = if to == 2 { "DE" } else { "US" };
        let region = (to == 0).then(|| "CA".to_owned());
        let destination = Destination { country: country.parse().unwrap(), region, postal_code: None };
        if quantity > 0 {
            further.push(Shipment {
                lines: vec![ConsignmentLine { line: lines[place].id, quantity }],
                destination: (to < 3).then_some(destination),
                chosen: Some(RateId::from_uuid(Uuid::from_u128(rate))),
                exemption: exempt.then_some(Exemption::ReverseCharge),
            });
        }
    }
    further
}

/// A cart and terms of every kind.
#[derive(Debug, Clone)]
pub(super) struct Purchase {
    pub(super) lines: Vec<Line>,
    pub(super) terms: Terms,
}

pub(super) fn purchases() -> impl Strategy<Value = Purchase> {
    let off = (vec(discounts(), 0..5), vec(discounts(), 0..3));
    let paid = (certificates(), one_of(&CURRENCIES), prop::bool::weighted(0.2), prop::bool::weighted(0.95));
    let cuts = vec((0_usize..12, 1_i64..50, 0_u8..5, 1_u128..4), 0..4);
    (carts(), off, taxes(), tax_terms(), rates(), (1_u128..4, cuts), paid).prop_map(
        |(lines, (codes, automatic), taxes, tax, rates, (chosen, cuts), (paid, currency, exempt, known))| {
            let base = terms("0", 0);
            let with_id =
                |(one, number): (Discount, u128)| Discount { id: discount(number, fixed(0)).id, ..one };
            let silent = |one: Discount| (Discount { code: None, ..one }, Usage::default());
            let code: Currency = currency.parse().unwrap();
            let rates = rates.into_iter().map(|rate| Rate { currency: code, ..rate }).collect();
            let terms = Terms {
                currency: code,
                tax,
                exemption: exempt.then_some(Exemption::ReverseCharge),
                codes: codes.into_iter().zip(1..).map(with_id).map(typed).collect(),
                automatic: automatic.into_iter().zip(11..).map(with_id).map(silent).collect(),
                certificates: (1..).zip(paid).map(|(number, one)| named(number, one, currency)).collect(),
                destination: base.destination.clone().filter(|_| known),
                zones: [world(rates)].into(),
                chosen: Some(RateId::from_uuid(Uuid::from_u128(chosen))),
                tax_rates: taxes.into(),
                further: apart(&lines, &cuts, exempt),
                ..base
            };
            Purchase { lines, terms }
        },
    )
}
