//! Why: the user's own service may say `<<: *api-environment`, and then `api` goes. Nothing else of the two contradicts, so
//! nothing else is asked: either the service keeps what the alias stood for, or it does without.

use std::borrow::Cow;
use std::collections::HashSet;

use similar::DiffOp;

use super::flow::Flow;
use super::lines::Piece;
use super::one_line::on_one_line;
use super::text::Line;
use super::tree::{Node, Shape, Text, indent};
use super::yaml;
use crate::differences;

/// What stands for an alias while the rest is merged.
const HELD: &str = "held-0b5dd8d2-alias-";

/// Aliases of the user's own, of what the other side has no more.
pub struct Held {
    aliases: Vec<One>,
}

/// One of them.
struct One {
    sign: String,
    name: String,
    /// What it stands for, without the key: in lines, and on one line.
    lines: Vec<String>,
    line: Option<String>,
}

impl Held {
    /// Finds them, and gives the user's lines with something else in their place; `None` where there are none.
    pub fn of([base, ours, theirs]: &[Vec<&str>; 3], names: &yaml::Names) -> Option<(Self, Vec<String>)> {
        let known: HashSet<&str> = base.iter().map(|line| line.trim()).collect();
        let tree = yaml::read(ours)?.tree(names)?;
        let mut own: Vec<String> = ours.iter().map(|line| (*line).to_owned()).collect();
        let mut aliases = Vec::new();
        let untouched = untouched(base, ours);
        // From the back, so that places on one line stay.
        for one in yaml::aliases(&ours.join("\n")).into_iter().rev() {
            let (at, anchor) = (ours[one.alias.line], ours[one.anchor.line]);
            let name = &anchor[yaml::name(anchor, '&', one.anchor.nth)?];
            if untouched.contains(&one.alias.line)
                || !known.contains(anchor.trim())
                || theirs.iter().any(|line| anchors(line, name))
            {
                continue;
            }
            let node = find(&tree, anchor)?;
            let sign = format!("{HELD}{}-", aliases.len());
            let range = yaml::name(at, '*', one.alias.nth)?;
            own[one.alias.line].replace_range(range.start - 1..range.end, &sign);
            let line = on_one_line(node).and_then(|code| Some(code[code.find(&format!("&{name}"))?..].to_owned()));
            aliases.push(One { sign, name: name.to_owned(), lines: inner(node), line });
        }
        aliases.reverse();
        (!aliases.is_empty()).then_some((Self { aliases }, own))
    }

    /// A merge, with a question where such an alias stands; `None` where none can be put.
    pub fn asked<'a>(&self, pieces: Vec<Piece<Line>>) -> Option<Vec<Piece<Line<'a>>>> {
        let mut told = HashSet::new();
        let mut out: Vec<Piece<Line<'a>>> = Vec::new();
        for piece in pieces {
            match piece {
                Piece::Clean(lines) => {
                    for line in lines {
                        let text = std::str::from_utf8(&line).ok()?;
                        if text.contains(HELD) {
                            let (ours, theirs) = (self.kept(text, &mut told)?, without(text)?);
                            out.push(Piece::Conflict { ours: bytes(ours), base: vec![], theirs: bytes(theirs) });
                        } else if let Some(Piece::Clean(lines)) = out.last_mut() {
                            lines.push(owned(&line));
                        } else {
                            out.push(Piece::Clean(vec![owned(&line)]));
                        }
                    }
                }
                Piece::Conflict { ours, base, theirs } => {
                    let mut mine = Vec::new();
                    for line in &ours {
                        mine.extend(bytes(self.kept(std::str::from_utf8(line).ok()?, &mut told)?));
                    }
                    let [base, theirs] = [base, theirs].map(|lines| lines.iter().map(owned).collect());
                    out.push(Piece::Conflict { ours: mine, base, theirs });
                }
            }
        }
        Some(out)
    }

