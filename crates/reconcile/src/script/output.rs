use portolan_container::printable;
use tokio::io::{AsyncRead, AsyncReadExt as _};

/// How many bytes of a line are told.
const LONGEST: usize = 4096;

/// How many lines are told of one stream, so that no script fills the log.
const MOST: usize = 1000;

/// Tells the lines of a stream until it ends.
pub(super) async fn tell(mut stream: impl AsyncRead + Unpin, mut tell: impl FnMut(&str)) {
    let mut lines = Lines::default();
    let mut bytes = vec![0; 8192];
    // An error is an end too: there is nothing more to read.
    while let Ok(read @ 1..) = stream.read(&mut bytes).await {
        lines.push(bytes.get(..read).unwrap_or_default(), &mut tell);
    }
    lines.end(&mut tell);
}

/// Makes lines of pieces.
#[derive(Debug, Default)]
struct Lines {
    /// The line so far, up to what is told of it.
    line: Vec<u8>,
    /// Whether it had more.
    cut: bool,
    told: usize,
    untold: usize,
}

impl Lines {
    fn push(&mut self, bytes: &[u8], tell: &mut impl FnMut(&str)) {
        for piece in bytes.split_inclusive(|byte| *byte == b'\n') {
            let (text, ends) = match piece.strip_suffix(b"\n") {
                Some(text) => (text, true),
                None => (piece, false),
            };
            let room = LONGEST.saturating_sub(self.line.len());
            self.cut |= text.len() > room;
            self.line.extend(text.iter().take(room));
            if ends {
                self.tell(tell);
            }
        }
    }

    /// The stream has ended, perhaps within a line.
    fn end(&mut self, tell: &mut impl FnMut(&str)) {
        self.tell(tell);
        if self.untold > 0 {
            tell(&format!("… and {} more lines", self.untold));
        }
    }

    fn tell(&mut self, tell: &mut impl FnMut(&str)) {
        let line = std::mem::take(&mut self.line);
        let cut = std::mem::take(&mut self.cut);
        let line = if cut { whole_characters(&line) } else { line.strip_suffix(b"\r").unwrap_or(&line) };
        if line.is_empty() {
            return;
        }
        if self.told == MOST {
            self.untold += 1;
            return;
        }
        self.told += 1;
        let text = String::from_utf8_lossy(line);
        let text = printable(&text);
        if cut { tell(&format!("{text}…")) } else { tell(&text) }
    }
}

/// The bytes without a character at the end that is not all there.
fn whole_characters(bytes: &[u8]) -> &[u8] {
    match std::str::from_utf8(bytes) {
        Err(error) if error.error_len().is_none() => bytes.get(..error.valid_up_to()).unwrap_or(bytes),
        _ => bytes,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn lines(pieces: &[&[u8]]) -> Vec<String> {
        let (mut lines, mut told) = (Lines::default(), Vec::new());
        let mut tell = |line: &str| told.push(line.to_owned());
        for piece in pieces {
            lines.push(piece, &mut tell);
        }
        lines.end(&mut tell);
        told
    }

    #[test]
    fn lines_are_told_as_they_are_printed() {
        let check = |pieces: &[&[u8]], expected: &[&str]| assert_eq!(lines(pieces), expected, "{pieces:?}");
        check(&[], &[]);
        check(&[b"a\nb\r\n\n", b"c"], &["a", "b", "c"]);
        check(&["ä".as_bytes().get(..1).unwrap(), "ä\n".as_bytes().get(1..).unwrap()], &["ä"]);
        check(&[b"\xff\x1b[31m\n"], &["\u{fffd}\\u{1b}[31m"]);
    }

    #[test]
    fn long_lines_are_cut_and_floods_end() {
        let long = "x".repeat(LONGEST);
        assert_eq!(lines(&[long.as_bytes(), b"\n"]), [long.as_str()]);
        assert_eq!(lines(&[long.as_bytes(), b"yz\nb"]), [&format!("{long}…"), "b"]);
        let umlauts = format!("x{}", "ä".repeat(LONGEST));
        assert_eq!(lines(&[umlauts.as_bytes()]), [format!("x{}…", "ä".repeat(LONGEST / 2 - 1))]);

        let told = lines(&["x\n".repeat(MOST + 7).as_bytes()]);
        assert_eq!(told.len(), MOST + 1);
        assert_eq!(told.last().map(String::as_str), Some("… and 7 more lines"));
    }

    proptest! {
        #[test]
        fn lines_do_not_depend_on_the_pieces(
            bytes in prop::collection::vec(prop::sample::select(b"a\n\r\xc3\xa4".to_vec()), 0..64),
            at in 0..64_usize,
        ) {
            let (first, second) = bytes.split_at(at.min(bytes.len()));
            prop_assert_eq!(lines(&[first, second]), lines(&[&bytes]));
        }
    }
}
