//! Why: people write the pages of their repository themselves, and throw away what they do not want to read. A section that
//! is no longer the one that was generated has no place for a new row or another sentence; to ask about each of them at
//! each update helps nobody. So the new version is read without what it has to say in such sections.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};

use super::outline::{Fence, Kind, kind_of};
use super::tables::cells;

/// A heading with what stands below it, a block of code or a table.
struct Section<'a> {
    /// The heading with those above it, what begins here, and which one of that name it is.
    name: (Vec<Cow<'a, str>>, usize),
    heading: bool,
    lines: Vec<&'a str>,
}

/// The new version as far as it is about sections that the user still has, with the others as they were; `None` when that
/// is all of it.
pub fn still_wanted(base: &[u8], ours: &[u8], theirs: &[u8]) -> Option<Vec<u8>> {
    let [base, ours, theirs] = [base, ours, theirs].map(std::str::from_utf8);
    let (base, ours, theirs) = (base.ok()?, ours.ok()?, theirs.ok()?);
    let (old, new) = (sections(base), sections(theirs));
    let (left, mine) = (counts(ours.lines().map(said)), sections(ours));
    let known: HashMap<_, _> = old.iter().map(|section| (&section.name, section)).collect();
    let there: HashSet<_> = new.iter().map(|section| &section.name).collect();
    let kept = |section: &Section| mine.iter().find(|other| other.name == section.name);
    let gone: HashSet<_> =
        old.iter().filter(|section| section.is_gone(&left, kept(section))).map(|section| &section.name).collect();
    if gone.is_empty() {
        return None;
    }
    let mut out = String::with_capacity(theirs.len());
    let mut put = |section: &Section| section.lines.iter().for_each(|line| out.push_str(line));
    // What is taken away comes back behind what it followed, so that nobody takes it away from its user.
    let away = |behind: Option<&Section>, put: &mut dyn FnMut(&Section)| {
        let from = behind.and_then(|behind| old.iter().position(|section| section.name == behind.name)).map_or(0, |at| at + 1);
        let rest = old[from..].iter().take_while(|section| !there.contains(&section.name));
        rest.filter(|section| gone.contains(&section.name)).for_each(put);
    };
    away(None, &mut put);
    for (at, section) in new.iter().enumerate() {
        if let Some(before) = known.get(&section.name) {
            put(if gone.contains(&section.name) { before } else { section });
            away(Some(section), &mut put);
            continue;
        }
        // A new section needs a neighbour that is still there.
        let old = |other: &&Section| known.contains_key(&other.name);
        let near = [new[..at].iter().rev().find(old), new[at + 1..].iter().find(old)];
        if near.into_iter().flatten().any(|other| !gone.contains(&other.name)) {
            put(section);
        }
    }
    (out != theirs).then(|| out.into_bytes())
}

impl<'a> Section<'a> {
    /// Whether less than half of it is left: of its lines, wherever they are, and of its words, where its heading is.
    fn is_gone(&self, left: &HashMap<Cow<str>, usize>, now: Option<&Self>) -> bool {
        let words = |section: &Self| section.body().flat_map(|line| split(&line)).collect::<Vec<_>>();
        let mine = now.map(words).unwrap_or_default();
        if self.body().next().is_none() {
            return less_than_half(self.lines.iter().map(|line| said(line)), left);
        }
        less_than_half(self.body(), left) && less_than_half(words(self).into_iter(), &counts(mine.into_iter()))
    }

    /// What stands below its heading.
    fn body(&self) -> impl Iterator<Item = Cow<'a, str>> {
        self.lines.iter().skip(usize::from(self.heading)).map(|line| said(line)).filter(|line| !line.is_empty())
    }
}

/// What a line says, however it is laid out.
fn said(line: &str) -> Cow<'_, str> {
    cells(line).map_or(Cow::Borrowed(line.trim()), |cells| Cow::Owned(format!("| {} |", cells.join(" | "))))
}

fn split<'a>(line: &str) -> Vec<Cow<'a, str>> {
    line.split_whitespace().map(|word| Cow::Owned(word.to_owned())).collect()
}

/// Whether of what was there, less than half is left.
fn less_than_half<'a>(all: impl Iterator<Item = Cow<'a, str>>, left: &HashMap<Cow<str>, usize>) -> bool {
    let own = counts(all);
    let all: usize = own.values().sum();
    let kept: usize = own.iter().map(|(one, count)| *count.min(left.get(one.as_ref()).unwrap_or(&0))).sum();
    kept * 2 < all
}

fn counts<'a>(lines: impl Iterator<Item = Cow<'a, str>>) -> HashMap<Cow<'a, str>, usize> {
    let mut counts = HashMap::new();
    for line in lines.filter(|line| !line.is_empty()) {
        *counts.entry(line).or_insert(0) += 1;
    }
    counts
}

/// A page in pieces: what a heading, a block of code or a table begins, each up to the next one.
fn sections(text: &str) -> Vec<Section<'_>> {
    let mut sections: Vec<Section> = Vec::new();
    let mut above: Vec<(usize, &str)> = Vec::new();
    let mut seen: HashMap<Vec<Cow<str>>, usize> = HashMap::new();
    let mut fence = Fence::default();
    let mut part = Part::Text;
    for line in text.split_inclusive('\n') {
        let was_open = fence.open();
        fence.pass(line.as_bytes());
        let kind = if was_open { None } else { kind_of(line.as_bytes()) };
        let now = match kind {
            _ if was_open || fence.open() => Part::Code,
            Some(Kind::Row) => Part::Table,
            // Blank lines belong to what they follow.
            _ if line.trim().is_empty() => part,
            _ => Part::Text,
        };
        if let Some(Kind::Section(level)) = kind {
            above.retain(|(other, _)| *other < level);
            above.push((level, line.trim()));
        }
        let begins = matches!(kind, Some(Kind::Section(_))) || now != part || fence.open() && !was_open;
        if begins || sections.is_empty() {
            let mut path: Vec<Cow<str>> = above.iter().map(|(_, heading)| Cow::Borrowed(*heading)).collect();
            let heading = matches!(kind, Some(Kind::Section(_)));
            path.extend((!heading).then_some(match now {
                Part::Text => Cow::Borrowed(""),
                Part::Code => Cow::Borrowed(line.trim()),
                Part::Table => said(line),
            }));
            let nth = seen.entry(path.clone()).or_insert(0);
            sections.push(Section { name: (path, *nth), heading, lines: vec![] });
            *nth += 1;
        }
        part = now;
        if let Some(last) = sections.last_mut() {
            last.lines.push(line);
        }
    }
    sections
}

/// What lines belong to, below a heading.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    Text,
    Code,
    Table,
}
