//! A running server, asked over HTTPS with signed requests.
//!
//! SOURCE: vendor page "Request syntax and signature method V3" (read 2026-11-21): ACS3-HMAC-SHA256 over the headers and
//! the hash of the body; parameters go in a form body, which keeps documents out of request targets.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use claviger_model::{Clock as _, Random as _, SystemClock};
use claviger_signing::query::Params;
use claviger_signing::{Hash, SigningKeys, acs, encode};
use http::{Method, Request, StatusCode, Uri};
use http_body_util::{BodyExt as _, Full, Limited};
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper_util::rt::TokioIo;
use serde::Deserialize;
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::crypto::aws_lc_rs;
use tokio_rustls::rustls::pki_types::pem::PemObject as _;
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName};
use tokio_rustls::rustls::{ClientConfig, RootCertStore};

use super::credentials::{self, Credentials};
use super::reach::{CallFault, Facts};
use super::task::Call;
use crate::ids::NameRandom;
use crate::output::{Failure, absolute};

/// How long a call may take.
const PATIENCE: Duration = Duration::from_secs(60);
/// Longest answer that is read, in bytes: a page of a thousand entries is below a megabyte.
const ANSWER_LIMIT: usize = 16 << 20;
/// What a connection leads to where no port is named.
const HTTPS_PORT: u16 = 443;
/// What the server is told of the program, and its audit records tell.
const AGENT: &str = concat!("claviger admin/", env!("CARGO_PKG_VERSION"));
const FORM: &str = "application/x-www-form-urlencoded";

/// A server, and an access key for it.
pub(super) struct Online {
    /// Where the access key is from, for what people are told.
    file: String,
    access_key_id: String,
    keys: SigningKeys,
    facts: Facts,
    address: Address,
    tls: TlsConnector,
    connection: Option<SendRequest<Full<Bytes>>>,
}

/// Where the server is.
struct Address {
    /// Without brackets.
    host: String,
    port: u16,
    /// As the header `host` spells it.
    authority: String,
    name: ServerName<'static>,
}

/// An error as the server spells it.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Refused {
    code: String,
    message: String,
}

impl Online {
    /// Nothing is sent yet.
    pub(super) fn new(file: &Path, endpoint: Option<&str>, ca: Option<&Path>) -> Result<Self, Failure> {
        let found: Credentials = credentials::read(file)?;
        let mut facts = found.facts;
        let missing = |what: &str, option: &str| {
            let name = file.display();
            Failure::usage(format!("`{name}` has no `{what}`; name it with {option}"))
        };
        if let Some(endpoint) = endpoint {
            facts.https_endpoint = Some(endpoint.trim_end_matches('/').to_owned());
        }
        let endpoint = facts.https_endpoint.as_deref();
        let address = Address::read(endpoint.ok_or_else(|| missing("https_endpoint", "--endpoint"))?)?;
        let ca = ca.or(facts.ca_file.as_deref().map(Path::new));
        let ca = ca.ok_or_else(|| missing("ca_file", "--ca"))?;
        let tls = connector(ca)?;
        facts.ca_file = Some(absolute(ca).display().to_string());
        Ok(Self {
            file: file.display().to_string(),
            access_key_id: found.access_key_id,
            keys: SigningKeys::new(found.access_key_secret.expose()),
            facts,
            address,
            tls,
            connection: None,
        })
    }

    pub(super) fn facts(&self) -> &Facts {
        &self.facts
    }

    pub(super) async fn call(
        &mut self,
        call: &Call,
        parameters: &[(String, String)],
    ) -> Result<Vec<u8>, CallFault> {
        let request = self.request(call, parameters)?;
        let sent = tokio::time::timeout(PATIENCE, self.send(request)).await;
        let (status, body) = sent.map_err(|_| {
            let seconds = PATIENCE.as_secs();
            self.failed(&format!("no answer within {seconds} seconds"))
        })??;
        if status == StatusCode::OK {
            return Ok(body);
        }
        match serde_json::from_slice(&body) {
            Ok(refused) => Err(self.refused(refused)),
            Err(_) => Err(self.failed(&format!("it answered {status}")).into()),
        }
    }

