//! The command line: serve, migrate, apply, gift-certificate, capture, refund, events, credentials, documents,
//! doctor, reconcile, audit, explain, schema.
//!
//! **Invariant:** settings come from flags over the environment; every fault is reported at once and the process ends with
//! status 2 before it has done anything. Secrets are never printed.

pub mod apply;
mod audit;
mod capture;
mod credentials;
pub mod demo;
mod doctor;
mod documents;
mod events;
mod explain;
mod gift_certificate;
mod manifest;
mod reconcile;
mod refund;

use std::{process::ExitCode, sync::Arc};

use clap::{Args, Parser, Subcommand};
use tokio::net::TcpListener;
use tracing_subscriber::filter::LevelFilter;

use crate::{
    clock::SystemClock,
    config::Config,
    failpoint,
    flows::{App, FlowError},
    graphql,
    payment::stripe::Stripe,
    server, shop,
    store::{Store, StoreError},
    telemetry,
};

/// A headless checkout server: one binding total, one order per captured payment.
#[derive(Debug, Parser)]
#[command(version, about)]
struct Cli {
    #[command(flatten)]
    settings: Flags,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Args)]
struct Flags {
    /// Address to listen on [env: `CHECKSTAND_LISTEN`, default 127.0.0.1:8080]
    #[arg(long, global = true)]
    listen: Option<String>,
    /// Where the embedded database and the demo keep their files [env: `CHECKSTAND_DATA_DIR`, default .checkstand]
    #[arg(long, global = true)]
    data_dir: Option<String>,
    /// How much to log: error, warn, info, debug
    #[arg(long, global = true, default_value = "info")]
    log: LevelFilter,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serve the storefront API [env: `DATABASE_URL`; an embedded SQLite file when left out]
    Serve {
        /// With a demo shop and the Stripe twin: no account needed, no money moves
        #[arg(long)]
        demo: bool,
    },
    /// Bring the tables up to date
    Migrate,
    /// Make the database hold the shop that a file declares, and say what changes
    Apply(apply::Flags),
    /// Issue, list and stop gift certificates
    #[command(subcommand)]
    GiftCertificate(gift_certificate::Command),
    /// Take what was authorized for an order; status 0: taken or on its way, 1: the provider refused, 2: nothing
    /// was done, 3: not known, so repeat
    Capture(capture::Capture),
    /// Give money of an order back; status 0: done or on its way, 1: the provider refused, 2: nothing was
    /// done, 3: not known, so repeat with the same key or look
    Refund(refund::Refund),
    /// List, explain and replay what the payment provider told us
    #[command(subcommand)]
    Events(events::Command),
    /// Store, show and rotate the secrets of an organization, sealed in the database
    #[command(subcommand)]
    Credentials(credentials::Command),
    /// Say which documents an organization trusts
    #[command(subcommand)]
    Documents(documents::Command),
    /// Look every open payment up at the provider now, end what ran out, act on what is due; status 0: all settled or
    /// open as it should be, 1: something could not be settled, 2: could not look
    Reconcile(reconcile::Reconcile),
    /// Check whether the shops can be paid; status 0: nothing is wrong, 1: something is, 2: could not look
    Doctor(doctor::Doctor),
    /// Recompute the promises from the database; status 0: nothing found, 1: findings, 2: could not look
    Audit(audit::Audit),
    /// Print how the total of an order came about, and price it again; status 0: the same, 1: it differs, 2: could not
    /// look
    Explain(explain::Explain),
    /// Print the storefront schema
    Schema {
        /// Print the JSON Schema of shop files instead, for editors
        #[arg(long)]
        shop: bool,
    },
}

/// Why a command did not do what it should.
#[derive(Debug, thiserror::Error)]
pub enum CliError {
    /// Settings or files have these faults.
    #[error("{}", .0.join("\n"))]
    Faults(Vec<String>),
    /// A file has these, each with its place; nothing was changed.
    #[error("{}", .0.join("\n"))]
    File(Vec<String>),
    /// The database did not do what was asked.
    #[error("the database failed: {0}")]
    Store(#[from] StoreError),
    /// What was to be done could not be.
    #[error(transparent)]
    Flow(#[from] FlowError),
    /// The operating system did not do what was asked.
    #[error("{0}")]
    Io(#[from] std::io::Error),
}

/// One fault of what was asked for.
fn fault(what: impl Into<String>) -> CliError {
    CliError::Faults(vec![what.into()])
}

/// Runs the command line.
#[must_use]
pub fn run() -> ExitCode {
    let cli = Cli::parse();
    telemetry::start(cli.settings.log);
    match runtime(&cli) {
        Ok(code) => code,
        Err(CliError::Faults(faults)) => {
            for fault in faults {
                eprintln!("checkstand: {fault}");
            }
            ExitCode::from(2)
        }
        Err(CliError::File(faults)) => {
            for fault in faults {
                eprintln!("{fault}");
            }
            ExitCode::from(2)
        }
        Err(error @ (CliError::Store(_) | CliError::Flow(_) | CliError::Io(_))) => {
            eprintln!("checkstand: {error}");
            // To whoever reads an audit's status, a database that fails is not a finding.
            // To whoever gives money back, one that fails is no answer either: the refund may be on its way.
            match cli.command {
                Command::Audit(_)
                | Command::Explain(_)
                | Command::Events(_)
                | Command::Doctor(_)
                | Command::Reconcile(_) => ExitCode::from(2),
                Command::Refund(_) | Command::Capture(_) => ExitCode::from(3),
                Command::Serve { .. }
                | Command::Migrate
                | Command::Apply(_)
                | Command::GiftCertificate(_)
                | Command::Credentials(_)
                | Command::Documents(_)
                | Command::Schema { .. } => ExitCode::FAILURE,
            }
        }
    }
}

/// The stack of a worker thread: documents are bounded before they are parsed, and this is the reserve behind that.
const STACK_BYTES: usize = 8 * 1024 * 1024;

fn runtime(cli: &Cli) -> Result<ExitCode, CliError> {
    if let Command::Schema { shop } = cli.command {
        print!("{}", if shop { shop::schema::text() } else { graphql::sdl() });
        return Ok(ExitCode::SUCCESS);
    }
    let config = Config::from_environment(cli.settings.as_vars()).map_err(CliError::Faults)?;
    failpoint::arm(config.failpoint);
    let runtime =
        tokio::runtime::Builder::new_multi_thread().enable_all().thread_stack_size(STACK_BYTES).build()?;
    runtime.block_on(execute(&cli.command, config))
}

impl Flags {
    fn as_vars(&self) -> Vec<(String, String)> {
        let given = [("CHECKSTAND_LISTEN", &self.listen), ("CHECKSTAND_DATA_DIR", &self.data_dir)];
        given.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value.clone()?))).collect()
    }
}

