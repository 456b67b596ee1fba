//! Step 1: opens a session from catalog references.
//!
//! The raw token is answered once. A repeat under the same key answers the same session with a fresh token, and the
//! earlier token stops working: an answer that was lost was lost with its token. It is replayed for ten minutes and
//! only while the session is unchanged.

use secrecy::SecretString;

use super::{
    App, FlowError,
    consign::{Given, consign},
    customer::known_by,
    estimate::{Priceable, estimate},
    idempotency::{CREATE_KEY_MIN, CREATE_REPLAYED, KEPT, Repeatable, Seen, compare},
    merchandise::{Shelf, Terms},
    outcome::{Code, Outcome, Refusal, View},
    reprice::check,
    retrying,
    session::{show, view},
    token::Token,
    verify::{Verified, verify_new},
};
use crate::{
    domain::{
        assessment::TaxBy,
        checkout::{Phase, Session},
        currency::Currency,
        draft::{Details, Draft, LineRequest, Patch},
        ids::{ConsignmentId, SessionId},
        instant::Timestamp,
        tenant::Organization,
    },
    failpoint::Commit,
    store::{
        StoreError, Tx,
        idempotency::{self, Key, Record},
        session,
    },
};

/// What a client wants.
#[derive(Debug, Clone)]
pub struct Create {
    /// Lines, and whatever else is known.
    pub draft: Draft,
    /// Currency to sell in; the shop's default when left out.
    pub currency: Option<Currency>,
    /// Makes a repeat harmless.
    pub key: Option<Repeatable>,
}

/// A session and, once, its token.
#[derive(Debug)]
pub struct Created {
    /// The session, or why there is none.
    pub outcome: Outcome,
    /// The raw token.
    pub token: Option<SecretString>,
}

impl Created {
    fn refused(refusals: Vec<Refusal>) -> Self {
        Self { outcome: Outcome { view: None, refusals }, token: None }
    }

    fn done(view: View, token: &Token) -> Self {
        Self { outcome: Outcome::done(view), token: Some(token.reveal()) }
    }
}

const OPERATION: &str = "checkoutSessionCreate";
const DEFAULT_LOCALE: &str = "en";

/// Opens a session.
pub async fn create(app: &App, organization: &Organization, wanted: Create) -> Result<Created, FlowError> {
    if wanted.key.as_ref().is_some_and(|key| key.key.len() < CREATE_KEY_MIN) {
        return Ok(Created::refused(vec![Refusal::at(Code::Invalid, "$.idempotencyKey")]));
    }
    let key = wanted.key.as_ref().map(|key| key.stored(OPERATION, ""));
    let first = retrying!(try_create(app, organization, &wanted, key.as_ref()));
    match (first, &key) {
        // Somebody with the same key was faster: what they did is there now.
        (Err(FlowError::Store(StoreError::Taken)), Some(_)) => {
            retrying!(try_create(app, organization, &wanted, key.as_ref()))
        }
        (other, _) => other,
    }
}

async fn try_create(
    app: &App,
    organization: &Organization,
    wanted: &Create,
    key: Option<&Key>,
) -> Result<Created, FlowError> {
    let now = app.now();
    let tx = app.store.read(organization.id);
    if let Some(key) = key
        && let Some(record) = idempotency::find(&tx, key, now).await?
    {
        return replay(app, organization, compare(key, record)).await;
    }
    let vat = verify_new(app, organization, &wanted.draft).await?;
    let session = match opened(app, &tx, organization, (wanted, vat.as_ref(), now)).await? {
        Ok(session) => session,
        Err(refusals) => return Ok(Created::refused(refusals)),
    };
    let token = Token::draw(organization.id)?;
    let tx = match key {
        Some(_) => app.store.write(organization.id).await?,
        None => app.store.write_once(organization.id).await?,
    };
    session::insert(&tx, &session, &token.trace()).await?;
    if let Some(key) = key {
        idempotency::insert(&tx, key, (session.id, session.revision), now, now + KEPT).await?;
    }
    tx.commit_as(Commit::Create).await?;
    Ok(Created::done(view(organization, session, None, now), &token))
}

