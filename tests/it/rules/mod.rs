//! One file an invariant under stress.

mod a_crowd_gets_what_there_is;
mod a_file_with_a_fault_changes_nothing;
mod a_gift_certificate_never_goes_below_zero;
mod a_limited_code_is_used_no_more_often;
mod a_webhook_acts_once;
mod a_wrong_webhook_is_stored_or_refused;
mod an_answer_reaches_who_is_still_sending;
mod attacks_leave_memory_where_it_was;
mod damage;
mod damage_is_named;
mod damage_of_refunds;
mod every_state_answers_every_mutation;
mod live_connections_are_bounded;
mod one_intent_a_session;
mod only_signed_webhooks_act;
mod races_have_one_outcome;
mod refunds_never_exceed_what_was_taken;
mod secrets_stay_secret;
mod statements_stay_within_their_budget;
mod the_intent_follows_the_session;
mod the_last_unit_is_sold_once;
mod the_wall_between_shops_has_no_hole;
mod two_binds_race;
mod what_is_acknowledged_is_on_disk;
mod whatever_is_wrong_changes_nothing;
mod wrong_requests;
