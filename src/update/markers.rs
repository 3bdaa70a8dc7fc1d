//! Conflict markers: what they look like in our files, whether some are left in a text, and one side of a marked text.

use crate::merge::Labels;

/// The labels that people see.
pub const LABELS: Labels = Labels { ours: "yours", base: "generated before", theirs: "generated now" };

/// Labels that stand in no file, to tell the markers of this very merge from all others.
pub const PRIVATE: Labels = Labels {
    ours: "ours 0b5dd8d2-5c1f-4f0e-9e39-94ab0b7b7a50",
    base: "base 0b5dd8d2-5c1f-4f0e-9e39-94ab0b7b7a50",
    theirs: "theirs 0b5dd8d2-5c1f-4f0e-9e39-94ab0b7b7a50",
};

/// Whether a text holds the three markers of a conflict in their order, whoever wrote them.
pub fn has_markers(text: &[u8]) -> bool {
    // Most files have no line that begins so, and a search for it is quick.
    if !text.starts_with(b"<<<<<<<") && !text.windows(8).any(|w| w == b"\n<<<<<<<") {
        return false;
    }
    let mut wanted = [&b"<<<<<<<"[..], b"=======", b">>>>>>>"].into_iter();
    let mut next = wanted.next();
    for line in text.split(|b| *b == b'\n') {
        let Some(marker) = next else { return true };
        let rest = line.strip_prefix(marker).map(<[u8]>::trim_ascii_end);
        if rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(b" ")) {
            next = wanted.next();
        }
    }
    next.is_none()
}

/// Whether conflict markers are left in `text` that are in none of the versions that were generated.
pub fn marked(text: &[u8], generated: &[&[u8]]) -> bool {
    has_markers(text) && !generated.iter().any(|version| has_markers(version))
}

/// The text with the lines of both sides of each conflict, and the lines that stood in conflicts.
pub fn union(text: &[u8]) -> (Vec<u8>, Vec<&[u8]>) {
    let (mut out, mut disputed) = (Vec::with_capacity(text.len()), Vec::new());
    let (mut inside, mut base) = (false, false);
    for line in text.split_inclusive(|b| *b == b'\n') {
        let is = |marker: &[u8]| {
            let rest = line.strip_prefix(marker).map(<[u8]>::trim_ascii_end);
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(b" "))
        };
        match inside {
            false if is(b"<<<<<<<") => inside = true,
            false => out.extend_from_slice(line),
            true if is(b"|||||||") => base = true,
            true if is(b"=======") => base = false,
            true if is(b">>>>>>>") => inside = false,
            true if base => {}
            true => {
                out.extend_from_slice(line);
                disputed.push(line);
            }
        }
    }
    (out, disputed)
}

/// One side of each conflict in a text that may have conflicts of ours, of git's, or of both; those of git's only where none
/// of ours is, since text about conflicts looks the same. Nothing where one lies in another, because a line between such
/// markers may belong to either.
pub fn chosen(text: &[u8], ours: bool) -> Option<Vec<u8>> {
    let mut inside = false;
    for line in text.split(|b| *b == b'\n') {
        if is_marker(line, "<<<<<<<", None) && std::mem::replace(&mut inside, true) {
            return None;
        }
        inside &= !is_marker(line, ">>>>>>>", None);
    }
    let ours_alone = side(text, Some(LABELS), ours);
    Some(if ours_alone == text { side(text, None, ours) } else { ours_alone })
}

/// Whether a line is a marker with this label; without one, with any.
fn is_marker(line: &[u8], marker: &str, label: Option<&str>) -> bool {
    let rest = line.trim_ascii_end().strip_prefix(marker.as_bytes());
    rest.is_some_and(|rest| match label {
        Some(label) => rest.trim_ascii_start() == label.as_bytes(),
        None => rest.is_empty() || rest.starts_with(b" "),
    })
}

/// One side of a text whose markers have these labels; without labels, whoever wrote them. The text itself where a conflict
/// has no end: what follows might be anything.
pub fn side(text: &[u8], labels: Option<Labels>, ours: bool) -> Vec<u8> {
    #[derive(PartialEq)]
    enum In {
        Both,
        Ours,
        Base,
        Theirs,
    }
    let mut out = Vec::with_capacity(text.len());
    let mut at = In::Both;
    let mut ends_in_marker = false;
    for line in text.split_inclusive(|b| *b == b'\n') {
        ends_in_marker = false;
        match at {
            In::Both if is_marker(line, "<<<<<<<", labels.map(|l| l.ours)) => at = In::Ours,
            In::Ours if is_marker(line, "|||||||", labels.map(|l| l.base)) => at = In::Base,
            In::Ours | In::Base if line.trim_ascii_end() == b"=======" => at = In::Theirs,
            In::Theirs if is_marker(line, ">>>>>>>", labels.map(|l| l.theirs)) => (at, ends_in_marker) = (In::Both, true),
            In::Both => out.extend_from_slice(line),
            In::Ours if ours => out.extend_from_slice(line),
            In::Theirs if !ours => out.extend_from_slice(line),
            In::Ours | In::Base | In::Theirs => {}
        }
    }
    if at != In::Both {
        return text.to_vec();
    }
    // The last line lent its place at the end to the marker, and got a line end that is not its own.
    if ends_in_marker && !text.ends_with(b"\n") {
        let end = if out.ends_with(b"\r\n") { 2 } else { usize::from(out.ends_with(b"\n")) };
        out.truncate(out.len() - end);
    }
    out
}
