//! `scaffold remove`: the inverse of `add`.

use super::change::{self, Change};
use crate::amend;
use crate::cli::Remove;
use crate::error::Result;
use crate::repository::Repository;

/// Runs the verb.
pub fn run(options: &Remove) -> Result<u8> {
    let how = &options.how;
    let catalogue = how.at.catalogue()?;
    let repository = Repository::open(&how.at.start(), how.writes())?;
    let lock = repository.lock()?;
    let amended = amend::remove(&catalogue, &repository.standing()?.document, &options.name)?;
    let change = Change::new("remove", &options.name, &amended.document, amended.notes);
    change::run(&repository, &catalogue, change, how, lock)
}
