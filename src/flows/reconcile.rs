//! What the worker does on its timer, done now and by hand: every open payment is looked up at the provider, what ran out
//! ends, what is due is acted on. And what no timer does: what became of payments since is looked for (see `missed`).
//!
//! **Invariant:** nothing here decides about money: each step is the worker's own flow, so it may run beside servers, and
//! many times at once. Each thing is taken up once, so it ends; what could not be settled is told and left to the servers.

use std::collections::HashSet;

use futures_util::{StreamExt, stream};

use super::{
    App, FlowError,
    due::{Due, Item},
    expire, look_up,
    merchant::Merchant,
    missed,
    settle::{self, Settled},
    take_up::{Taken, leave, take_up},
};
use crate::{
    domain::{
        attempt::AttemptStatus,
        checkout::Phase,
        ids::{EventId, SessionId},
        instant::Timestamp,
    },
    store::{
        Tx,
        attempt::{self, Payable},
        event, inbox, order,
        outbox::{self, Effect},
        session::{self, Found, Key},
    },
};

/// How a thing stands now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stands {
    /// Nothing is left to do about it.
    Settled,
    /// It waits for a buyer or a bank, as it should.
    Open,
    /// It could not be settled; the servers go on trying.
    Unsettled,
}

/// One thing that was looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Looked {
    /// What it was.
    pub what: String,
    /// How it stands now.
    pub stands: Stands,
    /// The same in words.
    pub said: String,
}

/// How many things stand how.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tally {
    /// Settled.
    pub settled: u64,
    /// Open.
    pub open: u64,
    /// Not settled.
    pub unsettled: u64,
}

/// Things read at once, and worked on at once.
const PAGE: u64 = 50;
const AT_ONCE: usize = 8;

/// What is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Wanted {
    /// One session only.
    pub only: Option<SessionId>,
    /// Since when what became of payments is looked for.
    pub since: Timestamp,
}

/// Looks at everything of one organization, or at one session of it, and tells each thing.
pub async fn reconcile(
    app: &App,
    merchant: &Merchant,
    Wanted { only, since }: Wanted,
    mut tell: impl FnMut(&Looked) + Send,
) -> Result<Tally, FlowError> {
    let mut tally = Tally::default();
    let mut count = |looked: &Looked| {
        match looked.stands {
            Stands::Settled => tally.settled += 1,
            Stands::Open => tally.open += 1,
            Stands::Unsettled => tally.unsettled += 1,
        }
        tell(looked);
    };
    let of = merchant.organization.id;
    let mut after = None;
    loop {
        let page = attempt::payable(&app.store.read(of), only, after, PAGE).await?;
        let Some(last) = page.last() else { break };
        after = Some(last.id);
        let mut all = stream::iter(page.into_iter().map(|one| payment(app, merchant, one))).buffered(AT_ONCE);
        while let Some(looked) = all.next().await {
            count(&looked);
        }
    }
    let mut seen = HashSet::new();
    loop {
        let due = match only {
            Some(session) => vec![Item { organization: of, what: Due::Session(session), at: app.now() }],
            None => app.store.due(Some(of), app.now(), PAGE).await?,
        };
        let fresh: Vec<Item> = due.into_iter().filter(|item| seen.insert(item.what)).collect();
        if fresh.is_empty() {
            break;
        }
        let mut all = stream::iter(fresh.into_iter().map(|item| one(app, item))).buffered(AT_ONCE);
        while let Some(looked) = all.next().await {
            count(&looked);
        }
    }
    match only {
        Some(session) => missed::look_at(app, merchant, session, count).await?,
        None => missed::look(app, merchant, since, count).await?,
    }
    Ok(tally)
}

/// Whether a session is one of the merchant's.
pub async fn knows(app: &App, merchant: &Merchant, id: SessionId) -> Result<bool, FlowError> {
    Ok(session::find(&app.store.read(merchant.organization.id), Key::Id(id)).await?.is_some())
}

/// A payment that may have come.
async fn payment(app: &App, merchant: &Merchant, payable: Payable) -> Looked {
    let Payable { session, intent, .. } = payable;
    let what = format!("payment {intent} of session {session}");
    let looked = |stands, said: String| Looked { what, stands, said };
    let organization = &merchant.organization;
    // Boxed, as many are under way at once.
    let settled = Box::pin(look_up::look_up(app, organization, merchant.account.as_ref(), &intent)).await;
    match settled {
        Ok(Settled::Handled) => match ended(app, merchant, session).await {
            Ok((stands, said)) => looked(stands, said),
            Err(error) => looked(Stands::Unsettled, error.to_string()),
        },
        Ok(Settled::Flagged) => {
            looked(Stands::Unsettled, "the provider does not know it, at least not under this key".to_owned())
        }
        Ok(Settled::Later | Settled::GivenUp) => {
            let why = if merchant.account.is_some() { "the provider could not be asked" } else { NO_ACCOUNT };
            looked(Stands::Unsettled, format!("{why}; the servers try again"))
        }
        Err(error) => looked(Stands::Unsettled, error.to_string()),
    }
}

