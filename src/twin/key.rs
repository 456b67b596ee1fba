//! Keys: whose account a request opens.
//!
//! **Invariant:** only keys of test mode open anything; what looks like a live key is refused and never shown.

use super::error::ApiError;

/// The account a key opens, and whether the key is a publishable one.
pub(super) fn account(token: Option<&str>) -> Result<(String, bool), ApiError> {
    let Some(token) = token else {
        let message = "You did not provide an API key. You need to provide your API key in the Authorization \
                       header, using Bearer auth (e.g. 'Authorization: Bearer YOUR_SECRET_KEY').";
        return Err(ApiError::unauthorized(message));
    };
    if is_secret_key(token) {
        return Ok((token.to_owned(), false));
    }
    let public = token.strip_prefix("pk_test_").map(|rest| format!("sk_test_{rest}"));
    if let Some(secret_key) = public.filter(|key| is_secret_key(key)) {
        return Ok((secret_key, true));
    }
    // Only the end, as Stripe shows it: what was sent here by mistake may be a live key.
    let end: String = token.chars().rev().take(4).collect::<Vec<_>>().into_iter().rev().collect();
    Err(ApiError::unauthorized(&format!("Invalid API Key provided: ****{end}")))
}

/// Whether this is a secret key of test mode.
pub(super) fn is_secret_key(text: &str) -> bool {
    let rest = text.strip_prefix("sk_test_").unwrap_or_default();
    !rest.is_empty() && rest.chars().all(|sign| sign.is_ascii_alphanumeric() || sign == '_')
}

/// The key in an `Authorization` header.
pub(super) fn bearer(value: &str) -> Option<String> {
    value.strip_prefix("Bearer ").map(|token| token.trim().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refused_key_is_not_repeated() {
        let error = account(Some("sk_live_secret1234")).unwrap_err();
        assert_eq!((error.status, error.message().as_str()), (401, "Invalid API Key provided: ****1234"));
    }
}
