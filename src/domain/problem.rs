//! What stands between a session and its payment, and what its buyer should know.
//!
//! **Invariant:** everything is said at once. The same list answers a read and guards `bind`, so a page can never be
//! told one thing and refused for another.

use super::{
    buyer::{AddressPart, is_email},
    certificate::CertificateRejection,
    checkout::{Found, Note, Offered, Phase, Session},
    consignment::{Load, loads},
    discount::Rejection,
    ids::LineId,
    money::{CHARGE_MAX, Minor},
    quote::TaxSource,
    tenant::{Settings, UncoveredPolicy},
    vat::{Registration, member_state},
};

/// One thing to know or to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Problem {
    /// Nothing is bought.
    NoLines,
    /// The customer's name is missing or blank.
    NameMissing,
    /// The customer's e-mail is missing or blank.
    EmailMissing,
    /// The customer's e-mail is no address.
    EmailInvalid,
    /// The VAT number has the form of none.
    VatIdInvalid,
    /// Goods must be sent and a part of the address of this consignment is missing. The first is at 0, here and below.
    AddressMissing(usize, AddressPart),
    /// Goods must be sent and a part of the address of this consignment cannot be right.
    AddressInvalid(usize, AddressPart),
    /// Nobody ships there.
    Uncovered {
        /// Place of the consignment.
        at: usize,
        /// Whether the shop refuses then.
        blocks: bool,
    },
    /// A zone covers the destination of this consignment, but no rate fits it.
    NoRateFits(usize),
    /// Rates apply to this consignment and none is chosen.
    RateRequired(usize),
    /// The chosen rate no longer applied and was cleared.
    RateCleared(usize),
    /// A line can no longer be bought.
    Unavailable {
        /// Its place.
        place: usize,
        /// The line.
        line: LineId,
    },
    /// Fewer units are left than a line wants.
    OutOfStock {
        /// Its place.
        place: usize,
        /// The line.
        line: LineId,
        /// Units that can be sold.
        left: i64,
    },
    /// A line's unit price changed.
    PriceChanged {
        /// Its place.
        place: usize,
        /// The line.
        line: LineId,
    },
    /// A code does not apply.
    CodeRejected {
        /// Its place.
        place: usize,
        /// The code as typed.
        code: String,
        /// Why.
        why: Rejection,
    },
    /// A gift certificate does not pay.
    CertificateRejected {
        /// What may be shown of its code.
        masked: String,
        /// Why.
        why: CertificateRejection,
    },
    /// The tax is from the shop's own table, as its provider did not answer.
    TaxFallback,
    /// Nobody holds the VAT number, so tax is charged.
    VatIdNotRegistered,
    /// Whether anybody holds the VAT number could not be learned, so tax is charged.
    VatIdNotVerified,
    /// The total is below what the provider takes.
    TotalBelowMinimum {
        /// The least that can be charged.
        minimum: Minor,
    },
    /// The total is above what the provider takes.
    TotalTooLarge,
    /// A change released the binding.
    BindingReleased,
    /// The last payment was declined.
    PaymentDeclined,
}

impl Problem {
    /// Whether it keeps the session from being paid.
    #[must_use]
    pub const fn blocks(&self) -> bool {
        match self {
            Self::NoLines
            | Self::NameMissing
            | Self::EmailMissing
            | Self::EmailInvalid
            | Self::VatIdInvalid
            | Self::AddressMissing(..)
            | Self::AddressInvalid(..)
            | Self::NoRateFits(_)
            | Self::RateRequired(_)
            | Self::Unavailable { .. }
            | Self::OutOfStock { .. }
            | Self::TotalBelowMinimum { .. }
            | Self::TotalTooLarge => true,
            Self::Uncovered { blocks, .. } => *blocks,
            Self::RateCleared(_)
            | Self::PriceChanged { .. }
            | Self::CodeRejected { .. }
            | Self::CertificateRejected { .. }
            | Self::TaxFallback
            | Self::VatIdNotRegistered
            | Self::VatIdNotVerified
            | Self::BindingReleased
            | Self::PaymentDeclined => false,
        }
    }
}

/// Everything to know or to do, in the order a form shows it; blocking ones first.
#[must_use]
pub fn problems(session: &Session, settings: &Settings) -> Vec<Problem> {
    if matches!(session.phase, Phase::Completed { .. } | Phase::Canceled { .. } | Phase::Expired { .. }) {
        return Vec::new();
    }
    let mut all: Vec<Problem> = [
        lines(session),
        buyer(session),
        delivery(session, settings),
        totals(session),
        codes(session),
        certificates(session),
        tax(session),
        notes(session),
    ]
    .concat();
    all.sort_by_key(|problem| !problem.blocks());
    all
}

