//! What clients send: input types, and their way into the domain.
//!
//! **Invariant:** no field can state a price. Text is within its limit and free of control characters before anything
//! stores it; every fault is answered at once, each with a path.

use async_graphql::{ID, InputObject, MaybeUndefined};

use super::{country::CountryCode, currency::CurrencyCode, scalar::Decimal};

/// An amount.
#[derive(Debug, Clone, InputObject)]
pub struct MoneyInput {
    /// Decimal string, at most the minor digits of the currency.
    pub amount: Decimal,
    /// Currency.
    pub currency: CurrencyCode,
}

/// A key and value to store. At most 20 per object.
#[derive(Debug, Clone, InputObject)]
pub struct AttributeInput {
    /// Key, at most 64 characters.
    pub key: String,
    /// Value, at most 500 characters.
    pub value: String,
}

/// Postal address to store. A field left out keeps its stored value, null clears it.
#[derive(Debug, Clone, InputObject)]
pub struct MailingAddressInput {
    /// Given name.
    pub first_name: MaybeUndefined<String>,
    /// Family name.
    pub last_name: MaybeUndefined<String>,
    /// Company or organization.
    pub company: MaybeUndefined<String>,
    /// Street and number.
    pub address1: MaybeUndefined<String>,
    /// Apartment, suite, floor.
    pub address2: MaybeUndefined<String>,
    /// City, town or village.
    pub city: MaybeUndefined<String>,
    /// State, province or other region, as text.
    pub region: MaybeUndefined<String>,
    /// Region code without the country, the second half of ISO 3166-2.
    pub region_code: MaybeUndefined<String>,
    /// Postal or ZIP code.
    pub postal_code: MaybeUndefined<String>,
    /// Country.
    pub country_code: MaybeUndefined<CountryCode>,
    /// Telephone number.
    pub phone: MaybeUndefined<String>,
}

/// What the buyer has chosen so far. The same type for create, reprice and bind, so that a client keeps
/// one object. On reprice and bind: a field left out keeps its stored value, null clears it, a list
/// replaces the whole stored list. Carries references and never prices. Texts are counted in Unicode scalar values and come
/// back as they were sent; INVALID are control characters, those that turn the reading direction around (U+202A to
/// U+202E, U+2066 to U+2069), and what can be the number of a payment card.
#[derive(Debug, Clone, InputObject)]
pub struct CheckoutDraftInput {
    /// All lines. Required, and not empty, on create. At most 200.
    pub lines: MaybeUndefined<Vec<CheckoutLineInput>>,
    /// Who buys. Name and email must be non-blank at bind.
    pub customer: MaybeUndefined<CheckoutCustomerInput>,
    /// Where to send the goods.
    pub shipping_address: MaybeUndefined<MailingAddressInput>,
    /// Where the invoice goes; left out, the shipping address.
    pub billing_address: MaybeUndefined<MailingAddressInput>,
    /// Id of a rate from shippingZones or applicableShippingRates. Needs a shipping or billing address.
    pub shipping_rate_id: MaybeUndefined<ID>,
    /// Splits the order over several addresses, at most 20. Not together with shippingAddress and shippingRateId; later
    /// those change the first consignment. Every unit of each line that must be sent is in exactly one. null, or an empty
    /// list, sends all to the address of the first. Lines that are added later go with the first, and what is taken out is
    /// missing there, and then in the last. Not on create, as lines have no ids yet.
    pub consignments: MaybeUndefined<Vec<ConsignmentInput>>,
    /// All discount codes, at most 10. One that does not apply is no error: discountCodes and messages say why.
    pub discount_codes: MaybeUndefined<Vec<String>>,
    /// All gift certificate codes, at most 10; they pay in this order. One that does not pay is no error: messages say
    /// why. Codes are never shown again, so one that the session has already may be named by its maskedCode.
    pub gift_certificate_codes: MaybeUndefined<Vec<String>>,
    /// Message to the merchant, at most 2000 characters.
    pub customer_message: MaybeUndefined<String>,
    /// Values to keep with the session. At most 20.
    pub attributes: MaybeUndefined<Vec<AttributeInput>>,
    /// The language of the buyer, BCP 47: kept for the shop, which speaks it. Messages are in English.
    pub locale: MaybeUndefined<String>,
}

/// One line. Give variantId, or sku, or itemId of a product with a single variant. itemId beside variantId
/// must be its product.
#[derive(Debug, Clone, InputObject)]
pub struct CheckoutLineInput {
    /// Id of the product.
    pub item_id: Option<ID>,
    /// Id of the variant.
    pub variant_id: Option<ID>,
    /// SKU of the variant.
    pub sku: Option<String>,
    /// Units, from 1 to 9999.
    pub quantity: i32,
    /// Values to keep with the line. Lines of the same variant with other values stay apart.
    pub attributes: Option<Vec<AttributeInput>>,
}

/// A shipment.
#[derive(Debug, Clone, InputObject)]
pub struct ConsignmentInput {
    /// Lines and how many units of each, at most 200.
    pub lines: Vec<ConsignmentLineInput>,
    /// Where it goes, in full: what is left out is empty.
    pub shipping_address: MailingAddressInput,
    /// Chosen rate; required at bind where rates apply.
    pub shipping_rate_id: Option<ID>,
}

/// Units of a line in a shipment.
#[derive(Debug, Clone, InputObject)]
pub struct ConsignmentLineInput {
    /// Id of the line.
    pub line_id: ID,
    /// Units.
    pub quantity: i32,
}

/// New quantity of a line.
#[derive(Debug, Clone, InputObject)]
pub struct CheckoutLineUpdateInput {
    /// Id of the line.
    pub line_id: ID,
    /// Units; 0 removes the line.
    pub quantity: i32,
}

/// Who buys. The texts are checked by the server and reported in userErrors and messages.
#[derive(Debug, Clone, InputObject)]
pub struct CheckoutCustomerInput {
    /// Full name.
    pub name: MaybeUndefined<String>,
    /// Email address.
    pub email: MaybeUndefined<String>,
    /// Telephone number.
    pub phone: MaybeUndefined<String>,
    /// VAT number of a business in the European Union, at most 20 characters. Where the shop has its home in another
    /// member state and the goods go to another, no tax is asked (reverse charge). Its form is checked, and where the
    /// shop has it so, whether anybody holds it.
    pub vat_id: MaybeUndefined<String>,
}
