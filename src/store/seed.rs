//! A whole shop, put into an empty place.
//!
//! **Invariant:** all of it or nothing, in one transaction; an organization that exists is left as it is.

use entity::{
    discount, organization, payment_account, price, product, product_tag, shipping_rate, shipping_zone,
    stock, tax_rate, variant,
};
use sea_orm::{ActiveValue::Set, EntityTrait};
use uuid::Uuid;

use super::{StoreError, WriteTx, discount::code_key, stored::Stored, tenant::PaymentAccount};
use crate::domain::{
    catalog::{Price, Product, Stock, Variant},
    discount::{Discount, Effect},
    instant::Timestamp,
    money::Minor,
    shipping::Zone,
    tax::TaxRate,
    tenant::Organization,
};

/// A whole shop.
#[derive(Debug, Clone)]
pub struct Shop {
    /// Who sells.
    pub organization: Organization,
    /// How it is paid.
    pub account: PaymentAccount,
    /// What it sells.
    pub products: Vec<(Product, Vec<Variant>)>,
    /// Where it ships to.
    pub zones: Vec<Zone>,
    /// What it taxes.
    pub tax_rates: Vec<TaxRate>,
    /// What it takes off.
    pub discounts: Vec<Discount>,
}

/// Stores a shop. `new_id` names the rows that have no name of their own.
pub async fn insert(
    tx: &WriteTx,
    shop: &Shop,
    now: Timestamp,
    mut new_id: impl FnMut() -> Uuid,
) -> Result<(), StoreError> {
    let organization = &shop.organization;
    organization::Entity::insert(organization::ActiveModel {
        id: Set(organization.id.uuid()),
        slug: Set(organization.slug.to_string()),
        name: Set(organization.name.clone()),
        settings: Set(organization.settings.to_json()),
        terms_version: Set(organization.terms_version),
        suspended: Set(false),
        created_at: Set(now.ms()),
    })
    .exec_without_returning(tx.db())
    .await?;
    payment_account::Entity::insert(payment_account::ActiveModel {
        organization_id: Set(tx.org()),
        id: Set(new_id()),
        provider: Set("stripe".to_owned()),
        live: Set(shop.account.live),
        publishable_key: Set(shop.account.publishable_key.clone()),
        secret_key_ref: Set(shop.account.secret_key_ref.clone()),
        webhook_secret_ref: Set(shop.account.webhook_secret_ref.clone()),
        created_at: Set(now.ms()),
    })
    .exec_without_returning(tx.db())
    .await?;
    for (place, (product, variants)) in (0..).zip(&shop.products) {
        insert_product(tx, product, variants, Timestamp::from_ms(now.ms() + place)).await?;
        for variant in variants {
            insert_prices(tx, variant, now, &mut new_id).await?;
        }
    }
    insert_zones(tx, &shop.zones).await?;
    insert_taxes(tx, &shop.tax_rates).await?;
    insert_discounts(tx, &shop.discounts).await
}

async fn insert_product(
    tx: &WriteTx,
    product: &Product,
    variants: &[Variant],
    now: Timestamp,
) -> Result<(), StoreError> {
    let words = [&product.title, &product.description]
        .into_iter()
        .chain(product.vendor.as_ref())
        .chain(&product.tags)
        .chain(variants.iter().filter_map(|variant| variant.sku.as_ref()));
    let search_text = words.map(|word| word.to_lowercase()).collect::<Vec<_>>().join(" ");
    product::Entity::insert(product::ActiveModel {
        organization_id: Set(tx.org()),
        id: Set(product.id.uuid()),
        slug: Set(product.slug.clone()),
        title: Set(product.title.clone()),
        description: Set(product.description.clone()),
        vendor: Set(product.vendor.clone()),
        category: Set(product.category.clone()),
        images: Set(product.images.to_json()),
        options: Set(product.options.to_json()),
        tags: Set(product.tags.to_json()),
        price_min_minor: Set(product.price_min.raw()),
        price_max_minor: Set(product.price_max.raw()),
        search_text: Set(search_text),
        published: Set(product.published),
        created_at: Set(now.ms()),
        updated_at: Set(now.ms()),
    })
    .exec_without_returning(tx.db())
    .await?;
    let tags: Vec<product_tag::ActiveModel> = product
        .tags
        .iter()
        .map(|tag| product_tag::ActiveModel {
            organization_id: Set(tx.org()),
            product_id: Set(product.id.uuid()),
            tag: Set(tag.clone()),
        })
        .collect();
    if !tags.is_empty() {
        product_tag::Entity::insert_many(tags).exec_without_returning(tx.db()).await?;
    }
    let rows =
        variants.iter().zip(0..).map(|(variant, position)| variant_columns(tx, variant, position, now));
    variant::Entity::insert_many(rows).exec_without_returning(tx.db()).await?;
    Ok(())
}

