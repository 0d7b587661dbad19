use std::time::Instant;

/// What the demo tells on standard output: numbered steps, in plain words.
#[derive(Debug)]
pub(super) struct Story {
    steps: usize,
    as_expected: bool,
    began: Instant,
}

impl Story {
    pub(super) fn begin() -> Self {
        Self { steps: 0, as_expected: true, began: Instant::now() }
    }

    /// Begins a step.
    pub(super) fn step(&mut self, title: &str) {
        self.steps += 1;
        println!("\n{}. {title}", self.steps);
    }

    /// Says a paragraph.
    pub(super) fn say(&self, text: &str) {
        println!("   {text}");
    }

    /// Shows a command as one could type it.
    pub(super) fn command(&self, command: &str) {
        println!("   $ {command}");
    }

    /// Shows a file or what a program said.
    pub(super) fn quote(&self, text: &str) {
        for line in text.lines() {
            println!("{}", format!("   | {line}").trim_end());
        }
    }

    /// Tells an observation, and keeps in mind whether it was the right one.
    pub(super) fn observe(&mut self, observation: &str, as_expected: bool) {
        self.as_expected &= as_expected;
        println!("   {} {observation}", if as_expected { "ok  " } else { "BAD " });
    }

    /// Ends the story; whether every observation was as expected.
    pub(super) fn end(self) -> bool {
        let seconds = self.began.elapsed().as_secs_f64();
        let verdict =
            if self.as_expected { "everything was as expected" } else { "NOT everything was as expected" };
        println!("\n{verdict} ({seconds:.1} s)");
        self.as_expected
    }
}
