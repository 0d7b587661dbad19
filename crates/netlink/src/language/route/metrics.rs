use netlink_packet_core::Emitable;
use netlink_packet_route::route::RouteMetric;

use super::value;
use crate::word::Words;
use crate::{Refusal, number};

/// A keyword that sets a metric of a route.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Metric {
    Mtu,
    HopLimit,
    Advmss,
    Reordering,
    Rtt,
    RtoMin,
    Window,
    Cwnd,
    InitCwnd,
    InitRwnd,
    Features,
    QuickAck,
    CongCtl,
    RttVar,
    SsThresh,
    FastOpenNoCookie,
}

/// The metrics of a route, which go into one attribute.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Metrics {
    metrics: Vec<RouteMetric>,
    locked: u32,
}

impl Metrics {
    /// The room that `ip` has for them, with the header of their attribute.
    const ROOM: usize = 256;

    /// Reads the value of a metric's keyword.
    ///
    /// # Errors
    /// `argument "X" is wrong: "mtu" value is invalid`, and so on.
    pub(super) fn read(&mut self, metric: Metric, words: &mut Words<'_>) -> Result<(), Refusal> {
        let metric = match metric {
            Metric::Mtu => RouteMetric::Mtu(self.number(2, "mtu", words)?),
            Metric::Window => RouteMetric::Window(self.number(3, "window", words)?),
            Metric::Rtt => RouteMetric::Rtt(self.time(4, "rtt", 8, words)?),
            Metric::RttVar => RouteMetric::RttVar(self.time(5, "rttvar", 4, words)?),
            Metric::SsThresh => RouteMetric::SsThresh(self.number(6, "ssthresh", words)?),
            Metric::Cwnd => RouteMetric::Cwnd(self.number(7, "cwnd", words)?),
            Metric::Advmss => RouteMetric::Advmss(self.number(8, "mss", words)?),
            Metric::Reordering => RouteMetric::Reordering(self.number(9, "reordering", words)?),
            Metric::HopLimit => {
                self.lock(10, words);
                let read = |text: &str| number::u8(text, 0).map(u32::from);
                RouteMetric::Hoplimit(of("hoplimit", words, read)?)
            }
            Metric::InitCwnd => RouteMetric::InitCwnd(self.number(11, "initcwnd", words)?),
            Metric::Features => {
                let ecn = |text: &str| (text == "ecn").then_some(1);
                let read = value::of(words, "\"features\" value not valid", |word| ecn(word.text));
                RouteMetric::Features(read?)
            }
            Metric::RtoMin => {
                // There is nothing to choose: the kernel takes it locked alone.
                self.locked |= 1 << 13;
                RouteMetric::RtoMin(of("rto_min", words, |text| time(text, 1))?)
            }
            Metric::InitRwnd => RouteMetric::InitRwnd(self.number(14, "initrwnd", words)?),
            Metric::QuickAck => RouteMetric::QuickAck(switch("quickack", words)?),
            Metric::CongCtl => {
                self.lock(16, words);
                RouteMetric::CcAlgo(words.value()?.text.to_owned())
            }
            Metric::FastOpenNoCookie => RouteMetric::FastopenNoCookie(switch("fastopen_no_cookie", words)?),
        };
        self.metrics.push(metric);
        let room = self.metrics.as_slice().buffer_len() <= Self::ROOM - 4;
        room.then_some(()).ok_or_else(|| value::too_long(Self::ROOM, words))
    }

    /// All of them, last which ones are locked; `None` without any.
    pub(super) fn finish(mut self) -> Option<Vec<RouteMetric>> {
        if self.metrics.is_empty() {
            return None;
        }
        if self.locked != 0 {
            self.metrics.push(RouteMetric::Lock(self.locked));
        }
        Some(self.metrics)
    }

    fn number(&mut self, bit: u32, name: &str, words: &mut Words<'_>) -> Result<u32, Refusal> {
        self.lock(bit, words);
        of(name, words, |text| number::u32(text, 0))
    }

    fn time(&mut self, bit: u32, name: &str, scale: u32, words: &mut Words<'_>) -> Result<u32, Refusal> {
        self.lock(bit, words);
        of(name, words, |text| time(text, scale))
    }

