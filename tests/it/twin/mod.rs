//! The twin, driven over a real socket.

mod faults;
mod money;
mod support;
mod webhooks;
