//! Base64, base32 and checksums.

use data_encoding::{BASE32, BASE64, DecodeError, HEXLOWER};
use sha1::{Digest, Sha1};
use sha2::Sha256;

use super::{Function, Outcome, exactly, ok};

pub(super) const TABLE: &[Function] = &[
    exactly("b64enc", 1, |a| ok(BASE64.encode(a.text(0)?.as_bytes()))),
    exactly("b64dec", 1, |a| decoded("base64", BASE64.decode(a.text(0)?.replace(['\r', '\n'], "").as_bytes()))),
    exactly("b32enc", 1, |a| ok(BASE32.encode(a.text(0)?.as_bytes()))),
    exactly("b32dec", 1, |a| decoded("base32", BASE32.decode(a.text(0)?.replace(['\r', '\n'], "").as_bytes()))),
    exactly("sha1sum", 1, |a| ok(HEXLOWER.encode(&Sha1::digest(a.text(0)?.as_bytes())))),
    exactly("sha256sum", 1, |a| ok(HEXLOWER.encode(&Sha256::digest(a.text(0)?.as_bytes())))),
    exactly("adler32sum", 1, |a| ok(adler32(a.text(0)?.as_bytes()).to_string())),
];

/// sprig gives the error as the value.
fn decoded(encoding: &str, bytes: Result<Vec<u8>, DecodeError>) -> Outcome {
    match bytes {
        Ok(bytes) => ok(String::from_utf8_lossy(&bytes).into_owned()),
        Err(error) => ok(format!("illegal {encoding} data at input byte {}", error.position)),
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
