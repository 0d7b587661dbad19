/// The attributes after a header of this length: kind without its flag bits, and value.
pub(super) fn attributes(body: &[u8], header: usize) -> impl Iterator<Item = (u16, &[u8])> {
    let mut rest = body.get(header..).unwrap_or_default();
    std::iter::from_fn(move || {
        let [l0, l1, k0, k1, ..] = *rest else { return None };
        let length = usize::from(u16::from_ne_bytes([l0, l1]));
        let value = rest.get(4..length)?;
        rest = rest.get(length.next_multiple_of(4)..).unwrap_or_default();
        Some((u16::from_ne_bytes([k0, k1]) & 0x3fff, value))
    })
}

/// Changes each attribute's value in place: the kind, and the value.
pub(super) fn edit(body: &mut [u8], header: usize, mut change: impl FnMut(u16, &mut [u8])) {
    let mut rest = body.get_mut(header..).unwrap_or_default();
    while let [l0, l1, k0, k1, ..] = *rest {
        let length = usize::from(u16::from_ne_bytes([l0, l1]));
        let Some(value) = rest.get_mut(4..length) else { return };
        change(u16::from_ne_bytes([k0, k1]) & 0x3fff, value);
        rest = rest.get_mut(length.next_multiple_of(4)..).unwrap_or_default();
    }
}

/// Appends an attribute.
pub(super) fn push(body: &mut Vec<u8>, kind: u16, value: &[u8]) {
    let length = u16::try_from(4 + value.len()).unwrap_or(u16::MAX);
    body.extend(length.to_ne_bytes());
    body.extend(kind.to_ne_bytes());
    body.extend(value);
    body.resize(body.len().next_multiple_of(4), 0);
}

/// The first four bytes as a number of the machine.
pub(super) fn number(bytes: &[u8]) -> u32 {
    bytes.first_chunk().map_or(0, |bytes| u32::from_ne_bytes(*bytes))
}
