//! One database, one twin, one server on a real socket, and the shops in it.

use std::{future::pending, path::PathBuf, sync::Arc, time::Duration};

use checkstand::{
    clock::{Clock, StoppedClock, SystemClock},
    config::Config,
    domain::instant::Span,
    flows::App,
    payment::stripe::Stripe,
    server::{self, connections},
    shop::{
        self,
        apply::{ApplyError, Order},
    },
    store::{Store, StoreError, declared::Choice, seed},
    twin::{Twin, TwinOptions},
    worker,
};
use sea_orm::{ConnectionTrait, Database, DatabaseConnection};
use tokio::{net::TcpListener, sync::oneshot};

use super::{client::Client, proxy::Proxy, registry::Registry, shop::Shop};

/// One database with the shops on it.
pub struct Mall {
    pub app: App,
    pub twin: Twin,
    /// Who holds a VAT number.
    pub registry: Registry,
    pub client: Client,
    pub address: String,
    pub clock: Arc<StoppedClock>,
    /// A connection of its own, to look from outside.
    pub outside: DatabaseConnection,
    twin_address: String,
    url: String,
    file: Option<PathBuf>,
    _stop: oneshot::Sender<()>,
}

const WEBHOOK_SECRET: &str = "whsec_test";

/// How a server reaches its database, and how patient it is.
pub struct Reach {
    pub connections: u32,
    pub proxy: Option<Arc<Proxy>>,
    pub request_max: Duration,
}

impl Default for Reach {
    fn default() -> Self {
        Self { connections: 8, proxy: None, request_max: Duration::from_secs(30) }
    }
}

/// A machine busy with other tests may take longer than a server should wait for its database to begin with.
async fn patiently<T, F: Future<Output = Result<T, StoreError>>>(attempt: impl Fn() -> F) -> T {
    for _ in 0..5 {
        match attempt().await {
            Ok(done) => return done,
            Err(error) => eprintln!("once more: {error}"),
        }
    }
    attempt().await.unwrap()
}

async fn new_database(server: &str) -> String {
    let name = format!("t_{}", App::new_id().simple());
    let admin = Database::connect(server).await.unwrap();
    admin.execute_unprepared(&format!("CREATE DATABASE {name}")).await.unwrap();
    admin.close().await.unwrap();
    let (base, _) = server.rsplit_once('/').unwrap();
    format!("{base}/{name}")
}

impl Mall {
    pub async fn on_sqlite() -> Self {
        let file = std::env::temp_dir().join(format!("checkstand-{}.db", App::new_id().simple()));
        Self::open(format!("sqlite:{}", file.display()), Some(file)).await
    }

    /// `None`, and a word about it, where no PostgreSQL is at hand.
    #[expect(clippy::disallowed_methods, reason = "tests have no Config")]
    pub async fn on_postgres() -> Option<Self> {
        let Ok(server) = std::env::var("TEST_DATABASE_URL") else {
            super::skipped("all stories on PostgreSQL: TEST_DATABASE_URL is not set");
            return None;
        };
        Some(Self::open(new_database(&server).await, None).await)
    }

    /// A database on PostgreSQL without a table.
    #[expect(clippy::disallowed_methods, reason = "tests have no Config")]
    pub async fn empty_database() -> Option<String> {
        let Ok(server) = std::env::var("TEST_DATABASE_URL") else {
            super::skipped("servers that start at once: TEST_DATABASE_URL is not set");
            return None;
        };
        Some(new_database(&server).await)
    }

    /// Which changes were applied to a database, each with how often.
    pub async fn migrations(url: &str) -> Vec<(String, i64)> {
        let outside = Database::connect(url).await.unwrap();
        let sql = "SELECT version, count(*) AS times FROM seaql_migrations GROUP BY version";
        let statement = sea_orm::Statement::from_string(outside.get_database_backend(), sql);
        let rows = outside.query_all_raw(statement).await.unwrap();
        outside.close().await.unwrap();
        rows.iter()
            .map(|row| (row.try_get("", "version").unwrap(), row.try_get("", "times").unwrap()))
            .collect()
    }

