//! Base64, base32 and checksums.

use data_encoding::{BASE32, BASE64, Encoding, HEXLOWER};
use sha1::{Digest, Sha1};
use sha2::Sha256;

use super::{Function, Outcome, exactly, ok};

pub(super) const TABLE: &[Function] = &[
    exactly("b64enc", 1, |a| ok(BASE64.encode(a.text(0)?.as_bytes()))),
    exactly("b64dec", 1, |a| {
        decoded("base64", &BASE64, a.text(0)?, |b| {
            b.is_ascii_alphanumeric() || matches!(b, b'+' | b'/' | b'=')
        })
    }),
    exactly("b32enc", 1, |a| ok(BASE32.encode(a.text(0)?.as_bytes()))),
    exactly("b32dec", 1, |a| {
        decoded("base32", &BASE32, a.text(0)?, |b| matches!(b, b'A'..=b'Z' | b'2'..=b'7' | b'='))
    }),
    exactly("sha1sum", 1, |a| ok(HEXLOWER.encode(&Sha1::digest(a.text(0)?.as_bytes())))),
    exactly("sha256sum", 1, |a| ok(HEXLOWER.encode(&Sha256::digest(a.text(0)?.as_bytes())))),
    exactly("adler32sum", 1, |a| ok(adler32(a.text(0)?.as_bytes()).to_string())),
];

/// sprig gives the error as the value. Line breaks are passed over.
fn decoded(name: &str, encoding: &Encoding, text: &str, is_symbol: fn(u8) -> bool) -> Outcome {
    let text = text.replace(['\r', '\n'], "");
    match encoding.decode(text.as_bytes()) {
        Ok(bytes) => ok(String::from_utf8_lossy(&bytes).into_owned()),
        Err(error) => {
            let position = text.bytes().position(|byte| !is_symbol(byte)).unwrap_or(error.position);
            ok(format!("illegal {name} data at input byte {position}"))
        }
    }
}

/// Adler-32 (RFC 1950, section 8.2).
fn adler32(bytes: &[u8]) -> u32 {
    const PRIME: u32 = 65_521;
    let (a, b) = bytes.iter().fold((1, 0), |(a, b), &byte| {
        let a = (a + u32::from(byte)) % PRIME;
        (a, (a + b) % PRIME)
    });
    (b << 16) | a
}
