//! Why: `add`, `remove`, `rename` and `apply` differ in what they do to the answers. What follows from new answers (render,
//! merge, write, tell) is one way for all of them, and the dry run goes it too, up to the last step.

use std::collections::BTreeSet;
use std::path::PathBuf;

use serde_json::{Value, json};

use super::consequences;
use crate::answers;
use crate::catalogue::Catalogue;
use crate::cli::{At, How};
use crate::disk::{Entry, Operation};
use crate::document::Node;
use crate::error::{Diagnostic, Error, Result, typed};
use crate::lock::{self, ANSWERS, LOCK, Lock};
use crate::model::Stack;
use crate::plan::Plan;
use crate::render::Renderer;
use crate::repository::{self, Files, Repository, Standing};
use crate::update::{self, Left, MISSED, Moves, Prefer, Renaming, Terms, Update, View};
use crate::{Outcome, frozen, model_from, render_from, report, rewrite};

/// The words and the data of one change.
pub struct Change<'a> {
    /// The verb.
    pub verb: &'static str,
    /// The operation as people call it, as in `add redis`.
    pub title: String,
    /// The new answers, not yet checked.
    pub document: &'a Node,
    /// What a person should know beside the list of files.
    pub notes: Vec<String>,
    /// What to do next.
    pub next: Vec<String>,
    /// Commands that delete data that nobody uses any more.
    pub data: Vec<String>,
    /// Changes that leave live data behind are meant.
    pub new_data: bool,
    /// The old and the new name of what is renamed.
    pub renamed: Option<(&'a str, &'a str)>,
    /// Of a rename: the answers with the key renamed and nothing else.
    pub keyed: Option<&'a Standing>,
}

/// Everything that a change comes to, before anything is written.
pub struct Prepared {
    /// The answers and the plan.
    pub outcome: Outcome,
    /// What becomes of each file.
    pub update: Update,
    /// What stood on the disk.
    pub view: View,
    /// What is to be done.
    pub operation: Operation,
}

impl<'a> Change<'a> {
    /// A change to answers.
    pub fn new(verb: &'static str, of: &str, document: &'a Node, notes: Vec<String>) -> Self {
        Self {
            verb,
            title: format!("{verb} {of}").trim_end().to_owned(),
            document,
            notes,
            next: vec![],
            data: vec![],
            new_data: false,
            renamed: None,
            keyed: None,
        }
    }
}

/// Says that there is nothing to do.
pub fn nothing(verb: &'static str, reason: &str, how: &How) -> u8 {
    if how.json {
        let none: [(); 0] = [];
        report::data(&report::pretty(
            &json!({ "verb": verb, "written": false, "changes": none, "notes": [reason], "next": none }),
        ));
    } else {
        report::talk(&format!("{reason}\n"));
    }
    0
}

impl At {
    /// Where to look for the repository.
    pub fn start(&self) -> PathBuf {
        self.directory.clone().unwrap_or_else(|| PathBuf::from("."))
    }

    /// The catalogue; a folder of blueprints is named as seen from here.
    ///
    /// # Errors
    /// Mistakes of the folder.
    pub fn catalogue(&self) -> Result<Catalogue> {
        let base = self.directory.clone().unwrap_or_default();
        Catalogue::open(self.blueprints.as_ref().map(|folder| base.join(folder)).as_deref())
    }
}

impl How {
    /// Whether anything may be written.
    pub fn writes(&self) -> bool {
        !(self.dry_run || self.diff)
    }

    /// Whose side counts where two contradict each other.
    pub fn prefer(&self) -> Prefer {
        match (self.ours, self.theirs) {
            (true, _) => Prefer::Ours,
            (_, true) => Prefer::Theirs,
            _ => Prefer::Neither,
        }
    }
}

/// How a change is planned.
#[derive(Clone, Copy, Debug, Default)]
pub struct Intent<'a> {
    /// Whose side counts where two contradict each other.
    pub prefer: Prefer,
    /// The operation as people call it.
    pub title: &'a str,
    /// Changes that leave live data behind are meant.
    pub new_data: bool,
    /// The old and the new name of what is renamed.
    pub renamed: Option<(&'a str, &'a str)>,
}

