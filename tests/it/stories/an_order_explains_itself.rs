//! An order says how its total came about, and is priced again from what it was priced from.

use std::process::{Command, Output};

use serde_json::{Value, json};

use crate::support::{Mall, Shop, Step, file_with, story};

/// What an order says of its total.
const EXPLAINED: &str = "query($token: String!) { order(token: $token) { id number totals { grandTotal { amountMinor } } \
    lines { id title } explanation { kind label amount { amountMinor } line { id } orderLine { id title } } } }";

async fn paid(shop: &Shop<'_>, step: &Step) -> Value {
    let payment = shop.payment_session(step).await.good();
    shop.confirm(&payment, "pm_card_visa").await;
    shop.until(step, "COMPLETED").await;
    shop.graphql(EXPLAINED, json!({ "token": step.token })).await.root().clone()
}

/// Two shirts and mugs to Texas, ten percent off.
async fn bought(shop: &Shop<'_>) -> Value {
    let step = shop.create(&[("TSHIRT-BLACK-M", 2), ("MUG-SET", 1)]).await;
    shop.reprice(&step, json!({ "discountCodes": ["WELCOME10"] })).await.good();
    shop.bind(&step).await.good();
    paid(shop, &step).await
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap()
}

/// Runs the program's explanation on this database; answers its status and what it printed.
async fn explain(mall: &Mall, arguments: &[&str]) -> (Option<i32>, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_checkstand"));
    command.arg("explain").args(arguments).env("DATABASE_URL", mall.url());
    let Output { status, stdout, stderr } =
        tokio::task::spawn_blocking(move || command.output()).await.unwrap().unwrap();
    (status.code(), String::from_utf8(stdout).unwrap() + &String::from_utf8(stderr).unwrap())
}

/// Changes one number in the JSON of a column, as a hand in the tables would.
async fn forge(mall: &Mall, (table, column): (&str, &str), path: &[&str], number: i64) {
    let set = if mall.url().starts_with("postgres") {
        format!("jsonb_set({column}, '{{{}}}', '{number}')", path.join(","))
    } else {
        let steps = path
            .iter()
            .map(|step| step.parse::<u8>().map_or(format!(".{step}"), |place| format!("[{place}]")));
        format!("json_set({column}, '${}', {number})", steps.collect::<String>())
    };
    mall.tamper(&format!("UPDATE \"{table}\" SET {column} = {set}")).await;
}

story! {
    async fn the_steps_of_an_order_add_up_to_its_total_and_point_at_its_lines(mall: &Mall) {
        let shop = mall.shop().await;
        let order = bought(&shop).await;
        let steps = order["explanation"].as_array().unwrap();
        let told: Vec<(&str, &str, i64, &Value)> = steps
            .iter()
            .map(|step| {
                assert_eq!(step["line"], Value::Null);
                let amount = step["amount"]["amountMinor"].as_i64().unwrap();
                (text(&step["kind"]), text(&step["label"]), amount, &step["orderLine"])
            })
            .collect();
        let (shirts, mugs, none) = (&order["lines"][0], &order["lines"][1], &Value::Null);
        let expected = [
            ("BASE", "2 x Cotton T-shirt - Black / M", 59_98, shirts),
            ("BASE", "1 x Stoneware Mug Set", 49_99, mugs),
            ("DISCOUNT", "10 % off (WELCOME10)", -6_00, shirts),
            ("DISCOUNT", "10 % off (WELCOME10)", -5_00, mugs),
            ("SHIPPING", "Ground", 7_99, none),
            ("TAX", "Texas sales tax 8 %", 7_92, none),
        ];
        assert_eq!(told, expected);
        let sum: i64 = told.iter().map(|(.., amount, _)| amount).sum();
        assert_eq!((sum, &order["totals"]["grandTotal"]["amountMinor"]), (114_88, &json!(114_88)));
    }
}

