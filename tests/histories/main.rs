//! Random histories: buyers, a merchant, a bank, a provider that fails, clocks that jump and servers that crash, in any
//! order, against the real flows and a real database; after every step the promises are looked at.
//!
//! `cargo test --test histories` tells 2,000 of them. `HISTORIES=200000` tells so many, `HISTORIES_FROM=7` begins with that
//! seed. A history that breaks a promise is made shorter and printed with the tape that tells it again:
//! `HISTORY=3,0,17,… cargo test --test histories again -- --nocapture`.
#![expect(clippy::unwrap_used, clippy::panic, reason = "tests fail by panicking")]
#![allow(missing_docs, reason = "tests")]

mod buyer;
mod gate;
mod history;
mod laws;
mod of_buyers;
mod of_others;
mod running;
mod signature;
mod step;
mod tape;
mod world;

use std::{
    sync::{
        Mutex,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    thread,
};

use checkstand::clock::{Clock, SystemClock};
use tokio::{runtime::Builder, task::LocalSet};

use history::{Tally, Told, tell};
use tape::{Tape, simpler};
use world::Template;

/// Told by an ordinary test run.
const HISTORIES: u64 = 2_000;
/// How many simpler tapes are tried for one that broke a promise.
const SIMPLER_MAX: usize = 400;

#[expect(clippy::disallowed_methods, reason = "tests have no Config")]
fn number(name: &str, otherwise: u64) -> u64 {
    std::env::var(name).map_or(otherwise, |text| text.parse().unwrap())
}

/// So many steps has the history of a seed.
fn steps(seed: u64) -> usize {
    usize::try_from(8 + seed % 33).unwrap()
}

/// Runs something where histories can be told.
fn with_template<T>(work: impl AsyncFnOnce(&Template) -> T) -> T {
    let runtime = Builder::new_current_thread().enable_all().build().unwrap();
    LocalSet::new().block_on(&runtime, async {
        let template = Template::make(SystemClock.now()).await;
        work(&template).await
    })
}

/// A tape that breaks the same promise with less.
async fn simplest(template: &Template, told: Told) -> Told {
    let mut best = told;
    let mut tries = 0;
    'again: loop {
        for tape in simpler(&best.tape) {
            tries += 1;
            if tries > SIMPLER_MAX {
                return best;
            }
            let other = tell(template, Tape::of(tape), usize::MAX).await;
            let law = |told: &Told| told.finding.as_ref().map(|finding| finding.law.clone());
            let is_less = (other.script.len(), other.tape.len()) < (best.script.len(), best.tape.len());
            if law(&other) == law(&best) && is_less {
                best = other;
                continue 'again;
            }
        }
        return best;
    }
}

fn printed(seed: Option<u64>, told: &Told) -> String {
    let finding = told.finding.as_ref().map(|finding| format!("{}: {}", finding.law, finding.detail));
    let tape: Vec<String> = told.tape.iter().map(u32::to_string).collect();
    format!(
        "seed {seed:?} broke a promise\n  {}\nFOUND {}\nHISTORY={} cargo test --test histories again -- --nocapture\n",
        told.script.join("\n  "),
        finding.unwrap_or_default(),
        tape.join(",")
    )
}

/// Tells the histories of these seeds on all processors; answers what happened and what broke.
fn tell_all(from: u64, many: u64) -> (Tally, Vec<String>) {
    let (next, is_broken) = (AtomicU64::new(from), AtomicBool::new(false));
    let (tally, broken) = (Mutex::new(Tally::new()), Mutex::new(Vec::new()));
    let threads = thread::available_parallelism().map_or(2, usize::from);
    thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                with_template(async |template| {
                    while !is_broken.load(Ordering::SeqCst) {
                        let seed = next.fetch_add(1, Ordering::SeqCst);
                        if seed >= from + many {
                            return;
                        }
                        let told = tell(template, Tape::of_seed(seed), steps(seed)).await;
                        for (what, many) in &told.tally {
                            *tally.lock().unwrap().entry(what).or_default() += many;
                        }
                        if many == 1 {
                            println!("{}", told.script.join("\n"));
                        }
                        if told.finding.is_some() {
                            is_broken.store(true, Ordering::SeqCst);
                            let told = simplest(template, told).await;
                            broken.lock().unwrap().push(printed(Some(seed), &told));
                        }
                    }
                });
            });
        }
    });
    (tally.into_inner().unwrap(), broken.into_inner().unwrap())
}

#[test]
fn random_histories_keep_every_promise() {
    let (from, many) = (number("HISTORIES_FROM", 0), number("HISTORIES", HISTORIES));
    let (tally, broken) = tell_all(from, many);
    println!("{many} histories from seed {from}: {tally:#?}");
    assert!(broken.is_empty(), "{}", broken.join("\n"));
    // Green and blind is worse than red: everything that can happen must have happened.
    for what in WANTED {
        let seen = tally.get(what).copied().unwrap_or(0);
        assert!(seen * 200 >= many, "{what}: only {seen} in {many} histories");
    }
    for what in RARE {
        assert!(many < HISTORIES || tally.contains_key(what), "{what}: never in {many} histories");
    }
}

/// What happens at least once in two hundred histories.
const WANTED: &[&str] = &[
    "authorizations that ended",
    "calls that waited",
    "crashes",
    "events doubled",
    "events lost",
    "intents canceled",
    "orders",
    "orders without a payment",
    "payments given back",
    "payments honoured late",
    "refunds by hand",
    "refunds by the merchant",
    "sessions canceled",
    "sessions expired",
];

/// What happens in an ordinary run, and too rarely to say more.
const RARE: &[&str] = &["refunds sent back"];

/// Tells the history of a tape again, where `HISTORY` holds one.
#[test]
fn again() {
    #[expect(clippy::disallowed_methods, reason = "tests have no Config")]
    let Ok(tape) = std::env::var("HISTORY") else { return };
    let tape = tape.split(',').map(|number| number.parse().unwrap()).collect();
    let told = with_template(async |template| tell(template, Tape::of(tape), usize::MAX).await);
    println!("{}", told.script.join("\n"));
    assert!(told.finding.is_none(), "{}", printed(None, &told));
}
