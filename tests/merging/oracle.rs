//! Why: what three versions of a file come to is said here once more, with another parser and without a line of the code
//! that merges. At each path a merged file must say what follows from the three, or there must be a conflict.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use regex::Regex;
use serde_yaml::Value;

/// Lists whose order says what happens.
const ORDERED: [&str; 5] = ["command", "entrypoint", "args", "test", "run"];

static ANCHOR: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"(?m)^(\s*(?:- )?[\w.-]+:|\s*-) &[\w-]+").unwrap());
static ALIAS: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"([\w<]:|[,\[{-]) ?(\*[\w-]+)").unwrap());

/// The value of a file; `None` when it is no YAML or a key stands twice. Aliases are what they are called.
pub fn parse(text: &str) -> Option<Value> {
    // An alias without its anchor is no YAML either.
    serde_yaml::from_str::<Value>(text).ok()?;
    // A last newline is the file's, not that of the text which happens to end there.
    let text = format!("{}\n", text.trim_end());
    let text = ALIAS.replace_all(&text, "$1 '$2'");
    let text = ANCHOR.replace_all(&text, "$1");
    serde_yaml::from_str(&text).ok().map(with_tags)
}

/// A tag is one more part of what it stands at, so that it has three versions of its own.
fn with_tags(value: Value) -> Value {
    match value {
        Value::Tagged(tagged) => {
            let inner = with_tags(tagged.value);
            let mut parts = match inner {
                Value::Mapping(parts) => parts,
                other => [("!value".into(), other)].into_iter().collect(),
            };
            parts.insert("!".into(), tagged.tag.to_string().into());
            Value::Mapping(parts)
        }
        Value::Mapping(parts) => Value::Mapping(parts.into_iter().map(|(key, value)| (key, with_tags(value))).collect()),
        Value::Sequence(items) => Value::Sequence(items.into_iter().map(with_tags).collect()),
        other => other,
    }
}

/// Which side conflicts were settled for; `None` where there were none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Settled {
    Clean,
    Ours,
    Theirs,
}

/// What is wrong with a merged value, and where.
pub fn wrong([base, ours, theirs]: [Option<&Value>; 3], merged: Option<&Value>, settled: Settled, path: &str) -> Option<String> {
    let side = match settled {
        Settled::Clean => None,
        Settled::Ours => Some(ours),
        Settled::Theirs => Some(theirs),
    };
    if side.is_some_and(|side| side == merged) {
        return None;
    }
    let key = path.rsplit('/').next().unwrap_or_default();
    // Beside a conflict, each part of a mapping has its own right value. Of one without parts nothing but its key is left.
    let parted = |value: Option<&Value>| value.is_some_and(Value::is_mapping);
    if side.is_some() && [ours, theirs].into_iter().all(parted) && (parted(merged) || merged == Some(&Value::Null)) {
        return parts([base.filter(|value| value.is_mapping()), ours, theirs], merged, settled, path);
    }
    if side.is_some()
        && let (Some(Value::Sequence(o)), Some(Value::Sequence(t)), Some(Value::Sequence(m))) = (ours, theirs, merged)
    {
        let b = base.and_then(Value::as_sequence).map_or(&[][..], Vec::as_slice);
        return lists([b, o, t], m, settled, path);
    }
    let must = |value: Option<&Value>| (merged != value).then(|| format!("{path}: {merged:?} instead of {value:?}"));
    if ours == theirs || base == theirs {
        return must(ours);
    }
    if base == ours {
        return must(theirs);
    }
    let (Some(o), Some(t)) = (ours, theirs) else {
        if let Some(own) = own_parts(base, ours.or(theirs)).filter(|_| path.matches('/').count() == 1) {
            return must(Some(&own));
        }
        // What one side moved and changed there stays, as with git; of what nobody moved lines tell.
        let kept = merged.is_some() && merged == ours.or(theirs);
        return (!kept).then(|| format!("{path}: deleted and changed, and no conflict"));
    };
    let Some(m) = merged else { return Some(format!("{path}: is gone")) };
    match (base, o, t, m) {
        (None | Some(Value::Mapping(_)), Value::Mapping(_), Value::Mapping(_), Value::Mapping(_)) => {
            parts([base, ours, theirs], merged, settled, path)
        }
        (None | Some(Value::Sequence(_)), Value::Sequence(o), Value::Sequence(t), Value::Sequence(m)) => {
            let b = base.and_then(Value::as_sequence).map_or(&[][..], Vec::as_slice);
            lists([b, o, t], m, settled, path)
        }
        _ if text(base).is_some_and(is_text) && [ours, theirs].iter().all(|v| text(*v).is_some_and(is_text)) => {
            let lines = |value: Option<&Value>| -> Vec<Value> {
                text(value).unwrap_or_default().lines().map(|line| Value::String(line.trim().to_owned())).collect()
            };
            bag([&lines(base), &lines(ours), &lines(theirs)], &lines(merged), settled, path)
        }
        // One side wrote all that the other wrote, and more before or behind it.
        _ if (merged == ours || merged == theirs) && [base, ours, theirs].iter().all(|side| says(merged, *side)) => None,
        // Of what both made, one has nothing in it yet.
        (None, Value::Null, some, m) | (None, some, Value::Null, m) if some == m => None,
        _ if is_pin(key, [base, ours, theirs]) && (merged == ours || merged == theirs) => None,
        _ => Some(format!("{path}: both changed {base:?} to {o:?} and {t:?}, and {m:?} came of it without a conflict")),
    }
}

