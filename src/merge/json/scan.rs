//! Why: a brace in a text or in a comment is none, and neither is a comma. This reads lines far enough to know.

/// What is open after the lines read so far.
#[derive(Default)]
pub struct Scan {
    /// A comment of several lines.
    pub in_comment: bool,
    /// Objects and arrays.
    pub depth: usize,
}

/// The code of a line.
pub struct Code {
    /// The line with blanks in the place of comments.
    pub bare: String,
    /// Its last character that says something.
    pub last: Option<(usize, char)>,
    /// Where a comment begins behind that.
    pub comment: Option<usize>,
}

impl Scan {
    /// Reads a line; `None` where a text does not end on it, or something is closed that was not open.
    pub fn feed(&mut self, line: &str) -> Option<Code> {
        let mut code = Code { bare: String::with_capacity(line.len()), last: None, comment: None };
        let mut quoted = false;
        let mut chars = line.char_indices();
        while let Some((at, c)) = chars.next() {
            if self.in_comment {
                self.in_comment = !line[at..].starts_with("*/");
                if !self.in_comment {
                    chars.next();
                }
                continue;
            }
            match c {
                '\\' if quoted => {
                    code.bare.push(c);
                    code.bare.push(chars.next()?.1);
                    continue;
                }
                '"' => quoted = !quoted,
                _ if quoted => {}
                '/' if line[at..].starts_with("//") => {
                    code.comment.get_or_insert(at);
                    break;
                }
                '/' if line[at..].starts_with("/*") => {
                    code.comment.get_or_insert(at);
                    self.in_comment = true;
                    chars.next();
                    continue;
                }
                '{' | '[' => self.depth += 1,
                '}' | ']' => self.depth = self.depth.checked_sub(1)?,
                _ => {}
            }
            code.bare.push(c);
            if !c.is_whitespace() {
                code.last = Some((at, c));
                code.comment = None;
            }
        }
        (!quoted).then_some(code)
    }
}
