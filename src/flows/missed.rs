//! What became of payments after their orders, looked for where no event told of it: refunds by hand, refunds that the bank
//! sent back, disputes, authorizations that ended or were captured by hand.
//!
//! **Invariant:** nothing here decides: what differs from our books goes through the inbox, as an event of our own. The
//! provider is asked for its lists, a hundred a call, and about a payment only where a list says what our books do not: so
//! the calls are as many as things went back, not as orders were made. Intents are listed only where an order is authorized,
//! and an order that is disputed for longer than the lists reach is looked at by itself.

use std::collections::{HashMap, HashSet};

use futures_util::{StreamExt, stream};

use super::{
    App, FlowError, aftermath,
    merchant::Merchant,
    reconcile::{Looked, NO_ACCOUNT, Stands},
    settle::Settled,
};
use crate::{
    domain::{
        attempt::AttemptStatus,
        ids::{RefundId, SessionId},
        instant::Timestamp,
        order::OrderPaymentStatus,
        refund::RefundStatus,
    },
    payment::{
        Account,
        aftermath::{DisputedMoney, Listed, Listing, Page},
    },
    store::{StoreError, Tx, order, verdict},
};

/// Payments looked at at once.
const AT_ONCE: usize = 8;

/// Looks at everything that the provider lists since an instant.
pub(super) async fn look(
    app: &App,
    merchant: &Merchant,
    since: Timestamp,
    mut tell: impl FnMut(&Looked) + Send,
) -> Result<(), FlowError> {
    let of = merchant.organization.id;
    let (any_paid, any_authorized) = order::any_paid(&app.store.read(of)).await?;
    if !any_paid {
        return Ok(());
    }
    let unlooked =
        |said: String| Looked { what: "what became of payments".to_owned(), stands: Stands::Unsettled, said };
    let Some(account) = &merchant.account else {
        tell(&unlooked(NO_ACCOUNT.to_owned()));
        return Ok(());
    };
    let (mut seen, mut listed) = (HashSet::new(), HashSet::new());
    for what in [Listing::Refunds, Listing::Disputes, Listing::Intents] {
        if what == Listing::Intents && !any_authorized {
            continue;
        }
        let mut after = None;
        loop {
            let page = match app.gateway()?.list_since(account, what, since, after.as_deref()).await {
                Ok(page) => page,
                Err(error) => {
                    tell(&unlooked(error.to_string()));
                    break;
                }
            };
            if what == Listing::Disputes {
                listed.extend(page.listed.iter().map(|(intent, _)| intent.clone()));
            }
            let news = news(&app.store.read(of), &page).await?;
            let fresh: Vec<String> = news.into_iter().filter(|intent| seen.insert(intent.clone())).collect();
            each(app, merchant, account, fresh, &mut tell).await;
            match page.next {
                Some(next) => after = Some(next),
                None => break,
            }
        }
    }
    // A bank may decide long after the dispute was made, and the list is by when it was.
    let disputed = order::disputed(&app.store.read(of)).await?;
    let older = disputed.into_iter().filter(|intent| !listed.contains(intent) && seen.insert(intent.clone()));
    each(app, merchant, account, older.collect(), &mut tell).await;
    Ok(())
}

/// Looks at the order of a session, whatever is listed.
pub(super) async fn look_at(
    app: &App,
    merchant: &Merchant,
    session: SessionId,
    mut tell: impl FnMut(&Looked) + Send,
) -> Result<(), FlowError> {
    let paid_by = order::paid_by(&app.store.read(merchant.organization.id), session).await?;
    let intent = paid_by.filter(|intent| !intent.is_empty());
    // Who cannot ask has said so of the payment itself.
    if let (Some(intent), Some(account)) = (intent, &merchant.account) {
        each(app, merchant, account, vec![intent], &mut tell).await;
    }
    Ok(())
}

