//! The tax table: which rates apply to a place, and what they take.
//!
//! **Invariant:** with prices that contain tax, net + tax = gross for every line to the minor unit; with prices
//! that do not, tax is computed on what is left after discounts. Rates of one place add up ("state 6 %, city 2.25 %"
//! takes 8.25 % of the same base), but for a compound rate, whose base contains the taxes before it (as the sales tax of
//! Quebec did until 2012). Where tax is rounded on the total, each class of goods is one total, and the lines share it by
//! largest remainder.

use rust_decimal::Decimal;

use super::{
    buyer::Destination,
    country::Country,
    ids::TaxRateId,
    money::{Minor, RoundingLevel, RoundingMode, contained, share, split},
    postal::Postal,
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
    /// Postal codes of it; all when empty.
    pub postal: Postal,
    /// Class of goods.
    pub class: String,
    /// Fraction: 0.0825 is 8.25 percent.
    pub rate: Decimal,
    /// Whether its base contains the taxes before it.
    pub compound: bool,
    /// Whether it is taken of shipping and handling, too.
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
    /// What shipping and handling are taxed with.
    pub shipping: ShippingTax,
}

/// What shipping and handling are taxed with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ShippingTax {
    /// The rates that say so.
    #[default]
    Rates,
    /// The rates of the goods, each for its share of their worth: what is ancillary is taxed as what it serves.
    Goods,
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
        self.country == destination.country
            && (self.region.is_none() || self.region == destination.region)
            && self.postal.covers(destination.postal_code.as_deref())
    }

    /// ISO 3166 code of the place: DE or US-CA.
    #[must_use]
    pub fn jurisdiction(&self) -> String {
        self.region
            .as_ref()
            .map_or_else(|| self.country.to_string(), |region| format!("{}-{region}", self.country))
    }
}

/// The rates of one class at one destination, in the order in which they are taken.
#[derive(Debug, Clone, Default)]
struct Rules {
    /// Place of the rate in the table, its fraction, and its fraction of the amount without any tax.
    each: Vec<(usize, Decimal, Decimal)>,
    /// Place from which on they are compound.
    compound_from: usize,
    /// All of them as one fraction of the amount without tax.
    all: Decimal,
}

impl Rules {
    fn of(rates: &[TaxRate], matches: impl Fn(&TaxRate) -> bool) -> Self {
        let of = |compound: bool| rates.iter().enumerate().filter(move |(_, rate)| rate.compound == compound);
        let mut rules = Self::default();
        for (place, rate) in of(false).filter(|(_, rate)| matches(rate)) {
            rules.each.push((place, rate.rate, rate.rate));
            rules.all += rate.rate;
        }
        rules.compound_from = rules.each.len();
        for (place, rate) in of(true).filter(|(_, rate)| matches(rate)) {
            let effective = (Decimal::ONE + rules.all) * rate.rate;
            rules.each.push((place, rate.rate, effective));
            rules.all += effective;
        }
        rules
    }

    fn on(&self, amount: Minor, terms: TaxTerms) -> Vec<TaxShare> {
        if terms.included {
            // One rounding, so that net + tax = gross; the rates share what is contained.
            let parts = split(contained(amount, self.all, terms.mode), &self.weights());
            let each = self.each.iter().zip(parts);
            return each.map(|(&(rate, ..), amount)| TaxShare { rate, amount }).collect();
        }
        let mut base = amount;
        let mut shares = Vec::with_capacity(self.each.len());
        for (place, &(rate, fraction, _)) in self.each.iter().enumerate() {
            let compound = place >= self.compound_from;
            let taken = share(if compound { base } else { amount }, fraction, terms.mode);
            base += taken;
            shares.push(TaxShare { rate, amount: taken });
        }
        shares
    }

    /// Effective fractions as whole numbers, parts per billion.
    fn weights(&self) -> Vec<Minor> {
        let part =
            |&(_, _, rate): &(_, _, Decimal)| share(Minor::new(1_000_000_000), rate, RoundingMode::HalfUp);
        self.each.iter().map(part).collect()
    }
}

