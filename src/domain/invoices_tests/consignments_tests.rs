//! Orders that go to several places: each consignment has its own rate, its own tax and its own place.

use super::*;
use crate::domain::{
    consignment::{ConsignmentLine, Shipment},
    discount::Beside,
    fixtures_tests::{free_shipping, percent},
    ids::RateId,
    shipping::{Band, Charge, Zone},
};

/// So many units of lines (by their numbers) to a region of the United States, by the first rate.
fn shipment(region: &str, parts: &[(u128, i64)]) -> Shipment {
    let held = |&(number, quantity): &(u128, i64)| ConsignmentLine { line: line(number, 0, 1).id, quantity };
    let destination =
        Destination { country: "US".parse().unwrap(), region: Some(region.into()), postal_code: None };
    Shipment {
        lines: parts.iter().map(held).collect(),
        destination: Some(destination),
        chosen: usd().terms.chosen,
        exemption: None,
    }
}

impl Invoice {
    fn and(mut self, shipment: Shipment) -> Self {
        self.terms.further.push(shipment);
        self
    }

    /// The last tax is one of this region alone.
    fn only_in(mut self, region: &str) -> Self {
        self.taxes.last_mut().into_iter().for_each(|last| last.region = Some(region.into()));
        self
    }
}

#[test]
fn each_consignment_pays_its_own_shipping() {
    // Two parcels of 7.99 each.
    usd()
        .line(10_00, 1)
        .line(20_00, 1)
        .ship(7_99)
        .and(shipment("NY", &[(2, 1)]))
        .is([30_00, 0, 15_98, 0, 45_98]);
}

#[test]
fn each_consignment_is_taxed_where_it_goes() {
    // California takes 7.25 % of the 10.00 that stay: 0.73 (0.725 rounded up). New York takes 8.875 % of 20.00: 1.78
    // (1.775 rounded up), and of its parcel of 7.99: 0.71 (0.70911).
    let bill = usd().line(10_00, 1).line(20_00, 1).ship(7_99);
    let bill = bill.tax("0.0725").only_in("CA").tax("0.08875").only_in("NY").on_shipping();
    let printed = bill.and(shipment("NY", &[(2, 1)])).is([30_00, 0, 15_98, 3_22, 49_20]);
    printed.taxes(&[73, 1_78, 71]);
}

#[test]
fn a_line_that_is_sent_to_two_places_is_taxed_in_both_by_its_units() {
    // Three of 3.33 are 9.99: 6.66 stay in California at 10 % (0.67), 3.33 go to New York at 20 % (0.67).
    let bill = usd().line(3_33, 3).tax("0.10").only_in("CA").tax("0.20").only_in("NY");
    bill.and(shipment("NY", &[(1, 1)])).is([9_99, 0, 0, 1_34, 11_33]).taxes(&[67, 67]);
}

#[test]
fn what_a_discount_leaves_of_a_line_goes_with_its_units() {
    // 10 % off 9.99 is 1.00, which leaves 8.99: by units 5.99 and 3.00 (5.993 and 2.997, the larger remainder up). 10 % of
    // 5.99 is 0.60, 20 % of 3.00 is 0.60.
    let bill = usd().line(3_33, 3).off(percent(10)).tax("0.10").only_in("CA").tax("0.20").only_in("NY");
    bill.and(shipment("NY", &[(1, 1)])).is([9_99, 1_00, 0, 1_20, 10_19]).taxes(&[60, 60]);
}

#[test]
fn a_place_without_a_tax_of_its_own_pays_none() {
    let bill = usd().line(50_00, 1).line(50_00, 1).tax("0.0725").only_in("CA");
    bill.and(shipment("OR", &[(2, 1)])).is([100_00, 0, 0, 3_63, 103_63]);
}

#[test]
fn the_same_tax_at_two_places_is_one_line_of_the_bill() {
    // 8 % of 9.99 is 0.80, twice: each consignment rounds its own.
    let bill = usd().line(9_99, 1).line(9_99, 1).tax("0.08").ship(5_00);
    bill.and(shipment("NV", &[(2, 1)])).is([19_98, 0, 10_00, 1_60, 31_58]).taxes(&[1_60]);
}

#[test]
fn rounded_on_the_total_each_consignment_is_a_total() {
    // 10 % of 0.15 + 0.15 is 0.03 here, and 0.015 of the one that goes to New York is 0.02.
    let bill = usd().lines(&[(15, 2), (15, 1)]).tax("0.10").on_total();
    bill.and(shipment("NY", &[(2, 1)])).is([45, 0, 0, 5, 50]);
}

#[test]
fn a_rate_by_weight_weighs_each_consignment() {
    // A line weighs 100 g a unit. 300 g stay: 9.00; 100 g go: 4.00. Together they would have cost 9.00.
    let bands =
        vec![Band { up_to: 100, price: Minor::new(4_00) }, Band { up_to: 1_000, price: Minor::new(9_00) }];
    let by_weight = || Rate { charge: Charge::ByWeight(bands.clone()), ..ground(0) };
    usd().line(10_00, 4).rate(by_weight()).is([40_00, 0, 9_00, 0, 49_00]);
    usd().line(10_00, 4).rate(by_weight()).and(shipment("NY", &[(1, 1)])).is([40_00, 0, 13_00, 0, 53_00]);
}

