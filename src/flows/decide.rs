//! From money that was taken to its verdict, and to what follows from that.
//!
//! **Invariant:** verdict, order or refund, attempt and session commit together; the session's save comes first, as
//! everywhere. A payment is decided about once: an own attempt is open until then.

use super::{
    App, FlowError, capture,
    place::{Paid, Placed, place},
    settle::{About, is_its_own},
};
use crate::{
    domain::{
        attempt::{Attempt, AttemptStatus},
        checkout::Phase,
        ids::{RefundId, VerdictId},
        instant::Timestamp,
        order::OrderPaymentStatus,
        verdict::{Case, NamedBinding, Payment, Reason, Verdict, verdict},
    },
    payment::{Account, Intent},
    store::{
        StoreError, WriteTx, attempt,
        binding::{self, Binding},
        order::{self, PaidBy},
        outbox,
        session::{self, Found as FoundSession},
        verdict::{self as verdicts, Decided, Outcome as Decision},
    },
};

/// Decides about money that was taken, and brings it about; says whether a refund is to be sent.
pub(super) async fn decide(
    tx: &WriteTx,
    about: &About,
    (account, read): (&Account, &Intent),
    now: Timestamp,
) -> Result<bool, FlowError> {
    let About { stored, found, .. } = about;
    let own = is_its_own(found, read);
    let binding = named(tx, about, read).await?;
    let attempt = Attempt {
        status: read.status,
        intent: Some(read.id.clone()),
        failure: None,
        operation: None,
        updated_at: now,
        ..found.attempt.clone()
    };
    // The provider may have moved to another binding before we recorded that it did.
    let at = binding.as_ref().map(|binding| (binding.bound.binding, binding.bound.total));
    let (at_binding, amount) = at.unwrap_or((attempt.binding, attempt.amount));
    let attempt = Attempt { binding: at_binding, amount, ..attempt };
    // An own attempt is closed in the transaction that decides about its payment.
    let undecided = own && found.attempt.is_open();
    if !undecided && verdicts::exists(tx, &read.id).await? {
        if own {
            attempt::save(tx, found, &attempt).await?;
        }
        // Money that was only authorized when the order was made.
        if let (AttemptStatus::Succeeded, Some(taken)) = (read.status, read.taken()) {
            capture::taken(tx, &read.id, taken, now).await?;
        }
        return Ok(false);
    }
    let case = case(tx, stored, account, binding.as_ref(), now).await?;
    let mut decision = verdict(&payment(read), &case);
    let mut order = None;
    let mut saved = stored.clone();
    if let (Verdict::Honour(..), Some(binding)) = (decision, &binding) {
        let by = PaidBy { attempt: attempt.id, intent: read.id.clone() };
        let status = if read.status == AttemptStatus::Authorized {
            OrderPaymentStatus::Authorized
        } else {
            OrderPaymentStatus::Paid
        };
        saved.version += 1;
        match place(tx, stored, binding, Paid { by: Some(by), status }, now).await? {
            Placed::Order(id) => order = Some(id),
            Placed::GoodsGone => decision = Verdict::Refund(Reason::StockGone),
        }
    }
    if own {
        attempt::save(tx, found, &attempt).await?;
    }
    let (outcome, reason) = match (decision, order) {
        (Verdict::AlreadyHonoured, _) => return Ok(false),
        (Verdict::Honour(_, reason), Some(order)) => (Decision::Honour(order), reason),
        (Verdict::Honour(_, reason) | Verdict::HoldForReview(reason), _) => (Decision::Review, reason),
        (Verdict::Refund(reason), _) => (Decision::Refund, reason),
    };
    store_decision(tx, stored, (&attempt, read), (outcome, reason), now).await?;
    let astray = !matches!(outcome, Decision::Honour(_));
    if astray && (own || saved.version != stored.version) {
        close(tx, &saved, now).await?;
    }
    Ok(matches!(outcome, Decision::Refund))
}

/// The binding that an intent names, where it is one of this session.
async fn named(tx: &WriteTx, about: &About, read: &Intent) -> Result<Option<Binding>, StoreError> {
    let Some(id) = read.binding else { return Ok(None) };
    let at_hand = about.binding.clone().filter(|binding| binding.bound.binding == id);
    let binding = match at_hand {
        Some(binding) => Some(binding),
        None => binding::find(tx, id).await?,
    };
    Ok(binding.filter(|binding| binding.session == about.stored.session.id))
}

fn payment(read: &Intent) -> Payment {
    Payment {
        intent: read.id.clone(),
        binding: read.binding,
        amount: read.taken(),
        currency: read.known_currency(),
        live: read.live,
    }
}

async fn case(
    tx: &WriteTx,
    stored: &FoundSession,
    account: &Account,
    binding: Option<&Binding>,
    now: Timestamp,
) -> Result<Case, StoreError> {
    let named = binding.map(|binding| NamedBinding {
        id: binding.bound.binding,
        total: binding.bound.total,
        currency: binding.currency,
        payable: binding.payable,
        late: binding.bound.valid_until.has_come(now),
        // Taken for granted until the order takes them; where they are gone, it says so.
        goods_held: true,
    });
    Ok(Case {
        live: account.live,
        ordered_by: match stored.session.phase {
            Phase::Completed { .. } => order::paid_by(tx, stored.session.id).await?,
            Phase::Draft
            | Phase::Bound(_)
            | Phase::Processing(_)
            | Phase::Canceled { .. }
            | Phase::Expired { .. } => None,
        },
        binding: named,
        ended: matches!(stored.session.phase, Phase::Canceled { .. } | Phase::Expired { .. }),
    })
}

async fn store_decision(
    tx: &WriteTx,
    stored: &FoundSession,
    (attempt, read): (&Attempt, &Intent),
    (outcome, reason): (Decision, Reason),
    now: Timestamp,
) -> Result<(), FlowError> {
    let decided = Decided {
        id: VerdictId::from_uuid(App::new_id()),
        session: stored.session.id,
        attempt: attempt.id,
        intent: read.id.clone(),
        outcome,
        reason,
        amount: read.taken().map_or(read.taken_wire, crate::domain::money::Minor::raw),
        currency: read.currency.clone(),
    };
    verdicts::insert(tx, &decided, now).await?;
    let word = reason.word();
    match outcome {
        Decision::Honour(order) => {
            tracing::info!(order.id = %order, reason = word, "payment became order {order}");
            return Ok(());
        }
        Decision::Refund => {
            let refund = RefundId::from_uuid(App::new_id());
            verdicts::insert_refund(tx, refund, &decided, now).await?;
            outbox::send_refund(tx, App::new_id(), refund, now).await?;
        }
        Decision::Review => {}
    }
    tracing::warn!(verdict.id = %decided.id, reason = word, "payment did not become an order: {word}");
    Ok(())
}

/// A session whose payment went astray is no longer payable by it: its holds are let go, unless it has ended already.
async fn close(tx: &WriteTx, stored: &FoundSession, now: Timestamp) -> Result<(), FlowError> {
    if matches!(
        stored.session.phase,
        Phase::Completed { .. } | Phase::Canceled { .. } | Phase::Expired { .. }
    ) {
        return Ok(());
    }
    let session = super::cancel::end(tx, stored.session.clone(), Phase::Draft, now).await?;
    session::save(tx, stored, &session).await?;
    Ok(())
}
