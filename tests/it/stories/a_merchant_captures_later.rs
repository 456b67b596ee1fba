//! Money is authorized when the order is made, and taken later: all of it, less, or nothing.

use checkstand::{
    domain::{
        instant::Span,
        money::Minor,
        order::OrderPaymentStatus,
        refund::{RefundStatus, Target},
        tenant::Capture,
    },
    twin::{Fault, FaultKind, IntentView, ReleaseOrder, WebhookSwitch},
};
use futures_util::future::join_all;

use crate::support::{
    Mall, Shop,
    refund::{dollars, to_whom, units, wish},
    story,
};

const GIFT: &str = "GIFT-0000-AAAA-1111";
/// A mug set to Texas by Ground: 49.99, tax 4.00, shipping 7.99.
const TOTAL: i64 = 61_98;
const STATUS: &str = "SELECT status || ' ' || payment_status AS t FROM \"order\"";
const ON_HAND: &str = "SELECT sum(on_hand) FROM stock";
const BALANCE: &str = "SELECT sum(balance_minor) FROM gift_certificate";

async fn careful_shop(mall: &Mall) -> Shop<'_> {
    mall.shop_with("A", |shop| shop.organization.settings.capture = Capture::Manual).await
}

fn intent(shop: &Shop<'_>) -> IntentView {
    shop.mall.twin.snapshot(&shop.secret_key).remove(0)
}

async fn stands(shop: &Shop<'_>) -> String {
    shop.mall.texts(STATUS).await.remove(0)
}

/// What the twin took and gave back.
fn moved(shop: &Shop<'_>) -> (String, i64, i64) {
    let intent = intent(shop);
    (intent.status, intent.amount_received, intent.refunded)
}

story! {
    async fn all_of_it_is_captured_once(mall: &Mall) {
        let shop = careful_shop(mall).await;
        let sold = shop.sold(&[("MUG-SET", 1)], &[]).await;
        assert_eq!((stands(&shop).await.as_str(), moved(&shop)), ("open authorized", ("requires_capture".into(), 0, 0)));
        let captured = shop.capture(&sold, None).await.unwrap();
        assert_eq!((captured.amount.raw(), captured.order.payment_status, captured.under_way), (TOTAL, OrderPaymentStatus::Paid, false));
        shop.webhooks_delivered().await;
        assert_eq!((stands(&shop).await.as_str(), moved(&shop)), ("open paid", ("succeeded".into(), TOTAL, 0)));
        assert_eq!(shop.capture(&sold, None).await.unwrap_err(), "INVALID_STATE");
        assert_eq!(to_whom(&shop.refund(&sold, Target::Remaining).await.unwrap()), (TOTAL, 0));
    }
}

story! {
    async fn of_less_than_all_the_rest_is_let_go_and_cannot_be_given_back(mall: &Mall) {
        let shop = careful_shop(mall).await;
        shop.issue(GIFT, 20_00, "USD").await;
        let sold = shop.sold(&[("MUG-SET", 1)], &[GIFT]).await;
        shop.capture(&sold, Some(30_00)).await.unwrap();
        shop.webhooks_delivered().await;
        assert_eq!((stands(&shop).await.as_str(), moved(&shop)), ("open partially_refunded", ("succeeded".into(), 30_00, 0)));
        // What the merchant took less is the card's; the certificate paid its share.
        let account = shop.account(&sold).await;
        assert_eq!((to_whom(&account.refunds[0]), account.left.raw()), ((11_98, 0), 50_00));
        assert_eq!(shop.refund(&sold, dollars(50_01)).await.unwrap_err(), "AMOUNT_EXCEEDS_REFUNDABLE");
        assert_eq!(to_whom(&shop.refund(&sold, Target::Remaining).await.unwrap()), (30_00, 20_00));
        assert_eq!(shop.given_back(), 30_00);
    }
}

