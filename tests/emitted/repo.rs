//! Why: the checks look at an emitted repository as its new owner does, at files and nothing else; our own model is not
//! asked, for it could be wrong in the same way as a template.

use std::cell::OnceCell;
use std::collections::{BTreeMap, BTreeSet};

use regex::{Captures, Regex};
use scaffold::Outcome;

use super::stack::Stack;

pub struct File {
    pub text: String,
    pub executable: bool,
}

/// An emitted repository.
pub struct Repo {
    pub files: BTreeMap<String, File>,
    folders: BTreeSet<String>,
    /// Folders and files of one machine, which `.gitignore` names from the root.
    local: Vec<String>,
    stacks: OnceCell<Vec<Stack>>,
}

impl Repo {
    pub fn new(files: impl IntoIterator<Item = (String, String, bool)>) -> Self {
        let files: BTreeMap<String, File> =
            files.into_iter().map(|(path, text, executable)| (path, File { text, executable })).collect();
        let mut folders = BTreeSet::new();
        for path in files.keys() {
            let mut rest = path.as_str();
            while let Some((folder, _)) = rest.rsplit_once('/') {
                folders.insert(folder.to_owned());
                rest = folder;
            }
        }
        let ignored = files.get(".gitignore").map_or("", |f| &f.text);
        let local = ignored.lines().filter_map(|l| l.strip_prefix('/')).map(|l| l.trim_end_matches('/').to_owned()).collect();
        Self { files, folders, local, stacks: OnceCell::new() }
    }

    pub fn of(outcome: &Outcome) -> Self {
        let files = outcome.plan.files.iter().filter(|(path, _)| *path != "scaffold.lock");
        Self::new(files.map(|(p, f)| (p.clone(), String::from_utf8(f.bytes.to_vec()).unwrap(), f.mode == 0o755)))
    }

    /// The joined Compose files of each environment.
    pub fn stacks(&self) -> &[Stack] {
        self.stacks.get_or_init(|| super::stack::stacks(self))
    }

    pub fn text(&self, path: &str) -> &str {
        self.files.get(path).map_or("", |f| &f.text)
    }

    /// A file or a folder, named from the root.
    pub fn exists(&self, path: &str) -> bool {
        let path = normal(path);
        path.is_empty() || self.files.contains_key(&path) || self.folders.contains(&path)
    }

    /// Something that each machine makes for itself.
    pub fn is_local(&self, path: &str) -> bool {
        let path = normal(path);
        self.local.iter().any(|l| path == *l || path.starts_with(&format!("{l}/")))
    }

    /// Exists, or is matched by at least one path where it holds `*` or `<placeholder>`.
    pub fn matches(&self, path: &str) -> bool {
        if !path.contains(['*', '<']) {
            return self.exists(path);
        }
        let mut pattern = String::from("^");
        let mut rest = path;
        while let Some(at) = rest.find(['*', '<']) {
            pattern += &regex::escape(&rest[..at]);
            pattern += if rest[at..].starts_with("**") { ".*" } else { "[^/]*" };
            let end = if rest[at..].starts_with('<') { rest[at..].find('>').map_or(rest.len(), |e| at + e + 1) } else { at + 1 };
            rest = rest[end..].trim_start_matches('*');
        }
        let pattern = Regex::new(&format!("{pattern}{}$", regex::escape(rest.trim_end_matches('/')))).unwrap();
        self.files.keys().any(|f| pattern.is_match(f)) || self.folders.iter().any(|f| pattern.is_match(f))
    }

    pub fn top_folders(&self) -> BTreeSet<&str> {
        self.folders.iter().filter(|f| !f.contains('/')).map(String::as_str).collect()
    }

    /// Files below a folder, by path.
    pub fn below<'a>(&'a self, folder: &'a str) -> impl Iterator<Item = (&'a str, &'a File)> + 'a {
        self.files.iter().filter(move |(p, _)| p.starts_with(folder)).map(|(p, f)| (p.as_str(), f))
    }

    /// The services that are built here: folders of `services/`.
    pub fn services(&self) -> Vec<&str> {
        self.folders.iter().filter_map(|f| f.strip_prefix("services/")).filter(|f| !f.contains('/')).collect()
    }

    /// Files that are the project's own: everything but the source of applications, which is the owner's.
    pub fn shared(&self) -> impl Iterator<Item = (&str, &File)> {
        self.files.iter().filter(|(p, _)| !p.starts_with("services/")).map(|(p, f)| (p.as_str(), f))
    }
}

/// Without `./`, doubled and trailing slashes, and with `..` resolved.
pub fn normal(path: &str) -> String {
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop();
            }
            _ => parts.push(part),
        }
    }
    parts.join("/")
}

pub fn folder_of(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(folder, _)| folder)
}

/// All matches with the number of their line.
pub fn find<'t>(pattern: &Regex, text: &'t str) -> Vec<(usize, Captures<'t>)> {
    let (mut line, mut at) = (1, 0);
    let mut found = Vec::new();
    for captures in pattern.captures_iter(text) {
        let start = captures.get(0).unwrap().start();
        line += text[at..start].matches('\n').count();
        at = start;
        found.push((line, captures));
    }
    found
}

/// A regular expression that is compiled once.
macro_rules! re {
    ($pattern:expr) => {{
        static PATTERN: std::sync::LazyLock<regex::Regex> = std::sync::LazyLock::new(|| regex::Regex::new($pattern).unwrap());
        &*PATTERN
    }};
}
pub(crate) use re;
