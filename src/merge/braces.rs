//! Why: in nginx's configuration and in HCL braces make the tree, and a block is known by all of its head. Only what
//! stands on lines of its own becomes a node; the rest stays together in one leaf.

use std::borrow::Cow;

use super::Language;
use super::scan::Scan;
use super::tree::{Node, Shape, hash, indent};

/// Directives of nginx that stand more than once beside each other, each with another first argument.
const MANY: [&str; 28] = [
    "add_header",
    "proxy_set_header",
    "proxy_hide_header",
    "proxy_pass_header",
    "fastcgi_param",
    "uwsgi_param",
    "scgi_param",
    "grpc_set_header",
    "include",
    "listen",
    "allow",
    "deny",
    "server",
    "error_page",
    "limit_req_zone",
    "limit_conn_zone",
    "limit_req",
    "limit_conn",
    "set",
    "rewrite",
    "log_format",
    "set_real_ip_from",
    "env",
    "load_module",
    "access_log",
    "error_log",
    "sub_filter",
    "proxy_cache_path",
];

/// Directives of nginx whose arguments are a set.
const SETS: [&str; 6] = ["server_name", "gzip_types", "brotli_types", "ssl_protocols", "valid_referers", "proxy_hide_header"];

/// Reads a file as a list of one document; `None` when its braces do not match.
pub fn read<'a>(language: Language, lines: &[&'a str]) -> Option<Node<'a>> {
    let reader = Reader { hcl: language == Language::Hcl, lines };
    let mut document = Node::leaf(String::new(), 0, vec![]);
    document.shape = Shape::Keyed;
    let (children, tail) = reader.statements(0, lines.len(), 0)?;
    document.children = children;
    document.tail = tail;
    document.lift_header();
    document.says = says_of("", &document.children);
    let mut root = Node::leaf(String::new(), 0, vec![]);
    root.shape = Shape::Keyed;
    root.says = document.says;
    root.children = vec![document];
    root.seal();
    Some(root)
}

/// Where a comment begins on a line of nginx's.
pub fn nginx_comment(line: &str) -> Option<usize> {
    comment(line, false)
}

/// Where a comment begins on a line of HCL.
pub fn hcl_comment(line: &str) -> Option<usize> {
    comment(line, true)
}

fn comment(line: &str, hcl: bool) -> Option<usize> {
    let mut scan = Scan::new(hcl);
    scan.feed(line);
    scan.comment.filter(|at| *at == 0 || line[..*at].ends_with([' ', '\t', ';', '{', '}', ',']))
}

/// Whether a directive's arguments are a set.
pub fn is_words(code: &str) -> bool {
    code.split_whitespace().next().is_some_and(|name| SETS.contains(&name)) && !code.contains(['"', '\'', '~'])
}

struct Reader<'l, 'a> {
    hcl: bool,
    lines: &'l [&'a str],
}

