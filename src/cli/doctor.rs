//! `checkstand doctor`: whether the shops on this database can be paid, a line a check, with what to do.
//!
//! **Invariant:** it writes nothing, not even a missing database, and prints no secret; ends with 0 where all is well or
//! only doubtful, 1 where something is wrong, 2 where it could not look. No line waits for another organization's provider.

use std::process::ExitCode;

use clap::Args;
use futures_util::{StreamExt, stream};

use super::{CliError, app_over, connect_existing, fault, plain};
use crate::{
    config::Config,
    domain::tenant::Slug,
    flows::{
        App, FlowError,
        doctor::{self, Finding, Health},
    },
    store::audit::Listed,
};

/// What to look at.
#[derive(Debug, Args)]
pub(super) struct Doctor {
    /// Look at one organization only
    #[arg(long, value_name = "SLUG")]
    organization: Option<String>,
}

/// Organizations looked up at once, and looked at at once.
const PAGE: u64 = 100;
const AT_ONCE: usize = 8;

/// How many checks came out how.
#[derive(Default)]
struct Tally {
    checks: u64,
    doubtful: u64,
    wrong: u64,
}

impl Tally {
    fn tell(&mut self, of: &str, found: &Finding) {
        self.checks += 1;
        let word = match found.health {
            Health::Well => "ok",
            Health::Doubtful => {
                self.doubtful += 1;
                "doubtful"
            }
            Health::Wrong => {
                self.wrong += 1;
                "WRONG"
            }
        };
        let way_out =
            found.way_out.as_ref().map(|way| format!("; to do: {}", plain(way))).unwrap_or_default();
        println!("{word}: {}: {}: {}{way_out}", plain(of), found.check, plain(&found.said));
    }
}

/// Looks, prints, and says how to end.
pub(super) async fn run(config: Config, wanted: &Doctor) -> Result<ExitCode, CliError> {
    let only = wanted.organization.as_deref().map(str::parse::<Slug>).transpose();
    let only = only.map_err(|_| fault("--organization is no slug"))?;
    let store = connect_existing(&config).await?;
    store.ping().await?;
    println!("ok: database: it answers");
    let mut tally = Tally { checks: 1, ..Tally::default() };
    let tables = doctor::tables(&store).await?;
    tally.tell("database", &tables);
    if tables.health != Health::Wrong {
        let app = app_over(store, config);
        let looked_at = organizations(&app, only.as_ref(), &mut tally).await?;
        if let (Some(slug), 0) = (only, looked_at) {
            return Err(fault(format!("there is no organization {slug}")));
        }
        app.store.close().await?;
    }
    println!("{} checks, {} wrong, {} doubtful.", tally.checks, tally.wrong, tally.doubtful);
    Ok(if tally.wrong == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Answers how many there were.
async fn organizations(app: &App, only: Option<&Slug>, tally: &mut Tally) -> Result<u64, CliError> {
    let (mut after, mut looked_at) = (None, 0);
    loop {
        let page = app.store.organizations_after(after, PAGE).await?;
        let Some(last) = page.last() else { return Ok(looked_at) };
        after = Some(last.id);
        let meant = page.into_iter().filter(|one| only.is_none_or(|slug| slug.as_str() == one.slug));
        let mut all = stream::iter(meant.map(|listed| one(app.clone(), listed))).buffered(AT_ONCE);
        while let Some((slug, found)) = all.next().await {
            looked_at += 1;
            for finding in found? {
                tally.tell(&slug, &finding);
            }
        }
    }
}

async fn one(app: App, listed: Listed) -> (String, Result<Vec<Finding>, FlowError>) {
    let found = doctor::organization(&app, listed.id, &listed.slug).await;
    (listed.slug, found)
}
