//! Who sells, and how that merchant is paid.
//!
//! **Invariant:** the file names the variables that hold secrets, never a secret.

use std::collections::BTreeSet;

use super::{
    file::{OrganizationEntry, PaymentEntry},
    reading::Reading,
};
use crate::{
    config::SECRET_PREFIX,
    domain::{
        currency::Currency,
        instant::Span,
        money::{RoundingLevel, RoundingMode},
        origin::{ORIGINS_MAX, Origin},
        tax::ShippingTax,
        tenant::{
            Capture, DocumentPolicy, Organization, Settings, Slug, TaxFailure, TaxProvider, UncoveredPolicy,
            VatCheck, VatCheckFailure,
        },
    },
    store::tenant::PaymentAccount,
};

/// The organization; later entries are read by its settings.
pub(super) fn organization(reading: &mut Reading, entry: &OrganizationEntry) -> Option<Organization> {
    let slug: Option<Slug> = reading.taken("organization.slug", entry.slug.parse());
    let name = reading.text("organization.name", entry.name.clone());
    let settings = settings(reading, entry);
    reading.settings.clone_from(&settings);
    let slug = slug?;
    let id = reading.organization_id(slug.as_str());
    Some(Organization {
        id,
        slug,
        name: name?,
        settings: settings?,
        terms_version: 1,
        documents_version: 0,
        suspended: false,
    })
}

fn settings(reading: &mut Reading, entry: &OrganizationEntry) -> Option<Settings> {
    let currencies = currencies(reading, &entry.currencies);
    let default: Option<Currency> =
        reading.taken("organization.default_currency", entry.default_currency.parse());
    let mode = [("half_up", RoundingMode::HalfUp), ("half_even", RoundingMode::HalfEven)];
    let mode = choice(reading, "rounding_mode", entry.rounding_mode.as_ref(), &mode);
    let level = [("line", RoundingLevel::Line), ("total", RoundingLevel::Total)];
    let level = choice(reading, "rounding_level", entry.rounding_level.as_ref(), &level);
    let uncovered = [("warn", UncoveredPolicy::Warn), ("refuse", UncoveredPolicy::Refuse)];
    let uncovered = choice(reading, "uncovered", entry.uncovered.as_ref(), &uncovered);
    let capture = [("automatic", Capture::Automatic), ("manual", Capture::Manual)];
    let capture = choice(reading, "capture", entry.capture.as_ref(), &capture);
    let shipping_tax = [("rates", ShippingTax::Rates), ("goods", ShippingTax::Goods)];
    let shipping_tax = choice(reading, "shipping_tax", entry.shipping_tax.as_ref(), &shipping_tax);
    let provider = [("table", TaxProvider::Table), ("stripe", TaxProvider::Stripe)];
    let provider = choice(reading, "tax_provider", entry.tax_provider.as_ref(), &provider);
    let failure = [("refuse", TaxFailure::Refuse), ("use_table", TaxFailure::UseTable)];
    let failure = choice(reading, "tax_failure", entry.tax_failure.as_ref(), &failure);
    let check = [("form", VatCheck::Form), ("vies", VatCheck::Vies)];
    let check = choice(reading, "vat_check", entry.vat_check.as_ref(), &check);
    let unchecked = [("charge", VatCheckFailure::Charge), ("accept", VatCheckFailure::Accept)];
    let unchecked = choice(reading, "vat_check_failure", entry.vat_check_failure.as_ref(), &unchecked);
    let documents = [("any", DocumentPolicy::Any), ("trusted", DocumentPolicy::Trusted)];
    let documents = choice(reading, "documents", entry.documents.as_ref(), &documents);
    let origins = reading.maybe(entry.allowed_origins.as_ref(), |reading, written| origins(reading, written));
    let home = reading.maybe(entry.home.as_ref(), |reading, code| reading.country("organization.home", code));
    let (currencies, default) = (currencies?, default?);
    if !currencies.contains(&default) {
        reading.fault("organization.currencies", format_args!("without the default currency {default}"));
    }
    let usual = Settings::for_currency(default);
    Some(Settings {
        currencies,
        taxes_included: entry.taxes_included.unwrap_or(usual.taxes_included),
        rounding_mode: mode?,
        rounding_level: level?,
        uncovered: uncovered?,
        expected_total_required: entry.expected_total_required.unwrap_or(usual.expected_total_required),
        capture: capture?,
        token_lifetime: entry
            .token_hours
            .map_or(usual.token_lifetime, |hours| Span::from_hours(hours.into())),
        binding_lifetime: entry
            .binding_minutes
            .map_or(usual.binding_lifetime, |minutes| Span::from_minutes(minutes.into())),
        stock_shown: entry.stock_shown.unwrap_or(usual.stock_shown),
        shipping_tax: shipping_tax?,
        home: home?,
        tax_provider: provider?,
        tax_failure: failure?,
        vat_check: check?,
        vat_check_failure: unchecked?,
        trust_email: entry.trust_email.unwrap_or(usual.trust_email),
        documents: documents?,
        allowed_origins: origins?,
        ..usual
    })
}

