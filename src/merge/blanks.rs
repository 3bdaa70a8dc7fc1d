//! Why: a blank line stands between two things, but it is kept with the one that follows. When a new one comes between them
//! or goes, it must not come back to a user who took it away, as by sorting a list.

use std::borrow::Cow;
use std::collections::HashMap;

use super::text::is_blank;
use super::tree::Node;

/// Their nodes, without blank lines that the user took away at the place where they came or went.
pub fn settle<'n, 'a>(lists: [&'n [Node<'a>]; 3], names: &[Vec<String>; 3], theirs: Cow<'n, [Node<'a>]>) -> Cow<'n, [Node<'a>]> {
    let places = names.each_ref().map(|names| names.iter().map(String::as_str).zip(0..).collect::<HashMap<&str, usize>>());
    let mut theirs = theirs;
    // The user has none at all.
    let dense = lists[1].len() > 1 && !lists[1].iter().skip(1).any(is_apart) && lists[0].iter().skip(1).any(is_apart);
    // The blank line before what followed may be the one before what came.
    for run in runs(&names[2], |name| !places[0].contains_key(name) && !places[1].contains_key(name)) {
        let next = names[2].get(run.end).and_then(|name| Some((places[0].get(name.as_str())?, places[1].get(name.as_str())?)));
        let taken = next.is_some_and(|(base, ours)| is_apart(&lists[0][*base]) && !is_apart(&lists[1][*ours]));
        for at in run.clone().filter(|at| *at > 0 && (dense || taken && *at == run.start)) {
            take(theirs.to_mut(), at);
        }
    }
    // And the other way round: what follows may get the blank line that stood before what goes.
    for run in runs(&names[0], |name| places[1].contains_key(name) && !places[2].contains_key(name)) {
        let Some(next) = names[0].get(run.end).map(String::as_str) else { continue };
        let (Some(ours), Some(at)) = (places[1].get(next), places[2].get(next)) else { continue };
        let taken = is_apart(&lists[0][run.start]) && !is_apart(&lists[1][places[1][names[0][run.start].as_str()]]);
        if taken && !is_apart(&lists[0][run.end]) && !is_apart(&lists[1][*ours]) {
            take(theirs.to_mut(), *at);
        }
    }
    theirs
}

/// Whether a blank line stands before it.
fn is_apart(node: &Node) -> bool {
    node.lead.first().is_some_and(|line| is_blank(line.as_bytes()))
}

/// Takes the blank lines before a node away.
fn take(list: &mut [Node], at: usize) {
    let blank = list[at].lead.iter().take_while(|line| is_blank(line.as_bytes())).count();
    list[at].lead.drain(..blank);
    list[at].seal();
}

/// Where names of a sort stand together.
fn runs<'l>(names: &'l [String], wanted: impl Fn(&str) -> bool + 'l) -> Vec<std::ops::Range<usize>> {
    let mut runs: Vec<std::ops::Range<usize>> = Vec::new();
    for at in (0..names.len()).filter(|at| wanted(&names[*at])) {
        match runs.last_mut() {
            Some(run) if run.end == at => run.end += 1,
            _ => runs.push(at..at + 1),
        }
    }
    runs
}
