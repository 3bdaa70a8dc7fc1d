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

/// One side of a text whose markers have these labels.
pub fn side(text: &[u8], labels: Labels, ours: bool) -> Vec<u8> {
    #[derive(PartialEq)]
    enum In {
        Both,
        Ours,
        Base,
        Theirs,
    }
    let is = |line: &[u8], marker: &str, label: &str| {
        let line = line.trim_ascii_end();
        line.strip_prefix(marker.as_bytes()).is_some_and(|rest| rest.trim_ascii_start() == label.as_bytes())
    };
    let mut out = Vec::with_capacity(text.len());
    let mut at = In::Both;
    for line in text.split_inclusive(|b| *b == b'\n') {
        match at {
            In::Both if is(line, "<<<<<<<", labels.ours) => at = In::Ours,
            In::Ours if is(line, "|||||||", labels.base) => at = In::Base,
            In::Ours | In::Base if line.trim_ascii_end() == b"=======" => at = In::Theirs,
            In::Theirs if is(line, ">>>>>>>", labels.theirs) => at = In::Both,
            In::Both => out.extend_from_slice(line),
            In::Ours if ours => out.extend_from_slice(line),
            In::Theirs if !ours => out.extend_from_slice(line),
            In::Ours | In::Base | In::Theirs => {}
        }
    }
    out
}