/// What a mapping has besides what it had before, where none of that was changed.
fn own_parts(base: Option<&Value>, now: Option<&Value>) -> Option<Value> {
    let (base, now) = (base?.as_mapping()?, now?.as_mapping()?);
    let own: serde_yaml::Mapping =
        now.iter().filter(|(key, _)| base.get(key).is_none()).map(|(k, v)| (k.clone(), v.clone())).collect();
    let untouched = base.iter().all(|(key, value)| now.get(key).is_none_or(|now| now == value));
    (untouched && !own.is_empty()).then_some(Value::Mapping(own))
}

fn parts([base, ours, theirs]: [Option<&Value>; 3], merged: Option<&Value>, settled: Settled, path: &str) -> Option<String> {
    let all = [base, ours, theirs, merged];
    let keys: BTreeSet<String> = all.iter().flatten().flat_map(|value| keys(value)).collect();
    let gone = keys
        .iter()
        .any(|key| base.is_some_and(|b| b.get(key).is_some()) && [ours, theirs].iter().flatten().all(|v| v.get(key).is_none()));
    keys.iter().find_map(|key| {
        let [b, o, t, m] = all.map(|value| value.and_then(|value| value.get(key.as_str())));
        // Both gave something this name; what it was before is not for this oracle to say.
        if gone && b.is_none() && o.is_some() && t.is_some() && m.is_some() {
            return None;
        }
        // One side only gave another name to what the other has just so.
        let renamed = |lacks: Option<&Value>, has: Option<&Value>, side: Option<&Value>| {
            let new = |known: &String| base.is_none_or(|b| b.get(known).is_none());
            lacks.is_none()
                && has.is_some()
                && keys.iter().any(|known| new(known) && side.and_then(|side| side.get(known.as_str())) == has)
        };
        if m.is_none() && (renamed(t, o, theirs) || renamed(o, t, ours)) {
            return None;
        }
        // Or to what the other changed in it, and lines, which know no names, have the change under the new one.
        if let (Some(base), Some(ours), Some(theirs), Some(merged)) = (base, ours, theirs, merged)
            && moved([base, ours, theirs], merged, settled, key).is_some()
        {
            return None;
        }
        wrong([b, o, t], m, settled, &format!("{path}/{key}"))
    })
}

