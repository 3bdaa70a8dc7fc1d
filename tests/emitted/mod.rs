//! Why: promise 2 of the output, no broken reference, and promise 5 as far as files can show it. Everything is read from
//! the emitted files, as an owner would find it.
#![allow(dead_code, reason = "each test binary uses its own part")]
#![allow(clippy::case_sensitive_file_extension_comparisons, reason = "emitted names are lower-case")]

mod compose;
mod docker;
mod editor;
mod make;
mod messages;
mod nginx;
mod pages;
pub mod policy;
pub mod repo;
pub mod report;
mod shell;
mod stack;
mod variables;
mod workflows;

pub use repo::Repo;
pub use report::{KINDS, Report};

/// All references of a repository.
pub fn references(repo: &Repo) -> Report {
    let mut report = Report::default();
    variables::check(repo, &mut report);
    compose::check(repo, &mut report);
    docker::check(repo, &mut report);
    nginx::check(repo, &mut report);
    make::check(repo, &mut report);
    shell::check(repo, &mut report);
    shell::interpolations(repo, &mut report);
    messages::check(repo, &mut report);
    pages::check(repo, &mut report);
    workflows::check(repo, &mut report);
    editor::check(repo, &mut report);
    report
}
