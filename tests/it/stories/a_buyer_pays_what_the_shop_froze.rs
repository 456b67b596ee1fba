//! The main job: a cart becomes a paid order, at the total that was bound.

use crate::support::{Mall, story};

story! {
    async fn from_a_cart_to_an_order_with_a_number(mall: &Mall) {
        let shop = mall.shop().await;
        let step = shop.create(&[("TSHIRT-BLACK-M", 2), ("MUG-SET", 1)]).await;
        let bound = shop.bind(&step).await.good();
        assert_eq!((bound.state(), bound.grand_total()), ("BOUND".into(), 126_76));

        let payment = shop.payment_session(&step).await.good();
        assert_eq!(payment["paymentSession"]["amount"]["amountMinor"], 126_76);
        shop.confirm(&payment, "pm_card_visa").await;

        let done = shop.until(&step, "COMPLETED").await;
        assert_eq!(done["order"]["paymentStatus"], "PAID");
        assert_eq!(done["order"]["totals"]["grandTotal"]["amountMinor"], 126_76);
        assert!(done["order"]["number"].as_str().unwrap().len() == 9);
    }
}

story! {
    async fn a_price_that_changes_after_the_bind_does_not_change_the_charge(mall: &Mall) {
        let shop = mall.shop().await;
        let step = shop.bound(&[("TSHIRT-BLACK-M", 2), ("MUG-SET", 1)]).await;
        mall.tamper("UPDATE price SET amount_minor = amount_minor * 2").await;

        let payment = shop.payment_session(&step).await.good();
        assert_eq!(payment["paymentSession"]["amount"]["amountMinor"], 126_76);
        shop.confirm(&payment, "pm_card_visa").await;
        let done = shop.until(&step, "COMPLETED").await;
        assert_eq!(done["order"]["totals"]["grandTotal"]["amountMinor"], 126_76);
    }
}
