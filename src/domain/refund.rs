//! Money that a merchant gives back: what it is for, who gets it, and why nothing is given back.
//!
//! **Invariant:** what a refund is for and who gets it come to the same amount. How it is shared out, and how much there
//! can be, is decided in `refundable`.

use super::{
    currency::Currency,
    ids::{CertificateId, OrderId, OrderLineId, RefundId},
    instant::Timestamp,
    money::Minor,
};

/// What a refund can be for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Part {
    /// A line.
    Line(OrderLineId),
    /// A shipping charge, by its place in the order.
    Shipping(i32),
}

/// Who paid, and is paid back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Payer {
    /// The card, or whatever else the payment provider took.
    Card,
    /// A gift certificate.
    Certificate(CertificateId),
}

/// What is left of a part, or what is given back of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Share {
    /// The part.
    pub part: Part,
    /// Units; none of a shipping charge, and none where only money is given back.
    pub units: i64,
    /// How much, with tax.
    pub amount: Minor,
}

/// A refund, shared out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shares {
    /// What it is for.
    pub parts: Vec<Share>,
    /// Who gets it; nobody gets nothing.
    pub payers: Vec<(Payer, Minor)>,
}

impl Shares {
    /// How much it is.
    #[must_use]
    pub fn amount(&self) -> Minor {
        self.payers.iter().map(|(_, amount)| *amount).sum()
    }

    /// What the card gets.
    #[must_use]
    pub fn card(&self) -> Minor {
        self.payers.iter().filter(|(payer, _)| *payer == Payer::Card).map(|(_, amount)| *amount).sum()
    }

    /// What each gift certificate gets, in the order in which their rows are locked.
    #[must_use]
    pub fn certificates(&self) -> Vec<(CertificateId, Minor)> {
        let of = |(payer, amount): &(Payer, Minor)| match payer {
            Payer::Card => None,
            Payer::Certificate(id) => Some((*id, *amount)),
        };
        let mut all: Vec<_> = self.payers.iter().filter_map(of).collect();
        all.sort_unstable();
        all
    }

    /// Units of each line.
    pub fn units(&self) -> impl Iterator<Item = (OrderLineId, i64)> {
        self.parts.iter().filter_map(|share| match share.part {
            Part::Line(line) if share.units > 0 => Some((line, share.units)),
            Part::Line(_) | Part::Shipping(_) => None,
        })
    }
}

/// Where a refund stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RefundStatus {
    /// Asked for; the provider has not said yes or no.
    Pending,
    /// Done.
    Succeeded,
    /// Refused by the provider; it counts for nothing.
    Failed,
}

/// Money that a merchant gives back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refund {
    /// Its id.
    pub id: RefundId,
    /// Its order.
    pub order: OrderId,
    /// Currency of all its amounts.
    pub currency: Currency,
    /// Where it stands.
    pub status: RefundStatus,
    /// Why, for the buyer.
    pub reason: Option<String>,
    /// What the provider said when it refused.
    pub failure: Option<String>,
    /// Whether its units go back to stock once it is done.
    pub restock: bool,
    /// What it is for, and who gets it.
    pub shares: Shares,
    /// When it was asked for.
    pub created_at: Timestamp,
}

/// How a line is named.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LineName {
    /// By its id.
    Id(OrderLineId),
    /// By its SKU; several lines may have it, and are taken one after the other.
    Sku(String),
}

/// What to give back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// All that is left, with all units.
    Remaining,
    /// An amount; no units.
    Amount(Minor, Currency),
    /// Units of lines, and shipping.
    Parts {
        /// Lines with their units; all that are left where no number is given.
        lines: Vec<(LineName, Option<i64>)>,
        /// Whether all shipping charges are meant, too.
        shipping: bool,
    },
}

/// Why nothing is given back.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The money is authorized at most.
    #[error("the payment of this order is not captured, so there is nothing to give back")]
    NotCaptured,
    /// The card holder's bank has the money for now.
    #[error("the payment of this order is disputed; the dispute decides")]
    Disputed,
    /// Zero or less.
    #[error("what is given back is more than zero")]
    NotPositive,
    /// Nothing is left of it, or it cost nothing.
    #[error("this comes to nothing: nothing is left of it, or it cost nothing")]
    Nothing,
    /// The provider takes multiples of a step.
    #[error("the payment provider takes this currency in multiples of {0} minor units")]
    NotInSteps(i64),
    /// More than is left.
    #[error("only {} {} are left to give back", .1.figures(*.0), .1)]
    TooMuch(Minor, Currency),
    /// More units than are left of a line.
    #[error("only {left} units of {line} are left to give back")]
    TooManyUnits {
        /// The line as named.
        line: String,
        /// Units left.
        left: i64,
    },
    /// No line of this order.
    #[error("this order has no line {0}")]
    ForeignLine(String),
    /// Another currency than the order's.
    #[error("this order is in {0}")]
    OtherCurrency(Currency),
}

impl Refusal {
    /// The code that the merchant API has for it.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::NotCaptured | Self::Disputed => "INVALID_STATE",
            Self::NotPositive | Self::NotInSteps(_) => "INVALID",
            Self::Nothing | Self::TooMuch(..) => "AMOUNT_EXCEEDS_REFUNDABLE",
            Self::TooManyUnits { .. } => "QUANTITY_EXCEEDS_REMAINING",
            Self::ForeignLine(_) => "NOT_FOUND",
            Self::OtherCurrency(_) => "CURRENCY_INVALID",
        }
    }
}

impl std::fmt::Display for LineName {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Id(id) => id.fmt(f),
            Self::Sku(sku) => f.write_str(sku),
        }
    }
}
