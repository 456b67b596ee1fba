//! What a shop file decides of a row: zones, rates, taxes, discounts.
//!
//! **Invariant:** a row that is switched off and declared again is switched on; how often a code was used is no file's
//! business.

use entity::{discount, shipping_rate, shipping_zone, tax_rate};
use sea_orm::{ActiveEnum, JsonValue};
use uuid::Uuid;

use super::{
    difference::{Field, amount},
    name::Names,
    row::Row,
};

impl Row for shipping_zone::Model {
    const KIND: &'static str = "zone";
    fn key(&self) -> (Uuid, String) {
        (self.id, String::new())
    }
    fn name(&self, _: &Names) -> String {
        self.name.clone()
    }
    fn fields(&self, _: &Names) -> Vec<Field> {
        vec![
            Field::json("countries", &self.countries),
            Field::json("regions", &self.regions),
            Field::new("rest_of_world", self.rest_of_world),
            Field::new("place", self.sort_order),
            Field::new("active", self.active),
        ]
    }
    fn settle(&mut self, stored: &Self) {
        self.postal_codes = stored.postal_codes.clone();
    }
    fn retired(&self) -> Option<Self> {
        self.active.then(|| Self { active: false, ..self.clone() })
    }
}

impl Row for shipping_rate::Model {
    const KIND: &'static str = "rate";
    fn key(&self) -> (Uuid, String) {
        (self.id, String::new())
    }
    fn name(&self, names: &Names) -> String {
        format!("{} / {} ({})", names.zone(self.zone_id), self.name, self.currency)
    }
    fn fields(&self, _: &Names) -> Vec<Field> {
        vec![
            Field::maybe("description", self.description.as_ref()),
            Field::new("price", charge(&self.charge, &self.currency)),
            Field::amount("free_from", self.free_from_minor, &self.currency),
            Field::amount("subtotal_min", self.subtotal_min_minor, &self.currency),
            Field::amount("subtotal_max", self.subtotal_max_minor, &self.currency),
            Field::maybe("delivery_days.min", self.delivery_days_min),
            Field::maybe("delivery_days.max", self.delivery_days_max),
            Field::new("place", self.sort_order),
            Field::new("active", self.active),
        ]
    }
    fn settle(&mut self, _: &Self) {}
    fn retired(&self) -> Option<Self> {
        self.active.then(|| Self { active: false, ..self.clone() })
    }
}

/// A price, or bands such as `up to 5000 g 14.99, …`.
fn charge(stored: &JsonValue, currency: &str) -> String {
    let bands = |measure: &str| stored.get(measure).and_then(JsonValue::as_array);
    let price = |of: &JsonValue| of.as_i64().map_or_else(|| of.to_string(), |minor| amount(minor, currency));
    let list = |bands: &Vec<JsonValue>, size: &dyn Fn(&JsonValue) -> String| {
        let told =
            bands.iter().map(|band| format!("up to {} {}", size(&band["up_to"]), price(&band["price"])));
        told.collect::<Vec<_>>().join(", ")
    };
    match (bands("by_weight"), bands("by_subtotal")) {
        (Some(bands), _) => list(bands, &|size| format!("{size} g")),
        (None, Some(bands)) => list(bands, &price),
        (None, None) => price(stored),
    }
}

impl Row for tax_rate::Model {
    const KIND: &'static str = "tax";
    fn key(&self) -> (Uuid, String) {
        (self.id, String::new())
    }
    fn name(&self, _: &Names) -> String {
        let region = self.region.as_ref().map(|region| format!("-{region}")).unwrap_or_default();
        format!("{} ({}{region}, {})", self.name, self.country, self.tax_class)
    }
    fn fields(&self, _: &Names) -> Vec<Field> {
        vec![
            Field::new("rate", &self.rate),
            Field::new("on_shipping", self.on_shipping),
            Field::new("place", self.priority),
            Field::new("active", self.active),
        ]
    }
    fn settle(&mut self, stored: &Self) {
        self.postal_codes = stored.postal_codes.clone();
        self.compound = stored.compound;
    }
    fn retired(&self) -> Option<Self> {
        self.active.then(|| Self { active: false, ..self.clone() })
    }
}

impl Row for discount::Model {
    const KIND: &'static str = "discount";
    fn key(&self) -> (Uuid, String) {
        (self.id, String::new())
    }
    fn name(&self, _: &Names) -> String {
        self.code.clone().unwrap_or_default()
    }
    fn fields(&self, _: &Names) -> Vec<Field> {
        let currency = self.currency.as_deref().unwrap_or_default();
        vec![
            Field::maybe("code", self.code.as_ref()),
            Field::new("title", &self.title),
            Field::new("kind", self.kind.to_value()),
            Field::maybe("percentage", self.rate.as_ref()),
            Field::amount("amount", self.amount_minor, currency),
            Field::maybe("currency", self.currency.as_ref()),
            Field::amount("subtotal_min", self.subtotal_min_minor, currency),
            Field::instant("starts_at", self.starts_at),
            Field::instant("ends_at", self.ends_at),
            Field::new("active", self.active),
            Field::maybe("usage_limit", self.usage_limit),
            Field::maybe("customer_limit", self.customer_limit),
            Field::new("combinable", self.combinable),
            Field::new("priority", self.priority),
        ]
    }
    fn settle(&mut self, stored: &Self) {
        self.scope = stored.scope.clone();
        self.used = stored.used;
        self.version = stored.version;
    }
    fn retired(&self) -> Option<Self> {
        self.active.then(|| Self { active: false, ..self.clone() })
    }
}
