//! Why: a merged text is right when it says what was expected, as far as that is decided; a text with conflicts in it, when
//! both of its settled forms do.

use std::collections::HashMap;

use super::identity::identities;
use super::value::{Kind, Value, entries};

/// Whether `actual` says something else than `expected`, where that is decided.
pub fn contradicts(expected: Option<&Value>, actual: Option<&Value>) -> bool {
    disagree(expected, actual, actual)
}

/// The same for a text with conflicts in it, settled for one side and for the other: where the two say the same, no
/// conflict has a say.
#[allow(clippy::many_single_char_names, reason = "three values side by side")]
pub fn disagree(expected: Option<&Value>, one: Option<&Value>, other: Option<&Value>) -> bool {
    let (e, a, b) = match (expected, one, other) {
        (Some(e), Some(_), Some(_)) if e.is_disputed() => return one == other,
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
    let places = [&e, &a, &b].map(|names| names.iter().zip(0..).collect::<HashMap<&String, usize>>());
    let find = |side: usize, list: &[Value], name: &String| places[side].get(name).map(|at| list[*at].clone());
    // Beside what is undecided there may be more.
    names
        .into_iter()
        .filter(|name| complete || places[0].contains_key(name))
        .any(|name| disagree(find(0, &decided, name).as_ref(), find(1, one, name).as_ref(), find(2, other, name).as_ref()))
}