/// What a key was called before or after one side renamed what it stands for, where the merge under the new name is right.
fn moved([base, ours, theirs]: [&Value; 3], merged: &Value, settled: Settled, key: &str) -> Option<()> {
    if settled != Settled::Clean {
        return None;
    }
    let right = |old: &str, new: &str, renamer: &Value, other: &Value| {
        let (b, n, x, m) = (base.get(old)?, renamer.get(new)?, other.get(old)?, merged.get(new)?);
        let known =
            base.get(new).is_some() || other.get(new).is_some() || renamer.get(old).is_some() || merged.get(old).is_some();
        (!known
            && [b, n].iter().all(|value| value.is_mapping() || value.is_sequence())
            && wrong([Some(b), Some(n), Some(x)], Some(m), settled, new).is_none())
        .then_some(())
    };
    [(ours, theirs), (theirs, ours)].into_iter().find_map(|(renamer, other)| {
        keys(renamer)
            .iter()
            .find_map(|new| right(key, new, renamer, other))
            .or_else(|| keys(base).iter().find_map(|old| right(old, key, renamer, other)))
    })
}

/// Whether the three values leave nothing to decide.
pub fn decided([base, ours, theirs]: [Option<&Value>; 3], path: &str) -> bool {
    if ours == theirs || base == theirs || base == ours {
        return true;
    }
    let (Some(o), Some(t)) = (ours, theirs) else { return false };
    match (base, o, t) {
        (None | Some(Value::Mapping(_)), Value::Mapping(_), Value::Mapping(_)) => {
            let all = [base, ours, theirs];
            let keys: BTreeSet<String> = all.iter().flatten().flat_map(|value| keys(value)).collect();
            keys.iter()
                .all(|key| decided(all.map(|value| value.and_then(|value| value.get(key.as_str()))), &format!("{path}/{key}")))
        }
        (Some(Value::Sequence(b)), Value::Sequence(o), Value::Sequence(t)) => {
            let key = path.rsplit('/').next().unwrap_or_default();
            let Some(names) = names([b, o, t]).filter(|_| !ORDERED.contains(&key)) else { return false };
            let all: BTreeSet<&String> = names.iter().flatten().collect();
            all.into_iter().all(|name| {
                let find = |side: usize, list: &[Value]| names[side].iter().position(|n| n == name).map(|i| list[i].clone());
                let (b, o, t) = (find(0, b), find(1, o), find(2, t));
                decided([b.as_ref(), o.as_ref(), t.as_ref()], "")
            })
        }
        _ => false,
    }
}

fn keys(value: &Value) -> Vec<String> {
    value.as_mapping().into_iter().flatten().filter_map(|(key, _)| key.as_str().map(str::to_owned)).collect()
}

fn text(value: Option<&Value>) -> Option<&str> {
    value.and_then(Value::as_str)
}

/// Whether a text has another one in it.
fn says(whole: Option<&Value>, part: Option<&Value>) -> bool {
    text(whole).zip(text(part)).is_some_and(|(whole, part)| whole.contains(part))
}

fn is_text(text: &str) -> bool {
    text.trim_end().contains('\n')
}

fn is_pin(key: &str, sides: [Option<&Value>; 3]) -> bool {
    let name = |value: Option<&Value>| text(value).map(|text| text.split(['@', ':']).next().unwrap_or_default().to_owned());
    let names = sides.map(name);
    matches!(key, "image" | "uses") && names[0] == names[1] && names[0] == names[2]
}

fn lists([b, o, t]: [&[Value]; 3], m: &[Value], settled: Settled, path: &str) -> Option<String> {
    let key = path.rsplit('/').next().unwrap_or_default();
    let Some(names) = names([b, o, t]).filter(|_| !ORDERED.contains(&key)) else {
        return bag([b, o, t], m, settled, path);
    };
    let Some([merged]) = self::names([m]) else { return bag([b, o, t], m, settled, path) };
    let merged_items = m;
    let all: BTreeSet<&String> = names.iter().flatten().chain(&merged).collect();
    let gone = names[0].iter().any(|name| !names[1].contains(name) && !names[2].contains(name));
    all.into_iter().find_map(|name| {
        let find = |names: &[String], list: &[Value]| names.iter().position(|n| n == name).map(|i| list[i].clone());
        let (b, o, t, m) = (find(&names[0], b), find(&names[1], o), find(&names[2], t), find(&merged, m));
        if gone && b.is_none() && o.is_some() && t.is_some() && m.is_some() {
            return None;
        }
        // One side only gave another name to what the other has just so.
        let under_new_name =
            |has: Option<&Value>| merged_items.iter().any(|item| has.is_some_and(|has| is_same_but_name(has, item)));
        if m.is_none() && (t.is_none() && under_new_name(o.as_ref()) || o.is_none() && under_new_name(t.as_ref())) {
            return None;
        }
        wrong([b.as_ref(), o.as_ref(), t.as_ref()], m.as_ref(), settled, &format!("{path}[{name}]"))
    })
}

