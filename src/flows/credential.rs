//! The credentials of an organization: stored, shown, dropped, and sealed anew.
//!
//! **Invariant:** a secret comes in once, is sealed before it reaches the store, and is told to nobody: of a stored one
//! its last four signs at most. There are at most two webhook secrets and never an empty one. Sealing anew takes one
//! organization at a time, so it may be cut off anywhere and begun again.

use secrecy::{ExposeSecret, SecretString};

use super::{
    FlowError,
    account::{self, SLOTS, Unusable},
};
use crate::{
    config::Config,
    domain::{
        credential::{self, Mode, Unfit},
        ids::OrganizationId,
    },
    failpoint::Commit,
    seal::{Field, KeyId, Keyring, Place, SealError, Slot, key_of},
    store::{
        Store, WriteTx,
        credential::{self as stored, Sealed, StoredAccount},
    },
};

/// Why credentials were left as they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// There is nothing to seal with.
    #[error("CHECKSTAND_ENCRYPTION_KEY is not set; make one with: openssl rand -base64 32")]
    NoKey,
    /// The organization is paid in no way yet.
    #[error("the organization has no payment account; apply its shop file first")]
    NoAccount,
    /// It is not what was asked for.
    #[error("this is no {wanted}: {why}")]
    Unfit {
        /// What was asked for.
        wanted: &'static str,
        /// What it is.
        why: Unfit,
    },
    /// The two keys belong to two worlds.
    #[error(
        "the secret key is for {secret} mode and the publishable key for {publishable} mode; say the one that goes with it by --publishable-key"
    )]
    Modes {
        /// Of the secret key.
        secret: Mode,
        /// Of the publishable one.
        publishable: Mode,
    },
    /// Two are valid already.
    #[error("there are two webhook secrets already; drop the old one first")]
    TwoAlready,
    /// There is no such webhook secret.
    #[error("there is no such webhook secret")]
    NoSuchSecret,
    /// It is the last one.
    #[error(
        "it is the only stored webhook secret; add the next one first, or say --last to go back to the variable"
    )]
    Last,
}

/// What may be told of a secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Told {
    /// It is in the environment, or should be.
    Named {
        /// The variable.
        variable: String,
        /// Whether it is set here.
        set: bool,
    },
    /// It is stored.
    Stored {
        /// Which.
        field: Field,
        /// The key that sealed it.
        key: Result<KeyId, SealError>,
        /// How it ends, or why it does not open.
        ends: Result<String, Unusable>,
    },
}

/// What may be told of an organization's credentials.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shown {
    /// Whether money moves.
    pub mode: Mode,
    /// The publishable key, which everybody may see.
    pub publishable_key: String,
    /// The key for calls.
    pub secret_key: Told,
    /// What signs webhooks.
    pub webhook_secrets: Vec<Told>,
}

/// What became of an organization's sealed secrets.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Rotated {
    /// So many were sealed anew.
    pub anew: u64,
    /// So many were sealed by the present key already.
    pub already: u64,
    /// These do not open, and stay as they are.
    pub shut: Vec<(Field, SealError)>,
}

/// Organizations looked up at once.
const PAGE: u64 = 100;

/// What may be told.
pub async fn show(
    store: &Store,
    config: &Config,
    of: OrganizationId,
) -> Result<Result<Shown, Refused>, FlowError> {
    let Some(found) = stored::find(&store.read(of)).await? else { return Ok(Err(Refused::NoAccount)) };
    let StoredAccount { declared, sealed } = found;
    let told = |field: Field, text: &str| Told::Stored {
        field,
        key: key_of(text),
        ends: account::one(config, Place { organization: of, field }, text).map(|text| ending(&text)),
    };
    let named = |variable: String| Told::Named { set: config.secret(&variable).is_some(), variable };
    let webhooks = SLOTS.into_iter().zip(&sealed.webhook_secrets);
    let webhooks: Vec<Told> =
        webhooks.filter_map(|(slot, text)| Some(told(Field::WebhookSecret(slot), text.as_ref()?))).collect();
    let own = sealed.publishable_key.filter(|_| sealed.secret_key.is_some());
    let mode = own.as_deref().map_or(Ok(Mode::of(declared.live)), credential::publishable_key);
    Ok(Ok(Shown {
        mode: mode.unwrap_or_else(|_| Mode::of(declared.live)),
        publishable_key: own.unwrap_or(declared.publishable_key),
        secret_key: match &sealed.secret_key {
            Some(text) => told(Field::SecretKey, text),
            None => named(declared.secret_key_ref),
        },
        webhook_secrets: if webhooks.is_empty() {
            vec![named(declared.webhook_secret_ref)]
        } else {
            webhooks
        },
    }))
}

/// Its last four signs, where so few say nothing.
fn ending(secret: &SecretString) -> String {
    let text = secret.expose_secret();
    let at = text.len().saturating_sub(4);
    text.get(at..).filter(|_| text.len() >= 16).unwrap_or_default().to_owned()
}

