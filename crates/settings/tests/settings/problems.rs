//! What is said of each mistake.

use portolan_settings::Error;

use super::{problems, told};

/// One mistake in a file, and the line that tells it, with its help.
fn check(text: &str, expected: &str, help: &str) {
    assert_eq!(told(&problems(text, &[], &[])), [expected.to_owned(), format!("  {help}")], "{text}");
}

#[test]
fn unknown_keys_have_a_place_and_a_suggestion() {
    check("a: 1", "w.yml:1:1: key `a`: unknown key", &told(&problems("a: 1", &[], &[]))[1][2..]);
    check(
        "log:\n  format: json\n  lvl: info\n",
        "w.yml:3:3: key `log.lvl`: unknown key",
        "did you mean `level` in the section `log`?",
    );
    check(
        "\n\nExposedByDefault: true",
        "w.yml:3:1: key `ExposedByDefault`: unknown key",
        "did you mean `exposedByDefault`?",
    );
    check(
        "log.level: info",
        "w.yml:1:1: key `log.level`: unknown key",
        "did you mean `level` in the section `log`?",
    );
    check(
        "log: {'le.vel': info}",
        "w.yml:1:7: key `log.le.vel`: unknown key",
        "did you mean `level` in the section `log`?",
    );
}

#[test]
fn wrong_types_name_what_was_expected_and_show_the_value() {
    check(
        "exposedByDefault: yes",
        "w.yml:1:19: key `exposedByDefault`: expected `true` or `false`, found the text `yes`",
        "write `true`, without quotes",
    );
    check(
        "network: 5",
        "w.yml:1:10: key `network.default`: expected text, found the number `5`",
        "put it in quotes: `\"5\"`",
    );
    check(
        "output: true",
        "w.yml:1:9: key `output`: expected a path, found `true`",
        "put it in quotes: `\"true\"`",
    );
    check(
        "timeout: 5",
        "w.yml:1:10: key `timeout`: expected a duration with a unit, found the number `5`",
        "write `5ms` or `5s`",
    );
    check(
        "timeout: soon",
        "w.yml:1:10: key `timeout`: expected a duration with a unit, found the text `soon`",
        "write it as in `100ms`, `2s` or `1m 30s`",
    );
    check(
        "format: YAML",
        "w.yml:1:9: key `format`: expected one of `yaml`, `toml`, found the text `YAML`",
        "did you mean `yaml`?",
    );
    check(
        "log: {level: warning}",
        "w.yml:1:14: key `log.level`: expected one of `error`, `warn`, `info`, `debug`, `trace`, found the text `warning`",
        "did you mean `warn`?",
    );
    check(
        "status: {listen: '::1'}",
        "w.yml:1:18: key `status.listen`: `::1` has no port",
        "write `8081`, `127.0.0.1:8081` or `[::1]:8081`",
    );
    check(
        "status: {hosts: 'https://status.example.com'}",
        "w.yml:1:17: key `status.hosts`: `https://status.example.com` is neither a name nor an IP address",
        "write it without scheme, port and brackets, as in `status.example.com`",
    );
    check(
        "log: loud",
        "w.yml:1:6: key `log`: expected a section with keys, found the text `loud`",
        "write one `key: value` a line",
    );
    check(
        "- engine",
        "w.yml:1:1: expected a section with keys, found a list",
        "write one `key: value` a line",
    );
    check(
        "blacklist:\n  ports: [80, '81']",
        "w.yml:2:15: key `blacklist.ports`: expected a port from 1 to 65535, found the text `81`",
        "write `81` without quotes",
    );
}

#[test]
fn names_that_are_no_keys_do_not_hide_each_other() {
    let long = "x".repeat(70);
    let found = problems(&format!("5: a\n{long}1: b\n{long}2: c\ntrue: d\n[]: e\n? \n: f\n"), &[], &[]);
    let keys: Vec<&str> = found.iter().filter_map(|problem| problem.key.as_deref()).collect();
    let short = format!("{}…", "x".repeat(60));
    assert_eq!(keys, ["5", &short, &short, "true", "a list", "nothing"]);
    assert!(found.iter().all(|problem| problem.error == Error::UnknownKey), "{found:#?}");
}

