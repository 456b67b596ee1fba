//! `checkstand audit`: one line a finding, for a person or, as JSON, for a program.
//!
//! **Invariant:** it never writes, not even a missing database; ends with 0 where nothing was found, 1 where something
//! was, 2 where it could not look. A line names rows by id and says nothing of a buyer.

use std::process::ExitCode;

use clap::Args;

use super::{CliError, fault, open_existing};
use crate::{
    clock::{Clock, SystemClock},
    config::Config,
    domain::{instant::Span, tenant::Slug},
    flows::audit::{self, AuditError, Finding, Scope},
};

/// What to look at, and how to say it.
#[derive(Debug, Args)]
pub(super) struct Audit {
    /// Look at one organization only
    #[arg(long, value_name = "SLUG")]
    organization: Option<String>,
    /// One JSON object a line
    #[arg(long)]
    json: bool,
    /// How many minutes an event, a refund or a call of the provider may wait before it counts as left lying
    #[arg(long, value_name = "MINUTES", default_value_t = 60, value_parser = clap::value_parser!(u32).range(..=525_600))]
    older_than: u32,
}

/// Looks, prints, and says how to end.
pub(super) async fn run(config: &Config, wanted: &Audit) -> Result<ExitCode, CliError> {
    let organization = wanted.organization.as_deref().map(str::parse::<Slug>).transpose();
    let organization = organization.map_err(|_| fault("--organization is no slug".to_owned()))?;
    let scope = Scope { organization, patience: Span::from_minutes(i64::from(wanted.older_than)) };
    let store = open_existing(config).await?;
    let tell = |finding: &Finding| print(finding, wanted.json);
    let audited = audit::audit(&store, &scope, SystemClock.now(), tell).await;
    let tally = match audited {
        Ok(tally) => tally,
        Err(AuditError::Store(error)) => return Err(error.into()),
        Err(error @ AuditError::NoSuchOrganization(_)) => return Err(fault(error.to_string())),
    };
    if !wanted.json {
        println!("{} organizations looked at, {} rows at fault.", tally.organizations, tally.faults);
    }
    Ok(if tally.faults == 0 { ExitCode::SUCCESS } else { ExitCode::from(1) })
}

fn print(finding: &Finding, json: bool) {
    let Finding { organization, check, promise, table, faults } = finding;
    for fault in &faults.kept {
        let (id, expected, found) = (&fault.id, &fault.expected, &fault.found);
        if json {
            let line = serde_json::json!({
                "organization": organization, "check": check, "promise": promise, "table": table,
                "id": id, "expected": expected, "found": found,
            });
            println!("{line}");
        } else {
            println!(
                "{organization}: {check} (promise {promise}): {table} {id}: expected {expected}, found {found}"
            );
        }
    }
    match (faults.more, json) {
        (0, _) => {}
        (more, true) => println!(
            "{}",
            serde_json::json!({
                "organization": organization, "check": check, "promise": promise, "table": table, "more": more,
            })
        ),
        (more, false) => println!("{organization}: {check} (promise {promise}): {table}: and {more} more"),
    }
}
