//! `scaffold add`: one more of something.

use super::change::{self, Change};
use crate::amend::{self, Addition};
use crate::cli::Add;
use crate::error::Result;
use crate::repository::Repository;

/// Runs the verb.
pub fn run(options: &Add) -> Result<u8> {
    let how = &options.how;
    let catalogue = how.at.catalogue()?;
    let repository = Repository::open(&how.at.start(), how.writes())?;
    let lock = repository.lock()?;
    let wanted =
        Addition { blueprint: &options.blueprint, name: options.name.as_deref(), users: &options.users, set: &options.set };
    let amended = amend::add(&catalogue, &repository.standing()?.document, &wanted)?;
    if let Some(already) = amended.already {
        return Ok(change::nothing("add", &already, how));
    }
    let title =
        options.name.as_ref().map_or_else(|| options.blueprint.clone(), |name| format!("{} --name {name}", options.blueprint));
    let change = Change::new("add", &title, &amended.document, amended.notes);
    change::run(&repository, &catalogue, change, how, lock)
}
