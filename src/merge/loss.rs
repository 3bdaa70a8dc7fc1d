//! Why: what a text stands for says nothing of comments, and not where a line went. So a merge is also asked, with no
//! knowledge of any language, whether everything that nobody took away is still there. Of that, nothing may be lost.

use std::collections::{HashMap, HashSet};

use super::lines::Piece;
use super::text::Line;

/// Whether a merge lacks a line that neither side took away, a comment or a word that one of them wrote. What stands in
/// a conflict is there.
pub fn loses(base: &[&str], ours: &[&str], theirs: &[&str], merged: &[Piece<Line>]) -> bool {
    let merged = all_lines(merged);
    let [b, o, t, m] = [base, ours, theirs, &merged[..]].map(counts);
    let count = |counts: &HashMap<&str, usize>, line: &str| counts.get(line).copied().unwrap_or(0);
    let dropped = b.iter().any(|(line, n)| count(&o, line) >= *n && count(&t, line) >= *n && count(&m, line) < *n);
    if dropped {
        return true;
    }
    let known: HashSet<&str> = base.iter().flat_map(|line| words(line)).collect();
    let now: HashSet<&str> = merged.iter().flat_map(|line| words(line)).collect();
    let forgotten = |word: &str| !known.contains(word) && !now.contains(word);
    [&o, &t].into_iter().flat_map(HashMap::keys).any(|line| {
        let new = !b.contains_key(line) && !m.contains_key(line);
        let comment = line.starts_with('#') && !merged.iter().any(|other| other.contains(line));
        new && (comment || words(line).any(forgotten))
    })
}

fn all_lines<'p>(pieces: &'p [Piece<Line>]) -> Vec<&'p str> {
    let parts = pieces.iter().flat_map(|piece| match piece {
        Piece::Clean(lines) => [&lines[..], &[]],
        Piece::Conflict { ours, theirs, .. } => [&ours[..], &theirs[..]],
    });
    parts.flatten().filter_map(|line| std::str::from_utf8(line).ok()).collect()
}

/// How often each line stands there, wherever that is: without its indentation, the dash of a list and the comma behind it.
fn counts<'l>(lines: &[&'l str]) -> HashMap<&'l str, usize> {
    let mut counts = HashMap::new();
    let bare = |line: &&'l str| line.trim().trim_start_matches("- ").trim_end_matches(',').trim();
    for line in lines.iter().map(bare).filter(|line| !line.is_empty()) {
        *counts.entry(line).or_insert(0) += 1;
    }
    counts
}

/// The words of a line, but for those of versions: of two, only the newer one stays.
fn words(line: &str) -> impl Iterator<Item = &str> {
    let is_version = |word: &str| {
        word.trim_start_matches('v').starts_with(|c: char| c.is_ascii_digit())
            || word.len() >= 40 && word.bytes().all(|b| b.is_ascii_hexdigit())
    };
    line.split(|c: char| !c.is_alphanumeric() && c != '_').filter(move |word| !word.is_empty() && !is_version(word))
}
