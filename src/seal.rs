//! Secrets at rest: sealed by a key of the process, each to the place that it stands in.
//!
//! A sealed text is `v1.KEY.HEX`: the id of its key, then a nonce of chance and the ciphertext of XChaCha20-Poly1305.
//!
//! **Invariant:** what was moved to another organization or field, changed by a bit or sealed by a key that is not here
//! does not open, and nothing of it is said. Neither a key nor what was sealed prints.

use std::{fmt, sync::Arc};

use base64::{
    Engine, alphabet,
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig},
};
use chacha20poly1305::{
    Key as Bytes, XChaCha20Poly1305, XNonce,
    aead::{Aead, KeyInit, Payload},
};
use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest, Sha256};

use crate::domain::ids::OrganizationId;

const VERSION: &str = "v1";
const NONCE_BYTES: usize = 24;
const KEY_BYTES: usize = 32;

/// Where a sealed text stands: it opens nowhere else.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// Whose.
    pub organization: OrganizationId,
    /// In which field.
    pub field: Field,
}

/// A field that holds a sealed text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Field {
    /// The key for calls of the provider.
    SecretKey,
    /// A secret that signs webhooks; there may be two.
    WebhookSecret(Slot),
}

/// Which of the two webhook secrets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Slot {
    /// The first.
    One,
    /// The second.
    Two,
}

impl fmt::Display for Field {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::SecretKey => "secret key",
            Self::WebhookSecret(Slot::One) => "webhook secret 1",
            Self::WebhookSecret(Slot::Two) => "webhook secret 2",
        })
    }
}

impl Place {
    /// Part of what is sealed for good: these words never change.
    fn bytes(self) -> Vec<u8> {
        let field = match self.field {
            Field::SecretKey => "secret_key",
            Field::WebhookSecret(Slot::One) => "webhook_secret_1",
            Field::WebhookSecret(Slot::Two) => "webhook_secret_2",
        };
        format!("checkstand {VERSION} {} {field}", self.organization.uuid().simple()).into_bytes()
    }
}

/// Names a key without telling anything of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyId(String);

impl fmt::Display for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Why a text does not open, or none could be sealed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SealError {
    /// It is no sealed text.
    #[error("it is no sealed text")]
    Unreadable,
    /// The key that sealed it is not here.
    #[error("it was sealed by the key {0}, which is not here")]
    UnknownKey(KeyId),
    /// It was changed, or moved from another place.
    #[error("it was changed, or stood in another place")]
    Damaged,
    /// The operating system gave no random bytes.
    #[error("no random bytes")]
    NoChance,
}

/// A text that is no key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not 32 bytes in base64 or hex")]
pub struct NotAKey;

#[derive(Clone)]
struct Key {
    id: KeyId,
    cipher: Arc<XChaCha20Poly1305>,
}

impl Key {
    fn parse(text: &str) -> Result<Self, NotAKey> {
        let text = text.trim();
        let padding = GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent);
        // 64 hex digits would be 48 bytes in base64, so no text is a key in both.
        let bytes = hex::decode(text)
            .or_else(|_| GeneralPurpose::new(&alphabet::STANDARD, padding).decode(text))
            .or_else(|_| GeneralPurpose::new(&alphabet::URL_SAFE, padding).decode(text))
            .map_err(|_| NotAKey)?;
        let key: [u8; KEY_BYTES] = bytes.try_into().map_err(|_| NotAKey)?;
        let hash = Sha256::new().chain_update(b"checkstand key id ").chain_update(key).finalize();
        let id = KeyId(hex::encode(&hash[..4]));
        Ok(Self { id, cipher: Arc::new(XChaCha20Poly1305::new(&Bytes::from(key))) })
    }
}

/// The key that seals, and the one before it, whose texts still open.
#[derive(Clone)]
pub struct Keyring {
    present: Key,
    previous: Option<Key>,
}

impl fmt::Debug for Keyring {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Keyring").field("present", &self.present.id).finish_non_exhaustive()
    }
}

impl Keyring {
    /// Of 32 bytes as text.
    pub fn of(present: &str) -> Result<Self, NotAKey> {
        Ok(Self { present: Key::parse(present)?, previous: None })
    }

    /// With the key before it.
    pub fn with_previous(self, previous: &str) -> Result<Self, NotAKey> {
        Ok(Self { previous: Some(Key::parse(previous)?), ..self })
    }

    /// The key that seals.
    #[must_use]
    pub const fn present(&self) -> &KeyId {
        &self.present.id
    }

    /// Seals a text to a place.
    pub fn seal(&self, place: Place, text: &SecretString) -> Result<String, SealError> {
        let mut nonce = [0_u8; NONCE_BYTES];
        getrandom::fill(&mut nonce).map_err(|_| SealError::NoChance)?;
        let payload = Payload { msg: text.expose_secret().as_bytes(), aad: &place.bytes() };
        let sealed = self.present.cipher.encrypt(&XNonce::from(nonce), payload);
        let sealed = sealed.map_err(|_| SealError::Unreadable)?;
        Ok(format!("{VERSION}.{}.{}{}", self.present.id, hex::encode(nonce), hex::encode(sealed)))
    }