story! {
    async fn the_program_prints_the_bill_and_prices_it_again(mall: &Mall) {
        let shop = mall.shop().await;
        let order = bought(&shop).await;
        let (id, number) = (text(&order["id"]), text(&order["number"]));
        let expected = format!(
            "Order {number} of shop-a ({id})\n\n  \
             2 x Cotton T-shirt - Black / M   59.98\n  \
             1 x Stoneware Mug Set            49.99\n  \
             10 % off (WELCOME10)             -6.00\n  \
             10 % off (WELCOME10)             -5.00\n  \
             Ground                            7.99\n  \
             Texas sales tax 8 %               7.92\n  \
             ---------------------------------------\n  \
             Total in USD                    114.88\n  \
             To pay                          114.88\n  \
             Charged                         114.88\n\n\
             Priced again, every part comes out the same.\n"
        );
        assert_eq!(explain(mall, &[id]).await, (Some(0), expected.clone()));
        let by_number = [number, "--organization", "shop-a"];
        assert_eq!(explain(mall, &by_number).await, (Some(0), expected));
        for (arguments, why) in [
            (vec![number], "a number is of one organization"),
            (vec!["0000-0000", "--organization", "shop-a"], "there is no such order"),
            (vec![id, "--organization", "nobody"], "there is no organization nobody"),
            (vec!["ord_00000000000000000000000000000007"], "there is no such order"),
        ] {
            let (status, said) = explain(mall, &arguments).await;
            assert!(status == Some(2) && said.contains(why), "{arguments:?}: {status:?} {said}");
        }
        let shop = mall.other_shop().await;
        assert_eq!(explain(mall, &[id, "--organization", &shop.slug]).await.0, Some(2));
    }
}

story! {
    async fn a_quote_that_was_changed_is_named_by_the_part_that_differs(mall: &Mall) {
        let shop = mall.shop().await;
        let order = bought(&shop).await;
        let id = text(&order["id"]);
        let quote = ("order", "snapshot");
        let rows: [(&[&str], i64, i64, &str); 4] = [
            (&["quote", "shipping", "before_discount"], 798, 799, "shipping.before_discount: stored 798, but 799"),
            (&["quote", "lines", "1", "unit_price"], 1, 49_99, "lines[1].unit_price: stored 1, but 4999"),
            (&["quote", "lines", "0", "taxes", "0", "amount"], 433, 432, "lines[0].taxes[0].amount: stored 433, but 432"),
            (&["quote", "rounding"], -1, 0, "rounding: stored -1, but 0"),
        ];
        for (path, number, before, expected) in rows {
            forge(mall, quote, path, number).await;
            let (status, said) = explain(mall, &[id]).await;
            assert!(status == Some(1) && said.contains(expected), "{status:?} {said}");
            forge(mall, quote, path, before).await;
        }
        mall.tamper("UPDATE \"order\" SET charged_minor = 1").await;
        let (status, said) = explain(mall, &[id]).await;
        assert!(status == Some(1) && said.contains("charged_minor: stored 1, but 11488"), "{said}");
        mall.tamper("UPDATE \"order\" SET charged_minor = 11488").await;
        mall.tamper("UPDATE binding SET terms = NULL").await;
        let (status, said) = explain(mall, &[id]).await;
        assert!(status == Some(0) && said.contains("It was bound before terms were kept"), "{status:?} {said}");
    }
}

story! {
    async fn what_is_kept_of_an_address_names_nobody(mall: &Mall) {
        let shop = mall.shop().await;
        let order = bought(&shop).await;
        let kept = "SELECT count(*) FROM binding WHERE CAST(terms AS text) LIKE ";
        assert_eq!(mall.count(&format!("{kept}'%@example.com%'")).await, 1);
        assert_eq!(mall.count(&format!("{kept}'%dana%'")).await, 0);
        let (_, printed) = explain(mall, &[text(&order["id"])]).await;
        assert!(!printed.to_lowercase().contains("dana") && !printed.contains("Austin"), "{printed}");
    }
}

story! {
    async fn taxes_in_the_prices_stand_in_parentheses(mall: &Mall) {
        let shop = mall.shop_of(&file_with(&[("taxes_included = false", "taxes_included = true")])).await;
        let step = shop.bound(&[("MUG-SET", 1)]).await;
        let order = paid(&shop, &step).await;
        let (status, printed) = explain(mall, &[text(&order["id"])]).await;
        assert!(status == Some(0) && printed.contains("\n  Texas sales tax 8 %, included  (3.70)\n"), "{printed}");
        assert!(printed.contains("\n  Charged                        57.98\n"), "{printed}");
    }
}
