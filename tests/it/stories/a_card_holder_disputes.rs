//! A card holder goes to the bank: while it decides nothing is given back, and what it takes counts once.

use checkstand::{
    domain::{
        instant::Span,
        refund::{RefundStatus, Target},
    },
    twin::{DisputeStatus, Fault, FaultKind, Picked, ReleaseOrder, WebhookSwitch},
};
use serde_json::json;

use crate::support::{
    Mall, Shop,
    refund::{dollars, to_whom, units},
    story,
};
use DisputeStatus::{
    Lost, NeedsResponse, Prevented, UnderReview, WarningClosed, WarningNeedsResponse, WarningUnderReview, Won,
};

const GIFT: &str = "GIFT-0000-AAAA-1111";
const STATUS: &str = "SELECT payment_status AS t FROM \"order\"";
const BACK: &str = "SELECT refunded_minor FROM \"order\"";
const BOOKED: &str = "SELECT count(*) FROM refund WHERE reason = 'dispute'";
/// A mug set to Texas by Ground: 49.99, tax 4.00, shipping 7.99.
const TOTAL: i64 = 61_98;

fn intent(shop: &Shop<'_>) -> String {
    shop.mall.twin.snapshot(&shop.secret_key).pop().unwrap().id
}

/// The card holder disputes the last payment, and the server hears of it.
async fn dispute(shop: &Shop<'_>, amount: Option<i64>) {
    shop.mall.twin.dispute(&intent(shop), amount, NeedsResponse).unwrap();
    shop.webhooks_delivered().await;
}

/// The bank says so, and the server hears of it.
async fn moves(shop: &Shop<'_>, to: DisputeStatus) {
    shop.mall.twin.move_dispute(&intent(shop), to).unwrap();
    shop.webhooks_delivered().await;
}

/// Where the order stands, and what counts as given back.
async fn stands(shop: &Shop<'_>) -> (String, i64) {
    (shop.mall.texts(STATUS).await.remove(0), shop.mall.count(BACK).await)
}

fn at(status: &str, back: i64) -> (String, i64) {
    (status.to_owned(), back)
}

story! {
    async fn while_the_bank_decides_nothing_is_given_back_and_what_was_won_stands_as_before(mall: &Mall) {
        let shop = mall.shop().await;
        let sold = shop.sold(&[("MUG-SET", 1)], &[]).await;
        dispute(&shop, None).await;
        assert_eq!(stands(&shop).await, at("disputed", 0));
        let seen = shop.graphql("query($t: String!) { order(token: $t) { paymentStatus } }", json!({ "t": sold.step.token })).await;
        assert_eq!(seen.root()["paymentStatus"], "DISPUTED");
        moves(&shop, UnderReview).await;
        assert_eq!(shop.refund(&sold, dollars(1_00)).await.unwrap_err(), "INVALID_STATE");
        assert_eq!(stands(&shop).await, at("disputed", 0));
        moves(&shop, Won).await;
        assert_eq!(stands(&shop).await, at("paid", 0));
        assert_eq!(to_whom(&shop.refund(&sold, dollars(10_00)).await.unwrap()), (10_00, 0));
        assert_eq!((stands(&shop).await, mall.count(BOOKED).await), (at("partially_refunded", 10_00), 0));
    }
}

story! {
    async fn what_is_lost_is_given_back_once_and_the_certificate_keeps_its_share(mall: &Mall) {
        let shop = mall.shop().await;
        shop.issue(GIFT, 20_00, "USD").await;
        let sold = shop.sold(&[("MUG-SET", 1)], &[GIFT]).await;
        let on_hand = mall.count("SELECT sum(on_hand) FROM stock").await;
        dispute(&shop, None).await;
        moves(&shop, Lost).await;
        assert_eq!(stands(&shop).await, at("partially_refunded", TOTAL - 20_00));
        let account = shop.account(&sold).await;
        assert_eq!((to_whom(&account.refunds[0]), account.left.raw()), ((TOTAL - 20_00, 0), 20_00));
        // Said again, it is known.
        moves(&shop, Lost).await;
        assert_eq!((stands(&shop).await, mall.count(BOOKED).await), (at("partially_refunded", TOTAL - 20_00), 1));
        assert_eq!(mall.count("SELECT sum(on_hand) FROM stock").await, on_hand);
        // What the card did not pay is still there to be given back.
        assert_eq!(to_whom(&shop.refund(&sold, Target::Remaining).await.unwrap()), (0, 20_00));
        assert_eq!((stands(&shop).await, shop.given_back()), (at("refunded", TOTAL), 0));
    }
}

