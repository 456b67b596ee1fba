//! A cart is edited line by line; a line that stays is the same line.

use serde_json::{Value, json};

use crate::support::{Answer, Mall, story};

/// Id, SKU and quantity of each line.
fn lines(answer: &Answer) -> Vec<(String, String, i64)> {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let line = |line: &Value| (text(&line["id"]), text(&line["sku"]), line["quantity"].as_i64().unwrap());
    answer.session()["lines"].as_array().unwrap().iter().map(line).collect()
}

fn engraved(text: &str) -> Value {
    json!([{ "key": "engraving", "value": text }])
}

story! {
    async fn more_of_the_same_is_the_same_line(mall: &Mall) {
        let shop = mall.shop().await;
        let step = shop.create(&[("MUG-SET", 1), ("NOTEBOOK-A6", 1)]).await;
        let before = lines(&shop.read(&step).await);
        let added = shop.add(&step, json!([{ "sku": "MUG-SET", "quantity": 2 }])).await.good();
        let mug = (before[0].0.clone(), "MUG-SET".to_owned(), 3);
        assert_eq!(lines(&added), [mug, before[1].clone()]);
        assert_eq!(added.session()["totals"]["subtotal"]["amountMinor"], 3 * 49_99 + 12_50);
        assert_eq!(added.session()["revision"], 2);
    }
}

story! {
    async fn lines_with_other_attributes_stay_apart(mall: &Mall) {
        let shop = mall.shop().await;
        let plain = json!({ "sku": "MUG-SET", "quantity": 1 });
        let dana = json!({ "sku": "MUG-SET", "quantity": 1, "attributes": engraved("Dana") });
        let step =
            shop.step(&shop.try_create(json!({ "lines": [plain, dana, plain] }), None, None).await.good());
        let before = lines(&shop.read(&step).await);
        assert_eq!(before.iter().map(|line| line.2).collect::<Vec<_>>(), [2, 1]);
        let robin = json!({ "sku": "MUG-SET", "quantity": 4, "attributes": engraved("Robin") });
        let added = lines(&shop.add(&step, json!([robin, dana])).await.good());
        assert_eq!(added.iter().map(|line| line.2).collect::<Vec<_>>(), [2, 2, 4]);
        assert_eq!((&added[0].0, &added[1].0), (&before[0].0, &before[1].0));
    }
}

story! {
    async fn an_update_sets_the_quantity_and_0_removes(mall: &Mall) {
        let shop = mall.shop().await;
        let step = shop.create(&[("MUG-SET", 1), ("NOTEBOOK-A6", 1), ("COFFEE-1KG", 1)]).await;
        let before = lines(&shop.read(&step).await);
        let change =
            json!([{ "lineId": before[0].0, "quantity": 0 }, { "lineId": before[2].0, "quantity": 7 }]);
        let after = shop.update(&step, change).await.good();
        let coffee = (before[2].0.clone(), "COFFEE-1KG".to_owned(), 7);
        assert_eq!(lines(&after), [before[1].clone(), coffee]);
        let removed = shop.remove(&step, json!([before[1].0])).await.good();
        assert_eq!(lines(&removed).len(), 1);
        assert_eq!(removed.grand_total(), 7 * 36_00);
    }
}

story! {
    async fn an_empty_cart_can_be_read_and_filled_but_not_bound(mall: &Mall) {
        let shop = mall.shop().await;
        let step = shop.create(&[("MUG-SET", 1)]).await;
        shop.fill(&step).await;
        let line = lines(&shop.read(&step).await).remove(0).0;
        let emptied = shop.remove(&step, json!([line])).await.good();
        assert_eq!((emptied.grand_total(), emptied.messages()), (0, vec!["MISSING".to_owned()]));
        assert_eq!(shop.read(&step).await["messages"][0]["field"], "$.lines");
        shop.try_bind(&step, json!({}), None, None).await.refused("REQUIRED", "$.draft.lines");
        assert_eq!(mall.count("SELECT count(*) FROM binding").await, 0);

        shop.add(&step, json!([{ "sku": "MUG-SET", "quantity": 1 }])).await.good();
        assert_eq!(shop.bind(&step).await.good().state(), "BOUND");
    }
}

