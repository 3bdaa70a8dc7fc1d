//! `scaffold add`: one more of something.

use std::io::IsTerminal as _;
use std::rc::Rc;

use super::change::{self, Change};
use crate::amend::{self, Addition, Thing};
use crate::blueprint::Kind;
use crate::cli::{Add, How};
use crate::error::Result;
use crate::repository::Repository;
use crate::wizard;

/// Runs the verb.
pub fn run(options: &Add) -> Result<u8> {
    let how = &options.how;
    let catalogue = Rc::new(how.at.catalogue()?);
    let repository = Repository::open(&how.at.start(), how.writes())?;
    let lock = repository.lock()?;
    let document = &repository.standing()?.document;
    let (kind, suggested) = amend::kind_and_suggestion(&catalogue, document, &options.blueprint)?;
    let (ask, there) = (asks(how), amend::things(document));
    let first_of_it = !there.iter().any(|t| t.kind == kind && t.blueprint == options.blueprint);
    let name = if ask && options.name.is_none() && kind == Kind::Service && first_of_it {
        let taken = there.iter().map(|t| t.name.clone()).collect();
        Some(wizard::added::name(&options.blueprint, &suggested, taken)?)
    } else {
        options.name.clone()
    };
    let wanted = Addition { blueprint: &options.blueprint, name: name.as_deref(), users: &options.users, set: &options.set };
    let mut amended = amend::add(&catalogue, document, &wanted)?;
    if let Some(already) = amended.already {
        return Ok(change::nothing("add", &already, how));
    }
    let new = |t: &&Thing| t.kind == kind && !there.iter().any(|old| old.kind == kind && old.name == t.name);
    if let Some(thing) = amend::things(&amended.document).iter().find(new).filter(|_| ask) {
        amended.document = wizard::added::ask(&catalogue, &amended.document, thing, &options.set, super::new::defaults)?;
    }
    let title = name.as_ref().map_or_else(|| options.blueprint.clone(), |name| format!("{} --name {name}", options.blueprint));
    let change = Change::new("add", &title, &amended.document, amended.notes);
    change::run(&repository, &catalogue, change, how, lock)
}

/// Whether somebody is at the keyboard, and wants to be asked.
fn asks(how: &How) -> bool {
    let terminal = std::io::stdin().is_terminal() && std::io::stderr().is_terminal();
    terminal && how.writes() && !(how.no_input || how.yes || how.json)
}
