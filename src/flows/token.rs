//! The token of a session: shown once, stored as a hash.
//!
//! **Invariant:** `chk_`, the organization's id, a selector that finds the row, and 256 bits of secret, all hex. Only
//! the secret's SHA-256 is stored, and it is compared in constant time. A token never reaches a log line.

use std::fmt;

use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;
use uuid::Uuid;

use super::FlowError;
use crate::{domain::ids::OrganizationId, store::session::TokenTrace};

const PREFIX: &str = "chk_";
const ORGANIZATION_DIGITS: usize = 32;
const SELECTOR_DIGITS: usize = 32;
const SECRET_DIGITS: usize = 64;
/// Two digits a byte.
const TOKEN_BYTES: usize = SELECTOR_DIGITS / 2 + SECRET_DIGITS / 2;

/// A token as a client sent it.
#[derive(Clone)]
pub struct Token {
    /// The tenant that it names.
    pub organization: OrganizationId,
    selector: String,
    secret: String,
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(***)")
    }
}

impl Token {
    /// Draws a new token of an organization.
    pub(super) fn draw(organization: OrganizationId) -> Result<Self, FlowError> {
        let mut bytes = [0_u8; TOKEN_BYTES];
        getrandom::fill(&mut bytes).map_err(|_| FlowError::NoChance)?;
        let (selector, secret) = bytes.split_at(SELECTOR_DIGITS / 2);
        Ok(Self { organization, selector: hex::encode(selector), secret: hex::encode(secret) })
    }

    /// Reads a token; `None` for what can be none.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let digits = text.strip_prefix(PREFIX)?;
        let plain = digits.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte));
        if digits.len() != ORGANIZATION_DIGITS + SELECTOR_DIGITS + SECRET_DIGITS || !plain {
            return None;
        }
        let (organization, rest) = digits.split_at(ORGANIZATION_DIGITS);
        let (selector, secret) = rest.split_at(SELECTOR_DIGITS);
        let organization = OrganizationId::from_uuid(Uuid::try_parse(organization).ok()?);
        Some(Self { organization, selector: selector.to_owned(), secret: secret.to_owned() })
    }

    /// The text to hand out, once.
    pub(super) fn reveal(&self) -> SecretString {
        let organization = self.organization.uuid();
        format!("{PREFIX}{}{}{}", organization.simple(), self.selector, self.secret).into()
    }

    /// The part that finds the row.
    pub(super) fn selector(&self) -> &str {
        &self.selector
    }

    /// What the row keeps of it.
    pub(super) fn trace(&self) -> TokenTrace {
        TokenTrace { selector: self.selector.clone(), hash: sha256(self.secret.as_bytes()) }
    }

    /// Whether it is the token that left this hash.
    pub(super) fn opens(&self, stored_hash: &str) -> bool {
        sha256(self.secret.as_bytes()).as_bytes().ct_eq(stored_hash.as_bytes()).into()
    }
}

/// SHA-256 as hex.
pub(super) fn sha256(bytes: &[u8]) -> String {
    hex::encode(Sha256::digest(bytes))
}

/// Several secrets in one variable, comma separated: two during a rotation.
pub(super) fn split_secrets(secret: &SecretString) -> Vec<SecretString> {
    secret.expose_secret().split(',').map(|part| SecretString::from(part.trim())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_read_back_and_opens_only_its_own_hash() {
        let organization = OrganizationId::from_uuid(Uuid::from_u128(7));
        let (one, other) = (Token::draw(organization).unwrap(), Token::draw(organization).unwrap());
        let read = Token::parse(one.reveal().expose_secret()).unwrap();
        assert_eq!((read.organization, read.selector()), (organization, one.selector()));
        assert!(read.opens(&one.trace().hash) && !other.opens(&one.trace().hash));
        assert!(!format!("{read:?}").contains(&one.secret));
    }

    #[test]
    fn what_can_be_no_token_is_none() {
        let text = Token::draw(OrganizationId::from_uuid(Uuid::from_u128(7))).unwrap().reveal();
        let good = text.expose_secret();
        for bad in [
            "",
            "chk_",
            &good[1..],
            &good[..good.len() - 1],
            &good.to_uppercase(),
            &good.replace("chk_", "ses_"),
        ] {
            assert!(Token::parse(bad).is_none());
        }
    }
}
