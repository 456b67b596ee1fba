//! The address of whoever asks.
//!
//! **Invariant:** what a client writes about itself is not believed: of `X-Forwarded-For` only the part counts that our own
//! proxies appended, and none of it where there are none.

use std::net::{IpAddr, SocketAddr};

use axum::{
    extract::{ConnectInfo, Request, State},
    http::HeaderMap,
    middleware::Next,
    response::Response,
};

use crate::graphql::live::ClientAddress;

/// Says it to whoever answers the request.
pub(super) async fn told(State(proxies): State<usize>, mut request: Request, next: Next) -> Response {
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>().map(|peer| peer.0.ip());
    if let Some(address) = client(peer, request.headers(), proxies) {
        request.extensions_mut().insert(ClientAddress(address));
    }
    next.run(request).await
}

/// The peer, or behind so many proxies what the first of them wrote: each appends whom it serves at the end.
fn client(peer: Option<IpAddr>, headers: &HeaderMap, proxies: usize) -> Option<IpAddr> {
    let Some(place) = proxies.checked_sub(1) else { return peer };
    let lines = headers.get_all("x-forwarded-for").iter().filter_map(|line| line.to_str().ok());
    let all: Vec<&str> = lines.flat_map(|line| line.split(',')).map(str::trim).collect();
    let written = all.iter().rev().nth(place).and_then(|text| {
        let with_port = || text.parse().ok().map(|address: SocketAddr| address.ip());
        text.parse().ok().or_else(with_port)
    });
    written.or(peer)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_our_own_proxies_wrote_is_believed() {
        let peer = Some(IpAddr::from([10, 0, 0, 1]));
        let headers = |lines: &[&str]| {
            let mut headers = HeaderMap::new();
            for line in lines {
                headers.append("x-forwarded-for", line.parse().unwrap());
            }
            headers
        };
        let address = |last: u8| Some(IpAddr::from([192, 0, 2, last]));
        let spoofed = headers(&["192.0.2.66, 192.0.2.7"]);
        assert_eq!(client(peer, &spoofed, 0), peer);
        assert_eq!(client(peer, &spoofed, 1), address(7));
        assert_eq!(client(peer, &headers(&["192.0.2.66, 192.0.2.7", "192.0.2.8"]), 2), address(7));
        assert_eq!(client(peer, &headers(&["192.0.2.7:50123"]), 1), address(7));
        assert_eq!(client(peer, &headers(&["not an address"]), 1), peer);
        assert_eq!(client(peer, &headers(&[]), 1), peer);
    }
}
