//! Flows that are under way: started, waiting at the gate, through, or cut off by a crash.
//!
//! **Invariant:** one runs at a time. What one of them was told is heard by whom it concerns; what was cut off is heard by
//! nobody, and a letter that was not acknowledged is sent again.

use std::time::Duration;

use checkstand::{flows::FlowError, twin::Letter};
use tokio::task::JoinHandle;

use crate::{
    buyer::Heard,
    gate::Waiting,
    history::{Finding, History, found},
};

/// Far more than any step takes.
const STUCK: Duration = Duration::from_secs(30);

/// Whose step is under way.
pub enum Whose {
    /// A buyer's, and whether it opens the session.
    Buyer(usize, bool),
    /// The provider's, who sends a letter.
    Mail(Letter),
    /// The worker's or the merchant's.
    Other,
}

/// A flow under way.
pub struct Running {
    said: String,
    whose: Whose,
    /// The flow itself.
    pub task: JoinHandle<Result<Heard, FlowError>>,
    waiting: Option<Waiting>,
}

impl History {
    /// Starts a flow and lets it run until it waits or is through.
    pub async fn start(
        &mut self,
        said: String,
        whose: Whose,
        flow: impl Future<Output = Result<Heard, FlowError>> + 'static,
    ) -> Result<(), Finding> {
        self.tell(&said);
        let task = tokio::task::spawn_local(flow);
        self.drive(Running { said, whose, task, waiting: None }).await
    }

    /// Lets a flow run until it waits or is through.
    pub async fn drive(&mut self, mut running: Running) -> Result<(), Finding> {
        if let Some(waiting) = running.waiting.take() {
            self.tell(format!("{} goes on {}", running.said, waiting.at));
            // Whoever waited may be gone.
            let _: Result<(), ()> = waiting.go_on.send(());
        }
        let done = tokio::select! {
            biased;
            done = &mut running.task => done,
            Some(waiting) = self.world.waiting.recv() => {
                running.waiting = Some(waiting);
                self.running.push(running);
                self.count("calls that waited", 1);
                return Ok(());
            }
            () = tokio::time::sleep(STUCK) => return found("stuck", running.said),
        };
        match done {
            Ok(Ok(heard)) => self.hear(running.whose, heard),
            Ok(Err(error)) if error.is_busy() => {
                self.tell(format!("     -> busy: {error}"));
                self.unheard(running.whose);
                Ok(())
            }
            Ok(Err(error)) => found("an error that nobody foresaw", format!("{}: {error:?}", running.said)),
            Err(panic) => found("panic", format!("{}: {panic}", running.said)),
        }
    }

    fn hear(&mut self, whose: Whose, heard: Heard) -> Result<(), Finding> {
        self.tell(format!("     -> {} {}", heard.state, heard.codes.join(", ")));
        match whose {
            Whose::Buyer(who, opens) => self.buyers[who].hear(heard, opens),
            Whose::Mail(letter) if heard.codes.is_empty() => {
                self.facts.acknowledged.insert(letter.event_id.clone());
                if self.world.one_of(&[(3, false), (1, true)]) {
                    self.count("events doubled", 1);
                    self.mail.push(letter);
                }
            }
            Whose::Mail(letter) => return found("what is signed is taken", letter.event_type),
            Whose::Other => {}
        }
        Ok(())
    }

    fn unheard(&mut self, whose: Whose) {
        if let Whose::Mail(letter) = whose {
            self.mail.push(letter);
        }
    }

    /// Somebody who waits goes on.
    pub async fn go_on(&mut self) -> Result<(), Finding> {
        if self.running.is_empty() {
            return Ok(());
        }
        let at = self.world.below(self.running.len());
        let running = self.running.remove(at);
        self.drive(running).await
    }

    /// The server ends without a word, with everything that was under way, and starts again.
    pub async fn crash(&mut self) {
        self.tell(format!("the server crashes and starts again; {} were waiting", self.running.len()));
        for running in std::mem::take(&mut self.running) {
            running.task.abort();
            drop(running.task.await);
            self.unheard(running.whose);
        }
        self.world.restart().await;
        self.count("crashes", 1);
    }
}
