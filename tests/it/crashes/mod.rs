//! The program is killed at every named point of `src/failpoint.rs`, started again on the same database, and everybody
//! does what they do in life: the buyer sends the same again, the provider its webhooks, the merchant the command.
//!
//! **Invariant:** each crash proves by signal and log that the process died where it should; afterwards nothing is left
//! half done, nothing has happened twice, and the audit finds nothing. See docs/crashes.md.

mod captures;
mod commands;
pub mod crash;
mod ends;
mod intents;
pub mod purchases;
mod refunds;
pub mod stand;

use std::collections::BTreeSet;

use checkstand::failpoint::Point;

/// Where each story is killed.
const STORIES: &[&[&str]] = &[
    purchases::a_purchase::POINTS,
    purchases::a_repeated_create::POINTS,
    purchases::a_change_of_one_revision::POINTS,
    purchases::a_purchase_taxed_by_the_provider::POINTS,
    purchases::what_is_free::POINTS,
    purchases::a_completion_without_webhooks::POINTS,
    purchases::an_event_about_nothing::POINTS,
    intents::a_new_total::POINTS,
    intents::a_new_total_after_the_payment::POINTS,
    intents::a_total_that_became_nothing::POINTS,
    intents::a_cancel::POINTS,
    intents::a_cancel_after_the_payment::POINTS,
    intents::a_cancel_of_what_was_never_asked::POINTS,
    ends::what_runs_out::POINTS,
    ends::a_buyer_who_never_comes_back::POINTS,
    ends::a_payment_that_takes_its_time::POINTS,
    refunds::a_payment_that_goes_back::POINTS,
    refunds::a_payment_that_goes_back_later::POINTS,
    refunds::a_merchant_gives_back::POINTS,
    refunds::a_merchant_gives_back_and_nobody_says_so::POINTS,
    captures::a_merchant_captures::POINTS,
    captures::a_capture_that_is_refused::POINTS,
    captures::a_refund_by_hand_is_booked::POINTS,
    captures::a_lost_dispute_is_booked::POINTS,
    captures::what_nobody_told_is_looked_for::POINTS,
    commands::a_stored_secret_is_dropped::POINTS,
    commands::documents_are_pushed::POINTS,
    commands::a_doctor_changes_nothing::POINTS,
    commands::an_event_is_replayed::POINTS,
    commands::a_gift_certificate_is_issued::POINTS,
    commands::a_gift_certificate_is_stopped::POINTS,
    commands::a_file_is_applied::POINTS,
];

#[test]
fn every_point_has_a_story_that_dies_there() {
    let told: BTreeSet<&str> =
        STORIES.iter().flat_map(|points| points.iter()).map(|point| crash::name(point)).collect();
    let untold: Vec<String> =
        Point::all().map(|point| point.to_string()).filter(|name| !told.contains(name.as_str())).collect();
    assert!(untold.is_empty(), "no story dies at {untold:?}");
}

#[test]
fn every_commit_of_a_flow_is_a_point() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src/flows");
    let nameless = |path: &std::path::PathBuf| std::fs::read_to_string(path).unwrap().contains(".commit()");
    let files = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let found: Vec<_> = files.filter(|path| path.is_file()).filter(nameless).collect();
    assert!(found.is_empty(), "say what is committed, with commit_as: {found:?}");
}
