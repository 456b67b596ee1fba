//! Step 2: stores what the buyer changed and prices again. Locks nothing.
//!
//! On a bound session the binding is superseded: dropped where no client secret is out, else kept payable until its
//! payment is proved dead. The payment provider is not called; who computes tax, and who knows VAT numbers, is asked before
//! anything is written.

use std::sync::Arc;

use super::{
    App, FlowError,
    assess::{ESTIMATE_WAITS, assess},
    consign::{Given, consign},
    customer::known_by,
    estimate::{Priceable, estimate},
    merchandise::{Shelf, Terms},
    outcome::{Code, Detail, Outcome, Refusal},
    retrying,
    session::{Look, refuse, view},
    token::Token,
    verify::{self, Verified, verify},
};
use crate::{
    domain::{
        assessment::TaxBy,
        cart::{self, Line},
        checkout::{Note, Phase, Session},
        draft::{Draft, LineRequest, Patch},
        ids::{LineId, VariantId},
        instant::Timestamp,
        money::{LINES_MAX, QUANTITY_MAX},
        pricing,
        tenant::{Organization, TaxProvider},
    },
    failpoint::{Commit, Point, reach},
    store::{
        StoreError, Tx, WriteTx,
        binding::{self, Fate},
        hold, session,
    },
};

/// What a client changes.
#[derive(Debug, Clone, Default)]
pub struct Change {
    /// Details; its lines replace the list.
    pub draft: Draft,
    /// Lines added, updated or removed.
    pub lines: LinesChange,
    /// Refuse unless the session has this revision.
    pub expected_revision: Option<i64>,
    /// Who computes tax, where that is known already; else the last answer of a provider counts where it fits.
    pub tax: Option<TaxBy>,
    /// What a registry said of the buyer's VAT number, where it was asked.
    pub vat: Option<Verified>,
}

/// A change of lines other than replacing the list.
#[derive(Debug, Clone, Default)]
pub enum LinesChange {
    /// None.
    #[default]
    Keep,
    /// More lines, or more of the same.
    Add(Vec<LineRequest>),
    /// Other quantities; 0 removes.
    Update(Vec<(LineId, i64)>),
    /// Fewer lines.
    Remove(Vec<LineId>),
}

/// Stores a change and prices again.
pub async fn reprice(
    app: &App,
    organization: &Organization,
    token: &Token,
    mut change: Change,
) -> Result<Outcome, FlowError> {
    let draft = &change.draft;
    let address = [draft.shipping.as_set(), draft.billing.as_set()].into_iter().flatten().next().is_some();
    let moved = address || draft.consignments.as_set().is_some();
    let named = draft.buyer.as_set().is_some_and(|buyer| buyer.vat_id.as_set().is_some());
    if moved || named {
        change.vat = verify(app, organization, token, (&change, verify::ESTIMATE_WAITS)).await?;
    }
    if moved || change.draft.rate.as_set().is_some() {
        change.tax = match assess(app, organization, token, (&change, ESTIMATE_WAITS)).await? {
            // Only a bind falls back; an estimate is one, whoever makes it.
            TaxBy::Fallback => Some(TaxBy::Provider(Arc::default())),
            by @ (TaxBy::Table | TaxBy::Provider(_)) => Some(by),
        };
    }
    retrying!(tries => try_reprice(app, organization, token, (&change, tries)))
}

async fn try_reprice(
    app: &App,
    organization: &Organization,
    token: &Token,
    (change, tries): (&Change, u32),
) -> Result<Outcome, FlowError> {
    let (look, found, now) = Look::at(app, organization, token, tries).await?;
    let Some(found) = found else {
        return Ok(Outcome::nothing(Refusal::at(Code::SessionNotFound, "$.token")));
    };
    let stored = &found.session;
    if let Err(refused) = stored.may_change(now) {
        return refuse(&look, organization, &found, now, |view| vec![Refusal::of_state(refused, view)]).await;
    }
    if let Some(refusal) = stale(change.expected_revision, stored) {
        return refuse(&look, organization, &found, now, |_| vec![refusal]).await;
    }
    let session = match changed(app, &look, organization, stored, (change, now)).await? {
        Ok((changed, _)) => superseded(changed, now),
        Err(refusals) => return refuse(&look, organization, &found, now, |_| refusals).await,
    };
    if matches!(stored.phase, Phase::Bound(_)) {
        let tx = look.write(app).await?;
        session::save(&tx, &found, &session).await?;
        let_go(&tx, &session).await?;
        tx.commit_as(Commit::Reprice).await?;
    } else {
        reach(Point::Before(Commit::Reprice));
        let tx = look.write_once(app).await?;
        session::save(&tx, &found, &session).await?;
        tx.commit_as(Commit::Reprice).await?;
    }
    let attempt = found.attempt.map(|found| found.attempt);
    Ok(Outcome::done(view(organization, session, attempt, now)))
}

