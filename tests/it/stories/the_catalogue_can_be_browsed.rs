//! All that is for sale can be found, page by page, and nothing else.

use serde_json::{Value, json};

use crate::support::{Answer, Mall, Shop, story};

/// The arguments of a page of products, with their types.
const ARGUMENTS: [(&str, &str); 7] = [
    ("first", "Int"),
    ("after", "String"),
    ("last", "Int"),
    ("before", "String"),
    ("sortBy", "ProductSort"),
    ("query", "String"),
    ("filter", "ProductFilterInput"),
];
const ORDERS: [&str; 5] = ["RELEVANCE", "TITLE", "PRICE_ASC", "PRICE_DESC", "NEWEST"];

/// A page of products by these arguments.
async fn page(shop: &Shop<'_>, given: Value) -> Answer {
    let used = || ARGUMENTS.iter().filter(|(name, _)| given.get(name).is_some());
    let declared: Vec<String> = used().map(|(name, ty)| format!("${name}: {ty}")).collect();
    let passed: Vec<String> = used().map(|(name, _)| format!("{name}: ${name}")).collect();
    let fields = "totalCount pageInfo { hasNextPage hasPreviousPage startCursor endCursor } edges { cursor } \
        nodes { slug title priceRange { min { amountMinor } max { amountMinor } } }";
    let within =
        |parts: Vec<String>| if parts.is_empty() { String::new() } else { format!("({})", parts.join(", ")) };
    shop.graphql(&format!("query{} {{ products{} {{ {fields} }} }}", within(declared), within(passed)), given)
        .await
}

fn slugs(page: &Answer) -> Vec<String> {
    page["nodes"].as_array().unwrap().iter().map(|node| node["slug"].as_str().unwrap().to_owned()).collect()
}

/// All products in an order, in pages of this size, from the front or from the back.
async fn walk(shop: &Shop<'_>, sort: &str, size: i32, backward: bool) -> Vec<String> {
    let (count, cursor, more, at) = if backward {
        ("last", "before", "hasPreviousPage", "startCursor")
    } else {
        ("first", "after", "hasNextPage", "endCursor")
    };
    let (mut all, mut place) = (Vec::new(), Value::Null);
    loop {
        let page = page(shop, json!({ "sortBy": sort, count: size, cursor: place })).await;
        let found = slugs(&page);
        assert!(found.len() <= usize::try_from(size).unwrap());
        all = if backward { [found, all].concat() } else { [all, found].concat() };
        if page["pageInfo"][more] == false {
            return all;
        }
        place = page["pageInfo"][at].clone();
    }
}

async fn found(shop: &Shop<'_>, query: &str, filter: Value) -> Vec<String> {
    let page = page(shop, json!({ "first": 100, "query": query, "filter": filter, "sortBy": "TITLE" })).await;
    assert_eq!(page["totalCount"], slugs(&page).len());
    slugs(&page)
}

story! {
    async fn pages_have_neither_gap_nor_repeat_in_any_order(mall: &Mall) {
        let shop = mall.shop().await;
        mall.other_shop().await;
        mall.tamper("UPDATE product SET title = 'Twin', created_at = 1, price_min_minor = 1, price_max_minor = 1 WHERE price_min_minor < 3000").await;
        let mut sets = Vec::new();
        for sort in ORDERS {
            let whole = page(&shop, json!({ "first": 100, "sortBy": sort })).await;
            let all = slugs(&whole);
            assert_eq!((all.len(), &whole["totalCount"]), (12, &json!(12)));
            for size in [1, 5, 12, 13] {
                assert_eq!(walk(&shop, sort, size, false).await, all, "{sort} by {size}");
                assert_eq!(walk(&shop, sort, size, true).await, all, "{sort} by {size} from the end");
            }
            let mut set = all;
            set.sort();
            sets.push(set);
        }
        sets.dedup();
        assert_eq!(sets.len(), 1);
    }
}

