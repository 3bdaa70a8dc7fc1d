use super::*;

fn locked(text: &'static str) -> Locked {
    Locked { kind: FileKind::Managed, mode: 0o644, bytes: text.as_bytes().into(), state: State::Settled }
}
