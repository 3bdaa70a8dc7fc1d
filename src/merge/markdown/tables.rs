//! Why: who aligns a table changes every line of it and says nothing new. To lines that is a change of all that the next
//! version wants to change. So a row is its cells, and how they are laid out is the user's to say.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::ops::Range;

use super::outline::Fence;
use crate::merge::text::Line;

/// What a row says: of the one below the heads, how columns are aligned.
pub fn cells(line: &str) -> Option<Vec<String>> {
    let cells = segments(line)?.into_iter().map(str::trim);
    Some(cells.map(|cell| if is_delimiter(cell) { alignment(cell).to_owned() } else { cell.to_owned() }).collect())
}

/// A row between its bars.
fn segments(line: &str) -> Option<Vec<&str>> {
    let inner = line.trim_end().strip_prefix('|')?;
    let (mut segments, mut start, mut escaped) = (Vec::new(), 0, false);
    for (at, c) in inner.char_indices() {
        if c == '|' && !escaped {
            segments.push(&inner[start..at]);
            start = at + 1;
        }
        escaped = c == '\\' && !escaped;
    }
    // The bar at the end may be left out.
    if start < inner.len() {
        segments.push(&inner[start..]);
    }
    Some(segments)
}

/// Whether some lines are all of a table.
pub fn is_table(lines: &[Line]) -> bool {
    let rows = lines.iter().map(|line| std::str::from_utf8(line).ok().and_then(cells));
    let rows: Option<Vec<_>> = rows.collect();
    rows.is_some_and(|rows| rows.get(1).is_some_and(|row| row.iter().all(|cell| is_delimiter(cell))))
}

fn is_delimiter(cell: &str) -> bool {
    let dashes = cell.strip_prefix(':').unwrap_or(cell);
    let dashes = dashes.strip_suffix(':').unwrap_or(dashes);
    !dashes.is_empty() && dashes.bytes().all(|byte| byte == b'-')
}

fn alignment(cell: &str) -> &'static str {
    match (cell.starts_with(':'), cell.ends_with(':')) {
        (false, false) => "-",
        (true, false) => ":-",
        (false, true) => "-:",
        (true, true) => ":-:",
    }
}

/// The base and the new version with their tables as the user laid them out; `None` where that changes nothing.
pub fn as_laid_out<'a>([base, ours, theirs]: [&[&'a [u8]]; 3]) -> Option<[Vec<Line<'a>>; 2]> {
    let [old, mine, new] = [base, ours, theirs].map(tables);
    let moved: HashMap<usize, usize> =
        pairs(&old, &mine).into_iter().filter(|(at, own)| mine[*own].lays_out_anew(&old[*at])).collect();
    if moved.is_empty() {
        return None;
    }
    let same: Vec<_> = pairs(&new, &old).into_iter().filter_map(|(at, old)| Some((at, *moved.get(&old)?))).collect();
    let [mut b, mut t] = [base, theirs].map(|lines| lines.iter().map(|line| Line::Borrowed(*line)).collect::<Vec<_>>());
    for (at, own) in moved {
        old[at].lay_out_as(&mine[own], &mut b);
    }
    for (at, own) in same {
        new[at].lay_out_as(&mine[own], &mut t);
    }
    Some([b, t])
}

struct Table<'a> {
    at: Range<usize>,
    lines: Vec<&'a str>,
    /// What each line says.
    rows: Vec<Vec<String>>,
}

impl<'a> Table<'a> {
    /// Each row in the words of the table.
    fn known(&self) -> HashMap<&Vec<String>, &'a str> {
        let mut known = HashMap::new();
        for (row, line) in self.rows.iter().zip(&self.lines) {
            known.entry(row).or_insert(*line);
        }
        known
    }

    /// Writes it into its page in the layout of another one.
    fn lay_out_as(&self, mine: &Table, page: &mut [Line]) {
        let (known, layout) = (mine.known(), Layout::of(mine));
        for (line, row) in page[self.at.clone()].iter_mut().zip(&self.rows) {
            let own = known.get(row).map(|line| (*line).to_owned());
            if let Some(own) = own.or_else(|| layout.as_ref()?.write(row)) {
                *line = Line::Owned(own.into_bytes());
            }
        }
    }

    fn lays_out_anew(&self, old: &Self) -> bool {
        let known = self.known();
        old.rows.iter().zip(&old.lines).any(|(row, line)| known.get(row).is_some_and(|now| now != line))
    }
}

