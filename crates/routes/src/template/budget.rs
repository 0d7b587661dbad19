use std::fmt;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};

use gotmpl::Value;

/// The largest text, and the largest value: bytes of text plus [`ELEMENT`] for each value in it.
pub(super) const MAX_SIZE: usize = 64 * 1024;
/// How deep lists and maps may nest: dropping and comparing them recurses.
const MAX_NESTING: usize = 64;
/// How many steps one rendering may take: a function's call, a node of a repeated body, or 16 bytes of an argument.
const MAX_STEPS: u64 = 1_000_000;
/// What a value counts beside its text.
const ELEMENT: usize = 8;

/// What is left to one rendering. Shared by its functions, which can only count it down.
#[derive(Debug, Default)]
pub(super) struct Budget {
    spent: AtomicU64,
    exceeded: OnceLock<&'static str>,
}

/// A bound was reached; which one, the [`Budget`] remembers.
#[derive(Clone, Copy, Debug)]
pub(super) struct Exceeded;

impl Budget {
    /// Spends steps.
    pub(super) fn spend(&self, steps: usize) -> Result<(), Exceeded> {
        let steps = u64::try_from(steps).unwrap_or(u64::MAX);
        let before = self.spent.fetch_add(steps.min(MAX_STEPS), Ordering::Relaxed);
        if before.saturating_add(steps) > MAX_STEPS {
            return Err(self.exceed("it takes too many steps"));
        }
        Ok(())
    }

    /// Refuses a text of more than [`MAX_SIZE`] bytes, before it is made.
    pub(super) fn admit(&self, bytes: usize) -> Result<(), Exceeded> {
        if bytes > MAX_SIZE { Err(self.exceed("a text or list grows too large")) } else { Ok(()) }
    }

    /// Refuses a list of too many elements, before it is made.
    pub(super) fn admit_list(&self, elements: usize) -> Result<(), Exceeded> {
        self.admit(elements.saturating_mul(ELEMENT))
    }

    /// Refuses values that are too large or nested too deeply; returns their size.
    pub(super) fn measure(&self, values: &[Value]) -> Result<usize, Exceeded> {
        let mut size = 0;
        for value in values {
            size = self.add(value, size, 0)?;
        }
        Ok(size)
    }

    fn add(&self, value: &Value, size: usize, nesting: usize) -> Result<usize, Exceeded> {
        if nesting > MAX_NESTING {
            return Err(self.exceed("lists or dicts nest too deeply"));
        }
        let mut size = size + ELEMENT;
        match value {
            Value::String(text) => size += text.len(),
            Value::List(items) => {
                for item in items.iter() {
                    size = self.add(item, size, nesting + 1)?;
                }
            }
            Value::Map(entries) => {
                for (key, item) in entries.iter() {
                    size = self.add(item, size + key.len(), nesting + 1)?;
                }
            }
            Value::Nil
            | Value::Bool(_)
            | Value::Int(_)
            | Value::Uint(_)
            | Value::Float(_)
            | Value::Function(_) => {}
        }
        // Labels and their list may be somewhat larger than a text may grow.
        self.admit(size / 4)?;
        Ok(size)
    }

    /// The bound that was reached, if one was.
    pub(super) fn exceeded(&self) -> Option<&'static str> {
        self.exceeded.get().copied()
    }

    fn exceed(&self, limit: &'static str) -> Exceeded {
        self.exceeded.get_or_init(|| limit);
        Exceeded
    }
}

/// The text that is rendered, up to [`MAX_SIZE`].
#[derive(Debug, Default)]
pub(super) struct Output {
    text: String,
    full: bool,
}

impl Output {
    pub(super) fn into_text(self) -> String {
        self.text
    }

    pub(super) fn exceeded(&self) -> Option<&'static str> {
        self.full.then_some("its output is too long")
    }
}

impl fmt::Write for Output {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        if self.text.len() + text.len() > MAX_SIZE {
            self.full = true;
            return Err(fmt::Error);
        }
        self.text.push_str(text);
        Ok(())
    }
}
