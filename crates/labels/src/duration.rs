use std::fmt;
use std::str::FromStr;

use serde::de::Visitor;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::marker::DURATION;

const MICROSECOND: i64 = 1_000;
const MILLISECOND: i64 = 1_000_000;
const SECOND: i64 = 1_000_000_000;
const MINUTE: i64 = 60 * SECOND;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

/// A length of time as Go's `time.Duration` holds it: a signed count of nanoseconds.
///
/// Traefik reads a bare integer as seconds and everything else in Go's syntax (`1m30s`, `100ms`, `1.5h`); it prints
/// Go's. So do `FromStr` and `Display` here, down to the wrap of an integer that is too large.
///
/// ```
/// use portolan_labels::Duration;
///
/// assert_eq!("90".parse::<Duration>()?.to_string(), "1m30s");
/// assert_eq!("100ms".parse::<Duration>()?, Duration(100_000_000));
/// # Ok::<(), portolan_labels::DurationError>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Duration(pub i64);

/// Why a text is no duration, in Go's words.
///
/// ```
/// use portolan_labels::Duration;
///
/// assert!("soon".parse::<Duration>().is_err());
/// assert_eq!("1.5".parse::<Duration>().unwrap_err().to_string(), "time: missing unit in duration \"1.5\"");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DurationError {
    /// No number where one must be, or a number out of range.
    #[error("time: invalid duration {}", time_quote(.0))]
    Invalid(String),
    /// A number that is not an integer, without a unit.
    #[error("time: missing unit in duration {}", time_quote(.0))]
    MissingUnit(String),
    /// A unit other than `ns us µs ms s m h`.
    #[error("time: unknown unit {} in duration {}", time_quote(unit), time_quote(text))]
    UnknownUnit {
        /// The unit.
        unit: String,
        /// The whole text.
        text: String,
    },
}

impl FromStr for Duration {
    type Err = DurationError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text.parse::<i64>() {
            Ok(seconds) => Ok(Self(seconds.wrapping_mul(SECOND))),
            Err(_) => go_duration(text, false).map(Self),
        }
    }
}

impl Duration {
    /// Reads a duration in Go's syntax, or with the further units of GoDoxy: `d` of 24 hours, `w` of 7 days and `M` of 30.
    ///
    /// ```
    /// use portolan_labels::Duration;
    ///
    /// assert_eq!(Duration::parse_long("1w12h")?.to_string(), "180h0m0s");
    /// assert!(Duration::parse_long("30").is_err());
    /// # Ok::<(), portolan_labels::DurationError>(())
    /// ```
    ///
    /// # Errors
    /// [`DurationError`], also for a bare number other than zero.
    pub fn parse_long(text: &str) -> Result<Self, DurationError> {
        go_duration(text, true).map(Self)
    }
}

/// Quotes a text as Go's package `time` does in its errors: a byte that is no printable ASCII stands as `\xHH`.
fn time_quote(text: &str) -> String {
    use std::fmt::Write;

    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('"');
    for byte in text.bytes() {
        match byte {
            b'"' | b'\\' => quoted.extend(['\\', char::from(byte)]),
            b' '..=0x7f => quoted.push(char::from(byte)),
            // Writing to a string does not fail.
            _ => drop(write!(quoted, "\\x{byte:02x}")),
        }
    }
    quoted.push('"');
    quoted
}

/// Go's `time.ParseDuration`: `[+-](NUMBER[.NUMBER]UNIT)+`, or `0`; with units of a day and more where they are `long`.
fn go_duration(text: &str, long: bool) -> Result<i64, DurationError> {
    let invalid = || DurationError::Invalid(text.to_owned());
    let (negative, unsigned) = match text.as_bytes().first() {
        Some(b'-') => (true, &text[1..]),
        Some(b'+') => (false, &text[1..]),
        _ => (false, text),
    };
    if unsigned == "0" {
        return Ok(0);
    }
    if unsigned.is_empty() {
        return Err(invalid());
    }
    let mut rest = unsigned;
    let mut total: u64 = 0;
    while !rest.is_empty() {
        let (whole, after) = digits(rest);
        let (fraction, after) = match after.strip_prefix('.') {
            Some(after) => digits(after),
            None => ("", after),
        };
        if whole.is_empty() && fraction.is_empty() {
            return Err(invalid());
        }
        let unit_length = after.find(|c: char| c == '.' || c.is_ascii_digit()).unwrap_or(after.len());
        let (name, after) = after.split_at(unit_length);
        let unit = match name {
            "" => return Err(DurationError::MissingUnit(text.to_owned())),
            "ns" => 1,
            "us" | "µs" | "μs" => MICROSECOND,
            "ms" => MILLISECOND,
            "s" => SECOND,
            "m" => MINUTE,
            "h" => HOUR,
            "d" if long => DAY,
            "w" if long => 7 * DAY,
            "M" if long => 30 * DAY,
            _ => return Err(DurationError::UnknownUnit { unit: name.to_owned(), text: text.to_owned() }),
        };
        let part = nanoseconds(whole, fraction, unit.unsigned_abs()).ok_or_else(invalid)?;
        total = total.checked_add(part).filter(|total| *total <= 1 << 63).ok_or_else(invalid)?;
        rest = after;
    }
    match (negative, i64::try_from(total)) {
        (true, Ok(total)) => Ok(-total),
        (true, Err(_)) => Ok(i64::MIN),
        (false, Ok(total)) => Ok(total),
        (false, Err(_)) => Err(invalid()),
    }
}