/// All tables of a page. Bars in a block of code are none.
fn tables<'a>(lines: &[&'a [u8]]) -> Vec<Table<'a>> {
    let mut tables: Vec<Table> = Vec::new();
    let mut fence = Fence::default();
    for (at, line) in lines.iter().enumerate() {
        fence.pass(line);
        let row = std::str::from_utf8(line).ok().filter(|_| !fence.open());
        let Some((line, row)) = row.and_then(|line| Some((line, cells(line)?))) else { continue };
        match tables.last_mut() {
            Some(last) if last.at.end == at => {
                last.at.end += 1;
                last.lines.push(line);
                last.rows.push(row);
            }
            _ => tables.push(Table { at: at..at + 1, lines: vec![line], rows: vec![row] }),
        }
    }
    tables.retain(|table| table.rows.get(1).is_some_and(|row| row.iter().all(|cell| is_delimiter(cell))));
    tables
}

/// Which tables of two pages are the same: those that have most rows in common go first, and the heads are enough.
fn pairs(one: &[Table], other: &[Table]) -> Vec<(usize, usize)> {
    let rows =
        |tables: &[Table]| tables.iter().map(|table| table.rows.iter().cloned().collect::<HashSet<_>>()).collect::<Vec<_>>();
    let (left, right) = (rows(one), rows(other));
    let mut all = Vec::new();
    for (a, left) in left.iter().enumerate() {
        for (b, right) in right.iter().enumerate() {
            let common = left.intersection(right).count();
            if common * 2 >= left.len().min(right.len()) || one[a].rows[0] == other[b].rows[0] {
                all.push((usize::MAX - common, a.abs_diff(b), a, b));
            }
        }
    }
    all.sort_unstable();
    let mut pairs: Vec<(usize, usize)> = Vec::new();
    for (_, _, a, b) in all {
        if pairs.iter().all(|(known, other)| *known != a && *other != b) {
            pairs.push((a, b));
        }
    }
    pairs
}

/// How wide the columns of a table are, where each of its rows keeps to that.
struct Layout {
    widths: Vec<usize>,
    /// How columns are aligned, where that is seen in the text, too.
    columns: Vec<String>,
}

impl Layout {
    fn of(table: &Table) -> Option<Self> {
        let columns = table.rows.get(1)?;
        let drawn = segments(table.lines[1])?.iter().map(|cell| cell.chars().count().saturating_sub(2)).collect::<Vec<_>>();
        let widest = (0..columns.len()).map(|column| {
            let width = |row: &Vec<String>| row.get(column).map_or(0, |cell| cell.chars().count());
            table.rows.iter().map(width).max().unwrap_or(0)
        });
        let left = vec![String::new(); columns.len()];
        let all = [&drawn, &widest.collect()].map(|widths| [&left, columns].map(|columns| (widths.clone(), columns.clone())));
        all.into_iter().flatten().map(|(widths, columns)| Self { widths, columns }).find(|layout| {
            let mut rows = table.rows.iter().zip(&table.lines).enumerate().filter(|(at, _)| *at != 1);
            rows.all(|(_, (row, line))| layout.write(row).is_some_and(|own| own == line.trim_end()))
        })
    }

    /// A row as this table has it. One that is wider stands out: the rows of the user stay as they are.
    fn write(&self, row: &[String]) -> Option<String> {
        if row.len() != self.widths.len() || row.iter().all(|cell| is_delimiter(cell)) {
            return None;
        }
        let cell = |((text, width), column): ((&String, &usize), &String)| -> Cow<str> {
            let room = width.saturating_sub(text.chars().count());
            let before = match &column[..] {
                "-:" => room,
                ":-:" => room / 2,
                _ => 0,
            };
            format!(" {}{text}{} |", " ".repeat(before), " ".repeat(room - before)).into()
        };
        Some(format!("|{}", row.iter().zip(&self.widths).zip(&self.columns).map(cell).collect::<String>()))
    }
}
