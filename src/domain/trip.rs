//! One consignment while it is priced: what it holds, and the rates that fit it.
//!
//! **Invariant:** what a rate asks (weight, worth, units) is asked of its consignment alone.

use super::{
    buyer::Destination,
    cart::Line,
    consignment::{Load, loads},
    currency::Currency,
    money::Minor,
    pricing::Terms,
    quote::Exemption,
    shipping::{Coverage, Parcel, PricedRate, coverage},
};

/// One consignment while it is priced.
pub(super) struct Trip<'a> {
    /// Places of its lines, with units.
    pub(super) load: Load,
    /// Where it goes, once the country is known.
    pub(super) destination: Option<&'a Destination>,
    /// Why no tax is owed there.
    pub(super) exemption: Option<Exemption>,
    /// Whether a zone covers it; true while there is no destination.
    pub(super) covered: bool,
    /// Rates that fit.
    pub(super) rates: Vec<PricedRate<'a>>,
    /// Place of the chosen rate among them.
    pub(super) chosen: Option<usize>,
}

impl<'a> Trip<'a> {
    /// All of a cart, the first first.
    pub(super) fn all(lines: &[Line], terms: &'a Terms) -> Vec<Self> {
        let first = (terms.destination.as_ref(), terms.chosen, terms.exemption);
        let further = terms.further.iter().map(|of| (of.destination.as_ref(), of.chosen, of.exemption));
        let loads = loads(lines, terms.further.iter().map(|of| of.lines.as_slice()));
        let trip = |(load, (destination, chosen, exemption)): (Load, (Option<&'a Destination>, _, _))| {
            let parcel = parcel(lines, &load, terms.currency);
            let sent_to = destination.filter(|_| parcel.units > 0);
            let reachable = sent_to.map(|to| coverage(&terms.zones, to, &parcel));
            let covered = reachable != Some(Coverage::Uncovered);
            let rates = match reachable {
                Some(Coverage::Covered(rates)) => rates,
                Some(Coverage::Uncovered) | None => Vec::new(),
            };
            let chosen = rates.iter().position(|priced| Some(priced.rate.id) == chosen);
            Self { load, destination, exemption, covered, rates, chosen }
        };
        loads.into_iter().zip(std::iter::once(first).chain(further)).map(trip).collect()
    }

    /// The chosen rate.
    pub(super) fn chosen(&self) -> Option<&PricedRate<'a>> {
        self.chosen.and_then(|place| self.rates.get(place))
    }
}

/// What of a load shipping asks about.
pub(super) fn parcel(lines: &[Line], load: &[(usize, i64)], currency: Currency) -> Parcel {
    let mut parcel = Parcel { currency, subtotal: Minor::ZERO, weight_grams: 0, units: 0 };
    for &(place, units) in load {
        let item = &lines[place].item;
        parcel.subtotal += item.unit_price.times(units);
        if item.requires_shipping {
            parcel.weight_grams += item.weight_grams * units;
            parcel.units += units;
        }
    }
    parcel
}
