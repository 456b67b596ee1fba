//! A merchant gives money back: each who paid gets its share, and nothing goes back twice.

use crate::support::{
    Mall, Shop,
    refund::{SHIPPING, dollars, to_whom, units, wish},
    story,
};
use checkstand::{
    domain::{
        instant::Span,
        money::Minor,
        refund::{RefundStatus, Target},
    },
    flows::{
        gift_certificate::{self, Issue},
        give_back::Wanted,
    },
    twin::{Fault, FaultKind, Picked, ReleaseOrder, WebhookSwitch},
};
use serde_json::json;

const GIFT: &str = "GIFT-0000-AAAA-1111";
const BALANCE: &str = "SELECT balance_minor FROM gift_certificate";
const STATUS: &str = "SELECT payment_status AS t FROM \"order\"";
const ON_HAND: &str =
    "SELECT on_hand FROM stock WHERE variant_id = (SELECT id FROM variant WHERE sku = 'MUG-SET')";
const REFUNDED_UNITS: &str = "SELECT sum(refunded_quantity) FROM order_line";

/// A mug set to Texas by Ground: 49.99, tax 4.00, shipping 7.99.
const TOTAL: i64 = 61_98;

/// The provider takes the call and does not answer, for as long as we repeat it.
fn goes_silent(shop: &Shop<'_>, kind: FaultKind) {
    for _ in 0..3 {
        shop.mall.twin.inject(Fault::once(kind, "POST", "/v1/refunds"));
    }
}

story! {
    async fn all_of_it_goes_back_to_the_card(mall: &Mall) {
        let shop = mall.shop().await;
        let sold = shop.sold(&[("MUG-SET", 1)], &[]).await;
        let on_hand = mall.count(ON_HAND).await;
        let refund = shop.refund(&sold, Target::Remaining).await.unwrap();
        assert_eq!((refund.status, to_whom(&refund)), (RefundStatus::Succeeded, (TOTAL, 0)));
        assert_eq!(shop.given_back(), TOTAL);
        assert_eq!(mall.texts(STATUS).await, ["refunded"]);
        assert_eq!((mall.count(REFUNDED_UNITS).await, mall.count(ON_HAND).await), (1, on_hand));
        assert_eq!(shop.account(&sold).await.left, Minor::ZERO);
        assert_eq!(shop.refund(&sold, Target::Remaining).await.unwrap_err(), "AMOUNT_EXCEEDS_REFUNDABLE");
    }
}

story! {
    async fn what_a_certificate_paid_half_of_goes_back_to_both_by_half(mall: &Mall) {
        let shop = mall.shop().await;
        shop.issue(GIFT, TOTAL / 2, "USD").await;
        let sold = shop.sold(&[("MUG-SET", 1)], &[GIFT]).await;
        assert_eq!(mall.count(BALANCE).await, 0);
        let ten = shop.refund(&sold, dollars(10_00)).await.unwrap();
        assert_eq!(to_whom(&ten), (5_00, 5_00));
        assert_eq!((shop.given_back(), mall.count(BALANCE).await), (5_00, 5_00));
        assert_eq!(mall.texts(STATUS).await, ["partially_refunded"]);
        let rest = shop.refund(&sold, Target::Remaining).await.unwrap();
        assert_eq!(to_whom(&rest), (TOTAL / 2 - 5_00, TOTAL / 2 - 5_00));
        assert_eq!((shop.given_back(), mall.count(BALANCE).await), (TOTAL / 2, TOTAL / 2));
        assert_eq!(mall.texts(STATUS).await, ["refunded"]);
        // It pays again.
        shop.sold(&[("MUG-SET", 1)], &[GIFT]).await;
        assert_eq!(mall.count(BALANCE).await, 0);
    }
}

story! {
    async fn what_a_certificate_paid_alone_goes_back_to_it_and_nobody_is_asked(mall: &Mall) {
        let shop = mall.shop().await;
        shop.issue(GIFT, 100_00, "USD").await;
        let sold = shop.sold(&[("MUG-SET", 1)], &[GIFT]).await;
        let refund = shop.refund(&sold, SHIPPING).await.unwrap();
        assert_eq!((refund.status, to_whom(&refund)), (RefundStatus::Succeeded, (0, 7_99)));
        assert_eq!(mall.count(BALANCE).await, 100_00 - TOTAL + 7_99);
        let wanted = Wanted { restock: true, ..wish(Target::Remaining) };
        let on_hand = mall.count(ON_HAND).await;
        shop.refund_as(&sold, &wanted).await.unwrap();
        assert_eq!((mall.count(BALANCE).await, mall.count(ON_HAND).await), (100_00, on_hand + 1));
        assert_eq!(mall.texts(STATUS).await, ["refunded"]);
        assert!(mall.twin.calls().is_empty());
    }
}

