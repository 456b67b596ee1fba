//! The program itself, as an operator runs it.

use std::{
    io::Write,
    process::{Command, Output, Stdio},
};

use super::{Mall, Shop};

/// What seals secrets in a mall and for the program beside it.
pub const KEY: &str = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";
/// Another key.
pub const NEXT_KEY: &str = "f00102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";

/// What the program is given beside its arguments.
#[derive(Default)]
pub struct Given<'a> {
    /// What standard input holds.
    pub input: &'a str,
    /// Variables that are set, or taken away, on top of the usual ones.
    pub vars: &'a [(&'a str, Option<&'a str>)],
}

/// The program, in no environment of ours.
pub fn plain() -> Command {
    Command::new(env!("CARGO_BIN_EXE_checkstand"))
}

impl Mall {
    /// The program on this database and this twin.
    pub fn program(&self) -> Command {
        let mut program = plain();
        program
            .env("DATABASE_URL", self.url())
            .env("STRIPE_API_BASE", self.twin_address())
            .env("CHECKSTAND_ENCRYPTION_KEY", KEY)
            .env_remove("CHECKSTAND_ENCRYPTION_KEY_PREVIOUS");
        for name in ["A", "B"] {
            program
                .env(format!("STRIPE_KEY_{name}"), format!("sk_test_{name}"))
                .env(format!("STRIPE_WEBHOOK_{name}"), "whsec_test");
        }
        program
    }

    /// Runs a command on this database and this twin; answers its status and what it printed.
    pub async fn run(&self, arguments: &[&str], given: Given<'_>) -> (Option<i32>, String) {
        let mut program = self.program();
        program.args(arguments);
        for (name, value) in given.vars {
            match value {
                Some(value) => program.env(name, value),
                None => program.env_remove(name),
            };
        }
        let ended = ended_after(program, given.input.to_owned()).await;
        (ended.status.code(), told(&ended))
    }
}

impl Shop<'_> {
    /// Runs a command for this shop; answers its status and what it printed.
    pub async fn program(&self, command: &[&str], arguments: &[&str]) -> (Option<i32>, String) {
        self.program_given(command, arguments, Given::default()).await
    }

    /// The same, with something given beside the arguments.
    pub async fn program_given(
        &self,
        command: &[&str],
        arguments: &[&str],
        given: Given<'_>,
    ) -> (Option<i32>, String) {
        let own = ["--organization", self.slug.as_str(), "--log", "error"];
        self.mall.run(&[command, &own, arguments].concat(), given).await
    }
}

/// Runs a program to its end.
pub async fn ended(program: Command) -> Output {
    ended_after(program, String::new()).await
}

async fn ended_after(mut program: Command, input: String) -> Output {
    program.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let run = move || {
        let mut process = program.spawn().unwrap();
        // One that refuses early reads nothing.
        drop(process.stdin.take().unwrap().write_all(input.as_bytes()));
        process.wait_with_output()
    };
    tokio::task::spawn_blocking(run).await.unwrap().unwrap()
}

/// All that a program said.
pub fn told(ended: &Output) -> String {
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    text(&ended.stdout) + &text(&ended.stderr)
}
