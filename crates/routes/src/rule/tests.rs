use proptest::prelude::*;

use super::*;

fn parse(text: &str, protocol: Protocol, syntax: Syntax) -> Result<Rule, String> {
    Rule::parse(text, protocol, syntax).map_err(|errors| {
        let line = |error: &RuleError| {
            let span = error.span();
            let help = error.help().map(|help| format!("; {help}")).unwrap_or_default();
            format!("{}..{}: {error}{help}", span.start, span.end)
        };
        errors.iter().map(line).collect::<Vec<_>>().join("\n")
    })
}

#[track_caller]
fn check(text: &str, printed: &str) {
    let rule = parse(text, Protocol::Http, Syntax::V3);
    assert_eq!(rule.map(|rule| rule.to_string()).as_deref(), Ok(printed), "{text}");
}

#[track_caller]
fn check_error(text: &str, protocol: Protocol, syntax: Syntax, expected: &str) {
    assert_eq!(
        parse(text, protocol, syntax).map(|rule| rule.to_string()),
        Err(expected.to_owned()),
        "{text}"
    );
}

#[track_caller]
fn check_never(text: &str, expected: Option<&str>) {
    let rule = parse(text, Protocol::Http, Syntax::V3).expect(text);
    assert_eq!(rule.never().map(|never| never.message).as_deref(), expected, "{text}");
}

#[test]
fn rules_are_read() {
    check("Host(`a`)&&(Path(`/x`)||!Method(\"GET\"))", "Host(`a`) && (Path(`/x`) || !Method(`GET`))");
    check("host(`a`) || HOST(`b`) || PATHPREFIX(`/`)", "Host(`a`) || Host(`b`) || PathPrefix(`/`)");
    check("!(Host(`a`) && Query(`x`))", "!(Host(`a`) && Query(`x`))");
    check("Header(\"A\", \"a`b\")", "Header(`A`, \"a`b\")");
}

#[test]
fn what_traefik_refuses() {
    let check = |text: &str, expected: &str| check_error(text, Protocol::Http, Syntax::V3, expected);
    check("pathPrefix(`/`)", "0..10: unsupported function: `pathPrefix`; did you mean `PathPrefix`?");
    check("Hots(`a`)", "0..4: unsupported function: `Hots`; did you mean `Host`?");
    check(
        "HostSNI(`a`)",
        "0..7: unsupported function: `HostSNI`; this matcher is for the rule of a TCP router",
    );
    check(
        "Headers(`a`, `b`)",
        "0..7: unsupported function: `Headers`; this matcher is of Traefik 2: write Header(`a`, `b`)",
    );
    check("Host()", "0..6: `Host` takes one value, 0 given");
    check("Host(``)", "5..7: `Host`: the value is empty");
    check("Path(`a`)", "5..8: `Path`: path `a` does not start with a `/`; write `/a`");
    check(
        "ClientIP(`10.0.0.0/33`)",
        "9..22: `ClientIP`: `10.0.0.0/33` is no IP address and no network; write an address or a network, such as `10.0.0.0/8`",
    );
    check(
        "Path(`a`) || PathRegexp(`(`)",
        "5..8: `Path`: path `a` does not start with a `/`; write `/a`\n\
         24..27: `PathRegexp`: regular expression `(` is invalid: unclosed group",
    );
    check("", "0..0: 1:1: expected operand, found 'EOF'");
}

#[test]
fn version_2_takes_several_values_and_templates() {
    let good = |text: &str| assert!(parse(text, Protocol::Http, Syntax::V2).is_ok(), "{text}");
    good("Host(`a`, `b`) && Path(`/{id:[0-9]+}`, `/x`)");
    good("Headers(`a`, `b`) && HeadersRegexp(`a`, `b.*`)");
    let check = |text: &str, expected: &str| check_error(text, Protocol::Http, Syntax::V2, expected);
    check("Path(`/{id`)", "5..11: `Path`: unbalanced braces in `/{id`");
    check("Headers(`a`)", "0..12: `Headers` takes pairs of a name and a value, 1 given");
    check(
        "PathRegexp(`a`)",
        "0..10: unsupported function: `PathRegexp`; this matcher is of version 3: leave `ruleSyntax` out",
    );
}

#[test]
fn rules_of_tcp() {
    let good = |text: &str| assert!(parse(text, Protocol::Tcp, Syntax::V3).is_ok(), "{text}");
    good("HostSNI(`*`) && ClientIP(`10.0.0.0/8`) && !ALPN(`h2`)");
    good("HostSNI(`*.a.example`)");
    let check = |text: &str, expected: &str| check_error(text, Protocol::Tcp, Syntax::V3, expected);
    check("HostSNI(`a b`)", "8..13: `HostSNI`: `a b` is not a valid hostname");
    check("Host(`a`)", "0..4: unsupported function: `Host`; this matcher is for the rule of an HTTP router");
}

