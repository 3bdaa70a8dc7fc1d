//! Why: a comment belongs to what follows it, until somebody writes something between the two. No comment may be lost, none
//! may stand twice because both sides wrote something there, and of one that both rewrote nobody can say which is right.

use std::borrow::Cow;
use std::collections::HashMap;

use super::join::{Pieces, append, clean};
use super::lines::{Change, Piece, regions};
use super::tree::{Node, Text};

/// Comments and blank lines: where both sides wrote, what each of them wrote. `beside` is what the user has right after.
pub fn merge<'a>(lines: [&[Text<'a>]; 3], beside: &[&str], moved: impl Fn(&Text<'a>) -> Text<'a>) -> Pieces<'a> {
    let [base, ours, theirs] = lines;
    let [b, o, t] = lines.map(|lines| lines.iter().map(|line| line.trim()).collect::<Vec<_>>());
    // What both wrote stands once, also where blank lines around it differ.
    let ours_has = |line: &str| o.contains(&line) || beside.iter().any(|other| other.trim() == line);
    let once = |line: &&Text<'a>| !is_comment(line) || b.contains(&line.trim()) || !ours_has(line.trim());
    let mut pieces = Pieces::new();
    for region in regions(&b, &o, &t) {
        let mut out = Vec::new();
        match region.change {
            Change::None | Change::Ours => out.extend_from_slice(&ours[region.ours]),
            Change::Theirs => {
                let new = &theirs[region.theirs];
                let kept: Vec<_> = new.iter().filter(once).collect();
                // Of a comment that stands elsewhere no blank lines stay behind.
                if kept.len() == new.len() || kept.iter().any(|line| !line.trim().is_empty()) {
                    out.extend(kept.into_iter().map(&moved));
                }
            }
            // Both wrote this, and they went on.
            Change::Both if !region.ours.is_empty() && t[region.theirs.clone()].starts_with(&o[region.ours.clone()]) => {
                let more = region.theirs.start + region.ours.len();
                out.extend_from_slice(&ours[region.ours]);
                out.extend(theirs[more..region.theirs.end].iter().filter(once).map(&moved));
            }
            Change::Both if rewritten(&b[region.base.clone()], &o[region.ours.clone()], &t[region.theirs.clone()]) => {
                pieces.push(Piece::Conflict {
                    ours: ours[region.ours].to_vec(),
                    base: base[region.base].iter().map(&moved).collect(),
                    theirs: theirs[region.theirs].iter().map(&moved).collect(),
                });
            }
            Change::Both => {
                let (old, mine) = (&b[region.base], &o[region.ours.clone()]);
                // A blank line that came with what was above it parts that from what the user wrote here.
                let own = o[region.ours.clone()].first().is_some_and(|line| !line.is_empty());
                if b.is_empty() && own {
                    let blank = t[region.theirs.clone()].iter().take_while(|line| line.is_empty()).count();
                    out.extend(theirs[region.theirs.clone()][..blank].iter().map(&moved));
                }
                // What they took away, the user need not have kept on purpose.
                let gone = |line: &&Text<'a>| old.contains(&line.trim()) && !t[region.theirs.clone()].contains(&line.trim());
                out.extend(ours[region.ours].iter().filter(|line| !gone(line)).cloned());
                let new = |line: &&Text<'a>| {
                    let line = line.trim();
                    !line.is_empty() && !old.contains(&line) && !mine.contains(&line)
                };
                out.extend(theirs[region.theirs.clone()].iter().filter(new).filter(once).map(&moved));
            }
        }
        append(&mut pieces, &mut clean(out));
    }
    pieces
}

/// Whether both sides have another comment in the place of one that is gone.
fn rewritten(base: &[&str], ours: &[&str], theirs: &[&str]) -> bool {
    let old: Vec<&&str> = base.iter().filter(|line| is_comment(line)).collect();
    let new =
        |side: &[&str], other: &[&str]| side.iter().any(|line| is_comment(line) && !old.contains(&line) && !other.contains(line));
    old.iter().any(|line| !ours.contains(line) && !theirs.contains(line)) && new(ours, theirs) && new(theirs, ours)
}

