//! Why: a script calls what it defines once for each thing that it works on: one `check` below the other, one arm of a `case`
//! below the other. Two people who add such an entry each do not disagree. The order of other commands says what happens, so
//! those stay a conflict.

mod shell;

use std::collections::HashSet;

use super::apart::{self, One};
use super::lines::Piece;
use super::text::Line;
use super::tree::Text;
use shell::{Entry, Kind, Open, Script, words};

/// Settles those conflicts of a script in which both sides added or changed entries of one list.
pub fn settle<'a>(pieces: Vec<Piece<Line<'a>>>, texts: [&[&[u8]]; 3]) -> Vec<Piece<Line<'a>>> {
    let conflict = |piece: &Piece<Line>| matches!(piece, Piece::Conflict { .. });
    let scripts = texts.map(Script::of);
    let [Some(base), Some(ours), Some(theirs)] = &scripts else { return pieces };
    if !pieces.iter().any(conflict) {
        return pieces;
    }
    let is_own = |command: &str| [base, ours, theirs].iter().all(|script| script.is_own(command));
    let mut open = Open::default();
    let mut settled: Vec<Piece<Line>> = Vec::with_capacity(pieces.len());
    for (at, piece) in pieces.iter().enumerate() {
        let merged = match piece {
            Piece::Conflict { ours, base, theirs } if !open.is_open() => {
                let edges = [
                    settled.last().and_then(|piece| lines(piece).last()),
                    pieces.get(at + 1).and_then(|piece| lines(piece).first()),
                ];
                entries([base, ours, theirs], edges, texts[0], is_own)
            }
            _ => None,
        };
        let piece = merged.map_or_else(|| piece.clone(), Piece::Clean);
        for line in lines(&piece) {
            open.pass(line);
        }
        settled.push(piece);
    }
    settled
}

fn lines<'p, 'a>(piece: &'p Piece<Line<'a>>) -> &'p [Line<'a>] {
    let (Piece::Clean(lines) | Piece::Conflict { ours: lines, .. }) = piece;
    lines
}

/// Entries of one list with the comments above them; `None` where there is anything else, or two may be about one thing.
fn entries<'a>(
    sides: [&[Line<'a>]; 3],
    edges: [Option<&Line>; 2],
    all: &[&[u8]],
    is_own: impl Fn(&str) -> bool,
) -> Option<Vec<Line<'a>>> {
    let kind = sides.iter().flat_map(|side| side.iter()).find_map(|line| Entry::of(line))?.kind;
    if matches!(kind, Kind::Call { command, .. } if !is_own(command)) {
        return None;
    }
    let entry = |line: &[u8]| Entry::of(line).is_some_and(|entry| entry.kind == kind);
    let comment = |line: &[u8]| line.trim_ascii_start().starts_with(b"#");
    let is_list = sides.iter().all(|side| side.iter().all(|line| entry(line) || comment(line)));
    let beside_one = sides[0].iter().chain(edges.into_iter().flatten()).any(|line| entry(line));
    if !is_list || !beside_one || !edges[0].is_none_or(|line| kind.may_follow(line)) {
        return None;
    }
    let base = sides[0];
    let whole = |lines: &[Line]| lines.last().is_none_or(|line| entry(line));
    apart::merge_where(sides, |above, below| {
        let edits = [above, below].map(|one| Edit::of(base, one, all, kind));
        [above, below].iter().all(|one| whole(&base[one.old.clone()]) && whole(&one.new)) && edits[0].is_apart_from(&edits[1])
    })
}

/// The words of an edit.
struct Edit {
    /// Those in its lines.
    now: HashSet<String>,
    /// Those that the list had not.
    new: HashSet<String>,
    /// Those that no other entry has.
    gone: HashSet<String>,
    /// Whether it takes nothing away.
    adds: bool,
}

impl Edit {
    fn of(base: &[Line], one: &One<Line>, all: &[&[u8]], kind: Kind) -> Self {
        let old = &base[one.old.clone()];
        let read = |line: &[u8]| {
            let own = Entry::of(line).filter(|entry| entry.kind == kind);
            own.map_or_else(Vec::new, |entry| entry.words.into_iter().map(str::to_owned).collect())
        };
        let now: HashSet<String> = one.new.iter().flat_map(|line| read(line)).collect();
        let before: HashSet<String> = old.iter().flat_map(|line| read(line)).collect();
        let others = all.iter().filter(|line| !old.iter().any(|old| old.as_ref() == **line));
        let others: HashSet<String> = others.flat_map(|line| read(line)).collect();
        let gone = before.iter().filter(|word| !now.contains(*word) && !others.contains(*word)).cloned().collect();
        let new = now.iter().filter(|word| !before.contains(*word) && !others.contains(*word)).cloned().collect();
        Self { now, new, gone, adds: old.is_empty() }
    }

    /// Whether two edits speak of different things, as far as their words tell. What names nothing new may be about anything.
    fn is_apart_from(&self, other: &Self) -> bool {
        [self, other].iter().all(|edit| !edit.adds || !edit.new.is_empty())
            && self.new.is_disjoint(&other.new)
            && self.gone.is_disjoint(&other.now)
            && other.gone.is_disjoint(&self.now)
    }
}

/// Settles those conflicts of a recipe in which one side changed a command and the other one wrote one more like it beside it:
/// each line of a recipe is whole by itself, and which of the two comes first is known.
pub fn in_recipe<'a>(pieces: Vec<Piece<Text<'a>>>) -> Vec<Piece<Text<'a>>> {
    let settle = |piece: Piece<Text<'a>>| match &piece {
        Piece::Conflict { ours, base, theirs } if [base, ours, theirs].iter().all(|side| is_recipe(side)) => {
            apart::merge_where([base, ours, theirs], |above, below| one_more(base, above, below) || one_more(base, below, above))
                .map_or(piece, Piece::Clean)
        }
        _ => piece,
    };
    pieces.into_iter().map(settle).collect()
}

fn is_recipe(lines: &[Text]) -> bool {
    lines.iter().all(|line| line.starts_with('\t') && words(line.trim()).is_some())
}

/// Whether an edit adds a command that is like the one which the other edit changed, and not about the change.
fn one_more(base: &[Text], changed: &One<Text>, added: &One<Text>) -> bool {
    let ([old], [now], [], [new]) = (&base[changed.old.clone()], &changed.new[..], &base[added.old.clone()], &added.new[..])
    else {
        return false;
    };
    let read = |line: &'_ Text| words(line.trim()).unwrap_or_default().into_iter().map(str::to_owned).collect::<Vec<_>>();
    let (old, now, new) = (read(old), read(now), read(new));
    let alike = |other: &[String]| {
        let same = other.iter().filter(|word| old.contains(word)).count();
        other.first() == old.first() && same * 2 > old.len().max(other.len())
    };
    let about = |word: &String| old.contains(word) != now.contains(word) && new.contains(word);
    alike(&now) && alike(&new) && new != old && new.iter().any(|word| !old.contains(word)) && !old.iter().chain(&now).any(about)
}
