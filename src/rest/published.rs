//! Texts that are made at the start and the same for everybody: the schema, and what clients are told of it.
//!
//! **Invariant:** public; a text carries the digest of itself as its strong `ETag`, so a copy is good until the text changes.

use axum::{
    http::header,
    response::{IntoResponse, Response},
};
use sha2::{Digest, Sha256};

/// How long a copy is good without asking.
const FRESH: &str = "public, max-age=300";

/// A text as it is sent.
#[derive(Debug, Clone)]
pub(super) struct Published {
    text: &'static str,
    media: &'static str,
    etag: String,
}

impl Published {
    /// Of a media type.
    pub(super) fn new(text: &'static str, media: &'static str) -> Self {
        Self { text, media, etag: format!("\"{}\"", hex::encode(Sha256::digest(text))) }
    }

    /// The whole of it.
    pub(super) fn sent(self) -> Response {
        let headers = [(header::CONTENT_TYPE, self.media), (header::CACHE_CONTROL, FRESH)];
        (headers, [(header::ETAG, self.etag)], self.text).into_response()
    }
}
