//! The one copy of the state, and its file.
//!
//! **Invariant:** an answer or a delivery leaves only after the state it tells of is in the file, so killing
//! the process loses nothing that anybody was told. Writes that come together share one file write.

use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;
use tokio::task;

use super::books::{Books, Origin, Rules};
use super::mint::Mint;
use super::state::State;

/// State, file, and the wire to the deliverer.
#[derive(Debug)]
pub(super) struct Store {
    /// Draws ids.
    pub(super) mint: Mint,
    /// Settings of requests.
    pub(super) rules: Rules,
    /// Rings when there may be something to deliver or to settle.
    pub(super) bell: Arc<Notify>,
    state: Mutex<State>,
    file: Option<PathBuf>,
    /// The version that is in the file; held while writing, so versions are written in order.
    written: Mutex<u64>,
    /// Whether notes wait to be written.
    noted: AtomicBool,
    stopped: AtomicBool,
}

impl Store {
    /// Reads the file if there is one.
    pub(super) fn open(file: Option<PathBuf>, rules: Rules) -> io::Result<Self> {
        let state = match file.as_deref().map(fs::read) {
            Some(Ok(bytes)) => serde_json::from_slice(&bytes)?,
            Some(Err(error)) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            Some(Err(_)) | None => State::default(),
        };
        Ok(Self {
            mint: Mint::new()?,
            rules,
            bell: Arc::new(Notify::new()),
            state: Mutex::new(state),
            file,
            written: Mutex::new(0),
            noted: AtomicBool::new(false),
            stopped: AtomicBool::new(false),
        })
    }

    /// Looks without changing.
    pub(super) fn look<T>(&self, look: impl FnOnce(&State) -> T) -> T {
        look(&lock(&self.state))
    }

    /// Changes what need not be in the file.
    pub(super) fn touch<T>(&self, touch: impl FnOnce(&mut State) -> T) -> T {
        touch(&mut lock(&self.state))
    }

    /// Changes the state and wakes the deliverer.
    pub(super) fn change<T>(&self, change: impl FnOnce(&mut State) -> T) -> T {
        let done = {
            let mut state = lock(&self.state);
            state.version += 1;
            change(&mut state)
        };
        self.bell.notify_one();
        done
    }

    /// Notes how a delivery went. A crash may undo a note: then the event is sent once more, as at Stripe.
    /// So notes are written with the next change, or by `keep_notes`, and deliveries do not wait for the file.
    pub(super) fn note(&self, note: impl FnOnce(&mut State)) {
        self.touch(note);
        self.noted.store(true, Ordering::Release);
        self.bell.notify_one();
    }

    /// Whether notes wait to be written.
    pub(super) fn has_notes(&self) -> bool {
        self.noted.load(Ordering::Acquire)
    }

    /// Makes the next `persist` write the notes.
    pub(super) fn keep_notes(&self) {
        if self.noted.swap(false, Ordering::AcqRel) {
            self.touch(|state| state.version += 1);
        }
    }

    /// Opens the books of an account inside one change.
    pub(super) fn with_books<T>(
        &self,
        secret_key: &str,
        origin: Origin,
        work: impl FnOnce(&mut Books<'_>) -> T,
    ) -> T {
        self.change(|state| {
            let now_ms = state.clock.now_ms();
            let account = state.accounts.entry(secret_key.to_owned()).or_default();
            work(&mut Books { account, mint: &self.mint, now_ms, rules: self.rules, origin })
        })
    }

    /// Returns once everything changed so far is in the file.
    pub(super) async fn persist(self: &Arc<Self>) -> io::Result<()> {
        if self.file.is_none() {
            return Ok(());
        }
        let store = Arc::clone(self);
        // On a thread of its own, and not to be interrupted: a caller that goes away must not leave two
        // writers in one temporary file.
        task::spawn_blocking(move || store.write()).await.map_err(io::Error::other)?
    }

    fn write(&self) -> io::Result<()> {
        let Some(file) = &self.file else { return Ok(()) };
        let wanted = self.look(|state| state.version);
        let mut written = lock(&self.written);
        if *written >= wanted {
            return Ok(());
        }
        let (version, bytes) = self.look(|state| (state.version, serde_json::to_vec(state)));
        replace(file, &bytes?)?;
        *written = version;
        Ok(())
    }

    /// Ends the deliverer.
    pub(super) fn stop(&self) {
        self.stopped.store(true, Ordering::Release);
        self.bell.notify_one();
    }

    /// Whether `stop` was called.
    pub(super) fn is_stopped(&self) -> bool {
        self.stopped.load(Ordering::Acquire)
    }
}

impl Drop for Store {
    fn drop(&mut self) {
        self.bell.notify_one();
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // Verbs check before they change, so a panic elsewhere leaves the state usable.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn replace(file: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut name = file.as_os_str().to_owned();
    name.push(".new");
    let fresh = PathBuf::from(name);
    let mut handle = File::create(&fresh)?;
    handle.write_all(bytes)?;
    handle.sync_all()?;
    fs::rename(&fresh, file)?;
    // The rename itself must survive a power cut too.
    match file.parent().filter(|parent| !parent.as_os_str().is_empty()) {
        Some(folder) => File::open(folder)?.sync_all(),
        None => File::open(".")?.sync_all(),
    }
}
