//! Why: two branches each added something, and git merged them, with or without markers left in the lock. What both of
//! them generated is known; the lock after that is all of it.
//!
//! A text with markers stands for the texts of both sides. Each is read as a lock of its own, and the sections of both
//! are taken. Where both have a section and the two differ, its base is made of lines that both have, since what one side
//! alone has may not have come to the disk. `Reading::settle` knows the disk and does better: of the lines that one side
//! alone has, those that are on the disk belong to the base, at the place where they are there. So a disk that a merge
//! brought together, without an edit, is its own base and becomes what `new` with both gives; a side that the merge left
//! out comes anew; and no line that a person wrote is ever in a base, so none can be taken for one that has gone.
//!
//! A section that one side alone has was added by that side or removed by the other. If its file is not on the disk, that
//! says which: no person deleted it, and if it is needed it is as new.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::ops::Range;

use similar::DiffOp;

use super::read::{Part, Reading, compare, mistake, told};
use super::{Lock, Locked, State};
use crate::differences;
use crate::error::Diagnostic;
use crate::merge::{self, Labels, Language};

/// A merge of merges leaves markers inside of markers; nobody has more of them.
const DEEPEST: usize = 3;
/// Comparing texts costs time that grows faster than they do.
const LONGEST: usize = 40_000;

/// No conflict that has labels is looked at.
const NAMELESS: Labels = Labels { ours: "", base: "", theirs: "" };

/// The versions of one section.
pub(super) type Disputed = Vec<Vec<u8>>;

type Lines<'a> = Vec<(usize, &'a str)>;

/// Whether git left this line: no line of a lock begins so.
pub(super) fn is_marker(line: &str) -> bool {
    ["<<<<<<<", "|||||||", "=======", ">>>>>>>"].iter().any(|marker| line.starts_with(marker))
}