story! {
    async fn a_unit_comes_back_with_its_tax_and_goes_on_the_shelf_again(mall: &Mall) {
        let shop = mall.shop().await;
        let sold = shop.sold(&[("MUG-SET", 2), ("NOTEBOOK-A6", 1)], &[]).await;
        let on_hand = mall.count(ON_HAND).await;
        let wanted = Wanted { restock: true, reason: Some("One was chipped.".into()), ..wish(units("MUG-SET", 1)) };
        let refund = shop.refund_as(&sold, &wanted).await.unwrap();
        // 49.99 and 8 % of it: half of the line's 8.00.
        assert_eq!(to_whom(&refund), (53_99, 0));
        assert_eq!((shop.given_back(), mall.count(REFUNDED_UNITS).await), (53_99, 1));
        assert_eq!(mall.count(ON_HAND).await, on_hand + 1);
        let shipping = shop.refund(&sold, SHIPPING).await.unwrap();
        assert_eq!(to_whom(&shipping), (7_99, 0));
        assert_eq!(shop.refund(&sold, SHIPPING).await.unwrap_err(), "AMOUNT_EXCEEDS_REFUNDABLE");
        assert_eq!(shop.refund(&sold, units("MUG-SET", 2)).await.unwrap_err(), "QUANTITY_EXCEEDS_REMAINING");
        assert_eq!(to_whom(&shop.refund(&sold, units("MUG-SET", 1)).await.unwrap()), (53_99, 0));
        assert_eq!(mall.count(ON_HAND).await, on_hand + 1, "not asked for");
    }
}

story! {
    async fn too_much_and_what_is_not_there_is_refused_and_changes_nothing(mall: &Mall) {
        let shop = mall.shop().await;
        let sold = shop.sold(&[("MUG-SET", 1)], &[]).await;
        let theirs = mall.other_shop().await;
        let foreign = theirs.sold(&[("MUG-SET", 1)], &[]).await;
        mall.settled().await;
        let before = mall.books().await;
        let euros = Target::Amount(Minor::new(1_00), "EUR".parse().unwrap());
        for (target, code) in [
            (dollars(TOTAL + 1), "AMOUNT_EXCEEDS_REFUNDABLE"),
            (dollars(0), "INVALID"),
            (dollars(-5_00), "INVALID"),
            (euros, "CURRENCY_INVALID"),
            (units("MUG-SET", 2), "QUANTITY_EXCEEDS_REMAINING"),
            (units("MUG-SET", 0), "INVALID"),
            (units("LAMP-BRASS", 1), "NOT_FOUND"),
        ] {
            assert_eq!(shop.refund(&sold, target.clone()).await.unwrap_err(), code, "{target:?}");
        }
        let merchant = mall.app.merchant(&shop.slug.parse().unwrap()).await.unwrap().unwrap();
        let order = theirs.account(&foreign).await.order.id;
        let refused = checkstand::flows::give_back::give_back(&mall.app, &merchant, order, &wish(Target::Remaining)).await.unwrap();
        assert_eq!(refused.unwrap_err().code(), "NOT_FOUND", "another shop's order");
        let long = Wanted { reason: Some("x".repeat(501)), ..wish(Target::Remaining) };
        assert_eq!(shop.refund_as(&sold, &long).await.unwrap_err().code(), "TOO_LONG");
        Mall::same(&before, &mall.books().await, "a refusal");
        assert_eq!(shop.given_back(), 0);
    }
}