async fn each(
    app: &App,
    merchant: &Merchant,
    account: &Account,
    intents: Vec<String>,
    tell: &mut (impl FnMut(&Looked) + Send),
) {
    let mut all =
        stream::iter(intents.into_iter().map(|intent| one(app, merchant, account, intent))).buffered(AT_ONCE);
    while let Some(looked) = all.next().await {
        tell(&looked);
    }
}

/// Looks at what became of a payment, and says where its order stands then.
async fn one(app: &App, merchant: &Merchant, account: &Account, intent: String) -> Looked {
    let organization = &merchant.organization;
    // Boxed, as many are under way at once.
    let settled = Box::pin(aftermath::look_after(app, organization, Some(account), &intent)).await;
    let (stands, said) = match settled {
        Ok(Settled::Handled) => match told(&app.store.read(organization.id), &intent).await {
            Ok(said) => (Stands::Settled, said),
            Err(error) => (Stands::Unsettled, error.to_string()),
        },
        Ok(Settled::Flagged) => (Stands::Unsettled, "the provider does not know it".to_owned()),
        Ok(Settled::Later | Settled::GivenUp) => {
            (Stands::Unsettled, "it could not be settled now; the servers try again".to_owned())
        }
        Err(error) => (Stands::Unsettled, error.to_string()),
    };
    Looked { what: format!("what became of payment {intent}"), stands, said }
}

/// An order in words.
async fn told(tx: &Tx, intent: &str) -> Result<String, StoreError> {
    let Some(id) = order::of_intent(tx, intent).await? else { return Ok("no order".to_owned()) };
    let Some(order) = order::find(tx, id).await? else { return Ok("no order".to_owned()) };
    let status = match order.payment_status {
        OrderPaymentStatus::NotRequired => "nothing to pay",
        OrderPaymentStatus::Pending => "not paid",
        OrderPaymentStatus::Authorized => "authorized",
        OrderPaymentStatus::Paid => "paid",
        OrderPaymentStatus::PartiallyRefunded => "refunded in part",
        OrderPaymentStatus::Refunded => "refunded",
        OrderPaymentStatus::Disputed => "disputed",
    };
    let (currency, back) = (order.currency, order.currency.figures(order.refunded));
    Ok(format!("order {} is {status}, {back} {currency} of it went back", order.number))
}

/// Intents of a page whose orders do not say what is listed; two statements.
async fn news(tx: &Tx, page: &Page) -> Result<Vec<String>, StoreError> {
    let intents: Vec<&str> = page.listed.iter().map(|(intent, _)| intent.as_str()).collect();
    let orders: HashMap<String, OrderPaymentStatus> =
        order::of_intents(tx, &intents).await?.into_iter().collect();
    let (mut theirs, mut ours) = (Vec::new(), Vec::new());
    for (intent, listed) in &page.listed {
        match listed {
            _ if !orders.contains_key(intent) => {}
            Listed::Refund(refund) => {
                ours.extend(refund.ours);
                theirs.push(refund.id.as_str());
            }
            Listed::Dispute(dispute) => theirs.push(&dispute.id),
            Listed::Intent(_) => {}
        }
    }
    let booked = Booked::read(tx, &theirs, &ours).await?;
    let is_news = |(intent, listed): &&(String, Listed)| {
        orders.get(intent).is_some_and(|order| differs(listed, *order, booked.of(listed)))
    };
    Ok(page.listed.iter().filter(is_news).map(|(intent, _)| intent.clone()).collect())
}

/// What our books have of a page.
#[derive(Default)]
struct Booked {
    ours: HashMap<RefundId, RefundStatus>,
    theirs: HashMap<String, RefundStatus>,
}

impl Booked {
    async fn read(tx: &Tx, theirs: &[&str], ours: &[RefundId]) -> Result<Self, StoreError> {
        let mut booked = Self::default();
        if theirs.is_empty() && ours.is_empty() {
            return Ok(booked);
        }
        for (id, named, status) in verdict::named(tx, theirs, ours).await? {
            booked.ours.insert(id, status);
            // One that was taken back and booked again counts.
            if let Some(named) =
                named.filter(|named| status != RefundStatus::Failed || !booked.theirs.contains_key(named))
            {
                booked.theirs.insert(named, status);
            }
        }
        Ok(booked)
    }

