//! Why: an answer becomes part of file names, host names, shell words and nginx locations. Types that cannot hold a bad
//! value make every later step safe without another check.

use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};

/// Checks a text for one of the types of this module; the message says what is expected.
pub type Check = fn(&str) -> Result<(), String>;

macro_rules! word {
    ($(#[$doc:meta])* $name:ident, $format:literal, $pattern:literal, $check:path) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl $name {
            /// The text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl TryFrom<String> for $name {
            type Error = String;

            fn try_from(text: String) -> Result<Self, String> {
                $check(&text).map(|()| Self(text))
            }
        }

        impl From<$name> for String {
            fn from(word: $name) -> Self {
                word.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl std::borrow::Borrow<str> for $name {
            fn borrow(&self) -> &str {
                &self.0
            }
        }

        impl JsonSchema for $name {
            fn schema_name() -> std::borrow::Cow<'static, str> {
                stringify!($name).into()
            }

            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                json_schema!({ "type": "string", "format": $format, "pattern": $pattern })
            }
        }
    };
}

word!(
    /// The name of a project, service or store: a DNS label that starts with a letter, at most 40 characters.
    Name, "scaffold-name", "^[a-z]([a-z0-9-]{0,38}[a-z0-9])?$", check_name
);
word!(
    /// A host name, as in `shop.example.com`.
    Domain, "scaffold-domain", "^[a-z0-9-]+(\\.[a-z0-9-]+)+$", check_domain
);
word!(
    /// A registry with a path, as in `ghcr.io/acme/shop` or `localhost:5000/shop`; images are `<registry>/<service>`.
    Registry, "scaffold-registry", "^[a-z0-9.-]+(:[0-9]+)?(/[a-z0-9._-]+)+$", check_registry
);
word!(
    /// A path prefix that nginx routes, as in `/` or `/api/v1`.
    Route, "scaffold-route", "^/([A-Za-z0-9._~-]+(/[A-Za-z0-9._~-]+)*)?$", check_route
);
word!(
    /// The name of an environment variable.
    Variable, "scaffold-variable", "^[A-Z][A-Z0-9_]*$", check_variable
);
word!(
    /// The prefix of a store's variables, as in `DATABASE` for `DATABASE_URL`.
    Prefix, "scaffold-prefix", "^[A-Z][A-Z0-9_]*$", check_variable
);

/// The check behind a `format` of the JSON Schema, for the validator that reports places.
pub fn check_for(format: &str) -> Option<Check> {
    Some(match format {
        "scaffold-name" => check_name,
        "scaffold-domain" => check_domain,
        "scaffold-registry" => check_registry,
        "scaffold-route" => check_route,
        "scaffold-variable" | "scaffold-prefix" => check_variable,
        _ => return None,
    })
}

/// `billing-api` as an identifier of programming languages and databases: `billing_api`.
pub fn identifier(name: &str) -> String {
    name.replace('-', "_")
}

/// `billing-api` as the beginning of a variable: `BILLING_API`.
pub fn upper(name: &str) -> String {
    identifier(name).to_ascii_uppercase()
}

fn check_name(text: &str) -> Result<(), String> {
    let good = text.len() <= 40
        && text.starts_with(|c: char| c.is_ascii_lowercase())
        && !text.ends_with('-')
        && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
    expect(good, "a name: lower-case letters, digits and `-`, starting with a letter, at most 40 characters")
}

fn check_domain(text: &str) -> Result<(), String> {
    let label = |l: &str| {
        !l.is_empty()
            && l.len() <= 63
            && !l.starts_with('-')
            && !l.ends_with('-')
            && l.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
    };
    let good = text.len() <= 253
        && text.contains('.')
        && text.split('.').all(label)
        && text.rsplit('.').next().is_some_and(|top| top.bytes().any(|b| b.is_ascii_lowercase()));
    expect(good, "a domain in lower case, such as `shop.example.com`")
}

fn check_registry(text: &str) -> Result<(), String> {
    let mut parts = text.split('/');
    let host = parts.next().unwrap_or_default();
    let (host, port) = host.split_once(':').map_or((host, None), |(h, p)| (h, Some(p)));
    let host_good = !host.is_empty()
        && host.split('.').all(|l| {
            !l.is_empty()
                && !l.starts_with('-')
                && !l.ends_with('-')
                && l.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
        });
    let port_good = port.is_none_or(|p| p.parse::<u16>().is_ok_and(|n| n > 0));
    let path: Vec<&str> = parts.collect();
    let segment = |s: &&str| {
        let separators = s.replace("__", "_");
        !s.is_empty()
            && s.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'.' | b'_' | b'-'))
            && s.starts_with(|c: char| c.is_ascii_alphanumeric())
            && s.ends_with(|c: char| c.is_ascii_alphanumeric())
            && !separators.contains("..")
            && !separators.contains("__")
    };
    let good = text.len() <= 180 && host_good && port_good && !path.is_empty() && path.iter().all(segment);
    expect(good, "a registry with a path in lower case, such as `ghcr.io/acme/shop`")
}

fn check_route(text: &str) -> Result<(), String> {
    let segment = |s: &str| {
        !s.is_empty()
            && s != "."
            && s != ".."
            && s.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'~' | b'-'))
    };
    let good = text == "/" || (text.len() <= 200 && text.strip_prefix('/').is_some_and(|t| t.split('/').all(segment)));
    expect(good, "a route such as `/` or `/api/v1`, without a slash at its end")
}

fn check_variable(text: &str) -> Result<(), String> {
    let good = text.len() <= 80
        && text.starts_with(|c: char| c.is_ascii_uppercase())
        && text.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_');
    expect(good, "the name of a variable in capitals, such as `LLM_MODEL`")
}

fn expect(good: bool, what: &str) -> Result<(), String> {
    if good { Ok(()) } else { Err(format!("expected {what}")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_hold_only_what_later_steps_can_print() {
        for good in ["a", "api", "my-api2"] {
            assert!(check_name(good).is_ok(), "{good}");
        }
        for bad in ["", "-a", "a-", "A", "1a", "a_b", "a/../b", "a\n", &"a".repeat(41)] {
            assert!(check_name(bad).is_err(), "{bad}");
        }
        for good in ["/", "/api", "/api/v1", "/a.b~c"] {
            assert!(check_route(good).is_ok(), "{good}");
        }
        for bad in ["", "api", "/api/", "//", "/a b", "/..", "/a/../b", "/{x}", "/a;b", "/$x"] {
            assert!(check_route(bad).is_err(), "{bad}");
        }
        for good in ["ghcr.io/acme/shop", "localhost:5000/x", "123.dkr.ecr.eu-west-1.amazonaws.com/a", "ghcr.io/h/c.net"] {
            assert!(check_registry(good).is_ok(), "{good}");
        }
        for bad in ["ghcr.io", "ghcr.io/", "GHCR.io/a", "a b/c", "x:0/y", "x:99999/y", "a/b:tag", "a/../b", "a/b@sha"] {
            assert!(check_registry(bad).is_err(), "{bad}");
        }
        for bad in ["", "localhost", "a..b", "-a.b", "a.b-", "a.1", "A.com", "a.com;", "http://a.com"] {
            assert!(check_domain(bad).is_err(), "{bad}");
        }
    }
}
