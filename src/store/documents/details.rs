//! What a buyer gave, and lines as sold.
//!
//! **Invariant:** a line's document holds everything that an order shows of it, so that no catalogue is needed later.

use crate::{
    domain::{
        buyer::{Address, Buyer},
        cart::{Attribute, Item, Line},
        catalog::{Image, ProductOption, SelectedOption},
        certificate::CertificateRef,
        checkout::{Bound, Note},
        consignment::{Consignment, ConsignmentLine},
        draft::Details,
    },
    store::stored::{stored, stored_words},
};

stored! {
    Buyer { name, email, phone; vat_id }
    Address {
        first_name, last_name, company, address1, address2, city, region, region_code, postal_code, country, phone,
    }
    Attribute { key, value }
    Image { url, alt_text, width, height }
    ProductOption { name, values }
    SelectedOption { name, value }
    Details { buyer, shipping, billing, rate, codes, message, attributes, locale; certificates, further }
    Consignment { id, lines, address, rate }
    ConsignmentLine { line, quantity }
    CertificateRef { key, masked }
    Bound { binding, total, revision, bound_at, valid_until, tax_source, holds, content_hash }
    Line { id, item, quantity, attributes }
    Item {
        variant, product, title, sku, image, unit_price, compare_at, requires_shipping, tax_class, weight_grams;
        tags,
    }
}

stored_words! {
    Note { BindingReleased = "binding_released", PaymentDeclined = "payment_declined", RateCleared = "rate_cleared" }
}
