//! Why: a script that adds what is there already has nothing to do, and that is fine. But where its options ask for
//! something else than what is there, an exit code of 0 would tell it that it got that.

use std::borrow::Cow;
use std::collections::BTreeMap;

use super::add::{Addition, check_users, settings};
use super::{set_uses, uses};
use crate::answers;
use crate::blueprint::{Blueprint, Kind};
use crate::catalogue::Catalogue;
use crate::document::Node;
use crate::error::{Diagnostic, Result, typed};
use crate::lock::ANSWERS;
use crate::render_from;

/// Checks that what is there under this name is as the options ask for it.
///
/// # Errors
/// It is not, or they have mistakes.
pub fn agrees(catalogue: &Catalogue, document: &Node, blueprint: &Blueprint, name: &str, wanted: &Addition) -> Result<()> {
    if wanted.users.is_empty() && wanted.set.is_empty() {
        return Ok(());
    }
    check_users(catalogue, document, blueprint, wanted.users)?;
    let label = format!("add {}", wanted.blueprint);
    let mut asked = document.clone();
    settings(&mut asked, blueprint, name, wanted)?;
    for user in wanted.users {
        // A service without a list uses all it has a client for.
        if let Some(mut names) = uses(&asked, user).filter(|names| !names.iter().any(|used| used == name)) {
            names.push(name.to_owned());
            set_uses(&mut asked, user, &names, &label);
        }
    }
    // What is as it would be without being said may be said: no other file knows.
    let files = |document: &Node| -> Result<BTreeMap<String, Cow<[u8]>>> {
        let plan = render_from(catalogue, answers::from_document(document)?, document, None)?.plan;
        Ok(plan.files.into_iter().filter(|(path, _)| path != ANSWERS).map(|(path, file)| (path, file.bytes)).collect())
    };
    if files(document)? == files(&asked)? {
        return Ok(());
    }
    let users = wanted.users.iter().map(|user| format!("--for {user}"));
    let options: Vec<String> = users.chain(wanted.set.iter().map(|pair| format!("--set {pair}"))).collect();
    let message = format!("{} `{name}` is there already, and not as `{}` asks", blueprint.kind.word(), options.join(" "));
    let edit = format!("change it in `{}`, then `scaffold apply`", typed(ANSWERS));
    let hint = if matches!(blueprint.kind, Kind::Service | Kind::Store) && wanted.name.is_none() {
        format!("{edit}; `scaffold add {} --name NAME` adds one more", blueprint.name)
    } else {
        edit
    };
    Err(Diagnostic::new(message).hint(hint).into())
}
