//! Points at which a test kills the process: before and after each commit of a flow, before and after each call of the
//! provider, before each answer.
//!
//! **Invariant:** this is the one list of them, and a point that is not in it cannot be named. Without the feature
//! `failpoints`, and in every build without debug assertions, `reach` is empty and no variable of the environment is
//! looked for.

use std::{fmt, str::FromStr};

/// Makes an enum whose variants have names, and the list of them.
macro_rules! named {
    ($(#[$about:meta])* $kind:ident { $($(#[$doc:meta])* $variant:ident = $name:literal,)* }) => {
        $(#[$about])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum $kind { $($(#[$doc])* $variant,)* }

        impl $kind {
            /// All of them.
            pub const ALL: &[Self] = &[$(Self::$variant),*];

            const fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)* }
            }
        }
    };
}

named! {
    /// What a transaction of a flow makes durable.
    Commit {
        /// A session, with its key.
        Create = "create",
        /// A fresh token for a create that was repeated.
        CreateAgain = "create_again",
        /// What the buyer changed.
        Reprice = "reprice",
        /// What the buyer wrote.
        Message = "customer_message",
        /// A binding with its holds.
        Bind = "bind",
        /// That a client secret may go out, with the attempt.
        HandOut = "hand_out",
        /// What the browser was told of the intent.
        Told = "told",
        /// What is to be asked of the provider.
        IntentPlan = "intent_plan",
        /// That nothing can be paid after all.
        IntentDisarm = "intent_disarm",
        /// The answer to a first create.
        IntentCreated = "intent_created",
        /// The answer to any other call that changed the intent.
        IntentMoved = "intent_moved",
        /// That the intent is dead.
        IntentDead = "intent_dead",
        /// That the intent lives, and what was to cancel it is taken back.
        IntentAlive = "intent_alive",
        /// That the intent stays where it was, and the new binding is dropped.
        IntentStays = "intent_stays",
        /// The end of a session by its buyer.
        Cancel = "cancel",
        /// The order of a session with nothing to pay.
        Complete = "complete",
        /// The end of what ran out.
        Expire = "expire",
        /// That what ran out is looked at later.
        ExpireLater = "expire_later",
        /// An event as it came.
        Received = "received",
        /// An event of our own.
        LookUp = "look_up",
        /// An event's effect and its mark.
        Settle = "settle",
        /// The mark of an event without an effect.
        SetAside = "set_aside",
        /// An event that is acted on again by hand.
        Replay = "replay",
        /// What a merchant gives back.
        GiveBack = "give_back",
        /// What the provider made of a refund.
        RefundDone = "refund_done",
        /// That a refund is sent again later.
        RefundLater = "refund_later",
        /// What is to be captured.
        Capture = "capture",
        /// That a capture is done.
        CaptureDone = "capture_done",
        /// That a capture was refused.
        CaptureRefused = "capture_refused",
        /// What went back at the provider.
        Aftermath = "aftermath",
        /// Sealed secrets.
        Credential = "credential",
        /// Documents that are trusted from now on, or no longer.
        Documents = "documents",
        /// A gift certificate.
        Issue = "gift_certificate_issue",
        /// A gift certificate that pays no more.
        Stop = "gift_certificate_stop",
        /// A shop as its file declares it.
        Apply = "apply",
    }
}

named! {
    /// A call of the payment provider.
    Call {
        /// Creates an intent.
        CreateIntent = "create_intent",
        /// Moves an intent to another amount.
        UpdateIntent = "update_intent",
        /// Reads an intent.
        RetrieveIntent = "retrieve_intent",
        /// Cancels an intent.
        CancelIntent = "cancel_intent",
        /// Computes tax.
        CalculateTax = "calculate_tax",
        /// Gives money back.
        Refund = "refund",
        /// Looks for a refund that was perhaps sent.
        FindRefund = "find_refund",
        /// Takes what was authorized.
        CaptureIntent = "capture_intent",
        /// Lists what went back.
        ListRefunds = "list_refunds",
        /// Lists disputes of a payment.
        ListDisputes = "list_disputes",
        /// Lists what happened in an account.
        ListSince = "list_since",
        /// Looks at the account, its clock and its endpoints.
        CheckUp = "check_up",
    }
}

named! {
    /// An answer to a buyer or to the provider.
    Answer {
        /// Of `checkoutSessionCreate`.
        Create = "create",
        /// Of `checkoutSessionReprice`.
        Reprice = "reprice",
        /// Of `checkoutSessionCustomerMessageUpdate`.
        Message = "customer_message",
        /// Of `checkoutSessionBind`.
        Bind = "bind",
        /// Of `checkoutSessionPaymentSession`.
        Pay = "payment_session",
        /// Of `checkoutSessionComplete`.
        Complete = "complete",
        /// Of `checkoutSessionCancel`.
        Cancel = "cancel",
        /// Of a webhook.
        Webhook = "webhook",
    }
}

