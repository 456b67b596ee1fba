//! What a plan says of an edit: a table of edits and their lines.
//!
//! **Invariant:** pure: no database is needed to know what an edit would do.

use uuid::Uuid;

use super::{DEMO, apply::told, parse};
use crate::{
    domain::instant::Timestamp,
    store::declared::{Choice, Refusal, Rows, plan},
};

const PLAIN: Choice = Choice { prune: false, stock_take: false };
const PRUNE: Choice = Choice { prune: true, stock_take: false };

fn rows(text: &str) -> Rows {
    let mut last = 0;
    let new_id = || {
        last += 1;
        Uuid::from_u128(last)
    };
    Rows::of(&parse(text).unwrap(), Timestamp::from_ms(0), new_id)
}

/// The lines of a plan from one file to another, without the one that sums them up.
fn lines(from: &str, to: &str, choice: Choice) -> Vec<String> {
    let plan = plan(rows(to), &rows(from), choice).unwrap();
    let mut lines = told(&plan.changes, false);
    let sum = lines.pop();
    assert_eq!(plan.is_empty(), sum.as_deref() == Some("Nothing changes."), "{lines:?}");
    lines
}

#[test]
fn an_edit_is_told_in_the_words_of_the_file() {
    for (from, to, expected) in [
        ("name = \"Demo Goods\"", "name = \"Demo\"", "~ organization demo: name Demo Goods -> Demo"),
        ("uncovered = \"warn\"", "uncovered = \"refuse\"", "~ organization demo: uncovered warn -> refuse"),
        ("binding_minutes = 15", "binding_minutes = 30", "~ organization demo: binding_minutes 15 -> 30"),
        ("_SECRET_KEY\"", "_KEY\"", "~ payment stripe: secret_key STRIPE_TWIN_SECRET_KEY -> STRIPE_TWIN_KEY"),
        ("vendor = \"Northway\"\n", "", "~ product canvas-backpack: vendor Northway -> none"),
        ("weight_grams = 2100", "weight_grams = 2000", "~ variant LAMP-BRASS: weight_grams 2100 -> 2000"),
        ("stock = 25", "stock = 30", "~ stock BACKPACK-CANVAS: file 25 -> 30, on hand 25 -> 30"),
        ("stock = 25\n", "", "- stock BACKPACK-CANVAS"),
        (
            "prices = { USD = \"249.00\"",
            "prices = { USD = \"199.00\"",
            "~ price TABLE-OAK USD: price 249.00 -> 199.00",
        ),
        ("JPY = \"36000\"", "JPY = \"35000\"", "~ price TABLE-OAK JPY: price 36000 -> 35000"),
        (
            "sale = { prices = { USD = \"59.00\", EUR = \"55.00\", JPY = \"8600\" } }",
            "sale = { prices = { USD = \"59.00\", EUR = \"55.00\" } }",
            "~ price BACKPACK-CANVAS JPY: sale 8600 -> none",
        ),
        (
            "up_to_grams = 5000",
            "up_to_grams = 6000",
            "~ rate United States / Oversize (USD): price up to 5000 g 14.99, up to 15000 g 29.99, up to 40000 g 59.99 -> up to 6000 g 14.99, up to 15000 g 29.99, up to 40000 g 59.99",
        ),
        ("free_from = \"150.00\"\n", "", "~ rate United States / Ground (USD): free_from 150.00 -> none"),
        (
            "countries = [\"JP\"]",
            "countries = [\"JP\", \"KR\"]",
            "~ zone Japan: countries [\"JP\"] -> [\"JP\",\"KR\"]",
        ),
        (
            "ends_at = 2025-09-01T00:00:00Z",
            "ends_at = 2025-10-01T00:00:00Z",
            "~ discount SUMMER20: ends_at 2025-09-01T00:00:00Z -> 2025-10-01T00:00:00Z",
        ),
        ("amount = \"5.00\"", "amount = \"5.50\"", "~ discount FIVEOFF: amount 5.00 -> 5.50"),
    ] {
        assert!(DEMO.contains(from), "{from}");
        let edited = DEMO.replace(from, to);
        assert_eq!(lines(DEMO, &edited, PLAIN), [expected], "{from}");
        assert_eq!(lines(&edited, &edited, PRUNE), [""; 0], "{from}");
    }
}

#[test]
fn what_is_new_is_told_once_and_what_is_gone_by_what_becomes_of_it() {
    let pen = "\n[[products]]\nslug = \"pen\"\ntitle = \"Pen\"\ndescription = \"\"\n\
               variants = [{ sku = \"PEN\", prices = { USD = \"1.00\" }, stock = 1 }]\n";
    let more = format!("{DEMO}{pen}\n[[zones]]\nname = \"World\"\nrest_of_world = true\n");
    assert_eq!(lines(DEMO, &more, PLAIN), ["+ product pen", "+ variant PEN", "+ zone World"]);
    let archived = ["- product pen: published true -> false", "- variant PEN: archived false -> true"];
    let kept = ["= zone World", "1 kept though the file does not state them; --prune switches them off."];
    assert_eq!(lines(&more, DEMO, PLAIN), [archived, kept].concat());
    let pruned = ["- zone World: active true -> false"];
    assert_eq!(lines(&more, DEMO, PRUNE), [&archived[..], &pruned].concat());
}

#[test]
fn an_edit_of_what_some_pay_is_told_without_naming_anybody() {
    let tea = include_str!("../../docs/examples/tea.toml");
    for (from, to, expected) in [
        ("EUR = \"11.90\"", "EUR = \"11.50\"", "~ price DARJ-100 EUR/5: price 11.90 -> 11.50"),
        (", CHF = \"12.50\"", "", "- price DARJ-100 CHF/5"),
        ("EUR = \"24.00\"", "EUR = \"23.00\"", "~ price DARJ-250 EUR in Tea rooms: price 24.00 -> 23.00"),
        ("from = 3", "from = 1", "- price POT-08 EUR/3 in Tea rooms"),
        (
            "tags = [\"regular\"]",
            "tax_exempt = true",
            "~ customer f67e9dbe240b: tags [\"regular\"] -> [], tax_exempt false -> true",
        ),
        (
            "groups = [\"tea-room\"]\n\n",
            "active = false\n\n",
            "~ price list Tea rooms: groups [\"tea-room\"] -> [], active true -> false",
        ),
    ] {
        assert!(tea.contains(from), "{from}");
        let told = lines(tea, &tea.replace(from, to), PLAIN);
        assert!(told.contains(&expected.to_owned()), "{told:?}");
        assert!(!told.iter().any(|line| line.contains('@')), "{told:?}");
    }
    let (without, _) = tea.split_once("[[price_lists]]").unwrap();
    assert_eq!(lines(without, tea, PLAIN), ["+ price list Tea rooms", "+ customer f67e9dbe240b"]);
    let gone = ["= price list Tea rooms", "- customer f67e9dbe240b"];
    assert_eq!(lines(tea, without, PLAIN)[..2], gone);
    let pruned = ["- price list Tea rooms: active true -> false", "- customer f67e9dbe240b"];
    assert_eq!(lines(tea, without, PRUNE), pruned);
}

#[test]
fn another_default_currency_is_refused() {
    let yen = DEMO.replace("default_currency = \"USD\"", "default_currency = \"JPY\"");
    let refused = plan(rows(&yen), &rows(DEMO), PLAIN).err().unwrap();
    assert_eq!(refused, [Refusal::DefaultCurrency { stays: "USD".to_owned() }]);
}
