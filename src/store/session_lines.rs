//! Lines of sessions, with what the shop said of each when it was last priced.
//!
//! **Invariant:** a list is replaced whole; line ids survive because the session keeps them.

use entity::checkout_line;
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter, QueryOrder};
use uuid::Uuid;

use super::{StoreError, Tx, WriteTx, documents::At, stored::Stored};
use crate::domain::{
    cart::{Item, Line},
    checkout::Session,
    ids::{LineId, ProductId, VariantId},
    money::Minor,
};

/// Lines of a session, in the order added.
pub(super) async fn find(tx: &Tx, session: Uuid) -> Result<Vec<Line>, StoreError> {
    let rows = checkout_line::Entity::find()
        .filter(checkout_line::Column::OrganizationId.eq(tx.org()))
        .filter(checkout_line::Column::SessionId.eq(session))
        .order_by_asc(checkout_line::Column::Position)
        .all(tx.db())
        .await?;
    rows.into_iter().map(line).collect()
}

fn line(row: checkout_line::Model) -> Result<Line, StoreError> {
    let at = |column| At { table: "checkout_line", column, id: &row.id };
    Ok(Line {
        id: LineId::from_uuid(row.id),
        quantity: row.quantity,
        attributes: at("attributes").read(&row.attributes)?,
        item: Item {
            variant: VariantId::from_uuid(row.variant_id),
            product: ProductId::from_uuid(row.product_id),
            image: row.image.as_ref().map(|image| at("image").read(image)).transpose()?,
            title: row.title,
            sku: row.sku,
            unit_price: Minor::new(row.unit_price_minor),
            compare_at: row.compare_at_minor.map(Minor::new),
            requires_shipping: row.requires_shipping,
            tax_class: row.tax_class,
            weight_grams: row.weight_grams,
        },
    })
}

/// Stores the lines of a session that has none.
pub(super) async fn insert(tx: &WriteTx, session: &Session) -> Result<(), StoreError> {
    if session.lines.is_empty() {
        return Ok(());
    }
    let rows = session.lines.iter().zip(0..).map(|(line, position)| checkout_line::ActiveModel {
        organization_id: Set(tx.org()),
        id: Set(line.id.uuid()),
        session_id: Set(session.id.uuid()),
        position: Set(position),
        variant_id: Set(line.item.variant.uuid()),
        product_id: Set(line.item.product.uuid()),
        title: Set(line.item.title.clone()),
        sku: Set(line.item.sku.clone()),
        image: Set(line.item.image.as_ref().map(Stored::to_json)),
        unit_price_minor: Set(line.item.unit_price.raw()),
        compare_at_minor: Set(line.item.compare_at.map(Minor::raw)),
        requires_shipping: Set(line.item.requires_shipping),
        tax_class: Set(line.item.tax_class.clone()),
        weight_grams: Set(line.item.weight_grams),
        quantity: Set(line.quantity),
        attributes: Set(line.attributes.to_json()),
    });
    checkout_line::Entity::insert_many(rows).exec_without_returning(tx.db()).await?;
    Ok(())
}

/// Replaces the lines of a session.
pub(super) async fn replace(tx: &WriteTx, session: &Session) -> Result<(), StoreError> {
    checkout_line::Entity::delete_many()
        .filter(checkout_line::Column::OrganizationId.eq(tx.org()))
        .filter(checkout_line::Column::SessionId.eq(session.id.uuid()))
        .exec(tx.db())
        .await?;
    insert(tx, session).await
}
