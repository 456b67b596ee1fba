//! Zones, rates, and which of them apply to a cart.
//!
//! **Invariant:** a destination that a zone names is never taken by the rest-of-the-world zone, and a rate is
//! charged in the one currency it is stated in.

use super::{
    buyer::{Address, Destination},
    country::Country,
    currency::Currency,
    ids::{RateId, ZoneId},
    money::Minor,
    postal::Postal,
};

/// Countries and regions that share shipping rates.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Zone {
    /// Its id.
    pub id: ZoneId,
    /// Name.
    pub name: String,
    /// Countries covered; empty for the rest of the world.
    pub countries: Vec<Country>,
    /// ISO 3166-2 codes such as US-CA. A country without one here is covered whole.
    pub regions: Vec<String>,
    /// Postal codes of these; all when empty.
    pub postal: Postal,
    /// Whether it takes every destination that no other zone covers.
    pub rest_of_world: bool,
    /// Place among the zones.
    pub sort_order: i32,
    /// Its rates, by place and then name.
    pub rates: Vec<Rate>,
}

/// A way of shipping and its price.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rate {
    /// Its id.
    pub id: RateId,
    /// Name, for example Ground.
    pub name: String,
    /// Further text.
    pub description: Option<String>,
    /// Currency of all its amounts; sessions in another currency do not see it.
    pub currency: Currency,
    /// What it costs.
    pub charge: Charge,
    /// What packing costs beside it, whatever is free.
    pub handling: Minor,
    /// Where the buyer picks the goods up, if they are not sent.
    pub pickup: Option<PickupPoint>,
    /// Goods subtotal (before discounts) from which it costs nothing.
    pub free_from: Option<Minor>,
    /// Lowest goods subtotal for it.
    pub subtotal_min: Option<Minor>,
    /// Highest goods subtotal for it.
    pub subtotal_max: Option<Minor>,
    /// Days until delivery, earliest and latest.
    pub delivery_days: Option<(i32, i32)>,
    /// Place among the rates of its zone.
    pub sort_order: i32,
}

/// Where goods are picked up. They are taxed there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PickupPoint {
    /// Name, for example Store on Main Street.
    pub name: String,
    /// Its address.
    pub address: Address,
}

/// How a rate's price is found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Charge {
    /// One price.
    Flat(Minor),
    /// So much, and so much more for each unit that is sent.
    PerItem {
        /// Once.
        base: Minor,
        /// For each unit.
        each: Minor,
    },
    /// By the weight of what is sent, in grams.
    ByWeight(Vec<Band>),
    /// By the goods subtotal, in minor units.
    BySubtotal(Vec<Band>),
}

/// A price up to a bound.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Band {
    /// The highest weight (grams) or subtotal (minor units) of this band, inclusive.
    pub up_to: i64,
    /// The price.
    pub price: Minor,
}

/// What of a cart shipping asks about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Parcel {
    /// Currency of the session.
    pub currency: Currency,
    /// Goods before discounts.
    pub subtotal: Minor,
    /// Weight of what is sent, in grams.
    pub weight_grams: i64,
    /// Units that are sent.
    pub units: i64,
}

/// A rate that applies, with its price before discounts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PricedRate<'a> {
    /// The rate.
    pub rate: &'a Rate,
    /// The zone it is of.
    pub zone: ZoneId,
    /// Its price for this cart.
    pub price: Minor,
}

/// What a shop offers to a destination.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Coverage<'a> {
    /// No zone covers it.
    Uncovered,
    /// A zone does; the rates that fit this cart, perhaps none.
    Covered(Vec<PricedRate<'a>>),
}

impl Zone {
    /// Whether the zone names this destination.
    #[must_use]
    pub fn names(&self, destination: &Destination) -> bool {
        let country = destination.country.code();
        let of_country =
            |region: &&String| region.strip_prefix(country).is_some_and(|rest| rest.starts_with('-'));
        let mut regions = self.regions.iter().filter(of_country).peekable();
        let named = if regions.peek().is_none() {
            self.countries.contains(&destination.country)
        } else {
            let wanted = destination.region.as_ref().map(|region| format!("{country}-{region}"));
            wanted.is_some_and(|wanted| regions.any(|region| *region == wanted))
        };
        named && self.postal.covers(destination.postal_code.as_deref())
    }

