//! Issues gift certificates, lists them and stops them, for whoever runs the shop.
//!
//! **Invariant:** a code leaves the server once, when it is issued; afterwards there is its hash and its last signs.

use super::{App, FlowError, token::sha256};
use crate::{
    domain::{
        certificate::{self, CODE_MIN, Certificate, CertificateRef},
        currency::Currency,
        ids::{CertificateId, OrganizationId},
        instant::Timestamp,
        money::{Minor, UNIT_PRICE_MAX},
    },
    failpoint::Commit,
    store::{Store, StoreError, gift_certificate as rows},
};

pub use rows::Issued;

/// A gift certificate to issue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Issue {
    /// What is on it.
    pub balance: Minor,
    /// Its currency.
    pub currency: Currency,
    /// Its code; drawn where left out.
    pub code: Option<String>,
    /// Until when, exclusive; for good when left out.
    pub expires_at: Option<Timestamp>,
}

/// Why none was issued.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum IssueError {
    /// Nothing would be on it, or too much.
    #[error("a balance is from 1 to {UNIT_PRICE_MAX} minor units, in steps that can be paid")]
    Balance,
    /// The code is too easily guessed.
    #[error("a code has at least {CODE_MIN} letters and digits, and at most {max}", max = certificate::CODE_MAX)]
    Code,
    /// Another one has this code.
    #[error("the code is in use")]
    Taken,
    /// It would have run out already.
    #[error("the end has passed")]
    Expired,
}

/// How a session names the certificate of a code.
#[must_use]
pub fn named(code: &str) -> CertificateRef {
    if certificate::is_masked(code) {
        return CertificateRef { key: String::new(), masked: code.to_owned() };
    }
    CertificateRef { key: key(code), masked: certificate::masked(code) }
}

fn key(code: &str) -> String {
    sha256(certificate::normal(code).as_bytes())
}

/// Issues one; its code is in the answer and nowhere else.
pub async fn issue(
    store: &Store,
    of: OrganizationId,
    wanted: &Issue,
    now: Timestamp,
) -> Result<Result<(Issued, String), IssueError>, FlowError> {
    let drawn = match &wanted.code {
        Some(code) => code.clone(),
        None => drawn()?,
    };
    if let Some(why) = fault(wanted, &drawn, now) {
        return Ok(Err(why));
    }
    let certificate = Certificate {
        id: CertificateId::from_uuid(App::new_id()),
        currency: wanted.currency,
        balance: wanted.balance,
        expires_at: wanted.expires_at,
        active: true,
    };
    let masked = certificate::masked(&drawn);
    let issued = Issued { certificate, masked, initial: wanted.balance };
    let tx = store.write(of).await?;
    match rows::insert(&tx, &issued, key(&drawn), now).await {
        Err(StoreError::Taken) => return Ok(Err(IssueError::Taken)),
        other => other?,
    }
    tx.commit_as(Commit::Issue).await?;
    Ok(Ok((issued, drawn)))
}

fn drawn() -> Result<String, FlowError> {
    let mut random = [0_u8; 10];
    getrandom::fill(&mut random).map_err(|_| FlowError::NoChance)?;
    Ok(certificate::new_code(random))
}

fn fault(wanted: &Issue, code: &str, now: Timestamp) -> Option<IssueError> {
    let balance = wanted.balance.raw();
    let long_enough = certificate::normal(code).chars().count() >= CODE_MIN;
    let short_enough = code.chars().count() <= certificate::CODE_MAX;
    if !(1..=UNIT_PRICE_MAX).contains(&balance) || balance % wanted.currency.step() != 0 {
        Some(IssueError::Balance)
    } else if !long_enough || !short_enough || certificate::is_masked(code) {
        Some(IssueError::Code)
    } else if wanted.expires_at.is_some_and(|end| end.has_come(now)) {
        Some(IssueError::Expired)
    } else {
        None
    }
}

/// A page of a merchant's, oldest first.
pub async fn list(
    store: &Store,
    of: OrganizationId,
    after: Option<CertificateId>,
    limit: u64,
) -> Result<Vec<Issued>, FlowError> {
    Ok(rows::after(&store.read(of), after, limit).await?)
}

/// Stops one; `false` where there is none. What a buyer has bound with it by now is honoured.
pub async fn disable(
    store: &Store,
    of: OrganizationId,
    id: CertificateId,
    now: Timestamp,
) -> Result<bool, FlowError> {
    let tx = store.write(of).await?;
    let found = rows::disable(&tx, id, now).await?;
    tx.commit_as(Commit::Stop).await?;
    Ok(found)
}
