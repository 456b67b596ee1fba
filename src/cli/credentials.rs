//! `checkstand credentials`: secrets of an organization, kept sealed in the database.
//!
//! **Invariant:** a secret is read from standard input, never from an argument that others on the machine could list, and
//! none is printed: its last four signs at most. Ends with 0 where it was done, 2 where nothing was; of `rotate`, 1 where
//! some secret does not open.

use std::{
    io::{IsTerminal, Read},
    process::ExitCode,
};

use clap::{Args, Subcommand};
use secrecy::SecretString;

use super::{CliError, fault, open, open_existing, plain};
use crate::{
    config::Config,
    domain::{ids::OrganizationId, tenant::Slug},
    flows::credential::{self, Rotated, Told},
    seal::Slot,
    store::Store,
};

/// What is to be done.
#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Store the secret key that standard input holds, with its publishable key
    Set {
        #[command(flatten)]
        of: Of,
        /// The publishable key that goes with it; left out, the known one, if it is for the same mode
        #[arg(long, value_name = "pk_…")]
        publishable_key: Option<String>,
    },
    /// Store the webhook secret that standard input holds; two are valid at a time
    AddWebhookSecret(Of),
    /// Drop a stored webhook secret
    DropWebhookSecret {
        #[command(flatten)]
        of: Of,
        /// Its number, as `show` prints it
        #[arg(value_parser = clap::value_parser!(u8).range(1..=2))]
        number: u8,
        /// Also where it is the only one: then the variable counts again
        #[arg(long)]
        last: bool,
    },
    /// Print what is set, and no secret
    Show(Of),
    /// Seal every stored secret anew with `CHECKSTAND_ENCRYPTION_KEY`; safe to repeat, and to cut off
    Rotate,
}

/// Whose.
#[derive(Debug, Args)]
pub(super) struct Of {
    /// The organization
    #[arg(long, value_name = "SLUG")]
    organization: String,
}

/// Does it, and says how to end.
pub(super) async fn run(config: &Config, command: &Command) -> Result<ExitCode, CliError> {
    match command {
        Command::Set { of, publishable_key } => {
            let (store, organization) = place(config, of).await?;
            let given = (&secret()?, publishable_key.as_deref());
            let set = credential::set(&store, config.keyring.as_ref(), organization, given).await?;
            let mode = set.map_err(|why| fault(why.to_string()))?;
            println!("The secret key of {} is stored, for {mode} mode.", of.organization);
            store.close().await?;
        }
        Command::AddWebhookSecret(of) => {
            let (store, organization) = place(config, of).await?;
            let added = credential::add_webhook_secret(&store, config, organization, &secret()?).await?;
            let slot = added.map_err(|why| fault(why.to_string()))?;
            println!("Webhook secret {} of {} is stored.", number(slot), of.organization);
            println!("From now on the stored ones count, and no variable does.");
            store.close().await?;
        }
        Command::DropWebhookSecret { of, number, last } => {
            let (store, organization) = place(config, of).await?;
            let slot = if *number == 1 { Slot::One } else { Slot::Two };
            let dropped = credential::drop_webhook_secret(&store, organization, slot, *last).await?;
            dropped.map_err(|why| fault(why.to_string()))?;
            println!("Webhook secret {number} of {} is dropped.", of.organization);
            store.close().await?;
        }
        Command::Show(of) => show(config, of).await?,
        Command::Rotate => return rotate(config).await,
    }
    Ok(ExitCode::SUCCESS)
}

const fn number(slot: Slot) -> u8 {
    match slot {
        Slot::One => 1,
        Slot::Two => 2,
    }
}

async fn place(config: &Config, of: &Of) -> Result<(Store, OrganizationId), CliError> {
    let slug = of.organization.parse::<Slug>().map_err(|_| fault("--organization is no slug"))?;
    let store = open(config).await?;
    let organization = store.organization(&slug).await?;
    let organization = organization.ok_or_else(|| fault("there is no such organization"))?;
    Ok((store, organization.id))
}

/// More than any secret has.
const SECRET_MAX: u64 = 4_096;

/// What standard input holds, without the line's end.
fn secret() -> Result<SecretString, CliError> {
    let input = std::io::stdin();
    if input.is_terminal() {
        eprintln!(
            "Paste the secret, press Enter, then Ctrl-D. It shows on the screen; to keep it off, use < FILE."
        );
    }
    let mut text = String::new();
    input.take(SECRET_MAX).read_to_string(&mut text).map_err(|_| fault("standard input is no text"))?;
    let whole = SecretString::from(text);
    Ok(SecretString::from(secrecy::ExposeSecret::expose_secret(&whole).trim()))
}

async fn show(config: &Config, of: &Of) -> Result<(), CliError> {
    let slug = of.organization.parse::<Slug>().map_err(|_| fault("--organization is no slug"))?;
    let store = open_existing(config).await?;
    let organization = store.organization(&slug).await?;
    let organization = organization.ok_or_else(|| fault("there is no such organization"))?;
    let shown = credential::show(&store, config, organization.id).await?;
    let shown = shown.map_err(|why| fault(why.to_string()))?;
    println!("Credentials of {slug}");
    println!("  mode: {}", shown.mode);
    println!("  publishable key: {}", plain(&shown.publishable_key));
    println!("  {}", told("secret key", &shown.secret_key));
    for secret in &shown.webhook_secrets {
        println!("  {}", told("webhook secrets", secret));
    }
    store.close().await?;
    Ok(())
}

fn told(what: &str, secret: &Told) -> String {
    match secret {
        Told::Named { variable, set } => {
            let set = if *set { "set here" } else { "not set here" };
            format!("{what}: in the variable {variable}, {set}")
        }
        Told::Stored { field, key, ends } => {
            let key = match key {
                Ok(key) => format!("sealed by key {key}"),
                Err(why) => why.to_string(),
            };
            let ends = match ends {
                Ok(ends) if ends.is_empty() => "opens".to_owned(),
                Ok(ends) => format!("ends in {}", plain(ends)),
                Err(why) => why.to_string(),
            };
            format!("{field}: stored, {key}; {ends}")
        }
    }
}

async fn rotate(config: &Config) -> Result<ExitCode, CliError> {
    let no_key = || fault(credential::Refused::NoKey.to_string());
    let ring = config.keyring.as_ref().ok_or_else(no_key)?;
    let store = open(config).await?;
    let mut all = Rotated::default();
    let tell = |slug: &str, one: &Rotated| {
        for (field, why) in &one.shut {
            println!("{}: its {field} does not open: {why}", plain(slug));
        }
        all.anew += one.anew;
        all.already += one.already;
        all.shut.extend(one.shut.iter().cloned());
    };
    credential::rotate(&store, ring, tell).await?;
    let (anew, already, shut) = (all.anew, all.already, all.shut.len());
    println!(
        "{anew} secrets are sealed anew by key {}, {already} were so already, {shut} do not open.",
        ring.present()
    );
    store.close().await?;
    Ok(if shut == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
