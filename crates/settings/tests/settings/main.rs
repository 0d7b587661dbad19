//! Settings from texts: which source wins, what is said of mistakes, what the reference says.

mod load;
mod problems;
mod properties;
mod reference;

use std::path::PathBuf;

use portolan_settings::{File, Problem, Settings, Sources, Warning};

fn sources(text: &str, env: &[(&str, &str)], flags: &[(&str, &str)]) -> Sources {
    let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
    Sources {
        file: Some(File { path: PathBuf::from("w.yml"), text: text.to_owned() }),
        env: env.iter().map(owned).collect(),
        flags: flags.iter().map(owned).collect(),
    }
}

fn load(text: &str, env: &[(&str, &str)], flags: &[(&str, &str)]) -> (Settings, Vec<Warning>) {
    Settings::load(&sources(text, env, flags)).unwrap_or_else(|problems| panic!("{problems:#?}"))
}

fn problems(text: &str, env: &[(&str, &str)], flags: &[(&str, &str)]) -> Vec<Problem> {
    match Settings::load(&sources(text, env, flags)) {
        Err(problems) => problems,
        Ok(loaded) => panic!("this should have mistakes: {text:?} {loaded:#?}"),
    }
}

/// Each problem in a line, its help in the next.
fn told(problems: &[Problem]) -> Vec<String> {
    let help = |problem: &Problem| problem.help.as_ref().map(|help| format!("  {help}"));
    problems.iter().flat_map(|problem| [Some(problem.to_string()), help(problem)]).flatten().collect()
}
