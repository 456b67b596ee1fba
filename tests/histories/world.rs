//! What a history happens to: one shop on one database, its server, and the provider.
//!
//! **Invariant:** a restart takes the server and leaves the database and the provider, as a crash does.

use std::{
    path::{Path, PathBuf},
    sync::{Arc, atomic::Ordering},
};

use axum::{
    body::{Body, to_bytes},
    http::Request,
};
use checkstand::{
    clock::{Clock, StoppedClock},
    config::Config,
    domain::{
        instant::{Span, Timestamp},
        money::Minor,
        tenant::Slug,
    },
    flows::{
        App,
        gift_certificate::{self, Issue},
        merchant::Merchant,
    },
    payment::stripe::Stripe,
    shop,
    store::{Store, seed},
    twin::{Twin, TwinOptions, WebhookSwitch},
};
use sea_orm::{ConnectOptions, ConnectionTrait, Database, DatabaseConnection};
use serde_json::Value;
use tokio::{net::TcpListener, sync::mpsc, task::AbortHandle};
use tower::ServiceExt;

use crate::{
    gate::{Gate, Gated, Waiting},
    tape::Tape,
};

/// Signs webhooks.
pub const SECRET: &str = "whsec_fair";
/// The code of the one gift certificate, and what it is worth.
pub const CERTIFICATE: &str = "FAIR-GIFT-CERT-0001";
pub const WORTH: i64 = 30_00;

const SLUG: &str = "fair";
const KEY: &str = "sk_test_fair";
const SHOP: &str = include_str!("shop.toml");
/// A server uses few connections, as one step is taken at a time.
const CONNECTIONS: u32 = 3;

/// Where databases of histories are: in memory, where the system offers that as a folder.
pub fn folder() -> PathBuf {
    let memory = Path::new("/dev/shm");
    let base = if memory.is_dir() { memory.to_owned() } else { std::env::temp_dir() };
    base.join(format!("checkstand-histories-{}", App::new_id().simple()))
}

/// A database with the shop, to be copied for each history.
pub struct Template {
    folder: PathBuf,
    pub born: Timestamp,
}

impl Template {
    pub async fn make(born: Timestamp) -> Self {
        let folder = folder();
        std::fs::create_dir_all(&folder).unwrap();
        let store =
            Store::connect(&format!("sqlite:{}", folder.join("template.db").display())).await.unwrap();
        store.migrate().await.unwrap();
        let declared = shop::parse(SHOP).unwrap_or_else(|faults| panic!("{faults:?}"));
        let tx = store.write(declared.organization.id).await.unwrap();
        seed::insert(&tx, &declared, born, App::new_id).await.unwrap();
        tx.commit().await.unwrap();
        let issue = Issue {
            balance: Minor::new(WORTH),
            currency: "USD".parse().unwrap(),
            code: Some(CERTIFICATE.to_owned()),
            expires_at: None,
        };
        gift_certificate::issue(&store, declared.organization.id, &issue, born).await.unwrap().unwrap();
        store.close().await.unwrap();
        Self { folder, born }
    }

    fn copy(&self) -> PathBuf {
        let copy = self.folder.join(format!("{}.db", App::new_id().simple()));
        std::fs::copy(self.folder.join("template.db"), &copy).unwrap();
        copy
    }
}

impl Drop for Template {
    fn drop(&mut self) {
        drop(std::fs::remove_dir_all(&self.folder));
    }
}

/// One shop, its server and the provider.
pub struct World {
    pub app: App,
    pub clock: Arc<StoppedClock>,
    pub gate: Arc<Gate>,
    pub waiting: mpsc::UnboundedReceiver<Waiting>,
    pub twin: Twin,
    /// Looks at the database past the server.
    pub outside: DatabaseConnection,
    twin_address: String,
    serving: AbortHandle,
    file: PathBuf,
}

