//! A shop file is what the database holds: applied twice it changes nothing, and an edit changes just that.

use std::fmt::Write;

use checkstand::{domain::instant::Span, store::declared::Choice};
use futures_util::future::{join, join_all};

use crate::support::{Mall, file, file_with, story, without};

const PLAIN: Choice = Choice { prune: false, stock_take: false };
const PRUNE: Choice = Choice { prune: true, stock_take: false };
const STOCK_TAKE: Choice = Choice { prune: false, stock_take: true };

/// The example of the documentation, with the keys of an account at the twin.
const TEA: &str = include_str!("../../../docs/examples/tea.toml");

/// A count behind a SKU.
async fn on_hand(mall: &Mall, sku: &str) -> i64 {
    let sql = "SELECT s.on_hand FROM stock s JOIN variant v ON v.organization_id = s.organization_id AND v.id = s.variant_id \
               WHERE v.sku = '{}'";
    mall.count(&sql.replace("{}", sku)).await
}

story! {
    async fn a_file_applied_twice_changes_nothing(mall: &Mall) {
        let told = mall.apply(&file(), PLAIN).await.unwrap();
        assert_eq!(told.last().unwrap(), "Applied: 73 new, 0 changed, 0 removed.", "{told:#?}");
        let before = mall.declared_rows().await;
        assert!(before.len() > 100, "{}", before.len());
        mall.pass(Span::from_hours(1)).await;
        for choice in [PLAIN, PRUNE, STOCK_TAKE] {
            assert_eq!(mall.apply(&file(), choice).await.unwrap(), ["Nothing changes."]);
        }
        assert_eq!(mall.declared_rows().await, before);
    }
}

story! {
    async fn a_seeded_shop_is_the_applied_one(mall: &Mall) {
        mall.shop().await;
        let before = mall.declared_rows().await;
        mall.pass(Span::from_hours(1)).await;
        assert_eq!(mall.apply(&file(), PRUNE).await.unwrap(), ["Nothing changes."]);
        assert_eq!(mall.declared_rows().await, before);
    }
}

story! {
    async fn an_edit_shows_its_plan_and_changes_exactly_that(mall: &Mall) {
        mall.apply(&file(), PLAIN).await.unwrap();
        let before = mall.declared_rows().await;
        mall.pass(Span::from_hours(1)).await;
        let edited = file_with(&[
            ("prices = { USD = \"24.00\", JPY = \"3400\" }", "prices = { USD = \"25.50\", EUR = \"22.00\" }"),
            ("title = \"Wool Blanket\"", "title = \"Lambswool Blanket\""),
            ("price = \"19.99\"", "price = \"21.00\""),
            ("rate = \"0.0725\"", "rate = \"0.0775\""),
            ("code = \"SUMMER20\"\ntitle = \"20 % off in summer\"", "code = \"SUMMER20\"\ntitle = \"Summer\\u202E\\u001B[2J\""),
            ("token_hours = 24", "token_hours = 48"),
        ]);
        let plan = [
            "~ organization shop-a: token_hours 24 -> 48",
            "~ product wool-blanket: title Wool Blanket -> Lambswool Blanket",
            "~ price CALENDAR-WALL USD: price 24.00 -> 25.50",
            "+ price CALENDAR-WALL EUR",
            "- price CALENDAR-WALL JPY",
            "~ rate United States / Express (USD): price 19.99 -> 21.00",
            "~ tax California sales tax (US-CA, standard): rate 0.0725 -> 0.0775",
            "~ discount SUMMER20: title 20 % off in summer -> Summer\\u{202e}\\u{1b}[2J",
        ];
        let sorted = |mut lines: Vec<String>| { lines.pop(); lines.sort(); lines };
        let mut expected: Vec<String> = plan.iter().map(|line| (*line).to_owned()).collect();
        expected.sort();
        let dry = mall.dry_run(&edited, PLAIN).await.unwrap();
        assert_eq!(dry.last().unwrap(), "Would be applied: 1 new, 6 changed, 1 removed. Nothing was changed.");
        assert_eq!(sorted(dry), expected);
        assert_eq!(mall.declared_rows().await, before, "a dry run writes nothing");
        let done = mall.apply(&edited, PLAIN).await.unwrap();
        assert_eq!(sorted(done), expected);
        let after = mall.declared_rows().await;
        let moved = after.iter().filter(|row| !before.contains(row)).count();
        // The product of the calendar moves, too: its range of prices follows.
        assert_eq!(moved, 8);
        assert_eq!(mall.apply(&edited, PLAIN).await.unwrap(), ["Nothing changes."]);
        mall.apply(&file(), PLAIN).await.unwrap();
        let restored = mall.declared_rows().await.len();
        assert_eq!(restored, before.len());
    }
}

