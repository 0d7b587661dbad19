//! Which source wins.

use std::path::PathBuf;
use std::time::Duration;

use portolan_settings::{
    Danger, DefaultRoute, Format, HostRoutes, KEYS, LogFormat, LogLevel, Network, OnError, Settings, Sources,
};

use super::{load, problems, told};

#[test]
fn a_file_that_says_nothing_leaves_the_defaults() {
    for text in [
        "",
        "# nothing\n",
        "---\n",
        "{}",
        "null",
        "log:\n",
        "log: {level: }",
        "engine: ~\nblacklist:\n  # ports: []\n",
    ] {
        assert_eq!(load(text, &[], &[]).0, Settings::default(), "{text}");
    }
    assert_eq!(Settings::load(&Sources::default()), Ok((Settings::default(), vec![])));
}

#[test]
fn a_file_sets_every_kind_of_value() {
    let text = "
        engine: [unix:///a.sock, 'tcp://b:2375']
        tls: {ca: ca.pem, cert: cert.pem, key: key.pem}
        output: /dynamic
        format: toml
        exposedByDefault: false
        defaultRule: ''
        constraints: Label(`a`, `b`)
        network: front
        useBindPortIP: true
        allowEmptyServices: true
        defaultRoute: proxy
        traefikNetworks: front
        hostAddress: host.docker.internal
        blacklist: {enabled: false, images: [x/*], ports: [1, 65535], mounts: [/data], allow: [db]}
        scripts: {directory: /scripts, enabled: false, timeout: 1m}
        log: {level: trace, format: json}
        debounce: 0s
        timeout: 1m 30s
    ";
    let (settings, _) = load(text, &[], &[]);
    assert_eq!(settings.engine, ["unix:///a.sock", "tcp://b:2375"]);
    assert_eq!(settings.tls.key, Some(PathBuf::from("key.pem")));
    assert_eq!(settings.output, PathBuf::from("/dynamic"));
    assert_eq!(settings.format, Format::Toml);
    assert!(!settings.exposed_by_default && settings.use_bind_port_ip && settings.allow_empty_services);
    assert_eq!(settings.default_rule, "");
    assert_eq!(settings.constraints, "Label(`a`, `b`)");
    assert_eq!(settings.network.default.as_deref(), Some("front"));
    assert_eq!(settings.default_route, DefaultRoute::Proxy);
    assert_eq!(settings.traefik_networks, ["front"]);
    assert_eq!(settings.host_address, "host.docker.internal");
    assert!(!settings.blacklist.enabled);
    assert_eq!(settings.blacklist.ports, [1, 65535]);
    assert_eq!(settings.scripts.directory, PathBuf::from("/scripts"));
    assert!(!settings.scripts.enabled);
    assert_eq!(settings.scripts.timeout, Duration::from_secs(60));
    assert_eq!((settings.log.level, settings.log.format), (LogLevel::Trace, LogFormat::Json));
    assert_eq!((settings.debounce, settings.timeout), (Duration::ZERO, Duration::from_secs(90)));
}

#[test]
fn a_file_sets_the_section_network_and_its_short_form() {
    let text = "
        network:
          default: front
          enabled: false
          onError: rollback
          variables: {VPN_IP: 10.8.0.1, _x9: 'a, $b', EMPTY: ''}
          hostRoutes: keep
          allow: [host, flush]
          proc: /host/proc
          state: /var/lib/routes.json
          timeout: 1s
    ";
    let (settings, _) = load(text, &[], &[]);
    let variables = [("VPN_IP", "10.8.0.1"), ("_x9", "a, $b"), ("EMPTY", "")];
    let expected = Network {
        default: Some("front".to_owned()),
        enabled: false,
        on_error: OnError::Rollback,
        variables: variables.map(|(name, text)| (name.to_owned(), text.to_owned())).into(),
        host_routes: HostRoutes::Keep,
        allow: vec![Danger::Host, Danger::Flush],
        proc: PathBuf::from("/host/proc"),
        state: PathBuf::from("/var/lib/routes.json"),
        timeout: Duration::from_secs(1),
    };
    assert_eq!(settings.network, expected);

    let short = load("network: front", &[], &[]).0;
    assert_eq!(short, load("network: {default: front}", &[], &[]).0);
    for variable in ["PORTOLAN_NETWORK", "PORTOLAN_NETWORK_DEFAULT"] {
        assert_eq!(load("", &[(variable, "front")], &[]).0, short);
    }
    for flag in ["network", "network-default"] {
        assert_eq!(load("", &[], &[(flag, "front")]).0, short);
    }
}

#[test]
fn variables_are_given_as_a_map_as_a_list_in_a_variable_and_in_flags() {
    let variables = |text, env: &[_], flags: &[_]| load(text, env, flags).0.network.variables;
    let expected = variables("network: {variables: {A: '1', B: x=y}}", &[], &[]);
    assert_eq!(expected.len(), 2);
    assert_eq!(variables("network: {variables: [A=1, B=x=y]}", &[], &[]), expected);
    assert_eq!(variables("", &[("PORTOLAN_NETWORK_VARIABLES", "A=1, B=x=y")], &[]), expected);
    let flags = [("network-variables", "A=1"), ("network-variables", "B=x=y")];
    assert_eq!(variables("network: {variables: {C: c}}", &[], &flags), expected);
    assert!(variables("network: {variables: {C: c}}", &[("PORTOLAN_NETWORK_VARIABLES", "")], &[]).is_empty());
    assert_eq!(
        variables("network: {variables: A=1}", &[], &[]),
        variables("network: {variables: {A: '1'}}", &[], &[])
    );
}

#[test]
fn flags_override_variables_override_the_file() {
    let (file, env, flags) = ("output: /file\n", ("PORTOLAN_OUTPUT", "/env"), ("output", "/flag"));
    let output = |text, env: &[_], flags: &[_]| load(text, env, flags).0.output;
    assert_eq!(output(file, &[], &[]), PathBuf::from("/file"));
    assert_eq!(output(file, &[env], &[]), PathBuf::from("/env"));
    assert_eq!(output(file, &[env], &[flags]), PathBuf::from("/flag"));
    assert_eq!(output(file, &[], &[flags]), PathBuf::from("/flag"));
}

#[test]
fn every_key_has_a_variable_and_a_flag() {
    for key in KEYS {
        let pair = match key.path {
            "tls.cert" => "tls: {key: k}",
            "tls.key" => "tls: {cert: c}",
            _ => "",
        };
        let value = match key.path {
            "engine" => "tcp://a:1,tcp://b:2",
            "output" => "/elsewhere",
            "blacklist.mounts" => "/a, /b",
            "blacklist.ports" => "1, 2",
            "network.allow" => "flush, host",
            "network.variables" => "A=1, B=2",
            "status.hosts" => "a.example, b.example",
            _ => key.example,
        };
        let by_variable = load(pair, &[(&key.variable(), value)], &[]).0;
        assert_ne!(by_variable, load("", &[], &[]).0, "{key:?}");
        for flag in [key.flag().as_str(), key.path] {
            assert_eq!(load(pair, &[], &[(flag, value)]).0, by_variable, "{key:?}");
        }
    }
}

#[test]
fn variables_are_compared_without_case_and_underscores() {
    for variable in ["PORTOLAN_EXPOSED_BY_DEFAULT", "PORTOLAN_EXPOSEDBYDEFAULT", "PORTOLAN_exposedByDefault"]
    {
        assert!(!load("", &[(variable, "F")], &[]).0.exposed_by_default, "{variable}");
    }
}

#[test]
fn booleans_of_variables_and_flags_are_those_of_go() {
    for (text, expected) in
        [("1", true), ("T", true), ("TRUE", true), ("0", false), ("f", false), ("False", false)]
    {
        let file = format!("useBindPortIP: {}", !expected);
        assert_eq!(load(&file, &[("PORTOLAN_USE_BIND_PORT_IP", text)], &[]).0.use_bind_port_ip, expected);
        assert_eq!(load(&file, &[], &[("use-bind-port-ip", text)]).0.use_bind_port_ip, expected);
    }
}

#[test]
fn an_empty_variable_sets_an_empty_value() {
    let file = "network: front\nengine: [a, b]\ndefaultRule: x\ntls: {ca: x}\n";
    let empty = ["NETWORK", "ENGINE", "DEFAULT_RULE", "TLS_CA"].map(|name| format!("PORTOLAN_{name}"));
    let env: Vec<(&str, &str)> = empty.iter().map(|name| (name.as_str(), "")).collect();
    let (settings, _) = load(file, &env, &[]);
    assert_eq!((settings.network.default, settings.engine.len(), settings.tls.ca), (None, 0, None));
    assert_eq!(settings.default_rule, "");
}

#[test]
fn lists_of_flags_gather_and_override_as_a_whole() {
    let engine = |flags: &[_]| load("engine: [a, b]", &[], flags).0.engine;
    assert_eq!(engine(&[("engine", "c"), ("engine", "d,e")]), ["c", "d", "e"]);
    assert_eq!(load("", &[], &[("log-level", "debug"), ("log-level", "warn")]).0.log.level, LogLevel::Warn);
}

#[test]
fn unknown_variables_are_warned_of() {
    let env = [
        ("PORTOLAN_LOG_LEVL", "debug"),
        ("PORTOLAN_XYZ", ""),
        ("PORTOLAN_CONFIG", "w.yml"),
        ("PORTOLAN_CONFIG_", "w.yml"),
        ("PATH", "/bin"),
        ("portolan_output", "/x"),
    ];
    let (settings, warnings) = load("", &env, &[]);
    assert_eq!(settings, Settings::default());
    assert_eq!(
        told(&warnings),
        [
            "variable `PORTOLAN_CONFIG_`: unknown variable",
            "  did you mean `PORTOLAN_CONFIG`?",
            "variable `PORTOLAN_LOG_LEVL`: unknown variable",
            "  did you mean `PORTOLAN_LOG_LEVEL`?",
            "variable `PORTOLAN_XYZ`: unknown variable",
            "  a variable is `PORTOLAN_` and a key, such as `PORTOLAN_LOG_LEVEL`",
        ]
    );
}

#[test]
fn durations_are_numbers_with_units() {
    let check = |text: &str, expected| {
        assert_eq!(
            load(&format!("debounce: {text}"), &[], &[]).0.debounce,
            Duration::from_millis(expected),
            "{text}"
        );
        assert_eq!(
            load("", &[("PORTOLAN_DEBOUNCE", text)], &[]).0.debounce,
            Duration::from_millis(expected),
            "{text}"
        );
    };
    check("0", 0);
    check("0s", 0);
    check("250ms", 250);
    check("2s", 2000);
    check("1m 30s", 90_000);
    check("1m30s", 90_000);
    for other in ["1", "1.5", "-1s", "s", "1 fortnight", "99999999999999999999s", "''", "[]", "true"] {
        assert_eq!(problems(&format!("debounce: {other}"), &[], &[]).len(), 1, "{other}");
    }
}
