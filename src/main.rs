//! The `checkstand` program: see `checkstand --help`.

use std::process::ExitCode;

use mimalloc::MiMalloc;

/// Measured against the system's, see docs/performance.md.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

fn main() -> ExitCode {
    checkstand::cli::run()
}
