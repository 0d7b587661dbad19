use portolan_container::{Diagnostic, LabelPlace};
use portolan_labels::Node;
use portolan_routes::rule::{Kind, Protocol, Rule, RuleError, Syntax};

use crate::Surroundings;
use crate::codes::{EATEN_QUOTES, QUOTED_VALUE, REFUSED_VALUE, RULE_NEVER_MATCHES, RULE_SYNTAX};
use crate::label::unquoted;
use crate::router::RouterLabels;
use crate::value::is_on;

/// What is wrong with a router's rule.
pub(crate) fn check(router: &RouterLabels<'_>, surroundings: &Surroundings) -> Vec<Diagnostic> {
    let (Some(protocol), Some(node)) = (router.protocol(), router.node.child("rule")) else {
        return Vec::new();
    };
    if node.value.is_empty() {
        return Vec::new();
    }
    match Rule::parse(node.value, protocol, syntax(router.node, surroundings)) {
        Ok(rule) => never(&rule, node).or_else(|| without_tls(&rule, router, node)).into_iter().collect(),
        Err(errors) => refused(node, protocol, &errors),
    }
}

/// The syntax that a router's rule is in.
pub(crate) fn syntax(router: &Node<'_>, surroundings: &Surroundings) -> Syntax {
    match router.child("ruleSyntax").map(|node| node.value).filter(|value| !value.is_empty()) {
        Some(said) => Syntax::of_label(said),
        None => surroundings.rule_syntax,
    }
}

fn never(rule: &Rule, node: &Node<'_>) -> Option<Diagnostic> {
    let never = rule.never()?;
    let place = LabelPlace::value(&node.value_place().key, never.span);
    let finding = Diagnostic::warning(RULE_NEVER_MATCHES, never.message).at(place);
    Some(match never.help {
        Some(help) => finding.with_help(help),
        None => finding,
    })
}

/// A server name is known of a TLS client alone: without TLS, Traefik does not run the router (3.7).
fn without_tls(rule: &Rule, router: &RouterLabels<'_>, node: &Node<'_>) -> Option<Diagnostic> {
    let is_tls = router.node.child("tls").is_some_and(is_on);
    if rule.protocol() != Protocol::Tcp || is_tls {
        return None;
    }
    let named = rule.matchers().find(|matcher| matcher.kind == Kind::HostSni)?;
    if named.arguments.first().is_some_and(|name| name == "*") {
        return None;
    }
    let place = LabelPlace::value(&node.value_place().key, named.span.clone());
    let message = "Traefik refuses a TCP router that asks for a server name without TLS";
    let help = format!(
        "write HostSNI(`*`) for clients without TLS, or set `traefik.tcp.routers.{}.tls=true`",
        router.node.name
    );
    Some(Diagnostic::error(REFUSED_VALUE, message).at(place).with_help(help))
}

fn refused(node: &Node<'_>, protocol: Protocol, errors: &[RuleError]) -> Vec<Diagnostic> {
    let whole = node.value_place();
    if let Some(inner) = unquoted(node.value)
        && [Syntax::V3, Syntax::V2].iter().any(|syntax| Rule::parse(inner, protocol, *syntax).is_ok())
    {
        let message = "the quotes around the rule are part of it, and no rule begins with one";
        let help = format!("write the rule alone: {inner}");
        return vec![Diagnostic::error(QUOTED_VALUE, message).at(whole).with_help(help)];
    }
    if let Some(meant) = straight(node.value)
        && Rule::parse(&meant, protocol, Syntax::V3).is_ok()
    {
        let message = "the values of the rule are in quotes of a text, not of a rule";
        let help = format!("write {meant}");
        return vec![Diagnostic::error(RULE_SYNTAX, message).at(whole).with_help(help)];
    }
    if let Some(meant) = with_quotes(node.value) {
        let message =
            "the values of the rule are without quotes, as when a shell takes backticks for a command";
        let help = format!("write {meant}, in a shell with single quotes around the label");
        return vec![Diagnostic::error(EATEN_QUOTES, message).at(whole).with_help(help)];
    }
    let finding = |error: &RuleError| {
        let place = LabelPlace::value(&whole.key, error.span());
        let finding = Diagnostic::error(RULE_SYNTAX, error.to_string()).at(place);
        match error.help() {
            Some(help) => finding.with_help(help),
            None => finding,
        }
    };
    errors.iter().map(finding).collect()
}

/// A rule with the quotes that an editor of texts makes, with backticks in their place; `None` where it has none of these.
fn straight(value: &str) -> Option<String> {
    let curly = ['‘', '’', '“', '”', '„', '´'];
    value.contains(curly).then(|| value.replace(curly, "`"))
}

/// A rule without a single quote as it was probably meant; `None` where it has quotes or is no rule by far.
fn with_quotes(value: &str) -> Option<String> {
    if value.contains(['`', '"', '\'']) || !value.contains('(') || !value.contains(')') {
        return None;
    }
    let mut meant = String::new();
    let mut rest = value;
    while let Some((before, after)) = rest.split_once('(') {
        meant.push_str(before);
        meant.push('(');
        let (inside, behind) = after.split_once(')')?;
        let is_call = before.ends_with(|c: char| c.is_ascii_alphanumeric());
        if is_call && !inside.contains('(') {
            let values: Vec<String> =
                inside.split(',').map(|value| format!("`{}`", named(value.trim()))).collect();
            meant.push_str(&values.join(", "));
        } else {
            return None;
        }
        meant.push(')');
        rest = behind;
    }
    meant.push_str(rest);
    Some(meant)
}

fn named(value: &str) -> &str {
    if value.is_empty() { "…" } else { value }
}
