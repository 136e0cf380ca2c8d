//! Where sinks are.

use std::net::IpAddr;

use http::Uri;
use http::uri::Authority;

/// A host and a port.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Peer {
    /// Without brackets.
    pub(crate) host: String,
    pub(crate) port: u16,
}

impl Peer {
    /// Reads `host:port`; an IPv6 address is in brackets.
    pub(crate) fn read(text: &str) -> Option<Self> {
        let authority: Authority = text.parse().ok()?;
        Self::of(&authority, None)
    }

    fn of(authority: &Authority, port: Option<u16>) -> Option<Self> {
        let host = authority.host().trim_start_matches('[').trim_end_matches(']');
        let bare = !authority.as_str().contains('@') && !host.is_empty();
        let port = match authority.port() {
            Some(port) => Some(port.as_u16()).filter(|port| *port > 0),
            None => port,
        };
        Some(Self {
            host: bare.then(|| host.to_owned())?,
            port: port?,
        })
    }

    /// Whether it is this machine, by what is written.
    pub(crate) fn is_loopback(&self) -> bool {
        let ip = self.host.parse::<IpAddr>();
        ip.map_or(self.host == "localhost", |ip| ip.is_loopback())
    }
}

/// What an `http` or `https` address says.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Endpoint {
    pub(crate) secure: bool,
    pub(crate) peer: Peer,
    /// As the header `host` spells it.
    pub(crate) authority: String,
    /// Path and query; may hold a token.
    pub(crate) target: String,
}

impl Endpoint {
    pub(crate) fn read(text: &str) -> Option<Self> {
        let uri: Uri = text.parse().ok()?;
        let secure = match uri.scheme_str()? {
            "https" => true,
            "http" => false,
            _ => return None,
        };
        let authority = uri.authority()?;
        Some(Self {
            secure,
            peer: Peer::of(authority, Some(if secure { 443 } else { 80 }))?,
            authority: authority.as_str().to_owned(),
            target: uri
                .path_and_query()
                .map_or("/", |target| target.as_str())
                .to_owned(),
        })
    }

    /// What people are told: no path, no query.
    pub(crate) fn label(&self) -> String {
        let scheme = if self.secure { "https" } else { "http" };
        format!("{scheme}://{}", self.authority)
    }
}
