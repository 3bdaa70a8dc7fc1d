//! Why: recovery and `undo` must know whether a file still holds what scaffold wrote or saw, without a copy of it.

use std::fmt;
use std::str::FromStr;

/// A fingerprint of a content: 128 bits, so that no two files a person has are ever alike by chance. It is no proof against
/// people who look for two that are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Print(u64, u64);

impl Print {
    /// The fingerprint of a content.
    pub fn of(bytes: &[u8]) -> Self {
        let (mut a, mut b) = (0x243f_6a88_85a3_08d3_u64, 0x1319_8a2e_0370_7344_u64);
        let mut mix = |word: u64| {
            a = fold(a ^ word, 0x9e37_79b9_7f4a_7c15);
            b = fold(b.rotate_left(23) ^ word, 0xd1b5_4a32_d192_ed03);
        };
        let mut words = bytes.chunks_exact(8);
        for word in &mut words {
            mix(u64::from_le_bytes(word.try_into().unwrap_or_default()));
        }
        let mut last = [0; 8];
        last[..words.remainder().len()].copy_from_slice(words.remainder());
        mix(u64::from_le_bytes(last));
        mix(bytes.len() as u64);
        mix(0);
        Self(a, b)
    }
}

/// All bits of the product, so that each bit of the input reaches each of the output.
fn fold(x: u64, factor: u64) -> u64 {
    let product = u128::from(x ^ 0xa076_1d64_78bd_642f) * u128::from(factor);
    let bytes = product.to_le_bytes();
    let half = |at: usize| u64::from_le_bytes(bytes[at..at + 8].try_into().unwrap_or_default());
    half(0) ^ half(8) ^ x.rotate_left(32)
}

impl fmt::Display for Print {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}{:016x}", self.0, self.1)
    }
}

impl FromStr for Print {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let half = |range| text.get(range).and_then(|t| u64::from_str_radix(t, 16).ok());
        match (half(0..16), half(16..32)) {
            (Some(a), Some(b)) if text.len() == 32 => Ok(Self(a, b)),
            _ => Err("no fingerprint".to_owned()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Print;

    #[test]
    fn contents_that_differ_a_little_have_other_fingerprints() {
        let mut seen = std::collections::HashSet::new();
        let base = b"services:\n  redis: # cache\n    image: redis:8\n".to_vec();
        for bit in 0..base.len() * 8 {
            let mut bytes = base.clone();
            bytes[bit / 8] ^= 1 << (bit % 8);
            assert!(seen.insert(Print::of(&bytes).to_string()));
        }
        for length in 0..64 {
            assert!(seen.insert(Print::of(&vec![0; length]).to_string()));
        }
        let print = Print::of(&base);
        assert_eq!(print.to_string().parse(), Ok(print));
        assert!("".parse::<Print>().is_err() && "+f".repeat(16).parse::<Print>().is_err());
    }
}
