/// What the test runner reported, summed up over all test programs.
///
/// Reads the output of `cargo test -- --show-output`. A test that cannot run here passes and prints
/// `skipped: WHAT: WHY`; it counts as skipped, not as passed. A test that is ignored since it is `run by` others, which give it what it
/// needs, is part of those.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Tally {
    pub(crate) passed: usize,
    pub(crate) failed: usize,
    pub(crate) skipped: usize,
    /// What was skipped and why, one line each.
    pub(crate) skips: Vec<String>,
    /// The tests that failed.
    pub(crate) failures: Vec<String>,
    /// The tests that failed beside all others, and passed by themselves.
    pub(crate) unsteady: Vec<String>,
    /// Where in the output of passing tests we are, if in it.
    successes: Option<Counted>,
    /// Tests of the program being read that the sums will count as passed and that were skipped.
    not_passed: usize,
    /// Ignored tests of that program that others run.
    run_by_others: usize,
}

/// Whether the test whose output is being read was counted as skipped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Counted {
    NotYet,
    Already,
}

impl Tally {
    /// Takes in a line; whether a reader should see it.
    ///
    /// Passing tests and their output stay out of sight: what is left is what one wants to know.
    pub(crate) fn read(&mut self, line: &str) -> bool {
        if let Some(counts) = line.strip_prefix("test result: ") {
            self.successes = None;
            let not_passed = std::mem::take(&mut self.not_passed);
            let run_by_others = std::mem::take(&mut self.run_by_others);
            self.passed += count(counts, "passed").saturating_sub(not_passed);
            self.failed += count(counts, "failed");
            self.skipped += count(counts, "ignored").saturating_sub(run_by_others) + not_passed;
            return true;
        }
        if let Some(skip) = line.trim_start().strip_prefix("skipped: ") {
            self.skip(skip);
            return self.successes.is_none();
        }
        if self.successes.is_some() {
            return self.read_success(line);
        }
        if line == "successes:" {
            self.successes = Some(Counted::NotYet);
            return false;
        }
        self.read_verdict(line)
    }

    fn read_success(&mut self, line: &str) -> bool {
        if line == "failures:" {
            self.successes = None;
            return true;
        }
        if line.starts_with("---- ") && line.ends_with(" stdout ----") {
            self.successes = Some(Counted::NotYet);
        }
        false
    }

    fn read_verdict(&mut self, line: &str) -> bool {
        let Some((name, verdict)) = line.strip_prefix("test ").and_then(|rest| rest.rsplit_once(" ... "))
        else {
            return !(line.is_empty() || line.starts_with("running "));
        };
        if verdict == "FAILED" {
            self.failures.push(name.to_owned());
        } else if let Some(why) = verdict.strip_prefix("ignored") {
            let why = why.trim_start_matches([',', ' ']);
            if why.starts_with("run by ") {
                self.run_by_others += 1;
                return false;
            }
            self.skips.push(format!("{name}: {}", if why.is_empty() { "marked `ignore`" } else { why }));
        }
        verdict != "ok"
    }

    fn skip(&mut self, skip: &str) {
        let known = self.skips.iter().any(|known| known == skip);
        if !known {
            self.skips.push(skip.to_owned());
        }
        match self.successes {
            // Two such lines of one test are one test skipped.
            Some(Counted::NotYet) => {
                self.successes = Some(Counted::Already);
                self.not_passed += 1;
            }
            Some(Counted::Already) => {}
            // Past the runner's capture, so one line a test.
            None => self.not_passed += usize::from(!known),
        }
    }

    /// Takes in a second run of the tests that failed: those that pass by themselves are told apart, and count as passed.
    ///
    /// With engines, proxies and namespaces on a machine of two cores a test may fail for want of time alone. That is a fault
    /// of the test, which is told, but not one of what it tests.
    pub(crate) fn settle(&mut self, again: &Self) {
        if again.passed + again.failed < self.failed {
            return;
        }
        let (failures, unsteady): (Vec<_>, Vec<_>) =
            std::mem::take(&mut self.failures).into_iter().partition(|name| again.failures.contains(name));
        self.passed += unsteady.len();
        self.failed = failures.len();
        self.failures = failures;
        self.unsteady.extend(unsteady);
    }

    /// Adds what another step found.
    pub(crate) fn add(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed += other.failed;
        self.skipped += other.skipped;
        self.skips.extend(other.skips);
        self.failures.extend(other.failures);
        self.unsteady.extend(other.unsteady);
    }