/// `WHOLE.FRACTION` units in nanoseconds, cut off; `None` where it does not fit in 63 bits.
fn nanoseconds(whole: &str, fraction: &str, unit: u64) -> Option<u64> {
    let whole: u64 = if whole.is_empty() { 0 } else { whole.parse().ok()? };
    let mut total = whole.checked_mul(unit).filter(|total| *total <= 1 << 63)?;
    // Digits after the eighteenth are less than a nanosecond of the largest unit.
    let fraction = &fraction[..fraction.len().min(18)];
    if !fraction.is_empty() {
        let scale = 10_u128.pow(u32::try_from(fraction.len()).ok()?);
        let part = fraction.parse::<u128>().ok()? * u128::from(unit) / scale;
        total = total.checked_add(u64::try_from(part).ok()?)?;
    }
    (total <= 1 << 63).then_some(total)
}

/// The decimal digits at the start of a text, and the rest.
fn digits(text: &str) -> (&str, &str) {
    text.split_at(text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len()))
}

/// Go's `Duration.String`: `1h0m0s`, `1m30s`, `1.5s`, `100ms`, `0s`.
impl fmt::Display for Duration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.0 < 0 { "-" } else { "" };
        let nanoseconds = self.0.unsigned_abs();
        let second = SECOND.unsigned_abs();
        match nanoseconds {
            0 => f.write_str("0s"),
            1..=999 => write!(f, "{sign}{nanoseconds}ns"),
            1_000..=999_999 => write!(f, "{sign}{}µs", decimal(nanoseconds, 1_000)),
            1_000_000..=999_999_999 => write!(f, "{sign}{}ms", decimal(nanoseconds, 1_000_000)),
            _ => {
                let minutes = nanoseconds / second / 60;
                f.write_str(sign)?;
                if minutes >= 60 {
                    write!(f, "{}h", minutes / 60)?;
                }
                if minutes > 0 {
                    write!(f, "{}m", minutes % 60)?;
                }
                write!(f, "{}s", decimal(nanoseconds % (60 * second), second))
            }
        }
    }
}

/// `value / unit` with as many decimal places as it has.
fn decimal(value: u64, unit: u64) -> String {
    let fraction = value % unit;
    if fraction == 0 {
        return (value / unit).to_string();
    }
    let width = unit.ilog10() as usize;
    let digits = format!("{fraction:0width$}");
    format!("{}.{}", value / unit, digits.trim_end_matches('0'))
}

impl Serialize for Duration {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Duration {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_newtype_struct(DURATION, DurationVisitor)
    }
}

struct DurationVisitor;

impl<'de> Visitor<'de> for DurationVisitor {
    type Value = Duration;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a duration such as `30s`, or a count of seconds")
    }

    /// From a file: the same two forms as in a label.
    fn visit_newtype_struct<D: Deserializer<'de>>(self, deserializer: D) -> Result<Duration, D::Error> {
        deserializer.deserialize_any(self)
    }

    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Duration, E> {
        text.parse().map_err(E::custom)
    }

    fn visit_i64<E: serde::de::Error>(self, seconds: i64) -> Result<Duration, E> {
        Ok(Duration(seconds.wrapping_mul(SECOND)))
    }

    fn visit_u64<E: serde::de::Error>(self, seconds: u64) -> Result<Duration, E> {
        i64::try_from(seconds).map_err(E::custom).and_then(|seconds| self.visit_i64(seconds))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn check(text: &str, expected: Result<&str, &str>) {
        let got = text.parse::<Duration>();
        assert_eq!(
            got.map(|d| d.to_string()).map_err(|e| e.to_string()),
            expected.map(Into::into).map_err(Into::into)
        );
    }

    #[test]
    fn durations_are_those_of_go() {
        check("10", Ok("10s"));
        check("-1", Ok("-1s"));
        check("0", Ok("0s"));
        check("+1s", Ok("1s"));
        check("1m30s", Ok("1m30s"));
        check("3600", Ok("1h0m0s"));
        check("1.5s", Ok("1.5s"));
        check("1h2m3s4ms5us6ns", Ok("1h2m3.004005006s"));
        check("100ms", Ok("100ms"));
        check("1.5µs", Ok("1.5µs"));
        check("1.0000000000000000000001h", Ok("1h0m0s"));
        check(".5m", Ok("30s"));
        check("9223372036854775807ns", Ok("2562047h47m16.854775807s"));
        check("-9223372036854775808ns", Ok("-2562047h47m16.854775808s"));
        check("", Err("time: invalid duration \"\""));
        check("x", Err("time: invalid duration \"x\""));
        check("s", Err("time: invalid duration \"s\""));
        check(".s", Err("time: invalid duration \".s\""));
        check("1.5", Err("time: missing unit in duration \"1.5\""));
        check("1d", Err("time: unknown unit \"d\" in duration \"1d\""));
        check("1 s", Err("time: unknown unit \" s\" in duration \"1 s\""));
        check("9223372036854775808ns", Err("time: invalid duration \"9223372036854775808ns\""));
        check("٣\"s", Err("time: invalid duration \"\\xd9\\xa3\\\"s\""));
    }

    #[test]
    fn an_integer_of_seconds_wraps_as_in_go() {
        assert_eq!("9223372036854775807".parse(), Ok(Duration(-SECOND)));
    }

    proptest! {
        #[test]
        fn what_is_printed_is_read_again(nanoseconds: i64) {
            let duration = Duration(nanoseconds);
            prop_assert_eq!(duration.to_string().parse(), Ok(duration));
        }

        #[test]
        fn no_text_panics(text in ".*") {
            let _ = text.parse::<Duration>();
        }

        #[test]
        fn no_number_panics(text in "[-+]?([0-9.]{0,30}(h|m|s|ms|us|ns|)){0,3}") {
            let _ = text.parse::<Duration>();
        }
    }
}