/// Taxes of goods, line by line. `rates` are those of the destination.
#[must_use]
pub fn on_lines(lines: &[Taxed<'_>], rates: &[TaxRate], terms: TaxTerms) -> Vec<Vec<TaxShare>> {
    let mut taxes: Vec<Vec<TaxShare>> = vec![Vec::new(); lines.len()];
    for class in classes(lines) {
        let rules = Rules::of(rates, |rate| rate.class == class);
        let members: Vec<usize> = (0..lines.len()).filter(|&line| lines[line].class == Some(class)).collect();
        match terms.level {
            RoundingLevel::Line => {
                for line in members {
                    taxes[line] = rules.on(lines[line].amount, terms);
                }
            }
            RoundingLevel::Total => {
                let amounts: Vec<Minor> = members.iter().map(|&line| lines[line].amount).collect();
                for total in rules.on(amounts.iter().copied().sum(), terms) {
                    for (&line, amount) in members.iter().zip(split(total.amount, &amounts)) {
                        taxes[line].push(TaxShare { rate: total.rate, amount });
                    }
                }
            }
        }
    }
    taxes
}

/// Taxes of a charge for shipping and handling; `lines` are the goods that it serves.
#[must_use]
pub fn on_shipping(charge: Minor, lines: &[Taxed<'_>], rates: &[TaxRate], terms: TaxTerms) -> Vec<TaxShare> {
    match terms.shipping {
        ShippingTax::Rates => Rules::of(rates, |rate| rate.on_shipping).on(charge, terms),
        ShippingTax::Goods => {
            // Untaxed goods have a share only where there are some, else goods that cost nothing leave half untaxed.
            let mut classes: Vec<Option<&str>> = lines.iter().map(|line| line.class).collect();
            classes.sort_unstable();
            classes.dedup();
            let worth = |class: Option<&str>| {
                lines.iter().filter(|line| line.class == class).map(|line| line.amount).sum()
            };
            let parts = split(charge, &classes.iter().copied().map(worth).collect::<Vec<Minor>>());
            let taxed = classes.iter().zip(parts).filter(|(class, part)| class.is_some() && !part.is_zero());
            taxed
                .flat_map(|(class, part)| {
                    Rules::of(rates, |rate| Some(rate.class.as_str()) == *class).on(part, terms)
                })
                .collect()
        }
    }
}

fn classes<'a>(lines: &[Taxed<'a>]) -> Vec<&'a str> {
    let mut classes: Vec<&str> = lines.iter().filter_map(|line| line.class).collect();
    classes.sort_unstable();
    classes.dedup();
    classes
}

#[cfg(test)]
mod tests {
    use proptest::{collection::vec, prelude::*};

    use super::*;
    use crate::domain::fixtures_tests::sales_tax;

    fn rate(class: &str, rate: &str, region: Option<&str>) -> TaxRate {
        TaxRate { region: region.map(Into::into), class: class.into(), ..sales_tax(rate, false) }
    }

    fn terms(included: bool, level: RoundingLevel) -> TaxTerms {
        TaxTerms { included, mode: RoundingMode::HalfUp, level, shipping: ShippingTax::Rates }
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
            postal_code: None,
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

    #[test]
    fn a_compound_rate_taxes_the_taxes_before_it() {
        // Quebec in 2011: GST 5 %, QST 8.5 % on the price with GST (Revenu Quebec, table of GST and QST rates).
        let quebec =
            [TaxRate { compound: true, ..rate("standard", "0.085", None) }, rate("standard", "0.05", None)];
        let lines = [Taxed { amount: Minor::new(100_00), class: Some("standard") }];
        let taxes = on_lines(&lines, &quebec, terms(false, RoundingLevel::Line));
        assert_eq!(
            taxes[0],
            [TaxShare { rate: 1, amount: Minor::new(5_00) }, TaxShare { rate: 0, amount: Minor::new(8_93) }]
        );
        let gross = [Taxed { amount: Minor::new(113_93), class: Some("standard") }];
        let contained = on_lines(&gross, &quebec, terms(true, RoundingLevel::Line));
        assert_eq!(contained, taxes);
    }

    #[test]
    fn shipping_that_serves_goods_of_two_classes_is_taxed_with_both() {
        let lines = [
            Taxed { amount: Minor::new(75_00), class: Some("standard") },
            Taxed { amount: Minor::new(25_00), class: Some("reduced") },
        ];
        let rates = [rate("standard", "0.19", None), rate("reduced", "0.07", None)];
        let goods = TaxTerms { shipping: ShippingTax::Goods, ..terms(false, RoundingLevel::Line) };
        let taxes = on_shipping(Minor::new(10_00), &lines, &rates, goods);
        let mut amounts: Vec<i64> = taxes.iter().map(|tax| tax.amount.raw()).collect();
        amounts.sort_unstable();
        assert_eq!(amounts, [18, 1_43]); // 7 % of 2.50 and 19 % of 7.50
        assert!(on_shipping(Minor::new(10_00), &lines, &rates, terms(false, RoundingLevel::Line)).is_empty());
    }

    #[test]
    fn a_tax_of_postal_codes_waits_for_one() {
        let city = TaxRate {
            postal: Postal { only: vec!["90*".parse().unwrap()], except: vec!["90210".parse().unwrap()] },
            ..rate("standard", "0.01", None)
        };
        let to = |postal_code: Option<&str>| Destination {
            country: "US".parse().unwrap(),
            region: None,
            postal_code: postal_code.map(Into::into),
        };
        assert!(city.applies_to(&to(Some("90001"))));
        assert!(!city.applies_to(&to(Some("90210"))) && !city.applies_to(&to(None)));
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
