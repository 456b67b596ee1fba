//! Shipments of one order: which units go where.
//!
//! **Invariant:** what no further consignment holds goes with the first, and so does all that is not sent. So no unit is
//! left out and none goes twice, whatever happens to the lines.

use super::{
    buyer::{Address, Destination},
    cart::Line,
    draft::{AddressPatch, Details, given},
    ids::{ConsignmentId, LineId, RateId},
    money::{Minor, split as share_out},
    quote::Exemption,
};

/// What goes with a consignment: places of lines in the cart, with units.
pub type Load = Vec<(usize, i64)>;

/// The most consignments of an order.
pub const CONSIGNMENTS_MAX: usize = 20;

/// Units of a line in a consignment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ConsignmentLine {
    /// The line.
    pub line: LineId,
    /// Units, at least one.
    pub quantity: i64,
}

/// A shipment beside the first, whose address and rate are those of the details.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Consignment {
    /// Its id.
    pub id: ConsignmentId,
    /// What it holds.
    pub lines: Vec<ConsignmentLine>,
    /// Where it goes.
    pub address: Address,
    /// The chosen rate.
    pub rate: Option<RateId>,
}

/// A consignment as asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConsignmentRequest {
    /// What it is to hold.
    pub lines: Vec<ConsignmentLine>,
    /// Where it is to go.
    pub address: AddressPatch,
    /// The chosen rate.
    pub rate: Option<RateId>,
}

/// A consignment beside the first as pricing asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shipment {
    /// What it holds.
    pub lines: Vec<ConsignmentLine>,
    /// Where it goes, once the country is known.
    pub destination: Option<Destination>,
    /// The chosen rate.
    pub chosen: Option<RateId>,
    /// Why no tax is owed there.
    pub exemption: Option<Exemption>,
}

/// Why consignments do not hold what is bought.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ConsignmentFault {
    /// Nothing that is sent is in it.
    #[error("nothing that must be sent is in consignment {at}")]
    Empty {
        /// Its place.
        at: usize,
    },
    /// It names a line that is not in the cart.
    #[error("no such line in consignment {at}")]
    UnknownLine {
        /// Its place.
        at: usize,
        /// Place in it.
        line: usize,
    },
    /// Less than one unit, or more units than are left of the line.
    #[error("consignment {at} wants units that are not there")]
    Quantity {
        /// Its place.
        at: usize,
        /// Place in it.
        line: usize,
    },
    /// Units that must be sent are in no consignment.
    #[error("{missing} units of line {line} are in no consignment")]
    LeftOut {
        /// Place of the line in the cart.
        line: usize,
        /// Units.
        missing: i64,
    },
}

/// What each consignment that was asked for holds of a cart, or everything that is wrong with them. Named twice in one,
/// a line is added up; what is not sent is in none.
pub fn held(
    asked: &[ConsignmentRequest],
    lines: &[Line],
) -> Result<Vec<Vec<ConsignmentLine>>, Vec<ConsignmentFault>> {
    let mut left: Vec<i64> = lines.iter().map(|line| line.quantity).collect();
    let mut faults = Vec::new();
    let mut all = Vec::with_capacity(asked.len());
    for (at, request) in asked.iter().enumerate() {
        let mut holds: Vec<ConsignmentLine> = Vec::new();
        for (place, wanted) in request.lines.iter().enumerate() {
            let Some(line) = lines.iter().position(|line| line.id == wanted.line) else {
                faults.push(ConsignmentFault::UnknownLine { at, line: place });
                continue;
            };
            if !(1..=left[line]).contains(&wanted.quantity) {
                faults.push(ConsignmentFault::Quantity { at, line: place });
                continue;
            }
            left[line] -= wanted.quantity;
            match holds.iter_mut().find(|other| other.line == wanted.line) {
                Some(same) => same.quantity += wanted.quantity,
                None => holds.extend(lines[line].item.requires_shipping.then_some(*wanted)),
            }
        }
        let is_here = |fault: &ConsignmentFault| match fault {
            ConsignmentFault::UnknownLine { at: other, .. }
            | ConsignmentFault::Quantity { at: other, .. } => *other == at,
            ConsignmentFault::Empty { .. } | ConsignmentFault::LeftOut { .. } => false,
        };
        if holds.is_empty() && !faults.iter().any(is_here) {
            faults.push(ConsignmentFault::Empty { at });
        }
        all.push(holds);
    }
    if faults.is_empty() {
        let sent = lines.iter().zip(left).enumerate().filter(|(_, (line, _))| line.item.requires_shipping);
        let short = sent.filter(|(_, (_, missing))| *missing > 0);
        faults.extend(short.map(|(line, (_, missing))| ConsignmentFault::LeftOut { line, missing }));
    }
    if faults.is_empty() { Ok(all) } else { Err(faults) }
}

