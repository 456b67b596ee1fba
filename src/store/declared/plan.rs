//! What is to be done to make the stored shop the declared one.
//!
//! **Invariant:** pure: it reads two sets of rows and touches nothing. An empty plan means that the two are the same.

use std::collections::HashSet;

use entity::{
    customer, discount, organization, payment_account, price, price_list, product, shipping_rate,
    shipping_zone, stock, tax_rate, variant,
};
use uuid::Uuid;

use super::{
    Change, Rows,
    difference::{Edits, Gone, compare},
    name::Names,
    stock as count,
};
use crate::domain::ids::DiscountId;

/// What the merchant chose beside the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Choice {
    /// Whether zones, rates, taxes, discounts and price lists that the file does not state are switched off.
    pub prune: bool,
    /// Whether the file's figures of stock are what was counted now.
    pub stock_take: bool,
}

/// Why a declared shop cannot be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// The default currency is another one: prices to sort by and the merchant's books are in the old one.
    DefaultCurrency {
        /// The old one.
        stays: String,
    },
    /// The limit is below the uses that there are.
    UsageLimit {
        /// Of which discount.
        discount: DiscountId,
        /// Uses by orders, and by sessions that may still pay.
        uses: i64,
    },
    /// A change between live and test while payments are under way.
    LiveMode {
        /// How many.
        payments: u64,
    },
}

/// What is to be done.
pub struct Plan {
    /// As told to the merchant.
    pub changes: Vec<Change>,
    pub(super) organization: Edits<organization::Model>,
    pub(super) account: Edits<payment_account::Model>,
    pub(super) products: Edits<product::Model>,
    pub(super) variants: Edits<variant::Model>,
    pub(super) prices: Edits<price::Model>,
    pub(super) stock: Edits<stock::Model>,
    pub(super) zones: Edits<shipping_zone::Model>,
    pub(super) rates: Edits<shipping_rate::Model>,
    pub(super) taxes: Edits<tax_rate::Model>,
    /// Those whose uses were counted under a lock, and the others, whose counter is not written.
    pub(super) counted_discounts: Edits<discount::Model>,
    pub(super) discounts: Edits<discount::Model>,
    pub(super) price_lists: Edits<price_list::Model>,
    pub(super) listed: Edits<price::Model>,
    pub(super) customers: Edits<customer::Model>,
}

impl Plan {
    /// Whether nothing is to be done.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        fn none<R>(edits: &Edits<R>) -> bool {
            edits.put.is_empty() && edits.deleted.is_empty()
        }
        none(&self.organization)
            && none(&self.account)
            && none(&self.products)
            && none(&self.variants)
            && none(&self.prices)
            && none(&self.stock)
            && none(&self.zones)
            && none(&self.rates)
            && none(&self.taxes)
            && none(&self.discounts)
            && none(&self.counted_discounts)
            && none(&self.price_lists)
            && none(&self.listed)
            && none(&self.customers)
    }
}

