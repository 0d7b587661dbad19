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

#[test]
fn it_brings_the_texts_of_its_licences() -> Result<()> {
    hub(&[Need::Wheel], |hub| {
        hub.install()?;
        let ask = "import sys\n\
                   from importlib.metadata import distribution\n\
                   package = distribution('portolan-jupyterhub')\n\
                   print(package.metadata['License-Expression'], *sorted(package.metadata.get_all('License-File')))\n\
                   for name in sorted(package.metadata.get_all('License-File')):\n    \
                       sys.stdout.write(package.read_text('licenses/' + name))\n";
        let told = output(hub.python().args(["-c", ask]), b"")?;
        let (apache, mit) = (include_str!("../../../LICENSE-APACHE"), include_str!("../../../LICENSE-MIT"));
        let expected = format!("MIT OR Apache-2.0 LICENSE-APACHE LICENSE-MIT\n{apache}{mit}");
        ensure!(told == expected, "{told}");
        Ok(())
    })
}
