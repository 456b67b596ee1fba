//! Settings of the process, read once.
//!
//! **Invariant:** the only reader of the environment; all faults are reported together; a secret neither prints nor
//! logs, and an empty one is a fault.

use std::{collections::BTreeMap, net::SocketAddr, path::PathBuf, time::Duration};

use secrecy::{ExposeSecret, SecretString};

use crate::failpoint::{self, Armed};
use crate::seal::Keyring;

/// Where Stripe answers, unless told otherwise.
pub const STRIPE_API_BASE: &str = "https://api.stripe.com";

/// Stripe's script for checkout pages (Stripe, "Including Stripe.js").
pub const STRIPE_JS: &str = "https://js.stripe.com/v3/";

/// Where VAT numbers are looked up, unless told otherwise.
pub const VIES_API_BASE: &str = "https://ec.europa.eu/taxation_customs/vies/rest-api";

/// What secrets in the environment are named: a merchant's account refers to them by name.
pub const SECRET_PREFIX: &str = "STRIPE_";

/// Which pages for people are served.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Pages {
    /// None.
    None,
    /// The GraphQL explorer.
    Explorer,
    /// The explorer and the demo shop.
    Demo,
}

/// Settings of the process.
#[derive(Debug, Clone)]
pub struct Config {
    /// Where to listen.
    pub listen: SocketAddr,
    /// Where the embedded database and the demo keep their files.
    pub data_dir: PathBuf,
    /// `postgres://…` or `sqlite:PATH`; an embedded file in `data_dir` when left out. It may hold a password.
    database_url: Option<SecretString>,
    /// Where to hear of the changes of other replicas: an address of PostgreSQL that keeps sessions apart. It may hold a
    /// password.
    database_listen_url: Option<SecretString>,
    /// Of those who watch.
    pub live: Live,
    /// Connections to the database at most; several replicas share what the database allows.
    pub database_connections: u32,
    /// Where Stripe answers.
    pub stripe_api_base: String,
    /// The script with the provider's payment element, for checkout pages.
    pub payment_script: String,
    /// Where VAT numbers are looked up, for merchants who want that.
    pub vies_api_base: String,
    /// Address under which browsers reach this server, without a slash at its end.
    pub public_url: String,
    /// Whether the schema may be asked for.
    pub introspection: bool,
    /// Whether an answer says how many statements it took, for developers.
    pub statement_counts: bool,
    pages: Pages,
    /// Whether a gateway may ask this server as a subgraph.
    pub federation: bool,
    /// What opens `/metrics`; without it, there is no such route.
    pub metrics_token: Option<SecretString>,
    /// What seals the secrets that the database holds; without it, the database holds none that can be used.
    pub keyring: Option<Keyring>,
    /// Where a test wants the process to end; nowhere in an ordinary build.
    pub failpoint: Option<Armed>,
    secrets: BTreeMap<String, SecretString>,
}

/// Who may watch, and how.
#[derive(Debug, Clone, Copy)]
pub struct Live {
    /// Connections that watch at most.
    pub connections: usize,
    /// How long who watches waits before a look without a signal.
    pub look: Duration,
    /// How many proxies stand before this server, each of which appends whom it serves to `X-Forwarded-For`.
    pub proxies: usize,
}

/// Names of the variables with where changes are heard, and with what is of those who watch.
const LISTEN_URL: &str = "DATABASE_LISTEN_URL";
const LIVE: &str = "CHECKSTAND_LIVE_CONNECTIONS";
const LOOK: &str = "CHECKSTAND_LIVE_LOOK_SECONDS";
const PROXIES: &str = "CHECKSTAND_PROXIES";
/// Name of the variable with whether a gateway may ask.
const FEDERATION: &str = "CHECKSTAND_FEDERATION";
/// Name of the variable with what opens `/metrics`, and how short it may be.
const METRICS_TOKEN: &str = "CHECKSTAND_METRICS_TOKEN";
const METRICS_TOKEN_BYTES_MIN: usize = 16;
/// Names of the variables with the key that seals, and with the one before it.
const KEY: &str = "CHECKSTAND_ENCRYPTION_KEY";
const PREVIOUS_KEY: &str = "CHECKSTAND_ENCRYPTION_KEY_PREVIOUS";