story! {
    async fn what_is_given_back_before_the_capture_is_never_taken(mall: &Mall) {
        let shop = careful_shop(mall).await;
        shop.issue(GIFT, 20_00, "USD").await;
        let sold = shop.sold(&[("MUG-SET", 2)], &[GIFT]).await;
        let charged = intent(&shop).amount;
        let (on_hand, balance) = (mall.count(ON_HAND).await, mall.count(BALANCE).await);
        let wanted = checkstand::flows::give_back::Wanted { restock: true, ..wish(units("MUG-SET", 1)) };
        let refund = shop.refund_as(&sold, &wanted).await.unwrap();
        let (card, gift) = to_whom(&refund);
        assert_eq!((refund.status, card + gift), (RefundStatus::Succeeded, 53_99));
        // Nobody was asked: the buyer's bank has lost nothing yet.
        assert_eq!((stands(&shop).await.as_str(), moved(&shop)), ("open authorized", ("requires_capture".into(), 0, 0)));
        assert_eq!((mall.count(ON_HAND).await, mall.count(BALANCE).await), (on_hand + 1, balance + gift));
        assert_eq!(shop.capture(&sold, Some(charged)).await.unwrap_err(), "AMOUNT_EXCEEDS_REFUNDABLE");
        shop.capture(&sold, None).await.unwrap();
        assert_eq!((stands(&shop).await.as_str(), moved(&shop)), ("open partially_refunded", ("succeeded".into(), charged - card, 0)));
    }
}

story! {
    async fn all_given_back_before_the_capture_cancels_the_order(mall: &Mall) {
        let shop = careful_shop(mall).await;
        shop.issue(GIFT, 20_00, "USD").await;
        let (on_hand, balance) = (mall.count(ON_HAND).await, mall.count(BALANCE).await);
        let sold = shop.sold(&[("MUG-SET", 1)], &[GIFT]).await;
        let wanted = checkstand::flows::give_back::Wanted { restock: true, ..wish(Target::Remaining) };
        assert_eq!(shop.refund_as(&sold, &wanted).await.unwrap().status, RefundStatus::Succeeded);
        shop.webhooks_delivered().await;
        assert_eq!((stands(&shop).await.as_str(), moved(&shop)), ("canceled refunded", ("canceled".into(), 0, 0)));
        assert_eq!((mall.count(ON_HAND).await, mall.count(BALANCE).await), (on_hand, balance));
        assert_eq!(shop.capture(&sold, None).await.unwrap_err(), "INVALID_STATE");
    }
}

story! {
    async fn an_authorization_that_nobody_captures_ends_with_its_order(mall: &Mall) {
        let shop = careful_shop(mall).await;
        shop.issue(GIFT, 20_00, "USD").await;
        let (on_hand, balance) = (mall.count(ON_HAND).await, mall.count(BALANCE).await);
        let sold = shop.sold(&[("MUG-SET", 1)], &[GIFT]).await;
        // A part was given back before; the rest is what ends.
        shop.refund(&sold, dollars(10_00)).await.unwrap();
        mall.pass(Span::from_hours(24 * 7)).await;
        shop.at_the_provider(&format!("/v1/payment_intents/{}/cancel", intent(&shop).id), "cancellation_reason=abandoned").await;
        shop.webhooks_delivered().await;
        assert_eq!((stands(&shop).await.as_str(), moved(&shop)), ("canceled refunded", ("canceled".into(), 0, 0)));
        assert_eq!((mall.count(ON_HAND).await, mall.count(BALANCE).await), (on_hand, balance));
        assert_eq!(shop.account(&sold).await.left, Minor::ZERO);
    }
}

story! {
    async fn what_is_captured_by_hand_is_believed(mall: &Mall) {
        let shop = careful_shop(mall).await;
        let sold = shop.sold(&[("MUG-SET", 1)], &[]).await;
        shop.at_the_provider(&format!("/v1/payment_intents/{}/capture", intent(&shop).id), "amount_to_capture=5000").await;
        shop.webhooks_delivered().await;
        assert_eq!((stands(&shop).await.as_str(), moved(&shop)), ("open partially_refunded", ("succeeded".into(), 50_00, 0)));
        assert_eq!(shop.account(&sold).await.left.raw(), 50_00);
    }
}

