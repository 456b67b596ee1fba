//! The shop file of a tenant, and everything that it leads to.

use entity::{
    customer, discount, organization, payment_account, price, price_list, product, product_tag,
    shipping_rate, shipping_zone, stock, tax_rate, variant,
};
use sea_orm::{EntityTrait, QueryOrder};

use super::Mall;

/// The demo's file without what is for some customers only, and what needs a home: stories that are about these say so
/// themselves.
pub fn plain_demo() -> String {
    let (text, _) = checkstand::shop::DEMO.split_once("# ------------------------------------------------------------------------------------------------ for customers").unwrap();
    let special = |line: &&str| !line.starts_with("trust_email") && !line.starts_with("home ");
    text.split_inclusive('\n').filter(special).collect()
}

/// The plain file, as the one that `Mall::shop` is made of.
pub fn file() -> String {
    as_shop_a(&plain_demo())
}

/// A file of the demo, for the first shop of the mall.
pub fn as_shop_a(text: &str) -> String {
    text.replace("slug = \"demo\"", "slug = \"shop-a\"")
        .replace("STRIPE_TWIN_SECRET_KEY", "STRIPE_KEY_A")
        .replace("STRIPE_TWIN_WEBHOOK_SECRET", "STRIPE_WEBHOOK_A")
}

/// The file after replacements, each of which must hit.
pub fn file_with(replacements: &[(&str, &str)]) -> String {
    replacements.iter().fold(file(), |text, (from, to)| {
        assert!(text.contains(from), "{from}");
        text.replace(from, to)
    })
}

/// A text without the blocks that hold one of these, blocks being parted by blank lines.
pub fn without(text: &str, held: &[&str]) -> String {
    let block = |block: &&str| !held.iter().any(|held| block.contains(held));
    let rest: Vec<&str> = text.split("\n\n").filter(block).collect();
    assert!(rest.len() + held.len() <= text.split("\n\n").count(), "{held:?}");
    rest.join("\n\n")
}

impl Mall {
    /// Every row that a file can lead to, as text: nothing moves unless this does.
    pub async fn declared_rows(&self) -> Vec<String> {
        let mut rows = Vec::new();
        macro_rules! add {
            ($($table:ident by $column:ident),*) => {$(
                let found = $table::Entity::find().order_by_asc($table::Column::$column).all(&self.outside).await;
                rows.extend(found.unwrap().iter().map(|row| format!("{row:?}")));
            )*};
        }
        add!(
            organization by Id, payment_account by Id, product by Id, product_tag by Tag, variant by Id, price by Id,
            stock by VariantId, shipping_zone by Id, shipping_rate by Id, tax_rate by Id, discount by Id,
            price_list by Id, customer by Id
        );
        rows.sort();
        rows
    }
}
