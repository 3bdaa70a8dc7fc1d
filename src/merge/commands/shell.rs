//! Why: which lines of a script are entries of a list is said by how they are written, and by whose the command is.

/// What both programs and wrappers are called whose calls follow on each other: with these, a script that reads others calls
/// none of its own lists.
const STEPS: &str = "alias ansible-playbook apk apt apt-get assert awk aws bash brew bundle cargo case cat cd chmod chown \
    cmd compose composer cp curl dd debug declare die dnf do docker echo else error eval exec execute \
    exit export fail find for gcloud gh git go gpg grep gunzip gzip helm if info install ip jq kill \
    kubectl ln local log make mkdir mount mv mysql node npm npx openssl php pip pnpm podman popd printf \
    psql pushd python python3 rails read readonly redis-cli retry return rm rsync run sed service set sh \
    shift shopt sleep source sqlite3 ssh step sudo systemctl tar tee terraform terragrunt test then time \
    touch trap umask unset until unzip useradd wait warn wget while yarn";

/// What a script says of the commands that it calls.
pub struct Script<'l> {
    lines: &'l [&'l [u8]],
    /// Whether it reads others, in which they may be defined.
    reads: bool,
}

impl<'l> Script<'l> {
    /// `None` where it is no script of a shell.
    pub fn of(lines: &'l [&'l [u8]]) -> Option<Self> {
        let first = std::str::from_utf8(lines.first()?).ok()?;
        let shell = first.strip_prefix("#!").and_then(|path| path.trim_end().rsplit(['/', ' ']).next());
        let is_shell = matches!(shell, Some("sh" | "bash" | "dash" | "ksh" | "zsh"));
        let reads = lines.iter().any(|line| [&b". "[..], b"source "].iter().any(|word| line.starts_with(word)));
        is_shell.then_some(Self { lines, reads })
    }

    /// Whether a command is defined in it or, as far as its name tells, in what it reads.
    pub fn is_own(&self, command: &str) -> bool {
        let defines = |line: &&[u8]| {
            let line = line.trim_ascii_start();
            let line = line.strip_prefix(b"function ").unwrap_or(line);
            line.strip_prefix(command.as_bytes()).is_some_and(|rest| rest.starts_with(b"()") || rest.starts_with(b" ()"))
        };
        !STEPS.split(' ').any(|step| step == command) && (self.reads || self.lines.iter().any(defines))
    }
}

/// What entries of one list have in common.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Kind<'l> {
    /// The command, and how far it is indented.
    Call { indent: &'l str, command: &'l str },
    /// An arm of a `case`.
    Arm { indent: &'l str },
}

impl Kind<'_> {
    /// Whether an entry may stand below a line, of which it is no part.
    pub fn may_follow(self, line: &[u8]) -> bool {
        let line = line.trim_ascii_end();
        match self {
            Self::Call { .. } => !["\\", "|", "&&", "("].iter().any(|sign| line.ends_with(sign.as_bytes())),
            Self::Arm { .. } => line.ends_with(b";;") || line.ends_with(b" in"),
        }
    }
}

/// One line of a list.
pub struct Entry<'l> {
    /// Of which list.
    pub kind: Kind<'l>,
    /// What it is about.
    pub words: Vec<&'l str>,
}

impl<'l> Entry<'l> {
    /// Reads a line that is whole by itself.
    pub fn of(line: &'l [u8]) -> Option<Self> {
        let line = std::str::from_utf8(line).ok()?.trim_end();
        let text = line.trim_start();
        let indent = &line[..line.len() - text.len()];
        if let Some(arm) = text.strip_suffix(";;") {
            let (pattern, body) = arm.split_once(')')?;
            let words: Vec<&str> = pattern.split('|').map(str::trim).collect();
            let literal =
                |word: &&str| !word.is_empty() && word.bytes().all(|b| b.is_ascii_alphanumeric() || b"_-./:".contains(&b));
            let whole =
                !body.contains(";;") && !body.contains("case ") && ["'", "\""].iter().all(|q| body.matches(q).count() % 2 == 0);
            return (whole && words.iter().all(literal)).then_some(Self { kind: Kind::Arm { indent }, words });
        }
        let mut words = words(text)?;
        let is_name = |word: &str| {
            word.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
                && word.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-'))
        };
        if words.len() < 2 || !is_name(words[0]) {
            return None;
        }
        let command = words.remove(0);
        Some(Self { kind: Kind::Call { indent, command }, words })
    }
}

/// The words of one simple command; `None` where it is more than that, or goes on below.
pub fn words(text: &str) -> Option<Vec<&str>> {
    let (mut words, mut start, mut quote, mut escaped) = (Vec::new(), None, None, false);
    for (at, c) in text.char_indices() {
        match (quote, c) {
            _ if escaped => escaped = false,
            (Some('"'), '\\') => escaped = true,
            (Some(open), _) if c == open => quote = None,
            (Some(_), _) => {}
            (None, ' ' | '\t') => words.extend(start.take().map(|from| &text[from..at])),
            (None, ';' | '&' | '|' | '<' | '>' | '(' | ')' | '`' | '\\') => return None,
            (None, '#') if start.is_none() => return None,
            (None, _) => {
                start = start.or(Some(at));
                quote = matches!(c, '"' | '\'').then_some(c);
            }
        }
    }
    words.extend(start.map(|from| &text[from..]));
    (quote.is_none() && !escaped).then_some(words)
}

/// What a script has begun and not ended: a text up to a word, or in quotes.
#[derive(Default)]
pub struct Open {
    until: Option<Vec<u8>>,
    quote: Option<u8>,
}

impl Open {
    /// Whether the next line is a part of it.
    pub fn is_open(&self) -> bool {
        self.until.is_some() || self.quote.is_some()
    }

    /// Reads a line.
    pub fn pass(&mut self, line: &[u8]) {
        if let Some(end) = &self.until {
            if line.trim_ascii() == end {
                self.until = None;
            }
            return;
        }
        let mut at = 0;
        while at < line.len() {
            match (self.quote, line[at]) {
                (None | Some(b'"'), b'\\') => at += 1,
                (Some(open), byte) if byte == open => self.quote = None,
                (None, byte @ (b'"' | b'\'')) => self.quote = Some(byte),
                (None, b'#') if at == 0 || line[at - 1].is_ascii_whitespace() => break,
                (None, b'<') if line[at..].starts_with(b"<<<") => at += 2,
                (None, b'<') if line[at..].starts_with(b"<<") => {
                    let sign = |byte: &u8| matches!(byte, b'-' | b' ' | b'"' | b'\'' | b'\\');
                    let word: Vec<u8> = line[at + 2..].iter().skip_while(|byte| sign(byte)).copied().collect();
                    let end = word.iter().position(|byte| !byte.is_ascii_alphanumeric() && *byte != b'_').unwrap_or(word.len());
                    self.until = word.first().filter(|byte| !byte.is_ascii_digit() && end > 0).map(|_| word[..end].to_vec());
                    // Of the quotes around that word one would stay open.
                    at += 2 + line[at + 2..].iter().take_while(|byte| sign(byte)).count() + end;
                }
                _ => {}
            }
            at += 1;
        }
    }
}
