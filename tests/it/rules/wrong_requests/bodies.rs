//! Wrong bodies: of another type, too long, compressed, no JSON, no text.

use serde_json::json;

/// What it is, the method, headers, the body, the status and the code.
type Row = (String, &'static str, Vec<(&'static str, &'static str)>, Vec<u8>, u16, &'static str);

const JSON: (&str, &str) = ("content-type", "application/json");

/// `{"query":"{ __typename }"}`, compressed.
const GZIP: &[u8] =
    &[0x1f, 0x8b, 0x08, 0, 0, 0, 0, 0, 0, 3, 0xab, 0x56, 0x2a, 0x2c, 0x4d, 0x2d, 0xaa, 0x54, 0xb2];

/// All wrong bodies.
pub fn rows(token: &str) -> Vec<Row> {
    let good = json!({ "query": "{ __typename }" }).to_string();
    let cancel = json!({ "query": format!("mutation {{ checkoutSessionCancel(token: \"{token}\") {{ userErrors {{ code }} }} }}") });
    let mut rows: Vec<Row> = Vec::new();
    let mut row =
        |what: &str, method, headers: &[(&'static str, &'static str)], body: &[u8], status, code| {
            rows.push((what.to_owned(), method, headers.to_vec(), body.to_vec(), status, code));
        };
    for kind in [
        "text/plain",
        "application/graphql",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "application/json; charset=utf-16",
        "application/jsonx",
        "json",
        "",
    ] {
        row(
            &format!("content type {kind:?}"),
            "POST",
            &[("content-type", kind)],
            good.as_bytes(),
            415,
            "UNSUPPORTED_MEDIA_TYPE",
        );
    }
    row("no content type", "POST", &[], good.as_bytes(), 415, "UNSUPPORTED_MEDIA_TYPE");
    row(
        "an answer as a picture",
        "POST",
        &[JSON, ("accept", "image/png")],
        good.as_bytes(),
        406,
        "NOT_ACCEPTABLE",
    );
    let nested = |open: &str, close: &str| format!("{}{}", open.repeat(50_000), close.repeat(50_000));
    for (what, body) in [
        ("an empty body", Vec::new()),
        ("a number", b"7".to_vec()),
        ("a batch", format!("[{}]", vec![cancel.to_string(); 500].join(",")).into_bytes()),
        ("a batch of one", format!("[{cancel}]").into_bytes()),
        ("two objects", format!("{good}{good}").into_bytes()),
        ("arrays nested 50,000 deep", nested("[", "]").into_bytes()),
        (
            "variables nested 1,000 deep",
            format!(
                "{{\"query\":\"{{ __typename }}\",\"variables\":{{\"a\":{}{}}}}}",
                "[".repeat(1_000),
                "]".repeat(1_000)
            )
            .into_bytes(),
        ),
        ("invalid UTF-8", b"{\"query\":\"{ __typename } # \xff\xfe\"}".to_vec()),
        ("a lone surrogate", br#"{"query":"{ __typename } # \ud800"}"#.to_vec()),
        (
            "a surrogate the wrong way round",
            br#"{"query":"{ __typename }","variables":{"a":"\udc00\ud800"}}"#.to_vec(),
        ),
        ("a raw NUL", b"{\"query\":\"{ __typename }\0\"}".to_vec()),
        ("a byte order mark", [b"\xef\xbb\xbf", good.as_bytes()].concat()),
        ("a comment", b"{/* */\"query\":\"{ __typename }\"}".to_vec()),
        ("NaN", br#"{"query":"{ __typename }","variables":{"a":NaN}}"#.to_vec()),
        ("a number of 10^999999", br#"{"query":"{ __typename }","variables":{"a":1e999999}}"#.to_vec()),
        ("a query that is none", br#"{"query":{"a":1}}"#.to_vec()),
        ("no query", br#"{"variables":{}}"#.to_vec()),
        ("variables that are a list", br#"{"query":"{ __typename }","variables":[]}"#.to_vec()),
        ("variables that are text", br#"{"query":"{ __typename }","variables":"{}"}"#.to_vec()),
        ("a name that is a number", br#"{"query":"{ __typename }","operationName":7}"#.to_vec()),
        ("extensions that are a list", br#"{"query":"{ __typename }","extensions":[1]}"#.to_vec()),
    ] {
        row(what, "POST", &[JSON], &body, 400, "BAD_REQUEST");
    }
    row("a compressed body", "POST", &[JSON, ("content-encoding", "gzip")], GZIP, 400, "BAD_REQUEST");
    row("257 KiB", "POST", &[JSON], &vec![b' '; 257 * 1024], 413, "PAYLOAD_TOO_LARGE");
    row("10 MB", "POST", &[JSON], &vec![b' '; 10 * 1024 * 1024], 413, "PAYLOAD_TOO_LARGE");
    for method in ["PUT", "DELETE", "PATCH", "TRACE"] {
        row(method, method, &[JSON], good.as_bytes(), 405, "METHOD_NOT_ALLOWED");
    }
    rows
}
