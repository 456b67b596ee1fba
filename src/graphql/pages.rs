//! Pages of products and variants, as the Relay cursor connection specification has them.
//!
//! **Invariant:** a page holds at most a hundred; a cursor is opaque and says where its edge stood, so that a page after
//! it is right even when the edge is gone.

use std::sync::Arc;

use async_graphql::{Result, SimpleObject};

use super::{
    catalog::{Product, ProductVariant},
    error::RequestCode,
    shared::PageInfo,
};
use crate::{
    domain::{catalog::Merchandise, tenant::Organization},
    flows::products::{Found, Place, Sort},
};

/// The most objects of a page.
pub(super) const PAGE_MAX: i32 = 100;
const PAGE_DEFAULT: i32 = 20;

/// What a page of so many costs.
#[must_use]
pub fn cost(first: Option<i32>, last: Option<i32>, child_complexity: usize) -> usize {
    let size = first.or(last).unwrap_or(PAGE_DEFAULT).clamp(1, PAGE_MAX);
    1 + usize::try_from(size).unwrap_or(1) * child_complexity
}

/// Which part of a list is asked for.
#[derive(Debug, Clone)]
pub struct Window {
    /// How many.
    pub size: i32,
    /// Whether they are counted from the end.
    pub from_end: bool,
    /// Only what comes after.
    pub after: Option<String>,
    /// Only what comes before.
    pub before: Option<String>,
}

impl Window {
    /// Checks the arguments of a connection.
    pub fn new(
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
    ) -> Result<Self> {
        if first.is_some() && last.is_some() {
            return Err(RequestCode::BadRequest.error("Give first or last, not both."));
        }
        let size = first.or(last).unwrap_or(PAGE_DEFAULT);
        if !(1..=PAGE_MAX).contains(&size) {
            return Err(RequestCode::BadRequest.error("Give first or last from 1 to 100."));
        }
        Ok(Self { size, from_end: last.is_some(), after, before })
    }
}

/// A page of products.
#[derive(SimpleObject)]
pub struct ProductConnection {
    /// Edges of this page.
    edges: Vec<ProductEdge>,
    /// The products of this page, without cursors.
    nodes: Vec<Product>,
    /// Where this page stands.
    page_info: PageInfo,
    /// Number of products on all pages.
    total_count: i32,
}

/// A product on a page.
#[derive(SimpleObject)]
pub struct ProductEdge {
    /// Cursor of this edge.
    cursor: String,
    /// The product.
    node: Product,
}

impl ProductConnection {
    /// A page that was found.
    #[must_use]
    pub fn of(tenant: &Arc<Organization>, found: Found, window: &Window) -> Self {
        let (mut edges, mut nodes) = (Vec::new(), Vec::new());
        for (product, place) in found.products {
            let product = Arc::new(product);
            let node = || Product { tenant: Arc::clone(tenant), product: Arc::clone(&product) };
            nodes.push(node());
            edges.push(ProductEdge { cursor: cursor(&place), node: node() });
        }
        let page_info = PageInfo {
            has_next_page: if window.from_end { window.before.is_some() } else { found.more },
            has_previous_page: if window.from_end { found.more } else { window.after.is_some() },
            start_cursor: edges.first().map(|edge| edge.cursor.clone()),
            end_cursor: edges.last().map(|edge| edge.cursor.clone()),
        };
        Self { edges, nodes, page_info, total_count: i32::try_from(found.total).unwrap_or(i32::MAX) }
    }
}

/// Where an edge stands, in signs that a client need not read.
#[must_use]
pub fn cursor(place: &Place) -> String {
    let key = match (&place.title, place.number) {
        (Some(title), _) => format!("t{title}"),
        (None, Some(number)) => format!("n{number}"),
        (None, None) => String::new(),
    };
    hex::encode(format!("{}{key}", place.id))
}