pub(super) const NO_ACCOUNT: &str = "no usable account with the provider, see checkstand doctor";

/// Ends a session whose time is over, now that its payment is known; says how it stands.
async fn ended(app: &App, merchant: &Merchant, id: SessionId) -> Result<(Stands, String), FlowError> {
    Box::pin(expire::expire(app, merchant, id)).await?;
    stands(app, merchant, id).await
}

/// How a session stands.
async fn stands(app: &App, merchant: &Merchant, id: SessionId) -> Result<(Stands, String), FlowError> {
    let tx = app.store.read(merchant.organization.id);
    let Some(Found { session, attempt, .. }) = session::find(&tx, Key::Id(id)).await? else {
        return Ok((Stands::Settled, "gone".to_owned()));
    };
    let payment = attempt.map(|found| found.attempt.status);
    Ok(match session.phase {
        Phase::Completed { order, .. } => {
            let number = order::number_of(&tx, order).await?.unwrap_or_else(|| order.to_string());
            (Stands::Settled, format!("order {number}"))
        }
        Phase::Canceled { .. } => (Stands::Settled, "the session was canceled".to_owned()),
        Phase::Expired { .. } => (Stands::Settled, "the session ran out".to_owned()),
        Phase::Processing(_) => (Stands::Open, "the bank works on the payment".to_owned()),
        Phase::Draft | Phase::Bound(_) if session.due_at().is_some_and(|due| due.has_come(app.now())) => {
            (Stands::Unsettled, "its time is over, and its payment could not be ended".to_owned())
        }
        Phase::Draft | Phase::Bound(_) => match payment {
            Some(AttemptStatus::Succeeded | AttemptStatus::Authorized) => {
                (Stands::Settled, "paid without an order: see checkstand events".to_owned())
            }
            Some(
                AttemptStatus::Creating
                | AttemptStatus::RequiresPaymentMethod
                | AttemptStatus::RequiresAction
                | AttemptStatus::Processing
                | AttemptStatus::Failed,
            ) => (Stands::Open, "the buyer has not paid".to_owned()),
            Some(AttemptStatus::Canceled) | None => (Stands::Settled, "no payment is under way".to_owned()),
        },
    })
}

/// Something that is due; one that fails is left for later.
async fn one(app: &App, item: Item) -> Looked {
    let what = match item.what {
        Due::Event(id) => format!("event {}", EventId::from_uuid(id)),
        Due::Session(id) => format!("session {id}"),
        Due::Effect(id) => format!("effect {}", id.simple()),
    };
    let done = Box::pin(acted(app, &item)).await;
    let (stands, said) = match done {
        Ok(done) => done,
        Err(error) => {
            let left = leave(app, &item, &error).await;
            let said = left.map_or_else(
                |worse| format!("{error}; not even left for later: {worse}"),
                |()| error.to_string(),
            );
            (Stands::Unsettled, said)
        }
    };
    Looked { what, stands, said }
}

/// An event about a payment of ours should not wait; about somebody else's it does for a while, and is set aside.
async fn waiting(tx: &Tx, id: uuid::Uuid) -> Result<Stands, FlowError> {
    let Some(event) = inbox::find(tx, id).await? else { return Ok(Stands::Settled) };
    let ours = settle::about(tx, &event).await?.is_some();
    Ok(if ours { Stands::Unsettled } else { Stands::Open })
}

async fn acted(app: &App, item: &Item) -> Result<(Stands, String), FlowError> {
    let taken = take_up(app, item).await?;
    let tx = app.store.read(item.organization);
    Ok(match (taken, item.what) {
        (Taken::Event(Settled::Handled), _) => (Stands::Settled, "acted on".to_owned()),
        (Taken::Event(settled), Due::Event(id)) => {
            let found = event::find(&tx, &EventId::from_uuid(id).to_string()).await?;
            let note = found.and_then(|event| event.note).unwrap_or_else(|| "no reason is known".to_owned());
            match settled {
                Settled::Handled => (Stands::Settled, "acted on".to_owned()),
                Settled::Flagged => (Stands::Settled, format!("set aside: {note}")),
                Settled::Later => (waiting(&tx, id).await?, format!("waits: {note}")),
                Settled::GivenUp => (Stands::Unsettled, format!("given up: {note}")),
            }
        }
        (Taken::Session, Due::Session(id)) => match app.merchant_by_id(item.organization).await? {
            Some(merchant) => stands(app, &merchant, id).await?,
            None => (Stands::Settled, "gone".to_owned()),
        },
        (Taken::Effect, Due::Effect(id)) => match outbox::find(&tx, id).await? {
            None => (Stands::Settled, "the provider has answered".to_owned()),
            Some(entry) => {
                let what = match entry.effect {
                    Effect::Refund(id) => format!("refund {id}"),
                    Effect::Capture(order, _) => format!("the capture of order {order}"),
                };
                (Stands::Unsettled, format!("{what} could not be sent yet"))
            }
        },
        (Taken::Nothing | Taken::Event(_) | Taken::Session | Taken::Effect, _) => {
            (Stands::Settled, "gone".to_owned())
        }
    })
}