    /// Whether the zone covers some of this country, by name.
    #[must_use]
    pub fn touches(&self, country: Country) -> bool {
        let prefix = format!("{country}-");
        self.countries.contains(&country) || self.regions.iter().any(|region| region.starts_with(&prefix))
    }
}

impl Rate {
    /// The price for a cart, before discounts; `None` where the rate does not fit it.
    #[must_use]
    pub fn price_for(&self, parcel: &Parcel) -> Option<Minor> {
        let fits = self.currency == parcel.currency
            && self.subtotal_min.is_none_or(|min| parcel.subtotal >= min)
            && self.subtotal_max.is_none_or(|max| parcel.subtotal <= max);
        let price = match &self.charge {
            Charge::Flat(price) => Some(*price),
            Charge::PerItem { base, each } => Some(*base + each.times(parcel.units)),
            Charge::ByWeight(bands) => band(bands, parcel.weight_grams),
            Charge::BySubtotal(bands) => band(bands, parcel.subtotal.raw()),
        }?;
        let free = self.free_from.is_some_and(|from| parcel.subtotal >= from);
        fits.then_some(if free { Minor::ZERO } else { price })
    }

    /// The price to list: the flat one, that of one unit, or that of the lowest band.
    #[must_use]
    pub fn list_price(&self) -> Minor {
        match &self.charge {
            Charge::Flat(price) => *price,
            Charge::PerItem { base, each } => *base + *each,
            Charge::ByWeight(bands) | Charge::BySubtotal(bands) => {
                bands.iter().min_by_key(|band| band.up_to).map_or(Minor::ZERO, |band| band.price)
            }
        }
    }
}

fn band(bands: &[Band], size: i64) -> Option<Minor> {
    bands.iter().filter(|band| size <= band.up_to).min_by_key(|band| band.up_to).map(|band| band.price)
}

/// The rates that apply, in the order of zones (place, name) and of rates in them (place, name).
#[must_use]
pub fn coverage<'a>(zones: &'a [Zone], destination: &Destination, parcel: &Parcel) -> Coverage<'a> {
    let covering = covering(zones, destination);
    if covering.is_empty() {
        return Coverage::Uncovered;
    }
    let rates = sorted(covering).into_iter().flat_map(|zone| zone.rates.iter().map(|rate| (zone.id, rate)));
    let priced = |(zone, rate): (ZoneId, &'a Rate)| {
        rate.price_for(parcel).map(|price| PricedRate { rate, zone, price })
    };
    Coverage::Covered(rates.filter_map(priced).collect())
}

/// The zones that cover a destination: those that name it, else those of the rest of the world.
#[must_use]
pub fn covering<'a>(zones: &'a [Zone], destination: &Destination) -> Vec<&'a Zone> {
    let naming: Vec<&Zone> =
        zones.iter().filter(|zone| !zone.rest_of_world && zone.names(destination)).collect();
    if naming.is_empty() { zones.iter().filter(|zone| zone.rest_of_world).collect() } else { naming }
}