    fn request(&self, call: &Call, parameters: &[(String, String)]) -> Result<Request<Full<Bytes>>, Failure> {
        let pairs = parameters
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()));
        let form = Params::from_pairs(pairs).map_err(|error| Failure::usage(error.to_string()))?;
        let body = encode::query(&form).into_bytes();
        let mut nonce = [0; 16];
        NameRandom
            .fill(&mut nonce)
            .map_err(|error| Failure::failed(error.to_string()))?;
        let mut headers = vec![
            ("content-type", FORM.to_owned()),
            ("host", self.address.authority.clone()),
            ("user-agent", AGENT.to_owned()),
            ("x-acs-action", call.action.to_owned()),
            ("x-acs-content-sha256", Hash::Sha256.hex_digest(&body)),
            (
                "x-acs-date",
                SystemClock.now().strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
            ),
            (
                "x-acs-signature-nonce",
                uuid::Uuid::from_bytes(nonce).simple().to_string(),
            ),
            ("x-acs-version", call.api.version().to_owned()),
        ];
        headers.push(("authorization", self.authorization(&headers, &body)?));
        let mut request = Request::builder().method(Method::POST).uri("/");
        for (name, value) in headers {
            request = request.header(name, value);
        }
        request
            .body(Full::new(body.into()))
            .map_err(|error| Failure::failed(format!("cannot make the request: {error}")))
    }

    fn authorization(&self, headers: &Vec<(&str, String)>, body: &[u8]) -> Result<String, Failure> {
        let mut names: Vec<_> = headers.iter().map(|(name, _)| *name).collect();
        names.sort_unstable();
        let request = acs::Request {
            method: "POST",
            path: "/",
            query: &Params::new(),
            headers,
            body,
        };
        let key = self.keys.acs3(Hash::Sha256);
        acs::sign(key, &self.access_key_id, None, &names.join(";"), &request).map_err(|refusal| {
            Failure::usage(format!("the credentials `{}` cannot sign: {refusal}", self.file))
        })
    }

    /// Sends it, on the connection of the call before where that is still open.
    async fn send(&mut self, request: Request<Full<Bytes>>) -> Result<(StatusCode, Vec<u8>), Failure> {
        let mut connection = match self.reusable().await {
            Some(connection) => connection,
            None => self.connect().await?,
        };
        let fault = |error: &dyn std::error::Error| self.failed(&crate::seal::chain(error));
        let answer = connection
            .send_request(request)
            .await
            .map_err(|error| fault(&error))?;
        let status = answer.status();
        let body = Limited::new(answer.into_body(), ANSWER_LIMIT).collect().await;
        let body = body.map_err(|error| fault(error.as_ref()))?.to_bytes();
        self.connection = Some(connection);
        Ok((status, body.into()))
    }

    async fn reusable(&mut self) -> Option<SendRequest<Full<Bytes>>> {
        let mut connection = self.connection.take()?;
        connection.ready().await.is_ok().then_some(connection)
    }

    async fn connect(&self) -> Result<SendRequest<Full<Bytes>>, Failure> {
        let Address { host, port, name, .. } = &self.address;
        let socket = TcpStream::connect((host.as_str(), *port))
            .await
            .map_err(|error| {
                let advice = "does the server run? For one that does not there are --data and --config";
                self.failed(&format!("{error}; {advice}"))
            })?;
        let stream = self.tls.connect(name.clone(), socket).await.map_err(|error| {
            let ca = self.facts.ca_file.as_deref().unwrap_or_default();
            self.failed(&format!("{error}; the certificates trusted are those of `{ca}`"))
        })?;
        let (sender, connection) = handshake(TokioIo::new(stream))
            .await
            .map_err(|error| self.failed(&crate::seal::chain(&error)))?;
        // It ends with the sender.
        tokio::spawn(connection);
        Ok(sender)
    }

    fn failed(&self, what: &str) -> Failure {
        Failure::failed(format!("cannot ask https://{}: {what}", self.address.authority))
    }

    /// The server knows nothing of the file, and answers a wrong signature with the text that it signed itself.
    fn refused(&self, Refused { code, message }: Refused) -> CallFault {
        let (file, id) = (&self.file, &self.access_key_id);
        let message = match code.as_str() {
            "SignatureDoesNotMatch" => format!("the secret in `{file}` is not that of access key `{id}`"),
            "InvalidAccessKeyId.NotFound" => {
                format!("the server knows no access key `{id}`, which is that of `{file}`")
            }
            "InvalidAccessKeyId.Inactive" => format!("access key `{id}` of `{file}` is disabled"),
            _ => message,
        };
        CallFault::Refused { code, message }
    }
}

impl Address {
    fn read(endpoint: &str) -> Result<Self, Failure> {
        let wrong = || {
            Failure::usage(format!(
                "`{endpoint}` is no address such as https://kms.example.com:8443"
            ))
        };
        let uri: Uri = endpoint.parse().map_err(|_| wrong())?;
        let bare = uri.path() == "/" && uri.query().is_none();
        if uri.scheme_str() != Some("https") || !bare {
            return Err(wrong());
        }
        let authority = uri
            .authority()
            .filter(|authority| !authority.as_str().contains('@'));
        let authority = authority.ok_or_else(wrong)?;
        let host = authority.host().trim_start_matches('[').trim_end_matches(']');
        Ok(Self {
            host: host.to_owned(),
            port: authority.port_u16().unwrap_or(HTTPS_PORT),
            authority: authority.as_str().to_owned(),
            name: ServerName::try_from(host.to_owned()).map_err(|_| wrong())?,
        })
    }
}

fn connector(ca: &Path) -> Result<TlsConnector, Failure> {
    let name = ca.display();
    let fault = |error: &dyn std::fmt::Display| Failure::usage(format!("cannot trust `{name}`: {error}"));
    let mut roots = RootCertStore::empty();
    let certificates = CertificateDer::pem_file_iter(ca).map_err(|error| fault(&error))?;
    for certificate in certificates {
        let certificate = certificate.map_err(|error| fault(&error))?;
        roots.add(certificate).map_err(|error| fault(&error))?;
    }
    if roots.is_empty() {
        return Err(fault(&"there is no certificate in it"));
    }
    let config = ClientConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(|error| Failure::failed(format!("TLS: {error}")))?;
    let config = config.with_root_certificates(roots).with_no_client_auth();
    Ok(TlsConnector::from(Arc::new(config)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_https_and_nothing_more() {
        for (text, host, port) in [
            ("https://127.0.0.1:8443", "127.0.0.1", 8443),
            ("https://kms.example.com/", "kms.example.com", 443),
            ("https://[::1]:1", "::1", 1),
        ] {
            let address = Address::read(text).unwrap_or_else(|failure| panic!("{failure}"));
            assert_eq!((address.host.as_str(), address.port), (host, port));
        }
        for wrong in [
            "http://127.0.0.1:8080",
            "127.0.0.1:8443",
            "https://",
            "https://a@b",
            "https://host/path",
            "https://host/?a=b",
            "https://under_score!/",
            "",
        ] {
            assert!(Address::read(wrong).is_err(), "{wrong}");
        }
    }
}
