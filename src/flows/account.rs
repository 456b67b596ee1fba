//! From what is stored of a merchant's account to the account that calls are made with.
//!
//! **Invariant:** a stored secret comes before the one that a variable holds, and one that does not open is no account:
//! nothing falls back to another key in silence. What keeps an account from use says whose fault it is and no secret.

use secrecy::ExposeSecret;

use super::token;
use crate::{
    config::Config,
    domain::{
        credential::{self, Mode, Unfit},
        ids::OrganizationId,
    },
    payment::Account,
    seal::{Field, Place, SealError, Slot},
    store::credential::{Sealed, StoredAccount},
};

/// Why an account cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unusable {
    /// What holds a secret is not in the environment.
    #[error("the variable {0} is not set")]
    Unset(String),
    /// Nothing opens what is sealed.
    #[error("its {0} is stored sealed, and CHECKSTAND_ENCRYPTION_KEY is not set")]
    NoKey(Field),
    /// A secret does not open.
    #[error("its stored {0} does not open: {1}")]
    Shut(Field, SealError),
    /// What opened is not what belongs there.
    #[error("what is stored as its {0} is none: {1}")]
    Unfit(Field, Unfit),
    /// A secret key without a publishable one, or with none that can be read.
    #[error("its stored publishable key is none")]
    NoPublishableKey,
    /// Its two keys belong to two worlds.
    #[error("its stored secret key is for {secret} mode and its publishable key for {publishable} mode")]
    Modes {
        /// Of the secret key.
        secret: Mode,
        /// Of the publishable one.
        publishable: Mode,
    },
}

/// The webhook secrets' places, in order.
pub(super) const SLOTS: [Slot; 2] = [Slot::One, Slot::Two];

/// Opens what is stored of an account, or reads what it names.
pub fn open(config: &Config, of: OrganizationId, stored: StoredAccount) -> Result<Account, Unusable> {
    let StoredAccount { declared, sealed } = stored;
    let named = |name: &str| config.secret(name).ok_or_else(|| Unusable::Unset(name.to_owned()));
    let webhook_secrets = match webhook_secrets(config, of, &sealed)? {
        none if none.is_empty() => token::split_secrets(named(&declared.webhook_secret_ref)?),
        opened => opened,
    };
    let Some(secret) = &sealed.secret_key else {
        return Ok(Account {
            live: declared.live,
            publishable_key: declared.publishable_key,
            secret_key: named(&declared.secret_key_ref)?.clone(),
            webhook_secrets,
        });
    };
    let secret_key = one(config, Place { organization: of, field: Field::SecretKey }, secret)?;
    let publishable_key = sealed.publishable_key.ok_or(Unusable::NoPublishableKey)?;
    let secret = credential::secret_key(secret_key.expose_secret())
        .map_err(|why| Unusable::Unfit(Field::SecretKey, why))?;
    let publishable =
        credential::publishable_key(&publishable_key).map_err(|_| Unusable::NoPublishableKey)?;
    if secret != publishable {
        return Err(Unusable::Modes { secret, publishable });
    }
    Ok(Account { live: secret.is_live(), publishable_key, secret_key, webhook_secrets })
}

fn webhook_secrets(
    config: &Config,
    of: OrganizationId,
    sealed: &Sealed,
) -> Result<Vec<secrecy::SecretString>, Unusable> {
    let stored = SLOTS.into_iter().zip(&sealed.webhook_secrets);
    let stored = stored.filter_map(|(slot, text)| Some((Field::WebhookSecret(slot), text.as_ref()?)));
    stored.map(|(field, text)| one(config, Place { organization: of, field }, text)).collect()
}

/// Opens one secret.
pub(super) fn one(config: &Config, place: Place, sealed: &str) -> Result<secrecy::SecretString, Unusable> {
    let ring = config.keyring.as_ref().ok_or(Unusable::NoKey(place.field))?;
    let text = ring.open(place, sealed).map_err(|why| Unusable::Shut(place.field, why))?;
    // An empty one would match nothing, and is told rather than kept.
    if text.expose_secret().is_empty() {
        return Err(Unusable::Unfit(place.field, Unfit::Empty));
    }
    Ok(text)
}
