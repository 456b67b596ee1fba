//! How the total of an order came about, and whether pricing it again leads to the same.
//!
//! **Invariant:** nothing is written, and one organization is looked at at a time. An order that was bound before terms
//! were kept says so: it is neither right nor wrong.

use std::str::FromStr;

use crate::{
    domain::{
        ids::{OrderId, OrganizationId},
        order::Order,
        replay::{Booked, Difference, verify, verify_books},
        tenant::Slug,
    },
    store::{Store, StoreError, Tx, binding, order},
};

/// Organizations looked up at once.
const PAGE: u64 = 100;

/// How an order is named.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Which {
    /// By its id.
    Id(OrderId),
    /// By its number, which is one of its organization only.
    Number(String),
}

impl FromStr for Which {
    type Err = std::convert::Infallible;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        // As numbers are printed, in capitals; nobody types a hyphen into an id.
        Ok(text.parse().map_or_else(|_| Self::Number(text.trim().to_uppercase()), Self::Id))
    }
}

/// An order, and how its total came about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Explained {
    /// Slug of its organization.
    pub organization: String,
    /// The order.
    pub order: Order,
    /// What its row says beside its snapshot, with the steps.
    pub booked: Booked,
    /// What pricing it again led to.
    pub replay: Replay,
}

/// What pricing an order again led to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Replay {
    /// The same in every part.
    Agrees,
    /// Something else.
    Differs(Difference),
    /// It was bound before terms were kept; what can be added up without them agrees.
    NoTerms,
}

/// Why there is nothing to explain.
#[derive(Debug, thiserror::Error)]
pub enum ExplainError {
    /// There is no such organization.
    #[error("there is no organization {0}")]
    NoSuchOrganization(Slug),
    /// There is no such order, or not in the organization that was named.
    #[error("there is no such order")]
    NoSuchOrder,
    /// Two organizations may have an order of the same number.
    #[error("a number is of one organization: name it, or give the order's id")]
    WhoseNumber,
    /// The database did not do what was asked.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Finds an order and explains it.
pub async fn explain(
    store: &Store,
    which: &Which,
    organization: Option<&Slug>,
) -> Result<Explained, ExplainError> {
    if matches!(which, Which::Number(_)) && organization.is_none() {
        return Err(ExplainError::WhoseNumber);
    }
    let mut known = organization.is_none();
    let mut after: Option<OrganizationId> = None;
    loop {
        let page = store.organizations_after(after, PAGE).await?;
        for listed in page.iter().filter(|one| organization.is_none_or(|slug| slug.as_str() == one.slug)) {
            known = true;
            let tx = store.snapshot(listed.id).await?;
            if let Some((order, booked, replay)) = found(&tx, which).await? {
                return Ok(Explained { organization: listed.slug.clone(), order, booked, replay });
            }
        }
        match (page.last(), organization) {
            (Some(last), _) => after = Some(last.id),
            (None, Some(slug)) if !known => return Err(ExplainError::NoSuchOrganization(slug.clone())),
            (None, _) => return Err(ExplainError::NoSuchOrder),
        }
    }
}

async fn found(tx: &Tx, which: &Which) -> Result<Option<(Order, Booked, Replay)>, StoreError> {
    let id = match which {
        Which::Id(id) => Some(*id),
        Which::Number(number) => order::id_of(tx, number).await?,
    };
    let Some(id) = id else { return Ok(None) };
    let (Some(order), Some(booked)) = (order::find(tx, id).await?, order::booked(tx, id).await?) else {
        return Ok(None);
    };
    let terms = binding::find_with_terms(tx, order.binding).await?.and_then(|(_, terms)| terms);
    let priced = terms.as_ref().map_or(Ok(()), |terms| verify(&order.snapshot, terms));
    let replay = match priced.and_then(|()| verify_books(&order.snapshot.quote, &booked)) {
        Err(difference) => Replay::Differs(difference),
        Ok(()) if terms.is_none() => Replay::NoTerms,
        Ok(()) => Replay::Agrees,
    };
    Ok(Some((order, booked, replay)))
}
