//! The certificate and its key.
//!
//! In: two PEM files. Out: what answers a client's wish for TLS (1.2 or 1.3).
//!
//! - Files that cannot be read, that others can read, or that do not belong together are faults: the server does not start.

use std::path::Path;
use std::sync::Arc;

use restudy::diagnostic::{Diagnostic, Diagnostics, Place};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::ring::default_provider;
use tokio_rustls::rustls::pki_types::pem::PemObject as _;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};

use crate::password::private;

/// Reads both files.
///
/// # Errors
/// See above.
pub(super) fn acceptor(certificate: &Path, key: &Path) -> Result<TlsAcceptor, Diagnostics> {
    let at = |path: &Path| Place::file(path.to_string_lossy());
    let read = fs_err::read(certificate)?;
    let chain: Vec<CertificateDer<'static>> = CertificateDer::pem_slice_iter(&read)
        .collect::<Result<_, _>>()
        .map_err(|e| Diagnostic::error(format!("this is no certificate in PEM: {e}")).at(at(certificate)))?;
    if chain.is_empty() {
        return Err(Diagnostic::error("there is no certificate in this file").at(at(certificate)).into());
    }
    private(key)?;
    let key_of_it = PrivateKeyDer::from_pem_slice(&fs_err::read(key)?)
        .map_err(|e| Diagnostic::error(format!("this is no private key in PEM: {e}")).at(at(key)))?;
    let told = |e: tokio_rustls::rustls::Error| {
        Diagnostic::error(format!("the certificate and its key do not serve for TLS: {e}"))
            .at(at(certificate))
            .note(format!("the key is in {}", key.display()))
    };
    let config = ServerConfig::builder_with_provider(Arc::new(default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(told)?
        .with_no_client_auth()
        .with_single_cert(chain, key_of_it)
        .map_err(told)?;
    Ok(TlsAcceptor::from(Arc::new(config)))
}
