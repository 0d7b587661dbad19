use std::collections::BTreeMap;

use portolan_routes::template::{Template, TemplateError, normalize};

/// A default rule, rendered for a container with labels.
pub fn template(text: &str) {
    let template = match Template::parse(text) {
        Ok(template) => template,
        Err(error) => return is_told(&error, text),
    };
    assert_eq!(template.as_str(), text);
    let pairs =
        [("com.docker.compose.service", "api"), ("tier", "a"), ("empty", ""), ("odd", "{{ .Name }}\n\u{85}")];
    let labels: BTreeMap<String, String> =
        pairs.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect();
    for (name, labels) in [("My_App-1", &labels), ("", &BTreeMap::new())] {
        let rendered = template.render(&normalize(name), name, labels);
        assert_eq!(template.render(&normalize(name), name, labels), rendered, "the same comes to another");
        match rendered {
            Ok(rule) => assert!(rule.len() <= Template::MAX_OUTPUT, "{} bytes", rule.len()),
            Err(error) => is_told(&error, text),
        }
    }
}

fn is_told(error: &TemplateError, text: &str) {
    assert!(!error.to_string().is_empty());
    error.help();
    let (line, column) = match error {
        TemplateError::Syntax { line, column, .. }
        | TemplateError::UndefinedFunction { line, column, .. }
        | TemplateError::WithheldFunction { line, column, .. } => (*line, *column),
        _ => return,
    };
    let place = text.split('\n').nth(line.wrapping_sub(1)).map(|line| line.chars().count());
    assert!(place.is_some_and(|width| (1..=width + 1).contains(&column)), "{error} is not in {text:?}");
}
