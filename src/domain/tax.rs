//! The tax table: which rates apply to a place, and what they take.
//!
//! **Invariant:** with prices that contain tax, net + tax = gross for every line to the minor unit; with prices
//! that do not, tax is computed on what is left after discounts. Rates of one place add up (they do not
//! compound), so "state 6 %, city 2.25 %" takes 8.25 % of the same base. Where tax is rounded on the total, each
//! class of goods is one total, and the lines share it by largest remainder.

use rust_decimal::Decimal;

use super::{
    buyer::Destination,
    country::Country,
    ids::TaxRateId,
    money::{Minor, RoundingLevel, RoundingMode, contained, share, split},
};

/// A tax of a place on a class of goods.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TaxRate {
    /// Its id.
    pub id: TaxRateId,
    /// Name to show, for example "Sales tax".
    pub name: String,
    /// Country.
    pub country: Country,
    /// Region code without the country; the whole country when left out.
    pub region: Option<String>,
    /// Class of goods.
    pub class: String,
    /// Fraction: 0.0825 is 8.25 percent.
    pub rate: Decimal,
    /// Whether it is taken of shipping, too.
    pub on_shipping: bool,
}

/// How tax is computed in a shop.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TaxTerms {
    /// Whether prices contain it.
    pub included: bool,
    /// How fractions are rounded.
    pub mode: RoundingMode,
    /// Where they are rounded.
    pub level: RoundingLevel,
}

/// One tax of one base.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TaxShare {
    /// Place of the rate in the table that was given.
    pub rate: usize,
    /// Its amount.
    pub amount: Minor,
}

/// Something taxed: an amount after discounts, and its class; `None` where it is not taxed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Taxed<'a> {
    /// What is left after discounts.
    pub amount: Minor,
    /// Its class.
    pub class: Option<&'a str>,
}

impl TaxRate {
    /// Whether it is a tax of this destination.
    #[must_use]
    pub fn applies_to(&self, destination: &Destination) -> bool {
        self.country == destination.country && (self.region.is_none() || self.region == destination.region)
    }

    /// ISO 3166 code of the place: DE or US-CA.
    #[must_use]
    pub fn jurisdiction(&self) -> String {
        self.region
            .as_ref()
            .map_or_else(|| self.country.to_string(), |region| format!("{}-{region}", self.country))
    }
}

