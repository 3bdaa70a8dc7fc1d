//! Why: answers are free text, and a file that they break is a broken production. Each language that we emit has one
//! function here that turns any text into a literal with exactly that value, or refuses.

use std::fmt::Write as _;

/// A YAML double-quoted scalar; also a JSON string and a literal of Python, JavaScript, TypeScript and Go.
pub fn yaml_string(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            // Control characters, and the line and paragraph separators that YAML and JavaScript treat as line ends.
            c if c.is_control() || matches!(c, '\u{2028}' | '\u{2029}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}') => {
                let _ = write!(out, "\\u{:04x}", c as u32);
            }
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

/// One word for a POSIX shell.
pub fn sh(text: &str) -> String {
    let plain = !text.is_empty()
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.' | b'/' | b':' | b'@' | b'%' | b'+'));
    if plain { text.to_owned() } else { format!("'{}'", text.replace('\'', "'\\''")) }
}

/// The right-hand side of a line in an env file, as Compose reads it.
///
/// # Errors
/// Control characters other than tab and newline have no form that every reader of env files takes alike.
pub fn dotenv(text: &str) -> Result<String, String> {
    if text
        .bytes()
        .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.' | b'/' | b':' | b'@' | b'%' | b'+' | b','))
    {
        return Ok(text.to_owned());
    }
    if let Some(c) = text.chars().find(|c| c.is_control() && !matches!(c, '\n' | '\t')) {
        return Err(format!("{c:?} cannot be written in an env file"));
    }
    // Single quotes keep everything as it is; a text that holds one, or a newline, needs the double-quoted form.
    if !text.contains(['\'', '\n', '\\']) {
        return Ok(format!("'{text}'"));
    }
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '$' => out.push_str("\\$"),
            c => out.push(c),
        }
    }
    out.push('"');
    Ok(out)
}

/// One parameter of an nginx directive.
///
/// # Errors
/// nginx has no escape for `$`, and control characters would end up in logs and headers.
pub fn nginx(text: &str) -> Result<String, String> {
    if let Some(c) = text.chars().find(|c| *c == '$' || c.is_control()) {
        return Err(format!("{c:?} cannot be written in an nginx parameter"));
    }
    let plain = !text.is_empty()
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.' | b'/' | b':' | b'~' | b'=' | b','));
    Ok(if plain { text.to_owned() } else { format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\"")) })
}

/// A Terraform string.
pub fn hcl(text: &str) -> String {
    yaml_string(text).replace("${", "$${").replace("%{", "%%{")
}

/// Text in a paragraph or a table cell of GitHub's Markdown.
pub fn markdown(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\n' | '\r' => out.push(' '),
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '\\' | '`' | '*' | '_' | '[' | ']' | '|' | '#' | '!' | '~' => {
                out.push('\\');
                out.push(c);
            }
            c if c.is_control() => {}
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOSTILE: [&str; 8] =
        ["", "it's", "a \"b\" c", "$(id) `id` ${X}", "a\nb", "# no: comment", "{{{ x }}} {{ y }}", "\u{1}\u{2028}é🦀\\"];

    #[test]
    fn yaml_reads_back_the_same_text() {
        for text in HOSTILE {
            let back: String = serde_yaml::from_str(&yaml_string(text)).unwrap();
            assert_eq!(back, text);
            let json: String = serde_json::from_str(&yaml_string(text)).unwrap();
            assert_eq!(json, text);
        }
    }

    #[test]
    fn the_shell_reads_back_the_same_text() {
        for text in HOSTILE {
            let script = format!("printf %s {}", sh(text));
            let output = std::process::Command::new("sh").args(["-c", &script]).output().unwrap();
            assert_eq!(String::from_utf8(output.stdout).unwrap(), text);
        }
    }

    #[test]
    fn nginx_refuses_what_it_cannot_quote() {
        assert!(nginx("a$b").is_err());
        assert!(nginx("a\nb").is_err());
        assert_eq!(nginx("a b\"c").unwrap(), "\"a b\\\"c\"");
    }
}
