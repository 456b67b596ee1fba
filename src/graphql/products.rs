//! Looking for products: query, filters, order.
//!
//! **Invariant:** what is left out does not restrict; prices are compared in the default currency.

use async_graphql::{Context, Enum, InputObject, Result};

use super::{
    error::{RequestCode, failure},
    pages::{self, ProductConnection, Window},
    request::{app, caller, organization},
    scalar::Decimal,
};
use crate::{
    domain::{buyer::TEXT_MAX, currency::Currency, money::Minor, text::fault_of_reference},
    flows::{
        browse,
        products::{Filter, Page, Sort},
    },
};

const QUERY_MAX: usize = 200;
const WORDS_MAX: usize = 10;
const TAGS_MAX: usize = 20;

/// What products must have. All given parts must hold.
#[derive(Debug, Default, InputObject)]
pub struct ProductFilterInput {
    /// Any of these tags. At most 20.
    tags: Option<Vec<String>>,
    /// Vendor, exactly.
    vendor: Option<String>,
    /// Category, exactly.
    category: Option<String>,
    /// At least one variant that can be bought now.
    available_for_sale: Option<bool>,
    /// Lowest price of a variant, in the default currency.
    min_price: Option<Decimal>,
    /// Highest price of a variant, in the default currency.
    max_price: Option<Decimal>,
}

/// Order of products.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
pub enum ProductSort {
    /// Best match of `query` first, by title; newest first without a query.
    Relevance,
    /// Title, A to Z.
    Title,
    /// Lowest price first.
    PriceAsc,
    /// Highest price first.
    PriceDesc,
    /// Newest first.
    Newest,
}

/// Finds a page of published products.
pub async fn find(
    ctx: &Context<'_>,
    window: Window,
    query: Option<String>,
    filter: Option<ProductFilterInput>,
    sort: ProductSort,
) -> Result<ProductConnection> {
    let tenant = organization(ctx).await?;
    let query = query.unwrap_or_default();
    let texts = [
        Some(&query),
        filter.as_ref().and_then(|filter| filter.vendor.as_ref()),
        filter.as_ref().and_then(|filter| filter.category.as_ref()),
    ];
    let tags = filter.iter().flat_map(|filter| filter.tags.iter().flatten());
    if texts.into_iter().flatten().chain(tags).any(|text| fault_of_reference(text, TEXT_MAX).is_some()) {
        return Err(RequestCode::BadRequest.error("A text is too long or holds a control character."));
    }
    if query.chars().count() > QUERY_MAX {
        return Err(RequestCode::BadRequest.error("The query is longer than 200 characters."));
    }
    let words: Vec<String> = query.split_whitespace().take(WORDS_MAX).map(str::to_owned).collect();
    let sort = match (sort, words.is_empty()) {
        (ProductSort::Relevance, false) | (ProductSort::Title, _) => Sort::Title,
        (ProductSort::Relevance, true) | (ProductSort::Newest, _) => Sort::Newest,
        (ProductSort::PriceAsc, _) => Sort::PriceAsc,
        (ProductSort::PriceDesc, _) => Sort::PriceDesc,
    };
    let place =
        |cursor: &Option<String>| cursor.as_deref().map(|cursor| pages::place(cursor, sort)).transpose();
    let page = Page {
        sort,
        after: place(&window.after)?,
        before: place(&window.before)?,
        limit: u64::try_from(window.size).unwrap_or(0),
        from_end: window.from_end,
        counted: ctx.look_ahead().field("totalCount").exists(),
    };
    let filter = into_filter(filter.unwrap_or_default(), words, tenant.settings.default_currency)?;
    let caller = caller(ctx)?;
    let found = browse::products(app(ctx)?, tenant.id, &filter, &page)
        .await
        .map_err(|error| failure(caller, &error))?;
    Ok(ProductConnection::of(&tenant, found, &window))
}

fn into_filter(input: ProductFilterInput, words: Vec<String>, currency: Currency) -> Result<Filter> {
    if input.tags.as_ref().is_some_and(|tags| tags.len() > TAGS_MAX) {
        return Err(RequestCode::BadRequest.error("There are more than 20 tags."));
    }
    Ok(Filter {
        words,
        tags: input.tags,
        vendor: input.vendor,
        category: input.category,
        available: input.available_for_sale,
        price_min: input
            .min_price
            .map(|price| minor(price, currency, rust_decimal::RoundingStrategy::AwayFromZero)),
        price_max: input
            .max_price
            .map(|price| minor(price, currency, rust_decimal::RoundingStrategy::ToZero)),
    })
}

/// A bound in minor units; what is finer than these is rounded inwards.
fn minor(price: Decimal, currency: Currency, rounding: rust_decimal::RoundingStrategy) -> Minor {
    let scaled = price.0.saturating_mul(rust_decimal::Decimal::from(10_i64.pow(currency.digits())));
    let beyond = if scaled.is_sign_negative() { i64::MIN } else { i64::MAX };
    Minor::new(i64::try_from(scaled.round_dp_with_strategy(0, rounding)).unwrap_or(beyond))
}
