//! The rows of a shop: those that a file leads to, and those that are stored.
//!
//! **Invariant:** the number of statements does not depend on the size of the shop. The organization's row is locked
//! first, so that of two applies one waits for the other; it is a lock that lets buyers write. What buyers change, too
//! (counts, limited codes), is locked before it is compared, in the order in which a bind locks it.

use std::collections::HashMap;

use entity::{
    checkout_session, customer, discount, discount_use, hold::HoldKind, organization, payment_account, price,
    price_list, product, shipping_rate, shipping_zone, stock, tax_rate, variant,
};
use sea_orm::{
    ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect, Select,
    sea_query::LockType,
};
use uuid::Uuid;

use super::{plan::Choice, stock as count};
use crate::{
    domain::{ids::VariantId, instant::Timestamp},
    store::{
        StoreError, Tx, WriteTx, hold,
        lock::{self, Shared},
    },
};

/// The most values of a list in one statement.
const LIST_MAX: usize = 10_000;

/// All rows of a shop that a file can declare.
#[derive(Debug, Clone, Default)]
pub struct Rows {
    pub(super) organization: Vec<organization::Model>,
    pub(super) account: Vec<payment_account::Model>,
    pub(super) products: Vec<product::Model>,
    pub(super) variants: Vec<variant::Model>,
    pub(super) prices: Vec<price::Model>,
    pub(super) stock: Vec<stock::Model>,
    pub(super) zones: Vec<shipping_zone::Model>,
    pub(super) rates: Vec<shipping_rate::Model>,
    pub(super) taxes: Vec<tax_rate::Model>,
    pub(super) discounts: Vec<discount::Model>,
    pub(super) price_lists: Vec<price_list::Model>,
    /// Prices of the lists; `prices` are those of no list.
    pub(super) listed: Vec<price::Model>,
    pub(super) customers: Vec<customer::Model>,
    /// Units that sessions hold, of the counts that a file changes.
    pub(super) held: HashMap<Uuid, i64>,
    /// Uses by orders and by sessions, of the discounts whose limit a file changes.
    pub(super) uses: HashMap<Uuid, (i64, i64)>,
    /// Sessions whose payment is under way, where a file changes between live and test.
    pub(super) payments: u64,
}

/// What is stored of a shop, as far as a file bears on it.
pub async fn look_up(
    tx: &WriteTx,
    declared: &Rows,
    choice: Choice,
    now: Timestamp,
) -> Result<Rows, StoreError> {
    let organization =
        organization::Entity::find_by_id(tx.org()).lock(LockType::NoKeyUpdate).all(tx.db()).await?;
    if organization.is_empty() {
        return Ok(Rows::default());
    }
    let prices = of(tx, price::Column::OrganizationId).all(tx.db()).await?;
    let (listed, prices) = prices.into_iter().partition(|row| !row.price_list.is_empty());
    let mut stored = Rows {
        organization,
        account: of(tx, payment_account::Column::OrganizationId).all(tx.db()).await?,
        products: of(tx, product::Column::OrganizationId).all(tx.db()).await?,
        variants: of(tx, variant::Column::OrganizationId).all(tx.db()).await?,
        prices,
        listed,
        stock: of(tx, stock::Column::OrganizationId).all(tx.db()).await?,
        zones: of(tx, shipping_zone::Column::OrganizationId).all(tx.db()).await?,
        rates: of(tx, shipping_rate::Column::OrganizationId).all(tx.db()).await?,
        taxes: of(tx, tax_rate::Column::OrganizationId).all(tx.db()).await?,
        discounts: of(tx, discount::Column::OrganizationId).all(tx.db()).await?,
        price_lists: of(tx, price_list::Column::OrganizationId).all(tx.db()).await?,
        customers: of(tx, customer::Column::OrganizationId).all(tx.db()).await?,
        ..Rows::default()
    };
    stored.sort();
    lock_counts(tx, declared, &mut stored, (choice.stock_take, now)).await?;
    lock_limits(tx, declared, &mut stored, now).await?;
    let live = |rows: &Rows| rows.account.first().map(|account| account.live);
    if live(declared) != live(&stored) {
        let open = of(tx, checkout_session::Column::OrganizationId);
        stored.payments = open.filter(checkout_session::Column::SecretOut.eq(true)).count(tx.db()).await?;
    }
    Ok(stored)
}

/// All rows of the tenant in one table.
fn of<C: ColumnOf>(tx: &Tx, organization: C) -> Select<C::Entity> {
    C::Entity::find().filter(organization.eq(tx.org()))
}

/// The table of a column.
trait ColumnOf: ColumnTrait {
    type Entity: EntityTrait;
}

