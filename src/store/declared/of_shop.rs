//! A declared shop as rows.
//!
//! **Invariant:** pure; the order of the file is kept, so that what it lists first is shown first.

use entity::{
    customer,
    discount::{self, DiscountKind},
    organization, payment_account, price, price_list, product, shipping_rate, shipping_zone, stock, tax_rate,
    variant,
};
use uuid::Uuid;

use super::Rows;
use crate::{
    domain::{
        catalog::{Product, Stock, Variant},
        customer::Declared,
        discount::{Beside, Discount, Effect},
        ids::OrganizationId,
        instant::Timestamp,
        money::Minor,
        price::{ListedPrice, Price, PriceList},
        shipping::{Rate, Zone},
        tax::TaxRate,
    },
    store::{
        discount::{code_key, rule},
        seed::Shop,
        stored::Stored,
    },
};

impl Rows {
    /// The rows of a shop. `new_id` names those that have no name of their own.
    pub fn of(shop: &Shop, now: Timestamp, mut new_id: impl FnMut() -> Uuid) -> Self {
        let organization = &shop.organization;
        let owner = Owner(organization.id);
        let mut rows = Self {
            organization: vec![organization::Model {
                id: organization.id.uuid(),
                slug: organization.slug.to_string(),
                name: organization.name.clone(),
                settings: organization.settings.to_json(),
                terms_version: organization.terms_version,
                documents_version: organization.documents_version,
                suspended: organization.suspended,
                created_at: now.ms(),
            }],
            account: vec![payment_account::Model {
                organization_id: organization.id.uuid(),
                id: new_id(),
                provider: "stripe".to_owned(),
                live: shop.account.live,
                publishable_key: shop.account.publishable_key.clone(),
                secret_key_ref: shop.account.secret_key_ref.clone(),
                webhook_secret_ref: shop.account.webhook_secret_ref.clone(),
                sealed_secret_key: None,
                stored_publishable_key: None,
                sealed_webhook_secret_one: None,
                sealed_webhook_secret_two: None,
                created_at: now.ms(),
            }],
            zones: shop.zones.iter().map(|zone| owner.zone(zone)).collect(),
            rates: shop
                .zones
                .iter()
                .flat_map(|zone| zone.rates.iter().map(|rate| owner.rate(zone, rate)))
                .collect(),
            taxes: (0..).zip(&shop.tax_rates).map(|(place, rate)| owner.tax(place, rate)).collect(),
            discounts: shop.discounts.iter().map(|discount| owner.discount(discount)).collect(),
            price_lists: shop.price_lists.iter().map(|list| owner.price_list(list)).collect(),
            customers: shop.customers.iter().map(|customer| owner.customer(customer)).collect(),
            ..Self::default()
        };
        for (place, (product, variants)) in (0..).zip(&shop.products) {
            // One instant apart, so that "newest first" is the order of the file, too.
            let now = Timestamp::from_ms(now.ms() + place);
            rows.products.push(owner.product(product, variants, now));
            for (position, variant) in (0..).zip(variants) {
                rows.variants.push(owner.variant(variant, position, now));
                for price in &variant.prices {
                    rows.prices.push(owner.price(variant, price, new_id()));
                    let breaks = price.tiers.iter().map(|tier| ListedPrice {
                        variant: variant.id,
                        currency: price.currency,
                        quantity_min: tier.quantity_min,
                        price: tier.price,
                    });
                    rows.prices.extend(breaks.map(|of| owner.listed("", of, new_id())));
                }
                rows.stock.extend(owner.stock(variant, now));
            }
        }
        for list in &shop.price_lists {
            rows.listed.extend(list.prices.iter().map(|of| owner.listed(&list.name, *of, new_id())));
        }
        rows
    }
}

/// Whose rows are made.
struct Owner(OrganizationId);

impl Owner {
    fn product(&self, product: &Product, variants: &[Variant], now: Timestamp) -> product::Model {
        let words = [&product.title, &product.description]
            .into_iter()
            .chain(product.vendor.as_ref())
            .chain(&product.tags)
            .chain(variants.iter().filter_map(|variant| variant.sku.as_ref()));
        product::Model {
            organization_id: self.0.uuid(),
            id: product.id.uuid(),
            slug: product.slug.clone(),
            title: product.title.clone(),
            description: product.description.clone(),
            vendor: product.vendor.clone(),
            category: product.category.clone(),
            images: product.images.to_json(),
            options: product.options.to_json(),
            tags: product.tags.to_json(),
            price_min_minor: product.price_min.raw(),
            price_max_minor: product.price_max.raw(),
            search_text: words.map(|word| word.to_lowercase()).collect::<Vec<_>>().join(" "),
            published: product.published,
            created_at: now.ms(),
            updated_at: now.ms(),
        }
    }

    fn variant(&self, variant: &Variant, position: i32, now: Timestamp) -> variant::Model {
        variant::Model {
            organization_id: self.0.uuid(),
            id: variant.id.uuid(),
            product_id: variant.product.uuid(),
            sku: variant.sku.clone(),
            title: variant.title.clone(),
            selected_options: variant.selected_options.to_json(),
            image: variant.image.as_ref().map(Stored::to_json),
            requires_shipping: variant.requires_shipping,
            taxable: variant.taxable,
            tax_class: variant.tax_class.clone(),
            weight_grams: variant.weight_grams,
            position,
            archived: variant.archived,
            created_at: now.ms(),
            updated_at: now.ms(),
        }
    }

