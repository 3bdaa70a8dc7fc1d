//! Why: clap's types end here. What a flag means is decided by the commands.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};
use clap_complete::Shell;

/// Turn a few answers into a complete production repository.
#[derive(Parser)]
#[command(name = "scaffold", version, propagate_version = true, max_term_width = 100)]
pub struct Cli {
    /// What to do
    #[command(subcommand)]
    pub command: Command,
}

/// The verbs.
#[derive(Subcommand)]
pub enum Command {
    /// Collect answers, show the plan, write a new repository
    New(New),
    /// Show the catalogue of blueprints
    List(List),
    /// Show what one blueprint adds: files, variables, ports, options
    Show(Show),
    /// Print the JSON Schema of scaffold.yaml
    Schema(Schema),
    /// Merge three versions of a file, with the arguments and exit codes of `git merge-file`
    MergeFile(MergeFile),
    /// Print completions for a shell
    Completions {
        /// bash, zsh, fish, powershell or elvish
        shell: Shell,
    },
}

/// Options of `new`.
#[derive(Args)]
#[allow(clippy::struct_excessive_bools, reason = "each is a flag of the command line")]
pub struct New {
    /// The new folder; its name is the project's name when no other is given
    pub dir: Option<PathBuf>,
    /// Start from a preset (`scaffold list` shows them)
    #[arg(long, value_name = "NAME")]
    pub preset: Option<String>,
    /// Take answers from a file in the format of scaffold.yaml (`-` for standard input)
    #[arg(long, value_name = "FILE")]
    pub answers: Option<PathBuf>,
    /// Set one answer, as in `--set services.api.port=8000` (null takes it away); repeatable
    #[arg(long, value_name = "KEY=VALUE")]
    pub set: Vec<String>,
    /// Never ask; report all missing or wrong answers at once
    #[arg(long)]
    pub no_input: bool,
    /// Do not ask for confirmation
    #[arg(long, short)]
    pub yes: bool,
    /// Show the files, write nothing
    #[arg(long)]
    pub dry_run: bool,
    /// Show the content of the files as a diff, write nothing
    #[arg(long)]
    pub diff: bool,
    /// One JSON document on standard output
    #[arg(long)]
    pub json: bool,
    /// Work as if started in DIR
    #[arg(short = 'C', value_name = "DIR")]
    pub directory: Option<PathBuf>,
    /// Add the blueprints of a folder to the catalogue
    #[arg(long, value_name = "DIR")]
    pub blueprints: Option<PathBuf>,
}

/// Options of `list`.
#[derive(Args)]
pub struct List {
    /// One JSON document on standard output
    #[arg(long)]
    pub json: bool,
    /// Add the blueprints of a folder to the catalogue
    #[arg(long, value_name = "DIR")]
    pub blueprints: Option<PathBuf>,
}

/// Options of `show`.
#[derive(Args)]
pub struct Show {
    /// A blueprint or preset
    pub name: String,
    /// One JSON document on standard output
    #[arg(long)]
    pub json: bool,
    /// Add the blueprints of a folder to the catalogue
    #[arg(long, value_name = "DIR")]
    pub blueprints: Option<PathBuf>,
}

/// Options of `schema`.
#[derive(Args)]
pub struct Schema {
    /// The schema of blueprint.yaml instead
    #[arg(long)]
    pub blueprint: bool,
    /// Add the blueprints of a folder to the catalogue
    #[arg(long, value_name = "DIR")]
    pub blueprints: Option<PathBuf>,
}

/// Options of `merge-file`.
#[derive(Args)]
#[allow(clippy::struct_excessive_bools, reason = "each is a flag of the command line")]
pub struct MergeFile {
    /// Our version; the result is written here
    pub current: PathBuf,
    /// What both started from
    pub base: PathBuf,
    /// Their version
    pub other: PathBuf,
    /// Print the result instead of writing it
    #[arg(short = 'p', long)]
    pub stdout: bool,
    /// Do not speak of conflicts
    #[arg(short, long)]
    pub quiet: bool,
    /// What ours, base and theirs are called in conflicts, in this order; up to three times
    #[arg(short = 'L', value_name = "NAME", allow_hyphen_values = true)]
    pub label: Vec<String>,
    /// Show the base in conflicts
    #[arg(long, overrides_with_all = ["zdiff3"])]
    pub diff3: bool,
    /// Show the base in conflicts, without lines at the edges that both sides share
    #[arg(long, overrides_with_all = ["diff3"])]
    pub zdiff3: bool,
    /// Settle conflicts for our version
    #[arg(long, overrides_with_all = ["theirs", "union"])]
    pub ours: bool,
    /// Settle conflicts for their version
    #[arg(long, overrides_with_all = ["ours", "union"])]
    pub theirs: bool,
    /// Settle conflicts by keeping the lines of both
    #[arg(long, overrides_with_all = ["ours", "theirs"])]
    pub union: bool,
    /// Length of conflict markers
    #[arg(long, value_name = "N", default_value_t = 7, value_parser = marker_size)]
    pub marker_size: usize,
    /// Where the file stands in the repository, as its name says how to read it
    #[arg(long)]
    pub path: Option<String>,
}

/// A length that no file can be made to burst with.
fn marker_size(text: &str) -> Result<usize, String> {
    match text.parse() {
        Ok(size @ 1..=1000) => Ok(size),
        _ => Err("a number from 1 to 1000 is wanted".to_owned()),
    }
}
