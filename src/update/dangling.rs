//! Why: who removes a service does not see which lines of their own still name it, or a network that went with it. A stack
//! does not start, nginx does not either, with a name in it that nobody defines. Such lines are the user's: they are told.

use std::collections::{BTreeMap, BTreeSet};

use similar::DiffOp;

use super::{Left, Outcome, Step, View};
use crate::differences;
use crate::disk::{Change, Entry};
use crate::lock::{ANSWERS, Locked, State};
use crate::merge::{Entry as Listed, Language, is_moved};

/// Where lines name what is defined.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Reach {
    /// In any file: services, volumes, secrets, upstreams.
    All,
    /// In files of compose: a network may be called as any word is.
    Compose,
    /// In its own file: the jobs of a workflow.
    File,
    /// In Makefiles, and wherever `make` is called.
    Make,
}

/// Something that a file defines.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Defined {
    reach: Reach,
    name: String,
    /// The file, where that counts.
    path: String,
}

/// The user's lines that name what no file defines any more.
pub fn dangling(steps: &BTreeMap<String, Step>, files: &BTreeMap<String, Locked>, view: &View) -> Vec<Left> {
    let on_disk = |path: &String| match view.get(path) {
        Some(Entry::File { bytes, .. }) => Some(&bytes[..]),
        _ => None,
    };
    let after = |path: &String| match steps[path].change.as_ref() {
        Some(Change::Write { bytes, .. }) => Some(&bytes[..]),
        Some(Change::Delete) => None,
        None => on_disk(path),
    };
    // Where nothing is changed, nothing goes.
    if steps.values().all(|step| step.change.is_none()) {
        return vec![];
    }
    let [before, now] = [all(steps.keys(), on_disk), all(steps.keys(), after)];
    let gone: Vec<&Defined> = before.difference(&now).collect();
    let mut left = Vec::new();
    for (path, step) in steps.iter().filter(|(path, _)| !gone.is_empty() && *path != ANSWERS) {
        let is_edited = matches!(step.outcome, Outcome::Merged | Outcome::Yours | Outcome::Waiting);
        let (true, Some(text), Some(locked)) = (is_edited, after(path), files.get(path)) else { continue };
        if locked.state != State::Dropped && Language::of(path) != Language::Markdown {
            let own = own_lines(path, text, generated(locked)).into_iter();
            left.extend(own.filter(|line| gone.iter().any(|one| one.is_named(path, &line.text))));
        }
    }
    left
}

/// What a number of files define.
fn all<'t>(paths: impl Iterator<Item = &'t String>, text: impl Fn(&'t String) -> Option<&'t [u8]>) -> BTreeSet<Defined> {
    let texts = paths.filter_map(|path| Some((path, std::str::from_utf8(text(path)?).ok()?)));
    texts.flat_map(|(path, text)| defined(path, text)).collect()
}

/// What of a file is generated now.
pub fn generated(locked: &Locked) -> &[u8] {
    match &locked.state {
        State::Waiting { newer: Some((_, bytes)), .. } | State::Waiting { bytes, .. } => bytes,
        _ => &locked.bytes,
    }
}

/// The lines of a file that are not generated. Whoever moved the version of a generated one did not write it.
pub fn own_lines(path: &str, now: &[u8], generated: &[u8]) -> Vec<Left> {
    let (Ok(now), Ok(generated)) = (std::str::from_utf8(now), std::str::from_utf8(generated)) else { return vec![] };
    let [known, lines] = [generated, now].map(|text| text.lines().map(str::trim).collect::<Vec<_>>());
    let is_own = |line: &str| !known.iter().any(|known| *known == line || is_moved(known, line));
    let mut own = Vec::new();
    for op in differences::between(&known, &lines) {
        let new = op.new_range().filter(|at| !matches!(op, DiffOp::Equal { .. }) && is_own(lines[*at]));
        own.extend(new.map(|at| Left { path: path.to_owned(), line: at + 1, text: lines[at].to_owned() }));
    }
    own
}

impl Defined {
    /// Whether a line that is no comment names it.
    fn is_named(&self, path: &str, line: &str) -> bool {
        let words: Vec<&str> = words(line).collect();
        let reaches = match self.reach {
            Reach::All => true,
            Reach::Compose => is_compose(path),
            Reach::File => path == self.path,
            Reach::Make => {
                Language::of(path) == Language::Entries(Listed::Target) || words.windows(2).any(|two| two == ["make", &self.name])
            }
        };
        reaches && !line.starts_with(['#', ';']) && !line.starts_with("//") && words.contains(&self.name.as_str())
    }
}

