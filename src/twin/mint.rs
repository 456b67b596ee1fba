//! Ids that look like Stripe's and cannot be guessed.
//!
//! **Invariant:** no id is given twice, also across restarts: each start draws a new seed, and an id is the
//! digest of seed and a count that only rises.

use std::io;
use std::sync::atomic::{AtomicU64, Ordering};

use sha2::{Digest as _, Sha256};

/// Draws ids. Chance is asked once, at the start, so drawing cannot fail later.
#[derive(Debug)]
pub(super) struct Mint {
    seed: [u8; 32],
    drawn: AtomicU64,
}

impl Mint {
    /// Takes a seed from the operating system.
    pub(super) fn new() -> io::Result<Self> {
        let mut seed = [0; 32];
        getrandom::fill(&mut seed).map_err(|error| io::Error::other(error.to_string()))?;
        Ok(Self { seed, drawn: AtomicU64::new(0) })
    }

    /// A new id such as `pi_3Twin…`.
    pub(super) fn id(&self, prefix: &str) -> String {
        format!("{prefix}_3Twin{}", self.token())
    }

    /// Twenty-four characters of chance.
    pub(super) fn token(&self) -> String {
        let count = self.drawn.fetch_add(1, Ordering::Relaxed);
        let digest = Sha256::new().chain_update(self.seed).chain_update(count.to_be_bytes()).finalize();
        hex::encode(&digest[..12])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_carry_their_prefix_and_differ() {
        let mint = Mint::new().unwrap();
        let (one, two) = (mint.id("pi"), mint.id("pi"));
        assert!(one.starts_with("pi_3Twin"));
        assert_ne!(one, two);
    }
}