fn variant_columns(tx: &WriteTx, variant: &Variant, position: i32, now: Timestamp) -> variant::ActiveModel {
    variant::ActiveModel {
        organization_id: Set(tx.org()),
        id: Set(variant.id.uuid()),
        product_id: Set(variant.product.uuid()),
        sku: Set(variant.sku.clone()),
        title: Set(variant.title.clone()),
        selected_options: Set(variant.selected_options.to_json()),
        image: Set(variant.image.as_ref().map(Stored::to_json)),
        requires_shipping: Set(variant.requires_shipping),
        taxable: Set(variant.taxable),
        tax_class: Set(variant.tax_class.clone()),
        weight_grams: Set(variant.weight_grams),
        position: Set(position),
        archived: Set(variant.archived),
        created_at: Set(now.ms()),
        updated_at: Set(now.ms()),
    }
}

async fn insert_prices(
    tx: &WriteTx,
    variant: &Variant,
    now: Timestamp,
    new_id: &mut impl FnMut() -> Uuid,
) -> Result<(), StoreError> {
    let column = |of: &Price, id| price::ActiveModel {
        organization_id: Set(tx.org()),
        id: Set(id),
        variant_id: Set(variant.id.uuid()),
        currency: Set(of.currency.code().to_owned()),
        price_list: Set(String::new()),
        quantity_min: Set(1),
        amount_minor: Set(of.list.raw()),
        compare_at_minor: Set(of.compare_at.map(Minor::raw)),
        sale_minor: Set(of.sale.as_ref().map(|sale| sale.price.raw())),
        sale_starts_at: Set(of.sale.as_ref().and_then(|sale| sale.from).map(Timestamp::ms)),
        sale_ends_at: Set(of.sale.as_ref().and_then(|sale| sale.until).map(Timestamp::ms)),
    };
    let rows: Vec<price::ActiveModel> = variant.prices.iter().map(|price| column(price, new_id())).collect();
    if !rows.is_empty() {
        price::Entity::insert_many(rows).exec_without_returning(tx.db()).await?;
    }
    if let Stock::Available(units) = variant.stock {
        stock::Entity::insert(stock::ActiveModel {
            organization_id: Set(tx.org()),
            variant_id: Set(variant.id.uuid()),
            on_hand: Set(units),
            version: Set(1),
            updated_at: Set(now.ms()),
        })
        .exec_without_returning(tx.db())
        .await?;
    }
    Ok(())
}

