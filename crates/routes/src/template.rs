//! Default rules: Go templates over a container's name and labels (Traefik 3.7, `providers.docker.defaultRule`).
//!
//! The language is Go's `text/template`, by the crate `gotmpl`; its functions are Go's own, Traefik's `normalize` and
//! those of sprig 3.2 that give the same answer each time and everywhere. Left out, each with its reason in the error:
//! what reads the environment, resolves names, reads the clock, draws at random, makes keys, or compares versions.
//!
//! What works in Traefik gives the same text here, with these exceptions: texts are UTF-8, so a cut inside of a
//! character leaves U+FFFD; `keys` and `values` are in order; integers are of one type and so are lists and dicts, so
//! that `trunc (add 1 2)` works here though Traefik refuses it, and `typeOf` tells less; the sizes of texts and lists,
//! the count of steps and the depth of recursion are bounded, so that no template can hang or eat memory.

mod blocks;
mod budget;
mod function;
mod go;
mod tree;

use std::collections::BTreeMap;
use std::sync::Arc;

use gotmpl::Value;
use thiserror::Error;

use self::budget::{Budget, Output};
use self::function::Context;
use self::tree::Program;
use crate::DEFAULT_RULE;

/// A parsed rule template. Parse once, render for each container.
///
/// ```
/// use std::collections::BTreeMap;
///
/// use portolan_routes::template::Template;
///
/// let template = Template::parse(r#"Host(`{{ index .Labels "com.docker.compose.service" }}.{{ .Name | lower }}.test`)"#)?;
/// let labels = BTreeMap::from([("com.docker.compose.service".to_owned(), "api".to_owned())]);
/// assert_eq!(template.render("Shop", "shop-1", &labels)?, "Host(`api.shop.test`)");
/// # Ok::<(), portolan_routes::template::TemplateError>(())
/// ```
#[derive(Clone, Debug)]
pub struct Template {
    text: String,
    program: Program,
}

impl Template {
    /// The longest template, in bytes.
    pub const MAX_LENGTH: usize = 16 * 1024;
    /// The longest text that a template may render, in bytes.
    pub const MAX_OUTPUT: usize = budget::MAX_SIZE;

    /// Reads a template.
    ///
    /// # Errors
    /// [`TemplateError::Syntax`] where Go would not parse it, [`TemplateError::UndefinedFunction`] and
    /// [`TemplateError::WithheldFunction`] by the name of a function, [`TemplateError::TooLong`].
    pub fn parse(text: &str) -> Result<Self, TemplateError> {
        if text.len() > Self::MAX_LENGTH {
            return Err(TemplateError::TooLong { length: text.len() });
        }
        Ok(Self { text: text.to_owned(), program: Program::parse(text)? })
    }

    /// Renders the rule of one container.
    ///
    /// `name` is `.Name` (the service's name, normalized), `container_name` is `.ContainerName` (without its leading
    /// slash) and `labels` are `.Labels`, all of the container's.
    ///
    /// # Errors
    /// [`TemplateError::Execution`] where Go would stop, [`TemplateError::Limit`] beyond our bounds.
    pub fn render(
        &self,
        name: &str,
        container_name: &str,
        labels: &BTreeMap<String, String>,
    ) -> Result<String, TemplateError> {
        let labels = labels.iter().map(|(key, value)| (Arc::from(key.as_str()), Value::from(value.as_str())));
        let labels = Arc::new(labels.collect::<BTreeMap<Arc<str>, Value>>());
        let root = Arc::new(BTreeMap::from([
            (Arc::from("Name"), Value::from(name)),
            (Arc::from("ContainerName"), Value::from(container_name)),
            (Arc::from("Labels"), Value::Map(Arc::clone(&labels))),
        ]));
        let patterns = Arc::clone(&self.program.patterns);
        let context =
            Arc::new(Context { budget: Budget::default(), root: Arc::clone(&root), labels, patterns });
        let mut output = Output::default();
        match self.program.run(&context, &mut output, &Value::Map(root)) {
            Ok(()) => Ok(output.into_text()),
            Err(error) => Err(TemplateError::execution(&error, &context.budget, &output)),
        }
    }

    /// The text that was read.
    pub fn as_str(&self) -> &str {
        &self.text
    }
}

