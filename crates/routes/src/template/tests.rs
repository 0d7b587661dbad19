use std::time::{Duration, Instant};

use proptest::prelude::*;

use super::*;

/// The container of `tests/data/default-rules.tsv`.
fn recorded_labels() -> BTreeMap<String, String> {
    let labels = [
        ("a", "b"),
        ("n", "3"),
        ("x.y", "1,2"),
        ("com.docker.compose.service", "api"),
        ("com.docker.compose.project", "shop"),
    ];
    labels.into_iter().map(|(key, value)| (key.to_owned(), value.to_owned())).collect()
}

fn render(text: &str) -> Result<String, TemplateError> {
    Template::parse(text)?.render("api-shop", "Web_app_1", &recorded_labels())
}

#[track_caller]
fn check(text: &str, expected: &str) {
    assert_eq!(render(text), Ok(expected.to_owned()), "{text}");
}

#[track_caller]
fn check_error(text: &str, expected: &str, help: Option<&str>) {
    let error = render(text).expect_err(text);
    assert_eq!((error.to_string().as_str(), error.help().as_deref()), (expected, help), "{text}");
}

/// Rows on which we differ from Traefik, each with its reason: a row that no longer differs fails too.
const DIFFERENCES: &[(&str, &str)] = &[
    (r#"{{ trunc (add 1 1) "abc" }}"#, "integers are of one type"),
    (r#"{{ typeOf (splitList "." "a") }} {{ kindOf (add 1 2) }}"#, "integers and lists are of one type"),
    (
        r#"{{ index (dict "a" "x") "b" }}"#,
        "dicts are of one type: one of texts alone is taken for a map of texts",
    ),
    (r#"{{ get (splitn "." 2 "a.b") "_0" }}"#, "dicts are of one type"),
    (r#"{{ "é" | trunc 1 | len }}"#, "a cut character becomes U+FFFD"),
    (r#"{{ substr 1 99 "é" | len }}"#, "a cut character becomes U+FFFD"),
    (r#"{{ title "ǆ ß ﬁ" }}"#, "four digraphs have a title case that is not their upper case"),
    (r#"{{ regexMatch "\\Bé" "aé" }}"#, "`\\B` knows letters beyond ASCII"),
    (
        r#"{{ regexMatch "(((a{100}){100}){100})" "a" }}"#,
        "too large is an error, since no match would be wrong for others",
    ),
    (r#"{{ semver "1.2.3-beta.1+c0ff33" | toString }}"#, "withheld"),
    (r#"{{ semverCompare "^1.2.0" "1.3.0" }} {{ semverCompare "1.2.3" "1.2.3" }}"#, "withheld"),
    (r#"{{ env "PATH" | len | lt 0 }}"#, "withheld"),
    (r#"{{ env "HOME" }}"#, "withheld"),
    ("{{ now | typeOf }}", "withheld"),
    ("{{ randAlpha 3 | len }}", "withheld"),
    ("{{ uuidv4 | len }}", "withheld"),
];

#[track_caller]
fn check_table(table: &str, least: usize) {
    let mut wrong = Vec::new();
    let mut rows = 0;
    for line in table.lines().filter(|line| !line.starts_with('#')) {
        let columns: Vec<String> = line.split('\t').map(unescape).collect();
        let [text, outcome, detail] = columns.as_slice() else { panic!("a row has three columns: {line:?}") };
        rows += 1;
        let got = render(text);
        let same = match &got {
            Ok(rendered) => outcome == "ok" && rendered == detail,
            Err(_) => outcome == "error",
        };
        if same == DIFFERENCES.iter().any(|(known, _)| known == text) {
            wrong.push(format!("{text}\n    Traefik {outcome}: {detail:?}\n    we      {got:?}"));
        }
    }
    assert!(wrong.is_empty() && rows >= least, "{} of {rows} rows\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn functions_give_what_they_give_in_a_real_traefik() {
    check_table(include_str!("../../tests/data/sprig.tsv"), 500);
}

#[test]
fn default_rules_render_as_in_a_real_traefik() {
    check_table(include_str!("../../tests/data/default-rules.tsv"), 70);
}

/// `\n`, `\t`, `\r` and `\\` of the recorded tables.
fn unescape(column: &str) -> String {
    let mut out = String::new();
    let mut chars = column.chars();
    while let Some(c) = chars.next() {
        let unescaped = match c {
            '\\' => match chars.next() {
                Some('n') => '\n',
                Some('t') => '\t',
                Some('r') => '\r',
                other => other.unwrap_or('\\'),
            },
            other => other,
        };
        out.push(unescaped);
    }
    out
}

#[test]
fn the_default_is_traefiks() {
    let rule = Template::default().render("web-shop", "web", &BTreeMap::new());
    assert_eq!(rule, Ok("Host(`web-shop`)".to_owned()));
    assert_eq!(Template::default().as_str(), DEFAULT_RULE);
}

#[test]
fn a_container_without_labels_has_empty_ones() {
    let render = |text| Template::parse(text).and_then(|t| t.render("n", "c", &BTreeMap::new()));
    assert_eq!(render(r#"[{{ index .Labels "x" }}]"#), Ok("[]".to_owned()));
    assert_eq!(render("{{ .Labels.x }}"), Ok("<no value>".to_owned()));
}

#[test]
fn label_values_are_data_not_templates() {
    let labels = BTreeMap::from([("x".to_owned(), "{{ .Name }}".to_owned())]);
    let rule = Template::parse("{{ .Labels.x }}").and_then(|t| t.render("n", "c", &labels));
    assert_eq!(rule, Ok("{{ .Name }}".to_owned()));
}

#[test]
fn errors_name_what_is_wrong() {
    check_error(
        "{{ normalise .Name }}",
        "1:4: function `normalise` not defined",
        Some("did you mean `normalize`?"),
    );
    check_error("a\n  {{ if nope }}{{ end }}", "2:9: function `nope` not defined", None);
    check_error(
        "{{ env `HOME` }}",
        "1:4: function `env` is not offered: \
         a rule must not depend on the environment of the program that renders it",
        None,
    );
    check_error(
        "{{ .name }}",
        "can't evaluate field `name` of the template's data",
        Some("a rule template has `.Name`, `.ContainerName` and `.Labels`"),
    );
    check_error(
        "{{ get .Labels `a` }}",
        "get: wrong type for value; expected map[string]interface {}; found the labels",
        Some("read a label with `index .Labels \"key\"`"),
    );
    check_error("{{ lower 3 }}", "lower: wrong type for value; expected string; found `3` (int)", None);
    check_error("{{ lower }}", "lower: wrong number of args for lower: want 1 got 0", None);
    check_error("{{ $x }}", "1:4: undefined variable `$x`", None);
    // The parser says 0:0.
    let nested = format!("{{{{ {}1{} }}}}", "(".repeat(200), ")".repeat(200));
    check_error(&nested, "1:1: template nesting depth exceeded 100", None);
}

#[test]
fn an_expression_over_classes_of_letters_is_not_too_large() {
    check(r"{{ regexMatch `^\pL{20}$` `abcdefghijklmnopqrst` }}", "true");
    check(r"{{ regexReplaceAll `(?i)[^\pL\pN-]+` `Ä_b c` `-` }}", "Ä-b-c");
}

#[test]
fn an_assignment_by_set_is_seen_where_the_variable_is() {
    check(
        "{{ $d := dict }}{{ range until 3 }}{{ $_ := set $d (toString .) . }}{{ end }}{{ $d }}",
        "map[0:0 1:1 2:2]",
    );
    check("{{ $d := dict `a` 1 }}{{ set $d `b` 2 }} {{ $d.b }}", "map[a:1 b:2] 2");
}

/// What could hang, fill memory or exhaust the stack stops, soon.
#[test]
fn no_template_takes_long_or_much() {
    let nested = "(list ".repeat(80) + &")".repeat(80);
    let doubling = "{{ $x := list 1 }}".to_owned() + &"{{ $x = list $x $x }}".repeat(60) + "{{ $x }}";
    let chain: String = (0..150)
        .map(|n| {
            format!(
                "{{{{define \"t{n}\"}}}}{{{{template \"t{m}\"}}}}{{{{template \"t{m}\"}}}}{{{{end}}}}",
                m = n + 1
            )
        })
        .collect();
    let texts = [
        ("{{ repeat 1000000000 .Name }}", "a text or list grows too large"),
        ("{{ until 1000000000 }}", "a text or list grows too large"),
        ("{{ seq 1 9223372036854775807 }}", "a text or list grows too large"),
        ("{{ indent 1000000000 .Name }}", "a text or list grows too large"),
        ("{{ range until 6000 }}{{ range until 6000 }}{{ end }}{{ end }}", "it ranges too often"),
        ("{{ range 9223372036854775807 }}{{ end }}", "it ranges too often"),
        (
            "{{ define `a` }}{{ template `a` }}{{ end }}{{ template `a` }}",
            "templates call each other too deeply",
        ),
        (
            "{{ define `a` }}{{ if . }}{{ template `a` (rest .) }}{{ template `a` (rest .) }}{{ end }}{{ end }}\
             {{ template `a` (until 90) }}",
            "it takes too many steps",
        ),
        ("{{ $x := `` }}{{ range until 5000 }}{{ $x = list $x }}{{ end }}", "lists or dicts nest too deeply"),
        (&doubling, "a text or list grows too large"),
        ("{{ range until 5000 }}{{ repeat 60000 `x` }}{{ end }}", "its output is too long"),
        ("{{ $x := repeat 60000 `x` }}{{ replace `` $x $x }}", "a text or list grows too large"),
        ("{{ $x := repeat 60000 `x` }}{{ regexReplaceAll `x` $x $x }}", "a text or list grows too large"),
        (
            "{{ $x := repeat 60000 `x` }}{{ range until 5000 }}{{ $_ := sha256sum $x }}{{ end }}",
            "it takes too many steps",
        ),
        (
            r"{{ range $n := until 5000 }}{{ $_ := regexMatch (print `\pL{3}` $n) $.Name }}{{ end }}",
            "it takes too many steps",
        ),
        ("{{ $x := repeat 60000 `x` }}{{ printf `%[1]s%[1]s%[1]s` $x }}", "a text or list grows too large"),
        (
            "{{ $x := repeat 60000 `x` }}{{ range until 5000 }}{{ $_ := regexMatch `(.*)(.*)(.*)y` $x }}{{ end }}",
            "it takes too many steps",
        ),
        (&chain, "it takes too many steps"),
    ];
    let begin = Instant::now();
    for (text, limit) in texts {
        let text = if text == chain {
            format!("{text}{{{{define `t150`}}}}{{{{end}}}}{{{{template `t0`}}}}")
        } else {
            text.to_owned()
        };
        assert_eq!(render(&text), Err(TemplateError::Limit { limit }), "{text:.80}");
    }
    check_error(
        r"{{ regexMatch `(\pL{50}){9}` .Name }}",
        "regexMatch: error parsing regexp: expression too large",
        None,
    );
    assert!(render("{{ printf `%999999999d` 1 }}").is_err());
    assert!(render("{{ printf `%*d` 999999999 1 }}").is_err());
    assert!(render(&format!("{{{{ {nested} }}}}")).is_err());
    assert!(render(&"{{ if true }}".repeat(1000)).is_err());
    assert!(render(&format!("{{{{ {}1{} }}}}", "(".repeat(3000), ")".repeat(3000))).is_err());
    let long = " ".repeat(Template::MAX_LENGTH + 1);
    assert_eq!(render(&long), Err(TemplateError::TooLong { length: long.len() }));
    assert!(begin.elapsed() < Duration::from_secs(60), "{:?}", begin.elapsed());
}

/// Words from which templates are drawn that parse now and then.
const WORDS: &[&str] = &[
    "{{",
    "}}",
    "{{-",
    "-}}",
    " ",
    ".",
    ".Name",
    ".Labels",
    ".Labels.a",
    "$x",
    ":=",
    "=",
    "|",
    "(",
    ")",
    "if",
    "else",
    "end",
    "range",
    "with",
    "define",
    "template",
    "block",
    "\"a\"",
    "`b`",
    "'c'",
    "1",
    "-2.5",
    "nil",
    "true",
    "lower",
    "trunc",
    "substr",
    "index",
    "list",
    "dict",
    "set $x",
    "splitList",
    "regexFind",
    "printf",
    "wrap",
    "abbrevboth",
    "slice",
    "camelcase",
    "snakecase",
    "urlParse",
    "é",
    "\n",
    ",",
    "break",
];

proptest! {
    #[test]
    fn no_text_panics(text in "\\PC*") {
        let _ = render(&format!("{{{{ {text} }}}}"));
        let _ = render(&text);
    }

    #[test]
    fn no_template_panics(words in prop::collection::vec(prop::sample::select(WORDS), 0..30)) {
        let _ = render(&words.join(" "));
    }

    #[test]
    fn no_function_panics(name in prop::sample::select(function::names()), arguments in prop::collection::vec(
        prop_oneof![
            Just("nil".to_owned()), Just("true".to_owned()), Just("(list 1 `b` nil)".to_owned()),
            Just("(dict `a` 1 `b` (dict))".to_owned()), Just(".".to_owned()), Just(".Labels".to_owned()),
            any::<i64>().prop_map(|n| n.to_string()), (-5..9_i64).prop_map(|n| n.to_string()),
            any::<f64>().prop_map(|n| format!("{n:?}").replace("NaN", "0.5").replace("inf", "1e300")),
            "[a-zß é_1.-]{0,9}".prop_map(|s| format!("`{s}`")), "\\PC{0,9}".prop_map(|s| format!("{s:?}")),
        ], 0..5)) {
        let text = format!("{{{{ {name} {} }}}}", arguments.join(" "));
        match render(&text) {
            Ok(_) => {}
            Err(error) => prop_assert!(!error.to_string().contains("panicked"), "{text}: {error}"),
        }
    }

    #[test]
    fn plain_text_is_itself(text in "[^{}]*") {
        prop_assert_eq!(render(&text), Ok(text));
    }

    #[test]
    fn normalizing_twice_changes_nothing(text in "\\PC*") {
        let once = normalize(&text);
        prop_assert_eq!(normalize(&once), once.clone());
        prop_assert!(!once.starts_with('-') && !once.ends_with('-') && !once.contains("--"));
    }
}
