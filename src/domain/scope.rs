//! Which goods a rule is about.
//!
//! **Invariant:** a scope that names nothing is everything; one that names something covers a line when any of its
//! names does.

use super::{
    cart::{Item, Line},
    ids::{ProductId, VariantId},
};

/// Which goods a rule is about.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Scope {
    /// All variants of these products.
    pub products: Vec<ProductId>,
    /// These variants.
    pub variants: Vec<VariantId>,
    /// Products with one of these words.
    pub tags: Vec<String>,
}

impl Scope {
    /// Whether it is about everything.
    #[must_use]
    pub const fn is_all(&self) -> bool {
        self.products.is_empty() && self.variants.is_empty() && self.tags.is_empty()
    }

    /// Whether it is about this.
    #[must_use]
    pub fn covers(&self, item: &Item) -> bool {
        self.is_all()
            || self.variants.contains(&item.variant)
            || self.products.contains(&item.product)
            || self.tags.iter().any(|tag| item.tags.contains(tag))
    }

    /// The lines that it is about.
    pub fn of<'a>(&'a self, lines: &'a [Line]) -> impl Iterator<Item = &'a Line> {
        lines.iter().filter(|line| self.covers(&line.item))
    }
}