/// Their nodes; a comment that came to lead another one stays with the old one (or at the end), when the user's is no longer
/// there either. `edges` are those that lead none, in base and ours.
pub fn give_back<'n, 'a>(lists: [&'n [Node<'a>]; 3], names: &[Vec<String>; 3], edges: &[Vec<&'a str>; 2]) -> Cow<'n, [Node<'a>]> {
    let known: HashMap<&String, &Node> = names[0].iter().zip(lists[0]).collect();
    let came = |at: &usize| {
        let before = known.get(&names[2][*at]).map_or(&[][..], |node| &node.lead);
        lists[2][*at].lead.iter().any(|line| is_comment(line) && !before.iter().any(|old| old.trim() == line.trim()))
    };
    let new: Vec<usize> = (0..lists[2].len()).filter(came).collect();
    let mut theirs = Cow::Borrowed(lists[2]);
    if new.is_empty() {
        return theirs;
    }
    let [base, ours] = [0, 1].map(|side| holders(lists[side], &names[side], &edges[side]));
    let places: HashMap<&str, usize> = names[2].iter().map(String::as_str).zip(0..).collect();
    for at in new {
        let name = names[2][at].as_str();
        let taken = |line: &&str| {
            let holder = base.get(line.trim()).copied().flatten();
            let now = ours.get(line.trim()).copied().flatten();
            // Both wrote it, and the user wrote something below it.
            let own = |now: &&str| *now != name && !places.contains_key(now) && !known.keys().any(|other| *other == now);
            if !base.contains_key(line.trim()) {
                return now.filter(own);
            }
            holder.filter(|holder| *holder != name && now.is_some_and(|now| now != *holder && now != name))
        };
        for line in lists[2][at].lead.iter().filter(|line| taken(line).is_some()) {
            let list = theirs.to_mut();
            list[at].lead.retain(|other| !std::ptr::eq(*other, *line));
            let now = || ours.get(line.trim()).copied().flatten();
            if let Some(old) = taken(line).and_then(|holder| places.get(holder)).or_else(|| places.get(now()?)) {
                let lead =
                    lists[0].iter().zip(&names[0]).find(|(_, known)| **known == names[2][*old]).map(|(node, _)| &node.lead);
                let before = place(lead.map_or(&[], |lead| lead), &list[*old].lead, line);
                list[*old].lead.insert(before, line);
                list[*old].seal();
            }
            list[at].seal();
        }
    }
    theirs
}

/// Their nodes, of which the first has the blank lines before it that the user has at this place. The first one of a file has
/// none, so what came or went before it would take or leave those between the user's own and the rest.
pub fn front<'n, 'a>(ours: &[Node<'a>], names: &[Vec<String>; 3], mut theirs: Cow<'n, [Node<'a>]>) -> Cow<'n, [Node<'a>]> {
    let (Some(old), Some(new)) = (names[0].first(), names[2].first()) else { return theirs };
    let changed = old != new && !(names[0].contains(new) && names[2].contains(old));
    let Some(before) = names[1].iter().position(|name| name == old).filter(|at| changed && *at > 0) else { return theirs };
    let blank = |line: &&&str| line.trim().is_empty();
    let gap: Vec<&str> = ours[before].lead.iter().take_while(blank).copied().collect();
    let first = &mut theirs.to_mut()[0];
    let own = first.lead.iter().take_while(blank).count();
    first.lead.splice(..own, gap);
    first.seal();
    theirs
}

/// Where a line stood among others: behind the same one as in the base.
fn place(base: &[&str], now: &[&str], line: &str) -> usize {
    let at = base.iter().position(|other| other.trim() == line.trim()).unwrap_or(0);
    let Some((last, _)) = base[..at].split_last() else { return 0 };
    let same = |other: &&str| last.trim() == other.trim();
    let nth = base[..at].iter().filter(|other| same(other)).count();
    let mut found = now.iter().enumerate().filter(|(_, other)| same(other)).map(|(at, _)| at + 1);
    found.nth(nth - 1).unwrap_or(0)
}

fn is_comment(line: &str) -> bool {
    !line.trim().trim_matches('#').is_empty()
}

/// Which node each comment leads; none for those that stand more than once.
fn holders<'n>(list: &'n [Node], names: &'n [String], tail: &[&'n str]) -> HashMap<&'n str, Option<&'n str>> {
    let mut holders: HashMap<&str, Option<&str>> = HashMap::new();
    let leads = list.iter().zip(names).flat_map(|(node, name)| node.lead.iter().map(move |line| (line.trim(), name.as_str())));
    for (line, name) in leads.chain(tail.iter().map(|line| (line.trim(), ""))).filter(|(line, _)| is_comment(line)) {
        holders.entry(line).and_modify(|known| *known = None).or_insert(Some(name));
    }
    holders
}
