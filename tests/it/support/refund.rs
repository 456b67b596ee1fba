//! What a merchant does with an order: sell it first, then give money back.

use checkstand::{
    domain::{
        money::Minor,
        refund::{LineName, Refund, Target},
    },
    flows::{
        capture::{self, Captured},
        give_back::{self, Account, GiveBackError, Wanted},
    },
};
use serde_json::json;

use super::{Shop, Step, texas};

/// An order that was paid.
#[derive(Debug, Clone)]
pub struct Sold {
    pub step: Step,
    pub number: String,
}

/// An amount of dollars.
pub fn dollars(minor: i64) -> Target {
    Target::Amount(Minor::new(minor), "USD".parse().unwrap())
}

/// Units of a line.
pub fn units(sku: &str, number: i64) -> Target {
    Target::Parts { lines: vec![(LineName::Sku(sku.to_owned()), Some(number))], shipping: false }
}

/// What shipping cost.
pub const SHIPPING: Target = Target::Parts { lines: Vec::new(), shipping: true };

/// A wish without more.
pub fn wish(target: Target) -> Wanted {
    Wanted { target, restock: false, reason: None, key: None }
}

impl Shop<'_> {
    /// Sells these units to Texas by Ground, paid by these gift certificates and by card.
    pub async fn sold(&self, lines: &[(&str, i64)], gifts: &[&str]) -> Sold {
        let lines: Vec<_> =
            lines.iter().map(|(sku, units)| json!({ "sku": sku, "quantity": units })).collect();
        let mut draft = texas();
        draft["lines"] = json!(lines);
        draft["giftCertificateCodes"] = json!(gifts);
        self.sold_as(draft, None).await
    }

    /// Sells what a draft says.
    pub async fn sold_as(&self, draft: serde_json::Value, currency: Option<&str>) -> Sold {
        let step = self.step(&self.try_create(draft, currency, None).await.good());
        let bound = self.bind_again(&step).await.good();
        let due = bound.session()["totals"]["amountDue"]["amountMinor"].as_i64().unwrap();
        if due == 0 {
            self.complete(&step).await.good();
        } else {
            let payment = self.payment_session(&step).await.good();
            self.confirm(&payment, "pm_card_visa").await;
        }
        let done = self.until(&step, "COMPLETED").await;
        Sold { number: done["order"]["number"].as_str().unwrap().to_owned(), step }
    }

    /// Gives back, as its merchant does; answers the code of a refusal.
    pub async fn refund(&self, sold: &Sold, target: Target) -> Result<Refund, &'static str> {
        self.refund_as(sold, &wish(target)).await.map_err(|why| why.code())
    }

    pub async fn refund_as(&self, sold: &Sold, wanted: &Wanted) -> Result<Refund, GiveBackError> {
        let app = &self.mall.app;
        let merchant = app.merchant(&self.slug.parse().unwrap()).await.unwrap().unwrap();
        let order = self.account(sold).await.order.id;
        give_back::give_back(app, &merchant, order, wanted).await.unwrap()
    }

    /// Captures, as its merchant does: all that is left, or less; answers the code of a refusal.
    pub async fn capture(&self, sold: &Sold, amount: Option<i64>) -> Result<Captured, &'static str> {
        let app = &self.mall.app;
        let merchant = app.merchant(&self.slug.parse().unwrap()).await.unwrap().unwrap();
        let order = self.account(sold).await.order.id;
        let answer = capture::capture(app, &merchant, order, amount.map(Minor::new)).await.unwrap();
        answer.map_err(|why| why.code())
    }

    /// The order with its refunds and what is left of it.
    pub async fn account(&self, sold: &Sold) -> Account {
        let app = &self.mall.app;
        let of = app.organization(&self.slug.parse().unwrap()).await.unwrap().unwrap().id;
        give_back::find(&app.store, of, &sold.number).await.unwrap().unwrap()
    }

    /// What a merchant does at the provider by hand.
    pub async fn at_the_provider(&self, path: &str, form: &str) {
        let key = format!("Bearer {}", self.secret_key);
        let headers =
            [("authorization", key.as_str()), ("content-type", "application/x-www-form-urlencoded")];
        let url = format!("{}{path}", self.mall.twin_address());
        let answer = self.mall.client.send("POST", &url, &headers, form.to_owned()).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
    }

    /// An object of the provider's.
    pub async fn at_the_provider_is(&self, path: &str) -> serde_json::Value {
        let key = format!("Bearer {}", self.secret_key);
        let url = format!("{}{path}", self.mall.twin_address());
        self.mall.client.send("GET", &url, &[("authorization", &key)], "").await.json
    }

    /// What the twin gave back of all this shop's payments.
    pub fn given_back(&self) -> i64 {
        self.mall.twin.snapshot(&self.secret_key).iter().map(|intent| intent.refunded).sum()
    }
}

/// A refund as (card, certificates).
pub fn to_whom(refund: &Refund) -> (i64, i64) {
    let card = refund.shares.card();
    (card.raw(), (refund.shares.amount() - card).raw())
}
