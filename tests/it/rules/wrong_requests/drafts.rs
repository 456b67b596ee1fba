//! Wrong values: too long, too many, unprintable, of a card, of the wrong type, missing.

use serde_json::{Value, json};

use super::NOT_OF_THE_SCHEMA;

/// What it is, the draft, the code and the path.
type Row = (String, Value, &'static str, String);

/// Every text of a draft: its place, and the most scalar values it may have.
const TEXTS: &[(&str, usize)] = &[
    ("customerMessage", 2_000),
    ("customer.name", 255),
    ("customer.email", 254),
    ("customer.phone", 32),
    ("shippingAddress.firstName", 255),
    ("shippingAddress.lastName", 255),
    ("shippingAddress.company", 255),
    ("shippingAddress.address1", 255),
    ("shippingAddress.address2", 255),
    ("shippingAddress.city", 255),
    ("shippingAddress.region", 255),
    ("shippingAddress.regionCode", 20),
    ("shippingAddress.postalCode", 20),
    ("shippingAddress.phone", 32),
    ("billingAddress.firstName", 255),
    ("billingAddress.company", 255),
    ("billingAddress.city", 255),
    ("discountCodes[0]", 64),
    ("attributes[0].key", 64),
    ("attributes[0].value", 500),
    ("lines[0].attributes[0].key", 64),
    ("lines[0].attributes[0].value", 500),
    ("locale", 35),
];

/// Characters that no text may hold, wherever it stands.
const UNPRINTABLE: &[&str] = &[
    "\u{0}",
    "\u{7}",
    "\u{1b}[31m",
    "\u{7f}",
    "\u{85}",
    "\u{9b}",
    "\u{202a}",
    "\u{202e}",
    "\u{2066}",
    "\u{2069}",
];

/// A draft with this text at this place, and all around it that the place needs.
fn with(place: &str, text: &str) -> Value {
    let line = |attributes: Value| json!([{ "sku": "MUG-SET", "quantity": 1, "attributes": attributes }]);
    match place {
        "discountCodes[0]" => json!({ "discountCodes": [text] }),
        "attributes[0].key" => json!({ "attributes": [{ "key": text, "value": "v" }] }),
        "attributes[0].value" => json!({ "attributes": [{ "key": "k", "value": text }] }),
        "lines[0].attributes[0].key" => json!({ "lines": line(json!([{ "key": text, "value": "v" }])) }),
        "lines[0].attributes[0].value" => json!({ "lines": line(json!([{ "key": "k", "value": text }])) }),
        other => match other.split_once('.') {
            Some((object, field)) => json!({ object: { field: text } }),
            None => json!({ other: text }),
        },
    }
}

/// All wrong drafts, for create and reprice alike.
pub fn rows() -> Vec<Row> {
    let mut rows = Vec::new();
    let at = |place: &str| format!("$.draft.{place}");
    for (place, most) in TEXTS {
        rows.push((format!("{place} too long"), with(place, &"é".repeat(most + 1)), "TOO_LONG", at(place)));
        for sign in UNPRINTABLE {
            rows.push((
                format!("{place} with {sign:?}"),
                with(place, &format!("a{sign}b")),
                "INVALID",
                at(place),
            ));
        }
        // A locale is shorter than a card number may be written, and has no room for one in any of its parts.
        if !["locale", "shippingAddress.regionCode", "shippingAddress.postalCode"].contains(place) {
            let card = with(place, "4242 4242-4242 4242");
            rows.push((format!("{place} with a card number"), card, "INVALID", at(place)));
        }
    }
    rows.extend(
        [("customer.name", "\r\n"), ("customer.email", "a\r\nBcc: b"), ("shippingAddress.city", "\t")].map(
            |(place, text)| (format!("{place} with a line end"), with(place, text), "INVALID", at(place)),
        ),
    );
    rows.extend(
        [("attributes[0].key", " \u{3000}"), ("attributes[0].key", "\u{200b}")]
            .map(|(place, text)| (format!("{place} blank"), with(place, text), "REQUIRED", at(place))),
    );
    rows.push(("a locale that is none".into(), json!({ "locale": "en_US; q=1" }), "INVALID", at("locale")));
    rows.extend(numbers());
    rows.extend(types());
    rows
}

/// Too many, too few, too large.
fn numbers() -> Vec<Row> {
    let line = |quantity: i64| json!({ "lines": [{ "sku": "MUG-SET", "quantity": quantity }] });
    let lines =
        |count: usize, sku: &str| json!({ "lines": vec![json!({ "sku": sku, "quantity": 1 }); count] });
    let attributes: Vec<Value> = (0..21).map(|n| json!({ "key": n.to_string(), "value": "v" })).collect();
    let quantity = || "$.draft.lines[0].quantity".to_owned();
    let mut rows: Vec<Row> = [0, -1, 10_000, i64::from(i32::MAX), i64::from(i32::MIN)]
        .into_iter()
        .map(|n| (format!("quantity {n}"), line(n), "INVALID", quantity()))
        .collect();
    rows.extend([
        ("201 lines".into(), lines(201, "MUG-SET"), "TOO_MANY", "$.draft.lines".into()),
        ("5,000 lines".into(), lines(5_000, "MUG-SET"), "TOO_MANY", "$.draft.lines".into()),
        (
            "200 wrong lines".into(),
            lines(200, "NOPE"),
            "MERCHANDISE_NOT_FOUND",
            "$.draft.lines[0].sku".into(),
        ),
        (
            "11 codes".into(),
            json!({ "discountCodes": vec!["C"; 11] }),
            "TOO_MANY",
            "$.draft.discountCodes".into(),
        ),
        (
            "20,000 codes".into(),
            json!({ "discountCodes": vec!["C"; 20_000] }),
            "TOO_MANY",
            "$.draft.discountCodes".into(),
        ),
        (
            "21 attributes".into(),
            json!({ "attributes": attributes }),
            "TOO_MANY",
            "$.draft.attributes".into(),
        ),
        (
            "a rate of nobody".into(),
            json!({ "shippingRateId": "rate_1" }),
            "SHIPPING_RATE_NOT_APPLICABLE",
            "$.draft.shippingRateId".into(),
        ),
    ]);
    let skus =
        ["ＭＵＧ-SET", "МUG-SET", "mug-set", "MUG‑SET", " MUG-SET", "MUG-SET'--", "%", "${7*7}", "<b>", ""];
    rows.extend(skus.map(|sku| {
        (format!("the SKU {sku:?}"), lines(1, sku), "MERCHANDISE_NOT_FOUND", "$.draft.lines[0].sku".into())
    }));
    let unprintable = lines(1, "MUG\u{202e}-SET");
    rows.push(("a SKU that turns around".into(), unprintable, "INVALID", "$.draft.lines[0].sku".into()));
    rows
}

/// Values that the schema does not know: the request is wrong, and no argument is to blame.
fn types() -> Vec<Row> {
    let line = |line: Value| json!({ "lines": [line] });
    [
        json!({ "lines": 7 }),
        json!({ "lines": [null] }),
        json!({ "lines": [[]] }),
        line(json!({ "sku": "MUG-SET" })),
        line(json!({ "sku": "MUG-SET", "quantity": null })),
        line(json!({ "sku": "MUG-SET", "quantity": "1" })),
        line(json!({ "sku": "MUG-SET", "quantity": 1.5 })),
        line(json!({ "sku": "MUG-SET", "quantity": 2_147_483_648_i64 })),
        line(json!({ "sku": 7, "quantity": 1 })),
        line(json!({ "sku": "MUG-SET", "quantity": 1, "unitPrice": "0.01" })),
        json!({ "discountCodes": [null] }),
        json!({ "discountCodes": { "0": "A" } }),
        json!({ "attributes": [{ "key": "k" }] }),
        json!({ "attributes": [{ "key": "k", "value": null }] }),
        json!({ "customer": "Dana" }),
        json!({ "customer": { "name": ["Dana"] } }),
        json!({ "customer": { "name": true } }),
        json!({ "shippingAddress": { "countryCode": "XX" } }),
        json!({ "shippingAddress": { "countryCode": "usa" } }),
        json!({ "shippingAddress": { "countryCode": "UK" } }),
        json!({ "shippingAddress": { "countryCode": "ＵＳ" } }),
        json!({ "shippingAddress": { "countryCode": "UЅ" } }),
        json!({ "total": { "amount": "0.01", "currency": "USD" } }),
    ]
    .into_iter()
    .map(|draft| (format!("{draft}"), draft, NOT_OF_THE_SCHEMA, String::new()))
    .collect()
}

/// What it is, the document, its variables, the code and the path.
type Argument = (String, String, Value, &'static str, String);

/// Wrong arguments beside the draft.
pub fn arguments(token: &str) -> Vec<Argument> {
    let mutation = |declared: &str, call: &str| {
        format!("mutation({declared}) {{ {call} {{ userErrors {{ code field }} }} }}")
    };
    let with = |argument: &str, ty: &str, name: &str| {
        mutation(&format!("$t: String!, $v: {ty}"), &format!("{name}(token: $t, {argument}: $v)"))
    };
    let mut rows: Vec<Argument> = Vec::new();
    let mut row = |query: &String, value: Value, code: &'static str, path: &str| {
        let what = format!("{query} with {}", value.to_string().chars().take(40).collect::<String>());
        rows.push((what, query.clone(), json!({ "t": token, "v": value }), code, path.to_owned()));
    };
    let message = with("customerMessage", "String!", "checkoutSessionCustomerMessageUpdate");
    let reason = with("reason", "String", "checkoutSessionCancel");
    for (query, most, path) in [(&message, 2_000, "$.customerMessage"), (&reason, 255, "$.reason")] {
        row(query, json!("👍".repeat(most + 1)), "TOO_LONG", path);
        row(query, json!("4242424242424242"), "INVALID", path);
        row(query, json!("a\u{0}b"), "INVALID", path);
        row(query, json!("a\u{202e}b"), "INVALID", path);
        row(query, json!(7), NOT_OF_THE_SCHEMA, "");
        row(query, json!(["a"]), NOT_OF_THE_SCHEMA, "");
    }
    row(&message, json!(null), NOT_OF_THE_SCHEMA, "");
    row(&reason, json!("a\nb"), "INVALID", "$.reason");
    for name in ["checkoutSessionBind", "checkoutSessionComplete"] {
        let key = with("idempotencyKey", "String", name);
        row(&key, json!("k".repeat(256)), "TOO_LONG", "$.idempotencyKey");
        row(&key, json!("k\u{0}"), "INVALID", "$.idempotencyKey");
        row(&key, json!(" \u{200b}"), "INVALID", "$.idempotencyKey");
    }
    let total = with("expectedTotal", "MoneyInput", "checkoutSessionBind");
    for (amount, code, path) in [
        (json!("14.005"), "INVALID", "$.expectedTotal.amount"),
        (json!("79228162514264337593543950335"), "INVALID", "$.expectedTotal.amount"),
        (json!("1e3"), NOT_OF_THE_SCHEMA, ""),
        (json!("NaN"), NOT_OF_THE_SCHEMA, ""),
        (json!("１２"), NOT_OF_THE_SCHEMA, ""),
        (json!(14.5), NOT_OF_THE_SCHEMA, ""),
        (json!("9".repeat(1_000)), NOT_OF_THE_SCHEMA, ""),
    ] {
        row(&total, json!({ "amount": amount, "currency": "USD" }), code, path);
    }
    row(&total, json!({ "amount": "1" }), NOT_OF_THE_SCHEMA, "");
    row(&total, json!({ "amount": "1", "currency": "usd" }), NOT_OF_THE_SCHEMA, "");
    let update = with("lines", "[CheckoutLineUpdateInput!]!", "checkoutSessionLinesUpdate");
    row(
        &update,
        json!([{ "lineId": "line_1", "quantity": 1 }]),
        "MERCHANDISE_NOT_FOUND",
        "$.lines[0].lineId",
    );
    row(&update, json!(vec![json!({ "lineId": "x", "quantity": 1 }); 201]), "TOO_MANY", "$.lines");
    row(&update, json!([{ "lineId": "x", "quantity": null }]), NOT_OF_THE_SCHEMA, "");
    let remove = with("lineIds", "[ID!]!", "checkoutSessionLinesRemove");
    row(&remove, json!(["line_1"]), "MERCHANDISE_NOT_FOUND", "$.lineIds[0]");
    row(&remove, json!(vec!["x"; 50_000]), "TOO_MANY", "$.lineIds");
    let revision = with("expectedRevision", "Int", "checkoutSessionBind");
    row(&revision, json!(9_999), "STALE_REVISION", "$.expectedRevision");
    row(&revision, json!(2_147_483_648_i64), NOT_OF_THE_SCHEMA, "");
    for wrong in [
        "",
        "x",
        "chk_",
        "4242424242424242",
        &token.to_uppercase(),
        &format!("{token}0"),
        &"a".repeat(100_000),
    ] {
        let query = mutation("$t: String!, $v: String", "checkoutSessionCancel(token: $t, reason: $v)");
        let what = format!("the token {}", wrong.chars().take(20).collect::<String>());
        rows.push((what, query, json!({ "t": wrong }), "SESSION_NOT_FOUND", "$.token".into()));
    }
    let create = mutation(
        "$c: CurrencyCode",
        "checkoutSessionCreate(draft: { lines: [{ sku: \"MUG-SET\", quantity: 1 }] }, currency: $c)",
    );
    for (currency, code, path) in [
        (json!("GBP"), "CURRENCY_NOT_SUPPORTED", "$.currency"),
        (json!("ZZZ"), NOT_OF_THE_SCHEMA, ""),
        (json!("usd"), NOT_OF_THE_SCHEMA, ""),
        (json!("ＵＳＤ"), NOT_OF_THE_SCHEMA, ""),
        (json!(840), NOT_OF_THE_SCHEMA, ""),
    ] {
        rows.push((
            format!("the currency {currency}"),
            create.clone(),
            json!({ "c": currency }),
            code,
            path.into(),
        ));
    }
    let key = mutation(
        "$k: String",
        "checkoutSessionCreate(draft: { lines: [{ sku: \"MUG-SET\", quantity: 1 }] }, idempotencyKey: $k)",
    );
    for key_text in ["", "short", "   \u{3000}                            ", &"k".repeat(256)] {
        let code = if key_text.len() > 255 { "TOO_LONG" } else { "INVALID" };
        rows.push((
            format!("the key {key_text:?}"),
            key.clone(),
            json!({ "k": key_text }),
            code,
            "$.idempotencyKey".into(),
        ));
    }
    rows
}
