//! The promises, recomputed from the database: what is wrong, of whose, in which row, and what should be there.
//!
//! **Invariant:** nothing is written and no provider is asked. Each organization is looked at in one snapshot, so a
//! server at work makes no findings; of each check a bounded number is kept. A row that cannot be read is a finding,
//! not an end.

mod documents;

use crate::{
    domain::{
        instant::{Span, Timestamp},
        tenant::Slug,
    },
    store::{
        Store, StoreError,
        audit::{self, Faults, Listed},
    },
};

pub use crate::store::audit::{Check, Fault, KEPT_MAX, checks};

/// Organizations looked up at once.
const PAGE: u64 = 100;

/// What is looked at, and from when on something is late.
#[derive(Debug, Clone)]
pub struct Scope {
    /// One organization; all where left out.
    pub organization: Option<Slug>,
    /// How old an event, an effect or a call under way may be before it counts as left lying.
    pub patience: Span,
}

/// What one check found in one organization.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The organization's slug.
    pub organization: String,
    /// Name of the check.
    pub check: &'static str,
    /// Number of the promise that is broken.
    pub promise: u8,
    /// The table.
    pub table: &'static str,
    /// The rows at fault.
    pub faults: Faults,
}

/// What an audit came to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tally {
    /// Organizations looked at.
    pub organizations: u64,
    /// Rows at fault, told or only counted.
    pub faults: u64,
}

/// Why an audit could not look.
#[derive(Debug, thiserror::Error)]
pub enum AuditError {
    /// There is no such organization.
    #[error("there is no organization {0}")]
    NoSuchOrganization(Slug),
    /// The database did not do what was asked.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Looks at everything in scope and tells each finding as soon as its organization is done.
pub async fn audit(
    store: &Store,
    scope: &Scope,
    now: Timestamp,
    mut tell: impl FnMut(&Finding) + Send,
) -> Result<Tally, AuditError> {
    let checks: Vec<Check> = checks().collect();
    let mut tally = Tally::default();
    let mut after = None;
    loop {
        let page = store.organizations_after(after, PAGE).await?;
        for listed in &page {
            let in_scope = scope.organization.as_ref().is_none_or(|slug| slug.as_str() == listed.slug);
            if in_scope {
                tally.organizations += 1;
                for finding in one(store, listed, &checks, (scope.patience, now)).await? {
                    let kept = u64::try_from(finding.faults.kept.len()).unwrap_or_default();
                    tally.faults += kept + finding.faults.more;
                    tell(&finding);
                }
            }
        }
        match page.last() {
            Some(last) => after = Some(last.id),
            None => break,
        }
    }
    match &scope.organization {
        Some(slug) if tally.organizations == 0 => Err(AuditError::NoSuchOrganization(slug.clone())),
        Some(_) | None => Ok(tally),
    }
}

async fn one(
    store: &Store,
    listed: &Listed,
    checks: &[Check],
    (patience, now): (Span, Timestamp),
) -> Result<Vec<Finding>, StoreError> {
    let old = Timestamp::from_ms(now.ms().saturating_sub(patience.ms()));
    let tx = store.read_at_leisure(listed.id).await?;
    let mut findings = Vec::new();
    let finding = |check, promise, table, faults| Finding {
        organization: listed.slug.clone(),
        check,
        promise,
        table,
        faults,
    };
    for check in checks {
        let faults = audit::run(&tx, check, old).await?;
        findings.push(finding(check.name, check.promise, check.table, faults));
    }
    for (check, promise, table, faults) in documents::look(&tx, now).await? {
        findings.push(finding(check, promise, table, faults));
    }
    findings.retain(|finding| !finding.faults.kept.is_empty());
    Ok(findings)
}
