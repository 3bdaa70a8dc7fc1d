//! Why: words are changed within the paragraph, row or item that they stand in. Compared as one long text, two of those that
//! look alike change places, and a new word arrives in another line than it was written for. So they pair up first.

use std::collections::{HashMap, HashSet};
use std::ops::Range;

use super::outline::{Fence, Kind, kind_of};
use crate::differences::intern;
use crate::merge::lines;
use crate::merge::slide::Edit;
use crate::merge::text::{Line, is_blank};

/// More comparisons than a person would follow, either.
const MANY: usize = 10_000;

/// A text in words, with what belongs together.
pub struct Parted<'l> {
    pub words: Vec<&'l str>,
    /// Where each line ends.
    lines: Vec<usize>,
    /// Paragraphs, headings, rows, items and lines of code, each with the blank lines below it.
    parts: Vec<Range<usize>>,
}

impl<'l> Parted<'l> {
    /// `None` where it is no text.
    pub fn of(lines: &'l [Line], fence: &Fence) -> Option<Self> {
        let mut fence = fence.clone();
        let mut text = Self { words: vec![], lines: vec![], parts: vec![] };
        let mut alone = true;
        for line in lines {
            let read = std::str::from_utf8(line).ok()?;
            let in_code = fence.open();
            fence.pass(line);
            let code = in_code || fence.open();
            let begins = alone || code || kind_of(line).is_some();
            let start = text.words.len();
            text.words.extend(read.split_inclusive([' ', '|']));
            text.words.push("\n");
            text.lines.push(text.words.len());
            match text.parts.last_mut() {
                Some(last) if is_blank(line) || !begins => last.end = text.words.len(),
                _ => text.parts.push(start..text.words.len()),
            }
            alone = code || is_blank(line) || matches!(kind_of(line), Some(Kind::Section(_)));
        }
        Some(text)
    }

    fn part(&self, at: usize) -> Vec<&'l str> {
        self.words[self.parts[at].clone()].to_vec()
    }

    /// A part without the blank lines below it.
    fn said(&self, at: usize) -> &[&'l str] {
        let part = &self.words[self.parts[at].clone()];
        let blank = part.iter().rev().take_while(|word| **word == "\n").count();
        &part[..part.len() - blank]
    }

    fn all(&self) -> Vec<Vec<&'l str>> {
        (0..self.parts.len()).map(|at| self.part(at)).collect()
    }

    /// The lines of a stretch.
    fn lines(&self, of: &Range<usize>) -> Vec<Range<usize>> {
        let from = self.lines.partition_point(|end| *end <= of.start);
        let ends = self.lines[from..].iter().copied().take_while(|end| *end <= of.end);
        ends.scan(of.start, |start, end| Some(std::mem::replace(start, end)..end)).collect()
    }
}

/// What became of the words of a text; `None` where it cannot be said which of its parts are which.
pub fn edits([base, side]: [&Parted; 2], numbers: [&[u32]; 2]) -> Option<Vec<Edit>> {
    let mut edits = Vec::new();
    for (old, new) in between(&base.all(), &side.all()) {
        let pairs = pairs([base, side], [old.clone(), new.clone()])?;
        let (mut left, mut right) = (old.start, new.start);
        for (a, b) in pairs.into_iter().chain([(old.end, new.end)]) {
            edits.push((stretch(base, left..a), stretch(side, right..b)));
            if a < old.end {
                within([base, side], numbers, [base.parts[a].clone(), side.parts[b].clone()], &mut edits);
            }
            (left, right) = (a + 1, b + 1);
        }
    }
    edits.retain(|(old, new)| !old.is_empty() || !new.is_empty());
    edits.dedup_by(|next, last| {
        let touch = last.0.end == next.0.start && last.1.end == next.1.start;
        if touch {
            (last.0.end, last.1.end) = (next.0.end, next.1.end);
        }
        touch
    });
    Some(edits)
}

/// The words of some parts.
fn stretch(text: &Parted, parts: Range<usize>) -> Range<usize> {
    let start = text.parts.get(parts.start).map_or(text.words.len(), |part| part.start);
    if parts.is_empty() { start..start } else { start..text.parts[parts.end - 1].end }
}

fn between<T: std::hash::Hash + Eq>(base: &[T], side: &[T]) -> Vec<Edit> {
    let mut numbers = HashMap::new();
    let (b, s) = (intern(&mut numbers, base), intern(&mut numbers, side));
    lines::edits(&b, &s)
}