    async fn open(url: String, file: Option<PathBuf>) -> Self {
        Self::open_by(url, file, &Reach::default()).await
    }

    /// On PostgreSQL, behind a wire.
    #[expect(clippy::disallowed_methods, reason = "tests have no Config")]
    pub async fn behind_a_wire(reach: Reach) -> Option<(Self, Arc<Proxy>)> {
        let proxy = match std::env::var("TEST_DATABASE_URL") {
            Ok(server) => Some(Arc::new(Proxy::to(&server).await)),
            Err(_) => None,
        };
        let mall = Self::reached(None, &Reach { proxy: proxy.clone(), ..reach }).await?;
        Some(mall).zip(proxy)
    }

    /// On PostgreSQL, reached in a special way by the server, and directly from outside; `server` is the address of a
    /// server of one's own, else it is the one of all tests.
    #[expect(clippy::disallowed_methods, reason = "tests have no Config")]
    pub async fn reached(server: Option<String>, reach: &Reach) -> Option<Self> {
        let Some(server) = server.or_else(|| std::env::var("TEST_DATABASE_URL").ok()) else {
            super::skipped("faults between server and PostgreSQL: TEST_DATABASE_URL is not set");
            return None;
        };
        Some(Self::open_by(new_database(&server).await, None, reach).await)
    }

    async fn open_by(url: String, file: Option<PathBuf>, reach: &Reach) -> Self {
        let inside = reach.proxy.as_ref().map_or_else(|| url.clone(), |proxy| proxy.address_of(&url));
        let store = patiently(|| Store::connect_with(&inside, reach.connections)).await;
        patiently(|| store.migrate()).await;
        let outside = Database::connect(url.as_str()).await.unwrap();
        let twin = Twin::start(TwinOptions::default()).unwrap();
        let twin_listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let twin_address = format!("http://{}", twin_listener.local_addr().unwrap());
        let registry = Registry::default();
        let twin_routes = twin.router().nest("/vies", registry.router());
        tokio::spawn(async move { axum::serve(twin_listener, twin_routes).await });

        let clock = Arc::new(StoppedClock::at(SystemClock.now()));
        let config = Config::from_vars([
            ("STRIPE_API_BASE".to_owned(), twin_address.clone()),
            ("VIES_API_BASE".to_owned(), format!("{twin_address}/vies")),
            ("CHECKSTAND_ENCRYPTION_KEY".to_owned(), super::program::KEY.to_owned()),
            // Whoever watches hears of a change because it was told, or never.
            ("CHECKSTAND_LIVE_LOOK_SECONDS".to_owned(), "36000".to_owned()),
        ])
        .unwrap();
        let config = ["A", "B"].iter().fold(config, |config, name| {
            config
                .with_secret(&format!("STRIPE_KEY_{name}"), &format!("sk_test_{name}"))
                .with_secret(&format!("STRIPE_WEBHOOK_{name}"), WEBHOOK_SECRET)
        });
        let gateway = Arc::new(Stripe::at(&twin_address));
        let app = App::new(store, gateway, Arc::clone(&clock) as Arc<dyn Clock>, Arc::new(config));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let (stop, stopped) = oneshot::channel::<()>();
        let routes = server::router_within(app.clone(), reach.request_max);
        tokio::spawn(async move {
            let ended = async {
                drop(stopped.await);
            };
            connections::serve(listener, routes, connections::HEAD_MAX, ended).await;
        });
        let client = Client::new();
        Self { app, twin, registry, client, address, clock, outside, twin_address, url, file, _stop: stop }
    }

    /// Another server on the same database, whose answers say how many statements they took.
    pub async fn counting_server(&self) -> String {
        self.server_with(Config::clone(&self.app.config).counting_statements()).await
    }

    /// Another server of this mall, with other settings.
    pub async fn server_with(&self, config: Config) -> String {
        self.server_whose_heads_come_within(connections::HEAD_MAX, config).await
    }

