//! One history: step after step, with calls that wait in between, and a look at the promises after each.
//!
//! **Invariant:** exactly one flow runs at a time, until it waits at the gate or is through; so a tape decides everything.
//! At the end nothing goes wrong any more, time goes on until nobody has anything left to do, and the rest is looked at.

use std::collections::{BTreeMap, BTreeSet};

use checkstand::{
    domain::instant::Span,
    twin::{Letter, Settlement},
};

use crate::{
    buyer::Buyer,
    laws,
    running::Running,
    step::STEPS,
    tape::Tape,
    world::{Template, World},
};

/// Flows that wait at once.
pub const RUNNING_MAX: usize = 4;
const YEAR: Span = Span::from_hours(24 * 365);

/// A promise that did not hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// Which.
    pub law: String,
    /// Where.
    pub detail: String,
}

/// A finding.
pub fn found<T>(law: impl Into<String>, detail: impl Into<String>) -> Result<T, Finding> {
    Err(Finding { law: law.into(), detail: detail.into() })
}

/// How often what happened.
pub type Tally = BTreeMap<&'static str, u64>;

/// How one history went.
pub struct Told {
    pub tape: Vec<u32>,
    pub script: Vec<String>,
    pub tally: Tally,
    pub finding: Option<Finding>,
}

/// What the laws need to know of what was done from outside.
#[derive(Default)]
pub struct Facts {
    /// Intents that somebody changed by hand at the provider.
    pub touched: BTreeSet<String>,
    /// Units that the merchant put on the shelf or took from it, by SKU.
    pub moved: BTreeMap<&'static str, i64>,
    /// Events that were acknowledged.
    pub acknowledged: BTreeSet<String>,
    /// What was given back by hand at the provider, by intent.
    pub by_hand: BTreeMap<String, i64>,
    /// Intents of which news were lost, or of which a refund came back: nobody asks for refunds without news.
    pub unheard: BTreeSet<String>,
    /// Buyers who asked for a session.
    pub buyers: usize,
}

pub struct History {
    pub world: World,
    pub facts: Facts,
    pub buyers: Vec<Buyer>,
    pub running: Vec<Running>,
    /// On its way to us.
    pub mail: Vec<Letter>,
    tally: Tally,
    seen: laws::Seen,
}

/// Lets one history happen; must run on a local set.
pub async fn tell(template: &Template, tape: Tape, steps: usize) -> Told {
    let world = World::open(template, tape).await;
    let mut history = History {
        world,
        facts: Facts::default(),
        buyers: Vec::new(),
        running: Vec::new(),
        mail: Vec::new(),
        tally: Tally::new(),
        seen: laws::Seen::default(),
    };
    let finding = history.go(steps).await.err();
    let History { world, tally, running, .. } = history;
    for running in &running {
        running.task.abort();
    }
    let told = Told {
        tape: world.gate.tape.lock().unwrap().taken.clone(),
        script: world.gate.script.lock().unwrap().clone(),
        tally,
        finding,
    };
    world.close().await;
    told
}

impl History {
    async fn go(&mut self, steps: usize) -> Result<(), Finding> {
        for _ in 0..steps {
            if self.world.gate.tape.lock().unwrap().is_used_up() {
                break;
            }
            let step = self.world.one_of(STEPS);
            self.take(step).await?;
            self.mail.extend(self.world.letters());
            self.count("steps", 1);
            laws::always(&self.world, &self.facts, &mut self.seen).await?;
        }
        self.rest().await
    }

    /// Counts what happened.
    pub fn count(&mut self, what: &'static str, many: u64) {
        *self.tally.entry(what).or_default() += many;
    }

    /// Writes a line.
    pub fn tell(&self, line: impl Into<String>) {
        self.world.gate.tell(line);
    }

    /// Nothing goes wrong any more: everybody comes to an end, mail arrives, and time passes until nothing is due.
    async fn rest(&mut self) -> Result<(), Finding> {
        self.tell("nothing goes wrong any more");
        self.world.calm();
        while let Some(running) = self.running.pop() {
            self.drive(running).await?;
        }
        for intent in self.world.intents().into_iter().filter(|intent| intent.status == "processing") {
            drop(self.world.twin.settle(&intent.id, Settlement::Succeed));
        }
        for _ in 0..400 {
            self.mail.extend(self.world.letters());
            if let Some(letter) = self.mail.pop() {
                self.settle_letter(letter).await?;
                continue;
            }
            let due = self.world.app.due(YEAR, 50).await.unwrap();
            let Some(next) = due.first().copied() else { break };
            let ahead = next.at.ms() - self.world.app.now().ms();
            if ahead > 0 {
                self.world.pass(Span::from_ms(ahead));
            }
            self.take_up(next).await?;
        }
        for (what, many) in laws::ends(&self.world).await {
            self.count(what, many);
        }
        laws::at_rest(&self.world, &self.facts).await
    }

    /// Brings a letter once; at rest none is doubled.
    async fn settle_letter(&mut self, letter: Letter) -> Result<(), Finding> {
        let before = self.mail.len();
        self.post(letter).await?;
        self.mail.truncate(before);
        Ok(())
    }
}
