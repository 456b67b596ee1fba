//! Which discounts apply, and what each takes off.

use super::{
    cart::{Line, tests::line},
    discount::{Conditions, Discount, Effect, Occasion, Per, Rejection, Shopper, Usage},
    fixtures_tests::{discount, fixed, free_shipping, percent},
    instant::Timestamp,
    money::{Minor, RoundingMode},
    scope::Scope,
};

fn cart() -> Vec<Line> {
    vec![line(1, 10_00, 3), line(2, 20_00, 1)]
}

fn rejection(discount: &Discount, shopper: &Shopper, ships: bool) -> Option<Rejection> {
    let (usage, lines) = (Usage { total: 5, by_customer: 1 }, cart());
    let on = Occasion {
        currency: "USD".parse().unwrap(),
        lines: &lines,
        shopper,
        ships,
        now: Timestamp::from_ms(100),
    };
    discount.rejection(usage, &on)
}

fn if_(conditions: Conditions) -> Discount {
    Discount { conditions, ..discount(1, percent(10)) }
}

#[test]
fn each_reason_is_told_apart() {
    let at = |ms| Some(Timestamp::from_ms(ms));
    let ten = || discount(1, percent(10));
    let only = |variant: u128| Scope { variants: vec![line(variant, 0, 1).item.variant], ..Scope::default() };
    let rows = [
        (Discount { active: false, ..ten() }, Some(Rejection::Disabled)),
        (Discount { starts_at: at(101), ..ten() }, Some(Rejection::NotStarted)),
        (Discount { starts_at: at(100), ..ten() }, None),
        (Discount { ends_at: at(100), ..ten() }, Some(Rejection::Expired)),
        (
            if_(Conditions { currency: "EUR".parse().ok(), ..Conditions::default() }),
            Some(Rejection::CurrencyMismatch),
        ),
        (Discount { usage_limit: Some(5), ..ten() }, Some(Rejection::UsageLimitReached)),
        (Discount { usage_limit: Some(6), ..ten() }, None),
        (Discount { customer_limit: Some(1), ..ten() }, Some(Rejection::CustomerNotEligible)),
        (
            if_(Conditions { subtotal_min: Some(Minor::new(50_01)), ..Conditions::default() }),
            Some(Rejection::MinimumNotMet),
        ),
        (if_(Conditions { subtotal_min: Some(Minor::new(50_00)), ..Conditions::default() }), None),
        (if_(Conditions { quantity_min: Some(5), ..Conditions::default() }), Some(Rejection::MinimumNotMet)),
        (Discount { scope: only(9), ..ten() }, Some(Rejection::NoEligibleLines)),
        (
            Discount { scope: only(2), ..if_(Conditions { quantity_min: Some(2), ..Conditions::default() }) },
            Some(Rejection::MinimumNotMet),
        ),
        (ten(), None),
    ];
    for (discount, expected) in rows {
        assert_eq!(rejection(&discount, &Shopper::default(), true), expected, "{discount:?}");
    }
    let free = discount(2, free_shipping());
    assert_eq!(rejection(&free, &Shopper::default(), false), Some(Rejection::NoEligibleLines));
}

#[test]
fn a_discount_for_some_shoppers_is_not_for_others() {
    let of = |email: Option<&str>, has_ordered, country: Option<&str>| Shopper {
        email: email.map(Into::into),
        has_ordered,
        country: country.map(|code| code.parse().unwrap()),
        tags: Vec::new(),
    };
    let with = |tags: &[&str]| Shopper {
        tags: tags.iter().map(|tag| (*tag).to_owned()).collect(),
        ..Shopper::default()
    };
    let first = if_(Conditions { first_order: true, ..Conditions::default() });
    let staff = if_(Conditions { email_domains: vec!["example.org".into()], ..Conditions::default() });
    let german = if_(Conditions { countries: vec!["DE".parse().unwrap()], ..Conditions::default() });
    let vip = if_(Conditions { customer_tags: vec!["vip".into(), "press".into()], ..Conditions::default() });
    let rows = [
        (&vip, with(&["press"]), true),
        (&vip, with(&["regular", "vip"]), true),
        (&vip, with(&["VIP"]), false),
        (&vip, with(&[]), false),
        (&first, of(Some("a@example.com"), false, None), true),
        (&first, of(Some("a@example.com"), true, None), false),
        (&first, of(None, false, None), false),
        (&staff, of(Some("a@example.org"), false, None), true),
        (&staff, of(Some("a@badexample.org"), false, None), false),
        (&staff, of(None, false, None), false),
        (&german, of(None, false, Some("DE")), true),
        (&german, of(None, false, Some("AT")), false),
        (&german, of(None, false, None), false),
    ];
    for (discount, shopper, eligible) in rows {
        let expected = (!eligible).then_some(Rejection::CustomerNotEligible);
        assert_eq!(rejection(discount, &shopper, true), expected, "{shopper:?}");
    }
}

fn off(discount: &Discount) -> Vec<i64> {
    let lines = cart();
    let left: Vec<Minor> = lines.iter().map(Line::subtotal).collect();
    discount.off(&lines, &left, RoundingMode::HalfUp).into_iter().map(Minor::raw).collect()
}

#[test]
fn a_discount_takes_of_its_goods_and_never_more_than_they_cost() {
    let per = |amount, per| discount(1, Effect::Fixed { amount: Minor::new(amount), per });
    let tagged = Scope { products: vec![line(2, 0, 1).item.product], ..Scope::default() };
    assert_eq!(off(&discount(1, fixed(99_00))), [30_00, 20_00]);
    assert_eq!(off(&discount(1, percent(10))), [3_00, 2_00]);
    assert_eq!(off(&per(2_00, Per::Line)), [2_00, 2_00]);
    assert_eq!(off(&per(2_00, Per::Unit)), [6_00, 2_00]);
    assert_eq!(off(&per(15_00, Per::Unit)), [30_00, 15_00]);
    assert_eq!(off(&Discount { scope: tagged.clone(), ..discount(1, percent(10)) }), [0, 2_00]);
    assert_eq!(off(&Discount { scope: tagged, ..discount(1, fixed(99_00)) }), [0, 20_00]);
}