    fn price(&self, variant: &Variant, of: &Price, id: Uuid) -> price::Model {
        price::Model {
            organization_id: self.0.uuid(),
            id,
            variant_id: variant.id.uuid(),
            currency: of.currency.code().to_owned(),
            price_list: String::new(),
            quantity_min: 1,
            amount_minor: of.list.raw(),
            compare_at_minor: of.compare_at.map(Minor::raw),
            sale_minor: of.sale.as_ref().map(|sale| sale.price.raw()),
            sale_starts_at: of.sale.as_ref().and_then(|sale| sale.from).map(Timestamp::ms),
            sale_ends_at: of.sale.as_ref().and_then(|sale| sale.until).map(Timestamp::ms),
        }
    }

    fn listed(&self, list: &str, of: ListedPrice, id: Uuid) -> price::Model {
        price::Model {
            organization_id: self.0.uuid(),
            id,
            variant_id: of.variant.uuid(),
            currency: of.currency.code().to_owned(),
            price_list: list.to_owned(),
            quantity_min: of.quantity_min,
            amount_minor: of.price.raw(),
            compare_at_minor: None,
            sale_minor: None,
            sale_starts_at: None,
            sale_ends_at: None,
        }
    }

    fn price_list(&self, list: &PriceList) -> price_list::Model {
        price_list::Model {
            organization_id: self.0.uuid(),
            id: list.id.uuid(),
            name: list.name.clone(),
            customer_groups: list.terms.groups.to_json(),
            starts_at: list.terms.starts_at.map(Timestamp::ms),
            ends_at: list.terms.ends_at.map(Timestamp::ms),
            active: list.active,
        }
    }

    fn customer(&self, of: &Declared) -> customer::Model {
        customer::Model {
            organization_id: self.0.uuid(),
            id: of.id.uuid(),
            customer_key: of.key.clone(),
            customer_groups: of.customer.groups.to_json(),
            tags: of.customer.tags.to_json(),
            tax_exempt: of.customer.tax_exempt,
        }
    }

    fn stock(&self, variant: &Variant, now: Timestamp) -> Option<stock::Model> {
        let Stock::Available(units) = variant.stock else { return None };
        Some(stock::Model {
            organization_id: self.0.uuid(),
            variant_id: variant.id.uuid(),
            on_hand: units,
            declared: Some(units),
            version: 1,
            updated_at: now.ms(),
        })
    }

    fn zone(&self, zone: &Zone) -> shipping_zone::Model {
        shipping_zone::Model {
            organization_id: self.0.uuid(),
            id: zone.id.uuid(),
            name: zone.name.clone(),
            countries: zone.countries.to_json(),
            regions: zone.regions.to_json(),
            postal_codes: zone.postal.to_json(),
            rest_of_world: zone.rest_of_world,
            sort_order: zone.sort_order,
            active: true,
        }
    }

    fn rate(&self, zone: &Zone, rate: &Rate) -> shipping_rate::Model {
        shipping_rate::Model {
            organization_id: self.0.uuid(),
            id: rate.id.uuid(),
            zone_id: zone.id.uuid(),
            name: rate.name.clone(),
            description: rate.description.clone(),
            currency: rate.currency.code().to_owned(),
            charge: rate.charge.to_json(),
            handling_minor: rate.handling.raw(),
            pickup: rate.pickup.as_ref().map(Stored::to_json),
            free_from_minor: rate.free_from.map(Minor::raw),
            subtotal_min_minor: rate.subtotal_min.map(Minor::raw),
            subtotal_max_minor: rate.subtotal_max.map(Minor::raw),
            delivery_days_min: rate.delivery_days.map(|(min, _)| min),
            delivery_days_max: rate.delivery_days.map(|(_, max)| max),
            sort_order: rate.sort_order,
            active: true,
        }
    }

    fn tax(&self, priority: i32, rate: &TaxRate) -> tax_rate::Model {
        tax_rate::Model {
            organization_id: self.0.uuid(),
            id: rate.id.uuid(),
            name: rate.name.clone(),
            country: rate.country.code().to_owned(),
            region: rate.region.clone(),
            postal_codes: rate.postal.to_json(),
            tax_class: rate.class.clone(),
            rate: rate.rate.normalize().to_string(),
            on_shipping: rate.on_shipping,
            compound: rate.compound,
            priority,
            active: true,
        }
    }

    fn discount(&self, discount: &Discount) -> discount::Model {
        let (kind, rate, amount) = match &discount.effect {
            Effect::Percentage(rate) => (DiscountKind::Percentage, Some(rate.normalize().to_string()), None),
            Effect::Fixed { amount, .. } => (DiscountKind::Fixed, None, Some(amount.raw())),
            Effect::FreeShipping(_) => (DiscountKind::FreeShipping, None, None),
            Effect::BuyGet(_) => (DiscountKind::BuyGet, None, None),
        };
        discount::Model {
            organization_id: self.0.uuid(),
            id: discount.id.uuid(),
            code: discount.code.clone(),
            code_key: discount.code.as_deref().map(code_key),
            title: discount.title.clone(),
            kind,
            rate,
            amount_minor: amount,
            currency: discount.conditions.currency.map(|currency| currency.code().to_owned()),
            scope: discount.scope.to_json(),
            rule: Some(rule(discount)),
            subtotal_min_minor: discount.conditions.subtotal_min.map(Minor::raw),
            starts_at: discount.starts_at.map(Timestamp::ms),
            ends_at: discount.ends_at.map(Timestamp::ms),
            active: discount.active,
            usage_limit: discount.usage_limit,
            customer_limit: discount.customer_limit,
            combinable: discount.beside != Beside::NONE,
            priority: discount.priority,
            used: 0,
            version: 1,
        }
    }
}
