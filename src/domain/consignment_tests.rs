//! Taking an order apart: what each consignment holds, what is refused, and how it follows the lines.

use uuid::Uuid;

use super::{
    buyer::Address,
    cart::{Line, tests::line},
    consignment::{ConsignmentFault, ConsignmentLine, ConsignmentRequest, held, loads, shared},
    draft::{AddressPatch, Details, Patch},
    ids::{ConsignmentId, RateId},
    money::Minor,
};

/// Two mugs, three plates, and a book that is not sent.
fn cart() -> Vec<Line> {
    let mut book = line(3, 9_99, 1);
    book.item.requires_shipping = false;
    vec![line(1, 10_00, 2), line(2, 5_00, 3), book]
}

/// Units of lines by their numbers.
fn of(parts: &[(u128, i64)]) -> Vec<ConsignmentLine> {
    parts
        .iter()
        .map(|&(number, quantity)| ConsignmentLine { line: line(number, 0, 1).id, quantity })
        .collect()
}

fn to(city: &str, parts: &[(u128, i64)]) -> ConsignmentRequest {
    let address = AddressPatch { city: Patch::Set(city.into()), ..AddressPatch::default() };
    ConsignmentRequest { lines: of(parts), address, rate: Some(RateId::from_uuid(Uuid::from_u128(1))) }
}

/// Where each consignment goes, and what the further ones hold.
fn told(details: &Details) -> Vec<(String, Vec<i64>)> {
    let city = |address: &Address| address.city.clone().unwrap_or_default();
    let first = (details.shipping.as_ref().map(city).unwrap_or_default(), Vec::new());
    let further = details
        .further
        .iter()
        .map(|other| (city(&other.address), other.lines.iter().map(|held| held.quantity).collect()));
    std::iter::once(first).chain(further).collect()
}

fn consigned(asked: &[ConsignmentRequest]) -> Details {
    let mut details = Details::default();
    let holds = held(asked, &cart()).unwrap();
    details.consign(asked.to_vec(), holds, || ConsignmentId::from_uuid(Uuid::from_u128(9)));
    details
}

#[test]
fn units_go_where_they_are_asked_to_go_and_the_first_has_the_rest() {
    let details = consigned(&[to("Bonn", &[(1, 1), (2, 3)]), to("Ulm", &[(1, 1), (3, 1)])]);
    assert_eq!(told(&details), [("Bonn".to_owned(), vec![]), ("Ulm".to_owned(), vec![1])]);
    let loads = loads(&cart(), details.held_further());
    // What is not sent goes with the first, whoever named it.
    assert_eq!(loads, [vec![(0, 1), (1, 3), (2, 1)], vec![(0, 1)]]);
    let parts = shared(&[Minor::new(19_99), Minor::new(15_00), Minor::new(9_99)], &[&loads[0], &loads[1]]);
    assert_eq!(parts[0], [10_00, 15_00, 9_99].map(Minor::new));
    assert_eq!(parts[1], [Minor::new(9_99)]);
}

#[test]
fn a_line_named_twice_in_one_consignment_is_added_up() {
    let holds = held(&[to("Bonn", &[(1, 2), (2, 1), (2, 1)]), to("Ulm", &[(2, 1)])], &cart()).unwrap();
    assert_eq!(holds, [of(&[(1, 2), (2, 2)]), of(&[(2, 1)])]);
}

#[test]
fn consignments_that_hold_too_much_too_little_or_nothing_are_refused() {
    use ConsignmentFault::{Empty, LeftOut, Quantity, UnknownLine};
    let all = to("Bonn", &[(1, 2), (2, 3)]);
    let faults = |asked: &[ConsignmentRequest]| held(asked, &cart()).unwrap_err();
    assert_eq!(faults(&[all.clone(), to("Ulm", &[(1, 1)])]), [Quantity { at: 1, line: 0 }]);
    assert_eq!(faults(&[to("Bonn", &[(1, 2), (2, 3), (1, 0)])]), [Quantity { at: 0, line: 2 }]);
    assert_eq!(
        faults(&[to("Bonn", &[(1, i64::MAX), (2, -3)])]),
        [Quantity { at: 0, line: 0 }, Quantity { at: 0, line: 1 },]
    );
    assert_eq!(faults(&[to("Bonn", &[(1, 1), (2, 3)])]), [LeftOut { line: 0, missing: 1 }]);
    assert_eq!(faults(&[to("Bonn", &[(1, 2)]), to("Ulm", &[(2, 1)])]), [LeftOut { line: 1, missing: 2 }]);
    assert_eq!(faults(&[all.clone(), to("Ulm", &[(7, 1)])]), [UnknownLine { at: 1, line: 0 }]);
    assert_eq!(faults(&[all.clone(), to("Ulm", &[])]), [Empty { at: 1 }]);
    assert_eq!(faults(&[all, to("Ulm", &[(3, 1)])]), [Empty { at: 1 }]);
}

#[test]
fn a_consignment_that_was_there_keeps_its_id() {
    let mut details = consigned(&[to("Bonn", &[(1, 2), (2, 2)]), to("Ulm", &[(2, 1)])]);
    let asked = [to("Bonn", &[(1, 2)]), to("Ulm", &[(2, 2)]), to("Jena", &[(2, 1)])];
    let holds = held(&asked, &cart()).unwrap();
    details.consign(asked.to_vec(), holds, || ConsignmentId::from_uuid(Uuid::from_u128(10)));
    let ids: Vec<ConsignmentId> = details.further.iter().map(|other| other.id).collect();
    assert_eq!(ids, [9, 10].map(|number| ConsignmentId::from_uuid(Uuid::from_u128(number))));
}

#[test]
fn consignments_follow_the_lines() {
    let details = consigned(&[to("Bonn", &[(1, 2)]), to("Ulm", &[(2, 1)]), to("Jena", &[(2, 2)])]);
    let after = |lines: &[Line]| {
        let mut details = details.clone();
        details.follow(lines);
        told(&details)
    };
    let [bonn, ulm, jena] = ["Bonn", "Ulm", "Jena"].map(str::to_owned);
    let all = [(bonn.clone(), vec![]), (ulm.clone(), vec![1]), (jena.clone(), vec![2])];
    // More of it goes with the first, and so does what is new.
    assert_eq!(after(&[line(1, 1, 2), line(2, 1, 9), line(4, 1, 1)]), all);
    // What is taken out is missing in the last, and then before it.
    assert_eq!(
        after(&[line(1, 1, 2), line(2, 1, 2)]),
        [(bonn.clone(), vec![]), (ulm, vec![1]), (jena.clone(), vec![1])]
    );
    assert_eq!(after(&[line(1, 1, 2)]), [(bonn, vec![])]);
    // Of a line that both hold, the first has what is left over.
    let both = consigned(&[to("Bonn", &[(1, 2), (2, 1)]), to("Ulm", &[(2, 2)])]);
    let held = |quantity| {
        let mut details = both.clone();
        details.follow(&[line(1, 1, 2), line(2, 1, quantity)]);
        details.further.iter().map(|other| other.lines[0].quantity).collect::<Vec<_>>()
    };
    assert_eq!((held(3), held(2), held(1)), (vec![2], vec![2], vec![1]));
    // Where the first has nothing left to send, the next is the first.
    assert_eq!(after(&[line(2, 1, 3)]), [("Ulm".to_owned(), vec![]), (jena, vec![2])]);
}
