//! Why: "the same key path" is asked of a line without any of the code that merges: by what is indented less before it.

use std::collections::{BTreeMap, BTreeSet};

use crate::files::Kind;

/// Stands between the keys of a path.
pub const BELOW: &str = " > ";

/// The width of a line's indentation.
pub fn indent(line: &str) -> usize {
    line.len() - line.trim_start_matches([' ', '\t']).len()
}

/// Whether a line begins an item of a list.
pub fn is_dash(line: &str) -> bool {
    let line = line.trim_start();
    line == "-" || line.starts_with("- ")
}

/// For each line, whether it is one of a text of several lines (a block scalar, a recipe): there, indentation and `:` say
/// nothing.
pub fn texts(kind: Kind, lines: &[String]) -> Vec<bool> {
    let mut header: Option<usize> = None;
    let mut out = Vec::with_capacity(lines.len());
    for line in lines {
        let blank = line.trim().is_empty();
        if header.is_some_and(|depth| !blank && indent(line) <= depth) {
            header = None;
        }
        out.push(header.is_some() && (!blank || kind == Kind::Yaml));
        if header.is_none() && kind == Kind::Yaml {
            let code = line.split(" #").next().unwrap_or_default().trim_end();
            let last = code.rsplit(' ').next().unwrap_or_default();
            if matches!(last, "|" | "|-" | "|+" | ">" | ">-" | ">+") {
                // The column of the key that the text belongs to.
                let mut depth = indent(code);
                let mut rest = &code[depth..];
                while let Some(inner) = rest.strip_prefix("- ").filter(|inner| inner.contains(':')) {
                    depth += 2;
                    rest = inner;
                }
                header = Some(depth);
            }
        }
        if header.is_none() && kind == Kind::Make && !line.starts_with(['\t', '#', ' ']) && line.contains(':') {
            header = Some(0);
        }
    }
    out
}

/// What a line is known by among its siblings.
fn key(kind: Kind, line: &str) -> String {
    let line = line.trim();
    let line = line.split(" #").next().unwrap_or(line).trim_end();
    match kind {
        Kind::Yaml => line.split(": ").next().unwrap_or(line).trim_end_matches(':').to_owned(),
        Kind::Make => line.split([':', '=']).next().unwrap_or(line).trim().to_owned(),
        Kind::Hcl => line.split('=').next().unwrap_or(line).split_whitespace().collect::<Vec<_>>().join(" "),
        _ => line.split_whitespace().collect::<Vec<_>>().join(" "),
    }
}

/// The path of each line that says something, comments and blank lines without one of their own.
pub fn paths(kind: Kind, text: &str) -> Vec<(String, String)> {
    let lines: Vec<String> = text.lines().map(|line| line.trim_end().to_owned()).collect();
    let within = texts(kind, &lines);
    // Twice the column, and one more for dashes: a list may stand at its key's column.
    let mut stack: Vec<(usize, String)> = Vec::new();
    let mut out = Vec::new();
    for (line, within) in lines.iter().zip(within) {
        if line.trim().is_empty() {
            continue;
        }
        let path = |stack: &[(usize, String)]| stack.iter().map(|(_, key)| key.as_str()).collect::<Vec<_>>().join(BELOW);
        if !kind.has_paths() {
            out.push((String::new(), line.trim().to_owned()));
            continue;
        }
        if within {
            out.push((path(&stack), line.trim().to_owned()));
            continue;
        }
        let comment = line.trim_start().starts_with('#');
        let dash = kind == Kind::Yaml && is_dash(line);
        let column = 2 * indent(line) + usize::from(dash);
        if comment {
            // A comment leads what follows it; where that stands is known only then.
            out.push((String::new(), line.trim().to_owned()));
            continue;
        }
        while stack.last().is_some_and(|(depth, _)| *depth >= column) {
            stack.pop();
        }
        let mut rest = line.trim_start();
        let mut inner = column;
        if dash {
            stack.push((column, "-".to_owned()));
            rest = rest.trim_start_matches('-').trim_start();
            inner = 2 * (line.len() - rest.len());
        }
        let shown = if dash { rest } else { line.trim_start() };
        stack.push((inner, key(kind, rest)));
        let closes = matches!(rest.chars().next(), Some('}' | ']'));
        out.push((if closes { "close".to_owned() } else { path(&stack) }, shown.to_owned()));
    }
    out
}

/// The same without comments behind the lines.
pub fn places(kind: Kind, text: &str) -> Vec<(String, String)> {
    let bare = |line: String| line.split(" # zz").next().unwrap_or_default().trim_end().to_owned();
    paths(kind, text).into_iter().map(|(path, line)| (path, bare(line))).collect()
}

/// How often each line stands under its path.
pub fn counts(kind: Kind, text: &str) -> BTreeMap<(String, String), usize> {
    let mut counts = BTreeMap::new();
    for place in places(kind, text) {
        *counts.entry(place).or_insert(0) += 1;
    }
    counts
}

/// A line below a key that somebody renamed stands under two paths; such lines are counted wherever they stand.
pub fn without_renamed(all: &mut [BTreeMap<(String, String), usize>]) -> BTreeSet<String> {
    let below: BTreeSet<String> =
        all.iter().flat_map(BTreeMap::keys).filter(|place| place.0.contains("zz")).map(|place| place.1.clone()).collect();
    for counts in all {
        for ((path, line), count) in std::mem::take(counts) {
            let path = if below.contains(&line) { String::new() } else { path };
            *counts.entry((path, line)).or_insert(0) += count;
        }
    }
    below
}

/// Where the tokens of an edit stand: those of the line, and its path.
pub fn tokens(kind: Kind, text: &str) -> BTreeMap<(String, String), usize> {
    let mut counts = BTreeMap::new();
    for (path, line) in paths(kind, text) {
        for token in line.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| is_token(word)) {
            *counts.entry((token.to_owned(), path.clone())).or_insert(0) += 1;
        }
    }
    counts
}

/// `zzo3`: the user's fourth edit.
pub fn is_token(word: &str) -> bool {
    word.strip_prefix("zz").is_some_and(|rest| rest.len() >= 2 && rest.starts_with(['o', 't', 's']))
}
