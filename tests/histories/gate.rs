//! What stands between the server and its provider: calls that wait, fail, or whose answer is lost.
//!
//! **Invariant:** a fault is one that a network can make: the effect happened or it did not, and the server cannot tell
//! which. A call that waits lets everybody else go on, so whatever may happen between two transactions of a flow does.

use std::sync::{
    Arc, Mutex,
    atomic::{AtomicBool, Ordering},
};

use async_trait::async_trait;
use checkstand::{
    clock::{Clock, StoppedClock},
    domain::{
        assessment::{Assessment, Question},
        currency::Currency,
        ids::{AttemptId, RefundId},
        instant::Timestamp,
        money::Minor,
    },
    payment::{
        Account, Gateway, GatewayError, Intent, IntentTerms, RefundPart,
        aftermath::{Dispute, GivenBack, Listing, Page},
        check_up::CheckUp,
        stripe::Stripe,
    },
};
use tokio::sync::{mpsc, oneshot};

use crate::tape::Tape;

/// What a call runs into.
#[derive(Clone, Copy)]
enum Fate {
    Fine,
    WaitsBefore,
    WaitsAfter,
    NeverArrives,
    AnswerIsLost,
    TooMany,
}

const FATES: &[(usize, Fate)] = &[
    (70, Fate::Fine),
    (7, Fate::WaitsBefore),
    (7, Fate::WaitsAfter),
    (5, Fate::NeverArrives),
    (6, Fate::AnswerIsLost),
    (2, Fate::TooMany),
];

/// A call that waits, and how it goes on.
pub struct Waiting {
    /// Which call, and whether it has had its effect.
    pub at: String,
    /// Lets it go on; dropped with whoever made the call.
    pub go_on: oneshot::Sender<()>,
}

/// What the scheduler and all calls share.
pub struct Gate {
    /// All decisions of the history.
    pub tape: Mutex<Tape>,
    /// What happened, a line each.
    pub script: Mutex<Vec<String>>,
    /// Whether calls may run into anything.
    pub is_rough: AtomicBool,
    waiting: mpsc::UnboundedSender<Waiting>,
    clock: Arc<StoppedClock>,
}

impl Gate {
    /// A gate, and where calls that wait are told.
    pub fn new(tape: Tape, clock: Arc<StoppedClock>) -> (Arc<Self>, mpsc::UnboundedReceiver<Waiting>) {
        let (waiting, told) = mpsc::unbounded_channel();
        let gate = Self {
            tape: Mutex::new(tape),
            script: Mutex::default(),
            is_rough: AtomicBool::new(true),
            waiting,
            clock,
        };
        (Arc::new(gate), told)
    }

    /// Writes a line.
    pub fn tell(&self, line: impl Into<String>) {
        self.script.lock().unwrap().push(line.into());
    }

    /// Answers whether the server still waits for the call, which it gives up after less than a minute.
    async fn wait(&self, at: String) -> bool {
        let (go_on, told) = oneshot::channel();
        let since = self.clock.now();
        self.tell(format!("     ... waits {at}"));
        if self.waiting.send(Waiting { at, go_on }).is_ok() {
            drop(told.await);
        }
        let in_time = self.clock.now() == since;
        if !in_time {
            self.tell("     ... too long: nobody waits for it any more");
        }
        in_time
    }

    async fn call<T>(
        &self,
        what: &str,
        work: impl Future<Output = Result<T, GatewayError>>,
    ) -> Result<T, GatewayError> {
        if !self.is_rough.load(Ordering::SeqCst) {
            return work.await;
        }
        let fate = self.tape.lock().unwrap().one_of(FATES);
        match fate {
            Fate::Fine => work.await,
            Fate::WaitsBefore => {
                if !self.wait(format!("before {what}")).await {
                    return Err(GatewayError::Unknown);
                }
                work.await
            }
            Fate::WaitsAfter => {
                let answer = work.await;
                if !self.wait(format!("after {what}")).await {
                    return Err(GatewayError::Unknown);
                }
                answer
            }
            Fate::NeverArrives => {
                self.tell(format!("     ... {what} never arrives"));
                Err(GatewayError::Unknown)
            }
            Fate::AnswerIsLost => {
                drop(work.await);
                self.tell(format!("     ... the answer to {what} is lost"));
                Err(GatewayError::Unknown)
            }
            Fate::TooMany => {
                self.tell(format!("     ... {what} is one call too many"));
                Err(GatewayError::Busy)
            }
        }
    }
}

