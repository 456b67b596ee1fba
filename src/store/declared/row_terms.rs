//! What a shop file decides of a row: zones, rates, taxes.
//!
//! **Invariant:** a row that is switched off and declared again is switched on.

use entity::{shipping_rate, shipping_zone, tax_rate};
use sea_orm::JsonValue;
use uuid::Uuid;

use super::{
    difference::{Field, amount},
    name::Names,
    row::Row,
};
use crate::{domain::postal::Postal, store::stored::Stored};

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
            Field::new("postal", postal(&self.postal_codes)),
            Field::new("rest_of_world", self.rest_of_world),
            Field::new("place", self.sort_order),
            Field::new("active", self.active),
        ]
    }
    fn settle(&mut self, _: &Self) {}
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
            Field::amount("handling", Some(self.handling_minor), &self.currency),
            Field::maybe("pickup", self.pickup.as_ref()),
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
    if let Some([base, each]) = bands("per_item").map(Vec::as_slice) {
        return format!("{} and {} each", price(base), price(each));
    }
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
            Field::new("postal", postal(&self.postal_codes)),
            Field::new("compound", self.compound),
            Field::new("on_shipping", self.on_shipping),
            Field::new("place", self.priority),
            Field::new("active", self.active),
        ]
    }
    fn settle(&mut self, _: &Self) {}
    fn retired(&self) -> Option<Self> {
        self.active.then(|| Self { active: false, ..self.clone() })
    }
}

/// Patterns such as `101*, 20000..20999, not 20100`.
fn postal(stored: &JsonValue) -> String {
    let Ok(postal) = Postal::from_json(stored) else { return stored.to_string() };
    let only = postal.only.iter().map(ToString::to_string);
    let except = postal.except.iter().map(|pattern| format!("not {pattern}"));
    let told: Vec<String> = only.chain(except).collect();
    if told.is_empty() { "all".to_owned() } else { told.join(", ") }
}
