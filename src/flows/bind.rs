//! Step 3: the last reprice, after which the total is binding.
//!
//! Everything in one transaction or nothing: price, rate, tax, stock, uses of discounts, the snapshot and its deadline.
//! Locks are taken in the order session, stock (by variant id), discounts, gift certificates. Binding again with the
//! same content while the binding is valid answers the same binding and gives it no more time.
//!
//! Where a client secret is out, the intent is moved to the new binding after the commit; until the provider confirms,
//! the old binding stays payable and its goods held. Where the provider says that the intent is past changing, the new
//! binding is dropped again and the old one stands.

use super::{
    App, FlowError,
    assess::{BIND_WAITS, assess, assessed, tax_source},
    consign::{is_apart, path, rates_missing},
    held::maximum,
    idempotency::{KEPT, Repeatable, Seen, compare},
    intent::{self, Moved},
    outcome::{ChangeReason, Code, Detail, LineChange, Outcome, Refusal},
    reprice::{Change, changed, stale},
    retrying,
    session::{open_locked, refuse, show, view},
    token::{Token, sha256},
    verify::{self, verified, verify},
};
use crate::{
    domain::{
        certificate::recognized,
        checkout::{Bound, Note, Phase, Session},
        currency::Currency,
        draft::Draft,
        ids::{BindingId, DiscountId},
        instant::Timestamp,
        money::Minor,
        order::Snapshot,
        pricing::Terms,
        problem::Problem,
        replay::reduce,
        tenant::Organization,
    },
    failpoint::Commit,
    store::{
        StoreError, WriteTx,
        binding::{self, Binding, Fate},
        discount, hold,
        idempotency::{self, Key},
        lock::{self, Shared},
        session::{self, Found},
        stored::Stored,
    },
};

/// What a client wants bound.
#[derive(Debug, Clone, Default)]
pub struct Bind {
    /// What to store before binding; carries the chosen rate where rates apply.
    pub draft: Draft,
    /// The grand total that the shopper saw.
    pub expected_total: Option<(Minor, Currency)>,
    /// What of it the shopper saw was left to pay.
    pub expected_due: Option<(Minor, Currency)>,
    /// Refuse unless the session has this revision.
    pub expected_revision: Option<i64>,
    /// Makes a repeat harmless.
    pub key: Option<Repeatable>,
}

const OPERATION: &str = "checkoutSessionBind";

/// Binds the total.
pub async fn bind(
    app: &App,
    organization: &Organization,
    token: &Token,
    wanted: Bind,
) -> Result<Outcome, FlowError> {
    let fixed = match retrying!(assess_and_fix(app, organization, token, &wanted)) {
        Err(FlowError::Store(StoreError::Taken)) if wanted.key.is_some() => {
            retrying!(assess_and_fix(app, organization, token, &wanted))?
        }
        other => other?,
    };
    if !fixed.refusals.is_empty() {
        return Ok(fixed);
    }
    let out = |session: &Session| session.secret_out && matches!(session.phase, Phase::Bound(_));
    let Some(session) = fixed.view.as_ref().filter(|view| out(&view.session)).map(|view| view.session.id)
    else {
        return Ok(fixed);
    };
    let moved = match app.account(organization.id).await? {
        Some(account) => intent::move_to_binding(app, organization, &account, session).await?,
        None => Moved::Refused(intent::payment_refusal(Code::PaymentProviderNotConfigured)),
    };
    let Some(view) = show(app, organization, session).await? else { return Ok(fixed) };
    let refusals = match moved {
        Moved::Ready(_) | Moved::Dead => Vec::new(),
        // The payment of the earlier total became an order meanwhile.
        Moved::Refused(_) if matches!(view.session.phase, Phase::Completed { .. }) => {
            vec![Refusal::of_state(crate::domain::checkout::Refused::Final, &view)]
        }
        Moved::Refused(refusal) => vec![refusal],
        Moved::PaymentInProgress => {
            let refusal = Refusal::of_state(crate::domain::checkout::Refused::PaymentInProgress, &view);
            vec![refusal]
        }
    };
    Ok(Outcome { view: Some(Box::new(view)), refusals })
}