/// [`DEFAULT_RULE`], Traefik's own.
impl Default for Template {
    fn default() -> Self {
        // It parses, as a test holds; without that knowledge the best that is left is a rule that renders to nothing.
        Self::parse(DEFAULT_RULE)
            .unwrap_or_else(|_| Self { text: String::new(), program: Program::default() })
    }
}

/// Traefik's `normalize`: letters and numbers stay, every run of other characters between them becomes one `-`.
///
/// ```
/// assert_eq!(portolan_routes::template::normalize("/my_app.web--1"), "my-app-web-1");
/// ```
pub fn normalize(text: &str) -> String {
    let parts: Vec<&str> =
        text.split(|c: char| !c.is_alphanumeric()).filter(|part| !part.is_empty()).collect();
    parts.join("-")
}

/// The line, and the character in it, of a byte; both from 1.
fn place(text: &str, at: usize) -> (usize, usize) {
    let before = text.get(..at).unwrap_or(text);
    let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
    let column = before.get(line_start..).unwrap_or_default().chars().count() + 1;
    (before.matches('\n').count() + 1, column)
}

/// Why a template cannot be read or rendered.
///
/// ```
/// use portolan_routes::template::{Template, TemplateError};
///
/// let error = Template::parse("{{ env `HOME` }}").unwrap_err();
/// assert!(matches!(error, TemplateError::WithheldFunction { .. }), "{error}");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum TemplateError {
    /// The text is no template.
    #[error("{line}:{column}: {message}")]
    Syntax {
        /// What is wrong.
        message: String,
        /// The line, from 1.
        line: usize,
        /// The character in the line, from 1.
        column: usize,
    },
    /// No function has this name.
    #[error("{line}:{column}: function `{name}` not defined")]
    UndefinedFunction {
        /// The name.
        name: String,
        /// The line, from 1.
        line: usize,
        /// The character in the line, from 1.
        column: usize,
    },
    /// Traefik has this function and we do not offer it.
    #[error("{line}:{column}: function `{name}` is not offered: {reason}")]
    WithheldFunction {
        /// The name.
        name: String,
        /// Why not.
        reason: &'static str,
        /// The line, from 1.
        line: usize,
        /// The character in the line, from 1.
        column: usize,
    },
    /// More than [`Template::MAX_LENGTH`] bytes.
    #[error("template has {length} bytes, more than {}", Template::MAX_LENGTH)]
    TooLong {
        /// The text's length.
        length: usize,
    },
    /// The template stopped, for this container.
    #[error("{message}")]
    Execution {
        /// What stopped it.
        message: String,
    },
    /// The template was stopped, for this container.
    #[error("template stopped: {limit}")]
    Limit {
        /// The bound that it reached.
        limit: &'static str,
    },
}

impl TemplateError {
    /// A next step, where one is known.
    pub fn help(&self) -> Option<String> {
        match self {
            Self::UndefinedFunction { name, .. } => {
                function::nearest(name).map(|known| format!("did you mean `{known}`?"))
            }
            Self::Execution { message } if message.contains("can't evaluate field") => {
                Some("a rule template has `.Name`, `.ContainerName` and `.Labels`".to_owned())
            }
            Self::Execution { message } if message.ends_with("found the labels") => {
                Some("read a label with `index .Labels \"key\"`".to_owned())
            }
            _ => None,
        }
    }

    fn syntax(error: gotmpl::TemplateError) -> Self {
        match error {
            gotmpl::TemplateError::Parse { line, col, message, .. }
            | gotmpl::TemplateError::Lex { line, col, message, .. } => {
                // Of a text that nests too deeply the parser gives no place.
                Self::Syntax { message, line: line.max(1), column: col.max(1) }
            }
            other => Self::Syntax { message: other.to_string(), line: 1, column: 1 },
        }
    }

    fn execution(error: &gotmpl::TemplateError, budget: &Budget, output: &Output) -> Self {
        if let Some(limit) = budget.exceeded().or_else(|| output.exceeded()) {
            return Self::Limit { limit };
        }
        match error {
            gotmpl::TemplateError::RecursionLimit => {
                Self::Limit { limit: "templates call each other too deeply" }
            }
            gotmpl::TemplateError::RangeIterLimit => Self::Limit { limit: "it ranges too often" },
            gotmpl::TemplateError::Exec(message) => Self::Execution { message: message.clone() },
            other => Self::Execution { message: other.to_string() },
        }
    }
}

#[cfg(test)]
mod tests;
