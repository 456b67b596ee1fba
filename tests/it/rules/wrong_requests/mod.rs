//! The tables of what can be wrong with a request, by the part of it that is wrong.

pub mod bodies;
pub mod documents;
pub mod drafts;
pub mod sockets;

/// What the schema does not allow: found while the document is checked, or while it starts to run.
pub const NOT_OF_THE_SCHEMA: &str = "BAD_REQUEST|GRAPHQL_VALIDATION_FAILED";
