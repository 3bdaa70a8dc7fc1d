//! Why: this is where a language's tree, its oracle and the merge of lines are weighed against each other. Lines first:
//! what git merges right stays git's. Then the tree. What neither gets right is shown as a conflict.

use std::collections::HashSet;

use super::join::{Pieces, Syntax, join};
use super::lines::{self, Piece};
use super::loss;
use super::text::Line;
use super::tree::{self, Node};
use super::value::{self, Value};
use super::{Entry, Language, Maker, agree, aliased, braces, entries, json, renames, version, yaml};

/// A file as its language reads it.
struct Read<'a> {
    /// What each of its documents says.
    documents: Vec<Value>,
    /// How many keys stand twice.
    twins: usize,
    source: Source<'a>,
}

/// What a tree is made of, when it comes to that.
enum Source<'a> {
    Yaml(yaml::File<'a>),
    Tree(Node<'a>),
}

fn read<'a>(language: Language, lines: &[&'a str]) -> Option<Read<'a>> {
    match language {
        Language::Lines | Language::Markdown => None,
        Language::Yaml => yaml::read(lines).map(|file| {
            let documents = file.values();
            Read { twins: documents.iter().map(Value::twins).sum(), documents, source: Source::Yaml(file) }
        }),
        Language::Json => json::read(lines).map(|read| Read {
            twins: read.value.twins(),
            documents: vec![read.value],
            source: Source::Tree(read.tree),
        }),
        Language::Nginx | Language::Hcl => braces::read(language, lines).map(|tree| own(tree, language == Language::Hcl)),
        Language::Entries(kind) => Some(own(entries::read(kind, lines), false)),
    }
}

/// Where the tree is all that is known of a file, its value is that of the tree.
fn own(tree: Node, first: bool) -> Read {
    // There is but one document, of which each part has its own right value.
    let value = tree.children.first().map_or_else(|| tree.value(), Node::value);
    Read { documents: vec![value], twins: tree.twins(first), source: Source::Tree(tree) }
}

impl<'a> Read<'a> {
    fn tree(self, names: &yaml::Names) -> Option<Node<'a>> {
        match self.source {
            Source::Yaml(file) => file.tree(names),
            Source::Tree(tree) => Some(tree),
        }
    }

    /// With what is said in comments of these variables as something by itself.
    fn with_remarks(self, names: &HashSet<String>) -> Self {
        match self.source {
            Source::Tree(mut tree) if !names.is_empty() => {
                entries::tell_apart(&mut tree, names);
                own(tree, false)
            }
            source => Self { source, ..self },
        }
    }
}

/// Merges three files in their language; `None` where they are not in it, and lines are all that is left.
pub fn merge<'a>(
    language: Language,
    [base, ours, theirs]: [&[&'a [u8]]; 3],
    by_lines: &[Piece<Line<'a>>],
    maker: Maker,
) -> Option<Vec<Piece<Line<'a>>>> {
    let text = |lines: &[&'a [u8]]| lines.iter().map(|line| std::str::from_utf8(line).ok()).collect::<Option<Vec<&'a str>>>();
    let texts = [text(base)?, text(ours)?, text(theirs)?];
    let [b, o, t] = [read(language, &texts[0])?, read(language, &texts[1])?, read(language, &texts[2])?];
    let remarks = match [&b.source, &o.source, &t.source] {
        [Source::Tree(b), Source::Tree(o), Source::Tree(t)] if language == Language::Entries(Entry::Variable) => {
            entries::of_two_sorts([b, o, t])
        }
        _ => HashSet::new(),
    };
    let [b, o, t] = [b, o, t].map(|read| read.with_remarks(&remarks));
    let names = yaml::Names::of([&b.documents, &o.documents, &t.documents]);
    let single = [&b, &o, &t].iter().all(|read| read.documents.len() == 1);
    let value = |documents: &[Value]| match documents {
        [only] if single => only.clone(),
        many => Value::map(String::new(), many.iter().map(|one| (names.name(one), one.clone())).collect()),
    };
    let values = [&b, &o, &t].map(|read| value(&read.documents));
    let expected = value::merge3(Some(&values[0]), Some(&values[1]), Some(&values[2]), "");
    let twins = b.twins.max(o.twins).max(t.twins);
    let right = |pieces: &[Piece<Line<'a>>]| {
        let read = |for_theirs| {
            settled(language, pieces, for_theirs).map(|read| read.with_remarks(&remarks)).filter(|read| read.twins <= twins)
        };
        let Some(one) = read(false).map(|read| value(&read.documents)) else { return false };
        if is_clean(pieces) && pieces == by_lines {
            let mut expected = expected.clone();
            if let Some(expected) = &mut expected {
                renames::follow(expected, values.each_ref(), &one);
            }
            return !agree::contradicts(expected.as_ref(), Some(&one)) && !loss::loses(&texts[0], &texts[1], &texts[2], pieces);
        }
        let other = if is_clean(pieces) { Some(one.clone()) } else { read(true).map(|read| value(&read.documents)) };
        other.is_some_and(|other| !agree::disagree(expected.as_ref(), Some(&one), Some(&other)))
            && !loss::loses(&texts[0], &texts[1], &texts[2], pieces)
    };
    // In a list of patterns one may stand twice: the one that was generated and the user's own, which stays when that goes.
    if is_clean(by_lines) && (language == Language::Entries(Entry::Line) || right(by_lines)) {
        return Some(by_lines.to_vec());
    }
    if let (Some(b), Some(o), Some(t)) = (b.tree(&names), o.tree(&names), t.tree(&names)) {
        let pieces = version::settle(bytes(join(syntax(language), &b, &o, &t)), [base, ours, theirs], maker);
        let pieces = if language == Language::Json { json::with_commas(&pieces, &texts[1]) } else { Some(pieces) };
        if let Some(pieces) = pieces.filter(|pieces| right(pieces)) {
            return Some(pieces);
        }
    }
    // What one side took away, and the other has an alias of, is asked about where the alias stands, and nowhere else.
    if language == Language::Yaml
        && let Some((held, own)) = aliased::Held::of(&texts, &names)
    {
        let own: Vec<&[u8]> = own.iter().map(String::as_bytes).collect();
        let pieces = merge(language, [base, &own, theirs], &lines::merge(base, &own, theirs), maker);
        if let Some(pieces) = pieces.and_then(|pieces| held.asked(pieces))
            && [false, true].iter().all(|for_theirs| settled(language, &pieces, *for_theirs).is_some())
        {
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
        Language::Nginx => Syntax { comment: braces::nginx_comment, words: braces::is_words, item: plain },
        Language::Hcl => Syntax { comment: braces::hcl_comment, words: no_words, item: plain },
        Language::Json => Syntax { comment: json::comment, words: no_words, item: json::item },
        Language::Entries(kind) => Syntax { comment: entries::comment(kind), words: entries::is_words, item: plain },
        Language::Yaml | Language::Lines | Language::Markdown => {
            Syntax { comment: yaml::comment, words: no_words, item: yaml::item }
        }
    }
}
