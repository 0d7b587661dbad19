use std::fmt;
use std::str::FromStr;

use crate::error::Error;

/// The language that a document is written in.
///
/// Traefik loads YAML and TOML from a directory; JSON is for tools, which read it as it stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Format {
    /// YAML, `.yml`.
    #[default]
    Yaml,
    /// TOML, `.toml`.
    Toml,
    /// JSON, `.json`: Traefik does not read it from a directory.
    Json,
}

impl Format {
    /// Every format.
    pub const ALL: [Self; 3] = [Self::Yaml, Self::Toml, Self::Json];

    /// How a file's name ends, without the dot: `yml`, `toml`, `json`.
    pub const fn extension(self) -> &'static str {
        match self {
            Self::Yaml => "yml",
            Self::Toml => "toml",
            Self::Json => "json",
        }
    }
}

/// The name by which settings and the command line call it: `yaml`, `toml`, `json`.
impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Yaml => "yaml",
            Self::Toml => "toml",
            Self::Json => "json",
        })
    }
}

/// Without regard to case; `yml` is YAML too.
///
/// # Errors
/// [`Error::UnknownFormat`] for any other word.
impl FromStr for Format {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        match text.to_ascii_lowercase().as_str() {
            "yaml" | "yml" => Ok(Self::Yaml),
            "toml" => Ok(Self::Toml),
            "json" => Ok(Self::Json),
            _ => Err(Error::UnknownFormat { name: text.to_owned() }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_format_is_read_as_it_is_written() {
        for format in Format::ALL {
            assert_eq!(format.to_string().parse::<Format>().ok(), Some(format));
            assert_eq!(format.extension().to_uppercase().parse::<Format>().ok(), Some(format));
        }
    }

    #[test]
    fn another_word_is_named() {
        let error = "xml".parse::<Format>().expect_err("no such format");
        assert_eq!(error.to_string(), "unknown format `xml`");
        assert_eq!(error.help().as_deref(), Some("one of `yaml`, `toml`, `json`"));
    }
}