impl Config {
    /// Reads the environment, with what the command line said on top.
    pub fn from_environment(flags: Vec<(String, String)>) -> Result<Self, Vec<String>> {
        #[expect(clippy::disallowed_methods, reason = "the one place that reads the environment")]
        let environment = std::env::vars();
        Self::from_vars(environment.chain(flags))
    }

    /// Reads variables; a later one of the same name wins. Answers every fault.
    pub fn from_vars(vars: impl IntoIterator<Item = (String, String)>) -> Result<Self, Vec<String>> {
        let vars: BTreeMap<String, String> = vars.into_iter().collect();
        let get = |name: &str| vars.get(name).map(String::as_str);
        let mut faults = Vec::new();
        let listen = parsed(
            get("CHECKSTAND_LISTEN").unwrap_or("127.0.0.1:8080"),
            "CHECKSTAND_LISTEN",
            "an address such as 127.0.0.1:8080",
            &mut faults,
        )
        .unwrap_or_else(|| SocketAddr::from(([127, 0, 0, 1], 8080)));
        let introspection = switch(&vars, "CHECKSTAND_INTROSPECTION", true, &mut faults);
        let statement_counts = switch(&vars, "CHECKSTAND_STATEMENT_COUNTS", false, &mut faults);
        let explorer = switch(&vars, "CHECKSTAND_EXPLORER", false, &mut faults);
        let federation = switch(&vars, FEDERATION, false, &mut faults);
        let database_connections = parsed(
            get("DATABASE_CONNECTIONS").unwrap_or("8"),
            "DATABASE_CONNECTIONS",
            "a number of connections from 1 on",
            &mut faults,
        )
        .map_or(8, std::num::NonZeroU32::get);
        let database_url = database_url_of("DATABASE_URL", get("DATABASE_URL"), &mut faults);
        let database_listen_url = database_url_of(LISTEN_URL, get(LISTEN_URL), &mut faults);
        let live = live(&vars, &mut faults);
        let failpoint = armed(&vars, &mut faults);
        let keyring = keyring(get(KEY), get(PREVIOUS_KEY), &mut faults);
        let metrics_token = metrics_token(get(METRICS_TOKEN), &mut faults);
        let secrets = secrets(&vars, &mut faults);
        if !faults.is_empty() {
            return Err(faults);
        }
        Ok(Self {
            listen,
            data_dir: get("CHECKSTAND_DATA_DIR").unwrap_or(".checkstand").into(),
            database_url,
            database_listen_url,
            live,
            database_connections,
            stripe_api_base: get("STRIPE_API_BASE")
                .unwrap_or(STRIPE_API_BASE)
                .trim_end_matches('/')
                .to_owned(),
            payment_script: STRIPE_JS.to_owned(),
            vies_api_base: get("VIES_API_BASE").unwrap_or(VIES_API_BASE).trim_end_matches('/').to_owned(),
            public_url: get("CHECKSTAND_PUBLIC_URL")
                .map_or_else(|| format!("http://{listen}"), |url| url.trim_end_matches('/').to_owned()),
            introspection,
            statement_counts,
            pages: if explorer { Pages::Explorer } else { Pages::None },
            federation,
            metrics_token,
            keyring,
            failpoint,
            secrets,
        })
    }

    /// Where the database is: as configured, or an embedded file.
    #[must_use]
    pub fn database_url(&self) -> String {
        self.database_url.as_ref().map_or_else(
            || format!("sqlite:{}", self.data_dir.join("checkstand.db").display()),
            |url| url.expose_secret().to_owned(),
        )
    }

    /// Where to hear of the changes of other replicas: as configured, or where the database is.
    #[must_use]
    pub fn database_listen_url(&self) -> String {
        let configured = self.database_listen_url.as_ref().map(|url| url.expose_secret().to_owned());
        configured.unwrap_or_else(|| self.database_url())
    }

    /// Whether the embedded file is used.
    #[must_use]
    pub const fn is_embedded(&self) -> bool {
        self.database_url.is_none()
    }

    /// A secret by the name that a merchant's account refers to.
    #[must_use]
    pub fn secret(&self, name: &str) -> Option<&SecretString> {
        self.secrets.get(name)
    }

