//! Why: the edits are made on files that scaffold really emits, in the way of their language.

use std::fs;

use scaffold::merge::Language;

use crate::oracle;
use crate::paths::{indent, is_dash};

/// A file's language, as far as the edits need it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Yaml,
    Nginx,
    Hcl,
    Make,
    Env,
    Ignore,
    Plain,
}

/// A generated file.
#[derive(Clone, Debug)]
pub struct File {
    pub path: String,
    pub kind: Kind,
    pub text: String,
}

impl File {
    pub fn language(&self) -> Language {
        Language::of(&self.path)
    }
}

pub const KINDS: [Kind; 7] = [Kind::Yaml, Kind::Nginx, Kind::Hcl, Kind::Make, Kind::Env, Kind::Ignore, Kind::Plain];

/// All files in the snapshots whose lines people edit, in groups of their kinds.
pub fn all() -> Vec<(Kind, Vec<File>)> {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("snapshots");
    let mut groups: Vec<(Kind, Vec<File>)> = KINDS.iter().map(|kind| (*kind, Vec::new())).collect();
    let paths = walkdir::WalkDir::new(&root).sort_by_file_name().into_iter().map(Result::unwrap);
    for entry in paths.filter(|entry| entry.file_type().is_file()) {
        let path = entry.path().strip_prefix(&root).unwrap().to_string_lossy().into_owned();
        let name = path.rsplit('/').next().unwrap();
        let extension = name.rsplit('.').next().unwrap();
        let kind = match name {
            "Makefile" => Kind::Make,
            ".env.example" => Kind::Env,
            ".gitignore" | ".dockerignore" => Kind::Ignore,
            "README.md" | "consumer.py" | "settings.py" | "Dockerfile" => Kind::Plain,
            _ if matches!(extension, "hcl" | "tf") => Kind::Hcl,
            _ if extension == "conf" && path.contains("nginx") => Kind::Nginx,
            _ if name.starts_with("compose") || path.contains(".github/") || name == "kustomization.yaml" => Kind::Yaml,
            _ => continue,
        };
        let text = fs::read_to_string(entry.path()).unwrap();
        let group = groups.iter_mut().find(|(known, _)| *known == kind).unwrap();
        if !text.is_empty() && !group.1.iter().any(|file| file.text == text) {
            group.1.push(File { path, kind, text });
        }
    }
    groups
}

impl Kind {
    /// Whether lines stand under keys.
    pub fn has_paths(self) -> bool {
        matches!(self, Self::Yaml | Self::Nginx | Self::Hcl | Self::Make)
    }

    pub fn has_comments(self) -> bool {
        self != Self::Plain
    }

    /// Whether a file is still what it is after an edit.
    pub fn accepts(self, text: &str) -> bool {
        match self {
            Self::Yaml => oracle::parse(text).is_some_and(|value| value.is_mapping()),
            Self::Nginx | Self::Hcl => balanced(self, text),
            _ => true,
        }
    }

    /// A new line beside another one.
    pub fn line(self, beside: &str, token: &str) -> String {
        let bare = beside.trim();
        match self {
            Self::Yaml if is_dash(beside) && bare.contains(": ") => format!("- name: {token}"),
            Self::Yaml if is_dash(beside) => format!("- {token}"),
            Self::Yaml => format!("{token}: 1"),
            Self::Nginx if bare.starts_with(['\'', '"']) && bare.ends_with(';') => format!("'{token}' 1;"),
            Self::Nginx if bare.starts_with(['\'', '"']) => format!("'{token}'"),
            Self::Nginx => format!("add_header X-{token} {token};"),
            Self::Hcl if bare.ends_with("\",") && !bare.contains('=') => format!("\"{token}\","),
            Self::Hcl => format!("{token} = 1"),
            Self::Make if beside.starts_with('\t') => format!("echo {token}"),
            Self::Make => format!("{token}: help"),
            Self::Env => format!("{token}=1"),
            Self::Ignore | Self::Plain => token.to_owned(),
        }
    }

    /// A new block beside a line.
    pub fn block(self, beside: &str, token: &str) -> Option<Vec<String>> {
        let lines: Vec<String> = match self {
            Self::Yaml if is_dash(beside) => {
                vec![format!("- name: {token}"), "  uses: a/b@v1".into(), "  with:".into(), "    a: 1".into()]
            }
            Self::Yaml => vec![
                format!("{token}:"),
                format!("  image: {token}:1"),
                "  # why".into(),
                "  ports:".into(),
                "    - 80".into(),
                String::new(),
            ],
            Self::Nginx => vec![format!("location /{token} {{"), "    return 204;".into(), "}".into(), String::new()],
            Self::Hcl if indent(beside) == 0 => {
                vec![format!("target \"{token}\" {{"), "  context = \".\"".into(), "}".into(), String::new()]
            }
            Self::Make if !beside.starts_with('\t') => {
                vec![format!(".PHONY: {token}"), format!("{token}: help ## Own"), format!("\techo {token}"), String::new()]
            }
            Self::Env => vec!["# why".into(), format!("{token}=1"), String::new()],
            Self::Plain => vec![String::new(), token.to_owned(), format!("and {token}"), String::new()],
            _ => return None,
        };
        Some(lines)
    }

