//! What a unit costs depends on how many are bought, when, and by whom, as far as the merchant lets that be known: quantity
//! breaks, price lists, discounts for some customers, customers who owe no tax.

use checkstand::{
    domain::instant::{Span, Timestamp},
    store::declared::Choice,
};
use serde_json::{Value, json};
use time::{OffsetDateTime, format_description::well_known::Rfc3339};

use crate::support::{Answer, Mall, Shop, Step, file_with, story, texas};

const MUG: &str = "prices = { USD = \"49.99\", EUR = \"46.00\", JPY = \"7200\" }";
const BREAKS: &str = "prices = { USD = \"49.99\", EUR = \"46.00\", JPY = \"7200\" }\n\
    breaks = [{ from = 3, prices = { USD = \"45.00\" } }, { from = 10, prices = { USD = \"40.00\" } }]";
const STRANGERS: &str = "default_currency = \"USD\"";
const TRUSTED: &str = "default_currency = \"USD\"\ntrust_email = true";
/// Dana buys wholesale, Sam is of the staff, Lee is exempt.
const CUSTOMERS: &str = "\n[[price_lists]]\nname = \"Wholesale\"\ngroups = [\"wholesale\"]\nprices = [\n  \
    { sku = \"MUG-SET\", prices = { USD = \"30.00\", EUR = \"28.00\" } },\n  { sku = \"MUG-SET\", from = 5, prices = { USD = \"25.00\" } },\n]\n\n\
    [[customers]]\nemail = \"Dana@example.com\"\ngroups = [\"wholesale\"]\ntags = [\"vip\"]\n\n\
    [[customers]]\nemail = \"sam@example.com\"\ngroups = [\"staff\"]\n\n[[customers]]\nemail = \"lee@example.com\"\ntax_exempt = true\n\n\
    [[discounts]]\ncode = \"VIP\"\ntitle = \"For friends of the house\"\npercentage = \"0.5\"\ncustomer_tags = [\"vip\"]\n";

/// Price of each unit, line by line.
fn units(answer: &Answer) -> Vec<i64> {
    let lines = answer.session()["lines"].as_array().unwrap();
    lines.iter().map(|line| line["unitPrice"]["amountMinor"].as_i64().unwrap()).collect()
}

fn line(answer: &Answer, place: usize) -> Value {
    answer.session()["lines"][place]["id"].clone()
}

fn told(answer: &Answer) -> bool {
    answer.messages().contains(&"PRICE_CHANGED".to_owned())
}

fn says_who(email: &str) -> Value {
    json!({ "customer": { "name": "Somebody", "email": email } })
}

/// Binds what is shown, and answers what is to pay then, as the payment page has it.
async fn charged(shop: &Shop<'_>, step: &Step) -> i64 {
    shop.fill(step).await;
    let read = shop.read(step).await;
    let offer = &read["applicableShippingRates"][0];
    let total = offer["grandTotal"]["amountMinor"].as_i64().unwrap();
    let shown = format!("{}.{:02}", total / 100, total % 100);
    let draft = json!({ "shippingRateId": offer["rate"]["id"] });
    let bound = shop.try_bind(step, draft, Some(&shown), None).await.good();
    assert_eq!(bound.session()["binding"]["total"]["amountMinor"], total);
    let payment = shop.payment_session(step).await.good();
    assert_eq!(payment["paymentSession"]["amount"]["amountMinor"], total);
    total
}

story! {
    async fn from_a_quantity_on_each_unit_costs_less_over_all_lines_of_the_variant(mall: &Mall) {
        let shop = mall.shop_of(&file_with(&[(MUG, BREAKS)])).await;
        let engraved = json!({ "sku": "MUG-SET", "quantity": 1, "attributes": [{ "key": "engraving", "value": "A" }] });
        let created = shop.try_create(json!({ "lines": [{ "sku": "MUG-SET", "quantity": 2 }] }), None, None).await.good();
        let step = shop.step(&created);
        assert_eq!(units(&created), [49_99]);
        let third = shop.add(&step, json!([engraved])).await.good();
        assert_eq!((units(&third), told(&third)), (vec![45_00, 45_00], false));
        for (quantity, expected) in [(1, 49_99), (2, 45_00), (8, 45_00), (9, 40_00), (1, 49_99)] {
            let update = json!([{ "lineId": line(&third, 0), "quantity": quantity }]);
            let updated = shop.update(&step, update).await.good();
            assert_eq!((units(&updated), told(&updated)), (vec![expected; 2], false), "{quantity}");
        }
        let removed = shop.remove(&step, json!([line(&third, 1)])).await.good();
        assert_eq!((units(&removed), told(&removed)), (vec![49_99], false));
        let whole = shop.reprice(&step, json!({ "lines": [{ "sku": "MUG-SET", "quantity": 3 }] })).await.good();
        assert_eq!((units(&whole), told(&whole)), (vec![45_00], false));
        // Three for 135.00, 8 % and Ground for 7.99.
        assert_eq!(charged(&shop, &step).await, 135_00 + 10_80 + 7_99);
        let at_once = shop.try_create(json!({ "lines": [{ "sku": "MUG-SET", "quantity": 10 }] }), None, None).await.good();
        assert_eq!(units(&at_once), [40_00]);
        let yen = shop.try_create(json!({ "lines": [{ "sku": "MUG-SET", "quantity": 10 }] }), Some("JPY"), None).await.good();
        assert_eq!(units(&yen), [7200], "a break is of its currency");
    }
}

