//! The twin, driven over a real socket.

mod browsers;
mod disputes;
mod faults;
mod money;
mod support;
mod webhooks;
