//! stub
pub mod clock;
pub mod config;
pub mod domain;
pub mod payment;
pub mod store;
pub mod twin;