fn sorted(mut zones: Vec<&Zone>) -> Vec<&Zone> {
    zones.sort_by(|a, b| (a.sort_order, &a.name).cmp(&(b.sort_order, &b.name)));
    zones
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::fixtures_tests::{ground, world};

    fn usd() -> Currency {
        "USD".parse().unwrap()
    }

    fn rate(name: &str, charge: Charge) -> Rate {
        Rate { name: name.into(), charge, ..ground(0) }
    }

    fn zone(name: &str, countries: &[&str], regions: &[&str]) -> Zone {
        Zone {
            name: name.into(),
            countries: countries.iter().map(|code| code.parse().unwrap()).collect(),
            regions: regions.iter().map(|&region| region.to_owned()).collect(),
            rest_of_world: countries.is_empty() && regions.is_empty(),
            ..world(vec![rate(name, Charge::Flat(Minor::new(7_99)))])
        }
    }

    fn parcel(subtotal: i64, weight_grams: i64) -> Parcel {
        Parcel { currency: usd(), subtotal: Minor::new(subtotal), weight_grams, units: 3 }
    }

    fn names(zones: &[Zone], country: &str, region: Option<&str>) -> Vec<String> {
        let destination = Destination {
            country: country.parse().unwrap(),
            region: region.map(Into::into),
            postal_code: Some("96701".into()),
        };
        match coverage(zones, &destination, &parcel(10_00, 100)) {
            Coverage::Uncovered => vec!["nobody".into()],
            Coverage::Covered(rates) => rates.iter().map(|priced| priced.rate.name.clone()).collect(),
        }
    }

    #[test]
    fn the_rest_of_the_world_takes_only_what_no_other_zone_names() {
        let zones = [zone("Mainland", &["US"], &[]), zone("World", &[], &[])];
        assert_eq!(names(&zones, "US", None), ["Mainland"]);
        assert_eq!(names(&zones, "DE", None), ["World"]);
        assert_eq!(names(&zones[..1], "DE", None), ["nobody"]);
    }

    #[test]
    fn a_zone_with_regions_covers_only_these_of_their_country() {
        let zones = [zone("Islands", &["US", "CA"], &["US-HI", "US-AK"])];
        assert_eq!(names(&zones, "US", Some("HI")), ["Islands"]);
        assert_eq!(names(&zones, "US", Some("CA")), ["nobody"]);
        assert_eq!(names(&zones, "US", None), ["nobody"]);
        assert_eq!(names(&zones, "CA", Some("ON")), ["Islands"]);
    }

    #[test]
    fn a_zone_of_postal_codes_leaves_the_rest_to_others() {
        let hawaii = Zone {
            postal: Postal { only: vec!["967*".parse().unwrap()], except: vec!["96799".parse().unwrap()] },
            ..zone("Hawaii", &["US"], &[])
        };
        let mainland = Zone {
            postal: Postal { only: Vec::new(), except: vec!["967*".parse().unwrap()] },
            ..zone("Mainland", &["US"], &[])
        };
        assert_eq!(names(&[hawaii, mainland], "US", None), ["Hawaii"]);
    }

    #[test]
    fn a_rate_by_item_counts_units() {
        let each = rate("Parcel", Charge::PerItem { base: Minor::new(3_00), each: Minor::new(1_50) });
        assert_eq!(each.price_for(&parcel(10_00, 0)), Some(Minor::new(7_50)));
        assert_eq!(each.list_price(), Minor::new(4_50));
    }

    #[test]
    fn bands_free_from_and_bounds_decide_the_price() {
        let bands = vec![
            Band { up_to: 1_000, price: Minor::new(5_00) },
            Band { up_to: 5_000, price: Minor::new(9_00) },
        ];
        let by_weight = rate("Post", Charge::ByWeight(bands.clone()));
        assert_eq!(by_weight.price_for(&parcel(10_00, 1_000)), Some(Minor::new(5_00)));
        assert_eq!(by_weight.price_for(&parcel(10_00, 1_001)), Some(Minor::new(9_00)));
        assert_eq!(by_weight.price_for(&parcel(10_00, 5_001)), None);
        let by_value = rate("Value", Charge::BySubtotal(bands));
        assert_eq!(by_value.price_for(&parcel(20_00, 0)), Some(Minor::new(9_00)));
        let free =
            Rate { free_from: Some(Minor::new(50_00)), ..rate("Ground", Charge::Flat(Minor::new(7_99))) };
        assert_eq!(free.price_for(&parcel(49_99, 0)), Some(Minor::new(7_99)));
        assert_eq!(free.price_for(&parcel(50_00, 0)), Some(Minor::ZERO));
        let bounded =
            Rate { subtotal_min: Some(Minor::new(20_00)), ..rate("Big", Charge::Flat(Minor::ZERO)) };
        assert_eq!(bounded.price_for(&parcel(19_99, 0)), None);
    }

    #[test]
    fn a_rate_in_another_currency_does_not_apply() {
        let eur = Parcel { currency: "EUR".parse().unwrap(), ..parcel(10_00, 0) };
        assert_eq!(rate("Ground", Charge::Flat(Minor::new(7_99))).price_for(&eur), None);
    }
}
