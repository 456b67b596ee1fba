//! What a shop file decides of a row: prices, price lists, customers.
//!
//! **Invariant:** a customer is told by the first digits of a digest: a plan is shown and kept, and names nobody.

use entity::{customer, price, price_list};
use uuid::Uuid;

use super::{difference::Field, name::Names, row::Row};

/// The digits of a digest that a plan shows.
const SHOWN: usize = 12;

impl Row for price::Model {
    const KIND: &'static str = "price";
    fn key(&self) -> (Uuid, String) {
        (self.variant_id, format!("{}/{}/{}", self.currency, self.quantity_min, self.price_list))
    }
    fn name(&self, names: &Names) -> String {
        let from = if self.quantity_min == 1 { String::new() } else { format!("/{}", self.quantity_min) };
        let list =
            if self.price_list.is_empty() { String::new() } else { format!(" in {}", self.price_list) };
        format!("{} {}{from}{list}", names.variant(self.variant_id), self.currency)
    }
    fn fields(&self, _: &Names) -> Vec<Field> {
        vec![
            Field::amount("price", Some(self.amount_minor), &self.currency),
            Field::amount("compare_at", self.compare_at_minor, &self.currency),
            Field::amount("sale", self.sale_minor, &self.currency),
            Field::instant("sale.from", self.sale_starts_at),
            Field::instant("sale.until", self.sale_ends_at),
        ]
    }
    fn settle(&mut self, stored: &Self) {
        self.id = stored.id;
    }
    fn retired(&self) -> Option<Self> {
        None
    }
}

impl Row for price_list::Model {
    const KIND: &'static str = "price list";
    fn key(&self) -> (Uuid, String) {
        (self.id, String::new())
    }
    fn name(&self, _: &Names) -> String {
        self.name.clone()
    }
    fn fields(&self, _: &Names) -> Vec<Field> {
        vec![
            Field::json("groups", &self.customer_groups),
            Field::instant("starts_at", self.starts_at),
            Field::instant("ends_at", self.ends_at),
            Field::new("active", self.active),
        ]
    }
    fn settle(&mut self, _: &Self) {}
    fn retired(&self) -> Option<Self> {
        self.active.then(|| Self { active: false, ..self.clone() })
    }
}

impl Row for customer::Model {
    const KIND: &'static str = "customer";
    fn key(&self) -> (Uuid, String) {
        (self.id, String::new())
    }
    fn name(&self, _: &Names) -> String {
        self.customer_key.chars().take(SHOWN).collect()
    }
    fn fields(&self, _: &Names) -> Vec<Field> {
        vec![
            Field::json("groups", &self.customer_groups),
            Field::json("tags", &self.tags),
            Field::new("tax_exempt", self.tax_exempt),
        ]
    }
    fn settle(&mut self, _: &Self) {}
    fn retired(&self) -> Option<Self> {
        None
    }
}
