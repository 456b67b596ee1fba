//! One type a kind of id, so that a session's id cannot stand where an order's is meant.
//!
//! **Invariant:** on the wire an id is its kind's prefix and 32 hex digits; parsing refuses every other kind.

use std::{fmt, str::FromStr};

use uuid::Uuid;

/// A text that is no id of the kind asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not an id of the kind {kind}")]
pub struct InvalidId {
    /// The prefix that was expected.
    pub kind: &'static str,
}

macro_rules! id {
    ($(#[$doc:meta])* $name:ident, $prefix:literal) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(Uuid);

        impl $name {
            /// What its text starts with.
            pub const PREFIX: &'static str = $prefix;

            /// The id that a row holds.
            #[must_use]
            pub const fn from_uuid(raw: Uuid) -> Self {
                Self(raw)
            }

            /// As a row holds it.
            #[must_use]
            pub const fn uuid(self) -> Uuid {
                self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!($prefix, "_{}"), self.0.simple())
            }
        }

        impl FromStr for $name {
            type Err = InvalidId;

            fn from_str(text: &str) -> Result<Self, InvalidId> {
                text.strip_prefix(concat!($prefix, "_"))
                    .filter(|raw| raw.len() == 32)
                    .and_then(|raw| Uuid::try_parse(raw).ok())
                    .map(Self)
                    .ok_or(InvalidId { kind: $prefix })
            }
        }
    };
}

id!(
    /// A merchant: every row belongs to exactly one.
    OrganizationId, "org");
id!(
    /// Something that is sold, in one or more variants.
    ProductId, "prod");
id!(
    /// One thing that can be put in a line.
    VariantId, "var");
id!(
    /// Countries and regions that share shipping rates.
    ZoneId, "zone");
id!(
    /// A way of shipping and its price.
    RateId, "rate");
id!(
    /// A tax of a place.
    TaxRateId, "tax");
id!(
    /// A list of prices for some customers or some time.
    PriceListId, "list");
id!(
    /// What a merchant declares of a customer.
    CustomerId, "cust");
id!(
    /// A discount.
    DiscountId, "disc");
id!(
    /// A gift certificate.
    CertificateId, "gift");
id!(
    /// One buyer's session, from first line to order.
    SessionId, "ses");
id!(
    /// One line of a session.
    LineId, "line");
id!(
    /// One shipment of a session.
    ConsignmentId, "cons");
id!(
    /// A total that a bind fixed.
    BindingId, "bnd");
id!(
    /// One `PaymentIntent` and what we asked of it.
    AttemptId, "pay");
id!(
    /// What a payment provider told us, as it is stored.
    EventId, "inb");
id!(
    /// What was decided about a payment.
    VerdictId, "vrd");
id!(
    /// Money on its way back.
    RefundId, "ref");
id!(
    /// A purchase that was paid.
    OrderId, "ord");
id!(
    /// One line of an order.
    OrderLineId, "oli");

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_survives_its_text_form_and_no_other_kind_takes_it() {
        let id = SessionId::from_uuid(Uuid::from_u128(7));
        assert_eq!(id.to_string(), "ses_00000000000000000000000000000007");
        assert_eq!(id.to_string().parse(), Ok(id));
        assert_eq!(id.to_string().parse::<OrderId>(), Err(InvalidId { kind: "ord" }));
        assert!("ses_7".parse::<SessionId>().is_err());
        assert!("ses_00000000-0000-0000-0000-000000000007".parse::<SessionId>().is_err());
    }
}
