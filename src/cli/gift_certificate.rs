//! `gift-certificate`: issues one and prints its code once; lists them; stops one.
//!
//! **Invariant:** only `issue` ever prints a code, and only of the one that it issued.

use clap::{Args, Subcommand};

use super::{CliError, fault, open};
use crate::{
    clock::{Clock, SystemClock},
    config::Config,
    domain::{
        currency::Currency, ids::CertificateId, instant::Timestamp, money::Minor, tenant::Organization,
    },
    flows::gift_certificate::{self as flow, Issue, Issued},
    shop,
    store::{Store, declared::written},
};

/// What is to be done.
#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Issue one; its code is printed once
    Issue(New),
    /// List them, oldest first, without their codes
    List(Of),
    /// Stop one; a total that a buyer has bound with it is still honoured
    Disable {
        #[command(flatten)]
        of: Of,
        /// Its id, as `list` prints it
        id: String,
    },
}

/// Whose.
#[derive(Debug, Args)]
pub(super) struct Of {
    /// The organization
    #[arg(long, value_name = "SLUG")]
    organization: String,
}

/// What is issued.
#[derive(Debug, Args)]
pub(super) struct New {
    #[command(flatten)]
    of: Of,
    /// What is on it, for example 50.00
    #[arg(long)]
    balance: String,
    /// Its currency, ISO 4217
    #[arg(long)]
    currency: String,
    /// Its code, at least 12 letters and digits; drawn when left out
    #[arg(long)]
    code: Option<String>,
    /// When it stops working, for example 2030-01-31T00:00:00Z; never when left out
    #[arg(long, value_name = "INSTANT")]
    expires: Option<String>,
}

/// Rows read at once.
const PAGE: u64 = 500;

/// Does it.
pub(super) async fn run(config: &Config, command: &Command) -> Result<(), CliError> {
    let (Command::Issue(New { of, .. }) | Command::List(of) | Command::Disable { of, .. }) = command;
    let store = open(config).await?;
    let organization = organization(&store, of).await?;
    match command {
        Command::Issue(new) => issue(&store, &organization, new).await?,
        Command::List(_) => list(&store, &organization).await?,
        Command::Disable { id, .. } => {
            let id: CertificateId = id.parse().map_err(|_| fault("this is no id of a gift certificate"))?;
            if !flow::disable(&store, organization.id, id, SystemClock.now()).await? {
                return Err(fault("there is no such gift certificate"));
            }
            println!("Stopped {id}.");
        }
    }
    store.close().await?;
    Ok(())
}

async fn organization(store: &Store, of: &Of) -> Result<Organization, CliError> {
    let slug = of.organization.parse().map_err(|_| fault("--organization is no slug"))?;
    store.organization(&slug).await?.ok_or_else(|| fault("there is no such organization"))
}

async fn issue(store: &Store, of: &Organization, new: &New) -> Result<(), CliError> {
    let wanted = wanted(of, new)?;
    let (issued, code) = flow::issue(store, of.id, &wanted, SystemClock.now())
        .await?
        .map_err(|why| CliError::Faults(vec![why.to_string()]))?;
    println!("{}", line(&issued));
    println!("Its code, shown this once: {code}");
    Ok(())
}

/// What was asked for, with every fault at once.
fn wanted(of: &Organization, new: &New) -> Result<Issue, CliError> {
    let mut faults = Vec::new();
    let mut currency = None;
    match new.currency.parse::<Currency>() {
        Ok(one) if of.settings.currencies.contains(&one) => currency = Some(one),
        Ok(_) => faults.push("--currency is none of the organization's".to_owned()),
        Err(_) => faults.push("--currency is none that can be charged".to_owned()),
    }
    let balance = currency.map(|currency| shop::amount(&new.balance, currency));
    let balance: Option<Minor> =
        balance.and_then(|read| read.map_err(|why| faults.push(format!("--balance: {why}"))).ok());
    let end = new.expires.as_deref().map(shop::instant);
    let end: Option<Timestamp> =
        end.and_then(|read| read.map_err(|why| faults.push(format!("--expires: {why}"))).ok());
    match (balance, currency) {
        (Some(balance), Some(currency)) if faults.is_empty() => {
            Ok(Issue { balance, currency, code: new.code.clone(), expires_at: end })
        }
        _ => Err(CliError::Faults(faults)),
    }
}

async fn list(store: &Store, of: &Organization) -> Result<(), CliError> {
    let mut after = None;
    loop {
        let page = flow::list(store, of.id, after, PAGE).await?;
        for issued in &page {
            println!("{}", line(issued));
        }
        match page.last() {
            Some(last) => after = Some(last.certificate.id),
            None => return Ok(()),
        }
    }
}

fn line(issued: &Issued) -> String {
    let of = &issued.certificate;
    let money = |amount: Minor| format!("{} {}", of.currency.figures(amount), of.currency);
    let mut line =
        format!("{}  {}  {} of {} left", of.id, issued.masked, money(of.balance), money(issued.initial));
    if let Some(end) = of.expires_at.and_then(written) {
        line.push_str(", until ");
        line.push_str(&end);
    }
    if !of.active {
        line.push_str(", stopped");
    }
    line
}