story! {
    async fn what_a_lost_dispute_took_is_booked_in_full_once_a_refund_comes_back(mall: &Mall) {
        let shop = mall.shop().await;
        let sold = shop.sold(&[("MUG-SET", 1)], &[]).await;
        for part in [20_00, TOTAL] {
            let before = mall.count("SELECT count(*) FROM \"order\" WHERE payment_status = 'refunded'").await;
            assert_eq!(before, 0);
            shop.refund(&sold, dollars(part)).await.unwrap();
            // Made before the refund was, and so of the whole.
            mall.twin.dispute(&intent(&shop), Some(TOTAL), NeedsResponse).unwrap();
            moves(&shop, Lost).await;
            assert_eq!(stands(&shop).await, at("refunded", TOTAL), "{part}");
            mall.twin.fail_refund(&intent(&shop)).unwrap();
            shop.webhooks_delivered().await;
            assert_eq!(stands(&shop).await, at("refunded", TOTAL), "{part}");
            let booked = "SELECT sum(amount_minor) FROM refund WHERE reason = 'dispute' AND status = 'succeeded'";
            assert_eq!(mall.count(booked).await, TOTAL);
            moves(&shop, Won).await;
            assert_eq!(stands(&shop).await, at("paid", 0), "{part}");
        }
    }
}

story! {
    async fn an_inquiry_and_what_was_prevented_change_nothing(mall: &Mall) {
        let shop = mall.shop().await;
        let sold = shop.sold(&[("MUG-SET", 1)], &[]).await;
        mall.twin.dispute(&intent(&shop), None, WarningNeedsResponse).unwrap();
        for status in [WarningUnderReview, WarningClosed, Prevented] {
            moves(&shop, status).await;
            assert_eq!(stands(&shop).await, at("paid", 0), "{status:?}");
        }
        shop.refund(&sold, dollars(10_00)).await.unwrap();
        assert_eq!(stands(&shop).await, at("partially_refunded", 10_00));
        // An inquiry may become more.
        moves(&shop, NeedsResponse).await;
        assert_eq!(stands(&shop).await, at("disputed", 10_00));
        moves(&shop, Won).await;
        assert_eq!(stands(&shop).await, at("partially_refunded", 10_00));
    }
}

story! {
    async fn a_part_can_be_disputed_and_lost_and_the_rest_given_back(mall: &Mall) {
        let shop = mall.shop().await;
        let sold = shop.sold(&[("MUG-SET", 1)], &[]).await;
        dispute(&shop, Some(20_00)).await;
        assert_eq!(stands(&shop).await, at("disputed", 0));
        moves(&shop, Lost).await;
        assert_eq!((stands(&shop).await, shop.account(&sold).await.left.raw()), (at("partially_refunded", 20_00), TOTAL - 20_00));
        // Another one of the same payment is another loss.
        dispute(&shop, Some(5_00)).await;
        assert_eq!(stands(&shop).await, at("disputed", 20_00));
        moves(&shop, Lost).await;
        assert_eq!((stands(&shop).await, mall.count(BOOKED).await), (at("partially_refunded", 25_00), 2));
        assert_eq!(to_whom(&shop.refund(&sold, Target::Remaining).await.unwrap()), (TOTAL - 25_00, 0));
        assert_eq!((stands(&shop).await, shop.given_back()), (at("refunded", TOTAL), TOTAL - 25_00));
    }
}

story! {
    async fn a_loss_takes_no_more_than_the_card_has_left(mall: &Mall) {
        let shop = mall.shop().await;
        let sold = shop.sold(&[("MUG-SET", 2)], &[]).await;
        let total = mall.count("SELECT grand_total_minor FROM \"order\"").await;
        let back = shop.refund(&sold, units("MUG-SET", 1)).await.unwrap().shares.amount().raw();
        // The bank names all of it, and a little more, as rates of exchange moved.
        dispute(&shop, Some(total + 37)).await;
        moves(&shop, Lost).await;
        assert_eq!(stands(&shop).await, at("refunded", total));
        let account = shop.account(&sold).await;
        assert_eq!((to_whom(&account.refunds[1]), account.left.raw()), ((total - back, 0), 0));
        // And once more, when nothing is left.
        dispute(&shop, Some(1_00)).await;
        assert_eq!(stands(&shop).await, at("disputed", total));
        moves(&shop, Lost).await;
        assert_eq!((stands(&shop).await, mall.count(BOOKED).await), (at("refunded", total), 1));
    }
}

