//! A stand-in for the European Commission's registry of VAT numbers: answers what it is told to, in the shapes of VIES.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use axum::{Json, Router, extract::State, http::StatusCode, routing::post};
use serde_json::{Value, json};

/// What it answers.
#[derive(Debug, Clone, Copy)]
pub enum Reply {
    /// Somebody holds the number.
    Held,
    /// Nobody does.
    NotHeld,
    /// A fault, by its name; told with a status of success.
    Fault(&'static str),
    /// A status and no JSON.
    Broken(u16),
    /// That somebody does, after a while.
    Late(Duration),
}

/// The stand-in; clones share it.
#[derive(Clone)]
pub struct Registry(Arc<Mutex<(Reply, Vec<String>)>>);

impl Default for Registry {
    fn default() -> Self {
        Self(Arc::new(Mutex::new((Reply::Fault("SERVICE_UNAVAILABLE"), Vec::new()))))
    }
}

impl Registry {
    /// Answers so from now on.
    pub fn says(&self, reply: Reply) {
        self.0.lock().unwrap().0 = reply;
    }

    /// What it was asked about, state and number with a blank between, in turn.
    pub fn asked(&self) -> Vec<String> {
        self.0.lock().unwrap().1.clone()
    }

    pub(super) fn router(&self) -> Router {
        Router::new().route("/check-vat-number", post(answer)).with_state(self.clone())
    }
}

async fn answer(State(registry): State<Registry>, Json(asked): Json<Value>) -> (StatusCode, String) {
    let (state, number) = (asked["countryCode"].as_str().unwrap(), asked["vatNumber"].as_str().unwrap());
    let reply = {
        let mut inside = registry.0.lock().unwrap();
        inside.1.push(format!("{state} {number}"));
        inside.0
    };
    let said = |valid: bool| {
        let (name, address) = if valid { ("GmbH", "Ring 1\n1010 WIEN") } else { ("---", "---") };
        json!({ "countryCode": state, "vatNumber": number, "valid": valid, "name": name, "address": address })
            .to_string()
    };
    match reply {
        Reply::Held => (StatusCode::OK, said(true)),
        Reply::NotHeld => (StatusCode::OK, said(false)),
        Reply::Fault(name) => (
            StatusCode::OK,
            json!({ "actionSucceed": false, "errorWrappers": [{ "error": name }] }).to_string(),
        ),
        Reply::Broken(status) => (StatusCode::from_u16(status).unwrap(), "<html></html>".to_owned()),
        Reply::Late(pause) => {
            tokio::time::sleep(pause).await;
            (StatusCode::OK, said(true))
        }
    }
}
