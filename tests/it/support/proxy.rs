//! A wire between server and database that can be cut, held and bent.
//!
//! **Invariant:** it forwards bytes as they come; what it does to them is switched on by a test and off again.

use std::sync::{
    Arc,
    atomic::{AtomicBool, AtomicU32, Ordering},
};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{
        TcpListener, TcpStream,
        tcp::{OwnedReadHalf, OwnedWriteHalf},
    },
    sync::watch,
};

/// What is done to the bytes.
struct Wire {
    /// Nothing passes, and nobody is told.
    held: watch::Sender<bool>,
    /// Connections made until now never pass anything again, though nobody closes them.
    lost: AtomicBool,
    /// So many more answers to COMMIT are swallowed with their connection.
    swallow: AtomicU32,
}

/// A wire that listens at an address of its own.
pub struct Proxy {
    address: String,
    wire: Arc<Wire>,
}

impl Proxy {
    /// Listens for connections to the database server of an address.
    pub async fn to(url: &str) -> Self {
        let server = authority(url).to_owned();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let wire = Arc::new(Wire {
            held: watch::Sender::new(false),
            lost: AtomicBool::new(false),
            swallow: AtomicU32::new(0),
        });
        let all = Arc::clone(&wire);
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                if let Ok(server) = TcpStream::connect(&server).await {
                    connect(client, server, &all);
                }
            }
        });
        Self { address, wire }
    }

    /// The same database, through this wire.
    pub fn address_of(&self, url: &str) -> String {
        url.replace(authority(url), &self.address)
    }

    /// From now on nothing passes.
    pub fn hold(&self) {
        self.wire.held.send_replace(true);
    }

    /// Everything passes again.
    pub fn release(&self) {
        self.wire.held.send_replace(false);
    }

    /// New connections pass; those made until now stay silent for ever.
    pub fn lose_what_is_held(&self) {
        self.wire.lost.store(true, Ordering::SeqCst);
        self.release();
    }

    /// The next answers to COMMIT are lost: the database has committed, and nobody hears of it.
    pub fn swallow_commits(&self, answers: u32) {
        self.wire.swallow.store(answers, Ordering::SeqCst);
    }

    /// Whether there is still an answer to be swallowed.
    pub fn is_armed(&self) -> bool {
        self.wire.swallow.load(Ordering::SeqCst) > 0
    }
}

fn authority(url: &str) -> &str {
    let (_, rest) = url.split_once('@').unwrap();
    rest.split_once('/').unwrap().0
}

fn connect(client: TcpStream, server: TcpStream, wire: &Arc<Wire>) {
    let (from_client, to_client) = client.into_split();
    let (from_server, to_server) = server.into_split();
    let committing = Arc::new(AtomicBool::new(false));
    tokio::spawn(forward(from_client, to_server, (Arc::clone(wire), Arc::clone(&committing)), true));
    tokio::spawn(forward(from_server, to_client, (Arc::clone(wire), committing), false));
}

/// Forwards one direction. A wire that was held at this moment and lost stays silent, as its end is never told.
async fn forward(
    mut from: OwnedReadHalf,
    mut to: OwnedWriteHalf,
    (wire, committing): (Arc<Wire>, Arc<AtomicBool>),
    asks: bool,
) {
    let mut bytes = vec![0; 64 * 1024];
    let mut held = wire.held.subscribe();
    let mut was_held = false;
    loop {
        let length = tokio::select! {
            read = from.read(&mut bytes) => match read {
                Ok(length) if length > 0 => length,
                _ => return,
            },
            _ = held.changed() => { was_held |= *held.borrow_and_update(); 0 }
        };
        while *held.borrow_and_update() {
            was_held = true;
            if held.changed().await.is_err() {
                return;
            }
        }
        if was_held && wire.lost.load(Ordering::SeqCst) {
            std::future::pending::<()>().await;
        }
        let has = |word: &[u8]| bytes[..length].windows(word.len()).any(|part| part == word);
        if asks && has(b"COMMIT\0") && wire.swallow.load(Ordering::SeqCst) > 0 {
            committing.store(true, Ordering::SeqCst);
        }
        if !asks && committing.load(Ordering::SeqCst) && has(b"COMMIT\0") {
            let less =
                wire.swallow.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1));
            if less.is_err() {
                committing.store(false, Ordering::SeqCst);
                to.write_all(&bytes[..length]).await.unwrap_or_default();
                continue;
            }
            return; // both halves are closed, as a connection that broke
        }
        if length > 0 && to.write_all(&bytes[..length]).await.is_err() {
            return;
        }
    }
}
