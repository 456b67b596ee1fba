//! What the buyer should know or do.
//!
//! **Invariant:** each problem of the domain has exactly one message; the match is exhaustive, so a new problem stops the
//! build here. Sentences are English; a shop in another language goes by the code.

use std::sync::Arc;

use async_graphql::{Enum, SimpleObject};

use super::{checkout_line::CheckoutLine, suggestion::CheckoutSuggestion};
use crate::{
    domain::{certificate::CertificateRejection, discount::Rejection, ids::LineId, problem::Problem},
    flows::outcome::View,
};

/// Something the buyer should know or do.
#[derive(SimpleObject)]
pub struct CheckoutMessage {
    /// How grave it is. Any ERROR keeps the session from `READY_FOR_PAYMENT`.
    #[graphql(name = "type")]
    kind: CheckoutMessageType,
    /// What it is about. Switch on this, never on content.
    code: CheckoutMessageCode,
    /// Sentence to show, in English; for another language go by the code.
    content: String,
    /// How content is written.
    content_type: MessageContentType,
    /// Where it is: an RFC 9535 `JSONPath` into `CheckoutSession`, for example `$.lines[0].quantity` or
    /// `$.shippingAddress.postalCode`. Without the leading `$.` it is the name of a form field.
    field: Option<String>,
    /// Who can resolve it.
    resolution: Option<MessageResolution>,
    /// The line it is about.
    line: Option<CheckoutLine>,
    /// The discount code it is about.
    discount_code: Option<String>,
    /// A change that would solve the problem, ready to be sent: applied as it is, this message is
    /// gone; another may take its place. Null when only the buyer can know, and while nothing may be changed.
    suggestion: Option<CheckoutSuggestion>,
}

/// How grave a message is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
pub enum CheckoutMessageType {
    /// Blocks payment.
    Error,
    /// Should be seen; blocks nothing.
    Warning,
    /// Good to know.
    Info,
}

/// How a message is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
pub enum MessageContentType {
    /// Plain text.
    Plain,
}

/// Who can resolve a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
pub enum MessageResolution {
    /// The client, through this API.
    Recoverable,
    /// The buyer must give something.
    RequiresBuyerInput,
    /// The buyer must agree.
    RequiresBuyerReview,
}

/// What a message is about. New values may be added; keep a default branch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
pub enum CheckoutMessageCode {
    /// Something required is missing.
    Missing,
    /// A value is not valid.
    Invalid,
    /// A line can no longer be bought, or not in this quantity.
    OutOfStock,
    /// The shop asks another price than in the previous revision. What the buyer changed by taking more units, or by saying
    /// who they are, is not told.
    PriceChanged,
    /// A discount code does not apply; discountCodes says why.
    DiscountNotApplicable,
    /// A gift certificate does not pay; content says which and why.
    GiftCertificateNotApplicable,
    /// No zone covers the destination.
    DestinationNotCovered,
    /// A rate must be chosen.
    ShippingRateRequired,
    /// No rate fits, or the chosen rate no longer applies and was cleared.
    ShippingRateUnavailable,
    /// Tax was computed by the shop's own table, as its provider did not answer.
    TaxUnavailable,
    /// Nobody holds the VAT number, so tax is charged.
    VatIdNotRegistered,
    /// Whether anybody holds the VAT number could not be learned, so tax is charged. It is tried again with the next
    /// change of the number or the address, and by a bind.
    VatIdNotVerified,
    /// The total is below what the payment provider takes in this currency.
    TotalBelowMinimum,
    /// The total is above what the payment provider takes.
    TotalTooLarge,
    /// A reprice released the binding.
    BindingReleased,
    /// The last payment was declined.
    PaymentDeclined,
}

/// What a message says, apart from what it points at.
struct Said {
    code: CheckoutMessageCode,
    content: String,
    field: Option<String>,
    resolution: MessageResolution,
}

impl CheckoutMessage {
    /// All of a session, most severe first.
    #[must_use]
    pub fn all(view: &Arc<View>) -> Vec<Self> {
        let problems = view.session.problems(&view.organization.settings);
        problems.iter().map(|problem| Self::of(problem, view)).collect()
    }

    fn of(problem: &Problem, view: &Arc<View>) -> Self {
        let said = said(problem);
        Self {
            kind: gravity(problem),
            code: said.code,
            content: said.content,
            content_type: MessageContentType::Plain,
            field: said.field,
            resolution: Some(said.resolution),
            suggestion: CheckoutSuggestion::of(problem, view),
            line: line(problem).and_then(|line| CheckoutLine::of(view, line)),
            discount_code: if let Problem::CodeRejected { code, .. } = problem {
                Some(code.clone())
            } else {
                None
            },
        }
    }
}

