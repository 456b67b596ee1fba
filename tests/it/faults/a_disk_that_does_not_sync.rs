//! The disk says that it could not write: what was acknowledged all the same would be lost.
//!
//! The whole program runs under strace, which lets calls fail; where there is none the test skips, visibly.

use std::{
    io::{BufRead, BufReader},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::Duration,
};

use sea_orm::{ConnectionTrait, Database, DbBackend, Statement};
use serde_json::{Value, json};

use crate::support::{Answer, Client};

/// Far more than it takes; a connection that was kept after a failed COMMIT blocks every other for its whole wait.
const ENOUGH: Duration = Duration::from_mins(1);

/// The program under strace, and its folder; both gone at the end.
struct Served {
    child: Child,
    folder: PathBuf,
    address: String,
}

impl Served {
    /// Serves the demo; every second sync fails between the 100th and the 140th, long after it has made its tables.
    fn start() -> Option<Self> {
        let traces = Command::new("strace").args(["-qqq", "-o", "/dev/null", "true"]).status();
        if !traces.is_ok_and(|ended| ended.success()) {
            crate::support::skipped(
                "a disk that does not sync: strace is not installed, or may not trace here",
            );
            return None;
        }
        let folder = std::env::temp_dir()
            .join(format!("checkstand-sync-{}", checkstand::flows::App::new_id().simple()));
        std::fs::create_dir_all(&folder).unwrap();
        let mut command = Command::new("strace");
        command.args(["-f", "-qqq", "-e", "trace=fsync,fdatasync", "-e", "signal=none", "-o", "/dev/null"]);
        command.args(["-e", "inject=fsync,fdatasync:error=EIO:when=100..140+2"]);
        command.arg(env!("CARGO_BIN_EXE_checkstand")).args([
            "serve",
            "--demo",
            "--listen",
            "127.0.0.1:0",
            "--data-dir",
        ]);
        let mut child = command.arg(&folder).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines().map_while(Result::ok);
        let address =
            lines.find_map(|line| Some(line.split_once("http://")?.1.split('/').next()?.to_owned()));
        // The rest of the welcome must not fill the pipe.
        std::thread::spawn(move || lines.for_each(drop));
        let address = address.expect("the demo did not start");
        Some(Self { child, folder, address: format!("http://{address}") })
    }

    async fn create(&self, client: &Client) -> Answer {
        let query = "mutation($d: CheckoutDraftInput!) { checkoutSessionCreate(draft: $d) { checkoutSession { id } userErrors { code } } }";
        let draft = json!({ "lines": [{ "sku": "MUG-SET", "quantity": 1 }] });
        let body = json!({ "query": query, "variables": { "d": draft } }).to_string();
        let headers = [("content-type", "application/json"), ("x-organization-slug", "demo")];
        let url = format!("{}/graphql", self.address);
        let sent = tokio::time::timeout(Duration::from_secs(40), client.send("POST", &url, &headers, body));
        sent.await.expect("a request was never answered")
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        // Without strace its child, the program, would go on.
        let children = format!("/proc/{0}/task/{0}/children", self.child.id());
        for child in std::fs::read_to_string(children).unwrap_or_default().split_whitespace() {
            drop(Command::new("kill").args(["-KILL", child]).status());
        }
        drop(self.child.kill());
        drop(self.child.wait());
        drop(std::fs::remove_dir_all(&self.folder));
    }
}

async fn sessions(folder: &Path) -> Vec<String> {
    let url = format!("sqlite:{}", folder.join("checkstand.db").display());
    let second = Database::connect(url.as_str()).await.unwrap();
    let sql = "SELECT lower(hex(id)) AS id FROM checkout_session";
    let rows = second.query_all_raw(Statement::from_string(DbBackend::Sqlite, sql)).await.unwrap();
    let ids = rows.iter().map(|row| row.try_get::<String>("", "id").unwrap()).collect();
    second.close().await.unwrap();
    ids
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_acknowledged_while_syncs_fail_is_seen_by_a_second_process() {
    tokio::time::timeout(ENOUGH, go_on_while_syncs_fail()).await.expect("it did not recover by itself");
}

async fn go_on_while_syncs_fail() {
    let Some(served) = tokio::task::spawn_blocking(Served::start).await.unwrap() else { return };
    let client = Client::new();
    let (mut acknowledged, mut refused, mut in_a_row) = (Vec::new(), 0, 0);
    for _ in 0..600 {
        let answer = served.create(&client).await;
        let id = answer.json["data"]["checkoutSessionCreate"]["checkoutSession"]["id"].as_str();
        if let Some(id) = id {
            acknowledged.push(id.trim_start_matches("ses_").to_owned());
            in_a_row += 1;
        } else {
            assert!(answer.is_overloaded(), "{}", answer.text);
            refused += 1;
            in_a_row = 0;
        }
        if refused > 0 && in_a_row == 40 {
            break;
        }
        assert_ne!(answer.json, Value::Null);
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    assert!(refused > 0, "no sync failed");
    assert_eq!(in_a_row, 40, "it did not recover by itself");
    let there = sessions(&served.folder).await;
    let lost: Vec<&String> = acknowledged.iter().filter(|id| !there.contains(id)).collect();
    assert!(lost.is_empty(), "acknowledged and lost: {lost:?}");
}
