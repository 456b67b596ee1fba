//! What a shop file decides of a discount.
//!
//! **Invariant:** how often a discount was used is no file's business.

use entity::discount;
use sea_orm::ActiveEnum;
use uuid::Uuid;

use super::{difference::Field, name::Names, row::Row};
use crate::{
    domain::{buy_get::BuyGet, scope::Scope},
    store::{documents::Rule, stored::Stored},
};

impl Row for discount::Model {
    const KIND: &'static str = "discount";
    fn key(&self) -> (Uuid, String) {
        (self.id, String::new())
    }
    fn name(&self, _: &Names) -> String {
        self.code.clone().unwrap_or_else(|| self.title.clone())
    }
    fn fields(&self, names: &Names) -> Vec<Field> {
        let currency = self.currency.as_deref().unwrap_or_default();
        let mut fields = vec![
            Field::maybe("code", self.code.as_ref()),
            Field::new("title", &self.title),
            Field::new("kind", self.kind.to_value()),
            Field::maybe("percentage", self.rate.as_ref()),
            Field::amount("amount", self.amount_minor, currency),
            Field::new(
                "goods",
                Scope::from_json(&self.scope).map_or_else(|_| self.scope.to_string(), |of| goods(&of, names)),
            ),
            Field::maybe("currency", self.currency.as_ref()),
            Field::amount("subtotal_min", self.subtotal_min_minor, currency),
            Field::instant("starts_at", self.starts_at),
            Field::instant("ends_at", self.ends_at),
            Field::new("active", self.active),
            Field::maybe("usage_limit", self.usage_limit),
            Field::maybe("customer_limit", self.customer_limit),
            Field::new("combinable", self.combinable),
            Field::new("priority", self.priority),
        ];
        let rule = self.rule.as_ref().and_then(|rule| Rule::from_json(rule).ok());
        fields.extend(rule.into_iter().flat_map(|rule| asked(&rule, names)));
        fields
    }
    fn settle(&mut self, stored: &Self) {
        self.used = stored.used;
        self.version = stored.version;
    }
    fn retired(&self) -> Option<Self> {
        self.active.then(|| Self { active: false, ..self.clone() })
    }
}

/// What it asks for beside what its row has columns for.
fn asked(rule: &Rule, names: &Names) -> Vec<Field> {
    let countries: Vec<String> = rule.countries.iter().map(ToString::to_string).collect();
    let zones = rule.freed.zones.iter().map(|id| names.zone(id.uuid()));
    let rates = rule.freed.rates.iter().map(|id| names.rate(id.uuid()));
    let beside =
        [(rule.beside.lines, "lines"), (rule.beside.order, "order"), (rule.beside.shipping, "shipping")];
    let beside: Vec<String> =
        beside.into_iter().filter(|(may, _)| *may).map(|(_, kind)| kind.to_owned()).collect();
    vec![
        Field::json("per", &rule.per.to_json()),
        Field::maybe("buy_get", rule.buy_get.as_ref().map(|deal| told(deal, names))),
        Field::new("frees", list(&zones.chain(rates).collect::<Vec<_>>())),
        Field::new("beside", list(&beside)),
        Field::maybe("quantity_min", rule.quantity_min),
        Field::new("first_order", rule.first_order),
        Field::new("email_domains", list(&rule.email_domains)),
        Field::new("countries", list(&countries)),
        Field::new("customer_tags", list(&rule.customer_tags)),
    ]
}

fn told(deal: &BuyGet, names: &Names) -> String {
    let times = deal.times_max.map(|most| format!(", {most} times at most")).unwrap_or_default();
    format!(
        "buy {} of {}, get {} off {} of {}{times}",
        deal.buy_quantity,
        goods(&deal.buy, names),
        deal.off.normalize(),
        deal.get_quantity,
        goods(&deal.get, names),
    )
}

fn goods(scope: &Scope, names: &Names) -> String {
    if scope.is_all() {
        return "all".to_owned();
    }
    let products = scope.products.iter().map(|id| names.product(id.uuid()));
    let variants = scope.variants.iter().map(|id| names.variant(id.uuid()));
    let tags = scope.tags.iter().map(|tag| format!("#{tag}"));
    list(&products.chain(variants).chain(tags).collect::<Vec<_>>())
}

fn list(all: &[String]) -> String {
    if all.is_empty() { "none".to_owned() } else { all.join(", ") }
}