fn words(line: &str) -> impl Iterator<Item = &str> {
    line.split(|c: char| !c.is_alphanumeric() && !matches!(c, '_' | '-')).filter(|word| !word.is_empty())
}

fn is_compose(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or_default();
    Language::of(path) == Language::Yaml && (name.starts_with("compose") || name.starts_with("docker-compose"))
}

/// What a file defines that others name.
fn defined(path: &str, text: &str) -> Vec<Defined> {
    let of = |reach: Reach, name: &str| {
        let path = if reach == Reach::File { path } else { "" };
        Defined { reach, name: name.trim_matches(['"', '\'']).to_owned(), path: path.to_owned() }
    };
    match Language::of(path) {
        Language::Yaml => {
            let keys = keys(text).into_iter();
            let reach = |collection: &str| match collection {
                "services" | "volumes" | "secrets" | "configs" if is_compose(path) => Some(Reach::All),
                "networks" if is_compose(path) => Some(Reach::Compose),
                "jobs" if !is_compose(path) => Some(Reach::File),
                _ => None,
            };
            keys.filter_map(|(collection, key)| Some(of(reach(collection)?, key))).collect()
        }
        Language::Nginx => {
            let names = text.lines().filter_map(|line| line.trim().strip_prefix("upstream ")?.split_whitespace().next());
            names.map(|name| of(Reach::All, name.trim_end_matches('{'))).collect()
        }
        Language::Entries(Listed::Target) => {
            let rules = text.lines().filter(|line| !line.starts_with(['\t', '#', ' ', '.']));
            let heads = rules
                .filter_map(|line| line.split_once(':').filter(|(head, rest)| !head.contains('=') && !rest.starts_with('=')));
            heads.flat_map(|(head, _)| head.split_whitespace()).map(|name| of(Reach::Make, name)).collect()
        }
        _ => vec![],
    }
}

/// The keys below those at the top of a YAML file, each with the one that it is below.
fn keys(text: &str) -> Vec<(&str, &str)> {
    let (mut keys, mut top, mut column) = (Vec::new(), "", None);
    for line in text.lines() {
        let bare = line.trim_start();
        let Some((key, _)) = bare.split_once(':').filter(|_| !bare.starts_with(['#', '-'])) else { continue };
        let indent = line.len() - bare.len();
        if indent == 0 {
            (top, column) = (key, None);
        } else if *column.get_or_insert(indent) == indent {
            keys.push((top, key));
        }
    }
    keys
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_define_names_and_lines_name_them() {
        let compose = "services:\n  # One.\n  api:\n    image: x\n  \"web\":\n    image: y\nnetworks:\n  edge:\n";
        let names = |path, text| defined(path, text).into_iter().map(|one| (one.reach, one.name)).collect::<Vec<_>>();
        let [api, web, edge] = ["api", "web", "edge"].map(str::to_owned);
        assert_eq!(names("compose.yaml", compose), [(Reach::All, api.clone()), (Reach::All, web), (Reach::Compose, edge)]);
        assert_eq!(names("nginx/a.conf", "upstream api {\n}\n"), [(Reach::All, api)]);
        let make = "A := b:c\nB ?= c\n.PHONY: test-api\ntest-api lint: x ## Tests: all\n\tgo test: x\n";
        assert_eq!(names("Makefile", make), [(Reach::Make, "test-api".to_owned()), (Reach::Make, "lint".to_owned())]);
        let one = |reach| Defined { reach, name: "test-api".to_owned(), path: "ci.yml".to_owned() };
        assert!(one(Reach::All).is_named("a.conf", "proxy_pass http://test-api;"));
        assert!(!one(Reach::All).is_named("a.conf", "proxy_pass http://my-test-api;"));
        assert!(!one(Reach::All).is_named("a.conf", "# test-api"));
        assert!(!one(Reach::Compose).is_named("a.conf", "test-api"));
        assert!(
            one(Reach::File).is_named("ci.yml", "needs: [test-api]") && !one(Reach::File).is_named("x.yml", "needs: test-api")
        );
        assert!(one(Reach::Make).is_named("ci.yml", "- run: make test-api") && !one(Reach::Make).is_named("ci.yml", "test-api"));
    }

    #[test]
    fn a_line_whose_version_moved_is_not_the_users() {
        let [generated, now] = ["image: redis:8.2\n", "image: redis:8.4.1\nimage: redis:8.4.1 # mine\n"];
        let own = own_lines("compose.yaml", now.as_bytes(), generated.as_bytes());
        assert_eq!(own.iter().map(|line| line.line).collect::<Vec<_>>(), [2]);
    }
}
