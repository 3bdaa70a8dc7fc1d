//! `rename`: a service or store gets another name, and its data keeps the old one.

use serde_json::Value;

use super::{Amended, Thing, leaf, set, set_uses, text, things, unset, usage, uses};
use crate::blueprint::Kind;
use crate::catalogue::Catalogue;
use crate::document::Node;
use crate::error::{Diagnostic, Result, did_you_mean};
use crate::names::{Name, upper};

/// What is renamed, as the answers name it.
///
/// # Errors
/// There is no service or store of the name, or the new one is taken or is no name.
pub fn renamed(document: &Node, old: &str, new: &str) -> Result<Thing> {
    let all = things(document);
    let can = |t: &&Thing| matches!(t.kind, Kind::Service | Kind::Store);
    let Some(thing) = all.iter().filter(can).find(|t| t.name == old) else {
        let message = match all.iter().find(|t| t.name == old) {
            Some(other) => format!("`{old}` is a {}, and only services and stores have names of their own", other.kind.word()),
            None => format!("there is no service or store {}", crate::shape::quoted(old)),
        };
        let names: Vec<&str> = all.iter().filter(can).map(|t| t.name.as_str()).collect();
        let hint = did_you_mean(old, names.iter().copied()).unwrap_or_else(|| format!("there are: {}", names.join(", ")));
        return Err(usage(message, hint));
    };
    if let Err(message) = Name::try_from(new.to_owned()) {
        return Err(Diagnostic::new(format!("{}: {message}", crate::shape::quoted(new))).into());
    }
    if let Some(taken) = all.iter().filter(can).find(|t| t.name == new) {
        return Err(usage(format!("there is a {} `{new}` already", taken.kind.word()), "choose another name"));
    }
    Ok(Thing { kind: thing.kind, name: thing.name.clone(), blueprint: thing.blueprint.clone() })
}

/// Follows the name through answers in which its key has the new name already.
///
/// # Errors
/// A blueprint that cannot be read.
pub fn rename(catalogue: &Catalogue, document: &Node, thing: &Thing, new: &str) -> Result<Amended> {
    let (old, label) = (thing.name.as_str(), "rename");
    let mut amended = Amended { document: document.clone(), notes: vec![], already: None };
    let document = &mut amended.document;
    for service in things(document).iter().filter(|t| t.kind == Kind::Service) {
        if let Some(names) = uses(document, &service.name).filter(|names| names.iter().any(|n| n == old)) {
            let names: Vec<String> = names.into_iter().map(|n| if n == old { new.to_owned() } else { n }).collect();
            set_uses(document, &service.name, &names, label);
        }
    }
    if thing.kind != Kind::Store {
        return Ok(amended);
    }
    let body = document.get("stores").and_then(|s| s.get(new));
    let said = |key: &str| body.and_then(|b| b.get(key)).and_then(text).map(str::to_owned);
    let own = catalogue.get(Kind::Store, &thing.blueprint)?.manifest.prefix.as_ref().map(ToString::to_string);
    let default = |name: &str| own.clone().filter(|_| name == thing.blueprint).unwrap_or_else(|| upper(name));
    let wanted = [
        ("blueprint", thing.blueprint.clone(), new.to_owned()),
        ("prefix", said("prefix").unwrap_or_else(|| default(old)), default(new)),
        ("data", said("data").unwrap_or_else(|| old.to_owned()), new.to_owned()),
    ];
    amended
        .notes
        .push(format!("its volume, secrets and backups keep the name `{}`, and its variables `{}_*`", wanted[2].1, wanted[1].1));
    for (key, value, default) in wanted {
        if value == default {
            unset(document, &["stores", new], key);
        } else {
            set(document, &["stores", new, key], leaf(Value::from(value), label));
        }
    }
    Ok(amended)
}
