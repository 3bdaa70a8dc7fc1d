//! Why: `networks: [edge, data]` stands on one line, and two people may still have added one network each.

use std::collections::{HashMap, HashSet};

use super::identity::ordered;
use super::lines::{Change, edits, regions};
use super::order;
use super::rivals;
use crate::differences::intern;

/// Merges `key: [a, b]` or `key: {a: b}` by its parts; `None` where that is not what it is, or they conflict.
pub fn merge(base: &str, ours: &str, theirs: &str, key: &str) -> Option<String> {
    let (b, o, t) = (Flow::of(base)?, Flow::of(ours)?, Flow::of(theirs)?);
    let same = |flow: &Flow| flow.open == o.open && flow.before.split_whitespace().eq(o.before.split_whitespace());
    if !same(&b) || !same(&t) {
        return None;
    }
    let merged = if o.open == '{' {
        maps(&b.parts, &o.parts, &t.parts)?
    } else if ordered(key, [&b, &o, &t].iter().flat_map(|flow| &flow.parts).map(|part| Some(part.trim_matches(['"', '\''])))) {
        sequence(&b.parts, &o.parts, &t.parts)?
    } else {
        set(&b.parts, &o.parts, &t.parts)?
    };
    Some(format!("{}{}{}{}{}{}", o.before, o.open, o.pad, merged.join(", "), o.pad, o.after))
}

/// Merges sets of words: in the user's order, without what one side took away. `None` where a word stands twice,
/// and where both replaced one.
pub fn set<T: Clone + std::hash::Hash + Eq>(base: &[T], ours: &[T], theirs: &[T]) -> Option<Vec<T>> {
    let unique = |list: &[T]| list.iter().collect::<HashSet<_>>().len() == list.len();
    if !unique(base) || !unique(ours) || !unique(theirs) {
        return None;
    }
    let mut numbers = HashMap::new();
    let (b, o, t) = (intern(&mut numbers, base), intern(&mut numbers, ours), intern(&mut numbers, theirs));
    let words: HashMap<u32, &T> = o.iter().copied().zip(ours).chain(t.iter().copied().zip(theirs)).collect();
    if !rivals::find(&b, &o, &t).is_empty() {
        return None;
    }
    // What they put in the place of another stands where the user has that.
    let instead = edits(&b, &t).into_iter().filter(|(old, new)| old.len() == new.len());
    let pairs = instead.flat_map(|(old, new)| b[old].iter().copied().zip(t[new].iter().copied()).collect::<Vec<_>>());
    let pairs: HashMap<u32, u32> = pairs
        .filter(|(old, new)| o.contains(old) && ![&b, &o].iter().any(|list| list.contains(new)) && !t.contains(old))
        .collect();
    let [b, o] = [b, o].map(|list| list.into_iter().map(|id| pairs.get(&id).copied().unwrap_or(id)).collect::<Vec<_>>());
    let order = order::merge(&b, &o, &t).into_iter();
    let kept = order.filter(|id| !b.contains(id) || o.contains(id) && t.contains(id));
    Some(kept.filter_map(|id| words.get(&id).map(|word| (*word).clone())).collect())
}

fn sequence(base: &[String], ours: &[String], theirs: &[String]) -> Option<Vec<String>> {
    let mut merged = Vec::new();
    for region in regions(base, ours, theirs) {
        match region.change {
            Change::None | Change::Ours => merged.extend_from_slice(&ours[region.ours]),
            Change::Theirs => merged.extend_from_slice(&theirs[region.theirs]),
            Change::Both => return None,
        }
    }
    Some(merged)
}

fn maps(base: &[String], ours: &[String], theirs: &[String]) -> Option<Vec<String>> {
    let named = |parts: &[String]| {
        let name = |part: &String| part.split_once(':').map(|(key, _)| (key.trim().to_owned(), part.clone()));
        parts.iter().map(name).collect::<Option<Vec<_>>>()
    };
    let merged = keyed([&named(base)?, &named(ours)?, &named(theirs)?], |key, b, o, t| merge(b, o, t, key))?;
    Some(merged.into_iter().map(|(_, part)| part).collect())
}

