//! Products to browse: by id, by slug, and in pages.
//!
//! **Invariant:** a storefront sees published products only; a page is found by keyset, so its cost does not grow with
//! its place, and the number of statements does not depend on its length.

use entity::{product, product_tag, stock, variant};
use sea_orm::{
    ColumnTrait, Condition, DbErr, EntityTrait, ExprTrait, FromQueryResult, PaginatorTrait, QueryFilter,
    QueryOrder, QueryResult, QuerySelect, QueryTrait, Select,
    sea_query::{Expr, Order, SimpleExpr},
};

use super::{StoreError, Tx, documents::At};
use crate::domain::{catalog::Product, ids::ProductId, instant::Timestamp, money::Minor};

/// What products must have. All given parts must hold.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// Words to look for, all of them.
    pub words: Vec<String>,
    /// Any of these tags.
    pub tags: Option<Vec<String>>,
    /// Vendor, exactly.
    pub vendor: Option<String>,
    /// Category, exactly.
    pub category: Option<String>,
    /// At least one variant that can be bought now.
    pub available: Option<bool>,
    /// Lowest price of a variant, in the default currency.
    pub price_min: Option<Minor>,
    /// Highest price of a variant, in the default currency.
    pub price_max: Option<Minor>,
}

/// Order of products; ties are broken by id.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sort {
    /// Title, A to Z.
    Title,
    /// Lowest price first.
    PriceAsc,
    /// Highest price first.
    PriceDesc,
    /// Newest first.
    Newest,
}

/// Where a product stands in an order: what a cursor holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// Its title, where that decides.
    pub title: Option<String>,
    /// Its price in minor units, or its creation in milliseconds, where that decides.
    pub number: Option<i64>,
    /// Its id.
    pub id: ProductId,
}

/// Which page.
#[derive(Debug, Clone)]
pub struct Page {
    /// The order.
    pub sort: Sort,
    /// Only what comes after this place.
    pub after: Option<Place>,
    /// Only what comes before this place.
    pub before: Option<Place>,
    /// How many at most.
    pub limit: u64,
    /// Whether to count from the end.
    pub from_end: bool,
    /// Whether anybody asks how many there are on all pages.
    pub counted: bool,
}

/// A page of products.
#[derive(Debug, Clone)]
pub struct Found {
    /// The products, each with its place.
    pub products: Vec<(Product, Place)>,
    /// Whether more follow in the direction of the page.
    pub more: bool,
    /// Products on all pages; 0 where nobody asked.
    pub total: i64,
}

/// Published products by id.
pub async fn by_ids(tx: &Tx, ids: &[ProductId]) -> Result<Vec<Product>, StoreError> {
    let rows =
        published(tx).filter(product::Column::Id.is_in(ids.iter().map(|id| id.uuid()))).all(tx.db()).await?;
    rows.into_iter().map(from_row).collect()
}

/// A published product by slug.
pub async fn by_slug(tx: &Tx, slug: &str) -> Result<Option<Product>, StoreError> {
    published(tx).filter(product::Column::Slug.eq(slug)).one(tx.db()).await?.map(from_row).transpose()
}

/// A page of published products, in one statement; in two where it is empty and somebody wants to know of how many.
pub async fn page(tx: &Tx, filter: &Filter, page: &Page) -> Result<Found, StoreError> {
    let matching = filtered(tx, filter);
    let total = if page.counted {
        let all = matching.clone().select_only().expr(product::Column::Id.count()).into_query();
        Expr::SubQuery(None, Box::new(all.into()))
    } else {
        Expr::value(0_i64)
    };
    let mut select = matching.clone().expr_as(total, "total");
    if let Some(after) = &page.after {
        select = select.filter(beyond(page.sort, after, false));
    }
    if let Some(before) = &page.before {
        select = select.filter(beyond(page.sort, before, true));
    }
    let (key, descending) = key(page.sort);
    let order = |descending: bool| if descending ^ page.from_end { Order::Desc } else { Order::Asc };
    let mut rows: Vec<Row> = select
        .order_by(key, order(descending))
        .order_by(product::Column::Id, order(descending))
        .limit(page.limit + 1)
        .into_model()
        .all(tx.db())
        .await?;
    let total = match rows.first() {
        Some(first) => first.total,
        None if page.counted => i64::try_from(matching.count(tx.db()).await?).unwrap_or(i64::MAX),
        None => 0,
    };
    let limit = usize::try_from(page.limit).unwrap_or(usize::MAX);
    let more = rows.len() > limit;
    rows.truncate(limit);
    if page.from_end {
        rows.reverse();
    }
    let products = rows.into_iter().map(|row| {
        let place = place(page.sort, &row.product);
        Ok((from_row(row.product)?, place))
    });
    Ok(Found { products: products.collect::<Result<_, StoreError>>()?, more, total })
}

/// A product, and how many there are.
struct Row {
    product: product::Model,
    total: i64,
}

impl FromQueryResult for Row {
    fn from_query_result(row: &QueryResult, _: &str) -> Result<Self, DbErr> {
        Ok(Self { product: product::Model::from_query_result(row, "")?, total: row.try_get("", "total")? })
    }
}

