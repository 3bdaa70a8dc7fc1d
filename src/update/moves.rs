//! A rename moves files and whole folders, with the user's edits and own files in them, before anything in them changes.

use std::collections::BTreeMap;

use crate::lock::Locked;

/// Moves in their order, each from the one path to the other; files or folders.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Moves(pub Vec<(String, String)>);

/// `path` below another folder, when it is `from` or something in it.
fn moved(path: &str, from: &str, to: &str) -> Option<String> {
    let rest = path.strip_prefix(from)?;
    (rest.is_empty() || rest.starts_with('/')).then(|| format!("{to}{rest}"))
}

impl Moves {
    /// The fewest moves that bring each file from its old path to its new one: a folder whose name changes moves whole.
    pub fn of(pairs: &[(String, String)]) -> Self {
        let mut all: Vec<(String, String)> = Vec::new();
        for (old, new) in pairs {
            let mut now = old.clone();
            for (from, to) in &all {
                now = moved(&now, from, to).unwrap_or(now);
            }
            while now != *new {
                let differ = now.split('/').zip(new.split('/')).take_while(|(a, b)| a == b).count();
                let head = |path: &str| path.split('/').take(differ + 1).collect::<Vec<_>>().join("/");
                let (from, to) = (head(&now), head(new));
                let Some(next) = moved(&now, &from, &to).filter(|_| from != to) else { break };
                all.push((from, to));
                now = next;
            }
        }
        Self(all)
    }

    /// Where what is at a path after the moves was before them; nothing where something moved away.
    pub fn before(&self, path: &str) -> Option<String> {
        let mut path = path.to_owned();
        for (from, to) in self.0.iter().rev() {
            match moved(&path, to, from) {
                Some(before) => path = before,
                None if moved(&path, from, to).is_some() => return None,
                None => {}
            }
        }
        Some(path)
    }

    /// Where what is at a path comes to be.
    pub fn after(&self, path: &str) -> String {
        self.0.iter().fold(path.to_owned(), |path, (from, to)| moved(&path, from, to).unwrap_or(path))
    }

    /// The lock with its sections at their new paths.
    pub fn relocate(&self, files: BTreeMap<String, Locked>) -> BTreeMap<String, Locked> {
        if self.0.is_empty() {
            return files;
        }
        files.into_iter().map(|(path, locked)| (self.after(&path), locked)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_move_whole_and_files_follow() {
        let pair = |a: &str, b: &str| (a.to_owned(), b.to_owned());
        let moves = Moves::of(&[
            pair("services/a/x/a.py", "services/b/x/b.py"),
            pair("services/a/y", "services/b/y"),
            pair("stores/a/a.sql", "stores/b/b.sql"),
            pair("same", "same"),
        ]);
        let expected = [
            pair("services/a", "services/b"),
            pair("services/b/x/a.py", "services/b/x/b.py"),
            pair("stores/a", "stores/b"),
            pair("stores/b/a.sql", "stores/b/b.sql"),
        ];
        assert_eq!(moves.0, expected);
        assert_eq!(moves.after("services/a/own/file"), "services/b/own/file");
        assert_eq!(moves.after("services/ab"), "services/ab");
        assert_eq!(moves.before("services/b/x/b.py").as_deref(), Some("services/a/x/a.py"));
        assert_eq!(moves.before("services/a/y"), None);
        assert_eq!(moves.before("services/b/x/a.py"), None);
    }
}