impl Details {
    /// Takes the order apart as asked, with what each consignment holds. One that was there before keeps its id.
    pub fn consign(
        &mut self,
        asked: Vec<ConsignmentRequest>,
        holds: Vec<Vec<ConsignmentLine>>,
        id: impl Fn() -> ConsignmentId,
    ) {
        let before: Vec<ConsignmentId> = self.further.iter().map(|consignment| consignment.id).collect();
        let mut all = asked.into_iter().zip(holds);
        if let Some((first, _)) = all.next() {
            self.shipping = given(first.address.fresh());
            self.rate = first.rate;
        }
        let further = |(place, (request, lines)): (usize, (ConsignmentRequest, Vec<ConsignmentLine>))| {
            let id = before.get(place).copied().unwrap_or_else(&id);
            Consignment { id, lines, address: request.address.fresh(), rate: request.rate }
        };
        self.further = all.enumerate().map(further).collect();
    }

    /// Follows a change of lines: what is new goes with the first consignment, what is gone is missing there, and then in
    /// the last. One that holds nothing any more is gone, and where that is the first, the next takes its place.
    pub fn follow(&mut self, lines: &[Line]) {
        let mut left: Vec<(LineId, i64)> = lines
            .iter()
            .filter(|line| line.item.requires_shipping)
            .map(|line| (line.id, line.quantity))
            .collect();
        for consignment in &mut self.further {
            for held in &mut consignment.lines {
                let there = left.iter_mut().find(|(line, _)| *line == held.line);
                held.quantity = there.map_or(0, |(_, left)| {
                    let taken = held.quantity.min(*left);
                    *left -= taken;
                    taken
                });
            }
            consignment.lines.retain(|held| held.quantity > 0);
        }
        self.further.retain(|consignment| !consignment.lines.is_empty());
        if left.iter().all(|(_, left)| *left == 0) && !self.further.is_empty() {
            let next = self.further.remove(0);
            self.shipping = given(next.address);
            self.rate = next.rate;
        }
    }

    /// Where a consignment goes; the first is at 0.
    #[must_use]
    pub fn address_of(&self, at: usize) -> Option<&Address> {
        match at.checked_sub(1) {
            None => self.delivery_address(),
            Some(place) => self.further.get(place).map(|consignment| &consignment.address),
        }
    }

    /// The chosen rate of a consignment; the first is at 0.
    pub fn rate_of(&mut self, at: usize) -> Option<&mut Option<RateId>> {
        match at.checked_sub(1) {
            None => Some(&mut self.rate),
            Some(place) => self.further.get_mut(place).map(|consignment| &mut consignment.rate),
        }
    }

    /// What each further consignment holds.
    pub fn held_further(&self) -> impl Iterator<Item = &[ConsignmentLine]> {
        self.further.iter().map(|consignment| consignment.lines.as_slice())
    }
}

/// What goes with each consignment, the first at 0: places of lines, with their units.
#[must_use]
pub fn loads<'a>(lines: &[Line], further: impl Iterator<Item = &'a [ConsignmentLine]>) -> Vec<Load> {
    let mut first: Load = lines.iter().map(|line| line.quantity).enumerate().collect();
    let mut all = vec![Vec::new()];
    for held in further {
        let mut load: Load = Vec::with_capacity(held.len());
        for part in held {
            if let Some(place) = lines.iter().position(|line| line.id == part.line) {
                first[place].1 -= part.quantity;
                load.push((place, part.quantity));
            }
        }
        load.sort_unstable();
        all.push(load);
    }
    first.retain(|(_, units)| *units > 0);
    all[0] = first;
    all
}

/// Amounts of lines shared out over loads by units, by largest remainder: the parts of a line sum to it.
#[must_use]
pub fn shared(amounts: &[Minor], loads: &[&Load]) -> Vec<Vec<Minor>> {
    if let [_] = loads {
        return vec![amounts.to_vec()];
    }
    let mut units = vec![vec![Minor::ZERO; loads.len()]; amounts.len()];
    for (at, load) in loads.iter().enumerate() {
        for &(line, of_line) in *load {
            units[line][at] = Minor::new(of_line);
        }
    }
    let parts: Vec<Vec<Minor>> =
        amounts.iter().zip(&units).map(|(amount, units)| share_out(*amount, units)).collect();
    let of_load = |(at, load): (usize, &&Load)| load.iter().map(|(line, _)| parts[*line][at]).collect();
    loads.iter().enumerate().map(of_load).collect()
}
