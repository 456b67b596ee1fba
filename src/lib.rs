//! A checkout server: carts in, one binding total out, one order per captured payment.
//!
//! Read the modules in this order; each imports only those above it.
//! [`failpoint`], [`metrics`], [`domain`] -> [`clock`], [`seal`], [`config`] -> [`payment`], [`store`] -> [`flows`], [`shop`] -> [`graphql`], [`rest`], [`web`] -> [`worker`],
//! [`server`], [`cli`]. [`twin`] stands apart: it plays somebody else's server.

pub mod domain;
pub mod failpoint;
pub mod metrics;

pub mod clock;
pub mod config;
pub mod seal;

pub mod payment;
pub mod store;

pub mod flows;
pub mod shop;

pub mod graphql;
pub mod rest;
pub mod web;

pub mod worker;

pub mod server;
pub mod telemetry;

pub mod cli;

pub mod twin;
