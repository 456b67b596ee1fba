//! All stories and rules in one binary: it links once, and a newcomer who reads the file names knows the product.
//!
//! Each runs on SQLite and, where `TEST_DATABASE_URL` names a PostgreSQL, on that too; after each, the audit recomputes
//! the promises from the database.
#![expect(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests fail by panicking")]
#![allow(clippy::too_many_lines, clippy::missing_panics_doc, missing_docs, reason = "stories")]

mod crashes;
mod faults;
mod replicas;
mod rules;
mod stories;
mod support;
mod twin;