/// From new answers to what is to be done.
///
/// # Errors
/// Mistakes of the answers, or of the lock.
pub fn prepare(
    files: &dyn Files,
    standing: &Standing,
    catalogue: &Catalogue,
    document: &Node,
    (lock, lock_entry): (Lock, Option<Entry>),
    intent: Intent,
) -> Result<Prepared> {
    let answers = answers::from_document(document)?;
    let mut outcome = render_from(catalogue, answers, document, intent.renamed)?;
    if !intent.new_data {
        let place = |path: &[&str]| document.locate(&path.iter().map(|p| (*p).to_owned()).collect::<Vec<_>>()).clone();
        let mistakes = frozen::stranded(&lock, &outcome.selection, intent.renamed, place);
        if !mistakes.is_empty() {
            return Err(Error::Invalid(mistakes));
        }
    }
    let new = String::from_utf8_lossy(&outcome.plan.files[ANSWERS].bytes).into_owned();
    let text = rewrite::rewrite(&standing.text, &answers::to_text(&standing.answers), &new)?;
    let (moves, named) = moves(files, &outcome.plan, &lock)?;
    let lock = Lock { files: named.relocate(lock.files), ..lock };
    let mut view = repository::view(files, &lock, &outcome.plan, &moves)?;
    files.let_writers_in();
    let plan = std::mem::take(&mut outcome.plan);
    let renaming = intent.renamed.map(|(old, new)| Renaming::new(old, new));
    let terms = Terms { prefer: intent.prefer, renaming: renaming.as_ref() };
    let update = update::update(lock, plan, &text, &view, terms)?;
    if let Some(entry) = lock_entry {
        view.insert(LOCK.to_owned(), entry);
    }
    let operation = update.operation(intent.title, &view, &moves, lock::to_bytes(&update.lock));
    Ok(Prepared { outcome, update, view, operation })
}

/// What moves on the disk: what is there, and nothing onto something else. And what gets another path in the lock: that,
/// and what was deleted, for it stays deleted under its new name.
fn moves(files: &dyn Files, plan: &Plan, lock: &Lock) -> Result<(Moves, Moves)> {
    let (mut kept, mut named) = (Vec::new(), Vec::new());
    for (from, to) in Moves::of(&plan.moved).0 {
        let moves = Moves(kept.clone());
        let at = |path: &str| moves.before(path).map_or(Ok(None), |path| files.read(&path));
        let is_there = at(&from)?.is_some();
        let is_taken = at(&to)?.is_some();
        if !is_there {
            named.extend((!is_taken).then_some((from, to)));
            continue;
        }
        if is_taken {
            let message = format!("`{to}` is in the way of what moves there");
            return Err(Error::Failed(Box::new(Diagnostic::new(message).hint(format!("move `{}` away", typed(&to))))));
        }
        kept.push((from.clone(), to.clone()));
        named.push((from, to));
    }
    // A file that has another path since an upgrade takes its edits along.
    for (from, to) in &plan.renamed {
        let ours = lock.files.contains_key(from) && !lock.files.contains_key(to);
        let theirs = plan.files.contains_key(to) && !plan.files.contains_key(from);
        if ours && theirs && matches!(files.read(from)?, Some(Entry::File { .. })) && files.read(to)?.is_none() {
            kept.push((from.clone(), to.clone()));
            named.push((from.clone(), to.clone()));
        }
    }
    Ok((Moves(kept), Moves(named)))
}

