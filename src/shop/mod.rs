//! A whole shop in one readable file, and what is done to make a database hold just that.
//!
//! **Invariant:** a file is taken whole or refused with every fault and its place; no id stands in it, and the same
//! names give the same ids on every machine.

pub mod apply;
mod customers;
mod delivery;
mod discounts;
#[cfg(test)]
mod docs_tests;
pub mod fault;
mod file;
mod file_prices;
mod file_terms;
mod goods;
mod json;
mod merchant;
#[cfg(test)]
mod plan_tests;
mod price_lists;
mod reading;
pub mod schema;
#[cfg(test)]
mod schema_tests;
mod shape;
#[cfg(test)]
mod shape_tests;
mod terms;
#[cfg(test)]
mod tests;
pub mod tree;
mod value;

pub use value::{ValueError, amount, instant};

use crate::store::seed::Shop;
use customers::Words;
use discounts::Known;
use fault::Fault;
use file::File;
use price_lists::Named;
use reading::Reading;
use tree::Tree;

/// The demo shop, as a file.
pub const DEMO: &str = include_str!("demo.toml");

/// The demo shop.
pub fn demo() -> Result<Shop, Vec<Fault>> {
    parse(DEMO)
}

/// Reads a shop, from TOML or JSON.
pub fn parse(text: &str) -> Result<Shop, Vec<Fault>> {
    read(text).map(|(shop, _)| shop)
}

/// Reads a shop, with the places of what it says. A text that is of neither format has only the faults of its form; in
/// any other all faults are answered, in the order of the text.
pub fn read(text: &str) -> Result<(Shop, Tree), Vec<Fault>> {
    let (mut written, tree) = Tree::read(text)?;
    let mut reading = Reading::after(shape::mend(&mut written));
    let file = serde_json::from_value::<File>(written).ok();
    if file.is_none() {
        // The shape was checked, so this is a gap in that check; the text of the error may quote a value.
        reading.fault("", "not the shape of a shop file, see `checkstand schema --shop`");
    }
    let shop = file.and_then(|file| shop(&mut reading, file));
    let mut faults: Vec<Fault> = reading.into_faults().into_iter().map(|fault| tree.place(fault)).collect();
    faults.sort_by_key(Fault::position);
    match shop {
        Some(shop) if faults.is_empty() => Ok((shop, tree)),
        Some(_) | None => Err(faults),
    }
}

fn shop(reading: &mut Reading, file: File) -> Option<Shop> {
    let organization = merchant::organization(reading, &file.organization);
    let known = Known::of(reading, &file);
    let account = merchant::account(reading, file.payment);
    let products = goods::products(reading, file.products);
    let zones = delivery::zones(reading, file.zones);
    let tax_rates = terms::tax_rates(reading, file.taxes);
    let discounts = discounts::discounts(reading, file.discounts, &known);
    let words = Words::of(&file.customers);
    let price_lists =
        price_lists::price_lists(reading, file.price_lists, &Named::new(&known, &products, &words));
    let customers = customers::customers(reading, file.customers);
    Some(Shop {
        organization: organization?,
        account: account?,
        products,
        zones,
        tax_rates,
        discounts,
        price_lists,
        customers,
    })
}
