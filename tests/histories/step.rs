//! What may happen next, and how likely it is.
//!
//! **Invariant:** the first step is that nothing happens. A step that cannot be taken now is no step.

use crate::{
    history::{Finding, History},
    of_buyers::Call,
};

/// What happens.
#[derive(Clone, Copy, Debug)]
pub enum Step {
    Nothing,
    Open,
    GoAhead,
    Change,
    Bind,
    Call(Call),
    Pay,
    Authenticate,
    Clear,
    Deliver,
    Lose,
    Work,
    GoOn,
    Crash,
    Pass,
    Reprice,
    Restock,
    Touch,
    GiveBack,
    Capture,
    Lapse,
    GiveBackByHand,
    SendBack,
}

/// Everything, and how likely it is.
pub const STEPS: &[(usize, Step)] = &[
    (1, Step::Nothing),
    (7, Step::Open),
    (40, Step::GoAhead),
    (4, Step::Change),
    (4, Step::Bind),
    (5, Step::Call(Call::AskForPayment)),
    (4, Step::Call(Call::Complete)),
    (3, Step::Call(Call::Cancel)),
    (1, Step::Call(Call::Look)),
    (5, Step::Pay),
    (3, Step::Authenticate),
    (3, Step::Clear),
    (14, Step::Deliver),
    (2, Step::Lose),
    (6, Step::Work),
    (14, Step::GoOn),
    (2, Step::Crash),
    (5, Step::Pass),
    (2, Step::Reprice),
    (2, Step::Restock),
    (3, Step::Touch),
    (6, Step::GiveBack),
    (4, Step::Capture),
    (3, Step::Lapse),
    (5, Step::GiveBackByHand),
    (4, Step::SendBack),
];

impl History {
    /// Takes a step.
    pub async fn take(&mut self, step: Step) -> Result<(), Finding> {
        match step {
            Step::Open => return self.open().await,
            Step::GoAhead => return self.go_ahead().await,
            Step::Change => return self.change().await,
            Step::Bind => return self.bind().await,
            Step::Call(call) => return self.call(call).await,
            Step::Deliver => return self.deliver().await,
            Step::Work => return self.work().await,
            Step::GoOn => return self.go_on().await,
            Step::GiveBack => return self.give_back().await,
            Step::Capture => return self.capture().await,
            Step::Nothing => {}
            Step::Pay => self.pay().await,
            Step::Authenticate => self.bank("requires_action"),
            Step::Clear => self.bank("processing"),
            Step::Lapse => self.lapse().await,
            Step::GiveBackByHand => self.give_back_by_hand().await,
            Step::SendBack => self.send_back(),
            Step::Lose => self.lose(),
            Step::Crash => self.crash().await,
            Step::Pass => self.pass(),
            Step::Reprice => self.reprice().await,
            Step::Restock => self.restock().await,
            Step::Touch => self.touch(),
        }
        Ok(())
    }
}
