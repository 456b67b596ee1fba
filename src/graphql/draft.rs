//! From input types to the domain's draft, with every fault at once.
//!
//! **Invariant:** what passes here is within every limit; text is counted in Unicode scalar values.

use async_graphql::{ID, MaybeUndefined};

use super::input::{
    AttributeInput, CheckoutCustomerInput, CheckoutDraftInput, CheckoutLineInput, CheckoutLineUpdateInput,
    ConsignmentInput, MailingAddressInput, MoneyInput,
};
use crate::{
    domain::{
        buyer::{EMAIL_MAX, MESSAGE_MAX, PHONE_MAX, POSTAL_CODE_MAX, TEXT_MAX},
        cart::{ATTRIBUTE_KEY_MAX, ATTRIBUTE_VALUE_MAX, ATTRIBUTES_MAX, Attribute},
        certificate::{self, CERTIFICATES_MAX, CertificateRef},
        consignment::{CONSIGNMENTS_MAX, ConsignmentLine, ConsignmentRequest},
        currency::Currency,
        discount::{CODE_MAX, CODES_MAX},
        draft::{AddressPatch, BuyerPatch, Draft, LineRequest, Patch},
        ids::{LineId, RateId},
        money::{LINES_MAX, Minor},
        text::{Fault, Shape, fault_of_reference, fault_of_text, is_blank},
        vat::VAT_ID_MAX,
    },
    flows::{
        gift_certificate,
        idempotency::{KEY_MAX, Repeatable},
        outcome::{Code, Refusal},
    },
};

const LOCALE_MAX: usize = 35;
const SKU_MAX: usize = 255;
const CARD_NUMBER: &str = "This looks like a card number. Never send one here.";

/// Reads input and collects what is wrong with it.
#[derive(Default)]
pub struct Reader {
    refusals: Vec<Refusal>,
}

impl Reader {
    /// The value, or everything that is wrong.
    pub fn finish<T>(self, value: T) -> Result<T, Vec<Refusal>> {
        if self.refusals.is_empty() { Ok(value) } else { Err(self.refusals) }
    }

    fn refuse(&mut self, code: Code, field: &str) {
        self.refusals.push(Refusal::at(code, field));
    }

    /// Text to store as it was written, within a limit. Line ends and tabs pass where it may have several lines.
    pub fn text(&mut self, text: String, max: usize, field: &str) -> String {
        let shape = match field.rsplit('.').next() {
            Some("customerMessage" | "value") => Shape::Lines,
            Some("phone") => Shape::Phone,
            Some(_) | None => Shape::Line,
        };
        self.judge(fault_of_text(&text, max, shape), field);
        text
    }

    /// Text to look something up by, within a limit.
    fn reference(&mut self, text: String, max: usize, field: &str) -> String {
        self.judge(fault_of_reference(&text, max), field);
        text
    }

    fn judge(&mut self, fault: Option<Fault>, field: &str) {
        match fault {
            None => {}
            Some(Fault::TooLong) => self.refuse(Code::TooLong, field),
            Some(Fault::Unprintable) => self.refuse(Code::Invalid, field),
            Some(Fault::CardNumber) => {
                let message = CARD_NUMBER.to_owned();
                self.refusals.push(Refusal { message, ..Refusal::at(Code::Invalid, field) });
            }
        }
    }

    fn patch(&mut self, value: MaybeUndefined<String>, max: usize, field: &str) -> Patch<String> {
        patch(value).map(|text| self.text(text, max, field))
    }

