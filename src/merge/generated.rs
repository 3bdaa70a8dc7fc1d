//! Why: of the three versions of a file that scaffold keeps, two are made by a machine. What the user has beside the base
//! is then the user's own, even where the new version brings the very same; between two people it would be one thing that
//! both did. It must stay when what was generated goes.

use std::borrow::Cow;
use std::collections::HashSet;

use super::markdown::sections;
use super::pin::is_moved;
use super::{Entry, Labels, Language, Maker, Merged, Style, make, merge_made, thrown};

/// Put behind a pattern of the user's own, while it is merged: no editor writes it.
const OWN: char = '\u{1}';

/// Merges what was generated before, what the user made of it, and what is generated now.
pub fn merge_generated(language: Language, base: &[u8], ours: &[u8], theirs: &[u8], labels: Labels) -> Merged {
    let merge = |texts| merge_made(language, texts, Maker::Machine, labels, Style::default());
    let texts = [base, ours, theirs].map(|text| std::str::from_utf8(text).ok());
    let (Language::Entries(kind @ (Entry::Line | Entry::Target)), [Some(before), Some(now), Some(new)]) = (language, texts)
    else {
        return merge([base, ours, theirs]);
    };
    if kind == Entry::Target {
        let [base, ours, theirs] = make::prepare(before, now, new);
        return merge([base.as_bytes(), ours.as_bytes(), theirs.as_bytes()]);
    }
    let marked = own_patterns(before, now, new);
    let mut merged = merge([base, marked.as_deref().unwrap_or(now).as_bytes(), theirs]);
    if marked.is_some() {
        merged.bytes.retain(|byte| char::from(*byte) != OWN);
    }
    merged
}

/// Whether the user's file, though it is the new version to the byte, is so by what the user wrote.
pub fn is_own(language: Language, base: &[u8], both: &[u8]) -> bool {
    let [base, both] = [base, both].map(|text| std::str::from_utf8(text).unwrap_or_default());
    language == Language::Entries(Entry::Line) && own_patterns(base, both, both).is_some()
}

/// Whether nothing in a file was edited but the versions that it pins, as bots do.
pub fn only_pins_moved(base: &[u8], ours: &[u8]) -> bool {
    let [base, ours] = [base, ours].map(|text| std::str::from_utf8(text).map(|text| text.split('\n').collect::<Vec<_>>()));
    let (Ok(base), Ok(ours)) = (base, ours) else { return false };
    base.len() == ours.len() && base.iter().zip(&ours).all(|(old, new)| old == new || is_moved(old, new))
}

/// The new version without what it says anew about things that the user threw away; `None` when that is all of it.
pub fn still_wanted(language: Language, base: &[u8], ours: &[u8], theirs: &[u8]) -> Option<Vec<u8>> {
    match language {
        Language::Markdown => sections::still_wanted(base, ours, theirs),
        Language::Entries(kind) => thrown::still_wanted(kind, base, ours, theirs),
        _ => None,
    }
}

/// The user's list, with those patterns marked that the other side brings or takes away and the user has of their own.
fn own_patterns(base: &str, ours: &str, theirs: &str) -> Option<String> {
    let (old, now, new) = (patterns(base), patterns(ours), patterns(theirs));
    let [known, wanted] = [&old, &new].map(|list| list.iter().map(|one| one.text).collect::<HashSet<_>>());
    let moving: HashSet<&str> =
        now.iter().map(|one| one.text).filter(|text| known.contains(text) != wanted.contains(text)).collect();
    let mut lines: Vec<Cow<str>> = ours.split_inclusive('\n').map(Cow::Borrowed).collect();
    for text in moving.into_iter().filter(|_| !ours.contains(OWN)) {
        let generated: Vec<&Pattern> = old.iter().filter(|one| one.text == text).collect();
        let mut mine: Vec<&Pattern> = now.iter().filter(|one| one.text == text).collect();
        // Of two the generated one is where it was; side by side it is the lower one, where it was put.
        let likeness = |one: &Pattern| {
            let alike = |other: &&Pattern| 2 * usize::from(other.next == one.next) + usize::from(other.last == one.last);
            generated.iter().map(alike).max()
        };
        mine.sort_by_key(|one| (likeness(one), one.line));
        for (nth, one) in mine[..mine.len().saturating_sub(generated.len())].iter().enumerate() {
            let line = lines[one.line].to_mut();
            line.insert_str(line.trim_end().len(), &OWN.to_string().repeat(nth + 1));
        }
    }
    Some(lines.concat()).filter(|text| text != ours)
}

/// A pattern, with those above and below it.
struct Pattern<'a> {
    line: usize,
    text: &'a str,
    last: Option<&'a str>,
    next: Option<&'a str>,
}

fn patterns(text: &str) -> Vec<Pattern<'_>> {
    let lines = text.lines().map(str::trim).enumerate().filter(|(_, line)| !line.is_empty() && !line.starts_with('#'));
    let all: Vec<(usize, &str)> = lines.collect();
    let at = |at: Option<usize>| Some(all.get(at?)?.1);
    let read = |i: usize| Pattern { line: all[i].0, text: all[i].1, last: at(i.checked_sub(1)), next: at(Some(i + 1)) };
    (0..all.len()).map(read).collect()
}
