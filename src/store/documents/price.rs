//! Prices as found: quotes, offers, findings.
//!
//! **Invariant:** a quote read back adds up as it did, because it holds the parts and no sum.

use sea_orm::JsonValue;

use crate::{
    domain::{
        assessment::{AskedLine, AskedShipping, Assessment, Question},
        certificate::{CertificateOutcome, CertificateRejection, Draw},
        checkout::{Estimate, Finding, Found},
        discount::{Rejection, Target},
        explanation::{Step, StepKind},
        money::Minor,
        pricing::Delivery,
        quote::{
            Allocation, AppliedDiscount, CodeOutcome, Exemption, Offer, Quote, QuotedConsignment, QuotedLine,
            QuotedShipping, Tax, TaxScope, TaxSource, TaxStatus,
        },
        shipping::{Band, Charge, PickupPoint, Rate},
        vat::{Registration, Verification},
    },
    store::stored::{Stored, Unreadable, stored, stored_words},
};

stored_words! {
    TaxScope { Lines = "lines", Shipping = "shipping" }
    TaxStatus { Pending = "pending", Estimated = "estimated", Final = "final", Fallback = "fallback", Exempt = "exempt" }
    Target { Order = "order", Lines = "lines", Shipping = "shipping" }
    TaxSource { Table = "table", Provider = "provider", Fallback = "fallback" }
    Registration { Valid = "valid", Invalid = "invalid", Unknown = "unknown" }
    Exemption { ReverseCharge = "reverse_charge", Customer = "customer" }
    StepKind {
        Base = "base", Discount = "discount", Shipping = "shipping", Handling = "handling", Tax = "tax",
        TaxRelief = "tax_relief", Rounding = "rounding",
    }
    CertificateRejection {
        NotFound = "not_found", Expired = "expired", Disabled = "disabled", CurrencyMismatch = "currency_mismatch",
        Empty = "empty", NotNeeded = "not_needed",
    }
    Rejection {
        NotFound = "not_found", NotStarted = "not_started", Expired = "expired", Disabled = "disabled",
        UsageLimitReached = "usage_limit_reached", CustomerNotEligible = "customer_not_eligible",
        MinimumNotMet = "minimum_not_met", NoEligibleLines = "no_eligible_lines", NotCombinable = "not_combinable",
        CurrencyMismatch = "currency_mismatch",
    }
}

stored! {
    Quote {
        currency, taxes_included, tax_status, lines, shipping, discounts, codes, rounding;
        certificates, exemption, tax_source, further, verification,
    }
    QuotedConsignment { shipping, exemption }
    QuotedLine { line, title, quantity, unit_price, allocations, taxes; relief }
    Allocation { discount, amount }
    QuotedShipping { rate, name, before_discount, discount, discounted_by, taxes; handling, relief }
    Tax { title, rate, jurisdiction, scope, amount }
    AppliedDiscount { discount, title, code, target, amount, limited }
    CodeOutcome { code, result }
    Offer { rate, price_before_discount, price, grand_total, selected; handling }
    CertificateOutcome { masked, result }
    Draw { certificate, amount, remaining }
    Rate {
        id, name, description, currency, charge, free_from, subtotal_min, subtotal_max, delivery_days, sort_order;
        handling, pickup,
    }
    PickupPoint { name, address }
    Band { up_to, price }
    Step { kind, label, line, amount }
    Estimate { quote, offers, covered, findings; assessments, further, verification }
    Delivery { offers, covered }
    Verification { registration, at }
    Assessment { asked, reference, lines, shipping }
    Question { currency, included, destination, city, street, lines, shipping }
    AskedLine { line, amount, class }
    AskedShipping { rate, amount }
    Finding { line, what }
}

/// An amount, or a word.
impl Stored for Result<Minor, Rejection> {
    fn to_json(&self) -> JsonValue {
        match self {
            Ok(amount) => amount.to_json(),
            Err(why) => why.to_json(),
        }
    }
    fn from_json(json: &JsonValue) -> Result<Self, Unreadable> {
        if json.is_number() { Minor::from_json(json).map(Ok) } else { Rejection::from_json(json).map(Err) }
    }
}

/// What it pays, or a word.
impl Stored for Result<Draw, CertificateRejection> {
    fn to_json(&self) -> JsonValue {
        match self {
            Ok(draw) => draw.to_json(),
            Err(why) => why.to_json(),
        }
    }
    fn from_json(json: &JsonValue) -> Result<Self, Unreadable> {
        if json.is_object() {
            Draw::from_json(json).map(Ok)
        } else {
            CertificateRejection::from_json(json).map(Err)
        }
    }
}

/// A number, bands under the name of what they measure, or a pair under `per_item`: once, and for each unit.
impl Stored for Charge {
    fn to_json(&self) -> JsonValue {
        let bands = |measure: &str, bands: &Vec<Band>| {
            JsonValue::Object([(measure.to_owned(), bands.to_json())].into_iter().collect())
        };
        match self {
            Self::Flat(price) => price.to_json(),
            Self::PerItem { base, each } => {
                JsonValue::Object([("per_item".to_owned(), (*base, *each).to_json())].into_iter().collect())
            }
            Self::ByWeight(of) => bands("by_weight", of),
            Self::BySubtotal(of) => bands("by_subtotal", of),
        }
    }
    fn from_json(json: &JsonValue) -> Result<Self, Unreadable> {
        if let Some(pair) = json.get("per_item") {
            return Stored::from_json(pair).map(|(base, each)| Self::PerItem { base, each });
        }
        match (json.get("by_weight"), json.get("by_subtotal")) {
            (Some(bands), None) => Vec::from_json(bands).map(Self::ByWeight),
            (None, Some(bands)) => Vec::from_json(bands).map(Self::BySubtotal),
            (None, None) => Minor::from_json(json).map(Self::Flat),
            (Some(_), Some(_)) => Err(Unreadable),
        }
    }
}

/// A word, or a number under its name.
impl Stored for Found {
    fn to_json(&self) -> JsonValue {
        let with = |name: &str, number: i64| {
            JsonValue::Object([(name.to_owned(), number.into())].into_iter().collect())
        };
        match self {
            Self::Unavailable => "unavailable".into(),
            Self::Short { left } => with("left", *left),
            Self::PriceChanged { before } => with("price_before", before.raw()),
        }
    }
    fn from_json(json: &JsonValue) -> Result<Self, Unreadable> {
        let number = |name: &str| json.get(name).and_then(JsonValue::as_i64);
        match (json.as_str(), number("left"), number("price_before")) {
            (Some("unavailable"), None, None) => Ok(Self::Unavailable),
            (None, Some(left), None) => Ok(Self::Short { left }),
            (None, None, Some(before)) => Ok(Self::PriceChanged { before: Minor::new(before) }),
            _ => Err(Unreadable),
        }
    }
}
