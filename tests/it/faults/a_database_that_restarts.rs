//! PostgreSQL is killed and comes back while buyers are at work.
//!
//! On a cluster of the test's own, so that nobody else's database goes with it.

use std::{
    path::PathBuf,
    process::Command,
    sync::atomic::{AtomicBool, AtomicUsize, Ordering},
    time::Duration,
};

use futures_util::future::join_all;
use serde_json::json;

use crate::support::{Mall, Reach, Shop};

/// A cluster that is gone at the end.
struct Cluster(PathBuf);

impl Cluster {
    fn start() -> Option<(Self, String)> {
        let folder =
            std::env::temp_dir().join(format!("checkstand-pg-{}", checkstand::flows::App::new_id().simple()));
        let started = script().arg("start").arg(&folder).output().unwrap();
        if !started.status.success() {
            crate::support::skipped("a database that restarts: no PostgreSQL can be started here");
            return None;
        }
        let url = String::from_utf8(started.stdout).unwrap().trim().to_owned();
        Some((Self(folder), url))
    }

    /// As after a crash: no checkpoint, no farewell.
    fn crash_and_restart(&self, url: &str) {
        let binaries = script().arg("bindir").output().unwrap().stdout;
        let control = format!("{}/pg_ctl", String::from_utf8(binaries).unwrap().trim());
        let port = url.rsplit_once(':').unwrap().1.split_once('/').unwrap().0;
        let data = self.0.join("pg/data");
        let user = Command::new("stat").args(["-c", "%U"]).arg(&data).output().unwrap().stdout;
        let user = String::from_utf8(user).unwrap().trim().to_owned();
        let options = format!("-p {port}");
        let arguments =
            ["restart", "--wait", "--silent", "--mode=immediate", "--options", &options, "--pgdata"];
        let is_own =
            Command::new("id").arg("-un").output().unwrap().stdout == format!("{user}\n").into_bytes();
        let mut command = if is_own {
            Command::new(control)
        } else {
            let mut command = Command::new("setpriv");
            command.args(["--reuid", &user, "--clear-groups", "--", &control]);
            command
        };
        let log = self.0.join("pg/log");
        command.args(arguments).arg(&data).arg("--log").arg(&log).current_dir("/");
        let ended = command.stdout(std::process::Stdio::null()).status().unwrap();
        assert!(ended.success());
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        drop(script().arg("stop").arg(&self.0).output());
    }
}

fn script() -> Command {
    Command::new(format!("{}/.ci/postgres", env!("CARGO_MANIFEST_DIR")))
}

/// What the buyers and the one who crashes the database know of each other.
#[derive(Default)]
struct Scene {
    acknowledged: AtomicUsize,
    is_over: AtomicBool,
}

/// Opens sessions one after the other, until the crash is over and more than the pool has connections were opened after
/// it; answers the ids that were acknowledged.
async fn buyer(shop: &Shop<'_>, scene: &Scene) -> Vec<String> {
    let (mut acknowledged, mut refused, mut after) = (Vec::new(), 0, 0);
    while after < 10 {
        let was_over = scene.is_over.load(Ordering::SeqCst);
        let answer =
            shop.try_create(json!({ "lines": [{ "sku": "MUG-SET", "quantity": 1 }] }), None, None).await;
        if answer.json["data"].is_object() {
            acknowledged.push(shop.step(&answer.good()).id);
            scene.acknowledged.fetch_add(1, Ordering::SeqCst);
            after += usize::from(was_over);
        } else {
            assert!(answer.is_overloaded(), "{}", answer.text);
            refused += usize::from(was_over);
            assert!(refused < 500, "it did not recover by itself");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
    acknowledged
}

/// When the server was started.
async fn started(mall: &Mall) -> Vec<String> {
    mall.texts("SELECT pg_postmaster_start_time()::text AS t").await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_acknowledged_is_there_after_a_crash_of_the_database() {
    let Some((cluster, url)) = tokio::task::spawn_blocking(Cluster::start).await.unwrap() else { return };
    let Some(mall) = Mall::reached(Some(url.clone()), &Reach::default()).await else { return };
    let shop = mall.shop().await;
    let (scene, first_start) = (Scene::default(), started(&mall).await);
    let crash = async {
        while scene.acknowledged.load(Ordering::SeqCst) < 40 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        let crashing = tokio::task::spawn_blocking(move || {
            cluster.crash_and_restart(&url);
            cluster
        });
        let cluster = crashing.await;
        scene.is_over.store(true, Ordering::SeqCst);
        cluster.unwrap()
    };
    let (buyers, cluster) = tokio::join!(join_all((0..8).map(|_| buyer(&shop, &scene))), crash);
    assert_ne!(started(&mall).await, first_start, "there was no crash");
    let acknowledged: Vec<String> = buyers.into_iter().flatten().collect();
    let there = mall.sessions().await;
    let lost: Vec<&String> = acknowledged.iter().filter(|id| !there.contains(id)).collect();
    assert!(lost.is_empty(), "acknowledged and lost: {lost:?}");
    shop.bound(&[("MUG-SET", 1)]).await;
    mall.audit().await;
    drop(cluster);
}