story! {
    async fn what_was_sold_stays_sold_until_the_figure_changes(mall: &Mall) {
        let shop = mall.shop().await;
        let step = shop.bound(&[("LAMP-BRASS", 1), ("MUG-SET", 3)]).await;
        let payment = shop.payment_session(&step).await.good();
        shop.confirm(&payment, "pm_card_visa").await;
        shop.until(&step, "COMPLETED").await;
        assert_eq!((on_hand(mall, "LAMP-BRASS").await, on_hand(mall, "MUG-SET").await), (1, 37));

        assert_eq!(mall.apply(&file(), PLAIN).await.unwrap(), ["Nothing changes."]);
        assert_eq!((on_hand(mall, "LAMP-BRASS").await, on_hand(mall, "MUG-SET").await), (1, 37));

        let delivered = file_with(&[("stock = 40\n", "stock = 137\n")]);
        let told = mall.apply(&delivered, PLAIN).await.unwrap();
        assert_eq!(told[0], "~ stock MUG-SET: file 40 -> 137, on hand 37 -> 137");
        assert_eq!(mall.apply(&delivered, PLAIN).await.unwrap(), ["Nothing changes."]);

        let told = mall.apply(&delivered, STOCK_TAKE).await.unwrap();
        assert_eq!(told[0], "~ stock LAMP-BRASS: on hand 1 -> 2");
        assert_eq!(told.len(), 2, "{told:?}");
        assert_eq!((on_hand(mall, "LAMP-BRASS").await, on_hand(mall, "MUG-SET").await), (2, 137));

        let uncounted = delivered.replace("stock = 137\n", "");
        assert_eq!(mall.apply(&uncounted, PLAIN).await.unwrap()[0], "- stock MUG-SET");
        assert_eq!(mall.apply(&delivered, PLAIN).await.unwrap()[0], "+ stock MUG-SET");
        assert_eq!(on_hand(mall, "MUG-SET").await, 137);
    }
}

story! {
    async fn what_leaves_the_file_is_archived_or_kept_and_comes_back(mall: &Mall) {
        mall.apply(&file(), PLAIN).await.unwrap();
        let before = mall.declared_rows().await.len();
        let smaller = without(&file(), &["wool-blanket", "BLANKET-WOOL", "name = \"Japan\"", "price = \"1200\"", "\"VAT reduced\"", "\"WELCOME10\""]);
        let told = mall.apply(&smaller, PLAIN).await.unwrap();
        assert!(told.contains(&"- product wool-blanket: published true -> false".to_owned()), "{told:#?}");
        assert!(told.contains(&"- variant BLANKET-WOOL: archived false -> true".to_owned()), "{told:#?}");
        for kept in ["= zone Japan", "= rate Japan / Standard (JPY)", "= tax VAT reduced (DE, reduced)", "= discount WELCOME10"] {
            assert!(told.contains(&kept.to_owned()), "{kept} in {told:#?}");
        }
        assert!(told.contains(&"4 kept though the file does not state them; --prune switches them off.".to_owned()));
        let active = "SELECT count(*) FROM discount WHERE code = 'WELCOME10' AND active";
        assert_eq!(mall.count(active).await, 1);

        let told = mall.apply(&smaller, PRUNE).await.unwrap();
        assert!(told.contains(&"- discount WELCOME10: active true -> false".to_owned()), "{told:#?}");
        assert_eq!(told.last().unwrap(), "Applied: 0 new, 0 changed, 4 removed.");
        assert_eq!(mall.count(active).await, 0);
        assert_eq!(mall.declared_rows().await.len(), before, "no row is deleted");
        assert_eq!(mall.apply(&smaller, PRUNE).await.unwrap(), ["Nothing changes."]);

        let told = mall.apply(&file(), PLAIN).await.unwrap();
        assert!(told.contains(&"~ discount WELCOME10: active false -> true".to_owned()), "{told:#?}");
        assert!(told.contains(&"~ variant BLANKET-WOOL: archived true -> false".to_owned()), "{told:#?}");
        assert_eq!(mall.count(active).await, 1);
        assert_eq!(mall.apply(&file(), PRUNE).await.unwrap(), ["Nothing changes."]);
    }
}

