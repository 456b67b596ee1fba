//! `checkstand documents`: what an organization trusts, of the documents that its storefronts send.
//!
//! **Invariant:** a manifest with a fault changes nothing. A push only adds, so that pages which are still open in browsers go
//! on; what is to go is removed by name. Ends with 0 where it was done, 2 where nothing was.

use std::{collections::BTreeSet, path::PathBuf};

use clap::{Args, Subcommand};
use tokio::io::AsyncReadExt;

use super::{CliError, fault, manifest, open, plain};
use crate::{
    clock::{Clock, SystemClock},
    config::Config,
    domain::tenant::{DocumentPolicy, Organization},
    flows::trusted_document::{self as flow, DOCUMENTS_MAX},
    store::Store,
};

/// What is to be done.
#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Trust the documents of a manifest, beside those that are trusted already
    Push {
        #[command(flatten)]
        of: Of,
        /// The manifest: persisted-documents.json of GraphQL Code Generator, or Apollo's persisted query manifest
        manifest: PathBuf,
    },
    /// List what is trusted, by hash
    List(Of),
    /// Trust documents no longer
    Remove {
        #[command(flatten)]
        of: Of,
        /// Their hashes, as `list` prints them
        #[arg(required_unless_present = "all")]
        hashes: Vec<String>,
        /// All of them
        #[arg(long, conflicts_with = "hashes")]
        all: bool,
    },
}

/// Whose.
#[derive(Debug, Args)]
pub(super) struct Of {
    /// The organization
    #[arg(long, value_name = "SLUG")]
    organization: String,
}

/// Rows read at once.
const PAGE: u64 = 500;

/// Does it.
pub(super) async fn run(config: &Config, command: &Command) -> Result<(), CliError> {
    let (Command::Push { of, .. } | Command::List(of) | Command::Remove { of, .. }) = command;
    let read = match command {
        Command::Push { manifest, .. } => Some(read(manifest).await?),
        Command::List(_) | Command::Remove { .. } => None,
    };
    let store = open(config).await?;
    let organization = organization(&store, of).await?;
    match (command, read) {
        (Command::Push { .. }, Some(read)) => push(&store, &organization, &read).await?,
        (Command::Remove { hashes, all, .. }, _) => remove(&store, &organization, hashes, *all).await?,
        (Command::List(_) | Command::Push { .. }, _) => list(&store, &organization).await?,
    }
    store.close().await?;
    Ok(())
}

async fn organization(store: &Store, of: &Of) -> Result<Organization, CliError> {
    let slug = of.organization.parse().map_err(|_| fault("--organization is no slug"))?;
    store.organization(&slug).await?.ok_or_else(|| fault("there is no such organization"))
}

async fn read(path: &PathBuf) -> Result<manifest::Manifest, CliError> {
    let limit = u64::try_from(manifest::BYTES_MAX).unwrap_or(u64::MAX);
    let mut text = String::new();
    tokio::fs::File::open(path).await?.take(limit + 1).read_to_string(&mut text).await?;
    let name = path.display();
    if text.len() > manifest::BYTES_MAX {
        return Err(CliError::File(vec![format!("{name}: longer than 16 MiB")]));
    }
    let told = |faults: Vec<String>| faults.iter().map(|why| plain(&format!("{name}: {why}"))).collect();
    manifest::read(&text).map_err(|faults| CliError::File(told(faults)))
}

async fn push(store: &Store, of: &Organization, read: &manifest::Manifest) -> Result<(), CliError> {
    let added = flow::add(store, of.id, &read.documents, SystemClock.now()).await?;
    let Some(added) = added else {
        return Err(fault(format!(
            "{} would trust more than {DOCUMENTS_MAX} documents; remove some",
            of.slug
        )));
    };
    for (key, hash) in &read.other_keys {
        println!(
            "Note: {} is not the SHA-256 of its document; clients have to send sha256:{hash}",
            plain(key)
        );
    }
    println!("{} documents of {}, {added} of them new.", read.documents.len(), of.slug);
    if of.settings.documents == DocumentPolicy::Any {
        println!("Others run, too, until the shop file says documents = \"trusted\".");
    }
    Ok(())
}

async fn list(store: &Store, of: &Organization) -> Result<(), CliError> {
    let mut after: Option<String> = None;
    loop {
        let page = flow::list(store, of.id, after.as_deref(), PAGE).await?;
        for (hash, name) in &page {
            println!("sha256:{hash}  {}", plain(name.as_deref().unwrap_or("-")));
        }
        match page.into_iter().next_back() {
            Some((last, _)) => after = Some(last),
            None => return Ok(()),
        }
    }
}

async fn remove(store: &Store, of: &Organization, hashes: &[String], all: bool) -> Result<(), CliError> {
    let named: BTreeSet<String> =
        hashes.iter().map(|hash| hash.strip_prefix("sha256:").unwrap_or(hash).to_owned()).collect();
    let named: Vec<String> = named.into_iter().collect();
    let gone = flow::remove(store, of.id, (!all).then_some(&named)).await?;
    if gone == 0 && !all {
        return Err(fault("no such document: a name is sha256: and 64 digits in lower case"));
    }
    println!("Removed {gone}.");
    Ok(())
}
