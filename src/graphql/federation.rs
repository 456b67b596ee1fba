//! What a gateway asks of a subgraph, after Apollo Federation 2.
//!
//! **Invariant:** an entity is found as a node is, by its id and the tenant of the request, and is null wherever a node is;
//! no kind that takes a checkout's token is one. However many there are, they take a handful of statements, and a document
//! costs what it selects once for each.

use std::{borrow::Cow, sync::LazyLock};

use async_graphql::{
    Any, ContainerType, Context, ContextSelectionSet, Object, ObjectType, OutputType, Positioned, Result,
    ServerResult, SimpleObject, Union, Value,
    parser::types::Field,
    registry::{MetaType, Registry},
    resolver_utils::resolve_container,
};

use super::{
    catalog::{Product, ProductVariant},
    error::RequestCode,
    node::{self, Node},
    organization::Organization,
    query,
};
use crate::domain::ids::{OrganizationId, ProductId, VariantId};

/// The most entities of one field: as many as a cart has lines.
pub const REPRESENTATIONS_MAX: usize = 200;

/// The types that a gateway may refer to by id, as they are named in representations.
const ENTITIES: [&str; 3] = ["Organization", "Product", "ProductVariant"];

/// How the ids of each begin.
const KINDS: [(&str, &str); 3] = [
    (ENTITIES[0], OrganizationId::PREFIX),
    (ENTITIES[1], ProductId::PREFIX),
    (ENTITIES[2], VariantId::PREFIX),
];

/// The version of the specification that the schema is written in; of its directives, only `@key` is used.
const LINK: &str =
    "extend schema @link(url: \"https://specs.apollo.dev/federation/v2.5\", import: [\"@key\"])\n";

static SDL: LazyLock<String> = LazyLock::new(|| {
    let keys = ENTITIES.map(|name| format!("extend type {name} @key(fields: \"id\")\n"));
    format!("{}{LINK}{}", super::sdl(), keys.concat())
});

/// The schema as a subgraph shows it: the ordinary one, and which types are entities.
#[must_use]
pub fn sdl() -> &'static str {
    &SDL
}

/// Reads, and what a gateway asks. The library merges objects of different names only, and this one's is in clients'
/// fragments, so the fields are put together here.
pub struct Query;

impl ContainerType for Query {
    async fn resolve_field(&self, ctx: &Context<'_>) -> ServerResult<Option<Value>> {
        match query::Query.resolve_field(ctx).await? {
            Some(read) => Ok(Some(read)),
            None => Subgraph.resolve_field(ctx).await,
        }
    }
}

impl OutputType for Query {
    fn type_name() -> Cow<'static, str> {
        query::Query::type_name()
    }

    fn create_type_info(registry: &mut Registry) -> String {
        let qualified = query::Query::create_type_info(registry);
        Subgraph::create_type_info(registry);
        // Its fields are asked for at the root, so the type itself is none of the schema's.
        let added = registry.types.remove(Subgraph::type_name().as_ref());
        if let (Some(MetaType::Object { fields: added, .. }), Some(MetaType::Object { fields, .. })) =
            (added, registry.types.get_mut(Self::type_name().as_ref()))
        {
            fields.extend(added);
        }
        qualified
    }

    async fn resolve(&self, ctx: &ContextSelectionSet<'_>, _: &Positioned<Field>) -> ServerResult<Value> {
        resolve_container(ctx, self).await
    }
}

impl ObjectType for Query {}

/// What a gateway asks.
pub struct Subgraph;

/// What a gateway asks.
#[Object]
impl Subgraph {
    /// This subgraph, for a gateway that composes several.
    #[graphql(name = "_service")]
    async fn service(&self) -> Service {
        Service { sdl: sdl() }
    }

    /// Entities by representations of the form `{ __typename, id }`, in the order asked for, null where there is none.
    /// At most 200.
    #[graphql(name = "_entities", complexity = "representations.len() * child_complexity + 1")]
    async fn entities(&self, ctx: &Context<'_>, representations: Vec<Any>) -> Result<Vec<Option<Entity>>> {
        if representations.len() > REPRESENTATIONS_MAX {
            return Err(RequestCode::BadRequest.error("There are more than 200 representations."));
        }
        futures_util::future::try_join_all(representations.iter().map(|asked| find(ctx, &asked.0))).await
    }
}

/// A subgraph's description of itself.
#[derive(SimpleObject)]
#[graphql(name = "_Service")]
pub struct Service {
    /// Its schema.
    sdl: &'static str,
}

/// What a gateway may refer to.
#[derive(Union)]
#[graphql(name = "_Entity")]
pub enum Entity {
    /// A merchant.
    Organization(Organization),
    /// A product.
    Product(Product),
    /// A variant.
    ProductVariant(ProductVariant),
}

impl Entity {
    /// A node that is one.
    fn of(node: Node) -> Option<Self> {
        match node {
            Node::Organization(found) => Some(Self::Organization(found)),
            Node::Product(found) => Some(Self::Product(found)),
            Node::ProductVariant(found) => Some(Self::ProductVariant(found)),
            Node::ShippingZone(_)
            | Node::ShippingRate(_)
            | Node::CheckoutSession(_)
            | Node::CheckoutLine(_)
            | Node::Consignment(_)
            | Node::PaymentAttempt(_)
            | Node::Order(_)
            | Node::OrderLine(_)
            | Node::Refund(_) => None,
        }
    }

    const fn type_name(&self) -> &'static str {
        match self {
            Self::Organization(_) => ENTITIES[0],
            Self::Product(_) => ENTITIES[1],
            Self::ProductVariant(_) => ENTITIES[2],
        }
    }
}

async fn find(ctx: &Context<'_>, representation: &Value) -> Result<Option<Entity>> {
    let (Some(asked), Some(id)) = (text(representation, "__typename"), text(representation, "id")) else {
        return Err(RequestCode::BadRequest.error("A representation has __typename and id, both strings."));
    };
    if !ENTITIES.contains(&asked) {
        return Err(RequestCode::BadRequest.error("A representation is of a type that is no entity here."));
    }
    // By its kind first: nodes of other kinds are found one by one.
    if !KINDS.iter().any(|(name, prefix)| *name == asked && id.split('_').next() == Some(*prefix)) {
        return Ok(None);
    }
    let found = node::find(ctx, id).await?.and_then(Entity::of);
    Ok(found.filter(|found| found.type_name() == asked))
}

fn text<'a>(representation: &'a Value, key: &str) -> Option<&'a str> {
    match representation {
        Value::Object(fields) => match fields.get(key) {
            Some(Value::String(text)) => Some(text),
            Some(_) | None => None,
        },
        Value::Null
        | Value::Number(_)
        | Value::String(_)
        | Value::Boolean(_)
        | Value::Binary(_)
        | Value::Enum(_)
        | Value::List(_) => None,
    }
}
