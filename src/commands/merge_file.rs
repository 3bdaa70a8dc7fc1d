//! Why: two branches that each added something are merged by git, long before scaffold runs again. As git's merge driver
//! this command brings the same merge there; so its arguments and exit codes are those of `git merge-file`.

use std::path::Path;

use crate::cli::MergeFile;
use crate::error::{Diagnostic, Error, Result, refused};
use crate::merge::{self, Conflicts, Labels, Language, Style};
use crate::report;

/// What git takes for "could not be merged at all".
pub const FAILED: u8 = 255;
/// The exit code of git's verbs for arguments that it does not understand.
pub const USAGE: u8 = 129;
/// More conflicts than this are told as this many.
const MOST: usize = 127;
/// Like git: a file is binary when a zero byte stands near its beginning.
const PEEK: usize = 8000;

/// Merges, and returns the number of conflicts as the exit code.
pub fn run(options: &MergeFile) -> u8 {
    match merge(options) {
        Ok(conflicts) => u8::try_from(conflicts.min(MOST)).unwrap_or(FAILED),
        Err(error) => {
            report::error(&error);
            FAILED
        }
    }
}

fn merge(options: &MergeFile) -> Result<usize> {
    if options.label.len() > 3 {
        let many = Diagnostic::new("more than three labels");
        return Err(many.hint("give `-L` for ours, base and theirs, in this order").into());
    }
    let ours = read(&options.current)?;
    let base = read(&options.base)?;
    let theirs = read(&options.other)?;
    let names = [&options.current, &options.base, &options.other].map(|path| path.display().to_string());
    // The names of git's temporary files say nothing to a person who reads a conflict.
    let defaults = if options.path.is_some() { ["ours", "base", "theirs"] } else { names.each_ref().map(String::as_str) };
    let label = |i: usize| options.label.get(i).map_or(defaults[i], String::as_str);
    let labels = Labels { ours: label(0), base: label(1), theirs: label(2) };
    let path = options.path.as_deref().unwrap_or(&names[0]);
    let style = Style { conflicts: conflicts(options), marker_size: options.marker_size };
    let merged = merge::merge_styled(Language::of(path), &base, &ours, &theirs, labels, style);
    if options.stdout {
        report::bytes(&merged.bytes);
    } else if merged.bytes != ours {
        std::fs::write(&options.current, &merged.bytes).map_err(|e| failed("write", &options.current, &e))?;
    }
    if merged.conflicts > 0 && !options.quiet {
        report::talk(&format!("{path}: {} to settle by hand\n", count(merged.conflicts)));
    }
    Ok(merged.conflicts)
}

fn conflicts(options: &MergeFile) -> Conflicts {
    match options {
        MergeFile { ours: true, .. } => Conflicts::Ours,
        MergeFile { theirs: true, .. } => Conflicts::Theirs,
        MergeFile { union: true, .. } => Conflicts::Union,
        MergeFile { diff3: true, .. } => Conflicts::Diff3,
        MergeFile { zdiff3: true, .. } => Conflicts::Zdiff3,
        _ => Conflicts::Merge,
    }
}

fn count(conflicts: usize) -> String {
    if conflicts == 1 { "1 conflict".to_owned() } else { format!("{conflicts} conflicts") }
}

fn failed(verb: &str, path: &Path, error: &std::io::Error) -> Error {
    Error::Failed(Box::new(refused(verb, path.display(), error)))
}

fn read(path: &Path) -> Result<Vec<u8>> {
    let bytes = std::fs::read(path).map_err(|e| failed("read", path, &e))?;
    if bytes[..bytes.len().min(PEEK)].contains(&0) {
        let binary = Diagnostic::new("a binary file cannot be merged").in_file(path.display().to_string());
        return Err(Error::Failed(Box::new(binary.hint("keep one: `git checkout --ours` or `git checkout --theirs`"))));
    }
    Ok(bytes)
}
