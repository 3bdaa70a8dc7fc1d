//! Why: this module alone touches files. A new repository and each later operation is there whole or not at all, whatever
//! interrupts it, and nothing outside the repository is ever read, written or deleted.
//!
//! ```text
//! Tree ── writer() ─▶ Writer ── execute() ─▶ stage ─▶ journal ─▶ forward ─▶ done
//!                        │                    │          └─▶ back, when anything fails
//!                        └── undo() ──────────┘              either of them, after a kill: recovery
//! ```

mod create;
mod interrupt;
mod journal;
mod paths;
#[cfg(not(unix))]
#[path = "portable.rs"]
mod platform;
#[cfg(unix)]
#[path = "unix.rs"]
mod platform;
mod print;
mod recover;
mod remove;
mod stage;
mod steps;
mod survey;
mod tree;
mod undo;
mod writer;

pub use create::{check_target, create};
pub use interrupt::{end_at_once, interrupted};
pub use paths::check_path;
pub use tree::{Entry, Tree};
pub use undo::Undone;
pub use writer::{Change, Operation, Writer};