    /// What is written at the end of a file.
    pub fn appended(self, token: &str) -> Vec<String> {
        match self {
            Self::Yaml => vec![format!("{token}:"), "  own: true".into()],
            Self::Nginx => vec![format!("map $a ${token} {{"), "    default 1;".into(), "}".into()],
            Self::Hcl => vec![String::new(), format!("variable \"{token}\" {{"), "  default = 1".into(), "}".into()],
            Self::Make => vec![String::new(), format!("{token}:"), format!("\techo {token}")],
            Self::Env => vec![format!("{token}=1")],
            Self::Ignore | Self::Plain => vec![token.to_owned()],
        }
    }

    /// A line with another value.
    pub fn changed(self, line: &str, token: &str, within: bool) -> Option<String> {
        if within {
            return Some(format!("{line} {token}"));
        }
        let (code, comment) = line.split_at(line.find(" #").unwrap_or(line.len()));
        let put = |sign: &str, value: &str| {
            let at = code.find(sign)? + sign.len();
            (!code[at..].trim().is_empty()).then(|| format!("{}{value}{comment}", &code[..at]))
        };
        match self {
            Self::Yaml => put(": ", token).or_else(|| put("- ", token)),
            Self::Hcl if code.trim_end().ends_with(['{', '[']) => None,
            Self::Hcl => put("= ", &format!("\"{token}\"")),
            Self::Nginx => {
                let end = code.trim_end().strip_suffix(';')?;
                let at = indent(end) + end.trim_start().find(' ')?;
                Some(format!("{} {token};{comment}", &end[..at]))
            }
            Self::Env => put("=", token),
            Self::Make if !code.contains(":=") => Some(format!("{code} {token}{comment}")),
            Self::Make => None,
            Self::Ignore | Self::Plain => Some(format!("{line} {token}")),
        }
    }

    /// A line with a comment behind it.
    pub fn behind(self, line: &str, token: &str) -> Option<String> {
        let possible = match self {
            Self::Yaml => !line.contains(" #") && !line.ends_with(['|', '>', '-', '+']),
            Self::Hcl => !line.contains(" #"),
            Self::Nginx => line.ends_with([';', '{', '}']) && !line.contains(" #"),
            _ => false,
        };
        possible.then(|| format!("{line} # {token}"))
    }

    /// A line under another key.
    pub fn renamed(self, line: &str, token: &str) -> Option<String> {
        let pad = &line[..indent(line)];
        match self {
            Self::Yaml => {
                let rest = line.trim_start();
                let (dash, rest) = rest.strip_prefix("- ").map_or(("", rest), |rest| ("- ", rest));
                let at = rest.find(": ").or_else(|| rest.strip_suffix(':').map(str::len))?;
                Some(format!("{pad}{dash}{token}{}", &rest[at..]))
            }
            Self::Nginx if line.trim_start().starts_with("location") => Some(format!("{pad}location /{token} {{")),
            Self::Hcl => line.find(" = ").map(|at| format!("{pad}{token}{}", &line[at..])),
            Self::Env => line.find('=').map(|at| format!("{token}{}", &line[at..])),
            Self::Make if !line.starts_with(['\t', '.']) => line.find(':').map(|at| format!("{token}{}", &line[at..])),
            _ => None,
        }
    }
}

/// Whether all braces outside of strings and comments close, each on a line of its own, and no edit came between the lines
/// of one statement.
fn balanced(kind: Kind, text: &str) -> bool {
    let mut depth = 0_usize;
    let mut before = ";";
    for line in text.lines() {
        let line = line.split(" #").next().unwrap_or(line).trim();
        if line.starts_with('#') {
            continue;
        }
        let within = line.starts_with(['\'', '"']) && !line.ends_with(';');
        if kind == Kind::Nginx && line.contains("zz") && before.ends_with([';', '{', '}']) == within {
            return false;
        }
        if line.starts_with(['}', ']']) {
            let Some(less) = depth.checked_sub(1) else { return false };
            depth = less;
        }
        depth += usize::from(line.ends_with(['{', '[']));
        if !line.is_empty() {
            before = line;
        }
    }
    depth == 0
}
