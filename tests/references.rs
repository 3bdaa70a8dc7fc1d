//! Why: one broken reference and the first ten minutes with an output are lost. Every repository that any two blueprints
//! give is read as its owner would, and nothing in it may name what is not there.

mod common;
mod emitted;

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{LazyLock, Mutex};

use common::combinations;
use emitted::{KINDS, Repo, Report, policy};
use scaffold::catalogue::Catalogue;

/// References and rules of all presets, cases of snapshots/ and pairs of blueprints.
static EVERYTHING: LazyLock<(Report, Report)> = LazyLock::new(|| {
    // A folder with a planted mistake: whole systems are enough to find it, and quick.
    let planted = std::env::var_os("SCAFFOLD_PLANTED").map(std::path::PathBuf::from);
    let open = || Catalogue::open(planted.as_deref()).unwrap_or_else(|e| panic!("model: {:#?}", e.diagnostics()));
    let catalogue = open();
    let mut cases = combinations::systems();
    for (a, b) in combinations::pairs(&catalogue).into_iter().filter(|_| planted.is_none()) {
        cases.push((format!("{} + {}", a.1, b.1), combinations::answers(&catalogue, &[&a, &b], false)));
    }
    let (whole, next) = (Mutex::new((Report::default(), Report::default())), AtomicUsize::new(0));
    std::thread::scope(|scope| {
        for _ in 0..std::thread::available_parallelism().map_or(1, usize::from) {
            scope.spawn(|| {
                let catalogue = open();
                while let Some((case, text)) = cases.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let outcome =
                        common::plan_with(&catalogue, text).unwrap_or_else(|e| panic!("model: {case}: {:#?}", e.diagnostics()));
                    let repo = Repo::of(&outcome);
                    let (references, rules) = (emitted::references(&repo), policy::check(&repo));
                    let mut whole = whole.lock().unwrap();
                    whole.0.add(references, case);
                    whole.1.add(rules, case);
                }
            });
        }
    });
    whole.into_inner().unwrap()
});

fn passes(report: &Report, kinds: &[&'static str]) {
    for kind in kinds {
        let seen = report.seen.get(kind).copied().unwrap_or_default();
        assert!(seen > 0, "no {kind} was looked at");
    }
    let findings: Vec<&String> = report.findings.iter().collect();
    let text = findings.iter().take(60).map(|f| f.as_str()).collect::<Vec<_>>().join("\n");
    assert!(findings.is_empty(), "{} findings\n{text}", findings.len());
}

#[test]
fn nothing_refers_to_what_is_not_there() {
    passes(&EVERYTHING.0, KINDS);
}

#[test]
fn every_container_is_hardened_and_nothing_gives_a_secret_away() {
    passes(&EVERYTHING.1, policy::RULES);
}
