//! A COMMIT that failed for a full disk leaves no connection behind that acknowledges and loses.
//!
//! The disk is a small file system in memory; mounting it needs root, and elsewhere the test skips, visibly.

use std::{path::PathBuf, process::Command};

use checkstand::{
    clock::{Clock, SystemClock},
    flows::App,
    shop,
    store::{
        Store,
        inbox::{self, Arrived},
        seed,
    },
};
use sea_orm::{ConnectionTrait, Database, DbBackend, Statement};

/// A small disk, gone at the end.
struct Disk(PathBuf);

impl Disk {
    fn mount() -> Option<Self> {
        let folder = std::env::temp_dir().join(format!("checkstand-disk-{}", App::new_id().simple()));
        std::fs::create_dir_all(&folder).unwrap();
        let mounted =
            Command::new("mount").args(["-t", "tmpfs", "-o", "size=8m", "tmpfs"]).arg(&folder).output();
        if mounted.is_ok_and(|mounted| mounted.status.success()) {
            Some(Self(folder))
        } else {
            crate::support::skipped("the full disk: no small one can be mounted here, it needs root");
            None
        }
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        drop(Command::new("umount").arg(&self.0).output());
        drop(std::fs::remove_dir_all(&self.0));
    }
}

/// Stores an event of so many bytes; whether it was acknowledged.
async fn store_event(store: &Store, shop: &seed::Shop, name: &str, bytes: usize) -> bool {
    let write = tokio::time::timeout(std::time::Duration::from_secs(10), store.write(shop.organization.id));
    let Ok(tx) = write.await.expect("the writer's place was never given back") else { return false };
    let arrived = Arrived {
        event_id: name.to_owned(),
        event_type: String::new(),
        intent: None,
        payload: "x".repeat(bytes),
    };
    inbox::store(&tx, App::new_id(), &arrived, SystemClock.now()).await.is_ok() && tx.commit().await.is_ok()
}

/// Far more than it takes; a connection that was kept after a failed COMMIT blocks every other for its whole wait.
const ENOUGH: std::time::Duration = std::time::Duration::from_secs(45);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn after_a_full_disk_every_acknowledged_event_is_seen_by_a_second_process() {
    tokio::time::timeout(ENOUGH, fill_the_disk_and_go_on())
        .await
        .expect("the database never came back to work");
}

async fn fill_the_disk_and_go_on() {
    let Some(disk) = Disk::mount() else { return };
    let url = format!("sqlite:{}", disk.0.join("checkstand.db").display());
    let store = Store::connect(&url).await.unwrap();
    store.migrate().await.unwrap();
    let shop = shop::demo().unwrap();
    let tx = store.write(shop.organization.id).await.unwrap();
    seed::insert(&tx, &shop, SystemClock.now(), App::new_id).await.unwrap();
    tx.commit().await.unwrap();

    let ballast = disk.0.join("ballast");
    // Once it is gone there is room for all that the log holds, and more: a checkpoint may begin at any time.
    std::fs::write(&ballast, vec![0_u8; 4 * 1024 * 1024]).unwrap();
    let mut acknowledged = Vec::new();
    let mut refused = 0;
    for n in 0..200 {
        let name = format!("evt_full_{n}");
        if store_event(&store, &shop, &name, 64 * 1024).await {
            acknowledged.push(name);
        } else {
            refused += 1;
            if refused == 20 {
                break;
            }
        }
    }
    assert!(refused > 0, "the disk never was full");
    std::fs::remove_file(&ballast).unwrap();
    let mut after = 0;
    for n in 0..20 {
        let name = format!("evt_after_{n}");
        if store_event(&store, &shop, &name, 16).await {
            after += 1;
            acknowledged.push(name);
        }
    }
    assert!(after > 0, "it did not recover by itself");

    let second = Database::connect(url.as_str()).await.unwrap();
    let rows = second
        .query_all_raw(Statement::from_string(DbBackend::Sqlite, "SELECT event_id FROM inbox_event"))
        .await
        .unwrap();
    let seen: Vec<String> = rows.iter().map(|row| row.try_get("", "event_id").unwrap()).collect();
    let lost: Vec<&String> = acknowledged.iter().filter(|name| !seen.contains(name)).collect();
    assert!(lost.is_empty(), "acknowledged and lost: {lost:?}");
    second.close().await.unwrap();
    // The log may not fit beside the file on so small a disk; what it holds was seen.
    drop(store.close().await);
}