story! {
    async fn what_was_given_back_at_the_provider_by_hand_is_booked_once(mall: &Mall) {
        let shop = mall.shop().await;
        shop.issue(GIFT, 20_00, "USD").await;
        let sold = shop.sold(&[("MUG-SET", 1)], &[GIFT]).await;
        let intent = mall.twin.snapshot(&shop.secret_key).remove(0).id;
        mall.twin.switch_webhooks(&shop.secret_key, WebhookSwitch::DuplicateNext(Picked { count: 9, event_type: None })).unwrap();
        shop.at_the_provider("/v1/refunds", &format!("payment_intent={intent}&amount=1000")).await;
        shop.webhooks_delivered().await;
        assert_eq!(mall.texts(STATUS).await, ["partially_refunded"]);
        // The card alone got it, so the certificate's share is still there.
        let account = shop.account(&sold).await;
        assert_eq!(account.refunds.iter().map(to_whom).collect::<Vec<_>>(), [(10_00, 0)]);
        assert_eq!(account.left.raw(), TOTAL - 10_00);
        // Of what is left by hand nothing goes to the certificate, either.
        shop.at_the_provider("/v1/refunds", &format!("payment_intent={intent}")).await;
        shop.webhooks_delivered().await;
        assert_eq!(shop.account(&sold).await.left.raw(), 20_00);
        assert_eq!(to_whom(&shop.refund(&sold, Target::Remaining).await.unwrap()), (0, 20_00));
        assert_eq!(mall.texts(STATUS).await, ["refunded"]);
        assert_eq!((shop.given_back(), mall.count("SELECT count(*) FROM order_refund").await), (TOTAL - 20_00, 3));
    }
}

story! {
    async fn what_was_given_back_by_hand_and_is_not_known_yet_is_not_given_back_again(mall: &Mall) {
        let shop = mall.shop().await;
        let sold = shop.sold(&[("MUG-SET", 1)], &[]).await;
        let intent = mall.twin.snapshot(&shop.secret_key).remove(0).id;
        shop.hold_webhooks().await;
        shop.at_the_provider("/v1/refunds", &format!("payment_intent={intent}&amount=6000")).await;
        assert_eq!(shop.refund(&sold, Target::Remaining).await.unwrap().status, RefundStatus::Failed);
        assert_eq!(shop.refund(&sold, dollars(1_98)).await.unwrap().status, RefundStatus::Succeeded);
        // All of it is back, and the provider says that it is: that is no yes to this one.
        assert_eq!(shop.refund(&sold, dollars(1_00)).await.unwrap().status, RefundStatus::Failed);
        mall.twin.switch_webhooks(&shop.secret_key, WebhookSwitch::Release(ReleaseOrder::Reverse)).unwrap();
        shop.webhooks_delivered().await;
        assert_eq!(mall.texts(STATUS).await, ["refunded"]);
        assert_eq!((shop.given_back(), shop.account(&sold).await.left.raw()), (TOTAL, 0));
    }
}

story! {
    async fn what_went_back_before_the_payment_was_heard_of_is_booked_all_the_same(mall: &Mall) {
        let shop = mall.shop().await;
        let step = shop.bound(&[("MUG-SET", 1)]).await;
        let payment = shop.payment_session(&step).await.good();
        shop.hold_webhooks().await;
        shop.confirm(&payment, "pm_card_visa").await;
        shop.at_the_provider("/v1/refunds", &format!("payment_intent={}", shop.intent(&payment))).await;
        mall.twin.switch_webhooks(&shop.secret_key, WebhookSwitch::Release(ReleaseOrder::Reverse)).unwrap();
        shop.webhooks_delivered().await;
        mall.pass(Span::from_minutes(1)).await;
        assert_eq!(mall.texts(STATUS).await, ["refunded"]);
        assert_eq!((shop.given_back(), mall.count("SELECT count(*) FROM order_refund").await), (TOTAL, 1));
    }
}

story! {
    async fn by_hand_and_by_us_at_once_leaves_every_part_what_is_left_of_it(mall: &Mall) {
        let shop = mall.shop().await;
        let sold = shop.sold(&[("MUG-SET", 1)], &[]).await;
        let intent = mall.twin.snapshot(&shop.secret_key).remove(0).id;
        goes_silent(&shop, FaultKind::ServerError);
        assert_eq!(shop.refund(&sold, units("MUG-SET", 1)).await.unwrap().status, RefundStatus::Pending);
        shop.at_the_provider("/v1/refunds", &format!("payment_intent={intent}&amount=500")).await;
        shop.webhooks_delivered().await;
        mall.pass(Span::from_minutes(5)).await;
        assert_eq!(shop.account(&sold).await.left.raw(), TOTAL - 53_99 - 5_00);
        assert_eq!(to_whom(&shop.refund(&sold, SHIPPING).await.unwrap()), (2_99, 0));
        assert_eq!((shop.given_back(), mall.texts(STATUS).await), (TOTAL, vec!["refunded".to_owned()]));
    }
}