#[test]
fn rules_that_nothing_passes() {
    check_never("Host(`a`) && Path(`/`)", None);
    check_never("Host(`a`) || Host(`b`)", None);
    check_never("Host(`a`) && Host(`b`)", Some("no request passes both this and what stands before it"));
    check_never("PathPrefix(`/a`) && Path(`/a/b`)", None);
    check_never(
        "PathPrefix(`/a`) && Path(`/b`)",
        Some("no request passes both this and what stands before it"),
    );
    check_never("Host(`a`) && !Host(`a`)", Some("no request passes both this and what stands before it"));
    check_never("(Host(`a`) && Host(`b`)) || Host(`c`)", None);
    check_never("Host(`https://a.b`)", Some("a host is a name without a scheme: none is `https://a.b`"));
    check_never("Host(`a.b:80`)", Some("a host is a name without a port: none is `a.b:80`"));
    check_never("Host(`::1`)", None);
    check_never("Host(`*.a.b`) && Host(`x.a.b`)", None);
    check_never("Path(`/a?b=c`)", Some("a path ends before its `?`: none is `/a?b=c`"));
    check_never(
        "HostRegexp(`{sub:[a-z]+}.a.b`)",
        Some("`{sub:[a-z]+}` is a template of Traefik 2, and no host has these characters"),
    );
    check_never("HostRegexp(`^[a-z]{1,3}\\.a$`)", None);
}

#[test]
fn one_rule_covers_another() {
    let covers = |one: &str, two: &str| {
        let parse = |text: &str| parse(text, Protocol::Http, Syntax::V3).expect(text);
        parse(one).covers(&parse(two))
    };
    assert!(covers("Host(`a`)", "Host(`A.`) && PathPrefix(`/x`)"));
    assert!(!covers("Host(`a`) && PathPrefix(`/x`)", "Host(`a`)"));
    assert!(covers("PathPrefix(`/`)", "Host(`a`)"));
    assert!(covers("PathPrefix(`/api`)", "Path(`/api/x`)"));
    assert!(covers("Host(`*.a.b`)", "Host(`x.a.b`)"));
    assert!(!covers("Host(`*.a.b`)", "Host(`x.y.a.b`)"));
    assert!(covers("Host(`a`) || Host(`b`)", "Host(`b`)"));
    assert!(!covers("Host(`b`)", "Host(`a`) || Host(`b`)"));
    assert!(covers("!Host(`b`)", "Host(`a`)"));
    assert!(covers("HostRegexp(`x`)", "HostRegexp(`x`) && Path(`/`)"));
}

#[test]
fn priorities_are_lengths() {
    let priority = |text: &str, protocol| parse(text, protocol, Syntax::V3).expect(text).default_priority();
    assert_eq!(priority("Host(`a`)", Protocol::Http), 9);
    assert_eq!(priority("HostSNI(`*`)", Protocol::Tcp), -1);
    assert_eq!(priority("HostSNI(`a`)", Protocol::Tcp), 12);
}

/// A rule as text, with matchers of both kinds and every operator.
fn rules() -> impl Strategy<Value = String> {
    let value = "[a-z*./{}:? \\-]{1,8}|`{0}[\"a-zé]{1,4}";
    let leaf = prop_oneof![
        value.prop_map(|value| format!("Host(`{value}`)")),
        value.prop_map(|value| format!("PathPrefix(`/{value}`)")),
        value.prop_map(|value| format!("Query(`q`, `{value}`)")),
        Just("Header(\"a`b\", `c`)".to_owned()),
        Just("Method(`get`)".to_owned()),
    ];
    leaf.prop_recursive(4, 24, 4, |inner| {
        prop_oneof![
            inner.clone().prop_map(|rule| format!("!({rule})")),
            prop::collection::vec(inner.clone(), 1..4).prop_map(|all| format!("({})", all.join(" && "))),
            prop::collection::vec(inner, 1..4).prop_map(|all| format!("({})", all.join(" || "))),
        ]
    })
}

proptest! {
    #[test]
    fn no_text_panics(text in "\\PC*|((!|&&|\\|\\||\\(|\\)|Host\\(`a`\\)|Path\\(`/`, `/b`\\)|Headers\\(`\\{`\\)| |\n){0,12})") {
        for protocol in [Protocol::Http, Protocol::Tcp] {
            for syntax in [Syntax::V2, Syntax::V3] {
                match Rule::parse(&text, protocol, syntax) {
                    Ok(rule) => drop((rule.never(), rule.covers(&rule), rule.default_priority())),
                    Err(errors) => for error in errors {
                        prop_assert!(text.get(error.span()).is_some(), "{error}");
                        error.help();
                    }
                }
            }
        }
    }

    #[test]
    fn what_is_printed_reads_back(text in rules()) {
        if let Ok(rule) = Rule::parse(&text, Protocol::Http, Syntax::V3) {
            let printed = rule.to_string();
            let again = Rule::parse(&printed, Protocol::Http, Syntax::V3);
            prop_assert_eq!(again.as_ref().map(ToString::to_string), Ok(printed));
            prop_assert_eq!(again.map(|rule| rule.root), Ok(rule.root));
        }
    }

    #[test]
    fn a_rule_covers_itself_with_more(text in rules(), more in rules()) {
        let both = format!("({text}) && ({more})");
        let parse = |text: &str| Rule::parse(text, Protocol::Http, Syntax::V3).ok();
        if let (Some(one), Some(both)) = (parse(&text), parse(&both)) {
            prop_assert!(one.covers(&both) || one.alternatives().is_none() || both.alternatives().is_none(), "{} {}", text, both);
        }
    }
}
