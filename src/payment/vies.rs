//! VIES, by which the European Commission passes questions on to the registries of the member states.
//!
//! **Invariant:** only a plain yes or no counts. The service tells its own faults, and those of the member state's
//! registry, with a status of success and a word in `errorWrappers` (`MS_UNAVAILABLE`, `MS_MAX_CONCURRENT_REQ`,
//! `TIMEOUT`, ...), so a body decides and a status never says yes. A question is asked once; the caller says for how long.

use async_trait::async_trait;
use axum::{
    body::Bytes,
    http::{Request, StatusCode, header},
};
use http_body_util::{BodyExt, Full, Limited};
use serde::{Deserialize, Serialize};

use super::{
    registry::Registry,
    transport::{Https, https},
};
use crate::domain::vat::{Registration, VatNumber};

const ANSWER_MAX_BYTES: usize = 64 * 1024;
/// What the service says of a number that is none to it; all its other words are faults.
const NO_NUMBER: &str = "INVALID_INPUT";

/// The service at an address.
pub struct Vies {
    base: String,
    client: Https,
}

impl Vies {
    /// At an address such as `https://ec.europa.eu/taxation_customs/vies/rest-api`.
    #[must_use]
    pub fn at(base: &str) -> Self {
        Self { base: base.trim_end_matches('/').to_owned(), client: https() }
    }

    async fn ask(&self, number: &VatNumber) -> Result<(StatusCode, Bytes), &'static str> {
        let asked = Question { country_code: number.prefix(), vat_number: number.rest() };
        let body = serde_json::to_vec(&asked).map_err(|_| "the question cannot be written")?;
        let request = Request::post(format!("{}/check-vat-number", self.base))
            .header(header::CONTENT_TYPE, "application/json")
            .header(header::ACCEPT, "application/json")
            .body(Full::from(body))
            .map_err(|_| "its address is none")?;
        let answer = self.client.request(request).await.map_err(|_| "it cannot be reached")?;
        let status = answer.status();
        let body = Limited::new(answer.into_body(), ANSWER_MAX_BYTES).collect().await;
        body.map(|body| (status, body.to_bytes())).map_err(|_| "its answer did not arrive whole")
    }
}

#[async_trait]
impl Registry for Vies {
    async fn look_up(&self, number: &VatNumber) -> Registration {
        let answered = self.ask(number).await;
        let read = answered.map_err(str::to_owned).and_then(|(status, body)| read(status, &body));
        read.unwrap_or_else(|fault| {
            tracing::warn!(fault, "the registry of VAT numbers did not say: {fault}");
            Registration::Unknown
        })
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Question<'a> {
    country_code: &'a str,
    vat_number: &'a str,
}

/// Name, address and number come back, too; nobody here needs them.
#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
struct Answer {
    valid: Option<bool>,
    user_error: Option<String>,
    error_wrappers: Vec<Fault>,
}

#[derive(Deserialize)]
struct Fault {
    error: Option<String>,
}

/// What an answer says, or the fault that it tells.
fn read(status: StatusCode, body: &[u8]) -> Result<Registration, String> {
    let answer: Answer =
        serde_json::from_slice(body).map_err(|_| format!("{status}, and nothing that can be read"))?;
    let told = answer.error_wrappers.into_iter().next().and_then(|fault| fault.error).or(answer.user_error);
    // With an answer, the word repeats it.
    let fault = told.filter(|word| word != "VALID" && word != "INVALID");
    match (fault, answer.valid) {
        (Some(word), _) if word == NO_NUMBER => Ok(Registration::Invalid),
        (Some(word), _) => Err(plain(&word)),
        (None, Some(true)) if status.is_success() => Ok(Registration::Valid),
        (None, Some(false)) if status.is_success() => Ok(Registration::Invalid),
        (None, _) => Err(format!("{status}, and neither yes nor no")),
    }
}

/// A word of theirs as it may be logged: one that could hold a number is not repeated.
fn plain(word: &str) -> String {
    let known = word.bytes().all(|sign| sign.is_ascii_uppercase() || sign == b'_');
    if known { word.to_owned() } else { "a fault without a plain name".to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_plain_yes_or_no_counts() {
        let rows = [
            (
                200,
                r#"{"countryCode":"AT","vatNumber":"U12345678","valid":true,"name":"GmbH"}"#,
                Ok(Registration::Valid),
            ),
            (200, r#"{"valid":true,"userError":"VALID"}"#, Ok(Registration::Valid)),
            (200, r#"{"valid":false,"name":"---","address":"---"}"#, Ok(Registration::Invalid)),
            (200, r#"{"valid":false,"userError":"INVALID"}"#, Ok(Registration::Invalid)),
            (
                200,
                r#"{"actionSucceed":false,"errorWrappers":[{"error":"INVALID_INPUT"}]}"#,
                Ok(Registration::Invalid),
            ),
            (
                200,
                r#"{"actionSucceed":false,"errorWrappers":[{"error":"MS_UNAVAILABLE"}]}"#,
                Err("MS_UNAVAILABLE"),
            ),
            (
                400,
                r#"{"errorWrappers":[{"error":"GLOBAL_MAX_CONCURRENT_REQ","message":"x"}]}"#,
                Err("GLOBAL_MAX_CONCURRENT_REQ"),
            ),
            (200, r#"{"valid":false,"userError":"MS_UNAVAILABLE"}"#, Err("MS_UNAVAILABLE")),
            (200, r#"{"valid":true,"userError":"TIMEOUT"}"#, Err("TIMEOUT")),
            (
                200,
                r#"{"valid":true,"errorWrappers":[{"error":"U12345678?"}]}"#,
                Err("a fault without a plain name"),
            ),
            (200, r#"{"valid":null}"#, Err("200 OK, and neither yes nor no")),
            (200, "\"valid\"", Err("200 OK, and nothing that can be read")),
            (503, r#"{"valid":true}"#, Err("503 Service Unavailable, and neither yes nor no")),
            (502, "<html>", Err("502 Bad Gateway, and nothing that can be read")),
        ];
        for (status, body, expected) in rows {
            let status = StatusCode::from_u16(status).unwrap();
            assert_eq!(read(status, body.as_bytes()), expected.map_err(str::to_owned), "{body}");
        }
    }
}
