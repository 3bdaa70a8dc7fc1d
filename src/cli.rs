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
    /// Add a store, a feature, a target, a ci, or one more service
    ///
    /// What it needs comes with it, and is named. Files that you edited keep your edits: the new version is merged into
    /// them. Adding what is there already changes nothing, and options that ask for something else than what is there are
    /// refused.
    #[command(after_help = ADD)]
    Add(Add),
    /// Take a service, a store, a feature, the target or the ci away
    ///
    /// Files of it that you edited stay (exit code 3), and so do volumes, secrets and data: the commands that delete them
    /// are printed.
    #[command(after_help = CODES)]
    Remove(Remove),
    /// Give a service or store another name
    ///
    /// Its folder moves with your edits and your own files in it. The data of a store stays where it is: its volume, its
    /// secrets and its variables keep their names.
    #[command(after_help = CODES)]
    Rename(Rename),
    /// Bring the files to what scaffold.yaml says
    ///
    /// After an edit of scaffold.yaml, after git merged two branches, or with a newer scaffold. Files that you edited keep
    /// your edits. What would strand live data is refused, with the way that does not.
    #[command(after_help = CODES)]
    Apply(Apply),
    /// Write nothing; tell whether `apply` would change a byte, and what waits
    ///
    /// A user's edit is no drift. Fit for a git hook and for CI.
    #[command(after_help = CODES)]
    Check(Check),
    /// Show your own changes against what was generated
    Diff(Diff),
    /// Close what waits in a file: as it now stands, or with one side
    ///
    /// What waits is told by `scaffold check`: conflicts that are marked in a file, a newer version of a file that could
    /// not be merged, a file of yours where a new one belongs, and edited files that are no longer generated. A file that
    /// you deleted comes back with `--theirs`.
    #[command(after_help = CODES)]
    Resolve(Resolve),
    /// Put back the bytes from before the last operation
    ///
    /// Refuses, naming them, when files were touched since.
    Undo(Undo),
    /// Show which blueprints wrote a file, and because of what each of its lines is there
    Why(Why),
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

const CODES: &str = "Exit codes: 0 done, 1 error, 2 usage or invalid answers, 3 done but something waits for `scaffold \
resolve`, 4 `check` found drift, 130 interrupted.";

const ADD: &str = "Examples:
  scaffold add redis
  scaffold add redis --for api --for worker
  scaffold add postgres --name reports --set version=17
  scaffold add fastapi --name billing --set port=8100 --set route=/billing

Exit codes: 0 done, 1 error, 2 usage or invalid answers, 3 done but something waits for `scaffold resolve`, 130 interrupted.";

/// Where a verb works, and with which blueprints.
#[derive(Args, Clone, Default)]
pub struct At {
    /// Work as if started in DIR; the repository is found from any of its folders
    #[arg(short = 'C', value_name = "DIR")]
    pub directory: Option<PathBuf>,
    /// Add the blueprints of a folder to the catalogue
    #[arg(long, value_name = "DIR")]
    pub blueprints: Option<PathBuf>,
}

/// How a verb changes a repository.
#[derive(Args, Clone, Default)]
#[allow(clippy::struct_excessive_bools, reason = "each is a flag of the command line")]
pub struct How {
    /// Show what would become of each file, write nothing
    #[arg(long)]
    pub dry_run: bool,
    /// Show all changes as a diff, write nothing
    #[arg(long)]
    pub diff: bool,
    /// One JSON document on standard output
    #[arg(long)]
    pub json: bool,
    /// Never ask; report all missing or wrong answers at once
    #[arg(long)]
    pub no_input: bool,
    /// Take what would be offered instead of asking
    #[arg(long, short)]
    pub yes: bool,
    /// Where an edit of yours and the new version contradict each other, keep yours
    #[arg(long, conflicts_with = "theirs")]
    pub ours: bool,
    /// Where an edit of yours and the new version contradict each other, take the new version
    #[arg(long)]
    pub theirs: bool,
    /// Where it works
    #[command(flatten)]
    pub at: At,
}

