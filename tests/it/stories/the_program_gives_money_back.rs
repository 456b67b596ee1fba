//! `checkstand refund` gives back, and prints what went where.

use checkstand::{
    domain::{
        instant::Span,
        refund::{LineName, Target},
    },
    twin::{Fault, FaultKind},
};

use crate::support::{Mall, Shop, refund::to_whom, story};

const GIFT: &str = "GIFT-0000-AAAA-1111";

/// A mug set to Texas by Ground: 49.99, tax 4.00, shipping 7.99.
const TOTAL: i64 = 61_98;

/// Runs the program on this database and this twin; answers its status and what it printed.
async fn program(shop: &Shop<'_>, arguments: &[&str]) -> (Option<i32>, String) {
    shop.program(&["refund"], arguments).await
}

story! {
    async fn the_program_gives_back_and_prints_what_went_where(mall: &Mall) {
        let shop = mall.shop().await;
        shop.issue(GIFT, 20_00, "USD").await;
        let sold = shop.sold(&[("MUG-SET", 1)], &[GIFT]).await;
        let order = sold.number.as_str();
        let (status, told) = program(&shop, &[order, "--line", "MUG-SET:1", "--shipping", "--idempotency-key", "k1"]).await;
        let id = shop.account(&sold).await.refunds[0].id;
        let expected = format!(
            "61.98 USD of order {order} is given back.\n  for 1 x Stoneware Mug Set: 53.99 USD\n  for Ground: 7.99 USD\n  \
             to the card: 41.98 USD\n  to gift certificate \u{2022}\u{2022}\u{2022}\u{2022}IIII: 20.00 USD\n  \
             0.00 USD can still be given back.\n  Refund {id}\n"
        ).replace("IIII", "1111");
        assert_eq!((status, told), (Some(0), expected.clone()));
        let again = program(&shop, &[order, "--line", "MUG-SET:1", "--shipping", "--idempotency-key", "k1"]).await;
        assert_eq!(again, (Some(0), expected));
        assert_eq!(shop.given_back(), 41_98);

        let (status, told) = program(&shop, &[order, "--all"]).await;
        assert_eq!(status, Some(2), "{told}");
        assert!(told.contains("AMOUNT_EXCEEDS_REFUNDABLE"), "{told}");
        for arguments in [
            &[order][..],
            &[order, "--all", "--shipping"],
            &[order, "--amount", "many"],
            &[order, "--amount", "1.00", "--restock"],
            &[order, "--amount", "-1.00"],
            &[order, "--amount", "1.00", "--currency", "EUR"],
            &["0000-0000", "--all"],
        ] {
            let (status, told) = program(&shop, arguments).await;
            assert_eq!(status, Some(2), "{arguments:?}: {told}");
        }
    }
}

story! {
    async fn the_program_says_when_the_provider_refuses_or_is_silent(mall: &Mall) {
        let shop = mall.shop().await;
        let sold = shop.sold(&[("MUG-SET", 1)], &[]).await;
        mall.twin.inject(Fault::once(FaultKind::Declined402, "POST", "/v1/refunds"));
        let (status, told) = program(&shop, &[&sold.number, "--amount", "10.00", "--reason", "Sorry."]).await;
        assert_eq!(status, Some(1), "{told}");
        assert!(told.starts_with(&format!("10.00 USD of order {} was refused by the payment provider", sold.number)), "{told}");
        for _ in 0..3 {
            mall.twin.inject(Fault::once(FaultKind::ServerError, "POST", "/v1/refunds"));
        }
        let (status, told) = program(&shop, &[&sold.number, "--amount", "10.00"]).await;
        assert_eq!(status, Some(0), "{told}");
        assert!(told.contains("is on its way"), "{told}");
        mall.pass(Span::from_minutes(5)).await;
        assert_eq!(shop.given_back(), 10_00);
        let named = LineName::Sku("MUG-SET".into());
        let rest = Target::Parts { lines: vec![(named, None)], shipping: true };
        assert_eq!(to_whom(&shop.refund(&sold, rest).await.unwrap()), (TOTAL - 10_00, 0));
    }
}
