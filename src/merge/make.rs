//! Why: who wants a quiet Makefile puts `@` before every recipe, and who wants a short one names all phony targets on one
//! line. Both touch nearly every rule and say nothing of any. So they are brought into what was generated before and into
//! what is generated now, as if it had always been written so, and what is left to merge is what else is new.

use std::collections::{HashMap, HashSet};

use similar::DiffOp;

use crate::differences;

const PHONY: &str = ".PHONY:";

/// The three versions as they are merged: base, the user's and the new one.
pub fn prepare(base: &str, ours: &str, theirs: &str) -> [String; 3] {
    let [base, ours, theirs] = on_one_line(base, ours, theirs);
    let [base, theirs] = quiet(&base, &ours, &theirs);
    [base, ours, theirs]
}

/// Without lines of `.PHONY` that the user wrote together in others, and those without targets that are gone.
fn on_one_line(base: &str, ours: &str, theirs: &str) -> [String; 3] {
    let lines = |text: &'_ str| text.lines().map(str::trim_end).map(str::to_owned).collect::<HashSet<_>>();
    let (known, left) = (lines(base), lines(ours));
    let own = |line: &str| !known.contains(line.trim_end());
    let words: HashSet<&str> = phony(ours).filter(|(line, _)| own(line)).flat_map(|(_, words)| words).collect();
    let away = || phony(base).filter(|(line, _)| !left.contains(line.trim_end()));
    // Who wrote some together in one line has left out of it what needs no such line.
    let together = away().any(|(_, of)| of.iter().all(|word| words.contains(word)));
    let moved: HashSet<&str> = away().filter(|_| together).map(|(line, _)| line.trim_end()).collect();
    let [old, new] = [base, theirs].map(|text| phony(text).flat_map(|(_, words)| words).collect::<HashSet<_>>());
    // Of a rule that the user wrote the word stays.
    let rule = |line: &str, word: &str| line.strip_prefix(word).is_some_and(|rest| rest.starts_with(':'));
    let still = |word: &str| left.iter().any(|line| rule(line, word) && own(line));
    let gone = |word: &str| old.contains(word) && !new.contains(word) && !still(word);
    let without = |text: &str| text.split_inclusive('\n').filter(|line| !moved.contains(line.trim_end())).collect();
    let shorter = |line: &str| match line.strip_prefix(PHONY) {
        Some(words) if own(line) && !line.contains(['\\', '#', '$']) && words.split_whitespace().any(gone) => {
            let kept: Vec<&str> = words.split_whitespace().filter(|word| !gone(word)).collect();
            let end = &line[line.trim_end().len()..];
            if kept.is_empty() { String::new() } else { format!("{PHONY} {}{end}", kept.join(" ")) }
        }
        _ => line.to_owned(),
    };
    [without(base), ours.split_inclusive('\n').map(shorter).collect(), without(theirs)]
}

/// The lines of `.PHONY`, and the words of each with those that follow it behind a `\`.
fn phony(text: &str) -> impl Iterator<Item = (&str, Vec<&str>)> {
    let lines: Vec<&str> = text.lines().collect();
    let places: Vec<usize> = (0..lines.len()).filter(|at| lines[*at].starts_with(PHONY)).collect();
    places.into_iter().map(move |at| {
        let more = lines[at..].iter().take_while(|line| line.ends_with('\\')).count();
        let all = lines[at..].iter().take(more + 1).flat_map(|line| line.trim_end_matches('\\').split_whitespace());
        (lines[at], all.filter(|word| *word != PHONY).collect())
    })
}

/// With the signs before recipes that the user put there or took away.
fn quiet(base: &str, ours: &str, theirs: &str) -> [String; 2] {
    let [mut old, mine, mut new] = [base, ours, theirs].map(|text| text.split_inclusive('\n').map(recipe).collect::<Vec<_>>());
    let rest = |lines: &[(&str, &str)]| lines.iter().map(|(_, rest)| (*rest).to_owned()).collect::<Vec<_>>();
    let between = |a: &[(&'_ str, &str)], b: &[(&str, &str)]| differences::between(&rest(a), &rest(b));
    let same = |op: &DiffOp| matches!(op, DiffOp::Equal { .. });
    let (to_ours, to_theirs) = (between(&old, &mine), between(&old, &new));
    let pairs = |op: DiffOp| op.old_range().zip(op.new_range());
    let changed: HashMap<usize, (&str, &str)> = to_ours
        .into_iter()
        .filter(same)
        .flat_map(pairs)
        .filter(|(from, to)| old[*from].0 != mine[*to].0)
        .map(|(from, to)| (from, (old[from].0, mine[to].0)))
        .collect();
    for op in to_theirs {
        match op {
            DiffOp::Insert { .. } => {}
            // With what goes, its signs go.
            DiffOp::Delete { .. } => {
                for at in op.old_range() {
                    old[at].0 = changed.get(&at).map_or(old[at].0, |(_, signs)| signs);
                }
            }
            DiffOp::Equal { .. } | DiffOp::Replace { .. } => {
                for (from, to) in pairs(op) {
                    let signs = changed.get(&from).filter(|(was, _)| *was == new[to].0);
                    if let Some((_, signs)) = signs.filter(|_| is_alike(old[from].1, new[to].1)) {
                        (old[from].0, new[to].0) = (signs, signs);
                    }
                }
            }
        }
    }
    [old, new].map(|lines| lines.into_iter().flat_map(|(signs, rest)| [signs, rest]).collect())
}

/// The tab of a recipe with the signs that say how it is run, and the rest of the line.
fn recipe(line: &str) -> (&str, &str) {
    let command = line.strip_prefix('\t').map_or(line, |line| line.trim_start_matches(['@', '-', '+']));
    line.split_at(line.len() - command.len())
}

/// Whether a command is still the same one, by most of its words.
fn is_alike(old: &str, new: &str) -> bool {
    let [old, new] = [old, new].map(|line| line.split_whitespace().collect::<Vec<_>>());
    old == new || 2 * new.iter().filter(|word| old.contains(word)).count() > old.len().max(new.len())
}
