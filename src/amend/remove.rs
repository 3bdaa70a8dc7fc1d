//! `remove`: the inverse of `add`.

use serde_json::Value;

use super::{Amended, Thing, key_of, leaf, set, set_uses, stores_with_client, things, unset, usage, uses};
use crate::blueprint::Kind;
use crate::catalogue::Catalogue;
use crate::document::{Content, Node};
use crate::error::{Diagnostic, Error, Result, did_you_mean};

/// Takes something away by its name, and its name out of the lists of those that use it.
///
/// # Errors
/// There is nothing of the name, it is the last service, or something needs it.
pub fn remove(catalogue: &Catalogue, document: &Node, name: &str) -> Result<Amended> {
    let all = things(document);
    let thing = match all.iter().find(|t| t.name == name) {
        Some(thing) => thing,
        None => by_blueprint(&all, name)?,
    };
    if thing.kind == Kind::Service && all.iter().filter(|t| t.kind == Kind::Service).count() == 1 {
        return Err(usage(
            format!("`{name}` is the only service, and a repository has at least one"),
            "`scaffold add` another one first",
        ));
    }
    needed(catalogue, &all, thing)?;
    let mut amended = Amended { document: document.clone(), notes: vec![], already: None };
    let document = &mut amended.document;
    let key = key_of(thing.kind);
    match thing.kind {
        Kind::Target | Kind::Ci => set(document, &[key], leaf(Value::from("none"), "remove")),
        _ => {
            unset(document, &[key], &thing.name);
            let empty = document.get(key).is_some_and(|n| matches!(&n.content, Content::Mapping(m) if m.is_empty()));
            if empty {
                unset(document, &[], key);
            }
        }
    }
    for service in all.iter().filter(|t| t.kind == Kind::Service && t.name != thing.name) {
        disconnect(catalogue, document, service, thing)?;
    }
    Ok(amended)
}

/// People may say `remove postgres` of the only store that is made from it.
fn by_blueprint<'a>(all: &'a [Thing], name: &str) -> Result<&'a Thing> {
    let made: Vec<&Thing> = all.iter().filter(|t| t.blueprint == name).collect();
    match made[..] {
        [one] => Ok(one),
        [] => {
            let hint = did_you_mean(name, all.iter().map(|t| t.name.as_str()))
                .unwrap_or_else(|| format!("there are: {}", all.iter().map(|t| t.name.as_str()).collect::<Vec<_>>().join(", ")));
            Err(usage(format!("there is no {} here", crate::shape::quoted(name)), hint))
        }
        [..] => {
            let names: Vec<String> = made.iter().map(|t| format!("`{}`", t.name)).collect();
            Err(usage(format!("{} are made from `{name}`", names.join(", ")), format!("scaffold remove {}", made[0].name)))
        }
    }
}

/// Whoever needs what it alone provides is told by name.
fn needed(catalogue: &Catalogue, all: &[Thing], thing: &Thing) -> Result<()> {
    let gives = catalogue.get(thing.kind, &thing.blueprint)?;
    let rest: Vec<&Thing> = all.iter().filter(|t| t.kind != thing.kind || t.name != thing.name).collect();
    let mut mistakes = Vec::new();
    for other in &rest {
        for need in &catalogue.get(other.kind, &other.blueprint)?.manifest.needs {
            let provides = |giver: &&Thing| {
                let blueprint = catalogue.get(giver.kind, &giver.blueprint);
                blueprint.is_ok_and(|b| b.provides().contains(&need.as_str()))
            };
            if gives.provides().contains(&need.as_str()) && !rest.iter().any(provides) {
                let message = format!("`{}` needs `{need}`, which only `{}` provides", other.name, thing.name);
                mistakes.push(Diagnostic::new(message).hint(format!("scaffold remove {}", other.name)));
            }
        }
    }
    if mistakes.is_empty() { Ok(()) } else { Err(Error::Invalid(mistakes)) }
}

/// A list that named it names it no more. One that left it out to narrow what its service uses says nothing without it.
fn disconnect(catalogue: &Catalogue, document: &mut Node, service: &Thing, gone: &Thing) -> Result<()> {
    let Some(mut names) = uses(document, &service.name) else { return Ok(()) };
    if names.contains(&gone.name) {
        names.retain(|n| *n != gone.name);
        set_uses(document, &service.name, &names, "remove");
    } else if gone.kind == Kind::Store {
        let mut all = stores_with_client(catalogue, document, service)?;
        let blueprint = catalogue.get(Kind::Service, &service.blueprint)?;
        let store = catalogue.get(Kind::Store, &gone.blueprint)?;
        names.sort();
        all.sort();
        if names == all && super::has_client(&blueprint, &store) {
            unset(document, &["services", &service.name], "uses");
        }
    }
    Ok(())
}
