//! Why: who threw the comments of a reference away does not want them back, and not a part of them either, each time that
//! one of them names another service. So the new version is read with the old words, where nothing of those is left.

use std::collections::{HashMap, HashSet};
use std::ops::Range;

use super::entries::{self, Entry};
use super::tree::{Node, is_gap};

/// An entry, and where its comments and its own lines stand.
struct Place<'a> {
    name: String,
    lead: Range<usize>,
    head: Range<usize>,
    node: Node<'a>,
}

/// The new version, with comments as they were where the user threw those away; `None` when there are none of them.
pub fn still_wanted(kind: Entry, base: &[u8], ours: &[u8], theirs: &[u8]) -> Option<Vec<u8>> {
    let [base, ours, theirs] = [base, ours, theirs].map(|text| std::str::from_utf8(text).ok());
    let [base, ours, theirs] = [base?, ours?, theirs?].map(|text| text.split_inclusive('\n').collect::<Vec<_>>());
    let left: HashSet<&str> = ours.iter().map(|line| line.trim()).collect();
    let [(old, _), (mine, _), (new, tail)] = [&base, &ours, &theirs].map(|lines| places(kind, lines));
    let [old, mine] = [&old, &mine].map(|places| places.iter().map(|place| (&place.name, place)).collect::<HashMap<_, _>>());
    let mut out: Vec<&str> = theirs.clone();
    // Of what they stood before nothing may be left, and they are the same.
    let known: HashSet<&str> = base.iter().map(|line| line.trim()).collect();
    let mut below = theirs[tail.clone()].iter().map(|line| line.trim()).filter(|line| says(line)).peekable();
    if below.peek().is_some() && below.all(|line| known.contains(line) && !left.contains(line)) {
        out.truncate(tail.start);
    }
    // In a comment of the user's own form it is still there.
    let word = |text: &'_ str| text.rsplit(|c: char| !c.is_alphanumeric() && c != '_').next().unwrap_or_default().to_owned();
    let named: HashSet<String> = left.iter().filter_map(|line| Some(word(line.split_once('=')?.0))).collect();
    let still = |name: &String| mine.contains_key(name) || named.contains(name);
    for place in new.iter().rev() {
        let Some(before) = old.get(&place.name) else { continue };
        // A variable in a comment is one, too.
        let is_comment = |lines: &[&str]| lines.iter().all(|line| is_gap(line));
        if !still(&place.name) && is_comment(&base[before.head.clone()]) && is_comment(&theirs[place.head.clone()]) {
            out.splice(place.head.clone(), base[before.head.clone()].iter().copied());
        }
        let [was, now] = [&before.node, &place.node].map(|node| comments(node).collect::<Vec<_>>());
        let mut gone = was.iter().filter(|line| !now.contains(line)).peekable();
        // Who wrote something else there has another opinion, and is asked.
        let own = mine.get(&place.name).is_some_and(|mine| comments(&mine.node).any(|line| !was.contains(&line)));
        if !own && gone.peek().is_some() && gone.all(|line| !left.contains(line)) {
            out.splice(place.lead.clone(), base[before.lead.clone()].iter().copied());
        }
    }
    (out != theirs).then(|| out.concat().into_bytes())
}

/// The comments before an entry.
fn comments<'n>(node: &'n Node) -> impl Iterator<Item = &'n str> {
    node.lead.iter().map(|line| line.trim()).filter(|line| says(line))
}

fn says(comment: &str) -> bool {
    !comment.trim().trim_matches('#').trim().is_empty()
}

/// The entries of a list, of those of one name none, and what stands below the last one.
fn places<'a>(kind: Entry, lines: &[&'a str]) -> (Vec<Place<'a>>, Range<usize>) {
    let bare: Vec<&str> = lines.iter().map(|line| line.trim_end_matches(['\n', '\r'])).collect();
    let mut root = entries::read(kind, &bare);
    let Some(document) = root.children.pop() else { return (vec![], lines.len()..lines.len()) };
    let mut at = document.head.len();
    let mut places: Vec<Place> = Vec::new();
    let mut times: HashMap<String, usize> = HashMap::new();
    for node in document.children {
        let (lead, head) = (at..at + node.lead.len(), at + node.lead.len()..at + node.lead.len() + node.head.len());
        at = head.end;
        let name = if kind == Entry::Target { node.names.last() } else { node.names.first() }.cloned().unwrap_or_default();
        *times.entry(name.clone()).or_default() += 1;
        places.push(Place { name, lead, head, node });
    }
    places.retain(|place| times[&place.name] == 1);
    (places, at..lines.len())
}