    /// Whether a secret key that moves real money is anywhere in the settings.
    #[must_use]
    pub fn has_live_key(&self) -> bool {
        let live = |secret: &SecretString| {
            ["sk_live_", "rk_live_"].iter().any(|prefix| secret.expose_secret().starts_with(prefix))
        };
        self.secrets.values().any(live)
    }

    /// Whether the GraphQL explorer is served.
    #[must_use]
    pub fn serves_explorer(&self) -> bool {
        self.pages != Pages::None
    }

    /// Whether the demo shop is served.
    #[must_use]
    pub fn serves_demo(&self) -> bool {
        self.pages == Pages::Demo
    }

    /// With the demo shop and the explorer.
    #[must_use]
    pub const fn with_demo_pages(mut self) -> Self {
        self.pages = Pages::Demo;
        self
    }

    /// With answers that say how many statements they took.
    #[must_use]
    pub const fn counting_statements(mut self) -> Self {
        self.statement_counts = true;
        self
    }

    /// With this token for `/metrics`.
    #[must_use]
    pub fn watched_with(mut self, token: &str) -> Self {
        self.metrics_token = Some(token.into());
        self
    }

    /// With Stripe at another address, such as the twin's.
    #[must_use]
    pub fn at_stripe(mut self, base: &str) -> Self {
        base.trim_end_matches('/').clone_into(&mut self.stripe_api_base);
        self
    }

    /// With another script for checkout pages, such as the twin's.
    #[must_use]
    pub fn with_payment_script(mut self, url: &str) -> Self {
        url.clone_into(&mut self.payment_script);
        self
    }

    /// Adds a secret under a name, as the demo does for its own account.
    #[must_use]
    pub fn with_secret(mut self, name: &str, value: &str) -> Self {
        self.secrets.insert(name.to_owned(), SecretString::from(value));
        self
    }
}

/// Where a test wants the process to end. An ordinary build does not look.
fn armed(vars: &BTreeMap<String, String>, faults: &mut Vec<String>) -> Option<Armed> {
    let name = failpoint::VARIABLE?;
    parsed(vars.get(name)?, name, "a point, such as bind.after_commit:1", faults)
}

fn live(vars: &BTreeMap<String, String>, faults: &mut Vec<String>) -> Live {
    let get = |name: &str, usual: &'static str| vars.get(name).cloned().unwrap_or_else(|| usual.to_owned());
    let connections = parsed(&get(LIVE, "10000"), LIVE, "a number of connections", faults);
    let look = parsed(&get(LOOK, "30"), LOOK, "a number of seconds from 1 on", faults);
    let proxies = parsed(&get(PROXIES, "0"), PROXIES, "a number of proxies", faults);
    Live {
        connections: connections.unwrap_or(0),
        look: Duration::from_secs(look.map_or(30, std::num::NonZeroU64::get)),
        proxies: proxies.unwrap_or(0),
    }
}

/// What merchants' accounts refer to by name.
fn secrets(vars: &BTreeMap<String, String>, faults: &mut Vec<String>) -> BTreeMap<String, SecretString> {
    let named = vars.iter().filter(|(name, _)| name.starts_with(SECRET_PREFIX) && *name != "STRIPE_API_BASE");
    let mut secrets = BTreeMap::new();
    for (name, value) in named {
        if value.split(',').any(|part| part.trim().is_empty()) {
            faults.push(format!("{name} is empty or has an empty part"));
        }
        secrets.insert(name.clone(), SecretString::from(value.as_str()));
    }
    secrets
}

fn metrics_token(given: Option<&str>, faults: &mut Vec<String>) -> Option<SecretString> {
    if given.is_some_and(|token| token.len() < METRICS_TOKEN_BYTES_MIN) {
        faults.push(format!("{METRICS_TOKEN} is shorter than {METRICS_TOKEN_BYTES_MIN} characters"));
    }
    given.map(SecretString::from)
}

fn database_url_of(name: &str, given: Option<&str>, faults: &mut Vec<String>) -> Option<SecretString> {
    // Nobody can be listened to in a file.
    let schemes = ["postgres://", "postgresql://", "sqlite:"];
    let schemes = if name == LISTEN_URL { &schemes[..2] } else { &schemes };
    if given.is_some_and(|url| !schemes.iter().any(|scheme| url.starts_with(scheme))) {
        faults.push(format!("{name} begins with none of {}", schemes.join(", ")));
    }
    given.map(SecretString::from)
}

