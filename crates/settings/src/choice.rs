/// A setting that is one of a few words.
pub(crate) trait Choice: Copy + PartialEq + 'static {
    /// The words, in the order of the reference.
    const WORDS: &'static [(&'static str, Self)];
}

macro_rules! choice {
    ($(#[$doc:meta])* $name:ident { $($(#[$variant_doc:meta])* $variant:ident = $word:literal,)+ }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize)]
        pub enum $name {
            $($(#[$variant_doc])* #[serde(rename = $word)] $variant,)+
        }

        impl Choice for $name {
            const WORDS: &'static [(&'static str, Self)] = &[$(($word, Self::$variant)),+];
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(match self { $(Self::$variant => $word),+ })
            }
        }
    };
}

choice! {
    /// The format of the file that Traefik reads.
    Format {
        /// YAML.
        #[default]
        Yaml = "yaml",
        /// TOML.
        Toml = "toml",
    }
}

choice! {
    /// What routes a container that says nothing of routes.
    DefaultRoute {
        /// A router with the default rule, as Traefik 3.7 makes it.
        #[default]
        Traefik = "traefik",
        /// The default route of the `proxy.` dialect.
        Proxy = "proxy",
        /// Nothing: only what labels ask for is routed.
        None = "none",
    }
}

choice! {
    /// How much is logged: what is as grave as this, or graver.
    LogLevel {
        /// What was asked for and could not be done.
        Error = "error",
        /// What is done, and probably not as meant.
        Warn = "warn",
        /// What changed.
        #[default]
        Info = "info",
        /// Each event and what came of it.
        Debug = "debug",
        /// Everything.
        Trace = "trace",
    }
}

choice! {
    /// How a line of the log looks.
    LogFormat {
        /// Words, for people.
        #[default]
        Text = "text",
        /// One JSON object a line, for tools.
        Json = "json",
    }
}

choice! {
    /// What becomes of a container's network actions after one that failed.
    OnError {
        /// The others are done all the same, and every failure is told.
        #[default]
        Continue = "continue",
        /// What was done is taken back.
        Rollback = "rollback",
    }
}

choice! {
    /// What becomes of a container's routes on the host when it stops.
    HostRoutes {
        /// They are taken back.
        #[default]
        Withdraw = "withdraw",
        /// They stay.
        Keep = "keep",
    }
}

/// A danger that labels may bring about, though by default they may not.
///
/// Without a default: nothing dangerous is what nobody asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Danger {
    /// To empty a table of routes or the list of rules.
    Flush,
    /// To change the host's own network by other labels than `docker-events.host-route`.
    Host,
}

impl Choice for Danger {
    const WORDS: &'static [(&'static str, Self)] = &[("flush", Self::Flush), ("host", Self::Host)];
}

impl std::fmt::Display for Danger {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Flush => "flush",
            Self::Host => "host",
        })
    }
}
