//! Why: whether a merge of text is right is asked of the values that it stands for. This is the oracle: what three
//! versions of a value come to, and whether a merged text says that. It never writes anything.

use std::collections::{HashMap, HashSet};
use std::hash::{DefaultHasher, Hash, Hasher};

use super::identity::{identities, ordered};
use super::lines::{Change, regions};
use super::rivals;
use crate::differences::intern;

/// What a text stands for. Mappings are sorted by key, so that equality does not depend on order.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Value {
    /// Anchor and tag.
    pub note: String,
    /// The value itself.
    pub kind: Kind,
}

/// The kinds of values.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// Anything without parts; numbers and the like are told from strings by a prefix.
    Scalar(String),
    /// A list.
    List(Vec<Value>),
    /// A mapping, sorted by key.
    Map(Vec<(String, Value)>),
    /// Both sides changed it, differently: nothing is right.
    Undecided,
}

/// The note of what has no name of its own, so that two of them are two things.
pub const MANY: &str = "one of many";

impl Value {
    /// A value without anchor and tag.
    pub fn new(kind: Kind) -> Self {
        Self { note: String::new(), kind }
    }

    /// A mapping, sorted.
    pub fn map(note: String, mut entries: Vec<(String, Self)>) -> Self {
        entries.sort_by(|a, b| a.0.cmp(&b.0));
        Self { note, kind: Kind::Map(entries) }
    }

    /// A number that stands for the value.
    pub fn digest(&self) -> u64 {
        let mut hasher = DefaultHasher::new();
        self.hash(&mut hasher);
        hasher.finish()
    }

    fn undecided() -> Self {
        Self::new(Kind::Undecided)
    }

    /// What both sides made anew, differently: of that no clean merge is right. Of what both changed, it may be one that
    /// only moved a version further, or whose lines say more than its value.
    fn disputed(ours: &Self, theirs: &Self) -> Self {
        let note = if ours.sort() == theirs.sort() && ours.note != MANY { "disputed" } else { "" };
        Self { note: note.to_owned(), kind: Kind::Undecided }
    }

    /// Whether it can only be a conflict.
    pub fn is_disputed(&self) -> bool {
        self.kind == Kind::Undecided && !self.note.is_empty()
    }

    fn has_undecided(&self) -> bool {
        match &self.kind {
            Kind::Scalar(_) => false,
            Kind::List(items) => items.iter().any(Self::has_undecided),
            Kind::Map(entries) => entries.iter().any(|(_, value)| value.has_undecided()),
            Kind::Undecided => true,
        }
    }

    /// Whether it is what stands behind a key of YAML that has nothing behind it.
    fn is_empty(&self) -> bool {
        self.note.is_empty() && self.scalar() == Some("\u{1}")
    }

    /// Only values of one sort can be the same thing under another name.
    fn sort(&self) -> u8 {
        match &self.kind {
            Kind::Scalar(_) | Kind::Undecided => 0,
            Kind::Map(_) => 1,
            Kind::List(_) => 2,
        }
    }

    /// Its text, where it has no parts.
    pub fn scalar(&self) -> Option<&str> {
        match &self.kind {
            Kind::Scalar(text) => Some(text),
            _ => None,
        }
    }

    pub fn get(&self, key: &str) -> Option<&Self> {
        match &self.kind {
            Kind::Map(entries) => entries.binary_search_by(|(k, _)| k.as_str().cmp(key)).ok().map(|i| &entries[i].1),
            _ => None,
        }
    }

    /// How many keys stand twice in their mapping.
    pub fn twins(&self) -> usize {
        match &self.kind {
            Kind::Scalar(_) | Kind::Undecided => 0,
            Kind::List(items) => items.iter().map(Self::twins).sum(),
            Kind::Map(entries) => {
                entries.windows(2).filter(|pair| pair[0].0 == pair[1].0).count()
                    + entries.iter().map(|(_, value)| value.twins()).sum::<usize>()
            }
        }
    }
}