    /// The line by which machines read the outcome.
    pub(crate) fn line(&self) -> String {
        format!("{} passed, {} failed, {} skipped", self.passed, self.failed, self.skipped)
    }
}

fn count(counts: &str, what: &str) -> usize {
    let parts = counts.split([';', '.']).map(str::trim);
    parts.filter_map(|part| part.strip_suffix(what)?.trim().parse().ok()).next().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(output: &str, line: &str, skips: &[&str], failures: &[&str], shown: &[&str]) {
        let mut tally = Tally::default();
        let seen: Vec<_> = output.lines().filter(|line| tally.read(line)).collect();
        assert_eq!(tally.line(), line);
        assert_eq!(tally.skips, skips);
        assert_eq!(tally.failures, failures);
        assert_eq!(seen, shown);
    }

    #[test]
    fn sums_run_over_all_programs() {
        let result =
            "test result: ok. 2 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.01s";
        check(
            &format!(
                "running 2 tests\ntest a ... ok\ntest b ... ok\n\n{result}\n\nrunning 2 tests\n{result}\n"
            ),
            "4 passed, 0 failed, 0 skipped",
            &[],
            &[],
            &[result, result],
        );
    }

    #[test]
    fn what_passes_by_itself_is_unsteady() {
        let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
        let check = |passed, failures: &[&str], line: &str, unsteady: &[&str]| {
            let mut tally = Tally { passed: 5, failed: 2, failures: names(&["a", "b"]), ..Tally::default() };
            let failed = failures.len();
            tally.settle(&Tally { passed, failed, failures: names(failures), ..Tally::default() });
            assert_eq!(tally.line(), line);
            assert_eq!(tally.unsteady, unsteady);
        };
        check(2, &[], "7 passed, 0 failed, 0 skipped", &["a", "b"]);
        check(1, &["b"], "6 passed, 1 failed, 0 skipped", &["a"]);
        check(0, &["a", "b"], "5 passed, 2 failed, 0 skipped", &[]);
        // One of them did not run at all.
        check(1, &[], "5 passed, 2 failed, 0 skipped", &[]);
    }

    #[test]
    fn a_test_that_says_so_is_skipped_once() {
        let result = "test result: ok. 2 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out";
        check(
            &format!(
                "successes:\n\n---- x stdout ----\nskipped: podman: not root\nskipped: runc: not root\n\n\
                 ---- y stdout ----\nchatter\n\nsuccesses:\n    x\n    y\n\n{result}"
            ),
            "1 passed, 0 failed, 1 skipped",
            &["podman: not root", "runc: not root"],
            &[],
            &[result],
        );
    }

    #[test]
    fn a_skip_that_is_told_past_the_capture_counts_too() {
        let result = "test result: ok. 2 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out";
        check(
            &format!(
                "running 2 tests\nskipped: stop: not root\ntest stop ... ok\ntest other ... ok\n{result}"
            ),
            "1 passed, 0 failed, 1 skipped",
            &["stop: not root"],
            &[],
            &["skipped: stop: not root", result],
        );
    }

    #[test]
    fn ignored_tests_are_skipped_with_their_reason() {
        let result = "test result: ok. 0 passed; 0 failed; 2 ignored; 0 measured; 0 filtered out";
        check(
            &format!("test a ... ignored, takes an hour\ntest b ... ignored\n{result}"),
            "0 passed, 0 failed, 2 skipped",
            &["a: takes an hour", "b: marked `ignore`"],
            &[],
            &["test a ... ignored, takes an hour", "test b ... ignored", result],
        );
    }

    #[test]
    fn a_test_that_others_run_is_not_skipped() {
        let result = "test result: ok. 1 passed; 0 failed; 2 ignored; 0 measured; 0 filtered out";
        check(
            &format!("test ssh::connects ... ignored, run by the other tests\ntest b ... ignored\n{result}"),
            "1 passed, 0 failed, 1 skipped",
            &["b: marked `ignore`"],
            &[],
            &["test b ... ignored", result],
        );
    }

    #[test]
    fn what_failed_is_shown_whole() {
        let result = "test result: FAILED. 1 passed; 1 failed; 0 ignored; 0 measured; 0 filtered out";
        check(
            &format!(
                "test a ... ok\ntest b ... FAILED\nsuccesses:\n\n---- a stdout ----\nchatter\n\nsuccesses:\n    a\n\n\
                 failures:\n\n---- b stdout ----\nit broke\n\n{result}"
            ),
            "1 passed, 1 failed, 0 skipped",
            &[],
            &["b"],
            &["test b ... FAILED", "failures:", "---- b stdout ----", "it broke", result],
        );
    }
}