fn switch(vars: &BTreeMap<String, String>, name: &str, usual: bool, faults: &mut Vec<String>) -> bool {
    let given = vars.get(name).and_then(|text| parsed(text, name, "true or false", faults));
    given.unwrap_or(usual)
}

fn parsed<T: std::str::FromStr>(text: &str, name: &str, wanted: &str, faults: &mut Vec<String>) -> Option<T> {
    let value = text.parse().ok();
    if value.is_none() {
        faults.push(format!("{name} is not {wanted}"));
    }
    value
}

/// A fault does not repeat what was written: it may be most of the key.
fn keyring(present: Option<&str>, previous: Option<&str>, faults: &mut Vec<String>) -> Option<Keyring> {
    let Some(present) = present else {
        faults.extend(previous.map(|_| format!("{PREVIOUS_KEY} is set, but {KEY} is not")));
        return None;
    };
    let ring = Keyring::of(present).map_err(|why| faults.push(format!("{KEY} is {why}"))).ok();
    match previous {
        Some(previous) => {
            // Tried by itself, so that both faults are told at once.
            let known = Keyring::of(previous).map_err(|why| faults.push(format!("{PREVIOUS_KEY} is {why}")));
            ring.filter(|_| known.is_ok())?.with_previous(previous).ok()
        }
        None => ring,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(vars: &[(&str, &str)]) -> Result<Config, Vec<String>> {
        Config::from_vars(vars.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())))
    }

    #[test]
    fn all_faults_are_reported_at_once_and_no_secret_is_echoed() {
        let vars = [
            ("CHECKSTAND_LISTEN", "nowhere"),
            ("DATABASE_URL", "mysql://u:hunter2@x/y"),
            ("STRIPE_WEBHOOK_SECRET", "whsec_a,"),
            ("DATABASE_CONNECTIONS", "0"),
            ("CHECKSTAND_EXPLORER", "please"),
            (KEY, "hunter2"),
            (PREVIOUS_KEY, ""),
            (METRICS_TOKEN, "hunter2"),
            (FEDERATION, "yes"),
        ];
        let faults = read(&vars).unwrap_err();
        assert_eq!(faults.len(), 9);
        assert!(!faults.join(" ").contains("hunter2") && !faults.join(" ").contains("whsec_a"));
    }

    #[test]
    fn without_a_database_address_there_is_an_embedded_file() {
        let config = read(&[("CHECKSTAND_DATA_DIR", "here")]).unwrap();
        assert_eq!(config.database_url(), "sqlite:here/checkstand.db");
        assert!(config.is_embedded());
        assert_eq!(config.payment_script, "https://js.stripe.com/v3/");
    }

    #[test]
    fn pages_for_people_are_served_only_where_they_are_asked_for() {
        let plain = read(&[]).unwrap();
        assert!(!plain.serves_explorer() && !plain.serves_demo());
        let explorer = read(&[("CHECKSTAND_EXPLORER", "true")]).unwrap();
        assert!(explorer.serves_explorer() && !explorer.serves_demo());
        let demo = plain.with_demo_pages();
        assert!(demo.serves_explorer() && demo.serves_demo());
    }

    #[test]
    fn a_previous_key_without_a_present_one_is_a_fault() {
        let key = "00".repeat(32);
        assert!(read(&[(PREVIOUS_KEY, &key)]).is_err());
        assert!(read(&[(KEY, &key)]).unwrap().keyring.is_some());
        assert!(read(&[(KEY, &key), (PREVIOUS_KEY, &"11".repeat(32))]).unwrap().keyring.is_some());
        assert!(read(&[]).unwrap().keyring.is_none());
    }

    #[test]
    fn secrets_do_not_print() {
        let config =
            read(&[("STRIPE_SECRET_KEY", "sk_test_hush"), ("DATABASE_URL", "postgres://u:hunter2@x/y")])
                .unwrap();
        let printed = format!("{config:?}");
        assert!(!printed.contains("hush") && !printed.contains("hunter2"));
        assert_eq!(config.secret("STRIPE_SECRET_KEY").map(ExposeSecret::expose_secret), Some("sk_test_hush"));
    }
}
