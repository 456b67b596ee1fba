//! What a shop file decides of a row: goods.
//!
//! **Invariant:** two rows whose fields are equal are the same to a file. What no file decides (counters, instants, ids
//! of rows without a name) is taken over from the stored row, so an edit cannot reset it.

use entity::{organization, payment_account, product, variant};
use uuid::Uuid;

use super::{difference::Field, name::Names};

/// A row that a shop file declares.
pub(super) trait Row: Clone {
    /// What it is called in a plan.
    const KIND: &'static str;
    /// What makes a declared row and a stored one the same: an id, and where that is not enough a name.
    fn key(&self) -> (Uuid, String);
    /// How the merchant knows it.
    fn name(&self, names: &Names) -> String;
    /// Everything that a file decides.
    fn fields(&self, names: &Names) -> Vec<Field>;
    /// Takes over what no file decides.
    fn settle(&mut self, stored: &Self);
    /// As no longer offered; `None` where it is so already, and of what is never taken away.
    fn retired(&self) -> Option<Self>;
}

impl Row for organization::Model {
    const KIND: &'static str = "organization";
    fn key(&self) -> (Uuid, String) {
        (self.id, String::new())
    }
    fn name(&self, _: &Names) -> String {
        self.slug.clone()
    }
    fn fields(&self, _: &Names) -> Vec<Field> {
        let settings =
            self.settings.as_object().into_iter().flatten().map(|(name, value)| match name.as_str() {
                "token_lifetime" => Field::new("token_hours", value.as_i64().unwrap_or_default() / 3_600_000),
                "binding_lifetime" => {
                    Field::new("binding_minutes", value.as_i64().unwrap_or_default() / 60_000)
                }
                _ => Field::json(name, value),
            });
        std::iter::once(Field::new("name", &self.name)).chain(settings).collect()
    }
    fn settle(&mut self, stored: &Self) {
        self.suspended = stored.suspended;
        self.terms_version = stored.terms_version;
        self.documents_version = stored.documents_version;
        self.created_at = stored.created_at;
    }
    fn retired(&self) -> Option<Self> {
        None
    }
}

impl Row for payment_account::Model {
    const KIND: &'static str = "payment";
    fn key(&self) -> (Uuid, String) {
        (Uuid::nil(), self.provider.clone())
    }
    fn name(&self, _: &Names) -> String {
        self.provider.clone()
    }
    fn fields(&self, _: &Names) -> Vec<Field> {
        vec![
            Field::new("live", self.live),
            Field::new("publishable_key", &self.publishable_key),
            Field::new("secret_key", &self.secret_key_ref),
            Field::new("webhook_secrets", &self.webhook_secret_ref),
        ]
    }
    fn settle(&mut self, stored: &Self) {
        *self = Self {
            live: self.live,
            publishable_key: self.publishable_key.clone(),
            secret_key_ref: self.secret_key_ref.clone(),
            webhook_secret_ref: self.webhook_secret_ref.clone(),
            ..stored.clone()
        };
    }
    fn retired(&self) -> Option<Self> {
        None
    }
}

impl Row for product::Model {
    const KIND: &'static str = "product";
    fn key(&self) -> (Uuid, String) {
        (self.id, String::new())
    }
    fn name(&self, _: &Names) -> String {
        self.slug.clone()
    }
    fn fields(&self, _: &Names) -> Vec<Field> {
        vec![
            Field::new("title", &self.title),
            Field::new("description", &self.description),
            Field::maybe("vendor", self.vendor.as_ref()),
            Field::maybe("category", self.category.as_ref()),
            Field::json("tags", &self.tags),
            Field::json("images", &self.images),
            Field::json("options", &self.options),
            Field::new("published", self.published),
            // These follow from others, which are shown.
            Field::hidden("price_min", self.price_min_minor),
            Field::hidden("price_max", self.price_max_minor),
            Field::hidden("search_text", &self.search_text),
        ]
    }
    fn settle(&mut self, stored: &Self) {
        self.created_at = stored.created_at;
    }
    fn retired(&self) -> Option<Self> {
        self.published.then(|| Self { published: false, ..self.clone() })
    }
}

impl Row for variant::Model {
    const KIND: &'static str = "variant";
    fn key(&self) -> (Uuid, String) {
        (self.id, String::new())
    }
    fn name(&self, names: &Names) -> String {
        names.variant(self.id)
    }
    fn fields(&self, names: &Names) -> Vec<Field> {
        vec![
            Field::new("product", names.product(self.product_id)),
            Field::json("options", &self.selected_options),
            Field::hidden("title", &self.title),
            Field::maybe("image", self.image.as_ref()),
            Field::new("requires_shipping", self.requires_shipping),
            Field::new("taxable", self.taxable),
            Field::new("tax_class", &self.tax_class),
            Field::new("weight_grams", self.weight_grams),
            Field::new("place", self.position),
            Field::new("archived", self.archived),
        ]
    }
    fn settle(&mut self, stored: &Self) {
        self.created_at = stored.created_at;
    }
    fn retired(&self) -> Option<Self> {
        (!self.archived).then(|| Self { archived: true, ..self.clone() })
    }
}