async fn execute(command: &Command, config: Config) -> Result<ExitCode, CliError> {
    match command {
        Command::Schema { .. } => {}
        Command::Audit(wanted) => return audit::run(&config, wanted).await,
        Command::Explain(wanted) => return explain::run(&config, wanted).await,
        Command::Events(wanted) => return events::run(config, wanted).await,
        Command::Capture(wanted) => return capture::run(config, wanted).await,
        Command::Refund(wanted) => return refund::run(config, wanted).await,
        Command::Reconcile(wanted) => return reconcile::run(config, wanted).await,
        Command::Doctor(wanted) => return doctor::run(config, wanted).await,
        Command::Credentials(wanted) => return credentials::run(&config, wanted).await,
        Command::Migrate => {
            open(&config).await?;
            println!("The tables are up to date.");
        }
        Command::Apply(flags) => apply::run(&config, flags).await?,
        Command::Documents(wanted) => documents::run(&config, wanted).await?,
        Command::GiftCertificate(wanted) => gift_certificate::run(&config, wanted).await?,
        Command::Serve { demo: true } => demo::serve(config).await?,
        Command::Serve { demo: false } => {
            let listener = TcpListener::bind(config.listen).await?;
            let app = assemble(config).await?;
            println!("Checkstand listens on http://{}/graphql", listener.local_addr()?);
            let routes = server::router(app.clone());
            server::serve(app, listener, routes, asked_to_stop()).await;
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// Opens the database and brings its tables up to date.
pub async fn open(config: &Config) -> Result<Store, CliError> {
    if config.is_embedded() {
        tokio::fs::create_dir_all(&config.data_dir).await?;
    }
    let store = Store::connect_with(&config.database_url(), config.database_connections).await?;
    store.migrate().await?;
    Ok(store)
}

/// Opens a database to look at: it must be there and up to date, and is left as it is.
async fn open_existing(config: &Config) -> Result<Store, CliError> {
    let store = connect_existing(config).await?;
    if store.pending_migrations().await? > 0 {
        return Err(CliError::Faults(vec![NOT_UP_TO_DATE.to_owned()]));
    }
    Ok(store)
}

/// Opens a database that is there, as it is.
async fn connect_existing(config: &Config) -> Result<Store, CliError> {
    let url = config.database_url();
    // Opening an embedded one must not make it.
    let plain = url.starts_with("sqlite:") && !url.contains('?');
    Ok(Store::connect(&if plain { format!("{url}?mode=rw") } else { url }).await?)
}

const NOT_UP_TO_DATE: &str = "the tables are not up to date; run checkstand migrate";

/// The application over its database and the provider.
pub async fn assemble(config: Config) -> Result<App, CliError> {
    Ok(app_over(open(&config).await?, config))
}

fn app_over(store: Store, config: Config) -> App {
    let gateway = Arc::new(Stripe::at(&config.stripe_api_base));
    App::new(store, gateway, Arc::new(SystemClock), Arc::new(config))
}

/// A text on a line of its own: titles, reasons and bodies are somebody's, and nothing in them moves the cursor.
fn plain(text: &str) -> String {
    text.chars().map(|sign| if sign.is_control() { ' ' } else { sign }).collect()
}

/// Resolves when the process is asked to end.
pub async fn asked_to_stop() {
    let interrupted = async {
        // Where the signal cannot be listened to, it ends the process by itself.
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    };
    #[cfg(unix)]
    let terminated = async {
        match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
            Ok(mut signal) => {
                signal.recv().await;
            }
            Err(_) => std::future::pending().await,
        }
    };
    #[cfg(not(unix))]
    let terminated = std::future::pending::<()>();
    tokio::select! {
        () = interrupted => {}
        () = terminated => {}
    }
}
