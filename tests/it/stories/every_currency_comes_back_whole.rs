//! What was charged comes back whole, in every currency and whatever the parts.

use checkstand::{
    domain::{
        currency::Currency,
        money::Minor,
        price::Price,
        refund::{RefundStatus, Target},
    },
    store::seed,
};
use serde_json::json;

use crate::support::{Mall, Shop, refund::units, story};

/// A shop that sells the guide for these amounts.
async fn selling<'a>(mall: &'a Mall, prices: &[(&str, i64)]) -> Shop<'a> {
    let change = |shop: &mut seed::Shop| {
        for (_, variants) in &mut shop.products {
            for variant in variants.iter_mut().filter(|variant| variant.sku.as_deref() == Some("EBOOK-GUIDE"))
            {
                let first = variant.prices[0].clone();
                variant.prices.clear();
                for (currency, minor) in prices {
                    let currency = currency.parse().unwrap();
                    if !shop.organization.settings.currencies.contains(&currency) {
                        shop.organization.settings.currencies.push(currency);
                    }
                    variant.prices.push(Price {
                        currency,
                        list: Minor::new(*minor),
                        sale: None,
                        ..first.clone()
                    });
                }
            }
        }
    };
    mall.shop_with("A", change).await
}

story! {
    async fn parts_in_any_order_end_at_nothing_in_every_kind_of_currency(mall: &Mall) {
        // A tenth of a unit from a certificate, so that no share is round.
        let kinds = [("USD", 3_35, 1), ("JPY", 1_001, 1), ("KWD", 5_127, 10)];
        let shop = selling(mall, &kinds.map(|(currency, price, _)| (currency, price))).await;
        for (currency, price, step) in kinds {
            shop.issue(&format!("GIFT-00000-{currency}"), price / 10 / step * step, currency).await;
            let draft = json!({
                "lines": [{ "sku": "EBOOK-GUIDE", "quantity": 3 }], "customer": { "name": "Dana", "email": "dana@example.com" },
                "giftCertificateCodes": [format!("GIFT-00000-{currency}")],
            });
            let sold = shop.sold_as(draft, Some(currency)).await;
            let all = shop.account(&sold).await.left.raw();
            let mut back = 0;
            for wish in [units("EBOOK-GUIDE", 1), Target::Amount(Minor::new(7 * step), currency.parse().unwrap()), units("EBOOK-GUIDE", 1), Target::Remaining] {
                let refund = shop.refund(&sold, wish).await.unwrap();
                back += refund.shares.amount().raw();
                assert_eq!(refund.shares.card().raw() % step, 0, "{currency}");
                assert_eq!(shop.account(&sold).await.left.raw(), all - back, "{currency}");
            }
            let intents = mall.twin.snapshot(&shop.secret_key);
            let intent = intents.iter().find(|intent| intent.currency == currency.to_lowercase()).unwrap();
            assert_eq!(intent.refunded + mall.count(&format!("SELECT balance_minor FROM gift_certificate WHERE currency = '{currency}'")).await, all);
            assert_eq!((back, intent.refunded), (all, intent.amount_received), "{currency}");
            let left = format!("SELECT initial_minor - balance_minor FROM gift_certificate WHERE currency = '{currency}'");
            assert_eq!(mall.count(&left).await, 0, "{currency}");
        }
    }
}

/// Currencies that Stripe does not charge in (its page "Supported currencies"), so that the twin does not either.
const NOT_CHARGED: &str = "BTN CUP ERN GHS IQD IRR KPW LYD MRU \
    SDG SSP STN SVC SYP TMT VED VES XCG ZWG";

story! {
    async fn shown_is_bound_is_charged_is_refunded_in_every_currency(mall: &Mall) {
        let all = Currency::all().filter(|currency| !NOT_CHARGED.contains(currency.code()));
        let all: Vec<Currency> = all.collect();
        assert_eq!(all.len(), 137);
        let prices: Vec<(&str, i64)> = all.iter().map(|currency| (currency.code(), 99_994)).collect();
        let shop = selling(mall, &prices).await;
        for currency in &all {
            let draft = json!({
                "lines": [{ "sku": "EBOOK-GUIDE", "quantity": 1 }], "customer": { "name": "Dana", "email": "dana@example.com" },
            });
            let sold = shop.sold_as(draft, Some(currency.code())).await;
            let shown = Minor::new(99_994).to_step(currency.step());
            let intents = || mall.twin.snapshot(&shop.secret_key);
            let intent = intents().into_iter().find(|intent| intent.refunded == 0).unwrap();
            let charged = (intent.currency.to_uppercase(), intent.amount_received);
            assert_eq!(charged, (currency.code().to_owned(), currency.to_wire(shown)));
            let third = Target::Amount(Minor::new(shown.raw() / 3 / currency.step() * currency.step()), *currency);
            for target in [third, Target::Remaining] {
                let refund = shop.refund(&sold, target).await.unwrap();
                assert_eq!(refund.status, RefundStatus::Succeeded, "{currency}: {:?}", refund.failure);
            }
            let refunded = intents().into_iter().find(|one| one.id == intent.id).unwrap().refunded;
            assert_eq!(refunded, intent.amount_received, "{currency}");
        }
    }
}
