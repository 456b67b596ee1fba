//! What is told of a file with faults.
//!
//! **Invariant:** all of it, each with its place, and nothing that should not be shown.

use super::{
    DEMO,
    fault::{Fault, lines},
    parse, read,
    tree::FILE_BYTES_MAX,
};

/// Twenty faults of all kinds; each line that has one says so.
const TWENTY: &str = r#"
[organization]
slug = "Twenty" # 1
name = " " # 2
default_currency = "USD"
currencies = ["USD", "EUR", "QQQ"] # 3
token_hours = 0 # 4
rounding_mode = "down" # 5

[payment]
live = true
publishable_key = "pk_test_x" # 6
secret_key = "sk_live_abcdef123456" # 7
webhook_secrets = "MY_SECRETS" # 8

[[products]]
slug = "pen"
description = "Writes."
title = 12 # 9
vendors = "Pens" # 10
images = [
  { url = "http://images.example.com/pen.jpg" }, # 11
]
[[products.variants]]
sku = "PEN"
prices = { USD = "1.505" } # 12
stock = -1 # 13
weight_grams = 1.5 # 14
[[products.variants]]
sku = "PEN-2"
prices = { USD = 3 } # 15
sale = { prices = { USD = "1.00" }, until = "tomorrow" } # 16

[[zones]]
name = "a/b" # 17
countries = ["UK"] # 18
rates = [{ name = "Post", currency = "USD" }] # 19

[[discounts]]
code = "TEN"
title = "Ten"
percentage = "10" # 20
"#;

#[test]
fn twenty_faults_are_told_each_with_its_line_and_path() {
    let faults = parse(TWENTY).expect_err("twenty faults");
    let marked = TWENTY.lines().zip(1..).filter(|(text, _)| text.contains(" # ")).map(|(_, line)| line);
    let found: Vec<usize> = faults.iter().map(|fault| fault.position().0).collect();
    assert_eq!(found, marked.collect::<Vec<_>>(), "{faults:#?}");
    let told = lines(&faults, "shop.toml");
    assert_eq!(told.len(), 20, "{told:#?}");
    assert_eq!(told[0], "shop.toml:3:8: organization.slug: not an organization slug");
    assert_eq!(told[9].split(": ").nth(1), Some("products[0].vendors"));
    assert_eq!(
        told[14],
        "shop.toml:31:18: products[0].variants[1].prices.USD: wants text in quotes, not a number"
    );
    assert!(told.concat().len() < 4096);
}

#[test]
fn what_is_missing_is_told_where_it_belongs_and_hides_nothing_else() {
    let faults =
        parse("[organization]\nslug = \"X\"\n[[products]]\ncolour = 1\n").expect_err("much is missing");
    let told: Vec<(usize, &str)> = faults.iter().map(|fault| (fault.position().0, fault.path())).collect();
    assert_eq!(
        told,
        [
            (1, "organization.name"),
            (1, "organization.default_currency"),
            (1, "organization.currencies"),
            (1, "payment"),
            (2, "organization.slug"),
            (3, "products[0].slug"),
            (3, "products[0].title"),
            (3, "products[0].description"),
            (3, "products[0].variants"),
            (4, "products[0].colour"),
        ]
    );
}

#[test]
fn a_key_given_by_value_is_refused_wherever_it_stands_and_never_repeated() {
    for key in ["sk_live_SHOULDNOTSHOW", "rk_test_SHOULDNOTSHOW", "whsec_SHOULDNOTSHOW", "SHOULDNOTSHOW+/="] {
        for field in
            ["secret_key = \"STRIPE_TWIN_SECRET_KEY\"", "webhook_secrets = \"STRIPE_TWIN_WEBHOOK_SECRET\""]
        {
            let (name, _) = field.split_once(" = ").unwrap();
            for written in
                [format!("{name} = \"{key}\""), format!("{name} = {key}"), format!("{key} = \"{name}\"")]
            {
                let faults = parse(&DEMO.replace(field, &written)).expect_err(&written);
                let told = lines(&faults, "shop.toml").join("\n");
                let hidden = !told.contains("SHOULDNOTSHOW") || written.starts_with(key);
                assert!(hidden && !told.contains("_SHOULDNOTSHOW"), "{written}: {told}");
            }
        }
    }
    let elsewhere = DEMO.replace("A plain T-shirt", "sk_live_SHOULDNOTSHOW");
    let faults = parse(&elsewhere).expect_err("a key in a description");
    assert_eq!(faults.iter().map(Fault::path).collect::<Vec<_>>(), ["products[0].description"]);
}

#[test]
fn a_shop_in_json_is_the_one_in_toml_with_faults_at_their_places() {
    let (value, _) = super::tree::Tree::read(DEMO).unwrap();
    let json = format!("{value:#}");
    assert_eq!(format!("{:?}", parse(&json).unwrap()), format!("{:?}", parse(DEMO).unwrap()));
    let broken = json.replace("\"TSHIRT-BLACK-M\"", "\"MUG-SET\"");
    let line = broken.lines().position(|text| text.contains("\"sku\": \"MUG-SET\"")).unwrap() + 1;
    let last = broken
        .lines()
        .enumerate()
        .filter(|(_, text)| text.contains("\"sku\": \"MUG-SET\""))
        .last()
        .unwrap()
        .0
        + 1;
    let faults = parse(&broken).expect_err("one SKU twice");
    assert_eq!(
        faults.iter().map(|fault| (fault.position().0, fault.path())).collect::<Vec<_>>(),
        [(last, "products[1].variants[0].sku")]
    );
    assert!(line < last);
}

#[test]
fn a_file_that_is_too_long_or_too_deep_is_refused_at_once() {
    let started = std::time::Instant::now();
    let long = format!("{DEMO}\n{}", "# 0123456789\n".repeat(800_000));
    assert!(long.len() > 10_000_000 && long.len() > FILE_BYTES_MAX);
    let deep = format!("x = {}{}", "[".repeat(1000), "]".repeat(1000));
    let json = format!("{}{}", "{\"a\":".repeat(1000), "}".repeat(1000));
    for text in [long, deep, json] {
        let faults = read(&text).err().unwrap();
        assert_eq!(lines(&faults, "shop.toml").len(), 1, "{faults:?}");
    }
    assert!(started.elapsed() < std::time::Duration::from_secs(5));
}

#[test]
fn what_no_database_column_takes_is_refused() {
    for (written, path) in
        [("title = \"Cotton\\u0000T-shirt\"", "products[0].title"), ("title = \"\"", "products[0].title")]
    {
        let faults = parse(&DEMO.replace("title = \"Cotton T-shirt\"", written)).expect_err(written);
        assert_eq!(faults.iter().map(Fault::path).collect::<Vec<_>>(), [path]);
    }
}
