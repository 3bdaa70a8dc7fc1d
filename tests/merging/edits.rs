//! Why: people edit by inserting, changing, moving and deleting lines and blocks of them. An edit here does the same to
//! any file, and leaves a token wherever it wrote something, so that a loss can be seen.

use proptest::prelude::*;

use crate::files::Kind;
use crate::paths::{indent, is_dash, texts};

/// What an edit does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Act {
    Insert,
    Block,
    Append,
    Delete,
    Change,
    Above,
    Behind,
    Move,
    Rename,
    Blank,
    NoNewline,
}

/// One edit; places are parts of the file, so that an edit has a meaning in any file.
#[derive(Clone, Debug)]
pub struct Edit {
    pub act: Act,
    at: u16,
    to: u16,
}

/// Edits near a place that both sides share, or anywhere.
pub fn edits(center: u16) -> impl Strategy<Value = Vec<Edit>> {
    let act = prop::sample::select(vec![
        Act::Insert,
        Act::Insert,
        Act::Block,
        Act::Block,
        Act::Append,
        Act::Delete,
        Act::Change,
        Act::Change,
        Act::Above,
        Act::Behind,
        Act::Move,
        Act::Rename,
        Act::Blank,
        Act::NoNewline,
    ]);
    let near = (0_u16..3000).prop_map(move |more| center.wrapping_add(more));
    let at = prop_oneof![near.clone(), any::<u16>()];
    let edit = (act, at, prop_oneof![near, any::<u16>()]).prop_map(|(act, at, to)| Edit { act, at, to });
    prop::collection::vec(edit, 0..5)
}

/// Makes the edits that can be made; each that wrote something wrote `zz<side><number>`.
pub fn apply(kind: Kind, text: &str, edits: &[Edit], side: char) -> String {
    let mut text = text.to_owned();
    for (number, edit) in edits.iter().enumerate() {
        let token = format!("zz{side}{number}");
        if let Some(new) = one(kind, &text, edit, &token).filter(|new| kind.accepts(new)) {
            text = new;
        }
    }
    text
}

fn one(kind: Kind, text: &str, edit: &Edit, token: &str) -> Option<String> {
    if edit.act == Act::NoNewline {
        return text.strip_suffix('\n').filter(|text| !text.ends_with('\n')).map(str::to_owned);
    }
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    let newline = text.ends_with('\n');
    let within = texts(kind, &lines);
    // Nothing is done to comments and blank lines by themselves.
    let whole: Vec<usize> = (0..lines.len()).filter(|i| says(&lines[*i])).collect();
    let pick = |part: u16| whole.get(usize::from(part) * whole.len() / 65536).copied();
    let at = pick(edit.at)?;
    // What is written before a closing brace looks like the line before it.
    let closes = lines[at].trim_start().starts_with(['}', ']']);
    let model = if closes { (0..at).rev().find(|i| says(&lines[*i])).unwrap_or(at) } else { at };
    let step = if kind == Kind::Nginx { 4 } else { 2 };
    let pad = lines[at][..indent(&lines[at])].to_owned() + &" ".repeat(if closes { step } else { 0 });
    // A text of several lines has nothing but lines.
    if within[at] && !matches!(edit.act, Act::Insert | Act::Append | Act::Delete | Act::Change) {
        return None;
    }
    match edit.act {
        Act::Insert if within[at] => lines.insert(at, format!("{pad}{token}")),
        Act::Insert => lines.insert(at, pad + &kind.line(&lines[model], token)),
        Act::Block => {
            let block = kind.block(&lines[model], token)?;
            lines.splice(at..at, block.into_iter().map(|line| format!("{pad}{line}")));
        }
        Act::Append => lines.extend(kind.appended(token)),
        Act::Delete => drop(lines.drain(at..end_of(kind, &lines, &within, at))),
        Act::Change => lines[at] = kind.changed(&lines[at], token, within[at])?,
        Act::Above if !kind.has_comments() => return None,
        Act::Above => lines.insert(at, format!("{pad}# {token}")),
        Act::Behind => lines[at] = kind.behind(&lines[at], token)?,
        Act::Move => {
            let end = end_of(kind, &lines, &within, at);
            let to = (0..lines.len()).filter(|i| {
                !(at..=end).contains(i)
                    && says(&lines[*i])
                    && !lines[*i].trim_start().starts_with(['}', ']'])
                    && !within[*i]
                    && indent(&lines[*i]) == indent(&lines[at])
            });
            let to: Vec<usize> = to.collect();
            let to = *to.get(usize::from(edit.to) * to.len() / 65536)?;
            if closes || is_dash(&lines[to]) != is_dash(&lines[at]) || !same_parent(&lines, at, to) {
                return None;
            }
            let block: Vec<String> = lines.drain(at..end).collect();
            let to = if to > at { to - block.len() } else { to };
            lines.splice(to..to, block);
        }
        Act::Rename => lines[at] = kind.renamed(&lines[at], token)?,
        Act::Blank => lines.insert(at, String::new()),
        Act::NoNewline => {}
    }
    Some(lines.join("\n") + if newline { "\n" } else { "" })
}

/// Whether a line is neither blank nor a comment.
pub fn says(line: &str) -> bool {
    let line = line.trim();
    !line.is_empty() && !line.starts_with('#')
}

/// The end of the block that begins on a line: with everything that is indented deeper, and what closes it.
fn end_of(kind: Kind, lines: &[String], within: &[bool], at: usize) -> usize {
    let depth = indent(&lines[at]);
    let mut end = at + 1;
    if matches!(kind, Kind::Env | Kind::Ignore) || within[at] {
        return end;
    }
    for (i, line) in lines.iter().enumerate().skip(at + 1) {
        let closes = line.trim_start().starts_with(['}', ']']) && indent(line) == depth && end <= i && opens(&lines[at]);
        let of_list = kind == Kind::Yaml && is_dash(line) && !is_dash(&lines[at]) && indent(line) == depth;
        if closes {
            return i + 1;
        }
        if !says(line) {
            continue;
        }
        if indent(line) <= depth && !of_list && !(kind == Kind::Make && line.starts_with('\t') && depth == 0) {
            break;
        }
        end = i + 1;
    }
    end
}

fn opens(line: &str) -> bool {
    line.split(" #").next().unwrap_or(line).trim_end().ends_with(['{', '['])
}

fn same_parent(lines: &[String], a: usize, b: usize) -> bool {
    let (a, b) = (a.min(b), a.max(b));
    let depth = indent(&lines[a]);
    lines[a..b].iter().all(|line| !says(line) || indent(line) >= depth)
}