/// Asks who holds a VAT number, and who computes tax, before the transaction; where what it was asked about changed meanwhile, once more.
async fn assess_and_fix(
    app: &App,
    organization: &Organization,
    token: &Token,
    wanted: &Bind,
) -> Result<Outcome, FlowError> {
    let expected_revision = wanted.expected_revision;
    let mut change = Change { draft: wanted.draft.clone(), expected_revision, ..Change::default() };
    change.vat = verify(app, organization, token, (&change, verify::BIND_WAITS)).await?;
    change.tax = Some(assess(app, organization, token, (&change, BIND_WAITS)).await?);
    fix(app, organization, token, (wanted, &change)).await
}

async fn fix(
    app: &App,
    organization: &Organization,
    token: &Token,
    (wanted, change): (&Bind, &Change),
) -> Result<Outcome, FlowError> {
    let tx = app.store.write(organization.id).await?;
    let Some(found) = open_locked(&tx, token, app.now()).await? else {
        return Ok(Outcome::nothing(Refusal::at(Code::SessionNotFound, "$.token")));
    };
    // After the wait for the lock: what ran out meanwhile has run out.
    let now = app.now();
    let stored = &found.session;
    let key = wanted.key.as_ref().map(|key| key.stored(OPERATION, token.selector()));
    if let Some(key) = &key
        && let Some(record) = idempotency::find(&tx, key, now).await?
    {
        let conflict = matches!(compare(key, record), Seen::Conflict);
        let refusal = conflict.then(|| Refusal::at(Code::IdempotencyConflict, "$.idempotencyKey"));
        return refuse(&tx, organization, &found, now, |_| refusal.into_iter().collect()).await;
    }
    if let Err(refused) = stored.may_change(now) {
        return refuse(&tx, organization, &found, now, |view| vec![Refusal::of_state(refused, view)]).await;
    }
    if let Some(refusal) = stale(wanted.expected_revision, stored) {
        return refuse(&tx, organization, &found, now, |_| vec![refusal]).await;
    }
    lock((app, &tx, organization), stored, &wanted.draft, now).await?;
    let (changed, terms) = match changed(app, &tx, organization, stored, (change, now)).await? {
        Ok(changed) => changed,
        Err(refusals) => return refuse(&tx, organization, &found, now, |_| refusals).await,
    };
    verified(organization, &changed, change)?;
    let tax = assessed(organization, &changed, change)?;
    let refusals: Vec<Refusal> =
        tax.into_iter().chain(refusals(organization, stored, &changed, wanted)).collect();
    if !refusals.is_empty() {
        return refuse(&tx, organization, &found, now, |_| refusals).await;
    }
    let session = if unchanged(&changed, now) {
        stored.clone()
    } else {
        store(&tx, organization, &found, (changed, terms), now).await?
    };
    remember(&tx, key.as_ref(), &session, now).await?;
    tx.commit_as(Commit::Bind).await?;
    let attempt = found.attempt.map(|found| found.attempt);
    Ok(Outcome::done(view(organization, session, attempt, now)))
}

/// Locks what many buyers share, where a limit is set: stock, discounts, gift certificates.
async fn lock(
    (app, tx, organization): (&App, &WriteTx, &Organization),
    stored: &Session,
    draft: &Draft,
    now: Timestamp,
) -> Result<(), StoreError> {
    let variants = super::merchandise::variants_of(tx, draft, &stored.lines).await?;
    let codes = draft.codes.as_set().unwrap_or(&stored.details.codes);
    let keys: Vec<String> = codes.iter().map(|code| discount::code_key(code)).collect();
    let remembered = app.remembered.get(organization, now);
    let limited: Option<Vec<DiscountId>> = remembered.map(|charges| {
        let limited = charges.automatic.iter().filter(|discount| discount.is_limited());
        limited.map(|discount| discount.id).collect()
    });
    let known = &stored.details.certificates;
    let certificates =
        draft.certificates.as_set().map_or_else(|| known.clone(), |named| recognized(named, known));
    let certificate_keys: Vec<&str> = certificates.iter().map(|one| one.key.as_str()).collect();
    let shared = Shared {
        variants: &variants,
        code_keys: &keys,
        automatic: limited.as_deref(),
        certificate_keys: &certificate_keys,
    };
    lock::lock(tx, shared, now).await
}

