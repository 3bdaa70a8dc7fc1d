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
