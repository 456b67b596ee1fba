//! `checkstand reconcile` finds what became of payments where every event of it was lost.

use checkstand::{
    domain::{order::OrderPaymentStatus, tenant::Capture},
    twin::{DisputeStatus, Picked, WebhookSwitch},
};

use crate::support::{Given, Mall, Shop, refund::Sold, story};

/// From now on nobody tells anything.
async fn lose_everything(shop: &Shop<'_>) {
    shop.webhooks_delivered().await;
    let lost = Picked { count: 999, event_type: None };
    shop.mall.twin.switch_webhooks(&shop.secret_key, WebhookSwitch::LoseNext(lost)).unwrap();
}

async fn reconcile(shop: &Shop<'_>, arguments: &[&str]) -> String {
    let (status, told) = shop.program(&["reconcile"], arguments).await;
    assert_eq!(status, Some(0), "{told}");
    told
}

/// Intents, oldest first.
fn intents(shop: &Shop<'_>) -> Vec<String> {
    shop.mall.twin.snapshot(&shop.secret_key).into_iter().map(|intent| intent.id).collect()
}

/// How often the provider was asked so.
fn asked(shop: &Shop<'_>, call: &str) -> u64 {
    shop.mall.twin.calls_of(&shop.secret_key).get(call).copied().unwrap_or(0)
}

async fn status(shop: &Shop<'_>, sold: &Sold) -> OrderPaymentStatus {
    shop.account(sold).await.order.payment_status
}

story! {
    async fn what_went_back_and_what_is_disputed_is_found_and_said(mall: &Mall) {
        let shop = mall.shop().await;
        let mut sold = Vec::new();
        for _ in 0..4 {
            sold.push(shop.sold(&[("NOTEBOOK-A6", 1)], &[]).await);
        }
        shop.refund(&sold[3], crate::support::refund::dollars(1_00)).await.unwrap();
        lose_everything(&shop).await;
        let [refunded, disputed, lost, quiet] = <[String; 4]>::try_from(intents(&shop)).unwrap();
        shop.at_the_provider("/v1/refunds", &format!("payment_intent={refunded}&amount=100")).await;
        mall.twin.dispute(&disputed, None, DisputeStatus::NeedsResponse).unwrap();
        mall.twin.dispute(&lost, Some(2_00), DisputeStatus::NeedsResponse).unwrap();
        mall.twin.move_dispute(&lost, DisputeStatus::Lost).unwrap();
        let told = reconcile(&shop, &[]).await;
        for (intent, sold, said) in [
            (&refunded, &sold[0], "refunded in part, 1.00 USD of it went back"),
            (&disputed, &sold[1], "disputed, 0.00 USD of it went back"),
            (&lost, &sold[2], "refunded in part, 2.00 USD of it went back"),
        ] {
            let line = format!("shop-a: what became of payment {intent}: settled: order {} is {said}\n", sold.number);
            assert!(told.contains(&line), "{line}: {told}");
        }
        assert!(!told.contains(&quiet) && told.ends_with("3 settled, 0 open, 0 could not be settled.\n"), "{told}");
        // Known by now: a list each, and nothing more. Nobody is asked for intents where none is only authorized.
        let calls = || ["GET /v1/payment_intents/:id", "GET /v1/refunds", "GET /v1/disputes"].map(|call| asked(&shop, call));
        let before = calls();
        assert!(reconcile(&shop, &[]).await.ends_with("0 settled, 0 open, 0 could not be settled.\n"));
        let after = calls();
        assert_eq!([0, 1, 2].map(|call| after[call] - before[call]), [0, 1, 1]);
        assert_eq!(asked(&shop, "GET /v1/payment_intents"), 0);
        // What the bank decided since, and sent back, of one session only.
        mall.twin.move_dispute(&disputed, DisputeStatus::Won).unwrap();
        mall.twin.fail_refund(&refunded).unwrap();
        let told = reconcile(&shop, &["--session", &sold[1].step.id]).await;
        assert!(told.contains(&format!("order {} is paid", sold[1].number)) && !told.contains(&refunded), "{told}");
        assert_eq!((status(&shop, &sold[1]).await, status(&shop, &sold[0]).await), (OrderPaymentStatus::Paid, OrderPaymentStatus::PartiallyRefunded));
        reconcile(&shop, &[]).await;
        assert_eq!(status(&shop, &sold[0]).await, OrderPaymentStatus::Paid);
    }
}

