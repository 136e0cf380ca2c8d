//! Certificates: the private CA, the certificate it issues, and changing them while the server runs.

use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};

use claviger_model::Timestamp;
use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    KeyUsagePurpose, date_time_ymd,
};
use tokio_rustls::rustls::crypto::aws_lc_rs;
use tokio_rustls::rustls::pki_types::pem::PemObject as _;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::rustls::server::{ClientHello, ResolvesServerCert};
use tokio_rustls::rustls::sign::CertifiedKey;
use tokio_rustls::rustls::{self, ServerConfig};

use crate::config::Settings;
use crate::folder::{Folder, is_there};
use crate::output::Failure;
use crate::private::write_private;

/// Life of the private CA, in years.
const CA_YEARS: i16 = 20;
/// Life of a certificate that it issues, in days; it is renewed at each start and long before its end.
const LEAF_DAYS: i64 = 90;
/// Age at which a running server renews it, in days.
const RENEW_DAYS: i64 = 30;

/// Makes the private CA of a data folder if it is not there. The key is written first, so a certificate without its key
/// is a loss and not a beginning: a new CA would lock out every client that trusts the old one.
pub(crate) fn make_authority(folder: &Folder, now: Timestamp) -> Result<(), Failure> {
    match (is_there(&folder.ca_certificate())?, is_there(&folder.ca_key())?) {
        (true, true) => return Ok(()),
        (true, false) => {
            let (key, certificate) = (folder.ca_key(), folder.ca_certificate());
            let (key, certificate) = (key.display(), certificate.display());
            let advice =
                "bring it back, or remove the certificate to have a new CA, which clients do not know yet";
            return Err(Failure::failed(format!(
                "`{key}` is missing beside `{certificate}`: {advice}"
            )));
        }
        (false, _) => {}
    }
    let fault = |error: rcgen::Error| Failure::failed(format!("cannot make the private CA: {error}"));
    let key = KeyPair::generate().map_err(fault)?;
    let certificate = authority(now).map_err(fault)?.self_signed(&key).map_err(fault)?;
    write_private(&folder.ca_key(), key.serialize_pem().as_bytes())?;
    write_private(&folder.ca_certificate(), certificate.pem().as_bytes())
}

fn authority(now: Timestamp) -> Result<CertificateParams, rcgen::Error> {
    let mut params = CertificateParams::new(Vec::new())?;
    params
        .distinguished_name
        .push(DnType::CommonName, "Claviger private CA");
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    set_validity(&mut params, now, CA_YEARS, 0);
    Ok(params)
}

/// Makes a certificate valid from yesterday, for clocks that are a little late, until so many years and days from now.
fn set_validity(params: &mut CertificateParams, now: Timestamp, years: i16, days: i64) {
    let date = now.to_zoned(jiff::tz::TimeZone::UTC).date();
    let day = |span: jiff::Span| {
        let date = date.checked_add(span).unwrap_or(jiff::civil::Date::MAX);
        let part = |value: i8| u8::try_from(value).unwrap_or(1);
        date_time_ymd(date.year().into(), part(date.month()), part(date.day()))
    };
    params.not_before = day(jiff::Span::new().days(-1));
    params.not_after = day(jiff::Span::new().years(years).days(days));
}

/// Where the server's certificate comes from.
#[derive(Debug)]
enum Source {
    /// Files of the operator, and when they last changed.
    Files { certificate: PathBuf, key: PathBuf },
    /// The private CA.
    Authority { folder: Folder, names: Vec<String> },
}

/// The certificate in use; asked at each handshake, exchanged by [`Certificates::renew`].
#[derive(Debug)]
pub(crate) struct Certificates {
    source: Source,
    current: RwLock<Current>,
}

#[derive(Debug)]
struct Current {
    key: Arc<CertifiedKey>,
    /// When it was issued, or the last change of its file.
    since: Timestamp,
}