impl<'a> Reader<'_, 'a> {
    /// The statements of a range of lines, and the comments after the last.
    fn statements(&self, from: usize, to: usize, depth: usize) -> Option<(Vec<Node<'a>>, Vec<&'a str>)> {
        let mut nodes = Vec::new();
        let mut lead = Vec::new();
        let mut at = from;
        while at < to {
            let mut scan = Scan::new(self.hcl);
            scan.feed(self.lines[at]);
            if scan.last.is_none() && scan.is_closed() {
                lead.push(self.lines[at]);
                at += 1;
                continue;
            }
            if scan.last.is_none() {
                // A comment of several lines.
                let mut end = at;
                while !scan.is_closed() {
                    end += 1;
                    scan.feed(self.lines.get(end).filter(|_| end < to)?);
                }
                lead.extend_from_slice(&self.lines[at..=end]);
                at = end + 1;
                continue;
            }
            let (mut node, end) = self.statement(at, to, depth)?;
            node.lead = std::mem::take(&mut lead);
            nodes.push(node);
            at = end + 1;
        }
        Some((nodes, lead))
    }

    fn statement(&self, from: usize, to: usize, depth: usize) -> Option<(Node<'a>, usize)> {
        let mut scan = Scan::new(self.hcl);
        let mut opener = None;
        let mut end = from;
        let tidy = loop {
            let line = *self.lines.get(end).filter(|_| end < to)?;
            let closes = opener.is_some() && scan.depth() == 1;
            scan.feed(line);
            if scan.broken {
                return None;
            }
            if opener.is_none() && scan.depth() == 1 && matches!(scan.last, Some('{' | '[')) && scan.is_code() {
                opener = Some(end);
            }
            if scan.is_closed() && (self.hcl || matches!(scan.last, Some(';' | '}'))) {
                let alone = line.trim_start().starts_with(['}', ']']) && closes;
                let code = line[..comment(line, self.hcl).unwrap_or(line.len())].trim();
                break alone && matches!(code, "}" | "]" | "}," | "],");
            }
            end += 1;
        };
        let column = indent(self.lines[from]);
        let head = |to: usize| self.lines[from..=to].iter().map(|line| Cow::Borrowed(*line)).collect();
        let lua = self.lines[from].split('{').next().is_some_and(|head| head.trim_end().ends_with("_by_lua_block"));
        if let Some(opener) = opener.filter(|opener| tidy && *opener < end && !lua && depth < 100)
            && (!self.hcl || opener == from)
            && let Some((children, tail)) = self.statements(opener + 1, end, depth + 1)
        {
            let mut node = Node::leaf(String::new(), column, head(opener));
            let text = self.normal(from, opener);
            let list = text.ends_with('[');
            // A list is a set only when each of its items is a line.
            let item = |child: &Node| child.shape == Shape::Leaf && child.head.len() == 1 && child.names.len() == 1;
            let parted = |child: &Node| child.head.last().is_some_and(|line| self.is_parted(line));
            if !list || children.iter().all(item) && children.iter().rev().skip(1).all(parted) {
                node.shape = if list { Shape::List } else { Shape::Keyed };
                node.children = children;
                node.tail = tail;
                node.close = vec![self.lines[end]];
                node.names = self.block_names(text.trim_end_matches(['{', '[']).trim_end(), &node.children);
                node.says = says_of(&text, &node.children);
                return Some((node, end));
            }
        }
        let text = self.normal(from, end);
        let mut node = Node::leaf(String::new(), column, head(end));
        node.names = self.leaf_names(&text);
        node.says = hash(&text);
        Some((node, end))
    }

    /// Whether a comma ends what a line says.
    fn is_parted(&self, line: &str) -> bool {
        !self.hcl || line[..comment(line, self.hcl).unwrap_or(line.len())].trim_end().ends_with(',')
    }

    /// A statement with single spaces and without comments.
    fn normal(&self, from: usize, to: usize) -> String {
        let raw = self.hcl && self.lines[from..=to].iter().any(|line| line.contains("<<"));
        let mut out = String::new();
        for line in &self.lines[from..=to] {
            let code = if raw { line.trim_end() } else { line[..comment(line, self.hcl).unwrap_or(line.len())].trim() };
            let mut quoted = None;
            for c in code.chars() {
                match quoted {
                    Some(q) if q == c => quoted = None,
                    None if matches!(c, '"' | '\'') => quoted = Some(c),
                    None if c.is_whitespace() && !raw && out.ends_with(' ') => continue,
                    _ => {}
                }
                out.push(if c == '\t' && !raw { ' ' } else { c });
            }
            out.push(if raw { '\n' } else { ' ' });
        }
        let out = out.trim_end();
        out.strip_suffix(',').filter(|_| self.hcl).unwrap_or(out).to_owned()
    }

    fn leaf_names(&self, text: &str) -> Vec<String> {
        if self.hcl {
            // An attribute by its name; an item of a list by all of it.
            return match text.split_once(['=', ':']) {
                Some((name, _))
                    if !name.trim().is_empty() && !name.contains(['"', '{', '(', '[']) || name.trim().ends_with('"') =>
                {
                    vec![name.trim().trim_matches('"').to_owned(), text.to_owned()]
                }
                _ => vec![text.to_owned()],
            };
        }
        let mut words = text.trim_end_matches(';').split_whitespace();
        let first = words.next().unwrap_or_default();
        let second = format!("{first} {}", words.next().unwrap_or_default());
        if MANY.contains(&first) { vec![second, text.to_owned()] } else { vec![first.to_owned(), second, text.to_owned()] }
    }

    /// A block by its head and, where that is not enough, by what its kind is told apart by.
    fn block_names(&self, head: &str, children: &[Node]) -> Vec<String> {
        let head = head.trim_end_matches('=').trim_end();
        let mut names = vec![head.to_owned()];
        let tell: &[&str] = if self.hcl {
            &[
                "name",
                "alias",
                "key",
                "id",
                "type",
                "source",
                "from_port",
                "port",
                "namespace",
                "content",
                "identifiers",
                "variable",
            ]
        } else {
            &["listen", "server_name"]
        };
        let mut name = head.to_owned();
        for what in tell {
            for child in children.iter().filter(|child| child.names[0].split(' ').next() == Some(*what)) {
                name.push('\u{0}');
                name.push_str(child.names.last().map_or("", String::as_str));
            }
            if names.last() != Some(&name) {
                names.push(name.clone());
            }
        }
        names
    }
}

fn says_of(head: &str, children: &[Node]) -> u64 {
    let mut says: Vec<u64> = children.iter().map(|child| child.says).collect();
    says.sort_unstable();
    hash(&(head, says))
}
