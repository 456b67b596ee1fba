//! What a card holder's dispute makes of an order.
//!
//! **Invariant:** while the money of a dispute is withdrawn, the order is disputed and gives nothing back; what a lost
//! dispute took is booked once, by the dispute's id; once nothing is withdrawn any more, the order stands where its refunds
//! say.
//!
//! A lost dispute counts as given back, for the card alone, as a refund that was made at the provider by hand; nothing goes
//! back to stock, as nobody knows what the buyer kept. It counts for no more than is left of what the card paid: the
//! provider may name more, where rates of exchange moved or a part was given back before. What cannot be said in the order's
//! currency is not booked, and the order stays disputed until a person has looked. A decision that the bank takes back
//! later is taken back here, too.

use super::{
    App,
    capture::{by_nobody, not_taken},
};
use crate::{
    domain::{
        currency::Currency,
        ids::RefundId,
        instant::Timestamp,
        money::Minor,
        order::{Order, OrderPaymentStatus},
        refund::{Refund, RefundStatus},
        refundable::Left,
    },
    payment::aftermath::{Dispute, DisputedMoney},
    store::{
        StoreError, WriteTx,
        order::{self, PaidBy},
        refund as rows,
        verdict::{self, DISPUTE},
    },
};

/// What became of the books.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Taken {
    /// They say what the disputes say.
    Over,
    /// Not yet: a refund of ours is under way, and the provider decides which of the two gets what is left.
    TooEarly,
}

/// Takes over where the disputes of an order's payment stand; its row is locked.
pub(super) async fn take_over(
    tx: &WriteTx,
    of: (&Order, Minor, &PaidBy),
    disputes: &[Dispute],
    now: Timestamp,
) -> Result<Taken, StoreError> {
    let order = of.0;
    let mut is_disputed = false;
    // Oldest first, as they happened.
    for one in disputes.iter().rev() {
        let booked = verdict::lost_by(tx, &one.id).await?;
        match (one.money, booked) {
            (DisputedMoney::Merchants, None) => {}
            (DisputedMoney::Lost, booked) => match book(tx, of, (one, booked), now).await? {
                Booked::Done => {}
                Booked::TooEarly => return Ok(Taken::TooEarly),
                Booked::Unsayable => is_disputed = true,
            },
            (DisputedMoney::Withdrawn, None) => is_disputed = true,
            (still @ (DisputedMoney::Withdrawn | DisputedMoney::Merchants), Some(refund)) => {
                if let Some(refund) = rows::find(tx, refund).await? {
                    rows::undo(tx, &refund, "dispute_reversed", now).await?;
                }
                is_disputed |= still == DisputedMoney::Withdrawn;
                tracing::warn!(order.id = %order.id, dispute = %one.id, "dispute {} of order {} was lost, and is no longer", one.id, order.id);
            }
        }
    }
    let was_disputed = order.payment_status == OrderPaymentStatus::Disputed;
    order::dispute(tx, order.id, is_disputed, now).await?;
    if is_disputed && !was_disputed {
        tracing::warn!(order.id = %order.id, "the payment of order {} is disputed", order.id);
    }
    Ok(Taken::Over)
}

/// What became of a lost dispute.
#[derive(PartialEq, Eq)]
enum Booked {
    /// It is booked, or there was nothing left to book.
    Done,
    /// A refund of ours is under way that wants the same money.
    TooEarly,
    /// Its amount is none of the order's currency.
    Unsayable,
}

/// Books what a lost dispute took. Where a refund came back since it was booked, it took more than was left then.
async fn book(
    tx: &WriteTx,
    (order, charged, paid_by): (&Order, Minor, &PaidBy),
    (one, booked): (&Dispute, Option<RefundId>),
    now: Timestamp,
) -> Result<Booked, StoreError> {
    let Some(wanted) = amount(order.currency, one) else {
        tracing::error!(order.id = %order.id, dispute = %one.id, currency = %one.currency, "lost dispute {} of order {} is in another currency: a person must look", one.id, order.id);
        return Ok(Booked::Unsayable);
    };
    let before = rows::of_order(tx, order.id).await?;
    if let Some(booked) = before.iter().find(|refund| Some(refund.id) == booked) {
        let others =
            before.iter().filter(|refund| refund.id != booked.id && refund.status != RefundStatus::Failed);
        let free = Left::after(order, charged, others.map(|refund| &refund.shares)).card();
        if booked.shares.amount() >= wanted.min(free) {
            return Ok(Booked::Done);
        }
        rows::undo(tx, booked, "dispute_took_more", now).await?;
        return Box::pin(book(tx, (order, charged, paid_by), (one, None), now)).await;
    }
    let counting = |refund: &&Refund| refund.status != RefundStatus::Failed;
    let left = Left::after(order, charged, before.iter().filter(counting).map(|refund| &refund.shares));
    if wanted > left.card() && before.iter().any(|refund| refund.status == RefundStatus::Pending) {
        return Ok(Booked::TooEarly);
    }
    let Ok(shares) = left.off_the_card(wanted.min(left.card())) else {
        tracing::error!(order.id = %order.id, dispute = %one.id, "dispute {} of order {} was lost after all was given back", one.id, order.id);
        return Ok(Booked::Done);
    };
    let refund = not_taken(order, shares, false, now);
    rows::insert(tx, &refund, &by_nobody(&refund), (Some(paid_by), DISPUTE, App::new_id)).await?;
    verdict::settle_refund(tx, refund.id, Some(one.id.clone()), now).await?;
    rows::succeed(tx, refund.id, now).await?;
    tracing::warn!(order.id = %order.id, dispute = %one.id, "dispute {} of order {} is lost", one.id, order.id);
    Ok(Booked::Done)
}

/// A disputed amount in our minor units, up to a whole step; `None` in another currency.
fn amount(currency: Currency, one: &Dispute) -> Option<Minor> {
    let unit = currency.wire_factor() * currency.step();
    let steps = one.wire / unit + i64::from(one.wire % unit > 0);
    (one.currency == currency.code()).then(|| Minor::new(steps.saturating_mul(currency.step())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_amount_is_rounded_up_to_what_can_be_given_back_of_an_order() {
        for (code, wire, named, expected) in [
            ("USD", 10_01, "USD", Some(10_01)),
            ("KWD", 1_001, "KWD", Some(1_010)),
            ("KWD", 1_010, "KWD", Some(1_010)),
            ("ISK", 100_01, "ISK", Some(101)),
            ("JPY", 7, "JPY", Some(7)),
            ("USD", 10_01, "EUR", None),
        ] {
            let money = DisputedMoney::Lost;
            let one = Dispute { id: "dp_1".into(), wire, currency: named.into(), money };
            assert_eq!(amount(code.parse().unwrap(), &one).map(Minor::raw), expected, "{wire} {named}");
        }
    }
}
