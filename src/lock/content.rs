//! Why: any content must come back to the byte, also after tools that trim blanks or change line ends went over the
//! lock, and git must still show and merge it line by line. So a plain line stands after one space, an empty one is
//! empty, a line with something invisible in it stands escaped after `~`, and what is no text stands as base64 after `+`.
//!
//! No line begins with what git's conflict markers begin with.

/// Says that the last line has no line end.
const OPEN: &str = "\\ no newline at the end";

const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// Appends the lines that stand for a content.
pub fn write(out: &mut Vec<u8>, bytes: &[u8]) {
    if std::str::from_utf8(bytes).is_err() {
        return base64(out, bytes);
    }
    // Half a megabyte goes through here in every run: it is looked at once as a whole, and all line ends are found in one go.
    let calm = !controls(bytes);
    let mut from = 0;
    for end in memchr::memchr_iter(b'\n', bytes) {
        line(out, &bytes[from..=end], calm);
        from = end + 1;
    }
    if from < bytes.len() {
        line(out, &bytes[from..], calm);
        out.push(b'\n');
        out.extend_from_slice(OPEN.as_bytes());
        out.push(b'\n');
    }
}

/// Appends a line, with its end where it has one.
fn line(out: &mut Vec<u8>, line: &[u8], calm: bool) {
    match line {
        [b'\n'] => out.push(b'\n'),
        [.., b' ' | b'\t', b'\n'] | [.., b' ' | b'\t'] => escape(out, line),
        _ if !calm && controls(line) => escape(out, line),
        _ => {
            out.push(b' ');
            out.extend_from_slice(line);
        }
    }
}

/// Whether there is something that a person or a tool would overlook. There is no early way out, which lets the compiler
/// look at many bytes at once.
fn controls(text: &[u8]) -> bool {
    text.iter().fold(0, |found, byte| found | u8::from(matches!(byte, 0..=8 | 11..=31 | 127))) != 0
}

fn escape(out: &mut Vec<u8>, line: &[u8]) {
    out.push(b'~');
    let (body, end) = line.strip_suffix(b"\n").map_or((line, &b""[..]), |body| (body, b"\n"));
    let visible = body.iter().rposition(|byte| !matches!(byte, b' ' | b'\t')).map_or(0, |last| last + 1);
    for (at, byte) in body.iter().enumerate() {
        match byte {
            b'\\' => out.extend_from_slice(b"\\\\"),
            b'\r' => out.extend_from_slice(b"\\r"),
            b'\t' | b' ' if at < visible => out.push(*byte),
            0..=b' ' | 0x7f => out.extend_from_slice(format!("\\x{byte:02x}").as_bytes()),
            _ => out.push(*byte),
        }
    }
    out.extend_from_slice(end);
}

fn base64(out: &mut Vec<u8>, bytes: &[u8]) {
    for line in bytes.chunks(57) {
        out.push(b'+');
        for group in line.chunks(3) {
            let word = group.iter().fold(0u32, |word, b| word << 8 | u32::from(*b)) << (8 * (3 - group.len()));
            for digit in 0..=group.len() {
                out.push(DIGITS[(word >> (18 - 6 * digit)) as usize & 63]);
            }
        }
        out.push(b'\n');
    }
}

/// Collects content from lines.
#[derive(Default)]
pub struct Reader {
    bytes: Vec<u8>,
    binary: bool,
    closed: bool,
}

impl Reader {
    /// Takes a line without its line end.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn line(&mut self, line: &str) -> Result<(), &'static str> {
        if self.closed {
            return Err("text after the last line");
        }
        if let Some(plain) = line.strip_prefix(' ').filter(|_| !self.binary || self.bytes.is_empty()) {
            self.binary = false;
            self.bytes.extend_from_slice(plain.as_bytes());
            self.bytes.push(b'\n');
            return Ok(());
        }
        if line == OPEN {
            self.closed = true;
            return match self.bytes.pop() {
                Some(b'\n') if !self.binary => Ok(()),
                _ => Err("no line to end here"),
            };
        }
        let binary = line.starts_with('+');
        if self.binary != binary && !self.bytes.is_empty() {
            return Err("text and base64 in one file");
        }
        self.binary = binary;
        match line.split_at_checked(1) {
            None => {}
            Some(("~", rest)) => unescape(&mut self.bytes, rest)?,
            Some(("+", rest)) => return unbase64(&mut self.bytes, rest.as_bytes()),
            Some(_) => return Err("no line of a lock"),
        }
        self.bytes.push(b'\n');
        Ok(())
    }

    /// The content.
    pub fn finish(self) -> Vec<u8> {
        self.bytes
    }
}

fn unescape(out: &mut Vec<u8>, line: &str) -> Result<(), &'static str> {
    const WRONG: &str = "an escape that is none";
    let mut rest = line;
    while let Some(at) = rest.find('\\') {
        out.extend_from_slice(&rest.as_bytes()[..at]);
        let after = &rest[at + 1..];
        let (byte, length) = match after.as_bytes() {
            [b'\\', ..] => (b'\\', 1),
            [b'r', ..] => (b'\r', 1),
            [b'x', b'0'..=b'7', ..] => match after.get(1..3).map(|digits| u8::from_str_radix(digits, 16)) {
                Some(Ok(byte)) => (byte, 3),
                _ => return Err(WRONG),
            },
            _ => return Err(WRONG),
        };
        out.push(byte);
        rest = &after[length..];
    }
    out.extend_from_slice(rest.as_bytes());
    Ok(())
}

fn unbase64(out: &mut Vec<u8>, line: &[u8]) -> Result<(), &'static str> {
    for group in line.chunks(4) {
        let mut word = 0;
        for digit in group {
            let value = DIGITS.iter().position(|d| d == digit).ok_or("no base64")?;
            word = word << 6 | u32::try_from(value).unwrap_or_default();
        }
        if group.len() == 1 {
            return Err("no base64");
        }
        let bytes = (word << (6 * (4 - group.len()))).to_be_bytes();
        out.extend_from_slice(&bytes[1..group.len()]);
    }
    Ok(())
}