/// Compares a declared shop with what is stored of it.
pub fn plan(declared: Rows, stored: &Rows, choice: Choice) -> Result<Plan, Vec<Refusal>> {
    let refused = refusals(&declared, stored);
    if !refused.is_empty() {
        return Err(refused);
    }
    let names = Names::of(&[stored, &declared]);
    let mut changes = Vec::new();
    let ids: Vec<Uuid> = declared.variants.iter().map(|row| row.id).collect();
    let gone = if choice.prune { Gone::Retire } else { Gone::Keep };
    let organization =
        compare(declared.organization, &stored.organization, Gone::Keep, (&names, &mut changes));
    let account = compare(declared.account, &stored.account, Gone::Keep, (&names, &mut changes));
    let products = compare(declared.products, &stored.products, Gone::Retire, (&names, &mut changes));
    let variants = compare(declared.variants, &stored.variants, Gone::Retire, (&names, &mut changes));
    // A new variant is told once, without its prices and its count; an archived one keeps them.
    let told = changes.len();
    let stated: HashSet<&Uuid> = ids.iter().collect();
    let stays: Vec<price::Model> =
        stored.prices.iter().filter(|row| stated.contains(&row.variant_id)).cloned().collect();
    let prices = compare(declared.prices, &stays, Gone::Delete, (&names, &mut changes));
    let counts = (&stored.stock[..], &stored.held);
    let stock = count::compare((&declared.stock, &ids), counts, choice.stock_take, (&names, &mut changes));
    let there: HashSet<Uuid> = stored.variants.iter().map(|row| row.id).collect();
    let fresh: HashSet<String> =
        ids.iter().filter(|id| !there.contains(id)).map(|id| names.variant(*id)).collect();
    let of_fresh = |change: &Change| {
        let sku = change.name.rsplit_once(' ').filter(|_| change.kind == "price");
        fresh.contains(sku.map_or(change.name.as_str(), |(sku, _)| sku))
    };
    let rest: Vec<Change> = changes.drain(told..).filter(|change| !of_fresh(change)).collect();
    changes.extend(rest);
    let zones = compare(declared.zones, &stored.zones, gone, (&names, &mut changes));
    let rates = compare(declared.rates, &stored.rates, gone, (&names, &mut changes));
    let taxes = compare(declared.taxes, &stored.taxes, gone, (&names, &mut changes));
    let mut discounts = compare(declared.discounts, &stored.discounts, gone, (&names, &mut changes));
    let mut counted_discounts = Edits::default();
    (counted_discounts.put, discounts.put) =
        discounts.put.into_iter().partition(|row| stored.uses.contains_key(&row.id));
    for row in &mut counted_discounts.put {
        (row.used, row.version) = (stored.uses.get(&row.id).map_or(row.used, |uses| uses.0), row.version + 1);
    }
    let mut of_lists = Vec::new();
    let listed = listed(declared.listed, (&declared.price_lists, stored), (&names, &mut of_lists));
    let price_lists = compare(declared.price_lists, &stored.price_lists, gone, (&names, &mut changes));
    changes.append(&mut of_lists);
    let customers = compare(declared.customers, &stored.customers, Gone::Delete, (&names, &mut changes));
    Ok(Plan {
        changes,
        organization,
        account,
        products,
        variants,
        prices,
        stock,
        zones,
        rates,
        taxes,
        counted_discounts,
        discounts,
        price_lists,
        listed,
        customers,
    })
}

/// Compares the prices of lists. A new list is told once, without its prices; one that the file does not state keeps them.
fn listed(
    declared: Vec<price::Model>,
    (lists, stored): (&[price_list::Model], &Rows),
    (names, changes): (&Names, &mut Vec<Change>),
) -> Edits<price::Model> {
    let stated: HashSet<&str> = lists.iter().map(|list| list.name.as_str()).collect();
    let there: HashSet<&str> = stored.price_lists.iter().map(|list| list.name.as_str()).collect();
    let stays: Vec<price::Model> =
        stored.listed.iter().filter(|row| stated.contains(row.price_list.as_str())).cloned().collect();
    let (known, fresh) = declared.into_iter().partition(|row| there.contains(row.price_list.as_str()));
    let mut edits = compare(known, &stays, Gone::Delete, (names, changes));
    edits.put.extend::<Vec<price::Model>>(fresh);
    edits
}

fn refusals(declared: &Rows, stored: &Rows) -> Vec<Refusal> {
    let currency = |rows: &Rows| {
        let settings = rows.organization.first().map(|row| &row.settings);
        settings.and_then(|settings| settings["default_currency"].as_str().map(str::to_owned))
    };
    let mut refused = Vec::new();
    if let Some(stays) = currency(stored).filter(|stays| currency(declared).as_ref() != Some(stays)) {
        refused.push(Refusal::DefaultCurrency { stays });
    }
    if stored.payments > 0 {
        refused.push(Refusal::LiveMode { payments: stored.payments });
    }
    for row in &declared.discounts {
        let uses = stored.uses.get(&row.id).map_or(0, |(used, held)| used + held);
        if row.usage_limit.is_some_and(|limit| limit < uses) {
            refused.push(Refusal::UsageLimit { discount: DiscountId::from_uuid(row.id), uses });
        }
    }
    refused
}