story! {
    async fn a_refund_that_the_bank_sends_back_counts_for_nothing_any_more(mall: &Mall) {
        let shop = mall.shop().await;
        let sold = shop.sold(&[("MUG-SET", 2)], &[]).await;
        let intent = mall.twin.snapshot(&shop.secret_key).remove(0).id;
        let back = shop.refund(&sold, units("MUG-SET", 1)).await.unwrap();
        let left = shop.account(&sold).await.left;
        mall.twin.fail_refund(&intent).unwrap();
        shop.webhooks_delivered().await;
        let account = shop.account(&sold).await;
        assert_eq!((account.refunds[0].status, account.refunds[0].failure.as_deref()), (RefundStatus::Failed, Some("lost_or_stolen_card")));
        assert_eq!((mall.texts(STATUS).await, account.left), (vec!["paid".to_owned()], left + back.shares.amount()));
        assert_eq!(mall.count("SELECT sum(refunded_quantity) FROM order_line").await, 0);
        // It can be given back once more, and one by hand that comes back is taken back, too.
        shop.refund(&sold, units("MUG-SET", 1)).await.unwrap();
        shop.at_the_provider("/v1/refunds", &format!("payment_intent={intent}&amount=500")).await;
        shop.webhooks_delivered().await;
        assert_eq!(shop.account(&sold).await.left, left - Minor::new(5_00));
        mall.twin.fail_refund(&intent).unwrap();
        shop.webhooks_delivered().await;
        assert_eq!(shop.account(&sold).await.left, left);
    }
}

story! {
    async fn a_certificate_gives_back_its_share_of_a_refund_that_the_bank_sends_back(mall: &Mall) {
        let shop = mall.shop().await;
        shop.issue(GIFT, 20_00, "USD").await;
        let sold = shop.sold(&[("MUG-SET", 1)], &[GIFT]).await;
        let intent = mall.twin.snapshot(&shop.secret_key).remove(0).id;
        assert_eq!(to_whom(&shop.refund(&sold, Target::Remaining).await.unwrap()), (TOTAL - 20_00, 20_00));
        assert_eq!(mall.count(BALANCE).await, 20_00);
        mall.twin.fail_refund(&intent).unwrap();
        shop.webhooks_delivered().await;
        assert_eq!((mall.texts(STATUS).await, mall.count(BALANCE).await), (vec!["paid".to_owned()], 0));
        assert_eq!(to_whom(&shop.refund(&sold, Target::Remaining).await.unwrap()), (TOTAL - 20_00, 20_00));
        assert_eq!((shop.given_back(), mall.count(BALANCE).await), (TOTAL - 20_00, 20_00));
    }
}

story! {
    async fn a_provider_that_does_not_answer_leaves_it_under_way_and_the_worker_finishes(mall: &Mall) {
        let shop = mall.shop().await;
        shop.issue(GIFT, 20_00, "USD").await;
        // With its effect or without, remembered under its key or not: in the end it is given back once.
        for (place, kind) in (1..).zip([FaultKind::ServerErrorAfter, FaultKind::TimeoutBefore { ms: 5 }, FaultKind::ServerError]) {
            let sold = shop.sold(&[("MUG-SET", 1)], if place == 1 { &[GIFT] } else { &[] }).await;
            let (on_hand, balance, before) = (mall.count(ON_HAND).await, mall.count(BALANCE).await, shop.given_back());
            goes_silent(&shop, kind);
            let wanted = Wanted { restock: true, ..wish(Target::Remaining) };
            let refund = shop.refund_as(&sold, &wanted).await.unwrap();
            assert_eq!(refund.status, RefundStatus::Pending, "{kind:?}");
            // Nothing follows from it yet, and it is not there to be given back again.
            assert_eq!((mall.count(ON_HAND).await, mall.count(BALANCE).await), (on_hand, balance));
            assert_eq!(shop.account(&sold).await.left, Minor::ZERO);
            assert_eq!(shop.refund(&sold, dollars(1)).await.unwrap_err(), "AMOUNT_EXCEEDS_REFUNDABLE");
            mall.twin.clear_faults();
            mall.pass(Span::from_minutes(5)).await;
            let account = shop.account(&sold).await;
            assert_eq!(account.refunds[0].status, RefundStatus::Succeeded, "{kind:?}");
            assert_eq!(shop.given_back() - before, refund.shares.card().raw(), "{kind:?}");
            let back = refund.shares.amount() - refund.shares.card();
            assert_eq!((mall.count(ON_HAND).await, mall.count(BALANCE).await), (on_hand + 1, balance + back.raw()));
        }
    }
}