async fn insert_zones(tx: &WriteTx, zones: &[Zone]) -> Result<(), StoreError> {
    for zone in zones {
        shipping_zone::Entity::insert(shipping_zone::ActiveModel {
            organization_id: Set(tx.org()),
            id: Set(zone.id.uuid()),
            name: Set(zone.name.clone()),
            countries: Set(zone.countries.to_json()),
            regions: Set(zone.regions.to_json()),
            postal_codes: Set(Vec::<String>::new().to_json()),
            rest_of_world: Set(zone.rest_of_world),
            sort_order: Set(zone.sort_order),
            active: Set(true),
        })
        .exec_without_returning(tx.db())
        .await?;
        let rates: Vec<shipping_rate::ActiveModel> = zone
            .rates
            .iter()
            .map(|rate| shipping_rate::ActiveModel {
                organization_id: Set(tx.org()),
                id: Set(rate.id.uuid()),
                zone_id: Set(zone.id.uuid()),
                name: Set(rate.name.clone()),
                description: Set(rate.description.clone()),
                currency: Set(rate.currency.code().to_owned()),
                charge: Set(rate.charge.to_json()),
                free_from_minor: Set(rate.free_from.map(Minor::raw)),
                subtotal_min_minor: Set(rate.subtotal_min.map(Minor::raw)),
                subtotal_max_minor: Set(rate.subtotal_max.map(Minor::raw)),
                delivery_days_min: Set(rate.delivery_days.map(|(min, _)| min)),
                delivery_days_max: Set(rate.delivery_days.map(|(_, max)| max)),
                sort_order: Set(rate.sort_order),
                active: Set(true),
            })
            .collect();
        if !rates.is_empty() {
            shipping_rate::Entity::insert_many(rates).exec_without_returning(tx.db()).await?;
        }
    }
    Ok(())
}

async fn insert_taxes(tx: &WriteTx, rates: &[TaxRate]) -> Result<(), StoreError> {
    let rows: Vec<tax_rate::ActiveModel> = rates
        .iter()
        .zip(0..)
        .map(|(rate, priority)| tax_rate::ActiveModel {
            organization_id: Set(tx.org()),
            id: Set(rate.id.uuid()),
            name: Set(rate.name.clone()),
            country: Set(rate.country.code().to_owned()),
            region: Set(rate.region.clone()),
            postal_codes: Set(Vec::<String>::new().to_json()),
            tax_class: Set(rate.class.clone()),
            rate: Set(rate.rate.normalize().to_string()),
            on_shipping: Set(rate.on_shipping),
            compound: Set(false),
            priority: Set(priority),
            active: Set(true),
        })
        .collect();
    if !rows.is_empty() {
        tax_rate::Entity::insert_many(rows).exec_without_returning(tx.db()).await?;
    }
    Ok(())
}

async fn insert_discounts(tx: &WriteTx, discounts: &[Discount]) -> Result<(), StoreError> {
    for discount in discounts {
        let (kind, rate, amount) = match discount.effect {
            Effect::Percentage(rate) => {
                (discount::DiscountKind::Percentage, Some(rate.normalize().to_string()), None)
            }
            Effect::Fixed(amount) => (discount::DiscountKind::Fixed, None, Some(amount.raw())),
            Effect::FreeShipping => (discount::DiscountKind::FreeShipping, None, None),
        };
        discount::Entity::insert(discount::ActiveModel {
            organization_id: Set(tx.org()),
            id: Set(discount.id.uuid()),
            code: Set(Some(discount.code.clone())),
            code_key: Set(Some(code_key(&discount.code))),
            title: Set(discount.title.clone()),
            kind: Set(kind),
            rate: Set(rate),
            amount_minor: Set(amount),
            currency: Set(discount.currency.map(|currency| currency.code().to_owned())),
            scope: Set(Vec::<String>::new().to_json()),
            subtotal_min_minor: Set(discount.subtotal_min.map(Minor::raw)),
            starts_at: Set(discount.starts_at.map(Timestamp::ms)),
            ends_at: Set(discount.ends_at.map(Timestamp::ms)),
            active: Set(discount.active),
            usage_limit: Set(discount.usage_limit),
            customer_limit: Set(discount.customer_limit),
            combinable: Set(discount.combinable),
            priority: Set(discount.priority),
            used: Set(0),
            version: Set(1),
        })
        .exec_without_returning(tx.db())
        .await?;
    }
    Ok(())
}
