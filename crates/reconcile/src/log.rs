//! Lines of the log.

use portolan_container::{Diagnostic, Severity, printable};
use tracing::{error, info, warn};

/// One line for a finding, with its parts as fields.
pub(crate) fn finding(diagnostic: &Diagnostic) {
    let code = diagnostic.code.0;
    let container = diagnostic.container.as_deref().map(printable);
    let engine = diagnostic.engine.as_deref();
    let label = diagnostic.label.as_ref().map(|place| printable(&place.key));
    let help = diagnostic.help.as_deref().map(printable);
    let (container, label, help) = (container.as_deref(), label.as_deref(), help.as_deref());
    let message = printable(&diagnostic.message);
    match diagnostic.severity {
        Severity::Error => error!(code, engine, container, label, help, "{message}"),
        Severity::Warning => warn!(code, engine, container, label, help, "{message}"),
        Severity::Info => info!(code, engine, container, label, help, "{message}"),
    }
}
