//! Server and twin as processes of their own, and what the operating system says that they used.

use std::{
    fs,
    io::{Read, Write},
    net::TcpListener as Port,
    ops::Sub,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use checkstand::twin::{Twin, TwinOptions};

use crate::{Options, SLUG, database::Database, shop};

/// The shop's key at the twin, for the browser.
pub const PUBLISHABLE_KEY: &str = "pk_test_journey";
const SECRET_KEY: &str = "sk_test_journey";
const WEBHOOK_SECRET: &str = "whsec_journey";
/// Linux counts a process's time in hundredths of a second.
const MS_A_TICK: u64 = 10;
const READY_MAX: Duration = Duration::from_secs(30);

/// What runs beside the driver; ended when dropped.
pub struct Processes {
    pub server_address: String,
    pub twin_address: String,
    server: Child,
    twin: Child,
    /// From the start of the process to its first answer, on tables that are there.
    pub first_answer: Duration,
}

/// CPU milliseconds of each.
#[derive(Clone, Copy)]
pub struct Cpu {
    pub server: u64,
    pub twin: u64,
    pub database: u64,
}

impl Processes {
    /// Starts both, and returns when the server answers.
    pub async fn start(options: &Options, database: &str) -> Self {
        let (server_port, twin_port) = (free_port(), free_port());
        let (server_address, twin_address) =
            (format!("http://127.0.0.1:{server_port}"), format!("http://127.0.0.1:{twin_port}"));
        let file = std::env::temp_dir().join(format!("journey-{}.toml", std::process::id()));
        fs::write(&file, shop::file()).expect("a shop file");
        let checkstand = |arguments: &[&str]| {
            let mut command = Command::new(&options.server);
            command
                .args(arguments)
                .env("DATABASE_URL", database)
                .env("STRIPE_API_BASE", &twin_address)
                .env("STRIPE_JOURNEY_KEY", SECRET_KEY)
                .env("STRIPE_JOURNEY_WEBHOOK", WEBHOOK_SECRET);
            command
        };
        let applied = checkstand(&["apply", &file.display().to_string()]).stdout(Stdio::null()).status();
        assert!(applied.is_ok_and(|status| status.success()), "the shop was not applied");
        fs::remove_file(&file).expect("gone");
        let webhook = format!("{server_address}/webhooks/stripe/{SLUG}");
        let twin = Command::new(std::env::current_exe().expect("a path"))
            .args(["--twin", &format!("127.0.0.1:{twin_port}"), &webhook])
            .spawn()
            .expect("a twin");
        let listen = format!("127.0.0.1:{server_port}");
        let started = Instant::now();
        let server = checkstand(&["serve", "--listen", &listen, "--log", "warn"])
            .stdout(Stdio::null())
            .spawn()
            .expect("a server");
        while !answers(&listen) {
            assert!(started.elapsed() < READY_MAX, "the server does not answer");
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        let first_answer = started.elapsed();
        Self { server_address, twin_address, server, twin, first_answer }
    }

    /// CPU time until now.
    pub fn cpu_ms(&self, database: &Database) -> Cpu {
        let postgres = database.postmaster.map_or(0, |postmaster| {
            // A backend that ended is in its parent's figure for children.
            let living: u64 = children(postmaster).map(|pid| own_ticks(pid).unwrap_or_default()).sum();
            living + ticks(postmaster).map_or(0, |ticks| ticks.iter().sum::<u64>())
        });
        Cpu {
            server: own_ticks(self.server.id()).unwrap_or_default() * MS_A_TICK,
            twin: own_ticks(self.twin.id()).unwrap_or_default() * MS_A_TICK,
            database: postgres * MS_A_TICK,
        }
    }

    /// Resident memory of the server.
    pub fn resident_kib(&self) -> u64 {
        self.status("VmRSS:")
    }

    /// The most it ever was.
    pub fn peak_kib(&self) -> u64 {
        self.status("VmHWM:")
    }

    fn status(&self, name: &str) -> u64 {
        let text = fs::read_to_string(format!("/proc/{}/status", self.server.id())).unwrap_or_default();
        let line = text.lines().find_map(|line| line.strip_prefix(name)).unwrap_or_default();
        line.split_whitespace().next().and_then(|number| number.parse().ok()).unwrap_or_default()
    }
}

impl Drop for Processes {
    fn drop(&mut self) {
        for child in [&mut self.server, &mut self.twin] {
            drop(child.kill());
            drop(child.wait());
        }
    }
}

/// Plays the twin until killed.
pub async fn play_twin(addresses: &[String]) {
    let [listen, webhook] = addresses else { panic!("an address and a webhook") };
    let twin = Twin::start(TwinOptions::default()).expect("a twin");
    twin.register_webhook(SECRET_KEY, webhook, WEBHOOK_SECRET).expect("a webhook");
    let listener = tokio::net::TcpListener::bind(listen).await.expect("a port");
    axum::serve(listener, twin.router()).await.expect("served");
}

/// Whether a server is there and alive.
fn answers(listen: &str) -> bool {
    let mut answer = String::new();
    let Ok(mut stream) = std::net::TcpStream::connect(listen) else { return false };
    let asked = write!(stream, "GET /health/live HTTP/1.1\r\nhost: {listen}\r\nconnection: close\r\n\r\n");
    asked.is_ok() && stream.read_to_string(&mut answer).is_ok() && answer.starts_with("HTTP/1.1 200")
}

fn free_port() -> u16 {
    Port::bind("127.0.0.1:0").and_then(|port| port.local_addr()).expect("a free port").port()
}

/// The parent of a process.
pub fn parent(pid: u32) -> Option<u32> {
    stat(pid)?.get(1)?.parse().ok()
}

fn children(of: u32) -> impl Iterator<Item = u32> {
    let all = fs::read_dir("/proc").into_iter().flatten().flatten();
    all.filter_map(|entry| entry.file_name().to_str()?.parse().ok())
        .filter(move |pid| parent(*pid) == Some(of))
}

fn own_ticks(pid: u32) -> Option<u64> {
    let [user, system, ..] = ticks(pid)?;
    Some(user + system)
}

/// Its own user and system time, and those of its children that ended.
fn ticks(pid: u32) -> Option<[u64; 4]> {
    let fields = stat(pid)?;
    let at = |place: usize| fields.get(place)?.parse().ok();
    Some([at(11)?, at(12)?, at(13)?, at(14)?])
}

/// What follows the name in `/proc/PID/stat` (proc(5)): state, parent, and from the twelfth on the times.
fn stat(pid: u32) -> Option<Vec<String>> {
    let text = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    Some(text.rsplit_once(") ")?.1.split(' ').map(str::to_owned).collect())
}

impl Sub for Cpu {
    type Output = Self;
    fn sub(self, before: Self) -> Self {
        Self {
            server: self.server - before.server,
            twin: self.twin - before.twin,
            database: self.database - before.database,
        }
    }
}
