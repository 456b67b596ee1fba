//! Products, their variants and prices.
//!
//! **Invariant:** each variant has a price in the default currency and is told from its siblings by its options.

use std::collections::BTreeSet;

use super::{
    file::{Amounts, ImageEntry, OptionEntry, ProductEntry, VariantEntry},
    file_prices::BreakEntry,
    reading::Reading,
};
use crate::domain::{
    catalog::{Image, Product, ProductOption, SelectedOption, Stock, Variant},
    currency::Currency,
    ids::{ProductId, VariantId},
    instant::Timestamp,
    money::Minor,
    price::{Price, Sale, Tier},
    tenant::Slug,
};

/// The products.
pub(super) fn products(reading: &mut Reading, entries: Vec<ProductEntry>) -> Vec<(Product, Vec<Variant>)> {
    let (mut slugs, mut skus) = (BTreeSet::new(), BTreeSet::new());
    let mut found = Vec::new();
    for (place, entry) in entries.into_iter().enumerate() {
        let path = format!("products[{place}]");
        reading.once(&mut slugs, &format!("{path}.slug"), &entry.slug);
        for (place, variant) in entry.variants.iter().enumerate() {
            reading.once(&mut skus, &format!("{path}.variants[{place}].sku"), &variant.sku);
        }
        found.extend(product(reading, &path, entry));
    }
    found
}

fn product(reading: &mut Reading, path: &str, entry: ProductEntry) -> Option<(Product, Vec<Variant>)> {
    let slug: Option<Slug> =
        reading.taken(&format!("{path}.slug"), entry.slug.parse().map_err(|_| "no slug"));
    let title = reading.text(&format!("{path}.title"), entry.title);
    let mut tags = BTreeSet::new();
    for (place, tag) in entry.tags.iter().enumerate() {
        reading.once(&mut tags, &format!("{path}.tags[{place}]"), tag);
    }
    let images: Vec<Option<Image>> = (0..)
        .zip(entry.images)
        .map(|(place, image)| self::image(reading, &format!("{path}.images[{place}]"), image))
        .collect();
    let options = options(reading, path, entry.options);
    let id = ProductId::from_uuid(reading.id(&format!("product/{}", entry.slug)));
    let variants = variants(reading, path, (id, &options), entry.variants)?;
    let asked = variants.iter().filter_map(|variant| standing_price(reading, variant));
    let (price_min, price_max) = (asked.clone().min(), asked.max());
    let product = Product {
        id,
        slug: slug?.to_string(),
        title: title?,
        description: entry.description.trim().to_owned(),
        vendor: entry.vendor,
        category: entry.category,
        tags: entry.tags,
        images: images.into_iter().collect::<Option<_>>()?,
        options,
        price_min: price_min?,
        price_max: price_max?,
        published: entry.published,
        updated_at: Timestamp::default(),
    };
    Some((product, variants))
}

/// What is asked in the default currency at any time: a sale counts where it has neither start nor end.
fn standing_price(reading: &Reading, variant: &Variant) -> Option<Minor> {
    let price = variant.price_in(reading.settings.as_ref()?.default_currency)?;
    let sale = price.sale.as_ref().filter(|sale| sale.from.is_none() && sale.until.is_none());
    Some(sale.map_or(price.list, |sale| sale.price))
}

fn image(reading: &mut Reading, path: &str, entry: ImageEntry) -> Option<Image> {
    let safe = entry.url.starts_with("https://");
    let url = safe.then_some(entry.url).ok_or("not an address that starts with https://");
    Some(Image {
        url: reading.taken(&format!("{path}.url"), url)?,
        alt_text: entry.alt_text,
        width: entry.width.map(i32::from),
        height: entry.height.map(i32::from),
    })
}

fn options(reading: &mut Reading, path: &str, entries: Vec<OptionEntry>) -> Vec<ProductOption> {
    let mut names = BTreeSet::new();
    for (place, option) in entries.iter().enumerate() {
        let path = format!("{path}.options[{place}]");
        reading.once(&mut names, &format!("{path}.name"), &option.name);
        let mut values = BTreeSet::new();
        for (place, value) in option.values.iter().enumerate() {
            reading.once(&mut values, &format!("{path}.values[{place}]"), value);
        }
    }
    entries.into_iter().map(|entry| ProductOption { name: entry.name, values: entry.values }).collect()
}

fn variants(
    reading: &mut Reading,
    path: &str,
    product: (ProductId, &[ProductOption]),
    entries: Vec<VariantEntry>,
) -> Option<Vec<Variant>> {
    if entries.is_empty() {
        reading.fault(&format!("{path}.variants"), "at least one");
        return None;
    }
    let mut titles = BTreeSet::new();
    let mut found = Vec::new();
    for (place, entry) in entries.into_iter().enumerate() {
        let path = format!("{path}.variants[{place}]");
        let variant = variant(reading, &path, product, entry);
        if let Some(variant) = &variant
            && !titles.insert(variant.title.clone())
        {
            reading.fault(&format!("{path}.options"), "another variant has the same");
        }
        found.push(variant);
    }
    found.into_iter().collect()
}