const fn gravity(problem: &Problem) -> CheckoutMessageType {
    if problem.blocks() {
        return CheckoutMessageType::Error;
    }
    if matches!(problem, Problem::PriceChanged { .. } | Problem::BindingReleased) {
        CheckoutMessageType::Info
    } else {
        CheckoutMessageType::Warning
    }
}

const fn line(problem: &Problem) -> Option<LineId> {
    if let Problem::Unavailable { line, .. }
    | Problem::OutOfStock { line, .. }
    | Problem::PriceChanged { line, .. } = problem
    {
        Some(*line)
    } else {
        None
    }
}

fn say(code: CheckoutMessageCode, content: &str, field: Option<&str>, resolution: MessageResolution) -> Said {
    Said { code, content: content.to_owned(), field: field.map(str::to_owned), resolution }
}

fn said(problem: &Problem) -> Said {
    use CheckoutMessageCode as Code;
    use MessageResolution::{Recoverable, RequiresBuyerInput, RequiresBuyerReview};
    match problem {
        Problem::NoLines => say(Code::Missing, "The cart is empty.", Some("$.lines"), Recoverable),
        Problem::NameMissing => {
            say(Code::Missing, "A name is required.", Some("$.customer.name"), RequiresBuyerInput)
        }
        Problem::EmailMissing => {
            say(Code::Missing, "An email address is required.", Some("$.customer.email"), RequiresBuyerInput)
        }
        Problem::EmailInvalid => {
            say(Code::Invalid, "This is no email address.", Some("$.customer.email"), RequiresBuyerInput)
        }
        Problem::VatIdInvalid | Problem::VatIdNotRegistered | Problem::VatIdNotVerified => {
            said_of_vat(problem)
        }
        Problem::AddressMissing(..)
        | Problem::AddressInvalid(..)
        | Problem::Uncovered { .. }
        | Problem::NoRateFits(_)
        | Problem::RateRequired(_)
        | Problem::RateCleared(_) => said_of_delivery(problem),
        Problem::Unavailable { .. }
        | Problem::OutOfStock { .. }
        | Problem::PriceChanged { .. }
        | Problem::CodeRejected { .. } => said_of_cart(problem),
        Problem::CertificateRejected { masked, why } => Said {
            code: Code::GiftCertificateNotApplicable,
            content: format!("{} ({masked})", unpaid(*why)),
            field: Some("$.giftCertificates".to_owned()),
            resolution: Recoverable,
        },
        Problem::TaxFallback => say(
            Code::TaxUnavailable,
            "The tax was computed by the shop itself, as its tax service did not answer.",
            Some("$.totals.tax"),
            Recoverable,
        ),
        Problem::TotalBelowMinimum { .. } => say(
            Code::TotalBelowMinimum,
            "The total is too small to be paid.",
            Some("$.totals.amountDue"),
            Recoverable,
        ),
        Problem::TotalTooLarge => say(
            Code::TotalTooLarge,
            "The total is too large to be paid at once.",
            Some("$.totals.amountDue"),
            Recoverable,
        ),
        Problem::BindingReleased => say(
            Code::BindingReleased,
            "The order has changed; its total is no longer fixed.",
            None,
            RequiresBuyerReview,
        ),
        Problem::PaymentDeclined => say(
            Code::PaymentDeclined,
            "The payment was declined. Try again or pay another way.",
            None,
            RequiresBuyerInput,
        ),
    }
}

fn said_of_vat(problem: &Problem) -> Said {
    use CheckoutMessageCode as Code;
    let (code, text) = if *problem == Problem::VatIdNotRegistered {
        (Code::VatIdNotRegistered, "This VAT number is not registered, so tax is charged.")
    } else if *problem == Problem::VatIdNotVerified {
        (Code::VatIdNotVerified, "This VAT number could not be verified at present, so tax is charged.")
    } else {
        (Code::Invalid, "This is no VAT number of the European Union.")
    };
    say(code, text, Some("$.customer.vatId"), MessageResolution::RequiresBuyerInput)
}

