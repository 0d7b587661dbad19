use anyhow::Context as _;

/// A certificate that nobody knows, and its key, as texts: for connections to names that have no other. Its key is one of elliptic curves,
/// which costs nothing to make.
pub(crate) fn unknown() -> anyhow::Result<(String, String)> {
    let made = rcgen::generate_simple_self_signed(["jupyterhub-proxy.invalid".to_owned()])
        .context("cannot make a certificate")?;
    Ok((made.cert.pem(), made.signing_key.serialize_pem()))
}