/// Merges what is known by a name, in the user's order; `both` is asked for what both sides changed. `None` where a name
/// stands twice, and where one side took away what the other changed.
pub fn keyed<V: Clone + PartialEq>(
    lists: [&[(String, V)]; 3],
    both: impl Fn(&str, &V, &V, &V) -> Option<V>,
) -> Option<Vec<(String, V)>> {
    let names = lists.map(|list| list.iter().map(|(name, _)| name).collect::<Vec<_>>());
    if names.iter().any(|names| names.iter().collect::<HashSet<_>>().len() < names.len()) {
        return None;
    }
    let mut numbers = HashMap::new();
    let ids = names.each_ref().map(|names| intern(&mut numbers, names));
    let known: HashMap<u32, &String> = numbers.iter().map(|(name, id)| (*id, **name)).collect();
    let mut merged = Vec::new();
    for id in order::merge(&ids[0], &ids[1], &ids[2]) {
        let name = known[&id];
        let find = |list: &[(String, V)]| list.iter().find(|(other, _)| other == name).map(|(_, part)| part.clone());
        let part = match (find(lists[0]), find(lists[1]), find(lists[2])) {
            (b, Some(o), Some(t)) if o == t || b.as_ref() == Some(&t) => o,
            (Some(b), Some(o), Some(t)) => {
                if b == o {
                    t
                } else {
                    both(name, &b, &o, &t)?
                }
            }
            (None, Some(only), None) | (None, None, Some(only)) => only,
            (Some(b), Some(one), None) | (Some(b), None, Some(one)) if b == one => continue,
            _ => return None,
        };
        merged.push((name.clone(), part));
    }
    Some(merged)
}

/// A line with one collection in brackets at its end.
pub struct Flow<'l> {
    /// What stands before the bracket.
    pub before: &'l str,
    /// The bracket.
    pub open: char,
    /// The space within the brackets.
    pub pad: &'l str,
    /// What stands between commas.
    pub parts: Vec<String>,
    /// What stands from the last bracket on.
    pub after: &'l str,
}

impl<'l> Flow<'l> {
    /// Reads what a line says.
    pub fn of(code: &'l str) -> Option<Self> {
        let start = code.find(['[', '{'])?;
        let before = &code[..start];
        // Nothing but a key stands before it: no quotes, no variables.
        if !before.is_empty() && !before.ends_with([' ', '='])
            || before.contains(['"', '\'', '$']) && !before.trim_end().ends_with([':', '='])
        {
            return None;
        }
        let open = code[start..].chars().next()?;
        let close = if open == '[' { ']' } else { '}' };
        let end = code.rfind(close).filter(|end| *end > start)?;
        if !matches!(&code[end + 1..], "" | "," | ";") {
            return None;
        }
        let inner = &code[start + 1..end];
        let pad = if inner.starts_with(' ') && inner.trim() != "" { " " } else { "" };
        Some(Self { before, open, pad, parts: split(inner)?, after: &code[end..] })
    }
}

/// The parts between commas, as far as those are not in brackets or quotes.
fn split(inner: &str) -> Option<Vec<String>> {
    let mut parts = vec![String::new()];
    let (mut depth, mut quote, mut escaped) = (0_usize, None, false);
    for c in inner.chars() {
        let part = parts.last_mut()?;
        if let Some(q) = quote {
            if c == q && !escaped {
                quote = None;
            }
            escaped = c == '\\' && !escaped && q == '"';
            part.push(c);
            continue;
        }
        match c {
            '"' | '\'' if part.trim().is_empty() || depth > 0 || part.trim_end().ends_with(':') => quote = Some(c),
            '[' | '{' => depth += 1,
            ']' | '}' => depth = depth.checked_sub(1)?,
            ',' if depth == 0 => {
                parts.push(String::new());
                continue;
            }
            _ => {}
        }
        part.push(c);
    }
    if depth > 0 || quote.is_some() {
        return None;
    }
    let parts: Vec<String> = parts.into_iter().map(|part| part.trim().to_owned()).collect();
    let last_is_empty = parts.last().is_some_and(String::is_empty);
    Some(if last_is_empty { parts[..parts.len() - 1].to_vec() } else { parts })
}
