//! How many statements each operation takes, whatever the number of lines.
//!
//! Counted by the server itself, BEGIN and COMMIT apart; every answer says its count in `extensions.statements`. What was
//! asked once is remembered (zones and taxes), so each session is preceded by one that is not counted.

use checkstand::{
    domain::{
        catalog::Variant,
        customer::{self, Customer},
        ids::{CustomerId, PriceListId, ProductId, VariantId},
        money::Minor,
        price::{ListTerms, ListedPrice, PriceList, Tier},
    },
    flows::{App, counted, receive},
    store::seed,
    twin::{ReleaseOrder, WebhookSwitch},
};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::support::{Answer, Mall, Shop, signature, story, texas};

/// Reads, pages and steps of a purchase, with the most statements for each. The product's design fixes them.
const BUDGETS: &[(&str, u64)] = &[
    ("product page", 4),
    ("shipping zones", 2),
    ("create", 8),
    ("create with an address, a code and a key", 8),
    ("read", 3),
    ("reprice: address", 7),
    ("reprice: code", 7),
    ("reprice: lines", 7),
    ("lines updated", 7),
    ("bind", 14),
    ("bind again", 14),
    ("reprice of a bound session", 7),
    ("bind with a key, a limited code and a gift certificate", 14),
    ("payment session", 6),
    ("payment session again", 6),
    ("webhook to order", 12),
    ("read of a completed session", 3),
    ("order", 3),
    // Only who asks for them pays for the look.
    ("order without refunds that asks for them", 4),
];

/// On it is enough to pay a part of every purchase here.
const GIFT: &str = "GIFT-FOR-EVERY-PURCHASE";

/// What one operation took.
fn spent(answer: &Answer) -> u64 {
    answer.json["extensions"]["statements"].as_u64().unwrap_or_else(|| panic!("no count: {}", answer.text))
}

/// A shop with 200 kinds of a thing.
async fn stocked(mall: &Mall, more: impl FnOnce(&mut seed::Shop)) -> Shop<'_> {
    mall.shop_with("A", |declared| {
        let (mut product, variants) = declared.products.first().unwrap().clone();
        product.id = ProductId::from_uuid(Uuid::from_u128(1));
        "kinds".clone_into(&mut product.slug);
        let kind = |number: u128| Variant {
            id: VariantId::from_uuid(Uuid::from_u128(1_000 + number)),
            product: product.id,
            sku: Some(format!("KIND-{number}")),
            ..variants.first().unwrap().clone()
        };
        let kinds = (0..200).map(kind).collect();
        declared.products.push((product, kinds));
        more(declared);
    })
    .await
}

fn lines(count: usize, quantity: i64) -> Value {
    (0..count).map(|number| json!({ "sku": format!("KIND-{number}"), "quantity": quantity })).collect()
}

/// A whole purchase of so many lines; answers each operation's statements.
async fn purchase(shop: &Shop<'_>, count: usize) -> Vec<(&'static str, u64)> {
    let mut all = Vec::new();
    let page = "{ products(first: 20) { totalCount nodes { id variants(first: 10) { nodes { id price { amount } quantityAvailable quantityPriceBreaks { minimumQuantity price { amount } } } } } } }";
    all.push(("product page", spent(&shop.graphql(page, json!({})).await)));
    all.push((
        "shipping zones",
        spent(&shop.graphql("{ shippingZones { name rates { name } } }", json!({})).await),
    ));
    let created = shop.try_create(json!({ "lines": lines(count, 1) }), None, None).await.good();
    all.push(("create", spent(&created)));
    let step = shop.step(&created);
    let mut whole = texas();
    whole["lines"] = lines(count, 1);
    whole["discountCodes"] = json!(["WELCOME10"]);
    let key = App::new_id().to_string();
    let keyed = shop.try_create(whole, None, Some(&key)).await.good();
    all.push(("create with an address, a code and a key", spent(&keyed)));
    all.push(("read", spent(&shop.read(&step).await)));
    let addressed = shop.reprice(&step, texas()).await.good();
    all.push(("reprice: address", spent(&addressed)));
    let coded = shop.reprice(&step, json!({ "discountCodes": ["WELCOME10"] })).await.good();
    all.push(("reprice: code", spent(&coded)));
    let relined = shop.reprice(&step, json!({ "lines": lines(count, 2) })).await.good();
    all.push(("reprice: lines", spent(&relined)));
    let update = json!([{ "lineId": relined.session()["lines"][0]["id"], "quantity": 1 }]);
    all.push(("lines updated", spent(&shop.update(&step, update).await.good())));
    let bound = shop.bind_again(&step).await.good();
    all.push(("bind", spent(&bound)));
    let again = shop.try_bind(&step, rate_of(&bound), None, None).await.good();
    all.push(("bind again", spent(&again)));
    let reopened = shop.reprice(&step, json!({ "discountCodes": ["FIRST"] })).await.good();
    all.push(("reprice of a bound session", spent(&reopened)));
    shop.try_bind(&step, rate_of(&bound), None, None).await.good();
    let mut draft = rate_of(&bound);
    draft["discountCodes"] = json!(["FIRST", "WELCOME10"]);
    draft["giftCertificateCodes"] = json!([GIFT]);
    let keyed = shop.try_bind(&step, draft, None, Some("another")).await.good();
    all.push(("bind with a key, a limited code and a gift certificate", spent(&keyed)));
    // The purchase itself goes on without a code: uses of a limited one are counted on top.
    let mut draft = rate_of(&bound);
    draft["discountCodes"] = json!([]);
    shop.try_bind(&step, draft, None, None).await.good();
    let payment = shop.payment_session(&step).await.good();
    all.push(("payment session", spent(&payment)));
    all.push(("payment session again", spent(&shop.payment_session(&step).await.good())));
    shop.hold_webhooks().await;
    shop.confirm(&payment, "pm_card_visa").await;
    all.push(("webhook to order", Box::pin(webhook(shop, &shop.intent(&payment))).await));
    let read = shop.read(&step).await;
    assert_eq!(read.state(), "COMPLETED");
    all.push(("read of a completed session", spent(&read)));
    let order = "query($token: String!) { order(token: $token) { number lines { title quantity } } }";
    all.push(("order", spent(&shop.graphql(order, json!({ "token": step.token })).await)));
    let refunds = "query($token: String!) { order(token: $token) { number refunds { id } } }";
    let asked = shop.graphql(refunds, json!({ "token": step.token })).await;
    all.push(("order without refunds that asks for them", spent(&asked)));
    all
}