/// Options of `add`.
#[derive(Args)]
pub struct Add {
    /// The blueprint (`scaffold list` shows all)
    pub blueprint: String,
    /// Its name in this repository: of one more service, or of a second store of a blueprint
    #[arg(long)]
    pub name: Option<String>,
    /// A service that uses the new store, repeatable; by default every service that has a client for it
    #[arg(long = "for", value_name = "SERVICE")]
    pub users: Vec<String>,
    /// Set one of its own answers, as in `--set port=8100` (null takes a default away); repeatable
    #[arg(long, value_name = "KEY=VALUE")]
    pub set: Vec<String>,
    /// How
    #[command(flatten)]
    pub how: How,
}

/// Options of `remove`.
#[derive(Args)]
pub struct Remove {
    /// A service, store, feature, target or ci of this repository
    pub name: String,
    /// How
    #[command(flatten)]
    pub how: How,
}

/// Options of `rename`.
#[derive(Args)]
pub struct Rename {
    /// A service or store of this repository
    pub old: String,
    /// Its new name
    pub new: String,
    /// How
    #[command(flatten)]
    pub how: How,
}

/// Options of `apply`.
#[derive(Args)]
pub struct Apply {
    /// When scaffold.lock is lost: make a new one; files that are not as generated now count as edited by you
    #[arg(long)]
    pub rebuild_lock: bool,
    /// Take changes that leave the present data behind (a store's version, a name that you changed); make a backup before
    #[arg(long)]
    pub new_data: bool,
    /// How
    #[command(flatten)]
    pub how: How,
}

/// Options of `check`.
#[derive(Args)]
pub struct Check {
    /// One JSON document on standard output
    #[arg(long)]
    pub json: bool,
    /// Where it works
    #[command(flatten)]
    pub at: At,
}

/// Options of `diff`.
#[derive(Args)]
pub struct Diff {
    /// Only these files or folders
    pub paths: Vec<PathBuf>,
    /// One JSON document on standard output
    #[arg(long)]
    pub json: bool,
    /// Work as if started in DIR; the repository is found from any of its folders
    #[arg(short = 'C', value_name = "DIR")]
    pub directory: Option<PathBuf>,
}

/// Options of `resolve`.
#[derive(Args)]
#[allow(clippy::struct_excessive_bools, reason = "each is a flag of the command line")]
pub struct Resolve {
    /// The files
    #[arg(required = true)]
    pub paths: Vec<PathBuf>,
    /// Take your side of what contradicts; let go of a file that is no longer generated
    #[arg(long, conflicts_with = "theirs")]
    pub ours: bool,
    /// Take the new version of what contradicts; delete a file that is no longer generated
    #[arg(long)]
    pub theirs: bool,
    /// Show what would become of the files, write nothing
    #[arg(long)]
    pub dry_run: bool,
    /// Show the changes as a diff, write nothing
    #[arg(long)]
    pub diff: bool,
    /// One JSON document on standard output
    #[arg(long)]
    pub json: bool,
    /// Work as if started in DIR; the repository is found from any of its folders
    #[arg(short = 'C', value_name = "DIR")]
    pub directory: Option<PathBuf>,
}

/// Options of `why`.
#[derive(Args)]
pub struct Why {
    /// A file of the repository
    pub path: PathBuf,
    /// One JSON document on standard output
    #[arg(long)]
    pub json: bool,
    /// Where it works
    #[command(flatten)]
    pub at: At,
}

/// Options of `undo`.
#[derive(Args)]
pub struct Undo {
    /// One JSON document on standard output
    #[arg(long)]
    pub json: bool,
    /// Work as if started in DIR; the repository is found from any of its folders
    #[arg(short = 'C', value_name = "DIR")]
    pub directory: Option<PathBuf>,
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