impl Certificates {
    /// From the operator's files, or from the private CA for these names and addresses.
    pub(crate) fn load(
        settings: &Settings,
        folder: &Folder,
        listening: SocketAddr,
        now: Timestamp,
    ) -> Result<Arc<Self>, Failure> {
        let source = if let (Some(certificate), Some(key)) = (&settings.tls.certificate, &settings.tls.key) {
            Source::Files {
                certificate: certificate.clone(),
                key: key.clone(),
            }
        } else {
            make_authority(folder, now)?;
            Source::Authority {
                folder: folder.clone(),
                names: names(settings, listening),
            }
        };
        let current = RwLock::new(source.load(now)?);
        Ok(Arc::new(Self { source, current }))
    }

    /// TLS settings that ask this for the certificate.
    pub(crate) fn server_config(self: &Arc<Self>) -> Result<Arc<ServerConfig>, Failure> {
        let provider = Arc::new(aws_lc_rs::default_provider());
        let builder = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(|error| Failure::failed(format!("TLS: {error}")))?;
        let mut config = builder
            .with_no_client_auth()
            .with_cert_resolver(Arc::clone(self) as Arc<dyn ResolvesServerCert>);
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        Ok(Arc::new(config))
    }

    /// Takes up changed files, or renews what the private CA issued some time ago. On failure the old one stays.
    pub(crate) fn renew(&self, now: Timestamp) {
        let since = self.current.read().unwrap_or_else(PoisonError::into_inner).since;
        if !self.source.is_due(since, now) {
            return;
        }
        match self.source.load(now) {
            Ok(fresh) => {
                *self.current.write().unwrap_or_else(PoisonError::into_inner) = fresh;
                tracing::info!("new TLS certificate in use");
            }
            Err(error) => tracing::error!(%error, "the TLS certificate stays as it is"),
        }
    }
}

/// The names and addresses that a certificate of the private CA is for.
fn names(settings: &Settings, listening: SocketAddr) -> Vec<String> {
    let mut names = vec!["localhost".to_owned(), "127.0.0.1".to_owned(), "::1".to_owned()];
    let address = listening.ip();
    let listening = (!address.is_unspecified()).then(|| address.to_string());
    for name in listening.into_iter().chain(settings.tls.names.iter().cloned()) {
        if !names.contains(&name) {
            names.push(name);
        }
    }
    names
}

impl ResolvesServerCert for Certificates {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(Arc::clone(
            &self.current.read().unwrap_or_else(PoisonError::into_inner).key,
        ))
    }
}

impl Source {
    fn is_due(&self, since: Timestamp, now: Timestamp) -> bool {
        match self {
            Self::Files { certificate, key } => latest_change(certificate, key).is_some_and(|at| at > since),
            Self::Authority { .. } => now.duration_since(since).as_hours() >= RENEW_DAYS * 24,
        }
    }

    fn load(&self, now: Timestamp) -> Result<Current, Failure> {
        match self {
            Self::Files { certificate, key } => {
                let since = latest_change(certificate, key).unwrap_or(now);
                Ok(Current {
                    key: Arc::new(from_files(certificate, key)?),
                    since,
                })
            }
            Self::Authority { folder, names } => Ok(Current {
                key: Arc::new(issue(folder, names, now)?),
                since: now,
            }),
        }
    }
}

fn latest_change(certificate: &Path, key: &Path) -> Option<Timestamp> {
    let changed = |path: &Path| std::fs::metadata(path).and_then(|data| data.modified()).ok();
    let latest = changed(certificate).max(changed(key))?;
    Timestamp::try_from(latest).ok()
}

fn from_files(certificate: &Path, key: &Path) -> Result<CertifiedKey, Failure> {
    let chain = CertificateDer::pem_file_iter(certificate)
        .and_then(Iterator::collect)
        .map_err(|error| Failure::file("read the certificate", certificate, &error))?;
    let private =
        PrivateKeyDer::from_pem_file(key).map_err(|error| Failure::file("read the key", key, &error))?;
    certified(chain, &private).map_err(|error| Failure::file("use the certificate", certificate, &error))
}