story! {
    async fn two_applies_at_once_make_one_shop(mall: &Mall) {
        let file = file();
        let all = join_all((0..4).map(|_| mall.apply(&file, PLAIN))).await;
        let made = all.iter().filter(|told| told.as_ref().unwrap().len() > 1).count();
        assert_eq!(made, 1, "{all:?}");
        // Both have read before either may write, were it not for the lock.
        let edits = [("\"Wool Blanket\"", "\"Lambswool Blanket\""), ("\"Brass Desk Lamp\"", "\"Desk Lamp\"")].map(|edit| file_with(&[edit]));
        let gate = mall.gate("product").await;
        let opened = async {
            tokio::time::sleep(std::time::Duration::from_millis(300)).await;
            drop(gate);
        };
        let (all, ()) = join(join_all(edits.iter().map(|edit| mall.apply(edit, PLAIN))), opened).await;
        assert!(all.iter().all(Result::is_ok), "{all:?}");
        let last = edits.iter().map(|edit| mall.dry_run(edit, PLAIN));
        let same = join_all(last).await.into_iter().filter(|told| told.as_ref().unwrap() == &["Nothing changes."]);
        assert_eq!(same.count(), 1, "one of both is what is stored");
    }
}

story! {
    async fn another_shop_is_not_touched(mall: &Mall) {
        mall.other_shop().await;
        let before = mall.declared_rows().await;
        mall.apply(&without(&file(), &["wool-blanket", "BLANKET-WOOL"]), PRUNE).await.unwrap();
        mall.apply(&file(), PRUNE).await.unwrap();
        let after = mall.declared_rows().await;
        assert!(before.iter().all(|row| after.contains(row)));
    }
}

story! {
    async fn a_thousand_products_with_five_thousand_variants_are_applied_at_once(mall: &Mall) {
        let mut file = file();
        for product in 0..1000 {
            write!(
                file,
                "\n[[products]]\nslug = \"p-{product}\"\ntitle = \"P\"\ndescription = \"\"\ntags = [\"many\"]\n\
                 options = [{{ name = \"N\", values = [\"0\", \"1\", \"2\", \"3\", \"4\"] }}]\n"
            )
            .unwrap();
            for n in 0..5 {
                write!(
                    file,
                    "[[products.variants]]\nsku = \"P-{product}-{n}\"\noptions = {{ N = \"{n}\" }}\n\
                     prices = {{ USD = \"1.00\", EUR = \"1.00\", JPY = \"100\" }}\nstock = 5\n"
                )
                .unwrap();
            }
        }
        let started = std::time::Instant::now();
        mall.apply(&file, PLAIN).await.unwrap();
        assert_eq!(mall.count("SELECT count(*) FROM price WHERE amount_minor = 100").await, 15_000);
        assert_eq!(mall.apply(&file, STOCK_TAKE).await.unwrap(), ["Nothing changes."]);
        let told = mall.apply(&file.replace("\"1.00\"", "\"2.00\"").replace("stock = 5\n", "stock = 6\n"), PLAIN).await.unwrap();
        assert_eq!(told.last().unwrap(), "Applied: 0 new, 15000 changed, 0 removed.");
        assert!(started.elapsed() < std::time::Duration::from_mins(1), "seconds in a release, and not minutes here");
    }
}

story! {
    async fn the_example_of_the_documentation_sells(mall: &Mall) {
        let file = TEA.replace("STRIPE_TEA_SECRET_KEY", "STRIPE_KEY_A").replace("STRIPE_TEA_WEBHOOK_SECRETS", "STRIPE_WEBHOOK_A");
        let shop = mall.shop_of(&file).await;
        let step = shop.create(&[("DARJ-250", 1), ("VOUCHER", 1)]).await;
        let berlin = serde_json::json!({
            "customer": { "name": "Jo Kern", "email": "jo@example.com" },
            "shippingAddress": { "address1": "Markt 1", "city": "Berlin", "postalCode": "10115", "countryCode": "DE" },
            "discountCodes": ["ernte"]
        });
        shop.reprice(&step, berlin).await.good();
        let bound = shop.bind_again(&step).await.good();
        // 26.00 on sale and 35.00, less 2.00 each; free shipping from 60.00 of goods.
        assert_eq!(bound.grand_total(), 61_00 - 4_00);
        let payment = shop.payment_session(&step).await.good();
        shop.confirm(&payment, "pm_card_visa").await;
        shop.until(&step, "COMPLETED").await;
        assert_eq!(on_hand(mall, "DARJ-250").await, 11);
    }
}