/// The session that is wanted, priced and not yet stored.
async fn opened(
    app: &App,
    tx: &Tx,
    organization: &Organization,
    (wanted, vat, now): (&Create, Option<&Verified>, Timestamp),
) -> Result<Result<Session, Vec<Refusal>>, StoreError> {
    let settings = &organization.settings;
    let currency = wanted.currency.unwrap_or(settings.default_currency);
    if !settings.currencies.contains(&currency) {
        return Ok(Err(vec![Refusal::at(Code::CurrencyNotSupported, "$.currency")]));
    }
    let requests: &[LineRequest] = match &wanted.draft.lines {
        Patch::Set(requests) if !requests.is_empty() => requests,
        Patch::Set(_) | Patch::Clear | Patch::Keep => {
            return Ok(Err(vec![Refusal::at(Code::Required, "$.draft.lines")]));
        }
    };
    let mut details = Details { locale: DEFAULT_LOCALE.to_owned(), ..Details::default() };
    details.apply(wanted.draft.clone());
    let customers = known_by(settings, &details, None);
    let terms = Terms { currency, now, base: "$.draft.lines", customers };
    let shelf = Shelf::look_up(tx, requests, &[], (None, &terms)).await?;
    let lines =
        shelf.lines(requests, &[], &terms).and_then(|lines| check(&lines, terms.base).map(|()| lines));
    let mut lines = match lines {
        Ok(lines) => lines,
        Err(refusals) => return Ok(Err(refusals)),
    };
    let shortages = shelf.shortages(&lines, |variant| shelf.wanted_at(requests, terms.base, variant));
    if !shortages.is_empty() {
        return Ok(Err(shortages));
    }
    if let Err(refusals) = consign(&mut details, &wanted.draft, &lines) {
        return Ok(Err(refusals));
    }
    let given = Given::by(&wanted.draft);
    // A provider is asked once there is a session; until then the table estimates.
    let tax = TaxBy::default();
    let (details_of, lines_of) = (&mut details, &mut lines);
    let of =
        Priceable { session: None, currency, details: details_of, lines: lines_of, given: &given, tax, vat };
    let estimate = match estimate(app, tx, organization, &shelf, (of, now)).await? {
        Ok((estimate, ..)) => estimate,
        Err(refusal) => return Ok(Err(vec![refusal])),
    };
    Ok(Ok(Session {
        id: SessionId::from_uuid(App::new_id()),
        currency,
        revision: 1,
        details,
        consignment: ConsignmentId::from_uuid(App::new_id()),
        lines,
        estimate,
        phase: Phase::Draft,
        attempt: None,
        secret_out: false,
        payable_until: None,
        notes: Vec::new(),
        expires_at: now + settings.token_lifetime,
        created_at: now,
        updated_at: now,
    }))
}

/// The same session with a fresh token, while nobody changed it.
async fn replay(app: &App, organization: &Organization, seen: Seen) -> Result<Created, FlowError> {
    let conflict = || Created::refused(vec![Refusal::at(Code::IdempotencyConflict, "$.idempotencyKey")]);
    let Seen::Repeat(Record { session: id, revision, created_at, .. }) = seen else { return Ok(conflict()) };
    let tx = app.store.write(organization.id).await?;
    let found = session::find_locked(&tx, session::Key::Id(id)).await?;
    let unchanged = found.is_some_and(|found| {
        found.session.revision == revision && matches!(found.session.phase, Phase::Draft)
    });
    if !unchanged || (created_at + CREATE_REPLAYED).has_come(app.now()) {
        return Ok(conflict());
    }
    let token = Token::draw(organization.id)?;
    session::replace_token(&tx, id, &token.trace()).await?;
    tx.commit_as(Commit::CreateAgain).await?;
    match show(app, organization, id).await? {
        Some(view) => Ok(Created::done(view, &token)),
        None => Ok(conflict()),
    }
}
