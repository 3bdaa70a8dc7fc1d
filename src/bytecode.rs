//! Why: the embedded templates are the same in every run, and compiling them was a third of the time of `new`. The build
//! script compiles them (`compile.rs`) and writes the instructions of the template engine down in a form that is quick to
//! read back. It keeps no lines: a template that fails is compiled from its source, which says where.

use minijinja::machinery::{Instruction, Instructions};
use minijinja::syntax::SyntaxConfig;
use minijinja::value::{Kwargs, Value};

use crate::compact::Bytes;

/// Instructions without an argument; one is written as its position here.
pub static PLAIN: [Instruction; 28] = [
    Instruction::GetItem,
    Instruction::Slice,
    Instruction::Add,
    Instruction::Sub,
    Instruction::Mul,
    Instruction::Div,
    Instruction::IntDiv,
    Instruction::Rem,
    Instruction::Neg,
    Instruction::Eq,
    Instruction::Ne,
    Instruction::Gt,
    Instruction::Gte,
    Instruction::Lt,
    Instruction::Lte,
    Instruction::Not,
    Instruction::StringConcat,
    Instruction::In,
    Instruction::Emit,
    Instruction::PushDidNotIterate,
    Instruction::PopFrame,
    Instruction::PopLoopFrame,
    Instruction::DupTop,
    Instruction::DiscardTop,
    Instruction::Swap,
    Instruction::Return,
    Instruction::IsUndefined,
    Instruction::GetClosure,
];

/// The delimiters of all templates.
///
/// # Panics
/// Never: they are constants.
pub fn syntax() -> SyntaxConfig {
    SyntaxConfig::builder()
        .block_delimiters("{{%", "%}}")
        .variable_delimiters("{{{", "}}}")
        .comment_delimiters("{{#", "#}}")
        .trim_blocks(true)
        .lstrip_blocks(true)
        .keep_trailing_newline(true)
        .build()
        .expect("constant delimiters")
}

/// Whether a text of a manifest has anything to render.
pub fn is_template(text: &str) -> bool {
    text.as_bytes().windows(3).any(|three| matches!(three, b"{{{" | b"{{%"))
}

/// The inside of a text that is one expression and nothing else.
pub fn single_expression(text: &str) -> Option<&str> {
    text.strip_prefix("{{{")?.strip_suffix("}}}").filter(|t| !t.contains("}}}"))
}

/// Reads back what was written of the source. Nothing when the bytes are anything else.
pub fn read(bytes: &'static [u8], source: &'static str) -> Option<Instructions<'static>> {
    let mut reader = Reader { bytes: Bytes(bytes), source };
    let mut instructions = Instructions::new("", source);
    while !reader.bytes.0.is_empty() {
        instructions.add(reader.instruction()?);
    }
    Some(instructions)
}

struct Reader {
    bytes: Bytes<'static>,
    source: &'static str,
}

impl Reader {
    fn instruction(&mut self) -> Option<Instruction<'static>> {
        use Instruction as I;
        Some(match self.bytes.byte()? {
            b'r' => I::EmitRaw(self.text()?),
            b's' => I::StoreLocal(self.text()?),
            b'l' => I::Lookup(self.text()?),
            b'a' => I::GetAttr(self.text()?),
            b'A' => I::SetAttr(self.text()?),
            b'e' => I::Enclose(self.text()?),
            b'm' => I::BuildMap(self.bytes.size()?),
            b'k' => I::BuildKwargs(self.bytes.size()?),
            b'b' => I::BuildList(self.bytes.size()?.checked_sub(1)),
            b'u' => I::UnpackList(self.bytes.size()?),
            b'i' => I::Iterate(self.target()?),
            b'j' => I::Jump(self.target()?),
            b'f' => I::JumpIfFalse(self.target()?),
            b'F' => I::JumpIfFalseOrPop(self.target()?),
            b't' => I::JumpIfTrueOrPop(self.target()?),
            b'p' => I::PushLoop(u8::try_from(self.bytes.size()?).ok()?),
            code @ (b'|' | b'?' | b'(' | b'.') => {
                let name = self.text()?;
                let count = self.bytes.size()?.checked_sub(1).and_then(|n| u16::try_from(n).ok());
                let local = self.bytes.byte()?;
                match code {
                    b'|' => I::ApplyFilter(name, count, local),
                    b'?' => I::PerformTest(name, count, local),
                    b'(' => I::CallFunction(name, count),
                    _ => I::CallMethod(name, count),
                }
            }
            b'M' => I::BuildMacro(self.text()?, self.target()?, self.bytes.byte()?),
            b'c' => I::LoadConst(self.value()?),
            plain => PLAIN.get(usize::from(plain))?.clone(),
        })
    }

    fn value(&mut self) -> Option<Value> {
        Some(match self.bytes.byte()? {
            b'0' => Value::from(()),
            b't' => Value::from(true),
            b'f' => Value::from(false),
            b'#' => Value::from(self.text()?.parse::<i64>().ok()?),
            b'"' => Value::from(self.text()?),
            b'[' => {
                let count = self.bytes.size()?;
                Value::from((0..count).map(|_| self.value()).collect::<Option<Vec<_>>>()?)
            }
            kind @ (b'k' | b'{') => {
                let count = self.bytes.size()?;
                let pairs = (0..count).map(|_| Some((self.text()?, self.value()?))).collect::<Option<Vec<_>>>()?;
                if kind == b'k' { Value::from(pairs.into_iter().collect::<Kwargs>()) } else { Value::from_pairs(pairs) }
            }
            _ => return None,
        })
    }

    fn text(&mut self) -> Option<&'static str> {
        let size = self.bytes.size()?;
        if size & 1 == 0 {
            let at = self.bytes.size()?;
            return self.source.get(at..at + (size >> 1));
        }
        self.bytes.text(size >> 1)
    }

    fn target(&mut self) -> Option<u32> {
        u32::try_from(self.bytes.size()?).ok()
    }
}
