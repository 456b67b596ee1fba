//! `checkstand reconcile` settles by hand what a lost webhook or an outage left open, beside servers at work.

use checkstand::{
    domain::instant::Span,
    twin::{Picked, WebhookSwitch},
};
use futures_util::future::join_all;

use crate::support::{Given, Mall, Shop, Step, story};

async fn reconcile(shop: &Shop<'_>, arguments: &[&str]) -> (Option<i32>, String) {
    shop.program(&["reconcile"], arguments).await
}

/// A session whose payment was taken and never told of.
async fn paid_in_silence(shop: &Shop<'_>, lines: &[(&str, i64)]) -> (Step, String) {
    let step = shop.bound(lines).await;
    let payment = shop.payment_session(&step).await.good();
    let lost = Picked { count: 9, event_type: None };
    shop.mall.twin.switch_webhooks(&shop.secret_key, WebhookSwitch::LoseNext(lost)).unwrap();
    shop.confirm(&payment, "pm_card_visa").await;
    assert_eq!(shop.read(&step).await.state(), "BOUND");
    (step, shop.intent(&payment))
}

story! {
    async fn a_payment_whose_webhook_was_lost_becomes_its_order_once(mall: &Mall) {
        let shop = mall.shop().await;
        let open = shop.bound(&[("MUG-SET", 1)]).await;
        let unpaid = shop.payment_session(&open).await.good();
        let unpaid = shop.intent(&unpaid);
        let (paid, intent) = paid_in_silence(&shop, &[("MUG-SET", 1)]).await;
        let all = join_all((0..3).map(|_| reconcile(&shop, &[]))).await;
        for (status, told) in &all {
            assert_eq!(*status, Some(0), "{told}");
            let waits = format!("shop-a: payment {unpaid} of session {}: open: the buyer has not paid\n", open.id);
            assert!(told.contains(&waits), "{told}");
        }
        let read = shop.read(&paid).await;
        let number = read.session()["order"]["number"].as_str().unwrap().to_owned();
        let settled = format!("shop-a: payment {intent} of session {}: settled: order {number}\n", paid.id);
        assert!(all.iter().any(|(_, told)| told.contains(&settled)), "{all:?}");
        let (status, told) = reconcile(&shop, &[]).await;
        assert!(status == Some(0) && !told.contains(&intent) && told.ends_with("0 settled, 1 open, 0 could not be settled.\n"), "{told}");
        let (status, told) = reconcile(&shop, &["--session", &paid.id]).await;
        assert!(status == Some(0) && told.contains(&settled) && !told.contains(&unpaid), "{told}");
        assert_eq!(mall.count("SELECT count(*) FROM \"order\"").await, 1);
    }
}

story! {
    async fn what_ran_out_and_what_must_go_back_is_done_and_told(mall: &Mall) {
        let shop = mall.shop().await;
        let (wrong, _) = {
            let step = shop.bound(&[("MUG-SET", 1)]).await;
            let payment = shop.payment_session(&step).await.good();
            mall.twin.change_amount(&shop.intent(&payment), 1_00).unwrap();
            let lost = Picked { count: 9, event_type: None };
            mall.twin.switch_webhooks(&shop.secret_key, WebhookSwitch::LoseNext(lost)).unwrap();
            shop.confirm(&payment, "pm_card_visa").await;
            (shop.intent(&payment), step)
        };
        mall.clock.advance(Span::from_hours(-30));
        let late = shop.bound(&[("LAMP-BRASS", 1)]).await;
        shop.payment_session(&late).await.good();
        let forgotten = shop.create(&[("MUG-SET", 1)]).await;
        mall.clock.advance(Span::from_hours(30));
        let (status, told) = reconcile(&shop, &[]).await;
        assert_eq!(status, Some(0), "{told}");
        for said in [
            format!("payment {wrong} of session "),
            "settled: paid without an order: see checkstand events\n".to_owned(),
            format!("of session {}: settled: the session ran out\n", late.id),
            format!("shop-a: session {}: settled: the session ran out\n", forgotten.id),
            "settled: the provider has answered\n".to_owned(),
        ] {
            assert!(told.contains(&said), "{said}: {told}");
        }
        let given_back = mall.twin.snapshot(&shop.secret_key).into_iter().find(|intent| intent.id == wrong).unwrap();
        assert_eq!((given_back.refunded, shop.read(&late).await.state()), (1_00, "EXPIRED".to_owned()));
    }
}

story! {
    async fn what_cannot_be_settled_is_told_and_left_to_the_servers(mall: &Mall) {
        let shop = mall.shop().await;
        let (paid, intent) = paid_in_silence(&shop, &[("MUG-SET", 1)]).await;
        for (vars, said) in [
            ([("STRIPE_API_BASE", Some("http://127.0.0.1:9"))], "the provider could not be asked"),
            ([("STRIPE_KEY_A", None)], "no usable account with the provider, see checkstand doctor"),
            ([("STRIPE_KEY_A", Some("sk_test_of_another"))], "the provider does not know it, at least not under this key"),
        ] {
            let (status, told) = shop.program_given(&["reconcile"], &[], Given { input: "", vars: &vars }).await;
            assert_eq!(status, Some(1), "{told}");
            let line = format!("shop-a: payment {intent} of session {}: NOT SETTLED: {said}", paid.id);
            assert!(told.contains(&line), "{line}: {told}");
        }
        let nobody = "ses_00000000000000000000000000000000";
        for arguments in [&["--session", nobody][..], &["--session", "soon"]] {
            assert_eq!(reconcile(&shop, arguments).await.0, Some(2), "{arguments:?}");
        }
        for arguments in [&["reconcile", "--session", nobody][..], &["reconcile", "--organization", "nobody"]] {
            assert_eq!(mall.run(arguments, Given::default()).await.0, Some(2), "{arguments:?}");
        }
        mall.pass(Span::from_minutes(2)).await;
        assert_eq!(shop.read(&paid).await.state(), "COMPLETED");
    }
}
