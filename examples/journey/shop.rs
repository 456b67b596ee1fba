//! The shop that is bought from: 240 products, two rates, one tax, two codes.

use std::fmt::Write;

/// Variants that lines can name; a page of 20 products is a part of them.
pub const VARIANTS: usize = 240;

/// The SKU of a variant.
pub fn sku(number: usize) -> String {
    format!("SKU-{number:03}")
}

/// The shop as a file.
pub fn file() -> String {
    let mut text = HEAD.to_owned();
    for number in 0..VARIANTS {
        let sku = sku(number);
        write!(
            text,
            r#"
[[products]]
slug = "product-{number}"
title = "Product {number}"
description = "One of many things that this shop sells."
vendor = "Journey"
category = "Things"
tags = ["things"]
images = [{{ url = "https://images.example.com/{number}.jpg", alt_text = "Product {number}", width = 800, height = 800 }}]

[[products.variants]]
sku = "{sku}"
prices = {{ USD = "{}.99" }}
stock = 900000
weight_grams = 400
"#,
            10 + number % 40
        )
        .expect("text grows");
    }
    text
}

const HEAD: &str = r#"
[organization]
slug = "journey"
name = "Journey"
default_currency = "USD"
currencies = ["USD"]

[payment]
live = false
publishable_key = "pk_test_journey"
secret_key = "STRIPE_JOURNEY_KEY"
webhook_secrets = "STRIPE_JOURNEY_WEBHOOK"

[[zones]]
name = "United States"
countries = ["US"]

[[zones.rates]]
name = "Ground"
currency = "USD"
price = "7.99"

[[zones.rates]]
name = "Express"
currency = "USD"
price = "19.99"

[[taxes]]
name = "Sales tax"
country = "US"
region = "TX"
rate = "0.0825"

[[discounts]]
code = "OPEN"
title = "For everybody"
percentage = "0.1"

[[discounts]]
code = "LIMITED"
title = "For many"
percentage = "0.1"
usage_limit = 900000
"#;
