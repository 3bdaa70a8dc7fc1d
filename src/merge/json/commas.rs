//! Why: which member is the last one is known only when all have come together; so commas are set last, where no conflict is
//! left between two sides about a line that both only added to.

use std::collections::HashSet;

use super::scan::Scan;
use crate::merge::lines::Piece;
use crate::merge::text::Line;

/// The lines of a merge with a comma behind each member that another one follows, and behind the last ones that had one in
/// the user's file.
pub fn with_commas<'a>(pieces: &[Piece<Line<'a>>], ours: &[&str]) -> Option<Vec<Piece<Line<'a>>>> {
    let trailing = trailing(ours);
    let mut read: Vec<std::vec::IntoIter<Line<'a>>> = Vec::new();
    for side in 0..3 {
        let lines = || pieces.iter().flat_map(|piece| version(piece, side));
        let texts: Vec<&str> = lines().map(|line| std::str::from_utf8(line).ok()).collect::<Option<_>>()?;
        let all = lines().zip(commas(&texts, &trailing)).map(|(line, mark)| {
            let mut line = line.clone();
            match mark {
                Some((at, true)) => line.to_mut().insert(at, b','),
                Some((at, false)) => drop(line.to_mut().remove(at)),
                None => {}
            }
            line
        });
        read.push(all.collect::<Vec<_>>().into_iter());
    }
    let mut take = |side: usize, count: usize| read[side].by_ref().take(count).collect::<Vec<_>>();
    Some(
        pieces
            .iter()
            .map(|piece| match piece {
                Piece::Clean(lines) => {
                    let [_, ours, _] = [0, 1, 2].map(|side| take(side, lines.len()));
                    Piece::Clean(ours)
                }
                Piece::Conflict { ours, base, theirs } => {
                    Piece::Conflict { base: take(0, base.len()), ours: take(1, ours.len()), theirs: take(2, theirs.len()) }
                }
            })
            .collect(),
    )
}

/// The lines of a piece as base, ours or theirs has them.
fn version<'p, 'a>(piece: &'p Piece<Line<'a>>, side: usize) -> &'p [Line<'a>] {
    match piece {
        Piece::Clean(lines) => lines,
        Piece::Conflict { ours, base, theirs } => [base, ours, theirs][side],
    }
}

/// For each line, where it wants a comma that it has not, or has one that it does not want.
fn commas(lines: &[&str], trailing: &HashSet<Vec<String>>) -> Vec<Option<(usize, bool)>> {
    let mut marks = vec![None; lines.len()];
    walk(lines, |at, (end, has), closes| {
        let wants = closes.is_none_or(|path| trailing.contains(path));
        marks[at] = (wants != has).then_some((end, wants));
    });
    marks
}

/// The containers whose last member has a comma behind it.
fn trailing(lines: &[&str]) -> HashSet<Vec<String>> {
    let mut found = HashSet::new();
    walk(lines, |_, (_, has), closes| {
        if let Some(path) = closes.filter(|_| has) {
            found.insert(path.clone());
        }
    });
    found
}

/// Calls for each line that ends a member: which one it is, where its comma stands or belongs, and what is closed behind it.
fn walk(lines: &[&str], mut member: impl FnMut(usize, (usize, bool), Option<&Vec<String>>)) {
    let mut scan = Scan::default();
    let mut path: Vec<String> = Vec::new();
    let mut before: Option<(usize, (usize, bool))> = None;
    for (at, line) in lines.iter().enumerate() {
        let Some(code) = scan.feed(line) else { return };
        let text = code.bare.trim();
        let (Some(first), Some((end, last))) = (text.chars().next(), code.last) else { continue };
        if let Some((at, end)) = before.take() {
            let closes = matches!(first, '}' | ']').then_some(&path);
            member(at, end, closes);
        }
        let ends = !matches!(last, '{' | '[' | ':');
        let comma = if last == ',' { (end, true) } else { (end + last.len_utf8(), false) };
        before = (ends && scan.depth > 0).then_some((at, comma));
        while path.len() > scan.depth {
            path.pop();
        }
        while path.len() < scan.depth {
            path.push(text.trim_end_matches(['{', '[']).trim().to_owned());
        }
    }
}
