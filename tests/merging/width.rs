//! Why: a user's editor gives a whole file another width; what is then right follows from the file as it was.

use crate::files::Kind;
use crate::paths;

/// Whether a line of nginx goes on with what the lines before it began, or is a string.
pub fn is_within_directive(text: &str, line: &str) -> bool {
    let is_code = |line: &&str| !line.trim().is_empty() && !line.trim_start().starts_with('#');
    let ends = |line: &str| line.split(" #").next().unwrap_or_default().trim_end().ends_with([';', '{', '}']);
    let lines: Vec<&str> = text.lines().collect();
    let within = |at: usize| lines[..at].iter().rev().find(|line| is_code(line)).is_some_and(|before| !ends(before));
    line.trim_start().starts_with('\'') || (0..lines.len()).any(|at| lines[at].trim() == line.trim() && within(at))
}

/// A file with twice the indentation; texts of several lines move as a whole, and so do the keys behind a dash.
pub fn wider(kind: Kind, text: &str) -> String {
    let lines: Vec<String> = text.lines().map(str::to_owned).collect();
    let within = paths::texts(kind, &lines);
    let mut columns: Vec<(usize, usize)> = vec![(0, 0)];
    let mut out = String::new();
    let mut moved = None;
    for (line, within) in lines.iter().zip(within) {
        let width = paths::indent(line);
        moved = moved.filter(|_| within);
        if !within && !line.trim().is_empty() {
            while columns.len() > 1 && columns.last().is_some_and(|(from, _)| *from > width) {
                columns.pop();
            }
            let (from, to) = *columns.last().unwrap();
            let new = to + 2 * (width - from);
            columns.push((width, new));
            if kind == Kind::Yaml && paths::is_dash(line) && line.contains(':') {
                columns.push((width + 2, new + 2));
            }
        }
        let (from, to) = *columns.iter().rev().find(|(from, _)| within || *from <= width).unwrap();
        if line.trim().is_empty() {
            out.push_str(line);
        } else if within {
            let more = *moved.get_or_insert(to + 2 * (width - from) - width);
            out.push_str(&format!("{}{line}", " ".repeat(more)));
        } else {
            out.push_str(&format!("{}{}", " ".repeat(to), line.trim_start()));
        }
        out.push('\n');
    }
    if !text.ends_with('\n') {
        out.pop();
    }
    out
}
