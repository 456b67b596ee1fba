//! The language in which stories are told.
//!
//! `story!` makes a test on each database; a [`Mall`] is one database with the shops on it and a twin; a [`Shop`] is one
//! tenant with the verbs of its buyers.

mod arguments;
mod audit;
mod books;
mod client;
mod file;
mod mall;
pub mod program;
mod proxy;
mod raw;
pub mod refund;
mod refused;
mod registry;
mod served;
mod shop;
mod socket;
mod watcher;

pub use arguments::{Arguments, Leaf, Operation};
pub use books::Books;
pub use client::{Answer, Client};
pub use file::{as_shop_a, file, file_with, without};
pub use mall::{Mall, Reach};
pub use program::{Given, KEY, NEXT_KEY};
pub use refused::is_refused;
pub use registry::Reply;
pub use served::Served;
pub use shop::{Shop, Step, signature, texas};
pub use socket::Socket;

/// Says once what is not tried here, past the runner, which keeps what passing tests print to itself.
pub fn skipped(what: &str) {
    use std::{collections::BTreeSet, io::Write, sync::Mutex};
    static SAID: Mutex<BTreeSet<String>> = Mutex::new(BTreeSet::new());
    if SAID.lock().unwrap().insert(what.to_owned()) {
        std::io::stderr().write_all(format!("SKIPPED {what}\n").as_bytes()).unwrap();
    }
}

/// Makes a test on SQLite and one on PostgreSQL, each audited at its end.
macro_rules! story {
    ($(#[$meta:meta])* async fn $name:ident($mall:ident: &Mall) $body:block) => {
        mod $name {
            use super::*;

            async fn tell($mall: &Mall) $body

            $(#[$meta])*
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn on_sqlite() {
                let mall = Mall::on_sqlite().await;
                tell(&mall).await;
                mall.audit().await;
            }

            $(#[$meta])*
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn on_postgres() {
                if let Some(mall) = Mall::on_postgres().await {
                    tell(&mall).await;
                    mall.audit().await;
                    mall.drop_database().await;
                }
            }
        }
    };
}
pub(crate) use story;
