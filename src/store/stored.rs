//! Domain values as JSON documents, without mirror types: one list of fields a type.
//!
//! **Invariant:** what is written is read back equal; a document that lacks a field or holds another type is an error,
//! never a default, except where a field was optional from the start.

use std::{str::FromStr, sync::Arc};

use rust_decimal::Decimal;
use sea_orm::JsonValue;

use crate::domain::{
    country::Country, currency::Currency, ids, instant::Timestamp, money::Minor, origin::Origin,
    postal::Pattern,
};

/// A document that does not hold what it should.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Unreadable;

/// A value that can be kept as JSON.
pub trait Stored: Sized {
    /// As JSON.
    fn to_json(&self) -> JsonValue;
    /// From JSON.
    fn from_json(json: &JsonValue) -> Result<Self, Unreadable>;
}

/// Writes [`Stored`] for structs by their fields. Those after a semicolon came later: a document that lacks them is of an
/// earlier version, where they had no other value than the default.
macro_rules! stored {
    ($($type:ty { $($field:ident),* $(,)? $(; $($later:ident),+ $(,)?)? })*) => {$(
        impl $crate::store::stored::Stored for $type {
            fn to_json(&self) -> sea_orm::JsonValue {
                let mut object = serde_json::Map::new();
                $(object.insert(stringify!($field).to_owned(), self.$field.to_json());)*
                $($(object.insert(stringify!($later).to_owned(), self.$later.to_json());)+)?
                sea_orm::JsonValue::Object(object)
            }

            fn from_json(json: &sea_orm::JsonValue) -> Result<Self, $crate::store::stored::Unreadable> {
                let object = json.as_object().ok_or($crate::store::stored::Unreadable)?;
                Ok(Self {
                    $($field: $crate::store::stored::Stored::from_json(
                        object.get(stringify!($field)).unwrap_or(&sea_orm::JsonValue::Null),
                    )?,)*
                    $($($later: object
                        .get(stringify!($later))
                        .map($crate::store::stored::Stored::from_json)
                        .transpose()?
                        .unwrap_or_default(),)+)?
                })
            }
        }
    )*};
}

/// Writes [`Stored`] for enums without data, by the word that stands for each variant.
macro_rules! stored_words {
    ($($type:ty { $($variant:ident = $word:literal),* $(,)? })*) => {$(
        impl $crate::store::stored::Stored for $type {
            fn to_json(&self) -> sea_orm::JsonValue {
                match self { $(Self::$variant => $word.into(),)* }
            }

            fn from_json(json: &sea_orm::JsonValue) -> Result<Self, $crate::store::stored::Unreadable> {
                match json.as_str() {
                    $(Some($word) => Ok(Self::$variant),)*
                    Some(_) | None => Err($crate::store::stored::Unreadable),
                }
            }
        }
    )*};
}

pub(super) use {stored, stored_words};

impl Stored for String {
    fn to_json(&self) -> JsonValue {
        self.as_str().into()
    }
    fn from_json(json: &JsonValue) -> Result<Self, Unreadable> {
        json.as_str().map(Self::from).ok_or(Unreadable)
    }
}

impl Stored for bool {
    fn to_json(&self) -> JsonValue {
        (*self).into()
    }
    fn from_json(json: &JsonValue) -> Result<Self, Unreadable> {
        json.as_bool().ok_or(Unreadable)
    }
}

impl Stored for i64 {
    fn to_json(&self) -> JsonValue {
        (*self).into()
    }
    fn from_json(json: &JsonValue) -> Result<Self, Unreadable> {
        json.as_i64().ok_or(Unreadable)
    }
}

impl Stored for i32 {
    fn to_json(&self) -> JsonValue {
        (*self).into()
    }
    fn from_json(json: &JsonValue) -> Result<Self, Unreadable> {
        json.as_i64().and_then(|wide| Self::try_from(wide).ok()).ok_or(Unreadable)
    }
}

impl<T: Stored> Stored for Option<T> {
    fn to_json(&self) -> JsonValue {
        self.as_ref().map_or(JsonValue::Null, T::to_json)
    }
    fn from_json(json: &JsonValue) -> Result<Self, Unreadable> {
        if json.is_null() { Ok(None) } else { T::from_json(json).map(Some) }
    }
}

impl<T: Stored> Stored for Vec<T> {
    fn to_json(&self) -> JsonValue {
        self.iter().map(T::to_json).collect()
    }
    fn from_json(json: &JsonValue) -> Result<Self, Unreadable> {
        json.as_array().ok_or(Unreadable)?.iter().map(T::from_json).collect()
    }
}

impl<A: Stored, B: Stored> Stored for (A, B) {
    fn to_json(&self) -> JsonValue {
        [self.0.to_json(), self.1.to_json()].into_iter().collect()
    }
    fn from_json(json: &JsonValue) -> Result<Self, Unreadable> {
        match json.as_array().map(Vec::as_slice) {
            Some([first, second]) => Ok((A::from_json(first)?, B::from_json(second)?)),
            Some(_) | None => Err(Unreadable),
        }
    }
}

impl<T: Stored> Stored for Arc<T> {
    fn to_json(&self) -> JsonValue {
        T::to_json(self)
    }
    fn from_json(json: &JsonValue) -> Result<Self, Unreadable> {
        T::from_json(json).map(Self::new)
    }
}

impl Stored for Arc<str> {
    fn to_json(&self) -> JsonValue {
        self.as_ref().into()
    }
    fn from_json(json: &JsonValue) -> Result<Self, Unreadable> {
        json.as_str().map(Self::from).ok_or(Unreadable)
    }
}

impl<T: Stored> Stored for Arc<[T]> {
    fn to_json(&self) -> JsonValue {
        self.iter().map(T::to_json).collect()
    }
    fn from_json(json: &JsonValue) -> Result<Self, Unreadable> {
        Vec::from_json(json).map(Self::from)
    }
}

impl Stored for Minor {
    fn to_json(&self) -> JsonValue {
        self.raw().into()
    }
    fn from_json(json: &JsonValue) -> Result<Self, Unreadable> {
        i64::from_json(json).map(Self::new)
    }
}

impl Stored for Timestamp {
    fn to_json(&self) -> JsonValue {
        self.ms().into()
    }
    fn from_json(json: &JsonValue) -> Result<Self, Unreadable> {
        i64::from_json(json).map(Self::from_ms)
    }
}

/// Kept as its text, which parsing takes back.
macro_rules! stored_text {
    ($($type:ty),*) => {$(
        impl Stored for $type {
            fn to_json(&self) -> JsonValue {
                self.to_string().into()
            }
            fn from_json(json: &JsonValue) -> Result<Self, Unreadable> {
                json.as_str().and_then(|text| Self::from_str(text).ok()).ok_or(Unreadable)
            }
        }
    )*};
}

stored_text!(
    Country,
    Currency,
    Decimal,
    Origin,
    Pattern,
    ids::CertificateId,
    ids::ProductId,
    ids::VariantId,
    ids::RateId,
    ids::TaxRateId,
    ids::ZoneId,
    ids::DiscountId,
    ids::LineId,
    ids::ConsignmentId,
    ids::BindingId
);
