//! Why: a line that was added or taken away beside one like it may be either of the two, and which one decides whether two
//! edits touch. git has a rule for that, and where git's merge is clean ours must be the same; so the rule must be, too.

use std::ops::Range;

/// A range of one list, and what stands there in the other.
pub type Edit = (Range<usize>, Range<usize>);

/// Moves each run of changed items to where git has it: beside a change in the other list where it can stand there, otherwise
/// as far down as it goes. Runs that come to touch become one.
pub fn settle(base: &[u32], side: &[u32], edits: &[Edit]) -> Vec<Edit> {
    let mut taken = Marks::new(base, edits.iter().map(|edit| edit.0.clone()));
    let mut added = Marks::new(side, edits.iter().map(|edit| edit.1.clone()));
    slide(&mut taken, &added);
    slide(&mut added, &taken);
    between(&taken, &added)
}

/// The items of a list, and which of them the other list has not.
struct Marks<'l> {
    items: &'l [u32],
    /// One more than there are items, so that every run has an end.
    changed: Vec<bool>,
}

impl<'l> Marks<'l> {
    fn new(items: &'l [u32], ranges: impl Iterator<Item = Range<usize>>) -> Self {
        let mut changed = vec![false; items.len() + 1];
        ranges.for_each(|range| changed[range].fill(true));
        Self { items, changed }
    }

    /// The run that begins here; an empty one where an unchanged item stands.
    fn run(&self, start: usize) -> Range<usize> {
        let len = self.changed[start..].iter().take_while(|changed| **changed).count();
        start..start + len
    }

    fn next(&self, run: &Range<usize>) -> Option<Range<usize>> {
        (run.end < self.items.len()).then(|| self.run(run.end + 1))
    }

    fn previous(&self, run: &Range<usize>) -> Option<Range<usize>> {
        let end = run.start.checked_sub(1)?;
        let len = self.changed[..end].iter().rev().take_while(|changed| **changed).count();
        Some(end - len..end)
    }

    /// One item up, together with what it then touches.
    fn up(&mut self, run: &mut Range<usize>) -> bool {
        let can = run.start > 0 && self.items[run.start - 1] == self.items[run.end - 1];
        if can {
            self.changed[run.start - 1] = true;
            self.changed[run.end - 1] = false;
            *run = run.start - 1..run.end - 1;
            let before = self.changed[..run.start].iter().rev().take_while(|changed| **changed).count();
            run.start -= before;
        }
        can
    }

    /// One item down, together with what it then touches.
    fn down(&mut self, run: &mut Range<usize>) -> bool {
        let can = run.end < self.items.len() && self.items[run.start] == self.items[run.end];
        if can {
            self.changed[run.start] = false;
            self.changed[run.end] = true;
            *run = run.start + 1..run.end + 1;
            run.end += self.changed[run.end..].iter().take_while(|changed| **changed).count();
        }
        can
    }
}

/// Slides the runs of one list. For each unchanged item of it there is one in the other, so runs between them go in pairs.
fn slide(list: &mut Marks, other: &Marks) {
    let (mut run, mut beside) = (list.run(0), other.run(0));
    loop {
        if !run.is_empty() {
            loop {
                let size = run.len();
                while list.up(&mut run) {
                    beside = other.previous(&beside).unwrap_or(0..0);
                }
                let mut paired = !beside.is_empty();
                while list.down(&mut run) {
                    beside = other.next(&beside).unwrap_or(beside);
                    paired |= !beside.is_empty();
                }
                // Grown by another run, it may slide further.
                if run.len() != size {
                    continue;
                }
                while paired && beside.is_empty() && list.up(&mut run) {
                    beside = other.previous(&beside).unwrap_or(0..0);
                }
                break;
            }
        }
        let (Some(next), Some(other_next)) = (list.next(&run), other.next(&beside)) else { return };
        (run, beside) = (next, other_next);
    }
}

/// The edits that two lists' marks stand for.
fn between(taken: &Marks, added: &Marks) -> Vec<Edit> {
    let mut edits = Vec::new();
    let (mut old, mut new) = (taken.run(0), added.run(0));
    loop {
        if !old.is_empty() || !new.is_empty() {
            edits.push((old.clone(), new.clone()));
        }
        let (Some(next_old), Some(next_new)) = (taken.next(&old), added.next(&new)) else { return edits };
        (old, new) = (next_old, next_new);
    }
}
