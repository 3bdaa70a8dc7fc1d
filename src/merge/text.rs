//! Why: the byte-order mark, the line ends and the newline at the end are each a value of their own with three versions.
//! Taken off first and put back last, they never turn into a conflict of every line, and never glue two lines together.

use std::borrow::Cow;

use similar::DiffOp;

use crate::differences;

/// A line without its end.
pub type Line<'a> = Cow<'a, [u8]>;

const BOM: &[u8] = b"\xef\xbb\xbf";

/// How the lines of a file end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ends {
    /// There is no line end in it.
    None,
    /// `\n`.
    Lf,
    /// `\r\n`.
    Crlf,
    /// Some of each.
    Mixed,
}

/// A file taken apart.
#[derive(Clone, Debug)]
pub struct Text<'a> {
    /// Lines without their ends.
    pub lines: Vec<&'a [u8]>,
    ends: Ends,
    bom: bool,
    newline: bool,
    bytes: &'a [u8],
}

impl<'a> Text<'a> {
    /// Takes a file apart.
    pub fn new(bytes: &'a [u8]) -> Self {
        let (bom, body) = bytes.strip_prefix(BOM).map_or((false, bytes), |rest| (true, rest));
        let (mut crlf, mut lf) = (false, false);
        let mut lines: Vec<&[u8]> = Vec::new();
        for line in body.split_inclusive(|b| *b == b'\n') {
            match (line.strip_suffix(b"\r\n"), line.strip_suffix(b"\n")) {
                (Some(text), _) => {
                    crlf = true;
                    lines.push(text);
                }
                (None, Some(text)) => {
                    lf = true;
                    lines.push(text);
                }
                (None, None) => lines.push(line),
            }
        }
        let ends = match (crlf, lf) {
            (false, false) => Ends::None,
            (false, true) => Ends::Lf,
            (true, false) => Ends::Crlf,
            (true, true) => Ends::Mixed,
        };
        Self { lines, ends, bom, newline: body.ends_with(b"\n"), bytes }
    }

    /// Lines with their ends, as git compares them.
    pub fn raw_lines(&self) -> Vec<&'a [u8]> {
        self.bytes.split_inclusive(|b| *b == b'\n').collect()
    }
}

/// Whether a line says nothing.
pub fn is_blank(line: &[u8]) -> bool {
    line.trim_ascii().is_empty()
}

/// Lines to merge.
pub fn plain<'l>(lines: &'l [Line]) -> Vec<&'l [u8]> {
    lines.iter().map(AsRef::as_ref).collect()
}

/// A value with three versions; ours where both changed it.
pub fn three_way<T: PartialEq + Copy>(base: T, ours: T, theirs: T) -> T {
    if ours == base { theirs } else { ours }
}

/// Puts merged lines together: with the byte-order mark, line ends and last newline that the three versions come to.
pub fn frame(lines: &[Line], base: &Text, ours: &Text, theirs: &Text) -> Vec<u8> {
    let bom = three_way(base.bom, ours.bom, theirs.bom);
    // An empty file has no last line that could want a newline.
    let known = |text: &Text, other: bool| if text.lines.is_empty() { other } else { text.newline };
    let ours_newline = known(ours, known(theirs, true));
    let newline = three_way(known(base, ours_newline), ours_newline, known(theirs, ours_newline));
    let style = |text: &Text, other: Ends| if text.ends == Ends::None { other } else { text.ends };
    let ours_ends = style(ours, style(theirs, style(base, Ends::Lf)));
    let ends = three_way(style(base, ours_ends), ours_ends, style(theirs, ours_ends));
    let each =
        if ends == Ends::Mixed { Some(own_ends(lines, if ours.ends == Ends::Mixed { ours } else { theirs })) } else { None };

    let size: usize = lines.iter().map(|line| line.len() + 2).sum();
    let mut out = Vec::with_capacity(size + BOM.len());
    if bom {
        out.extend_from_slice(BOM);
    }
    for (i, line) in lines.iter().enumerate() {
        out.extend_from_slice(line);
        if i + 1 < lines.len() || newline {
            let crlf = each.as_ref().map_or(ends == Ends::Crlf, |each| each[i]);
            out.extend_from_slice(if crlf { b"\r\n" } else { b"\n" });
        }
    }
    out
}

/// For each line, whether it ends in `\r\n`: as in the file with mixed ends where it has that line, otherwise as the line before.
fn own_ends(lines: &[Line], model: &Text) -> Vec<bool> {
    let crlf: Vec<bool> = model.bytes.split_inclusive(|b| *b == b'\n').map(|line| line.ends_with(b"\r\n")).collect();
    let now: Vec<&[u8]> = lines.iter().map(AsRef::as_ref).collect();
    let mut own = vec![None; lines.len()];
    for op in differences::between(&model.lines, &now) {
        if let DiffOp::Equal { old_index, new_index, len } = op {
            for i in 0..len {
                own[new_index + i] = Some(crlf[old_index + i]);
            }
        }
    }
    let mut last = crlf.iter().filter(|c| **c).count() * 2 > crlf.len();
    own.into_iter()
        .map(|known| {
            last = known.unwrap_or(last);
            last
        })
        .collect()
}