fn certified(
    chain: Vec<CertificateDer<'static>>,
    key: &PrivateKeyDer<'static>,
) -> Result<CertifiedKey, rustls::Error> {
    if chain.is_empty() {
        return Err(rustls::Error::General("no certificate in the file".to_owned()));
    }
    let certified = CertifiedKey::new(chain, aws_lc_rs::sign::any_supported_type(key)?);
    certified.keys_match()?;
    Ok(certified)
}

/// Issues a certificate; its key never touches the disk.
fn issue(folder: &Folder, names: &[String], now: Timestamp) -> Result<CertifiedKey, Failure> {
    let (ca, ca_key) = (folder.ca_certificate(), folder.ca_key());
    let read =
        |path: &PathBuf| std::fs::read_to_string(path).map_err(|error| Failure::file("read", path, &error));
    let fault = |error: rcgen::Error| Failure::failed(format!("cannot issue a certificate: {error}"));
    let (ca_text, key_text) = (read(&ca)?, read(&ca_key)?);
    let issuer_key = KeyPair::from_pem(&key_text).map_err(fault)?;
    let issuer = Issuer::from_ca_cert_pem(&ca_text, issuer_key).map_err(fault)?;
    let key = KeyPair::generate().map_err(fault)?;
    let mut params = CertificateParams::new(names.to_vec()).map_err(fault)?;
    params.distinguished_name.push(DnType::CommonName, "Claviger");
    params.use_authority_key_identifier_extension = true;
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    set_validity(&mut params, now, 0, LEAF_DAYS);
    let certificate = params.signed_by(&key, &issuer).map_err(fault)?;
    let private = PrivateKeyDer::try_from(key.serialize_der())
        .map_err(|error| Failure::failed(format!("cannot use the issued key: {error}")))?;
    certified(vec![certificate.der().clone()], &private)
        .map_err(|error| Failure::failed(format!("cannot use the issued certificate: {error}")))
}

/// The host part for a URL of an address.
pub(crate) fn url_host(address: SocketAddr) -> String {
    match address.ip() {
        ip if ip.is_unspecified() => "127.0.0.1".to_owned(),
        IpAddr::V4(ip) => ip.to_string(),
        IpAddr::V6(ip) => format!("[{ip}]"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lost_key_of_the_private_authority_is_not_replaced() {
        let place = tempfile::tempdir().unwrap();
        let folder = Folder::at(place.path());
        let now = "2026-11-21T00:00:00Z".parse().unwrap();
        folder.make().unwrap();
        make_authority(&folder, now).unwrap();
        let first = std::fs::read(folder.ca_certificate()).unwrap();
        make_authority(&folder, now).unwrap();
        assert_eq!(
            std::fs::read(folder.ca_certificate()).unwrap(),
            first,
            "the CA stays"
        );
        std::fs::remove_file(folder.ca_key()).unwrap();
        let fault = make_authority(&folder, now).unwrap_err().to_string();
        assert!(
            fault.contains("ca.key") && fault.contains("bring it back"),
            "{fault}"
        );
        assert_eq!(std::fs::read(folder.ca_certificate()).unwrap(), first);
    }

    #[test]
    fn an_issued_certificate_fits_its_key_and_is_renewed_when_it_is_old() {
        let place = tempfile::tempdir().unwrap();
        let folder = Folder::at(place.path());
        let now: Timestamp = "2026-11-21T00:00:00Z".parse().unwrap();
        folder.make().unwrap();
        let settings = Settings::default();
        let listening = SocketAddr::from(([127, 0, 0, 1], 8443));
        let certificates = Certificates::load(&settings, &folder, listening, now).unwrap();
        let in_use = || certificates.current.read().unwrap().key.cert.clone();
        let first = in_use();
        certificates.renew(now + jiff::SignedDuration::from_hours(24));
        assert_eq!(in_use(), first, "a young certificate stays");
        certificates.renew(now + jiff::SignedDuration::from_hours(RENEW_DAYS * 24));
        assert_ne!(in_use(), first, "an old one is renewed");
    }
}