macro_rules! columns_of {
    ($($table:ident),*) => {$(
        impl ColumnOf for $table::Column {
            type Entity = $table::Entity;
        }
    )*};
}
columns_of!(
    payment_account,
    product,
    variant,
    price,
    stock,
    shipping_zone,
    shipping_rate,
    tax_rate,
    discount,
    price_list,
    customer,
    checkout_session
);

/// Locks the counts that a file changes, by variant, and reads them and what sessions hold of them anew.
async fn lock_counts(
    tx: &WriteTx,
    declared: &Rows,
    stored: &mut Rows,
    (stock_take, now): (bool, Timestamp),
) -> Result<(), StoreError> {
    let before: HashMap<Uuid, &stock::Model> = stored.stock.iter().map(|row| (row.variant_id, row)).collect();
    let acts = |row: &&stock::Model| count::acts(row, before.get(&row.variant_id).copied(), stock_take);
    let mut moved: Vec<Uuid> = declared.stock.iter().filter(acts).map(|row| row.variant_id).collect();
    moved.sort_unstable();
    let mut anew: HashMap<Uuid, stock::Model> = HashMap::new();
    for ids in moved.chunks(LIST_MAX) {
        let variants: Vec<VariantId> = ids.iter().copied().map(VariantId::from_uuid).collect();
        lock::lock(tx, Shared { variants: &variants, automatic: Some(&[]), ..Shared::default() }, now)
            .await?;
        let rows = of(tx, stock::Column::OrganizationId)
            .filter(stock::Column::VariantId.is_in(ids.iter().copied()))
            .all(tx.db())
            .await?;
        anew.extend(rows.into_iter().map(|row| (row.variant_id, row)));
        stored.held.extend(hold::sums(tx, HoldKind::Stock, ids, now).await?);
    }
    for row in &mut stored.stock {
        if let Some(anew) = anew.remove(&row.variant_id) {
            *row = anew;
        }
    }
    Ok(())
}

/// Locks the discounts whose limit a file changes, by id, against those who are about to use them, and counts their uses.
async fn lock_limits(
    tx: &WriteTx,
    declared: &Rows,
    stored: &mut Rows,
    now: Timestamp,
) -> Result<(), StoreError> {
    let limits: HashMap<Uuid, Option<i64>> =
        declared.discounts.iter().map(|row| (row.id, row.usage_limit)).collect();
    let limit = |id: Uuid| limits.get(&id).copied().flatten();
    let changed = stored.discounts.iter().filter(|row| {
        let declared = limit(row.id);
        declared.is_some() && declared != row.usage_limit
    });
    let mut ids: Vec<Uuid> = changed.map(|row| row.id).collect();
    ids.sort_unstable();
    for ids in ids.chunks(LIST_MAX) {
        let by_id = discount::Column::Id.is_in(ids.iter().copied());
        let rows = of(tx, discount::Column::OrganizationId).filter(by_id).order_by_asc(discount::Column::Id);
        rows.lock_exclusive().all(tx.db()).await?;
        let used: Vec<(Uuid, i64)> = discount_use::Entity::find()
            .select_only()
            .column(discount_use::Column::DiscountId)
            .column_as(discount_use::Column::Id.count(), "uses")
            .filter(discount_use::Column::OrganizationId.eq(tx.org()))
            .filter(discount_use::Column::DiscountId.is_in(ids.iter().copied()))
            .group_by(discount_use::Column::DiscountId)
            .into_tuple()
            .all(tx.db())
            .await?;
        let used: HashMap<Uuid, i64> = used.into_iter().collect();
        let held = hold::sums(tx, HoldKind::Discount, ids, now).await?;
        let count = |of: &HashMap<Uuid, i64>, id| of.get(id).copied().unwrap_or(0);
        stored.uses.extend(ids.iter().map(|id| (*id, (count(&used, id), count(&held, id)))));
    }
    Ok(())
}

impl Rows {
    /// Whether there is no such shop.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.organization.is_empty()
    }

    /// An order that does not change from one look to the next, for what is told.
    fn sort(&mut self) {
        self.products.sort_by(|a, b| a.slug.cmp(&b.slug));
        self.variants.sort_by(|a, b| a.sku.cmp(&b.sku));
        for prices in [&mut self.prices, &mut self.listed] {
            let key = |row: &price::Model| {
                (row.price_list.clone(), row.variant_id, row.currency.clone(), row.quantity_min)
            };
            prices.sort_by_cached_key(key);
        }
        self.price_lists.sort_by(|a, b| a.name.cmp(&b.name));
        self.customers.sort_by(|a, b| a.customer_key.cmp(&b.customer_key));
        self.zones.sort_by_key(|row| row.sort_order);
        self.rates.sort_by_key(|row| (row.zone_id, row.sort_order));
        self.taxes.sort_by_key(|row| (row.priority, row.id));
        self.discounts.sort_by(|a, b| a.code_key.cmp(&b.code_key));
    }
}
