//! Why: a version stands in one line, and what that line is about is told by the rest of it. Here such a line is read, in
//! whatever file it stands: images, actions, packages, modules.

use std::cmp::Ordering;

/// A line that pins a version.
pub struct Pin<'l> {
    /// The line without the version and what follows from it (digest, SHA).
    pub what: String,
    /// The version.
    pub version: &'l str,
    /// Whether it names one build, by a digest or a SHA.
    pub is_fixed: bool,
    /// The reference of an image, of which the version is a part.
    pub reference: Option<&'l str>,
}

impl<'l> Pin<'l> {
    /// Reads a line; `None` where it pins nothing.
    pub fn of(line: &'l str) -> Option<Self> {
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
                return Self::plain(key, unquote(value).0);
            }
        }
        if let Some((key, value)) = bare.split_once(": ").filter(|(key, _)| names_a_version(key)) {
            return Self::plain(key, unquote(value.trim_start()).0);
        }
        if let Some(rest) = instruction("FROM") {
            return Self::word_with_image(rest, "FROM");
        }
        if let Some(rest) = instruction("COPY") {
            return rest.trim_start().strip_prefix("--from=").and_then(|rest| Self::word_with_image(rest, "COPY"));
        }
        if let Some((name, version)) = line.split_once("==") {
            let (version, rest) = version.split_at(version.find([' ', ';', ',', '\t', '"', '\'']).unwrap_or(version.len()));
            return Self::plain(&format!("{name}=={rest}"), version);
        }
        Self::range(line).or_else(|| Self::module(line))
    }

    fn plain(what: &str, version: &'l str) -> Option<Self> {
        is_version(version).then(|| Self { what: what.to_owned(), version, is_fixed: false, reference: None })
    }

    /// `owner/name@v1`, or `owner/name@<sha> # v1`.
    fn action(value: &'l str) -> Option<Self> {
        let (value, comment) = unquote(value);
        let (name, reference) = value.split_once('@')?;
        let is_fixed = is_hex(reference, 40);
        let version = if is_fixed { comment.split_whitespace().next()? } else { reference };
        Self::plain(&format!("uses: {name}"), version).map(|pin| Self { is_fixed, ..pin })
    }

    fn word_with_image(rest: &'l str, key: &str) -> Option<Self> {
        let words: Vec<&str> = rest.split_whitespace().collect();
        let at = words.iter().position(|word| !word.starts_with("--"))?;
        let pin = Self::image(words[at], key)?;
        let others: Vec<&str> = words.iter().enumerate().filter(|(i, _)| *i != at).map(|(_, word)| *word).collect();
        Some(Self { what: format!("{} {}", pin.what, others.join(" ")), ..pin })
    }

    /// `registry:5000/name:tag@sha256:digest`.
    fn image(value: &'l str, key: &str) -> Option<Self> {
        let (value, _) = unquote(value);
        let (name_and_tag, digest) = value.split_once("@sha256:").unwrap_or((value, ""));
        let slash = name_and_tag.rfind('/').map_or(0, |at| at + 1);
        let colon = slash + name_and_tag[slash..].find(':')?;
        let (name, tag) = (&name_and_tag[..colon], &name_and_tag[colon + 1..]);
        let pin = Self::plain(&format!("{key} {name}"), tag)?;
        Some(Self { is_fixed: !digest.is_empty(), reference: Some(value), ..pin })
    }

    /// `"pg": "^8.23.1"` of npm, `version = "~> 2.60"` of Terraform. What has three numbers is a version, also without a sign.
    fn range(line: &'l str) -> Option<Self> {
        let line = line.trim_end_matches(',');
        let (key, value) = line.split_once([':', '=']).filter(|(key, _)| {
            let key = key.trim();
            key == "version" || key.len() > 2 && key.starts_with('"') && key.ends_with('"')
        })?;
        let value = value.trim().strip_prefix('"')?.strip_suffix('"')?;
        let version = value.trim_start_matches(['^', '~', '>', '=', ' ']);
        let sign = value[..value.len() - version.len()].trim();
        let numbers = parts(version).iter().take_while(|part| matches!(part, Part::Number(_))).count();
        (!sign.is_empty() || numbers == 3).then_some(())?;
        Self::plain(&format!("{} {sign}", key.trim()), version)
    }

    /// `example.com/module v1.2.3` of Go, also behind `require`.
    fn module(line: &'l str) -> Option<Self> {
        let mut words = line.split_whitespace().filter(|word| *word != "require");
        let (name, version) = (words.next()?, words.next()?);
        let rest: Vec<&str> = words.collect();
        (name.contains(['/', '.']) && version.starts_with('v') && (rest.is_empty() || rest[0] == "//")).then_some(())?;
        Self::plain(&format!("{name} {}", rest.join(" ")), version)
    }
}

/// Whether two lines differ in nothing but the version that they pin, its digest or its SHA.
pub fn is_moved(old: &str, new: &str) -> bool {
    let Some(b) = Pin::of(new) else { return false };
    let Some(a) = Pin::of(old) else { return false };
    let undigested = |line: &str| {
        let (head, rest) = line.trim().split_once("@sha256:")?;
        Some(format!("{head}{}", rest.trim_start_matches(|c: char| c.is_ascii_hexdigit())))
    };
    let [old, new] = [old, new].map(|line| undigested(line).unwrap_or_else(|| line.trim().to_owned()));
    let is_word = |c: char| c.is_alphanumeric() || matches!(c, '.' | '-' | '_' | '+');
    let [one, two] = [&old, &new].map(|line| line.split(is_word).filter(|between| !between.is_empty()).collect::<Vec<_>>());
    let [before, now] = [&old, &new].map(|line| line.split(|c| !is_word(c)).filter(|word| !word.is_empty()).collect::<Vec<_>>());
    let is_pin = |old: &str, new: &str| old == a.version && new == b.version || is_hex(old, 40) && is_hex(new, 40);
    let mut words = before.iter().zip(&now);
    a.what == b.what && one == two && before.len() == now.len() && words.all(|(old, new)| old == new || is_pin(old, new))
}

/// An action without its pin.
pub fn unpinned(action: &str) -> &str {
    action.split_once('@').map_or(action, |(name, _)| name)
}

/// `version`, `node-version`, `CHART_VERSION`, `cosign-release`; not `apiVersion`, which is no version of anything that runs.
fn names_a_version(key: &str) -> bool {
    let last = key.rsplit(['-', '_']).next().unwrap_or_default();
    key.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_".contains(&b))
        && (last.eq_ignore_ascii_case("version") || last.eq_ignore_ascii_case("release"))
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
pub fn compare(a: &str, b: &str) -> Option<Ordering> {
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

/// Whether a version says less than another one and is no other: `3.13` and `3.13.1`.
pub fn covers(short: &str, long: &str) -> bool {
    let (short, long) = (parts(short), parts(long));
    short.len() < long.len() && long.starts_with(&short)
}

/// Whether a version is older than what it replaced.
pub fn is_back(old: &str, new: &str) -> bool {
    compare(new, old) == Some(Ordering::Less) && !covers(new, old)
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
