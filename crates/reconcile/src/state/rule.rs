use portolan_routes::rule::{Kind, Protocol, Rule, Syntax};

use super::HIDDEN;

/// A rule as it may be shown, and the hosts that it asks for.
///
/// What it wants of headers and parameters may be a token: their names are shown, and nothing of the values. Of a rule that cannot
/// be read it is not known where these stand, so nothing of it is shown. Which syntax Traefik reads a rule in that names none is
/// known to Traefik alone: a parameter may be a `NAME=VALUE` in any.
pub(super) fn shown(text: &str, protocol: Protocol, syntax: Option<&str>) -> (String, Vec<String>) {
    let syntax = syntax.map(Syntax::of_label).unwrap_or_default();
    let Ok(rule) = Rule::parse(text, protocol, syntax) else { return (HIDDEN.to_owned(), Vec::new()) };
    let hosts = rule.hosts().into_iter().map(str::to_owned).collect();
    let mut shown = String::with_capacity(text.len());
    let mut end = 0;
    // In the order of the text.
    for matcher in rule.matchers() {
        for (index, argument) in matcher.arguments.iter().enumerate() {
            let Some(in_place) = visible(matcher.kind, syntax, index, argument) else { continue };
            let span = matcher.argument_span(index);
            shown.push_str(text.get(end..span.start).unwrap_or_default());
            shown.push_str(&format!("`{in_place}`"));
            end = span.end;
        }
    }
    shown.push_str(text.get(end..).unwrap_or_default());
    (shown, hosts)
}

/// What is shown in place of an argument; `None` where it is shown as it is.
fn visible(kind: Kind, syntax: Syntax, index: usize, argument: &str) -> Option<String> {
    match (kind, syntax) {
        // `NAME=VALUE`, in one text.
        (Kind::Query, Syntax::V2) => {
            let name = argument.split_once('=').map_or("", |(name, _)| name);
            Some(format!("{name}={HIDDEN}"))
        }
        (Kind::Query, _) if index == 0 => {
            argument.split_once('=').map(|(name, _)| format!("{name}={HIDDEN}"))
        }
        (Kind::Header | Kind::HeaderRegexp | Kind::Query | Kind::QueryRegexp, _) => {
            (index > 0).then(|| HIDDEN.to_owned())
        }
        // Pairs.
        (Kind::Headers | Kind::HeadersRegexp, _) => (index % 2 == 1).then(|| HIDDEN.to_owned()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(rule: &str, syntax: Option<&str>, expected: &str, hosts: &[&str]) {
        let (shown, found) = shown(rule, Protocol::Http, syntax);
        assert_eq!((shown.as_str(), found), (expected, hosts.iter().map(|it| (*it).to_owned()).collect()));
    }

    #[test]
    fn values_of_headers_and_parameters_are_not_shown() {
        check("Host(`a`)  &&PathPrefix(\"/x\")", None, "Host(`a`)  &&PathPrefix(\"/x\")", &["a"]);
        check(
            "Header(`X`, `s3cret`) || (HeaderRegexp(`Y`, \"s3cret.*\") && !Host(`no`))",
            None,
            "Header(`X`, `…`) || (HeaderRegexp(`Y`, `…`) && !Host(`no`))",
            &[],
        );
        check(
            "Host(`a`) && Query(`k`, `s3cret`) && QueryRegexp(`r`, `s3cret`) && Query(`flag`)",
            None,
            "Host(`a`) && Query(`k`, `…`) && QueryRegexp(`r`, `…`) && Query(`flag`)",
            &["a"],
        );
        check(
            "Headers(`X`, `s3cret`, `Y`, `s3cret`) && HeadersRegexp(`Z`, `s3cret`) && Query(`k=s3cret`)",
            Some("v2"),
            "Headers(`X`, `…`, `Y`, `…`) && HeadersRegexp(`Z`, `…`) && Query(`k=…`)",
            &[],
        );
        check("Host(`a`, `b`)", Some("v2"), "Host(`a`, `b`)", &["a", "b"]);
        check("HEADER(`ä`, `s3cret`)", None, "HEADER(`ä`, `…`)", &[]);
    }

    #[test]
    fn a_value_in_one_text_with_its_parameter_is_not_shown_in_any_syntax() {
        for syntax in [None, Some("v2"), Some("v3"), Some("V2")] {
            check("Query(`t=s3cr3t`) && !Query(`u=s3=cr3t`)", syntax, "Query(`t=…`) && !Query(`u=…`)", &[]);
        }
        check("Query(`t=s3cr3t`, `u=s3cr3t`)", None, "Query(`t=…`, `…`)", &[]);
        check("Query(`t=s3cr3t`, `u=s3cr3t`)", Some("v2"), "Query(`t=…`, `u=…`)", &[]);
    }

    #[test]
    fn of_a_rule_that_cannot_be_read_nothing_is_shown() {
        check("Header(`X`, `s3cret`", None, "…", &[]);
        check("Headers(`X`, `s3cret`)", None, "…", &[]);
        check("", None, "…", &[]);
    }
}
