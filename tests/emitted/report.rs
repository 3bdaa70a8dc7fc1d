//! Why: a check that saw nothing would pass too. So each reference is counted by its kind, right or wrong.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Display;

/// What can refer to something that is not there. Each has a seeded mistake in `tests/references.rs`.
pub const KINDS: &[&str] = &[
    "application variable",
    "interpolation",
    "shell variable",
    "shell function",
    "path",
    "mount",
    "image",
    "network",
    "volume",
    "secret",
    "host",
    "port",
    "service",
    "module",
    "script",
    "make target",
    "link",
    "message",
    "nginx",
    "nginx port",
    "copy",
    "stage",
    "workflow",
    "dependency updates",
    "editor",
];

#[derive(Default)]
pub struct Report {
    /// How many references of each kind were looked at.
    pub seen: BTreeMap<&'static str, usize>,
    pub findings: BTreeSet<String>,
}

impl Report {
    /// One reference: `what` says what is wrong when it is not `good`.
    pub fn refer(&mut self, kind: &'static str, place: impl Display, good: bool, what: impl Display) {
        debug_assert!(KINDS.contains(&kind) || super::policy::RULES.contains(&kind), "{kind}");
        *self.seen.entry(kind).or_default() += 1;
        if !good {
            self.findings.insert(format!("{kind}: {place}: {what}"));
        }
    }

    pub fn add(&mut self, other: Self, case: &str) {
        for (kind, count) in other.seen {
            *self.seen.entry(kind).or_default() += count;
        }
        self.findings.extend(other.findings.into_iter().map(|f| format!("{case}: {f}")));
    }
}