/// Taxes of goods, line by line. `rates` are those of the destination.
#[must_use]
pub fn on_lines(lines: &[Taxed<'_>], rates: &[TaxRate], terms: TaxTerms) -> Vec<Vec<TaxShare>> {
    match terms.level {
        RoundingLevel::Line => {
            lines.iter().map(|line| on_amount(line.amount, &of_class(rates, line.class), terms)).collect()
        }
        RoundingLevel::Total => on_totals(lines, rates, terms),
    }
}

/// Taxes of a shipping charge.
#[must_use]
pub fn on_shipping(charge: Minor, rates: &[TaxRate], terms: TaxTerms) -> Vec<TaxShare> {
    let of_shipping: Vec<(usize, Decimal)> = rates
        .iter()
        .enumerate()
        .filter_map(|(place, rate)| rate.on_shipping.then_some((place, rate.rate)))
        .collect();
    on_amount(charge, &of_shipping, terms)
}

fn of_class(rates: &[TaxRate], class: Option<&str>) -> Vec<(usize, Decimal)> {
    let matches = |rate: &TaxRate| class.is_some_and(|class| rate.class == class);
    rates.iter().enumerate().filter_map(|(place, rate)| matches(rate).then_some((place, rate.rate))).collect()
}

fn on_amount(amount: Minor, rates: &[(usize, Decimal)], terms: TaxTerms) -> Vec<TaxShare> {
    if terms.included {
        let all: Decimal = rates.iter().map(|(_, rate)| *rate).sum();
        let parts = split(contained(amount, all, terms.mode), &weights(rates));
        return rates.iter().zip(parts).map(|(&(rate, _), amount)| TaxShare { rate, amount }).collect();
    }
    rates
        .iter()
        .map(|&(place, rate)| TaxShare { rate: place, amount: share(amount, rate, terms.mode) })
        .collect()
}

/// Rates as whole numbers, parts per million.
fn weights(rates: &[(usize, Decimal)]) -> Vec<Minor> {
    rates.iter().map(|(_, rate)| share(Minor::new(1_000_000), *rate, RoundingMode::HalfUp)).collect()
}

fn on_totals(lines: &[Taxed<'_>], rates: &[TaxRate], terms: TaxTerms) -> Vec<Vec<TaxShare>> {
    let mut taxes: Vec<Vec<TaxShare>> = vec![Vec::new(); lines.len()];
    let mut classes: Vec<&str> = lines.iter().filter_map(|line| line.class).collect();
    classes.sort_unstable();
    classes.dedup();
    for class in classes {
        let members: Vec<usize> = (0..lines.len()).filter(|&line| lines[line].class == Some(class)).collect();
        let amounts: Vec<Minor> = members.iter().map(|&line| lines[line].amount).collect();
        for total in on_amount(amounts.iter().copied().sum(), &of_class(rates, Some(class)), terms) {
            for (&line, amount) in members.iter().zip(split(total.amount, &amounts)) {
                taxes[line].push(TaxShare { rate: total.rate, amount });
            }
        }
    }
    taxes
}

#[cfg(test)]
mod tests {
    use proptest::{collection::vec, prelude::*};
    use uuid::Uuid;

    use super::*;

    fn rate(class: &str, rate: &str, region: Option<&str>) -> TaxRate {
        TaxRate {
            id: TaxRateId::from_uuid(Uuid::from_u128(1)),
            name: "Tax".into(),
            country: "US".parse().unwrap(),
            region: region.map(Into::into),
            class: class.into(),
            rate: rate.parse().unwrap(),
            on_shipping: false,
        }
    }

    fn terms(included: bool, level: RoundingLevel) -> TaxTerms {
        TaxTerms { included, mode: RoundingMode::HalfUp, level }
    }

    fn sum(taxes: &[Vec<TaxShare>]) -> Minor {
        taxes.iter().flatten().map(|tax| tax.amount).sum()
    }

    #[test]
    fn a_tax_of_a_region_is_taken_there_only() {
        let california = rate("standard", "0.0725", Some("CA"));
        let to = |region: Option<&str>| Destination {
            country: "US".parse().unwrap(),
            region: region.map(Into::into),
        };
        assert!(california.applies_to(&to(Some("CA"))));
        assert!(!california.applies_to(&to(Some("NY"))) && !california.applies_to(&to(None)));
        assert_eq!(california.jurisdiction(), "US-CA");
    }

    #[test]
    fn thirty_three_lines_of_a_nickel_differ_by_the_level_of_rounding() {
        let lines = vec![Taxed { amount: Minor::new(5), class: Some("standard") }; 33];
        let rates = [rate("standard", "0.08875", None)];
        assert_eq!(sum(&on_lines(&lines, &rates, terms(false, RoundingLevel::Line))), Minor::ZERO);
        assert_eq!(sum(&on_lines(&lines, &rates, terms(false, RoundingLevel::Total))), Minor::new(15));
    }

    #[test]
    fn each_class_has_its_own_rate_and_untaxed_goods_none() {
        let lines = [
            Taxed { amount: Minor::new(100_00), class: Some("standard") },
            Taxed { amount: Minor::new(100_00), class: Some("reduced") },
            Taxed { amount: Minor::new(100_00), class: None },
        ];
        let rates = [rate("standard", "0.19", None), rate("reduced", "0.07", None)];
        for level in [RoundingLevel::Line, RoundingLevel::Total] {
            let taxes = on_lines(&lines, &rates, terms(false, level));
            let amounts: Vec<i64> =
                taxes.iter().map(|of| of.iter().map(|tax| tax.amount.raw()).sum()).collect();
            assert_eq!(amounts, [19_00, 7_00, 0]);
        }
    }

    #[test]
    fn two_contained_taxes_share_what_the_price_contains() {
        let lines = [Taxed { amount: Minor::new(108_25), class: Some("standard") }];
        let rates = [rate("standard", "0.06", None), rate("standard", "0.0225", None)];
        let taxes = on_lines(&lines, &rates, terms(true, RoundingLevel::Line));
        let amounts: Vec<i64> = taxes[0].iter().map(|tax| tax.amount.raw()).collect();
        assert_eq!(amounts, [6_00, 2_25]);
    }

    proptest! {
        #[test]
        fn the_levels_differ_by_less_than_a_unit_a_line(amounts in vec(0_i64..100_000, 1..30), rate_ppm in 0_i64..300_000) {
            let lines: Vec<Taxed<'_>> = amounts.iter().map(|&amount| Taxed { amount: Minor::new(amount), class: Some("standard") }).collect();
            let rates = [TaxRate { rate: Decimal::new(rate_ppm, 6), ..rate("standard", "0", None) }];
            for included in [false, true] {
                let by_line = sum(&on_lines(&lines, &rates, terms(included, RoundingLevel::Line))).raw();
                let by_total = sum(&on_lines(&lines, &rates, terms(included, RoundingLevel::Total))).raw();
                let lines = i64::try_from(amounts.len()).unwrap();
                prop_assert!((by_line - by_total).abs() <= lines);
                prop_assert!(by_total >= 0);
            }
        }
    }
}