    /// Another server of this mall, with another limit of time for the head of a request.
    pub async fn server_whose_heads_come_within(&self, head_max: Duration, config: Config) -> String {
        let gateway = Arc::new(Stripe::at(&self.twin_address));
        let clock = Arc::clone(&self.clock) as Arc<dyn Clock>;
        let app = App::new(self.app.store.clone(), gateway, clock, Arc::new(config));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let routes = server::router(app);
        tokio::spawn(async move { connections::serve(listener, routes, head_max, pending()).await });
        address
    }

    /// Another server on the same database, with another limit of time for a request.
    pub async fn server_within(&self, request_max: Duration) -> String {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let routes = server::router_within(self.app.clone(), request_max);
        tokio::spawn(
            async move { connections::serve(listener, routes, connections::HEAD_MAX, pending()).await },
        );
        address
    }

    /// A shop like the demo's.
    pub async fn shop(&self) -> Shop<'_> {
        self.shop_with("A", |_| {}).await
    }

    /// A second shop on the same database.
    pub async fn other_shop(&self) -> Shop<'_> {
        self.shop_with("B", |_| {}).await
    }

    /// A shop like the demo's, changed.
    pub async fn shop_with(&self, name: &str, change: impl FnOnce(&mut seed::Shop)) -> Shop<'_> {
        let slug = format!("shop-{}", name.to_lowercase());
        let text = super::file::plain_demo().replace("slug = \"demo\"", &format!("slug = \"{slug}\""));
        let mut declared = shop::parse(&text).unwrap();
        assert_eq!(declared.organization.slug.as_str(), slug);
        declared.account.secret_key_ref = format!("STRIPE_KEY_{name}");
        declared.account.webhook_secret_ref = format!("STRIPE_WEBHOOK_{name}");
        change(&mut declared);
        let tx = self.app.store.write(declared.organization.id).await.unwrap();
        seed::insert(&tx, &declared, self.app.now(), App::new_id).await.unwrap();
        tx.commit().await.unwrap();
        self.opened(name, slug)
    }

    /// The shop of a file, with the account A.
    pub async fn shop_of(&self, file: &str) -> Shop<'_> {
        let slug = shop::parse(file).unwrap().organization.slug.to_string();
        self.apply(file, Choice::default()).await.unwrap();
        self.opened("A", slug)
    }

    fn opened(&self, name: &str, slug: String) -> Shop<'_> {
        let secret_key = format!("sk_test_{name}");
        let webhook = format!("{}/webhooks/stripe/{slug}", self.address);
        self.twin.register_webhook(&secret_key, &webhook, WEBHOOK_SECRET).unwrap();
        Shop { mall: self, slug, secret_key, address: self.address.clone() }
    }

    /// Applies a file as a merchant does; answers what is told, or the faults.
    pub async fn apply(&self, file: &str, choice: Choice) -> Result<Vec<String>, Vec<String>> {
        self.ordered(file, choice, false).await
    }

    /// What applying a file would do.
    pub async fn dry_run(&self, file: &str, choice: Choice) -> Result<Vec<String>, Vec<String>> {
        self.ordered(file, choice, true).await
    }

    async fn ordered(&self, file: &str, choice: Choice, dry_run: bool) -> Result<Vec<String>, Vec<String>> {
        let (declared, tree) = shop::read(file).unwrap();
        let order = Order { choice, dry_run, now: self.app.now() };
        match shop::apply::apply(&self.app.store, &declared, order, App::new_id).await {
            Ok(changes) => Ok(shop::apply::told(&changes, dry_run)),
            Err(ApplyError::Refused(faults)) => {
                let placed: Vec<_> = faults.into_iter().map(|fault| tree.place(fault)).collect();
                Err(shop::fault::lines(&placed, "shop.toml"))
            }
            Err(ApplyError::Store(error)) => panic!("{error}"),
        }
    }

    /// Where the database is.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// A connection that no foreign key stops.
    pub async fn hand(&self) -> DatabaseConnection {
        let mut options = sea_orm::ConnectOptions::new(self.url.as_str());
        options.max_connections(1);
        let hand = Database::connect(options).await.unwrap();
        let free = if hand.get_database_backend() == sea_orm::DbBackend::Postgres {
            "SET session_replication_role = replica"
        } else {
            "PRAGMA foreign_keys = OFF"
        };
        hand.execute_unprepared(free).await.unwrap();
        hand
    }

    /// The twin's address.
    pub fn twin_address(&self) -> &str {
        &self.twin_address
    }

    /// Moves our clock and the twin's together, and lets the worker do what is due then.
    pub async fn pass(&self, time: Span) {
        self.clock.advance(time);
        self.twin.advance(time.ms());
        self.work().await;
    }

    /// Lets the worker do what is due until nothing is left to do now.
    pub async fn work(&self) {
        for _ in 0..20 {
            if worker::once(&self.app).await.unwrap() == 0 {
                return;
            }
        }
    }

    /// One number from the database, seen from outside.
    pub async fn count(&self, sql: &str) -> i64 {
        use sea_orm::{DbBackend, Statement};
        let backend = self.outside.get_database_backend();
        let cast = if backend == DbBackend::Postgres { "CAST(({}) AS BIGINT)" } else { "({})" };
        let statement = Statement::from_string(backend, format!("SELECT {} AS n", cast.replace("{}", sql)));
        self.outside
            .query_one_raw(statement)
            .await
            .unwrap()
            .unwrap()
            .try_get::<Option<i64>>("", "n")
            .unwrap()
            .unwrap_or(0)
    }

    /// Ids of all sessions as they are told to buyers, seen from outside.
    pub async fn sessions(&self) -> Vec<String> {
        use sea_orm::EntityTrait;
        let rows = entity::checkout_session::Entity::find().all(&self.outside).await.unwrap();
        rows.iter().map(|row| format!("ses_{}", row.id.simple())).collect()
    }

    /// Changes the database behind the server's back, as a merchant or an accident would.
    pub async fn tamper(&self, sql: &str) {
        self.outside.execute_unprepared(sql).await.unwrap();
    }

    /// Keeps everybody from writing to a table, until the answer is dropped; reads go on. Forces an interleaving that
    /// chance seldom brings: all have read, nobody has written. SQLite has one writer and no such interleaving.
    pub async fn gate(&self, table: &str) -> Option<sea_orm::DatabaseTransaction> {
        use sea_orm::{DbBackend, TransactionTrait};
        if self.outside.get_database_backend() != DbBackend::Postgres {
            return None;
        }
        let gate = self.outside.begin().await.unwrap();
        gate.execute_unprepared(&format!("LOCK TABLE {table} IN SHARE MODE")).await.unwrap();
        Some(gate)
    }

    /// Waits until so many stand before a gate, or behind one who does.
    pub async fn until_waiting(&self, many: i64) {
        let waiting = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'";
        for _ in 0..3_000 {
            if self.count(waiting).await >= many {
                return;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        panic!("fewer than {many} came to the gate");
    }

    /// Removes the PostgreSQL database of this mall.
    pub async fn drop_database(self) {
        self.outside.clone().close().await.unwrap();
        Self::drop_at(&self.url).await;
    }

    /// Removes a PostgreSQL database.
    pub async fn drop_at(url: &str) {
        let (base, name) = url.rsplit_once('/').unwrap();
        let admin = Database::connect(format!("{base}/postgres")).await.unwrap();
        admin.execute_unprepared(&format!("DROP DATABASE {name} WITH (FORCE)")).await.unwrap();
        admin.close().await.unwrap();
    }
}

impl Drop for Mall {
    fn drop(&mut self) {
        self.twin.shutdown();
        if let Some(file) = &self.file {
            for end in ["", "-wal", "-shm"] {
                drop(std::fs::remove_file(format!("{}{end}", file.display())));
            }
        }
    }
}
