//! Figures, in integers: microseconds, CPU milliseconds, KiB.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use crate::{database::Counters, process::Cpu};

/// How long each step took, by name.
#[derive(Clone, Default)]
pub struct Steps(Arc<Mutex<BTreeMap<&'static str, Vec<u64>>>>);

impl Steps {
    /// Notes a step.
    pub fn took(&self, name: &'static str, time: Duration) {
        let micros = u64::try_from(time.as_micros()).unwrap_or(u64::MAX);
        self.0.lock().unwrap_or_else(PoisonError::into_inner).entry(name).or_default().push(micros);
    }
}

/// What a run came to.
pub struct Figures {
    pub journeys: u64,
    pub wall: Duration,
    pub first_answer: Duration,
    pub idle_kib: u64,
    pub peak_kib: u64,
    pub cpu_ms: Cpu,
    pub counters: Counters,
}

/// Prints a run.
pub fn print(figures: &Figures, steps: &Steps) {
    let Figures { journeys, wall, cpu_ms, counters, .. } = figures;
    let each = |total: u64| thousandths(total * 1000 / journeys);
    let per_second = u128::from(*journeys) * 1_000_000 / wall.as_millis().max(1);
    println!(
        "journeys               {journeys} in {} ms: {} a second",
        wall.as_millis(),
        thousandths_of(per_second)
    );
    println!("first answer           {} ms after the start", figures.first_answer.as_millis());
    println!("server, resident       {} KiB idle, {} KiB at most", figures.idle_kib, figures.peak_kib);
    println!(
        "CPU ms a journey       server {}  database {}  both {}  (twin {})",
        each(cpu_ms.server),
        each(cpu_ms.database),
        each(cpu_ms.server + cpu_ms.database),
        each(cpu_ms.twin)
    );
    if let Some(commits) = counters.commits {
        println!(
            "transactions a journey {} that the database counts, single statements included",
            each(commits)
        );
    }
    if let Some(statements) = counters.statements {
        let (control, writes) =
            (counters.begins.unwrap_or_default(), counters.statements_that_write.unwrap_or_default());
        println!(
            "statements a journey   {} and {} BEGIN or COMMIT; {} of them write",
            each(statements),
            each(control),
            each(writes)
        );
    }
    println!("{:<22} {:>8} {:>8} {:>8} {:>8}", "step, microseconds", "p50", "p95", "p99", "max");
    for (name, times) in steps.0.lock().unwrap_or_else(PoisonError::into_inner).iter_mut() {
        times.sort_unstable();
        let at = |hundredths: usize| {
            times.get((times.len() * hundredths / 100).min(times.len() - 1)).copied().unwrap_or_default()
        };
        println!("{name:<22} {:>8} {:>8} {:>8} {:>8}", at(50), at(95), at(99), at(100));
    }
}

fn thousandths(value: u64) -> String {
    thousandths_of(u128::from(value))
}

fn thousandths_of(value: u128) -> String {
    format!("{}.{:03}", value / 1000, value % 1000)
}