story! {
    async fn events_that_come_in_any_order_and_twice_say_the_same(mall: &Mall) {
        let shop = mall.shop().await;
        for (to, expected) in [(Won, at("paid", 0)), (Lost, at("refunded", TOTAL))] {
            shop.sold(&[("MUG-SET", 1)], &[]).await;
            shop.webhooks_delivered().await;
            mall.twin.switch_webhooks(&shop.secret_key, WebhookSwitch::DuplicateNext(Picked { count: 9, event_type: None })).unwrap();
            mall.twin.switch_webhooks(&shop.secret_key, WebhookSwitch::Hold).unwrap();
            mall.twin.dispute(&intent(&shop), None, NeedsResponse).unwrap();
            mall.twin.move_dispute(&intent(&shop), UnderReview).unwrap();
            mall.twin.move_dispute(&intent(&shop), to).unwrap();
            mall.twin.switch_webhooks(&shop.secret_key, WebhookSwitch::Release(ReleaseOrder::Reverse)).unwrap();
            shop.webhooks_delivered().await;
            let last = format!("SELECT payment_status AS t FROM \"order\" WHERE intent_id = '{}'", intent(&shop));
            assert_eq!(mall.texts(&last).await.remove(0), expected.0, "{to:?}");
        }
        assert_eq!((mall.count(BOOKED).await, mall.count("SELECT sum(refunded_minor) FROM \"order\"").await), (1, TOTAL));
    }
}

story! {
    async fn what_is_disputed_before_the_payment_was_heard_of_is_disputed_all_the_same(mall: &Mall) {
        let shop = mall.shop().await;
        for (card, expected) in [("pm_card_createDispute", "disputed"), ("pm_card_createDisputeInquiry", "paid")] {
            let step = shop.bound(&[("MUG-SET", 1)]).await;
            let payment = shop.payment_session(&step).await.good();
            shop.hold_webhooks().await;
            shop.confirm(&payment, card).await;
            mall.twin.switch_webhooks(&shop.secret_key, WebhookSwitch::Release(ReleaseOrder::Reverse)).unwrap();
            shop.webhooks_delivered().await;
            assert_eq!(shop.until(&step, "COMPLETED").await["order"]["paymentStatus"], expected.to_uppercase());
        }
        assert_eq!(mall.count("SELECT count(*) FROM \"order\"").await, 2);
    }
}

story! {
    async fn what_is_refunded_by_hand_meanwhile_counts_beside_the_dispute(mall: &Mall) {
        let shop = mall.shop().await;
        let sold = shop.sold(&[("MUG-SET", 1)], &[]).await;
        dispute(&shop, Some(20_00)).await;
        shop.at_the_provider("/v1/refunds", &format!("payment_intent={}&amount=1000", intent(&shop))).await;
        shop.webhooks_delivered().await;
        assert_eq!(stands(&shop).await, at("disputed", 10_00));
        moves(&shop, Won).await;
        assert_eq!(stands(&shop).await, at("partially_refunded", 10_00));
        dispute(&shop, None).await;
        moves(&shop, Lost).await;
        assert_eq!((stands(&shop).await, shop.account(&sold).await.left.raw()), (at("refunded", TOTAL), 0));
    }
}

story! {
    async fn a_refund_under_way_is_decided_by_the_provider_before_the_loss_is_booked(mall: &Mall) {
        let shop = mall.shop().await;
        let sold = shop.sold(&[("MUG-SET", 1)], &[]).await;
        // The provider takes neither refund nor word, for as long as the call is repeated.
        for _ in 0..3 {
            mall.twin.inject(Fault::once(FaultKind::ServerError, "POST", "/v1/refunds"));
        }
        assert_eq!(shop.refund(&sold, dollars(10_00)).await.unwrap().status, RefundStatus::Pending);
        dispute(&shop, None).await;
        moves(&shop, Lost).await;
        assert_eq!(mall.count(BOOKED).await, 0, "which of the two gets it is not known yet");
        mall.pass(Span::from_minutes(5)).await;
        mall.pass(Span::from_minutes(10)).await;
        let account = shop.account(&sold).await;
        assert_eq!(account.refunds.iter().map(|one| (one.status, to_whom(one))).collect::<Vec<_>>(), [
            (RefundStatus::Failed, (10_00, 0)), (RefundStatus::Succeeded, (TOTAL, 0)),
        ]);
        assert_eq!((stands(&shop).await, shop.given_back()), (at("refunded", TOTAL), 0));
    }
}