impl World {
    pub async fn open(template: &Template, tape: Tape) -> Self {
        let file = template.copy();
        let twin = Twin::start(TwinOptions::default()).unwrap();
        twin.register_webhook(KEY, "http://127.0.0.1:9/held", SECRET).unwrap();
        twin.switch_webhooks(KEY, WebhookSwitch::Hold).unwrap();
        let clock = Arc::new(StoppedClock::at(template.born));
        let (gate, waiting) = Gate::new(tape, Arc::clone(&clock));
        twin.advance(template.born.ms() - twin.now_ms());
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let twin_address = format!("http://{}", listener.local_addr().unwrap());
        let routes = twin.router();
        let serving = tokio::spawn(async move { axum::serve(listener, routes).await }).abort_handle();
        let app = serve(&file, &twin_address, &gate, &clock).await;
        let mut options = ConnectOptions::new(format!("sqlite:{}", file.display()));
        options.max_connections(1);
        let outside = Database::connect(options).await.unwrap();
        // Every other shop is one that takes the money later.
        if gate.tape.lock().unwrap().below(2) == 1 {
            gate.tell("the shop captures later");
            outside
                .execute_unprepared(
                    "UPDATE organization SET settings = json_set(settings, '$.capture', 'manual')",
                )
                .await
                .unwrap();
        }
        Self { app, clock, gate, waiting, twin, outside, twin_address, serving, file }
    }

    /// The server ends without a word, and another one starts.
    pub async fn restart(&mut self) {
        self.app = serve(&self.file, &self.twin_address, &self.gate, &self.clock).await;
    }

    /// Time goes on, for us and for the provider.
    pub fn pass(&self, time: Span) {
        self.clock.advance(time);
        self.twin.advance(time.ms());
    }

    /// From now on nothing goes wrong.
    pub fn calm(&self) {
        self.gate.is_rough.store(false, Ordering::SeqCst);
    }

    pub fn below(&self, many: usize) -> usize {
        self.gate.tape.lock().unwrap().below(many)
    }

    pub fn one_of<T: Copy>(&self, choices: &[(usize, T)]) -> T {
        self.gate.tape.lock().unwrap().one_of(choices)
    }

    pub async fn merchant(&self) -> Merchant {
        self.app.merchant(&slug()).await.unwrap().unwrap()
    }

    /// What the twin has of the shop.
    pub fn intents(&self) -> Vec<checkstand::twin::IntentView> {
        self.twin.snapshot(KEY)
    }

    pub fn letters(&self) -> Vec<checkstand::twin::Letter> {
        self.twin.take_held(KEY)
    }

    /// What the buyer's browser says to the provider.
    pub async fn browser(&self, path: &str, form: String) -> (u16, Value) {
        self.speak(path, &KEY.replace("sk_", "pk_"), form).await
    }

    /// What is done by hand at the provider; answers the status.
    pub async fn dashboard(&self, path: &str, form: &str) -> u16 {
        self.speak(path, KEY, form.to_owned()).await.0
    }

    async fn speak(&self, path: &str, key: &str, form: String) -> (u16, Value) {
        let request = Request::post(path)
            .header("authorization", format!("Bearer {key}"))
            .header("content-type", "application/x-www-form-urlencoded")
            .body(Body::from(form))
            .unwrap();
        let answer = self.twin.router().oneshot(request).await.unwrap();
        let status = answer.status().as_u16();
        let body = to_bytes(answer.into_body(), 1 << 20).await.unwrap();
        (status, serde_json::from_slice(&body).unwrap_or(Value::Null))
    }

    /// Ends it and takes its files away.
    pub async fn close(self) {
        self.serving.abort();
        self.twin.shutdown();
        drop(self.outside.close().await);
        drop(self.app.store.clone().close().await);
        for end in ["", "-wal", "-shm"] {
            drop(std::fs::remove_file(format!("{}{end}", self.file.display())));
        }
    }
}

pub fn slug() -> Slug {
    SLUG.parse().unwrap()
}

async fn serve(file: &Path, twin_address: &str, gate: &Arc<Gate>, clock: &Arc<StoppedClock>) -> App {
    let url = format!("sqlite:{}", file.display());
    let store = Store::connect_with(&url, CONNECTIONS).await.unwrap();
    let config = Config::from_vars([("STRIPE_API_BASE".to_owned(), twin_address.to_owned())])
        .unwrap()
        .with_secret("STRIPE_FAIR_KEY", KEY)
        .with_secret("STRIPE_FAIR_WEBHOOK", SECRET);
    let gated = Gated { stripe: Stripe::at(twin_address), gate: Arc::clone(gate) };
    App::new(store, Arc::new(gated), Arc::clone(clock) as Arc<dyn Clock>, Arc::new(config))
}
