//! Why: some answers cannot change without leaving live data behind: a store's major version, what it is made from, the
//! project's name that all volumes bear, the name of a store or service that was changed by hand. The lock knows what they
//! were, so a change of them is refused, and the way that brings the data along is told.

use crate::answers::{self, Answers, Service, Store};
use crate::error::{Diagnostic, typed};
use crate::lock::{ANSWERS, LOCK, Lock};
use crate::repository::document;
use crate::selection::{ChosenStore, Selection};

/// What would strand data, as mistakes of the answers; nothing when the lock does not know the answers.
///
/// `known` is the old and the new name of what is renamed as it should be.
pub fn stranded(
    lock: &Lock,
    now: &Selection,
    known: Option<(&str, &str)>,
    place: impl Fn(&[&str]) -> crate::error::Place,
) -> Vec<Diagnostic> {
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
    let by_hand = renamed(&was, now).filter(|(_, old, new, _)| known != Some((*old, *new)));
    mistakes.extend(by_hand.map(|(key, old, new, what)| {
        let message = format!("`{old}` is gone and `{new}` is made from the same blueprint: {what}");
        let hint = format!("set `{old}` back, then `scaffold rename {old} {new}`; or `scaffold apply --new-data`");
        Diagnostic::new(message).at(place(&[key, new])).hint(hint)
    }));
    for (name, before) in &was.stores {
        let data = data_of(name.as_str(), before);
        if let Some(after) = now.stores.iter().find(|s| s.name == name.as_str() && s.data != data) {
            let message = format!("the data of `{name}` was `{data}` and is `{}`: its volume and secrets are others", after.data);
            mistakes.push(
                Diagnostic::new(message).at(place(&["stores", &after.name])).hint(format!("set `data` back; or {move_it}")),
            );
        }
        let Some(after) = now.stores.iter().find(|s| s.data == data) else { continue };
        mistakes.extend(
            store(&was, name.as_str(), after, &move_it)
                .into_iter()
                .map(|(key, mistake)| mistake.at(place(&["stores", &after.name, &key]))),
        );
    }
    mistakes
}

fn data_of(name: &str, store: &Store) -> String {
    store.data.as_ref().map_or_else(|| name.to_owned(), ToString::to_string)
}

/// What got another name by hand: a store that is gone, with a new one of its blueprint; a service that is gone, with a new
/// one of the very same answers. As old key, old name, new name and what stays behind.
fn renamed<'a>(was: &'a Answers, now: &'a Selection) -> impl Iterator<Item = (&'static str, &'a str, &'a str, &'static str)> {
    let known: Vec<String> = was.stores.iter().map(|(name, store)| data_of(name.as_str(), store)).collect();
    let stores = was.stores.iter().filter_map(move |(name, before)| {
        let name = name.as_str();
        let (of, data) = (before.blueprint.as_ref().map_or(name, |b| b.as_str()), data_of(name, before));
        let is_new = |after: &&ChosenStore| after.chosen.blueprint.name == of && !known.contains(&after.data);
        let new =
            now.stores.iter().find(is_new).filter(|_| now.stores.iter().all(|after| after.data != data && after.name != name))?;
        Some(("stores", name, new.name.as_str(), "its data stays in the volume and secrets of the old name"))
    });
    let entry = |service: &Service| serde_json::to_value(service).unwrap_or_default();
    let services = was.services.iter().filter_map(move |(name, before)| {
        let gone = now.answers.services.get(name.as_str()).is_none().then(|| entry(before))?;
        let mut came = now.answers.services.iter().filter(|(name, _)| was.services.get(name.as_str()).is_none());
        let (new, _) = came.find(|(_, after)| entry(after) == gone)?;
        Some(("services", name.as_str(), new.as_str(), "its code stays in the folder of the old name"))
    });
    stores.chain(services)
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
