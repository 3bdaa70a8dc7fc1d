//! Why: a pin that Dependabot moved further is never moved back, and never a conflict. Where both sides moved only the
//! version of the same image, action or package, the newer one is right.

use std::cmp::Ordering;

use super::lines::Piece;
use super::text::Line;

/// Which side is right.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// The user's.
    Ours,
    /// The new one.
    Theirs,
}

/// Settles those conflicts in which nothing but versions moved.
pub fn settle(pieces: Vec<Piece<Line>>) -> Vec<Piece<Line>> {
    pieces
        .into_iter()
        .map(|piece| match piece {
            Piece::Conflict { ours, base, theirs } => match newer_lines(&base, &ours, &theirs) {
                Some(lines) => Piece::Clean(lines),
                None => Piece::Conflict { ours, base, theirs },
            },
            clean @ Piece::Clean(_) => clean,
        })
        .collect()
}

fn newer_lines<'a>(base: &[Line<'a>], ours: &[Line<'a>], theirs: &[Line<'a>]) -> Option<Vec<Line<'a>>> {
    if base.len() != ours.len() || base.len() != theirs.len() {
        return None;
    }
    base.iter()
        .zip(ours.iter().zip(theirs))
        .map(|(b, (o, t))| {
            if o == t || b == t {
                return Some(o.clone());
            }
            if b == o {
                return Some(t.clone());
            }
            let text = |line: &'_ Line<'a>| std::str::from_utf8(line).ok().map(str::to_owned);
            Some(match newer(Some(&text(b)?), &text(o)?, &text(t)?)? {
                Side::Ours => o.clone(),
                Side::Theirs => t.clone(),
            })
        })
        .collect()
}

/// Which of two lines has the newer version, when they and the base differ in nothing else. Without a base nobody moved a
/// version: two people chose one, and a store that is made by hand must not get another major.
pub fn newer(base: Option<&str>, ours: &str, theirs: &str) -> Option<Side> {
    let (o, t) = (Pin::of(ours)?, Pin::of(theirs)?);
    if o.what != t.what || base.and_then(Pin::of).is_none_or(|b| b.what != o.what) {
        return None;
    }
    Some(if compare(&o.version, &t.version)? == Ordering::Less { Side::Theirs } else { Side::Ours })
}

/// An action without its pin.
pub fn unpinned(action: &str) -> &str {
    action.split_once('@').map_or(action, |(name, _)| name)
}

/// A line that pins a version.
struct Pin {
    /// The line without the version and what follows from it (digest, SHA).
    what: String,
    version: String,
}

impl Pin {
    fn of(line: &str) -> Option<Self> {
        let line = line.trim();
        let bare = line.strip_prefix("- ").unwrap_or(line).trim_start();
        let after = |key: &str| bare.strip_prefix(key).map(str::trim_start);
        let instruction = |name: &str| {
            let (first, rest) = bare.split_once(char::is_whitespace)?;
            first.eq_ignore_ascii_case(name).then_some(rest)
        };
        if let Some(value) = after("uses:") {
            return Self::action(value);
        }
        if let Some(value) = after("image:") {
            return Self::image(value, "image:");
        }
        for key in ["tag:", "newTag:", "rev:"] {
            if let Some(value) = after(key) {
                let (value, _) = unquote(value);
                return is_version(value).then(|| Self { what: key.to_owned(), version: value.to_owned() });
            }
        }
        if let Some(rest) = instruction("FROM") {
            return Self::word_with_image(rest, "FROM");
        }
        if let Some(rest) = instruction("COPY") {
            return rest.trim_start().strip_prefix("--from=").and_then(|rest| Self::word_with_image(rest, "COPY"));
        }
        let (name, version) = line.split_once("==")?;
        let (version, rest) = version.split_at(version.find([' ', ';', ',', '\t', '"', '\'']).unwrap_or(version.len()));
        is_version(version).then(|| Self { what: format!("{name}=={rest}"), version: version.to_owned() })
    }

    /// `owner/name@v1`, or `owner/name@<sha> # v1`.
    fn action(value: &str) -> Option<Self> {
        let (value, comment) = unquote(value);
        let (name, reference) = value.split_once('@')?;
        let version = if is_hex(reference, 40) { comment.split_whitespace().next()? } else { reference };
        is_version(version).then(|| Self { what: format!("uses: {name}"), version: version.to_owned() })
    }

