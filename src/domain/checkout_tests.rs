//! The session's states and guards, as a table of (phase, secret out, instant).

use std::sync::Arc;

use uuid::Uuid;

use super::{
    buyer::{Address, Buyer},
    cart::{Line, tests::line},
    checkout::{Action, Bound, Estimate, Finding, Found, Phase, Refused, Session, State},
    draft::Details,
    fixtures_tests,
    ids::{BindingId, ConsignmentId, OrderId, SessionId},
    instant::Timestamp,
    money::Minor,
    pricing::{Terms, price},
    problem::Problem,
    tenant::{Settings, UncoveredPolicy},
};

const EXPIRES: i64 = 1_000;
const VALID: i64 = 500;

fn at(ms: i64) -> Timestamp {
    Timestamp::from_ms(ms)
}

fn settings() -> Settings {
    Settings::for_currency("USD".parse().unwrap())
}

fn details() -> Details {
    let address = Address {
        country: "DE".parse().ok(),
        address1: Some("Unter den Linden 1".into()),
        city: Some("Berlin".into()),
        postal_code: Some("10117".into()),
        ..Address::default()
    };
    let buyer = Buyer {
        name: Some("Dana".into()),
        email: Some("dana@example.com".into()),
        phone: None,
        vat_id: None,
    };
    Details { buyer, shipping: Some(address), ..Details::default() }
}

fn session(lines: Vec<Line>, details: Details, phase: Phase) -> Session {
    let terms = Terms {
        destination: details.delivery_address().and_then(Address::destination),
        zones: [].into(),
        chosen: None,
        tax_rates: [].into(),
        now: at(0),
        ..fixtures_tests::terms("0", 0)
    };
    let priced = price(&lines, &terms);
    Session {
        id: SessionId::from_uuid(Uuid::from_u128(1)),
        currency: "USD".parse().unwrap(),
        revision: 1,
        details,
        consignment: ConsignmentId::from_uuid(Uuid::from_u128(1)),
        lines,
        estimate: Estimate {
            quote: priced.quote,
            offers: priced.offers,
            covered: priced.covered,
            findings: Vec::new(),
            further: priced.further,
            assessments: Arc::default(),
            verification: None,
        },
        phase,
        attempt: None,
        secret_out: false,
        payable_until: None,
        notes: Vec::new(),
        expires_at: at(EXPIRES),
        created_at: at(0),
        updated_at: at(0),
    }
}

fn bound() -> Bound {
    Bound {
        binding: BindingId::from_uuid(Uuid::from_u128(1)),
        total: Minor::new(10_00),
        revision: 1,
        bound_at: at(0),
        valid_until: at(VALID),
        tax_source: "MANUAL".into(),
        holds: 1,
        content_hash: String::new(),
    }
}

fn every_phase() -> [Phase; 6] {
    [
        Phase::Draft,
        Phase::Bound(bound()),
        Phase::Processing(bound()),
        Phase::Completed { order: OrderId::from_uuid(Uuid::from_u128(1)), binding: bound(), at: at(1) },
        Phase::Canceled { at: at(1), reason: None },
        Phase::Expired { at: at(1) },
    ]
}

#[test]
fn a_session_reads_as_its_phase_the_clock_and_its_problems_say() {
    use State::{Bound, Canceled, Completed, Expired, PaymentProcessing, ReadyForPayment};
    // (secret out, instant) -> what each phase reads as
    let rows = [
        (false, 0, [ReadyForPayment, Bound, PaymentProcessing, Completed, Canceled, Expired]),
        (false, VALID, [ReadyForPayment, ReadyForPayment, PaymentProcessing, Completed, Canceled, Expired]),
        (false, EXPIRES, [Expired, Expired, PaymentProcessing, Completed, Canceled, Expired]),
        (true, VALID, [ReadyForPayment, Bound, PaymentProcessing, Completed, Canceled, Expired]),
        (true, EXPIRES, [Bound, Bound, PaymentProcessing, Completed, Canceled, Expired]),
    ];
    for (secret_out, now, expected) in rows {
        for (phase, expected) in every_phase().into_iter().zip(expected) {
            let session =
                Session { secret_out, ..session(vec![line(1, 10_00, 1)], details(), phase.clone()) };
            assert_eq!(session.state(&settings(), at(now)), expected, "{phase:?} {secret_out} {now}");
        }
    }
}

