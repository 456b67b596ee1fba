//! Where a page came from, as browsers say it.
//!
//! **Invariant:** spelled as a browser serializes it (lower case, no path, no default port), so that equal origins are equal
//! texts and nothing has to be guessed.

use std::{fmt, str::FromStr};

/// The most origins of a merchant.
pub const ORIGINS_MAX: usize = 100;

/// A scheme, a host and, where it is not the scheme's own, a port.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin(String);

/// A text that is no origin.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not an origin as browsers send it, such as https://shop.example.com")]
pub struct InvalidOrigin;

impl Origin {
    /// As text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Origin {
    type Err = InvalidOrigin;

    fn from_str(text: &str) -> Result<Self, InvalidOrigin> {
        let (scheme, rest) = text.split_once("://").ok_or(InvalidOrigin)?;
        let usual = match scheme {
            "https" => "443",
            "http" => "80",
            _ => return Err(InvalidOrigin),
        };
        // The colons of an IPv6 address are in brackets.
        let end = rest.rfind(']').map_or(0, |end| end + 1);
        let (host, port) = match rest.get(end..).and_then(|tail| tail.split_once(':')) {
            Some((tail, port)) => (rest.get(..end + tail.len()).unwrap_or_default(), Some(port)),
            None => (rest, None),
        };
        let is_port = |port: &str| {
            let plain = port.bytes().all(|byte| byte.is_ascii_digit()) && !port.starts_with('0');
            plain && port != usual && port.parse::<u16>().is_ok()
        };
        if text.len() <= 255 && is_host(host) && port.is_none_or(is_port) {
            Ok(Self(text.to_owned()))
        } else {
            Err(InvalidOrigin)
        }
    }
}

fn is_host(host: &str) -> bool {
    if let Some(address) = host.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
        let plain = |byte: u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f' | b':');
        return !address.is_empty() && address.bytes().all(plain);
    }
    let plain = |byte: u8| matches!(byte, b'0'..=b'9' | b'a'..=b'z' | b'-');
    host.split('.').all(|label| !label.is_empty() && label.bytes().all(plain))
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_origin_has_one_spelling() {
        for good in [
            "https://shop.example.com",
            "http://localhost:5173",
            "https://xn--bcher-kva.example",
            "http://127.0.0.1:3000",
            "http://[::1]:3000",
            "https://[2001:db8::1]",
        ] {
            assert_eq!(good.parse::<Origin>().map(|origin| origin.to_string()), Ok(good.to_owned()));
        }
        for bad in [
            "",
            "*",
            "null",
            "shop.example.com",
            "https://",
            "https://shop.example.com/",
            "https://Shop.example.com",
            "https://shop.example.com:443",
            "http://shop.example.com:80",
            "https://shop.example.com:0",
            "https://shop.example.com:08",
            "https://shop.example.com:65536",
            "https://*.example.com",
            "https://a@shop.example.com",
            "https://bücher.example",
            "ftp://shop.example.com",
            "https://a..b",
            "https://[]",
        ] {
            assert!(bad.parse::<Origin>().is_err(), "{bad}");
        }
    }
}
