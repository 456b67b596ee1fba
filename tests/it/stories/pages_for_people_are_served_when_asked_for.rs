//! The demo shop and the explorer are pages, served where the settings say so, under a policy that lets nothing else in.

use checkstand::config::Config;

use crate::support::{Answer, Mall, story};

async fn get(mall: &Mall, address: &str, path: &str) -> Answer {
    mall.client.send("GET", &format!("{address}{path}"), &[], "").await
}

fn header<'a>(answer: &'a Answer, name: &str) -> &'a str {
    answer.headers.get(name).map(|value| value.to_str().unwrap()).unwrap_or_default()
}

const PAGES: [&str; 7] =
    ["/demo", "/demo/products/any", "/demo/cart", "/demo/checkout", "/demo/order", "/demo/", "/explorer"];

story! {
    async fn a_server_without_pages_has_none(mall: &Mall) {
        for path in PAGES.into_iter().chain(["/", "/web/shared/base.css", "/explorer/settings.json"]) {
            assert_eq!(get(mall, &mall.address, path).await.status, 404, "{path}");
        }
    }
}

story! {
    async fn the_demo_has_both_under_a_policy_and_every_file_that_they_name(mall: &Mall) {
        let demo = mall.server_with(Config::clone(&mall.app.config).with_demo_pages()).await;
        let root = get(mall, &demo, "/").await;
        assert_eq!((root.status, header(&root, "location")), (307, "/demo"));
        let policy = "default-src 'none'; script-src 'self' https://js.stripe.com/v3/; style-src 'self'; img-src 'self'; ";
        for path in PAGES {
            let page = get(mall, &demo, path).await;
            assert_eq!((page.status, page.content_type.as_str()), (200, "text/html; charset=utf-8"), "{path}");
            assert!(header(&page, "content-security-policy").starts_with(policy), "{page:?}");
            assert_eq!((header(&page, "x-content-type-options"), header(&page, "cache-control")), ("nosniff", "no-cache"));
            let named: Vec<_> = page.text.split('"').filter(|part| part.starts_with("/web/")).collect();
            assert!(named.len() >= 3, "{path}: {named:?}");
            for file in named {
                assert_eq!(get(mall, &demo, file).await.status, 200, "{path} names {file}");
            }
        }
        assert_eq!(get(mall, &demo, "/explorer/settings.json").await.json["demo"], true);
    }
}

story! {
    async fn a_file_that_the_browser_has_is_not_sent_again(mall: &Mall) {
        let demo = mall.server_with(Config::clone(&mall.app.config).with_demo_pages()).await;
        let first = get(mall, &demo, "/web/demo/app.js").await;
        assert_eq!((first.status, first.content_type.as_str()), (200, "text/javascript; charset=utf-8"));
        let known = [("if-none-match", header(&first, "etag"))];
        let again = mall.client.send("GET", &format!("{demo}/web/demo/app.js"), &known, "").await;
        assert_eq!((again.status, again.text.len()), (304, 0));
        let other = mall.client.send("GET", &format!("{demo}/web/demo/shop.js"), &known, "").await;
        assert_eq!(other.status, 200);
    }
}

story! {
    async fn a_wrong_address_is_answered_with_a_page_and_404(mall: &Mall) {
        let demo = mall.server_with(Config::clone(&mall.app.config).with_demo_pages()).await;
        for path in ["/demo/nowhere", "/demo/products/a/b", "/explorer/nowhere", "/web/nowhere.js", "/web/../Cargo.toml"] {
            let page = get(mall, &demo, path).await;
            assert_eq!((page.status, page.content_type.as_str()), (404, "text/html; charset=utf-8"), "{path}");
        }
    }
}

story! {
    async fn the_explorer_alone_brings_no_demo(mall: &Mall) {
        let shown = Config::from_vars([("CHECKSTAND_EXPLORER".to_owned(), "true".to_owned())]).unwrap();
        let server = mall.server_with(shown).await;
        let page = get(mall, &server, "/explorer").await;
        assert_eq!(page.status, 200);
        assert!(!header(&page, "content-security-policy").contains("stripe"), "it pays nobody");
        assert_eq!(get(mall, &server, "/explorer/settings.json").await.json["demo"], false);
        for path in ["/", "/demo", "/demo/cart"] {
            assert_eq!(get(mall, &server, path).await.status, 404, "{path}");
        }
    }
}
