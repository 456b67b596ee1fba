//! What holds for every cart: laws, each with its tolerance.
//!
//! **Invariant:** carts and terms are random and have everything in them, but where a law says less. docs/pricing.md
//! lists them, and how to try them with more carts by night.

use proptest::{collection::vec, prelude::*};
use rust_decimal::Decimal;

use super::{
    cart::Line,
    consignment::{ConsignmentLine, Shipment},
    currency::Currency,
    discount::{Discount, Effect, Per},
    fixtures_tests::{
        assert_adds_up, certificate, code, discount, fixed, free_shipping, ground, lines_of, sales_tax,
        terms, typed, world,
    },
    money::{Minor, RoundingLevel, RoundingMode, split},
    pricing::{Priced, Quote, Terms, price},
    random_tests::{Purchase, carts, fractions, purchases},
    tax::{ShippingTax, TaxRate, TaxTerms},
};

/// Prices and quantities.
fn plain_carts() -> impl Strategy<Value = Vec<(i64, i64)>> {
    vec((0_i64..100_000, 1_i64..50), 1..20)
}

/// Rates in parts per million as taxes of standard goods.
fn taxes_of(rates: &[i64]) -> Vec<TaxRate> {
    rates.iter().map(|ppm| TaxRate { rate: Decimal::new(*ppm, 6), ..sales_tax("0", false) }).collect()
}

fn tax_terms(included: bool, on_total: bool, even: bool) -> TaxTerms {
    TaxTerms {
        included,
        mode: if even { RoundingMode::HalfEven } else { RoundingMode::HalfUp },
        level: if on_total { RoundingLevel::Total } else { RoundingLevel::Line },
        shipping: ShippingTax::Rates,
    }
}

fn count<T>(of: &[T]) -> i64 {
    i64::try_from(of.len()).unwrap()
}

/// Each discount is what its parts are, each tax what its parts are, shipping is not negative.
fn parts_are_their_wholes(priced: &Priced) {
    assert_adds_up(priced);
    let quote = &priced.quote;
    let allocated = |id| {
        let parts = quote.lines.iter().flat_map(|line| &line.allocations);
        parts.filter(|part| part.discount == id).map(|part| part.amount).sum::<Minor>()
    };
    let freed = |id| {
        let charges = quote.charges().filter(|charge| charge.discounted_by == Some(id));
        charges.map(|charge| charge.discount).sum::<Minor>()
    };
    for applied in &quote.discounts {
        assert_eq!(applied.amount, allocated(applied.discount) + freed(applied.discount));
    }
    let of_shipping: Minor = quote.charges().map(|charge| charge.discount).sum();
    let by_discount: Minor = quote.discounts.iter().map(|applied| applied.amount).sum();
    assert_eq!(by_discount, quote.discount() + of_shipping);
    assert_eq!(quote.taxes().iter().map(|tax| tax.amount).sum::<Minor>(), quote.tax());
    assert!(quote.shipping_charge() >= Minor::ZERO && quote.relief() >= Minor::ZERO);
    let half_a_step = quote.currency.step() / 2;
    assert!(
        quote.rounding.raw().abs() <= half_a_step && quote.grand_total().raw() % quote.currency.step() == 0
    );
    let exempt = |at| quote.exemption_of(at).is_some();
    assert!(!(0..=quote.further.len()).all(exempt) || quote.tax().is_zero());
    assert!((0..=quote.further.len()).any(exempt) || quote.relief().is_zero());
}

fn price_of(lines: &[Line], terms: &Terms) -> Quote {
    price(lines, terms).quote
}

