/// One message from the kernel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Message<'a> {
    pub(crate) kind: u16,
    pub(crate) flags: u16,
    pub(crate) sequence: u32,
    /// What follows the netlink header.
    pub(crate) body: &'a [u8],
}

/// The length of the netlink header.
const HEADER: usize = 16;

/// The messages of one datagram, up to the first that is cut short.
pub(crate) fn messages(mut bytes: &[u8]) -> impl Iterator<Item = Message<'_>> {
    std::iter::from_fn(move || {
        let length = usize::try_from(u32_at(bytes, 0)?).ok()?;
        let message = Message {
            kind: u16_at(bytes, 4)?,
            flags: u16_at(bytes, 6)?,
            sequence: u32_at(bytes, 8)?,
            body: bytes.get(HEADER..length)?,
        };
        bytes = bytes.get(length.next_multiple_of(4)..).unwrap_or_default();
        Some(message)
    })
}

/// The attributes in a message, each its kind without the flag bits, its value, and all its bytes with what pads them; up to
/// the first that is cut short.
pub(crate) fn attributes(mut bytes: &[u8]) -> impl Iterator<Item = (u16, &[u8], &[u8])> {
    /// All but the bits that say how an attribute is encoded.
    const KIND: u16 = 0x3fff;
    std::iter::from_fn(move || {
        let length = usize::from(u16_at(bytes, 0)?);
        let kind = u16_at(bytes, 2)? & KIND;
        let value = bytes.get(4..length)?;
        let (whole, rest) = bytes.split_at_checked(length.next_multiple_of(4)).unwrap_or((bytes, &[]));
        bytes = rest;
        Some((kind, value, whole))
    })
}

pub(crate) fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    let bytes = bytes.get(at..)?.first_chunk()?;
    Some(u16::from_ne_bytes(*bytes))
}

pub(crate) fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    let bytes = bytes.get(at..)?.first_chunk()?;
    Some(u32::from_ne_bytes(*bytes))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::Request;

    #[test]
    fn messages_of_a_datagram() {
        let request = |kind, body: &[u8]| Request { kind, flags: 5, body: body.to_vec() }.bytes(7);
        // The first is not a multiple of four long.
        let mut bytes = request(20, &[1, 2, 3]);
        bytes.push(0);
        bytes.extend(request(24, &[4]));
        let found: Vec<_> = messages(&bytes).map(|it| (it.kind, it.flags, it.sequence, it.body)).collect();
        assert_eq!(found, [(20, 5, 7, &[1, 2, 3][..]), (24, 5, 7, &[4][..])]);

        bytes.pop();
        assert_eq!(messages(&bytes).count(), 1, "the second is cut short");
        assert_eq!(
            messages(&[8, 0, 0, 0, 20, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]).count(),
            0,
            "shorter than its header"
        );
    }

    #[test]
    fn attributes_of_a_message() {
        let bytes = [[5_u16.to_ne_bytes(), 0x8003_u16.to_ne_bytes()].concat(), vec![9, 0, 0, 0]].concat();
        assert_eq!(attributes(&bytes).collect::<Vec<_>>(), [(3, &[9][..], &bytes[..])]);
        assert_eq!(
            attributes(&bytes[..5]).collect::<Vec<_>>(),
            [(3, &[9][..], &bytes[..5])],
            "without padding"
        );
        assert_eq!(attributes(&bytes[..4]).count(), 0);
    }

    proptest! {
        #[test]
        fn any_bytes_come_to_an_end(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            prop_assert!(messages(&bytes).count() <= bytes.len() / HEADER);
            prop_assert!(attributes(&bytes).count() <= bytes.len() / 4);
        }
    }
}