/// Refuses where somebody else changed the session.
pub(super) fn stale(expected: Option<i64>, session: &Session) -> Option<Refusal> {
    expected.filter(|expected| *expected != session.revision).map(|_| {
        Refusal::at(Code::StaleRevision, "$.expectedRevision")
            .with(Detail::Stale { revision: session.revision })
    })
}

/// A changed session and what it was priced from, or everything that stands against the change.
pub(super) type Changed = Result<(Session, pricing::Terms), Vec<Refusal>>;

/// The session with a change applied and priced, not yet stored; the binding is untouched.
pub(super) async fn changed(
    app: &App,
    tx: &Tx,
    organization: &Organization,
    stored: &Session,
    (change, now): (&Change, Timestamp),
) -> Result<Changed, StoreError> {
    let (requests, base) = requests(change);
    let mut session = stored.clone();
    session.details.apply(change.draft.clone());
    let customers = known_by(&organization.settings, &session.details, Some(stored));
    let terms = Terms { currency: stored.currency, now, base, customers };
    let shelf = Shelf::look_up(tx, requests, &stored.lines, (Some(stored.id), &terms)).await?;
    session.lines = match lines(&shelf, stored, change, &terms) {
        Ok(lines) => lines,
        Err(refusals) => return Ok(Err(refusals)),
    };
    let grown = grown(&session.lines, &stored.lines);
    let shortages = shelf.shortages(&grown, |variant| match &change.lines {
        LinesChange::Update(quantities) => updated_at(&stored.lines, quantities, variant),
        LinesChange::Keep | LinesChange::Add(_) | LinesChange::Remove(_) => {
            shelf.wanted_at(requests, base, variant)
        }
    });
    if !shortages.is_empty() {
        return Ok(Err(shortages));
    }
    if let Err(refusals) = consign(&mut session.details, &change.draft, &session.lines) {
        return Ok(Err(refusals));
    }
    let of = Priceable {
        session: Some(stored),
        currency: stored.currency,
        details: &mut session.details,
        lines: &mut session.lines,
        given: &Given::by(&change.draft),
        tax: change.tax.clone().unwrap_or_else(|| match organization.settings.tax_provider {
            TaxProvider::Table => TaxBy::Table,
            TaxProvider::Stripe => TaxBy::Provider(Arc::clone(&stored.estimate.assessments)),
        }),
        vat: change.vat.as_ref(),
    };
    match estimate(app, tx, organization, &shelf, (of, now)).await? {
        Err(refusal) => Ok(Err(vec![refusal])),
        Ok((estimate, note, priced_from)) => {
            session.estimate = estimate;
            session.notes = note.into_iter().collect();
            Ok(Ok((session, priced_from)))
        }
    }
}

fn requests(change: &Change) -> (&[LineRequest], &'static str) {
    match (&change.lines, &change.draft.lines) {
        (LinesChange::Add(requests), _) => (requests, "$.lines"),
        (LinesChange::Update(_) | LinesChange::Remove(_), _) => (&[], "$.lines"),
        (LinesChange::Keep, Patch::Set(requests)) => (requests, "$.draft.lines"),
        (LinesChange::Keep, Patch::Keep | Patch::Clear) => (&[], "$.draft.lines"),
    }
}

fn lines(
    shelf: &Shelf,
    stored: &Session,
    change: &Change,
    terms: &Terms<'_>,
) -> Result<Vec<Line>, Vec<Refusal>> {
    let lines = match (&change.lines, &change.draft.lines) {
        (LinesChange::Add(requests), _) => add(&stored.lines, shelf.lines(requests, &stored.lines, terms)?),
        (LinesChange::Update(quantities), _) => update(&stored.lines, quantities)?,
        (LinesChange::Remove(ids), _) => remove(&stored.lines, ids)?,
        (LinesChange::Keep, Patch::Set(requests)) => shelf.lines(requests, &stored.lines, terms)?,
        (LinesChange::Keep, Patch::Clear) => Vec::new(),
        (LinesChange::Keep, Patch::Keep) => stored.lines.clone(),
    };
    check(&lines, terms.base)?;
    Ok(lines)
}

