//! Zones with their rates.
//!
//! **Invariant:** one statement whatever their number; what is switched off does not exist for a storefront.

use entity::{shipping_rate, shipping_zone};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};

use super::{StoreError, Tx, documents::At};
use crate::domain::{
    ids::{RateId, ZoneId},
    money::Minor,
    shipping::{Rate, Zone},
};

/// All active zones, each with its active rates, by place and then name.
pub async fn zones(tx: &Tx) -> Result<Vec<Zone>, StoreError> {
    let rows = shipping_zone::Entity::find()
        .find_also_related(shipping_rate::Entity)
        .filter(shipping_zone::Column::OrganizationId.eq(tx.org()))
        .filter(shipping_zone::Column::Active.eq(true))
        .order_by_asc(shipping_zone::Column::SortOrder)
        .order_by_asc(shipping_zone::Column::Name)
        .order_by_asc(shipping_zone::Column::Id)
        .order_by_asc(shipping_rate::Column::SortOrder)
        .order_by_asc(shipping_rate::Column::Name)
        .all(tx.db())
        .await?;
    let mut zones: Vec<Zone> = Vec::new();
    for (row, of_zone) in rows {
        if zones.last().is_none_or(|last| last.id.uuid() != row.id) {
            zones.push(zone(&row)?);
        }
        // A zone whose rates are all switched off covers its countries all the same.
        if let (Some(of_zone), Some(zone)) = (of_zone.filter(|rate| rate.active), zones.last_mut()) {
            zone.rates.push(rate(of_zone)?);
        }
    }
    Ok(zones)
}

fn zone(row: &shipping_zone::Model) -> Result<Zone, StoreError> {
    let at = |column| At { table: "shipping_zone", column, id: &row.id };
    Ok(Zone {
        id: ZoneId::from_uuid(row.id),
        name: row.name.clone(),
        countries: at("countries").read(&row.countries)?,
        regions: at("regions").read(&row.regions)?,
        postal: at("postal_codes").read(&row.postal_codes)?,
        rest_of_world: row.rest_of_world,
        sort_order: row.sort_order,
        rates: Vec::new(),
    })
}

fn rate(row: shipping_rate::Model) -> Result<Rate, StoreError> {
    let at = |column| At { table: "shipping_rate", column, id: &row.id };
    Ok(Rate {
        id: RateId::from_uuid(row.id),
        currency: at("currency").currency(&row.currency)?,
        charge: at("charge").read(&row.charge)?,
        handling: Minor::new(row.handling_minor),
        pickup: row.pickup.as_ref().map(|pickup| at("pickup").read(pickup)).transpose()?,
        name: row.name,
        description: row.description,
        free_from: row.free_from_minor.map(Minor::new),
        subtotal_min: row.subtotal_min_minor.map(Minor::new),
        subtotal_max: row.subtotal_max_minor.map(Minor::new),
        delivery_days: row.delivery_days_min.zip(row.delivery_days_max),
        sort_order: row.sort_order,
    })
}
