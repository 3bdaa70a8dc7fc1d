//! Why: this is where a language's tree, its oracle and the merge of lines are weighed against each other. Lines first:
//! what git merges right stays git's. Then the tree. What neither gets right is shown as a conflict.

use super::join::{Pieces, Syntax, join};
use super::lines::{self, Piece};
use super::loss;
use super::text::Line;
use super::tree::{self, Node};
use super::value::{self, Value};
use super::{Entry, Language, agree, braces, entries, json, yaml};

/// A file as its language reads it.
struct Read<'a> {
    /// What each of its documents says, by name.
    documents: Vec<(String, Value)>,
    /// How many keys stand twice.
    twins: usize,
    tree: Option<Node<'a>>,
}

impl Read<'_> {
    fn rename(&mut self, names: &yaml::Names) {
        let nodes = self.tree.iter_mut().flat_map(|tree| &mut tree.children);
        for (node, (_, value)) in nodes.zip(&self.documents) {
            node.names = vec![names.name(value)];
        }
        for (name, value) in &mut self.documents {
            *name = names.name(value);
        }
    }
}

/// Gives the documents of three files names by which they are the same ones; one document alone needs none.
fn named(files: &mut [Read; 3]) -> Option<yaml::Names> {
    if files.iter().all(|file| file.documents.len() < 2) {
        return None;
    }
    let values = files.each_ref().map(|file| file.documents.iter().map(|(_, value)| value.clone()).collect::<Vec<_>>());
    let names = yaml::Names::of([&values[0], &values[1], &values[2]]);
    files.iter_mut().for_each(|file| file.rename(&names));
    Some(names)
}

fn read<'a>(language: Language, lines: &[&'a str]) -> Option<Read<'a>> {
    match language {
        Language::Lines | Language::Markdown => None,
        Language::Yaml => yaml::read(lines).map(|read| Read {
            twins: read.documents.iter().map(|(_, value)| value.twins()).sum(),
            documents: read.documents,
            tree: read.tree,
        }),
        Language::Json => json::read(lines).map(|read| Read {
            twins: read.value.twins(),
            documents: vec![(String::new(), read.value)],
            tree: Some(read.tree),
        }),
        Language::Nginx | Language::Hcl => braces::read(language, lines).map(own),
        Language::Entries(kind) => Some(own(entries::read(kind, lines))),
    }
}

/// Where the tree is all that is known of a file, its value is that of the tree.
fn own(tree: Node) -> Read {
    // There is but one document, of which each part has its own right value.
    let value = tree.children.first().map_or_else(|| tree.value(), Node::value);
    Read { documents: vec![(String::new(), value)], twins: tree.twins(), tree: Some(tree) }
}

/// Merges three files in their language; `None` where they are not in it, and lines are all that is left.
pub fn merge<'a>(
    language: Language,
    [base, ours, theirs]: [&[&'a [u8]]; 3],
    by_lines: &[Piece<Line<'a>>],
) -> Option<Vec<Piece<Line<'a>>>> {
    let text = |lines: &[&'a [u8]]| lines.iter().map(|line| std::str::from_utf8(line).ok()).collect::<Option<Vec<&'a str>>>();
    let texts = [text(base)?, text(ours)?, text(theirs)?];
    let mut read_all = [read(language, &texts[0])?, read(language, &texts[1])?, read(language, &texts[2])?];
    let names = named(&mut read_all);
    let [b, o, t] = read_all;
    let single = [&b, &o, &t].iter().all(|read| read.documents.len() == 1);
    let value = |documents: Vec<(String, Value)>| match <[_; 1]>::try_from(documents) {
        Ok([(_, only)]) if single => only,
        Ok(one) => Value::map(String::new(), one.into()),
        Err(many) => Value::map(String::new(), many),
    };
    let values = [&b, &o, &t].map(|read| value(read.documents.clone()));
    let expected = value::merge3(Some(&values[0]), Some(&values[1]), Some(&values[2]), "");
    let twins = b.twins.max(o.twins).max(t.twins);
    let right = |pieces: &[Piece<Line<'a>>]| {
        let [one, other] = [false, true].map(|theirs| settled(language, pieces, theirs));
        let (Some(mut one), Some(mut other)) = (one, other) else { return false };
        if let Some(names) = &names {
            one.rename(names);
            other.rename(names);
        }
        one.twins <= twins
            && other.twins <= twins
            && !loss::loses(&texts[0], &texts[1], &texts[2], pieces)
            && !agree::disagree(expected.as_ref(), Some(&value(one.documents)), Some(&value(other.documents)))
    };
    // In a list of patterns one may stand twice: the one that was generated and the user's own, which stays when that goes.
    if is_clean(by_lines) && (language == Language::Entries(Entry::Line) || right(by_lines)) {
        return Some(by_lines.to_vec());
    }
    if let (Some(b), Some(o), Some(t)) = (&b.tree, &o.tree, &t.tree) {
        let pieces = bytes(join(syntax(language), b, o, t));
        let pieces = if language == Language::Json { json::with_commas(pieces, &texts[1]) } else { Some(pieces) };
        if let Some(pieces) = pieces.filter(|pieces| right(pieces)) {
            return Some(pieces);
        }
    }
    Some(if is_clean(by_lines) { lines::middle(base, ours, theirs) } else { by_lines.to_vec() })
}

fn is_clean(pieces: &[Piece<Line>]) -> bool {
    pieces.iter().all(|piece| matches!(piece, Piece::Clean(_)))
}

/// A merge with its conflicts settled for one side, read again.
fn settled<'a>(language: Language, pieces: &'a [Piece<Line>], for_theirs: bool) -> Option<Read<'a>> {
    let mut lines = Vec::new();
    for piece in pieces {
        let part = match piece {
            Piece::Clean(part) => part,
            Piece::Conflict { theirs, .. } if for_theirs => theirs,
            Piece::Conflict { ours, .. } => ours,
        };
        for line in part {
            lines.push(std::str::from_utf8(line).ok()?);
        }
    }
    read(language, &lines)
}

fn bytes<'a>(pieces: Pieces<'a>) -> Vec<Piece<Line<'a>>> {
    let own = |lines: Vec<tree::Text<'a>>| lines.into_iter().map(into_bytes).collect::<Vec<Line<'a>>>();
    let piece = |piece| match piece {
        Piece::Clean(lines) => Piece::Clean(own(lines)),
        Piece::Conflict { ours, base, theirs } => Piece::Conflict { ours: own(ours), base: own(base), theirs: own(theirs) },
    };
    pieces.into_iter().map(piece).collect()
}

fn into_bytes(line: tree::Text) -> Line {
    match line {
        tree::Text::Borrowed(text) => Line::Borrowed(text.as_bytes()),
        tree::Text::Owned(text) => Line::Owned(text.into_bytes()),
    }
}

fn syntax(language: Language) -> Syntax {
    let plain = |item: &str| Some((item.to_owned(), tree::hash(&item)));
    let no_words = |_: &str| false;
    match language {
        Language::Nginx => Syntax { comment: braces::comment, words: braces::is_words, item: plain },
        Language::Hcl => Syntax { comment: braces::comment, words: no_words, item: plain },
        Language::Json => Syntax { comment: json::comment, words: no_words, item: plain },
        Language::Entries(kind) => Syntax { comment: entries::comment(kind), words: entries::is_words, item: plain },
        Language::Yaml | Language::Lines | Language::Markdown => {
            Syntax { comment: yaml::comment, words: no_words, item: yaml::item }
        }
    }
}
