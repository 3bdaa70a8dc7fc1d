//! Why: people at a keyboard are asked for what flags and files have not said.

use std::path::PathBuf;

use crate::catalogue::Catalogue;
use crate::cli::New;
use crate::document::Node;
use crate::error::Result;

/// What the wizard learned.
pub struct Asked {
    /// The answers, complete.
    pub document: Node,
    /// The folder.
    pub dir: Option<PathBuf>,
}

/// Asks.
pub fn ask(_: &Catalogue, document: Node, _: &New) -> Result<Asked> {
    Ok(Asked { document, dir: None })
}