#[test]
fn free_from_is_asked_of_each_consignment() {
    // 60.00 stay and are sent free of charge; 40.00 are not enough.
    let bill = usd().line(60_00, 1).line(40_00, 1).ship(7_99).free_from(50_00);
    bill.and(shipment("NY", &[(2, 1)])).is([100_00, 0, 7_99, 0, 107_99]);
}

#[test]
fn free_shipping_frees_every_consignment_and_handling_stays() {
    let bill = usd().line(10_00, 1).line(10_00, 1).ship(7_99).handling(1_00).off(free_shipping());
    let printed = bill.and(shipment("NY", &[(2, 1)])).is([20_00, 0, 2_00, 0, 22_00]);
    printed.codes(&[Ok(15_98)]);
}

#[test]
fn free_shipping_is_worth_what_it_saves_of_all_parcels() {
    // 10 % of 100.00 is 10.00, more than one parcel of 7.99, less than both. Only one of them may apply.
    let alone = |id, effect| Discount { beside: Beside::NONE, ..discount(id, effect) };
    let bill = usd().line(50_00, 1).line(50_00, 1).ship(7_99);
    let bill = bill.code(alone(1, percent(10))).code(alone(2, free_shipping()));
    let refused = Err(Rejection::NotCombinable);
    bill.and(shipment("NY", &[(2, 1)])).is([100_00, 0, 0, 0, 100_00]).codes(&[refused, Ok(15_98)]);
}

#[test]
fn prices_that_contain_tax_contain_that_of_each_place() {
    // 119.00 with 19 % contain 19.00, 110.00 with 10 % contain 10.00. Nothing is added.
    let bill =
        usd().line(119_00, 1).line(110_00, 1).included().tax("0.19").only_in("CA").tax("0.10").only_in("NY");
    bill.and(shipment("NY", &[(2, 1)])).is([229_00, 0, 0, 29_00, 229_00]).taxes(&[19_00, 10_00]);
}

#[test]
fn who_owes_no_tax_at_one_place_may_owe_it_at_another() {
    // 19.00 of 119.00 are taken off; the 20.00 of the other consignment stay in its 120.00.
    let bill =
        usd().line(120_00, 1).line(119_00, 1).included().tax("0.20").only_in("CA").tax("0.19").only_in("NY");
    let abroad = Shipment { exemption: Some(Exemption::ReverseCharge), ..shipment("NY", &[(2, 1)]) };
    let printed = bill.and(abroad).is([239_00, 0, 0, 20_00, 220_00]);
    printed.relief(19_00);
}

#[test]
fn what_is_not_sent_is_taxed_with_the_first() {
    // A download of 10.00 and a mug of 10.00; only the mug goes to New York.
    let bill = usd().line(10_00, 1).digital().line(10_00, 1).ship(7_99);
    let bill = bill.tax("0.07").only_in("CA").tax("0.09").only_in("NY");
    bill.and(shipment("NY", &[(2, 1)])).is([20_00, 0, 7_99, 1_60, 29_59]).taxes(&[70, 90]);
}

#[test]
fn a_rate_of_one_zone_is_not_chosen_in_another() {
    // The express of New York costs 20.00 there; the first goes by ground.
    let mut bill = usd().line(10_00, 1).line(10_00, 1);
    let express = Rate { id: RateId::from_uuid(Uuid::from_u128(2)), name: "Express".into(), ..ground(20_00) };
    let york = Zone { regions: vec!["US-NY".into()], rest_of_world: false, ..world(vec![express.clone()]) };
    bill.terms.zones = [york, world(vec![ground(7_99)])].into();
    let by = |rate: &Rate| Shipment { chosen: Some(rate.id), ..shipment("NY", &[(2, 1)]) };
    let total = |shipment| {
        let terms = Terms { further: vec![shipment], ..bill.terms.clone() };
        let priced = price(&bill.lines, &terms);
        let offers = |delivery: &[crate::domain::quote::Offer]| {
            delivery.iter().map(|one| one.rate.name.clone()).collect()
        };
        let names: [Vec<String>; 2] = [offers(&priced.offers), offers(&priced.further[0].offers)];
        assert_eq!(names, [["Ground"], ["Express"]]);
        priced.quote.grand_total().raw()
    };
    assert_eq!(total(by(&express)), 47_99);
    assert_eq!(total(by(&ground(0))), 27_99);
}

#[test]
fn three_decimals_are_made_a_step_once() {
    // 1.005 twice with 5 % (0.050 each, 0.05025 rounded): 2.110, a multiple of 0.010.
    let bill = to("KW", "KWD").line(1_005, 1).line(1_005, 1).tax("0.05");
    let kuwait = Destination { country: "KW".parse().unwrap(), region: None, postal_code: None };
    let there = Shipment { destination: Some(kuwait), ..shipment("NY", &[(2, 1)]) };
    bill.and(there).is([2_010, 0, 0, 100, 2_110]).rounding(0);
}
