//! What the provider told us can be listed, explained and acted on again; what was given up is never silent.

use std::{
    io::{self, Write},
    sync::{Arc, Mutex},
};

use checkstand::{
    domain::instant::Span,
    flows::{
        inbox::{self, Event, Status, Wanted},
        settle::{self, Settled, TRIES_OF_EVENT_MAX},
    },
    telemetry,
    twin::{Fault, FaultKind},
};
use serde_json::json;
use tracing_subscriber::{filter::LevelFilter, util::SubscriberInitExt};

use crate::support::{Mall, Shop, Step, story};

/// A session that is paid while its webhooks are held back; answers its intent.
async fn paid_in_silence(shop: &Shop<'_>) -> (Step, String) {
    let step = shop.bound(&[("MUG-SET", 1)]).await;
    let payment = shop.payment_session(&step).await.good();
    shop.hold_webhooks().await;
    shop.confirm(&payment, "pm_card_visa").await;
    (step, shop.intent(&payment))
}

fn success(id: &str, intent: &str) -> String {
    let object = json!({ "object": "payment_intent", "id": intent, "client_secret": format!("{intent}_secret_aB3xyz") });
    json!({ "id": id, "type": "payment_intent.succeeded", "data": { "object": object } }).to_string()
}

/// The events of a shop, by status.
async fn listed(shop: &Shop<'_>, status: Option<Status>) -> Vec<Event> {
    let app = &shop.mall.app;
    let of = app.organization(&shop.slug.parse().unwrap()).await.unwrap().unwrap().id;
    inbox::list(&app.store, of, &Wanted { status, intent: None }, 100).await.unwrap()
}

/// The event that the story is about; the provider told of the intent's creation before.
async fn only(shop: &Shop<'_>) -> Event {
    listed(shop, None).await.into_iter().find(|event| event.provider_id == "evt_1").unwrap()
}

/// Acts on an event again by the mall's own clock; answers what became of it.
async fn replayed(shop: &Shop<'_>, name: &str) -> Event {
    let app = &shop.mall.app;
    let merchant = app.merchant(&shop.slug.parse().unwrap()).await.unwrap().unwrap();
    let id = inbox::replay(app, &merchant, name).await.unwrap().unwrap();
    inbox::show(&app.store, merchant.organization.id, &id.to_string()).await.unwrap().unwrap().event
}

/// Orders, verdicts, refunds, effects, and units that were sold.
async fn effects(mall: &Mall) -> [i64; 5] {
    [
        mall.count("SELECT count(*) FROM \"order\"").await,
        mall.count("SELECT count(*) FROM verdict").await,
        mall.count("SELECT count(*) FROM refund").await,
        mall.count("SELECT count(*) FROM outbox_entry").await,
        mall.count("SELECT -sum(on_hand) FROM stock").await,
    ]
}

async fn ready(mall: &Mall) -> (u16, String) {
    let answer = mall.client.send("GET", &format!("{}/health/ready", mall.address), &[], "").await;
    (answer.status, answer.text)
}

story! {
    async fn an_unknown_intent_is_tried_again_set_aside_and_settled_once_it_is_replayed(mall: &Mall) {
        let shop = mall.shop().await;
        let (step, intent) = paid_in_silence(&shop).await;
        mall.tamper("UPDATE payment_attempt SET intent_id = NULL").await;
        assert_eq!(shop.webhook(&success("evt_1", &intent)).await, 200);
        let first = only(&shop).await;
        assert_eq!((first.status, first.tries, first.next_at), (Status::Received, 1, Some(first.received_at + Span::from_ms(1_000))));
        mall.pass(Span::from_minutes(1)).await;
        assert_eq!((only(&shop).await.status, only(&shop).await.tries), (Status::Received, 2));
        mall.pass(Span::from_minutes(10)).await;
        let aside = only(&shop).await;
        assert_eq!((aside.status, aside.note.as_deref()), (Status::Flagged, Some("an intent of somebody else")));
        assert_eq!(listed(&shop, Some(Status::Flagged)).await.first(), Some(&aside));
        assert_eq!(listed(&shop, Some(Status::Failed)).await, []);
        assert_eq!(replayed(&shop, "evt_1").await.status, Status::Flagged);
        let (status, told) = shop.program(&["events", "list"], &["--status", "flagged", "--intent", &intent]).await;
        assert_eq!(status, Some(0), "{told}");
        assert!(told.contains("  evt_1  payment_intent.succeeded  ") && told.contains("  flagged, tries 1: an intent of somebody else\n"), "{told}");

        let before = effects(mall).await;
        mall.tamper(&format!("UPDATE payment_attempt SET intent_id = '{intent}'")).await;
        let (status, told) = shop.program(&["events", "replay"], &["evt_1"]).await;
        assert_eq!(status, Some(0), "{told}");
        let number = shop.read(&step).await["order"]["number"].as_str().unwrap().to_owned();
        assert!(told.contains(" was acted on.\n") && told.contains(&format!("61.98 USD paid order {number} (ord_")), "{told}");
        let after = effects(mall).await;
        assert_eq!([after[0] - before[0], after[1] - before[1], after[2], after[4] - before[4]], [1, 1, 0, 1]);
        for name in ["evt_1", &first.id.to_string()] {
            assert_eq!(replayed(&shop, name).await.status, Status::Handled);
        }
        assert_eq!(effects(mall).await, after);
    }
}