fn published(tx: &Tx) -> Select<product::Entity> {
    product::Entity::find()
        .filter(product::Column::OrganizationId.eq(tx.org()))
        .filter(product::Column::Published.eq(true))
}

fn filtered(tx: &Tx, filter: &Filter) -> Select<product::Entity> {
    let mut select = published(tx);
    for word in &filter.words {
        select = select.filter(contains(word));
    }
    if let Some(tags) = &filter.tags {
        let tagged = product_tag::Entity::find()
            .select_only()
            .column(product_tag::Column::ProductId)
            .filter(product_tag::Column::OrganizationId.eq(tx.org()))
            .filter(product_tag::Column::Tag.is_in(tags.iter().map(String::as_str)))
            .into_query();
        select = select.filter(product::Column::Id.in_subquery(tagged));
    }
    if let Some(available) = filter.available {
        let sold = can_be_bought(tx);
        select = select.filter(if available {
            product::Column::Id.in_subquery(sold)
        } else {
            product::Column::Id.not_in_subquery(sold)
        });
    }
    let given = Condition::all()
        .add_option(filter.vendor.as_ref().map(|vendor| product::Column::Vendor.eq(vendor.as_str())))
        .add_option(filter.category.as_ref().map(|category| product::Column::Category.eq(category.as_str())))
        .add_option(filter.price_min.map(|min| product::Column::PriceMaxMinor.gte(min.raw())))
        .add_option(filter.price_max.map(|max| product::Column::PriceMinMinor.lte(max.raw())));
    select.filter(given)
}

/// A word anywhere in the text that is searched; the signs that LIKE reads are taken as they are.
fn contains(word: &str) -> SimpleExpr {
    let plain = word.to_lowercase().replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_");
    Expr::col(product::Column::SearchText)
        .like(sea_orm::sea_query::LikeExpr::new(format!("%{plain}%")).escape('\\'))
}

/// Products with a variant that is offered and not known to be sold out. Holds are not looked at: a list may say
/// "available" of a unit that somebody is about to pay for; the line will say so.
fn can_be_bought(tx: &Tx) -> sea_orm::sea_query::SelectStatement {
    let sold_out = stock::Entity::find()
        .select_only()
        .column(stock::Column::VariantId)
        .filter(stock::Column::OrganizationId.eq(tx.org()))
        .filter(stock::Column::OnHand.lte(0))
        .into_query();
    variant::Entity::find()
        .select_only()
        .column(variant::Column::ProductId)
        .filter(variant::Column::OrganizationId.eq(tx.org()))
        .filter(variant::Column::Archived.eq(false))
        .filter(variant::Column::Id.not_in_subquery(sold_out))
        .into_query()
}

const fn key(sort: Sort) -> (product::Column, bool) {
    match sort {
        Sort::Title => (product::Column::Title, false),
        Sort::PriceAsc => (product::Column::PriceMinMinor, false),
        Sort::PriceDesc => (product::Column::PriceMaxMinor, true),
        Sort::Newest => (product::Column::CreatedAt, true),
    }
}

fn beyond(sort: Sort, place: &Place, before: bool) -> Condition {
    let (key, descending) = key(sort);
    let id = place.id.uuid();
    let (further, tie): (SimpleExpr, SimpleExpr) = match (&place.title, place.number) {
        (Some(title), _) => {
            (cut(key, title.as_str().into(), descending != before), Expr::col(key).eq(title.as_str()))
        }
        (None, number) => {
            let number = number.unwrap_or_default();
            (cut(key, number.into(), descending != before), Expr::col(key).eq(number))
        }
    };
    let after_tie = cut(product::Column::Id, id.into(), descending != before);
    Condition::any().add(further).add(Condition::all().add(tie).add(after_tie))
}

fn cut(column: product::Column, value: sea_orm::Value, smaller: bool) -> SimpleExpr {
    let column = Expr::col(column);
    if smaller { column.lt(value) } else { column.gt(value) }
}

fn place(sort: Sort, row: &product::Model) -> Place {
    let id = ProductId::from_uuid(row.id);
    match sort {
        Sort::Title => Place { title: Some(row.title.clone()), number: None, id },
        Sort::PriceAsc => Place { title: None, number: Some(row.price_min_minor), id },
        Sort::PriceDesc => Place { title: None, number: Some(row.price_max_minor), id },
        Sort::Newest => Place { title: None, number: Some(row.created_at), id },
    }
}

fn from_row(row: product::Model) -> Result<Product, StoreError> {
    let at = |column| At { table: "product", column, id: &row.id };
    Ok(Product {
        id: ProductId::from_uuid(row.id),
        tags: at("tags").read(&row.tags)?,
        images: at("images").read(&row.images)?,
        options: at("options").read(&row.options)?,
        slug: row.slug,
        title: row.title,
        description: row.description,
        vendor: row.vendor,
        category: row.category,
        price_min: Minor::new(row.price_min_minor),
        price_max: Minor::new(row.price_max_minor),
        published: row.published,
        updated_at: Timestamp::from_ms(row.updated_at),
    })
}
