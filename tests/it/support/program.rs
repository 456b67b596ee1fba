//! The program itself, as an operator runs it.

use std::process::Command;

use super::Shop;

impl Shop<'_> {
    /// Runs a command for this shop on this database and this twin; answers its status and what it printed.
    pub async fn program(&self, command: &[&str], arguments: &[&str]) -> (Option<i32>, String) {
        let mut program = Command::new(env!("CARGO_BIN_EXE_checkstand"));
        program
            .args(command)
            .args(["--organization", &self.slug, "--log", "error"])
            .args(arguments)
            .env("DATABASE_URL", self.mall.url())
            .env("STRIPE_API_BASE", self.mall.twin_address());
        for name in ["A", "B"] {
            program
                .env(format!("STRIPE_KEY_{name}"), format!("sk_test_{name}"))
                .env(format!("STRIPE_WEBHOOK_{name}"), "whsec_test");
        }
        let ended = tokio::task::spawn_blocking(move || program.output()).await.unwrap().unwrap();
        (
            ended.status.code(),
            String::from_utf8(ended.stdout).unwrap() + &String::from_utf8(ended.stderr).unwrap(),
        )
    }
}
