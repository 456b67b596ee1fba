//! A fault of ours is an answer with a code and the request's id, and nothing of tables, files or types.

use std::sync::Arc;

use checkstand::{clock::SystemClock, config::Config, flows::App, graphql, payment::stripe::Stripe};

use crate::support::{Mall, story};

story! {
    async fn a_row_that_makes_no_sense_is_our_fault_and_no_guess(mall: &Mall) {
        let shop = mall.shop().await;
        let step = shop.create(&[("MUG-SET", 1)]).await;
        mall.tamper("UPDATE checkout_session SET status = 'of_a_newer_version'").await;
        let before = mall.books().await;
        for answer in [shop.read(&step).await, shop.cancel(&step).await, shop.reprice(&step, serde_json::json!({})).await] {
            assert_eq!((answer.status, answer.error_code()), (200, "INTERNAL"), "{}", answer.text);
            let error = &answer.json["errors"][0];
            assert_eq!(error["extensions"]["requestId"].as_str().map(str::len), Some(32));
            for inside in ["checkout_session", "status", "newer", "SELECT", "src/", "Error", "panicked"] {
                assert!(!answer.text.contains(inside), "{inside} in {}", answer.text);
            }
        }
        Mall::same(&before, &mall.books().await, "a row that makes no sense");
        mall.tamper("UPDATE checkout_session SET status = 'draft'").await;
        assert_eq!(shop.read(&step).await.state(), "OPEN");
    }
}

story! {
    async fn a_schema_that_is_switched_off_tells_no_name(mall: &Mall) {
        let config = Config::from_vars([("CHECKSTAND_INTROSPECTION".to_owned(), "false".to_owned())]).unwrap();
        let gateway = Arc::new(Stripe::at(mall.twin_address()));
        let app = App::new(mall.app.store.clone(), gateway, Arc::new(SystemClock), Arc::new(config));
        let (closed, open) = (graphql::schema(app), graphql::schema(mall.app.clone()));
        let asked = "{ __schema { queryType { name } types { name } } __type(name: \"Order\") { name } }";
        assert!(open.execute(asked).await.errors.is_empty());
        let told = serde_json::to_string(&closed.execute(asked).await).unwrap();
        assert!(!told.contains("Order") && !told.contains("Query"), "{told}");
        let mistyped = "{ organizatio { slug } }";
        assert!(open.execute(mistyped).await.errors[0].message.contains("organization"));
        let told = closed.execute(mistyped).await.errors[0].message.replace("organizatio\"", "");
        assert!(!told.contains("organizatio"), "{told}");
    }
}
