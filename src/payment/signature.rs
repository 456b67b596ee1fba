//! Whether a webhook comes from the provider.
//!
//! **Invariant:** decided over the raw bytes before anything is parsed; each secret is tried with every `v1` value, in
//! constant time; a time stamp more than five minutes off, either way, is refused; an empty secret never matches.
//! (Stripe, "Verify webhook signatures manually": the signed text is `t`, a dot, and the body.)

use hmac::{Hmac, KeyInit, Mac};
use secrecy::{ExposeSecret, SecretString};
use sha2::Sha256;

use crate::domain::instant::Timestamp;

/// How far a time stamp may be off, in seconds.
pub const TOLERANCE_SECONDS: i64 = 300;

/// A webhook that is not the provider's, or not of now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the signature does not match")]
pub struct BadSignature;

/// Checks a `Stripe-Signature` header over a body.
pub fn verify(
    header: &str,
    body: &[u8],
    secrets: &[SecretString],
    now: Timestamp,
) -> Result<(), BadSignature> {
    let pairs = || header.split(',').filter_map(|part| part.trim().split_once('='));
    let stamp = pairs().find(|(name, _)| *name == "t").map(|(_, value)| value).ok_or(BadSignature)?;
    let seconds: i64 = stamp.parse().map_err(|_| BadSignature)?;
    let off = (now.ms() / 1000).checked_sub(seconds).ok_or(BadSignature)?;
    if !(-TOLERANCE_SECONDS..=TOLERANCE_SECONDS).contains(&off) {
        return Err(BadSignature);
    }
    let given: Vec<Vec<u8>> =
        pairs().filter(|(name, _)| *name == "v1").filter_map(|(_, value)| hex::decode(value).ok()).collect();
    let matches = |secret: &SecretString| {
        let secret = secret.expose_secret();
        !secret.is_empty() && given.iter().any(|signature| is_signed(secret, stamp, body, signature))
    };
    if secrets.iter().any(matches) { Ok(()) } else { Err(BadSignature) }
}

fn is_signed(secret: &str, stamp: &str, body: &[u8], signature: &[u8]) -> bool {
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(secret.as_bytes()) else { return false };
    mac.update(stamp.as_bytes());
    mac.update(b".");
    mac.update(body);
    mac.verify_slice(signature).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: i64 = 1_700_000_000;

    fn sign(secret: &str, stamp: i64, body: &str) -> String {
        let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).unwrap();
        mac.update(format!("{stamp}.{body}").as_bytes());
        hex::encode(mac.finalize().into_bytes())
    }

    fn check(header: &str, secrets: &[&str]) -> bool {
        let secrets: Vec<SecretString> = secrets.iter().map(|&secret| secret.into()).collect();
        verify(header, b"{}", &secrets, Timestamp::from_ms(NOW * 1000)).is_ok()
    }

    #[test]
    fn only_a_fresh_v1_of_a_known_secret_over_these_bytes_passes() {
        let good = sign("whsec_a", NOW, "{}");
        let at = |stamp: i64| format!("t={stamp},v1={}", sign("whsec_a", stamp, "{}"));
        let rows = [
            (at(NOW), true),
            (at(NOW - 300), true),
            (at(NOW - 301), false),
            (at(NOW + 300), true),
            (at(NOW + 301), false),
            (format!("t={NOW},v0={good}"), false),
            (format!("t={NOW},v1=00,v1={good},v2=whatever"), true),
            (format!("t={NOW},v1={}", sign("whsec_a", NOW, "{} ")), false),
            (format!("t={NOW},v1={}", sign("whsec_b", NOW, "{}")), false),
            (format!("t={},v1={good}", NOW - 1), false),
            (format!("v1={good}"), false),
            (format!("t={},v1={good}", i64::MIN), false),
            (String::new(), false),
        ];
        for (header, expected) in rows {
            assert_eq!(check(&header, &["whsec_a"]), expected, "{header}");
        }
    }

    #[test]
    fn during_a_rotation_either_secret_will_do_and_an_empty_one_never() {
        let header = |secret: &str| format!("t={NOW},v1={}", sign(secret, NOW, "{}"));
        assert!(check(&header("old"), &["new", "old"]) && check(&header("new"), &["new", "old"]));
        assert!(!check(&header(""), &[""]));
        assert!(!check(&header("old"), &[]));
    }
}