#[test]
fn values_that_no_help_is_known_for() {
    let check = |text, expected: &str| assert_eq!(told(&problems(text, &[], &[])), [expected], "{text}");
    check(
        "blacklist: {ports: [70000]}",
        "w.yml:1:21: key `blacklist.ports`: expected a port from 1 to 65535, found the number `70000`",
    );
    check(
        "blacklist: {ports: 0}",
        "w.yml:1:20: key `blacklist.ports`: expected a port from 1 to 65535, found the number `0`",
    );
    check("engine: {a: b}", "w.yml:1:9: key `engine`: expected a list of texts, found a section with keys");
    check("output: [a]", "w.yml:1:9: key `output`: expected a path, found a list");
    check("network: !x y", "w.yml:1:10: key `network.default`: expected text, found a value with a tag");
    check("engine: [a, ~]", "w.yml:1:13: key `engine`: expected text, found nothing");
}

#[test]
fn duplicates_name_the_first() {
    check(
        "format: yaml\noutput: /x\nformat: toml\n",
        "w.yml:3:1: key `format`: given twice, first by line 1",
        "remove one of them",
    );
    check(
        "log: {level: info, level: info}",
        "w.yml:1:20: key `log.level`: given twice, first by line 1",
        "remove one of them",
    );
    check("log: {}\nlog: {}", "w.yml:2:1: key `log`: given twice, first by line 1", "remove one of them");
    let twice = problems("", &[("PORTOLAN_LOGLEVEL", "info"), ("PORTOLAN_LOG_LEVEL", "warn")], &[]);
    assert_eq!(
        told(&twice),
        [
            "variable `PORTOLAN_LOG_LEVEL`: key `log.level`: given twice, first by `PORTOLAN_LOGLEVEL`",
            "  set `PORTOLAN_LOG_LEVEL` alone",
        ]
    );
}

#[test]
fn what_is_no_yaml_has_its_place() {
    let syntax = |text| match problems(text, &[], &[]).as_slice() {
        [problem] => (problem.to_string(), problem.help.clone()),
        other => panic!("{other:?}"),
    };
    let (line, help) = syntax("log:\n\tlevel: info\n");
    assert_eq!(line, "w.yml:2:1: this is not valid YAML: found character that cannot start any token");
    assert_eq!(help.as_deref(), Some("indent with spaces, not with tabs"));
    let (line, help) = syntax("output: /x\nformat: [yaml\n");
    assert!(line.starts_with("w.yml:3:1: this is not valid YAML: "), "{line}");
    assert_eq!(help, None);
    let (line, _) = syntax("format: yaml\n---\nformat: toml\n");
    assert!(line.contains("more than one document"), "{line}");
    let (line, _) = syntax("format: *yaml\n");
    assert!(line.starts_with("w.yml:1:9: this is not valid YAML: unknown anchor"), "{line}");
}

#[test]
fn values_that_cannot_be_meant() {
    check(
        "output: ''",
        "w.yml:1:9: key `output`: the path is empty",
        "name the directory that Traefik's file provider watches, such as `/srv/traefik/dynamic`",
    );
    check(
        "tls: {cert: c}",
        "w.yml:1:13: key `tls.cert`: a certificate is of no use without its key",
        "set `tls.key` too",
    );
    check(
        "tls: {key: k}",
        "w.yml:1:12: key `tls.key`: a key is of no use without its certificate",
        "set `tls.cert` too",
    );
    check(
        "hostAddress: 'http://h'",
        "w.yml:1:14: key `hostAddress`: `http://h` is neither an IP address nor a name",
        "write it without scheme, port and brackets, as in `127.0.0.1`",
    );
    check(
        "engine: ['']",
        "w.yml:1:9: key `engine`: an address is empty",
        "remove it: without any, it is the local engine",
    );
    check(
        "blacklist: {mounts: data}",
        "w.yml:1:21: key `blacklist.mounts`: `data` is no path from the root",
        "write the path inside the container, such as `/data/db`",
    );
    check("timeout: 0s", "w.yml:1:10: key `timeout`: no request is answered in no time", "`10s` is usual");
    check("timeout: 2h", "w.yml:1:10: key `timeout`: `2h` is longer than one hour", "`10s` is usual");
    check(
        "network: {timeout: 0}",
        "w.yml:1:20: key `network.timeout`: nothing is done in no time",
        "`5s` is usual",
    );
    check(
        "scripts: {timeout: 0s}",
        "w.yml:1:20: key `scripts.timeout`: no script ends in no time",
        "`30s` is usual",
    );
    check(
        "scripts: {timeout: 2h}",
        "w.yml:1:20: key `scripts.timeout`: `2h` is longer than one hour",
        "`30s` is usual",
    );
    check(
        "scripts: {directory: x}",
        "w.yml:1:22: key `scripts.directory`: `x` is no path from the root",
        "`/etc/portolan/scripts` is usual",
    );
    check(
        "network: {proc: ''}",
        "w.yml:1:17: key `network.proc`: `` is no path from the root",
        "`/proc` is usual",
    );
    check(
        "network: {allow: [flsh]}",
        "w.yml:1:19: key `network.allow`: expected one of `flush`, `host`, found the text `flsh`",
        "did you mean `flush`?",
    );
    check(
        "debounce: 1h 1s",
        "w.yml:1:11: key `debounce`: `1h 1s` is longer than one hour",
        "`100ms` is usual",
    );
}

