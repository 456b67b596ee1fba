//! How many may watch at once, and when all have to go.
//!
//! **Invariant:** whoever watches holds a seat and gives it back however it ends; at the end of the process nobody gets one,
//! and whoever has one hears of it.

use std::{
    collections::HashMap,
    hash::Hash,
    net::{IpAddr, Ipv6Addr},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use tokio::sync::watch;
use uuid::Uuid;

/// Connections of one address at most: a shop's office or a carrier's gateway is one address for many buyers.
pub const CONNECTIONS_PER_ADDRESS_MAX: usize = 100;
/// Watchers of one token at most: tabs and devices of one buyer, and those that are not yet known to be gone.
pub const WATCHERS_PER_TOKEN_MAX: usize = 10;

/// The seats of a process; clones share them.
#[derive(Clone)]
pub struct Seats(Arc<Inner>);

struct Inner {
    taken: Mutex<Taken>,
    connections_max: usize,
    ending: watch::Sender<bool>,
}

#[derive(Default)]
struct Taken {
    connections: usize,
    by_address: HashMap<IpAddr, usize>,
    by_session: HashMap<Uuid, usize>,
}

/// What a seat is for.
#[derive(Debug, Clone, Copy)]
enum For {
    Connection(Option<IpAddr>),
    Session(Uuid),
}

/// A place that is given back when it is dropped.
pub struct Seat {
    seats: Seats,
    held: For,
}

impl Seats {
    /// So many connections at most.
    #[must_use]
    pub fn new(connections_max: usize) -> Self {
        let inner = Inner { taken: Mutex::default(), connections_max, ending: watch::Sender::new(false) };
        Self(Arc::new(inner))
    }

    /// A seat for a connection from an address, where that is known; `None` where there are too many.
    #[must_use]
    pub fn connection(&self, from: Option<IpAddr>) -> Option<Seat> {
        let mut taken = self.taken();
        if *self.0.ending.borrow() || taken.connections >= self.0.connections_max {
            return None;
        }
        let from = from.map(network);
        if let Some(network) = from {
            count(&mut taken.by_address, network, CONNECTIONS_PER_ADDRESS_MAX)?;
        }
        taken.connections += 1;
        Some(Seat { seats: self.clone(), held: For::Connection(from) })
    }

    /// A seat for one who watches a session or its order; `None` where there are too many.
    #[must_use]
    pub fn watcher(&self, session: Uuid) -> Option<Seat> {
        count(&mut self.taken().by_session, session, WATCHERS_PER_TOKEN_MAX)?;
        Some(Seat { seats: self.clone(), held: For::Session(session) })
    }

    /// How many connections are open.
    #[must_use]
    pub fn connections(&self) -> usize {
        self.taken().connections
    }

    /// Tells all who watch to go; nobody gets a seat any more.
    pub fn end(&self) {
        self.0.ending.send_replace(true);
    }

    /// Resolves once all have to go.
    pub async fn ended(&self) {
        let mut ending = self.0.ending.subscribe();
        // The sender lives as long as these seats.
        let _ending = ending.wait_for(|ending| *ending).await;
    }

    fn taken(&self) -> MutexGuard<'_, Taken> {
        self.0.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        let mut taken = self.seats.taken();
        match self.held {
            For::Connection(from) => {
                taken.connections = taken.connections.saturating_sub(1);
                if let Some(address) = from {
                    give_back(&mut taken.by_address, &address);
                }
            }
            For::Session(session) => give_back(&mut taken.by_session, &session),
        }
    }
}

/// Whom an address stands for: with IPv6, one customer has at least the last 64 bits to itself (RFC 6177, 2).
fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(v6) => Ipv6Addr::from_bits(v6.to_bits() >> 64 << 64).into(),
        v4 @ IpAddr::V4(_) => v4,
    }
}

fn count<K: Eq + Hash>(all: &mut HashMap<K, usize>, key: K, max: usize) -> Option<()> {
    let count = all.entry(key).or_default();
    if *count >= max {
        return None;
    }
    *count += 1;
    Some(())
}

fn give_back<K: Eq + Hash>(all: &mut HashMap<K, usize>, key: &K) {
    if let Some(count) = all.get_mut(key) {
        *count -= 1;
        if *count == 0 {
            all.remove(key);
        }
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt;

    use super::*;

    #[test]
    fn there_are_so_many_seats_for_an_address_a_token_and_in_all() {
        let address = |last: u8| Some(IpAddr::from([192, 0, 2, last]));
        let seats = Seats::new(CONNECTIONS_PER_ADDRESS_MAX + 2);
        let mut held: Vec<Seat> = Vec::new();
        for _ in 0..CONNECTIONS_PER_ADDRESS_MAX {
            held.push(seats.connection(address(1)).unwrap());
        }
        assert!(seats.connection(address(1)).is_none());
        held.push(seats.connection(address(2)).unwrap());
        held.push(seats.connection(None).unwrap());
        assert!(seats.connection(address(3)).is_none() && seats.connection(None).is_none());
        let of_one_token: Vec<_> =
            (0..WATCHERS_PER_TOKEN_MAX).map(|_| seats.watcher(Uuid::nil()).unwrap()).collect();
        assert!(seats.watcher(Uuid::nil()).is_none() && seats.watcher(Uuid::max()).is_some());
        drop((held, of_one_token));
        assert_eq!(seats.connections(), 0);
        assert!(seats.connection(address(1)).is_some() && seats.watcher(Uuid::nil()).is_some());
        assert!(seats.taken().by_address.is_empty() && seats.taken().by_session.is_empty());
    }

    #[test]
    fn an_address_is_counted_with_its_network() {
        let of = |text: &str| network(text.parse().unwrap()).to_string();
        assert_eq!(of("2001:db8:1:2:3:4:5:6"), "2001:db8:1:2::");
        assert_eq!(of("::ffff:192.0.2.1"), "192.0.2.1");
        assert_eq!(of("192.0.2.1"), "192.0.2.1");
    }

    #[tokio::test]
    async fn at_the_end_all_hear_of_it_and_nobody_gets_a_seat() {
        let seats = Seats::new(1);
        assert!(seats.ended().now_or_never().is_none());
        seats.end();
        assert!(seats.ended().now_or_never().is_some() && seats.connection(None).is_none());
    }
}
