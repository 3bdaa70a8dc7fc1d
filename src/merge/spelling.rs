//! Why: who aligned a file, or likes other quotes, did not change what it says. A new value goes into the user's line, which
//! stays as it is around it.

/// Our line with what theirs changed in the base's, where ours differs from the base in spaces and the kind of quotes only;
/// `None` where more than one word changed.
pub fn respelled(base: &str, ours: &str, theirs: &str) -> Option<String> {
    let quotes = |line: &str| line.matches(is_quote).count();
    if bare(base) != bare(ours) || quotes(base) != quotes(ours) {
        return None;
    }
    let (old, new) = changed(base, theirs)?;
    let line = replaced(ours, old, new)?;
    (bare(&line) == bare(theirs)).then_some(line)
}

/// A line with another word in the place of one that stands there once.
pub fn replaced(line: &str, word: &str, by: &str) -> Option<String> {
    let is_edge = |c: Option<char>| c.is_none_or(|c| !is_word(c) || matches!(c, ',' | ';'));
    let whole = |at: &usize| is_edge(line[..*at].chars().next_back()) && is_edge(line[at + word.len()..].chars().next());
    let mut places = line.match_indices(word).map(|(at, _)| at).filter(whole);
    let (Some(at), None) = (places.next(), places.next()) else { return None };
    Some(format!("{}{by}{}", &line[..at], &line[at + word.len()..]))
}

/// The one word of a line that is another one in the other line, and that.
fn changed<'l>(one: &'l str, other: &'l str) -> Option<(&'l str, &'l str)> {
    let same = one.char_indices().zip(other.chars()).take_while(|((_, a), b)| a == b).last();
    let head = same.map_or(0, |((at, c), _)| at + c.len_utf8());
    let head = one[..head].trim_end_matches(is_word).len();
    let (a, b) = (&one[head..], &other[head..]);
    let same: usize = a.chars().rev().zip(b.chars().rev()).take_while(|(a, b)| a == b).map(|(c, _)| c.len_utf8()).sum();
    let tail = a[a.len() - same..].trim_start_matches(is_word).len();
    let (old, new) = (&a[..a.len() - tail], &b[..b.len() - tail]);
    let is_one = |text: &str| !text.is_empty() && text.chars().all(|c| is_word(c) && c != '\\');
    (is_one(old) && is_one(new)).then_some((old, new))
}

fn is_quote(c: char) -> bool {
    matches!(c, '"' | '\'')
}

fn is_word(c: char) -> bool {
    !c.is_whitespace() && !is_quote(c)
}

fn bare(line: &str) -> String {
    line.chars().filter(|c| is_word(*c)).collect()
}

#[cfg(test)]
mod tests {
    use super::respelled;

    #[test]
    fn a_new_value_goes_into_the_line_of_the_user() {
        for (base, ours, theirs, line) in [
            ("a   = 1", "a      = 1", "a   = 5", Some("a      = 5")),
            ("size 10m;", "size    10m;", "size 12m;", Some("size    12m;")),
            ("v: \"x\"", "v: 'x'", "v: \"y\"", Some("v: 'y'")),
            ("v: [ä, ö]", "v: [ ä, ö ]", "v: [ü, ö]", None),
            // Without its quotes it would be another thing, and so it may with others.
            ("v: \"x\"", "v: x", "v: \"1\"", None),
            ("v: \"x\"", "v: 'x'", "v: \"\\n\"", None),
            ("v: \"x\"", "v: 'x'", "v: \"a b\"", None),
            ("x x", "x  x", "x y", None),
            ("v: x", "w: x", "v: y", None),
            ("", " ", "x", None),
        ] {
            assert_eq!(respelled(base, ours, theirs).as_deref(), line, "{ours}");
        }
    }
}
