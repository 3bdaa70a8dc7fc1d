//! Why: whether a merge of text is right is asked of the values that it stands for. This is the oracle: what three
//! versions of a value come to, and whether a merged text says that. It never writes anything.

use std::collections::HashSet;
use std::hash::{DefaultHasher, Hash, Hasher};

use super::lines::{Change, regions};

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

/// Lists in which the order says what happens.
const ORDERED: [&str; 9] = ["command", "entrypoint", "args", "test", "cmd", "script", "before_script", "after_script", "run"];

/// Fields that name an item of a list, best first.
pub const NAMES: [&str; 26] = [
    "name",
    "id",
    "key",
    "alias",
    "job_name",
    "alert",
    "record",
    "host",
    "hostname",
    "repo",
    "package-ecosystem",
    "containerPort",
    "mountPath",
    "target",
    "port",
    "path",
    "ip",
    "url",
    "uri",
    "username",
    "title",
    "secretName",
    "image",
    "source",
    "role",
    "label",
];

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

    fn has_undecided(&self) -> bool {
        match &self.kind {
            Kind::Scalar(_) => false,
            Kind::List(items) => items.iter().any(Self::has_undecided),
            Kind::Map(entries) => entries.iter().any(|(_, value)| value.has_undecided()),
            Kind::Undecided => true,
        }
    }

    fn scalar(&self) -> Option<&str> {
        match &self.kind {
            Kind::Scalar(text) => Some(text),
            _ => None,
        }
    }

    fn get(&self, key: &str) -> Option<&Self> {
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

/// Whether the order of a list under this key matters.
pub fn ordered(key: &str) -> bool {
    ORDERED.contains(&key)
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
        (None, Kind::List(o), Kind::List(t)) if !ordered(key) => lists(&[], o, t, key),
        (Some(Kind::Scalar(b)), Kind::Scalar(o), Kind::Scalar(t)) => texts(b, o, t),
        _ => Kind::Undecided,
    };
    let merged = Value { note, kind };
    // What both sides made anew is one when the two do not contradict each other anywhere.
    Some(if base.is_none() && merged.has_undecided() { Value::undecided() } else { merged })
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
    let merged = keys.into_iter().filter_map(|key| {
        merge3(base.and_then(|b| b.get(key)), ours.get(key), theirs.get(key), key).map(|value| (key.clone(), value))
    });
    Kind::Map(merged.collect())
}

fn entries(value: &Value) -> &[(String, Value)] {
    match &value.kind {
        Kind::Map(entries) => entries,
        _ => &[],
    }
}

fn lists(base: &[Value], ours: &[Value], theirs: &[Value], key: &str) -> Kind {
    if !ordered(key)
        && let Some([b, o, t]) = identities([base, ours, theirs])
    {
        let find =
            |names: &[String], list: &[Value], name: &String| names.iter().position(|n| n == name).map(|i| list[i].clone());
        let mut merged = Vec::new();
        let known: HashSet<&String> = o.iter().collect();
        for name in o.iter().chain(t.iter().filter(|name| !known.contains(name))) {
            let (b, o, t) = (find(&b, base, name), find(&o, ours, name), find(&t, theirs, name));
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

/// Names for the items of several versions of a list: scalars name themselves, mappings by a field that all of them have.
/// `None` where names do not tell all items of each list apart.
pub fn identities<const N: usize>(lists: [&[Value]; N]) -> Option<[Vec<String>; N]> {
    let all = || lists.iter().flat_map(|list| list.iter());
    if all().all(|item| item.scalar().is_some()) {
        let named = lists.map(|list| list.iter().filter_map(|item| item.scalar().map(scalar_name)).collect::<Vec<_>>());
        return named.iter().all(|names| unique(names)).then_some(named);
    }
    for field in NAMES {
        let name = |item: &Value| {
            let name = item.get(field)?.scalar()?.to_owned();
            // One ecosystem is watched in several folders.
            let place = if field == "package-ecosystem" { item.get("directory").and_then(Value::scalar) } else { None };
            Some(format!("{name} {}", place.unwrap_or_default()))
        };
        if all().all(|item| name(item).is_some()) {
            let named = lists.map(|list| list.iter().filter_map(name).collect::<Vec<_>>());
            if named.iter().all(|names| unique(names)) {
                return Some(named);
            }
        }
    }
    None
}

/// What a scalar is known by among its like: `NAME=value` by its name, anything else by all of it.
pub fn scalar_name(text: &str) -> String {
    match text.split_once('=') {
        Some((name, _)) if name.len() > 1 && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_') => format!("{name}="),
        _ => text.to_owned(),
    }
}

fn unique(names: &[String]) -> bool {
    let mut seen = HashSet::new();
    names.iter().all(|name| seen.insert(name))
}

/// Whether `actual` says something else than `expected`, where that is decided.
pub fn contradicts(expected: Option<&Value>, actual: Option<&Value>) -> bool {
    disagree(expected, actual, actual)
}

/// The same for a text with conflicts in it, settled for one side and for the other: where the two say the same, no
/// conflict has a say.
#[allow(clippy::many_single_char_names, reason = "three values side by side")]
pub fn disagree(expected: Option<&Value>, one: Option<&Value>, other: Option<&Value>) -> bool {
    let (e, a, b) = match (expected, one, other) {
        (Some(Value { kind: Kind::Undecided, .. }), _, _)
        | (None, None, None)
        // One side has it and the other has not: that is the conflict.
        | (_, None, Some(_))
        | (_, Some(_), None) => return false,
        (Some(e), Some(a), Some(b)) => (e, a, b),
        (_, None, None) => return true,
        (None, Some(a), Some(b)) => return a == b,
    };
    if e == a && e == b {
        return false;
    }
    match (&e.kind, &a.kind, &b.kind) {
        (Kind::Map(_), Kind::Map(_), Kind::Map(_)) => {
            if a.note == b.note && a.note != e.note {
                return true;
            }
            let mut keys: Vec<&String> = [e, a, b].into_iter().flat_map(entries).map(|(key, _)| key).collect();
            keys.sort_unstable();
            keys.dedup();
            keys.into_iter().any(|key| disagree(e.get(key), a.get(key), b.get(key)))
        }
        (Kind::List(x), Kind::List(y), Kind::List(z)) => lists_disagree(x, y, z),
        _ => a == b,
    }
}

fn lists_disagree(expected: &[Value], one: &[Value], other: &[Value]) -> bool {
    let decided: Vec<Value> = expected.iter().filter(|item| item.kind != Kind::Undecided).cloned().collect();
    let complete = decided.len() == expected.len();
    let Some([e, a, b]) = identities([&decided, one, other]) else {
        let pairs = || decided.iter().zip(one);
        return complete && one == other && (decided.len() != one.len() || pairs().any(|(e, a)| contradicts(Some(e), Some(a))));
    };
    let mut names: Vec<&String> = e.iter().chain(&a).chain(&b).collect();
    names.sort_unstable();
    names.dedup();
    let find = |names: &[String], list: &[Value], name: &String| names.iter().position(|n| n == name).map(|i| list[i].clone());
    // Beside what is undecided there may be more.
    names
        .into_iter()
        .filter(|name| complete || e.contains(name))
        .any(|name| disagree(find(&e, &decided, name).as_ref(), find(&a, one, name).as_ref(), find(&b, other, name).as_ref()))
}
