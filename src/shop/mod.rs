//! A whole shop in one readable file.
//!
//! **Invariant:** a file is taken whole or refused with every fault and its place; no id stands in it, and the same
//! names give the same ids on every machine.

mod delivery;
mod file;
mod goods;
mod merchant;
mod reading;
mod terms;
#[cfg(test)]
mod tests;
mod value;

use crate::store::seed::Shop;
use file::{DiscountEntry, File, OrganizationEntry, ProductEntry, TaxEntry, ZoneEntry};
use reading::Reading;

/// The demo shop, as a file.
pub const DEMO: &str = include_str!("demo.toml");

/// The demo shop.
pub fn demo() -> Result<Shop, Vec<String>> {
    parse(DEMO)
}

/// Reads a shop. A text that is no TOML, or that lacks a section, has this one fault; in any other the sections are
/// read one entry at a time, and all their faults are answered, each with its path.
pub fn parse(toml: &str) -> Result<Shop, Vec<String>> {
    let file: File = toml::from_str(toml).map_err(|error| vec![place(toml, &error)])?;
    let mut reading = Reading::default();
    let organization: Option<OrganizationEntry> = reading.entry("organization", file.organization);
    let organization = organization.and_then(|entry| merchant::organization(&mut reading, &entry));
    let account = reading.entry("payment", file.payment);
    let account = account.and_then(|entry| merchant::account(&mut reading, entry));
    let products: Vec<(String, ProductEntry)> = reading.entries("products", file.products);
    let products = goods::products(&mut reading, products);
    let zones: Vec<(String, ZoneEntry)> = reading.entries("zones", file.zones);
    let zones = delivery::zones(&mut reading, zones);
    let taxes: Vec<(String, TaxEntry)> = reading.entries("taxes", file.taxes);
    let tax_rates = terms::tax_rates(&mut reading, taxes);
    let discounts: Vec<(String, DiscountEntry)> = reading.entries("discounts", file.discounts);
    let discounts = terms::discounts(&mut reading, discounts);
    let faults = reading.into_faults();
    match (organization, account) {
        (Some(organization), Some(account)) if faults.is_empty() => {
            Ok(Shop { organization, account, products, zones, tax_rates, discounts })
        }
        (Some(_) | None, Some(_) | None) => Err(faults),
    }
}

/// The message with its line, without the text of the line: somebody may have pasted a key there.
fn place(toml: &str, error: &toml::de::Error) -> String {
    let before = error.span().and_then(|span| toml.get(..span.start));
    let message = error.message().trim();
    before.map_or_else(
        || message.to_owned(),
        |before| format!("line {}: {message}", before.matches('\n').count() + 1),
    )
}
