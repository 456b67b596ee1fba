//! A purchase that was paid: an immutable snapshot of its binding, with statuses that move.
//!
//! **Invariant:** nothing in it changes when the catalogue does; what is given back is counted beside it. Its number is short and says nothing of how many
//! orders there are.

use super::{
    cart::{self, Line},
    currency::Currency,
    draft::Details,
    ids::{BindingId, CertificateId, DiscountId, OrderId, OrderLineId, SessionId},
    instant::Timestamp,
    money::Minor,
    quote::{Quote, Tax},
};

/// Where an order stands as a whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OrderStatus {
    /// Being worked on.
    Open,
    /// Fulfilled and settled.
    Closed,
    /// Canceled.
    Canceled,
}

/// Where its money stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OrderPaymentStatus {
    /// There was nothing to pay.
    NotRequired,
    /// Nothing was taken yet.
    Pending,
    /// Authorized, not captured.
    Authorized,
    /// Paid in full.
    Paid,
    /// Part was given back.
    PartiallyRefunded,
    /// All was given back.
    Refunded,
    /// Disputed.
    Disputed,
}

/// Where its goods stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OrderFulfillmentStatus {
    /// Nothing was sent.
    Unfulfilled,
    /// Part was sent.
    PartiallyFulfilled,
    /// All was sent.
    Fulfilled,
    /// Nothing needs to be sent.
    NotRequired,
}

/// What a bind froze: the goods, their price, and everything the buyer gave.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Snapshot {
    /// Lines as sold.
    pub lines: Vec<Line>,
    /// Their price.
    pub quote: Quote,
    /// What the buyer gave.
    pub details: Details,
}

impl Snapshot {
    /// Its discounts with a limit, in the order in which their rows are locked.
    #[must_use]
    pub fn limited_discounts(&self) -> Vec<DiscountId> {
        let limited = self.quote.discounts.iter().filter(|applied| applied.limited);
        let mut discounts: Vec<_> = limited.map(|applied| applied.discount).collect();
        discounts.sort_unstable();
        discounts
    }

    /// What gift certificates pay, in the order in which their rows are locked.
    #[must_use]
    pub fn drawn(&self) -> Vec<(CertificateId, Minor)> {
        let paying = self.quote.draws().filter(|draw| !draw.amount.is_zero());
        let mut drawn: Vec<_> = paying.map(|draw| (draw.certificate, draw.amount)).collect();
        drawn.sort_unstable();
        drawn
    }

    /// How many holds keep what it needs: one a variant, one a discount with a limit, one a gift certificate.
    #[must_use]
    pub fn holds(&self) -> i64 {
        let holds = cart::demand(&self.lines).len() + self.limited_discounts().len() + self.drawn().len();
        i64::try_from(holds).unwrap_or(i64::MAX)
    }
}

/// A purchase that was paid.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Order {
    /// Its id.
    pub id: OrderId,
    /// Number to show.
    pub number: String,
    /// The session it came from.
    pub session: SessionId,
    /// The binding it came from.
    pub binding: BindingId,
    /// Currency of all its amounts.
    pub currency: Currency,
    /// Where it stands.
    pub status: OrderStatus,
    /// Where its money stands.
    pub payment_status: OrderPaymentStatus,
    /// Where its goods stand.
    pub fulfillment_status: OrderFulfillmentStatus,
    /// What was bound.
    pub snapshot: Snapshot,
    /// Its lines.
    pub lines: Vec<OrderLine>,
    /// What was given back so far, to whomever.
    pub refunded: Minor,
    /// The buyer's message.
    pub customer_message: Option<String>,
    /// When it was placed.
    pub placed_at: Timestamp,
    /// When it was canceled.
    pub canceled_at: Option<Timestamp>,
}

/// One line of an order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrderLine {
    /// Its id.
    pub id: OrderLineId,
    /// The line as sold.
    pub line: Line,
    /// What discounts took, positive.
    pub discount: Minor,
    /// Its taxes.
    pub taxes: Vec<Tax>,
    /// Units that were given back.
    pub refunded_quantity: i64,
}

impl OrderLine {
    /// After discounts.
    #[must_use]
    pub fn total(&self) -> Minor {
        self.line.subtotal() - self.discount
    }

    /// Its taxes, contained or not.
    #[must_use]
    pub fn tax(&self) -> Minor {
        self.taxes.iter().map(|tax| tax.amount).sum()
    }
}

/// Letters and digits of an order number: no I, L, O, U, so that it survives a telephone (Crockford's base 32).
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// A number of eight signs from forty random bits, as ABCD-2345.
#[must_use]
pub fn number(random: [u8; 5]) -> String {
    let signs = crockford(&random);
    let (first, last) = signs.split_at(signs.len() / 2);
    format!("{first}-{last}")
}

/// Bytes as signs of five bits each, the highest first; the bits should fill them.
#[must_use]
pub(super) fn crockford(bytes: &[u8]) -> String {
    let bits = bytes.iter().fold(0_u128, |bits, &byte| bits << 8 | u128::from(byte));
    let signs = bytes.len() * 8 / 5;
    let sign = |place: usize| char::from(ALPHABET[usize::try_from(bits >> (5 * place) & 31).unwrap_or(0)]);
    (0..signs).rev().map(sign).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_order_number_is_short_and_plain() {
        assert_eq!(number([0; 5]), "0000-0000");
        assert_eq!(number([255; 5]), "ZZZZ-ZZZZ");
        assert_eq!(number([0, 0, 0, 0, 33]), "0000-0011");
    }
}