/// A point that a process passes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Point {
    /// All of a step is written and none of it durable.
    Before(Commit),
    /// The step is durable, and nobody knows.
    After(Commit),
    /// The provider is about to be called.
    Calling(Call),
    /// The provider has answered, and nobody has looked.
    Called(Call),
    /// All is done but the answer.
    Answering(Answer),
}

impl Point {
    /// All of them.
    pub fn all() -> impl Iterator<Item = Self> {
        let steps = Commit::ALL.iter().flat_map(|step| [Self::Before(*step), Self::After(*step)]);
        let calls = Call::ALL.iter().flat_map(|call| [Self::Calling(*call), Self::Called(*call)]);
        steps.chain(calls).chain(Answer::ALL.iter().map(|answer| Self::Answering(*answer)))
    }
}

impl fmt::Display for Point {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (name, place) = match self {
            Self::Before(step) => (step.name(), "before_commit"),
            Self::After(step) => (step.name(), "after_commit"),
            Self::Calling(call) => (call.name(), "before_call"),
            Self::Called(call) => (call.name(), "after_call"),
            Self::Answering(answer) => (answer.name(), "before_answer"),
        };
        write!(f, "{name}.{place}")
    }
}

/// What happens at a point.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum End {
    /// The process is killed.
    Kill,
    /// What is under way panics.
    Panic,
}

/// Where something ends, at which passage, and how.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Armed {
    point: Point,
    passage: u32,
    end: End,
}

/// A text names no point.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("there is no such point")]
pub struct NoSuchPoint;

impl FromStr for Armed {
    type Err = NoSuchPoint;

    fn from_str(text: &str) -> Result<Self, NoSuchPoint> {
        let (name, how) = text.split_once(':').unwrap_or((text, "1"));
        let (passage, end) = match how {
            "panic" => (1, End::Panic),
            passage => (passage.parse().ok().filter(|passage| *passage > 0).ok_or(NoSuchPoint)?, End::Kill),
        };
        let point = Point::all().find(|point| point.to_string() == name).ok_or(NoSuchPoint)?;
        Ok(Self { point, passage, end })
    }
}

pub use kill::{VARIABLE, arm, reach};

/// The real thing.
#[cfg(all(feature = "failpoints", debug_assertions))]
mod kill {
    use std::sync::{
        OnceLock,
        atomic::{AtomicU32, Ordering},
    };

    use super::{Armed, End, Point};

    /// Names a point, and after a colon its passage, if not the first; or `panic`, and then it is no death but a panic.
    pub const VARIABLE: Option<&str> = Some("CHECKSTAND_FAILPOINT");

    static ARMED: OnceLock<Armed> = OnceLock::new();
    static PASSED: AtomicU32 = AtomicU32::new(0);

    /// Says where to end; a second time changes nothing.
    pub fn arm(armed: Option<Armed>) {
        armed.map(|armed| ARMED.set(armed));
    }

    /// Ends the process here, as if the power had failed, where that was asked for.
    pub fn reach(point: Point) {
        let Some(armed) = ARMED.get().filter(|armed| armed.point == point) else { return };
        if PASSED.fetch_add(1, Ordering::SeqCst) + 1 == armed.passage {
            if armed.end == End::Panic {
                tracing::error!("panics at {point}");
                std::panic::resume_unwind(Box::new("a point was reached"));
            }
            tracing::error!("killed at {point}");
            let killed =
                rustix::process::kill_process(rustix::process::getpid(), rustix::process::Signal::KILL);
            // Not reached; whoever waits for the signal sees another one.
            tracing::error!("still alive: {killed:?}");
            std::process::abort();
        }
    }
}

/// Nothing.
#[cfg(not(all(feature = "failpoints", debug_assertions)))]
mod kill {
    use super::{Armed, Point};

    /// No variable is looked for.
    pub const VARIABLE: Option<&str> = None;

    /// Does nothing.
    pub const fn arm(_: Option<Armed>) {}

    /// Does nothing.
    #[inline]
    pub const fn reach(_: Point) {}
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_point_has_a_name_of_its_own_and_is_found_by_it() {
        let names: BTreeSet<String> = Point::all().map(|point| point.to_string()).collect();
        assert_eq!(names.len(), Point::all().count());
        for point in Point::all() {
            assert_eq!(point.to_string().parse(), Ok(Armed { point, passage: 1, end: End::Kill }));
            assert_eq!(format!("{point}:2").parse(), Ok(Armed { point, passage: 2, end: End::Kill }));
            assert_eq!(format!("{point}:panic").parse(), Ok(Armed { point, passage: 1, end: End::Panic }));
        }
        for wrong in ["", "bind", "bind.before_commit:0", "bind.before_commit:x", "bind.before_call"] {
            assert_eq!(wrong.parse::<Armed>(), Err(NoSuchPoint), "{wrong}");
        }
    }
}
