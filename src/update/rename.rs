//! Why: a rename changes a word in lines all over a file, and people have edited some of those lines. To merge that as a
//! change like any other makes a conflict of each of them. So the new name is brought into what was generated before and
//! into the user's edits of it first; what is left to merge is what else is new. Lines that the user wrote alone are the
//! user's: they are named, not changed.

#[cfg(test)]
mod tests;

use std::collections::{HashMap, HashSet};
use std::ops::Range;

use similar::DiffOp;

use super::dangling::own_lines;
use crate::differences;
use crate::merge::{Alias, aliases, name};
use crate::names::upper;

/// A line that the user wrote, and that still says an old name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Left {
    /// The file.
    pub path: String,
    /// Its number, from one.
    pub line: usize,
    /// What it says.
    pub text: String,
}

/// A name, in the ways in which it is written, and the one that takes its place.
#[derive(Clone, Debug)]
pub struct Renaming {
    old: [String; 3],
    /// Both names, the longer ones first: one may be a part of the other.
    all: Vec<String>,
}

/// The words of a generated line, before and after; there are as many of both.
#[derive(Clone, PartialEq, Eq)]
struct Words<'l> {
    old: Vec<&'l str>,
    new: Vec<&'l str>,
}

impl Renaming {
    /// From one name to another.
    pub fn new(old: &str, new: &str) -> Self {
        let written = |name: &str| [name.to_owned(), name.replace('-', "_"), upper(name)];
        let (old, new) = (written(old), written(new));
        let mut all: Vec<String> = old.iter().chain(&new).cloned().collect();
        all.sort_by(|a, b| b.len().cmp(&a.len()).then(a.cmp(b)));
        all.dedup();
        Self { old, all }
    }

    /// What was generated before and what stands on the disk, as if the name had been the new one all along; nothing where
    /// a file is no text.
    pub fn follow(&self, base: &[u8], ours: &[u8], theirs: &[u8]) -> Option<(Vec<u8>, Vec<u8>)> {
        let [base, ours, theirs] = [base, ours, theirs].map(std::str::from_utf8);
        let [base, ours, theirs] =
            [base.ok()?, ours.ok()?, theirs.ok()?].map(|text| text.split_inclusive('\n').collect::<Vec<_>>());
        let changes = self.changes(&base, &theirs);
        // Of one text that means two things, nobody can say which of them was moved.
        let mut known: HashMap<&str, Option<&Words>> = HashMap::new();
        for (line, words) in base.iter().zip(&changes) {
            let one = known.entry(line.trim()).or_insert(words.as_ref());
            *one = one.filter(|one| words.as_ref() == Some(*one));
        }
        let mut new: Vec<String> = ours.iter().map(|line| (*line).to_owned()).collect();
        // What the user wrote in a form that cannot follow is left to the merge, with what it was made of.
        let mut unsaid = HashSet::new();
        let [before, now] = [&base, &ours].map(|lines| lines.iter().map(|line| line.trim()).collect::<Vec<_>>());
        for op in differences::between(&before, &now) {
            let (old, at) = (op.old_range(), op.new_range());
            for place in at.clone() {
                if matches!(op, DiffOp::Equal { .. }) {
                    if let Some(words) = &changes[old.start + place - at.start] {
                        new[place] = say(ours[place], words);
                    }
                } else if let Some(words) = known.get(now[place]).copied().flatten() {
                    // What was generated may have been moved.
                    new[place] = say(ours[place], words);
                } else if let Some((block, words)) = folded(now[place], &base, old.clone(), &changes) {
                    if is_followed(&words.old, now[place], &words) {
                        new[place] = say(ours[place], &words);
                    } else {
                        unsaid.extend(block);
                    }
                } else if let Some(words) = edited(now[place], &before, old.clone(), &changes) {
                    new[place] = say(ours[place], words);
                }
            }
        }
        for one in aliases(&ours.concat()) {
            realias(one, &mut new);
        }
        let words = (0..base.len()).map(|at| changes[at].as_ref().filter(|_| !unsaid.contains(&at)));
        let told = base.iter().zip(words).map(|(line, words)| words.map_or_else(|| (*line).into(), |words| say(line, words)));
        Some((told.collect::<String>().into_bytes(), new.concat().into_bytes()))
    }