/// The texts that a text with markers stands for.
///
/// # Errors
/// A marker without its partner, or too many inside of one another.
pub(super) fn versions(lines: Lines) -> Result<Vec<Lines>, Diagnostic> {
    let mut all: Vec<Lines> = vec![vec![]; 1 << DEEPEST];
    // Of each conflict that is open: in which of its parts we are.
    let mut open: Vec<(usize, Side)> = vec![];
    let mut deepest = 0;
    for (number, line) in lines {
        let last = open.last_mut().map(|(_, side)| side);
        match (line.as_bytes()[0..line.len().min(7)].first(), last) {
            (Some(b'<'), _) if is_marker(line) => {
                open.push((number, Side::Ours));
                let sides = open.iter().filter(|(_, side)| *side != Side::Base).count();
                if sides > DEEPEST {
                    return Err(mistake(number, "conflicts inside of conflicts inside of conflicts"));
                }
                deepest = deepest.max(sides);
            }
            (Some(b'|'), Some(side @ Side::Ours)) if is_marker(line) => *side = Side::Base,
            (Some(b'='), Some(side @ (Side::Ours | Side::Base))) if is_marker(line) => *side = Side::Theirs,
            (Some(b'>'), Some(Side::Theirs)) if is_marker(line) => drop(open.pop()),
            _ if is_marker(line) => return Err(mistake(number, "a conflict marker without its partner")),
            _ => {
                for (choice, text) in all.iter_mut().enumerate() {
                    let mut levels = open.iter().enumerate();
                    if levels.all(|(level, (_, side))| side.chosen(choice >> level & 1 == 1)) {
                        text.push((number, line));
                    }
                }
            }
        }
    }
    if let Some((number, _)) = open.first() {
        return Err(mistake(*number, "a conflict marker without its partner"));
    }
    all.truncate(1 << deepest);
    Ok(all)
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Side {
    Ours,
    Base,
    Theirs,
}

impl Side {
    fn chosen(self, theirs: bool) -> bool {
        self == if theirs { Self::Theirs } else { Self::Ours }
    }
}

/// The lock that has all that its texts have.
///
/// # Errors
/// All mistakes of all texts.
pub(super) fn join(parts: Vec<Part>) -> Result<Reading, Vec<Diagnostic>> {
    let mut healed = parts.len() > 1;
    let mut mistakes = vec![];
    let mut lock = Lock::default();
    let mut disputed: BTreeMap<String, Disputed> = BTreeMap::new();
    let mut folded: HashMap<String, String> = HashMap::new();
    let texts = parts.len();
    let mut in_texts: HashMap<String, usize> = HashMap::new();
    for part in parts {
        mistakes.extend(part.mistakes);
        if texts > 1 {
            let named: BTreeSet<&String> = part.files.iter().map(|(_, path, _)| path).collect();
            for path in named {
                *in_texts.entry(path.clone()).or_default() += 1;
            }
        }
        if compare(&part.scaffold, &lock.scaffold) != Some(Ordering::Less) {
            lock.scaffold = part.scaffold;
        }
        healed |= part.files.windows(2).any(|pair| pair[0].1 >= pair[1].1);
        for (line, path, file) in part.files {
            let twin = folded.entry(path.to_lowercase()).or_insert_with(|| path.clone());
            if *twin != path {
                mistakes.push(mistake(line, format!("`{path}` and `{twin}` are one file where case does not count")));
            }
            match lock.files.get_mut(&path) {
                None => drop(lock.files.insert(path, file)),
                Some(other) if *other == file => {}
                Some(other) => {
                    if other.bytes != file.bytes {
                        let versions = disputed.entry(path).or_insert_with(|| vec![other.bytes.to_vec()]);
                        if !versions.iter().any(|version| *version == *file.bytes) {
                            versions.push(file.bytes.to_vec());
                        }
                    }
                    *other = both(other.clone(), file);
                }
            }
        }
    }
    for (path, versions) in &disputed {
        if let [ours, theirs] = &versions[..] {
            lock.sides.insert(path.clone(), [ours.clone(), theirs.clone()]);
        }
        if let Some(file) = lock.files.get_mut(path) {
            file.bytes = Cow::Owned(versions.iter().skip(1).fold(versions[0].clone(), |a, b| common(&a, b)));
        }
    }
    let in_some = |(path, file): &(&String, &Locked)| {
        file.state == State::Settled && in_texts.get(*path).is_some_and(|found| *found < texts)
    };
    let in_some = lock.files.iter().filter(in_some).map(|(path, _)| path.clone()).collect();
    if mistakes.is_empty() { Ok(Reading { lock, healed, disputed, in_some }) } else { Err(told(mistakes)) }
}

/// What waits on one side waits; what one side deleted or let go, and the other still has, the disk decides.
fn both(a: Locked, b: Locked) -> Locked {
    let rank = |state: &State| match state {
        State::Waiting { .. } => 3,
        State::Settled => 2,
        State::Dropped => 1,
        State::Deleted => 0,
    };
    if rank(&b.state) > rank(&a.state) { b } else { a }
}

impl Reading {
    /// The files whose bases are in dispute.
    pub fn disputed(&self) -> Vec<String> {
        self.disputed.keys().cloned().collect()
    }

    /// Takes the disk for the base of a file when it is what a merge makes of both versions, as git's driver does, which
    /// leaves no markers. That every line of it is known would not do: a person may have written a line that is known, or
    /// taken one away. So both versions must be in it, each in its order; the lines that are in both are what they came
    /// from, and merging them once more must give the disk to the byte. Lines without a structure are left alone: among
    /// them a line that stands twice tells nobody who wrote it, and the driver does with them what git does.
    pub fn adopt_merged(&mut self, path: &str, disk: Vec<u8>) {
        let Some([ours, theirs]) = self.disputed.get(path).map(Vec::as_slice) else { return };
        let language = Language::of(path);
        if language == Language::Lines {
            return;
        }
        let gives_the_disk = |base: Vec<u8>| {
            let merged = merge::merge(language, &base, ours, theirs, NAMELESS);
            merged.conflicts == 0 && merged.bytes == disk
        };
        if shared(ours, theirs, &disk).is_some_and(gives_the_disk)
            && let Some(file) = self.lock.files.get_mut(path)
        {
            file.bytes = Cow::Owned(disk);
            self.disputed.remove(path);
        }
    }

    /// Lets go of the sections that one side alone has and whose files are not on the disk.
    pub fn forget_absent(&mut self, absent: impl Fn(&str) -> bool) {
        for path in std::mem::take(&mut self.in_some) {
            if absent(&path) {
                self.lock.files.remove(&path);
            }
        }
    }

    /// Chooses the bases that were in dispute, now that the disk is known. Nothing is read where nothing was.
    ///
    /// # Errors
    /// What `disk` returns.
    pub fn settle<E>(&mut self, mut disk: impl FnMut(&str) -> Result<Option<Vec<u8>>, E>) -> Result<(), E> {
        for (path, versions) in std::mem::take(&mut self.disputed) {
            let (Some(file), Some(disk)) = (self.lock.files.get_mut(&path), disk(&path)?) else { continue };
            let base = versions.iter().find(|version| **version == disk).cloned();
            let joined = || versions.iter().skip(1).fold(versions[0].clone(), |a, b| nearest(&a, b, &disk));
            file.bytes = Cow::Owned(base.unwrap_or_else(joined));
        }
        Ok(())
    }
}

fn lines(bytes: &[u8]) -> Vec<&[u8]> {
    bytes.split_inclusive(|b| *b == b'\n').collect()
}

/// The lines of a text that two others have, too; `None` when it has not all lines of each in their order.
fn shared(a: &[u8], b: &[u8], text: &[u8]) -> Option<Vec<u8>> {
    let (a, b, text) = (lines(a), lines(b), lines(text));
    if text.len() > LONGEST || a.len().max(b.len()) > text.len() {
        return None;
    }
    let of = |other: &[&[u8]]| {
        let mut places = vec![false; text.len()];
        for (_, run) in equal_runs(other, &text) {
            places[run].fill(true);
        }
        (places.iter().filter(|there| **there).count() == other.len()).then_some(places)
    };
    let both = of(&a)?.into_iter().zip(of(&b)?).map(|(a, b)| a && b);
    Some(text.iter().zip(both).filter(|(_, both)| *both).flat_map(|(line, _)| line.to_vec()).collect())
}

fn equal_runs(a: &[&[u8]], b: &[&[u8]]) -> Vec<(Range<usize>, Range<usize>)> {
    let runs = differences::between(a, b).into_iter();
    let equal = |op| match op {
        DiffOp::Equal { old_index, new_index, len } => Some((old_index..old_index + len, new_index..new_index + len)),
        _ => None,
    };
    runs.filter_map(equal).collect()
}

/// The lines that both have.
#[must_use]
pub fn common(a: &[u8], b: &[u8]) -> Vec<u8> {
    let (first, second) = (lines(a), lines(b));
    if first.len().max(second.len()) > LONGEST {
        return a.to_vec();
    }
    equal_runs(&first, &second).into_iter().flat_map(|(run, _)| first[run].concat()).collect()
}

/// The lines that both have, and between them of the others those that the disk has there, in its order.
#[must_use]
pub fn nearest(a: &[u8], b: &[u8], disk: &[u8]) -> Vec<u8> {
    let (first, second, disk) = (lines(a), lines(b), lines(disk));
    if first.len().max(second.len()).max(disk.len()) > LONGEST {
        return a.to_vec();
    }
    let runs = equal_runs(&first, &second);
    let shared: Vec<&[u8]> = runs.iter().flat_map(|(run, _)| first[run.clone()].iter().copied()).collect();
    // Where each shared line is on the disk.
    let mut places: Vec<Option<usize>> = vec![None; shared.len()];
    for (run, on_disk) in equal_runs(&shared, &disk) {
        run.zip(on_disk).for_each(|(at, place)| places[at] = Some(place));
    }
    let mut out: Vec<u8> = vec![];
    let (mut taken, mut done, mut a_end, mut b_end) = (0, 0, 0, 0);
    let ends = (first.len()..first.len(), second.len()..second.len());
    for (in_a, in_b) in runs.into_iter().chain([ends]) {
        let (only_a, only_b) = (&first[a_end..in_a.start], &second[b_end..in_b.start]);
        if !only_a.is_empty() || !only_b.is_empty() {
            let before = places[..done].iter().rev().flatten().next().map_or(0, |place| place + 1);
            let after = places[done..].iter().flatten().next().map_or(disk.len(), |place| *place);
            let region = &disk[before.max(taken).min(after)..after];
            let mut left: HashMap<&[u8], usize> = HashMap::new();
            only_a.iter().chain(only_b).for_each(|line| *left.entry(line).or_default() += 1);
            let known = region.iter().filter(|line| left.get_mut(**line).filter(|n| **n > 0).map(|n| *n -= 1).is_some());
            let known: Vec<&[u8]> = known.copied().collect();
            // A region of which nothing is known is what a person made of the one or the other.
            let edited = known.is_empty() && !region.is_empty();
            out.extend(if edited { only_a.concat() } else { known.concat() });
            taken = after;
        }
        out.extend(first[in_a.clone()].concat());
        done += in_a.len();
        (a_end, b_end) = (in_a.end, in_b.end);
    }
    out
}
