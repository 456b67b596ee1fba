//! One file a promise to users.

mod a_buyer_pays_what_the_shop_froze;
mod a_cancel_gives_everything_back;
mod a_card_holder_disputes;
mod a_file_is_applied;
mod a_gateway_composes_the_catalogue;
mod a_gift_certificate_pays;
mod a_merchant_captures_later;
mod a_merchant_charges_by_quantity_and_customer;
mod a_merchant_gives_money_back;
mod a_merchant_takes_off_in_many_ways;
mod a_message_carries_its_way_out;
mod a_page_asks_where_its_merchant_lets_it;
mod a_page_watches_its_checkout;
mod a_payment_says_what_became_of_it;
mod a_payment_that_fails_can_be_tried_again;
mod a_suspended_shop_sells_nothing;
mod a_text_comes_back_as_it_was_sent;
mod a_token_reads_on_for_a_while;
mod a_total_is_exact_in_every_currency;
mod a_vat_number_is_looked_up;
mod an_edit_after_the_handoff_is_safe;
mod an_operator_asks_the_doctor;
mod an_operator_looks_at_events;
mod an_operator_looks_for_what_nobody_told;
mod an_operator_reconciles;
mod an_operator_watches;
mod an_order_explains_itself;
mod an_order_goes_to_several_addresses;
mod another_tenant_sees_nothing;
mod applying_harms_no_buyer;
mod bad_input_is_answered_with_a_code_and_a_path;
mod bind_says_everything_that_is_missing;
mod credentials_are_kept_sealed;
mod discount_codes_say_why_not;
mod documents_are_named_by_their_hash;
mod every_answer_says_what_it_is;
mod every_currency_comes_back_whole;
mod every_demo_cart_comes_to_what_its_page_says;
mod keys_make_a_repeat_harmless;
mod lines_change_and_keep_their_ids;
mod nothing_to_pay_needs_no_payment;
mod odd_requests_find_the_server_prepared;
mod pages_for_people_are_served_when_asked_for;
mod requests_that_are_wrong_as_such_have_codes;
mod shipping_is_the_servers_business;
mod tax_can_be_another_services_business;
mod the_catalogue_can_be_browsed;
mod the_inside_stays_inside;
mod the_program_gives_money_back;
mod what_runs_out_lets_go;
mod who_watches_is_let_in_like_who_asks;

use sea_orm::DbBackend;

use crate::support::Mall;

/// The statement by which every merchant decides something, written as JSON, behind the server's back.
fn with_setting(mall: &Mall, name: &str, value: &str) -> String {
    let changed = if mall.outside.get_database_backend() == DbBackend::Postgres {
        format!("jsonb_set(settings, '{{{name}}}', '{value}')")
    } else {
        format!("json_set(settings, '$.{name}', json('{value}'))")
    };
    format!("UPDATE organization SET settings = {changed}")
}
