//! However often and however badly a payment session is asked for, the session has one intent.

use checkstand::domain::instant::Span;
use checkstand::twin::{Fault, FaultKind};
use futures_util::future::join_all;

use crate::support::{Mall, story};

story! {
    async fn ten_payment_sessions_at_once_answer_one_client_secret(mall: &Mall) {
        let shop = mall.shop().await;
        let step = shop.bound(&[("MUG-SET", 1)]).await;
        let all = join_all((0..10).map(|_| shop.payment_session(&step))).await;
        let mut secrets: Vec<String> =
            all.into_iter().map(|one| one.good()["paymentSession"]["clientSecret"].as_str().unwrap().to_owned()).collect();
        secrets.sort();
        secrets.dedup();
        assert_eq!(secrets.len(), 1);
        assert_eq!(mall.twin.snapshot(&shop.secret_key).len(), 1);
        assert_eq!(mall.count("SELECT count(*) FROM payment_attempt").await, 1);
    }
}

story! {
    async fn an_answer_that_is_lost_is_asked_for_again_with_the_same_key(mall: &Mall) {
        let shop = mall.shop().await;
        for kind in [
            FaultKind::ResetMidBody,
            FaultKind::ServerError,
            FaultKind::RateLimited { retry_after: 0 },
            FaultKind::TimeoutAfter { ms: 50 },
        ] {
            let step = shop.bound(&[("MUG-SET", 1)]).await;
            let before = mall.twin.snapshot(&shop.secret_key).len();
            mall.twin.inject(Fault::once(kind, "POST", "/v1/payment_intents"));
            shop.payment_session(&step).await.good();
            assert_eq!(mall.twin.snapshot(&shop.secret_key).len(), before + 1);
        }
    }
}

story! {
    async fn when_the_provider_stays_silent_the_next_call_finishes_what_was_begun(mall: &Mall) {
        let shop = mall.shop().await;
        let step = shop.bound(&[("LAMP-BRASS", 2)]).await;
        for kind in [FaultKind::TimeoutAfter { ms: 20 }, FaultKind::ServerError, FaultKind::ServerError] {
            mall.twin.inject(Fault::once(kind, "POST", "/v1/payment_intents"));
        }
        assert_eq!(shop.payment_session(&step).await.codes(), ["PAYMENT_PROVIDER_UNAVAILABLE"]);
        assert_eq!(mall.count("SELECT sum(quantity) FROM hold WHERE payable").await, 2);
        let payment = shop.payment_session(&step).await.good();
        assert_eq!(mall.twin.snapshot(&shop.secret_key).len(), 1);
        shop.confirm(&payment, "pm_card_visa").await;
        shop.until(&step, "COMPLETED").await;
    }
}

story! {
    async fn a_create_whose_answer_was_lost_is_found_again_when_its_key_is_forgotten(mall: &Mall) {
        let shop = mall.shop().await;
        let step = shop.bound(&[("LAMP-BRASS", 2)]).await;
        for kind in [FaultKind::TimeoutAfter { ms: 20 }, FaultKind::ServerError, FaultKind::ServerError] {
            mall.twin.inject(Fault::once(kind, "POST", "/v1/payment_intents"));
        }
        assert_eq!(shop.payment_session(&step).await.codes(), ["PAYMENT_PROVIDER_UNAVAILABLE"]);
        // Nobody comes back, and the worker looks a day later: the intent that was made is the one that dies.
        mall.clock.advance(Span::from_hours(25));
        mall.twin.advance(Span::from_hours(25).ms());
        mall.work().await;
        let intents = mall.twin.snapshot(&shop.secret_key);
        assert_eq!(intents.iter().map(|intent| intent.status.as_str()).collect::<Vec<_>>(), ["canceled"]);
        assert_eq!(mall.count("SELECT count(*) FROM hold").await, 0);
    }
}

story! {
    async fn a_key_that_was_taken_back_is_a_coded_answer(mall: &Mall) {
        let shop = mall.shop().await;
        let step = shop.bound(&[("MUG-SET", 1)]).await;
        mall.twin.inject(Fault::once(FaultKind::KeyRevoked, "POST", "/v1/payment_intents"));
        let refused = shop.payment_session(&step).await;
        assert_eq!(refused.codes(), ["PAYMENT_PROVIDER_NOT_CONFIGURED"]);
        assert!(!refused.text.contains("sk_test"));
        // What was begun is not left lying once the key is back.
        shop.payment_session(&step).await.good();
    }
}
