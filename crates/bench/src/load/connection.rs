//! Where requests go, and one kept-alive connection to it.

use std::io::{self, ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream, ToSocketAddrs as _};
use std::os::fd::{AsFd, BorrowedFd};
use std::path::Path;
use std::sync::Arc;

use tokio_rustls::rustls::pki_types::pem::PemObject as _;
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName};
use tokio_rustls::rustls::{ClientConfig, ClientConnection, RootCertStore};

use super::answer::{self, Answer};
use super::{Load, Script, Until};
use crate::error::Error;

/// Room for one answer: a page of the audit trail is the longest.
const INBOX: usize = 128 * 1024;

/// One door of a server.
pub(crate) struct Target {
    address: SocketAddr,
    /// What stands in the `Host` header.
    pub(crate) host: String,
    tls: Option<(Arc<ClientConfig>, ServerName<'static>)>,
}

impl Target {
    /// A plain HTTP door, given as URL or as `host:port`.
    pub(crate) fn plain(endpoint: &str) -> Result<Self, Error> {
        let host = authority(endpoint);
        let mut addresses = host
            .to_socket_addrs()
            .map_err(Error::system(format!("resolve `{host}`")))?;
        let address = addresses
            .next()
            .ok_or_else(|| Error::Unfit(format!("`{host}` has no address")))?;
        Ok(Self {
            address,
            host: host.to_owned(),
            tls: None,
        })
    }

    /// An HTTPS door whose certificate is trusted through `ca_file`.
    pub(crate) fn secure(endpoint: &str, ca_file: &Path) -> Result<Self, Error> {
        let mut roots = RootCertStore::empty();
        let certificates =
            CertificateDer::pem_file_iter(ca_file).map_err(|error| Error::Tls(error.to_string()))?;
        for certificate in certificates {
            roots.add(certificate.map_err(|error| Error::Tls(error.to_string()))?)?;
        }
        let config = ClientConfig::builder()
            .with_root_certificates(roots)
            .with_no_client_auth();
        let plain = Self::plain(endpoint)?;
        let name = plain
            .host
            .rsplit_once(':')
            .map_or(plain.host.as_str(), |(name, _)| name)
            .to_owned();
        let name = ServerName::try_from(name).map_err(|error| Error::Tls(error.to_string()))?;
        Ok(Self {
            tls: Some((Arc::new(config), name)),
            ..plain
        })
    }

    /// Sends one request on a connection of its own and gives status and body.
    pub(crate) fn call(&self, request: Vec<u8>) -> Result<(u16, Vec<u8>), Error> {
        let mut once = Once {
            request,
            answer: (0, Vec::new()),
        };
        Load::connect(self, 1)?.closed(&mut once, Until::Count(1))?;
        Ok(once.answer)
    }

    /// Fails unless a GET of `path` is answered with 200.
    pub(crate) fn probe(&self, path: &str) -> Result<(), Error> {
        let request = format!("GET {path} HTTP/1.1\r\nHost: {}\r\n\r\n", self.host);
        match self.call(request.into_bytes())? {
            (200, _) => Ok(()),
            (status, _) => Err(Error::Protocol(format!("answered {status} to GET {path}"))),
        }
    }
}

fn authority(endpoint: &str) -> &str {
    let endpoint = endpoint.split_once("://").map_or(endpoint, |(_, rest)| rest);
    endpoint.trim_end_matches('/')
}

/// A script of one request that keeps the answer.
struct Once {
    request: Vec<u8>,
    answer: (u16, Vec<u8>),
}

impl Script for Once {
    fn request(&mut self, out: &mut Vec<u8>) {
        out.append(&mut self.request);
    }

    fn accepts(&mut self, answer: &Answer<'_>) -> bool {
        self.answer = (answer.status, answer.body.to_vec());
        true
    }
}

/// One connection with at most one request on its way.
pub(super) struct Connection {
    stream: TcpStream,
    tls: Option<Box<ClientConnection>>,
    /// The request that is built or was sent last.
    pub(super) out: Vec<u8>,
    inbox: Vec<u8>,
    filled: usize,
}

impl Connection {
    /// Connects, and shakes hands where there is TLS. Does not block from then on.
    pub(super) fn open(target: &Target) -> Result<Self, Error> {
        let connecting = || format!("connect to {}", target.address);
        let mut stream = TcpStream::connect(target.address).map_err(Error::system(connecting()))?;
        stream.set_nodelay(true).map_err(Error::system(connecting()))?;
        let mut tls = None;
        if let Some((config, name)) = &target.tls {
            let mut session = ClientConnection::new(Arc::clone(config), name.clone())?;
            while session.is_handshaking() {
                session
                    .complete_io(&mut stream)
                    .map_err(Error::system(connecting()))?;
            }
            tls = Some(Box::new(session));
        }
        stream
            .set_nonblocking(true)
            .map_err(Error::system(connecting()))?;
        Ok(Self {
            stream,
            tls,
            out: Vec::new(),
            inbox: vec![0; INBOX],
            filled: 0,
        })
    }

    /// Sends what stands in `out`.
    pub(super) fn send(&mut self) -> Result<(), Error> {
        self.filled = 0;
        let sent = match &mut self.tls {
            // The last answer has been read, so the socket's buffer is empty and takes a request whole.
            None => self.stream.write_all(&self.out),
            Some(session) => send_tls(session, &mut self.stream, &self.out),
        };
        sent.map_err(Error::system("send a request"))
    }

    /// Takes what has arrived; gives the answer once it is whole.
    pub(super) fn receive(&mut self) -> Result<Option<Answer<'_>>, Error> {
        let room = self.inbox.get_mut(self.filled..).unwrap_or_default();
        if room.is_empty() {
            return Err(Error::Protocol(format!(
                "sent an answer of more than {INBOX} bytes"
            )));
        }
        let received = match &mut self.tls {
            None => self.stream.read(room),
            Some(session) => receive_tls(session, &mut self.stream, room),
        };
        match received {
            Ok(0) => return Err(Error::Protocol("closed a connection that was in use".to_owned())),
            Ok(count) => self.filled += count,
            Err(error) if error.kind() == ErrorKind::WouldBlock => {}
            Err(error) => return Err(Error::system("receive an answer")(error)),
        }
        let bytes = self.inbox.get(..self.filled).unwrap_or_default();
        answer::read(bytes).map_err(|problem| Error::Protocol(problem.to_owned()))
    }
}

impl AsFd for Connection {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.stream.as_fd()
    }
}

fn send_tls(session: &mut ClientConnection, stream: &mut TcpStream, bytes: &[u8]) -> io::Result<()> {
    session.writer().write_all(bytes)?;
    while session.wants_write() {
        session.write_tls(stream)?;
    }
    Ok(())
}

/// One read of the socket, whatever it holds. `WouldBlock` means that no plaintext came out of it yet.
fn receive_tls(session: &mut ClientConnection, stream: &mut TcpStream, room: &mut [u8]) -> io::Result<usize> {
    session.read_tls(stream)?;
    session.process_new_packets().map_err(io::Error::other)?;
    session.reader().read(room)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn endpoints_come_as_url_or_as_host_and_port() {
        assert_eq!(authority("http://127.0.0.1:8080/"), "127.0.0.1:8080");
        assert_eq!(authority("127.0.0.1:8080"), "127.0.0.1:8080");
    }
}
