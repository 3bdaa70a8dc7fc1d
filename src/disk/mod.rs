//! Why: this module alone touches files. A new repository and each later operation is there whole or not at all, whatever
//! interrupts it, and nothing outside the repository is ever read, written or deleted.

mod create;
mod paths;
mod tree;
mod writer;

pub use create::{check_target, create};
pub use paths::check_path;
pub use tree::{Entry, Tree};
pub use writer::{Change, Operation, Undone, Writer};
