//! Why: Ctrl-C ends the process with 130 at any time. While files are being written it must also leave the tree as it was
//! or as it was to become; so from the first write on it is noted, and acted upon between two steps.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};

use signal_hook::{consts::SIGINT, flag};

use crate::error::{Error, Result};

struct Watch {
    noted: Arc<AtomicBool>,
    at_once: Arc<AtomicBool>,
}

static WATCH: OnceLock<Watch> = OnceLock::new();

fn watch() -> &'static Watch {
    WATCH.get_or_init(|| {
        let watch = Watch { noted: Arc::default(), at_once: Arc::new(AtomicBool::new(true)) };
        // Where this fails, Ctrl-C kills, as it always did; the journal is there for that.
        let _ = flag::register_conditional_shutdown(SIGINT, 130, Arc::clone(&watch.at_once));
        let _ = flag::register(SIGINT, Arc::clone(&watch.noted));
        watch
    })
}

/// From now on Ctrl-C ends the process with 130 wherever it is.
pub fn end_at_once() {
    watch();
}

/// From now on Ctrl-C is noted.
pub(super) fn note() {
    watch().at_once.store(false, Ordering::SeqCst);
}

/// Whether Ctrl-C came while files were being written.
pub fn interrupted() -> bool {
    WATCH.get().is_some_and(|watch| watch.noted.load(Ordering::Relaxed))
}

/// Stops here when Ctrl-C came.
pub(super) fn check() -> Result<()> {
    if interrupted() { Err(Error::Interrupted) } else { Ok(()) }
}