story! {
    async fn a_page_shows_what_more_units_cost_and_what_is_struck_through(mall: &Mall) {
        let backpack = "sale = { prices = { USD = \"59.00\", EUR = \"55.00\", JPY = \"8600\" } }";
        let breaks = "breaks = [{ from = 2, prices = { USD = \"61.00\" } }, { from = 4, prices = { USD = \"50.00\" } }]";
        let shop = mall.shop_of(&file_with(&[(MUG, BREAKS), (backpack, &format!("{backpack}\n{breaks}"))])).await;
        let query = "query($slug: String!) { product(by: { slug: $slug }) { variants { nodes { price { amount } \
            quantityPriceBreaks { minimumQuantity price { amount currency } } } } } }";
        let shown = async |slug: &str| {
            let page = shop.graphql(query, json!({ "slug": slug })).await;
            page["variants"]["nodes"][0].clone()
        };
        let of = |quantity: i64, price: &str| json!({ "minimumQuantity": quantity, "price": { "amount": price, "currency": "USD" } });
        assert_eq!(
            shown("stoneware-mug-set").await,
            json!({ "price": { "amount": "49.99" }, "quantityPriceBreaks": [of(3, "45.00"), of(10, "40.00")] })
        );
        assert_eq!(
            shown("canvas-backpack").await,
            json!({ "price": { "amount": "59.00" }, "quantityPriceBreaks": [of(4, "50.00")] }),
            "what is dearer than the sale is no break"
        );
        let step = shop.create(&[("MUG-SET", 3)]).await;
        let query = "query($token: String!) { checkoutSession(token: $token) { lines { unitPrice { amount } compareAtUnitPrice { amount } } } }";
        let read = shop.graphql(query, json!({ "token": step.token })).await;
        assert_eq!(read["lines"][0], json!({ "unitPrice": { "amount": "45.00" }, "compareAtUnitPrice": { "amount": "49.99" } }));
    }
}

story! {
    async fn a_price_that_the_shop_changed_is_told_and_one_that_the_quantity_changed_is_not(mall: &Mall) {
        let shop = mall.shop_of(&file_with(&[(MUG, BREAKS)])).await;
        let step = shop.create(&[("MUG-SET", 1)]).await;
        let again = async |quantity: i64| shop.reprice(&step, json!({ "lines": [{ "sku": "MUG-SET", "quantity": quantity }] })).await.good();
        let changed = async |from: &str, to: &str| {
            mall.apply(&file_with(&[(MUG, &BREAKS.replace(from, to))]), Choice::default()).await.unwrap();
        };
        changed("49.99", "47.00").await;
        let dearer = again(1).await;
        assert_eq!((units(&dearer), told(&dearer)), (vec![47_00], true));
        assert!(!told(&again(1).await), "told once");
        let third = again(3).await;
        assert_eq!((units(&third), told(&third)), (vec![45_00], false));
        changed("45.00", "44.00").await;
        let both = again(10).await;
        assert_eq!((units(&both), told(&both)), (vec![40_00], true), "the three would have become cheaper, too");
    }
}

/// As a shop file writes it.
fn written(at: Timestamp) -> String {
    let nanos = i128::from(at.ms()) * 1_000_000;
    OffsetDateTime::from_unix_timestamp_nanos(nanos).unwrap().format(&Rfc3339).unwrap()
}

