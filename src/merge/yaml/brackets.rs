//! Why: people close a bracket below the key that opened it, and every tool takes that; the parser alone wants it further
//! to the right.

use super::comment;
use crate::merge::tree::indent;

/// The text with such lines further to the right, so that their line numbers stay; `None` where there is none.
pub fn indented(lines: &[&str]) -> Option<String> {
    let mut text = String::new();
    let mut found = false;
    let mut within = None;
    for line in lines {
        let width = indent(line);
        within = within.filter(|column| line.trim().is_empty() || width > *column);
        if within.is_none() {
            if line[width..].starts_with([']', '}']) {
                text.push(' ');
                found = true;
            }
            within = opens_text(line).then_some(width);
        }
        text.push_str(line);
        text.push('\n');
    }
    found.then_some(text)
}

/// Whether a text of several lines begins behind a line: in one, a bracket is no bracket.
fn opens_text(line: &str) -> bool {
    let code = line[..comment(line).unwrap_or(line.len())].trim_end();
    let head = code.trim_end_matches(|c: char| c.is_ascii_digit() || matches!(c, '+' | '-'));
    head.ends_with(['|', '>']) && head[..head.len() - 1].ends_with([' ', '-'])
}
