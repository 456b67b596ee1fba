//! A load of whole purchases against a release build: what a journey costs and how long its steps take.
//!
//! ```sh
//! cargo build --release && .ci/postgres run cargo run --release --example journey -- --journeys 2000 --buyers 16
//! ```
//!
//! **Invariant:** server, twin and database are processes of their own on loopback, and their CPU time is the operating
//! system's figure for each; the driver's own is not in it. A journey counts only if its order exists. Everything that
//! is started here ends here.
#![expect(clippy::expect_used, clippy::panic, reason = "a driver that cannot go on says why and ends")]

mod buyer;
mod database;
mod process;
mod report;
mod shop;

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Instant,
};

use clap::Parser;
use process::Processes;
use tokio::task::JoinSet;

/// Drives whole purchases and prints what they cost.
#[derive(Debug, Clone, Parser)]
struct Options {
    /// Purchases that are counted
    #[arg(long, default_value_t = 1000)]
    journeys: u64,
    /// Purchases before these, not counted, twice: before and after the database has looked at its tables
    #[arg(long, default_value_t = 100)]
    warm_up: u64,
    /// Buyers at once
    #[arg(long, default_value_t = 16)]
    buyers: u64,
    /// Lines of each session
    #[arg(long, default_value_t = 3)]
    lines: usize,
    /// The code that buyers type: none, open (no limit) or limited
    #[arg(long, default_value = "none")]
    code: String,
    /// `postgres://…` with a database of its own to make; SQLite in a temporary folder when left out
    #[arg(long)]
    database: Option<String>,
    /// The server's binary
    #[arg(long, default_value = "target/release/checkstand")]
    server: String,
    /// Only play the twin, at this address, with webhooks to that one
    #[arg(long, num_args = 2, hide = true)]
    twin: Option<Vec<String>>,
}

/// The shop's name.
const SLUG: &str = "journey";

fn main() {
    let options = Options::parse();
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    match &options.twin {
        Some(addresses) => runtime.block_on(process::play_twin(addresses)),
        None => runtime.block_on(drive(options)),
    }
}

async fn drive(options: Options) {
    let database = database::make(options.database.as_deref()).await;
    let processes = Processes::start(&options, &database.url).await;
    let idle = processes.resident_kib();
    let steps = report::Steps::default();
    run(&options, options.warm_up, &processes, &report::Steps::default()).await;
    database.settle().await;
    run(&options, options.warm_up, &processes, &report::Steps::default()).await;
    let (before, counted) = (processes.cpu_ms(&database), database.counters().await);
    let clock = Instant::now();
    run(&options, options.journeys, &processes, &steps).await;
    let wall = clock.elapsed();
    let (after, counters) = (processes.cpu_ms(&database), database.counters().await);
    let figures = report::Figures {
        journeys: options.journeys,
        wall,
        first_answer: processes.first_answer,
        idle_kib: idle,
        peak_kib: processes.peak_kib(),
        cpu_ms: after - before,
        counters: counters - counted,
    };
    report::print(&figures, &steps);
    drop(processes);
    database.drop_it().await;
}

/// `journeys` purchases by so many buyers at once. Each of them must end with an order.
async fn run(options: &Options, journeys: u64, processes: &Processes, steps: &report::Steps) {
    let left = Arc::new(AtomicU64::new(journeys));
    let mut buyers = JoinSet::new();
    for _ in 0..options.buyers {
        let (left, steps) = (Arc::clone(&left), steps.clone());
        let mut buyer = buyer::Buyer::new(&processes.server_address, &processes.twin_address, options);
        buyers.spawn(async move {
            while left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(1)).is_ok()
            {
                buyer.journey(&steps).await;
            }
        });
    }
    while let Some(ended) = buyers.join_next().await {
        ended.expect("a buyer's journey");
    }
}
