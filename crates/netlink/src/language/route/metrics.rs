use netlink_packet_core::Emitable;
use netlink_packet_route::route::RouteMetric;

use super::time::time;
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
