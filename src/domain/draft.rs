//! What a client changes of a session: parsed, within limits, not yet applied.
//!
//! **Invariant:** a field left out keeps what is stored, null clears it, a list replaces the whole list. Nothing
//! here can carry a price.

use super::{
    buyer::{Address, Buyer},
    cart::Attribute,
    certificate::{CertificateRef, recognized},
    consignment::{Consignment, ConsignmentRequest},
    country::Country,
    ids::{ProductId, RateId, VariantId},
};

/// What to do with a stored value.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Patch<T> {
    /// Keep it.
    #[default]
    Keep,
    /// Clear it.
    Clear,
    /// Replace it.
    Set(T),
}

impl<T> Patch<T> {
    /// Changes a stored value.
    pub fn apply(self, slot: &mut Option<T>) {
        match self {
            Self::Keep => {}
            Self::Clear => *slot = None,
            Self::Set(value) => *slot = Some(value),
        }
    }

    /// Changes a stored list or other value that is empty rather than absent.
    pub fn apply_or_default(self, slot: &mut T)
    where
        T: Default,
    {
        match self {
            Self::Keep => {}
            Self::Clear => *slot = T::default(),
            Self::Set(value) => *slot = value,
        }
    }

    /// Changes the value inside.
    pub fn map<U>(self, change: impl FnOnce(T) -> U) -> Patch<U> {
        match self {
            Self::Keep => Patch::Keep,
            Self::Clear => Patch::Clear,
            Self::Set(value) => Patch::Set(change(value)),
        }
    }

    /// The new value, where there is one.
    pub const fn as_set(&self) -> Option<&T> {
        match self {
            Self::Keep | Self::Clear => None,
            Self::Set(value) => Some(value),
        }
    }
}

/// How a client names what it wants.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reference<'a> {
    /// A variant by id, and its product where the client gave it, too.
    Variant(VariantId, Option<ProductId>),
    /// A variant by SKU, and its product where the client gave it, too.
    Sku(&'a str, Option<ProductId>),
    /// The single variant of a product.
    Product(ProductId),
}

/// A line as asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LineRequest {
    /// Product.
    pub product: Option<ProductId>,
    /// Variant.
    pub variant: Option<VariantId>,
    /// SKU.
    pub sku: Option<String>,
    /// Units.
    pub quantity: i64,
    /// What the client stores, sorted by key.
    pub attributes: Vec<Attribute>,
}

impl LineRequest {
    /// What the line names; `None` where it names nothing.
    #[must_use]
    pub fn reference(&self) -> Option<Reference<'_>> {
        match (self.variant, self.sku.as_deref(), self.product) {
            (Some(variant), _, product) => Some(Reference::Variant(variant, product)),
            (None, Some(sku), product) => Some(Reference::Sku(sku, product)),
            (None, None, Some(product)) => Some(Reference::Product(product)),
            (None, None, None) => None,
        }
    }
}

/// Changes of who buys.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct BuyerPatch {
    /// Full name.
    pub name: Patch<String>,
    /// E-mail address.
    pub email: Patch<String>,
    /// Telephone number.
    pub phone: Patch<String>,
    /// VAT number.
    pub vat_id: Patch<String>,
}

impl BuyerPatch {
    fn apply(self, buyer: &mut Buyer) {
        self.name.apply(&mut buyer.name);
        self.email.apply(&mut buyer.email);
        self.phone.apply(&mut buyer.phone);
        self.vat_id.apply(&mut buyer.vat_id);
    }
}

/// Changes of an address.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct AddressPatch {
    /// Given name.
    pub first_name: Patch<String>,
    /// Family name.
    pub last_name: Patch<String>,
    /// Company.
    pub company: Patch<String>,
    /// Street and number.
    pub address1: Patch<String>,
    /// Apartment, suite, floor.
    pub address2: Patch<String>,
    /// City.
    pub city: Patch<String>,
    /// Region as text.
    pub region: Patch<String>,
    /// Region code.
    pub region_code: Patch<String>,
    /// Postal code.
    pub postal_code: Patch<String>,
    /// Country.
    pub country: Patch<Country>,
    /// Telephone number.
    pub phone: Patch<String>,
}

impl AddressPatch {
    /// The address that it makes of none.
    #[must_use]
    pub fn fresh(self) -> Address {
        let mut address = Address::default();
        self.apply(&mut address);
        address
    }

    fn apply(self, address: &mut Address) {
        self.first_name.apply(&mut address.first_name);
        self.last_name.apply(&mut address.last_name);
        self.company.apply(&mut address.company);
        self.address1.apply(&mut address.address1);
        self.address2.apply(&mut address.address2);
        self.city.apply(&mut address.city);
        self.region.apply(&mut address.region);
        self.region_code.apply(&mut address.region_code);
        self.postal_code.apply(&mut address.postal_code);
        self.country.apply(&mut address.country);
        self.phone.apply(&mut address.phone);
    }
}

