//! The settings of a sink.

use std::fmt;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use crate::address::{Endpoint, Peer};
use crate::shape::CLAVIGER;

/// Makes the struct of the settings, and the table of them that a reference is written from.
macro_rules! settings {
    ($(#[doc = $about:literal])+ $name:ident {
        $($(#[doc = $doc:literal])+ $(#[serde($($serde:tt)+)])? $field:ident: $kind:ty, $shown:literal;)+
    }) => {
        $(#[doc = $about])+
        #[derive(Debug, Clone, Deserialize)]
        #[serde(deny_unknown_fields)]
        pub struct $name {
            $($(#[doc = $doc])+ $(#[serde($($serde)+)])? pub $field: $kind,)+
        }

        /// The settings of a sink for people: name, default and meaning, in Markdown.
        pub const SETTINGS: &[(&str, &str, &str)] = &[
            $((stringify!($field), $shown, concat!($($doc),+)),)+
        ];
    };
}

settings! {
    /// A place that the records of the audit log are shipped to: a `[[audit.sink]]` of the settings.
    SinkConfig {
        /// Its name, of a-z, 0-9 and -, at most 40. The cursor file bears it: a sink that gets another name begins anew.
        name: String, "needed";
        /// `"syslog"` (RFC 5424 over TCP or TLS) or `"webhook"` (HTTP `POST` of JSON lines).
        kind: Kind, "needed";
        /// Syslog: the server, `"host:port"`.
        #[serde(default)]
        address: Option<String>, "needed for syslog";
        /// Syslog: whether over TLS (RFC 5425). Without it records cross the network in the open.
        #[serde(default)]
        tls: Option<bool>, "`true`";
        /// Syslog: the name that messages bear as HOSTNAME.
        #[serde(default)]
        hostname: Option<String>, "the machine's";
        /// Webhook: where to post to. Path and query are kept out of logs, for those that hold a token.
        #[serde(default)]
        url: Option<Url>, "needed for webhook";
        /// Webhook: allows `http://` to other machines than this one.
        #[serde(default)]
        plain_http: bool, "`false`";
        /// Webhook: file with the value of the header `authorization`, such as `Bearer …`.
        #[serde(default)]
        authorization_file: Option<PathBuf>, "none";
        /// Webhook: file with the secret that signs batches: `x-claviger-signature` is then `sha256=` and the HMAC-SHA256 in
        /// hexadecimal digits of the value of `x-claviger-timestamp` (seconds since 1970), a full stop and the body. One line break at
        /// the end of the file is not a part of the secret.
        #[serde(default)]
        secret_file: Option<PathBuf>, "none";
        /// TLS: authorities that may vouch for the server, PEM.
        #[serde(default)]
        ca: Option<PathBuf>, "those that the machine trusts";
        /// TLS: the name that the server's certificate must have.
        #[serde(default)]
        server_name: Option<String>, "the host";
        /// TLS: certificate chain to show to the server, PEM.
        #[serde(default)]
        certificate: Option<PathBuf>, "none";
        /// TLS: key of that certificate, PEM.
        #[serde(default)]
        key: Option<PathBuf>, "none";
        /// How a record is spelled: `"claviger"` as `{"seq":S,"record":R}`.
        #[serde(default = "claviger")]
        shape: String, "`\"claviger\"`";
        /// Where a sink without a cursor begins: `"start"` with the oldest record of the log, `"now"` with the next one.
        #[serde(default)]
        from: Start, "`\"start\"`";
        /// Most records of a batch.
        #[serde(default = "records")]
        batch_records: usize, "`500`";
        /// Size at which a batch is full, in KiB.
        #[serde(default = "kibibytes")]
        batch_kibibytes: usize, "`512`";
    }
}

/// A kind of sink.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// RFC 5424 over TCP or TLS.
    Syslog,
    /// HTTP `POST` of JSON lines.
    Webhook,
}

/// Where a sink without a cursor begins.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Start {
    /// With the oldest record of the log.
    #[default]
    Start,
    /// With the next record.
    Now,
}

/// An address of the web. Its `Debug` stops at the path, which may hold a token.
#[derive(Clone, PartialEq, Eq, Deserialize)]
#[serde(transparent)]
pub struct Url(pub String);

impl fmt::Debug for Url {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match Endpoint::read(&self.0) {
            Some(endpoint) => write!(f, "Url({}/…)", endpoint.label()),
            None => f.write_str("Url(…)"),
        }
    }
}

/// A setting that cannot be.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("sink `{sink}`: {field}: {reason}")]
pub struct Wrong {
    /// Name of the sink, as far as it has one.
    pub sink: String,
    /// The setting.
    pub field: &'static str,
    /// Why not.
    pub reason: String,
}

/// Checks all sinks, and that no two share a name. `shapes` are the shapes that there are beside `claviger`.
///
/// # Errors
/// The first setting that cannot be.
pub fn check(sinks: &[SinkConfig], shapes: &[&str]) -> Result<(), Wrong> {
    for (at, sink) in sinks.iter().enumerate() {
        sink.check(shapes)
            .map_err(|(field, reason)| sink.wrong(field, reason))?;
        if sinks.iter().take(at).any(|other| other.name == sink.name) {
            return Err(sink.wrong("name", "another sink has it".to_owned()));
        }
    }
    Ok(())
}

/// The setting, and why it cannot be.
type Refused = (&'static str, String);

fn refuse<T>(field: &'static str, reason: impl Into<String>) -> Result<T, Refused> {
    Err((field, reason.into()))
}

impl SinkConfig {
    /// Checks what the types cannot say; touches no file. `shapes` are the shapes that there are beside `claviger`.
    ///
    /// # Errors
    /// The setting, and why it cannot be.
    pub fn check(&self, shapes: &[&str]) -> Result<(), (&'static str, String)> {
        let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        if !(1..=40).contains(&self.name.len()) || !self.name.bytes().all(plain) {
            return refuse(
                "name",
                format!("`{}` is not 1 to 40 of a-z, 0-9 and -", self.name),
            );
        }
        let secure = match self.kind {
            Kind::Syslog => self.check_syslog()?,
            Kind::Webhook => self.check_webhook()?,
        };
        self.check_tls(secure)?;
        if self.shape != CLAVIGER && !shapes.contains(&self.shape.as_str()) {
            let known = [&[CLAVIGER], shapes].concat().join("`, `");
            return refuse("shape", format!("`{}` is none of `{known}`", self.shape));
        }
        if !(1..=10_000).contains(&self.batch_records) {
            return refuse("batch_records", "must be 1 to 10000");
        }
        if !(1..=16_384).contains(&self.batch_kibibytes) {
            return refuse("batch_kibibytes", "must be 1 to 16384");
        }
        Ok(())
    }

    /// Whether it is over TLS.
    fn check_syslog(&self) -> Result<bool, Refused> {
        for (field, set) in [
            ("url", self.url.is_some()),
            ("plain_http", self.plain_http),
            ("authorization_file", self.authorization_file.is_some()),
            ("secret_file", self.secret_file.is_some()),
        ] {
            if set {
                return refuse(field, "is for webhooks");
            }
        }
        let Some(address) = &self.address else {
            return refuse("address", "needed with kind = \"syslog\"");
        };
        if Peer::read(address).is_none() {
            return refuse(
                "address",
                format!("`{address}` is no address such as logs.example.com:6514"),
            );
        }
        if let Some(name) = &self.hostname
            && !((1..=255).contains(&name.len()) && name.bytes().all(|byte| byte.is_ascii_graphic()))
        {
            return refuse(
                "hostname",
                format!("`{name}` is not 1 to 255 visible characters of ASCII"),
            );
        }
        Ok(self.over_tls())
    }

    /// Whether it is over TLS.
    fn check_webhook(&self) -> Result<bool, Refused> {
        for (field, set) in [
            ("address", self.address.is_some()),
            ("tls", self.tls.is_some()),
            ("hostname", self.hostname.is_some()),
        ] {
            if set {
                return refuse(field, "is for syslog");
            }
        }
        let Some(Url(url)) = &self.url else {
            return refuse("url", "needed with kind = \"webhook\"");
        };
        let Some(endpoint) = Endpoint::read(url) else {
            return refuse("url", "not an address such as https://siem.example.com/audit");
        };
        if !endpoint.secure && !self.plain_http && !endpoint.peer.is_loopback() {
            return refuse("url", "plain HTTP to another machine needs plain_http = true");
        }
        Ok(endpoint.secure)
    }

    fn check_tls(&self, secure: bool) -> Result<(), Refused> {
        for (field, set) in [
            ("ca", self.ca.is_some()),
            ("server_name", self.server_name.is_some()),
            ("certificate", self.certificate.is_some()),
            ("key", self.key.is_some()),
        ] {
            if set && !secure {
                return refuse(field, "is for TLS, and this sink is without");
            }
        }
        if self.certificate.is_some() != self.key.is_some() {
            return refuse("certificate", "certificate and key go together");
        }
        let name = self.server_name.clone().or_else(|| self.host());
        if secure && name.is_none_or(|name| crate::tls::name(name).is_none()) {
            return refuse("server_name", "not a name that a certificate can have");
        }
        Ok(())
    }

    /// The host that it leads to.
    fn host(&self) -> Option<String> {
        match (&self.address, &self.url) {
            (Some(address), _) => Peer::read(address).map(|peer| peer.host),
            (None, Some(Url(url))) => Endpoint::read(url).map(|endpoint| endpoint.peer.host),
            (None, None) => None,
        }
    }

    /// Whether syslog goes over TLS.
    pub(crate) fn over_tls(&self) -> bool {
        self.tls.unwrap_or(true)
    }

    /// Takes relative paths from `folder`, which is that of the settings file.
    pub fn resolve(&mut self, folder: &Path) {
        let files = [
            &mut self.authorization_file,
            &mut self.secret_file,
            &mut self.ca,
            &mut self.certificate,
            &mut self.key,
        ];
        for file in files.into_iter().flatten() {
            *file = folder.join(&*file);
        }
    }

    pub(crate) fn wrong(&self, field: &'static str, reason: String) -> Wrong {
        Wrong {
            sink: self.name.clone(),
            field,
            reason,
        }
    }
}

fn claviger() -> String {
    CLAVIGER.to_owned()
}

fn records() -> usize {
    500
}

fn kibibytes() -> usize {
    512
}

#[cfg(test)]
mod tests;
