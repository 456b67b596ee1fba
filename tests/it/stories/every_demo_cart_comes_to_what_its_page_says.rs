//! The carts of `docs/demo-carts.md`, each tried as a reader of that page would.

use checkstand::{cli::demo::CERTIFICATES, shop::DEMO};
use serde_json::{Value, json};

use crate::support::{Answer, Mall, Shop, Step, as_shop_a, story};

const PAGE: &str = include_str!("../../../docs/demo-carts.md");

/// Name and content of each cart.
fn carts() -> Vec<(&'static str, Value)> {
    let mut parts = PAGE.split("```");
    let mut carts = Vec::new();
    while let (Some(text), Some(block)) = (parts.next(), parts.next()) {
        let name = text.rsplit("\n**").next().and_then(|rest| rest.split(".**").next()).unwrap();
        carts.push((name, serde_json::from_str(block.strip_prefix("json").unwrap()).unwrap()));
    }
    carts
}

/// What a cart comes to: its total and what is due of it.
async fn comes_to(shop: &Shop<'_>, cart: &Value) -> (String, String) {
    let created = shop.try_create(cart["draft"].clone(), cart["currency"].as_str(), None).await.good();
    let step = shop.step(&created);
    if let Some(wanted) = cart["rate"].as_str() {
        let rates = created.session()["applicableShippingRates"].as_array().unwrap().clone();
        let rate = rates.iter().find(|one| one["rate"]["name"] == wanted);
        let id = rate.unwrap_or_else(|| panic!("no {wanted}: {}", created.text))["rate"]["id"].clone();
        shop.reprice(&step, json!({ "shippingRateId": id })).await.good();
    }
    if let Some(consignments) = cart["consignments"].as_array() {
        send(shop, &step, (&created, consignments)).await;
    }
    let query = "query($t: String!) { checkoutSession(token: $t) { totals { grandTotal { amount } amountDue { amount } } } }";
    let totals = shop.graphql(query, json!({ "t": step.token })).await["totals"].clone();
    let sum = |name: &str| totals[name]["amount"].as_str().unwrap().to_owned();
    (sum("grandTotal"), sum("amountDue"))
}

/// Takes a session apart, each consignment by the rate of its name.
async fn send(shop: &Shop<'_>, step: &Step, (created, wanted): (&Answer, &[Value])) {
    let lines = |one: &Value| {
        let line = |part: &Value| {
            let place = usize::try_from(part["line"].as_u64().unwrap()).unwrap();
            json!({ "lineId": created.session()["lines"][place]["id"], "quantity": part["quantity"] })
        };
        one["lines"].as_array().unwrap().iter().map(line).collect::<Vec<Value>>()
    };
    let all = |rates: &[Value]| {
        let each = wanted.iter().zip(rates).map(|(one, rate)| {
            json!({ "lines": lines(one), "shippingAddress": one["shippingAddress"], "shippingRateId": rate })
        });
        json!({ "consignments": each.collect::<Vec<Value>>() })
    };
    shop.reprice(step, all(&vec![Value::Null; wanted.len()])).await.good();
    let query = "query($t: String!) { checkoutSession(token: $t) { consignments { applicableShippingRates { rate { id name } } } } }";
    let seen = shop.graphql(query, json!({ "t": step.token })).await["consignments"].clone();
    let rate = |(place, one): (usize, &Value)| {
        let rates = seen[place]["applicableShippingRates"].as_array().unwrap();
        rates.iter().find(|offer| offer["rate"]["name"] == one["rate"]).unwrap()["rate"]["id"].clone()
    };
    let rates: Vec<Value> = wanted.iter().enumerate().map(rate).collect();
    shop.reprice(step, all(&rates)).await.good();
}

story! {
    async fn every_cart_of_the_page_comes_to_what_it_says(mall: &Mall) {
        let shop = mall.shop_of(&as_shop_a(DEMO)).await;
        for &(code, balance, currency) in CERTIFICATES {
            shop.issue(code, balance, currency).await;
        }
        let mut wrong = Vec::new();
        let carts = carts();
        assert!(carts.len() > 30, "{} carts", carts.len());
        for (name, cart) in &carts {
            let (total, due) = comes_to(&shop, cart).await;
            let said = |part: &str| cart[part].as_str();
            if said("total") != Some(&total) || said("due").is_some_and(|said| said != due) {
                wrong.push(format!("{name}: {total}, due {due}, but the page says {} and {}", cart["total"], cart["due"]));
            }
        }
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    }
}