story! {
    async fn a_decision_that_the_bank_takes_back_is_taken_back(mall: &Mall) {
        let shop = mall.shop().await;
        let sold = shop.sold(&[("MUG-SET", 1)], &[]).await;
        dispute(&shop, None).await;
        moves(&shop, Lost).await;
        for (to, expected) in [(Won, at("paid", 0)), (Lost, at("refunded", TOTAL)), (UnderReview, at("disputed", 0)), (Lost, at("refunded", TOTAL)), (Won, at("paid", 0))] {
            moves(&shop, to).await;
            assert_eq!(stands(&shop).await, expected, "{to:?}");
        }
        let account = shop.account(&sold).await;
        assert!(account.refunds.iter().all(|one| one.status == RefundStatus::Failed), "{:?}", account.refunds);
        assert_eq!(account.left.raw(), TOTAL);
        shop.refund(&sold, Target::Remaining).await.unwrap();
        assert_eq!((stands(&shop).await, shop.given_back()), (at("refunded", TOTAL), TOTAL));
    }
}

story! {
    async fn an_answer_that_is_older_than_what_is_known_changes_nothing(mall: &Mall) {
        let shop = mall.shop().await;
        shop.sold(&[("MUG-SET", 1)], &[]).await;
        shop.hold_webhooks().await;
        mall.twin.dispute(&intent(&shop), None, NeedsResponse).unwrap();
        let opened = mall.twin.take_held(&shop.secret_key).remove(0);
        // The list of disputes is there, the one of refunds takes so long that the bank has decided by then.
        mall.twin.inject(Fault::once(FaultKind::Slow { ms: 2_000 }, "GET", "/v1/refunds"));
        let asked = async || mall.twin.calls_of(&shop.secret_key).get("GET /v1/refunds").copied().unwrap_or(0) > 0;
        let decided = async {
            while !asked().await {
                tokio::time::sleep(std::time::Duration::from_millis(5)).await;
            }
            mall.twin.move_dispute(&intent(&shop), Won).unwrap();
            for letter in mall.twin.take_held(&shop.secret_key) {
                assert_eq!(shop.webhook(&letter.body).await, 200);
            }
        };
        let (slow, ()) = tokio::join!(shop.webhook(&opened.body), decided);
        // A machine that is busy may take longer than a webhook waits for; then the worker acts on it.
        assert!(matches!(slow, 200 | 503), "{slow}");
        mall.pass(Span::from_minutes(1)).await;
        assert_eq!(stands(&shop).await, at("paid", 0));
    }
}

story! {
    async fn a_dispute_of_what_is_no_order_does_no_harm(mall: &Mall) {
        let shop = mall.shop().await;
        // What could not be honoured and went back.
        let step = shop.bound(&[("MUG-SET", 1)]).await;
        let payment = shop.payment_session(&step).await.good();
        mall.twin.change_amount(&shop.intent(&payment), 1_00).unwrap();
        shop.confirm(&payment, "pm_card_visa").await;
        shop.webhooks_delivered().await;
        mall.work().await;
        dispute(&shop, Some(1_00)).await;
        moves(&shop, Lost).await;
        let open = "SELECT count(*) FROM inbox_event WHERE status <> 'handled' AND event_type LIKE 'charge.dispute.%'";
        assert_eq!((mall.count(open).await, mall.count("SELECT count(*) FROM \"order\"").await), (0, 0));
        // Somebody else's on the same account.
        shop.at_the_provider("/v1/payment_intents", "amount=500&currency=usd&confirm=true&payment_method=pm_card_createDispute").await;
        shop.webhooks_delivered().await;
        mall.pass(Span::from_minutes(11)).await;
        let set_aside = "SELECT count(*) FROM inbox_event WHERE status = 'flagged' AND event_type LIKE 'charge.dispute.%'";
        assert_eq!((mall.count(set_aside).await, mall.count(open).await), (2, 2));
        assert_eq!((mall.count(BOOKED).await, shop.given_back()), (0, 1_00));
    }
}
