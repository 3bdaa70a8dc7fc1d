//! Why: whether two nodes are the same one is said by their names; which name it takes to tell siblings apart is seen only
//! with all three versions at hand.

use std::collections::{HashMap, HashSet};

use super::identity;
use super::tree::{Node, Shape, hash};

/// Names for all siblings that are known by keys; `None` where two of one file cannot be told apart. A name that is enough
/// in all three files is taken; a longer one only for those that need it.
pub fn of_map(lists: [&[Node]; 3]) -> Option<[Vec<String>; 3]> {
    let mut level: HashMap<&str, usize> = HashMap::new();
    for deeper in 0.. {
        // All three are asked at one level before it rises for those that need it in any.
        let mut crowded = HashSet::new();
        for list in lists {
            let mut seen = HashSet::new();
            for node in list {
                let first = node.names[0].as_str();
                let at = level.get(first).copied().unwrap_or(0);
                if !seen.insert((first, &node.names[at.min(node.names.len() - 1)])) {
                    if at + 1 >= node.names.len() {
                        return None;
                    }
                    crowded.insert(first);
                }
            }
        }
        if crowded.is_empty() {
            break;
        }
        for first in crowded {
            level.insert(first, deeper + 1);
        }
    }
    Some(lists.map(|list| {
        list.iter()
            .map(|node| {
                let at = level.get(node.names[0].as_str()).copied().unwrap_or(0);
                format!("{}\u{0}{}", node.names[0], node.names[at.min(node.names.len() - 1)])
            })
            .collect()
    }))
}

/// Whether the order of these items matters under a key.
pub fn ordered(lists: [&[Node]; 3], key: &str) -> bool {
    let scalar = |node: &'_ Node| (node.fields.is_empty() && !node.is_container()).then(|| node.names[0].clone());
    let items: Vec<Option<String>> = lists.iter().flat_map(|list| list.iter().map(scalar)).collect();
    identity::ordered(key, items.iter().map(Option::as_deref))
}

/// Names for the items of a list: scalars name themselves, mappings by a field that all of them have.
pub fn of_list(lists: [&[Node]; 3], key: &str) -> Option<[Vec<String>; 3]> {
    if ordered(lists, key) {
        return None;
    }
    let unique = |names: &[Vec<String>; 3]| {
        names.iter().all(|names| {
            let mut seen = HashSet::new();
            names.iter().all(|name| seen.insert(name))
        })
    };
    let all = || lists.iter().flat_map(|list| list.iter());
    if all().all(|node| node.fields.is_empty() && !node.is_container()) {
        let named = lists.map(|list| list.iter().map(|node| node.names[0].clone()).collect::<Vec<_>>());
        return unique(&named).then_some(named);
    }
    let first = all().next().map_or(&[][..], |node| &node.fields);
    identity::naming(first.iter().map(|(name, _)| name.as_str())).find_map(|field| {
        let name = |node: &Node| {
            let get = |field: &str| node.fields.iter().find(|(name, _)| name == field).map(|(_, text)| text.as_str());
            let place = if field == "package-ecosystem" { get("directory") } else { None };
            Some(format!("{} {}", get(field)?, place.unwrap_or_default()))
        };
        if !all().all(|node| name(node).is_some()) {
            return None;
        }
        let named = lists.map(|list| list.iter().filter_map(name).collect::<Vec<_>>());
        unique(&named).then_some(named)
    })
}

/// What one side only renamed and the other changed only in its comments or layout: the new number and the old one.
pub fn renamed(lists: [&[Node]; 3], ids: &[Vec<u32>; 3]) -> HashMap<u32, u32> {
    let known = ids.each_ref().map(|ids| ids.iter().copied().collect::<HashSet<u32>>());
    let mut renamed = HashMap::new();
    for (base, old) in lists[0].iter().zip(&ids[0]).filter(|(base, _)| base.is_container()) {
        for (from, to) in [(1, 2), (2, 1)] {
            if !known[to].contains(old) || known[from].contains(old) {
                continue;
            }
            let kept = lists[to].iter().zip(&ids[to]).find(|(_, id)| *id == old);
            let new = |(node, id): &(&Node, &u32)| {
                node.says == base.says && node.shape == base.shape && !known[0].contains(id) && !known[to].contains(id)
            };
            let mut candidates = lists[from].iter().zip(&ids[from]).filter(new);
            if let (Some(new), None, Some((kept, _))) = (candidates.next(), candidates.next(), kept)
                && kept.says == base.says
            {
                renamed.insert(*new.1, *old);
            }
        }
    }
    let once = |old: &u32| renamed.values().filter(|other| *other == old).count() == 1;
    renamed.iter().filter(|(_, old)| once(old)).map(|(new, old)| (*new, *old)).collect()
}

/// What one side gave another name, and the other side another one or none: it is gone from both under the old one.
#[derive(Clone, Copy, Debug)]
pub struct Torn {
    /// Its number in the base.
    pub base: u32,
    /// In ours, where it is still there.
    pub ours: Option<u32>,
    /// In theirs.
    pub theirs: Option<u32>,
}

/// What the sides disagree about, as far as a name can tell.
pub fn torn(lists: [&[Node]; 3], ids: &[Vec<u32>; 3]) -> Vec<Torn> {
    let known = ids.each_ref().map(|ids| ids.iter().copied().collect::<HashSet<u32>>());
    let mut torn: Vec<Torn> = Vec::new();
    for (base, old) in lists[0].iter().zip(&ids[0]).filter(|(base, _)| base.shape != Shape::Leaf) {
        if known[1].contains(old) || known[2].contains(old) {
            continue;
        }
        let alike = |side: usize| -> Vec<u32> {
            let new = |(node, id): &(&Node, &u32)| {
                // Where siblings are all alike, it may be a new one like them.
                resembles(base, node)
                    && known.iter().filter(|known| known.contains(id)).count() == 1
                    && !lists[0].iter().any(|other| !std::ptr::eq(other, base) && resembles(other, node))
            };
            lists[side].iter().zip(&ids[side]).filter(new).map(|(_, id)| *id).collect()
        };
        let taken = |ours: Option<u32>, theirs: Option<u32>| {
            torn.iter().any(|other| ours.is_some() && other.ours == ours || theirs.is_some() && other.theirs == theirs)
        };
        let (ours, theirs) = match (&alike(1)[..], &alike(2)[..]) {
            ([ours], [theirs]) => (Some(*ours), Some(*theirs)),
            ([ours], []) => (Some(*ours), None),
            ([], [theirs]) => (None, Some(*theirs)),
            _ => continue,
        };
        if !taken(ours, theirs) {
            torn.push(Torn { base: *old, ours, theirs });
        }
    }
    torn
}

/// Whether it is the same thing, as most of its parts tell.
pub fn resembles(base: &Node, node: &Node) -> bool {
    let parts = |node: &Node| -> Vec<u64> {
        let lines = node.head.iter().skip(1).filter(|_| node.shape == Shape::Block).map(|line| hash(&line.trim()));
        lines.chain(node.children.iter().map(|child| child.says)).collect()
    };
    let (old, new) = (parts(base), parts(node));
    let same = new.iter().filter(|part| old.contains(part)).count();
    node.shape == base.shape && (node.says == base.says || same * 2 > old.len().max(new.len()))
}
