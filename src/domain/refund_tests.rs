//! What holds for every refund of every order: laws over random carts, and examples by hand.
//!
//! **Invariant:** orders are those that random carts lead to, in currencies of two, none and three digits.

use proptest::{collection::vec, prelude::*};
use uuid::Uuid;

use super::{
    cart::Line,
    draft::Details,
    fixtures_tests::{cases, certificate, discount, lines_of, percent, terms, typed},
    ids::{BindingId, OrderId, OrderLineId, SessionId},
    instant::Timestamp,
    money::Minor,
    order::{Order, OrderFulfillmentStatus, OrderLine, OrderPaymentStatus, OrderStatus, Snapshot},
    pricing::price,
    quote::Quote,
    random_tests::{Purchase, purchases},
    refund::{LineName, Part, Payer, Refusal, Share, Shares, Target},
    refundable::Left,
};

fn line_id(place: usize) -> OrderLineId {
    OrderLineId::from_uuid(Uuid::from_u128(u128::try_from(place).unwrap() + 1))
}

fn order_of(lines: &[Line], quote: &Quote) -> Order {
    let id = Uuid::from_u128(7);
    let sold = lines.iter().zip(&quote.lines).enumerate();
    Order {
        id: OrderId::from_uuid(id),
        number: "ABCD-2345".into(),
        session: SessionId::from_uuid(id),
        binding: BindingId::from_uuid(id),
        currency: quote.currency,
        status: OrderStatus::Open,
        payment_status: OrderPaymentStatus::Paid,
        fulfillment_status: OrderFulfillmentStatus::Unfulfilled,
        snapshot: Snapshot { lines: lines.to_vec(), quote: quote.clone(), details: Details::default() },
        lines: sold
            .map(|(place, (line, quoted))| OrderLine {
                id: line_id(place),
                line: line.clone(),
                discount: quoted.discount(),
                taxes: quoted.taxes.clone(),
                refunded_quantity: 0,
            })
            .collect(),
        refunded: Minor::ZERO,
        customer_message: None,
        placed_at: Timestamp::from_ms(0),
        canceled_at: None,
    }
}

fn left_of(order: &Order) -> Left {
    Left::of(order, order.snapshot.quote.amount_due(), []).unwrap()
}

fn bought(purchase: &Purchase) -> (Order, Left) {
    let order = order_of(&purchase.lines, &price(&purchase.lines, &purchase.terms).quote);
    let left = left_of(&order);
    (order, left)
}

fn units(place: usize, number: i64) -> Target {
    Target::Parts { lines: vec![(LineName::Id(line_id(place)), Some(number))], shipping: false }
}

const SHIPPING: Target = Target::Parts { lines: Vec::new(), shipping: true };

/// Gives back, and looks at every promise; `false` where it came to nothing.
fn give(left: &mut Left, target: &Target, step: i64) -> bool {
    let before = left.clone();
    let shares = match left.shares(target) {
        Ok(shares) => shares,
        Err(Refusal::Nothing) => return false,
        Err(other) => panic!("{target:?}: {other}"),
    };
    left.take(&shares);
    let of_parts: Minor = shares.parts.iter().map(|share| share.amount).sum();
    assert_eq!(of_parts, shares.amount(), "what it is for and who gets it");
    assert_eq!(left.amount() + shares.amount(), before.amount(), "nothing is made or lost");
    assert!(shares.amount() > Minor::ZERO);
    let amounts = shares.parts.iter().map(|share| share.amount).chain(shares.payers.iter().map(|of| of.1));
    for amount in amounts {
        assert!(amount >= Minor::ZERO && amount.raw() % step == 0, "{amount:?} is no step of {step}");
    }
    for part in left.parts() {
        assert!(part.amount >= Minor::ZERO && part.units >= 0, "{part:?} after {target:?}");
    }
    for (payer, amount) in left.payers() {
        assert!(*amount >= Minor::ZERO, "{payer:?} gets back more than it paid, by {target:?}");
    }
    true
}

