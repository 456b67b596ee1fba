//! What people are called and where they live is theirs to write; what cannot be right is said before it matters.

use serde_json::{Value, json};

use crate::support::{Mall, story, texas};

const TEXTS: &[&str] = &[
    "Dana O’Neill-Šťastná",
    "دانا بنت خالد",
    "דנה \u{200f}(בע״מ)",
    "👩‍👩‍👧 & 👍🏽",
    "山田 太郎",
    "e\u{301} is not \u{e9}",
    "Robert'); DROP TABLE checkout_session;--",
    "<script>alert(1)</script> {{7*7}} ${jndi:ldap://x} %00 \\u0000",
];

const ALL: &str = "query($t: String!) { checkoutSession(token: $t) { customerMessage customer { name } attributes { key value } \
    shippingAddress { firstName company city } } }";

story! {
    async fn every_script_and_every_sign_stays(mall: &Mall) {
        let shop = mall.shop().await;
        let step = shop.create(&[("MUG-SET", 1)]).await;
        for text in TEXTS {
            let draft = json!({
                "customer": { "name": text }, "customerMessage": text, "attributes": [{ "key": "k", "value": text }],
                "shippingAddress": { "firstName": text, "company": text, "city": text },
            });
            shop.reprice(&step, draft.clone()).await.good();
            let read = shop.graphql(ALL, json!({ "t": step.token })).await;
            assert_eq!(*read.root(), draft, "{text}");
        }
        let lines = "one\r\ntwo\n\tthree";
        shop.say(&step, lines).await.good();
        assert_eq!(shop.read(&step).await["customerMessage"], lines);
    }
}

story! {
    async fn what_cannot_be_seen_is_no_name(mall: &Mall) {
        let shop = mall.shop().await;
        let step = shop.create(&[("EBOOK-GUIDE", 1)]).await;
        for name in [" \u{3000}", "\u{200b}", "\u{2800}"] {
            let draft = json!({ "customer": { "name": name, "email": "dana@example.com" } });
            shop.try_bind(&step, draft, None, None).await.refused("CUSTOMER_NAME_REQUIRED", "$.draft.customer.name");
        }
        let long = format!("{}@{}.example", "é".repeat(120), "ö".repeat(125));
        assert_eq!((long.chars().count(), long.len()), (254, 499));
        let draft = json!({ "customer": { "name": "Dana", "email": long } });
        shop.try_bind(&step, draft, None, None).await.refused("INVALID", "$.draft.customer.email");
    }
}

fn address(country: &str, region: Option<&str>, postal: Option<&str>) -> Value {
    let mut draft = texas();
    let address = &mut draft["shippingAddress"];
    address["countryCode"] = json!(country);
    address["regionCode"] = json!(region);
    address["postalCode"] = json!(postal);
    draft
}

/// What is said of an address: each code with its place.
async fn said(shop: &crate::support::Shop<'_>, draft: Value) -> Vec<(String, String)> {
    let step = shop.create(&[("MUG-SET", 1)]).await;
    let read = shop.reprice(&step, draft).await.good();
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let messages = read.session()["messages"].as_array().unwrap().clone();
    let of_address =
        messages.iter().filter(|message| text(&message["field"]).starts_with("$.shippingAddress."));
    of_address
        .map(|message| (text(&message["code"]), text(&message["field"]).replace("$.shippingAddress.", "")))
        .collect()
}

story! {
    async fn a_postal_code_and_a_region_are_those_of_the_country(mall: &Mall) {
        let shop = mall.shop().await;
        let wrong = |code: &str, part: &str| (code.to_owned(), part.to_owned());
        for (country, region, postal, expected) in [
            ("US", Some("TX"), Some("73301"), vec![]),
            ("US", Some("tx"), Some("73301-0001"), vec![]),
            ("US", Some("TX"), Some("K1A 0B1"), vec![wrong("INVALID", "postalCode")]),
            ("US", Some("BY"), Some("7330"), vec![wrong("INVALID", "regionCode"), wrong("INVALID", "postalCode")]),
            ("CA", Some("ON"), Some("k1a0b1"), vec![]),
            ("GB", None, Some("sw1a1aa"), vec![]),
            ("GB", None, Some("10115"), vec![wrong("INVALID", "postalCode")]),
            ("DE", Some("TX"), Some("10115"), vec![]),
            ("DE", None, Some("1011"), vec![wrong("INVALID", "postalCode")]),
            ("DE", None, None, vec![wrong("MISSING", "postalCode")]),
            ("JP", None, Some("１００－０００１"), vec![]),
            ("HK", None, None, vec![]),
            ("AE", None, Some("whatever"), vec![]),
        ] {
            assert_eq!(said(&shop, address(country, region, postal)).await, expected, "{country} {region:?} {postal:?}");
        }
        let step = shop.create(&[("MUG-SET", 1)]).await;
        let rate = shop.fill(&step).await;
        let mut draft = address("US", Some("TX"), Some("K1A 0B1"));
        draft["shippingRateId"] = json!(rate);
        shop.try_bind(&step, draft, None, None).await.refused("INVALID", "$.draft.shippingAddress.postalCode");
        assert_eq!(mall.count("SELECT count(*) FROM binding").await, 0);
    }
}
