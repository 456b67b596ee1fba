//! `checkstand doctor` says whether a shop can be paid before the first buyer finds out.

use checkstand::{
    domain::instant::Span,
    flows::doctor::{self, Finding, Health},
    twin::{Fault, FaultKind},
};

use crate::support::{Given, Mall, NEXT_KEY, Shop, story};

type Vars<'a> = &'a [(&'a str, Option<&'a str>)];

/// Asks about this shop, where buyers and the provider reach the mall's server.
async fn asked(shop: &Shop<'_>, vars: Vars<'_>) -> (Option<i32>, String) {
    let here = [("CHECKSTAND_PUBLIC_URL", Some(shop.mall.address.as_str()))];
    let vars = [&here, vars].concat();
    let (status, told) = shop.program_given(&["doctor"], &[], Given { input: "", vars: &vars }).await;
    for secret in ["sk_test_A", "whsec_test", "v1."] {
        assert!(!told.contains(secret), "{secret} is told: {told}");
    }
    (status, told)
}

/// Fails unless this is wrong, with this way out, and nothing else is.
async fn is_wrong(shop: &Shop<'_>, vars: Vars<'_>, said: &str, way_out: &str) {
    let (status, told) = asked(shop, vars).await;
    let wrong: Vec<&str> = told.lines().filter(|line| line.starts_with("WRONG: ")).collect();
    assert_eq!((status, wrong.len()), (Some(1), 1), "{told}");
    assert!(wrong[0].contains(said) && wrong[0].contains(&format!("; to do: {way_out}")), "{told}");
}

async fn store_key(shop: &Shop<'_>, arguments: &[&str], key: &str) {
    let given = Given { input: key, vars: &[] };
    let (status, told) = shop.program_given(&["credentials", "set"], arguments, given).await;
    assert_eq!(status, Some(0), "{told}");
}

story! {
    async fn a_shop_that_can_be_paid_is_well(mall: &Mall) {
        let shop = mall.shop().await;
        let before = mall.books().await;
        let (status, told) = asked(&shop, &[]).await;
        let expected = format!(
            "ok: database: it answers\nok: database: tables: up to date\n\
             ok: shop-a: credentials: test mode, secret key in STRIPE_KEY_A, 1 webhook secrets in STRIPE_WEBHOOK_A\n\
             ok: shop-a: mode: both keys are for test mode\nok: shop-a: provider: it takes the key\n\
             ok: shop-a: webhook endpoint: {}/webhooks/stripe/shop-a is enabled and hears what it must\n\
             ok: shop-a: clock: within 60 s of the provider's\nok: shop-a: work left lying: none\n\
             8 checks, 0 wrong, 0 doubtful.\n",
            mall.address
        );
        assert_eq!((status, told), (Some(0), expected));
        Mall::same(&before, &mall.books().await, "a look");
        mall.other_shop().await;
        let (status, told) = mall.run(&["doctor", "--log", "error"], Given::default()).await;
        assert_eq!(status, Some(0), "{told}");
        assert!(told.contains("ok: shop-a: provider") && told.contains("ok: shop-b: provider"), "{told}");
        let missing = "doubtful: shop-b: webhook endpoint: the provider lists none for us; to do: add http://127.0.0.1:8080/webhooks/stripe/shop-b at the provider, for the events payment_intent.succeeded,";
        assert!(told.contains(missing), "{told}");
    }
}

story! {
    async fn each_fault_of_the_settings_is_told_with_its_way_out(mall: &Mall) {
        let shop = mall.shop().await;
        let unset: Vars = &[("STRIPE_KEY_A", None)];
        is_wrong(&shop, unset, "credentials: the variable STRIPE_KEY_A is not set", "set STRIPE_KEY_A, or store it").await;
        let signing: Vars = &[("STRIPE_WEBHOOK_A", Some("hush"))];
        is_wrong(&shop, signing, "webhook secret: a webhook secret is none", "take the signing secret").await;
        let nobody: Vars = &[("STRIPE_API_BASE", Some("http://127.0.0.1:9"))];
        is_wrong(&shop, nobody, "provider: the provider did not answer", "see whether this machine reaches it").await;
        mall.twin.inject(Fault::once(FaultKind::KeyRevoked, "GET", "/v1/webhook_endpoints"));
        is_wrong(&shop, &[], "provider: the provider does not accept the key", "take the present secret key").await;
        let (status, told) = asked(&shop, &[("STRIPE_KEY_A", Some("sk_live_other"))]).await;
        assert_eq!(status, Some(1), "{told}");
        assert!(told.contains("WRONG: shop-a: mode: the secret key is for live mode, the publishable key for test"), "{told}");

        store_key(&shop, &[], "sk_test_A").await;
        assert_eq!(asked(&shop, unset).await.0, Some(0), "the stored one counts");
        let no_key: Vars = &[("CHECKSTAND_ENCRYPTION_KEY", None)];
        is_wrong(&shop, no_key, "secret key is stored sealed", "set CHECKSTAND_ENCRYPTION_KEY as it is").await;
        let other: Vars = &[("CHECKSTAND_ENCRYPTION_KEY", Some(NEXT_KEY))];
        let id = mall.app.config.keyring.as_ref().unwrap().present().to_string();
        is_wrong(&shop, other, &format!("sealed by the key {id}, which is not here"), &format!("set the key {id} as CHECKSTAND_ENCRYPTION_KEY_PREVIOUS")).await;
        store_key(&shop, &["--publishable-key", "pk_live_1"], "rk_live_1").await;
        let (status, told) = asked(&shop, &[]).await;
        assert_eq!(status, Some(1), "{told}");
        assert!(told.contains("is not https, and the account is live; to do: set CHECKSTAND_PUBLIC_URL"), "{told}");
    }
}

