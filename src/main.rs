//! The `checkstand` program: see `checkstand --help`.

use std::process::ExitCode;

fn main() -> ExitCode {
    checkstand::cli::run()
}
