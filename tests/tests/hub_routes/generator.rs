/// Routes as a hub asks for them, with names as users and attackers choose them. The same seed gives the same routes.
pub(crate) struct Generator(u64);

/// What names are made of: each sign that has a meaning for a URL, a rule, an expression, a template or a file, letters of many kinds, and
/// parts of other names, so that one is often the beginning of another.
const PIECES: [&str; 64] = [
    "a",
    "b",
    "A",
    "ab",
    "zoe",
    "user",
    "1",
    "02",
    "-",
    "_",
    ".",
    "~",
    "+",
    "@",
    "!",
    "$",
    "&",
    "'",
    "(",
    ")",
    "*",
    ",",
    ";",
    "=",
    ":",
    "?",
    "#",
    "%",
    "%2B",
    "%20",
    "[",
    "]",
    " ",
    "\"",
    "<",
    ">",
    "\\",
    "^",
    "`",
    "{",
    "|",
    "}",
    "{{",
    "}}",
    "||",
    "&&",
    "é",
    "ß",
    "☃",
    "日本",
    "😀",
    "\u{301}",
    "\u{202e}",
    "\t",
    "\n",
    "\u{7f}",
    "\u{2551}",
    "$1",
    ".*",
    "(?i)",
    "\\d",
    "{{ .",
    "Host(`a`)",
    "\u{feff}",
];

impl Generator {
    /// Those of this seed.
    pub(crate) const fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// The next route, decoded: one to four names.
    pub(crate) fn route(&mut self) -> String {
        let mut route = String::new();
        for _ in 0..=self.below(4) {
            let name = self.name();
            route.push('/');
            route.push_str(&name);
        }
        route
    }

    /// A name is never empty, and never dots alone: a hub refuses such.
    fn name(&mut self) -> String {
        let pieces = 1 + self.below(4);
        let name: String = (0..pieces).map(|_| PIECES[self.below(PIECES.len())]).collect();
        if name.trim_matches('.').is_empty() { format!("{name}x") } else { name }
    }

    /// A number below this one: xorshift64*, which needs no crate.
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        // Never stuck at zero.
        self.0 |= u64::from(self.0 == 0);
        let drawn = self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 33;
        usize::try_from(drawn).unwrap_or_default() % limit
    }
}

/// The ways in which a path is written: the hub's, a browser's, and with every escape there can be, in letters of both cases.
pub(crate) fn spellings(path: &str) -> Vec<String> {
    let written = |stays: fn(u8) -> bool, upper: bool| {
        path.bytes().fold(String::new(), |mut text, byte| {
            if byte == b'/' || byte.is_ascii_alphanumeric() || stays(byte) {
                text.push(char::from(byte));
            } else {
                text.push_str(&if upper { format!("%{byte:02X}") } else { format!("%{byte:02x}") });
            }
            text
        })
    };
    let mut all = vec![
        // `quote(name, safe='@~')` of Python.
        written(|byte| matches!(byte, b'@' | b'~' | b'_' | b'.' | b'-'), true),
        // What the URL standard leaves in a path.
        written(
            |byte| {
                byte.is_ascii_graphic()
                    && !matches!(
                        byte,
                        b'"' | b'#' | b'<' | b'>' | b'?' | b'`' | b'{' | b'}' | b'^' | b'%' | b'\\' | b'|'
                    )
            },
            true,
        ),
        written(|_| false, true),
        written(|_| false, false),
    ];
    all.dedup();
    all
}

/// The bytes that a path says.
pub(crate) fn decoded(path: &str) -> Vec<u8> {
    let mut parts = path.split('%');
    let mut bytes = parts.next().unwrap_or_default().as_bytes().to_vec();
    for part in parts {
        let byte = part.get(..2).and_then(|digits| u8::from_str_radix(digits, 16).ok());
        bytes.extend(byte);
        bytes.extend_from_slice(part.get(2..).unwrap_or_default().as_bytes());
    }
    bytes
}
