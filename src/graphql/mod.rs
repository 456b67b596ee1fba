//! The storefront schema: parse, call one flow, translate.
//!
//! **Invariant:** a resolver decides nothing; a request is bounded before it is parsed and again before it runs; every
//! error leaves with a code.

mod accept;
mod aside;
mod automatic;
pub mod catalog;
pub mod checkout;
pub mod checkout_line;
pub mod client_config;
pub mod consignment;
pub mod country;
pub mod currency;
mod document;
pub mod draft;
pub mod error;
pub mod explanation;
pub mod federation;
pub mod guard;
pub mod http;
pub mod input;
pub mod live;
pub mod loader;
pub mod message;
mod mutation;
pub mod node;
pub mod order;
pub mod organization;
mod origin;
pub mod pages;
mod parsed;
pub mod payload;
pub mod payment;
pub mod products;
mod public;
mod query;
pub mod refund;
pub mod request;
pub mod scalar;
mod served;
pub mod shared;
pub mod shipping;
mod socket;
mod spread;
mod subscription;
pub mod suggestion;
pub mod totals;
mod trusted;
pub mod user_error;
pub mod verdict;

use async_graphql::{ObjectType, SDLExportOptions, SchemaBuilder};

pub use parsed::Documents;
pub use served::Schema;
pub use trusted::fault_of_document;

use crate::flows::App;

/// The deepest selection; the standard introspection query needs 15.
pub const DEPTH_MAX: usize = 15;
/// The most that a document may cost: one a field, times `first` or `last` for each list that is paged.
pub const COMPLEXITY_MAX: usize = 20_000;
/// The most aliases in a document.
pub const ALIASES_MAX: usize = 30;
/// The most directives on one field.
pub const FIELD_DIRECTIVES_MAX: usize = 5;
/// The deepest recursion of fragments.
const RECURSION_MAX: usize = 32;

type Built<Reads> = async_graphql::Schema<Reads, mutation::Mutation, subscription::Subscription>;
type Builder<Reads> = SchemaBuilder<Reads, mutation::Mutation, subscription::Subscription>;

fn builder<Reads: ObjectType + 'static>(reads: Reads) -> Builder<Reads> {
    Built::build(reads, mutation::Mutation, subscription::Subscription)
        .register_output_type::<payload::CheckoutSessionPayload>()
        .register_output_type::<node::Node>()
}

/// The schema over an application.
#[must_use]
pub fn schema(app: App) -> Schema {
    if app.config.federation {
        Schema::Subgraph(bounded(federation::Query, app))
    } else {
        Schema::Plain(bounded(query::Query, app))
    }
}

fn bounded<Reads: ObjectType + 'static>(reads: Reads, app: App) -> Built<Reads> {
    let introspection = app.config.introspection;
    let builder = builder(reads)
        .limit_depth(DEPTH_MAX)
        .limit_complexity(COMPLEXITY_MAX)
        .limit_aliases(ALIASES_MAX)
        .limit_directives(FIELD_DIRECTIVES_MAX)
        .limit_recursive_depth(RECURSION_MAX)
        .data(app);
    if introspection {
        builder.finish()
    } else {
        builder.disable_introspection().disable_suggestions().finish()
    }
}

/// The schema as text, the same on every run.
#[must_use]
pub fn sdl() -> String {
    let options =
        SDLExportOptions::new().sorted_fields().sorted_arguments().sorted_enum_items().include_specified_by();
    builder(query::Query).finish().sdl_with_options(options)
}
