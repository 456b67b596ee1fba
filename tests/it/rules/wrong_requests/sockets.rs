//! Wrong conversations: lying lengths, thousands of headers, no HTTP at all.
//!
//! What the HTTP library refuses before there is a request has a status and no body.

/// What it is, the bytes, the status and the code.
type Row = (String, Vec<u8>, u16, &'static str);

const GOOD: &str = r#"{"query":"{ shippingZones { id } }"}"#;

fn post(slug: &[u8], more: &str, body: &[u8]) -> Vec<u8> {
    let head = "POST /graphql HTTP/1.1\r\nhost: shop.example\r\nconnection: close\r\ncontent-type: application/json\r\nx-organization-slug: ";
    [head.as_bytes(), slug, b"\r\n", more.as_bytes(), b"\r\n", body].concat()
}

fn with_length(slug: &[u8], length: usize) -> Vec<u8> {
    post(slug, &format!("content-length: {length}\r\n"), GOOD.as_bytes())
}

/// Half of a body, the rest of which is announced.
pub fn half_a_body(slug: &str) -> Vec<u8> {
    with_length(slug.as_bytes(), GOOD.len() * 2)
}

/// All wrong conversations.
pub fn rows(slug: &str) -> Vec<Row> {
    let own = slug.as_bytes();
    let fits = |slug: &[u8]| with_length(slug, GOOD.len());
    let chunk = |size: usize| format!("{size:x}\r\n{}\r\n0\r\n\r\n", " ".repeat(size)).into_bytes();
    let chunked = "transfer-encoding: chunked\r\n";
    let many =
        |count: usize| (0..count).map(|n| format!("x-{n}: y")).collect::<Vec<_>>().join("\r\n") + "\r\n";
    let mut rows: Vec<Row> = [
        ("a length too long", with_length(own, GOOD.len() * 2), 400, "BAD_REQUEST"),
        ("a length too short", with_length(own, GOOD.len() / 2), 400, "BAD_REQUEST"),
        ("no length", post(own, "", GOOD.as_bytes()), 400, "BAD_REQUEST"),
        ("a length of 10^30", post(own, "content-length: 1000000000000000000000000000000\r\n", b""), 400, ""),
        ("a length below zero", post(own, "content-length: -1\r\n", b""), 400, ""),
        ("two lengths", post(own, "content-length: 7\r\ncontent-length: 8\r\n", b""), 400, ""),
        ("a length of 10 MB and no body", post(own, "content-length: 10485760\r\n", b""), 400, "BAD_REQUEST"),
        ("10 MB in chunks", post(own, chunked, &chunk(10 * 1024 * 1024)), 413, "PAYLOAD_TOO_LARGE"),
        ("a chunk without end", post(own, chunked, b"ffffffffffffffffff\r\n"), 400, "BAD_REQUEST"),
        ("half a chunk", post(own, chunked, b"ff\r\n{"), 400, "BAD_REQUEST"),
        ("10,000 headers", post(own, &many(10_000), b""), 431, ""),
        ("101 headers", post(own, &many(101), b""), 431, ""),
        ("a header of 1 MB", post(own, &format!("x-a: {}\r\n", "a".repeat(1024 * 1024)), b""), 431, ""),
        (
            "an address of 100 kB",
            format!("GET /graphql?query={} HTTP/1.1\r\nhost: a\r\n\r\n", "a".repeat(100_000)).into_bytes(),
            414,
            "",
        ),
        ("a NUL in a header", post(own, "x-a: a\0b\r\n", b""), 400, ""),
        ("a header without a name", post(own, ": a\r\n", b""), 400, ""),
        ("no HTTP", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n".to_vec(), 400, ""),
        ("HTTP of another age", b"HELLO\r\n\r\n".to_vec(), 400, ""),
    ]
    .map(|(what, bytes, status, code)| (what.to_owned(), bytes, status, code))
    .into();
    let long = "a".repeat(10 * 1024);
    let alike = slug.replace('a', "а").into_bytes();
    let slugs: [&[u8]; 9] = [
        &alike,
        b"\xff\xfe",
        long.as_bytes(),
        b"../shop-a",
        b"SHOP-A",
        b"shop-a,shop-b",
        b"shop-a%00",
        b"'--",
        b"",
    ];
    for wrong in slugs {
        let what = format!("the slug {}", String::from_utf8_lossy(&wrong[..wrong.len().min(20)]));
        rows.push((what, fits(wrong), 200, "ORGANIZATION_NOT_FOUND"));
    }
    let twice = post(
        own,
        &format!("x-organization-slug: {slug}\r\ncontent-length: {}\r\n", GOOD.len()),
        GOOD.as_bytes(),
    );
    rows.push(("the slug twice".into(), twice, 200, "ORGANIZATION_NOT_FOUND"));
    rows
}
