//! `scaffold apply`: the files follow scaffold.yaml.

use super::change::{self, Change};
use crate::cli::Apply;
use crate::error::Result;
use crate::repository::Repository;

/// Runs the verb.
pub fn run(options: &Apply) -> Result<u8> {
    let how = &options.how;
    let catalogue = how.at.catalogue()?;
    let repository = Repository::open(&how.at.start(), how.writes())?;
    let lock = repository.lock()?;
    let change = Change::new("apply", "", &repository.standing()?.document, vec![]);
    change::run(&repository, &catalogue, change, how, lock)
}
