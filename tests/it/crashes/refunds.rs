//! Money on its way back, killed at each step: it goes back once.

use checkstand::twin::{Fault, FaultKind};

use super::{
    crash::{Crash, crash, each},
    intents::handed_out,
    purchases::SOLD,
    stand::Stand,
};
use crate::support::{Mall, Shop};

/// Less than was bound, by hand at the provider.
const CHANGED: i64 = 10_00;
/// A payment that could not be honoured.
const ASTRAY: Stand = Stand {
    sessions: 1,
    orders: 0,
    on_hand: 0,
    held: 0,
    gifts: 0,
    gift_uses: 0,
    verdicts: 1,
    intents: 1,
    alive: 0,
    taken: CHANGED,
    refunds: 1,
    given_back: CHANGED,
};

/// The buyer pays what somebody changed at the provider, who then fails on so many refunds.
async fn pay_another_amount(crash: &mut Crash<'_>, failures: usize) {
    let (_, payment) = handed_out(crash).await;
    let shop = crash.serve().await;
    shop.mall.twin.change_amount(&shop.intent(&payment), CHANGED).unwrap();
    for _ in 0..failures {
        shop.mall.twin.inject(Fault::once(FaultKind::ServerError, "POST", "/v1/refunds"));
    }
    shop.confirm(&payment, "pm_card_visa").await;
    crash.dies().await;
}

/// Waits until so many refunds are at the provider.
async fn until_refunded(shop: &Shop<'_>, refunds: usize) {
    for _ in 0..2_400 {
        if shop.refunds_at_the_provider().await >= refunds {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(25)).await;
    }
    panic!("nothing was given back");
}

crash! {
    async fn a_payment_that_goes_back(crash) of |_| {}, at [
        "settle.before_commit", "settle.after_commit", "retrieve_intent.after_call:2", "refund.before_call", "refund.after_call",
        "refund_done.before_commit", "refund_done.after_commit",
    ], {
        pay_another_amount(crash, 0).await;
        until_refunded(&crash.safe, crash.number).await;
        crash.came_to(ASTRAY).await;
    }
}

crash! {
    async fn a_payment_that_goes_back_later(crash) of |_| {}, at ["refund_later.before_commit", "refund_later.after_commit"], {
        pay_another_amount(crash, 3).await;
        until_refunded(&crash.safe, crash.number).await;
        crash.came_to(ASTRAY).await;
    }
}

/// An order of so many units that was paid by a gift certificate of 20.00 and by card; its number.
async fn sold(crash: &Crash<'_>, units: i64) -> String {
    let code = format!("GIFT-{:04}-AAAA-1111", crash.number);
    crash.safe.issue(&code, GIFT, "USD").await;
    crash.safe.sold(&[("MUG-SET", units)], &[&code]).await.number
}

/// What a gift certificate pays.
const GIFT: i64 = 20_00;
/// One unit of two with its tax is 53.99, from the card and the gift certificate as they paid; what is left at the
/// provider would do for the same once more.
const ONE_OF_TWO: (i64, i64) = (44_68, 9_31);
/// Two units to Texas by Ground: 99.98, tax 8.00, shipping 7.99.
const TWO: i64 = 115_97;

crash! {
    async fn a_merchant_gives_back(crash) of |_| {}, at [
        "give_back.before_commit", "give_back.after_commit", "refund.before_call", "refund.after_call",
        "refund_done.before_commit", "refund_done.after_commit",
    ], {
        let order = sold(crash, 2).await;
        let slug = crash.safe.slug.clone();
        let command = ["refund", &order, "--line", "MUG-SET:1", "--restock", "--organization", &slug, "--idempotency-key", &order];
        crash.kill(&command).await;
        // The server finishes what was begun, while the merchant sends the command again.
        crash.serve_in_peace().await;
        let (status, told) = crash.command(&command).await;
        assert_eq!(status, Some(0), "{told}");
        let (given_back, gifts) = ONE_OF_TWO;
        let half = Stand { gifts, on_hand: -1, gift_uses: 1, taken: TWO - GIFT, refunds: 1, given_back, ..SOLD };
        crash.came_to(half).await;
        let (status, told) = crash.command(&command).await;
        assert!(status == Some(0) && told.contains("is given back"), "{told}");
    }
}

crash! {
    /// The money goes back, the answer is a failure, and the provider would repeat that answer for the same key.
    async fn a_merchant_gives_back_and_nobody_says_so(crash) of |_| {}, at [
        "refund_later.before_commit", "refund_later.after_commit", "find_refund.before_call", "find_refund.after_call",
        "refund_done.before_commit",
    ], {
        let order = sold(crash, 1).await;
        let slug = crash.safe.slug.clone();
        crash.safe.mall.twin.inject(Fault::once(FaultKind::ServerErrorAfter, "POST", "/v1/refunds"));
        let command = ["refund", &order, "--all", "--restock", "--organization", &slug, "--idempotency-key", &order];
        if crash.is_at("refund_later") {
            crash.kill(&command).await;
        } else {
            let (status, told) = crash.command(&command).await;
            assert!(status == Some(0) && told.contains("is on its way"), "{told}");
        }
        crash.serve().await;
        // The goods, the certificate's share and the card's.
        let card = SOLD.taken - GIFT;
        let undone = Stand { on_hand: 0, gifts: GIFT, gift_uses: 1, alive: 0, taken: card, refunds: 1, given_back: card, ..SOLD };
        crash.came_to(undone).await;
    }
}
