//! The Python package, as `pip` installs it.

use anyhow::{Result, ensure};
use portolan_tests::{Need, hub, output};

const TESTS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../bins/jupyterhub-proxy/python");

#[test]
fn its_own_tests_pass() -> Result<()> {
    hub(&[Need::Wheel], |hub| {
        hub.install()?;
        let tests = ["-m", "pytest", "--quiet", "-p", "no:cacheprovider", TESTS];
        let told = output(hub.python().args(tests), b"")?;
        ensure!(told.contains(" passed"), "{told}");
        Ok(())
    })
}

#[test]
fn it_brings_the_program_and_two_names_for_a_hub() -> Result<()> {
    hub(&[Need::Wheel], |hub| {
        hub.install()?;
        let ask = "from importlib.metadata import entry_points\n\
                   from portolan_jupyterhub.executable import executable\n\
                   print(executable())\n\
                   for point in sorted(entry_points(group='jupyterhub.proxies'), key=lambda point: point.name):\n    \
                       print(point.name, point.load().__module__)\n";
        let told = output(hub.python().args(["-c", ask]), b"")?;
        let program = hub.directory().join("site/bin/jupyterhub-proxy");
        let expected = format!(
            "{}\nconfigurable-http-proxy jupyterhub.proxy\ndefault jupyterhub.proxy\n\
             portolan portolan_jupyterhub.proxy\ntraefik_toml portolan_jupyterhub.proxy\n",
            program.display()
        );
        ensure!(told == expected, "{told}");
        ensure!(output(hub.command(&program).arg("--version"), b"")?.starts_with("jupyterhub-proxy "));
        Ok(())
    })
}