fn is_same_but_name(one: &Value, other: &Value) -> bool {
    let (Some(one), Some(other)) = (one.as_mapping(), other.as_mapping()) else { return false };
    one.len() == other.len() && one.iter().filter(|(key, value)| other.get(*key) != Some(value)).count() == 1
}

/// Names of the items, where those tell all of each list apart.
fn names<const N: usize>(lists: [&[Value]; N]) -> Option<[Vec<String>; N]> {
    let named = |name: &dyn Fn(&Value) -> Option<String>| {
        let all = lists.map(|list| list.iter().map(name).collect::<Option<Vec<_>>>().unwrap_or_default());
        let unique = |names: &Vec<String>| names.iter().collect::<BTreeSet<_>>().len() == names.len();
        (all.iter().zip(lists).all(|(names, list)| names.len() == list.len()) && all.iter().all(unique)).then_some(all)
    };
    named(&|item| item.as_str().map(str::to_owned))
        .or_else(|| named(&|item| item.get("name").and_then(Value::as_str).map(str::to_owned)))
        .or_else(|| named(&|item| item.get("package-ecosystem").and_then(Value::as_str).map(str::to_owned)))
}

/// Where only the order would tell items apart: how often each thing that they say may stand there.
fn bag(sides: [&[Value]; 3], merged: &[Value], settled: Settled, path: &str) -> Option<String> {
    let [b, o, t, m] = [sides[0], sides[1], sides[2], merged].map(|list| {
        let mut counts: BTreeMap<String, usize> = BTreeMap::new();
        for item in list {
            flatten(item, "", &mut counts);
        }
        counts
    });
    b.keys().chain(o.keys()).chain(t.keys()).chain(m.keys()).find_map(|item| {
        let [b, o, t, m] = [&b, &o, &t, &m].map(|counts| counts.get(item).copied().unwrap_or(0));
        let side = match settled {
            Settled::Clean => m,
            Settled::Ours => o,
            Settled::Theirs => t,
        };
        let (low, high) = bounds(b, o, t);
        // Both sides may have moved it to another version.
        let pinned = settled == Settled::Clean && (item.starts_with("/uses: ") || item.starts_with("/image: "));
        let fine = (low.min(side)..=high.max(side)).contains(&m) || pinned;
        (!fine).then(|| format!("{path}: {item:?} stands {m} times, of {b}, {o} and {t}"))
    })
}

/// What an item says, one thing at a time: two people may each have changed a part of it.
fn flatten(value: &Value, path: &str, into: &mut BTreeMap<String, usize>) {
    match value {
        Value::Mapping(parts) if !parts.is_empty() => {
            for (key, part) in parts {
                flatten(part, &format!("{path}/{}", key.as_str().unwrap_or("?")), into);
            }
        }
        Value::Sequence(items) if !items.is_empty() => {
            for item in items {
                flatten(item, &format!("{path}/-"), into);
            }
        }
        Value::String(text) if is_text(text) => {
            for line in text.lines() {
                *into.entry(format!("{path}| {}", line.trim())).or_default() += 1;
            }
        }
        other => *into.entry(format!("{path}: {other:?}")).or_default() += 1,
    }
}

/// How often something may stand in the merged file that stands so often in base, ours and theirs.
pub fn bounds(base: usize, ours: usize, theirs: usize) -> (usize, usize) {
    if base == theirs {
        return (ours, ours);
    }
    if base == ours {
        return (theirs, theirs);
    }
    let sum = (ours + theirs).saturating_sub(base);
    (sum.min(ours).min(theirs), sum.max(ours).max(theirs))
}
