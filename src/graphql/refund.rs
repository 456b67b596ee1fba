//! Refunds as buyers see them.
//!
//! **Invariant:** who gets which share of one (the card, a gift certificate) is the merchant's to read; a buyer sees the
//! whole, where it stands, and the reason that was written for the buyer.

use std::sync::Arc;

use async_graphql::{Context, Enum, ID, Object, Result};

use super::{
    error::failure,
    request::{app, caller},
    scalar::{DateTime, Money},
};
use crate::{
    domain::{
        ids::OrderId,
        refund::{self as domain, Refund as Given},
        tenant::Organization,
    },
    flows::read,
};

/// State of a refund.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
pub enum RefundStatus {
    /// Asked for.
    Pending,
    /// Done.
    Succeeded,
    /// Refused by the provider.
    Failed,
}

impl From<domain::RefundStatus> for RefundStatus {
    fn from(status: domain::RefundStatus) -> Self {
        match status {
            domain::RefundStatus::Pending => Self::Pending,
            domain::RefundStatus::Succeeded => Self::Succeeded,
            domain::RefundStatus::Failed => Self::Failed,
        }
    }
}

/// Money given back.
pub struct Refund(Arc<Given>);

impl Refund {
    /// Refunds of an order, oldest first.
    pub(super) async fn of(ctx: &Context<'_>, tenant: &Organization, order: OrderId) -> Result<Vec<Self>> {
        let found = read::refunds(app(ctx)?, tenant, order).await;
        let found = found.map_err(|error| caller(ctx).map(|caller| failure(caller, &error)));
        match found {
            Ok(refunds) => Ok(refunds.into_iter().map(|refund| Self(Arc::new(refund))).collect()),
            Err(error) => Err(error?),
        }
    }

    /// Whether it has this id.
    pub(super) fn is(&self, id: &str) -> bool {
        self.0.id.to_string() == id
    }
}

/// Money given back.
#[Object]
impl Refund {
    /// Globally unique id.
    pub(crate) async fn id(&self) -> ID {
        self.0.id.to_string().into()
    }

    /// State.
    async fn status(&self) -> RefundStatus {
        self.0.status.into()
    }

    /// Amount.
    async fn amount(&self) -> Money {
        Money::of(self.0.shares.amount(), self.0.currency)
    }

    /// Reason, as far as the buyer should see it.
    async fn reason(&self) -> Option<&str> {
        self.0.reason.as_deref()
    }

    /// When it was asked for.
    async fn created_at(&self) -> DateTime {
        DateTime(self.0.created_at)
    }
}
