//! One file a promise to users.

mod a_buyer_pays_what_the_shop_froze;