/// Stores a secret key and the publishable key that goes with it: the given one, or else the one that is known and of
/// the same mode.
pub async fn set(
    store: &Store,
    keyring: Option<&Keyring>,
    of: OrganizationId,
    (key, publishable): (&SecretString, Option<&str>),
) -> Result<Result<Mode, Refused>, FlowError> {
    let Some(ring) = keyring else { return Ok(Err(Refused::NoKey)) };
    let secret = match credential::secret_key(key.expose_secret()) {
        Ok(mode) => mode,
        Err(why) => return Ok(Err(Refused::Unfit { wanted: "secret key", why })),
    };
    let tx = store.write(of).await?;
    let Some(found) = stored::find_locked(&tx).await? else { return Ok(Err(Refused::NoAccount)) };
    let known = [found.sealed.publishable_key.clone(), Some(found.declared.publishable_key.clone())];
    let fits = |key: &String| credential::publishable_key(key) == Ok(secret);
    let own = known.iter().flatten().find(|key| fits(key)).or(known[1].as_ref()).map(String::as_str);
    let publishable = publishable.or(own).unwrap_or_default();
    match credential::publishable_key(publishable) {
        Ok(mode) if mode == secret => {}
        Ok(mode) => return Ok(Err(Refused::Modes { secret, publishable: mode })),
        Err(why) => return Ok(Err(Refused::Unfit { wanted: "publishable key", why })),
    }
    let sealed = Sealed {
        secret_key: Some(seal(ring, of, Field::SecretKey, key)?),
        publishable_key: Some(publishable.to_owned()),
        ..found.sealed
    };
    stored::save(&tx, sealed).await?;
    tx.commit_as(Commit::Credential).await?;
    Ok(Ok(secret))
}

/// Stores a webhook secret beside the one that is there; one that is there already is left alone. Answers its place.
pub async fn add_webhook_secret(
    store: &Store,
    config: &Config,
    of: OrganizationId,
    secret: &SecretString,
) -> Result<Result<Slot, Refused>, FlowError> {
    let Some(ring) = &config.keyring else { return Ok(Err(Refused::NoKey)) };
    if let Err(why) = credential::webhook_secret(secret.expose_secret()) {
        return Ok(Err(Refused::Unfit { wanted: "webhook secret", why }));
    }
    let tx = store.write(of).await?;
    let Some(StoredAccount { mut sealed, .. }) = stored::find_locked(&tx).await? else {
        return Ok(Err(Refused::NoAccount));
    };
    let mut free = None;
    for (slot, text) in SLOTS.into_iter().zip(&mut sealed.webhook_secrets) {
        let place = Place { organization: of, field: Field::WebhookSecret(slot) };
        match text {
            Some(text) => {
                let same = |there: SecretString| there.expose_secret() == secret.expose_secret();
                if ring.open(place, text).is_ok_and(same) {
                    return Ok(Ok(slot));
                }
            }
            None => free = free.or(Some((slot, text))),
        }
    }
    let Some((slot, place)) = free else { return Ok(Err(Refused::TwoAlready)) };
    *place = Some(seal(ring, of, Field::WebhookSecret(slot), secret)?);
    stored::save(&tx, sealed).await?;
    tx.commit_as(Commit::Credential).await?;
    Ok(Ok(slot))
}

/// Drops a stored webhook secret; the last one only where that is meant.
pub async fn drop_webhook_secret(
    store: &Store,
    of: OrganizationId,
    slot: Slot,
    last_too: bool,
) -> Result<Result<(), Refused>, FlowError> {
    let tx = store.write(of).await?;
    let Some(StoredAccount { mut sealed, .. }) = stored::find_locked(&tx).await? else {
        return Ok(Err(Refused::NoAccount));
    };
    let stays = sealed.webhook_secrets.iter().flatten().count() > 1;
    let mut places = SLOTS.into_iter().zip(&mut sealed.webhook_secrets);
    let Some((_, place)) = places.find(|(at, text)| *at == slot && text.is_some()) else {
        return Ok(Err(Refused::NoSuchSecret));
    };
    if !stays && !last_too {
        return Ok(Err(Refused::Last));
    }
    *place = None;
    stored::save(&tx, sealed).await?;
    tx.commit_as(Commit::Credential).await?;
    Ok(Ok(()))
}

/// Seals anew, by the present key, whatever another one sealed; tells each organization that has anything sealed.
pub async fn rotate(
    store: &Store,
    ring: &Keyring,
    mut tell: impl FnMut(&str, &Rotated) + Send,
) -> Result<(), FlowError> {
    let mut after = None;
    loop {
        let page = store.organizations_after(after, PAGE).await?;
        for listed in &page {
            // Asked without a lock first: most have nothing sealed.
            let found = stored::find(&store.read(listed.id)).await?;
            if found.is_some_and(|found| !found.sealed.is_empty()) {
                let tx = store.write(listed.id).await?;
                tell(&listed.slug, &rotate_one(tx, ring).await?);
            }
        }
        match page.last() {
            Some(last) => after = Some(last.id),
            None => return Ok(()),
        }
    }
}

async fn rotate_one(tx: WriteTx, ring: &Keyring) -> Result<Rotated, FlowError> {
    let mut done = Rotated::default();
    let Some(StoredAccount { mut sealed, .. }) = stored::find_locked(&tx).await? else { return Ok(done) };
    let of = tx.tenant();
    let webhooks = SLOTS.map(Field::WebhookSecret).into_iter().zip(&mut sealed.webhook_secrets);
    for (field, text) in std::iter::once((Field::SecretKey, &mut sealed.secret_key)).chain(webhooks) {
        let Some(text) = text else { continue };
        match ring.open(Place { organization: of, field }, text) {
            Ok(_) if key_of(text).as_ref() == Ok(ring.present()) => done.already += 1,
            Ok(open) => {
                *text = seal(ring, of, field, &open)?;
                done.anew += 1;
            }
            Err(why) => done.shut.push((field, why)),
        }
    }
    if done.anew > 0 {
        stored::save(&tx, sealed).await?;
        tx.commit_as(Commit::Credential).await?;
    }
    Ok(done)
}

fn seal(ring: &Keyring, of: OrganizationId, field: Field, text: &SecretString) -> Result<String, FlowError> {
    // Only chance can be missing: nothing sealed here is too long to be.
    ring.seal(Place { organization: of, field }, text).map_err(|_| FlowError::NoChance)
}
