//! Why: people change their mind. Where a wizard goes next, and where back leads, is decided here without a keyboard, so
//! that every path through it can be tested.

use super::draft::Draft;
use super::id::Id;

/// Where the wizard stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stop {
    /// At a question.
    Ask(Id),
    /// At the review of all answers.
    Review,
}

/// The way through the questions.
pub struct Walk {
    here: Stop,
    past: Vec<Stop>,
    reviewed: bool,
}

impl Walk {
    /// Starts at the first question that nobody has answered yet.
    pub fn new(draft: &Draft, questions: &[Id]) -> Self {
        let here = Self::first_open(draft, questions);
        let reviewed = here == Stop::Review;
        Self { here, past: Vec::new(), reviewed }
    }

    /// Where it stands.
    pub fn here(&self) -> &Stop {
        &self.here
    }

    /// Goes on after an answer. `before` are the questions as they were when it was given, `now` as it left them.
    pub fn forward(&mut self, draft: &Draft, before: &[Id], now: &[Id]) {
        let next = match &self.here {
            // Whoever has seen the review is asked only what an answer has opened since, and is then back there.
            _ if self.reviewed => Self::first_open(draft, now),
            Stop::Review => Stop::Review,
            Stop::Ask(id) => {
                let place = |all: &[Id]| all.iter().position(|i| i == id);
                // A question that its own answer took away leaves its place to the one after it.
                let from = place(now).map(|i| i + 1).or_else(|| place(before)).unwrap_or(0);
                let rest = now.iter().skip(from).find(|i| !draft.settled(i));
                rest.cloned().map_or(Stop::Review, Stop::Ask)
            }
        };
        self.go(next);
    }

    /// Leaves the review for one question.
    pub fn jump(&mut self, id: Id) {
        self.go(Stop::Ask(id));
    }

    /// Goes back to where it came from; false at the beginning.
    pub fn back(&mut self, questions: &[Id]) -> bool {
        while let Some(stop) = self.past.pop() {
            let there = match &stop {
                Stop::Ask(id) => questions.contains(id),
                Stop::Review => true,
            };
            if there && stop != self.here {
                self.here = stop;
                return true;
            }
        }
        false
    }

    fn go(&mut self, next: Stop) {
        self.past.push(std::mem::replace(&mut self.here, next));
        self.reviewed |= self.here == Stop::Review;
    }

    fn first_open(draft: &Draft, questions: &[Id]) -> Stop {
        let open = questions.iter().find(|id| !draft.settled(id) && !draft.answered.contains(*id));
        open.cloned().map_or(Stop::Review, Stop::Ask)
    }
}
