//! stub
pub mod domain;
pub mod store;
