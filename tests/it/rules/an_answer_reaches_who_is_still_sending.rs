//! A client that is told "no" before the server has read all it sends is told, on a connection that lives on; one that
//! sends slowly, or waits to be asked for the rest, holds nobody up.

use std::time::Duration;

use serde_json::json;

use crate::support::{Mall, story};

const MIB: usize = 1024 * 1024;
/// What one who sends twenty bytes a second has sent in several times the two seconds that an answer waits.
const TRICKLED_MAX: usize = 300;

/// A request with a body of blanks.
fn request(method: &str, path: &str, more: &str, length: usize) -> Vec<u8> {
    [head(method, path, more, length), vec![b' '; length]].concat()
}

fn head(method: &str, path: &str, more: &str, length: usize) -> Vec<u8> {
    format!("{method} {path} HTTP/1.1\r\nhost: shop.example\r\ncontent-type: application/json\r\n{more}content-length: {length}\r\n\r\n")
        .into_bytes()
}

story! {
    async fn a_refusal_is_told_and_the_next_request_on_the_same_connection_is_answered(mall: &Mall) {
        let webhook = format!("/webhooks/stripe/{}", mall.shop().await.slug);
        let live = head("GET", "/health/live", "", 0);
        for (method, path, status) in [
            ("POST", "/graphql", 413),
            ("PUT", "/graphql", 405),
            ("POST", webhook.as_str(), 413),
            ("DELETE", webhook.as_str(), 405),
            ("POST", "/health/live", 405),
            ("GET", "/health/live", 200),
            ("POST", "/nowhere", 404),
        ] {
            for length in [2 * MIB, 10 * MIB] {
                let said = mall.in_turn(&[&request(method, path, "", length), &live]).await;
                let statuses: Vec<u16> = said.iter().map(|answer| answer.status).collect();
                assert_eq!(statuses, [status, 200], "{length} bytes by {method} to {path}");
            }
        }
    }
}

story! {
    async fn a_body_in_chunks_is_read_off_too(mall: &Mall) {
        let chunk = [format!("{:x}\r\n", 5 * MIB).into_bytes(), vec![b' '; 5 * MIB], b"\r\n0\r\n\r\n".to_vec()].concat();
        let head = b"POST /graphql HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n";
        let said = mall.in_turn(&[&[head.as_slice(), &chunk].concat(), &request("PUT", "/graphql", "", 1)]).await;
        let codes: Vec<_> = said.iter().map(|answer| (answer.status, answer.error_code())).collect();
        assert_eq!(codes, [(413, "PAYLOAD_TOO_LARGE"), (405, "METHOD_NOT_ALLOWED")]);
    }
}

story! {
    async fn one_who_sends_slowly_is_not_waited_for(mall: &Mall) {
        let refused = head("PUT", "/graphql", "", MIB);
        let (answer, sent) = Mall::trickle(&mall.address, &refused, TRICKLED_MAX).await;
        assert_eq!((answer.status, answer.error_code()), (405, "METHOD_NOT_ALLOWED"), "{}", answer.text);
        assert!(sent < TRICKLED_MAX);
        let hasty = mall.server_within(Duration::from_secs(1)).await;
        let (answer, sent) = Mall::trickle(&hasty, &head("POST", "/graphql", "", MIB), TRICKLED_MAX).await;
        assert_eq!((answer.status, answer.error_code()), (503, "OVERLOADED"), "{}", answer.text);
        assert!(sent < TRICKLED_MAX);
    }
}

story! {
    async fn one_who_waits_to_be_asked_is_not_asked_for_what_nobody_reads(mall: &Mall) {
        let asking = "expect: 100-continue\r\n";
        let answer = mall.raw_and_wait(&head("PUT", "/graphql", asking, MIB)).await;
        assert_eq!((answer.status, answer.error_code()), (405, "METHOD_NOT_ALLOWED"), "{}", answer.text);
        let asked = mall.raw_and_wait(&head("POST", "/graphql", asking, 100)).await;
        assert_eq!(asked.status, 100, "{}", asked.text);
    }
}

story! {
    async fn a_client_of_every_day_gets_its_answer_at_the_first_try(mall: &Mall) {
        let shop = mall.shop().await;
        let long = vec![b' '; 5 * MIB];
        for round in 0..10 {
            let answer = mall.client.send("PUT", &format!("{}/graphql", mall.address), &[], long.clone()).await;
            assert_eq!(answer.status, 405, "round {round}");
            let zones = shop.graphql("{ shippingZones { id } }", json!({})).await;
            assert!(zones.json["data"].is_object(), "round {round}: {}", zones.text);
        }
    }
}
