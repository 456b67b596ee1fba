//! Connections: taken, bounded in time, and ended.
//!
//! **Invariant:** a connection that brings no whole head of a request in time is closed, and so is one whose client takes
//! nothing of what it is sent; at the end each finishes what is under way and takes nothing new.

use std::{io::ErrorKind, net::SocketAddr, pin::pin, time::Duration};

use axum::{Router, extract::ConnectInfo};
use hyper::{
    Request,
    body::Incoming,
    server::conn::http1,
    service::{Service, service_fn},
};
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    service::TowerToHyperService,
};
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::watch,
};

/// How long the head of a request may take, and how long a connection may wait for the next one: longer than proxies keep
/// theirs (60 seconds are usual), as one that is used while it is closed fails.
pub const HEAD_MAX: Duration = Duration::from_secs(75);
/// How long what is sent may stay without a sign of the other end: a client that is gone, or one that does not read.
const UNTAKEN_MAX: Duration = Duration::from_mins(1);
/// How long nothing is taken after the machine could not, as where it has no more descriptors.
const EXHAUSTED_PAUSE: Duration = Duration::from_secs(1);

/// Open files beside those who watch: buyers, the database, the provider.
const OTHER_FILES: u64 = 1000;

/// Each connection is an open file, and systems begin with a limit of 1,024: raised as far as it has to and may be.
pub(super) fn room_for(watching: usize) {
    let wanted = u64::try_from(watching).unwrap_or(u64::MAX).saturating_add(OTHER_FILES);
    let limit = getrlimit(Resource::Nofile);
    if limit.current.is_none_or(|current| current >= wanted) {
        return;
    }
    let current = limit.maximum.map_or(wanted, |maximum| maximum.min(wanted));
    let raised = setrlimit(Resource::Nofile, Rlimit { current: Some(current), maximum: limit.maximum });
    if raised.is_err() || current < wanted {
        tracing::warn!(
            wanted,
            ?limit,
            "fewer open files are allowed than connections; raise the limit (ulimit -n)"
        );
    }
}

/// Serves all who connect until `stop` resolves, then those who are there.
pub async fn serve(
    listener: TcpListener,
    routes: Router,
    head_max: Duration,
    stop: impl Future<Output = ()>,
) {
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(head_max);
    // Each connection holds a receiver, so the last one that ends closes the channel.
    let (end, ended) = watch::channel(());
    let mut stop = pin!(stop);
    loop {
        let (stream, peer) = tokio::select! {
            taken = take(&listener) => taken,
            () = stop.as_mut() => break,
        };
        let routes = TowerToHyperService::new(routes.clone());
        let service = service_fn(move |mut request: Request<Incoming>| {
            request.extensions_mut().insert(ConnectInfo(peer));
            routes.call(request)
        });
        let connection = http.serve_connection(TokioIo::new(stream), service).with_upgrades();
        let mut ended = ended.clone();
        tokio::spawn(async move {
            let mut connection = pin!(connection);
            let served = tokio::select! {
                served = connection.as_mut() => served,
                _ = ended.changed() => {
                    connection.as_mut().graceful_shutdown();
                    connection.await
                }
            };
            if let Err(error) = served {
                tracing::debug!("a connection broke: {error}");
            }
        });
    }
    drop((listener, ended));
    end.send_replace(());
    end.closed().await;
}

async fn take(listener: &TcpListener) -> (TcpStream, SocketAddr) {
    loop {
        match listener.accept().await {
            Ok((stream, peer)) => {
                if let Err(error) = bound(&stream) {
                    tracing::debug!("a connection could not be bounded: {error}");
                }
                return (stream, peer);
            }
            // It was gone before it was taken.
            Err(error)
                if matches!(error.kind(), ErrorKind::ConnectionAborted | ErrorKind::ConnectionReset) => {}
            Err(error) => {
                tracing::error!("no connection can be taken: {error}");
                tokio::time::sleep(EXHAUSTED_PAUSE).await;
            }
        }
    }
}

/// A stream of events waits for its client in the socket, where no time limit of ours reaches: the system ends it.
fn bound(stream: &TcpStream) -> std::io::Result<()> {
    stream.set_nodelay(true)?;
    #[cfg(target_os = "linux")]
    rustix::net::sockopt::set_tcp_user_timeout(stream, u32::try_from(UNTAKEN_MAX.as_millis()).unwrap_or(0))?;
    Ok(())
}