story! {
    async fn what_was_given_up_and_tables_of_another_release_are_told(mall: &Mall) {
        let shop = mall.shop().await;
        shop.webhook("{}").await;
        mall.tamper("UPDATE inbox_event SET status = 'failed'").await;
        is_wrong(&shop, &[], "work left lying: 1 events given up, 0 waiting", "see checkstand events list --organization shop-a").await;
        mall.tamper(&format!("UPDATE inbox_event SET status = 'received', received_at = received_at - {}", 16 * 60_000)).await;
        is_wrong(&shop, &[], "0 events given up, 1 waiting for more than 15 minutes, 0 refunds unsent", "see checkstand events").await;
        mall.tamper("UPDATE inbox_event SET status = 'flagged'").await;
        assert_eq!(asked(&shop, &[]).await.0, Some(0));

        mall.tamper("INSERT INTO seaql_migrations (version, applied_at) VALUES ('m30000101_000001_later', 1)").await;
        let (status, told) = asked(&shop, &[]).await;
        let line = "doubtful: database: tables: made by a newer release: m30000101_000001_later is not known here; to do: run that";
        assert!(status == Some(0) && told.contains(line) && told.contains("ok: shop-a: provider"), "{told}");
        let ready = mall.client.send("GET", &format!("{}/health/ready", mall.address), &[], "").await;
        assert_eq!((ready.status, ready.text.as_str()), (200, "ready\n"), "a newer release only adds");
        mall.app.store.migrate().await.unwrap();
        mall.tamper("DELETE FROM seaql_migrations WHERE version = 'm30000101_000001_later'").await;
        mall.tamper("DELETE FROM seaql_migrations WHERE version = 'm20261122_000026_credentials_add'").await;
        is_wrong(&shop, &[], "tables: 1 changes are missing, the last is m20261122_000026", "run checkstand migrate").await;
        mall.tamper("INSERT INTO seaql_migrations (version, applied_at) VALUES ('m20261122_000026_credentials_add', 1)").await;

        let id = mall.app.organization(&shop.slug.parse().unwrap()).await.unwrap().unwrap().id;
        let clock = async || {
            let found = doctor::organization(&mall.app, id, &shop.slug).await.unwrap();
            found.into_iter().find(|finding: &Finding| finding.check == "clock").unwrap()
        };
        assert_eq!(clock().await.health, Health::Well);
        mall.clock.advance(Span::from_minutes(10));
        let ahead = clock().await;
        assert_eq!(ahead.health, Health::Wrong);
        assert!(ahead.said.contains("s ahead of the provider's; from 300 s on every webhook is refused"), "{}", ahead.said);
    }
}

story! {
    async fn who_is_not_there_cannot_be_looked_at(mall: &Mall) {
        mall.shop().await;
        for arguments in [&["doctor", "--organization", "nobody"][..], &["doctor", "--organization", "No Slug"], &["doctor", "--organisation", "a"]] {
            let (status, told) = mall.run(arguments, Given::default()).await;
            assert_eq!(status, Some(2), "{told}");
        }
        let file = std::env::temp_dir().join(format!("checkstand-{}.db", checkstand::flows::App::new_id().simple()));
        let url = format!("sqlite:{}", file.display());
        let (status, told) = mall.run(&["doctor"], Given { input: "", vars: &[("DATABASE_URL", Some(&url))] }).await;
        assert_eq!(status, Some(2), "{told}");
        assert!(told.contains("the database") && !file.exists(), "{told}");
    }
}
