use portolan_routes::rule::{Protocol, Rule, Syntax};

/// A rule in both languages and for both protocols: what is read prints as what reads the same, and covers itself.
pub fn rule(text: &str) {
    for protocol in [Protocol::Http, Protocol::Tcp] {
        for syntax in [Syntax::V3, Syntax::V2] {
            match Rule::parse(text, protocol, syntax) {
                Ok(rule) => {
                    if let Some(never) = rule.never() {
                        assert!(
                            text.get(never.span.clone()).is_some(),
                            "{:?} is no part of {text:?}",
                            never.span
                        );
                    }
                    assert!(
                        rule.covers(&rule) || rule.alternatives().is_none(),
                        "{text:?} does not cover itself"
                    );
                    let printed = rule.to_string();
                    // A rule that is nested to the limit has no room for the parentheses that are printed.
                    if let Ok(again) = Rule::parse(&printed, protocol, syntax) {
                        assert_eq!(again.to_string(), printed);
                        assert!(rule.matchers().eq(again.matchers()), "{text:?} prints as {printed:?}");
                    }
                }
                Err(errors) => {
                    assert!(!errors.is_empty());
                    for error in errors {
                        assert!(
                            text.get(error.span()).is_some(),
                            "{error}: {:?} is no part of {text:?}",
                            error.span()
                        );
                        error.help();
                    }
                }
            }
        }
    }
}
