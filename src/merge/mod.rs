//! Why: files that scaffold wrote are edited by people, and later versions of them must arrive without losing a byte of
//! theirs. This module merges three texts (base, ours, theirs) and knows nothing of files, plans or locks.
//!
//! Where git's merge of lines is clean, the result is the same to the byte, unless it says something else than the two
//! sides did. Where it is not, what the language gives is used: its tree, its keys, its sets.

mod agree;
mod aliased;
mod apart;
mod arrays;
mod blanks;
mod braces;
mod commands;
mod entries;
mod flow;
mod forms;
mod fused;
mod generated;
mod identity;
mod join;
mod json;
mod keys;
mod layout;
mod leads;
mod leaf;
mod lines;
mod loss;
mod make;
mod markdown;
mod named;
mod one_line;
mod order;
mod parts;
mod pin;
mod renames;
mod rivals;
mod scan;
mod sequence;
mod slide;
mod spelling;
mod structured;
mod text;
mod thrown;
mod tree;
mod value;
mod version;
mod write;
mod yaml;

pub use entries::Entry;
pub use generated::{is_own, merge_generated, only_pins_moved, still_wanted};
use lines::Piece;
pub use pin::is_moved;
use text::{Line, Text};
pub use write::{Conflicts, Style};
pub use yaml::{Alias, aliases, name};

/// How a file's text is understood.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Language {
    /// By lines.
    Lines,
    /// Compose files, workflows, manifests, answers.
    Yaml,
    /// nginx's configuration.
    Nginx,
    /// Terraform, buildx bake.
    Hcl,
    /// Settings of editors, manifests; with comments, too.
    Json,
    /// Pages: by lines, with sections, rows and items.
    Markdown,
    /// A list of entries.
    Entries(Entry),
}

impl Language {
    /// The language that a path names.
    pub fn of(path: &str) -> Self {
        let lower = path.replace('\\', "/").to_ascii_lowercase();
        let name = lower.rsplit('/').next().unwrap_or_default();
        let extension = name.rsplit_once('.').map_or("", |(_, extension)| extension);
        match (name, extension) {
            ("makefile" | "gnumakefile", _) | (_, "mk") => Self::Entries(Entry::Target),
            ("go.sum", _) => Self::Entries(Entry::Line),
            (".gitattributes" | "codeowners", _) => Self::Entries(Entry::Word),
            (_, "yaml" | "yml") => Self::Yaml,
            (_, "tf" | "hcl" | "tfvars" | "nomad") => Self::Hcl,
            (_, "json" | "jsonc" | "code-workspace") => Self::Json,
            (_, "md" | "markdown") => Self::Markdown,
            (_, "env" | "dotenv") => Self::Entries(Entry::Variable),
            (_, "nginx" | "vhost") => Self::Nginx,
            (_, "conf") if lower.contains("nginx") || format!("/{lower}").contains("/conf.d/") => Self::Nginx,
            (_, "txt") if name.contains("requirements") => Self::Entries(Entry::Package),
            _ if name.starts_with(".env") => Self::Entries(Entry::Variable),
            _ if name.starts_with('.') && name.ends_with("ignore") => Self::Entries(Entry::Line),
            _ if lower.contains("nginx") && lower.contains("/sites-") => Self::Nginx,
            _ => Self::Lines,
        }
    }
}

/// What the sides are called in conflict markers.
#[derive(Clone, Copy, Debug)]
pub struct Labels<'a> {
    /// The user's side.
    pub ours: &'a str,
    /// What both started from.
    pub base: &'a str,
    /// The new side.
    pub theirs: &'a str,
}

/// What a merge came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Merged {
    /// The text; with markers in it when there are conflicts.
    pub bytes: Vec<u8>,
    /// How many conflicts are marked in it.
    pub conflicts: usize,
}

/// Merges three versions of a file; conflicts get markers with all three.
pub fn merge(language: Language, base: &[u8], ours: &[u8], theirs: &[u8], labels: Labels) -> Merged {
    merge_styled(language, base, ours, theirs, labels, Style::default())
}

/// The same, with a say in what becomes of a conflict.
pub fn merge_styled(language: Language, base: &[u8], ours: &[u8], theirs: &[u8], labels: Labels, style: Style) -> Merged {
    merge_made(language, [base, ours, theirs], Maker::Person, labels, style)
}

/// Who made the new version.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Maker {
    /// Somebody who may not know what the other one did.
    Person,
    /// scaffold, from answers: what goes has no use any more, whatever its version.
    Machine,
}

fn merge_made(language: Language, [base, ours, theirs]: [&[u8]; 3], maker: Maker, labels: Labels, style: Style) -> Merged {
    if ours == theirs || base == theirs {
        return Merged { bytes: ours.to_vec(), conflicts: 0 };
    }
    if base == ours {
        return Merged { bytes: theirs.to_vec(), conflicts: 0 };
    }
    let texts = [&Text::new(base), &Text::new(ours), &Text::new(theirs)];
    let [b, o, t] = texts.map(|text| &text.lines[..]);
    let by_lines = lines::merge(b, o, t);
    let as_git_does = as_git_does(texts);
    if language != Language::Lines
        && let Some(pieces) = structured::merge(language, [b, o, t], &by_lines, maker)
    {
        // Line ends and the last newline are git's too, where the lines are.
        if let Some(bytes) = as_git_does.filter(|_| pieces == by_lines) {
            return Merged { bytes, conflicts: 0 };
        }
        return write::write(pieces, texts, labels, style);
    }
    if let Some(bytes) = as_git_does {
        return Merged { bytes, conflicts: 0 };
    }
    let laid_out = if language == Language::Markdown { markdown::tables::as_laid_out([b, o, t]) } else { None };
    let [b, t] =
        laid_out.as_ref().map_or_else(|| [b.to_vec(), t.to_vec()], |sides| sides.each_ref().map(|side| text::plain(side)));
    let by_lines = if laid_out.is_some() { lines::merge(&b, o, &t) } else { by_lines };
    let by_lines = if language == Language::Markdown { markdown::settle(&by_lines) } else { by_lines };
    let by_lines = apart::settle(arrays::settle(version::settle(by_lines, [&b, o, &t], maker)), |line| line);
    write::write(commands::settle(by_lines, [&b, o, &t]), texts, labels, style)
}

/// The merge of whole lines with their ends, where it is clean and glues no lines together.
fn as_git_does(texts: [&Text; 3]) -> Option<Vec<u8>> {
    let [base, ours, theirs] = texts.map(Text::raw_lines);
    let pieces = lines::merge(&base, &ours, &theirs);
    let mut lines: Vec<Line> = Vec::new();
    for piece in pieces {
        let Piece::Clean(clean) = piece else { return None };
        lines.extend(clean);
    }
    let (_, inner) = lines.split_last()?;
    inner.iter().all(|line| line.ends_with(b"\n")).then(|| lines.concat())
}