/// Everything that stands against binding, at once.
fn refusals(organization: &Organization, stored: &Session, session: &Session, wanted: &Bind) -> Vec<Refusal> {
    let problems = session.problems(&organization.settings);
    let mut refusals: Vec<Refusal> =
        problems.iter().filter_map(|problem| refusal(problem, session, &wanted.draft)).collect();
    refusals.extend(rates_missing(session, &wanted.draft));
    if refusals.is_empty() {
        total_refusal(organization, stored, session, wanted).into_iter().collect()
    } else {
        refusals
    }
}

fn refusal(problem: &Problem, session: &Session, draft: &Draft) -> Option<Refusal> {
    if !problem.blocks() {
        return None;
    }
    let apart = is_apart(session, draft);
    let address = |at: usize, part: &str| path(at, apart, &format!("shippingAddress{part}"));
    Some(match problem {
        Problem::NoLines => Refusal::at(Code::Required, "$.draft.lines"),
        Problem::NameMissing => Refusal::at(Code::CustomerNameRequired, "$.draft.customer.name"),
        Problem::EmailMissing => Refusal::at(Code::CustomerEmailRequired, "$.draft.customer.email"),
        Problem::EmailInvalid => Refusal::at(Code::Invalid, "$.draft.customer.email"),
        Problem::VatIdInvalid => Refusal::at(Code::Invalid, "$.draft.customer.vatId"),
        Problem::AddressMissing(at, part) => {
            Refusal::at(Code::ShippingAddressRequired, address(*at, &format!(".{}", part.field())))
        }
        Problem::AddressInvalid(at, part) => {
            Refusal::at(Code::Invalid, address(*at, &format!(".{}", part.field())))
        }
        Problem::Uncovered { at, .. } => Refusal::at(Code::DestinationNotCovered, address(*at, "")),
        Problem::NoRateFits(at) => {
            Refusal::at(Code::ShippingRateUnavailable, path(*at, apart, "shippingRateId"))
        }
        Problem::Unavailable { place, .. } => {
            Refusal::at(Code::MerchandiseUnavailable, format!("$.draft.lines[{place}]"))
        }
        Problem::OutOfStock { place, left, .. } => {
            let variant = session.lines.get(*place)?.item.variant;
            let stock = crate::domain::catalog::Stock::Available(*left);
            Refusal::at(Code::InsufficientStock, format!("$.draft.lines[{place}].quantity"))
                .with(Detail::Stock { variant, stock })
        }
        Problem::TotalBelowMinimum { .. } => Refusal::new(Code::TotalBelowMinimum),
        Problem::TotalTooLarge => Refusal::new(Code::TotalTooLarge),
        // Bind wants the rate in its own draft and says so itself; the others never block.
        Problem::RateRequired(_)
        | Problem::RateCleared(_)
        | Problem::PriceChanged { .. }
        | Problem::CodeRejected { .. }
        | Problem::CertificateRejected { .. }
        | Problem::TaxFallback
        | Problem::VatIdNotRegistered
        | Problem::VatIdNotVerified
        | Problem::BindingReleased
        | Problem::PaymentDeclined => return None,
    })
}

fn total_refusal(
    organization: &Organization,
    stored: &Session,
    session: &Session,
    wanted: &Bind,
) -> Option<Refusal> {
    if organization.settings.expected_total_required && wanted.expected_total.is_none() {
        return Some(Refusal::at(Code::Required, "$.expectedTotal"));
    }
    let quote = &session.estimate.quote;
    let seen = [
        ("$.expectedTotal", wanted.expected_total, quote.grand_total()),
        ("$.expectedAmountDue", wanted.expected_due, quote.amount_due()),
    ];
    let refusal = |(at, expected, actual): (&str, Option<(Minor, Currency)>, Minor)| {
        let (expected, currency) = expected?;
        if currency != session.currency {
            return Some(Refusal::at(Code::ConflictingInput, format!("{at}.currency")));
        }
        (expected != actual).then(|| {
            let lines = line_changes(stored, session);
            let session = Box::new(session.clone());
            Refusal::at(Code::TotalChanged, at).with(Detail::Total {
                currency,
                expected,
                actual,
                lines,
                session,
            })
        })
    };
    seen.into_iter().find_map(refusal)
}