#[test]
fn changes_and_cancels_are_guarded_in_every_phase() {
    use Refused::{Expired, Final, PaymentInProgress};
    let (done, over, paying) = (Err(Final), Err(Expired), Err(PaymentInProgress));
    let rows = [
        (false, 0, [Ok(()), Ok(()), paying, done, done, over], [Ok(()), Ok(()), paying, done, done, over]),
        (false, EXPIRES, [over, over, paying, done, done, over], [over, over, paying, done, done, over]),
        (
            true,
            EXPIRES,
            [paying, paying, paying, done, done, over],
            [Ok(()), Ok(()), paying, done, done, over],
        ),
    ];
    for (secret_out, now, change, cancel) in rows {
        for ((phase, change), cancel) in every_phase().into_iter().zip(change).zip(cancel) {
            let session =
                Session { secret_out, ..session(vec![line(1, 10_00, 1)], details(), phase.clone()) };
            assert_eq!(session.may_change(at(now)), change, "change {phase:?} {secret_out} {now}");
            assert_eq!(session.may_cancel(at(now)), cancel, "cancel {phase:?} {secret_out} {now}");
        }
    }
}

#[test]
fn bind_is_offered_in_every_unbound_state_and_nothing_in_a_final_one() {
    let actions = |phase, secret_out| {
        let session = Session { secret_out, ..session(vec![line(1, 10_00, 1)], Details::default(), phase) };
        session.allowed_actions(&settings(), at(0))
    };
    assert_eq!(actions(Phase::Draft, false), [Action::Reprice, Action::Bind, Action::Cancel]);
    assert_eq!(actions(Phase::Processing(bound()), true), [Action::Complete]);
    assert!(actions(Phase::Canceled { at: at(0), reason: None }, false).is_empty());
    assert!(actions(Phase::Bound(bound()), false).contains(&Action::PaymentSession));
    let free = Bound { total: Minor::ZERO, ..bound() };
    assert!(!actions(Phase::Bound(free), false).contains(&Action::PaymentSession));
}

#[test]
fn everything_missing_is_said_at_once() {
    let open = session(vec![line(1, 10_00, 1)], Details::default(), Phase::Draft);
    let problems = open.problems(&settings());
    assert_eq!(problems[..2], [Problem::NameMissing, Problem::EmailMissing]);
    assert_eq!(problems.len(), 6);
    assert_eq!(open.state(&settings(), at(0)), State::Open);
}

#[test]
fn digital_goods_ask_for_no_address() {
    let mut book = line(1, 10_00, 1);
    book.item.requires_shipping = false;
    let buyer = Details { buyer: details().buyer, ..Details::default() };
    assert!(session(vec![book.clone()], buyer.clone(), Phase::Draft).problems(&settings()).is_empty());
    assert!(
        session(vec![book, line(2, 1, 1)], buyer, Phase::Draft)
            .problems(&settings())
            .iter()
            .any(Problem::blocks)
    );
}

#[test]
fn an_uncovered_destination_warns_or_blocks_as_the_shop_decided() {
    let there = session(vec![line(1, 10_00, 1)], details(), Phase::Draft);
    assert_eq!(there.problems(&settings()), [Problem::Uncovered { at: 0, blocks: false }]);
    let strict = Settings { uncovered: UncoveredPolicy::Refuse, ..settings() };
    assert_eq!(there.state(&strict, at(0)), State::NotReadyForPayment);
}

#[test]
fn a_total_outside_what_can_be_charged_is_a_problem_before_payment() {
    let problems = |price| session(vec![line(1, price, 1)], details(), Phase::Draft).problems(&settings());
    assert_eq!(problems(49)[0], Problem::TotalBelowMinimum { minimum: Minor::new(50) });
    assert_eq!(problems(100_000_000)[0], Problem::TotalTooLarge);
    assert!(!problems(0).iter().any(Problem::blocks) && !problems(50).iter().any(Problem::blocks));
}

#[test]
fn a_line_that_ran_short_blocks_with_its_place() {
    let mut short = session(vec![line(1, 10_00, 1), line(2, 10_00, 3)], details(), Phase::Draft);
    short.estimate.findings.push(Finding { line: short.lines[1].id, what: Found::Short { left: 2 } });
    assert_eq!(
        short.problems(&settings())[0],
        Problem::OutOfStock { place: 1, line: short.lines[1].id, left: 2 }
    );
}
