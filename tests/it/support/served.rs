//! `checkstand serve` as a process of its own, started again whenever it ends, as an operator's supervisor does.
//!
//! **Invariant:** whoever asks it has one address, which outlives the process. It is armed once; whatever is started after
//! a death is not.

use std::{
    io::{BufRead, BufReader, Read},
    os::unix::process::ExitStatusExt,
    process::{Child, ChildStdout, Command, ExitStatus, Stdio},
    sync::{Arc, Mutex, MutexGuard},
    time::Duration,
};

use tokio::net::{TcpListener, TcpStream};

use super::Shop;

/// How a process that was killed ends.
const SIGKILL: i32 = 9;
/// Between two looks at the process.
const TICK: Duration = Duration::from_millis(4);
/// Far longer than anything takes.
const PATIENCE: Duration = Duration::from_secs(90);

#[derive(Default)]
struct State {
    child: Option<Child>,
    /// Where it listens, while it does.
    address: Option<String>,
    /// How each of its processes ended.
    ends: Vec<ExitStatus>,
    log: String,
    stopping: bool,
}

/// A server, whichever process it is.
pub struct Served {
    state: Arc<Mutex<State>>,
    address: String,
    secret_key: String,
}

fn lock(state: &Mutex<State>) -> MutexGuard<'_, State> {
    state.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}

impl Served {
    /// Serves a shop of the mall, and is told of its payments; `armed` names the point at which the first process dies.
    pub fn of(shop: &Shop<'_>, armed: Option<&str>) -> Self {
        let served = Self::beside(shop, armed);
        let webhook = format!("{}/webhooks/stripe/{}", served.address, shop.slug);
        shop.mall.twin.register_webhook(&shop.secret_key, &webhook, "whsec_test").unwrap();
        served
    }

    /// Another one, which the provider does not know.
    pub fn beside(shop: &Shop<'_>, armed: Option<&str>) -> Self {
        Self::with(shop, armed.map(|point| ("CHECKSTAND_FAILPOINT", point)))
    }

    /// Another one, with these variables.
    pub fn with<'a>(shop: &Shop<'_>, vars: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        let mut command = shop.mall.program();
        command.envs(vars);
        Self::run(command, &shop.secret_key)
    }

    /// One that nobody has a shop at yet.
    pub fn on(url: &str) -> Self {
        let mut command = super::program::plain();
        command.env("DATABASE_URL", url);
        Self::run(command, "")
    }

    fn run(mut command: Command, secret_key: &str) -> Self {
        let state = Arc::new(Mutex::new(State::default()));
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        listener.set_nonblocking(true).unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(forward(TcpListener::from_std(listener).unwrap(), Arc::clone(&state)));
        command.args(["serve", "--listen", "127.0.0.1:0", "--log", "error"]);
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        let supervised = Arc::clone(&state);
        std::thread::spawn(move || supervise(&supervised, command));
        Self { state, address, secret_key: secret_key.to_owned() }
    }

    /// The shop, as the buyers of this server see it.
    pub fn shop<'a>(&self, of: &Shop<'a>) -> Shop<'a> {
        Shop {
            mall: of.mall,
            slug: of.slug.clone(),
            secret_key: self.secret_key.clone(),
            address: self.address.clone(),
        }
    }

    /// Waits until it listens.
    pub async fn listening(&self) {
        self.until("it never listened", |state| state.address.is_some()).await;
    }

    /// Waits until one process has died, and fails unless it was by its own hand at this point, and since then one lives.
    pub async fn died_at(&self, point: &str) {
        self.until(&format!("{point} was never reached"), |state| !state.ends.is_empty()).await;
        self.listening().await;
        let state = lock(&self.state);
        let signals: Vec<_> = state.ends.iter().map(ExitStatusExt::signal).collect();
        assert_eq!(signals, [Some(SIGKILL)], "{point}: {}", state.log);
        let name = point.split(':').next().unwrap();
        assert!(state.log.contains(&format!("killed at {name}\n")), "{point}: {}", state.log);
    }

    /// Fails unless one process has lived all the time, and reached its point.
    pub fn never_died(&self, point: &str) {
        let state = lock(&self.state);
        assert!(state.ends.is_empty() && state.address.is_some(), "{point}: {}", state.log);
        assert!(state.log.contains("panics at"), "{point}: {}", state.log);
    }

    /// What its processes said.
    pub fn log(&self) -> String {
        lock(&self.state).log.clone()
    }

    /// Asks it to end, waits until it has, and says how it did; it is not started again.
    pub async fn terminate(&self) -> ExitStatus {
        let process = {
            let mut state = lock(&self.state);
            state.stopping = true;
            state.child.as_ref().unwrap().id().to_string()
        };
        assert!(Command::new("kill").args(["-TERM", &process]).status().unwrap().success());
        self.until("it never ended", |state| !state.ends.is_empty()).await;
        lock(&self.state).ends[0]
    }

    async fn until(&self, else_say: &str, there: impl Fn(&State) -> bool) {
        let deadline = tokio::time::Instant::now() + PATIENCE;
        while !there(&lock(&self.state)) {
            assert!(tokio::time::Instant::now() < deadline, "{else_say}: {}", self.log());
            tokio::time::sleep(TICK).await;
        }
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        let mut state = lock(&self.state);
        state.stopping = true;
        if let Some(child) = &mut state.child {
            drop(child.kill());
        }
    }
}

/// Starts it, and again when it ends.
fn supervise(state: &Arc<Mutex<State>>, mut command: Command) {
    loop {
        let mut child = command.spawn().unwrap();
        let (stdout, stderr) = (child.stdout.take().unwrap(), child.stderr.take().unwrap());
        lock(state).child = Some(child);
        let heard = Arc::clone(state);
        std::thread::spawn(move || listen(&heard, stdout));
        let heard = Arc::clone(state);
        let log = std::thread::spawn(move || {
            for line in BufReader::new(stderr).lines().map_while(Result::ok) {
                lock(&heard).log += &(line + "\n");
            }
        });
        let end = loop {
            let end = lock(state).child.as_mut().and_then(|child| child.try_wait().unwrap());
            if let Some(end) = end {
                break end;
            }
            std::thread::sleep(TICK);
        };
        log.join().unwrap();
        let mut state = lock(state);
        (state.address, state.child) = (None, None);
        state.ends.push(end);
        if state.stopping {
            return;
        }
        command.env_remove("CHECKSTAND_FAILPOINT");
    }
}

/// Notes where it listens, and reads on, so that the pipe never fills.
fn listen(state: &Mutex<State>, stdout: ChildStdout) {
    let mut stdout = BufReader::new(stdout);
    let mut line = String::new();
    if stdout.read_line(&mut line).is_ok() {
        let address = line.split_once("http://").and_then(|(_, rest)| rest.split('/').next());
        lock(state).address = address.map(str::to_owned);
    }
    drop(stdout.read_to_end(&mut Vec::new()));
}

/// Hands connections on to the process of the moment; while there is none, they end as they would.
async fn forward(listener: TcpListener, state: Arc<Mutex<State>>) {
    while let Ok((mut client, _)) = listener.accept().await {
        let Some(address) = lock(&state).address.clone() else { continue };
        tokio::spawn(async move {
            if let Ok(mut server) = TcpStream::connect(address).await {
                drop(tokio::io::copy_bidirectional(&mut client, &mut server).await);
            }
        });
    }
}