    /// A line of the user's with what the first alias of a name stood for; the others are aliases of that.
    fn kept<'n>(&'n self, line: &str, told: &mut HashSet<&'n str>) -> Option<Vec<String>> {
        let mut out = line.to_owned();
        for one in self.aliases.iter().filter(|one| line.contains(&one.sign)) {
            if !told.insert(&one.name) {
                out = out.replace(&one.sign, &format!("*{}", one.name));
                continue;
            }
            let code = out[..yaml::comment(&out).unwrap_or(out.len())].trim();
            if code.ends_with(&format!(": {}", one.sign)) && !code.starts_with("- ") && !one.lines.is_empty() {
                let width = " ".repeat(indent(&out) + 2);
                let head = out.replace(&one.sign, &format!("&{}", one.name));
                return Some([head].into_iter().chain(one.lines.iter().map(|line| format!("{width}{line}"))).collect());
            }
            out = out.replace(&one.sign, one.line.as_ref()?);
        }
        Some(vec![out])
    }
}

/// A line of the user's that does without: none, where there is nothing but the alias.
fn without(line: &str) -> Option<Vec<String>> {
    let (width, end) = (indent(line), yaml::comment(line).unwrap_or(line.len()));
    let code = line[width..end].trim_end();
    let alone = code.strip_prefix("- ").unwrap_or(code);
    if alone.starts_with(HELD) || !code.starts_with("- ") && alone.contains(&format!(": {HELD}")) && !alone.contains('{') {
        return Some(vec![]);
    }
    Some(vec![format!("{}{}{}", &line[..width], thinned(code)?, &line[width + code.len()..])])
}

/// What stands in brackets, without the parts that are such aliases.
fn thinned(code: &str) -> Option<String> {
    let flow = Flow::of(code)?;
    let mut parts = Vec::new();
    for part in flow.parts {
        let value = part.split_once(": ").map_or(&part[..], |(_, value)| value.trim());
        match part.contains(HELD) {
            true if value.starts_with(HELD) => {}
            true => parts.push(thinned(&part)?),
            false => parts.push(part),
        }
    }
    Some(format!("{}{}{}{}{}{}", flow.before, flow.open, flow.pad, parts.join(", "), flow.pad, flow.after))
}

/// The lines of the user's file that were generated.
fn untouched(base: &[&str], ours: &[&str]) -> HashSet<usize> {
    let [before, now] = [base, ours].map(|lines| lines.iter().map(|line| line.trim()).collect::<Vec<_>>());
    let same = differences::between(&before, &now).into_iter().filter(|op| matches!(op, DiffOp::Equal { .. }));
    same.flat_map(|op| op.new_range()).collect()
}

/// Whether a line gives away a name.
fn anchors(line: &str, wanted: &str) -> bool {
    (0..line.matches('&').count()).any(|nth| yaml::name(line, '&', nth).is_some_and(|range| &line[range] == wanted))
}

/// The node that has a line as its own.
fn find<'n, 'a>(node: &'n Node<'a>, line: &str) -> Option<&'n Node<'a>> {
    let own = node.head.iter().any(|head| head.as_ref() == line);
    if own { Some(node) } else { node.children.iter().find_map(|child| find(child, line)) }
}

/// The lines below the first one of a node with keys, from their own column on.
fn inner(node: &Node) -> Vec<String> {
    let mut lines: Vec<Text> = Vec::new();
    if node.shape == Shape::Keyed && node.head.len() == 1 {
        node.children.iter().for_each(|child| all(child, &mut lines));
    }
    let column = node.children.first().map_or(0, |child| child.column);
    let moved = |line: &Text| line.get(column.min(indent(line))..).unwrap_or_default().to_owned();
    lines.iter().filter(|line| !line.trim().is_empty()).map(moved).collect()
}

fn all<'a>(node: &Node<'a>, into: &mut Vec<Text<'a>>) {
    into.extend(node.lead.iter().map(|line| Cow::Borrowed(*line)));
    into.extend(node.head.iter().cloned());
    node.children.iter().for_each(|child| all(child, into));
    into.extend(node.tail.iter().chain(&node.close).map(|line| Cow::Borrowed(*line)));
}

fn bytes<'a>(lines: Vec<String>) -> Vec<Line<'a>> {
    lines.into_iter().map(|line| Line::Owned(line.into_bytes())).collect()
}

fn owned<'a>(line: &Line) -> Line<'a> {
    Line::Owned(line.to_vec())
}