story! {
    async fn a_new_list_keeps_the_ids_of_the_lines_it_repeats(mall: &Mall) {
        let shop = mall.shop().await;
        let dana = json!({ "sku": "MUG-SET", "quantity": 1, "attributes": engraved("Dana") });
        let list = json!({ "lines": [{ "sku": "MUG-SET", "quantity": 1 }, dana, { "sku": "NOTEBOOK-A6", "quantity": 1 }] });
        let step = shop.step(&shop.try_create(list, None, None).await.good());
        let before = lines(&shop.read(&step).await);
        let dana = json!({ "sku": "MUG-SET", "quantity": 3, "attributes": engraved("Dana") });
        let list = json!({ "lines": [{ "sku": "COFFEE-1KG", "quantity": 2 }, dana, { "sku": "MUG-SET", "quantity": 5 }] });
        let after = lines(&shop.reprice(&step, list).await.good());
        let kept = |line: usize, quantity| (before[line].0.clone(), before[line].1.clone(), quantity);
        assert_eq!(after[1..], [kept(1, 3), kept(0, 5)]);
        assert!(before.iter().all(|line| line.0 != after[0].0));
        shop.reprice(&step, json!({ "lines": null })).await.good();
        assert!(lines(&shop.read(&step).await).is_empty());
    }
}

story! {
    async fn a_line_that_is_not_there_is_refused_with_its_place(mall: &Mall) {
        let shop = mall.shop().await;
        let step = shop.create(&[("MUG-SET", 1)]).await;
        let before = shop.read(&step).await;
        let line = lines(&before).remove(0).0;
        for unknown in [format!("line_{}", "7".repeat(32)), step.id.clone(), "x".into()] {
            let change = json!([{ "lineId": line, "quantity": 5 }, { "lineId": unknown, "quantity": 5 }]);
            shop.update(&step, change).await.refused("MERCHANDISE_NOT_FOUND", "$.lines[1].lineId");
            shop.remove(&step, json!([line, unknown])).await.refused("MERCHANDISE_NOT_FOUND", "$.lineIds[1]");
        }
        for quantity in [-1, 10_000] {
            let change = json!([{ "lineId": line, "quantity": quantity }]);
            shop.update(&step, change).await.refused("INVALID", "$.lines[0].quantity");
        }
        assert_eq!(shop.read(&step).await.text, before.text);
    }
}

story! {
    async fn only_what_is_left_can_be_added(mall: &Mall) {
        let shop = mall.shop().await;
        let step = shop.create(&[("LAMP-BRASS", 1)]).await;
        let line = lines(&shop.read(&step).await).remove(0).0;
        let more = json!([{ "sku": "LAMP-BRASS", "quantity": 2 }]);
        let refused = shop.add(&step, more).await.refused("INSUFFICIENT_STOCK", "$.lines[0].quantity");
        assert_eq!(refused["userErrors"][0]["quantityAvailable"], 2);
        let change = json!([{ "lineId": line, "quantity": 3 }]);
        shop.update(&step, change).await.refused("INSUFFICIENT_STOCK", "$.lines[0].quantity");
        assert_eq!(lines(&shop.read(&step).await)[0].2, 1);
        shop.update(&step, json!([{ "lineId": line, "quantity": 2 }])).await.good();
    }
}

story! {
    async fn a_line_that_ran_short_does_not_stop_an_unrelated_change(mall: &Mall) {
        let shop = mall.shop().await;
        let step = shop.create(&[("LAMP-BRASS", 2), ("MUG-SET", 1)]).await;
        mall.tamper("UPDATE stock SET on_hand = 1 WHERE on_hand = 2").await;
        let said = shop.add(&step, json!([{ "sku": "NOTEBOOK-A6", "quantity": 1 }])).await.good();
        assert!(said.messages().contains(&"OUT_OF_STOCK".to_owned()));
        let message = &said.session()["messages"][0];
        assert_eq!((&message["type"], &message["field"]), (&json!("ERROR"), &json!("$.lines[0].quantity")));
        assert_eq!(message["line"]["id"], said.session()["lines"][0]["id"]);
        shop.fill(&step).await;
        let refused = shop.bind(&step).await;
        assert_eq!(refused.codes(), ["INSUFFICIENT_STOCK"]);
        assert_eq!(refused["userErrors"][0]["quantityAvailable"], 1);
    }
}
