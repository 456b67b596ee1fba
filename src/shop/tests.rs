//! What a shop file may and may not say.
//!
//! **Invariant:** each fault is found by its path, whatever else is wrong.

use std::collections::BTreeSet;

use super::{demo, fault::Fault, parse};
use crate::domain::{
    buyer::Destination,
    catalog::{Stock, Variant},
    instant::Timestamp,
    money::Minor,
    shipping::{Coverage, Parcel, coverage},
};

/// What is wrong with the organization once this is said of it.
fn said_of_organization(line: &str) -> Vec<String> {
    let text = SMALL.replacen("name = \"Small\"", &format!("name = \"Small\"\n{line}"), 1);
    parse(&text).err().into_iter().flatten().map(|fault| fault.path().to_owned()).collect()
}

#[test]
fn origins_are_spelled_as_browsers_send_them() {
    let origins = |list: &str| said_of_organization(&format!("allowed_origins = {list}"));
    assert_eq!(origins("[]"), [""; 0]);
    assert_eq!(origins("[\"https://a.example\", \"http://localhost:5173\"]"), [""; 0]);
    for wrong in ["https://a.example/", "https://A.example", "https://a.example:443", "*", "a.example"] {
        assert_eq!(
            origins(&format!("[\"https://b.example\", \"{wrong}\"]")),
            ["organization.allowed_origins[1]"],
            "{wrong}"
        );
    }
    let twice = origins("[\"https://a.example\", \"https://a.example\"]");
    assert_eq!(twice, ["organization.allowed_origins[1]"]);
    assert_eq!(said_of_organization("documents = \"trusted\""), [""; 0]);
    assert_eq!(said_of_organization("documents = \"some\""), ["organization.documents"]);
}

const SMALL: &str = r#"
[organization]
slug = "small"
name = "Small"
default_currency = "USD"
currencies = ["USD", "JPY"]

[payment]
live = false
publishable_key = "pk_test_small"
secret_key = "STRIPE_SMALL_KEY"
webhook_secrets = "STRIPE_SMALL_WEBHOOK"

[[products]]
slug = "pen"
title = "Pen"
description = "Writes."
variants = [{ sku = "PEN", prices = { USD = "1.50", JPY = "200" } }]

[[zones]]
name = "Home"
countries = ["US"]
rates = [{ name = "Post", currency = "USD", price = "1.00" }]

[[taxes]]
name = "Tax"
country = "US"
region = "TX"
rate = "0.08"

[[discounts]]
code = "TEN"
title = "Ten"
percentage = "0.1"
"#;

fn told(faults: &[Fault]) -> Vec<String> {
    faults.iter().map(Fault::told).collect()
}

/// The faults of the small shop after replacements, each of which must hit.
fn faults(replacements: &[(&str, &str)]) -> Vec<String> {
    let broken = replacements.iter().fold(SMALL.to_owned(), |text, (from, to)| {
        assert!(text.contains(from), "{from}");
        text.replace(from, to)
    });
    told(&parse(&broken).expect_err("a broken file"))
}

fn variant(sku: &str) -> Variant {
    let products = demo().unwrap().products;
    let mut all = products.into_iter().flat_map(|(_, variants)| variants);
    all.find(|variant| variant.sku.as_deref() == Some(sku)).unwrap_or_else(|| panic!("{sku}"))
}

#[test]
fn the_demo_sells_one_of_each_kind() {
    let shop = demo().unwrap();
    assert_eq!((shop.products.len(), shop.zones.len()), (12, 6));
    assert_eq!((shop.tax_rates.len(), shop.discounts.len()), (7, 18));
    let asked = |sku: &str, code: &str| {
        let price = variant(sku).price_in(code.parse().unwrap()).cloned();
        price.map(|price| price.at(Timestamp::from_ms(0)).raw())
    };
    assert_eq!(asked("TSHIRT-BLACK-M", "USD"), Some(29_99));
    assert_eq!(asked("TSHIRT-BLACK-M", "JPY"), Some(4200));
    assert_eq!(asked("MUG-SET", "USD"), Some(49_99));
    assert_eq!(asked("BACKPACK-CANVAS", "USD"), Some(59_00));
    assert_eq!(asked("CALENDAR-WALL", "EUR"), None);
    assert_eq!(asked("SAMPLE-CHAPTER", "EUR"), Some(0));
    assert_eq!(variant("TSHIRT-BLACK-M").title, "Black / M");
    assert_eq!(variant("LAMP-BRASS").stock, Stock::Available(2));
    assert_eq!(variant("BLANKET-WOOL").stock, Stock::Available(0));
    assert!(!variant("EBOOK-GUIDE").requires_shipping);
    let backpack = shop.products.iter().find(|(product, _)| product.slug == "canvas-backpack");
    assert_eq!(backpack.map(|(product, _)| product.price_min), Some(Minor::new(59_00)));
}

