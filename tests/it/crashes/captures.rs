//! What was authorized and is taken later, and what went back at the provider, killed at each step: both happen once.

use checkstand::{
    domain::tenant::Capture,
    twin::{DisputeStatus, Fault, FaultKind, Picked, WebhookSwitch},
};

use super::{
    crash::{Crash, crash, each},
    purchases::{SOLD, TOTAL},
    stand::Stand,
};
use crate::support::{Mall, refund::Sold};

async fn sold(crash: &Crash<'_>) -> Sold {
    crash.safe.sold(&[("MUG-SET", 1)], &[]).await
}

/// Captures until nothing is left to capture. The server works on what was begun, so the merchant's repeat may find it
/// done, or hear that just this was refused: then the merchant asks anew.
async fn capture_again(crash: &Crash<'_>, command: &[&str]) {
    let mut told = String::new();
    for _ in 0..3 {
        let (status, answer) = crash.command(command).await;
        if status == Some(0) || answer.contains("INVALID_STATE") {
            return;
        }
        told = answer;
        assert!(told.contains("was refused by the payment provider"), "{told}");
    }
    panic!("{told}");
}

crash! {
    async fn a_merchant_captures(crash) of |shop| shop.organization.settings.capture = Capture::Manual, at [
        "capture.before_commit", "capture.after_commit", "capture_intent.before_call", "capture_intent.after_call",
        "capture_done.before_commit", "capture_done.after_commit",
    ], {
        let order = sold(crash).await.number;
        let slug = crash.safe.slug.clone();
        let command = ["capture", &order, "--organization", &slug];
        crash.kill(&command).await;
        crash.serve_in_peace().await;
        capture_again(crash, &command).await;
        crash.came_to(SOLD).await;
    }
}

crash! {
    async fn a_capture_that_is_refused(crash) of |shop| shop.organization.settings.capture = Capture::Manual, at [
        "capture_refused.before_commit", "capture_refused.after_commit",
    ], {
        let order = sold(crash).await.number;
        let slug = crash.safe.slug.clone();
        crash.safe.mall.twin.inject(Fault::once(FaultKind::Declined402, "POST", "/v1/payment_intents/"));
        let command = ["capture", &order, "--organization", &slug];
        crash.kill(&command).await;
        crash.serve_in_peace().await;
        capture_again(crash, &command).await;
        crash.came_to(SOLD).await;
    }
}

crash! {
    async fn a_refund_by_hand_is_booked(crash) of |_| {}, at [
        "list_refunds.before_call", "list_refunds.after_call", "aftermath.before_commit", "aftermath.after_commit",
    ], {
        sold(crash).await;
        crash.safe.webhooks_delivered().await;
        let intent = crash.safe.mall.twin.snapshot(&crash.safe.secret_key).pop().unwrap().id;
        crash.serve().await;
        crash.safe.at_the_provider("/v1/refunds", &format!("payment_intent={intent}&amount=1000")).await;
        crash.came_to(Stand { refunds: 1, given_back: 10_00, taken: TOTAL, ..SOLD }).await;
        let booked = "SELECT count(*) FROM order_refund WHERE status = 'succeeded' AND amount_minor = 1000";
        assert_eq!(crash.safe.mall.count(booked).await, i64::try_from(crash.number).unwrap());
    }
}

/// What is booked of lost disputes.
const LOST: &str = "SELECT count(*) FROM order_refund r JOIN refund s ON s.id = r.id WHERE r.status = 'succeeded' AND s.reason = 'dispute'";

crash! {
    async fn a_lost_dispute_is_booked(crash) of |_| {}, at [
        "list_disputes.before_call", "list_disputes.after_call", "list_refunds.before_call", "list_refunds.after_call",
        "aftermath.before_commit", "aftermath.after_commit",
    ], {
        sold(crash).await;
        crash.safe.webhooks_delivered().await;
        let (twin, key) = (&crash.safe.mall.twin, crash.safe.secret_key.clone());
        let intent = twin.snapshot(&key).pop().unwrap().id;
        crash.serve().await;
        twin.dispute(&intent, Some(10_00), DisputeStatus::NeedsResponse).unwrap();
        twin.move_dispute(&intent, DisputeStatus::Lost).unwrap();
        crash.came_to(SOLD).await;
        assert_eq!(crash.safe.mall.count(LOST).await, i64::try_from(crash.number).unwrap());
    }
}

crash! {
    async fn what_nobody_told_is_looked_for(crash) of |_| {}, at [
        "list_since.before_call", "list_since.after_call", "list_since.after_call:2", "list_disputes.after_call",
        "look_up.before_commit", "aftermath.before_commit", "aftermath.after_commit",
    ], {
        sold(crash).await;
        crash.safe.webhooks_delivered().await;
        let (twin, key) = (&crash.safe.mall.twin, crash.safe.secret_key.clone());
        let intent = twin.snapshot(&key).pop().unwrap().id;
        twin.switch_webhooks(&key, WebhookSwitch::LoseNext(Picked { count: 3, event_type: None })).unwrap();
        twin.dispute(&intent, Some(10_00), DisputeStatus::NeedsResponse).unwrap();
        twin.move_dispute(&intent, DisputeStatus::Lost).unwrap();
        let slug = crash.safe.slug.clone();
        let command = ["reconcile", "--organization", &slug];
        crash.kill(&command).await;
        crash.serve_in_peace().await;
        let (status, told) = crash.command(&command).await;
        assert_eq!(status, Some(0), "{told}");
        crash.came_to(SOLD).await;
        assert_eq!(crash.safe.mall.count(LOST).await, i64::try_from(crash.number).unwrap());
    }
}
