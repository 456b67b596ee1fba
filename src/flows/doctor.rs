//! Whether an organization can be paid: what is set, what the provider says, and what is left lying.
//!
//! **Invariant:** reads only, and each call of the provider is one try, bounded in time. What is said names the fault and
//! the way out; it holds no secret.

use secrecy::ExposeSecret;

use super::{
    App, FlowError,
    account::{self, Unusable},
};
use crate::{
    domain::{
        credential::{self, Mode},
        ids::OrganizationId,
        instant::{Span, Timestamp},
    },
    payment::{
        Account, GatewayError,
        check_up::{CheckUp, Endpoint},
        event::ACTED_ON,
        signature::TOLERANCE_SECONDS,
    },
    seal::SealError,
    store::{
        Store, credential as stored,
        credential::{Sealed, StoredAccount},
        event, outbox,
    },
};

/// How a check went.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Health {
    /// As it should be.
    Well,
    /// Worth a look; nothing is known to fail.
    Doubtful,
    /// Something fails, or will.
    Wrong,
}

/// What one check found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// What was looked at.
    pub check: &'static str,
    /// How it went.
    pub health: Health,
    /// What was seen.
    pub said: String,
    /// What to do, where something is to be done.
    pub way_out: Option<String>,
}

impl Finding {
    fn well(check: &'static str, said: impl Into<String>) -> Self {
        Self { check, health: Health::Well, said: said.into(), way_out: None }
    }

    fn doubtful(check: &'static str, said: impl Into<String>, way_out: impl Into<String>) -> Self {
        Self { check, health: Health::Doubtful, said: said.into(), way_out: Some(way_out.into()) }
    }

    fn wrong(check: &'static str, said: impl Into<String>, way_out: impl Into<String>) -> Self {
        Self { health: Health::Wrong, ..Self::doubtful(check, said, way_out) }
    }
}

/// From how long on something that waits is left lying: a foreign event is set aside before that.
const PATIENCE: Span = Span::from_minutes(15);
/// How far the clocks may be apart, in seconds: well within what a signature may be off.
const SKEW_MAX_SECONDS: i64 = 60;

/// Whether the tables are those of this program.
pub async fn tables(store: &Store) -> Result<Finding, FlowError> {
    const CHECK: &str = "tables";
    let (pending, unknown) = store.other_migrations().await?;
    Ok(match (pending.last(), unknown.last()) {
        (None, None) => Finding::well(CHECK, "up to date"),
        (Some(last), _) => Finding::wrong(
            CHECK,
            format!("{} changes are missing, the last is {last}", pending.len()),
            "run checkstand migrate",
        ),
        // Within a release a change only adds, so this program runs; but it is the old one.
        (None, Some(last)) => Finding::doubtful(
            CHECK,
            format!("made by a newer release: {last} is not known here"),
            "run that release's program",
        ),
    })
}

/// Everything about one organization.
pub async fn organization(app: &App, of: OrganizationId, slug: &str) -> Result<Vec<Finding>, FlowError> {
    let tx = app.store.read(of);
    let mut found = Vec::new();
    match stored::find(&tx).await? {
        None => found.push(Finding::wrong(CREDENTIALS, "it has no payment account", "apply its shop file")),
        Some(stored) => {
            let sealed = stored.sealed.clone();
            match account::open(&app.config, of, stored.clone()) {
                Err(why) => found.push(unusable(&why, slug)),
                Ok(account) => {
                    found.push(usable(&account, &stored));
                    found.extend(modes(&account, &sealed));
                    found.extend(address(app, &account));
                    found.extend(at_the_provider(app, &account, slug).await?);
                }
            }
        }
    }
    found.push(left_lying(app, of, slug).await?);
    Ok(found)
}

const CREDENTIALS: &str = "credentials";

fn usable(account: &Account, stored: &StoredAccount) -> Finding {
    let from = |sealed: bool, named: &str| if sealed { "stored".to_owned() } else { format!("in {named}") };
    let sealed = &stored.sealed;
    let signing = sealed.webhook_secrets.iter().any(Option::is_some);
    let said = format!(
        "{} mode, secret key {}, {} webhook secrets {}",
        Mode::of(account.live),
        from(sealed.secret_key.is_some(), &stored.declared.secret_key_ref),
        account.webhook_secrets.len(),
        from(signing, &stored.declared.webhook_secret_ref),
    );
    Finding::well(CREDENTIALS, said)
}

