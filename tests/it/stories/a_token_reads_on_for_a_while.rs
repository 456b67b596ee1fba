//! A token opens its session for a while after the end, and then nothing.

use checkstand::domain::instant::Span;
use serde_json::{Value, json};

use crate::support::{Mall, story};

story! {
    async fn thirty_days_after_completion_a_token_opens_nothing(mall: &Mall) {
        let shop = mall.shop().await;
        let step = shop.create(&[("SAMPLE-CHAPTER", 1)]).await;
        let buyer = json!({ "customer": { "name": "Dana", "email": "dana@example.com" } });
        shop.try_bind(&step, buyer, None, None).await.good();
        shop.complete(&step).await.good();
        mall.pass(Span::from_ms(Span::from_hours(30 * 24).ms() - 1)).await;
        assert_eq!(shop.read(&step).await["customer"]["email"], "dana@example.com");
        mall.pass(Span::from_ms(1)).await;
        assert_eq!(shop.read(&step).await.root(), &Value::Null);
        let order = shop.graphql("query($t: String!) { order(token: $t) { number } }", json!({ "t": step.token })).await;
        assert_eq!(order.root(), &Value::Null);
        shop.cancel(&step).await.refused("SESSION_NOT_FOUND", "$.token");
        assert_eq!(mall.count("SELECT count(*) FROM \"order\"").await, 1);
    }
}

story! {
    async fn a_canceled_session_reads_for_a_day_without_its_buyer(mall: &Mall) {
        let shop = mall.shop().await;
        let step = shop.bound(&[("MUG-SET", 1)]).await;
        shop.cancel(&step).await.good();
        let read = shop.read(&step).await;
        assert_eq!((read.state().as_str(), &read["customer"]), ("CANCELED", &Value::Null));
        assert!(!read.text.contains("Dana") && !read.text.contains("example.com"), "{}", read.text);
        mall.pass(Span::from_hours(24)).await;
        assert_eq!(shop.read(&step).await.root(), &Value::Null);
    }
}
