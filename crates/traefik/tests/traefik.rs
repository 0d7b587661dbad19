//! What a real Traefik makes of our documents: every escaping decision of this crate, proved on its reader.
//!
//! Needs the path of a Traefik 3.7 in `PORTOLAN_TRAEFIK`.
#![expect(clippy::expect_used, clippy::print_stdout, reason = "a test that cannot run says so")]
#![expect(clippy::disallowed_methods, reason = "the tests run a Traefik")]

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use portolan_routes::Section;
use portolan_traefik::{Directory, Document, Error, Format, Outcome};
use proptest::strategy::{Strategy, ValueTree};
use serde_json::{Value, json};
use tempfile::TempDir;

/// The formats that Traefik reads from a directory.
const FORMATS: [Format; 2] = [Format::Yaml, Format::Toml];

/// A Traefik that watches a directory of ours, and the log in which it tells what it read.
struct Traefik {
    directory: Directory,
    process: Child,
    log: Receiver<Value>,
    loads: usize,
    _temp: TempDir,
}

impl Traefik {
    /// None, and told so, where there is no Traefik; CI must have one.
    fn start(format: Format) -> Option<Self> {
        let Some(binary) = std::env::var_os("PORTOLAN_TRAEFIK") else {
            assert_ne!(std::env::var("CI").as_deref(), Ok("true"), "CI must set PORTOLAN_TRAEFIK");
            println!("skipped: PORTOLAN_TRAEFIK does not name a Traefik");
            return None;
        };
        let temp = tempfile::tempdir().expect("there is room");
        let mut directory = Directory::new(temp.path(), "docker-watcher", format).expect("is a name");
        directory.prepare().expect("is writable");
        let mut process = Command::new(binary)
            .args(["--log.level=DEBUG", "--log.format=json", "--providers.providersThrottleDuration=1ms"])
            .args(["--entryPoints.web.address=127.0.0.1:0", "--global.checkNewVersion=false"])
            .arg(format!("--providers.file.directory={}", temp.path().display()))
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("PORTOLAN_TRAEFIK runs");
        let output = BufReader::new(process.stdout.take().expect("is piped"));
        let (send, log) = channel();
        std::thread::spawn(move || {
            for line in output.lines().map_while(Result::ok) {
                if let Ok(entry) = serde_json::from_str(&line)
                    && send.send(entry).is_err()
                {
                    break;
                }
            }
        });
        let mut traefik = Self { directory, process, log, loads: 0, _temp: temp };
        // Of a file that is there by now it would watch the inode too, and load twice when that is replaced.
        let empty = traefik.next().expect("loads");
        assert_eq!(empty["http"], json!({}));
        Some(traefik)
    }

    /// The next configuration that it took from the directory, or why it took none.
    fn next(&mut self) -> Result<Value, String> {
        loop {
            let entry = self.log.recv_timeout(Duration::from_secs(30)).expect("Traefik tells what it loads");
            let said = |key: &str| entry[key].as_str().unwrap_or_default();
            if said("message") == "Configuration received" && said("providerName") == "file" {
                self.loads += 1;
                return Ok(entry["config"].clone());
            }
            if said("message").contains("watcher callback") {
                return Err(said("error").to_owned());
            }
        }
    }

    /// What it makes of the document.
    fn load(&mut self, document: &Document) -> Result<Value, String> {
        let text = document.clone().with_header(self.directory.marker()).text();
        assert_eq!(self.directory.write(&text).expect("is writable"), Outcome::Written, "{text}");
        self.next()
    }

    /// Checks that elements of these shapes arrive as given, whole.
    fn check(&mut self, section: Section, elements: &[(String, Value)]) {
        let mut document = Document::new(self.directory_format());
        for (name, element) in elements {
            document.set(section, name, element).expect("can be carried");
        }
        let (protocol, kind) = section.path();
        let config = self.load(&document).expect("is read");
        for (name, element) in elements {
            let mut alone = Document::new(document.format());
            alone.set(section, name, element).expect("can be carried");
            assert_eq!(
                &config[protocol][kind][name],
                element,
                "{name:?}
{}",
                alone.text()
            );
        }
        assert_eq!(config[protocol][kind].as_object().map(serde_json::Map::len), Some(elements.len()));
    }

