use std::fs::File;
use std::io::Write as _;
use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use anyhow::{Context as _, Result};

use super::witness::Witness;
use crate::aside::{Engine, write_image};
use crate::background::Background;
use crate::interrupt::Interrupt;
use crate::process::{capture, command};
use crate::tools;

/// What the labels of the container add.
pub(super) const ADDITIONS: usize = 6;

const LABELS: [&str; 2] = [
    "docker-events.route=add 198.18.1.0/24 via 10.213.0.1; add 198.18.2.0/24 via 10.213.0.1 metric 50; \
     add 203.0.113.0/24 dev eth0; add default via 10.213.0.1 table 100",
    "docker-events.rule=add from 10.213.0.2 table 100 priority 100; add to 203.0.113.0/24 table 100 priority 101",
];

/// Takes away what they add.
const UNDO: &str = "\
route del 198.18.1.0/24
route del 198.18.2.0/24
route del 203.0.113.0/24
route del default table 100
rule del priority 100
rule del priority 101
";

/// Anything takes a moment, the shell way a few tenths of a second.
const LIMIT: Duration = Duration::from_secs(20);

/// Between two starts, so that nothing that the last one causes is measured with the next.
const PAUSE: Duration = Duration::from_millis(400);

/// A container with labels in the namespace of another, which is there before it: so the kernel can be listened to from the
/// first moment on, the same for whoever carries the labels out.
#[derive(Debug)]
pub(super) struct Scene<'a> {
    engine: &'a Engine,
    witness: Witness,
    /// A client that prints when each container started, by the engine's clock.
    events: Background,
    started: usize,
    holder: String,
}

impl<'a> Scene<'a> {
    pub(super) fn set(engine: &'a Engine, directory: &Path) -> Result<Self> {
        let archive = directory.join("image.tar");
        write_image(&tools::busybox().context("there is no static `busybox`")?, &archive)?;
        let archive = File::open(&archive).context("cannot read the archive")?;
        let run = r#"CMD ["/bin/busybox", "sleep", "86400"]"#;
        capture(engine.docker(&["import", "--change", run, "-", "bench"]).stdin(Stdio::from(archive)))?;
        capture(&mut engine.docker(&["network", "create", "--subnet", "10.213.0.0/24", "bench"]))?;
        let holder =
            ["run", "--detach", "--network", "bench", "--ip", "10.213.0.2", "--name", "holder", "bench"];
        capture(&mut engine.docker(&holder))?;
        let [routes, rules] = LABELS;
        let labels = ["--label", routes, "--label", rules];
        let create = ["create", "--network", "container:holder", "--name", "subject"];
        capture(&mut engine.docker(&[&create[..], &labels, &["bench"]].concat()))?;
        let holder = capture(&mut engine.docker(&["inspect", "--format", "{{.State.Pid}}", "holder"]))?;
        let holder = holder.trim().to_owned();
        let witness = Witness::listen(holder.parse().context("a container without a process")?)?;
        let mut events =
            engine.docker(&["events", "--filter", "container=subject", "--filter", "event=start"]);
        let events =
            Background::start(events.args(["--format", "{{.TimeNano}}"]), &directory.join("events"))?;
        Ok(Self { engine, witness, events, started: 0, holder })
    }

    /// Starts the container so many times, and gives the milliseconds from each event until all was added.
    pub(super) fn measure(&mut self, times: usize, interrupt: &Interrupt) -> Result<Vec<f64>> {
        // The first is not counted: whoever is measured may not have been ready.
        for _ in 0..3 {
            if self.once(interrupt).is_ok() {
                break;
            }
        }
        (0..times).map(|_| self.once(interrupt)).collect()
    }

    fn once(&mut self, interrupt: &Interrupt) -> Result<f64> {
        std::thread::sleep(PAUSE);
        while self.witness.has_more() {}
        capture(&mut self.engine.docker(&["start", "subject"]))?;
        self.started += 1;
        let added = self.witness.wait_for(ADDITIONS, LIMIT);
        let started = interrupt.wait_for("the event of a start", LIMIT, || Ok(self.event()));
        capture(&mut self.engine.docker(&["kill", "subject"]))?;
        capture(&mut self.engine.docker(&["wait", "subject"]))?;
        self.undo()?;
        let took = added?.duration_since(started?).context("added before the container started")?;
        Ok(took.as_secs_f64() * 1000.0)
    }

    /// When the container started last, once that is told.
    fn event(&self) -> Option<SystemTime> {
        let said = self.events.said();
        let nanoseconds = said.lines().nth(self.started.checked_sub(1)?)?.parse().ok()?;
        Some(UNIX_EPOCH + Duration::from_nanos(nanoseconds))
    }

    fn undo(&self) -> Result<()> {
        let mut nsenter = command("nsenter");
        nsenter.args(["--net", "--target", &self.holder, "ip", "-force", "-batch", "-"]);
        let mut child =
            nsenter.stdin(Stdio::piped()).stderr(Stdio::null()).spawn().context("cannot start `nsenter`")?;
        let written = child.stdin.take().map(|mut stdin| stdin.write_all(UNDO.as_bytes()));
        child.wait().context("cannot wait for `nsenter`")?;
        written.transpose().context("cannot write to `ip`").map(drop)
    }
}
