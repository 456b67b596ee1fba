//! What the provider writes over its webhooks.
//!
//! **Invariant:** HMAC-SHA-256 over the time in seconds, a dot and the body (Stripe, "Verify webhook signatures manually").

use hmac::{Hmac, KeyInit, Mac};

/// A `Stripe-Signature` header.
pub fn signature(secret: &str, seconds: i64, body: &str) -> String {
    let mut mac = Hmac::<sha2::Sha256>::new_from_slice(secret.as_bytes()).unwrap();
    mac.update(format!("{seconds}.{body}").as_bytes());
    format!("t={seconds},v1={}", hex::encode(mac.finalize().into_bytes()))
}
