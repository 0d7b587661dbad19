//! What a hook costs each start of a container: podman-hook beside a hook in Python and one that does nothing.

mod many;
mod scene;

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use anyhow::Result;

use self::scene::Scene;
use super::figures::median;
use crate::aside;
use crate::interrupt::Interrupt;
use crate::process::{capture, command, find};
use crate::progress::timed;
use crate::{tools, workspace};

/// A hook costs little: more calls than starts, for the same time.
const CALLS_FOR_EACH_START: usize = 5;

/// A program that Podman calls when a container starts, and what was measured of it.
#[derive(Debug)]
struct Hook {
    name: String,
    program: PathBuf,
    arguments: Vec<String>,
    /// Milliseconds of each call, from its start to its end.
    calls: Vec<f64>,
    /// Milliseconds of each `podman run --detach`.
    starts: Vec<f64>,
}

impl Hook {
    fn new(name: impl Into<String>, program: impl Into<PathBuf>, arguments: &[&str]) -> Self {
        let arguments = arguments.iter().map(|&argument| argument.to_owned()).collect();
        Self { name: name.into(), program: program.into(), arguments, calls: Vec::new(), starts: Vec::new() }
    }
}

/// Measures all hooks with a Podman in namespaces of its own, and prints them; tells why not where there can be none.
pub(super) fn outside(starts: usize, interrupt: &Interrupt) -> Result<()> {
    if let Some(obstacle) = aside::obstacle() {
        eprintln!("    hooks are not measured: {obstacle}");
        return Ok(());
    }
    if python().is_none() {
        eprintln!("    hooks are not measured: there is no `python3` to measure beside");
        return Ok(());
    }
    timed("tools", || tools::install(&[tools::PODMAN, tools::IMAGE].concat()))?;
    let arguments = ["bench", "--only", "hook", "--events", &starts.to_string()];
    timed("hooks", || aside::outside(&arguments, interrupt))?;
    Ok(())
}

/// The same, from inside.
pub(super) fn inside(directory: &Path, starts: usize, interrupt: &Interrupt) -> Result<bool> {
    let mut hooks = hooks();
    let together = aside::alone(directory, interrupt, || {
        let scene = Scene::set(directory)?;
        let calls = starts * CALLS_FOR_EACH_START;
        timed(&format!("{calls} calls of each hook"), || scene.call(&mut hooks, calls, interrupt))?;
        timed(&format!("{starts} containers with each hook"), || scene.start(&mut hooks, starts, interrupt))?;
        timed("many containers at once", || many::compare(&scene, &hooks, interrupt))
    })?;
    print!("{}", table(&hooks));
    println!("{}", summary(&hooks));
    println!("{together}");
    Ok(true)
}

/// The idle one first, ours last.
fn hooks() -> Vec<Hook> {
    let python = python().unwrap_or_default();
    let mut modules = vec!["json", "subprocess", "yaml"];
    let has = |modules: &[&str]| {
        capture(command(&python).args(["-c", &format!("import {}", modules.join(", "))])).is_ok()
    };
    if !has(&modules) {
        eprintln!("    there is no PyYAML: Python is measured without it");
        modules.pop();
    }
    let modules = modules.join(", ");
    vec![
        Hook::new("`true`", find("true").unwrap_or_default(), &[]),
        Hook::new(
            format!("Python, `import {modules}`"),
            python,
            &["-c", &format!("import sys, {modules}; sys.stdin.read()")],
        ),
        Hook::new("podman-hook", workspace::released("podman-hook"), &[]),
    ]
}

/// The system's own, as hooks have it: what stands before it on the search path may be a script that looks for it.
fn python() -> Option<PathBuf> {
    Some(PathBuf::from("/usr/bin/python3")).filter(|path| path.exists()).or_else(|| find("python3"))
}

/// A table in Markdown.
fn table(hooks: &[Hook]) -> String {
    let heads =
        ["call, ms (median)", "call, ms (least)", "`podman run`, ms (median)", "more than `true`, ms"];
    let width = hooks.iter().map(|hook| hook.name.len()).max().unwrap_or_default();
    let mut out = format!("| {:<width$} ", "hook");
    heads.iter().for_each(|head| out.push_str(&format!("| {head} ")));
    let _ = write!(out, "|\n| {:-<width$} ", "");
    heads.iter().for_each(|head| out.push_str(&format!("| {:->1$}: ", "", head.len() - 1)));
    out.push_str("|\n");
    let idle = hooks.first().map_or(f64::NAN, |idle| median(&idle.starts));
    for hook in hooks {
        let _ = write!(out, "| {:<width$} ", hook.name);
        let start = median(&hook.starts);
        for (figure, head) in [median(&hook.calls), least(&hook.calls), start, start - idle].iter().zip(heads)
        {
            let _ = write!(out, "| {figure:>0$.1$} ", head.len(), 2);
        }
        out.push_str("|\n");
    }
    out
}

fn least(values: &[f64]) -> f64 {
    values.iter().copied().fold(f64::NAN, f64::min)
}

/// How the last hook compares with the one before it.
fn summary(hooks: &[Hook]) -> String {
    let [.., theirs, ours] = hooks else { return String::new() };
    let ratio = median(&theirs.calls) / median(&ours.calls);
    format!("A call of podman-hook takes {ratio:.1} times less than one of a hook in Python.")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_has_what_each_hook_adds() {
        let hook = |name: &str, call: f64, start: f64| Hook {
            calls: vec![call, call + 2.0, call + 1.0],
            starts: vec![start],
            ..Hook::new(name, "/bin/true", &[])
        };
        let hooks =
            [hook("`true`", 0.5, 300.0), hook("Python", 40.0, 345.0), hook("podman-hook", 1.0, 302.0)];
        let expected = "\
| hook        | call, ms (median) | call, ms (least) | `podman run`, ms (median) | more than `true`, ms |
| ----------- | ----------------: | ---------------: | ------------------------: | -------------------: |
| `true`      |              1.50 |             0.50 |                    300.00 |                 0.00 |
| Python      |             41.00 |            40.00 |                    345.00 |                45.00 |
| podman-hook |              2.00 |             1.00 |                    302.00 |                 2.00 |
";
        assert_eq!(table(&hooks), expected);
        assert_eq!(
            summary(&hooks),
            "A call of podman-hook takes 20.5 times less than one of a hook in Python."
        );
    }
}