    /// A whole draft.
    pub fn draft(&mut self, input: CheckoutDraftInput, base: &str) -> Draft {
        let at = |part: &str| format!("{base}.{part}");
        Draft {
            lines: patch(input.lines).map(|lines| self.lines(lines, &at("lines"))),
            buyer: patch(input.customer).map(|customer| self.customer(customer, &at("customer"))),
            shipping: patch(input.shipping_address)
                .map(|address| self.address(address, &at("shippingAddress"))),
            billing: patch(input.billing_address).map(|address| self.address(address, &at("billingAddress"))),
            rate: match patch(input.shipping_rate_id) {
                Patch::Keep => Patch::Keep,
                Patch::Clear => Patch::Clear,
                Patch::Set(id) => self.rate(&id, &at("shippingRateId")).map_or(Patch::Keep, Patch::Set),
            },
            consignments: patch(input.consignments).map(|all| self.consignments(all, &at("consignments"))),
            certificates: patch(input.gift_certificate_codes)
                .map(|codes| self.certificates(&codes, &at("giftCertificateCodes"))),
            codes: patch(input.discount_codes).map(|codes| self.codes(codes, &at("discountCodes"))),
            message: self.patch(input.customer_message, MESSAGE_MAX, &at("customerMessage")),
            attributes: patch(input.attributes)
                .map(|attributes| self.attributes(attributes, &at("attributes"))),
            locale: patch(input.locale).map(|locale| self.locale(locale, &at("locale"))),
        }
    }

    fn rate(&mut self, id: &ID, field: &str) -> Option<RateId> {
        let parsed = id.parse().ok();
        if parsed.is_none() {
            self.refuse(Code::ShippingRateNotApplicable, field);
        }
        parsed
    }

    fn consignments(&mut self, all: Vec<ConsignmentInput>, base: &str) -> Vec<ConsignmentRequest> {
        if all.len() > CONSIGNMENTS_MAX {
            self.refuse(Code::TooMany, base);
            return Vec::new();
        }
        let read = |(at, one): (usize, ConsignmentInput)| self.consignment(one, &format!("{base}[{at}]"));
        all.into_iter().enumerate().map(read).collect()
    }

    fn consignment(&mut self, input: ConsignmentInput, base: &str) -> ConsignmentRequest {
        let field = format!("{base}.lines");
        let mut lines = Vec::new();
        if !self.too_many(input.lines.len(), &field) {
            for (place, line) in input.lines.iter().enumerate() {
                let id = self.id(Some(line.line_id.as_str()), &format!("{field}[{place}].lineId"));
                lines.extend(
                    id.map(|line_id| ConsignmentLine { line: line_id, quantity: i64::from(line.quantity) }),
                );
            }
        }
        let rate = input.shipping_rate_id;
        ConsignmentRequest {
            lines,
            address: self.address(input.shipping_address, &format!("{base}.shippingAddress")),
            rate: rate.and_then(|id| self.rate(&id, &format!("{base}.shippingRateId"))),
        }
    }

    /// Lines as asked for.
    pub fn lines(&mut self, lines: Vec<CheckoutLineInput>, base: &str) -> Vec<LineRequest> {
        if self.too_many(lines.len(), base) {
            return Vec::new();
        }
        lines
            .into_iter()
            .enumerate()
            .map(|(place, line)| self.line(line, &format!("{base}[{place}]")))
            .collect()
    }

    fn too_many(&mut self, lines: usize, field: &str) -> bool {
        let too_many = i64::try_from(lines).map_or(true, |lines| lines > LINES_MAX);
        if too_many {
            self.refuse(Code::TooMany, field);
        }
        too_many
    }

    fn line(&mut self, line: CheckoutLineInput, base: &str) -> LineRequest {
        LineRequest {
            product: self.id(line.item_id.as_deref().map(String::as_str), &format!("{base}.itemId")),
            variant: self.id(line.variant_id.as_deref().map(String::as_str), &format!("{base}.variantId")),
            sku: line.sku.map(|sku| self.reference(sku, SKU_MAX, &format!("{base}.sku"))),
            quantity: i64::from(line.quantity),
            attributes: self.attributes(line.attributes.unwrap_or_default(), &format!("{base}.attributes")),
        }
    }

    fn id<T: std::str::FromStr>(&mut self, text: Option<&str>, field: &str) -> Option<T> {
        let parsed = text.map(str::parse::<T>)?;
        if parsed.is_err() {
            self.refuse(Code::MerchandiseNotFound, field);
        }
        parsed.ok()
    }

