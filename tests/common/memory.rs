//! Why: what the verbs do to files is decided in memory, so hundreds of repositories can be changed in seconds; the binary
//! itself is tested on a few of them.

use std::collections::BTreeMap;

use scaffold::Outcome;
use scaffold::amend::{self, Addition, Amended};
use scaffold::blueprint::Kind;
use scaffold::catalogue::Catalogue;
use scaffold::commands::change::{Intent, Prepared, prepare};
use scaffold::disk::{Change, Entry};
use scaffold::document::Node;
use scaffold::error::Error;
use scaffold::lock::ANSWERS;
use scaffold::repository::{Standing, lock};
use scaffold::rewrite;
use scaffold::update::Prefer;

/// A repository as its files.
pub type Files = BTreeMap<String, Entry>;

pub fn file(bytes: &[u8]) -> Entry {
    Entry::File { mode: 0o644, bytes: bytes.to_vec() }
}

/// The text of a file.
#[track_caller]
pub fn text(files: &Files, path: &str) -> String {
    match files.get(path) {
        Some(Entry::File { bytes, .. }) => String::from_utf8_lossy(bytes).into_owned(),
        other => panic!("{path} is {other:?}"),
    }
}

/// What `new` writes.
#[track_caller]
pub fn new(catalogue: &Catalogue, answers: &str) -> Files {
    let outcome = super::plan_with(catalogue, answers).unwrap_or_else(|e| panic!("{answers}\n{:#?}", e.diagnostics()));
    written(&outcome)
}

pub fn written(outcome: &Outcome) -> Files {
    let entry = |file: &scaffold::plan::PlannedFile| Entry::File { mode: file.mode, bytes: file.bytes.to_vec() };
    outcome.plan.files.iter().map(|(path, file)| (path.clone(), entry(file))).collect()
}

/// Plans a change of the answers, and makes it.
pub fn change(
    catalogue: &Catalogue,
    files: &mut Files,
    prefer: Prefer,
    amended: impl FnOnce(&Node) -> Result<Amended, Error>,
) -> Result<Prepared, Error> {
    let standing = Standing::read(files)?;
    let amended = amended(&standing.document)?;
    let intent = Intent { prefer, title: "test", ..Intent::default() };
    make(catalogue, files, &standing, &amended.document, intent)
}

fn make(
    catalogue: &Catalogue,
    files: &mut Files,
    standing: &Standing,
    document: &Node,
    intent: Intent,
) -> Result<Prepared, Error> {
    let prepared = prepare(files, standing, catalogue, document, lock(files)?, intent)?;
    for (from, to) in &prepared.operation.moves {
        let below =
            |path: &String| path.strip_prefix(from.as_str()).filter(|r| r.is_empty() || r.starts_with('/')).map(str::to_owned);
        let moved: Vec<(String, String)> = files.keys().filter_map(|p| Some((p.clone(), format!("{to}{}", below(p)?)))).collect();
        for (old, new) in moved {
            let entry = files.remove(&old).unwrap();
            files.insert(new, entry);
        }
    }
    for (path, (change, seen)) in &prepared.operation.changes {
        assert_eq!(files.get(path), seen.as_ref(), "the planner saw something else at {path}");
        match change {
            Change::Delete => drop(files.remove(path)),
            Change::Write { mode, bytes } => {
                drop(files.insert(path.clone(), Entry::File { mode: *mode, bytes: bytes.to_vec() }));
            }
        }
    }
    Ok(prepared)
}

pub fn add(
    catalogue: &Catalogue,
    files: &mut Files,
    blueprint: &str,
    name: Option<&str>,
    set: &[&str],
) -> Result<Prepared, Error> {
    let set: Vec<String> = set.iter().map(|s| (*s).to_owned()).collect();
    let wanted = Addition { blueprint, name, users: &[], set: &set };
    change(catalogue, files, Prefer::Neither, |document| amend::add(catalogue, document, &wanted))
}

pub fn remove(catalogue: &Catalogue, files: &mut Files, name: &str) -> Result<Prepared, Error> {
    change(catalogue, files, Prefer::Neither, |document| amend::remove(catalogue, document, name))
}

pub fn rename(catalogue: &Catalogue, files: &mut Files, old: &str, new: &str) -> Result<Prepared, Error> {
    let standing = Standing::read(files)?;
    let thing = amend::renamed(&standing.document, old, new)?;
    let key = if thing.kind == Kind::Service { "services" } else { "stores" };
    let keyed = Standing::of(rewrite::rename_key(&standing.text, &[key, old], new).unwrap())?;
    let amended = amend::rename(catalogue, &keyed.document, &thing, new)?;
    let intent = Intent { title: "test", renamed: Some((old, new)), ..Intent::default() };
    make(catalogue, files, &keyed, &amended.document, intent)
}

pub fn apply(catalogue: &Catalogue, files: &mut Files) -> Result<Prepared, Error> {
    let same = |document: &Node| Ok(Amended { document: document.clone(), notes: vec![], already: None });
    change(catalogue, files, Prefer::Neither, same)
}

/// Two repositories must be the same to the byte.
#[track_caller]
pub fn assert_same(a: &Files, b: &Files, case: &str) {
    for path in a.keys().chain(b.keys()) {
        if a.get(path) != b.get(path) {
            let shown = |files: &Files| if files.contains_key(path) { text(files, path) } else { String::new() };
            let (old, new) = (shown(a), shown(b));
            let diff = similar::TextDiff::from_lines(&old, &new).unified_diff().context_radius(2).to_string();
            panic!(
                "{case}: {path} differs\n{}\nanswers:\n{}",
                diff.lines().take(30).collect::<Vec<_>>().join("\n"),
                text(a, ANSWERS)
            );
        }
    }
}
