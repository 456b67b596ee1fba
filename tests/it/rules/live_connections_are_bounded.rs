//! Live connections have limits and rules, and whoever breaks one is told by the protocol's own code.

use std::time::Duration;

use checkstand::{
    config::Config,
    flows::seats::{CONNECTIONS_PER_ADDRESS_MAX, WATCHERS_PER_TOKEN_MAX},
};
use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use crate::support::{Mall, Shop, Socket, story};

const STATE: &str = "checkoutSessionUpdated(token: $token) { state }";

fn at<'a>(shop: &Shop<'a>, address: String) -> Shop<'a> {
    Shop { mall: shop.mall, slug: shop.slug.clone(), secret_key: shop.secret_key.clone(), address }
}

story! {
    async fn a_token_is_watched_so_often_and_no_more(mall: &Mall) {
        let shop = mall.shop().await;
        let step = shop.create(&[("NOTEBOOK-A6", 1)]).await;
        let mut watching = Vec::new();
        for _ in 0..WATCHERS_PER_TOKEN_MAX {
            let mut page = shop.watch(&step).await;
            page.next().await;
            watching.push(page);
        }
        let mut one_more = shop.watch(&step).await;
        let (_, data) = one_more.event().await.unwrap();
        assert_eq!(data["errors"][0]["extensions"]["code"], "RATE_LIMITED", "{data}");
        // Who goes makes room, once the server noticed.
        watching.pop();
        for _ in 0..1_000 {
            if shop.watch(&step).await.event().await.is_some_and(|(_, data)| data["errors"].is_null()) {
                return;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        panic!("no room was made");
    }
}

story! {
    async fn whoever_ends_a_subscription_may_begin_another_at_once(mall: &Mall) {
        let shop = mall.shop().await;
        let step = shop.create(&[("NOTEBOOK-A6", 1)]).await;
        let mut socket = shop.socket().await;
        for round in 0..5 {
            for number in 0..WATCHERS_PER_TOKEN_MAX {
                socket.subscribe(&format!("{round}.{number}"), STATE, &step.token).await;
                let told = socket.next().await;
                assert_eq!(told["payload"]["data"]["checkoutSessionUpdated"]["state"], "OPEN", "{told}");
            }
            for number in 0..WATCHERS_PER_TOKEN_MAX {
                socket.say(&json!({ "type": "complete", "id": format!("{round}.{number}") })).await;
            }
        }
    }
}

story! {
    async fn whoever_floods_a_socket_is_sent_away(mall: &Mall) {
        let shop = mall.shop().await;
        let mut chatty = shop.socket().await;
        // What the server does not read any more, it need not take.
        for _ in 0..1_000 {
            if chatty.try_say(&json!({ "type": "ping" })).await.is_err() {
                break;
            }
        }
        assert_eq!(chatty.closed().await, 4429);
        let mut long = shop.raw_socket(&[]).await.unwrap();
        let said = long.try_say(&json!({ "type": "ping", "payload": "a".repeat(70_000) })).await;
        assert!(said.is_err() || long.ends().await, "a message of 70,000 bytes was taken");
    }
}

story! {
    async fn an_address_and_a_server_have_so_many_connections(mall: &Mall) {
        let here = mall.shop().await;
        let step = here.create(&[("NOTEBOOK-A6", 1)]).await;
        let config = |vars: &[(&str, &str)]| {
            let vars = vars.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
            let read = Config::from_vars(vars).unwrap();
            let mut config = Config::clone(&mall.app.config);
            config.live = read.live;
            config
        };
        let proxied = config(&[("CHECKSTAND_PROXIES", "1")]);
        let shop = at(&here, mall.server_with(proxied).await);
        let from = |last: u8| format!("198.51.100.7, 192.0.2.{last}");
        let mut open: Vec<Socket> = Vec::new();
        for _ in 0..CONNECTIONS_PER_ADDRESS_MAX {
            open.push(shop.raw_socket(&[("x-forwarded-for", &from(1))]).await.unwrap());
        }
        assert_eq!(shop.raw_socket(&[("x-forwarded-for", &from(1))]).await.err(), Some(429));
        let body = json!({ "query": format!("subscription($token: String!) {{ {STATE} }}"), "variables": { "token": step.token } });
        let headers = [("accept", "text/event-stream"), ("x-forwarded-for", &from(1))];
        assert_eq!(shop.stream(&headers, &body).await.status, 429);
        open.push(shop.raw_socket(&[("x-forwarded-for", &from(2))]).await.unwrap());

        let shop = at(&here, mall.server_with(config(&[("CHECKSTAND_LIVE_CONNECTIONS", "1")])).await);
        open.push(shop.socket().await);
        assert_eq!(shop.raw_socket(&[]).await.err(), Some(429));
    }
}

story! {
    async fn whoever_breaks_the_protocol_is_told_by_its_code(mall: &Mall) {
        let shop = mall.shop().await;
        let step = shop.create(&[("NOTEBOOK-A6", 1)]).await;
        let init = json!({ "type": "connection_init", "payload": { "X-Organization-Slug": shop.slug } });
        let subscribe = |id: &str| {
            let query = format!("subscription {{ checkoutSessionUpdated(token: \"{}\") {{ state }} }}", step.token);
            json!({ "type": "subscribe", "id": id, "payload": { "query": query } })
        };
        let many: Vec<Value> = (0..=10).map(|number| subscribe(&number.to_string())).collect();
        let rows: Vec<(Vec<Value>, u16)> = vec![
            (vec![subscribe("a")], 4401),
            (vec![init.clone(), init.clone()], 4429),
            (vec![json!({ "type": "connection_init", "payload": "demo" })], 4400),
            (vec![json!({ "type": "start" })], 4400),
            (vec![init.clone(), json!({ "type": "subscribe", "id": "a" })], 4400),
            (vec![init.clone(), subscribe(&"a".repeat(129))], 4400),
            (vec![init.clone(), subscribe("a"), subscribe("a")], 4409),
            ([vec![init.clone()], many].concat(), 4429),
        ];
        for (said, code) in rows {
            let mut socket = shop.raw_socket(&[]).await.unwrap();
            for message in &said {
                socket.say(message).await;
            }
            assert_eq!(socket.closed().await, code, "{said:?}");
        }
    }
}

story! {
    async fn a_document_over_a_socket_passes_the_same_checks_as_by_post(mall: &Mall) {
        let shop = mall.shop().await;
        let mut socket = shop.socket().await;
        let nested = format!("subscription {{ checkoutSessionUpdated(token: {}1{}) {{ state }} }}", "[".repeat(2_000), "]".repeat(2_000));
        let two = "subscription { a: checkoutSessionUpdated(token: \"x\") { state } b: checkoutSessionUpdated(token: \"x\") { state } }";
        let long = format!("subscription {{ checkoutSessionUpdated(token: \"x\") {{ {} }} }}", "id ".repeat(6_000));
        let rows = [
            ("{ shippingZones { id } }", "BAD_REQUEST"),
            ("mutation { checkoutSessionCancel(token: \"x\") { userErrors { code } } }", "BAD_REQUEST"),
            (&nested, "QUERY_TOO_COMPLEX"),
            (two, "GRAPHQL_VALIDATION_FAILED"),
            ("subscription { nothing }", "GRAPHQL_VALIDATION_FAILED"),
            (&long, "QUERY_TOO_COMPLEX"),
            ("subscription {", "GRAPHQL_PARSE_FAILED"),
        ];
        for (number, (query, code)) in rows.iter().enumerate() {
            socket.say(&json!({ "type": "subscribe", "id": number.to_string(), "payload": { "query": query } })).await;
            let told = socket.next().await;
            assert_eq!((told["type"].as_str(), told["id"].as_str()), (Some("error"), Some(number.to_string().as_str())), "{told}");
            assert_eq!(told["payload"][0]["extensions"]["code"], *code, "{told}");
        }
        // A subscription that ended leaves its name and the socket as they were.
        socket.say(&json!({ "type": "ping" })).await;
        assert_eq!(socket.next().await, json!({ "type": "pong" }));
    }
}

story! {
    async fn a_connection_that_brings_no_request_is_closed_and_one_at_work_is_not(mall: &Mall) {
        let here = mall.shop().await;
        let step = here.create(&[("NOTEBOOK-A6", 1)]).await;
        let soon = Duration::from_millis(300);
        let shop = at(&here, mall.server_whose_heads_come_within(soon, Config::clone(&mall.app.config)).await);
        let mut page = shop.watch(&step).await;
        page.next().await;
        for said in ["", "GET /health/live HTTP/1.1\r\nhost: x\r\n", "GET /health/live HTTP/1.1\r\nhost: x\r\n\r\n"] {
            let mut stream = TcpStream::connect(shop.address.trim_start_matches("http://")).await.unwrap();
            stream.write_all(said.as_bytes()).await.unwrap();
            let mut answer = String::new();
            let read = tokio::time::timeout(Duration::from_secs(40), stream.read_to_string(&mut answer));
            read.await.expect("it stays open").unwrap();
            assert_eq!(answer.starts_with("HTTP/1.1 200"), said.ends_with("\r\n\r\n"), "{said}: {answer}");
        }
        here.add(&step, json!([{ "sku": "NOTEBOOK-A6", "quantity": 1 }])).await.good();
        assert_eq!(page.next().await["revision"], 2);
    }
}

story! {
    async fn an_offer_of_a_protocol_that_is_not_spoken_is_ignored(mall: &Mall) {
        let shop = mall.shop().await;
        let url = format!("{}/graphql?query=%7BshippingZones%7Bname%7D%7D", shop.address);
        let headers = [
            ("x-organization-slug", shop.slug.as_str()),
            ("connection", "upgrade, http2-settings"),
            ("upgrade", "h2c"),
            ("http2-settings", "AAMAAABkAAQAAP__"),
        ];
        let answer = mall.client.send("GET", &url, &headers, "").await;
        assert_eq!((answer.status, answer.json["data"]["shippingZones"].is_null()), (200, false), "{}", answer.text);
    }
}

story! {
    async fn only_a_subscription_is_a_stream_and_only_for_whoever_takes_one(mall: &Mall) {
        let shop = mall.shop().await;
        let step = shop.create(&[("NOTEBOOK-A6", 1)]).await;
        let read = json!({ "query": "{ shippingZones { name } }" });
        let listed = "application/graphql-response+json, application/json, text/event-stream, multipart/mixed";
        let query = shop.stream(&[("accept", listed)], &read).await;
        assert_eq!(query.headers["content-type"], "application/graphql-response+json; charset=utf-8");
        assert_eq!(shop.stream(&[("accept", "text/event-stream")], &read).await.status, 406);
        let live = json!({ "query": format!("subscription($token: String!) {{ {STATE} }}"), "variables": { "token": step.token } });
        assert_eq!(shop.stream(&[("accept", "application/json")], &live).await.status, 406);
        let mut both = shop.stream(&[("accept", listed)], &live).await;
        assert_eq!(both.headers["cache-control"], "no-store");
        assert_eq!(both.next().await["state"], "OPEN");
    }
}