    /// Lines to update.
    pub fn updates(&mut self, lines: &[CheckoutLineUpdateInput]) -> Vec<(LineId, i64)> {
        let mut updates = Vec::new();
        if self.too_many(lines.len(), "$.lines") {
            return updates;
        }
        for (place, line) in lines.iter().enumerate() {
            let id = self.id(Some(line.line_id.as_str()), &format!("$.lines[{place}].lineId"));
            updates.extend(id.map(|id| (id, i64::from(line.quantity))));
        }
        updates
    }

    /// Lines to remove.
    pub fn line_ids(&mut self, ids: &[ID]) -> Vec<LineId> {
        let mut lines = Vec::new();
        if self.too_many(ids.len(), "$.lineIds") {
            return lines;
        }
        for (place, id) in ids.iter().enumerate() {
            lines.extend(self.id::<LineId>(Some(id.as_str()), &format!("$.lineIds[{place}]")));
        }
        lines
    }

    fn customer(&mut self, customer: CheckoutCustomerInput, base: &str) -> BuyerPatch {
        BuyerPatch {
            name: self.patch(customer.name, TEXT_MAX, &format!("{base}.name")),
            email: self.patch(customer.email, EMAIL_MAX, &format!("{base}.email")),
            phone: self.patch(customer.phone, PHONE_MAX, &format!("{base}.phone")),
            vat_id: self.patch(customer.vat_id, VAT_ID_MAX, &format!("{base}.vatId")),
        }
    }

    fn address(&mut self, address: MailingAddressInput, base: &str) -> AddressPatch {
        let mut text = |value, part: &str, max| self.patch(value, max, &format!("{base}.{part}"));
        AddressPatch {
            first_name: text(address.first_name, "firstName", TEXT_MAX),
            last_name: text(address.last_name, "lastName", TEXT_MAX),
            company: text(address.company, "company", TEXT_MAX),
            address1: text(address.address1, "address1", TEXT_MAX),
            address2: text(address.address2, "address2", TEXT_MAX),
            city: text(address.city, "city", TEXT_MAX),
            region: text(address.region, "region", TEXT_MAX),
            region_code: text(address.region_code, "regionCode", POSTAL_CODE_MAX),
            postal_code: text(address.postal_code, "postalCode", POSTAL_CODE_MAX),
            phone: text(address.phone, "phone", PHONE_MAX),
            country: match patch(address.country_code) {
                Patch::Keep => Patch::Keep,
                Patch::Clear => Patch::Clear,
                Patch::Set(code) => code.country().map_or(Patch::Clear, Patch::Set),
            },
        }
    }

    fn codes(&mut self, codes: Vec<String>, base: &str) -> Vec<String> {
        if codes.len() > CODES_MAX {
            self.refuse(Code::TooMany, base);
            return Vec::new();
        }
        let code = |(place, code): (usize, String)| {
            // A blank one is a code that does not apply, and that is data.
            self.text(code.trim().to_owned(), CODE_MAX, &format!("{base}[{place}]"))
        };
        codes.into_iter().enumerate().map(code).collect()
    }

    /// Codes of gift certificates go no further than this: what is looked up is their hash.
    fn certificates(&mut self, codes: &[String], base: &str) -> Vec<CertificateRef> {
        if codes.len() > CERTIFICATES_MAX {
            self.refuse(Code::TooMany, base);
            return Vec::new();
        }
        for (place, code) in codes.iter().enumerate() {
            self.judge(fault_of_reference(code, certificate::CODE_MAX), &format!("{base}[{place}]"));
        }
        codes.iter().map(|code| gift_certificate::named(code)).collect()
    }

    /// Something that is there at all must say something.
    fn given(&mut self, text: &str, field: &str) {
        if is_blank(text) {
            self.refuse(Code::Required, field);
        }
    }

