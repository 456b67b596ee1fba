//! Webhooks of every odd kind: what the provider signed is stored and acknowledged, whatever it is; all else is refused
//! with a status, and nothing is stored.

use serde_json::json;

use crate::support::{Answer, Mall, Shop, story};

const EVENTS: &str = "SELECT count(*) FROM inbox_event";

fn signed(seconds: i64, body: &[u8]) -> String {
    use hmac::{Hmac, KeyInit, Mac};
    let mut mac = Hmac::<sha2::Sha256>::new_from_slice(b"whsec_test").unwrap();
    mac.update(format!("{seconds}.").as_bytes());
    mac.update(body);
    hex::encode(mac.finalize().into_bytes())
}

async fn post(shop: &Shop<'_>, method: &str, headers: &[(&str, &str)], body: Vec<u8>) -> Answer {
    let url = format!("{}/webhooks/stripe/{}", shop.mall.address, shop.slug);
    shop.mall.client.send(method, &url, headers, body).await
}

fn event(id: &str, padding: usize) -> Vec<u8> {
    json!({ "id": id, "type": "customer.created", "data": { "object": { "padding": "x".repeat(padding) } } })
        .to_string()
        .into_bytes()
}

story! {
    async fn what_is_signed_is_stored_whatever_it_is(mall: &Mall) {
        let shop = mall.shop().await;
        let nested = |open: &str, close: &str| format!("{}{}", open.repeat(10_000), close.repeat(10_000)).into_bytes();
        let bodies = [
            ("300 kB", event("evt_large", 300 * 1024)),
            ("just under 1 MiB", event("evt_largest", 1024 * 1024 - 200)),
            ("10,000 arrays deep", nested("[", "]")),
            ("10,000 objects deep", nested("{\"a\":", "}")),
            ("invalid UTF-8", b"{\"id\":\"evt_\xff\xfe\"}".to_vec()),
            ("a NUL in its id", br#"{"id":"evt_\u0000"}"#.to_vec()),
            ("a lone surrogate", br#"{"id":"evt_\ud800"}"#.to_vec()),
            ("an id of 300 characters", event(&"e".repeat(300), 0)),
            ("an id that is a number", br#"{"id":7,"type":["x"],"data":"y"}"#.to_vec()),
            ("the same key 1,000 times", format!("{{{}\"id\":\"evt_keys\"}}", "\"id\":\"a\",".repeat(1_000)).into_bytes()),
            ("compressed", vec![0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3, 0xab, 0xae, 5, 0]),
            ("nothing", Vec::new()),
        ];
        for (stored, (what, body)) in (1..).zip(bodies) {
            let now = mall.app.now().ms() / 1000;
            let header = format!("t={now},v1={}", signed(now, &body));
            for kind in ["application/json", "text/plain"] {
                let headers = [("stripe-signature", header.as_str()), ("content-type", kind), ("content-encoding", "gzip")];
                let answer = post(&shop, "POST", &headers, body.clone()).await;
                assert_eq!(answer.status, 200, "{what} as {kind}: {}", answer.text);
            }
            assert_eq!(mall.count(EVENTS).await, stored, "{what}");
        }
        assert_eq!(mall.count("SELECT count(*) FROM \"order\"").await, 0);
        assert_eq!(mall.count("SELECT count(*) FROM inbox_event WHERE status = 'received'").await, 0);
    }
}

story! {
    async fn what_is_not_signed_or_too_long_or_no_post_leaves_nothing(mall: &Mall) {
        let shop = mall.shop().await;
        let before = mall.books().await;
        let (now, body) = (mall.app.now().ms() / 1000, event("evt_1", 0));
        let v1 = signed(now, &body);
        let good = format!("t={now},v1={v1}");
        let many = format!("t={now}{}", ",v1=00".repeat(1_000));
        let other_time = format!("t={},v1={v1}", now + 1);
        for header in [
            "", "t=,v1=", "t=now,v1=00", "v1=00", ",,,===", "t=99999999999999999999999,v1=00", &many, &other_time,
            &format!("t=-{now},v1={v1}"), &format!("t={now},v0={v1}"), &format!("t={now},v1={}", &v1[..62]), &format!("t={now},v1={}é", &v1[..62]),
        ] {
            let answer = post(&shop, "POST", &[("stripe-signature", header)], body.clone()).await;
            assert_eq!(answer.status, 400, "{header}: {}", answer.text);
        }
        let long = vec![b' '; 5 * 1024 * 1024];
        let of_long = format!("t={now},v1={}", signed(now, &long));
        let answer = post(&shop, "POST", &[("stripe-signature", &of_long)], long).await;
        assert_eq!(answer.status, 413, "{}", answer.text);
        for method in ["GET", "PUT", "DELETE", "PATCH"] {
            let answer = post(&shop, method, &[("stripe-signature", &good)], body.clone()).await;
            assert_eq!((answer.status, answer.text.as_str()), (405, ""), "{method}");
        }
        let head = format!("POST /webhooks/stripe/{} HTTP/1.1\r\nhost: a\r\nstripe-signature: {good}\r\ncontent-length: 1000\r\n\r\n", shop.slug);
        let half = mall.raw(&[head.as_bytes(), &body].concat()).await;
        assert_eq!(half.status, 400, "{}", half.text);
        Mall::same(&before, &mall.books().await, "refused webhooks");
    }
}