#[test]
fn the_demo_has_no_rate_for_a_big_cart_to_canada_and_no_zone_for_brazil() {
    let zones = demo().unwrap().zones;
    let offered = |country: &str, subtotal| {
        let destination = Destination { country: country.parse().unwrap(), region: None, postal_code: None };
        let parcel = Parcel { currency: "USD".parse().unwrap(), subtotal, weight_grams: 500, units: 1 };
        match coverage(&zones, &destination, &parcel) {
            Coverage::Uncovered => None,
            Coverage::Covered(rates) => {
                Some(rates.iter().map(|priced| priced.price.raw()).collect::<Vec<_>>())
            }
        }
    };
    assert_eq!(offered("US", Minor::new(109_97)), Some(vec![7_99, 19_99, 14_99]));
    assert_eq!(offered("US", Minor::new(150_00)), Some(vec![0, 19_99, 14_99]));
    assert_eq!(offered("DE", Minor::new(50_00)), Some(vec![11_99]));
    assert_eq!(offered("CA", Minor::new(100_00)), Some(vec![14_99]));
    assert_eq!(offered("CA", Minor::new(100_01)), Some(vec![]));
    assert_eq!(offered("BR", Minor::new(50_00)), None);
}

#[test]
fn ids_come_of_names_and_never_change() {
    let shop = demo().unwrap();
    assert_eq!(shop.organization.id.to_string(), "org_518bde45a6ae5727873dd67f5b2c7432");
    assert_eq!(variant("TSHIRT-BLACK-M").id.to_string(), "var_4f195b7badc0578bad39e12788e5bdba");
    let mut ids = BTreeSet::new();
    for (product, variants) in &shop.products {
        assert!(ids.insert(product.id.uuid()));
        assert!(variants.iter().all(|variant| ids.insert(variant.id.uuid())));
    }
    for zone in &shop.zones {
        assert!(ids.insert(zone.id.uuid()));
        assert!(zone.rates.iter().all(|rate| ids.insert(rate.id.uuid())));
    }
    assert!(shop.tax_rates.iter().all(|tax| ids.insert(tax.id.uuid())));
    assert!(shop.discounts.iter().all(|discount| ids.insert(discount.id.uuid())));
}

#[test]
fn every_fault_is_told_with_its_path() {
    let found = faults(&[
        ("slug = \"small\"", "slug = \"Small\""),
        ("STRIPE_SMALL_KEY", "sk_test_secret"),
        ("USD = \"1.50\", JPY = \"200\"", "EUR = \"1.50\", JPY = \"200.5\""),
        ("countries = [\"US\"]", "countries = [\"UK\"]"),
        ("price = \"1.00\"", "price = \"one\""),
        ("region = \"TX\"\nrate = \"0.08\"", "region = \"Texas\"\nrate = \"8\""),
        ("percentage = \"0.1\"", "amount = \"5.00\"\ncolour = 1"),
    ]);
    let expected = [
        "organization.slug: not an organization slug",
        "payment.secret_key: holds a key; write the name of the environment variable that holds it",
        "products[0].variants[0].prices: none in USD, the default currency",
        "products[0].variants[0].prices.EUR: not a currency of the organization",
        "products[0].variants[0].prices.JPY: more digits after the point than JPY has",
        "zones[0].countries[0]: not a country code of ISO 3166-1",
        "zones[0].rates[0].price: not an amount",
        "taxes[0].region: not a region code of ISO 3166-2",
        "taxes[0].rate: not a fraction such as 0.0825, of at most 6 digits",
    ];
    assert_eq!(found[..expected.len()], expected);
    let [amount, colour] = &found[expected.len()..] else { panic!("{found:?}") };
    assert_eq!(amount, "discounts[0].amount: an amount needs the discount's currency");
    assert!(colour.starts_with("discounts[0].colour: no such field; there are active, amount, "), "{colour}");
}

#[test]
fn what_must_be_there_once_is_not_taken_twice() {
    let twice = |section: &str| {
        let start = SMALL.find(&format!("[[{section}]]")).unwrap();
        let length = SMALL[start..].find("\n\n").unwrap_or(SMALL.len() - start);
        told(&parse(&format!("{SMALL}\n{}", &SMALL[start..start + length])).expect_err("a repeated entry"))
    };
    assert_eq!(
        twice("products"),
        ["products[1].slug: pen is there already", "products[1].variants[0].sku: PEN is there already"]
    );
    assert_eq!(twice("zones"), ["zones[1].name: Home is there already"]);
    assert_eq!(twice("taxes"), ["taxes[1]: US/TX/standard/Tax is there already"]);
    assert_eq!(twice("discounts"), ["discounts[1].code: TEN is there already"]);
    let rate = "{ name = \"Post\", currency = \"USD\", price = \"1.00\" }";
    let in_yen = rate.replace("USD", "JPY").replace("1.00", "100");
    let rates = format!("{rate}, {rate}, {in_yen}");
    assert_eq!(faults(&[(rate, &rates)]), ["zones[0].rates[1].name: USD/Post is there already"]);
}