fn variant(
    reading: &mut Reading,
    path: &str,
    (product, options): (ProductId, &[ProductOption]),
    mut entry: VariantEntry,
) -> Option<Variant> {
    let prices = prices(reading, path, &mut entry);
    let prices = prices.and_then(|prices| breaks(reading, path, prices, &entry.breaks));
    let selected_options = selected(reading, &format!("{path}.options"), options, &entry);
    let image =
        reading.maybe(entry.image, |reading, image| self::image(reading, &format!("{path}.image"), image));
    let tax_class = reading.part(&format!("{path}.tax_class"), entry.tax_class);
    let sku = reading.text(&format!("{path}.sku"), entry.sku)?;
    let selected_options = selected_options?;
    let values: Vec<&str> = selected_options.iter().map(|option| option.value.as_str()).collect();
    Some(Variant {
        id: VariantId::from_uuid(reading.id(&format!("variant/{sku}"))),
        product,
        sku: Some(sku),
        title: values.join(" / "),
        selected_options,
        image: image?,
        prices: prices?,
        stock: entry.stock.map_or(Stock::Untracked, |units| Stock::Available(i64::from(units))),
        requires_shipping: entry.requires_shipping,
        taxable: entry.taxable,
        tax_class: tax_class?,
        weight_grams: i64::from(entry.weight_grams),
        archived: entry.archived,
    })
}

/// One value for each option of the product, in the product's order.
fn selected(
    reading: &mut Reading,
    path: &str,
    options: &[ProductOption],
    entry: &VariantEntry,
) -> Option<Vec<SelectedOption>> {
    for name in entry.options.keys().filter(|name| !options.iter().any(|option| option.name == **name)) {
        reading.fault(&format!("{path}.{name}"), "not an option of the product");
    }
    let mut chosen = Vec::new();
    for option in options {
        let value = entry.options.get(&option.name).filter(|value| option.values.contains(value));
        let value = value.cloned().ok_or("not one of the option's values");
        let value = reading.taken(&format!("{path}.{}", option.name), value);
        chosen.push(value.map(|value| SelectedOption { name: option.name.clone(), value }));
    }
    chosen.into_iter().collect()
}

fn prices(reading: &mut Reading, path: &str, entry: &mut VariantEntry) -> Option<Vec<Price>> {
    let default = reading.settings.as_ref().map(|settings| settings.default_currency);
    if let Some(default) = default.filter(|default| !entry.prices.contains_key(default.code())) {
        reading.fault(&format!("{path}.prices"), format_args!("none in {default}, the default currency"));
    }
    let (mut on_sale, window) = match entry.sale.take() {
        None => (Amounts::new(), Some((None, None))),
        Some(sale) => {
            let paths = (format!("{path}.sale.from"), format!("{path}.sale.until"));
            (sale.prices, reading.window((&paths.0, &paths.1), (sale.from, sale.until)))
        }
    };
    let mut found = Vec::new();
    for (code, written) in &entry.prices {
        let (sale, compare_at) = (on_sale.remove(code), entry.compare_at.remove(code));
        found.push(price(reading, path, (code, written), (compare_at, sale)));
    }
    let left = entry.compare_at.keys().map(|code| ("compare_at", code));
    for (of, code) in left.chain(on_sale.keys().map(|code| ("sale.prices", code))) {
        reading.fault(&format!("{path}.{of}.{code}"), "without a price in this currency");
    }
    let (from, until) = window?;
    let in_window =
        |price: Price| Price { sale: price.sale.map(|sale| Sale { from, until, ..sale }), ..price };
    found.into_iter().map(|price| price.map(in_window)).collect()
}

fn price(
    reading: &mut Reading,
    path: &str,
    (code, written): (&str, &str),
    (compare_at, sale): (Option<String>, Option<String>),
) -> Option<Price> {
    let paths = ["prices", "compare_at", "sale.prices"].map(|of| format!("{path}.{of}.{code}"));
    let currency = reading.currency(&paths[0], code)?;
    let list = reading.amount(&paths[0], written, currency);
    let compare_at = reading.maybe(compare_at, |reading, text| reading.amount(&paths[1], &text, currency));
    let sale = reading.maybe(sale, |reading, text| reading.amount(&paths[2], &text, currency));
    let (list, compare_at, sale) = (list?, compare_at?, sale?);
    if compare_at.is_some_and(|compare_at| compare_at < list) {
        reading.fault(&paths[1], "below the price");
    }
    if sale.is_some_and(|sale| sale >= list) {
        reading.fault(&paths[2], "not below the price");
    }
    Some(Price {
        currency,
        list,
        compare_at,
        sale: sale.map(|price| Sale { price, from: None, until: None }),
        tiers: Vec::new(),
    })
}

/// Prices with their quantity breaks: each quantity once, and the more units the lower the price.
fn breaks(
    reading: &mut Reading,
    path: &str,
    mut prices: Vec<Price>,
    entries: &[BreakEntry],
) -> Option<Vec<Price>> {
    let mut seen = BTreeSet::new();
    let mut rising: Vec<(usize, &BreakEntry)> = entries.iter().enumerate().collect();
    for (place, entry) in &rising {
        reading.once(&mut seen, &format!("{path}.breaks[{place}].from"), &entry.from.to_string());
    }
    rising.sort_by_key(|(_, entry)| entry.from);
    let mut read = Vec::new();
    for (place, entry) in rising {
        for (code, written) in &entry.prices {
            let path = format!("{path}.breaks[{place}].prices.{code}");
            read.push(tier(reading, &path, &mut prices, (code, written, entry.from)));
        }
    }
    read.into_iter().collect::<Option<Vec<()>>>()?;
    Some(prices)
}

fn tier(
    reading: &mut Reading,
    path: &str,
    prices: &mut [Price],
    (code, written, from): (&str, &str, u16),
) -> Option<()> {
    let currency: Currency = reading.currency(path, code)?;
    let amount = reading.amount(path, written, currency)?;
    let price = prices.iter_mut().find(|price| price.currency == currency);
    let price = reading.taken(path, price.ok_or("without a price in this currency"))?;
    let fewer = price.tiers.last().map_or(price.list, |tier| tier.price);
    let lower = amount < fewer;
    reading.taken(path, lower.then_some(()).ok_or("not below the price of fewer units"))?;
    price.tiers.push(Tier { quantity_min: from.into(), price: amount, list: None });
    Some(())
}