story! {
    async fn a_key_that_the_provider_has_forgotten_gives_a_part_back_only_once(mall: &Mall) {
        let shop = mall.shop().await;
        let sold = shop.sold(&[("MUG-SET", 1)], &[]).await;
        goes_silent(&shop, FaultKind::ServerErrorAfter);
        // The worker is not there for two days.
        assert_eq!(shop.refund(&sold, dollars(10_00)).await.unwrap().status, RefundStatus::Pending);
        assert_eq!(shop.given_back(), 10_00);
        mall.twin.clear_faults();
        mall.twin.advance(Span::from_hours(48).ms());
        mall.clock.advance(Span::from_hours(48));
        mall.work().await;
        assert_eq!(shop.account(&sold).await.refunds[0].status, RefundStatus::Succeeded);
        assert_eq!(shop.given_back(), 10_00);
    }
}

story! {
    async fn one_that_the_provider_refuses_counts_for_nothing(mall: &Mall) {
        let shop = mall.shop().await;
        shop.issue(GIFT, 20_00, "USD").await;
        let sold = shop.sold(&[("MUG-SET", 1)], &[GIFT]).await;
        let on_hand = mall.count(ON_HAND).await;
        mall.twin.inject(Fault::once(FaultKind::Declined402, "POST", "/v1/refunds"));
        let wanted = Wanted { restock: true, ..wish(Target::Remaining) };
        let refund = shop.refund_as(&sold, &wanted).await.unwrap();
        assert_eq!(refund.status, RefundStatus::Failed);
        assert!(refund.failure.is_some());
        assert_eq!((shop.given_back(), mall.count(BALANCE).await, mall.count(ON_HAND).await), (0, 0, on_hand));
        assert_eq!(mall.texts(STATUS).await, ["paid"]);
        assert_eq!(shop.account(&sold).await.left.raw(), TOTAL);
        let again = shop.refund_as(&sold, &wanted).await.unwrap();
        assert_eq!((again.status, to_whom(&again)), (RefundStatus::Succeeded, (TOTAL - 20_00, 20_00)));
        assert_eq!((mall.count(BALANCE).await, mall.count(ON_HAND).await), (20_00, on_hand + 1));
    }
}

story! {
    async fn a_certificate_that_is_stopped_or_has_run_out_gets_its_money_all_the_same(mall: &Mall) {
        let shop = mall.shop().await;
        let (app, of) = (&mall.app, mall.app.organization(&shop.slug.parse().unwrap()).await.unwrap().unwrap().id);
        let stopped = shop.issue(GIFT, 20_00, "USD").await;
        let code = "GIFT-FOR-ONE-DAY";
        let wanted = Issue {
            balance: Minor::new(10_00),
            currency: "USD".parse().unwrap(),
            code: Some(code.into()),
            expires_at: Some(app.now() + Span::from_minutes(60)),
        };
        gift_certificate::issue(&app.store, of, &wanted, app.now()).await.unwrap().unwrap();
        let sold = shop.sold(&[("MUG-SET", 1)], &[GIFT, code]).await;
        assert!(gift_certificate::disable(&app.store, of, stopped, app.now()).await.unwrap());
        mall.pass(Span::from_minutes(60)).await;
        shop.refund(&sold, Target::Remaining).await.unwrap();
        assert_eq!(mall.count("SELECT sum(balance_minor) FROM gift_certificate").await, 30_00);
        assert_eq!(mall.count("SELECT count(*) FROM gift_certificate WHERE balance_minor = initial_minor").await, 2);
        // It is there, and stays stopped.
        assert_eq!(mall.count("SELECT count(*) FROM gift_certificate WHERE active").await, 1);
    }
}

