//! Why: Ctrl-C while files are being written must leave the tree as it was or as it was to become, and still end the
//! process with 130; so from the first write on it is noted, and acted upon between two steps.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};

use crate::error::{Error, Result};

static NOTED: OnceLock<Arc<AtomicBool>> = OnceLock::new();

/// From now on Ctrl-C is noted and does not kill.
pub(super) fn watch() {
    NOTED.get_or_init(|| {
        let flag = Arc::new(AtomicBool::new(false));
        // Where this fails, Ctrl-C kills, as it always did; the journal is there for that.
        let _ = signal_hook::flag::register(signal_hook::consts::SIGINT, Arc::clone(&flag));
        flag
    });
}

/// Whether Ctrl-C came while files were being written.
pub fn interrupted() -> bool {
    NOTED.get().is_some_and(|flag| flag.load(Ordering::Relaxed))
}

/// Stops here when Ctrl-C came.
pub(super) fn check() -> Result<()> {
    if interrupted() { Err(Error::Interrupted) } else { Ok(()) }
}
