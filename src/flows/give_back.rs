//! A merchant gives money back for an order.
//!
//! **Invariant:** what is left of the order is summed and the refund stored under the order's lock, before the provider is
//! asked; gift certificates, statuses and stock follow once it is certain that the money goes back. The same key does the
//! same thing once, however often it is sent; with another input it is refused.

use super::{App, FlowError, capture, merchant::Merchant, refund::deliver, retrying, token::sha256};
use crate::{
    domain::{
        ids::{OrderId, OrganizationId, RefundId},
        instant::Timestamp,
        money::Minor,
        order::{Order, OrderPaymentStatus},
        refund::{Refund, RefundStatus, Refusal, Target},
        refundable::Left,
    },
    failpoint::Commit,
    store::{
        Store, StoreError, Tx, WriteTx,
        order::{self, PaidBy},
        outbox,
        refund::{self as rows, Asked},
        verdict::{MERCHANT, RELEASED},
    },
};

/// The longest reason, in characters.
pub const REASON_MAX: usize = 500;
/// The longest key, in characters.
pub const KEY_MAX: usize = 255;

/// What a merchant asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted {
    /// What to give back.
    pub target: Target,
    /// Whether its units go back to stock.
    pub restock: bool,
    /// Why, for the buyer.
    pub reason: Option<String>,
    /// Makes a repeat harmless; without one, a repeat is another refund.
    pub key: Option<String>,
}

/// Why nothing is given back.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum GiveBackError {
    /// There is no such order in this organization.
    #[error("there is no such order")]
    NoSuchOrder,
    /// What is left of the order does not allow it.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The reason or the key is longer than allowed.
    #[error("a reason has at most {REASON_MAX} characters, a key {KEY_MAX}")]
    TooLong,
    /// The key was used for something else.
    #[error("this key was used for another refund")]
    KeyConflict,
}

impl GiveBackError {
    /// The code that the merchant API has for it.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::NoSuchOrder => "NOT_FOUND",
            Self::Refused(refusal) => refusal.code(),
            Self::TooLong => "TOO_LONG",
            Self::KeyConflict => "IDEMPOTENCY_CONFLICT",
        }
    }
}

/// An order and what may still be given back of it.
#[derive(Debug, Clone)]
pub struct Account {
    /// The order.
    pub order: Order,
    /// Its refunds, oldest first.
    pub refunds: Vec<Refund>,
    /// What is left, less what is under way; nothing where nothing was captured.
    pub left: Minor,
}

/// An order by its number or its id as printed, with its refunds.
pub async fn find(store: &Store, of: OrganizationId, named: &str) -> Result<Option<Account>, FlowError> {
    let tx = store.snapshot(of).await?;
    let id = match named.parse::<OrderId>() {
        Ok(id) => Some(id),
        // As numbers are printed, in capitals.
        Err(_) => order::id_of(&tx, &named.trim().to_uppercase()).await?,
    };
    let Some(id) = id else { return Ok(None) };
    let Some((order, charged)) = read(&tx, id).await? else { return Ok(None) };
    let refunds = rows::of_order(&tx, id).await?;
    let left = left_of(&order, charged, &refunds).map_or(Minor::ZERO, |left| left.amount());
    Ok(Some(Account { order, refunds, left }))
}

async fn read(tx: &Tx, id: OrderId) -> Result<Option<(Order, Minor)>, StoreError> {
    let Some(order) = order::find(tx, id).await? else { return Ok(None) };
    let paid = rows::payment_of(tx, id).await?;
    Ok(paid.map(|(charged, _)| (order, charged)))
}

/// Refunds that were refused count for nothing; those under way count.
pub(super) fn left_of(order: &Order, charged: Minor, refunds: &[Refund]) -> Result<Left, Refusal> {
    let counting = refunds.iter().filter(|refund| refund.status != RefundStatus::Failed);
    Left::of(order, charged, counting.map(|refund| &refund.shares))
}

/// Gives back, and asks the provider at once; what it does not answer is finished by the worker.
pub async fn give_back(
    app: &App,
    merchant: &Merchant,
    order: OrderId,
    wanted: &Wanted,
) -> Result<Result<Refund, GiveBackError>, FlowError> {
    let too_long = |text: &Option<String>, max| text.as_ref().is_some_and(|text| text.chars().count() > max);
    if too_long(&wanted.reason, REASON_MAX) || too_long(&wanted.key, KEY_MAX) {
        return Ok(Err(GiveBackError::TooLong));
    }
    let of = merchant.organization.id;
    let stored = match retrying!(store(app, of, order, wanted)) {
        // Of two with one key the other was faster, and is found now.
        Err(FlowError::Store(StoreError::Taken)) => retrying!(store(app, of, order, wanted))?,
        other => other?,
    };
    let id = match stored {
        Stored::Refused(why) => return Ok(Err(why)),
        Stored::Before(id) | Stored::Now(id, None) => id,
        Stored::Now(id, Some(entry)) => {
            // Whatever goes wrong from here on, the worker has it.
            if let Err(error) = deliver(app, merchant, entry).await {
                tracing::warn!(refund.id = %id, "refund {id} could not be sent now: {error}");
            }
            app.hurry();
            id
        }
    };
    let refund = rows::find(&app.store.read(of), id).await?;
    refund.map(Ok).ok_or_else(|| StoreError::Stale.into())
}

