//! Documents that a merchant trusts: added, listed, taken away, and found by those who name one.
//!
//! **Invariant:** a document is known by the SHA-256 of its text and by nothing else. What was found is remembered under the
//! organization's version of its documents, which is read with each request: one that was taken away is unknown from the
//! next request on, in every process.

use std::sync::Arc;

use quick_cache::{Weighter, sync::Cache};
use sha2::{Digest, Sha256};

pub use crate::store::trusted_document::TrustedDocument;
use crate::{
    domain::{ids::OrganizationId, instant::Timestamp, tenant::Organization},
    failpoint::Commit,
    flows::{App, FlowError},
    store::{Store, trusted_document as stored},
};

/// The most documents of a merchant.
pub const DOCUMENTS_MAX: u64 = 5_000;
/// All texts that a process remembers, of all merchants.
const REMEMBERED_BYTES_MAX: u64 = 4 * 1024 * 1024;
/// How many documents of a usual length that is.
const REMEMBERED: usize = 2_000;

/// Whose, under which version, by which hash.
type Key = (OrganizationId, i64, String);

/// What was found.
#[derive(Clone)]
pub(super) struct Found(Arc<Cache<Key, Arc<str>, ByText>>);

#[derive(Clone)]
struct ByText;

impl Weighter<Key, Arc<str>> for ByText {
    fn weight(&self, key: &Key, text: &Arc<str>) -> u64 {
        u64::try_from(key.2.len() + text.len()).unwrap_or(u64::MAX)
    }
}

impl Default for Found {
    fn default() -> Self {
        Self(Arc::new(Cache::with_weighter(REMEMBERED, REMEMBERED_BYTES_MAX, ByText)))
    }
}

/// What a document is known by.
#[must_use]
pub fn hash(text: &str) -> String {
    hex::encode(Sha256::digest(text))
}

/// The text that a hash of the merchant's stands for: remembered, or read in one statement.
pub async fn find(app: &App, of: &Organization, hash: &str) -> Result<Option<Arc<str>>, FlowError> {
    let key = (of.id, of.documents_version, hash.to_owned());
    if let Some(known) = app.documents.0.get(&key) {
        return Ok(Some(known));
    }
    let Some(text) = stored::find(&app.store.read(of.id), hash).await? else { return Ok(None) };
    let text: Arc<str> = text.into();
    app.documents.0.insert(key, Arc::clone(&text));
    Ok(Some(text))
}

/// Adds documents to those that are there; answers how many are new, or `None` where that would be too many and nothing was
/// added.
pub async fn add(
    store: &Store,
    of: OrganizationId,
    documents: &[TrustedDocument],
    now: Timestamp,
) -> Result<Option<u64>, FlowError> {
    let tx = store.write(of).await?;
    let added = stored::add(&tx, documents, now).await?;
    if stored::count(&tx).await? > DOCUMENTS_MAX {
        return Ok(None);
    }
    tx.commit_as(Commit::Documents).await?;
    Ok(Some(added))
}

/// A page of hashes, each with its name, after a hash.
pub async fn list(
    store: &Store,
    of: OrganizationId,
    after: Option<&str>,
    limit: u64,
) -> Result<Vec<(String, Option<String>)>, FlowError> {
    Ok(stored::page(&store.read(of), after, limit).await?)
}

/// Takes these away, or all; answers how many were there.
pub async fn remove(store: &Store, of: OrganizationId, hashes: Option<&[String]>) -> Result<u64, FlowError> {
    let tx = store.write(of).await?;
    let gone = stored::remove(&tx, hashes).await?;
    tx.commit_as(Commit::Documents).await?;
    Ok(gone)
}