fn is_nothing(left: &Left) {
    assert_eq!(left.amount(), Minor::ZERO);
    assert!(left.parts().all(|part| part.amount.is_zero() && part.units == 0), "{left:?}");
    assert!(left.payers().iter().all(|(_, amount)| amount.is_zero()), "{left:?}");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: cases(), ..ProptestConfig::default() })]

    #[test]
    fn units_one_by_one_in_any_order_end_at_nothing(purchase in purchases(), order in any::<u64>()) {
        let (_, mut left) = bought(&purchase);
        let step = purchase.terms.currency.step();
        let mut wishes: Vec<Target> = purchase
            .lines
            .iter()
            .enumerate()
            .flat_map(|(place, line)| (0..line.quantity).map(move |_| units(place, 1)))
            .chain([SHIPPING])
            .collect();
        shuffle(&mut wishes, order);
        let mut free = vec![0; purchase.lines.len()];
        for wish in &wishes {
            if !give(&mut left, wish, step) && let Target::Parts { lines, .. } = wish {
                let of = |place: &usize| lines.first().is_some_and(|(name, _)| *name == LineName::Id(line_id(*place)));
                (0..free.len()).filter(of).for_each(|place| free[place] += 1);
            }
        }
        // Units that cost nothing are never given back by themselves, and are what is left.
        for (place, free) in free.into_iter().enumerate() {
            prop_assert_eq!(left.parts().nth(place).unwrap().units, free);
        }
        prop_assert_eq!(left.amount(), Minor::ZERO);
        prop_assert!(left.parts().all(|part| part.amount.is_zero()));
        prop_assert!(left.payers().iter().all(|(_, amount)| amount.is_zero()));
    }

    #[test]
    fn amounts_units_and_shipping_in_any_order_and_then_the_rest_end_at_nothing(
        purchase in purchases(),
        wishes in vec((0_u8..4, any::<prop::sample::Index>(), 1_i64..40, 0_i64..=100), 0..12),
    ) {
        let (_, mut left) = bought(&purchase);
        let (currency, step) = (purchase.terms.currency, purchase.terms.currency.step());
        for (kind, place, number, percent) in wishes {
            let place = place.index(purchase.lines.len());
            let free = left.parts().nth(place).unwrap().units;
            let wish = match kind {
                0 => SHIPPING,
                1 if free > 0 => units(place, number.min(free)),
                _ => {
                    let amount = left.amount().raw() / step * percent / 100 * step;
                    if amount == 0 { continue }
                    Target::Amount(Minor::new(amount), currency)
                }
            };
            give(&mut left, &wish, step);
        }
        if !left.amount().is_zero() {
            give(&mut left, &Target::Remaining, step);
            is_nothing(&left);
        }
        prop_assert_eq!(left.shares(&Target::Remaining), Err(Refusal::Nothing));
    }

    #[test]
    fn what_an_order_is_worth_is_what_was_paid_and_a_line_is_worth_its_price_with_tax(purchase in purchases()) {
        let (order, left) = bought(&purchase);
        let quote = &order.snapshot.quote;
        prop_assert_eq!(left.amount(), quote.grand_total());
        prop_assert_eq!(left.parts().map(|part| part.amount).sum::<Minor>(), quote.grand_total());
        // Its share of what made the total a step, and then less than a step to be whole steps itself.
        let near = purchase.terms.currency.step() - 1 + quote.rounding.raw().abs();
        for (part, line) in left.parts().zip(&quote.lines) {
            let tax = if quote.taxes_included { Minor::ZERO } else { line.tax() };
            let cost = line.total() + tax - line.relief;
            prop_assert!((part.amount - cost).raw().abs() <= near, "{:?} for {:?}", part, line);
        }
    }

    #[test]
    fn no_more_than_is_left_and_no_more_units(purchase in purchases()) {
        let (_, left) = bought(&purchase);
        let currency = purchase.terms.currency;
        let more = left.amount() + Minor::new(currency.step());
        prop_assert_eq!(left.shares(&Target::Amount(more, currency)), Err(Refusal::TooMuch(left.amount(), currency)));
        for (place, line) in purchase.lines.iter().enumerate() {
            let named = line_id(place).to_string();
            prop_assert_eq!(
                left.shares(&units(place, line.quantity + 1)),
                Err(Refusal::TooManyUnits { line: named, left: line.quantity })
            );
        }
    }
}