/// Refuses lines beyond a limit; requests for the same thing were added up, so a sum may be.
pub(super) fn check(lines: &[Line], base: &str) -> Result<(), Vec<Refusal>> {
    cart::check(lines).map_err(|error| {
        vec![match error {
            cart::CartError::TooManyLines => Refusal::at(Code::TooMany, base),
            // A sum of several requests: no one of them is to blame.
            cart::CartError::Quantity { .. } => Refusal::at(Code::Invalid, base),
        }]
    })
}

fn add(stored: &[Line], more: Vec<Line>) -> Vec<Line> {
    let mut lines = stored.to_vec();
    for line in more {
        match lines.iter_mut().find(|old| old.id == line.id) {
            Some(same) => same.quantity += line.quantity,
            None => lines.push(line),
        }
    }
    lines
}

fn update(stored: &[Line], quantities: &[(LineId, i64)]) -> Result<Vec<Line>, Vec<Refusal>> {
    let mut lines = stored.to_vec();
    let mut refusals = Vec::new();
    if i64::try_from(quantities.len()).is_ok_and(|count| count > LINES_MAX) {
        return Err(vec![Refusal::at(Code::TooMany, "$.lines")]);
    }
    for (place, (id, quantity)) in quantities.iter().enumerate() {
        match lines.iter_mut().find(|line| line.id == *id) {
            None => refusals.push(Refusal::at(Code::MerchandiseNotFound, format!("$.lines[{place}].lineId"))),
            Some(_) if !(0..=QUANTITY_MAX).contains(quantity) => {
                refusals.push(Refusal::at(Code::Invalid, format!("$.lines[{place}].quantity")));
            }
            Some(line) => line.quantity = *quantity,
        }
    }
    lines.retain(|line| line.quantity != 0);
    if refusals.is_empty() { Ok(lines) } else { Err(refusals) }
}

/// The argument that changes a line of a variant.
fn updated_at(stored: &[Line], quantities: &[(LineId, i64)], variant: VariantId) -> String {
    let of_variant = |id: LineId| stored.iter().any(|line| line.id == id && line.item.variant == variant);
    let place = quantities.iter().position(|(id, _)| of_variant(*id)).unwrap_or_default();
    format!("$.lines[{place}]")
}

fn remove(stored: &[Line], ids: &[LineId]) -> Result<Vec<Line>, Vec<Refusal>> {
    let unknown = |(_, id): &(usize, &LineId)| !stored.iter().any(|line| line.id == **id);
    let refusals: Vec<Refusal> = ids
        .iter()
        .enumerate()
        .filter(unknown)
        .map(|(place, _)| Refusal::at(Code::MerchandiseNotFound, format!("$.lineIds[{place}]")))
        .collect();
    if !refusals.is_empty() {
        return Err(refusals);
    }
    Ok(stored.iter().filter(|line| !ids.contains(&line.id)).cloned().collect())
}

/// Lines of variants of which more is wanted than before. A line that ran short since is a message, not a refusal: it
/// must not make an unrelated change fail.
fn grown(lines: &[Line], stored: &[Line]) -> Vec<Line> {
    let before = cart::demand(stored);
    let more: Vec<_> = cart::demand(lines)
        .into_iter()
        .filter(|(variant, wanted)| {
            before.iter().find(|(old, _)| old == variant).is_none_or(|(_, had)| wanted > had)
        })
        .map(|(variant, _)| variant)
        .collect();
    lines.iter().filter(|line| more.contains(&line.item.variant)).cloned().collect()
}

/// A changed session out of its binding.
fn superseded(mut session: Session, now: Timestamp) -> Session {
    if matches!(session.phase, Phase::Bound(_)) {
        session.phase = Phase::Draft;
        session.notes.push(Note::BindingReleased);
    }
    session.revision += 1;
    session.updated_at = now;
    session
}

/// Drops the binding of a session that was changed; one that may still be paid is kept, with its holds.
async fn let_go(tx: &WriteTx, session: &Session) -> Result<(), StoreError> {
    if session.secret_out {
        return binding::move_on(tx, session.id, None, Fate::Superseded).await;
    }
    binding::move_on(tx, session.id, None, Fate::Released).await?;
    hold::release(tx, session.id).await
}
