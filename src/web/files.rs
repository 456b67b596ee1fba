//! The files of the pages, by their path in this folder.
//!
//! **Invariant:** every file of the pages is in this table; a test compares it with the folder.

macro_rules! embedded {
    ($($path:literal,)*) => { &[$(($path, include_str!($path)),)*] };
}

/// Path and text of each.
pub(super) const ALL: &[(&str, &str)] = embedded![
    "demo/app.js",
    "demo/buyer_form.js",
    "demo/cart.js",
    "demo/cart_page.js",
    "demo/changed_total.js",
    "demo/checkout.css",
    "demo/checkout_page.js",
    "demo/codes.js",
    "demo/documents.js",
    "demo/index.html",
    "demo/order_page.js",
    "demo/payment.js",
    "demo/pictures.js",
    "demo/problems.js",
    "demo/product_page.js",
    "demo/products_page.js",
    "demo/rates.js",
    "demo/shop.css",
    "demo/shop.js",
    "demo/totals.js",
    "demo/watch.js",
    "explorer/app.js",
    "explorer/complete.js",
    "explorer/curl.js",
    "explorer/docs.js",
    "explorer/editor.js",
    "explorer/explorer.css",
    "explorer/index.html",
    "explorer/schema.js",
    "explorer/steps.js",
    "explorer/tabs.js",
    "explorer/tokens.js",
    "explorer/twin.js",
    "shared/base.css",
    "shared/dom.js",
    "shared/graphql.js",
    "shared/icon.svg",
    "shared/live.js",
    "shared/not-found.html",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_has_every_file_of_the_folder() {
        let home = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src/web");
        let mut found = Vec::new();
        for folder in ["shared", "demo", "explorer"] {
            for entry in std::fs::read_dir(home.join(folder)).unwrap() {
                found.push(format!("{folder}/{}", entry.unwrap().file_name().into_string().unwrap()));
            }
        }
        found.sort();
        let mut listed: Vec<_> = ALL.iter().map(|(path, _)| (*path).to_owned()).collect();
        listed.sort();
        assert_eq!(listed, found);
    }
}
