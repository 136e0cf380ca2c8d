//! TLS to a sink, and the files of its settings.

use std::fmt::Display;
use std::path::Path;
use std::sync::Arc;

use claviger_secret::SecretBytes;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::crypto::aws_lc_rs;
use tokio_rustls::rustls::pki_types::pem::PemObject as _;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use tokio_rustls::rustls::{ClientConfig, RootCertStore};

use crate::config::SinkConfig;
use crate::fault::{Fault, FileFault};

/// What a connection is read and written through.
pub(crate) trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin> Stream for T {}

/// A name or address as certificates have them.
pub(crate) fn name(host: String) -> Option<ServerName<'static>> {
    ServerName::try_from(host).ok()
}

/// Whom to trust, and what to show.
#[derive(Clone)]
pub(crate) struct Tls {
    config: Arc<ClientConfig>,
    name: ServerName<'static>,
}

impl Tls {
    /// Reads the files of the settings; `host` is where the sink is.
    pub(crate) fn load(config: &SinkConfig, host: &str) -> Result<Self, FileFault> {
        let roots = roots(config.ca.as_deref())?;
        let builder = ClientConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
            .with_safe_default_protocol_versions()
            .map_err(|error| fault(Path::new("TLS"), &error))?
            .with_root_certificates(roots);
        let client = match (&config.certificate, &config.key) {
            (Some(certificate), Some(key)) => {
                let opened =
                    PrivateKeyDer::from_pem_file(key).map_err(|_| fault(key, &"there is no key in it"))?;
                builder
                    .with_client_auth_cert(certificates(certificate)?, opened)
                    .map_err(|error| fault(certificate, &error))?
            }
            _ => builder.with_no_client_auth(),
        };
        let host = config.server_name.as_deref().unwrap_or(host);
        let name =
            name(host.to_owned()).ok_or_else(|| fault(Path::new(host), &"it is not a server's name"))?;
        Ok(Self {
            config: Arc::new(client),
            name,
        })
    }

    /// Speaks TLS on a connection, and lets the server prove its name.
    pub(crate) async fn connect(&self, socket: TcpStream) -> Result<impl Stream + use<>, Fault> {
        let connector = TlsConnector::from(Arc::clone(&self.config));
        connector
            .connect(self.name.clone(), socket)
            .await
            .map_err(Fault::Tls)
    }
}

fn roots(ca: Option<&Path>) -> Result<RootCertStore, FileFault> {
    let mut roots = RootCertStore::empty();
    let Some(ca) = ca else {
        let found = rustls_native_certs::load_native_certs();
        // Machines have odd certificates in their stores; the others count.
        roots.add_parsable_certificates(found.certs);
        if roots.is_empty() {
            let store = Path::new("the machine's certificate store");
            return Err(fault(
                store,
                &"there is no certificate in it; name an authority with `ca`",
            ));
        }
        return Ok(roots);
    };
    for certificate in certificates(ca)? {
        roots.add(certificate).map_err(|error| fault(ca, &error))?;
    }
    Ok(roots)
}

fn certificates(path: &Path) -> Result<Vec<CertificateDer<'static>>, FileFault> {
    let certificates: Result<Vec<_>, _> = CertificateDer::pem_file_iter(path)
        .map_err(|error| fault(path, &error))?
        .collect();
    let certificates = certificates.map_err(|error| fault(path, &error))?;
    if certificates.is_empty() {
        return Err(fault(path, &"there is no certificate in it"));
    }
    Ok(certificates)
}

/// Reads a secret: the file without one line break at its end.
pub(crate) fn secret(path: &Path) -> Result<SecretBytes, FileFault> {
    let text: SecretBytes = std::fs::read(path).map_err(|error| fault(path, &error))?.into();
    let bytes = text.expose();
    let bytes = bytes.strip_suffix(b"\n").unwrap_or(bytes);
    let bytes = bytes.strip_suffix(b"\r").unwrap_or(bytes);
    if bytes.is_empty() {
        return Err(fault(path, &"it is empty"));
    }
    Ok(SecretBytes::copied(bytes))
}

pub(crate) fn fault(path: &Path, reason: &dyn Display) -> FileFault {
    FileFault {
        path: path.to_owned(),
        reason: reason.to_string(),
    }
}
