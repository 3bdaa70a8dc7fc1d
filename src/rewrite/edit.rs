//! The edits: each is a piece of the text and what stands there afterwards.

use std::ops::Range;

use serde_json::{Map, Value};

use super::spans::{Entry, Shape, Spanned, read};
use crate::answers::{block, flow, word};

/// Makes the change from the old value to the new one in a text that says the old one.
pub fn edit(text: &str, old: &Value, new: &Value) -> Option<String> {
    let root = read(text)?;
    let eol = if text.find('\n').is_some_and(|at| text[..at].ends_with('\r')) { "\r\n" } else { "\n" };
    let mut editor = Editor { text, eol, step: step(text, &root), edits: vec![] };
    editor.map(&root, old.as_object()?, new.as_object()?)?;
    let mut edits = editor.edits;
    edits.sort_by_key(|(range, _)| (range.start, range.end));
    let mut out = String::with_capacity(text.len() + 256);
    let mut at = 0;
    for (range, with) in edits {
        out.push_str(text.get(at..range.start)?);
        out.push_str(&with);
        at = range.end;
    }
    out.push_str(text.get(at..)?);
    Some(out)
}

/// How deep its user indents.
fn step(text: &str, root: &Spanned) -> usize {
    let Shape::Map { entries, .. } = &root.shape else { return 2 };
    let inner = entries.iter().find_map(|e| match &e.value.shape {
        Shape::Map { flow: false, entries } => entries.first(),
        _ => None,
    });
    inner.map_or(2, |entry| column(text, entry.key.start)).max(1)
}

fn line_start(text: &str, at: usize) -> usize {
    text[..at].rfind('\n').map_or(0, |newline| newline + 1)
}

/// The end of the line, before its line end.
fn line_end(text: &str, at: usize) -> usize {
    let end = text[at..].find('\n').map_or(text.len(), |newline| at + newline);
    if text[..end].ends_with('\r') && end > at { end - 1 } else { end }
}

/// The beginning of the next line.
fn next_line(text: &str, at: usize) -> usize {
    text[at..].find('\n').map_or(text.len(), |newline| at + newline + 1)
}

fn column(text: &str, at: usize) -> usize {
    at - line_start(text, at)
}

struct Editor<'a> {
    text: &'a str,
    eol: &'static str,
    step: usize,
    edits: Vec<(Range<usize>, String)>,
}