/// What three versions of a value come to; `None` is a value that is not there. `key` is where it stands.
pub fn merge3(base: Option<&Value>, ours: Option<&Value>, theirs: Option<&Value>, key: &str) -> Option<Value> {
    if ours == theirs || base == theirs {
        return ours.cloned();
    }
    if base == ours {
        return theirs.cloned();
    }
    let (Some(o), Some(t)) = (ours, theirs) else { return Some(Value::undecided()) };
    let Some(note) = note(base, o, t) else { return Some(Value::undecided()) };
    let kind = match (base.map(|b| &b.kind), &o.kind, &t.kind) {
        (None | Some(Kind::Map(_)), Kind::Map(_), Kind::Map(_)) => maps(base, o, t),
        (Some(Kind::List(b)), Kind::List(o), Kind::List(t)) => lists(b, o, t, key),
        (None, Kind::List(o), Kind::List(t)) if !ordered(key, o.iter().chain(t).map(Value::scalar)) => lists(&[], o, t, key),
        (Some(Kind::Scalar(b)), Kind::Scalar(o), Kind::Scalar(t)) => texts(b, o, t),
        _ => Kind::Undecided,
    };
    let merged = Value { note, kind };
    // What both sides made anew is one when the two do not contradict each other anywhere.
    Some(match base {
        None if merged.has_undecided() => Value::disputed(o, t),
        Some(_) if merged.kind == Kind::Undecided => Value::undecided(),
        _ => merged,
    })
}

fn note(base: Option<&Value>, ours: &Value, theirs: &Value) -> Option<String> {
    let (b, o, t) = (base.map(|b| &b.note), &ours.note, &theirs.note);
    match () {
        () if o == t || b == Some(t) => Some(o.clone()),
        () if b == Some(o) => Some(t.clone()),
        () => None,
    }
}

fn maps(base: Option<&Value>, ours: &Value, theirs: &Value) -> Kind {
    if base.into_iter().chain([ours, theirs]).any(|value| entries(value).windows(2).any(|pair| pair[0].0 == pair[1].0)) {
        return Kind::Undecided;
    }
    let mut keys: Vec<&String> = entries(ours).iter().chain(entries(theirs)).map(|(key, _)| key).collect();
    keys.sort_unstable();
    keys.dedup();
    let sorts = |value: &'_ Value| entries(value).iter().map(|(key, value)| (key.clone(), value.sort())).collect::<Vec<_>>();
    let origins = origins(&base.map(sorts).unwrap_or_default(), &sorts(ours), &sorts(theirs));
    // Otherwise it may be what is gone, under another name.
    let is_there = |key: &str| ours.get(key).is_some() || theirs.get(key).is_some();
    let all_there = base.is_some_and(|base| !entries(base).is_empty() && entries(base).iter().all(|(key, _)| is_there(key)));
    let in_both = |key: &str| ours.get(key).is_some() && theirs.get(key).is_some();
    let is_new = |key: &str| all_there && in_both(key) && base.is_some_and(|base| base.get(key).is_none());
    let merged = keys.into_iter().filter_map(|key| {
        let (o, t) = (ours.get(key), theirs.get(key));
        let value = match origins.get(key) {
            Some(Origin::Unclear) if o != t => Some(Value::undecided()),
            Some(Origin::Renamed(old)) => merge3(base.map(|b| &entries(b)[*old].1), o, t, key),
            // Both made it in what was there before, and one of them put nothing into it.
            None if is_new(key) && o.is_some_and(Value::is_empty) => t.cloned(),
            None if is_new(key) && t.is_some_and(Value::is_empty) => o.cloned(),
            _ => merge3(base.and_then(|b| b.get(key)), o, t, key),
        };
        value.map(|value| (key.clone(), value))
    });
    Kind::Map(merged.collect())
}

/// Where a name comes from that both sides have and the base has not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// Both gave it to what stood at this place in the base.
    Renamed(usize),
    /// To one of several things in the base, or to something new.
    Unclear,
}