    /// Opens what was sealed to this place.
    pub fn open(&self, place: Place, sealed: &str) -> Result<SecretString, SealError> {
        let (id, body) = parts(sealed)?;
        let keys = std::iter::once(&self.present).chain(&self.previous);
        let key = keys.into_iter().find(|key| key.id == id).ok_or(SealError::UnknownKey(id))?;
        let body = hex::decode(body).map_err(|_| SealError::Unreadable)?;
        let (nonce, msg) = body.split_first_chunk::<NONCE_BYTES>().ok_or(SealError::Unreadable)?;
        let payload = Payload { msg, aad: &place.bytes() };
        let text = key.cipher.decrypt(&XNonce::from(*nonce), payload).map_err(|_| SealError::Damaged)?;
        String::from_utf8(text).map(SecretString::from).map_err(|_| SealError::Unreadable)
    }
}

/// The key that a text was sealed by.
pub fn key_of(sealed: &str) -> Result<KeyId, SealError> {
    parts(sealed).map(|(id, _)| id)
}

fn parts(sealed: &str) -> Result<(KeyId, &str), SealError> {
    let rest = sealed.strip_prefix(VERSION).and_then(|rest| rest.strip_prefix('.'));
    let (id, body) = rest.and_then(|rest| rest.split_once('.')).ok_or(SealError::Unreadable)?;
    // It is printed, so it is held to its form.
    let is_id = id.len() == 8 && id.bytes().all(|sign| sign.is_ascii_hexdigit());
    if is_id { Ok((KeyId(id.to_owned()), body)) } else { Err(SealError::Unreadable) }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &str = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
    const SAME: &str = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";
    const OTHER: &str = "ff0102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";

    fn place(organization: u128, field: Field) -> Place {
        Place { organization: OrganizationId::from_uuid(uuid::Uuid::from_u128(organization)), field }
    }

    fn opened(ring: &Keyring, place: Place, sealed: &str) -> Result<String, SealError> {
        ring.open(place, sealed).map(|text| text.expose_secret().to_owned())
    }

    #[test]
    fn a_text_comes_back_in_its_place_and_only_there() {
        let ring = Keyring::of(KEY).unwrap();
        let home = place(7, Field::SecretKey);
        for text in ["sk_test_hush", "", "žluťoučký"] {
            let sealed = ring.seal(home, &text.into()).unwrap();
            assert_eq!(opened(&ring, home, &sealed).as_deref(), Ok(text));
            let elsewhere = [
                place(8, Field::SecretKey),
                place(7, Field::WebhookSecret(Slot::One)),
                place(7, Field::WebhookSecret(Slot::Two)),
            ];
            for other in elsewhere {
                assert_eq!(opened(&ring, other, &sealed), Err(SealError::Damaged), "{other:?}");
            }
        }
        let twice = [(); 2].map(|()| ring.seal(home, &"sk_test_hush".into()).unwrap());
        assert_ne!(twice[0], twice[1], "a nonce was used again");
    }

    #[test]
    fn a_flipped_bit_anywhere_keeps_it_shut() {
        let ring = Keyring::of(KEY).unwrap();
        let home = place(7, Field::SecretKey);
        let sealed = ring.seal(home, &"sk_test_hush".into()).unwrap();
        for at in 0..sealed.len() {
            let mut bytes = sealed.clone().into_bytes();
            bytes[at] = if bytes[at] == b'0' { b'1' } else { b'0' };
            let bent = String::from_utf8(bytes).unwrap();
            assert!(opened(&ring, home, &bent).is_err(), "{at}");
        }
        for cut in ["", "v1", "v1.", "v1..", "v1.00000000.", "v1.00000000", "v2.00000000.00", &sealed[..60]] {
            assert!(opened(&ring, home, cut).is_err(), "{cut}");
        }
    }

    #[test]
    fn the_key_before_still_opens_and_one_that_is_gone_is_named() {
        let home = place(7, Field::WebhookSecret(Slot::One));
        let old = Keyring::of(OTHER).unwrap();
        let sealed = old.seal(home, &"whsec_hush".into()).unwrap();
        let both = Keyring::of(KEY).unwrap().with_previous(OTHER).unwrap();
        assert_eq!(opened(&both, home, &sealed).as_deref(), Ok("whsec_hush"));
        assert_eq!(key_of(&sealed).as_ref(), Ok(old.present()));
        let anew = both.seal(home, &"whsec_hush".into()).unwrap();
        assert_eq!(key_of(&anew).as_ref(), Ok(both.present()));
        let new = Keyring::of(SAME).unwrap();
        assert_eq!(opened(&new, home, &anew).as_deref(), Ok("whsec_hush"));
        assert_eq!(opened(&new, home, &sealed), Err(SealError::UnknownKey(old.present().clone())));
    }

    #[test]
    fn only_32_bytes_are_a_key_and_no_key_prints() {
        for good in [KEY, KEY.trim_end_matches('='), &format!("{KEY}\n"), SAME, &SAME.to_uppercase()] {
            assert_eq!(Keyring::of(good).unwrap().present(), Keyring::of(SAME).unwrap().present());
        }
        for bad in ["", "hush", &SAME[2..], &format!("{SAME}00"), &KEY[4..], &"?".repeat(43)] {
            assert_eq!(Keyring::of(bad).err(), Some(NotAKey), "{bad}");
        }
        let printed = format!("{:?}", Keyring::of(KEY).unwrap().with_previous(OTHER).unwrap());
        assert!(
            !printed.contains("0001") && !printed.contains("AAEC") && !printed.contains("[0, 1"),
            "{printed}"
        );
    }
}
