//! Which pages may ask for a merchant.
//!
//! **Invariant:** a page of this server itself may always ask, and so may whoever is no browser and sends no origin: nothing
//! here is allowed by a cookie, so an origin keeps other people's pages from using a shop, and is no proof of anybody.

use axum::http::{HeaderMap, header};

use crate::domain::{origin::Origin, tenant::Organization};

/// Where a request came from, as its browser says.
#[derive(Debug, Clone, Default)]
pub(super) struct Asked {
    origin: Option<String>,
    host: Option<String>,
}

impl Asked {
    /// From the headers of a request or of a handshake. An origin that is no text, or several, is nobody's.
    pub(super) fn from_headers(headers: &HeaderMap) -> Self {
        let text = |name| {
            let mut all = headers.get_all(name).iter();
            let first = all.next()?;
            let one = if all.next().is_none() { first.to_str().ok() } else { None };
            Some(one.unwrap_or_default().to_owned())
        };
        Self { origin: text(header::ORIGIN), host: text(header::HOST) }
    }

    /// Whether such a page may ask for a merchant, on a server with this public address.
    pub(super) fn fits(&self, of: &Organization, public_url: &str) -> bool {
        let Some(listed) = &of.settings.allowed_origins else { return true };
        let Some(origin) = &self.origin else { return true };
        listed.iter().any(|one| one.as_str() == origin) || self.is_own(origin, public_url)
    }

    fn is_own(&self, origin: &str, public_url: &str) -> bool {
        let Ok(origin) = origin.parse::<Origin>() else { return false };
        let authority = |url: &str| {
            let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
            rest.split('/').next().unwrap_or_default().to_owned()
        };
        let own = authority(origin.as_str());
        // Behind a proxy the scheme of the page is not known, only the host that it asked.
        self.host.as_ref().is_some_and(|host| *host == own) || authority(public_url) == own
    }
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;
    use crate::domain::{ids::OrganizationId, tenant::Settings};

    fn asked(headers: &[(header::HeaderName, &'static str)]) -> Asked {
        let pairs = headers.iter().map(|(name, value)| (name.clone(), HeaderValue::from_static(value)));
        let mut all = HeaderMap::new();
        for (name, value) in pairs {
            all.append(name, value);
        }
        Asked::from_headers(&all)
    }

    #[test]
    fn only_a_listed_page_asks_and_the_servers_own_and_no_page() {
        let mut shop = Organization {
            id: OrganizationId::from_uuid(uuid::Uuid::nil()),
            slug: "shop".parse().unwrap(),
            name: "Shop".to_owned(),
            settings: Settings::for_currency("EUR".parse().unwrap()),
            terms_version: 1,
            documents_version: 0,
            suspended: false,
        };
        let public = "https://api.example.com/checkout";
        let fits = |shop: &Organization, headers: &[(header::HeaderName, &'static str)]| {
            asked(headers).fits(shop, public)
        };
        let from = |origin| [(header::ORIGIN, origin)];
        assert!(fits(&shop, &from("https://anywhere.example")), "nothing is listed");
        shop.settings.allowed_origins = Some(vec!["https://shop.example.com".parse().unwrap()]);
        assert!(fits(&shop, &from("https://shop.example.com")));
        assert!(fits(&shop, &from("https://api.example.com")), "the public address");
        assert!(fits(&shop, &[]), "no browser");
        let own = [(header::ORIGIN, "http://127.0.0.1:8080"), (header::HOST, "127.0.0.1:8080")];
        assert!(fits(&shop, &own), "the host that was asked");
        for other in [
            "https://evil.example",
            "http://shop.example.com",
            "https://shop.example.com.evil.example",
            "null",
            "",
        ] {
            assert!(!fits(&shop, &from(other)), "{other}");
        }
        let two = [(header::ORIGIN, "https://shop.example.com"), (header::ORIGIN, "https://evil.example")];
        assert!(!fits(&shop, &two), "two are none");
        shop.settings.allowed_origins = Some(Vec::new());
        assert!(!fits(&shop, &from("https://shop.example.com")), "a list of none");
    }
}
