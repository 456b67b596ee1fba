//! Customers of whom something is known.
//!
//! **Invariant:** an address stands once, without regard to case, and leaves this module as a digest only; a fault does not
//! repeat it.

use std::collections::BTreeSet;

use super::{file_prices::CustomerEntry, reading::Reading};
use crate::{
    domain::{
        buyer::is_email,
        customer::{Customer, Declared},
        ids::CustomerId,
    },
    store::customer::key,
};

/// Words that customers go by, which price lists and discounts may name, whether or not they are otherwise at fault.
pub(super) struct Words {
    /// Groups.
    pub groups: BTreeSet<String>,
    /// Tags.
    pub tags: BTreeSet<String>,
}

impl Words {
    /// Those in a file.
    pub fn of(entries: &[CustomerEntry]) -> Self {
        Self {
            groups: entries.iter().flat_map(|entry| entry.groups.iter().cloned()).collect(),
            tags: entries.iter().flat_map(|entry| entry.tags.iter().cloned()).collect(),
        }
    }
}

/// The customers.
pub(super) fn customers(reading: &mut Reading, entries: Vec<CustomerEntry>) -> Vec<Declared> {
    let mut seen = BTreeSet::new();
    let mut found = Vec::new();
    for (place, entry) in entries.into_iter().enumerate() {
        let path = format!("customers[{place}]");
        if !seen.insert(entry.email.to_lowercase()) {
            reading.fault(&format!("{path}.email"), "is there already");
        }
        found.extend(customer(reading, &path, entry));
    }
    found
}

fn customer(reading: &mut Reading, path: &str, entry: CustomerEntry) -> Option<Declared> {
    let email = is_email(&entry.email).then_some(&entry.email).ok_or("not an e-mail address");
    let email = reading.taken(&format!("{path}.email"), email).map(|email| key(email));
    let groups = words(reading, &format!("{path}.groups"), entry.groups);
    let tags = words(reading, &format!("{path}.tags"), entry.tags);
    let key = email?;
    Some(Declared {
        id: CustomerId::from_uuid(reading.id(&format!("customer/{key}"))),
        key,
        customer: Customer { groups: groups?, tags: tags?, tax_exempt: entry.tax_exempt },
    })
}

/// Words that say something, each once.
fn words(reading: &mut Reading, path: &str, written: Vec<String>) -> Option<Vec<String>> {
    let mut seen = BTreeSet::new();
    let mut found = Vec::new();
    for (place, word) in written.into_iter().enumerate() {
        let path = format!("{path}[{place}]");
        reading.once(&mut seen, &path, &word);
        found.push(reading.text(&path, word));
    }
    found.into_iter().collect()
}
