//! The documents in JSON columns, and which fields each holds.
//!
//! **Invariant:** the field names are a stored format: a release may add optional ones, never rename.

mod details;
mod price;
mod rule;
mod terms;

pub(super) use rule::Rule;

use sea_orm::JsonValue;

use super::{
    StoreError,
    stored::{Stored, Unreadable, stored, stored_words},
};
use crate::domain::{
    attempt::Failure,
    currency::Currency,
    instant::Span,
    money::{RoundingLevel, RoundingMode},
    order::Snapshot,
    tenant::{
        Capture, DocumentPolicy, Settings, TaxFailure, TaxProvider, UncoveredPolicy, VatCheck,
        VatCheckFailure,
    },
};

stored_words! {
    RoundingMode { HalfUp = "half_up", HalfEven = "half_even" }
    RoundingLevel { Line = "line", Total = "total" }
    UncoveredPolicy { Warn = "warn", Refuse = "refuse" }
    TaxProvider { Table = "table", Stripe = "stripe" }
    TaxFailure { Refuse = "refuse", UseTable = "use_table" }
    VatCheck { Form = "form", Vies = "vies" }
    VatCheckFailure { Charge = "charge", Accept = "accept" }
    DocumentPolicy { Any = "any", Trusted = "trusted" }
    Capture { Automatic = "automatic", Manual = "manual" }
}

impl Stored for Span {
    fn to_json(&self) -> JsonValue {
        self.ms().into()
    }
    fn from_json(json: &JsonValue) -> Result<Self, Unreadable> {
        i64::from_json(json).map(Self::from_ms)
    }
}

stored! {
    Settings {
        default_currency, currencies, taxes_included, rounding_mode, rounding_level, uncovered,
        expected_total_required, capture, token_lifetime, binding_lifetime, stock_shown;
        shipping_tax, home, tax_provider, tax_failure, trust_email, vat_check, vat_check_failure,
        documents, allowed_origins,
    }
    Failure { code, decline_code, message, retryable }
    Snapshot { lines, quote, details }
}

/// Where a document was found, for the error that it may cause.
#[derive(Clone, Copy)]
pub(super) struct At<'a> {
    pub(super) table: &'static str,
    pub(super) column: &'static str,
    pub(super) id: &'a dyn std::fmt::Display,
}

impl At<'_> {
    pub(super) fn corrupt(self) -> StoreError {
        StoreError::Corrupt { table: self.table, column: self.column, id: self.id.to_string() }
    }

    /// Reads a document of a row.
    pub(super) fn read<T: Stored>(self, json: &JsonValue) -> Result<T, StoreError> {
        T::from_json(json).map_err(|Unreadable| self.corrupt())
    }

    /// Reads a currency code of a row.
    pub(super) fn currency(self, code: &str) -> Result<Currency, StoreError> {
        code.parse().map_err(|_| self.corrupt())
    }
}