story! {
    async fn a_repeat_with_the_same_key_does_nothing_and_another_wish_is_refused(mall: &Mall) {
        let shop = mall.shop().await;
        let sold = shop.sold(&[("MUG-SET", 1)], &[]).await;
        let wanted = Wanted { key: Some("goodwill-17".into()), ..wish(dollars(10_00)) };
        let first = shop.refund_as(&sold, &wanted).await.unwrap();
        let crowd = futures_util::future::join_all((0..5).map(|_| shop.refund_as(&sold, &wanted))).await;
        assert!(crowd.into_iter().all(|again| again.unwrap().id == first.id));
        assert_eq!(shop.given_back(), 10_00);
        for other in [
            Wanted { target: dollars(10_01), ..wanted.clone() },
            Wanted { reason: Some("Sorry.".into()), ..wanted.clone() },
            Wanted { target: Target::Remaining, restock: true, ..wanted.clone() },
        ] {
            assert_eq!(shop.refund_as(&sold, &other).await.unwrap_err().code(), "IDEMPOTENCY_CONFLICT");
        }
        let another = shop.sold(&[("MUG-SET", 1)], &[]).await;
        assert_eq!(shop.refund_as(&another, &wanted).await.unwrap_err().code(), "IDEMPOTENCY_CONFLICT");
        shop.refund_as(&sold, &Wanted { key: None, ..wanted }).await.unwrap();
        assert_eq!(shop.given_back(), 20_00, "without a key, a repeat is another one");
    }
}

story! {
    async fn the_buyer_sees_what_came_back(mall: &Mall) {
        let shop = mall.shop().await;
        shop.issue(GIFT, 20_00, "USD").await;
        let sold = shop.sold(&[("MUG-SET", 2)], &[GIFT]).await;
        let query = "query($t: String!) { order(token: $t) { paymentStatus totalRefunded { amountMinor currency } lines { refundedQuantity } \
            refunds { id status amount { amountMinor } reason createdAt } } }";
        let seen = async || shop.graphql(query, json!({ "t": sold.step.token })).await.root().clone();
        assert_eq!((&seen().await["totalRefunded"]["amountMinor"], &seen().await["refunds"]), (&json!(0), &json!([])));
        let wanted = Wanted { reason: Some("One was chipped.".into()), ..wish(units("MUG-SET", 1)) };
        let refund = shop.refund_as(&sold, &wanted).await.unwrap();
        mall.twin.inject(Fault::once(FaultKind::Declined402, "POST", "/v1/refunds"));
        shop.refund(&sold, dollars(1_00)).await.unwrap();
        goes_silent(&shop, FaultKind::ServerError);
        shop.refund(&sold, dollars(2_00)).await.unwrap();
        let order = seen().await;
        assert_eq!(order["paymentStatus"], "PARTIALLY_REFUNDED");
        assert_eq!(order["totalRefunded"], json!({ "amountMinor": 53_99, "currency": "USD" }));
        assert_eq!(order["lines"], json!([{ "refundedQuantity": 1 }]));
        let told: Vec<_> = order["refunds"].as_array().unwrap().iter().map(|one| (one["status"].as_str().unwrap(), one["amount"]["amountMinor"].as_i64().unwrap(), one["reason"].as_str())).collect();
        assert_eq!(told, [("SUCCEEDED", 53_99, Some("One was chipped.")), ("FAILED", 1_00, None), ("PENDING", 2_00, None)]);

        // By its id with the session's token, and without it not at all.
        let node = "query($id: ID!) { node(id: $id) { __typename id } }";
        let id = refund.id.to_string();
        let (slug, token) = (("x-organization-slug", shop.slug.as_str()), ("x-checkout-token", sold.step.token.as_str()));
        let found = shop.graphql_with(&[slug, token], node, json!({ "id": id })).await;
        assert_eq!(found.json["data"]["node"], json!({ "__typename": "Refund", "id": id }));
        let hidden = shop.graphql_with(&[slug], node, json!({ "id": id })).await;
        assert_eq!(hidden.json["data"]["node"], json!(null));
        mall.pass(Span::from_minutes(5)).await;
        assert_eq!(seen().await["totalRefunded"]["amountMinor"], 55_99);
    }
}