fn said_of_delivery(problem: &Problem) -> Said {
    use CheckoutMessageCode as Code;
    use MessageResolution::{RequiresBuyerInput, RequiresBuyerReview};
    let (at, part, below, (code, content), resolution) = if let Problem::AddressMissing(at, part) = problem {
        let said = (Code::Missing, "The shipping address is not complete.");
        (at, "shippingAddress", part.field(), said, RequiresBuyerInput)
    } else if let Problem::AddressInvalid(at, part) = problem {
        let said = (Code::Invalid, "This does not fit the country of the address.");
        (at, "shippingAddress", part.field(), said, RequiresBuyerInput)
    } else if let Problem::Uncovered { at, blocks: true } = problem {
        let said = (Code::DestinationNotCovered, "The shop does not ship there.");
        (at, "shippingAddress", "", said, RequiresBuyerInput)
    } else if let Problem::Uncovered { at, blocks: false } = problem {
        let said =
            (Code::DestinationNotCovered, "No shipping rate covers this destination; none is charged.");
        (at, "shippingAddress", "", said, RequiresBuyerReview)
    } else if let Problem::NoRateFits(at) = problem {
        let said = (Code::ShippingRateUnavailable, "No shipping rate fits this order.");
        (at, "shippingAddress", "", said, RequiresBuyerInput)
    } else if let Problem::RateRequired(at) = problem {
        let said = (Code::ShippingRateRequired, "Choose a shipping rate.");
        (at, "selectedShippingRate", "", said, RequiresBuyerInput)
    } else {
        let at = if let Problem::RateCleared(at) = problem { at } else { &0 };
        let said = (Code::ShippingRateUnavailable, "The chosen shipping rate no longer applies.");
        (at, "selectedShippingRate", "", said, RequiresBuyerInput)
    };
    say(code, content, Some(&of_consignment(*at, part, below)), resolution)
}

/// A part of a consignment in the session; the first is the session's own.
fn of_consignment(at: usize, part: &str, below: &str) -> String {
    let dot = if below.is_empty() { "" } else { "." };
    if at == 0 { format!("$.{part}{dot}{below}") } else { format!("$.consignments[{at}].{part}{dot}{below}") }
}

fn said_of_cart(problem: &Problem) -> Said {
    use CheckoutMessageCode as Code;
    use MessageResolution::{Recoverable, RequiresBuyerReview};
    let at = |place: &usize, part: &str| Some(format!("$.lines[{place}]{part}"));
    let (code, content, field, resolution) = if let Problem::OutOfStock { place, left, .. } = problem {
        (Code::OutOfStock, format!("Only {left} left."), at(place, ".quantity"), Recoverable)
    } else if let Problem::PriceChanged { place, .. } = problem {
        (
            Code::PriceChanged,
            "The price has changed.".to_owned(),
            at(place, ".unitPrice"),
            RequiresBuyerReview,
        )
    } else if let Problem::CodeRejected { place, why, .. } = problem {
        let field = Some(format!("$.discountCodes[{place}]"));
        (Code::DiscountNotApplicable, rejection(*why).to_owned(), field, Recoverable)
    } else {
        let field = if let Problem::Unavailable { place, .. } = problem { at(place, "") } else { None };
        (Code::OutOfStock, "This can no longer be bought.".to_owned(), field, Recoverable)
    };
    Said { code, content, field, resolution }
}

const fn unpaid(why: CertificateRejection) -> &'static str {
    match why {
        CertificateRejection::NotFound => "There is no such gift certificate.",
        CertificateRejection::Expired => "This gift certificate is no longer valid.",
        CertificateRejection::Disabled => "This gift certificate is switched off.",
        CertificateRejection::CurrencyMismatch => "This gift certificate is of another currency.",
        CertificateRejection::Empty => "Nothing is left on this gift certificate.",
        CertificateRejection::NotNeeded => "Nothing is left to pay for this gift certificate.",
    }
}

const fn rejection(why: Rejection) -> &'static str {
    match why {
        Rejection::NotFound => "There is no such code.",
        Rejection::NotStarted => "This code is not valid yet.",
        Rejection::Expired => "This code is no longer valid.",
        Rejection::Disabled => "This code is switched off.",
        Rejection::UsageLimitReached => "This code was used up.",
        Rejection::CustomerNotEligible => "This code is not for you, or you have used it already.",
        Rejection::MinimumNotMet => "The order is too small for this code.",
        Rejection::NoEligibleLines => "Nothing in the cart is eligible for this code.",
        Rejection::NotCombinable => "This code cannot be combined with another.",
        Rejection::CurrencyMismatch => "This code is for another currency.",
    }
}