story! {
    async fn each_order_is_what_it_says(mall: &Mall) {
        let shop = mall.shop().await;
        let sorted = async |sort: &str| page(&shop, json!({ "first": 100, "sortBy": sort })).await;
        let prices = |page: &Answer, end: &str| -> Vec<i64> {
            page["nodes"]
                .as_array()
                .unwrap()
                .iter()
                .map(|node| node["priceRange"][end]["amountMinor"].as_i64().unwrap())
                .collect()
        };
        assert!(prices(&sorted("PRICE_ASC").await, "min").is_sorted());
        assert!(prices(&sorted("PRICE_DESC").await, "max").is_sorted_by(|a, b| a >= b));
        let titles = sorted("TITLE").await;
        let titles: Vec<&str> =
            titles["nodes"].as_array().unwrap().iter().map(|node| node["title"].as_str().unwrap()).collect();
        assert!(titles.is_sorted(), "{titles:?}");
    }
}

story! {
    async fn a_page_between_two_edges_says_what_is_beside_it(mall: &Mall) {
        let shop = mall.shop().await;
        let all = page(&shop, json!({ "first": 12, "sortBy": "TITLE" })).await;
        let cursor = |place: usize| all["edges"][place]["cursor"].clone();
        let middle = page(&shop, json!({ "first": 3, "sortBy": "TITLE", "after": cursor(4) })).await;
        assert_eq!(slugs(&middle), slugs(&all)[5..8]);
        let info = &middle["pageInfo"];
        assert_eq!((&info["startCursor"], &info["endCursor"]), (&cursor(5), &cursor(7)));
        assert_eq!((&info["hasNextPage"], &info["hasPreviousPage"]), (&json!(true), &json!(true)));
        let between =
            page(&shop, json!({ "first": 100, "sortBy": "TITLE", "after": cursor(4), "before": cursor(7) }))
                .await;
        assert_eq!(slugs(&between), slugs(&all)[5..7]);
        let end = page(&shop, json!({ "first": 5, "sortBy": "TITLE", "after": cursor(11) })).await;
        assert_eq!(
            (slugs(&end).len(), &end["totalCount"], &end["pageInfo"]["endCursor"]),
            (0, &json!(12), &Value::Null)
        );
    }
}

story! {
    async fn words_are_looked_for_in_all_that_is_said(mall: &Mall) {
        let shop = mall.shop().await;
        let rows = [
            ("coffee", 4),
            ("COFFEE beans", 1),
            ("lamp brass", 1),
            ("LAMP-BRASS", 1),
            ("corner roastery", 3),
            ("g/m²", 1),
            ("nothing-like-it", 0),
            ("%", 0),
            ("_", 0),
            ("\\", 0),
            ("' OR 1=1 --", 0),
            ("   ", 12),
        ];
        for (query, count) in rows {
            let slugs = found(&shop, query, Value::Null).await;
            assert_eq!(slugs.len(), count, "{query}: {slugs:?}");
        }
    }
}

story! {
    async fn filters_narrow_together(mall: &Mall) {
        let shop = mall.shop().await;
        let rows = [
            (json!({ "tags": ["digital"] }), 3),
            (json!({ "tags": ["digital", "wool"] }), 4),
            (json!({ "tags": [] }), 0),
            (json!({ "tags": ["digital"], "vendor": "Corner Roastery" }), 2),
            (json!({ "vendor": "corner roastery" }), 0),
            (json!({ "category": "Home" }), 2),
            (json!({ "category": "Home", "availableForSale": true }), 1),
            (json!({ "availableForSale": false }), 1),
            (json!({ "minPrice": "119.00" }), 2),
            (json!({ "maxPrice": "0.30" }), 2),
            (json!({ "minPrice": "30", "maxPrice": 50 }), 2),
            (json!({ "minPrice": "50", "maxPrice": "30" }), 0),
            (json!({ "minPrice": "-1", "maxPrice": "79228162514264337593543950335" }), 12),
        ];
        for (filter, count) in rows {
            let slugs = found(&shop, "", filter.clone()).await;
            assert_eq!(slugs.len(), count, "{filter}: {slugs:?}");
        }
    }
}