story! {
    async fn a_list_counts_from_its_first_instant_and_no_more_at_its_end(mall: &Mall) {
        let start = mall.app.now() + Span::from_minutes(60);
        let end = start + Span::from_minutes(60);
        let list = format!(
            "\n[[price_lists]]\nname = \"Rush hour\"\nstarts_at = {}\nends_at = {}\nprices = [{{ sku = \"MUG-SET\", prices = {{ USD = \"39.00\" }} }}]\n",
            written(start), written(end)
        );
        let shop = mall.shop_of(&format!("{}{list}", file_with(&[]))).await;
        let step = shop.create(&[("MUG-SET", 1)]).await;
        let to = async |at: Timestamp| {
            mall.pass(Span::from_ms(at.ms() - mall.app.now().ms())).await;
            let answer = shop.reprice(&step, json!({})).await.good();
            (units(&answer), told(&answer))
        };
        assert_eq!(to(start + Span::from_ms(-1)).await, (vec![49_99], false));
        assert_eq!(to(start).await, (vec![39_00], true));
        let late = shop.create(&[("MUG-SET", 1)]).await;
        assert_eq!(to(end + Span::from_ms(-1)).await, (vec![39_00], false));
        // 39.00, 8 % and 7.99: what was bound at the last moment is charged after it.
        assert_eq!(charged(&shop, &late).await, 39_00 + 3_12 + 7_99);
        assert_eq!(to(end).await, (vec![49_99], true));
        let payment = shop.payment_session(&late).await.good();
        shop.confirm(&payment, "pm_card_visa").await;
        let paid = shop.until(&late, "COMPLETED").await;
        assert_eq!(paid["order"]["totals"]["grandTotal"]["amountMinor"], 39_00 + 3_12 + 7_99);
        let off = format!("{}{}", file_with(&[]), list.replace("prices = [", "active = false\nprices = ["));
        mall.apply(&off, Choice::default()).await.unwrap();
        mall.clock.advance(Span::from_ms(-2));
        assert_eq!(units(&shop.reprice(&step, json!({})).await.good()), [49_99], "switched off");
    }
}

story! {
    async fn a_group_price_is_for_its_group_and_only_where_the_merchant_trusts_a_typed_address(mall: &Mall) {
        let strangers = format!("{}{CUSTOMERS}", file_with(&[(MUG, BREAKS)]));
        let shop = mall.shop_of(&strangers).await;
        let step = shop.create(&[("MUG-SET", 1)]).await;
        let typed = async |email: &str| {
            let answer = shop.reprice(&step, says_who(email)).await.good();
            (units(&answer)[0], told(&answer))
        };
        assert_eq!(typed("dana@example.com").await, (49_99, false), "nobody proved anything");
        mall.apply(&strangers.replace(STRANGERS, TRUSTED), Choice::default()).await.unwrap();
        for (email, expected) in [
            ("nobody@example.com", 49_99),
            ("DANA@Example.COM", 30_00),
            ("dana@example.com.example", 49_99),
            ("dana@example.com", 30_00),
            ("lee@example.com", 49_99),
            ("dana@example.com", 30_00),
        ] {
            assert_eq!(typed(email).await, (expected, false), "{email}");
        }
        for (quantity, expected) in [(4, 30_00), (5, 25_00), (10, 25_00), (1, 30_00)] {
            let answer = shop.reprice(&step, json!({ "lines": [{ "sku": "MUG-SET", "quantity": quantity }] })).await.good();
            assert_eq!((units(&answer), told(&answer)), (vec![expected], false), "{quantity}");
        }
        assert_eq!(charged(&shop, &step).await, 30_00 + 2_40 + 7_99);
        // Whoever else binds such a cart pays what anybody pays.
        let other = shop.create(&[("MUG-SET", 1)]).await;
        assert_eq!(units(&shop.reprice(&other, says_who("dana@example.com")).await.good()), [30_00]);
        let mut draft = texas();
        draft["customer"]["email"] = json!("nobody@example.com");
        let filled = shop.reprice(&other, draft).await.good();
        let rate = filled.session()["applicableShippingRates"][0]["rate"]["id"].clone();
        let bound = shop.try_bind(&other, json!({ "shippingRateId": rate }), Some("61.98"), None).await.good();
        assert_eq!(bound.session()["binding"]["total"]["amountMinor"], 49_99 + 4_00 + 7_99);
        // Sam takes Dana's place: that is a change at the shop.
        let third = shop.create(&[("MUG-SET", 1)]).await;
        shop.reprice(&third, says_who("dana@example.com")).await.good();
        let swapped = strangers.replace(STRANGERS, TRUSTED).replace("Dana@", "?@").replace("sam@", "dana@").replace("?@", "sam@");
        mall.apply(&swapped, Choice::default()).await.unwrap();
        let moved = shop.reprice(&third, json!({})).await.good();
        assert_eq!((units(&moved), told(&moved)), (vec![49_99], true));
        // Nor does another shop know them.
        let elsewhere = mall.shop_with("B", |declared| declared.organization.settings.trust_email = true).await;
        let stranger = elsewhere.create(&[("MUG-SET", 1)]).await;
        assert_eq!(units(&elsewhere.reprice(&stranger, says_who("sam@example.com")).await.good()), [49_99]);
        assert_eq!(mall.count("SELECT count(*) FROM customer").await, 3);
        assert!(!mall.declared_rows().await.concat().to_lowercase().contains("@example"), "no address is stored");
    }
}

