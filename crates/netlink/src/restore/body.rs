use crate::message::{attributes, u16_at, u32_at};

const HEADER: usize = 12;
const GATEWAY_AND_DEVICE: [u16; 6] = [4, 5, 9, 18, 21, 22];
const MULTIPATH: u16 = 9;
const CACHE_INFO: u16 = 12;
const EXPIRES: u16 = 23;
const NEXT_HOP: u16 = 30;
/// `RTNH_F_PERVASIVE` and `RTNH_F_ONLINK`: the other flags are the kernel's, and it takes them from nobody.
const FLAGS: u8 = 6;

/// A route as the kernel listed it, in a form that it takes to add or to delete it.
///
/// The flags that tell of the link's state are left out, and next hops that are given by their number as well. What is left of
/// its life becomes what it lives.
pub(super) fn route(dumped: &[u8]) -> Vec<u8> {
    let Some((header, rest)) = dumped.split_at_checked(HEADER) else { return dumped.to_vec() };
    let mut body = header.to_vec();
    // Flags are a number of 32 bits, of which the lowest are those of the next hop.
    if let Some(flags) = body.get_mut(8..HEADER) {
        let kept = u32_at(flags, 0).unwrap_or_default() & u32::from(FLAGS);
        flags.copy_from_slice(&kept.to_ne_bytes());
    }
    let by_number = attributes(rest).any(|(kind, ..)| kind == NEXT_HOP);
    for (kind, value, whole) in attributes(rest) {
        match kind {
            kind if by_number && GATEWAY_AND_DEVICE.contains(&kind) => {}
            CACHE_INFO => {
                // In hundredths of a second.
                if let Some(left) = u32_at(value, 8).filter(|left| *left > 0) {
                    body.extend(8_u16.to_ne_bytes());
                    body.extend(EXPIRES.to_ne_bytes());
                    body.extend(left.div_ceil(100).to_ne_bytes());
                }
            }
            MULTIPATH => {
                let mut whole = whole.to_vec();
                if let Some(hops) = whole.get_mut(4..) {
                    clear_hops(hops);
                }
                body.extend(whole);
            }
            _ => body.extend(whole),
        }
    }
    body
}

/// The same, to delete it: several hops of IPv6 may have come from different makers, of which the kernel lists one.
pub(super) fn of_all_hops(dumped: &[u8]) -> Vec<u8> {
    const IPV6: u8 = 10;
    let mut body = route(dumped);
    let has_hops =
        body.get(HEADER..).is_some_and(|rest| attributes(rest).any(|(kind, ..)| kind == MULTIPATH));
    if let Some(header) = body.first_chunk_mut::<HEADER>()
        && header[0] == IPV6
        && has_hops
    {
        header[5] = 0;
    }
    body
}

/// Each hop is its length in two bytes, its flags, its weight, its link, and its attributes.
fn clear_hops(mut hops: &mut [u8]) {
    while let Some(length) = u16_at(hops, 0) {
        let length = usize::from(length).next_multiple_of(4);
        if length == 0 || length > hops.len() {
            return;
        }
        if let Some(flags) = hops.get_mut(2) {
            *flags &= FLAGS;
        }
        hops = hops.split_at_mut(length).1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn attribute(kind: u16, value: &[u8]) -> Vec<u8> {
        let length = u16::try_from(4 + value.len()).unwrap();
        let mut bytes = [&length.to_ne_bytes()[..], &kind.to_ne_bytes(), value].concat();
        bytes.resize(bytes.len().next_multiple_of(4), 0);
        bytes
    }

    fn header(flags: u32) -> Vec<u8> {
        [&[2, 16, 0, 0, 254, 3, 0, 1][..], &flags.to_ne_bytes()].concat()
    }

    #[test]
    fn what_the_kernel_takes_of_what_it_tells() {
        let check = |flags: u32, told: &[Vec<u8>], taken_flags: u32, taken: &[Vec<u8>]| {
            let expected = [header(taken_flags), taken.concat()].concat();
            assert_eq!(route(&[header(flags), told.concat()].concat()), expected);
        };
        let (destination, device) = (attribute(1, &[10, 0, 0, 0]), attribute(4, &3_u32.to_ne_bytes()));
        // Onlink, its link down, offloaded.
        let only = std::slice::from_ref(&destination);
        check(0x4014, only, 4, only);
        let number = attribute(30, &7_u32.to_ne_bytes());
        check(0, &[destination.clone(), number.clone(), device], 0, &[destination, number]);
        let life = |left: u32| {
            let numbers = [0, 0, left, 0, 0, 0, 0, 0];
            attribute(12, &numbers.into_iter().flat_map(u32::to_ne_bytes).collect::<Vec<_>>())
        };
        check(0, &[life(0)], 0, &[]);
        check(0, &[life(89_950)], 0, &[attribute(23, &900_u32.to_ne_bytes())]);
        let hops = |flags: u8| {
            let hop = [&[8, 0, flags, 2][..], &3_u32.to_ne_bytes()].concat();
            attribute(9, &[hop.clone(), hop].concat())
        };
        check(0, &[hops(0x15)], 0, &[hops(4)]);
    }

    #[test]
    fn what_is_cut_short_is_left_as_it_is() {
        assert_eq!(route(&[1, 2, 3]), [1, 2, 3]);
        let mut hops = [9, 0, 1, 0, 0, 0, 0, 0];
        clear_hops(&mut hops);
        assert_eq!(hops, [9, 0, 1, 0, 0, 0, 0, 0]);
        clear_hops(&mut [0; 8]);
    }
}
