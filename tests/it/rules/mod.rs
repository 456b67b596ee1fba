//! One file an invariant under stress.

mod a_file_with_a_fault_changes_nothing;
mod a_limited_code_is_used_no_more_often;
mod a_webhook_acts_once;
mod one_intent_a_session;
mod only_signed_webhooks_act;
mod statements_stay_within_their_budget;
mod the_intent_follows_the_session;
mod the_last_unit_is_sold_once;
mod two_binds_race;
mod what_is_acknowledged_is_on_disk;
mod whatever_is_wrong_changes_nothing;
mod wrong_requests;
