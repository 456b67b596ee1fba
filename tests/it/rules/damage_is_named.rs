//! The audit names each kind of damage: that row, by that promise, and nothing where nothing is wrong.

use std::process::{Command, Output};

use sea_orm::{ConnectionTrait, DatabaseConnection, DbBackend, Statement};
use serde_json::json;

use super::{
    damage::{BINDINGS, EVENT, GOODS, ORDERS, PAID, PAYMENTS, STRAY},
    damage_of_refunds::REFUNDS,
};
use crate::support::{Mall, Shop, Step, refund::units, story, texas};

/// Tables that damage is done to, so that each case begins with whole ones.
const TABLES: &str = "checkout_session binding hold payment_attempt order order_line discount_use gift_certificate \
    gift_certificate_use order_refund order_refund_part order_refund_certificate verdict refund inbox_event outbox_entry idempotency_record stock discount shipping_rate organization";

/// A connection that no foreign key stops, and the shop that is damaged through it.
struct Hand<'a> {
    mall: &'a Mall,
    db: DatabaseConnection,
}

impl Hand<'_> {
    async fn run(&self, sql: &str) {
        self.db.execute_unprepared(&self.spell(sql)).await.unwrap_or_else(|error| panic!("{error}: {sql}"));
    }

    fn spell(&self, sql: &str) -> String {
        let postgres = self.db.get_database_backend() == DbBackend::Postgres;
        let last = if postgres {
            "CAST('ffffffff-ffff-ffff-ffff-ffffffffffff' AS uuid)"
        } else {
            "X'ffffffffffffffffffffffffffffffff'"
        };
        sql.replace("{event}", EVENT)
            .replace("{paid}", &format!("({PAID})"))
            .replace("{last}", last)
            .replace("{a}", "(SELECT id FROM organization WHERE slug = 'shop-a')")
    }

    async fn id(&self, sql: &str) -> Option<String> {
        let sql = format!("SELECT x.* FROM ({}) x LIMIT 1", self.spell(sql));
        let row =
            self.db.query_one_raw(Statement::from_string(self.db.get_database_backend(), sql)).await.unwrap();
        row.map(|row| row.try_get_by_index::<uuid::Uuid>(0).unwrap().to_string())
    }

    async fn keep(&self) {
        for table in TABLES.split_whitespace() {
            self.run(&format!("CREATE TABLE keep_{table} AS SELECT * FROM \"{table}\"")).await;
        }
    }

    async fn restore(&self) {
        for table in TABLES.split_whitespace() {
            self.run(&format!("DELETE FROM \"{table}\"; INSERT INTO \"{table}\" SELECT * FROM keep_{table}"))
                .await;
        }
    }

    /// Names of the checks that found something, and the rows found by one of them.
    async fn found(&self, check: &str) -> (Vec<String>, Vec<String>) {
        let findings = self.mall.findings().await;
        let word = |finding: &String, n: usize| finding.split([' ', ':']).nth(n).unwrap().to_owned();
        let mut names: Vec<String> = findings.iter().map(|finding| word(finding, 2)).collect();
        names.sort();
        names.dedup();
        let rows =
            findings.iter().filter(|finding| word(finding, 2) == check).map(|finding| word(finding, 4));
        (names, rows.collect())
    }
}

/// One that is drawn, one that is held, one that has something back.
const GIFTS: [&str; 3] = ["GIFT-OF-THE-SHOP", "GIFT-NOT-DRAWN-YET", "GIFT-GIVEN-BACK"];

async fn bound_with(shop: &Shop<'_>, sku: &str, codes: &[&str], gifts: &[&str]) -> Step {
    let step = shop.create(&[(sku, 1)]).await;
    let mut draft = texas();
    draft["discountCodes"] = json!(codes);
    draft["giftCertificateCodes"] = json!(gifts);
    let filled = shop.reprice(&step, draft).await.good();
    let rate = filled.session()["applicableShippingRates"][0]["rate"]["id"].clone();
    let bind = if rate.is_null() { json!({}) } else { json!({ "shippingRateId": rate }) };
    shop.try_bind(&step, bind, None, None).await.good();
    step
}

/// A shop with an order by payment, one without, one of which a unit came back, a payment given back, one under way, and
/// what was given up.
async fn furnish(shop: &Shop<'_>) {
    for gift in GIFTS {
        shop.issue(gift, 5_00, "USD").await;
    }
    let key = shop.try_create(
        json!({ "lines": [{ "sku": "MUG-SET", "quantity": 1 }] }),
        None,
        Some("a key of more than 22 signs"),
    );
    key.await.good();
    let paid = bound_with(shop, "MUG-SET", &["ONCE"], &GIFTS[..1]).await;
    let payment = shop.payment_session(&paid).await.good();
    shop.confirm(&payment, "pm_card_visa").await;
    shop.until(&paid, "COMPLETED").await;
    let sold = shop.sold(&[("MUG-SET", 1)], &GIFTS[2..]).await;
    shop.refund(&sold, units("MUG-SET", 1)).await.unwrap();
    let astray = bound_with(shop, "MUG-SET", &[], &[]).await;
    let payment = shop.payment_session(&astray).await.good();
    shop.mall.twin.change_amount(&shop.intent(&payment), 1_00).unwrap();
    shop.confirm(&payment, "pm_card_visa").await;
    shop.webhooks_delivered().await;
    shop.mall.work().await;
    let given_up = bound_with(shop, "MUG-SET", &[], &[]).await;
    shop.payment_session(&given_up).await.good();
    shop.cancel(&given_up).await.good();
    let open = bound_with(shop, "LAMP-BRASS", &[], &GIFTS[1..2]).await;
    shop.payment_session(&open).await.good();
}