story! {
    async fn a_capture_that_is_not_answered_is_finished_by_the_worker_and_takes_once(mall: &Mall) {
        let shop = careful_shop(mall).await;
        for (kind, lost_events) in [
            (FaultKind::ServerErrorAfter, false),
            (FaultKind::ServerErrorAfter, true),
            (FaultKind::TimeoutBefore { ms: 5 }, false),
            (FaultKind::ServerErrorStored, false),
        ] {
            let sold = shop.sold(&[("MUG-SET", 1)], &[]).await;
            if lost_events {
                shop.hold_webhooks().await;
            }
            let fault = Fault { times: 3, ..Fault::once(kind, "POST", &format!("/v1/payment_intents/{}/capture", last(&shop).id)) };
            mall.twin.inject(fault);
            let captured = shop.capture(&sold, None).await.unwrap();
            assert!(captured.under_way, "{kind:?}");
            // While nobody knows, nothing is given back.
            if captured.order.payment_status == OrderPaymentStatus::Authorized {
                assert_eq!(shop.refund(&sold, dollars(1_00)).await.unwrap_err(), "INVALID_STATE", "{kind:?}");
            }
            mall.twin.clear_faults();
            mall.pass(Span::from_minutes(5)).await;
            assert_eq!(shop.account(&sold).await.order.payment_status, OrderPaymentStatus::Paid, "{kind:?}");
            assert_eq!(last(&shop).amount_received, TOTAL, "{kind:?}");
            mall.twin.switch_webhooks(&shop.secret_key, WebhookSwitch::Release(ReleaseOrder::AsHappened)).unwrap();
            shop.webhooks_delivered().await;
        }
    }
}

fn last(shop: &Shop<'_>) -> IntentView {
    shop.mall.twin.snapshot(&shop.secret_key).pop().unwrap()
}

story! {
    async fn a_capture_beside_a_refund_of_everything_ends_one_way(mall: &Mall) {
        let shop = careful_shop(mall).await;
        let sold = shop.sold(&[("MUG-SET", 1)], &[]).await;
        let captures = join_all((0..4).map(|_| shop.capture(&sold, None)));
        let refunds = join_all((0..4).map(|_| shop.refund(&sold, Target::Remaining)));
        let (captures, refunds) = tokio::join!(captures, refunds);
        mall.pass(Span::from_minutes(5)).await;
        shop.webhooks_delivered().await;
        let (taken, back) = (captures.iter().any(Result::is_ok), refunds.iter().any(Result::is_ok));
        let ends = (stands(&shop).await, moved(&shop));
        let expected = match (taken, back) {
            (true, false) => ("open paid", ("succeeded", TOTAL, 0)),
            (false, true) => ("canceled refunded", ("canceled", 0, 0)),
            (true, true) => ("open refunded", ("succeeded", TOTAL, TOTAL)),
            (false, false) => panic!("neither was done: {captures:?} {refunds:?}"),
        };
        assert_eq!((ends.0.as_str(), (ends.1.0.as_str(), ends.1.1, ends.1.2)), expected);
    }
}

story! {
    async fn what_cannot_be_captured_is_refused_and_changes_nothing(mall: &Mall) {
        let shop = careful_shop(mall).await;
        let sold = shop.sold(&[("MUG-SET", 1)], &[]).await;
        let before = mall.books().await;
        for (amount, code) in [(0, "INVALID"), (-1, "INVALID"), (TOTAL + 1, "AMOUNT_EXCEEDS_REFUNDABLE"), (i64::MAX, "AMOUNT_EXCEEDS_REFUNDABLE")] {
            assert_eq!(shop.capture(&sold, Some(amount)).await.unwrap_err(), code, "{amount}");
        }
        Mall::same(&before, &mall.books().await, "a refusal");
        let other = mall.other_shop().await;
        let stranger = mall.app.merchant(&other.slug.parse().unwrap()).await.unwrap().unwrap();
        let order = shop.account(&sold).await.order.id;
        let refused = checkstand::flows::capture::capture(&mall.app, &stranger, order, None).await.unwrap();
        assert_eq!(refused.unwrap_err().code(), "NOT_FOUND");
        let paid = other.sold(&[("MUG-SET", 1)], &[]).await;
        assert_eq!(other.capture(&paid, None).await.unwrap_err(), "INVALID_STATE");
        for amount in [None, Some(30_00)] {
            mall.twin.inject(Fault::once(FaultKind::Declined402, "POST", "/v1/payment_intents/"));
            let captured = shop.capture(&sold, amount).await.unwrap();
            assert_eq!((captured.order.payment_status, captured.under_way), (OrderPaymentStatus::Authorized, false));
            // What was not taken is not let go, either.
            assert_eq!(shop.account(&sold).await.left.raw(), TOTAL);
        }
        // A refusal does not stand in the way of another try.
        assert_eq!(shop.capture(&sold, None).await.unwrap().order.payment_status, OrderPaymentStatus::Paid);
        assert_eq!(shop.account(&sold).await.left.raw(), TOTAL);
    }
}
