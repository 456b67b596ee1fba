//! Wrong documents: too deep, too wide, doubled, circular, or none at all.

use std::fmt::Write;

use serde_json::{Value, json};

use super::NOT_OF_THE_SCHEMA;

/// What it is, the document, its variables and the code.
type Row = (String, String, Value, &'static str);

const TOO_COMPLEX: &str = "QUERY_TOO_COMPLEX";
const NOT_VALID: &str = "GRAPHQL_VALIDATION_FAILED";
const NO_GRAPHQL: &str = "GRAPHQL_PARSE_FAILED";

fn numbered(count: usize, text: impl Fn(usize) -> String) -> String {
    (0..count).fold(String::new(), |mut all, n| {
        let _ = write!(all, " {}", text(n));
        all
    })
}

/// All wrong documents.
pub fn rows(token: &str) -> Vec<Row> {
    let session = |n: usize| format!("a{n}: checkoutSession(token: \"{token}\") {{ id }}");
    let bind =
        |n: usize| format!("a{n}: checkoutSessionBind(token: \"{token}\") {{ userErrors {{ code }} }}");
    let create = "checkoutSessionCreate(draft: { lines: [{ sku: \"MUG-SET\", quantity: 1 }] }) { token }";
    let nested = |open: &str, close: &str, depth: usize| {
        format!("{{ products(filter: {}1{}) {{ totalCount }} }}", open.repeat(depth), close.repeat(depth))
    };
    let deep =
        |open: &str, depth: usize| format!("{{ {}__typename{} }}", open.repeat(depth), " }".repeat(depth));
    let doubling = |levels: usize| {
        let spread = numbered(levels, |n| format!("fragment F{n} on Query {{ ...F{m} ...F{m} }}", m = n + 1));
        format!("{{ ...F0 }} {spread} fragment F{levels} on Query {{ __typename }}")
    };
    let rows = [
        ("1,000 levels", deep("organization { ", 1_000), TOO_COMPLEX),
        ("50 levels of inline fragments", deep("... on Query { ", 50), TOO_COMPLEX),
        ("63 levels of inline fragments", deep("... { ", 62), TOO_COMPLEX),
        ("a list nested 3,000 deep", nested("[", "]", 3_000), TOO_COMPLEX),
        ("an object nested 3,000 deep", nested("{ a: ", "}", 3_000), TOO_COMPLEX),
        (
            "a default nested 3,000 deep",
            format!("query($a: [Int] = {}{}) {{ __typename }}", "[".repeat(3_000), "]".repeat(3_000)),
            TOO_COMPLEX,
        ),
        (
            "a type nested 3,000 deep",
            format!("query($a: {}Int{}) {{ __typename }}", "[".repeat(3_000), "]".repeat(3_000)),
            TOO_COMPLEX,
        ),
        ("1,000 aliases", format!("{{{}}}", numbered(1_000, session)), TOO_COMPLEX),
        ("31 aliases", format!("{{{}}}", numbered(31, session)), TOO_COMPLEX),
        ("10,000 aliases", format!("{{{}}}", numbered(10_000, |n| format!("a{n}:__typename"))), TOO_COMPLEX),
        ("1,000 binds", format!("mutation {{{}}}", numbered(100, bind)), NOT_VALID),
        ("two creates", format!("mutation {{ a: {create} b: {create} }}"), NOT_VALID),
        (
            "two creates in fragments",
            format!("mutation {{ ...F ...F }} fragment F on Mutation {{ {create} }}"),
            NOT_VALID,
        ),
        (
            "10,000 directives",
            format!("{{ __typename {} }}", "@include(if: true) ".repeat(10_000)),
            TOO_COMPLEX,
        ),
        ("51 directives", format!("{{ __typename {} }}", "@skip(if: false) ".repeat(51)), TOO_COMPLEX),
        (
            "2,400 unused variables",
            format!("query({}) {{ __typename }}", numbered(2_400, |n| format!("$a{n}: Int"))),
            NOT_VALID,
        ),
        (
            "10,000 variables",
            format!("query({}) {{ __typename }}", numbered(10_000, |n| format!("$a{n}: Int"))),
            TOO_COMPLEX,
        ),
        ("4,000 unknown fields", format!("{{{}}}", numbered(4_000, |n| format!("f{n}"))), NOT_VALID),
        ("fragments that double 24 times", doubling(24), TOO_COMPLEX),
        ("fragments that double 300 times", doubling(300), TOO_COMPLEX),
        ("a fragment of itself", "{ ...F } fragment F on Query { ...F }".into(), TOO_COMPLEX),
        (
            "a circle of fragments",
            "{ ...A } fragment A on Query { ...B } fragment B on Query { ...A }".into(),
            TOO_COMPLEX,
        ),
        (
            "a circle that nobody enters",
            "{ __typename } fragment A on Query { ...B } fragment B on Query { ...A }".into(),
            TOO_COMPLEX,
        ),
        ("a page of a million", "{ products(first: 1000000) { totalCount } }".into(), "BAD_REQUEST"),
        (
            "pages in pages",
            "{ products(first: 100) { nodes { variants(first: 100) { nodes { id sku title } } } } }".into(),
            TOO_COMPLEX,
        ),
        ("a brace too many", "{ __typename }}".into(), NO_GRAPHQL),
        ("a lone surrogate", "{ product(by: { slug: \"\\uD800\" }) { id } }".into(), NO_GRAPHQL),
        ("a string without end", format!("{{ product(by: {{ slug: \"{}", "x".repeat(200_000)), NO_GRAPHQL),
        (
            "two subscriptions",
            "subscription { a: checkoutSessionUpdated(token: \"x\") { id } b: orderUpdated(token: \"x\") { id } }".into(),
            NOT_VALID,
        ),
        ("no operation at all", "fragment F on Query { __typename }".into(), NO_GRAPHQL),
        ("a schema", "type Query { a: Int }".into(), NO_GRAPHQL),
        (
            "a number of 10,000 digits",
            format!("{{ products(first: {}) {{ totalCount }} }}", "9".repeat(10_000)),
            NO_GRAPHQL,
        ),
        ("two alternatives", "{ product(by: { id: \"x\", slug: \"y\" }) { id } }".into(), NOT_VALID),
        ("no alternative", "{ product(by: {}) { id } }".into(), NOT_VALID),
    ];
    let mut all: Vec<Row> = rows.map(|(what, query, code)| (what.to_owned(), query, json!({}), code)).into();
    let ids = "query($ids: [ID!]!) { nodes(ids: $ids) { id } }";
    all.push(("50,000 ids".into(), ids.into(), json!({ "ids": vec!["a"; 50_000] }), TOO_COMPLEX));
    all.push(("101 ids".into(), ids.into(), json!({ "ids": vec!["a"; 101] }), "BAD_REQUEST"));
    let search = "query($q: String, $f: ProductFilterInput, $a: String) { products(query: $q, filter: $f, after: $a) { totalCount } }";
    for variables in [
        json!({ "q": "w".repeat(201) }),
        json!({ "q": "a\u{0}b" }),
        json!({ "q": "a\u{202e}b" }),
        json!({ "f": { "vendor": "v".repeat(100_000) } }),
        json!({ "f": { "tags": vec!["t"; 21] } }),
        json!({ "f": { "tags": ["t\u{7}"] } }),
        json!({ "f": { "minPrice": 1.5 } }),
        json!({ "f": 7 }),
        json!({ "a": "no cursor" }),
        json!({ "a": "f".repeat(100_000) }),
        json!({ "a": "" }),
        json!({ "q": 7 }),
    ] {
        let what: String = format!("a search for {variables}").chars().take(60).collect();
        all.push((what, search.to_owned(), variables, NOT_OF_THE_SCHEMA));
    }
    let read = "query($t: String!) { checkoutSession(token: $t) { id } }";
    for variables in
        [json!({}), json!({ "t": null }), json!({ "t": 7 }), json!({ "t": ["x"] }), json!({ "t": {} })]
    {
        let what = format!("a read with {variables}");
        all.push((what, read.to_owned(), variables, NOT_OF_THE_SCHEMA));
    }
    all
}
