//! Why: one short file for each verb; the verbs share the pipeline, not each other.

mod add;
mod apply;
pub mod change;
mod check;
mod consequences;
mod diff;
mod list;
mod merge_file;
mod new;
mod remove;
mod rename;
mod resolve;
mod schema;
mod show;
mod undo;
mod why;

pub use merge_file::{FAILED as MERGE_FILE_FAILED, USAGE as MERGE_FILE_USAGE};

use clap::CommandFactory;

use crate::cli::{Cli, Command};
use crate::error::Result;
use crate::report;

/// Runs a verb and returns its exit code.
///
/// # Errors
/// What the verb could not do.
pub fn run(cli: Cli) -> Result<u8> {
    match cli.command {
        Command::New(options) => new::run(&options),
        Command::Add(options) => add::run(&options),
        Command::Remove(options) => remove::run(&options),
        Command::Rename(options) => rename::run(&options),
        Command::Apply(options) => apply::run(&options),
        Command::Check(options) => check::run(&options),
        Command::Diff(options) => diff::run(&options),
        Command::Resolve(options) => resolve::run(&options),
        Command::Why(options) => why::run(&options),
        Command::Undo(options) => undo::run(&options),
        Command::List(options) => list::run(&options),
        Command::Show(options) => show::run(&options),
        Command::Schema(options) => schema::run(&options),
        Command::MergeFile(options) => Ok(merge_file::run(&options)),
        Command::Completions { shell } => {
            let mut out = Vec::new();
            clap_complete::generate(shell, &mut Cli::command(), "scaffold", &mut out);
            report::data(&String::from_utf8_lossy(&out));
            Ok(0)
        }
    }
}
