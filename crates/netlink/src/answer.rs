use std::io;

use netlink_packet_core::{NLM_F_ACK_TLVS, NLM_F_CAPPED};
use nix::errno::Errno;

use crate::message::{Message, attributes, u32_at};

/// What the kernel said of one request.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Answer {
    /// The number of the error, `ENETUNREACH` and so on; 0 where it was done.
    pub errno: i32,
    /// The kernel's own words, `Nexthop has invalid gateway`: of an error, or a warning where it was done.
    ///
    /// They are not the same in all versions of the kernel.
    pub message: Option<String>,
}

impl Answer {
    /// Whether it was done.
    pub fn is_done(&self) -> bool {
        self.errno == 0
    }

    /// What `ip` prints, without the line feed at the end; nothing where it prints nothing.
    ///
    /// The kernel's words win over those for the number, as in iproute2's library.
    ///
    /// ```
    /// use portolan_netlink::Answer;
    ///
    /// let mut answer = Answer { errno: 101, message: None };
    /// assert_eq!(answer.text(), "RTNETLINK answers: Network is unreachable");
    /// answer.message = Some("Nexthop has invalid gateway".to_owned());
    /// assert_eq!(answer.text(), "Error: Nexthop has invalid gateway.");
    /// ```
    pub fn text(&self) -> String {
        let kind = if self.is_done() { "Warning" } else { "Error" };
        match &self.message {
            Some(message) if message.ends_with('.') => format!("{kind}: {message}"),
            Some(message) => format!("{kind}: {message}."),
            None if self.is_done() => String::new(),
            None => format!("RTNETLINK answers: {}", self.words()),
        }
    }

    /// The reason alone, for a message of ours: the kernel's words, else those for the number.
    pub fn reason(&self) -> String {
        match &self.message {
            Some(message) => message.trim_end_matches('.').to_owned(),
            None => self.words(),
        }
    }

    /// What to do about it, where there is something.
    pub fn help(&self) -> Option<String> {
        let denied = matches!(Errno::from_raw(self.errno), Errno::EPERM | Errno::EACCES);
        denied.then(|| "changing a network namespace needs root or the capability CAP_NET_ADMIN".to_owned())
    }

    /// Reads `NLMSG_ERROR`, which tells of success as well: an error's number, the header of the request, further words.
    pub(crate) fn of_error(message: Message<'_>) -> Option<Self> {
        let request = if message.flags & NLM_F_CAPPED != 0 { 16 } else { u32_at(message.body, 4)? };
        let request = usize::try_from(request).ok()?.next_multiple_of(4);
        Self::of(message, 4 + request)
    }

    /// Reads `NLMSG_DONE`, the end of a dump: an error's number, further words. Old kernels leave even the number out.
    pub(crate) fn of_done(message: Message<'_>) -> Self {
        Self::of(message, 4).unwrap_or_default()
    }

    fn of(message: Message<'_>, words: usize) -> Option<Self> {
        /// `NLMSGERR_ATTR_MSG`.
        const WORDS: u16 = 1;
        let errno = u32_at(message.body, 0)?.cast_signed().saturating_neg();
        let words = message.body.get(words..).filter(|_| message.flags & NLM_F_ACK_TLVS != 0);
        let words = attributes(words.unwrap_or_default()).find(|(kind, ..)| *kind == WORDS);
        let words = words.map(|(_, text, _)| String::from_utf8_lossy(text).trim_end_matches('\0').to_owned());
        Some(Self { errno, message: words.filter(|text| !text.is_empty()) })
    }

    /// What the C library calls the error.
    fn words(&self) -> String {
        let text = io::Error::from_raw_os_error(self.errno).to_string();
        let number = format!(" (os error {})", self.errno);
        text.strip_suffix(&number).unwrap_or(&text).to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_ip_prints_it() {
        let check = |errno, message: Option<&str>, expected| {
            let answer = Answer { errno, message: message.map(str::to_owned) };
            assert_eq!(answer.text(), expected);
        };
        check(0, None, "");
        check(0, Some("Consider another"), "Warning: Consider another.");
        check(17, None, "RTNETLINK answers: File exists");
        check(99, Some("ipv4: Address not found"), "Error: ipv4: Address not found.");
        check(
            22,
            Some("Invalid prefix for given prefix length."),
            "Error: Invalid prefix for given prefix length.",
        );
    }

    #[test]
    fn as_the_kernel_sends_it() {
        let request = [&20_u32.to_ne_bytes()[..], &[0; 12], &[7; 4]].concat();
        let words = [&8_u16.to_ne_bytes()[..], &1_u16.to_ne_bytes(), b"bad\0"].concat();
        let error = (-22_i32).to_ne_bytes();
        let check = |flags, parts: &[&[u8]], errno, expected: Option<&str>| {
            let body = parts.concat();
            let message = Message { kind: 2, flags, sequence: 1, body: &body };
            let expected = Answer { errno, message: expected.map(str::to_owned) };
            assert_eq!(Answer::of_error(message), Some(expected));
        };
        check(NLM_F_CAPPED | NLM_F_ACK_TLVS, &[&error, &request[..16], &words], 22, Some("bad"));
        check(NLM_F_ACK_TLVS, &[&error, &request, &words], 22, Some("bad"));
        check(NLM_F_CAPPED | NLM_F_ACK_TLVS, &[&[0; 4], &request[..16], &words], 0, Some("bad"));
        check(NLM_F_CAPPED, &[&error, &request[..16]], 22, None);
        check(NLM_F_CAPPED | NLM_F_ACK_TLVS, &[&error, &request[..16], &words[..7]], 22, None);

        let done =
            |body: &[u8]| Answer::of_done(Message { kind: 3, flags: NLM_F_ACK_TLVS, sequence: 1, body });
        assert_eq!(
            done(&[&error[..], &words].concat()),
            Answer { errno: 22, message: Some("bad".to_owned()) }
        );
        assert_eq!((done(&[0; 4]), done(&[])), (Answer::default(), Answer::default()));
        let empty = Message { kind: 2, flags: 0, sequence: 1, body: &[] };
        assert_eq!(Answer::of_error(empty), None);
    }

    #[test]
    fn the_reason_alone() {
        let answer =
            |message: Option<&str>| Answer { errno: 3, message: message.map(str::to_owned) }.reason();
        assert_eq!(answer(None), "No such process");
        assert_eq!(answer(Some("FIB table does not exist.")), "FIB table does not exist");
    }
}
