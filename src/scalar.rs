//! Why: an environment variable has a text, but people write `8080` and `true` without quotes, and mean that text.

use schemars::JsonSchema;
use serde::de::Visitor;
use serde::{Deserialize, Deserializer, Serialize};

/// A value of an environment variable: what YAML reads as a number or boolean is its text.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
#[serde(untagged)]
pub enum Scalar {
    /// A text.
    Text(String),
    /// true or false.
    Flag(bool),
    /// A whole number.
    Integer(i64),
    /// Any number.
    Number(f64),
}

/// What serde derives tries one variant after the other, and makes an error of each that it is not.
impl<'de> Deserialize<'de> for Scalar {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ScalarVisitor)
    }
}

struct ScalarVisitor;

impl Visitor<'_> for ScalarVisitor {
    type Value = Scalar;

    fn expecting(&self, out: &mut std::fmt::Formatter) -> std::fmt::Result {
        out.write_str("a text, a number, true or false")
    }

    fn visit_str<E>(self, text: &str) -> Result<Scalar, E> {
        Ok(Scalar::Text(text.to_owned()))
    }

    fn visit_string<E>(self, text: String) -> Result<Scalar, E> {
        Ok(Scalar::Text(text))
    }

    fn visit_bool<E>(self, flag: bool) -> Result<Scalar, E> {
        Ok(Scalar::Flag(flag))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Scalar, E> {
        Ok(Scalar::Integer(number))
    }

    #[allow(clippy::cast_precision_loss, reason = "what is larger than any whole number here is read as any number")]
    fn visit_u64<E>(self, number: u64) -> Result<Scalar, E> {
        Ok(i64::try_from(number).map_or(Scalar::Number(number as f64), Scalar::Integer))
    }

    fn visit_f64<E>(self, number: f64) -> Result<Scalar, E> {
        Ok(Scalar::Number(number))
    }
}

impl Scalar {
    /// As the application will read it.
    pub fn text(&self) -> String {
        match self {
            Self::Text(text) => text.clone(),
            Self::Flag(flag) => flag.to_string(),
            Self::Integer(number) => number.to_string(),
            Self::Number(number) => number.to_string(),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::Scalar;

    #[test]
    fn each_value_has_its_text_and_what_is_none_is_refused() {
        for (value, text) in [
            (json!("a"), "a"),
            (json!("8080"), "8080"),
            (json!(true), "true"),
            (json!(-3), "-3"),
            (json!(0.5), "0.5"),
            (json!(u64::MAX), "18446744073709552000"),
        ] {
            assert_eq!(serde_json::from_value::<Scalar>(value).unwrap().text(), text);
        }
        for value in [json!(null), json!([1]), json!({ "a": 1 })] {
            assert!(serde_json::from_value::<Scalar>(value).is_err());
        }
    }
}
