//! Why: whether something was chosen at the start or added years later must leave no trace. Held over every ordered pair of
//! blueprints and every preset, to the byte, the lock included.

mod common;

use common::memory::{self, Files, add, apply, assert_same, remove};
use scaffold::blueprint::Kind;
use scaffold::catalogue::Catalogue;
use scaffold::lock::ANSWERS;

const KINDS: [Kind; 5] = [Kind::Service, Kind::Store, Kind::Feature, Kind::Target, Kind::Ci];

fn all(catalogue: &Catalogue) -> Vec<(Kind, String)> {
    KINDS.into_iter().flat_map(|k| catalogue.names(k).into_iter().map(move |n| (k, n))).collect()
}

/// The smallest answers that hold a blueprint, with what another one needs.
fn answers(catalogue: &Catalogue, a: &(Kind, String), b: &(Kind, String)) -> String {
    let mut stores: Vec<String> = Vec::new();
    let mut service = String::new();
    let (mut features, mut target, mut ci) = (String::new(), "none", "none");
    match a.0 {
        Kind::Service => service.clone_from(&a.1),
        Kind::Store => stores.push(a.1.clone()),
        Kind::Feature => features = format!("features: {{ {}: {{}} }}\n", a.1),
        Kind::Target => target = &a.1,
        Kind::Ci => ci = &a.1,
        Kind::Project => {}
    }
    if service.is_empty() {
        "fastapi".clone_into(&mut service);
    }
    let mut needs = |kind: Kind, name: &str| {
        for need in &catalogue.get(kind, name).unwrap().manifest.needs {
            let given = stores.iter().any(|s| catalogue.get(Kind::Store, s).unwrap().provides().contains(&need.as_str()));
            if !given && catalogue.names(Kind::Store).iter().any(|n| n == need.as_str()) {
                stores.push(need.to_string());
            }
        }
    };
    needs(Kind::Service, &service);
    needs(a.0, &a.1);
    needs(b.0, &b.1);
    let routable = catalogue.get(Kind::Service, &service).unwrap().manifest.routable != Some(false);
    let route = if routable { ", route: /" } else { "" };
    let mut text = "version: 1\nname: pair\ndomain: pair.example\nregistry: ghcr.io/acme/pair\nservices:\n".to_owned();
    text.push_str(&format!("  first: {{ blueprint: {service}{route} }}\n"));
    if !stores.is_empty() {
        text.push_str("stores:\n");
        for store in &stores {
            text.push_str(&format!("  {store}: {{}}\n"));
        }
    }
    text + &features + &format!("target: {target}\nci: {ci}\n")
}

/// Adds a blueprint, holds the result against `new`, and takes it away again.
fn there_and_back(catalogue: &Catalogue, base: &Files, added: &(Kind, String), case: &str) -> bool {
    let mut files = base.clone();
    let (kind, blueprint) = (added.0, added.1.as_str());
    let kept = memory::text(base, ANSWERS);
    let name = matches!(kind, Kind::Service | Kind::Store).then_some("second");
    // A store of the blueprint's own name where no other one claims its variables.
    let name = name.filter(|_| kind == Kind::Service || kept.contains("stores:"));
    match add(catalogue, &mut files, blueprint, name, &[]) {
        Ok(prepared) => assert!(!prepared.update.waits(), "{case}"),
        Err(error) => panic!("{case}: {:#?}", error.diagnostics()),
    }
    let said = memory::text(&files, ANSWERS);
    if said == kept {
        return false;
    }
    assert_same(&files, &memory::new(catalogue, &said), &format!("{case}: new with both"));
    remove(catalogue, &mut files, name.unwrap_or(blueprint)).unwrap_or_else(|e| panic!("{case}: {:#?}", e.diagnostics()));
    assert_same(&files, base, &format!("{case}: back"));
    true
}

/// Half of the pairs, so that two cores work on them.
fn pairs(half: usize) {
    let catalogue = Catalogue::open(None).unwrap();
    let all = all(&catalogue);
    let mut seen = 0;
    for (i, a) in all.iter().enumerate() {
        for (j, b) in all.iter().enumerate().skip(i) {
            if a.0 == b.0 && matches!(a.0, Kind::Target | Kind::Ci | Kind::Feature) || (i + j) % 2 != half {
                continue;
            }
            // Each of the two is the later one somewhere.
            let (a, b) = if i % 2 == 0 { (a, b) } else { (b, a) };
            let base = memory::new(&catalogue, &answers(&catalogue, a, b));
            seen += usize::from(there_and_back(&catalogue, &base, b, &format!("{a:?}, then {b:?}")));
        }
    }
    assert!(seen > 30, "only {seen} pairs were seen");
}

#[test]
fn added_later_is_chosen_at_the_start_for_every_even_pair() {
    pairs(0);
}

#[test]
fn added_later_is_chosen_at_the_start_for_every_odd_pair() {
    pairs(1);
}

#[test]
fn every_preset_takes_one_more_of_everything() {
    let catalogue = Catalogue::open(None).unwrap();
    for preset in catalogue.presets() {
        let (text, _) = catalogue.preset(&preset).unwrap();
        let base = memory::new(&catalogue, &text);
        let mut same = base.clone();
        assert!(apply(&catalogue, &mut same).unwrap().operation.changes.is_empty(), "{preset}: apply on a fresh repository");
        for (kind, name) in all(&catalogue) {
            if matches!(kind, Kind::Service | Kind::Store) {
                let mut files = base.clone();
                let set: &[&str] = &[];
                add(&catalogue, &mut files, &name, Some("one-more"), set).unwrap_or_else(|e| panic!("{preset} + {name}: {e:?}"));
                let said = memory::text(&files, ANSWERS);
                assert_same(&files, &memory::new(&catalogue, &said), &format!("{preset} + {name}"));
                remove(&catalogue, &mut files, "one-more").unwrap();
                assert_same(&files, &base, &format!("{preset} + {name}: back"));
            }
        }
    }
}

#[test]
fn the_order_of_adding_leaves_no_trace() {
    let catalogue = Catalogue::open(None).unwrap();
    let text = "version: 1\nname: any\ndomain: any.example\nregistry: ghcr.io/acme/any\nservices:\n  api: { blueprint: fastapi, route: /api }\ntarget: none\nci: none\n";
    let base = memory::new(&catalogue, text);
    let steps = ["redis", "postgres", "backups", "editor", "vps", "github"];
    let mut results: Vec<Files> = Vec::new();
    for shift in 0..steps.len() {
        let mut files = base.clone();
        let mut order: Vec<&str> = steps.iter().cycle().skip(shift).take(steps.len()).copied().collect();
        if shift % 2 == 1 {
            order.reverse();
        }
        for step in order {
            add(&catalogue, &mut files, step, None, &[]).unwrap_or_else(|e| panic!("{step}: {:#?}", e.diagnostics()));
        }
        results.push(files);
    }
    for other in &results[1..] {
        assert_same(other, &results[0], "another order");
    }
}