/// The provider behind the gate.
pub struct Gated {
    /// The provider, played by the twin.
    pub stripe: Stripe,
    /// The gate.
    pub gate: Arc<Gate>,
}

#[async_trait]
impl Gateway for Gated {
    async fn create_intent(
        &self,
        account: &Account,
        key: &str,
        terms: &IntentTerms,
    ) -> Result<Intent, GatewayError> {
        self.gate.call("the create of an intent", self.stripe.create_intent(account, key, terms)).await
    }

    async fn find_intent(
        &self,
        account: &Account,
        attempt: AttemptId,
    ) -> Result<Option<Intent>, GatewayError> {
        self.gate.call("the search for an intent", self.stripe.find_intent(account, attempt)).await
    }

    async fn update_intent(
        &self,
        account: &Account,
        key: &str,
        intent: &str,
        terms: &IntentTerms,
    ) -> Result<Intent, GatewayError> {
        self.gate
            .call("the update of an intent", self.stripe.update_intent(account, key, intent, terms))
            .await
    }

    async fn retrieve_intent(&self, account: &Account, intent: &str) -> Result<Intent, GatewayError> {
        self.gate.call("the look at an intent", self.stripe.retrieve_intent(account, intent)).await
    }

    async fn cancel_intent(
        &self,
        account: &Account,
        key: &str,
        intent: &str,
    ) -> Result<Intent, GatewayError> {
        self.gate.call("the cancel of an intent", self.stripe.cancel_intent(account, key, intent)).await
    }

    async fn capture_intent(
        &self,
        account: &Account,
        key: &str,
        intent: &str,
        amount: (Minor, Currency),
    ) -> Result<Intent, GatewayError> {
        self.gate.call("a capture", self.stripe.capture_intent(account, key, intent, amount)).await
    }

    async fn calculate_tax(&self, account: &Account, asked: Question) -> Result<Assessment, GatewayError> {
        self.gate.call("the question for taxes", self.stripe.calculate_tax(account, asked)).await
    }

    async fn refund(
        &self,
        account: &Account,
        key: &str,
        intent: &str,
        part: Option<&RefundPart>,
    ) -> Result<String, GatewayError> {
        self.gate.call("a refund", self.stripe.refund(account, key, intent, part)).await
    }

    async fn find_refund(
        &self,
        account: &Account,
        intent: &str,
        id: RefundId,
    ) -> Result<Option<String>, GatewayError> {
        self.gate.call("the search for a refund", self.stripe.find_refund(account, intent, id)).await
    }

    async fn check_up(&self, account: &Account) -> Result<CheckUp, GatewayError> {
        self.gate.call("a check-up", self.stripe.check_up(account)).await
    }

    async fn refunds_of(&self, account: &Account, intent: &str) -> Result<Vec<GivenBack>, GatewayError> {
        self.gate.call("the list of refunds", self.stripe.refunds_of(account, intent)).await
    }

    async fn disputes_of(&self, account: &Account, intent: &str) -> Result<Vec<Dispute>, GatewayError> {
        self.gate.call("the list of disputes", self.stripe.disputes_of(account, intent)).await
    }

    async fn list_since(
        &self,
        account: &Account,
        what: Listing,
        since: Timestamp,
        after: Option<&str>,
    ) -> Result<Page, GatewayError> {
        self.gate.call("a list of the account", self.stripe.list_since(account, what, since, after)).await
    }
}
