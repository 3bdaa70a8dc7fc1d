//! Why: a table that comes below another one and a remark that the user wrote at the same place are two things, and so are two
//! arrows in a picture. Which side wrote first does not matter to either; to a merge of lines it is a conflict.

use std::collections::{HashMap, HashSet};

use super::outline::{Fence, Kind, begins};
use super::tables::is_table;
use crate::differences::intern;
use crate::merge::flow::set;
use crate::merge::order;
use crate::merge::text::{Line, is_blank};

/// Whole tables that one side added or took away beside what the other one wrote. `edges`: the lines around the conflict.
pub fn tables<'a>(sides: [&[Line<'a>]; 3], edges: [Option<&Line>; 2]) -> Option<Vec<Line<'a>>> {
    let free = |edge: Option<&Line>, end: fn(&[Line]) -> bool| {
        edge.is_none_or(|line| is_blank(line)) || sides.iter().all(|side| side.is_empty() || end(side))
    };
    let heads = edges[1].is_some_and(|line| begins(std::slice::from_ref(line), 0).is_some() && line.starts_with(b"#"));
    if !free(edges[0], |side| is_blank(&side[0])) || !heads && !free(edges[1], |side| is_blank(&side[side.len() - 1])) {
        return None;
    }
    let [base, ours, theirs] = sides.map(Block::all);
    let (base, ours, theirs) = (base?, ours?, theirs?);
    if !only_tables_and_only_others(&base, &ours, &theirs) && !only_tables_and_only_others(&base, &theirs, &ours) {
        return None;
    }
    let texts = [&base, &ours, &theirs].map(|blocks| blocks.iter().map(|block| block.lines).collect::<Vec<_>>());
    if texts.iter().any(|blocks| blocks.iter().collect::<HashSet<_>>().len() < blocks.len()) {
        return None;
    }
    let mut numbers = HashMap::new();
    let [b, o, t] = texts.each_ref().map(|blocks| intern(&mut numbers, blocks));
    let all: HashMap<u32, &Block> = t.iter().copied().zip(&theirs).chain(o.iter().copied().zip(&ours)).collect();
    let kept = order::merge(&b, &o, &t).into_iter().filter(|id| !b.contains(id) || o.contains(id) && t.contains(id));
    let around = |lines: &[Line]| {
        let blank = |line: &&Line| is_blank(line);
        (lines.iter().take_while(blank).count(), lines.iter().rev().take_while(blank).count())
    };
    let (mine, new) = (around(sides[1]), around(sides[2]));
    let mut lines = vec![Line::Borrowed(&b""[..]); mine.0.max(new.0)];
    for block in kept.filter_map(|id| all.get(&id)) {
        lines.extend_from_slice(block.lines);
        lines.extend(vec![Line::Borrowed(&b""[..]); block.gap.max(1)]);
    }
    while lines.last().is_some_and(|line| is_blank(line)) {
        lines.pop();
    }
    lines.extend(vec![Line::Borrowed(&b""[..]); mine.1.max(new.1)]);
    Some(lines)
}

/// What stands between blank lines, and how many of those are below it.
struct Block<'p, 'a> {
    lines: &'p [Line<'a>],
    gap: usize,
}

impl<'p, 'a> Block<'p, 'a> {
    /// `None` where a heading is among them: what stands below one is a part of its section.
    fn all(lines: &'p [Line<'a>]) -> Option<Vec<Self>> {
        let (mut blocks, mut start): (Vec<Self>, _) = (Vec::new(), None);
        let mut fence = Fence::default();
        for (at, line) in lines.iter().enumerate() {
            let in_code = fence.open();
            fence.pass(line);
            if !in_code && is_blank(line) {
                blocks.extend(start.take().map(|start| Self { lines: &lines[start..at], gap: 0 }));
                if let Some(last) = blocks.last_mut() {
                    last.gap += 1;
                }
                continue;
            }
            if !in_code && matches!(begins(lines, at), Some(Kind::Section(_))) {
                return None;
            }
            start = start.or(Some(at));
        }
        blocks.extend(start.map(|start| Self { lines: &lines[start..], gap: 0 }));
        (!fence.open()).then_some(blocks)
    }
}

/// Whether the first side only added tables, or only took some away, and the second only wrote something else.
fn only_tables_and_only_others(base: &[Block], one: &[Block], other: &[Block]) -> bool {
    let (old, new) = (texts(base, true), texts(one, true));
    texts(one, false) == texts(base, false)
        && (within(&old, &new) || within(&new, &old))
        && texts(other, true) == old
        && within(&texts(base, false), &texts(other, false))
}

/// All tables, or all else.
fn texts<'b, 'a>(blocks: &'b [Block<'_, 'a>], table: bool) -> Vec<&'b [Line<'a>]> {
    blocks.iter().map(|block| block.lines).filter(|lines| is_table(lines) == table).collect()
}

/// Whether some blocks are all there, in their order.
fn within(few: &[&[Line]], many: &[&[Line]]) -> bool {
    let mut rest = many.iter();
    few.iter().all(|block| rest.any(|other| other == block))
}

/// Lines of a flowchart: each is a statement, and none depends on where it stands.
pub fn statements<'a>([base, ours, theirs]: [&[Line<'a>]; 3]) -> Option<Vec<Line<'a>>> {
    let is_statement = |line: &Line| {
        let text = line.trim_ascii();
        let first = text.split(|byte| !byte.is_ascii_alphanumeric()).next().unwrap_or_default();
        !text.is_empty()
            && ![&b"%%"[..], b"```", b"~~~"].iter().any(|mark| text.starts_with(mark))
            && !matches!(first, b"subgraph" | b"end" | b"direction" | b"linkStyle" | b"graph" | b"flowchart")
            && text.split(|byte| *byte == b'"').count() % 2 == 1
    };
    let new = |side: &[Line<'a>]| side.iter().filter(|line| !base.contains(line)).cloned().collect::<Vec<_>>();
    let (mine, yours) = (new(ours), new(theirs));
    let gone = base.iter().any(|line| !ours.contains(line) && !theirs.contains(line));
    let about_one = |a: &Line, b: &Line| a != b && subject(a).is_some() && subject(a) == subject(b);
    if ![base, ours, theirs].iter().all(|side| side.iter().all(is_statement))
        || gone && !(mine.is_empty() && yours.is_empty())
        || mine.iter().any(|a| yours.iter().any(|b| about_one(a, b)))
    {
        return None;
    }
    set(base, ours, theirs)
}

/// What a statement defines, of which there can be only one.
fn subject(line: &[u8]) -> Option<Vec<&[u8]>> {
    let words: Vec<&[u8]> = line.split(u8::is_ascii_whitespace).filter(|word| !word.is_empty()).collect();
    if matches!(words[..], [b"classDef" | b"class" | b"style" | b"click", _, ..]) {
        return Some(words[..2].to_vec());
    }
    let name = words.first()?;
    let end = name.iter().position(|byte| matches!(byte, b'[' | b'(' | b'{' | b'>'))?;
    Some(vec![&name[..end]])
}
