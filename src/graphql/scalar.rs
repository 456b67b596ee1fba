//! Custom scalars: instants, exact decimals, minor units, addresses.
//!
//! **Invariant:** no amount passes through a float, in or out; an instant leaves in UTC with three digits and a Z.

use async_graphql::{InputValueError, InputValueResult, Number, Scalar, ScalarType, SimpleObject, Value};
use time::{OffsetDateTime, macros::format_description};

use super::currency::CurrencyCode;
use crate::domain::{currency::Currency, instant::Timestamp, money::Minor};

/// How JSON writes a scalar of ours, in the words of a code generator; a new one is added here.
pub(super) fn written_as(name: &str) -> &'static str {
    match name {
        "DateTime" | "Decimal" | "URL" => "string",
        "MinorUnits" => "number",
        _ => "unknown",
    }
}

/// Instant, RFC 3339 with an offset, always written in UTC with a trailing Z.
/// Example: 2026-11-21T19:18:00.000Z.
#[derive(Debug, Clone, Copy)]
pub struct DateTime(pub Timestamp);

/// Instant, RFC 3339 with an offset, always written in UTC with a trailing Z.
/// Example: 2026-11-21T19:18:00.000Z.
#[Scalar(name = "DateTime", specified_by_url = "https://scalars.graphql.org/andimarek/date-time.html")]
impl ScalarType for DateTime {
    fn parse(value: Value) -> InputValueResult<Self> {
        Err(InputValueError::expected_type(value))
    }

    fn to_value(&self) -> Value {
        let format =
            format_description!("[year]-[month]-[day]T[hour]:[minute]:[second].[subsecond digits:3]Z");
        let instant = OffsetDateTime::from_unix_timestamp_nanos(i128::from(self.0.ms()) * 1_000_000);
        instant.ok().and_then(|instant| instant.format(format).ok()).map_or(Value::Null, Value::String)
    }
}

/// Exact decimal number written as a JSON string, so that no client parses it into a float.
/// Example: "19.99". Input also accepts a JSON integer; a JSON float is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Decimal(pub rust_decimal::Decimal);

/// Exact decimal number written as a JSON string, so that no client parses it into a float.
/// Example: "19.99". Input also accepts a JSON integer; a JSON float is refused.
#[Scalar(name = "Decimal")]
impl ScalarType for Decimal {
    fn parse(value: Value) -> InputValueResult<Self> {
        let read = match &value {
            Value::String(text) if text.len() <= 40 => rust_decimal::Decimal::from_str_exact(text).ok(),
            Value::Number(number) => integer(number).map(rust_decimal::Decimal::from),
            Value::Null
            | Value::String(_)
            | Value::Boolean(_)
            | Value::Binary(_)
            | Value::Enum(_)
            | Value::List(_)
            | Value::Object(_) => None,
        };
        read.map(Self).ok_or_else(|| {
            InputValueError::custom("expected a decimal number as a string, such as \"19.99\"")
        })
    }

    fn to_value(&self) -> Value {
        Value::String(self.0.to_string())
    }
}

fn integer(number: &Number) -> Option<i64> {
    number.as_i64()
}

/// Whole number of the smallest unit of a currency (cents for USD, yen for JPY), written as a JSON
/// integer within the safe range of an IEEE double, plus or minus 2^53 - 1. GraphQL Int stops at
/// 2^31 - 1, which an order in VND or IDR can pass.
#[derive(Debug, Clone, Copy)]
pub struct MinorUnits(pub i64);

/// Whole number of the smallest unit of a currency (cents for USD, yen for JPY), written as a JSON
/// integer within the safe range of an IEEE double, plus or minus 2^53 - 1. GraphQL Int stops at
/// 2^31 - 1, which an order in VND or IDR can pass.
#[Scalar(name = "MinorUnits")]
impl ScalarType for MinorUnits {
    fn parse(value: Value) -> InputValueResult<Self> {
        match &value {
            Value::Number(number) => {
                integer(number).map(Self).ok_or_else(|| InputValueError::expected_type(value))
            }
            Value::Null
            | Value::String(_)
            | Value::Boolean(_)
            | Value::Binary(_)
            | Value::Enum(_)
            | Value::List(_)
            | Value::Object(_) => Err(InputValueError::expected_type(value)),
        }
    }

    fn to_value(&self) -> Value {
        Value::Number(self.0.into())
    }
}

/// Absolute URL, RFC 3986, https except on loopback.
#[derive(Debug, Clone)]
pub struct Url(pub String);

/// Absolute URL, RFC 3986, https except on loopback.
#[Scalar(name = "URL")]
impl ScalarType for Url {
    fn parse(value: Value) -> InputValueResult<Self> {
        Err(InputValueError::expected_type(value))
    }

    fn to_value(&self) -> Value {
        Value::String(self.0.clone())
    }
}

/// An amount in one currency, given twice: as an exact decimal string to show, and as an integer of
/// minor units to compute with. Both are always the same value.
#[derive(Debug, Clone, SimpleObject)]
pub struct Money {
    /// Decimal string with exactly the minor digits of the currency, for example "19.99" or "1999" (JPY).
    amount: Decimal,
    /// The same amount as an integer of minor units, for example 1999.
    amount_minor: MinorUnits,
    /// Currency of the amount.
    currency: CurrencyCode,
}

impl Money {
    /// An amount of a currency.
    #[must_use]
    pub fn of(amount: Minor, currency: Currency) -> Self {
        Self {
            amount: Decimal(rust_decimal::Decimal::new(amount.raw(), currency.digits())),
            amount_minor: MinorUnits(amount.raw()),
            currency: currency.into(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_amount_has_exactly_the_digits_of_its_currency() {
        let shown = |minor, code: &str| Money::of(Minor::new(minor), code.parse().unwrap()).amount.to_value();
        assert_eq!(shown(1_999, "USD"), Value::String("19.99".into()));
        assert_eq!(shown(1_900, "USD"), Value::String("19.00".into()));
        assert_eq!(shown(1_999, "JPY"), Value::String("1999".into()));
        assert_eq!(shown(5_120, "KWD"), Value::String("5.120".into()));
        assert_eq!(shown(-5, "USD"), Value::String("-0.05".into()));
    }

    #[test]
    fn a_decimal_takes_text_and_integers_and_refuses_floats() {
        assert!(Decimal::parse(Value::String("19.99".into())).is_ok());
        assert!(Decimal::parse(Value::Number(20.into())).is_ok());
        assert!(Decimal::parse(Value::Number(Number::from_f64(19.99).unwrap())).is_err());
        for bad in ["", "1e3", "abc", "1,5", "0x10", "NaN"] {
            assert!(Decimal::parse(Value::String(bad.into())).is_err(), "{bad}");
        }
    }

    #[test]
    fn an_instant_is_utc_with_milliseconds() {
        let shown = DateTime(Timestamp::from_ms(1_795_288_680_005)).to_value();
        assert_eq!(shown, Value::String("2026-11-21T19:18:00.005Z".into()));
    }
}