/// Reads a cursor of ours, of a list in the same order.
pub fn place(cursor: &str, sort: Sort) -> Result<Place> {
    let fits = |place: &Place| place.title.is_some() == (sort == Sort::Title);
    read_place(cursor)
        .filter(fits)
        .ok_or_else(|| RequestCode::BadRequest.error("This is no cursor of this list."))
}

fn read_place(cursor: &str) -> Option<Place> {
    const ID_LENGTH: usize = "prod_".len() + 32;
    let text = String::from_utf8(hex::decode(cursor).ok()?).ok().filter(|text| !text.contains('\0'))?;
    let (id, key) = text.split_at_checked(ID_LENGTH)?;
    let id = id.parse().ok()?;
    match (key.strip_prefix('t'), key.strip_prefix('n')) {
        (Some(title), _) => Some(Place { title: Some(title.to_owned()), number: None, id }),
        (None, Some(number)) => Some(Place { title: None, number: Some(number.parse().ok()?), id }),
        (None, None) => None,
    }
}

/// A page of variants.
#[derive(SimpleObject)]
pub struct ProductVariantConnection {
    /// Edges of this page.
    edges: Vec<ProductVariantEdge>,
    /// The variants of this page, without cursors.
    nodes: Vec<ProductVariant>,
    /// Where this page stands.
    page_info: PageInfo,
    /// Number of variants on all pages.
    total_count: i32,
}

/// A variant on a page.
#[derive(SimpleObject)]
pub struct ProductVariantEdge {
    /// Cursor of this edge.
    cursor: String,
    /// The variant.
    node: ProductVariant,
}

impl ProductVariantConnection {
    /// A part of all variants of a product; a cursor is the variant's id.
    pub fn of(tenant: &Arc<Organization>, all: &[Arc<Merchandise>], window: &Window) -> Result<Self> {
        let at = |cursor: &Option<String>| match cursor {
            None => Ok(None),
            Some(cursor) => all
                .iter()
                .position(|one| one.variant.id.to_string() == *cursor)
                .map(Some)
                .ok_or_else(|| RequestCode::BadRequest.error("This is no cursor of this list.")),
        };
        let start = at(&window.after)?.map_or(0, |place| place + 1);
        let end = at(&window.before)?.unwrap_or(all.len()).max(start);
        let size = usize::try_from(window.size).unwrap_or(0);
        let (start, end) = if window.from_end {
            (end.saturating_sub(size).max(start), end)
        } else {
            (start, end.min(start + size))
        };
        let node =
            |one: &Arc<Merchandise>| ProductVariant { tenant: Arc::clone(tenant), found: Arc::clone(one) };
        let page = all.get(start..end).unwrap_or_default();
        let edge = |one: &Arc<Merchandise>| ProductVariantEdge {
            cursor: one.variant.id.to_string(),
            node: node(one),
        };
        Ok(Self {
            page_info: PageInfo {
                has_next_page: end < all.len(),
                has_previous_page: start > 0,
                start_cursor: page.first().map(|one| one.variant.id.to_string()),
                end_cursor: page.last().map(|one| one.variant.id.to_string()),
            },
            edges: page.iter().map(edge).collect(),
            nodes: page.iter().map(node).collect(),
            total_count: i32::try_from(all.len()).unwrap_or(i32::MAX),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_is_read_back_and_nothing_else_is_one() {
        let id = crate::domain::ids::ProductId::from_uuid(uuid::Uuid::from_u128(7));
        for (place, sort, other) in [
            (Place { title: Some("Tëe n5".into()), number: None, id }, Sort::Title, Sort::Newest),
            (Place { title: None, number: Some(-5), id }, Sort::PriceAsc, Sort::Title),
        ] {
            assert_eq!(super::place(&cursor(&place), sort).unwrap(), place);
            assert!(super::place(&cursor(&place), other).is_err());
        }
        for bad in ["", "zz", "ff", &hex::encode("prod_1"), &hex::encode("ä".repeat(40))] {
            assert!(super::place(bad, Sort::Title).is_err());
        }
    }
}
