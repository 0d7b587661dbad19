//! JupyterHub's own tests, which start `configurable-http-proxy` from `PATH`: here that is ours.

use anyhow::{Context, Result, ensure};
use portolan_tests::hub;

/// As many pass with configurable-http-proxy; the rest is what paths or subdomains rule out.
const PASSED: [(&str, usize); 4] =
    [("test_proxy", 32), ("test_proxy:subdomains", 34), ("test_services", 12), ("test_named_servers", 34)];

#[test]
fn the_tests_of_jupyterhub_pass() -> Result<()> {
    let asked = std::env::var("PORTOLAN_HUB_SUITES").unwrap_or_else(|_| "test_proxy".to_owned());
    for suite in asked.split(',') {
        let passed = PASSED.iter().find(|(name, _)| *name == suite).map(|(_, passed)| passed);
        let passed = passed.with_context(|| format!("`PORTOLAN_HUB_SUITES` has no `{suite}`"))?;
        hub(&[], |hub| {
            let (module, subdomains) = suite.split_once(':').map_or((suite, false), |(name, _)| (name, true));
            let told = hub.suite(module, subdomains)?;
            ensure!(told.contains(&format!("{passed} passed")), "{suite}: {told}");
            Ok(())
        })?;
    }
    Ok(())
}
