//! What is bought: lines within every limit.
//!
//! **Invariant:** a line's price is the shop's; nothing a client says becomes an amount. Lines of the same variant
//! with the same attributes are one line.

use super::{
    catalog::Image,
    ids::{LineId, ProductId, VariantId},
    money::{LINES_MAX, Minor, QUANTITY_MAX},
};

/// The most attributes of a line or session.
pub const ATTRIBUTES_MAX: usize = 20;
/// The most characters of an attribute's key.
pub const ATTRIBUTE_KEY_MAX: usize = 64;
/// The most characters of an attribute's value.
pub const ATTRIBUTE_VALUE_MAX: usize = 500;

/// A key and value that the client stored; never read by the server.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Attribute {
    /// Key.
    pub key: String,
    /// Value.
    pub value: String,
}

/// What a line sells, as the shop described it when the line was last priced.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    /// The variant.
    pub variant: VariantId,
    /// Its product.
    pub product: ProductId,
    /// Product and variant name as sold.
    pub title: String,
    /// SKU as sold.
    pub sku: Option<String>,
    /// Image as sold.
    pub image: Option<Image>,
    /// Price of one unit before discounts.
    pub unit_price: Minor,
    /// Earlier or recommended price of one unit.
    pub compare_at: Option<Minor>,
    /// Whether it must be sent.
    pub requires_shipping: bool,
    /// Class of its taxes; `None` where it is not taxed.
    pub tax_class: Option<String>,
    /// Weight of one unit in grams.
    pub weight_grams: i64,
    /// Words of its product that discounts ask for.
    pub tags: Vec<String>,
}

/// One line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// Its id, kept over a replace of the list by (variant, attributes).
    pub id: LineId,
    /// What it sells.
    pub item: Item,
    /// Units, from 1 to 9,999.
    pub quantity: i64,
    /// What the client stored, sorted by key.
    pub attributes: Vec<Attribute>,
}

/// Why lines are no cart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CartError {
    /// More lines than allowed.
    #[error("more than {LINES_MAX} lines")]
    TooManyLines,
    /// A quantity outside 1 to 9,999.
    #[error("a quantity outside 1 to {QUANTITY_MAX}")]
    Quantity {
        /// Place of the line.
        line: usize,
    },
}

impl Line {
    /// Price of all units before discounts.
    #[must_use]
    pub fn subtotal(&self) -> Minor {
        self.item.unit_price.times(self.quantity)
    }

    /// Whether it is the same thing as another line would be.
    #[must_use]
    pub fn is_same(&self, variant: VariantId, attributes: &[Attribute]) -> bool {
        self.item.variant == variant && self.attributes == attributes
    }
}

/// Checks lines against every limit.
pub fn check(lines: &[Line]) -> Result<(), CartError> {
    if i64::try_from(lines.len()).is_ok_and(|count| count > LINES_MAX) {
        return Err(CartError::TooManyLines);
    }
    match lines.iter().position(|line| !(1..=QUANTITY_MAX).contains(&line.quantity)) {
        Some(line) => Err(CartError::Quantity { line }),
        None => Ok(()),
    }
}

/// Units wanted of each variant, over all lines, by variant id.
///
/// Two lines of one variant (with other attributes) want their sum: each alone may fit where both do not.
#[must_use]
pub fn demand(lines: &[Line]) -> Vec<(VariantId, i64)> {
    let mut wanted: Vec<(VariantId, i64)> = Vec::new();
    for line in lines {
        match wanted.iter_mut().find(|(variant, _)| *variant == line.item.variant) {
            Some((_, quantity)) => *quantity += line.quantity,
            None => wanted.push((line.item.variant, line.quantity)),
        }
    }
    wanted.sort_unstable_by_key(|(variant, _)| *variant);
    wanted
}

/// Whether anything must be sent.
#[must_use]
pub fn ships(lines: &[Line]) -> bool {
    lines.iter().any(|line| line.item.requires_shipping)
}

#[cfg(test)]
pub(crate) mod tests {
    use uuid::Uuid;

    use super::*;

    /// A line for tests: `n` names its variant, too.
    pub(crate) fn line(n: u128, unit_price: i64, quantity: i64) -> Line {
        Line {
            id: LineId::from_uuid(Uuid::from_u128(n)),
            item: Item {
                variant: VariantId::from_uuid(Uuid::from_u128(n)),
                product: ProductId::from_uuid(Uuid::from_u128(n)),
                title: format!("Thing {n}"),
                sku: None,
                image: None,
                unit_price: Minor::new(unit_price),
                compare_at: None,
                requires_shipping: true,
                tax_class: Some("standard".into()),
                weight_grams: 100,
                tags: Vec::new(),
            },
            quantity,
            attributes: Vec::new(),
        }
    }

    #[test]
    fn lines_beyond_a_limit_are_no_cart() {
        assert_eq!(check(&[line(1, 1, 1)]), Ok(()));
        assert_eq!(check(&vec![line(1, 1, 1); 201]), Err(CartError::TooManyLines));
        for quantity in [0, -1, QUANTITY_MAX + 1] {
            assert_eq!(check(&[line(1, 1, 1), line(2, 1, quantity)]), Err(CartError::Quantity { line: 1 }));
        }
    }

    #[test]
    fn two_lines_of_one_variant_want_their_sum() {
        let engraved =
            Line { attributes: vec![Attribute { key: "text".into(), value: "A".into() }], ..line(1, 1, 2) };
        let wanted = demand(&[line(2, 1, 1), line(1, 1, 3), engraved]);
        assert_eq!(wanted, [(line(1, 1, 1).item.variant, 5), (line(2, 1, 1).item.variant, 1)]);
    }
}