fn unusable(why: &Unusable, slug: &str) -> Finding {
    let way_out = match why {
        Unusable::Unset(name) => {
            format!("set {name}, or store it with checkstand credentials --organization {slug}")
        }
        Unusable::NoKey(_) => "set CHECKSTAND_ENCRYPTION_KEY as it is where the servers run".to_owned(),
        Unusable::Shut(_, SealError::UnknownKey(id)) => {
            format!(
                "set the key {id} as CHECKSTAND_ENCRYPTION_KEY_PREVIOUS, then run checkstand credentials rotate"
            )
        }
        Unusable::Shut(..) | Unusable::Unfit(..) | Unusable::NoPublishableKey | Unusable::Modes { .. } => {
            format!("store it anew with checkstand credentials --organization {slug}")
        }
    };
    Finding::wrong(CREDENTIALS, why.to_string(), way_out)
}

/// What the variables hold is not checked when it is used, so it is here.
fn modes(account: &Account, sealed: &Sealed) -> Vec<Finding> {
    const CHECK: &str = "mode";
    let secret = credential::secret_key(account.secret_key.expose_secret());
    let publishable = credential::publishable_key(&account.publishable_key);
    let way_out = "use two keys of the same mode, as they stand side by side at the provider";
    let keys = match (secret, publishable) {
        (Ok(secret), Ok(publishable)) if secret == publishable && secret == Mode::of(account.live) => {
            Finding::well(CHECK, format!("both keys are for {secret} mode"))
        }
        (Ok(secret), Ok(publishable)) => {
            let said = format!("the secret key is for {secret} mode, the publishable key for {publishable}");
            Finding::wrong(CHECK, said, way_out)
        }
        (Err(why), _) => Finding::wrong(CHECK, format!("the secret key is none: {why}"), way_out),
        (_, Err(why)) => Finding::wrong(CHECK, format!("the publishable key is none: {why}"), way_out),
    };
    let signs = |secret: &secrecy::SecretString| credential::webhook_secret(secret.expose_secret()).err();
    let odd = account.webhook_secrets.iter().find_map(signs).map(|why| {
        let said = format!("a webhook secret is none: {why}");
        Finding::wrong("webhook secret", said, "take the signing secret of the webhook endpoint (whsec_…)")
    });
    let many = (account.webhook_secrets.len() > sealed.webhook_secrets.len()).then(|| {
        let said = format!("{} are valid", account.webhook_secrets.len());
        Finding::doubtful("webhook secret", said, "drop the old ones: two are enough for a rotation")
    });
    [Some(keys), odd, many].into_iter().flatten().collect()
}

/// Browsers send card pages over TLS only, and the provider posts live events to nothing else.
fn address(app: &App, account: &Account) -> Option<Finding> {
    const CHECK: &str = "public address";
    let url = &app.config.public_url;
    if !account.live {
        return None;
    }
    Some(if url.starts_with("https://") {
        Finding::well(CHECK, url.as_str())
    } else {
        let said = format!("{url} is not https, and the account is live");
        Finding::wrong(CHECK, said, "set CHECKSTAND_PUBLIC_URL to the address that buyers reach")
    })
}

async fn at_the_provider(app: &App, account: &Account, slug: &str) -> Result<Vec<Finding>, FlowError> {
    const CHECK: &str = "provider";
    let check_up = match app.gateway()?.check_up(account).await {
        Ok(check_up) => check_up,
        Err(why) => {
            let way_out = match why {
                GatewayError::Misconfigured => {
                    "take the present secret key from the provider's dashboard and store it"
                }
                GatewayError::Unknown
                | GatewayError::Busy
                | GatewayError::Refused(_)
                | GatewayError::Unchangeable
                | GatewayError::NotFound => "see whether this machine reaches it, and try again",
            };
            return Ok(vec![Finding::wrong(CHECK, why.to_string(), way_out)]);
        }
    };
    let url = format!("{}/webhooks/stripe/{slug}", app.config.public_url);
    Ok(vec![
        Finding::well(CHECK, "it takes the key"),
        endpoint(&check_up, &url),
        skew(check_up.clock, app.now()),
    ])
}

fn endpoint(check_up: &CheckUp, url: &str) -> Finding {
    const CHECK: &str = "webhook endpoint";
    let Some(all) = &check_up.endpoints else {
        let way_out = format!("see in its dashboard that {url} is there and enabled");
        return Finding::doubtful(CHECK, "the key may not list webhook endpoints", way_out);
    };
    let ours: Vec<&Endpoint> = all.iter().filter(|one| one.url.trim_end_matches('/') == url).collect();
    let Some(best) = ours.iter().max_by_key(|one| (one.is_enabled(), heard(one))) else {
        let way_out = format!("add {url} at the provider, for the events {}", ACTED_ON.join(", "));
        return Finding::doubtful(CHECK, "the provider lists none for us", way_out);
    };
    if !best.is_enabled() {
        return Finding::wrong(CHECK, format!("{url} is disabled"), "enable it at the provider");
    }
    let deaf: Vec<&str> = ACTED_ON.into_iter().filter(|event| !best.hears(event)).collect();
    if !deaf.is_empty() {
        let said = format!("{url} does not hear of {}", deaf.join(", "));
        return Finding::wrong(CHECK, said, "add these events to it at the provider");
    }
    if ours.len() > 1 {
        let said = format!("{url} is there {} times, each with a secret of its own", ours.len());
        return Finding::doubtful(CHECK, said, "keep one, and its secret");
    }
    Finding::well(CHECK, format!("{url} is enabled and hears what it must"))
}

