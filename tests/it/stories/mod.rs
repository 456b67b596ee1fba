//! One file a promise to users.

mod a_buyer_pays_what_the_shop_froze;
mod a_cancel_gives_everything_back;
mod a_payment_that_fails_can_be_tried_again;
mod an_edit_after_the_handoff_is_safe;
mod nothing_to_pay_needs_no_payment;
mod what_runs_out_lets_go;
