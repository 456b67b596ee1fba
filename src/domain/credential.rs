//! Which keys of a payment provider are which, told by how they begin.
//!
//! **Invariant:** a key is taken for what it says it is and for nothing else; what is said of one that is refused does not
//! repeat it.

/// Which of the provider's two worlds a key belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// No money moves.
    Test,
    /// Money moves.
    Live,
}

impl Mode {
    /// Of an account that says whether it is live.
    #[must_use]
    pub const fn of(live: bool) -> Self {
        if live { Self::Live } else { Self::Test }
    }

    /// Whether money moves.
    #[must_use]
    pub fn is_live(self) -> bool {
        self == Self::Live
    }
}

impl std::fmt::Display for Mode {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Test => "test",
            Self::Live => "live",
        })
    }
}

/// Why a text is not the key that was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Unfit {
    /// Nothing is there.
    #[error("it is empty")]
    Empty,
    /// Too long, or with signs that no key has.
    #[error("it holds signs that no key has, or too many")]
    Signs,
    /// A publishable key.
    #[error("it is a publishable key (pk_…)")]
    Publishable,
    /// A secret key.
    #[error("it is a secret key (sk_… or rk_…)")]
    Secret,
    /// A webhook secret.
    #[error("it is a webhook secret (whsec_…)")]
    Webhook,
    /// None of these.
    #[error(
        "it begins like no key: secret keys begin with sk_test_, sk_live_, rk_test_ or rk_live_, publishable ones with pk_test_ or pk_live_, webhook secrets with whsec_"
    )]
    Unknown,
}

/// The longest key taken.
const KEY_MAX: usize = 255;

/// What a key begins with, and what that says.
const PREFIXES: [(&str, Unfit, Mode); 6] = [
    ("sk_test_", Unfit::Secret, Mode::Test),
    ("sk_live_", Unfit::Secret, Mode::Live),
    ("rk_test_", Unfit::Secret, Mode::Test),
    ("rk_live_", Unfit::Secret, Mode::Live),
    ("pk_test_", Unfit::Publishable, Mode::Test),
    ("pk_live_", Unfit::Publishable, Mode::Live),
];

/// Reads a secret key.
pub fn secret_key(text: &str) -> Result<Mode, Unfit> {
    key(text, Unfit::Secret)
}

/// Reads a publishable key.
pub fn publishable_key(text: &str) -> Result<Mode, Unfit> {
    key(text, Unfit::Publishable)
}

/// Reads a secret that signs webhooks. It does not say its world.
pub fn webhook_secret(text: &str) -> Result<(), Unfit> {
    match kind(text)? {
        (Unfit::Webhook, _) => Ok(()),
        (other, _) => Err(other),
    }
}

fn key(text: &str, wanted: Unfit) -> Result<Mode, Unfit> {
    match kind(text)? {
        (found, Some(mode)) if found == wanted => Ok(mode),
        (other, _) => Err(other),
    }
}

fn kind(text: &str) -> Result<(Unfit, Option<Mode>), Unfit> {
    if text.is_empty() {
        return Err(Unfit::Empty);
    }
    if text.len() > KEY_MAX || !text.bytes().all(|sign| sign.is_ascii_graphic() && sign != b',') {
        return Err(Unfit::Signs);
    }
    let more = |prefix: &str| text.strip_prefix(prefix).is_some_and(|rest| !rest.is_empty());
    let known = PREFIXES.iter().find(|(prefix, ..)| more(prefix)).map(|&(_, kind, mode)| (kind, Some(mode)));
    known.or_else(|| more("whsec_").then_some((Unfit::Webhook, None))).ok_or(Unfit::Unknown)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_what_its_beginning_says() {
        let rows = [
            ("sk_test_1", Ok(Mode::Test), Err(Unfit::Secret), Err(Unfit::Secret)),
            ("rk_live_1", Ok(Mode::Live), Err(Unfit::Secret), Err(Unfit::Secret)),
            ("pk_live_1", Err(Unfit::Publishable), Ok(Mode::Live), Err(Unfit::Publishable)),
            ("whsec_1", Err(Unfit::Webhook), Err(Unfit::Webhook), Ok(())),
        ];
        for (text, secret, publishable, webhook) in rows {
            let read = (secret_key(text), publishable_key(text), webhook_secret(text));
            assert_eq!(read, (secret, publishable, webhook), "{text}");
        }
    }

    #[test]
    fn what_is_no_key_says_why_and_is_not_repeated() {
        let long = format!("sk_test_{}", "a".repeat(KEY_MAX));
        let rows = [
            ("", Unfit::Empty),
            ("sk_test_", Unfit::Unknown),
            ("whsec_", Unfit::Unknown),
            ("SK_TEST_hush", Unfit::Unknown),
            ("hush", Unfit::Unknown),
            ("sk_test_hush sk_test_hush", Unfit::Signs),
            ("sk_test_hush,sk_test_hush", Unfit::Signs),
            ("sk_test_húsh", Unfit::Signs),
            ("sk_test_hush\nmore", Unfit::Signs),
            (&long, Unfit::Signs),
        ];
        for (text, why) in rows {
            let read = (secret_key(text), publishable_key(text), webhook_secret(text));
            assert_eq!(read, (Err(why), Err(why), Err(why)), "{text}");
            assert!(!why.to_string().contains("hush"));
        }
    }
}
