//! Log lines: sentences with fields, to standard error.
//!
//! **Invariant:** tokens, client secrets, keys and e-mail addresses are in types that do not print, so no line can hold
//! one at any level of ours. Libraries are quiet unless asked: at trace level an HTTP client prints its headers.

use std::io::IsTerminal;

use tracing_subscriber::{EnvFilter, filter::LevelFilter};

/// What is logged: our own lines from `level` up, those of libraries from warnings up.
#[must_use]
pub fn filter(level: LevelFilter) -> EnvFilter {
    EnvFilter::builder()
        .with_default_directive(LevelFilter::WARN.into())
        .parse_lossy(format!("warn,checkstand={level}"))
}

/// Starts logging at `level` for our own lines; libraries speak from warnings up.
pub fn start(level: LevelFilter) {
    let started = tracing_subscriber::fmt()
        .with_env_filter(filter(level))
        .with_ansi(std::io::stderr().is_terminal())
        .with_writer(std::io::stderr)
        .try_init();
    // A second start, as in tests, keeps the first.
    drop(started);
}
