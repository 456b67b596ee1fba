//! One file an invariant under stress.

mod the_last_unit_is_sold_once;