fn heard(endpoint: &Endpoint) -> usize {
    ACTED_ON.into_iter().filter(|event| endpoint.hears(event)).count()
}

fn skew(theirs: Option<Timestamp>, ours: Timestamp) -> Finding {
    const CHECK: &str = "clock";
    let Some(theirs) = theirs else {
        return Finding::doubtful(CHECK, "the provider did not say its time", "compare this machine's");
    };
    let off = (ours.ms() - theirs.ms()) / 1_000;
    if off.abs() <= SKEW_MAX_SECONDS {
        return Finding::well(CHECK, format!("within {SKEW_MAX_SECONDS} s of the provider's"));
    }
    let side = if off > 0 { "ahead of" } else { "behind" };
    let said = format!(
        "{} s {side} the provider's; from {TOLERANCE_SECONDS} s on every webhook is refused",
        off.abs()
    );
    Finding::wrong(CHECK, said, "set this machine's clock, and keep it set (NTP)")
}

async fn left_lying(app: &App, of: OrganizationId, slug: &str) -> Result<Finding, FlowError> {
    const CHECK: &str = "work left lying";
    let before = Timestamp::from_ms(app.now().ms().saturating_sub(PATIENCE.ms()));
    let tx = app.store.read(of);
    let (given_up, waiting) = event::left_lying(&tx, before).await?;
    let undelivered = outbox::left_lying(&tx, before).await?;
    if (given_up, waiting, undelivered) == (0, 0, 0) {
        return Ok(Finding::well(CHECK, "none"));
    }
    let minutes = PATIENCE.ms() / 60_000;
    let said = format!(
        "{given_up} events given up, {waiting} waiting for more than {minutes} minutes, {undelivered} refunds unsent"
    );
    let way_out = format!(
        "see checkstand events list --organization {slug}, then checkstand reconcile --organization {slug}"
    );
    Ok(Finding::wrong(CHECK, said, way_out))
}

#[cfg(test)]
mod tests {
    use super::*;

    const URL: &str = "https://shop.example/webhooks/stripe/tea";

    fn judged(endpoints: Option<Vec<Endpoint>>) -> (Health, String) {
        let found = endpoint(&CheckUp { clock: None, endpoints }, URL);
        (found.health, format!("{} {}", found.said, found.way_out.unwrap_or_default()))
    }

    #[test]
    fn an_endpoint_is_well_where_it_is_ours_enabled_and_hears_all() {
        let one = |url: &str, enabled, events: &[&str]| Endpoint::new(url, enabled, events);
        let other = one("https://shop.example/webhooks/stripe/coffee", true, &["*"]);
        let rows = [
            (Some(vec![other.clone(), one(URL, true, &["*"])]), Health::Well, "is enabled"),
            (Some(vec![one(URL, true, &ACTED_ON)]), Health::Well, "is enabled"),
            (Some(vec![one(&format!("{URL}/"), true, &["*"])]), Health::Well, "is enabled"),
            (Some(vec![other]), Health::Doubtful, "add https://shop.example/webhooks/stripe/tea at"),
            (None, Health::Doubtful, "may not list"),
            (Some(vec![one(URL, false, &["*"])]), Health::Wrong, "is disabled"),
            (
                Some(vec![one(URL, true, &ACTED_ON[1..])]),
                Health::Wrong,
                "does not hear of payment_intent.succeeded ",
            ),
            (Some(vec![one(URL, false, &["*"]), one(URL, true, &["*"])]), Health::Doubtful, "2 times"),
        ];
        for (endpoints, health, said) in rows {
            let (found, told) = judged(endpoints);
            assert_eq!(found, health, "{told}");
            assert!(told.contains(said), "{told}");
        }
    }

    #[test]
    fn a_clock_is_wrong_from_more_than_a_minute_on_either_side() {
        let now = Timestamp::from_ms(1_700_000_000_000);
        let at = |seconds: i64| skew(Some(Timestamp::from_ms(now.ms() + seconds * 1_000)), now);
        for (seconds, health) in [(0, Health::Well), (60, Health::Well), (-60, Health::Well)] {
            assert_eq!(at(seconds).health, health, "{seconds}");
        }
        assert!(at(61).said.starts_with("61 s behind") && at(61).health == Health::Wrong);
        assert!(at(-61).said.starts_with("61 s ahead of") && at(-61).health == Health::Wrong);
        assert_eq!(skew(None, now).health, Health::Doubtful);
    }
}
