//! Why: some answers cannot change without leaving live data behind: a store's major version, what it is made from, the
//! project's name that all volumes bear. The lock knows what they were, so a change of them is refused, and the way that
//! brings the data along is told.

use crate::answers::{self, Answers, Store};
use crate::error::{Diagnostic, typed};
use crate::lock::{ANSWERS, LOCK, Lock};
use crate::repository::document;
use crate::selection::{ChosenStore, Selection};

/// What would strand data, as mistakes of the answers; nothing when the lock does not know the answers.
pub fn stranded(lock: &Lock, now: &Selection, place: impl Fn(&[&str]) -> crate::error::Place) -> Vec<Diagnostic> {
    let Some(locked) = lock.files.get(ANSWERS) else { return vec![] };
    let Ok(was) = document(&locked.bytes).and_then(|node| answers::from_document(&node)) else {
        let message = format!("what `{LOCK}` keeps of `{ANSWERS}` is damaged");
        return vec![Diagnostic::new(message).in_file(LOCK).hint(format!("git checkout -- {}", typed(LOCK)))];
    };
    let mut mistakes = Vec::new();
    let move_it = move_it(now);
    if was.name != now.answers.name {
        let message =
            format!("`name` was `{}` and is `{}`: the volumes with the data bear the old name", was.name, now.answers.name);
        mistakes.push(Diagnostic::new(message).at(place(&["name"])).hint(format!("set it back; or {move_it}")));
    }
    for (name, before) in &was.stores {
        let data = |name: &str, store: &Store| store.data.as_ref().map_or_else(|| name.to_owned(), ToString::to_string);
        let data = data(name.as_str(), before);
        let Some(after) = now.stores.iter().find(|s| s.data == data) else { continue };
        mistakes.extend(
            store(&was, name.as_str(), after, &move_it)
                .into_iter()
                .map(|(key, mistake)| mistake.at(place(&["stores", &after.name, &key]))),
        );
    }
    mistakes
}

/// What of a store changed that its data cannot follow.
fn store(was: &Answers, name: &str, after: &ChosenStore, move_it: &str) -> Vec<(String, Diagnostic)> {
    let Some(before) = was.stores.get(name) else { return vec![] };
    let blueprint = before.blueprint.as_ref().map_or(name, |b| b.as_str());
    if blueprint != after.chosen.blueprint.name {
        let message = format!("`{}` was made from `{blueprint}` and is made from `{}`", after.name, after.chosen.blueprint.name);
        let hint = format!("set it back, and `scaffold add {} --name` another; or {move_it}", after.chosen.blueprint.name);
        return vec![("blueprint".to_owned(), Diagnostic::new(message).hint(hint))];
    }
    let frozen = after.chosen.blueprint.manifest.options.iter().filter(|(_, spec)| spec.frozen);
    let mut found = Vec::new();
    for (key, _) in frozen {
        let (Some(before), now) = (before.options.get(key), &after.chosen.options[key]) else { continue };
        if before != now {
            let message =
                format!("`{key}` of `{}` was {before} and is {now}: the data of the one is no use to the other", after.name);
            found.push((key.clone(), Diagnostic::new(message).hint(format!("set it back to {before}; or {move_it}"))));
        }
    }
    found
}

/// The way that brings the data along, in words that are commands where they can be.
fn move_it(now: &Selection) -> String {
    let first = if now.capabilities().contains_key("backups") { "" } else { "`scaffold add backups`, " };
    format!(
        "to move the data: {first}`make backup`, `scaffold apply --new-data`, delete the old volume, `make up`, `scripts/restore.sh latest`"
    )
}
