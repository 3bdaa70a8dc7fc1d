//! Why: the writing half of `bytecode`, which the build script needs, and the program does not.

use std::sync::Arc;

use minijinja::machinery::{CodeGenerator, CompiledTemplate, Instruction, Instructions, TemplateConfig, parse_expr};
use minijinja::value::{Value, ValueKind};
use minijinja::{AutoEscape, Error};

use crate::bytecode::{PLAIN, syntax};
use crate::compact::size;

/// Compiles a template and writes it down; nothing when it has a mistake or an instruction that has no form here.
pub fn template(source: &str) -> Option<Vec<u8>> {
    let config = TemplateConfig { syntax_config: syntax(), default_auto_escape: Arc::new(|_| AutoEscape::None) };
    let compiled = CompiledTemplate::new("", source, &config).ok().filter(|compiled| compiled.blocks.is_empty())?;
    Writer { source, out: vec![] }.write(&compiled.instructions)
}

/// The same for an expression.
pub fn expression(source: &str) -> Option<Vec<u8>> {
    let parsed: Result<_, Error> = parse_expr(source);
    let mut generator = CodeGenerator::new("", source);
    generator.compile_expr(&parsed.ok()?);
    Writer { source, out: vec![] }.write(&generator.finish().0)
}

struct Writer<'a> {
    source: &'a str,
    out: Vec<u8>,
}

impl Writer<'_> {
    fn write(mut self, instructions: &Instructions) -> Option<Vec<u8>> {
        for at in 0.. {
            let Some(instruction) = instructions.get(at) else { break };
            self.instruction(instruction)?;
        }
        Some(self.out)
    }

    fn instruction(&mut self, instruction: &Instruction) -> Option<()> {
        use Instruction as I;
        match instruction {
            I::EmitRaw(text) => self.named(b'r', text),
            I::StoreLocal(name) => self.named(b's', name),
            I::Lookup(name) => self.named(b'l', name),
            I::GetAttr(name) => self.named(b'a', name),
            I::SetAttr(name) => self.named(b'A', name),
            I::Enclose(name) => self.named(b'e', name),
            I::BuildMap(count) => self.counted(b'm', *count),
            I::BuildKwargs(count) => self.counted(b'k', *count),
            I::BuildList(count) => self.counted(b'b', count.map_or(0, |n| n + 1)),
            I::UnpackList(count) => self.counted(b'u', *count),
            I::Iterate(target) => self.counted(b'i', *target as usize),
            I::Jump(target) => self.counted(b'j', *target as usize),
            I::JumpIfFalse(target) => self.counted(b'f', *target as usize),
            I::JumpIfFalseOrPop(target) => self.counted(b'F', *target as usize),
            I::JumpIfTrueOrPop(target) => self.counted(b't', *target as usize),
            I::PushLoop(flags) => self.counted(b'p', usize::from(*flags)),
            I::ApplyFilter(name, count, local) => self.called(b'|', name, *count, *local),
            I::PerformTest(name, count, local) => self.called(b'?', name, *count, *local),
            I::CallFunction(name, count) => self.called(b'(', name, *count, 0),
            I::CallMethod(name, count) => self.called(b'.', name, *count, 0),
            I::BuildMacro(name, at, flags) => {
                self.named(b'M', name);
                size(*at as usize, &mut self.out);
                self.out.push(*flags);
            }
            I::LoadConst(value) => {
                self.out.push(b'c');
                self.value(value)?;
            }
            plain => {
                let same = |known: &Instruction| std::mem::discriminant(known) == std::mem::discriminant(plain);
                self.out.push(u8::try_from(PLAIN.iter().position(same)?).ok()?);
            }
        }
        Some(())
    }

    fn named(&mut self, code: u8, name: &str) {
        self.out.push(code);
        self.text(name);
    }

    fn counted(&mut self, code: u8, count: usize) {
        self.out.push(code);
        size(count, &mut self.out);
    }

    fn called(&mut self, code: u8, name: &str, count: Option<u16>, local: u8) {
        self.named(code, name);
        size(count.map_or(0, |n| usize::from(n) + 1), &mut self.out);
        self.out.push(local);
    }

    /// Constants that cannot be told from each other by their kind alone have no form here.
    fn value(&mut self, value: &Value) -> Option<()> {
        match value.kind() {
            ValueKind::None => self.out.push(b'0'),
            ValueKind::Bool => self.out.push(if value.is_true() { b't' } else { b'f' }),
            ValueKind::Number if value.is_integer() => {
                self.out.push(b'#');
                self.text(&value.to_string());
            }
            ValueKind::String if !value.is_safe() => self.named(b'"', value.as_str()?),
            ValueKind::Seq if !value.is_tuple() => {
                self.counted(b'[', value.len()?);
                for item in value.try_iter().ok()? {
                    self.value(&item)?;
                }
            }
            ValueKind::Map => {
                self.counted(if value.is_kwargs() { b'k' } else { b'{' }, value.len()?);
                for key in value.try_iter().ok()? {
                    self.text(key.as_str()?);
                    self.value(&value.get_item(&key).ok()?)?;
                }
            }
            _ => return None,
        }
        Some(())
    }

    /// A piece of the source is told by its place in it, anything else is spelt out.
    fn text(&mut self, text: &str) {
        let at = (text.as_ptr() as usize).wrapping_sub(self.source.as_ptr() as usize);
        if at <= self.source.len() && text.len() <= self.source.len() - at {
            size(text.len() << 1, &mut self.out);
            size(at, &mut self.out);
        } else {
            size(text.len() << 1 | 1, &mut self.out);
            self.out.extend_from_slice(text.as_bytes());
        }
    }
}