/// Everything a client changes at once.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Draft {
    /// All lines.
    pub lines: Patch<Vec<LineRequest>>,
    /// Who buys.
    pub buyer: Patch<BuyerPatch>,
    /// Where the goods go.
    pub shipping: Patch<AddressPatch>,
    /// Where the invoice goes.
    pub billing: Patch<AddressPatch>,
    /// The chosen rate.
    pub rate: Patch<RateId>,
    /// All consignments, in place of one address and one rate.
    pub consignments: Patch<Vec<ConsignmentRequest>>,
    /// All discount codes.
    pub codes: Patch<Vec<String>>,
    /// All gift certificates.
    pub certificates: Patch<Vec<CertificateRef>>,
    /// Message to the merchant.
    pub message: Patch<String>,
    /// What the client stores, sorted by key.
    pub attributes: Patch<Vec<Attribute>>,
    /// Language, BCP 47.
    pub locale: Patch<String>,
}

/// The parts of a session that a buyer gives, lines apart.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Details {
    /// Who buys.
    pub buyer: Buyer,
    /// Where the goods go; of several consignments, the first.
    pub shipping: Option<Address>,
    /// Where the invoice goes.
    pub billing: Option<Address>,
    /// The chosen rate; of several consignments, that of the first.
    pub rate: Option<RateId>,
    /// Consignments beside the first.
    pub further: Vec<Consignment>,
    /// Discount codes as typed.
    pub codes: Vec<String>,
    /// Gift certificates as named.
    pub certificates: Vec<CertificateRef>,
    /// Message to the merchant.
    pub message: Option<String>,
    /// What the client stored.
    pub attributes: Vec<Attribute>,
    /// Language, BCP 47.
    pub locale: String,
}

impl Details {
    /// Applies a draft. Lines are not among the details: they must be looked up first, and so must consignments, which name
    /// them.
    pub fn apply(&mut self, draft: Draft) {
        match draft.buyer {
            Patch::Keep => {}
            Patch::Clear => self.buyer = Buyer::default(),
            Patch::Set(patch) => patch.apply(&mut self.buyer),
        }
        apply_address(draft.shipping, &mut self.shipping);
        apply_address(draft.billing, &mut self.billing);
        draft.rate.apply(&mut self.rate);
        if matches!(draft.consignments, Patch::Clear) {
            self.further.clear();
        }
        draft.codes.apply_or_default(&mut self.codes);
        if let Patch::Set(named) = &draft.certificates {
            self.certificates = recognized(named, &self.certificates);
        } else {
            draft.certificates.apply_or_default(&mut self.certificates);
        }
        draft.message.apply(&mut self.message);
        draft.attributes.apply_or_default(&mut self.attributes);
        if let Patch::Set(locale) = draft.locale {
            self.locale = locale;
        }
    }

    /// Whether the buyer has given nothing yet.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.buyer.is_empty() && self.shipping.is_none() && self.billing.is_none()
    }

    /// Where the goods go: the shipping address, or the billing address where none was given.
    #[must_use]
    pub const fn delivery_address(&self) -> Option<&Address> {
        match (&self.shipping, &self.billing) {
            (Some(address), _) | (None, Some(address)) => Some(address),
            (None, None) => None,
        }
    }
}

/// An address of which anything was given.
pub(super) fn given(address: Address) -> Option<Address> {
    (address != Address::default()).then_some(address)
}

fn apply_address(patch: Patch<AddressPatch>, slot: &mut Option<Address>) {
    match patch {
        Patch::Keep => {}
        Patch::Clear => *slot = None,
        Patch::Set(patch) => {
            let mut address = slot.take().unwrap_or_default();
            patch.apply(&mut address);
            *slot = given(address);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_left_out_stays_and_null_clears() {
        let mut details = Details::default();
        let set = |text: &str| Patch::Set(text.to_owned());
        let first = BuyerPatch {
            name: set("Dana"),
            email: set("dana@example.com"),
            phone: Patch::Keep,
            vat_id: Patch::Keep,
        };
        details.apply(Draft {
            buyer: Patch::Set(first),
            codes: Patch::Set(vec!["A".into()]),
            ..Draft::default()
        });
        let second = BuyerPatch { name: Patch::Clear, ..BuyerPatch::default() };
        details.apply(Draft { buyer: Patch::Set(second), ..Draft::default() });
        assert_eq!(details.buyer.name, None);
        assert_eq!(details.buyer.email.as_deref(), Some("dana@example.com"));
        assert_eq!(details.codes, ["A"]);
        details.apply(Draft { buyer: Patch::Clear, codes: Patch::Clear, ..Draft::default() });
        assert!(details.is_empty() && details.codes.is_empty());
    }

    #[test]
    fn an_address_is_typed_part_by_part() {
        let mut details = Details::default();
        let city = AddressPatch { city: Patch::Set("Berlin".into()), ..AddressPatch::default() };
        details.apply(Draft { shipping: Patch::Set(city), ..Draft::default() });
        let country = AddressPatch { country: Patch::Set("DE".parse().unwrap()), ..AddressPatch::default() };
        details.apply(Draft { shipping: Patch::Set(country), ..Draft::default() });
        let address = details.delivery_address().unwrap();
        assert_eq!(
            (address.city.as_deref(), address.country.map(Country::code)),
            (Some("Berlin"), Some("DE"))
        );
    }
}