    fn word_with_image(rest: &str, key: &str) -> Option<Self> {
        let words: Vec<&str> = rest.split_whitespace().collect();
        let at = words.iter().position(|word| !word.starts_with("--"))?;
        let pin = Self::image(words[at], key)?;
        let others: Vec<&str> = words.iter().enumerate().filter(|(i, _)| *i != at).map(|(_, word)| *word).collect();
        Some(Self { what: format!("{} {}", pin.what, others.join(" ")), version: pin.version })
    }

    /// `registry:5000/name:tag@sha256:digest`.
    fn image(value: &str, key: &str) -> Option<Self> {
        let (value, _) = unquote(value);
        let name_and_tag = value.split_once("@sha256:").map_or(value, |(head, _)| head);
        let slash = name_and_tag.rfind('/').map_or(0, |at| at + 1);
        let colon = slash + name_and_tag[slash..].find(':')?;
        let (name, tag) = (&name_and_tag[..colon], &name_and_tag[colon + 1..]);
        is_version(tag).then(|| Self { what: format!("{key} {name}"), version: tag.to_owned() })
    }
}

/// A YAML value without quotes, and the words of the comment behind it.
fn unquote(value: &str) -> (&str, &str) {
    if let Some(quote) = value.chars().next().filter(|c| matches!(c, '"' | '\''))
        && let Some((inner, rest)) = value[1..].split_once(quote)
    {
        return (inner, rest.trim().trim_start_matches('#').trim());
    }
    value.split_once(" #").map_or((value.trim(), ""), |(value, comment)| (value.trim(), comment.trim()))
}

fn is_hex(text: &str, len: usize) -> bool {
    text.len() == len && text.bytes().all(|b| b.is_ascii_hexdigit())
}

fn is_version(text: &str) -> bool {
    let digits = text.strip_prefix('v').unwrap_or(text);
    digits.starts_with(|c: char| c.is_ascii_digit())
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'_' | b'+'))
}

/// Compares versions of the same make: `3.13-slim` and `3.14-slim`, not `3.13-slim` and `3.14-alpine`.
fn compare(a: &str, b: &str) -> Option<Ordering> {
    let (mut left, mut right) = (parts(a), parts(b));
    let (short, long) = if left.len() < right.len() { (&mut left, &mut right) } else { (&mut right, &mut left) };
    // `v4` is what `v4.0.0` is at the latest: it moves, so it can only be compared by what it says.
    if short.len() < long.len() && long[short.len()..].iter().all(|part| matches!(part, Part::Number(_))) {
        let missing = long.len() - short.len();
        short.extend(std::iter::repeat_n(Part::Number(0), missing));
    }
    if left.len() != right.len() {
        return None;
    }
    let mut order = Ordering::Equal;
    for pair in left.iter().zip(&right) {
        match pair {
            (Part::Number(x), Part::Number(y)) => order = order.then(x.cmp(y)),
            (Part::Word(x), Part::Word(y)) if x == y => {}
            (Part::Word(x), Part::Word(y)) => order = order.then(stage(x)?.cmp(&stage(y)?)),
            _ => return None,
        }
    }
    Some(order)
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Part<'a> {
    Number(u64),
    Word(&'a str),
}

fn parts(version: &str) -> Vec<Part<'_>> {
    let version = version.strip_prefix('v').unwrap_or(version);
    let mut parts = Vec::new();
    for field in version.split(['.', '-', '_', '+']) {
        let mut rest = field;
        while !rest.is_empty() {
            let digit = rest.starts_with(|c: char| c.is_ascii_digit());
            let end = rest.find(|c: char| c.is_ascii_digit() != digit).unwrap_or(rest.len());
            let (head, tail) = rest.split_at(end);
            parts.push(head.parse().map_or(Part::Word(head), Part::Number));
            rest = tail;
        }
    }
    parts
}

/// The order of stages before a release.
fn stage(word: &str) -> Option<usize> {
    ["a", "alpha", "b", "beta", "c", "rc"].iter().position(|known| known.eq_ignore_ascii_case(word))
}
