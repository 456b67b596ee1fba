//! `serve --demo`: a shop to try, with the Stripe twin in the same process.
//!
//! **Invariant:** the twin runs only here, by name, on loopback, and never beside a live key. Its state is in a file, so
//! the demo may be killed at any moment and goes on where it was.

use axum::Router;
use tokio::net::TcpListener;

use super::{CliError, asked_to_stop, assemble, fault, open};
use crate::{
    clock::{Clock, SystemClock},
    config::Config,
    domain::{money::Minor, tenant::Organization},
    flows::{
        App,
        gift_certificate::{self, Issue, IssueError},
    },
    server, shop,
    store::declared::Choice,
    twin::{Twin, TwinOptions},
};

/// The demo's account at the twin.
const SECRET_KEY: &str = "sk_test_twin_demo";
const WEBHOOK_SECRET: &str = "whsec_twin_demo";
/// How long the bank of `pm_twin_late_success` thinks: long enough to see, short enough to wait for.
const LATE_SUCCESS_MS: u64 = 8_000;
/// Where the twin answers, under the server's own address.
const TWIN_PATH: &str = "/twin";

/// Serves the demo.
pub async fn serve(config: Config) -> Result<(), CliError> {
    if config.has_live_key() {
        return Err(beside_live("take sk_live_… out of the environment"));
    }
    if !config.listen.ip().is_loopback() {
        return Err(CliError::Faults(vec!["the demo listens on loopback addresses only".to_owned()]));
    }
    let demo = shop::demo().map_err(|faults| CliError::File(shop::fault::lines(&faults, "demo.toml")))?;
    let listener = TcpListener::bind(config.listen).await?;
    let address = listener.local_addr()?;
    let here = format!("http://{address}");
    tokio::fs::create_dir_all(&config.data_dir).await?;
    without_live_keys(&config).await?;
    let twin = Twin::start(TwinOptions {
        state_file: Some(config.data_dir.join("twin.json")),
        late_success_ms: Some(LATE_SUCCESS_MS),
        ..TwinOptions::default()
    })?;
    let webhook = format!("{here}/webhooks/stripe/{}", demo.organization.slug);
    twin.register_webhook(SECRET_KEY, &webhook, WEBHOOK_SECRET)
        .map_err(|error| CliError::Faults(vec![format!("the twin takes no webhook address: {error}")]))?;
    let config = config
        .with_secret(&demo.account.secret_key_ref, SECRET_KEY)
        .with_secret(&demo.account.webhook_secret_ref, WEBHOOK_SECRET)
        .at_stripe(&format!("{here}{TWIN_PATH}"))
        .with_payment_script(&format!("{here}{TWIN_PATH}/element.js"))
        .with_demo_pages()
        .counting_statements();
    let app = assemble(config).await?;
    let order = shop::apply::Order { choice: Choice::default(), dry_run: false, now: SystemClock.now() };
    shop::apply::apply(&app.store, &demo, order, App::new_id).await?;
    certificates(&app, &demo.organization).await?;
    println!("{}", welcome(&here));
    let routes = Router::new().nest(TWIN_PATH, twin.router()).merge(server::router(app.clone()));
    server::serve(app, listener, routes, asked_to_stop()).await;
    twin.shutdown();
    Ok(())
}

fn beside_live(way_out: &str) -> CliError {
    fault(format!("the Stripe twin does not run beside a live key; {way_out}"))
}

/// Looks before anything runs: the database may hold keys of other organizations.
async fn without_live_keys(config: &Config) -> Result<(), CliError> {
    let store = open(config).await?;
    let live = store.holds_live_key().await?;
    store.close().await?;
    if live { Err(beside_live("an organization of this database has one stored")) } else { Ok(()) }
}

/// Gift certificates to try, and what is on each in minor units. Their codes are public, as nothing here is worth money.
pub const CERTIFICATES: &[(&str, i64, &str)] = &[
    ("DEMO-GIFT-5000", 50_00, "USD"),
    ("DEMO-GIFT-EVERYTHING", 10_000_00, "USD"),
    ("DEMO-GIFT-EURO", 25_00, "EUR"),
];

/// Issues what the demo has not issued before.
async fn certificates(app: &App, of: &Organization) -> Result<(), CliError> {
    for &(code, balance, currency) in CERTIFICATES {
        let Ok(currency) = currency.parse() else { continue };
        let balance = Minor::new(balance);
        let wanted = Issue { balance, currency, code: Some(code.to_owned()), expires_at: None };
        match gift_certificate::issue(&app.store, of.id, &wanted, app.now()).await? {
            Ok(_) | Err(IssueError::Taken) => {}
            Err(why) => return Err(CliError::Faults(vec![why.to_string()])),
        }
    }
    Ok(())
}

fn welcome(here: &str) -> String {
    format!(
        r#"Checkstand demo. Stripe twin: no money moves.

  Shop      {here}/demo
  Explorer  {here}/explorer   (the API, step by step)
  GraphQL   {here}/graphql   (header x-organization-slug: demo)
  Schema    {here}/schema.graphql
  Health    {here}/health/ready

Try this next:

  curl -s {here}/graphql -H 'content-type: application/json' -H 'x-organization-slug: demo' \
    -d '{{"query":"{{ products(first: 3) {{ nodes {{ title priceRange {{ min {{ amount currency }} }} variants {{ nodes {{ sku }} }} }} }} }}"}}'

The README has a whole purchase. Ctrl-C ends the demo; what it holds is kept."#
    )
}
