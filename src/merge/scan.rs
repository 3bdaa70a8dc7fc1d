//! Why: a brace in a string, a comment or a heredoc is no brace. This reads lines far enough to know which ones are.

/// What is open after the lines read so far.
pub struct Scan {
    hcl: bool,
    open: Vec<char>,
    in_comment: bool,
    heredoc: Option<String>,
    /// Braces do not match.
    pub broken: bool,
    /// The last character of the last line that is code.
    pub last: Option<char>,
    /// Where a comment begins on the last line.
    pub comment: Option<usize>,
}

impl Scan {
    /// Nothing read yet. `hcl` knows heredocs, templates and more kinds of comments.
    pub fn new(hcl: bool) -> Self {
        Self { hcl, open: Vec::new(), in_comment: false, heredoc: None, broken: false, last: None, comment: None }
    }

    /// How many brackets are open.
    pub fn depth(&self) -> usize {
        self.open.len()
    }

    /// Whether nothing is open.
    pub fn is_closed(&self) -> bool {
        self.open.is_empty() && !self.in_comment && self.heredoc.is_none()
    }

    /// Whether the next line begins as code.
    pub fn is_code(&self) -> bool {
        !self.in_comment && self.heredoc.is_none() && self.open.last() != Some(&'"') && self.open.last() != Some(&'\'')
    }

    /// Reads a line.
    pub fn feed(&mut self, line: &str) {
        self.last = None;
        self.comment = None;
        if let Some(end) = &self.heredoc {
            if line.trim() == end {
                self.heredoc = None;
                self.last = Some('E');
            }
            return;
        }
        let mut heredoc = None;
        let mut before = ' ';
        let mut chars = line.char_indices().peekable();
        while let Some((at, c)) = chars.next() {
            let rest = &line[at..];
            if self.in_comment {
                if rest.starts_with("*/") {
                    self.in_comment = false;
                    chars.next();
                }
                before = ' ';
                continue;
            }
            if let Some(quote) = self.open.last().copied().filter(|open| matches!(open, '"' | '\'')) {
                match c {
                    '\\' => {
                        chars.next();
                    }
                    _ if c == quote => {
                        self.open.pop();
                    }
                    '$' | '%' if self.hcl && rest[1..].starts_with('{') => {
                        chars.next();
                        self.open.push('}');
                    }
                    _ => {}
                }
                self.last = Some(c);
                before = c;
                continue;
            }
            let starts = before.is_whitespace() || matches!(before, ';' | '{' | '}');
            match c {
                '#' if self.hcl || starts => {
                    self.comment = Some(at);
                    break;
                }
                '/' if self.hcl && rest.starts_with("//") && starts => {
                    self.comment = Some(at);
                    break;
                }
                '/' if self.hcl && rest.starts_with("/*") => {
                    self.in_comment = true;
                    continue;
                }
                '\\' if !self.hcl => {
                    chars.next();
                }
                '"' if self.hcl || starts || matches!(before, '(' | '=' | ':') => self.open.push('"'),
                '\'' if !self.hcl && (starts || before == '(') => self.open.push('\''),
                '<' if self.hcl && rest.starts_with("<<") => {
                    let word = rest[2..].trim_start_matches('-').trim();
                    if !word.is_empty() && word.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_') {
                        heredoc = Some(word.to_owned());
                        self.last = Some(c);
                        break;
                    }
                }
                '$' if !self.hcl && rest[1..].starts_with('{') => {
                    while chars.next_if(|(_, c)| *c != '}').is_some() {}
                    chars.next();
                }
                '{' => self.open.push('}'),
                '[' if self.hcl => self.open.push(']'),
                '(' if self.hcl => self.open.push(')'),
                '}' => self.close('}'),
                ']' | ')' if self.hcl => self.close(c),
                _ => {}
            }
            if !c.is_whitespace() {
                self.last = Some(c);
            }
            before = c;
        }
        self.heredoc = heredoc;
    }

    fn close(&mut self, sign: char) {
        if self.open.pop() != Some(sign) {
            self.broken = true;
        }
    }
}