    /// For each generated line the words that the new name changes in it.
    fn changes<'l>(&self, base: &[&'l str], theirs: &[&'l str]) -> Vec<Option<Words<'l>>> {
        let nameless = |lines: &[&str]| lines.iter().map(|line| self.nameless(line)).collect::<Vec<_>>();
        let mut changes = vec![None; base.len()];
        for op in differences::between(&nameless(base), &nameless(theirs)) {
            if !matches!(op, DiffOp::Equal { .. }) {
                continue;
            }
            for (i, j) in op.old_range().zip(op.new_range()).filter(|(i, j)| base[*i] != theirs[*j]) {
                let (old, new) = (words(base[i]).collect::<Vec<_>>(), words(theirs[j]).collect::<Vec<_>>());
                if old.len() == new.len() {
                    changes[i] = Some(Words { old, new });
                }
            }
        }
        changes
    }

    /// A line with one sign for both names.
    fn nameless(&self, line: &str) -> String {
        let mut out = String::with_capacity(line.len());
        let mut rest = line;
        let mut inside = false;
        while let Some(c) = rest.chars().next() {
            let found = self.all.iter().find(|name| !inside && starts_with_word(rest, name));
            let len = found.map_or(c.len_utf8(), String::len);
            out.push(if found.is_some() { '\u{1}' } else { c });
            inside = found.is_some() || c.is_alphanumeric();
            rest = &rest[len..];
        }
        out
    }

    /// The lines of a file that are not generated and say the old name.
    pub fn left(&self, path: &str, now: &[u8], generated: &[u8]) -> Vec<Left> {
        let mut own = own_lines(path, now, generated);
        own.retain(|line| self.old.iter().any(|old| says(&line.text, old)));
        own
    }
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '_' | '-')
}

/// The words of a line; a name with what is joined to it is one.
fn words(line: &str) -> impl Iterator<Item = &str> {
    line.split(|c: char| !is_word(c)).filter(|word| !word.is_empty())
}

/// A line with the words changed that the generated line has changed. One word may stand there twice, as a name and as a
/// route, so their places count; where the user wrote around them, a word counts that means one thing only.
fn say(line: &str, change: &Words) -> String {
    let now: Vec<&str> = words(line).collect();
    let mut says = now.clone();
    for op in differences::between(&change.old, &now) {
        let (old, new) = (op.old_range(), op.new_range());
        for at in new.clone() {
            if matches!(op, DiffOp::Equal { .. }) {
                says[at] = change.new[old.start + at - new.start];
            } else {
                says[at] = change.only(now[at]).unwrap_or(now[at]);
            }
        }
    }
    let mut out = String::with_capacity(line.len() + 16);
    let mut rest = line;
    for (word, new) in now.iter().zip(says) {
        let start = rest.find(is_word).unwrap_or(rest.len());
        out.push_str(&rest[..start]);
        out.push_str(new);
        rest = &rest[start + word.len()..];
    }
    out.push_str(rest);
    out
}

impl<'l> Words<'l> {
    /// What becomes of a word, wherever it stands in the line.
    fn only(&self, word: &str) -> Option<&'l str> {
        let mut all = self.old.iter().zip(&self.new).filter(|(old, _)| **old == word).map(|(_, new)| *new);
        let first = all.next()?;
        all.all(|other| other == first).then_some(first)
    }

    /// Whether the new name takes the place of a word.
    fn changes(&self, word: &str) -> bool {
        self.old.iter().zip(&self.new).any(|(old, new)| *old == word && old != new)
    }
}