/// What a bill comes to, without what stands on which line.
fn sums(quote: &Quote) -> [Minor; 6] {
    let delivery = quote.shipping_charge() + quote.handling();
    [quote.subtotal(), quote.discount(), delivery, quote.tax(), quote.relief(), quote.grand_total()]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: super::fixtures_tests::cases(), ..ProptestConfig::default() })]

    #[test]
    fn parts_sum_to_their_wholes_and_nothing_is_negative(Purchase { lines, terms } in purchases()) {
        parts_are_their_wholes(&price(&lines, &terms));
    }

    #[test]
    fn the_same_is_priced_the_same_to_the_last_bit(Purchase { lines, terms } in purchases()) {
        prop_assert_eq!(price(&lines, &terms), price(&lines.clone(), &terms.clone()));
    }

    #[test]
    fn an_offer_says_the_total_of_choosing_it(Purchase { lines, terms } in purchases()) {
        let priced = price(&lines, &terms);
        for offer in priced.offers {
            let chosen = price(&lines, &Terms { chosen: Some(offer.rate.id), ..terms.clone() });
            prop_assert_eq!(chosen.quote.grand_total(), offer.grand_total);
        }
        for (place, delivery) in priced.further.into_iter().enumerate() {
            for offer in delivery.offers {
                let mut chosen = terms.clone();
                chosen.further[place].chosen = Some(offer.rate.id);
                prop_assert_eq!(price(&lines, &chosen).quote.grand_total(), offer.grand_total);
            }
        }
    }

    #[test]
    fn what_is_sent_apart_costs_what_its_consignments_cost(
        cart in vec((0_i64..100_000, 1_i64..50), 1..6), ppm in 0_i64..300_000, included: bool, even: bool,
    ) {
        // Each line goes alone: its own goods, its own rate, its own tax. Together they cost what they cost apart.
        let tax = tax_terms(included, false, even);
        let terms = Terms { tax, tax_rates: [TaxRate { on_shipping: true, ..taxes_of(&[ppm]).remove(0) }].into(), ..terms("0", 7_99) };
        let lines = lines_of(&cart);
        let shipment = |line: &Line| Shipment {
            lines: vec![ConsignmentLine { line: line.id, quantity: line.quantity }],
            destination: terms.destination.clone(),
            chosen: terms.chosen,
            exemption: None,
        };
        let further = lines.iter().skip(1).map(shipment).collect();
        let together = price_of(&lines, &Terms { further, ..terms.clone() });
        let apart: Vec<Quote> = lines.iter().map(|line| price_of(std::slice::from_ref(line), &terms)).collect();
        let sum = |of: fn(&Quote) -> Minor| apart.iter().map(of).sum::<Minor>();
        prop_assert_eq!(together.charges().count(), lines.len());
        prop_assert_eq!(together.grand_total(), sum(Quote::grand_total));
        prop_assert_eq!((together.tax(), together.shipping_charge()), (sum(Quote::tax), sum(Quote::shipping_charge)));
    }

    #[test]
    fn how_codes_are_typed_decides_nothing(Purchase { lines, mut terms } in purchases(), turn in 0_usize..5) {
        let before = price(&lines, &terms).quote;
        let most = terms.codes.len().max(1);
        terms.codes.rotate_left(turn % most);
        terms.automatic.reverse();
        let after = price(&lines, &terms).quote;
        prop_assert_eq!(sums(&before), sums(&after));
        prop_assert_eq!((before.lines, before.discounts), (after.lines, after.discounts));
    }

    #[test]
    fn the_order_of_lines_moves_remainders_only(
        mut lines in carts(), order in any::<[usize; 4]>(), off in fractions(), amount in 0_i64..50_000, unit in 0_i64..500,
        rates in vec(0_i64..300_000, 1..3), included: bool, even: bool,
    ) {
        for line in &mut lines {
            line.item.tax_class = Some("standard".into());
        }
        let mut turned = lines.clone();
        for (place, other) in order.iter().enumerate() {
            let most = turned.len();
            turned.swap(place % most, other % most);
        }
        let at = |lines: &[Line], on_total| {
            let per_unit = Effect::Fixed { amount: Minor::new(unit), per: Per::Unit };
            let codes = vec![code(1, per_unit), code(2, Effect::Percentage(off)), code(3, fixed(amount))];
            let tax_rates = taxes_of(&rates).into();
            price(lines, &Terms { codes, tax: tax_terms(included, on_total, even), tax_rates, ..terms("0", 7_99) }).quote
        };
        prop_assert_eq!(sums(&at(&lines, true)), sums(&at(&turned, true)));
        let (one, other) = (at(&lines, false), at(&turned, false));
        prop_assert_eq!((one.subtotal(), one.discount()), (other.subtotal(), other.discount()));
        let moved = (one.tax() - other.tax()).raw().abs();
        prop_assert!(moved <= count(&lines) * count(&rates));
        prop_assert!(!included || one.grand_total() == other.grand_total());
    }

    #[test]
    fn a_price_contains_the_tax_that_was_put_on_it(
        net in vec(0_i64..10_000_000, 1..12), ppm in 0_i64..1_000_000, on_total: bool, even: bool,
    ) {
        let at = |amounts: &[i64], included| {
            let lines: Vec<(i64, i64)> = amounts.iter().map(|amount| (*amount, 1)).collect();
            let tax_rates = taxes_of(&[ppm]).into();
            let terms = Terms { tax: tax_terms(included, on_total, even), tax_rates, ..terms("0", 0) };
            price(&lines_of(&lines), &terms).quote
        };
        let exclusive = at(&net, false);
        let gross: Vec<i64> = exclusive.lines.iter().map(|line| (line.total() + line.tax()).raw()).collect();
        let inclusive = at(&gross, true);
        prop_assert_eq!(inclusive.grand_total(), exclusive.grand_total());
        prop_assert_eq!(inclusive.tax(), exclusive.tax());
        // The other way round a net price is a rounded one: its tax may be a unit off, on a line or on the total.
        let stripped: Vec<i64> = at(&net, true).lines.iter().map(|line| (line.total() - line.tax()).raw()).collect();
        let off = (at(&stripped, false).tax() - at(&net, true).tax()).raw().abs();
        let tolerance = if on_total { 1 } else { count(&net) };
        prop_assert!(off <= tolerance);
    }

    #[test]
    fn more_discount_costs_at_most_a_unit_a_line_and_tax_more(
        cart in plain_carts(), rates in vec(0_i64..300_000, 1..3), pct in fractions(), off in 0_i64..100_000,
        (more_pct, more_off) in (0_i64..=100_000, 0_i64..200), on_total: bool, even: bool, handling in 0_i64..500,
    ) {
        let with = |pct: Decimal, off| {
            let mut terms = terms("0", 0);
            terms.tax = tax_terms(false, on_total, even);
            terms.tax_rates = taxes_of(&rates).into();
            terms.zones = [world(vec![super::shipping::Rate { handling: Minor::new(handling), ..ground(7_99) }])].into();
            terms.codes = vec![code(1, Effect::Percentage(pct)), code(2, fixed(off))];
            price(&lines_of(&cart), &terms).quote.grand_total().raw()
        };
        let tolerance = count(&rates) * if on_total { 1 } else { count(&cart) };
        let more = (pct + Decimal::new(more_pct, 6)).min(Decimal::ONE);
        prop_assert!(with(pct, off + more_off) <= with(pct, off) + tolerance);
        prop_assert!(with(more, off) <= with(pct, off) + tolerance);
    }

    #[test]
    fn free_shipping_never_costs_more(Purchase { lines, mut terms } in purchases()) {
        // By the rates that say so; shipping that is taxed as goods is shared, and remainders move.
        terms.tax.shipping = ShippingTax::Rates;
        terms.codes.retain(|typed| typed.found.as_ref().is_some_and(|(found, _)| keeps_company(found)));
        terms.automatic.retain(|(found, _)| keeps_company(found));
        let without = price(&lines, &terms).quote;
        terms.codes.push(typed(discount(99, free_shipping())));
        let with = price(&lines, &terms).quote;
        prop_assert!(with.grand_total() <= without.grand_total());
        prop_assert_eq!((with.discount(), with.handling()), (without.discount(), without.handling()));
        prop_assert_eq!(with.shipping_charge(), Minor::ZERO);
        prop_assert_eq!(with.shipping_before_discount(), without.shipping_before_discount());
    }

    #[test]
    fn certificates_pay_at_most_what_is_on_them_and_leave_what_can_be_charged(Purchase { lines, terms } in purchases()) {
        let quote = price(&lines, &terms).quote;
        let bare = price(&lines, &Terms { certificates: Vec::new(), ..terms.clone() }).quote;
        prop_assert_eq!(sums(&quote), sums(&bare));
        let (total, due) = (quote.grand_total(), quote.amount_due());
        for draw in quote.draws() {
            let mut named = terms.certificates.iter().filter_map(|named| named.found.as_ref());
            let found = named.find(|found| found.id == draw.certificate).unwrap();
            prop_assert!(draw.amount >= Minor::ZERO && draw.remaining >= Minor::ZERO);
            prop_assert_eq!(draw.amount + draw.remaining, found.balance);
            prop_assert!(found.active && found.expires_at.is_none() && found.currency == terms.currency);
        }
        let minimum = terms.currency.minimum_charge();
        prop_assert!(due.is_zero() || due >= minimum || total < minimum);
        prop_assert!(due >= Minor::ZERO && due <= total);
        // No more is kept back than the least that can be charged.
        let step = terms.currency.step();
        let found = terms.certificates.iter().filter_map(|named| named.found.as_ref());
        let valid = found.filter(|of| of.active && of.expires_at.is_none() && of.currency == terms.currency);
        let there: i64 = valid.map(|of| of.balance.raw() / step * step).sum();
        prop_assert!(there.min(total.raw()) - quote.paid_by_certificates().raw() < minimum.raw());
    }

    #[test]
    fn certificates_worth_nearly_the_total_leave_nothing_or_enough(
        (price, first, second) in (1_i64..100_000, 0_i64..=100_000, -200_i64..200), currency in 0_usize..4,
    ) {
        let currency = ["USD", "GBP", "JPY", "KWD"][currency];
        let code: Currency = currency.parse().unwrap();
        // Together they are worth the total, a little less or a little more.
        let (first, rest) = (price * first / 100_000, price + second - price * first / 100_000);
        let certificates = vec![certificate(1, currency, first), certificate(2, currency, rest.max(0))];
        let terms = Terms { currency: code, certificates, chosen: None, ..terms("0", 0) };
        let quote = price_of(&lines_of(&[(price, 1)]), &terms);
        let (total, due, least) = (quote.grand_total(), quote.amount_due(), code.minimum_charge());
        prop_assert!(due.is_zero() || due >= least || total < least);
        prop_assert_eq!(due.raw() % code.step(), 0);
        let whole = |balance: i64| Minor::new(balance.max(0) / code.step() * code.step());
        let exact = total - (whole(first) + whole(rest)).min(total);
        prop_assert_eq!(due, if exact.is_zero() || total < least { exact } else { exact.max(least) });
    }

    #[test]
    fn refunds_of_parts_end_at_nothing_on_every_line(
        weights in vec(0_i64..1_000_000, 1..20), cuts in vec(0_i64..=1_000, 0..12),
    ) {
        let mut left: Vec<Minor> = weights.iter().copied().map(Minor::new).collect();
        let mut refunded = vec![Minor::ZERO; left.len()];
        let whole: Minor = left.iter().copied().sum();
        // So many thousandths of what is left each time, and the rest at last.
        for part in cuts.into_iter().chain([1_000]) {
            let rest: Minor = left.iter().copied().sum();
            let amount = Minor::new(rest.raw() * part / 1_000);
            for (place, share) in split(amount, &left).into_iter().enumerate() {
                prop_assert!(share >= Minor::ZERO && share <= left[place]);
                left[place] -= share;
                refunded[place] += share;
            }
            prop_assert_eq!(left.iter().copied().sum::<Minor>(), rest - amount);
        }
        prop_assert!(left.iter().all(|line| line.is_zero()));
        prop_assert_eq!(refunded.iter().copied().sum::<Minor>(), whole);
        prop_assert_eq!(refunded.into_iter().map(Minor::raw).collect::<Vec<_>>(), weights);
    }
}

/// Stands beside free shipping, and does not free it itself.
fn keeps_company(discount: &Discount) -> bool {
    discount.beside.shipping && !matches!(discount.effect, Effect::FreeShipping(_))
}