    /// Takes `lock` before a value.
    fn lock(&mut self, bit: u32, words: &mut Words<'_>) {
        if words.peek().is_some_and(|word| word.is("lock")) {
            words.next();
            self.locked |= 1 << bit;
        }
    }
}

fn of(name: &str, words: &mut Words<'_>, read: impl FnOnce(&str) -> Option<u32>) -> Result<u32, Refusal> {
    value::of(words, &format!("\"{name}\" value is invalid"), |word| read(word.text))
}

/// 0 or 1.
fn switch(name: &str, words: &mut Words<'_>) -> Result<u32, Refusal> {
    let word = words.value()?;
    match number::u32(word.text, 0) {
        Some(value @ (0 | 1)) => Ok(value),
        Some(_) => Err(Refusal::wrong(&word, format_args!("\"{name}\" value should be 0 or 1"))),
        None => Err(Refusal::wrong(&word, format_args!("\"{name}\" value is invalid"))),
    }
}

/// A time in milliseconds, rounded up, or seconds with a unit. With a unit it is scaled for the kernel, bare it is taken as is.
fn time(text: &str, scale: u32) -> Option<u32> {
    let is_digit = |c: char| c.is_ascii_alphanumeric() && !"sm".contains(c.to_ascii_lowercase());
    let (value, unit) = if text.contains('.') {
        let (digits, unit) = decimal(text);
        (digits.parse::<f64>().ok().filter(|value| *value >= 0.0 && value.is_finite())?, unit)
    } else {
        // No unit begins with a digit of any base, so the number ends where the unit begins.
        let end = text.find(|c: char| !is_digit(c) && c != '+' && c != '-').unwrap_or(text.len());
        let (digits, unit) = text.split_at_checked(end)?;
        #[expect(clippy::cast_precision_loss, reason = "so does `ip`")]
        let value = number::u64(digits, 0)? as f64;
        (value, unit)
    };
    let per_unit = match unit.to_ascii_lowercase().as_str() {
        "s" | "sec" | "secs" => 1000.0,
        "" | "ms" | "msec" | "msecs" => 1.0,
        _ => return None,
    };
    let milliseconds = truncated(value * per_unit);
    Some(if unit.is_empty() { milliseconds } else { milliseconds.wrapping_mul(scale) })
}

/// The number at the start of a text, with point and exponent, and what follows it.
fn decimal(text: &str) -> (&str, &str) {
    let number = |text: &str| text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
    let sign = usize::from(text.starts_with(['+', '-']));
    let mut end = sign + number(text.get(sign..).unwrap_or_default());
    if let Some(exponent) = text.get(end..).and_then(|rest| rest.strip_prefix(['e', 'E'])) {
        let digits = exponent.strip_prefix(['+', '-']).unwrap_or(exponent);
        let length = digits.find(|c: char| !c.is_ascii_digit()).unwrap_or(digits.len());
        if length > 0 {
            end += 1 + (exponent.len() - digits.len()) + length;
        }
    }
    text.split_at_checked(end).unwrap_or((text, ""))
}

/// Rounds up to a whole number of 32 bits as compiled C does: what is too great loses its upper bits first.
fn truncated(value: f64) -> u32 {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "that is what it is for")]
    let whole = if value < 9_223_372_036_854_775_808.0 { (value as u64) as u32 } else { 0 };
    if f64::from(whole) < value { whole.wrapping_add(1) } else { whole }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_as_ip_sends_them() {
        let check = |text, expected| assert_eq!(time(text, 8), expected, "{text:?}");
        check("100", Some(100));
        check("100ms", Some(800));
        check("1s", Some(8000));
        check("1SEC", Some(8000));
        check("1.5secs", Some(12_000));
        check("0x10ms", Some(128));
        check("0.1", Some(1));
        check(".5ms", Some(8));
        check("1.e3S", Some(8_000_000));
        check("-1", Some(1));
        check("4294967296", Some(1));
        for bad in ["", "s", "ms", "1e3", "1m", "1.5.1s", "-0.5", "+", "1..", ".", "1h", "é", "1é", "."] {
            check(bad, None);
        }
    }
}
