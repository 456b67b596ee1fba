//! Refunds that race for the money of one order never give back more than it took, on the card or on a certificate.

use checkstand::{
    domain::{
        instant::Span,
        refund::{RefundStatus, Target},
    },
    flows::give_back::Wanted,
    twin::{Fault, FaultKind},
    worker,
};
use futures_util::future::{join, join_all};

use crate::support::{
    Mall, Shop,
    refund::{Sold, dollars, units, wish},
    story,
};

const GIFT: &str = "GIFT-0000-AAAA-1111";
const BALANCE: &str = "SELECT balance_minor FROM gift_certificate";
const SUMS: &str = "SELECT coalesce(sum(amount_minor), 0) FROM order_refund WHERE status = 'succeeded'";
const ON_HAND: &str =
    "SELECT on_hand FROM stock WHERE variant_id = (SELECT id FROM variant WHERE sku = 'MUG-SET')";

/// A mug set to Texas by Ground.
const TOTAL: i64 = 61_98;

/// Half of it by a certificate.
async fn sold(shop: &Shop<'_>) -> Sold {
    shop.issue(GIFT, TOTAL / 2, "USD").await;
    shop.sold(&[("MUG-SET", 1)], &[GIFT]).await
}

/// What came back where it was paid from is what the books say.
async fn agree(mall: &Mall, shop: &Shop<'_>, back: i64) {
    assert_eq!(mall.count(SUMS).await, back);
    assert_eq!(shop.given_back() + mall.count(BALANCE).await, back);
    assert!(shop.given_back() <= TOTAL / 2 && mall.count(BALANCE).await <= TOTAL / 2);
}

story! {
    async fn twenty_at_once_get_what_there_is(mall: &Mall) {
        let shop = mall.shop().await;
        let sold = sold(&shop).await;
        // All have read before anybody writes, where the database can be held up so.
        let gate = mall.gate("order_refund").await;
        let wishes = join_all((0..20).map(|_| shop.refund(&sold, dollars(10_00))));
        let open = async {
            if let Some(gate) = gate {
                // Whoever comes first has the order's row, and the others stand behind it.
                mall.until_waiting(7).await;
                gate.rollback().await.unwrap();
            }
        };
        let (answers, ()) = join(wishes, open).await;
        let (given, refused): (Vec<_>, Vec<_>) = answers.into_iter().partition(Result::is_ok);
        assert_eq!((given.len(), refused.len()), (6, 14));
        assert!(refused.iter().all(|why| *why.as_ref().unwrap_err() == "AMOUNT_EXCEEDS_REFUNDABLE"));
        agree(mall, &shop, 60_00).await;
        shop.refund(&sold, Target::Remaining).await.unwrap();
        agree(mall, &shop, TOTAL).await;
    }
}

story! {
    async fn all_of_it_and_a_unit_and_an_amount_at_once_end_at_what_was_paid(mall: &Mall) {
        let shop = mall.shop().await;
        let sold = sold(&shop).await;
        let on_hand = mall.count(ON_HAND).await;
        let kinds = [Target::Remaining, units("MUG-SET", 1), dollars(31_00)];
        let wishes = (0..12).map(|place| Wanted { restock: true, ..wish(kinds[place % 3].clone()) });
        let wishes: Vec<Wanted> = wishes.collect();
        let answers = join_all(wishes.iter().map(|wanted| shop.refund_as(&sold, wanted))).await;
        let given: i64 = answers.into_iter().flatten().map(|refund| refund.shares.amount().raw()).sum();
        agree(mall, &shop, given).await;
        if shop.account(&sold).await.left.raw() > 0 {
            shop.refund_as(&sold, &Wanted { restock: true, ..wish(Target::Remaining) }).await.unwrap();
        }
        agree(mall, &shop, TOTAL).await;
        assert!(mall.count(ON_HAND).await <= on_hand + 1, "the unit came back at most once");
    }
}

story! {
    async fn several_workers_finish_one_refund_once(mall: &Mall) {
        let shop = mall.shop().await;
        shop.issue(GIFT, 20_00, "USD").await;
        let sold = shop.sold(&[("MUG-SET", 3)], &[GIFT]).await;
        let on_hand = mall.count(ON_HAND).await;
        for _ in 0..3 {
            mall.twin.inject(Fault::once(FaultKind::ServerError, "POST", "/v1/refunds"));
        }
        // One of three, so that a second time would find its money, its balance and its unit as well.
        let wanted = Wanted { restock: true, ..wish(units("MUG-SET", 1)) };
        let refund = shop.refund_as(&sold, &wanted).await.unwrap();
        assert_eq!(refund.status, RefundStatus::Pending);
        mall.clock.advance(Span::from_minutes(1));
        mall.twin.advance(Span::from_minutes(1).ms());
        // All have read before anybody records the answer, where the database can be held up so.
        let gate = mall.gate("refund").await;
        let open = async {
            if let Some(gate) = gate {
                mall.until_waiting(4).await;
                gate.rollback().await.unwrap();
            }
        };
        let (rounds, ()) = join(join_all((0..4).map(|_| worker::once(&mall.app))), open).await;
        assert!(rounds.iter().all(Result::is_ok));
        mall.settled().await;
        assert_eq!(shop.account(&sold).await.refunds[0].status, RefundStatus::Succeeded);
        let back = refund.shares.amount().raw();
        assert_eq!((mall.count(SUMS).await, mall.count("SELECT refunded_minor FROM \"order\"").await), (back, back));
        assert_eq!(shop.given_back() + mall.count(BALANCE).await, back);
        assert_eq!(mall.count(ON_HAND).await, on_hand + 1);
    }
}
