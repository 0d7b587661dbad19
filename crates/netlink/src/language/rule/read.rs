//! The values that a new rule and a flush of rules share.

use crate::language::{Context, value};
use crate::word::Word;
use crate::{Device, Dialect, Links, NameSet, Refusal, number};

/// The name of the interface that a device is.
pub(super) fn interface(device: &Device, links: &Links) -> Result<String, Refusal> {
    match device {
        Device::Name(name) => Ok(name.clone()),
        Device::Network(_) => {
            let index = links.find(device)?;
            let link = links.by_index(index);
            Ok(link.map_or_else(|| format!("if{index}"), |link| link.name.clone()))
        }
    }
}

/// Reads the value of `iif` or `oif`.
///
/// `ip` looks no interface up here: a rule may name one that is yet to come.
pub(super) fn device(value: &Word<'_>, dialect: Dialect, what: &str) -> Result<Device, Refusal> {
    let device = Device::read(value.text, dialect);
    if let Device::Name(name) = &device
        && (name.len() > 15 || name.contains('/'))
    {
        return Err(Refusal::wrong(value, format!("{what} not a valid ifname")));
    }
    Ok(device)
}

/// Reads `fwmark`'s value, a number and maybe a slash and a mask.
pub(super) fn mark(value: &Word<'_>) -> Result<(u32, Option<u32>), Refusal> {
    let slash = value.text.find('/');
    let mark = value.part(0..slash.unwrap_or(value.text.len()));
    let mask = slash.map(|slash| value.part(slash + 1..value.text.len()));
    let number = |word: &Word<'_>, what| {
        number::u32(word.text, 0).ok_or_else(|| Refusal::wrong(word, format!("{what} value is invalid")))
    };
    Ok((number(&mark, "fwmark")?, mask.as_ref().map(|mask| number(mask, "fwmask")).transpose()?))
}

/// Reads the value of `ipproto`: a decimal number, or a name.
pub(super) fn transport(value: &Word<'_>, context: Context<'_>) -> Result<u8, Refusal> {
    let named = || context.names.number(NameSet::Transport, value.text).and_then(|it| u8::try_from(it).ok());
    number::u8(value.text, 10)
        .or_else(named)
        .ok_or_else(|| Refusal::wrong(value, "Invalid \"ipproto\" value"))
}

/// Reads a priority.
pub(super) fn priority(value: &Word<'_>) -> Result<u32, Refusal> {
    number::u32(value.text, 0).ok_or_else(|| Refusal::wrong(value, "preference value is invalid"))
}

/// Reads a traffic class.
pub(super) fn traffic_class(value: &Word<'_>, context: Context<'_>) -> Result<u8, Refusal> {
    value::traffic_class(context.names, value).ok_or_else(|| Refusal::wrong(value, "TOS value is invalid"))
}

/// Reads a tunnel's number.
pub(super) fn tunnel(value: &Word<'_>) -> Result<u64, Refusal> {
    number::u64(value.text, 0).ok_or_else(|| Refusal::wrong(value, "\"tun_id\" value is invalid"))
}