story! {
    async fn a_code_for_some_customers_is_refused_to_the_others(mall: &Mall) {
        let strangers = format!("{}{CUSTOMERS}", file_with(&[]));
        let shop = mall.shop_of(&strangers).await;
        let step = shop.create(&[("NOTEBOOK-A6", 2)]).await;
        let typed = async |email: &str| {
            let mut draft = says_who(email);
            draft["discountCodes"] = json!(["VIP"]);
            let answer = shop.reprice(&step, draft).await.good();
            answer.session()["discountCodes"][0]["rejection"].clone()
        };
        assert_eq!(typed("dana@example.com").await, "CUSTOMER_NOT_ELIGIBLE");
        mall.apply(&strangers.replace(STRANGERS, TRUSTED), Choice::default()).await.unwrap();
        assert_eq!(typed("dana@example.com").await, Value::Null);
        assert_eq!(typed("lee@example.com").await, "CUSTOMER_NOT_ELIGIBLE");
    }
}

/// The steps of an exempt customer's bill, their sum, and what is shown.
async fn exempt(shop: &Shop<'_>, step: &Step) -> (i64, Vec<String>) {
    let query = "query($token: String!) { checkoutSession(token: $token) { taxStatus totals { grandTotal { amountMinor } tax { amountMinor } } \
        explanation { label amount { amountMinor } } } }";
    let read = shop.graphql(query, json!({ "token": step.token })).await;
    assert_eq!(read["taxStatus"], "EXEMPT");
    assert_eq!(read["totals"]["tax"]["amountMinor"], 0);
    let steps = read["explanation"].as_array().unwrap();
    let sum: i64 = steps.iter().map(|step| step["amount"]["amountMinor"].as_i64().unwrap()).sum();
    assert_eq!(read["totals"]["grandTotal"]["amountMinor"], sum);
    (sum, steps.iter().map(|step| step["label"].as_str().unwrap().to_owned()).collect())
}

story! {
    async fn an_exempt_customer_pays_no_tax_and_sees_why(mall: &Mall) {
        let trusting = format!("{}{CUSTOMERS}", file_with(&[(STRANGERS, TRUSTED)]));
        let shop = mall.shop_of(&trusting).await;
        let step = shop.create(&[("MUG-SET", 1)]).await;
        let rate = shop.fill(&step).await;
        let mut draft = texas();
        draft["customer"]["email"] = json!("Lee@Example.com");
        draft["shippingRateId"] = json!(rate);
        shop.reprice(&step, draft).await.good();
        let (total, why) = exempt(&shop, &step).await;
        assert_eq!(total, 49_99 + 7_99);
        assert_eq!(why.last().unwrap(), "No tax, not owed (exempt customer)");
        let bound = shop.try_bind(&step, json!({ "shippingRateId": rate }), Some("57.98"), None).await.good();
        assert_eq!(bound.session()["binding"]["total"]["amountMinor"], total);

        let included = trusting.replace("taxes_included = false", "taxes_included = true");
        mall.apply(&included, Choice::default()).await.unwrap();
        let created = shop.try_create(json!({ "lines": [{ "sku": "MUG-SET", "quantity": 1 }] }), Some("EUR"), None).await.good();
        let step = shop.step(&created);
        let mut draft = says_who("lee@example.com");
        draft["shippingAddress"] = json!({ "address1": "Markt 1", "city": "Berlin", "postalCode": "10115", "countryCode": "DE" });
        shop.reprice(&step, draft).await.good();
        let (total, why) = exempt(&shop, &step).await;
        // 19 % are in 46.00: 7.34.
        assert_eq!(total, 46_00 - 7_34);
        assert_eq!(why.last().unwrap(), "Tax in the prices, not owed (exempt customer)");
        let stranger = shop.reprice(&step, says_who("dana@example.org")).await.good();
        assert_eq!((stranger.grand_total(), stranger.session()["taxStatus"].clone()), (46_00, json!("ESTIMATED")));
    }
}
