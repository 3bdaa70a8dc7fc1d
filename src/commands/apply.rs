//! `scaffold apply`: the files follow scaffold.yaml.

use super::change::{self, Change};
use crate::cli::Apply;
use crate::disk::Entry;
use crate::error::{Diagnostic, Error, Result, typed};
use crate::lock::{LOCK, Lock};
use crate::repository::Repository;

/// Runs the verb.
pub fn run(options: &Apply) -> Result<u8> {
    let mut how = options.how.clone();
    // Without a base, whatever is not as generated now is the user's.
    how.ours |= options.rebuild_lock && !how.theirs;
    let how = &how;
    let catalogue = how.at.catalogue()?;
    let repository = Repository::open(&how.at.start(), how.writes())?;
    let lock = if options.rebuild_lock { rebuilt(&repository)? } else { repository.lock()? };
    let mut change = Change::new("apply", "", &repository.standing()?.document, vec![]);
    change.new_data = options.new_data;
    change::run(&repository, &catalogue, change, how, lock)
}

/// An empty lock in the place of one that is lost.
fn rebuilt(repository: &Repository) -> Result<(Lock, Option<Entry>)> {
    if repository.tree().read(LOCK)?.is_none() {
        return Ok((Lock::default(), None));
    }
    let message = format!("there is a `{LOCK}`; a new one would forget what you edited");
    let hint = format!("when it cannot be saved: `rm {}`, then the same command", typed(LOCK));
    Err(Error::Failed(Box::new(Diagnostic::new(message).hint(hint))))
}
