//! The schema that is served: the ordinary one, or that of a subgraph.
//!
//! **Invariant:** they differ by the two fields that a gateway asks for and by nothing else; without the switch, nothing of
//! these two is there.

use async_graphql::{Request, Response, Schema as Of};
use futures_util::stream::BoxStream;

use super::{federation, mutation::Mutation, query::Query, subscription::Subscription};

/// The schema that is served.
#[derive(Clone)]
pub enum Schema {
    /// The ordinary one.
    Plain(Of<Query, Mutation, Subscription>),
    /// With what a gateway asks for.
    Subgraph(Of<federation::Query, Mutation, Subscription>),
}

impl Schema {
    /// Runs a query or a mutation.
    pub async fn execute(&self, request: impl Into<Request> + Send) -> Response {
        match self {
            Self::Plain(schema) => schema.execute(request).await,
            Self::Subgraph(schema) => schema.execute(request).await,
        }
    }

    /// Runs a subscription.
    pub fn execute_stream(&self, request: impl Into<Request>) -> BoxStream<'static, Response> {
        match self {
            Self::Plain(schema) => schema.execute_stream(request),
            Self::Subgraph(schema) => schema.execute_stream(request),
        }
    }
}