async fn free_order(shop: &Shop<'_>) {
    let step = shop.bound(&[("SAMPLE-CHAPTER", 1)]).await;
    shop.complete(&step).await.good();
}

story! {
    async fn each_kind_of_damage_is_found_in_its_row_by_its_promise(mall: &Mall) {
        let shop = mall.shop().await;
        furnish(&shop).await;
        furnish(&mall.other_shop().await).await;
        free_order(&shop).await;
        mall.settled().await;
        let hand = Hand { mall, db: mall.hand().await };
        hand.keep().await;
        let cases = [GOODS, ORDERS, BINDINGS, PAYMENTS, REFUNDS].concat();
        let mut wrong = Vec::new();
        assert_eq!(mall.findings().await, Vec::<String>::new());
        for (names, row, damage) in cases {
            let id = hand.id(row).await.unwrap_or_else(|| panic!("no row for {names}: {row}"));
            hand.run(&damage.replace("{row}", &format!("({row})"))).await;
            let mut expected: Vec<&str> = names.split(' ').collect();
            let (found, rows) = hand.found(expected[0]).await;
            expected.sort_unstable();
            if found != expected || rows != [id.clone()] {
                wrong.push(format!("{names} of {id}: found {found:?} of {rows:?}"));
            }
            hand.restore().await;
        }
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
        assert_eq!(mall.findings().await, Vec::<String>::new());
    }
}

story! {
    async fn each_reference_that_leaves_its_organization_is_found(mall: &Mall) {
        let shop = mall.shop().await;
        furnish(&shop).await;
        furnish(&mall.other_shop().await).await;
        mall.settled().await;
        let hand = Hand { mall, db: mall.hand().await };
        hand.keep().await;
        let mut wrong = Vec::new();
        for (place, target) in STRAY {
            let (table, column) = place.split_once(' ').unwrap();
            let key = match table {
                "stock" => "variant_id",
                "idempotency_record" => "session_id",
                _ => "id",
            };
            let strays = format!("SELECT {key} FROM \"{table}\" WHERE organization_id = {{a}} ORDER BY {key} LIMIT 1");
            let theirs = format!("(SELECT id FROM \"{target}\" WHERE organization_id <> {{a}} LIMIT 1)");
            let id = hand.id(&strays).await.unwrap();
            hand.run(&format!("UPDATE \"{table}\" SET {column} = {theirs} WHERE organization_id = {{a}} AND {key} = ({strays})")).await;
            let findings = mall.findings().await;
            let named = |finding: &&String| {
                finding.starts_with(&format!("shop-a 7 reference_leaves_organization {table} "))
                    && finding.ends_with(&format!("{column} of a row of another organization"))
                    && (key == column || finding.contains(&id))
            };
            if findings.iter().filter(named).count() != 1 {
                wrong.push(format!("{place}: {findings:?}"));
            }
            hand.restore().await;
        }
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    }
}

#[test]
fn every_check_has_its_damage() {
    let planted: Vec<&str> = [GOODS, ORDERS, BINDINGS, PAYMENTS, REFUNDS]
        .concat()
        .iter()
        .flat_map(|case| case.0.split(' '))
        .collect();
    let without =
        checkstand::flows::audit::checks().map(|check| check.name).filter(|name| !planted.contains(name));
    assert_eq!(without.collect::<Vec<_>>(), Vec::<&str>::new());
}

/// Runs the program's audit on this database.
async fn checkstand(mall: &Mall, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_checkstand"));
    command.arg("audit").args(arguments).env("DATABASE_URL", mall.url());
    tokio::task::spawn_blocking(move || command.output()).await.unwrap().unwrap()
}

story! {
    async fn the_program_says_by_its_status_what_it_found(mall: &Mall) {
        let shop = mall.shop().await;
        shop.bound(&[("MUG-SET", 1)]).await;
        mall.other_shop().await;
        let clean = checkstand(mall, &[]).await;
        assert_eq!(clean.status.code(), Some(0), "{clean:?}");

        mall.tamper("UPDATE stock SET on_hand = -7 WHERE on_hand = 2").await;
        let found = checkstand(mall, &["--organization", "shop-a"]).await;
        assert_eq!(found.status.code(), Some(1), "{found:?}");
        let lines = String::from_utf8(found.stdout).unwrap();
        assert!(lines.starts_with("shop-a: stock_below_zero (promise 6): stock "), "{lines}");
        assert!(lines.lines().next().unwrap().ends_with("expected at least 0, found -7"), "{lines}");
        let found = checkstand(mall, &["--json", "--organization", "shop-a"]).await;
        let line: serde_json::Value = serde_json::from_slice(&found.stdout).unwrap();
        assert_eq!((&line["check"], &line["found"]), (&json!("stock_below_zero"), &json!("-7")));

        assert_eq!(checkstand(mall, &["--organization", "nobody"]).await.status.code(), Some(2));
        assert_eq!(checkstand(mall, &["--older-than", "soon"]).await.status.code(), Some(2));
        mall.tamper("UPDATE stock SET on_hand = 2 WHERE on_hand = -7").await;
    }
}

#[test]
fn a_database_that_is_not_there_cannot_be_looked_at_and_is_not_made() {
    let file =
        std::env::temp_dir().join(format!("checkstand-{}.db", checkstand::flows::App::new_id().simple()));
    let mut command = Command::new(env!("CARGO_BIN_EXE_checkstand"));
    let ended =
        command.arg("audit").env("DATABASE_URL", format!("sqlite:{}", file.display())).output().unwrap();
    assert_eq!(ended.status.code(), Some(2), "{ended:?}");
    assert!(!file.exists());
}