impl Editor<'_> {
    fn map(&mut self, at: &Spanned, old: &Map<String, Value>, new: &Map<String, Value>) -> Option<()> {
        let Shape::Map { flow, entries } = &at.shape else { return None };
        for (key, value) in old {
            let Some(index) = entries.iter().position(|e| e.name == *key) else { continue };
            let entry = &entries[index];
            match (new.get(key), value) {
                (Some(now), before) if now == before => {}
                (None, _) => self.remove(at, *flow, entries, index),
                (Some(Value::Object(now)), Value::Object(before)) if matches!(entry.value.shape, Shape::Map { .. }) => {
                    self.map(&entry.value, before, now)?;
                }
                (Some(Value::Array(now)), Value::Array(before)) if matches!(entry.value.shape, Shape::List { .. }) => {
                    self.list(entry, before, now);
                }
                (Some(now), _) => self.replace(entry, now),
            }
        }
        // What is new comes after the nearest of its neighbours that is there.
        for (index, (key, value)) in new.iter().enumerate().filter(|(_, (key, _))| !old.contains_key(*key)) {
            if let Some(entry) = entries.iter().find(|e| e.name == *key) {
                // It was there without a meaning, as in `stores: {}`.
                match (&entry.value.shape, value) {
                    (Shape::Map { flow: true, entries }, Value::Object(inner)) if entries.is_empty() => {
                        self.map(&entry.value, &Map::new(), inner)?;
                        // No spaces tell later that its user wrote the braces.
                        if let Some((_, with)) = self.edits.last_mut().filter(|_| *flow) {
                            *with = with.trim().to_owned();
                        }
                    }
                    (Shape::List { flow: true, items }, Value::Array(inner)) if items.is_empty() => {
                        self.list(entry, &[], inner);
                    }
                    _ => self.replace(entry, value),
                }
                continue;
            }
            let before: Vec<&String> = new.keys().take(index).collect();
            let after = before.iter().rev().find_map(|name| entries.iter().position(|e| e.name == **name));
            self.insert(at, *flow, entries, after, key, value);
        }
        Some(())
    }

    fn insert(&mut self, map: &Spanned, flow_style: bool, entries: &[Entry], after: Option<usize>, key: &str, value: &Value) {
        if flow_style {
            let entry = format!("{}: {}", word(key), flow(value));
            let (at, with) = match (after.and_then(|i| entries.get(i)), entries.first()) {
                (Some(entry_before), _) => (entry_before.value.range.end, format!(", {entry}")),
                (None, Some(first)) => (first.key.start, format!("{entry}, ")),
                (None, None) => {
                    let inner = map.range.start + 1..map.range.end - 1;
                    // Several may come into one that is empty.
                    if let Some((_, with)) = self.edits.iter_mut().find(|(range, _)| *range == inner) {
                        let kept = with.trim_end().to_owned();
                        *with = format!("{kept}, {entry} ");
                        return;
                    }
                    self.edits.push((inner, format!(" {entry} ")));
                    return;
                }
            };
            self.edits.push((at..at, with));
            return;
        }
        let Some(first) = entries.first() else { return };
        let indent = column(self.text, first.key.start);
        let lines = self.lines(key, value, indent);
        let (at, open) = match after.and_then(|i| entries.get(i)) {
            Some(before) => {
                let at = self.below(next_line(self.text, before.value.range.end), indent);
                (at, at == self.text.len() && !self.text.ends_with('\n'))
            }
            // Comments above the first key belong to it.
            None => (self.above(first.key.start, indent), false),
        };
        let body = lines.join(self.eol);
        let with = if open { format!("{}{body}", self.eol) } else { format!("{body}{}", self.eol) };
        self.edits.push((at..at, with));
    }

    /// The lines of a new entry in block style, with its user's indentation.
    fn lines(&self, key: &str, value: &Value, indent: usize) -> Vec<String> {
        let mut out = String::new();
        block(&Map::from_iter([(key.to_owned(), value.clone())]), 0, &mut out);
        let indented = |line: &str| {
            let depth = (line.len() - line.trim_start().len()) / 2;
            format!("{}{}", " ".repeat(indent + depth * self.step), line.trim_start())
        };
        out.lines().map(indented).collect()
    }

    /// The beginning of the comment lines right above a line.
    fn above(&self, at: usize, indent: usize) -> usize {
        let mut start = line_start(self.text, at);
        while start > 0 {
            let before = line_start(self.text, start - 1);
            let line = &self.text[before..start];
            if !line.trim_start().starts_with('#') || column(self.text, before + line.len() - line.trim_start().len()) < indent {
                break;
            }
            start = before;
        }
        start
    }

    /// Where what belongs to the entry above ends: a comment that is indented more than its key is the last thing in it.
    fn below(&self, mut at: usize, indent: usize) -> usize {
        let mut end = at;
        while at < self.text.len() {
            let next = next_line(self.text, at);
            let line = &self.text[at..next];
            let code = line.trim_start();
            match code.chars().next() {
                Some('#') if line.len() - code.len() > indent => end = next,
                Some(_) => break,
                None => {}
            }
            at = next;
        }
        end
    }

    fn remove(&mut self, map: &Spanned, flow_style: bool, entries: &[Entry], index: usize) {
        let entry = &entries[index];
        // What its user wrote in braces stays there, empty. Where all is in braces, what came with its first entry has spaces
        // inside, and goes with the last one.
        let came = flow_style && self.text[entry.value.range.start..].starts_with("{ ");
        if let Shape::Map { flow: true, entries: inner } = &entry.value.shape
            && matches!(entry.name.as_str(), "stores" | "features")
            && !inner.is_empty()
            && !came
        {
            let range = entry.value.range.start + 1..entry.value.range.end - 1;
            let kept = self.comments(&range, &entry.value);
            let with = self.kept_in_flow(&kept, entry.key.start, range.end);
            self.edits.push((range, with));
            return;
        }
        if flow_style {
            self.remove_in_flow(map, entries, index);
            return;
        }
        let mut range = line_start(self.text, entry.key.start)..next_line(self.text, entry.value.range.end);
        let mut kept = self.comment_lines(&self.comments(&range, &entry.value), column(self.text, entry.key.start));
        if range.end == self.text.len() && !self.text.ends_with('\n') {
            // The last line had no line end, and the one before it shall have none.
            if kept.is_empty() {
                range.start = self.text[..range.start].strip_suffix('\n').map_or(0, str::len);
                range.start = self.text[..range.start].strip_suffix('\r').map_or(range.start, str::len);
            } else {
                kept.truncate(kept.len() - self.eol.len());
            }
        }
        self.edits.push((range, kept));
    }

    fn remove_in_flow(&mut self, map: &Spanned, entries: &[Entry], index: usize) {
        let entry = &entries[index];
        let taken = |e: &Entry| self.edits.iter().any(|(range, _)| range.contains(&e.key.start));
        let next = entries.get(index + 1);
        let previous = index.checked_sub(1).and_then(|i| entries.get(i)).filter(|e| !taken(e));
        let range = match (previous, next) {
            (_, Some(next)) => entry.key.start..next.key.start,
            (Some(previous), None) => previous.value.range.end..entry.value.range.end,
            (None, None) => {
                let start = entries[..index].iter().map(|e| e.key.start).min().unwrap_or(entry.key.start);
                let start = if index == 0 { map.range.start + 1 } else { start };
                entry.key.start.max(start).min(map.range.end - 1)..map.range.end - 1
            }
        };
        let range = if index == 0 && entries.len() == 1 { map.range.start + 1..map.range.end - 1 } else { range };
        let kept = self.comments(&range, &entry.value);
        let with = self.kept_in_flow(&kept, entry.key.start, range.end);
        self.edits.push((range, with));
    }

    /// Each comment on a line of its own.
    fn comment_lines(&self, comments: &[&str], indent: usize) -> String {
        comments.iter().map(|c| format!("{}{c}{}", " ".repeat(indent), self.eol)).collect::<Vec<_>>().concat()
    }

    /// Comments of something in braces that goes, up to `end`: each needs its line end.
    fn kept_in_flow(&self, kept: &[&str], at: usize, end: usize) -> String {
        let pad = " ".repeat(column(self.text, at));
        let line = format!("{}{pad}", self.eol);
        let mut text = kept.iter().map(|comment| format!(" {comment}{line}")).collect::<Vec<_>>().concat();
        if self.text[end..line_end(self.text, end)].trim().is_empty() && end < self.text.len() {
            text.truncate(text.len().saturating_sub(line.len()));
        }
        text
    }

    /// The comments in a piece of the text: what begins with `#` outside all words.
    fn comments(&self, range: &Range<usize>, value: &Spanned) -> Vec<&str> {
        let mut words = Vec::new();
        value.words(&mut words);
        let mut found = Vec::new();
        let mut at = range.start;
        while let Some(offset) = self.text[at..range.end].find('#') {
            let hash = at + offset;
            if let Some(word) = words.iter().find(|w| w.contains(&hash)) {
                at = word.end.max(hash + 1);
                continue;
            }
            if !self.text[..hash].ends_with([' ', '\t', '\n']) && hash > 0 {
                at = hash + 1;
                continue;
            }
            let end = line_end(self.text, hash).min(range.end);
            found.push(self.text[hash..end].trim_end());
            at = end;
        }
        found
    }

    fn replace(&mut self, entry: &Entry, value: &Value) {
        let old = &entry.value;
        let is_block = matches!(old.shape, Shape::Map { flow: false, .. } | Shape::List { flow: false, .. });
        let space = if self.text[..old.range.start].ends_with(':') { " " } else { "" };
        let range = if is_block {
            // From the colon on: the comments in between are kept above.
            let start = entry.key.end + self.text[entry.key.end..].find(':').map_or(0, |colon| colon + 1);
            let range = start..old.range.end;
            let indent = column(self.text, entry.key.start);
            let kept = self.comments(&range, old);
            if !kept.is_empty() {
                let above = line_start(self.text, entry.key.start);
                let lines = self.comment_lines(&kept, indent);
                self.edits.push((above..above, lines));
            }
            self.edits.push((range, format!(" {}", flow(value))));
            return;
        } else {
            old.range.clone()
        };
        let kept = self.kept_in_flow(&self.comments(&range, old), entry.key.start, range.end);
        self.edits.push((range, format!("{space}{}{kept}", flow(value))));
    }

    /// Items that go are taken out, items that come are appended, one that comes for another takes its place; any other
    /// change replaces the list.
    fn list(&mut self, entry: &Entry, old: &[Value], new: &[Value]) {
        let Shape::List { flow: flow_style, items } = &entry.value.shape else { return };
        let words = items.len() == old.len() && items.iter().all(|item| matches!(item.shape, Shape::Scalar));
        if words && old.len() == new.len() {
            let changed = items.iter().zip(old.iter().zip(new)).filter(|(_, (before, now))| before != now);
            self.edits.extend(changed.map(|(item, (_, now))| (item.range.clone(), flow(now))));
            return;
        }
        let kept: Vec<&Value> = old.iter().filter(|item| new.contains(item)).collect();
        let plain = words && kept.iter().copied().eq(new.iter().take(kept.len()));
        let added = &new[kept.len().min(new.len())..];
        let gone: Vec<usize> = (0..old.len()).filter(|i| !new.contains(&old[*i])).collect();
        if !plain
            || (!gone.is_empty() && !added.is_empty())
            || (*flow_style && gone.len() > 1)
            || (kept.is_empty() && !old.is_empty())
        {
            self.replace(entry, &Value::Array(new.to_vec()));
            return;
        }
        let texts: Vec<String> = added.iter().map(flow).collect();
        match (flow_style, items.last()) {
            (true, Some(last)) if !texts.is_empty() => {
                self.edits.push((last.range.end..last.range.end, format!(", {}", texts.join(", "))));
            }
            (true, None) => {
                let inner = entry.value.range.start + 1..entry.value.range.end - 1;
                self.edits.push((inner, texts.join(", ")));
            }
            (false, Some(last)) if !texts.is_empty() => {
                let dash = self.text[..last.range.start].rfind('-').unwrap_or(last.range.start);
                let pad = " ".repeat(column(self.text, dash));
                let at = next_line(self.text, last.range.end);
                let open = at == self.text.len() && !self.text.ends_with('\n');
                for text in texts {
                    let with = if open { format!("{}{pad}- {text}", self.eol) } else { format!("{pad}- {text}{}", self.eol) };
                    self.edits.push((at..at, with));
                }
            }
            _ => {}
        }
        for index in gone {
            let range = match (flow_style, items.get(index + 1), index.checked_sub(1).and_then(|i| items.get(i))) {
                (true, Some(next), _) => items[index].range.start..next.range.start,
                (true, None, Some(previous)) => previous.range.end..items[index].range.end,
                (true, None, None) => items[index].range.clone(),
                (false, _, _) => {
                    let start = line_start(self.text, items[index].range.start);
                    start..next_line(self.text, items[index].range.end)
                }
            };
            let kept = self.comments(&range, &items[index]);
            let with = if *flow_style {
                self.kept_in_flow(&kept, items[index].range.start, range.end)
            } else {
                self.comment_lines(&kept, column(self.text, items[index].range.start).saturating_sub(2))
            };
            self.edits.push((range, with));
        }
    }
}
