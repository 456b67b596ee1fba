//! The tax table.
//!
//! **Invariant:** rates are exact: decimal text, never a float.

use entity::tax_rate;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};

use super::{StoreError, Tx, documents::At};
use crate::domain::{ids::TaxRateId, tax::TaxRate};

/// All active rates, in the order in which they are shown.
pub async fn rates(tx: &Tx) -> Result<Vec<TaxRate>, StoreError> {
    let rows = tax_rate::Entity::find()
        .filter(tax_rate::Column::OrganizationId.eq(tx.org()))
        .filter(tax_rate::Column::Active.eq(true))
        .order_by_asc(tax_rate::Column::Priority)
        .order_by_asc(tax_rate::Column::Id)
        .all(tx.db())
        .await?;
    rows.into_iter()
        .map(|row| {
            let at = |column| At { table: "tax_rate", column, id: &row.id };
            Ok(TaxRate {
                id: TaxRateId::from_uuid(row.id),
                rate: row.rate.parse().map_err(|_| at("rate").corrupt())?,
                name: row.name,
                country: row.country.parse().map_err(|_| at("country").corrupt())?,
                region: row.region,
                postal: at("postal_codes").read(&row.postal_codes)?,
                compound: row.compound,
                class: row.tax_class,
                on_shipping: row.on_shipping,
            })
        })
        .collect()
}