#[test]
fn what_some_pay_is_refused_with_its_path() {
    let prices = "prices = { USD = \"1.50\", JPY = \"200\" }";
    let of_breaks = |breaks: &str| faults(&[(prices, &format!("{prices}, breaks = [{breaks}]"))]);
    let at = "products[0].variants[0].breaks";
    for (breaks, expected) in [
        (
            "{ from = 10, prices = { USD = \"1.20\" } }, { from = 10, prices = { JPY = \"150\" } }",
            "[1].from: 10 is there already",
        ),
        ("{ from = 1, prices = { USD = \"1.20\" } }", "[0].from: wants a number from 2 to 9999"),
        ("{ from = 2, prices = { EUR = \"1.20\" } }", "[0].prices.EUR: not a currency of the organization"),
        ("{ from = 2, prices = { USD = \"1.50\" } }", "[0].prices.USD: not below the price of fewer units"),
        (
            "{ from = 9, prices = { USD = \"1.30\" } }, { from = 5, prices = { USD = \"1.20\" } }",
            "[0].prices.USD: not below the price of fewer units",
        ),
    ] {
        assert_eq!(of_breaks(breaks), [format!("{at}{expected}")], "{breaks}");
    }
    let ten = "code = \"TEN\"";
    let lists = "[[price_lists]]\nname = \"A\"\ngroups = [\"b2b\", \"staff\"]\nstarts_at = 2030-01-02T00:00:00Z\n\
        ends_at = 2030-01-01T00:00:00Z\nprices = [{ sku = \"PEN\", prices = { USD = \"1.51\", EUR = \"1.00\" } }, \
        { sku = \"PEN\", prices = { USD = \"1.00\" } }, { sku = \"INK\", prices = {} }]\n\n[[price_lists]]\nname = \"A\"\n\n\
        [[customers]]\nemail = \"Dana@example.com\"\ngroups = [\"b2b\"]\n\n[[customers]]\nemail = \"dana@Example.com\"\n\
        tags = [\"vip\", \"vip\"]\n\n[[customers]]\nemail = \"dana\"\n\n";
    let found = faults(&[
        ("[[discounts]]", &format!("{lists}[[discounts]]")),
        (ten, &format!("{ten}\ncustomer_tags = [\"vip\", \"press\"]")),
    ]);
    assert_eq!(
        found,
        [
            "price_lists[0].groups[1]: names nothing of this file",
            "price_lists[0].ends_at: not after the start",
            "price_lists[0].prices[0].prices.USD: above the price",
            "price_lists[0].prices[0].prices.EUR: not a currency of the organization",
            "price_lists[0].prices[1]: PEN from 1 is there already",
            "price_lists[0].prices[2].sku: names nothing of this file",
            "price_lists[1].name: A is there already",
            "customers[1].email: is there already",
            "customers[1].tags[1]: vip is there already",
            "customers[2].email: not an e-mail address",
            "discounts[0].customer_tags[1]: names nothing of this file",
        ]
    );
}

#[test]
fn an_amount_is_text_of_at_most_the_digits_of_its_currency() {
    assert_eq!(
        faults(&[("\"1.50\"", "\"1.505\"")]),
        ["products[0].variants[0].prices.USD: more digits after the point than USD has"]
    );
    assert_eq!(
        faults(&[("\"1.50\"", "1.50")]),
        ["products[0].variants[0].prices.USD: wants text in quotes, not a number"]
    );
}

#[test]
fn a_text_that_is_no_toml_is_told_by_line_and_not_repeated() {
    let found = faults(&[("secret_key = \"STRIPE_SMALL_KEY\"", "secret_key = sk_test_secret")]);
    assert_eq!(found.len(), 1);
    assert!(found[0].starts_with("not TOML: ") && !found[0].contains("sk_test_secret"), "{found:?}");
}

#[test]
fn an_option_is_chosen_by_every_variant_and_by_no_two_alike() {
    let options = "options = [{ name = \"Ink\", values = [\"Blue\", \"Red\"] }]\nvariants = [";
    let of = |sku: &str, ink: &str| {
        format!("{{ sku = \"{sku}\", options = {{ {ink} }}, prices = {{ USD = \"1.00\" }} }}, ")
    };
    let variants =
        [options.to_owned(), of("A", "Ink = \"Blue\""), of("B", "Ink = \"Blue\""), of("C", "Nib = \"Fine\"")];
    assert_eq!(
        faults(&[("variants = [", &variants.concat())]),
        [
            "products[0].variants[1].options: another variant has the same",
            "products[0].variants[2].options.Ink: not one of the option's values",
            "products[0].variants[2].options.Nib: not an option of the product",
            "products[0].variants[3].options.Ink: not one of the option's values",
        ]
    );
}
