//! A merchant's secrets are stored sealed, come before the variables, and are changed without a buyer noticing.

use checkstand::{
    flows::counted,
    store::declared::Choice,
    twin::{ReleaseOrder, WebhookSwitch},
};

use crate::support::{Given, KEY, Mall, NEXT_KEY, Shop, file, story};

const PUBLISHABLE: &str = "pk_test_that_goes_with_it";
type Vars<'a> = &'a [(&'a str, Option<&'a str>)];

const LATER: &str = "whsec_of_a_later_rotation";

async fn credentials(shop: &Shop<'_>, verb: &str, arguments: &[&str], input: &str) -> (Option<i32>, String) {
    shop.program_given(&["credentials", verb], arguments, Given { input, vars: &[] }).await
}

/// A mug set from the first line to the order.
async fn buys(shop: &Shop<'_>) {
    let step = shop.bound(&[("MUG-SET", 1)]).await;
    let payment = shop.payment_session(&step).await.good();
    shop.confirm(&payment, "pm_card_visa").await;
    shop.until(&step, "COMPLETED").await;
}

/// Tells the twin where this shop's events go and what signs them.
fn signs(shop: &Shop<'_>, secret: &str) {
    let to = format!("{}/webhooks/stripe/{}", shop.address, shop.slug);
    shop.mall.twin.register_webhook(&shop.secret_key, &to, secret).unwrap();
}

story! {
    async fn what_is_stored_comes_before_the_variables(mall: &Mall) {
        let mut shop = mall.shop().await;
        let own = "sk_test_kept_sealed_0001";
        let (status, told) = credentials(&shop, "set", &["--publishable-key", PUBLISHABLE], &format!("{own}\n")).await;
        assert_eq!((status, told.as_str()), (Some(0), "The secret key of shop-a is stored, for test mode.\n"));
        let (status, _) = credentials(&shop, "add-webhook-secret", &[], "whsec_kept_sealed_0002").await;
        assert_eq!(status, Some(0));
        own.clone_into(&mut shop.secret_key);
        signs(&shop, "whsec_kept_sealed_0002");
        let before = mall.twin.calls_of("sk_test_A");
        buys(&shop).await;
        assert_eq!(mall.twin.calls_of("sk_test_A"), before, "the variable was used");
        assert!(mall.twin.calls_of(own).len() > 1);

        let slug = shop.slug.parse().unwrap();
        let (merchant, statements) = counted(mall.app.merchant(&slug)).await;
        let account = merchant.unwrap().unwrap().account.unwrap();
        assert_eq!((statements, account.live, account.publishable_key.as_str()), (1, false, PUBLISHABLE));

        let (status, told) = credentials(&shop, "show", &[], "").await;
        let expected = format!(
            "Credentials of shop-a\n  mode: test\n  publishable key: {PUBLISHABLE}\n  \
             secret key: stored, sealed by key {key}; ends in 0001\n  \
             webhook secret 1: stored, sealed by key {key}; ends in 0002\n",
            key = mall.app.config.keyring.as_ref().unwrap().present(),
        );
        assert_eq!((status, told), (Some(0), expected));
    }
}

story! {
    async fn two_webhook_secrets_are_valid_while_one_takes_the_place_of_the_other(mall: &Mall) {
        let shop = mall.shop().await;
        for (input, said) in [("whsec_test", "Webhook secret 1"), (LATER, "Webhook secret 2"), (LATER, "Webhook secret 2")] {
            let (status, told) = credentials(&shop, "add-webhook-secret", &[], input).await;
            assert_eq!(status, Some(0), "{told}");
            assert!(told.starts_with(said), "{told}");
        }
        buys(&shop).await;
        signs(&shop, LATER);
        buys(&shop).await;
        let (status, told) = credentials(&shop, "add-webhook-secret", &[], "whsec_third").await;
        assert_eq!((status, told.as_str()), (Some(2), "checkstand: there are two webhook secrets already; drop the old one first\n"));
        assert_eq!(shop.webhook("{}").await, 200, "both are valid");

        assert_eq!(credentials(&shop, "drop-webhook-secret", &["1"], "").await.0, Some(0));
        assert_eq!(shop.webhook("{}").await, 400, "the old one was dropped");
        buys(&shop).await;
        for (number, said) in [("1", "there is no such webhook secret"), ("2", "it is the only stored webhook secret")] {
            let (status, told) = credentials(&shop, "drop-webhook-secret", &[number], "").await;
            assert_eq!(status, Some(2), "{told}");
            assert!(told.contains(said), "{told}");
        }
        assert_eq!(credentials(&shop, "drop-webhook-secret", &["2", "--last"], "").await.0, Some(0));
        assert_eq!(shop.webhook("{}").await, 200, "the variable counts again");
    }
}