fn lines(session: &Session) -> Vec<Problem> {
    let place = |line: LineId| session.lines.iter().position(|other| other.id == line);
    let found = session.estimate.findings.iter().filter_map(|finding| {
        let (place, line) = (place(finding.line)?, finding.line);
        Some(match finding.what {
            Found::Unavailable => Problem::Unavailable { place, line },
            Found::Short { left } => Problem::OutOfStock { place, line, left },
            Found::PriceChanged { .. } => Problem::PriceChanged { place, line },
        })
    });
    session.lines.is_empty().then_some(Problem::NoLines).into_iter().chain(found).collect()
}

fn buyer(session: &Session) -> Vec<Problem> {
    let buyer = &session.details.buyer;
    let email = match buyer.given_email() {
        None => Some(Problem::EmailMissing),
        Some(email) => (!is_email(email)).then_some(Problem::EmailInvalid),
    };
    let wrong = buyer.given_vat_id().filter(|number| member_state(number).is_none());
    let vat_id = wrong.map(|_| Problem::VatIdInvalid);
    let name = buyer.given_name().is_none().then_some(Problem::NameMissing);
    name.into_iter().chain(email).chain(vat_id).collect()
}

fn delivery(session: &Session, settings: &Settings) -> Vec<Problem> {
    if !session.ships() {
        return Vec::new();
    }
    let loads = loads(&session.lines, session.details.held_further());
    let sent =
        |load: &[(usize, i64)]| load.iter().any(|(place, _)| session.lines[*place].item.requires_shipping);
    let of = |(at, (load, offered)): (usize, (&Load, Offered<'_>))| {
        if sent(load) { delivery_of(session, settings, at, offered) } else { Vec::new() }
    };
    loads.iter().zip(session.estimate.deliveries()).enumerate().flat_map(of).collect()
}

fn delivery_of(
    session: &Session,
    settings: &Settings,
    at: usize,
    (offers, covered): Offered<'_>,
) -> Vec<Problem> {
    let address = session.details.address_of(at).cloned().unwrap_or_default();
    let picked_up = offers.iter().any(|offer| offer.selected && offer.rate.pickup.is_some());
    // Nobody needs a street to pick something up.
    let asked = address.missing().into_iter().filter(|part| !picked_up || *part == AddressPart::Country);
    let mut found: Vec<Problem> = asked.map(|part| Problem::AddressMissing(at, part)).collect();
    found.extend(address.wrong().into_iter().map(|part| Problem::AddressInvalid(at, part)));
    let reachable = address.country.is_some();
    if reachable && !covered {
        found.push(Problem::Uncovered { at, blocks: settings.uncovered == UncoveredPolicy::Refuse });
    } else if reachable && offers.is_empty() {
        found.push(Problem::NoRateFits(at));
    } else if !offers.is_empty() && !offers.iter().any(|offer| offer.selected) {
        found.push(Problem::RateRequired(at));
    }
    found
}

fn totals(session: &Session) -> Vec<Problem> {
    let due = session.estimate.quote.amount_due();
    let minimum = session.currency.minimum_charge();
    if session.currency.to_wire(due) > CHARGE_MAX {
        vec![Problem::TotalTooLarge]
    } else if due > Minor::ZERO && due < minimum {
        vec![Problem::TotalBelowMinimum { minimum }]
    } else {
        Vec::new()
    }
}

fn codes(session: &Session) -> Vec<Problem> {
    let rejected = |(place, outcome): (usize, &super::quote::CodeOutcome)| {
        outcome.result.err().map(|why| Problem::CodeRejected { place, code: outcome.code.clone(), why })
    };
    session.estimate.quote.codes.iter().enumerate().filter_map(rejected).collect()
}

fn certificates(session: &Session) -> Vec<Problem> {
    let rejected = |one: &super::certificate::CertificateOutcome| {
        one.result.err().map(|why| Problem::CertificateRejected { masked: one.masked.clone(), why })
    };
    session.estimate.quote.certificates.iter().filter_map(rejected).collect()
}

fn tax(session: &Session) -> Vec<Problem> {
    let quote = &session.estimate.quote;
    let fell_back = (quote.tax_source == TaxSource::Fallback).then_some(Problem::TaxFallback);
    let unproven = match quote.verification.map(|said| said.registration) {
        Some(Registration::Invalid) => Some(Problem::VatIdNotRegistered),
        Some(Registration::Unknown) => Some(Problem::VatIdNotVerified),
        Some(Registration::Valid) | None => None,
    };
    // Who is asked no tax, for whatever reason, need not prove anything.
    let exempt = (0..=quote.further.len()).any(|at| quote.exemption_of(at).is_some());
    fell_back.into_iter().chain(unproven.filter(|_| !exempt)).collect()
}

fn notes(session: &Session) -> Vec<Problem> {
    // The note does not say whose it was; the first that has none is where one is wanted.
    let without = |(offers, _): Offered<'_>| !offers.iter().any(|offer| offer.selected);
    let unchosen = session.estimate.deliveries().position(without).unwrap_or(0);
    let told = |note: &Note| match note {
        Note::BindingReleased => Problem::BindingReleased,
        Note::PaymentDeclined => Problem::PaymentDeclined,
        Note::RateCleared => Problem::RateCleared(unchosen),
    };
    session.notes.iter().map(told).collect()
}
