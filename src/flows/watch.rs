//! Watching a session or an order: its state now, and anew after every change.
//!
//! **Invariant:** what is handed out is always read, after the signal and never from it, so the last that a watcher sees is
//! what there is, however many signals were lost, doubled or merged. It looks by itself after a while: a replica may have
//! died between its commit and its word to the others, and the database between two of ours.

use std::{sync::Arc, time::Duration};

use tokio::sync::OwnedSemaphorePermit;
use uuid::Uuid;

use super::{App, FlowError, outcome::View, read, token::Token};
use crate::{
    domain::{checkout::State, instant::Timestamp, tenant::Organization},
    store::signal::Listener,
};

/// How long it waits after the database did not answer, at first; twice as long each time, up to a look without a signal.
const AFTER_FAILURE: Duration = Duration::from_secs(2);

/// How long whoever begins waits for a database that is busy, between two tries at most.
const PATIENCE_AT_FIRST: Duration = Duration::from_secs(8);

/// What is watched.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Subject {
    /// The session, until it is final.
    Session,
    /// The order, from when it exists until its token stops reading.
    Order,
}

/// Somebody who watches what a token opens.
pub struct Watch {
    app: App,
    organization: Arc<Organization>,
    token: Token,
    session: Uuid,
    subject: Subject,
    of_session: Listener,
    /// From when there is an order whose changes are of interest.
    of_order: Option<Listener>,
    /// What was read last; none before the first look.
    last: Option<Seen>,
}

/// The turn of one who looks: buyers come first, so those who only watch share some of the connections. Held until all that
/// is shown was read.
#[must_use = "whoever drops it has had its turn"]
pub struct Turn(#[expect(dead_code, reason = "held, not read")] Option<OwnedSemaphorePermit>);

/// What of the last look decides about the next.
struct Seen {
    turns_at: Option<Timestamp>,
    over: bool,
}

impl Watch {
    /// Begins to watch what a token opens; `None` where it opens nothing here. A database that is busy is asked again: all who
    /// watched a replica that ended begin anew at once.
    pub async fn begin(
        app: &App,
        organization: &Arc<Organization>,
        token: Token,
        subject: Subject,
    ) -> Result<Option<Self>, FlowError> {
        let mut patience = AFTER_FAILURE;
        let view = loop {
            let turn = turn(app).await;
            let read = read::session(app, organization, &token).await;
            drop(turn);
            match read {
                Err(error) if error.is_busy() && patience <= PATIENCE_AT_FIRST => {
                    tokio::time::sleep(patience).await;
                    patience *= 2;
                }
                read => break read?,
            }
        };
        let Some(view) = view else { return Ok(None) };
        let session = view.session.id.uuid();
        let of_session = app.store.signals().listen(organization.id, session);
        let (app, organization) = (app.clone(), Arc::clone(organization));
        Ok(Some(Self { app, organization, token, session, subject, of_session, of_order: None, last: None }))
    }

    /// The session that is watched.
    #[must_use]
    pub const fn session(&self) -> Uuid {
        self.session
    }

    /// The state at the first call; at each further one, the state after something happened, which may be the same. `None`
    /// once there is nothing more to see. The turn is for what else is read to show it, and is given back before the next call.
    pub async fn next(&mut self) -> Option<(View, Turn)> {
        loop {
            if let Some(last) = &self.last {
                if last.over {
                    return None;
                }
                let until = pause(self.unlike_others(), last.turns_at, self.app.now());
                tokio::select! {
                    () = self.of_session.changed() => {}
                    () = changed(self.of_order.as_mut()) => {}
                    () = tokio::time::sleep(until) => {}
                }
            }
            let (view, turn) = self.look().await?;
            if self.subject == Subject::Session || view.order.is_some() {
                return Some((view, turn));
            }
        }
    }

    /// What there is; tried until the database answers.
    async fn look(&mut self) -> Option<(View, Turn)> {
        let mut patience = AFTER_FAILURE;
        let (view, turn) = loop {
            let turn = turn(&self.app).await;
            match read::session(&self.app, &self.organization, &self.token).await {
                // Of an order that was not there before nobody listened until now, so it is read once more.
                Ok(Some(view)) if self.listens_to_order_of(&view) => {}
                Ok(view) => break (view?, turn),
                Err(error) => {
                    drop(turn);
                    tracing::debug!("a watched session could not be read: {error}");
                    tokio::time::sleep(patience).await;
                    patience = (patience * 2).min(self.unlike_others().max(AFTER_FAILURE));
                }
            }
        };
        let ended = matches!(view.state(), State::Completed | State::Canceled | State::Expired);
        let over = ended && (self.subject == Subject::Session || view.order.is_none());
        self.last = Some(Seen { turns_at: view.session.turns_at(view.now), over });
        Some((view, turn))
    }

    /// Begins to listen to the order once there is one; `false` where there is none, or that was begun before.
    fn listens_to_order_of(&mut self, view: &View) -> bool {
        let Some(order) = view.order.as_ref().filter(|_| self.subject == Subject::Order) else {
            return false;
        };
        if self.of_order.is_some() {
            return false;
        }
        self.of_order = Some(self.app.store.signals().listen(self.organization.id, order.id.uuid()));
        true
    }

    /// How long it waits for a look without a signal: a little less than it may, each session another time, so that those who
    /// were told something at once do not all come back at once.
    fn unlike_others(&self) -> Duration {
        let look = self.app.config.live.look;
        let byte = self.session.as_bytes().iter().fold(0, |all, byte| all ^ byte);
        look * (1024 - u32::from(byte)) / 1024
    }
}

/// Waits for a place among those who look.
async fn turn(app: &App) -> Turn {
    // They are never closed.
    Turn(Arc::clone(&app.looks).acquire_owned().await.ok())
}

/// Resolves once an order changed; never, while there is none.
async fn changed(order: Option<&mut Listener>) {
    match order {
        Some(listener) => listener.changed().await,
        None => std::future::pending().await,
    }
}

/// Until the next look without a signal: a while, or until time alone changes what there is to see.
fn pause(look: Duration, turns_at: Option<Timestamp>, now: Timestamp) -> Duration {
    // One that has come meanwhile is seen at once.
    let ms = turns_at.map(|at| u64::try_from(at.ms() - now.ms()).unwrap_or(0));
    ms.map_or(look, |ms| Duration::from_millis(ms).min(look))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_watcher_looks_after_a_while_or_when_time_alone_changes_something() {
        let at = Timestamp::from_ms;
        let look = Duration::from_secs(30);
        assert_eq!(pause(look, None, at(0)), look);
        assert_eq!(pause(look, Some(at(1_500)), at(500)), Duration::from_secs(1));
        assert_eq!(pause(look, Some(at(90_000_000)), at(0)), look);
        assert_eq!(pause(look, Some(at(1)), at(2)), Duration::ZERO);
    }
}
