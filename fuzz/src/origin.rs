use portolan_hook::{Origin, is_id, parent};

/// The command line of a process, a word a line, and after a line `---` its environment.
///
/// Whatever the process is: of its words no option is made up, of its variables none but those that the engine goes by is taken, and
/// what is found is the same when it is read back from a record.
pub fn origin(text: &str) {
    let (command, environment) = text.split_once("\n---\n").unwrap_or((text, ""));
    let (command, environment) = (with_nul(command), with_nul(environment));
    // Of any process too, whose name may be anything.
    assert_ne!(parent(text.as_bytes()), Some(0), "no process has this number");
    let origin = Origin::read(&command, &environment);
    assert_eq!(origin, Origin::read(&command, &environment), "the same is read differently");
    let Some(origin) = origin else { return };

    let words: Vec<&[u8]> = command.split(|byte| *byte == 0).collect();
    let is_said =
        |option: &str, value: &[u8]| words.windows(2).any(|pair| pair == [option.as_bytes(), value]);
    assert!(is_said("--exit-command", origin.program.as_os_str().as_encoded_bytes()), "{origin:?}");
    for option in &origin.options {
        assert!(is_said("--exit-command-arg", option.as_bytes()), "{option:?} is made up");
    }
    if let Some(name) = &origin.name {
        assert!(is_id(name) && words.contains(&name.as_bytes()), "{name:?} is no name or is made up");
    }
    for (name, value) in &origin.environment {
        let line = format!("{name}={value}");
        assert!(environment.split(|byte| *byte == 0).any(|it| it == line.as_bytes()), "{line:?} is made up");
        assert!(
            !name.contains("SECRET") || name.starts_with("_CONTAINERS_"),
            "{name:?} is none of the engine's"
        );
    }
    let more = [&environment[..], b"\0NOT_FOR_THE_ENGINE=x\0"].concat();
    assert_eq!(Origin::read(&command, &more).as_ref(), Some(&origin), "a variable too many");
    let kept = serde_json::to_string(&origin).expect("an origin can be kept");
    assert_eq!(serde_json::from_str::<Origin>(&kept).expect("what was kept can be read"), origin);
}

/// As the kernel has it: a NUL after each text.
fn with_nul(lines: &str) -> Vec<u8> {
    lines.bytes().chain([b'\n']).map(|byte| if byte == b'\n' { 0 } else { byte }).collect()
}
