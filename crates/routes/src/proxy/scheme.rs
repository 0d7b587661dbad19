use std::fmt;

/// What a route speaks with its container.
///
/// ```
/// use portolan_routes::proxy::Scheme;
///
/// assert!(Scheme::Udp.is_stream() && !Scheme::H2c.is_stream());
/// assert_eq!(Scheme::default().to_string(), "http");
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Scheme {
    /// HTTP.
    #[default]
    Http,
    /// HTTP over TLS.
    Https,
    /// HTTP/2 without TLS.
    H2c,
    /// Connections of any kind.
    Tcp,
    /// Packets of any kind.
    Udp,
    /// Files of the proxy's own, which Traefik does not serve.
    FileServer,
}

impl Scheme {
    const WORDS: [(&'static str, Self); 6] = [
        ("http", Self::Http),
        ("https", Self::Https),
        ("h2c", Self::H2c),
        ("tcp", Self::Tcp),
        ("udp", Self::Udp),
        ("fileserver", Self::FileServer),
    ];

    /// Reads a scheme, in lower case alone.
    ///
    /// ```
    /// use portolan_routes::proxy::Scheme;
    ///
    /// assert_eq!(Scheme::parse("h2c"), Ok(Scheme::H2c));
    /// assert_eq!(Scheme::parse("HTTPS"), Err("HTTPS: invalid scheme".to_owned()));
    /// ```
    ///
    /// # Errors
    /// GoDoxy's text.
    pub fn parse(text: &str) -> Result<Self, String> {
        let found = Self::WORDS.iter().find(|(word, _)| *word == text);
        found.map(|(_, scheme)| *scheme).ok_or_else(|| format!("{text}: invalid scheme"))
    }

    /// Whether it is a stream: no requests, but connections or packets.
    pub const fn is_stream(self) -> bool {
        matches!(self, Self::Tcp | Self::Udp)
    }
}

impl fmt::Display for Scheme {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let word = Self::WORDS.iter().find(|(_, scheme)| scheme == self);
        f.write_str(word.map_or("", |(word, _)| word))
    }
}