fn rate_of(bound: &Answer) -> Value {
    json!({ "shippingRateId": bound.session()["applicableShippingRates"][0]["rate"]["id"] })
}

/// From the webhook's arrival to the committed order.
async fn webhook(shop: &Shop<'_>, intent: &str) -> u64 {
    let object = json!({ "object": "payment_intent", "id": intent });
    let body = json!({ "id": format!("evt_{intent}"), "type": "payment_intent.succeeded", "data": { "object": object } })
        .to_string();
    let header = signature("whsec_test", shop.mall.app.now().ms() / 1000, &body);
    let (received, statements) =
        counted(Box::pin(receive::receive(&shop.mall.app, &shop.slug, &header, body.as_bytes()))).await;
    assert_eq!(received.unwrap(), receive::Received::Acknowledged);
    statements
}

/// Buys so many lines each time, and holds what each operation took against its budget.
async fn hold_to_budget(shop: Shop<'_>, sizes: &[usize]) {
    shop.issue(GIFT, 10_00, "USD").await;
    Box::pin(purchase(&shop, 1)).await;
    let mut counts = Vec::new();
    for count in sizes {
        shop.mall
            .twin
            .switch_webhooks(&shop.secret_key, WebhookSwitch::Release(ReleaseOrder::AsHappened))
            .unwrap();
        counts.push(Box::pin(purchase(&shop, *count)).await);
    }
    let (one, more) = counts.split_first().unwrap();
    for other in more {
        assert_eq!(one, other, "more lines, more statements");
    }
    let over: Vec<_> = one
        .iter()
        .map(|(name, spent)| (name, spent, BUDGETS.iter().find(|(known, _)| known == name).unwrap().1))
        .filter(|(_, spent, budget)| *spent > budget)
        .collect();
    assert!(over.is_empty(), "operation, statements, budget: {over:?} of {one:?}");
    assert_eq!(one.len(), BUDGETS.len(), "{one:?}");
}

story! {
    async fn no_operation_takes_more_statements_than_its_budget_however_many_lines(mall: &Mall) {
        let shop = Shop { address: mall.counting_server().await, ..stocked(mall, |_| {}).await };
        hold_to_budget(shop, &[1, 20, 200]).await;
    }
}

/// Quantity breaks, a price list for a group, and a known customer who buys.
fn with_prices_for_some(declared: &mut seed::Shop) {
    declared.organization.settings.trust_email = true;
    let customer = Customer { groups: vec!["wholesale".into()], tags: vec!["vip".into()], tax_exempt: false };
    let key = checkstand::store::customer::key("dana@example.com");
    let id = CustomerId::from_uuid(Uuid::from_u128(1));
    declared.customers.push(customer::Declared { id, key, customer });
    let (_, kinds) = declared.products.last_mut().unwrap();
    let mut prices = Vec::new();
    for kind in kinds {
        let price = kind.prices.iter_mut().find(|price| price.currency.code() == "USD").unwrap();
        price.tiers.push(Tier { quantity_min: 2, price: Minor::new(20_00), list: None });
        prices.push(ListedPrice {
            variant: kind.id,
            currency: price.currency,
            quantity_min: 1,
            price: Minor::new(10_00),
        });
    }
    declared.price_lists.push(PriceList {
        id: PriceListId::from_uuid(Uuid::from_u128(1)),
        name: "Wholesale".into(),
        terms: ListTerms { groups: vec!["wholesale".into()], ..ListTerms::default() },
        active: true,
        prices,
    });
}

story! {
    async fn nor_where_quantity_and_customer_decide_the_price(mall: &Mall) {
        let shop = Shop { address: mall.counting_server().await, ..stocked(mall, with_prices_for_some).await };
        let step = shop.create(&[("KIND-1", 1)]).await;
        shop.fill(&step).await;
        assert_eq!(shop.read(&step).await["lines"][0]["unitPrice"]["amountMinor"], 10_00);
        hold_to_budget(shop, &[1, 200]).await;
    }
}