    fn directory_format(&self) -> Format {
        if self.directory.file().ends_with("docker-watcher.toml") { Format::Toml } else { Format::Yaml }
    }
}

impl Drop for Traefik {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Every form in which a text can stand in a middleware.
fn forms(text: &str) -> Vec<Value> {
    vec![
        json!({"addPrefix": {"prefix": text}}),
        json!({"headers": {"customRequestHeaders": {text: "x", "Other": text}}}),
        json!({"plugin": {"p": {"key": text, "sub": {text: "x", "Z": [text, "y"]}, "list": [{"k": text}]}}}),
        json!({"chain": {"middlewares": ["a", text, "b"]}}),
    ]
}

/// Named by the text too.
fn elements(texts: &[String]) -> Vec<(String, Value)> {
    let each = texts.iter().enumerate().flat_map(|(number, text)| {
        forms(text)
            .into_iter()
            .enumerate()
            .map(move |(form, value)| (format!("{text}{number}.{form}"), value))
    });
    each.chain(texts.iter().map(|text| (text.clone(), json!({"addPrefix": {"prefix": text}})))).collect()
}

const TEXTS: &[&str] = &[
    // Templates.
    "{{ env \"PATH\" }}",
    "{{",
    "}}",
    "{{{ x }}}",
    "{ {",
    "{{/* */}}",
    "a{{b}}c{{d}}",
    "\\{{",
    "{{`x`}}",
    // What YAML 1.1 or 1.2 takes for something else.
    "yes",
    "NO",
    "on",
    "Off",
    "y",
    "N",
    "true",
    "False",
    "~",
    "null",
    "Null",
    "<<",
    "=",
    "0",
    "-1",
    "+1",
    "0x1F",
    "0o17",
    "017",
    "0b1",
    "1_000",
    "1e3",
    ".5",
    "5.",
    "1.0",
    "-.inf",
    ".NaN",
    "1:30",
    "2026-01-01",
    "2026-01-01T12:00:00Z",
    "12:00:00",
    "418",
    // Marks of YAML and TOML.
    "- a",
    "? a",
    ": a",
    "a: b",
    "a:",
    "a #b",
    "#a",
    "&a",
    "*a",
    "!a",
    "!!str a",
    "@a",
    "`a`",
    "%a",
    "|",
    ">",
    "[a]x",
    "{a}",
    "[",
    "]",
    "'",
    "\"",
    "'''",
    "\"\"\"",
    "\\",
    "\\n",
    "---",
    "...",
    "a,b",
    "a.b",
    "a/b",
    "a@b",
    "a=b",
    "\u{fffd}",
    "literal0z",
    // Characters.
    "a\0b",
    "\u{1}\u{1f}\u{7f}",
    "\u{80}\u{85}\u{9f}",
    "a\u{a0}b",
    "a\u{2028}\u{2029}b",
    "\u{feff}a",
    "a\u{fffe}\u{ffff}b",
    "a\u{1fffe}b",
    "🚢",
    "é",
    "e\u{301}",
    "日本",
    "a\u{202e}b",
    "a\u{200b}b",
    "a\rb",
    "a\r\nb",
    "a\nb\n\nc",
    "a\tb",
    "a  b",
];

#[test]
fn texts_arrive_as_they_are() {
    for format in FORMATS {
        let Some(mut traefik) = Traefik::start(format) else { return };
        let texts: Vec<_> = TEXTS.iter().map(|text| (*text).to_owned()).collect();
        traefik.check(Section::HttpMiddlewares, &elements(&texts));
        assert_eq!(traefik.loads, 2, "one write is one load");
    }
}

#[test]
fn long_and_blank_texts_arrive_as_they_are() {
    for format in FORMATS {
        let Some(mut traefik) = Traefik::start(format) else { return };
        for text in ["k".repeat(5000), "{{ k }}\n".repeat(1000), "a b, c; ".repeat(20_000) + "d"] {
            let elements = forms(text.trim()).into_iter().enumerate();
            let elements: Vec<_> =
                elements.map(|(number, value)| (format!("{text}{number}"), value)).collect();
            traefik.check(Section::HttpMiddlewares, &elements);
        }
        // Not as items of lists: those arrive without the blanks at their ends, as they do from labels.
        for text in ["", " ", "   ", "\n", "\t", "\u{a0}", " a ", "\ta\n"] {
            traefik.check(
                Section::HttpMiddlewares,
                &[(
                    text.to_owned(),
                    json!({"headers": {"customRequestHeaders": {text: "x", "Other": text}}}),
                )],
            );
        }
        let list = |item: &str| json!({"chain": {"middlewares": [item]}});
        let mut document = Document::new(format);
        document.set(Section::HttpMiddlewares, "m", &list(" a\t")).expect("can be carried");
        let config = traefik.load(&document).expect("is read");
        assert_eq!(config["http"]["middlewares"]["m"], list("a"));
        traefik.check(Section::HttpMiddlewares, &[("m".to_owned(), list(""))]);
    }
}

/// Texts that nobody thought of, many in one file.
#[test]
fn any_texts_arrive_as_they_are() {
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let text = "\\PC{1,12}|.{1,12}|[a-z{}:#'\"\\\\ \n.0-9\\[\\]-]{1,8}".prop_filter(
        "can be carried",
        |text: &String| {
            let bracketed = text.starts_with('[') && text.ends_with(']');
            text.trim() == text
                && !text.contains('║')
                && !bracketed
                && !matches!(text.as_str(), "Other" | "Z")
        },
    );
    let texts = proptest::collection::btree_set(text, 200);
    for format in FORMATS {
        let Some(mut traefik) = Traefik::start(format) else { return };
        for _ in 0..2 {
            let texts: Vec<_> =
                texts.new_tree(&mut runner).expect("can be drawn").current().into_iter().collect();
            traefik.check(Section::HttpMiddlewares, &elements(&texts));
        }
    }
}

#[test]
fn empty_and_cleared_documents_are_empty_configurations() {
    for format in FORMATS {
        let Some(mut traefik) = Traefik::start(format) else { return };
        let mut document = Document::new(format);
        document.set(Section::HttpMiddlewares, "m", &json!({})).expect("can be carried");
        document.set(Section::TlsStores, "default", &json!({})).expect("can be carried");
        let config = traefik.load(&document).expect("is read");
        assert_eq!(config["http"], json!({"middlewares": {"m": {}}}));
        assert_eq!(config["tls"], json!({"stores": {"default": {}}}));
        document.clear();
        let config = traefik.load(&document).expect("is read");
        assert_eq!(config["http"], json!({}));
    }
}

#[test]
fn every_section_is_read_from_where_it_is_written() {
    let service =
        json!({"loadBalancer": {"servers": [{"address": "10.0.0.1:53"}, {"address": "10.0.0.2:53"}]}});
    let elements = [
        (
            Section::HttpRouters,
            json!({"rule": "Host(`a`)", "service": "s", "tls": {"domains": [{"main": "a║b"}]}}),
        ),
        (Section::HttpServices, json!({"weighted": {"services": [{"name": "s", "weight": 2}]}})),
        (Section::HttpMiddlewares, json!({"stripPrefix": {"prefixes": ["/a", "/b"]}})),
        (Section::HttpModels, json!({"middlewares": ["m"]})),
        (Section::HttpServersTransports, json!({"serverName": "a", "insecureSkipVerify": true})),
        (Section::TcpRouters, json!({"rule": "HostSNI(`*`)", "service": "s"})),
        (Section::TcpServices, service.clone()),
        (Section::TcpMiddlewares, json!({"inFlightConn": {"amount": 3}})),
        (Section::TcpServersTransports, json!({"dialTimeout": "7s"})),
        (Section::UdpRouters, json!({"entryPoints": ["dns"], "service": "s"})),
        (Section::UdpServices, service),
        (Section::TlsOptions, json!({"minVersion": "VersionTLS13", "alpnProtocols": ["h2"]})),
        (Section::TlsStores, json!({"defaultGeneratedCert": {"resolver": "r", "domain": {"main": "a"}}})),
    ];
    assert_eq!(elements.len(), Section::ALL.len());
    for format in FORMATS {
        let Some(mut traefik) = Traefik::start(format) else { return };
        let mut document = Document::new(format);
        for (section, element) in &elements {
            document.set(*section, "e", element).expect("can be carried");
        }
        // Traefik does not log them, but refuses a file in which they stand wrong.
        let certificate = json!({"certFile": "c", "keyFile": "k", "stores": ["e"]});
        document.set_certificates(&[certificate.clone(), certificate]).expect("can be carried");
        let config = traefik.load(&document).expect("is read");
        for (section, element) in &elements {
            let (protocol, kind) = section.path();
            let read = &config[protocol][kind]["e"];
            // Traefik adds its defaults.
            for (field, value) in element.as_object().expect("is a map") {
                assert!(contains(&read[field], value), "{section}: {field}: {read}\n{}", document.text());
            }
        }
    }
}

/// Whether it has all that the other has.
fn contains(all: &Value, some: &Value) -> bool {
    match (all, some) {
        (Value::Object(all), Value::Object(some)) => {
            some.iter().all(|(key, value)| all.get(key).is_some_and(|all| contains(all, value)))
        }
        (Value::Array(all), Value::Array(some)) => {
            all.len() == some.len() && all.iter().zip(some).all(|(all, some)| contains(all, some))
        }
        (all, some) => all == some,
    }
}

/// What this crate refuses is what Traefik would read otherwise: written past the check, it is not what was meant.
#[test]
fn what_is_refused_could_not_be_read() {
    let Some(mut traefik) = Traefik::start(Format::Yaml) else { return };
    let cases: [(Value, Option<Value>); 5] = [
        (json!({"chain": {"middlewares": ["a║b"]}}), Some(json!({"chain": {"middlewares": ["a", "b"]}}))),
        (json!({"plugin": {"p": {"a": "║24║b"}}}), Some(json!({"plugin": {"p": {"a": ["b"]}}}))),
        (json!({"plugin": {"p": {"a": "║b"}}}), None),
        (json!({"plugin": {"p": {"a": {"[b]": "c"}}}}), Some(json!({"plugin": {"p": {"a": ["c"]}}}))),
        (json!({"chain": {"middlewares": [null]}}), None),
    ];
    let marker = traefik.directory.marker().to_string();
    for (element, read) in cases {
        let refused = Document::new(Format::Yaml).set(Section::HttpMiddlewares, "m", &element);
        assert!(matches!(refused, Err(Error::Refused { .. })), "{element}");
        let text = format!("{marker}\n{}\n", json!({"http": {"middlewares": {"m": element}}}));
        traefik.directory.write(&text).expect("is writable");
        let config = traefik.next().ok();
        assert_eq!(config.map(|config| config["http"]["middlewares"]["m"].clone()), read, "{text}");
        // So that a refused file is followed by another change.
        traefik.load(&Document::new(Format::Yaml)).expect("is read");
    }
}

/// Traefik drops a map in a plugin's settings in favour of what is in it, if that bears the map's own name.
#[test]
fn a_plugins_setting_may_repeat_its_name() {
    for format in FORMATS {
        let Some(mut traefik) = Traefik::start(format) else { return };
        let settings = json!({"geo": {"geo": "1", "b": "2"}, "b": "3", "c": {"geo": {"geo": "4"}}, "d": {"d": {"d": "5"}}});
        traefik.check(
            Section::HttpMiddlewares,
            &[("m".to_owned(), json!({"plugin": {"p": settings, "geo": settings}}))],
        );
    }
}

/// Which as YAML's or TOML's lists would be split, cut short or refused.
#[test]
fn a_plugins_lists_may_hold_anything() {
    let long: Vec<_> = (0..12).map(|number| json!(format!("{number}║"))).collect();
    let settings = json!({
        "separator": ["a║b", "c"], "mixed": ["a", {"b": "c"}, "d"], "nested": [["a", "b"], [["c"], "d"]], "long": long,
        "below": [{"e": [["f"]]}], "map": {"g": [{"h": "i"}, "j"]},
    });
    for format in FORMATS {
        let Some(mut traefik) = Traefik::start(format) else { return };
        traefik.check(Section::HttpMiddlewares, &[("m".to_owned(), json!({"plugin": {"p": settings}}))]);
    }
}