#[test]
fn variables_are_names_and_texts() {
    let help = "a name has letters, digits and `_`, and does not begin with a digit";
    check(
        "network: {variables: {1A: x}}",
        "w.yml:1:23: key `network.variables`: `1A` is no name of a variable",
        help,
    );
    check(
        "network: {variables: [A-B=x]}",
        "w.yml:1:23: key `network.variables`: `A-B` is no name of a variable",
        help,
    );
    check(
        "network: {variables: {5: x}}",
        "w.yml:1:23: key `network.variables`: the number `5` is no name of a variable",
        help,
    );
    check(
        "network: {variables: =x}",
        "w.yml:1:22: key `network.variables`: `` is no name of a variable",
        help,
    );
    check(
        "network: {variables: {A: 1}}",
        "w.yml:1:26: key `network.variables`: expected text, found the number `1`",
        "put it in quotes: `\"1\"`",
    );
    check(
        "network: {variables: {A: a, A: b}}",
        "w.yml:1:29: key `network.variables`: the variable `A` is given twice",
        "remove one of them",
    );
    let lines = |text| told(&problems(text, &[], &[]));
    assert_eq!(
        lines("network: {variables: [A]}"),
        ["w.yml:1:23: key `network.variables`: expected `NAME=TEXT`, found the text `A`"]
    );
    assert_eq!(
        lines("network: {variables: 5}"),
        ["w.yml:1:22: key `network.variables`: expected a map of names to texts, found the number `5`"]
    );
    assert_eq!(
        lines("network: {variables: {1A: 5, B: }}").len(),
        5,
        "each mistake, and help where there is one"
    );
}

#[test]
fn what_follows_from_another_mistake_is_not_told() {
    let found = problems("tls: {cert: c, key: [k]}", &[], &[]);
    assert_eq!(told(&found), ["w.yml:1:21: key `tls.key`: expected a path, found a list"]);
}

#[test]
fn all_mistakes_are_told_at_once_with_their_origin() {
    let file = "formt: toml\nlog:\n  level: 5\nengine: [a, 1, 2]\n";
    let env = [("PORTOLAN_TIMEOUT", "5"), ("PORTOLAN_EXPOSED_BY_DEFAULT", "")];
    let flags = [("log-format", "xml"), ("outptu", "/x")];
    let found = problems(file, &env, &flags);
    let lines: Vec<String> = found.iter().map(ToString::to_string).collect();
    assert_eq!(
        lines,
        [
            "w.yml:1:1: key `formt`: unknown key",
            "w.yml:3:10: key `log.level`: expected one of `error`, `warn`, `info`, `debug`, `trace`, found the number `5`",
            "w.yml:4:13: key `engine`: expected text, found the number `1`",
            "w.yml:4:16: key `engine`: expected text, found the number `2`",
            "variable `PORTOLAN_EXPOSED_BY_DEFAULT`: key `exposedByDefault`: expected `true` or `false`, found an empty text",
            "variable `PORTOLAN_TIMEOUT`: key `timeout`: expected a duration with a unit, found the text `5`",
            "flag `--outptu`: unknown flag",
            "flag `--log-format`: key `log.format`: expected one of `text`, `json`, found the text `xml`",
        ]
    );
    assert_eq!(found[6].help.as_deref(), Some("did you mean `--output`?"));
    assert_eq!(found[6].error, Error::UnknownFlag);
}

#[test]
fn a_file_with_thousands_of_mistakes_is_read_in_good_time() {
    let text: String = (0..1000).map(|n| format!("x{n}: 1\n")).collect();
    let found = problems(&text, &[], &[]);
    assert_eq!(found.len(), 1000);
    assert_eq!(found[99].to_string(), "w.yml:100:1: key `x99`: unknown key");
    assert_eq!(found[100].to_string(), "w.yml: key `x100`: unknown key");
}