const PRODUCT: &str = "query($by: ProductByInput!) { product(by: $by) { id slug title variants(first: 3) { totalCount pageInfo { hasNextPage endCursor } nodes { id sku product { slug } } } } }";
const VARIANT: &str = "query($by: ProductVariantByInput!) { productVariant(by: $by) { id sku title price { amountMinor } prices { currency amount } \
    compareAtPrice { amountMinor } availableForSale quantityAvailable product { slug } } }";

story! {
    async fn a_product_is_found_by_slug_by_id_and_as_a_node(mall: &Mall) {
        let shop = mall.shop().await;
        let by_slug = shop.graphql(PRODUCT, json!({ "by": { "slug": "cotton-t-shirt" } })).await;
        let by_id = shop.graphql(PRODUCT, json!({ "by": { "id": by_slug["id"] } })).await;
        assert_eq!(by_id.text, by_slug.text);
        assert_eq!(
            (&by_slug["title"], &by_slug["variants"]["totalCount"]),
            (&json!("Cotton T-shirt"), &json!(5))
        );
        let variant = &by_slug["variants"]["nodes"][0]["id"];
        let node = shop
            .graphql(
                "query($ids: [ID!]!) { nodes(ids: $ids) { id __typename } }",
                json!({ "ids": [variant, by_slug["id"]] }),
            )
            .await;
        assert_eq!(
            node.root(),
            &json!([{ "id": variant, "__typename": "ProductVariant" }, { "id": by_slug["id"], "__typename": "Product" }])
        );
        for nothing in [json!({ "slug": "nothing" }), json!({ "id": "x" }), json!({ "id": variant })] {
            assert!(shop.graphql(PRODUCT, json!({ "by": nothing })).await.root().is_null());
        }
    }
}

story! {
    async fn a_variant_is_found_by_sku_by_id_and_by_its_options(mall: &Mall) {
        let shop = mall.shop().await;
        let by_sku = shop.graphql(VARIANT, json!({ "by": { "sku": "BACKPACK-CANVAS" } })).await;
        assert_eq!(
            (&by_sku["price"]["amountMinor"], &by_sku["compareAtPrice"]["amountMinor"]),
            (&json!(59_00), &json!(89_00))
        );
        assert_eq!((&by_sku["quantityAvailable"], &by_sku["availableForSale"]), (&json!(25), &json!(true)));
        assert_eq!(shop.graphql(VARIANT, json!({ "by": { "id": by_sku["id"] } })).await.text, by_sku.text);
        let options = "query($o: [SelectedOptionInput!]!) { product(by: { slug: \"cotton-t-shirt\" }) { variantBySelectedOptions(selectedOptions: $o) { sku title } } }";
        let chosen = |color: &str, size: &str| json!({ "o": [{ "name": "Size", "value": size }, { "name": "Color", "value": color }] });
        let black = shop.graphql(options, chosen("Black", "M")).await;
        assert_eq!(black["variantBySelectedOptions"]["sku"], "TSHIRT-BLACK-M");
        for (color, size) in [("White", "L"), ("Blue", "M"), ("black", "M")] {
            assert!(shop.graphql(options, chosen(color, size)).await["variantBySelectedOptions"].is_null());
        }
    }
}

