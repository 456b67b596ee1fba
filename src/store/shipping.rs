//! Zones with their rates.
//!
//! **Invariant:** two statements whatever their number; what is switched off does not exist for a storefront.

use std::collections::HashMap;

use entity::{shipping_rate, shipping_zone};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};
use uuid::Uuid;

use super::{StoreError, Tx, documents::At};
use crate::domain::{
    ids::{RateId, ZoneId},
    money::Minor,
    shipping::{Rate, Zone},
};

/// All active zones, each with its active rates, by place and then name.
pub async fn zones(tx: &Tx) -> Result<Vec<Zone>, StoreError> {
    let zones = shipping_zone::Entity::find()
        .filter(shipping_zone::Column::OrganizationId.eq(tx.org()))
        .filter(shipping_zone::Column::Active.eq(true))
        .order_by_asc(shipping_zone::Column::SortOrder)
        .order_by_asc(shipping_zone::Column::Name)
        .all(tx.db())
        .await?;
    let rates = shipping_rate::Entity::find()
        .filter(shipping_rate::Column::OrganizationId.eq(tx.org()))
        .filter(shipping_rate::Column::Active.eq(true))
        .order_by_asc(shipping_rate::Column::SortOrder)
        .order_by_asc(shipping_rate::Column::Name)
        .all(tx.db())
        .await?;
    let mut by_zone: HashMap<Uuid, Vec<Rate>> = HashMap::new();
    for row in rates {
        by_zone.entry(row.zone_id).or_default().push(rate(row)?);
    }
    zones.into_iter().map(|row| zone(&row, by_zone.remove(&row.id).unwrap_or_default())).collect()
}

fn zone(row: &shipping_zone::Model, rates: Vec<Rate>) -> Result<Zone, StoreError> {
    let at = |column| At { table: "shipping_zone", column, id: &row.id };
    Ok(Zone {
        id: ZoneId::from_uuid(row.id),
        name: row.name.clone(),
        countries: at("countries").read(&row.countries)?,
        regions: at("regions").read(&row.regions)?,
        rest_of_world: row.rest_of_world,
        sort_order: row.sort_order,
        rates,
    })
}

fn rate(row: shipping_rate::Model) -> Result<Rate, StoreError> {
    let at = |column| At { table: "shipping_rate", column, id: &row.id };
    Ok(Rate {
        id: RateId::from_uuid(row.id),
        currency: at("currency").currency(&row.currency)?,
        charge: at("charge").read(&row.charge)?,
        name: row.name,
        description: row.description,
        free_from: row.free_from_minor.map(Minor::new),
        subtotal_min: row.subtotal_min_minor.map(Minor::new),
        subtotal_max: row.subtotal_max_minor.map(Minor::new),
        delivery_days: row.delivery_days_min.zip(row.delivery_days_max),
        sort_order: row.sort_order,
    })
}