/// By a linear congruential generator: the same number shuffles the same way.
fn shuffle<T>(all: &mut [T], mut seed: u64) {
    for last in (1..all.len()).rev() {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        all.swap(last, usize::try_from(seed >> 33).unwrap() % (last + 1));
    }
}

/// Three shirts at 10.00 and a mug at 5.00, 10 % off, 8 % tax, Ground for 7.99, 20.00 of it from a certificate.
fn cart() -> (Order, Left) {
    let lines = lines_of(&[(10_00, 3), (5_00, 1)]);
    let mut terms = terms("0.08", 7_99);
    terms.codes = vec![typed(discount(1, percent(10)))];
    terms.certificates = vec![certificate(1, "USD", 20_00)];
    bought(&Purchase { lines, terms })
}

fn amounts(shares: &Shares) -> (Vec<i64>, Vec<i64>) {
    let parts = shares.parts.iter().map(|share| share.amount.raw()).collect();
    (parts, shares.payers.iter().map(|(_, amount)| amount.raw()).collect())
}

#[test]
fn a_unit_comes_back_with_its_tax_and_without_its_discount_to_who_paid_it() {
    let (_, mut left) = cart();
    // A third of 29.16, and of that 22.01 parts of 42.01 to the card.
    let first = left.shares(&units(0, 1)).unwrap();
    assert_eq!(amounts(&first), (vec![9_72], vec![5_09, 4_63]));
    left.take(&first);
    let shipping = left.shares(&SHIPPING).unwrap();
    assert_eq!(amounts(&shipping), (vec![7_99], vec![4_19, 3_80]));
    left.take(&shipping);
    let rest = left.shares(&Target::Remaining).unwrap();
    assert_eq!(amounts(&rest), (vec![19_44, 4_86], vec![12_73, 11_57]));
    left.take(&rest);
    is_nothing(&left);
}

#[test]
fn a_unit_is_rounded_up_for_the_buyer_and_the_last_one_is_the_rest() {
    let one_by_one = |price: i64, off: i64| {
        let mut terms = terms("0", 0);
        terms.codes = vec![typed(discount(1, percent(off)))];
        let (_, mut left) = bought(&Purchase { lines: lines_of(&[(price, 3)]), terms });
        let mut taken = Vec::new();
        while let Ok(shares) = left.shares(&units(0, 1)) {
            taken.push(shares.amount().raw());
            left.take(&shares);
        }
        taken
    };
    // 9.98 for three; then a cent for three, of which two have cost nothing.
    assert_eq!(one_by_one(3_36, 1), [333, 333, 332]);
    assert_eq!(one_by_one(1, 60), [1]);
}

#[test]
fn an_amount_makes_everything_cheaper_and_a_unit_is_worth_what_it_cost_in_the_end() {
    let (order, mut left) = cart();
    let half = left.shares(&Target::Amount(Minor::new(21_01), order.currency)).unwrap();
    assert_eq!(amounts(&half), (vec![14_58, 2_43, 4_00], vec![11_01, 10_00]));
    assert!(half.units().next().is_none());
    left.take(&half);
    let shirts = left.shares(&units(0, 3)).unwrap();
    assert_eq!(amounts(&shirts).0, [14_58]);
    assert_eq!(shirts.units().collect::<Vec<_>>(), [(line_id(0), 3)]);
}

