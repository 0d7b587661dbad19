use std::fmt;

use netlink_packet_core::{
    NLM_F_ACK, NLM_F_APPEND, NLM_F_CREATE, NLM_F_DUMP, NLM_F_EXCL, NLM_F_REPLACE, NLM_F_REQUEST,
};

/// One netlink message that changes or asks for something, without sequence and port.
#[derive(Clone, PartialEq, Eq)]
pub struct Request {
    /// What it does, `RTM_NEWROUTE` and so on, as a number.
    pub kind: u16,
    /// The flags of the netlink header.
    pub flags: u16,
    /// What follows the netlink header: the family's own header and its attributes, in host order where the kernel has it so.
    pub body: Vec<u8>,
}

impl Request {
    /// The kind that adds or changes a route.
    pub const NEW_ROUTE: u16 = 24;

    /// The length of the netlink header, in bytes.
    pub const HEADER: usize = 16;

    /// The whole message with this sequence number, in host order, from port 0.
    pub fn bytes(&self, sequence: u32) -> Vec<u8> {
        let length = u32::try_from(Self::HEADER + self.body.len()).unwrap_or(u32::MAX);
        let mut bytes = Vec::with_capacity(Self::HEADER + self.body.len());
        bytes.extend(length.to_ne_bytes());
        bytes.extend(self.kind.to_ne_bytes());
        bytes.extend(self.flags.to_ne_bytes());
        bytes.extend(sequence.to_ne_bytes());
        bytes.extend(0_u32.to_ne_bytes());
        bytes.extend(&self.body);
        bytes
    }

    /// The whole message with sequence and port 0, in hexadecimal.
    pub fn hex(&self) -> String {
        self.bytes(0).iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// What deletes that which this adds.
    #[must_use]
    pub fn inverse(&self) -> Self {
        // Of each family of messages, the second deletes what the first adds.
        Self { kind: self.kind | 1, flags: NLM_F_REQUEST | NLM_F_ACK, body: self.body.clone() }
    }

    /// The name of what it does, `RTM_NEWROUTE`.
    pub fn name(&self) -> &'static str {
        match self.kind {
            16 => "RTM_NEWLINK",
            18 => "RTM_GETLINK",
            20 => "RTM_NEWADDR",
            21 => "RTM_DELADDR",
            22 => "RTM_GETADDR",
            24 => "RTM_NEWROUTE",
            25 => "RTM_DELROUTE",
            26 => "RTM_GETROUTE",
            32 => "RTM_NEWRULE",
            33 => "RTM_DELRULE",
            34 => "RTM_GETRULE",
            _ => "RTM_?",
        }
    }

    /// The names of its flags: `REQUEST`, `ACK`, then `DUMP`, or `REPLACE`, `EXCL`, `CREATE`, `APPEND`.
    pub fn flag_names(&self) -> Vec<&'static str> {
        let is = |flag| self.flags & flag == flag;
        let mut names = Vec::new();
        let mut push = |flag, name| {
            if is(flag) {
                names.push(name);
            }
        };
        push(NLM_F_REQUEST, "REQUEST");
        push(NLM_F_ACK, "ACK");
        if self.is_dump() {
            push(NLM_F_DUMP, "DUMP");
        } else {
            push(NLM_F_REPLACE, "REPLACE");
            push(NLM_F_EXCL, "EXCL");
            push(NLM_F_CREATE, "CREATE");
            push(NLM_F_APPEND, "APPEND");
        }
        names
    }

    /// Whether it asks for a dump: the flags of changes mean something else there.
    pub fn is_dump(&self) -> bool {
        matches!(self.kind, 18 | 22 | 26 | 34)
    }

    /// Whether the kernel is asked to tell how it went also where it went well.
    pub fn wants_answer(&self) -> bool {
        self.flags & NLM_F_ACK != 0
    }
}

impl fmt::Debug for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}[{}] {}", self.name(), self.flag_names().join(" "), self.hex())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_as_the_kernel_takes_it() {
        let request = Request { kind: 20, flags: NLM_F_REQUEST | NLM_F_ACK, body: vec![2, 24] };
        assert_eq!(request.hex(), "120000001400050000000000000000000218");
        assert_eq!((request.name(), request.flag_names()), ("RTM_NEWADDR", vec!["REQUEST", "ACK"]));
        let dump = Request { kind: 26, flags: NLM_F_REQUEST | NLM_F_DUMP, body: vec![] };
        assert_eq!(dump.flag_names(), ["REQUEST", "DUMP"]);
    }
}