story! {
    async fn a_refund_is_made_once_however_often_its_event_is_replayed(mall: &Mall) {
        let shop = mall.shop().await;
        let step = shop.bound(&[("LAMP-BRASS", 2)]).await;
        let payment = shop.payment_session(&step).await.good();
        let intent = shop.intent(&payment);
        mall.twin.change_amount(&intent, 1_00).unwrap();
        shop.hold_webhooks().await;
        shop.confirm(&payment, "pm_card_visa").await;
        assert_eq!(shop.webhook(&success("evt_1", &intent)).await, 200);
        let before = effects(mall).await;
        for _ in 0..2 {
            assert_eq!(replayed(&shop, "evt_1").await.status, Status::Handled);
            mall.work().await;
        }
        assert_eq!(effects(mall).await, before);
        assert_eq!((before[0], before[1], before[2], shop.given_back()), (0, 1, 1, 1_00));
        let (status, told) = shop.program(&["events", "show"], &["evt_1"]).await;
        assert_eq!(status, Some(0), "{told}");
        assert!(told.contains("  decided: 1.00 USD is refunded: under, vrd_") && told.contains(", done\n"), "{told}");
    }
}

story! {
    async fn an_event_is_shown_without_secrets_and_without_signs_that_move_the_cursor(mall: &Mall) {
        let shop = mall.shop().await;
        let (_, intent) = paid_in_silence(&shop).await;
        assert_eq!(shop.webhook(&success("evt_1", &intent)).await, 200);
        assert_eq!(shop.webhook("no json \u{1b}[2J\r\nEvent inb_1 of nobody").await, 200);
        let (status, told) = shop.program(&["events", "show"], &["evt_1"]).await;
        assert_eq!(status, Some(0), "{told}");
        assert!(told.contains(&format!("\"client_secret\":\"{intent}(removed)\"")), "{told}");
        // As of a time when bodies were stored as they came.
        mall.tamper(&format!("UPDATE inbox_event SET payload = '{{\"client_secret\":\"{intent}_secret_old9\"}}' WHERE event_id = 'evt_1'")).await;
        let (_, old) = shop.program(&["events", "show"], &["evt_1"]).await;
        assert!(old.contains("(removed)"), "{old}");
        let odd = listed(&shop, Some(Status::Flagged)).await.remove(0);
        let (status, odd) = shop.program(&["events", "show"], &[&odd.provider_id]).await;
        assert_eq!(status, Some(0), "{odd}");
        assert!(odd.ends_with("    no json  [2J\n    Event inb_1 of nobody\n"), "{odd}");
        for told in [told, old, odd] {
            assert!(!told.contains("_secret_a") && !told.contains("_secret_o"), "{told}");
            assert!(told.chars().all(|sign| sign == '\n' || !sign.is_control()), "{told}");
        }
    }
}

story! {
    async fn the_event_of_another_organization_is_not_found(mall: &Mall) {
        let (shop, other) = (mall.shop().await, mall.other_shop().await);
        let (_, intent) = paid_in_silence(&shop).await;
        assert_eq!(shop.webhook(&success("evt_1", &intent)).await, 200);
        let id = only(&shop).await.id.to_string();
        let before = mall.books().await;
        for name in ["evt_1", &id] {
            for command in ["show", "replay"] {
                let (status, told) = other.program(&["events", command], &[name]).await;
                assert_eq!(status, Some(2), "{command} {name}: {told}");
                assert!(told.contains("NOT_FOUND"), "{told}");
            }
        }
        assert_eq!(other.program(&["events", "list"], &[]).await, (Some(0), String::new()));
        Mall::same(&before, &mall.books().await, "another organization's event");
        assert_eq!(only(&shop).await.status, Status::Handled);
    }
}

