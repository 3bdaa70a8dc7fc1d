//! `scaffold` turns a handful of answers into a complete production repository.
//!
//! ```text
//! flags | wizard | scaffold.yaml ─▶ Answers ─▶ Selection ─▶ Model ─▶ Plan ─▶ { write | dry run } ─▶ report
//!           (all optional)         (complete)  (blueprints)  (facts)   (files)
//! ```
//!
//! Everything up to the plan is pure: the same answers give the same bytes, without clock, randomness, environment or
//! files. Three modules alone touch the world: `disk` (files), `wizard` (keyboard) and `report` (screen).

pub mod amend;
pub mod answers;
mod author;
pub mod blueprint;
mod bytecode;
pub mod catalogue;
pub mod cli;
pub mod commands;
pub mod compact;
#[cfg(test)]
mod compile;
mod differences;
pub mod disk;
pub mod document;
pub mod error;
pub mod facts;
mod frozen;
pub mod input;
pub mod join;
pub mod lock;
pub mod merge;
pub mod model;
pub mod names;
pub mod plan;
pub mod quote;
pub mod render;
pub mod report;
pub mod repository;
pub mod rewrite;
pub mod scalar;
pub mod selection;
pub mod shape;
pub mod update;
#[allow(missing_docs, reason = "the fields are documented for blueprint authors in blueprints/README.md")]
pub mod views;
pub mod wizard;

use std::process::ExitCode;

use answers::Answers;
use catalogue::Catalogue;
use clap::Parser;
use document::Node;
use error::Result;
use plan::Plan;

/// Everything that answers lead to: the plan, and the model that it was rendered from.
pub struct Outcome {
    /// Answers, resolved.
    pub selection: selection::Selection,
    /// The joined model.
    pub stack: model::Stack,
    /// The files.
    pub plan: Plan,
}

/// The pipeline from answers to the plan.
///
/// # Errors
/// All mistakes of the answers and blueprints at once, with places in `document`.
pub fn plan_from(catalogue: &Catalogue, answers: Answers, document: &Node) -> Result<Outcome> {
    let mut outcome = render_from(catalogue, answers, document, None)?;
    lock::complete(&mut outcome.plan);
    Ok(outcome)
}

/// The same without the lock, for an existing repository has one that knows more than the plan; `renamed` is the old
/// and the new name of a service or store.
///
/// # Errors
/// As above.
pub fn render_from(catalogue: &Catalogue, answers: Answers, document: &Node, renamed: Option<(&str, &str)>) -> Result<Outcome> {
    let renderer = render::Renderer::new();
    let (selection, stack) = model_from(catalogue, answers, document, &renderer)?;
    let mut plan = plan::plan(&selection, &stack, &renderer, renamed)?;
    lock::with_answers(&mut plan, answers::to_text(&selection.answers));
    Ok(Outcome { selection, stack, plan })
}

/// What answers mean, without a file.
///
/// # Errors
/// All mistakes of the answers and facts at once.
pub fn model_from(
    catalogue: &Catalogue,
    answers: Answers,
    document: &Node,
    renderer: &render::Renderer,
) -> Result<(selection::Selection, model::Stack)> {
    let selection = selection::select(catalogue, answers, document)?;
    selection.options_are_met(document)?;
    let stack = model::build(&selection, &catalogue.pins()?, renderer)?;
    Ok((selection, stack))
}

/// Runs the program as the command line says.
pub fn main() -> ExitCode {
    disk::end_at_once();
    let cli = match cli::Cli::try_parse() {
        Ok(cli) => cli,
        // A merge driver must not be read as "merged, with two conflicts".
        Err(error) if error.use_stderr() && std::env::args_os().nth(1).is_some_and(|verb| verb == "merge-file") => {
            report::usage(&error);
            return ExitCode::from(commands::MERGE_FILE_USAGE);
        }
        Err(error) => return report::usage(&error),
    };
    let failed = if matches!(cli.command, cli::Command::MergeFile(_)) { commands::MERGE_FILE_FAILED } else { 1 };
    let mut code = commands::run(cli).unwrap_or_else(|error| {
        report::error(&error);
        error.exit_code()
    });
    if let Some(lost) = report::lost() {
        report::error(lost);
        code = failed;
    }
    // Where Ctrl-C came too late to stop it, it still says that whatever was to come next is not wanted.
    ExitCode::from(if disk::interrupted() { error::Error::Interrupted.exit_code() } else { code })
}
