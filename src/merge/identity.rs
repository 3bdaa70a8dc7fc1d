//! Why: an item of a list has no key, and still people say "that port" or "the job `test`". Which item of one version is which
//! of another is told here, for values and for trees alike.

use std::collections::HashSet;

use super::value::{Value, entries};

/// Lists in which the order says what happens.
const ORDERED: [&str; 9] = ["command", "entrypoint", "args", "test", "cmd", "script", "before_script", "after_script", "run"];

/// Fields that name an item of a list, best first.
const NAMES: [&str; 26] = [
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

/// Whether this key has a list of which the first word may be a command.
pub fn is_sequence(key: &str) -> bool {
    ORDERED.contains(&key)
}

/// Fields that may name the items of a list of which one has these: known ones, and whatever else is called a name.
pub fn naming<'f>(fields: impl Iterator<Item = &'f str>) -> impl Iterator<Item = &'f str> {
    let called = |field: &&str| field.to_ascii_lowercase().ends_with("name") && !NAMES.contains(field);
    NAMES.into_iter().chain(fields.filter(called))
}

/// Whether the order of a list of these scalars (`None` for what is none) under this key matters. Arguments that each name
/// what they set, as `--name=value` or `NAME=value`, mean the same in any order.
pub fn ordered<'s>(key: &str, mut items: impl Iterator<Item = Option<&'s str>>) -> bool {
    let named = |text: &str| text.starts_with("--") || scalar_name(text).ends_with('=');
    is_sequence(key) && !items.all(|item| item.is_some_and(named))
}

/// Names for the items of several versions of a list: scalars name themselves, mappings by a field that all of them have.
/// `None` where names do not tell all items of each list apart.
pub fn identities<const N: usize>(lists: [&[Value]; N]) -> Option<[Vec<String>; N]> {
    let all = || lists.iter().flat_map(|list| list.iter());
    if all().all(|item| item.scalar().is_some()) {
        let named = lists.map(|list| list.iter().filter_map(|item| item.scalar().map(scalar_name)).collect::<Vec<_>>());
        return named.iter().all(|names| unique(names)).then_some(named);
    }
    let first = all().next().map_or(&[][..], entries);
    for field in naming(first.iter().map(|(key, _)| key.as_str())) {
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
        Some((name, _)) if name.len() > 1 && name.bytes().all(|b| b.is_ascii_alphanumeric() || b"_-./".contains(&b)) => {
            format!("{name}=")
        }
        _ => text.to_owned(),
    }
}

fn unique(names: &[String]) -> bool {
    let mut seen = HashSet::new();
    names.iter().all(|name| seen.insert(name))
}
