//! Why: of several documents in one file each is known by its kind, namespace and name, and people change all three. What a
//! document is called is therefore said relative to the base: it is the same one under whatever name, as long as only one
//! of them can be meant.

use std::collections::{HashMap, HashSet};

use crate::merge::renames::resembles;
use crate::merge::value::{Kind, Value};

/// What Kubernetes knows a document by.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Identity {
    kind: String,
    namespace: String,
    name: String,
}

impl Identity {
    fn of(value: &Value) -> Self {
        let scalar = |value: Option<&Value>| match value.map(|value| &value.kind) {
            Some(Kind::Scalar(text)) => text.clone(),
            _ => String::new(),
        };
        // A mapping whose keys stand twice is not sorted in a way that could be searched.
        let meta = value.get("metadata");
        let of_meta = |key: &str| scalar(meta.and_then(|meta| meta.get(key)));
        Self { kind: scalar(value.get("kind")), namespace: of_meta("namespace"), name: of_meta("name") }
    }

    fn full(&self) -> String {
        format!("{} {} {}", self.kind, self.namespace, self.name)
    }
}

/// What the documents of three versions are called: all of them by what they were in the base.
#[derive(Clone, Debug, Default)]
pub struct Names(HashMap<String, String>);

impl Names {
    /// Compares three versions; a document alone in each needs no name.
    pub fn of([base, ours, theirs]: [&[Value]; 3]) -> Self {
        if [base, ours, theirs].iter().all(|side| side.len() < 2) {
            return Self::default();
        }
        let [b, o, t] = [base, ours, theirs].map(|side| side.iter().map(Identity::of).collect::<Vec<_>>());
        let unique = |side: &Vec<Identity>| side.iter().collect::<HashSet<_>>().len() == side.len();
        if ![&b, &o, &t].iter().all(|side| unique(side)) {
            return Self::default();
        }
        let mut names = HashMap::new();
        for (side, identities) in [(ours, &o), (theirs, &t)] {
            for (new, old) in pairs((base, &b), (side, identities)) {
                let (new, old) = (identities[new].full(), b[old].full());
                // The sides took one name for different things.
                if names.insert(new, old.clone()).is_some_and(|other| other != old) {
                    return Self::default();
                }
            }
        }
        // Nor is a name that one side gave away another thing of the other side.
        let taken = |new: &String, old: &String| {
            new != old
                && [&b, &o, &t]
                    .iter()
                    .any(|side| side.iter().any(|one| one.full() == *new) && side.iter().any(|one| one.full() == *old))
        };
        if names.iter().any(|(new, old)| taken(new, old)) { Self::default() } else { Self(names) }
    }

    /// What a document is called.
    pub fn name(&self, value: &Value) -> String {
        let own = Identity::of(value).full();
        self.0.get(&own).cloned().unwrap_or(own)
    }
}

/// Which document of a side is which one of the base: by all that it is known by, then by kind and name where one is left on
/// both sides, then the only one that is left of a kind, if it resembles.
fn pairs((base, b): (&[Value], &[Identity]), (side, s): (&[Value], &[Identity])) -> Vec<(usize, usize)> {
    let mut pairs: Vec<(usize, usize)> = Vec::new();
    let mut old: Vec<usize> = (0..b.len()).collect();
    let mut new: Vec<usize> = (0..s.len()).collect();
    let same: [fn(&Identity, &Identity) -> bool; 3] =
        [|a, b| a == b, |a, b| a.kind == b.kind && a.name == b.name, |a, b| a.kind == b.kind];
    for (step, same) in same.into_iter().enumerate() {
        let mut found = Vec::new();
        for at in &new {
            let candidates: Vec<&usize> = old.iter().filter(|old| same(&s[*at], &b[**old])).collect();
            let rivals = new.iter().filter(|other| same(&s[*at], &s[**other])).count();
            if let ([only], 1) = (&candidates[..], rivals)
                && (step < 2 || resembles(&side[*at], &base[**only]))
            {
                found.push((*at, **only));
            }
        }
        new.retain(|at| !found.iter().any(|(taken, _)| taken == at));
        old.retain(|at| !found.iter().any(|(_, taken)| taken == at));
        pairs.extend(found);
    }
    pairs
}