/// What is logged from now on by what the test itself awaits.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

story! {
    async fn an_event_that_is_given_up_is_named_once_counted_and_replayed(mall: &Mall) {
        let shop = mall.shop().await;
        let (step, intent) = paid_in_silence(&shop).await;
        let no_answer = || mall.twin.inject(Fault::once(FaultKind::KeyRevoked, "GET", &format!("/v1/payment_intents/{intent}")));
        no_answer();
        assert_eq!(shop.webhook(&success("evt_1", &intent)).await, 200);
        let waiting = only(&shop).await;
        assert_eq!((waiting.status, waiting.note.as_deref()), (Status::Received, Some("the provider does not accept the key")));
        assert_eq!(ready(mall).await, (200, "ready\n".to_owned()));

        mall.tamper(&format!("UPDATE inbox_event SET tries = {}", TRIES_OF_EVENT_MAX - 1)).await;
        let merchant = mall.app.merchant(&shop.slug.parse().unwrap()).await.unwrap().unwrap();
        let log = Log::default();
        let lines = {
            let writer = log.clone();
            let subscriber = tracing_subscriber::fmt().with_env_filter(telemetry::filter(LevelFilter::ERROR)).with_ansi(false);
            let _listening = subscriber.with_writer(move || writer.clone()).set_default();
            no_answer();
            no_answer();
            let settle = || settle::settle_due(&mall.app, &merchant, waiting.id.uuid());
            let (one, two) = tokio::join!(settle(), settle());
            // Who looks after the other was through finds nothing left to do.
            let both = [one.unwrap(), two.unwrap()];
            assert!(both.contains(&Settled::GivenUp), "{both:?}");
            assert!(both.iter().all(|one| matches!(one, Settled::GivenUp | Settled::Handled)), "{both:?}");
            mall.twin.clear_faults();
            String::from_utf8(log.0.lock().unwrap().clone()).unwrap()
        };
        let named = "gave up event evt_1 of shop-a after 440 tries: the provider does not accept the key";
        assert_eq!(lines.matches(named).count(), 1, "{lines}");
        assert!(lines.contains("ERROR"), "{lines}");
        let given_up = only(&shop).await;
        assert_eq!((given_up.status, given_up.next_at), (Status::Failed, None));
        assert_eq!(listed(&shop, Some(Status::Failed)).await, [given_up]);
        assert_eq!(ready(mall).await, (200, "ready\nevents given up, see checkstand events list: 1\n".to_owned()));
        let found = mall.findings().await;
        assert!(found.iter().any(|line| line.contains("event_unhandled")), "{found:?}");
        mall.pass(Span::from_minutes(1)).await;
        assert_eq!(only(&shop).await.status, Status::Failed);

        assert_eq!(replayed(&shop, "evt_1").await.status, Status::Handled);
        assert_eq!(shop.read(&step).await.state(), "COMPLETED");
        assert_eq!(ready(mall).await, (200, "ready\n".to_owned()));
    }
}

story! {
    async fn an_event_that_is_tried_again_and_again_makes_one_event_of_our_own(mall: &Mall) {
        let shop = mall.shop().await;
        let sold = shop.sold(&[("MUG-SET", 1)], &[]).await;
        shop.webhooks_delivered().await;
        shop.hold_webhooks().await;
        let intent = mall.twin.snapshot(&shop.secret_key).remove(0).id;
        shop.at_the_provider("/v1/refunds", &format!("payment_intent={intent}&amount=100")).await;
        let told = mall.twin.take_held(&shop.secret_key).into_iter().find(|letter| letter.event_type == "charge.refunded").unwrap();
        let own = "SELECT count(*) FROM inbox_event WHERE event_id LIKE 'own_%'";
        let before = mall.count(own).await;
        mall.twin.inject(Fault { times: 1_000, ..Fault::once(FaultKind::KeyRevoked, "GET", "/v1/payment_intents/") });
        assert_eq!(shop.webhook(&told.body).await, 200);
        for _ in 0..4 {
            mall.pass(Span::from_minutes(11)).await;
        }
        let waiting = "SELECT count(*) FROM inbox_event WHERE status = 'received'";
        assert_eq!((mall.count(own).await - before, mall.count(waiting).await), (1, 2));
        mall.twin.clear_faults();
        for _ in 0..2 {
            mall.pass(Span::from_minutes(11)).await;
        }
        assert_eq!((mall.count(own).await - before, mall.count(waiting).await), (1, 0));
        assert_eq!(shop.account(&sold).await.order.refunded.raw(), 1_00);
    }
}
