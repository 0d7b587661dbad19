use std::fmt;
use std::time::SystemTime;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use time::format_description::well_known::Iso8601;
use time::macros::format_description;
use time::{Date, OffsetDateTime, PrimitiveDateTime, UtcOffset};

use crate::Error;

/// A moment, to the millisecond, as JavaScript prints one: `2026-01-31T12:00:00.000Z`.
///
/// ```
/// use portolan_jupyterhub::Instant;
///
/// let at = Instant::parse("2026-01-31T13:00:00+01:00")?;
/// assert_eq!(at.to_string(), "2026-01-31T12:00:00.000Z");
/// # Ok::<(), portolan_jupyterhub::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Instant(OffsetDateTime);

impl Instant {
    /// Any time of ISO 8601. One without an offset is UTC, and a date alone its first moment.
    ///
    /// # Errors
    /// [`Error::Instant`].
    pub fn parse(text: &str) -> Result<Self, Error> {
        let format = &Iso8601::DEFAULT;
        OffsetDateTime::parse(text, format)
            .or_else(|_| PrimitiveDateTime::parse(text, format).map(PrimitiveDateTime::assume_utc))
            .or_else(|_| Date::parse(text, format).map(|date| date.midnight().assume_utc()))
            .ok()
            .and_then(|at| at.checked_to_offset(UtcOffset::UTC))
            .map(Self)
            .ok_or_else(|| Error::Instant { text: text.to_owned() })
    }
}

impl From<SystemTime> for Instant {
    fn from(at: SystemTime) -> Self {
        Self(at.into())
    }
}

impl fmt::Display for Instant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let format =
            format_description!("[year]-[month]-[day]T[hour]:[minute]:[second].[subsecond digits:3]Z");
        f.write_str(&self.0.format(format).map_err(|_| fmt::Error)?)
    }
}

impl Serialize for Instant {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Instant {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::parse(&String::deserialize(deserializer)?).map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_of_iso_8601() {
        let check = |text: &str, expected: Option<&str>| {
            assert_eq!(Instant::parse(text).ok().map(|at| at.to_string()).as_deref(), expected, "{text}");
        };
        check("2026-11-30T02:00:00Z", Some("2026-11-30T02:00:00.000Z"));
        check("2026-11-30T02:00:00.1234567Z", Some("2026-11-30T02:00:00.123Z"));
        check("2026-11-30T02:00:00.5", Some("2026-11-30T02:00:00.500Z"));
        check("2026-11-30T02:00:00-05:30", Some("2026-11-30T07:30:00.000Z"));
        check("2026-11-30", Some("2026-11-30T00:00:00.000Z"));
        for text in ["", "endoftheuniverse", "2026-13-01", "12", "9999-12-31T23:59:59-23:00"] {
            check(text, None);
        }
    }
}
