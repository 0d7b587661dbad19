use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::{cargo, folder, members, output, read, root, text};

/// The pages that a reader meets.
fn pages() -> Vec<PathBuf> {
    let mut pages: Vec<_> = ["README.md", "CONTRIBUTING.md", "CHANGELOG.md"].map(PathBuf::from).to_vec();
    pages.extend(members().map(|package| folder(package).join("README.md")));
    let mut open = vec![root().join("docs")];
    while let Some(directory) = open.pop() {
        for entry in std::fs::read_dir(directory).into_iter().flatten().flatten() {
            let path = entry.path();
            if path.is_dir() {
                open.push(path);
            } else if path.extension().is_some_and(|extension| extension == "md") {
                pages.push(path.strip_prefix(root()).expect("inside").to_path_buf());
            }
        }
    }
    pages.sort();
    assert!(pages.len() > members().count() + 3, "the pages under docs/ are among them");
    pages
}

/// The lines of a page's fenced blocks in a language.
fn fenced(page: &str, language: &str) -> Vec<String> {
    let fence = format!("```{language}");
    let mut lines = Vec::new();
    let mut inside = false;
    for line in page.lines() {
        if inside && line == "```" {
            inside = false;
        } else if inside {
            lines.push(line.to_owned());
        } else {
            inside = line == fence;
        }
    }
    lines
}

/// The help texts of our programs, each asked once.
#[derive(Default)]
struct Help(BTreeMap<(String, String), String>);

impl Help {
    fn of(&mut self, program: &str, command: &str) -> &str {
        let key = (program.to_owned(), command.to_owned());
        self.0.entry(key).or_insert_with(|| {
            let program = built(program);
            let words: Vec<&str> = command.split(' ').chain(["--help"]).collect();
            let (succeeded, told) = output(&program, &words);
            assert!(succeeded, "`{} {command} --help`: {told}", program.display());
            told
        })
    }

    /// What is wrong with a command line of one of our programs, words after its name.
    fn check(&mut self, program: &str, words: &[&str]) -> Vec<String> {
        let Some((command, arguments)) = words.split_first() else { return Vec::new() };
        // Of `agent init`, the second word is a command too.
        let lists = |help: &str, word: &str| {
            let mut lines = help.lines().skip_while(|line| *line != "Commands:");
            lines.any(|line| line.split_whitespace().next() == Some(word) && line.starts_with("  "))
        };
        let inner = arguments.first().filter(|word| !word.starts_with('-'));
        let inner = inner.filter(|word| lists(self.of(program, command), word)).copied();
        let command = inner.map_or((*command).to_owned(), |inner| format!("{command} {inner}"));
        let help = self.of(program, &command);
        let known = |flag: &str| {
            help.split(|c: char| !(c.is_ascii_alphanumeric() || c == '-')).any(|word| word == flag)
        };
        let flags = arguments.iter().filter(|word| word.starts_with('-') && word.len() > 1);
        let flags = flags.map(|flag| flag.split('=').next().unwrap_or(flag));
        flags
            .filter(|flag| !known(flag))
            .map(|flag| format!("`{program} {command}` knows no `{flag}`"))
            .collect()
    }
}

/// One of our programs, beside the folder of test programs; built if nobody has.
fn built(program: &str) -> PathBuf {
    let test = std::env::current_exe().expect("a test is a program");
    let path = test.ancestors().nth(2).expect("it stands in `deps`").join(program);
    if !path.exists() {
        cargo(&["build", "--quiet", "--locked", "--package", program]);
    }
    path
}

/// What is wrong with a line that a reader may type.
fn check(line: &str, help: &mut Help) -> Vec<String> {
    let line = line.split(" #").next().unwrap_or(line);
    let words: Vec<_> =
        line.split_whitespace().skip_while(|word| word.contains('=') || *word == "sudo").collect();
    let mut wrong = match words.as_slice() {
        ["cargo", "xtask", rest @ ..] => help.check("xtask", rest),
        [program @ ("docker-watcher" | "jupyterhub-proxy" | "podman-hook"), rest @ ..] => {
            help.check(program, rest)
        }
        ["cargo", ..] => packages(&words),
        _ => Vec::new(),
    };
    let files = words.iter().filter(|word| word.starts_with("examples/") || word.starts_with("docs/"));
    // Of a pattern, the directory is to be there.
    let is_there = |file: &&&str| root().join(file.split('*').next().unwrap_or(file)).exists();
    wrong.extend(files.filter(|file| !is_there(file)).map(|file| format!("there is no `{file}`")));
    wrong
}

/// Packages that a Cargo command names and that are not ours.
fn packages(words: &[&str]) -> Vec<String> {
    let named = words.windows(2).filter(|pair| matches!(pair[0], "-p" | "--package")).map(|pair| pair[1]);
    let strangers = named.filter(|name| members().all(|package| text(&package["name"]) != *name));
    strangers.map(|name| format!("there is no package `{name}`")).collect()
}

#[test]
fn commands_that_pages_give_exist() {
    let mut help = Help::default();
    let mut wrong = Vec::new();
    let mut seen = 0;
    for page in pages() {
        for line in fenced(&read(&page.to_string_lossy()), "sh") {
            seen += 1;
            wrong.extend(
                check(&line, &mut help).into_iter().map(|what| format!("{}: {what}", page.display())),
            );
        }
    }
    assert!(seen > 5, "the pages give commands");
    assert_eq!(wrong, Vec::<String>::new());
}

#[test]
fn a_command_that_does_not_exist_is_found() {
    let mut help = Help::default();
    assert_eq!(check("cargo xtask demo --keep", &mut help), Vec::<String>::new());
    assert_eq!(check("sudo cargo xtask demo --sleep", &mut help), ["`xtask demo` knows no `--sleep`"]);
    assert_eq!(check("cargo build -p nothing", &mut help), ["there is no package `nothing`"]);
    assert_eq!(check("cat examples/none.yaml", &mut help), ["there is no `examples/none.yaml`"]);
}

#[test]
fn the_library_example_is_the_one_that_is_compiled() {
    let example = read("examples/labels-to-yaml/src/main.rs");
    let shown = fenced(&read("README.md"), "rust").join("\n");
    assert_eq!(shown.trim(), example.trim());
}

#[test]
fn links_between_pages_lead_somewhere() {
    let mut wrong = Vec::new();
    let mut seen = 0;
    for page in pages() {
        let content = read(&page.to_string_lossy());
        let beside = root().join(&page).parent().map(Path::to_path_buf).unwrap_or_default();
        for link in content.split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
            let path = link.split('#').next().unwrap_or(link);
            if path.is_empty() || path.contains("://") || path.contains(' ') {
                continue;
            }
            seen += 1;
            if !beside.join(path).exists() {
                wrong.push(format!("{}: there is no `{path}`", page.display()));
            }
        }
    }
    assert!(seen > 5, "the pages have links");
    assert_eq!(wrong, Vec::<String>::new());
}
