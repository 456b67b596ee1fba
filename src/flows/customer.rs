//! Who buys, as far as the merchant declared it.
//!
//! **Invariant:** nobody has proved an address by typing it. So a typed e-mail leads to what was declared of its customer
//! only where the merchant decided that it may; else nobody is looked up, and everybody is a stranger.

use super::estimate::customer_key;
use crate::domain::{checkout::Session, draft::Details, tenant::Settings};

/// Keys of who buys now, and of who bought when the session was last priced.
pub(super) fn known_by(settings: &Settings, details: &Details, before: Option<&Session>) -> Vec<String> {
    let both = [Some(details), before.map(|session| &session.details)];
    let mut keys: Vec<String> = both.into_iter().flatten().map(customer_key).collect();
    keys.retain(|key| settings.trust_email && !key.is_empty());
    keys.dedup();
    keys
}
