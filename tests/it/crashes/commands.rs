//! Commands of operators and merchants, killed at each step and given again.

use super::{
    crash::{Crash, crash, each},
    intents::handed_out,
    purchases::SOLD,
    stand::Stand,
};
use crate::support::{Given, Mall, file_with};

crash! {
    async fn an_event_is_replayed(crash) of |_| {}, at [
        "replay.before_commit", "replay.after_commit", "retrieve_intent.after_call", "settle.before_commit", "settle.after_commit",
    ], {
        let (step, payment) = handed_out(crash).await;
        crash.safe.confirm(&payment, "pm_card_visa").await;
        crash.safe.until(&step, "COMPLETED").await;
        crash.safe.webhooks_delivered().await;
        let intent = crash.safe.intent(&payment);
        let event = format!("SELECT event_id AS t FROM inbox_event WHERE intent_id = '{intent}' AND status = 'handled'");
        let event = crash.safe.mall.texts(&event).await.remove(0);
        let slug = crash.safe.slug.clone();
        let command = ["events", "replay", "--organization", &slug, &event];
        crash.kill(&command).await;
        crash.serve_in_peace().await;
        let (status, told) = crash.command(&command).await;
        assert_eq!(status, Some(0), "{told}");
        crash.came_to(SOLD).await;
    }
}

crash! {
    async fn a_gift_certificate_is_issued(crash) of |_| {}, at [
        "gift_certificate_issue.before_commit", "gift_certificate_issue.after_commit",
    ], {
        let (slug, code) = (crash.safe.slug.clone(), format!("GIFT-{:04}-AAAA-1111", crash.number));
        let command = ["gift-certificate", "issue", "--organization", &slug, "--balance", "50.00", "--currency", "USD", "--code", &code];
        crash.kill(&command).await;
        let (status, told) = crash.command(&command).await;
        let taken = crash.is_at("gift_certificate_issue.after_commit");
        assert_eq!(status, Some(if taken { 2 } else { 0 }), "{told}");
        crash.came_to(Stand { gifts: 50_00, ..Stand::default() }).await;
    }
}

crash! {
    async fn a_gift_certificate_is_stopped(crash) of |_| {}, at [
        "gift_certificate_stop.before_commit", "gift_certificate_stop.after_commit",
    ], {
        let slug = crash.safe.slug.clone();
        let id = crash.safe.issue(&format!("GIFT-{:04}-AAAA-1111", crash.number), 50_00, "USD").await.to_string();
        let command = ["gift-certificate", "disable", "--organization", &slug, &id];
        crash.kill(&command).await;
        let (status, told) = crash.command(&command).await;
        assert_eq!(status, Some(0), "{told}");
        crash.came_to(Stand { gifts: 50_00, ..Stand::default() }).await;
        let active = "SELECT count(*) FROM gift_certificate WHERE active";
        assert_eq!(crash.safe.mall.count(active).await, 0);
    }
}

crash! {
    /// All of a file or nothing of it.
    async fn a_file_is_applied(crash) of |_| {}, at ["apply.before_commit", "apply.after_commit"], {
        let price = format!("USD = \"49.{:02}\"", crash.number);
        let text = file_with(&[("USD = \"49.99\"", &price), ("\"Stoneware Mug Set\"", &format!("\"Mugs {}\"", crash.number))]);
        let path = std::env::temp_dir().join(format!("checkstand-{}.toml", checkstand::flows::App::new_id().simple()));
        std::fs::write(&path, &text).unwrap();
        let file = path.display().to_string();
        let before = crash.safe.mall.declared_rows().await;
        crash.kill(&["apply", &file]).await;
        let after = crash.safe.mall.declared_rows().await;
        assert_eq!(after != before, crash.is_at("apply.after_commit"));
        let (status, told) = crash.command(&["apply", &file]).await;
        assert_eq!(status, Some(0), "{told}");
        let (_, told) = crash.command(&["apply", &file, "--dry-run"]).await;
        assert!(told.contains("Nothing"), "{told}");
        std::fs::remove_file(path).unwrap();
        crash.came_to(Stand::default()).await;
    }
}

crash! {
    /// A stored webhook secret is dropped wholly or not at all.
    async fn a_stored_secret_is_dropped(crash) of |_| {}, at ["credential.before_commit", "credential.after_commit"], {
        let slug = crash.safe.slug.clone();
        let given = Given { input: "whsec_test", ..Given::default() };
        let (status, told) = crash.safe.program_given(&["credentials", "add-webhook-secret"], &[], given).await;
        assert_eq!(status, Some(0), "{told}");
        let command = ["credentials", "drop-webhook-secret", "1", "--last", "--organization", &slug];
        crash.kill(&command).await;
        let (status, told) = crash.command(&command).await;
        let taken = crash.is_at("credential.after_commit");
        assert_eq!(status, Some(if taken { 2 } else { 0 }), "{told}");
        let stored = "SELECT count(*) FROM payment_account WHERE sealed_webhook_secret_1 IS NOT NULL";
        assert_eq!(crash.safe.mall.count(stored).await, 0);
        crash.came_to(Stand::default()).await;
    }
}

crash! {
    /// All of a manifest or nothing of it.
    async fn documents_are_pushed(crash) of |_| {}, at ["documents.before_commit", "documents.after_commit"], {
        let path = std::env::temp_dir().join(format!("checkstand-{}.json", checkstand::flows::App::new_id().simple()));
        let text = |number: i32| format!("query Q{number}_{} {{ __typename }}", crash.number);
        std::fs::write(&path, serde_json::json!({ "a": text(1), "b": text(2) }).to_string()).unwrap();
        let (slug, file) = (crash.safe.slug.clone(), path.display().to_string());
        let command = ["documents", "push", &file, "--organization", &slug];
        let rows = "SELECT count(*) FROM trusted_document";
        let before = crash.safe.mall.count(rows).await;
        crash.kill(&command).await;
        let taken = crash.is_at("documents.after_commit");
        assert_eq!(crash.safe.mall.count(rows).await - before, if taken { 2 } else { 0 });
        let (status, told) = crash.command(&command).await;
        assert_eq!(status, Some(0), "{told}");
        assert_eq!(crash.safe.mall.count(rows).await - before, 2);
        std::fs::remove_file(path).unwrap();
        crash.came_to(Stand::default()).await;
    }
}

crash! {
    async fn a_doctor_changes_nothing(crash) of |_| {}, at ["check_up.before_call", "check_up.after_call"], {
        let slug = crash.safe.slug.clone();
        let command = ["doctor", "--organization", &slug];
        let before = crash.safe.mall.books().await;
        crash.kill(&command).await;
        Mall::same(&before, &crash.safe.mall.books().await, "a doctor");
        crash.came_to(Stand::default()).await;
    }
}
