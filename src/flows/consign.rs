//! Takes an order apart, and says where in the request each consignment is.
//!
//! **Invariant:** what was asked for is held whole or refused whole; what was there before follows the lines.

use super::{
    App,
    outcome::{Code, Detail, Refusal},
};
use crate::domain::{
    cart::Line,
    checkout::{Offered, Session},
    consignment::{ConsignmentFault, held},
    draft::{Details, Draft, Patch},
    ids::ConsignmentId,
};

const BASE: &str = "$.draft.consignments";

/// Whose rates a draft gives.
#[derive(Debug, Clone, Default)]
pub(super) struct Given {
    /// `shippingRateId`.
    alone: bool,
    /// Those of consignments, in their order.
    each: Vec<bool>,
}

impl Given {
    /// What a draft gives.
    pub(super) fn by(draft: &Draft) -> Self {
        let each = draft.consignments.as_set().map_or(&[][..], Vec::as_slice);
        Self {
            alone: draft.rate.as_set().is_some(),
            each: each.iter().map(|request| request.rate.is_some()).collect(),
        }
    }

    /// Where the rate of a consignment was given, the first at 0; `None` where it was not.
    pub(super) fn path(&self, at: usize) -> Option<String> {
        let of_each = self.each.get(at).copied().unwrap_or(false);
        (of_each || (self.alone && at == 0)).then(|| path(at, !self.each.is_empty(), "shippingRateId"))
    }
}

/// Where a part of a consignment is in a draft; of an order that is not taken apart, in the draft itself.
pub(super) fn path(at: usize, apart: bool, part: &str) -> String {
    if apart { format!("{BASE}[{at}].{part}") } else { format!("$.draft.{part}") }
}

/// Takes an order apart as a draft says; without a word of it, consignments follow the lines.
pub(super) fn consign(details: &mut Details, draft: &Draft, lines: &[Line]) -> Result<(), Vec<Refusal>> {
    let asked = match &draft.consignments {
        Patch::Set(asked) => asked,
        Patch::Keep | Patch::Clear => {
            details.follow(lines);
            return Ok(());
        }
    };
    if asked.is_empty() {
        details.further.clear();
        return Ok(());
    }
    if draft.shipping.as_set().is_some() || draft.rate.as_set().is_some() {
        return Err(vec![Refusal::at(Code::ConflictingInput, BASE)]);
    }
    let holds = held(asked, lines).map_err(|faults| faults.iter().map(refusal).collect::<Vec<_>>())?;
    details.consign(asked.clone(), holds, || ConsignmentId::from_uuid(App::new_id()));
    Ok(())
}

/// Whether consignments are what a client sends: it does, or the session has several.
pub(super) fn is_apart(session: &Session, draft: &Draft) -> bool {
    let sends = draft.consignments.as_set().is_some_and(|asked| !asked.is_empty());
    sends || !session.details.further.is_empty()
}

/// A refusal for each consignment that rates apply to and for which the bind itself carries none.
pub(super) fn rates_missing(session: &Session, draft: &Draft) -> Vec<Refusal> {
    let (given, apart) = (Given::by(draft), is_apart(session, draft));
    let refusal = |(at, (offers, _)): (usize, Offered<'_>)| {
        (!offers.is_empty() && given.path(at).is_none()).then(|| {
            let detail = Detail::Rates { currency: session.currency, offers: offers.to_vec() };
            Refusal::at(Code::ShippingRateRequired, path(at, apart, "shippingRateId")).with(detail)
        })
    };
    session.estimate.deliveries().enumerate().filter_map(refusal).collect()
}

fn refusal(fault: &ConsignmentFault) -> Refusal {
    let line = |at: usize, line: usize, part: &str| format!("{BASE}[{at}].lines[{line}].{part}");
    match *fault {
        ConsignmentFault::Empty { at } => Refusal {
            message: "Nothing that must be sent is in this consignment.".to_owned(),
            ..Refusal::at(Code::Required, format!("{BASE}[{at}].lines"))
        },
        ConsignmentFault::UnknownLine { at, line: place } => {
            Refusal::at(Code::MerchandiseNotFound, line(at, place, "lineId"))
        }
        ConsignmentFault::Quantity { at, line: place } => Refusal {
            message: "The line has not as many units that are in no other consignment.".to_owned(),
            ..Refusal::at(Code::Invalid, line(at, place, "quantity"))
        },
        ConsignmentFault::LeftOut { line, missing } => Refusal {
            message: format!("{missing} units of line {line} of the session are in no consignment."),
            ..Refusal::at(Code::Required, BASE)
        },
    }
}
