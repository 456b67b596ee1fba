//! A request that was wrong as such: one short error, and nothing else.

use serde_json::json;

use super::{Answer, Shop};

/// The answer is one short error with this status and code, nothing was stored, and the next request is served.
pub async fn is_refused(shop: &Shop<'_>, answer: &Answer, status: u16, code: &str) {
    assert_eq!((answer.status, answer.error_code()), (status, code), "{}", cut(&answer.text));
    assert!(answer.text.len() < 4_096, "{} bytes: {}", answer.text.len(), cut(&answer.text));
    assert!(answer.json["data"].is_null());
    assert_eq!(shop.mall.count("SELECT count(*) FROM checkout_session").await, 0);
    let alive = shop.graphql("{ organization { slug } }", json!({})).await;
    assert_eq!(alive["slug"], *shop.slug);
}

fn cut(text: &str) -> String {
    text.chars().take(300).collect()
}
