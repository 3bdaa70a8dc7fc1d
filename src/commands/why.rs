//! `scaffold why`: which blueprints wrote a file, and which of its lines.
//!
//! A line is there because of a thing when it would not be there without it. So each thing of the stack is taken away in
//! turn, and the file is rendered again: this also finds what comes from facts, which no text of a blueprint shows.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use similar::DiffOp;

use crate::amend::{self, Thing};
use crate::answers;
use crate::catalogue::Catalogue;
use crate::cli::Why;
use crate::differences;
use crate::disk::Entry;
use crate::document::Node;
use crate::error::{Diagnostic, Result, did_you_mean_path};
use crate::repository::{self, Place, Repository};
use crate::{render_from, report};

/// Who wrote a line that nothing in the generated file matches.
const YOU: &str = "you";

/// Runs the verb.
pub fn run(options: &Why) -> Result<u8> {
    let catalogue = options.at.catalogue()?;
    let start = options.at.start();
    let repository = Repository::open(&start, false)?;
    let document = &repository.standing()?.document;
    let path = Place::new(repository.tree().root(), &start)?.path(&options.path)?;
    let plan = render_from(&catalogue, answers::from_document(document)?, document, None)?.plan;
    let Some(file) = plan.files.get(&path) else {
        let hint = did_you_mean_path(&path, plan.files.keys().map(String::as_str));
        return Err(Diagnostic::new(format!("scaffold does not write `{}`", path.escape_debug()))
            .maybe_hint(hint.or(Some("`scaffold diff` shows what is yours in the files that it writes".into())))
            .into());
    };
    let disk = match repository::standing_at(repository.tree(), &path)? {
        Some(Entry::File { bytes, .. }) => bytes,
        _ => file.bytes.to_vec(),
    };
    repository.tree().let_writers_in();
    let generated = lines(&file.bytes);
    let mut owners: Vec<BTreeSet<String>> = vec![BTreeSet::new(); generated.len()];
    for thing in amend::things(document) {
        let Some(without) = without(&catalogue, document, &thing, &path) else { continue };
        let label = if thing.name == thing.blueprint {
            format!("{} {}", thing.kind.word(), thing.name)
        } else {
            format!("{} {} ({})", thing.kind.word(), thing.name, thing.blueprint)
        };
        for op in differences::between(&generated, &lines(&without)) {
            if let DiffOp::Delete { old_index, old_len, .. } | DiffOp::Replace { old_index, old_len, .. } = op {
                for line in &mut owners[old_index..old_index + old_len] {
                    line.insert(label.clone());
                }
            }
        }
    }
    let owner = file.origin.first().cloned().unwrap_or_default();
    let told = |line: &BTreeSet<String>| {
        if line.is_empty() { owner.clone() } else { line.iter().cloned().collect::<Vec<_>>().join(", ") }
    };
    let generated_by: Vec<String> = owners.iter().map(told).collect();
    let ranges = ranges(&on_disk(&generated, &generated_by, &lines(&disk)));
    if options.json {
        let entry = |(first, last, who): &(usize, usize, String)| json!({ "first": first, "last": last, "because_of": who });
        let ranges: Vec<Value> = ranges.iter().map(entry).collect();
        report::data(&report::pretty(
            &json!({ "verb": "why", "path": path, "kind": file.kind, "blueprints": file.origin, "lines": ranges }),
        ));
        return Ok(0);
    }
    let kind = json!(file.kind);
    let mut out = format!("{path}: {}, from {}\n", kind.as_str().unwrap_or_default(), file.origin.join(" + "));
    for (first, last, who) in ranges {
        let range = if first == last { first.to_string() } else { format!("{first}-{last}") };
        out.push_str(&format!("{range:>11}  {who}\n"));
    }
    report::data(&out);
    Ok(0)
}

fn lines(bytes: &[u8]) -> Vec<&[u8]> {
    bytes.split_inclusive(|b| *b == b'\n').collect()
}

/// The file as it would be without a thing; `None` when the stack cannot be without it.
fn without(catalogue: &Catalogue, document: &Node, thing: &Thing, path: &str) -> Option<Vec<u8>> {
    let document = amend::remove(catalogue, document, &thing.name).ok()?.document;
    let answers = answers::from_document(&document).ok()?;
    let plan = render_from(catalogue, answers, &document, None).ok()?.plan;
    Some(plan.files.get(path).map(|file| file.bytes.to_vec()).unwrap_or_default())
}

/// Who wrote each line as it stands on the disk.
fn on_disk(generated: &[&[u8]], by: &[String], disk: &[&[u8]]) -> Vec<String> {
    let mut who = vec![YOU.to_owned(); disk.len()];
    for op in differences::between(generated, disk) {
        if let DiffOp::Equal { old_index, new_index, len } = op {
            who[new_index..new_index + len].clone_from_slice(&by[old_index..old_index + len]);
        }
    }
    who
}

fn ranges(who: &[String]) -> Vec<(usize, usize, String)> {
    let mut all: Vec<(usize, usize, String)> = Vec::new();
    for (index, who) in who.iter().enumerate() {
        match all.last_mut() {
            Some((_, last, before)) if before == who => *last = index + 1,
            _ => all.push((index + 1, index + 1, who.clone())),
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_of_the_disk_are_told_by_where_they_came_from() {
        let generated: Vec<&[u8]> = vec![b"a\n", b"b\n", b"c\n"];
        let by = ["x", "x", "y"].map(str::to_owned);
        let disk: Vec<&[u8]> = vec![b"a\n", b"mine\n", b"b\n", b"c\n"];
        let told = ranges(&on_disk(&generated, &by, &disk));
        let expected = [(1, 1, "x"), (2, 2, "you"), (3, 3, "x"), (4, 4, "y")].map(|(a, b, w)| (a, b, w.to_owned()));
        assert_eq!(told, expected);
    }
}
