//! `scaffold rename`: a service or store gets another name.

use super::change::{self, Change};
use crate::amend;
use crate::blueprint::Kind;
use crate::cli::Rename;
use crate::error::{Diagnostic, Result};
use crate::lock::ANSWERS;
use crate::repository::{Repository, Standing};
use crate::rewrite;

/// Runs the verb.
pub fn run(options: &Rename) -> Result<u8> {
    let how = &options.how;
    let (old, new) = (options.old.as_str(), options.new.as_str());
    let catalogue = how.at.catalogue()?;
    let repository = Repository::open(&how.at.start(), how.writes())?;
    let lock = repository.lock()?;
    if old == new {
        return Ok(change::nothing("rename", &format!("`{old}` has this name already"), how));
    }
    let standing = repository.standing()?;
    let thing = amend::renamed(&standing.document, old, new)?;
    let key = if thing.kind == Kind::Service { "services" } else { "stores" };
    // First the key alone, as a person would; what follows from it is an edit of that file.
    let text = rewrite::rename_key(&standing.text, &[key, old], new).ok_or_else(|| {
        Diagnostic::new(format!("`{old}` cannot be renamed in this file")).in_file(ANSWERS).hint("write it in block style")
    })?;
    let keyed = Standing::of(text)?;
    let amended = amend::rename(&catalogue, &keyed.document, &thing, new)?;
    let mut change = Change::new("rename", &format!("{old} {new}"), &amended.document, amended.notes);
    change.renamed = Some((old, new));
    change.keyed = Some(&keyed);
    change::run(&repository, &catalogue, change, how, lock)
}