story! {
    async fn what_is_no_credential_changes_nothing(mall: &Mall) {
        let shop = mall.shop().await;
        let before = mall.books().await;
        let no_key: Vars<'_> = &[("CHECKSTAND_ENCRYPTION_KEY", None)];
        let wrong_key: Vars<'_> = &[("CHECKSTAND_ENCRYPTION_KEY", Some("hush0hush"))];
        let live = ["--publishable-key", "pk_live_1"];
        let cases: [(&str, &[&str], &str, Vars<'_>, &str); 11] = [
            ("set", &[], "\n", &[], "this is no secret key: it is empty"),
            ("set", &[], "pk_test_hush", &[], "this is no secret key: it is a publishable key"),
            ("set", &[], "whsec_hush", &[], "this is no secret key: it is a webhook secret"),
            ("set", &[], "hush", &[], "this is no secret key: it begins like no key"),
            ("set", &live, "sk_test_hush", &[], "the secret key is for test mode and the publishable key for live mode"),
            ("set", &[], "rk_live_hush", &[], "the secret key is for live mode and the publishable key for test mode"),
            ("set", &["--publishable-key", "sk_test_hush"], "sk_test_hush", &[], "this is no publishable key: it is a secret key"),
            ("set", &[], "sk_test_hush", no_key, "CHECKSTAND_ENCRYPTION_KEY is not set; make one with"),
            ("set", &[], "sk_test_hush", wrong_key, "CHECKSTAND_ENCRYPTION_KEY is not 32 bytes in base64 or hex"),
            ("add-webhook-secret", &[], "", &[], "this is no webhook secret: it is empty"),
            ("add-webhook-secret", &[], "sk_test_hush", &[], "this is no webhook secret: it is a secret key"),
        ];
        for (verb, arguments, input, vars, said) in cases {
            let given = Given { input, vars };
            let (status, told) = shop.program_given(&["credentials", verb], arguments, given).await;
            assert_eq!(status, Some(2), "{verb} {arguments:?} {input}: {told}");
            assert!(told.contains(said) && !told.contains("hush"), "{verb} {arguments:?} {input}: {told}");
        }
        for arguments in [&["credentials", "set", "--organization", "nobody"][..], &["credentials", "show", "--organization", "Not A Slug"]] {
            let (status, told) = mall.run(arguments, Given { input: "sk_test_hush", vars: &[] }).await;
            assert_eq!(status, Some(2), "{told}");
            assert!(told.contains("organization"), "{told}");
        }
        Mall::same(&before, &mall.books().await, "a refused credential");
    }
}

story! {
    async fn a_credential_that_was_moved_or_bent_is_no_account(mall: &Mall) {
        let (shop, other) = (mall.shop().await, mall.other_shop().await);
        let (status, told) = credentials(&shop, "set", &[], "sk_test_A").await;
        assert_eq!(status, Some(0), "{told}");
        assert_eq!(credentials(&shop, "add-webhook-secret", &[], "whsec_test").await.0, Some(0));
        buys(&shop).await;
        let kept = |column: &str| format!("(SELECT {column} FROM payment_account WHERE sealed_secret_key IS NOT NULL)");
        let of_other = "organization_id = (SELECT id FROM organization WHERE slug = 'shop-b')";
        let moved = format!(
            "UPDATE payment_account SET sealed_secret_key = {}, stored_publishable_key = {} WHERE {of_other}",
            kept("sealed_secret_key"), kept("stored_publishable_key")
        );
        let bent = "UPDATE payment_account SET sealed_webhook_secret_1 = replace(sealed_webhook_secret_1, 'v1.', 'v1.f') WHERE sealed_webhook_secret_1 IS NOT NULL";
        let crossed = "UPDATE payment_account SET sealed_webhook_secret_2 = sealed_webhook_secret_1 WHERE sealed_webhook_secret_1 IS NOT NULL";
        for (damage, hurt, field) in [(moved.as_str(), &other, "secret key"), (crossed, &shop, "webhook secret 2"), (bent, &shop, "webhook secret 1")] {
            let step = hurt.bound(&[("MUG-SET", 1)]).await;
            mall.tamper(damage).await;
            assert_eq!(hurt.payment_session(&step).await.codes(), ["PAYMENT_PROVIDER_NOT_CONFIGURED"], "{damage}");
            assert_eq!(hurt.webhook("{}").await, 400, "{damage}");
            let (status, told) = credentials(hurt, "show", &[], "").await;
            assert_eq!(status, Some(0), "{told}");
            assert!(told.contains(&format!("its stored {field} does not open: ")) && !told.contains("v1."), "{told}");
            if field == "webhook secret 2" {
                assert_eq!(credentials(hurt, "drop-webhook-secret", &["2"], "").await.0, Some(0));
                buys(hurt).await;
            }
        }
        let (status, told) = mall.run(&["credentials", "rotate", "--log", "error"], Given::default()).await;
        assert_eq!(status, Some(1), "{told}");
        assert!(told.contains("shop-b: its secret key does not open: it was changed, or stood in another place"), "{told}");
    }
}

story! {
    async fn the_key_that_seals_is_changed_and_a_cut_in_the_middle_harms_nobody(mall: &Mall) {
        let (shop, other) = (mall.shop().await, mall.other_shop().await);
        for of in [&shop, &other] {
            let (status, told) = credentials(of, "set", &[], &of.secret_key).await;
            assert_eq!(status, Some(0), "{told}");
        }
        assert_eq!(credentials(&shop, "add-webhook-secret", &[], "whsec_test").await.0, Some(0));
        let of_other = "organization_id = (SELECT id FROM organization WHERE slug = 'shop-b')";
        let before = mall.texts(&format!("SELECT sealed_secret_key AS t FROM payment_account WHERE {of_other}")).await;
        let both: Vars<'_> =
            &[("CHECKSTAND_ENCRYPTION_KEY", Some(NEXT_KEY)), ("CHECKSTAND_ENCRYPTION_KEY_PREVIOUS", Some(KEY))];
        let rotate = async || mall.run(&["credentials", "rotate", "--log", "error"], Given { input: "", vars: both }).await;
        let (status, told) = rotate().await;
        assert!(status == Some(0) && told.starts_with("3 secrets are sealed anew") && told.contains(" 0 were so already, 0 do not"), "{told}");
        // As if it had been cut off between the two.
        mall.tamper(&format!("UPDATE payment_account SET sealed_secret_key = '{}' WHERE {of_other}", before[0])).await;
        let shown = async |of: &str, vars| {
            let given = Given { input: "", vars };
            mall.run(&["credentials", "show", "--organization", of, "--log", "error"], given).await.1
        };
        for of in ["shop-a", "shop-b"] {
            assert!(shown(of, both).await.contains("opens"), "{of}");
        }
        buys(&other).await;
        let (status, told) = rotate().await;
        assert!(status == Some(0) && told.starts_with("1 secrets are sealed anew") && told.contains(" 2 were so already, 0 do not"), "{told}");
        let (status, told) = rotate().await;
        assert!(status == Some(0) && told.starts_with("0 secrets are sealed anew") && told.contains(" 3 were so already, 0 do not"), "{told}");
        let next: Vars<'_> = &[("CHECKSTAND_ENCRYPTION_KEY", Some(NEXT_KEY))];
        assert!(shown("shop-b", next).await.contains("opens"));
        let (old, none) = (shown("shop-b", &[]).await, shown("shop-b", &[("CHECKSTAND_ENCRYPTION_KEY", None)]).await);
        assert!(old.contains("which is not here") && none.contains("CHECKSTAND_ENCRYPTION_KEY is not set"), "{old}{none}");
    }
}

story! {
    async fn applying_a_file_leaves_credentials_alone_and_the_demo_keeps_away_from_live_ones(mall: &Mall) {
        let shop = mall.shop_of(&file()).await;
        let live = ["--publishable-key", "pk_live_1"];
        let (status, told) = credentials(&shop, "set", &live, "sk_live_kept_sealed_0003").await;
        assert_eq!((status, told.ends_with("for live mode.\n")), (Some(0), true), "{told}");
        let changed = file().replace("pk_test_", "pk_test_other_");
        assert_ne!(changed, file());
        mall.apply(&changed, Choice::default()).await.unwrap();
        let account = mall.app.merchant(&shop.slug.parse().unwrap()).await.unwrap().unwrap().account.unwrap();
        assert_eq!((account.live, account.publishable_key.as_str()), (true, "pk_live_1"));

        let data = std::env::temp_dir().join(format!("checkstand-{}", checkstand::flows::App::new_id().simple()));
        let arguments = ["serve", "--demo", "--listen", "127.0.0.1:0", "--data-dir", data.to_str().unwrap()];
        let (status, told) = mall.run(&arguments, Given { input: "", vars: &[("CHECKSTAND_ENCRYPTION_KEY", None)] }).await;
        assert_eq!(status, Some(2), "{told}");
        assert!(told.contains("the Stripe twin does not run beside a live key"), "{told}");
        assert!(!data.join("twin.json").exists());
        std::fs::remove_dir_all(data).unwrap();
    }
}

story! {
    async fn a_payment_of_the_other_world_never_makes_an_order(mall: &Mall) {
        let shop = mall.shop().await;
        let step = shop.bound(&[("MUG-SET", 1)]).await;
        let payment = shop.payment_session(&step).await.good();
        shop.hold_webhooks().await;
        shop.confirm(&payment, "pm_card_visa").await;
        mall.tamper("UPDATE payment_account SET live = (1 = 1)").await;
        mall.twin.switch_webhooks(&shop.secret_key, WebhookSwitch::Release(ReleaseOrder::AsHappened)).unwrap();
        shop.webhooks_delivered().await;
        let orders = mall.count("SELECT count(*) FROM \"order\"").await;
        let why = "SELECT count(*) FROM verdict WHERE outcome = 'review' AND reason = 'mode_mismatch'";
        assert_eq!((orders, mall.count(why).await), (0, 1));
    }
}
