//! Why: tests speak of repositories and runs; how a tree is read or the binary started is said once, here.
#![allow(dead_code, missing_docs, reason = "each test binary uses its own part")]

pub mod combinations;
pub mod memory;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use scaffold::catalogue::Catalogue;
use scaffold::document;
use scaffold::error::Error;
use scaffold::{Outcome, answers, plan_from};

pub fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// Plans an answers text with the embedded catalogue, or with a folder of blueprints beside it.
pub fn plan_with(catalogue: &Catalogue, text: &str) -> Result<Outcome, Error> {
    let document = document::parse(text, &"scaffold.yaml".into())?;
    let answers = answers::from_document(&document)?;
    plan_from(catalogue, answers, &document)
}

pub fn plan(text: &str) -> Result<Outcome, Error> {
    plan_with(&Catalogue::open(None)?, text)
}

/// All files below a folder: path → (content, executable).
pub fn tree(root: &Path) -> BTreeMap<String, (Vec<u8>, bool)> {
    let mut found = BTreeMap::new();
    for entry in walkdir::WalkDir::new(root).into_iter().map(Result::unwrap).filter(|e| e.file_type().is_file()) {
        let path = entry.path().strip_prefix(root).unwrap().to_string_lossy().into_owned();
        found.insert(path, (fs::read(entry.path()).unwrap(), executable(entry.path())));
    }
    found
}

#[cfg(unix)]
fn executable(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    fs::metadata(path).unwrap().permissions().mode() & 0o111 != 0
}

#[cfg(not(unix))]
fn executable(_: &Path) -> bool {
    false
}

/// One run of the binary.
pub struct Run {
    pub code: i32,
    pub stdout: String,
    pub stderr: String,
}

impl Run {
    #[track_caller]
    pub fn fails(self, code: i32, stderr: &str) {
        assert_eq!(self.stderr.trim_end(), stderr.trim(), "stdout: {}", self.stdout);
        assert_eq!(self.code, code);
        assert_eq!(self.stdout, "", "talk belongs on standard error");
    }

    #[track_caller]
    pub fn passes(self) -> Self {
        assert_eq!(self.code, 0, "{}", self.stderr);
        self
    }
}

/// Starts the binary in a folder, without a terminal.
pub fn scaffold(folder: &Path, arguments: &[&str]) -> Run {
    scaffold_with_input(folder, arguments, "")
}

pub fn scaffold_with_input(folder: &Path, arguments: &[&str], input: &str) -> Run {
    use std::io::Write;
    let mut child = Command::new(env!("CARGO_BIN_EXE_scaffold"))
        .args(arguments)
        .current_dir(folder)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // The program may refuse before it has read everything.
    let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
    let output = child.wait_with_output().unwrap();
    Run {
        code: output.status.code().unwrap_or(-1),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    }
}