/// What the new name changes in a line that stands in the place of generated ones: the same as in the line that it was made
/// of. The old name may be another thing there, such as a route, and then it stays; so it does where two lines may be it.
fn edited<'c, 'l>(line: &str, base: &[&str], place: Range<usize>, changes: &'c [Option<Words<'l>>]) -> Option<&'c Words<'l>> {
    if !place.clone().any(|at| changes[at].as_ref().is_some_and(|words| is_followed(&words.old, line, words))) {
        return None;
    }
    let alike = |at: usize| (likeness(base[at], line), place.contains(&at), changes[at].is_none());
    let most = (0..base.len()).max_by_key(|at| alike(*at))?;
    changes[most].as_ref()
}

/// What the new name changes in a collection that was generated in lines below its key, and that the user has on one line;
/// and which lines these are.
fn folded<'l>(
    line: &str,
    base: &[&'l str],
    place: Range<usize>,
    changes: &[Option<Words<'l>>],
) -> Option<(Range<usize>, Words<'l>)> {
    let key = |line| words(line).find(|word| !word.trim_matches('-').is_empty());
    let named = key(line).filter(|_| line.contains(['[', '{']))?;
    let mut heads = place.filter(|at| base[*at].trim_end().ends_with(':') && key(base[*at]) == Some(named));
    let (Some(head), None) = (heads.next(), heads.next()) else { return None };
    let width = |at: usize| base[at].len() - base[at].trim_start().len();
    let end = (head + 1..base.len()).find(|at| !base[*at].trim().is_empty() && width(*at) <= width(head)).unwrap_or(base.len());
    let mut all = Words { old: vec![], new: vec![] };
    for at in head..end {
        let same = || words(base[at]).collect::<Vec<_>>();
        let (old, new) = changes[at].as_ref().map_or_else(|| (same(), same()), |words| (words.old.clone(), words.new.clone()));
        all.old.extend(old);
        all.new.extend(new);
    }
    (end > head + 1 && words(line).any(|word| all.changes(word))).then_some((head..end, all))
}

/// Gives an alias the name that its anchor has by now, so that neither stands without the other.
fn realias(one: Alias, lines: &mut [String]) {
    let anchor = lines.get(one.anchor.line).and_then(|line| Some(line[name(line, '&', one.anchor.nth)?].to_owned()));
    if let (Some(anchor), Some(line)) = (anchor, lines.get_mut(one.alias.line))
        && let Some(range) = name(line, '*', one.alias.nth)
    {
        line.replace_range(range, &anchor);
    }
}

/// Whether at least half of one of two lines is in the other, with a word that the new name changes.
fn is_followed(old: &[&str], ours: &str, changes: &Words) -> bool {
    let new: Vec<&str> = words(ours).collect();
    let same = new.iter().filter(|word| old.contains(word)).count();
    new.iter().any(|word| changes.changes(word)) && 2 * same >= old.len().min(new.len()).max(1)
}

/// How many of the words of two lines are in both, in thousandths.
fn likeness(base: &str, ours: &str) -> usize {
    let (old, new) = (words(base).collect::<Vec<_>>(), words(ours).collect::<Vec<_>>());
    let shared = |list: &[&str], other: &[&str]| list.iter().filter(|word| other.contains(word)).count();
    1000 * (shared(&old, &new) + shared(&new, &old)) / (old.len() + new.len()).max(1)
}

/// Whether a text begins with a name that no letter or digit makes longer.
fn starts_with_word(text: &str, name: &str) -> bool {
    text.strip_prefix(name).is_some_and(|rest| !rest.starts_with(char::is_alphanumeric))
}

/// Whether a name stands in a line, by itself or joined to something.
fn says(line: &str, name: &str) -> bool {
    line.match_indices(name).any(|(at, _)| starts_with_word(&line[at..], name) && !line[..at].ends_with(char::is_alphanumeric))
}
