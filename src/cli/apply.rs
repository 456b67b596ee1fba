//! `apply`: a file is read, what it changes is told, and then it is done.
//!
//! **Invariant:** a file with a fault changes nothing and ends with status 2; a file that is longer than any shop is not
//! read to its end.

use std::path::PathBuf;

use clap::Args;
use tokio::io::AsyncReadExt;

use super::{CliError, open};
use crate::{
    clock::{Clock, SystemClock},
    config::Config,
    flows::App,
    shop::{
        self,
        apply::{ApplyError, Order},
        fault::Fault,
        tree::FILE_BYTES_MAX,
    },
    store::{Store, credential, declared::Choice, seed::Shop},
};

/// What `apply` is told.
#[derive(Debug, Args)]
pub struct Flags {
    /// The shop as TOML or JSON
    file: PathBuf,
    /// Say what would change, and change nothing
    #[arg(long)]
    dry_run: bool,
    /// Switch off zones, rates, taxes and discounts that the file does not state
    #[arg(long)]
    prune: bool,
    /// Take the file's figures of stock as counted now, also where they are the same as last time
    #[arg(long)]
    stock: bool,
}

/// Applies a file.
pub async fn run(config: &Config, flags: &Flags) -> Result<(), CliError> {
    let name = flags.file.display().to_string();
    let at_fault = |faults: Vec<Fault>| CliError::File(shop::fault::lines(&faults, &name));
    let text = text(flags).await?.map_err(|fault| at_fault(vec![fault]))?;
    let (declared, tree) = shop::read(&text).map_err(at_fault)?;
    let store = open(config).await?;
    let choice = Choice { prune: flags.prune, stock_take: flags.stock };
    let order = Order { choice, dry_run: flags.dry_run, now: SystemClock.now() };
    let changes =
        shop::apply::apply(&store, &declared, order, App::new_id).await.map_err(|error| match error {
            ApplyError::Refused(faults) => {
                at_fault(faults.into_iter().map(|fault| tree.place(fault)).collect::<Vec<_>>())
            }
            ApplyError::Store(error) => error.into(),
        })?;
    for line in shop::apply::told(&changes, flags.dry_run) {
        println!("{line}");
    }
    note_what_is_missing(config, &store, &declared).await?;
    store.close().await?;
    Ok(())
}

/// Secrets that are neither stored nor set here.
async fn note_what_is_missing(config: &Config, store: &Store, declared: &Shop) -> Result<(), CliError> {
    let found = credential::find(&store.read(declared.organization.id)).await?;
    let sealed = found.map(|found| found.sealed).unwrap_or_default();
    let account = &declared.account;
    let wanted = [
        (&account.secret_key_ref, sealed.secret_key.is_some()),
        (&account.webhook_secret_ref, sealed.webhook_secrets.iter().any(Option::is_some)),
    ];
    for (name, stored) in wanted {
        if !stored && config.secret(name).is_none() {
            println!("Note: {name} is not set here; `serve` needs it, or see `checkstand credentials`.");
        }
    }
    Ok(())
}

/// The text of the file, or why there is none to read.
async fn text(flags: &Flags) -> Result<Result<String, Fault>, CliError> {
    let limit = u64::try_from(FILE_BYTES_MAX).unwrap_or(u64::MAX);
    let mut bytes = Vec::new();
    tokio::fs::File::open(&flags.file).await?.take(limit + 1).read_to_end(&mut bytes).await?;
    if bytes.len() > FILE_BYTES_MAX {
        return Ok(Err(shop::tree::too_long()));
    }
    Ok(String::from_utf8(bytes).map_err(|error| {
        let text = String::from_utf8_lossy(error.as_bytes());
        let line = text.lines().position(|line| line.contains('\u{fffd}')).unwrap_or_default() + 1;
        Fault::new("", "not UTF-8").at((line, 1))
    }))
}

impl From<ApplyError> for CliError {
    fn from(error: ApplyError) -> Self {
        match error {
            ApplyError::Refused(faults) => Self::File(faults.iter().map(Fault::told).collect()),
            ApplyError::Store(error) => error.into(),
        }
    }
}
