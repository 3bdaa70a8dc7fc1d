//! Why: people edit `scaffold.yaml`: they bring comments, blank lines and an order of their own, and a flow or a block
//! where they like it. When answers change, only the changed keys may move in it. So the text is edited at the places of
//! the keys, and the parser is the judge: the result must say exactly the new answers.

mod edit;
mod spans;

use serde_json::{Map, Value};

use crate::answers;
use crate::error::{Diagnostic, Result};
use crate::lock::ANSWERS;
use crate::repository::document;

/// The answers file of its user with the change from the one canonical text to the other in it.
///
/// # Errors
/// A text in which the change cannot be made without touching more than the changed keys.
pub fn rewrite(text: &[u8], old: &str, new: &str) -> Result<Vec<u8>> {
    if old == new {
        return Ok(text.to_vec());
    }
    if text == old.as_bytes() {
        return Ok(new.as_bytes().to_vec());
    }
    let failed = || {
        Diagnostic::new("the new answers cannot be written into this file without losing what you brought in")
            .in_file(ANSWERS)
            .hint("edit it by hand, then `scaffold apply`; `--dry-run --json` shows the new answers")
    };
    let (bom, body) = text.strip_prefix(b"\xef\xbb\xbf").map_or((&b""[..], text), |rest| (&text[..3], rest));
    let body = std::str::from_utf8(body).map_err(|_| failed())?;
    let values = |text: &str| document(text.as_bytes()).map(|node| node.to_json());
    let edited = edit::edit(body, &values(old)?, &values(new)?).ok_or_else(failed)?;
    let says = answers::from_document(&document(edited.as_bytes())?).map(|a| answers::to_text(&a));
    if !says.is_ok_and(|says| values(&says).is_ok_and(|says| values(new).is_ok_and(|new| same(&says, &new, 0)))) {
        return Err(failed().into());
    }
    Ok([bom, edited.as_bytes()].concat())
}

/// The same text with another name for the key at the end of a path; `None` when it is not there.
pub fn rename_key(text: &[u8], path: &[&str], new: &str) -> Option<Vec<u8>> {
    let (bom, body) = text.strip_prefix(b"\xef\xbb\xbf").map_or((&b""[..], text), |rest| (&text[..3], rest));
    let body = std::str::from_utf8(body).ok()?;
    let mut at = spans::read(body)?;
    let mut key = None;
    for name in path {
        let spans::Shape::Map { entries, .. } = at.shape else { return None };
        let entry = entries.into_iter().find(|e| e.name == *name)?;
        key = Some(entry.key);
        at = entry.value;
    }
    let key = key?;
    Some([bom, &body.as_bytes()[..key.start], answers::word(new).as_bytes(), &body.as_bytes()[key.end..]].concat())
}

/// Whether two answers mean the same: the order of services counts, and of what is in them; any other order does not.
fn same(a: &Value, b: &Value, depth: usize) -> bool {
    let ordered = |map: &Map<String, Value>| map.keys().cloned().collect::<Vec<_>>();
    match (a, b) {
        (Value::Object(a), Value::Object(b)) if depth == 0 => {
            let services = |map: &Map<String, Value>| {
                map.get("services").and_then(Value::as_object).map(|all| {
                    let env = |s: &Value| s.get("env").and_then(Value::as_object).map(ordered);
                    (ordered(all), all.values().map(env).collect::<Vec<_>>())
                })
            };
            a == b && services(a) == services(b)
        }
        (a, b) => a == b,
    }
}

#[cfg(test)]
mod tests;
