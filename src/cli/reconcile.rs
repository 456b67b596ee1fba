//! `checkstand reconcile`: what the servers do on their timer, done now, and told thing by thing.
//!
//! **Invariant:** safe beside servers and beside itself; ends with 0 where everything is settled or open as it should be, 1
//! where something could not be settled, 2 where nothing was looked at. No secret is printed, and nothing of a buyer.

use std::process::ExitCode;

use clap::Args;

use super::{CliError, assemble, fault, plain};
use crate::{
    config::Config,
    domain::{ids::SessionId, instant::Span, tenant::Slug},
    flows::{
        App,
        merchant::Merchant,
        reconcile::{self, Looked, Stands, Tally, Wanted},
    },
};

/// Whose.
#[derive(Debug, Args)]
pub(super) struct Reconcile {
    /// One organization only
    #[arg(long, value_name = "SLUG")]
    organization: Option<String>,
    /// One session of it only (ses_…), also one that has ended
    #[arg(long, value_name = "SESSION", requires = "organization")]
    session: Option<String>,
    /// How far back to look for what went back, was disputed or ended without an event: in days
    #[arg(long, value_name = "DAYS", default_value_t = 30, value_parser = clap::value_parser!(u16).range(1..=3_650))]
    days: u16,
}

/// Organizations looked up at once.
const PAGE: u64 = 100;

/// Does it, prints, and says how to end.
pub(super) async fn run(config: Config, wanted: &Reconcile) -> Result<ExitCode, CliError> {
    let only = wanted.organization.as_deref().map(str::parse::<Slug>).transpose();
    let only = only.map_err(|_| fault("--organization is no slug"))?;
    let session = wanted.session.as_deref().map(str::parse::<SessionId>).transpose();
    let session = session.map_err(|_| fault("--session is no id of a session (ses_…)"))?;
    let app = assemble(config).await?;
    let since = app.now() + Span::from_hours(-24 * i64::from(wanted.days));
    let wanted = Wanted { only: session, since };
    let mut all = Tally::default();
    if let Some(slug) = only {
        let merchant = app.merchant(&slug).await?;
        let merchant = merchant.ok_or_else(|| fault("there is no such organization"))?;
        if let Some(id) = session
            && !reconcile::knows(&app, &merchant, id).await?
        {
            return Err(fault("there is no such session in this organization"));
        }
        one(&app, &merchant, wanted, &mut all).await?;
    } else {
        each(&app, wanted, &mut all).await?;
    }
    println!("{} settled, {} open, {} could not be settled.", all.settled, all.open, all.unsettled);
    app.store.close().await?;
    Ok(if all.unsettled == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

async fn each(app: &App, wanted: Wanted, all: &mut Tally) -> Result<(), CliError> {
    let mut after = None;
    loop {
        let page = app.store.organizations_after(after, PAGE).await?;
        let Some(last) = page.last() else { return Ok(()) };
        after = Some(last.id);
        for listed in &page {
            if let Some(merchant) = app.merchant_by_id(listed.id).await? {
                one(app, &merchant, wanted, all).await?;
            }
        }
    }
}

async fn one(app: &App, merchant: &Merchant, wanted: Wanted, all: &mut Tally) -> Result<(), CliError> {
    let slug = &merchant.organization.slug;
    let tell = |Looked { what, stands, said }: &Looked| {
        let word = match stands {
            Stands::Settled => "settled",
            Stands::Open => "open",
            Stands::Unsettled => "NOT SETTLED",
        };
        println!("{slug}: {}: {word}: {}", plain(what), plain(said));
    };
    let tally = reconcile::reconcile(app, merchant, wanted, tell).await?;
    all.settled += tally.settled;
    all.open += tally.open;
    all.unsettled += tally.unsettled;
    Ok(())
}