/// Lines whose total changed since they were last priced, each with the first reason that holds.
fn line_changes(stored: &Session, session: &Session) -> Vec<LineChange> {
    let after = &session.estimate.quote.lines;
    let before = |line| stored.estimate.quote.lines.iter().find(|old| old.line == line);
    let change = |now: &crate::domain::quote::QuotedLine| {
        let old = before(now.line)?;
        let reason = if old.unit_price != now.unit_price {
            ChangeReason::Price
        } else if old.discount() != now.discount() {
            ChangeReason::Discount
        } else if old.tax() != now.tax() {
            ChangeReason::Tax
        } else {
            return None;
        };
        Some(LineChange { line: now.line, before: old.total(), after: now.total(), reason })
    };
    after.iter().filter_map(change).collect()
}

/// Whether the binding in force is valid and has this very content.
fn unchanged(session: &Session, now: Timestamp) -> bool {
    let Phase::Bound(bound) = &session.phase else { return false };
    !bound.valid_until.has_come(now) && bound.content_hash == content_hash(&snapshot(session))
}

fn snapshot(session: &Session) -> Snapshot {
    let quote = session.estimate.quote.clone().fixed();
    Snapshot { lines: session.lines.clone(), quote, details: session.details.clone() }
}

/// The buyer's message is no part of it: it may change without releasing a binding. Neither is what others leave on a
/// gift certificate, as long as it pays the same, or when a registry said what it says of a VAT number.
fn content_hash(snapshot: &Snapshot) -> String {
    let mut content = snapshot.clone();
    content.details.message = None;
    content.quote.verification.iter_mut().for_each(|said| said.at = Timestamp::default());
    for draw in content.quote.certificates.iter_mut().filter_map(|one| one.result.as_mut().ok()) {
        draw.remaining = Minor::ZERO;
    }
    sha256(content.to_json().to_string().as_bytes())
}

/// Stores a new binding with its holds; earlier ones are superseded while a client secret is out, else dropped.
async fn store(
    tx: &WriteTx,
    organization: &Organization,
    found: &Found,
    (mut session, terms): (Session, Terms),
    now: Timestamp,
) -> Result<Session, StoreError> {
    let snapshot = snapshot(&session);
    session.estimate.quote = snapshot.quote.clone();
    session.revision += 1;
    session.updated_at = now;
    session.notes.retain(|note| *note != Note::RateCleared);
    let bound = Bound {
        binding: BindingId::from_uuid(App::new_id()),
        total: snapshot.quote.amount_due(),
        revision: session.revision,
        bound_at: now,
        valid_until: now + organization.settings.binding_lifetime,
        tax_source: tax_source(&session),
        holds: snapshot.holds(),
        content_hash: content_hash(&snapshot),
    };
    // A session that is not bound and has no client secret out has neither a binding nor a hold.
    let fresh = matches!(found.session.phase, Phase::Draft) && !session.secret_out;
    if !fresh {
        let fate = if session.secret_out { Fate::Superseded } else { Fate::Released };
        binding::move_on(tx, session.id, None, fate).await?;
    }
    let binding = Binding {
        session: session.id,
        currency: session.currency,
        snapshot,
        payable: true,
        bound: bound.clone(),
    };
    binding::insert(tx, &binding, &reduce(&session.lines, terms)).await?;
    let earlier = if session.secret_out { binding::payable(tx, session.id).await? } else { vec![binding] };
    let wanted = maximum(earlier.iter());
    if !fresh {
        hold::release(tx, session.id).await?;
    }
    hold::insert(tx, session.id, &wanted, bound.valid_until, (session.secret_out, App::new_id)).await?;
    session.payable_until = session.secret_out.then_some(bound.valid_until);
    session.phase = Phase::Bound(bound);
    session::save(tx, found, &session).await?;
    Ok(session)
}

async fn remember(
    tx: &WriteTx,
    key: Option<&Key>,
    session: &Session,
    now: Timestamp,
) -> Result<(), StoreError> {
    match key {
        Some(key) => idempotency::insert(tx, key, (session.id, session.revision), now, now + KEPT).await,
        None => Ok(()),
    }
}