#[test]
fn lines_of_one_sku_are_taken_one_after_the_other() {
    let lines = lines_of(&[(10_00, 2), (10_00, 2), (1_00, 1)]);
    let sku = lines[0].item.sku.clone().unwrap_or_else(|| "SKU".into());
    let mut lines = lines;
    lines[..2].iter_mut().for_each(|line| line.item.sku = Some(sku.clone()));
    lines[2].item.sku = Some("OTHER".into());
    let (_, left) = bought(&Purchase { lines, terms: terms("0", 0) });
    let of = |number| Target::Parts { lines: vec![(LineName::Sku(sku.clone()), number)], shipping: false };
    let taken = |number| left.shares(&of(number)).unwrap().units().collect::<Vec<_>>();
    assert_eq!(taken(Some(3)), [(line_id(0), 2), (line_id(1), 1)]);
    assert_eq!(taken(None), [(line_id(0), 2), (line_id(1), 2)]);
    let twice = [(LineName::Sku(sku.clone()), Some(3)), (LineName::Id(line_id(1)), Some(2))];
    let refused = left.shares(&Target::Parts { lines: twice.into(), shipping: false });
    assert_eq!(refused, Err(Refusal::TooManyUnits { line: line_id(1).to_string(), left: 1 }));
}

#[test]
fn each_refusal_has_its_code() {
    let (mut order, mut left) = cart();
    let usd = order.currency;
    let amount = |minor, code: &str| Target::Amount(Minor::new(minor), code.parse().unwrap());
    let parts = |lines| Target::Parts { lines, shipping: false };
    let dinars = bought(&Purchase {
        lines: lines_of(&[(5_124, 1)]),
        terms: super::pricing::Terms { currency: "KWD".parse().unwrap(), ..terms("0", 0) },
    });
    let rows = [
        (left.shares(&amount(0, "USD")), Refusal::NotPositive, "INVALID"),
        (left.shares(&amount(-1, "USD")), Refusal::NotPositive, "INVALID"),
        (left.shares(&units(0, 0)), Refusal::NotPositive, "INVALID"),
        (dinars.1.shares(&amount(1_234, "KWD")), Refusal::NotInSteps(10), "INVALID"),
        (
            left.shares(&amount(42_02, "USD")),
            Refusal::TooMuch(Minor::new(42_01), usd),
            "AMOUNT_EXCEEDS_REFUNDABLE",
        ),
        (left.shares(&amount(1_00, "EUR")), Refusal::OtherCurrency(usd), "CURRENCY_INVALID"),
        (
            left.shares(&units(0, 4)),
            Refusal::TooManyUnits { line: line_id(0).to_string(), left: 3 },
            "QUANTITY_EXCEEDS_REMAINING",
        ),
        (
            left.shares(&parts(vec![(LineName::Sku("NO-SUCH".into()), None)])),
            Refusal::ForeignLine("NO-SUCH".into()),
            "NOT_FOUND",
        ),
        (left.shares(&parts(Vec::new())), Refusal::Nothing, "AMOUNT_EXCEEDS_REFUNDABLE"),
    ];
    for (answer, expected, code) in rows {
        assert_eq!(expected.code(), code);
        assert_eq!(answer, Err(expected));
    }
    let all = left.shares(&Target::Remaining).unwrap();
    left.take(&all);
    assert_eq!(left.shares(&units(0, 1)).unwrap_err().code(), "QUANTITY_EXCEEDS_REMAINING");
    assert_eq!(left.shares(&SHIPPING), Err(Refusal::Nothing));
    for (status, why) in [
        (OrderPaymentStatus::Pending, Refusal::NotCaptured),
        (OrderPaymentStatus::Disputed, Refusal::Disputed),
    ] {
        order.payment_status = status;
        assert_eq!(why.code(), "INVALID_STATE");
        assert_eq!(Left::of(&order, Minor::new(22_01), []).unwrap_err(), why);
    }
}

#[test]
fn what_is_under_way_is_not_given_back_again() {
    let (order, left) = cart();
    let first = left.shares(&units(0, 2)).unwrap();
    let after = Left::of(&order, order.snapshot.quote.amount_due(), [&first]).unwrap();
    assert_eq!(after.amount(), left.amount() - first.amount());
    assert_eq!(
        *after.parts().next().unwrap(),
        Share { part: Part::Line(line_id(0)), units: 1, amount: Minor::new(9_72) }
    );
    assert_eq!(after.payers()[0].0, Payer::Card);
    assert_eq!(first.card() + first.certificates().iter().map(|of| of.1).sum(), first.amount());
}