/// What became of a wish.
enum Stored {
    /// A refund, with what is to be sent where the card gets some of it.
    Now(RefundId, Option<uuid::Uuid>),
    /// The key did this before.
    Before(RefundId),
    /// Nothing is given back.
    Refused(GiveBackError),
}

async fn store(app: &App, of: OrganizationId, id: OrderId, wanted: &Wanted) -> Result<Stored, FlowError> {
    let now = app.now();
    let asked = Asked {
        key: wanted.key.as_ref().map(|key| sha256(key.as_bytes())),
        fingerprint: sha256(in_words(id, wanted).as_bytes()),
    };
    let tx = app.store.write(of).await?;
    if !rows::lock_order(&tx, id).await? {
        return Ok(Stored::Refused(GiveBackError::NoSuchOrder));
    }
    if let Some(key) = &asked.key
        && let Some(before) = rows::by_key(&tx, key).await?
    {
        let same = before.fingerprint == asked.fingerprint;
        return Ok(if same {
            Stored::Before(before.id)
        } else {
            Stored::Refused(GiveBackError::KeyConflict)
        });
    }
    let (Some(order), Some((charged, paid_by))) =
        (order::find(&tx, id).await?, rows::payment_of(&tx, id).await?)
    else {
        return Ok(Stored::Refused(GiveBackError::NoSuchOrder));
    };
    let before = rows::of_order(&tx, id).await?;
    let authorized = order.payment_status == OrderPaymentStatus::Authorized;
    if authorized && outbox::capture_of(&tx, id).await?.is_some() {
        return Ok(Stored::Refused(Refusal::NotCaptured.into()));
    }
    let left = left_of(&order, charged, &before);
    let shares = match left.clone().and_then(|left| left.shares(&wanted.target)) {
        Ok(shares) => shares,
        Err(why) => return Ok(Stored::Refused(why.into())),
    };
    let refund = Refund {
        id: RefundId::from_uuid(App::new_id()),
        order: id,
        currency: order.currency,
        status: RefundStatus::Pending,
        reason: wanted.reason.clone().filter(|reason| !reason.trim().is_empty()),
        failure: None,
        restock: wanted.restock,
        shares,
        created_at: now,
    };
    let is_all = left.is_ok_and(|left| left.card() == refund.shares.card());
    let entry = keep(&tx, (&order, paid_by.as_ref()), (&refund, &asked), is_all, now).await?;
    tx.commit_as(Commit::GiveBack).await?;
    tracing::info!(refund.id = %refund.id, order.id = %id, "refund {} of order {id} is stored", refund.id);
    Ok(Stored::Now(refund.id, entry))
}

/// Stores a refund; answers what is to be sent to the provider. Of an order that is only authorized nobody needs to be
/// asked until nothing is left to capture (`is_all`), as what is given back is not captured later.
async fn keep(
    tx: &WriteTx,
    (order, paid_by): (&Order, Option<&PaidBy>),
    (refund, asked): (&Refund, &Asked),
    is_all: bool,
    now: Timestamp,
) -> Result<Option<uuid::Uuid>, StoreError> {
    let authorized = order.payment_status == OrderPaymentStatus::Authorized;
    if authorized && !is_all {
        capture::release(tx, (order, paid_by), refund, asked, now).await?;
        return Ok(None);
    }
    let by_card = !refund.shares.card().is_zero();
    if !by_card && refund.restock {
        rows::lock_goods(tx, order, &refund.shares, now).await?;
    }
    let why = if authorized { RELEASED } else { MERCHANT };
    rows::insert(tx, refund, asked, (paid_by, why, App::new_id)).await?;
    if !by_card {
        // Nobody needs to be asked.
        rows::succeed(tx, refund.id, now).await?;
        return Ok(None);
    }
    let entry = App::new_id();
    outbox::send_refund(tx, entry, refund.id, now).await?;
    Ok(Some(entry))
}

/// A wish as text that no release changes, as it is compared with what a key did long ago.
fn in_words(order: OrderId, wanted: &Wanted) -> String {
    let mut words = vec![order.to_string(), format!("restock {}", wanted.restock)];
    match &wanted.target {
        Target::Remaining => words.push("remaining".to_owned()),
        Target::Amount(amount, currency) => words.push(format!("amount {} {currency}", amount.raw())),
        Target::Parts { lines, shipping } => {
            let units =
                |units: &Option<i64>| units.map_or_else(|| "all".to_owned(), |units| units.to_string());
            words.extend(lines.iter().map(|(name, number)| format!("line {} of {name}", units(number))));
            words.push(format!("shipping {shipping}"));
        }
    }
    words.extend(wanted.reason.iter().map(|reason| format!("reason {reason}")));
    words.join("\n")
}
