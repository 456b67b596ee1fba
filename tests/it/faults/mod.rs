//! One file a way in which a disk, a database, the wire between, the provider, a client or the program itself fails.
//!
//! In each: nothing that was acknowledged is lost, whoever asks meanwhile is told with a code to come again, and the
//! server recovers by itself.

mod a_client_that_hangs_up;
mod a_commit_whose_answer_is_lost;
mod a_database_that_restarts;
mod a_disk_that_does_not_sync;
mod a_lock_of_somebody_else;
mod a_page_that_reads_slowly;
mod a_panic_in_the_middle;
mod a_provider_in_trouble;
mod a_server_that_takes_no_writes;
mod a_transaction_that_must_begin_anew;
mod a_wire_that_is_silent;