/// What changed in one part: where a line is still the same its words are, too.
fn within([base, side]: [&Parted; 2], [b, s]: [&[u32]; 2], [old, new]: [Range<usize>; 2], edits: &mut Vec<Edit>) {
    let (left, right) = (base.lines(&old), side.lines(&new));
    let said =
        |text: &Parted, lines: &[Range<usize>]| lines.iter().map(|line| text.words[line.clone()].concat()).collect::<Vec<_>>();
    for (from, to) in between(&said(base, &left), &said(side, &right)) {
        let span = |lines: &[Range<usize>], at: Range<usize>, all: &Range<usize>| {
            let start = lines.get(at.start).map_or(all.end, |line| line.start);
            start..if at.is_empty() { start } else { lines[at.end - 1].end }
        };
        let (from, to) = (span(&left, from, &old), span(&right, to, &new));
        let words = lines::edits(&b[from.clone()], &s[to.clone()]).into_iter();
        edits.extend(words.map(|(a, b)| (from.start + a.start..from.start + a.end, to.start + b.start..to.start + b.end)));
    }
}

/// Which changed parts are which, in their order; `None` where another one may be it just as well.
fn pairs([base, side]: [&Parted; 2], [old, new]: [Range<usize>; 2]) -> Option<Vec<(usize, usize)>> {
    if old.len() * new.len() > MANY {
        return None;
    }
    // What is somewhere else as it was is not a change of something here.
    let [before, now] = [base, side].map(|text| (0..text.parts.len()).map(|at| text.said(at)).collect::<HashSet<_>>());
    let like = |a: usize, b: usize| {
        let same = base.said(a) == side.said(b);
        let moved = !same && (now.contains(&base.said(a)) || before.contains(&side.said(b)));
        if moved { 0 } else { likeness(&base.part(a), &side.part(b)) }
    };
    let alike: Vec<Vec<usize>> = old.clone().map(|a| new.clone().map(|b| like(a, b)).collect()).collect();
    // The best sum of what follows.
    let mut best = vec![vec![0; new.len() + 1]; old.len() + 1];
    for a in (0..old.len()).rev() {
        for b in (0..new.len()).rev() {
            let pair = if alike[a][b] > 0 { alike[a][b] + best[a + 1][b + 1] } else { 0 };
            best[a][b] = pair.max(best[a + 1][b]).max(best[a][b + 1]);
        }
    }
    let (mut a, mut b) = (0, 0);
    let mut pairs = Vec::new();
    while a < old.len() && b < new.len() {
        if best[a][b] == best[a + 1][b] {
            a += 1;
        } else if best[a][b] == best[a][b + 1] {
            b += 1;
        } else {
            pairs.push((a, b));
            (a, b) = (a + 1, b + 1);
        }
    }
    let free = |at: usize, taken: &dyn Fn(&(usize, usize)) -> usize| pairs.iter().all(|pair| taken(pair) != at);
    let doubtful = |(a, b): &(usize, usize)| {
        (0..old.len()).any(|other| free(other, &|pair| pair.0) && alike[other][*b] >= alike[*a][*b])
            || (0..new.len()).any(|other| free(other, &|pair| pair.1) && alike[*a][other] >= alike[*a][*b])
    };
    if pairs.iter().any(doubtful) {
        return None;
    }
    Some(pairs.into_iter().map(|(a, b)| (old.start + a, new.start + b)).collect())
}

/// How much of a part stands in another one, of a thousand; none of it when that is less than half, but for a row that still
/// begins with the same word.
fn likeness(old: &[&str], new: &[&str]) -> usize {
    let said = |part: &[&str]| {
        part.concat().split([' ', '|', '\n']).filter(|word| !word.is_empty()).map(str::to_owned).collect::<Vec<_>>()
    };
    let (before, now) = (said(old), said(new));
    let mut left: HashMap<&str, usize> = HashMap::new();
    for word in &now {
        *left.entry(word).or_default() += 1;
    }
    let common = before.iter().filter(|word| {
        let count = left.get_mut(&word[..]).filter(|count| **count > 0);
        count.map(|count| *count -= 1).is_some()
    });
    let common = common.count();
    let same_row = || {
        old.first() == Some(&"|") && new.first() == Some(&"|") && about(old).is_some_and(|about| Some(about) == self::about(new))
    };
    if common * 2 < before.len() && !same_row() { 0 } else { common * 2000 / (before.len() + now.len()).max(1) }
}

/// The first word of a row.
fn about<'l>(row: &[&'l str]) -> Option<&'l str> {
    let is_word = |c: char| c.is_alphanumeric() || c == '_' || c == '-';
    let first = row.iter().find(|word| word.contains(is_word))?.trim_start_matches(|c| !is_word(c));
    first.split(|c| !is_word(c)).next()
}
