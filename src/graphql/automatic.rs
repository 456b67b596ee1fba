//! Documents that clients registered by sending them once (automatic persisted queries).
//!
//! **Invariant:** each merchant has a room of its own, bounded by bytes, so that nobody's documents push out or answer for
//! another's; a document is kept under the SHA-256 of its own text, and only after that was compared.

use std::sync::Arc;

use quick_cache::{Weighter, sync::Cache};

use crate::domain::ids::OrganizationId;

/// All texts of a merchant.
const TEXT_BYTES_MAX: u64 = 128 * 1024;
/// A longer document is sent in full each time.
const DOCUMENT_BYTES_MAX: usize = 16 * 1024;
/// How many documents of a usual length that is.
const DOCUMENTS: usize = 64;
/// Merchants with a room; one that nobody asked for is the first to lose it.
const MERCHANTS_MAX: usize = 256;

type Room = Arc<Cache<String, Arc<str>, ByText>>;

/// What is registered.
#[derive(Clone)]
pub(super) struct Automatic(Arc<Cache<OrganizationId, Room>>);

#[derive(Clone)]
struct ByText;

impl Weighter<String, Arc<str>> for ByText {
    fn weight(&self, hash: &String, text: &Arc<str>) -> u64 {
        u64::try_from(hash.len() + text.len()).unwrap_or(u64::MAX)
    }
}

impl Default for Automatic {
    fn default() -> Self {
        Self(Arc::new(Cache::new(MERCHANTS_MAX)))
    }
}

impl Automatic {
    /// The text of a hash, where a client of the same merchant registered it.
    pub(super) fn get(&self, of: OrganizationId, hash: &str) -> Option<Arc<str>> {
        self.0.get(&of)?.get(hash)
    }

    /// Keeps a text under its hash.
    pub(super) fn register(&self, of: OrganizationId, hash: String, text: &str) {
        if text.len() > DOCUMENT_BYTES_MAX {
            return;
        }
        let room = self.0.get(&of).unwrap_or_else(|| {
            let room: Room = Arc::new(Cache::with_weighter(DOCUMENTS, TEXT_BYTES_MAX, ByText));
            self.0.insert(of, Arc::clone(&room));
            room
        });
        room.insert(hash, text.into());
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    #[test]
    fn one_merchants_documents_neither_answer_for_nor_push_out_anothers() {
        let all = Automatic::default();
        let [one, other] = [1, 2].map(|number| OrganizationId::from_uuid(Uuid::from_u128(number)));
        all.register(one, "a".to_owned(), "{ a }");
        assert_eq!(all.get(one, "a").as_deref(), Some("{ a }"));
        assert_eq!(all.get(other, "a"), None);
        for number in 0..1_000 {
            all.register(other, format!("{number}"), &format!("{{ a{number}{} }}", " b".repeat(1_000)));
        }
        assert!(all.0.get(&other).unwrap().weight() <= TEXT_BYTES_MAX);
        assert!(!all.0.get(&other).unwrap().is_empty());
        assert_eq!(all.get(one, "a").as_deref(), Some("{ a }"));
        all.register(one, "long".to_owned(), &"x".repeat(DOCUMENT_BYTES_MAX + 1));
        assert_eq!(all.get(one, "long"), None);
    }
}
