//! The same attack hundreds of times leaves the server as large as a hundred times did.
//!
//! The server is a process of its own, as it is shipped, so that its memory is nobody else's. Where the system does not
//! tell a process's memory the test skips, visibly.

use std::{
    path::PathBuf,
    process::{Child, Command, Stdio},
    time::Duration,
};

use futures_util::future::join_all;
use serde_json::json;

use super::wrong_requests::{bodies, documents, drafts};
use crate::support::{Client, skipped};

const ROUNDS: usize = 240;
const WARM_UP: usize = 60;
/// What an allocator may keep for later; each of the attacks would leave ten times that if it left a tenth of itself.
const GROWTH_MAX: usize = 24 * 1024 * 1024;
const PAGE: usize = 4096;

/// The demo in a process of its own; both gone at the end.
struct Demo {
    process: Child,
    folder: PathBuf,
    address: String,
}

impl Demo {
    async fn start(client: &Client) -> Self {
        let folder = std::env::temp_dir()
            .join(format!("checkstand-demo-{}", checkstand::flows::App::new_id().simple()));
        let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let listen = format!("127.0.0.1:{port}");
        let process = Command::new(env!("CARGO_BIN_EXE_checkstand"))
            .args(["serve", "--demo", "--log", "error", "--listen", &listen, "--data-dir"])
            .arg(&folder)
            .env_remove("DATABASE_URL")
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let demo = Self { process, folder, address: format!("http://{listen}") };
        for _ in 0..400 {
            if client.reaches(&format!("{}/health/ready", demo.address)).await {
                return demo;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("the demo does not start");
    }

    /// Bytes of the process in memory.
    fn resident(&self) -> Option<usize> {
        let statm = std::fs::read_to_string(format!("/proc/{}/statm", self.process.id())).ok()?;
        Some(statm.split(' ').nth(1)?.parse::<usize>().ok()? * PAGE)
    }
}

impl Drop for Demo {
    fn drop(&mut self) {
        drop(self.process.kill());
        drop(self.process.wait());
        drop(std::fs::remove_dir_all(&self.folder));
    }
}

/// A few attacks of each kind: the name and the body.
fn attacks() -> Vec<(String, Vec<u8>)> {
    let body = |query: &str, variables: &serde_json::Value| {
        json!({ "query": query, "variables": variables }).to_string().into_bytes()
    };
    let documents = documents::rows("x").into_iter().filter(|(what, ..)| {
        [
            "1,000 aliases",
            "a list nested 3,000 deep",
            "2,400 unused variables",
            "fragments that double 24 times",
        ]
        .contains(&what.as_str())
    });
    let create =
        "mutation($d: CheckoutDraftInput!) { checkoutSessionCreate(draft: $d) { userErrors { code } } }";
    let drafts = drafts::rows()
        .into_iter()
        .filter(|(what, ..)| ["200 wrong lines", "20,000 codes"].contains(&what.as_str()));
    let bodies = bodies::rows("x")
        .into_iter()
        .filter(|(what, ..)| ["257 KiB", "arrays nested 50,000 deep"].contains(&what.as_str()));
    documents
        .map(|(what, query, variables, _)| (what, body(&query, &variables)))
        .chain(drafts.map(|(what, draft, ..)| (what, body(create, &json!({ "d": draft })))))
        .chain(bodies.map(|(what, _, _, body, ..)| (what, body)))
        .collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_few_hundred_of_each_attack_leave_nothing_behind() {
    let client = Client::new();
    let demo = Demo::start(&client).await;
    if demo.resident().is_none() {
        skipped("the memory of a server under attack: /proc does not tell it here");
        return;
    }
    let url = format!("{}/graphql", demo.address);
    let headers = [("content-type", "application/json"), ("x-organization-slug", "demo")];
    let attacks = attacks();
    assert_eq!(attacks.len(), 8, "an attack was renamed");
    for (what, body) in attacks {
        let mut after_warm_up = 0;
        for round in 0..(WARM_UP + ROUNDS) / 4 {
            let answers = join_all((0..4).map(|_| client.send("POST", &url, &headers, body.clone()))).await;
            assert!(answers.iter().all(|answer| answer.text.len() < 4_096 && answer.status < 500), "{what}");
            if round == WARM_UP / 4 {
                after_warm_up = demo.resident().unwrap();
            }
        }
        let grown = demo.resident().unwrap().saturating_sub(after_warm_up);
        assert!(grown < GROWTH_MAX, "{what}: {grown} bytes more after {ROUNDS} rounds");
    }
}