/// All of them, or none where one is at fault: half a list would make good prices look wrong.
fn currencies(reading: &mut Reading, written: &[String]) -> Option<Vec<Currency>> {
    let mut known: Vec<Currency> = Vec::new();
    for (place, code) in written.iter().enumerate() {
        let path = format!("organization.currencies[{place}]");
        if let Some(currency) = reading.taken::<Currency, _>(&path, code.parse()) {
            if known.contains(&currency) {
                reading.fault(&path, format_args!("{currency} is there already"));
            }
            known.push(currency);
        }
    }
    (known.len() == written.len()).then_some(known)
}

/// Origins, each once.
fn origins(reading: &mut Reading, written: &[String]) -> Option<Vec<Origin>> {
    if written.len() > ORIGINS_MAX {
        reading.fault("organization.allowed_origins", format_args!("more than {ORIGINS_MAX}"));
        return None;
    }
    let (mut known, mut seen) = (Vec::new(), BTreeSet::new());
    for (place, origin) in written.iter().enumerate() {
        let path = format!("organization.allowed_origins[{place}]");
        reading.once(&mut seen, &path, origin);
        known.extend(reading.taken::<Origin, _>(&path, origin.parse()));
    }
    (known.len() == written.len()).then_some(known)
}

fn choice<T: Copy + Default>(
    reading: &mut Reading,
    name: &str,
    written: Option<&String>,
    words: &[(&str, T)],
) -> Option<T> {
    let path = format!("organization.{name}");
    written.map_or(Some(T::default()), |written| reading.word(&path, written, words))
}

/// The payment account.
pub(super) fn account(reading: &mut Reading, entry: PaymentEntry) -> Option<PaymentAccount> {
    let prefix = if entry.live { "pk_live_" } else { "pk_test_" };
    if !entry.publishable_key.starts_with(prefix) {
        reading.fault("payment.publishable_key", format_args!("must start with {prefix}, as live says"));
    }
    let secret_key_ref = variable(reading, "payment.secret_key", entry.secret_key);
    let webhook_secret_ref = variable(reading, "payment.webhook_secrets", entry.webhook_secrets);
    Some(PaymentAccount {
        live: entry.live,
        publishable_key: entry.publishable_key,
        secret_key_ref: secret_key_ref?,
        webhook_secret_ref: webhook_secret_ref?,
    })
}

/// The name of a variable. The fault does not repeat what was written: it may be the secret.
fn variable(reading: &mut Reading, path: &str, written: String) -> Option<String> {
    let plain = |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_';
    let named = written.starts_with(SECRET_PREFIX) && written.bytes().all(plain);
    let fault = || format!("not the name of an environment variable that starts with {SECRET_PREFIX}");
    reading.taken(path, named.then_some(written).ok_or_else(fault))
}