    fn of(&self, listed: &Listed) -> Option<RefundStatus> {
        match listed {
            Listed::Refund(refund) => {
                let ours = refund.ours.and_then(|id| self.ours.get(&id));
                // What the database had forgotten is booked by the provider's id.
                ours.or_else(|| self.theirs.get(&refund.id)).copied()
            }
            Listed::Dispute(dispute) => self.theirs.get(&dispute.id).copied(),
            Listed::Intent(_) => None,
        }
    }
}

/// Whether what is listed is not what our books say. What is under way is finished by whoever is at it.
fn differs(listed: &Listed, order: OrderPaymentStatus, booked: Option<RefundStatus>) -> bool {
    use RefundStatus::{Failed, Pending, Succeeded};
    let is_disputed = order == OrderPaymentStatus::Disputed;
    match listed {
        Listed::Refund(refund) => match (booked, &refund.failure) {
            (None, None) | (Some(Succeeded), Some(_)) => true,
            (None | Some(Failed), Some(_)) | (Some(Succeeded | Failed), None) | (Some(Pending), _) => false,
        },
        Listed::Dispute(dispute) => match (dispute.money, booked) {
            (DisputedMoney::Lost, Some(Succeeded | Pending)) => false,
            (DisputedMoney::Lost, None | Some(Failed)) | (DisputedMoney::Withdrawn, Some(Succeeded)) => true,
            (DisputedMoney::Withdrawn, None | Some(Failed | Pending)) => !is_disputed,
            // Disputed may be by another one.
            (DisputedMoney::Merchants, booked) => is_disputed || booked == Some(Succeeded),
        },
        Listed::Intent(status) => {
            order == OrderPaymentStatus::Authorized
                && matches!(status, AttemptStatus::Succeeded | AttemptStatus::Canceled)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::payment::aftermath::{Dispute, GivenBack};

    #[test]
    fn only_what_our_books_do_not_say_is_news() {
        use OrderPaymentStatus::{Authorized, Disputed, Paid};
        use RefundStatus::{Failed, Pending, Succeeded};
        let refund = |failure: Option<&str>| {
            let failure = failure.map(str::to_owned);
            Listed::Refund(GivenBack { id: "re_1".into(), ours: None, wire: 1, failure })
        };
        let dispute =
            |money| Listed::Dispute(Dispute { id: "du_1".into(), wire: 1, currency: "USD".into(), money });
        let (made, failed) = (refund(None), refund(Some("lost_or_stolen_card")));
        let [withdrawn, kept, lost] =
            [DisputedMoney::Withdrawn, DisputedMoney::Merchants, DisputedMoney::Lost].map(dispute);
        let [taken, ended, open] =
            [AttemptStatus::Succeeded, AttemptStatus::Canceled, AttemptStatus::Authorized]
                .map(Listed::Intent);
        for (listed, order, booked, expected) in [
            (&made, Paid, None, true),
            (&made, Paid, Some(Succeeded), false),
            (&made, Paid, Some(Pending), false),
            (&failed, Paid, None, false),
            (&failed, Paid, Some(Succeeded), true),
            (&failed, Paid, Some(Failed), false),
            (&withdrawn, Paid, None, true),
            (&withdrawn, Disputed, None, false),
            (&withdrawn, Disputed, Some(Succeeded), true),
            (&kept, Paid, None, false),
            (&kept, Disputed, None, true),
            (&kept, Paid, Some(Succeeded), true),
            (&lost, Paid, None, true),
            (&lost, Paid, Some(Failed), true),
            (&lost, Paid, Some(Succeeded), false),
            (&taken, Paid, None, false),
            (&taken, Authorized, None, true),
            (&ended, Authorized, None, true),
            (&open, Authorized, None, false),
        ] {
            assert_eq!(differs(listed, order, booked), expected, "{listed:?} {order:?} {booked:?}");
        }
    }
}