/// What both sides renamed alike, as names and sorts tell: what it was in the base is what their changes are measured by.
/// Names that are merely new are not listed.
pub fn origins<K: PartialEq>(base: &[(String, K)], ours: &[(String, K)], theirs: &[(String, K)]) -> HashMap<String, Origin> {
    let [b, o, t] = [base, ours, theirs].map(|side| side.iter().map(|(name, _)| name).collect::<HashSet<_>>());
    let gone: Vec<usize> = (0..base.len()).filter(|i| !o.contains(&base[*i].0) && !t.contains(&base[*i].0)).collect();
    let mut origins = HashMap::new();
    if gone.is_empty() {
        return origins;
    }
    let new: Vec<&(String, K)> = ours.iter().filter(|(name, _)| t.contains(name) && !b.contains(name)).collect();
    for (name, sort) in &new {
        let mut alike = gone.iter().filter(|i| base[**i].1 == *sort);
        let origin = match (alike.next(), alike.next()) {
            (None, _) => continue,
            (Some(old), None) if new.iter().filter(|(_, other)| other == sort).count() == 1 => Origin::Renamed(*old),
            _ => Origin::Unclear,
        };
        origins.insert(name.clone(), origin);
    }
    origins
}

/// The parts of a mapping.
pub fn entries(value: &Value) -> &[(String, Value)] {
    match &value.kind {
        Kind::Map(entries) => entries,
        _ => &[],
    }
}

fn lists(base: &[Value], ours: &[Value], theirs: &[Value], key: &str) -> Kind {
    if !ordered(key, base.iter().chain(ours).chain(theirs).map(Value::scalar))
        && let Some([b, o, t]) = identities([base, ours, theirs])
    {
        let places = [&b, &o, &t].map(|names| names.iter().zip(0..).collect::<HashMap<&String, usize>>());
        let find = |side: usize, list: &[Value], name: &String| places[side].get(name).map(|at| list[*at].clone());
        let mut merged = Vec::new();
        let known: HashSet<&String> = o.iter().collect();
        let sorts =
            |names: &[String], list: &[Value]| names.iter().cloned().zip(list.iter().map(Value::sort)).collect::<Vec<_>>();
        let origins = origins(&sorts(&b, base), &sorts(&o, ours), &sorts(&t, theirs));
        let mut numbers = HashMap::new();
        let ids = [&b, &o, &t].map(|names| intern(&mut numbers, names));
        let rivals = rivals::find(&ids[0], &ids[1], &ids[2]);
        merged.extend(rivals.iter().map(|_| Value::undecided()));
        let is_rival = |name: &String| rivals.iter().any(|one| one.ours.iter().chain(&one.theirs).any(|id| numbers[name] == *id));
        for name in o.iter().chain(t.iter().filter(|name| !known.contains(name))) {
            if is_rival(name) {
                continue;
            }
            let (mut b, o, t) = (find(0, base, name), find(1, ours, name), find(2, theirs, name));
            match origins.get(name) {
                Some(Origin::Unclear) if o != t => {
                    merged.push(Value::undecided());
                    continue;
                }
                Some(Origin::Renamed(old)) => b = Some(base[*old].clone()),
                _ => {}
            }
            merged.extend(merge3(b.as_ref(), o.as_ref(), t.as_ref(), ""));
        }
        return Kind::List(merged);
    }
    let mut merged = Vec::new();
    for region in regions(base, ours, theirs) {
        match region.change {
            Change::None | Change::Ours => merged.extend_from_slice(&ours[region.ours]),
            Change::Theirs => merged.extend_from_slice(&theirs[region.theirs]),
            Change::Both => return Kind::Undecided,
        }
    }
    Kind::List(merged)
}

fn texts(base: &str, ours: &str, theirs: &str) -> Kind {
    if ![base, ours, theirs].iter().all(|text| text.trim_end().contains('\n')) {
        return Kind::Undecided;
    }
    let [b, o, t] = [base, ours, theirs].map(|text| text.split_inclusive('\n').collect::<Vec<_>>());
    let mut merged = String::new();
    for region in regions(&b, &o, &t) {
        match region.change {
            Change::None | Change::Ours => merged.push_str(&o[region.ours].concat()),
            Change::Theirs => merged.push_str(&t[region.theirs].concat()),
            Change::Both => return Kind::Undecided,
        }
    }
    Kind::Scalar(merged)
}