story! {
    async fn variants_have_pages_of_their_own(mall: &Mall) {
        let shop = mall.shop().await;
        let page = async |arguments: String| {
            let fields = "nodes { sku } pageInfo { hasNextPage hasPreviousPage startCursor endCursor }";
            let query = format!(
                "{{ product(by: {{ slug: \"cotton-t-shirt\" }}) {{ variants({arguments}) {{ {fields} }} }} }}"
            );
            shop.graphql(&query, json!({})).await
        };
        let skus = |page: &Answer| {
            page["variants"]["nodes"]
                .as_array()
                .unwrap()
                .iter()
                .map(|node| node["sku"].as_str().unwrap().replace("TSHIRT-", ""))
                .collect::<Vec<_>>()
        };
        let front = page("first: 3".into()).await;
        assert_eq!(skus(&front), ["BLACK-S", "BLACK-M", "BLACK-L"]);
        let rest = page(format!("first: 3, after: {}", front["variants"]["pageInfo"]["endCursor"])).await;
        assert_eq!(skus(&rest), ["WHITE-S", "WHITE-M"]);
        assert_eq!(
            (&front["variants"]["pageInfo"]["hasNextPage"], &rest["variants"]["pageInfo"]["hasNextPage"]),
            (&json!(true), &json!(false))
        );
        let back = page(format!("last: 2, before: {}", rest["variants"]["pageInfo"]["startCursor"])).await;
        assert_eq!(skus(&back), ["BLACK-M", "BLACK-L"]);
    }
}

story! {
    async fn what_is_not_published_or_archived_is_not_there(mall: &Mall) {
        let shop = mall.shop().await;
        let shirt = shop.graphql(PRODUCT, json!({ "by": { "slug": "cotton-t-shirt" } })).await;
        let ids = json!({ "ids": [shirt["id"], shirt["variants"]["nodes"][0]["id"]] });
        assert!(shop.graphql(VARIANT, json!({ "by": { "sku": "TSHIRT-WHITE-L" } })).await.root().is_null());
        mall.tamper("UPDATE product SET published = false WHERE slug = 'cotton-t-shirt'").await;

        assert!(!walk(&shop, "TITLE", 100, false).await.contains(&"cotton-t-shirt".to_owned()));
        assert!(found(&shop, "t-shirt", Value::Null).await.is_empty());
        for by in [json!({ "slug": "cotton-t-shirt" }), json!({ "id": shirt["id"] })] {
            assert!(shop.graphql(PRODUCT, json!({ "by": by })).await.root().is_null());
        }
        for by in [json!({ "sku": "TSHIRT-BLACK-M" }), json!({ "id": shirt["variants"]["nodes"][1]["id"] })] {
            assert!(shop.graphql(VARIANT, json!({ "by": by })).await.root().is_null());
        }
        let nodes = shop.graphql("query($ids: [ID!]!) { nodes(ids: $ids) { id } }", ids).await;
        assert_eq!(nodes.root(), &json!([null, null]));
        let line = json!({ "lines": [{ "sku": "TSHIRT-BLACK-M", "quantity": 1 }] });
        shop.try_create(line, None, None).await.refused("MERCHANDISE_UNAVAILABLE", "$.draft.lines[0]");
    }
}

story! {
    async fn a_page_has_from_1_to_100(mall: &Mall) {
        let shop = mall.shop().await;
        let title = page(&shop, json!({ "first": 1, "sortBy": "TITLE" })).await["edges"][0]["cursor"].clone();
        for arguments in [
            json!({ "first": 0 }),
            json!({ "first": -1 }),
            json!({ "first": 101 }),
            json!({ "last": 0 }),
            json!({ "last": 101 }),
            json!({ "first": 2, "last": 2 }),
            json!({ "first": 2, "after": "nonsense" }),
            json!({ "last": 2, "before": "" }),
            json!({ "first": 2, "query": "q".repeat(201) }),
            json!({ "first": 2, "filter": { "tags": vec!["t"; 21] } }),
        ] {
            let answer = page(&shop, arguments.clone()).await;
            assert_eq!(answer.error_code(), "BAD_REQUEST", "{arguments} {}", answer.text);
        }
        assert!(title.is_string());
        assert_eq!(slugs(&page(&shop, json!({})).await).len(), 12);
        let ids: Vec<String> = (0..101).map(|n| format!("prod_{n:032x}")).collect();
        let answer =
            shop.graphql("query($ids: [ID!]!) { nodes(ids: $ids) { id } }", json!({ "ids": ids })).await;
        assert_eq!(answer.error_code(), "BAD_REQUEST");
    }
}
