//! Every decision of a history, one number each.
//!
//! **Invariant:** the same numbers are the same history. Nought is the plain choice (nothing happens, no fault, the first
//! of several), so that noughts and missing numbers make a history simpler, never stranger.

use fastrand::Rng;

/// A source of decisions that remembers them.
#[derive(Debug, Clone)]
pub struct Tape {
    chance: Option<Rng>,
    given: Vec<u32>,
    /// What was decided so far.
    pub taken: Vec<u32>,
}

impl Tape {
    /// Decisions by chance; the same seed decides the same.
    pub fn of_seed(seed: u64) -> Self {
        Self { chance: Some(Rng::with_seed(seed)), given: Vec::new(), taken: Vec::new() }
    }

    /// Decisions as they were taken before; noughts once these are used up.
    pub fn of(given: Vec<u32>) -> Self {
        Self { chance: None, given, taken: Vec::new() }
    }

    /// A number from 0 to one less than this.
    pub fn below(&mut self, many: usize) -> usize {
        let many = u32::try_from(many).unwrap();
        let value = match &mut self.chance {
            Some(chance) => chance.u32(..many),
            None => self.given.get(self.taken.len()).copied().unwrap_or(0) % many,
        };
        self.taken.push(value);
        usize::try_from(value).unwrap()
    }

    /// One of several, each as likely as its weight says.
    pub fn one_of<T: Copy>(&mut self, choices: &[(usize, T)]) -> T {
        let mut at = self.below(choices.iter().map(|(weight, _)| weight).sum());
        for (weight, choice) in choices {
            match at.checked_sub(*weight) {
                Some(rest) => at = rest,
                None => return *choice,
            }
        }
        unreachable!("a number below the sum of all weights")
    }

    /// Whether a tape of given numbers is used up.
    pub fn is_used_up(&self) -> bool {
        self.chance.is_none() && self.taken.len() >= self.given.len()
    }
}

/// Shorter and plainer tapes than this one, the boldest first: without a stretch, or with a number at nought.
pub fn simpler(tape: &[u32]) -> Vec<Vec<u32>> {
    let mut all = Vec::new();
    let mut length = tape.len() / 2;
    while length > 0 {
        for start in (0..tape.len()).step_by(length) {
            let end = (start + length).min(tape.len());
            all.push([&tape[..start], &tape[end..]].concat());
        }
        length /= 2;
    }
    for (at, _) in tape.iter().enumerate().filter(|(_, value)| **value > 0) {
        let mut plain = tape.to_vec();
        plain[at] = 0;
        all.push(plain);
    }
    all
}