    /// A language tag by its shape: parts of one to eight letters and digits (RFC 5646, section 2.1).
    fn locale(&mut self, locale: String, field: &str) -> String {
        let part = |part: &str| {
            (1..=8).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_alphanumeric())
        };
        if locale.chars().count() > LOCALE_MAX {
            self.refuse(Code::TooLong, field);
        } else if !locale.split('-').all(part) {
            self.refuse(Code::Invalid, field);
        }
        locale
    }

    fn attributes(&mut self, attributes: Vec<AttributeInput>, base: &str) -> Vec<Attribute> {
        if attributes.len() > ATTRIBUTES_MAX {
            self.refuse(Code::TooMany, base);
            return Vec::new();
        }
        let mut all = Vec::new();
        for (place, attribute) in attributes.into_iter().enumerate() {
            let key = format!("{base}[{place}].key");
            self.given(&attribute.key, &key);
            all.push(Attribute {
                key: self.text(attribute.key, ATTRIBUTE_KEY_MAX, &key),
                value: self.text(attribute.value, ATTRIBUTE_VALUE_MAX, &format!("{base}[{place}].value")),
            });
        }
        all.sort();
        all
    }

    /// An amount that the shopper saw, exact to the minor unit.
    pub fn money(&mut self, input: &MoneyInput, field: &str) -> Option<(Minor, Currency)> {
        let currency: Currency = input.currency.try_into().ok()?;
        let scale = rust_decimal::Decimal::from(10_i64.pow(currency.digits()));
        let minor = input.amount.0.checked_mul(scale).filter(rust_decimal::Decimal::is_integer);
        let minor = minor.and_then(|minor| i64::try_from(minor.normalize()).ok());
        if minor.is_none() {
            self.refuse(Code::Invalid, &format!("{field}.amount"));
        }
        minor.map(|minor| (Minor::new(minor), currency))
    }

    /// A client's key with everything else that was sent. Only its digest is stored, and many digits are good chance.
    pub fn key(&mut self, key: Option<String>, input: &impl std::fmt::Debug) -> Option<Repeatable> {
        let key = self.reference(key?, KEY_MAX, "$.idempotencyKey");
        if is_blank(&key) {
            self.refuse(Code::Invalid, "$.idempotencyKey");
        }
        Some(Repeatable { key, input: format!("{input:?}") })
    }
}

fn patch<T>(value: MaybeUndefined<T>) -> Patch<T> {
    match value {
        MaybeUndefined::Undefined => Patch::Keep,
        MaybeUndefined::Null => Patch::Clear,
        MaybeUndefined::Value(value) => Patch::Set(value),
    }
}

#[cfg(test)]
mod tests {
    use super::{
        super::{currency::CurrencyCode, scalar::Decimal},
        *,
    };

    fn read(text: &str, field: &str) -> Vec<Code> {
        let mut reader = Reader::default();
        reader.text(text.to_owned(), 5, field);
        reader.refusals.into_iter().map(|refusal| refusal.code).collect()
    }

    #[test]
    fn text_is_counted_in_scalar_values_and_has_no_control_characters() {
        assert!(read("äöü👍👍", "$.name").is_empty());
        assert_eq!(read("äöü👍👍!", "$.name"), [Code::TooLong]);
        assert_eq!(read("a\0b", "$.name"), [Code::Invalid]);
        assert_eq!(read("a\nb", "$.name"), [Code::Invalid]);
        assert!(read("a\nb", "$.customerMessage").is_empty());
    }

    #[test]
    fn an_expected_total_is_exact_or_refused() {
        let money = |amount: &str, currency| {
            let input = MoneyInput { amount: Decimal(amount.parse().unwrap()), currency };
            Reader::default().money(&input, "$.expectedTotal").map(|(minor, _)| minor.raw())
        };
        assert_eq!(money("19.99", CurrencyCode::USD), Some(1_999));
        assert_eq!(money("19.990", CurrencyCode::USD), Some(1_999));
        assert_eq!(money("19.999", CurrencyCode::USD), None);
        assert_eq!(money("500", CurrencyCode::JPY), Some(500));
        assert_eq!(money("500.5", CurrencyCode::JPY), None);
    }
}