story! {
    async fn an_authorization_that_ended_or_was_captured_by_hand_is_found(mall: &Mall) {
        let shop = mall.shop_with("A", |shop| shop.organization.settings.capture = Capture::Manual).await;
        let mut sold = Vec::new();
        for _ in 0..3 {
            sold.push(shop.sold(&[("MUG-SET", 1)], &[]).await);
        }
        lose_everything(&shop).await;
        let [ended, captured, waits] = <[String; 3]>::try_from(intents(&shop)).unwrap();
        shop.at_the_provider(&format!("/v1/payment_intents/{ended}/cancel"), "").await;
        shop.at_the_provider(&format!("/v1/payment_intents/{captured}/capture"), "amount_to_capture=5000").await;
        let told = reconcile(&shop, &[]).await;
        assert!(told.contains(&format!("{ended}: settled: order {} is refunded, 61.98 USD", sold[0].number)), "{told}");
        assert!(told.contains(&format!("{captured}: settled: order {} is refunded in part, 11.98 USD", sold[1].number)), "{told}");
        assert!(!told.contains(&waits), "{told}");
        // Nothing became of it yet, and so nothing is left to do.
        let told = reconcile(&shop, &["--session", &sold[2].step.id]).await;
        assert!(told.contains(&format!("what became of payment {waits}: settled: order {} is authorized", sold[2].number)), "{told}");
        assert_eq!(status(&shop, &sold[2]).await, OrderPaymentStatus::Authorized);
        assert_eq!((asked(&shop, "GET /v1/payment_intents"), mall.count("SELECT count(*) FROM \"order\" WHERE status = 'canceled'").await), (1, 1));
    }
}

story! {
    async fn a_dispute_that_is_older_than_the_lists_reach_is_looked_at_while_its_order_is_disputed(mall: &Mall) {
        let shop = mall.shop().await;
        let sold = shop.sold(&[("NOTEBOOK-A6", 1)], &[]).await;
        let intent = intents(&shop).remove(0);
        // The twin's clock says when it was made.
        mall.twin.advance(-60 * 24 * 3_600_000);
        mall.twin.dispute(&intent, None, DisputeStatus::NeedsResponse).unwrap();
        mall.twin.advance(60 * 24 * 3_600_000);
        reconcile(&shop, &["--days", "90"]).await;
        assert_eq!(status(&shop, &sold).await, OrderPaymentStatus::Disputed);
        lose_everything(&shop).await;
        mall.twin.move_dispute(&intent, DisputeStatus::Lost).unwrap();
        let told = reconcile(&shop, &[]).await;
        assert!(told.contains(&format!("what became of payment {intent}: settled: order {} is refunded", sold.number)), "{told}");
        assert!(!reconcile(&shop, &[]).await.contains(&intent));
    }
}

story! {
    async fn a_refund_of_ours_that_the_database_has_forgotten_is_booked_again(mall: &Mall) {
        let shop = mall.shop().await;
        let sold = shop.sold(&[("NOTEBOOK-A6", 1)], &[]).await;
        shop.refund(&sold, crate::support::refund::dollars(1_00)).await.unwrap();
        lose_everything(&shop).await;
        // As after a restore from a copy that was made before it.
        for sql in [
            "DELETE FROM outbox_entry", "DELETE FROM order_refund_part", "DELETE FROM order_refund", "DELETE FROM refund",
            "UPDATE \"order\" SET refunded_minor = 0, payment_status = 'paid'",
        ] {
            mall.tamper(sql).await;
        }
        let intent = intents(&shop).remove(0);
        for is_news in [true, false] {
            assert_eq!(reconcile(&shop, &[]).await.contains(&intent), is_news);
            assert_eq!(status(&shop, &sold).await, OrderPaymentStatus::PartiallyRefunded);
            assert_eq!(shop.account(&sold).await.order.refunded.raw(), 1_00);
        }
    }
}

story! {
    async fn what_could_not_be_looked_for_is_told(mall: &Mall) {
        let shop = mall.shop().await;
        let unasked = [
            ([("STRIPE_API_BASE", Some("http://127.0.0.1:9"))], "the provider did not answer"),
            ([("STRIPE_KEY_A", None)], "no usable account with the provider, see checkstand doctor"),
        ];
        // A shop that sold nothing has nothing to ask.
        for (vars, _) in &unasked {
            let (status, told) = shop.program_given(&["reconcile"], &[], Given { input: "", vars }).await;
            assert_eq!(status, Some(0), "{told}");
        }
        shop.sold(&[("NOTEBOOK-A6", 1)], &[]).await;
        for (vars, said) in &unasked {
            let (status, told) = shop.program_given(&["reconcile"], &[], Given { input: "", vars }).await;
            let line = format!("shop-a: what became of payments: NOT SETTLED: {said}\n");
            assert!(status == Some(1) && told.contains(&line), "{line}: {told}");
        }
        assert_eq!(shop.program(&["reconcile"], &["--days", "0"]).await.0, Some(2));
    }
}