/// Makes the change, or shows it.
///
/// # Errors
/// Mistakes of the answers or of the lock, and whatever the file system refuses; then nothing is written.
pub fn run(
    repository: &Repository,
    catalogue: &Catalogue,
    mut change: Change,
    how: &How,
    lock: (Lock, Option<Entry>),
) -> Result<u8> {
    let (files, standing) = (repository.tree(), repository.standing()?);
    let was = lock.0.files.get(ANSWERS).map(|locked| locked.bytes.to_vec());
    let intent = Intent { prefer: how.prefer(), title: &change.title, new_data: change.new_data, renamed: change.renamed };
    let prepared = prepare(files, change.keyed.unwrap_or(standing), catalogue, change.document, lock, intent)?;
    if how.writes() && !prepared.operation.changes.is_empty() {
        repository.writer()?.execute(&prepared.operation)?;
    }
    let changed = !prepared.operation.changes.is_empty();
    let model = |standing: &Standing| stack(catalogue, standing);
    // What was done to the answers by hand is a part of the change.
    let known = || was.and_then(|text| model(&Standing::of(text).ok()?));
    let before = changed.then(|| known().or_else(|| model(standing))).flatten();
    let told = consequences::of(before.as_ref(), &prepared.outcome.stack, changed);
    change.notes.extend(left_alone(&prepared.update.left, "has the old name", "have it"));
    change.notes.extend(left_alone(&prepared.update.dangling, "names what is gone", "name it"));
    change.notes.extend(missed(&prepared.update));
    change.notes.extend(told.notes);
    // `make` and `docker compose` are typed at the root.
    if !told.next.is_empty() && typed("") != "." {
        change.next.push(format!("cd {}", typed("")));
    }
    let own: BTreeSet<String> = prepared.update.dangling.iter().map(|left| crate::quote::sh(&left.path)).collect();
    if !own.is_empty() {
        change.next.push(format!("${{EDITOR:-vi}} {}", own.into_iter().collect::<Vec<_>>().join(" ")));
    }
    change.next.extend(told.next);
    change.data = told.data;
    if let Some((path, _)) = prepared.update.steps.iter().find(|(_, step)| step.outcome == update::Outcome::Waiting) {
        change.next.insert(0, format!("scaffold resolve {}", crate::quote::sh(&typed(path))));
    }
    let code = if prepared.update.waits() { 3 } else { 0 };
    if how.json {
        report::data(&report::pretty(&to_json(&change, &prepared, how.writes())));
    } else if how.diff {
        report::data(&report::operation_diff(&prepared.operation));
    } else {
        report::changed(&change, &prepared, how.writes());
    }
    // The process ends here: to take these trees apart piece by piece would be a tenth of its time.
    std::mem::forget((prepared, before));
    Ok(code)
}

/// What a repository runs, when its answers are right.
fn stack(catalogue: &Catalogue, standing: &Standing) -> Option<Stack> {
    let both = model_from(catalogue, standing.answers.clone(), &standing.document, &Renderer::new());
    both.ok().map(|(_, stack)| stack)
}

/// How what is new in deleted files comes back.
fn missed(update: &Update) -> Option<String> {
    let missed = update.steps.iter().filter(|(_, step)| step.reason == Some(MISSED));
    let paths: Vec<String> = missed.map(|(path, _)| crate::quote::sh(&typed(path))).collect();
    (!paths.is_empty())
        .then(|| format!("with what is new in it, a deleted file comes back by: scaffold resolve {} --theirs", paths.join(" ")))
}

/// Names the lines that a change leaves to the user; of many, the first.
fn left_alone(left: &[Left], says: &str, all_say: &str) -> Vec<String> {
    const SHOWN: usize = 8;
    let one = |left: &Left| {
        format!("{}:{} is a line of yours and still {says}: {}", left.path, left.line, crate::shape::quoted(&left.text))
    };
    let mut notes: Vec<String> = left.iter().take(SHOWN).map(one).collect();
    if left.len() > SHOWN {
        notes.push(format!("{} more lines of yours {all_say}", left.len() - SHOWN));
    }
    notes
}

fn to_json(change: &Change, prepared: &Prepared, written: bool) -> Value {
    let changes: Vec<Value> = prepared
        .update
        .steps
        .iter()
        .map(|(path, step)| {
            let mut entry = json!({ "path": path, "outcome": step.outcome.word(), "kind": step.kind });
            if let Some(reason) = step.reason {
                entry["reason"] = Value::from(reason);
            }
            if step.conflicts > 0 {
                entry["conflicts"] = Value::from(step.conflicts);
            }
            entry
        })
        .collect();
    let answers = serde_json::to_value(&prepared.outcome.selection.answers).unwrap_or_default();
    json!({
        "verb": change.verb, "title": change.title, "written": written, "changes": changes, "answers": answers,
        "notes": change.notes, "next": change.next, "data": change.data,
    })
}
