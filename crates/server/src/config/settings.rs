//! The settings themselves. The documentation of each becomes `docs/settings.md`.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use serde::Deserialize;

use super::audit::Audit;
use super::hsm::{Hsm, Pkcs11};
use super::huawei::Huawei;
use super::rates::Rates;
use super::seal::Seal;
use super::section::section;
use super::tls::Tls;

section! {
    /// What the server is and where it listens.
    Server in "server" {
        /// Data folder, made by `claviger init`.
        data: PathBuf = PathBuf::from("."), "the folder of the settings file";
        /// Address for HTTPS.
        https: SocketAddr = SocketAddr::from(([0, 0, 0, 0], 8443)), "`\"0.0.0.0:8443\"`";
        /// Loopback address for plain HTTP; without it there is none.
        http: Option<SocketAddr> = None, "none";
        /// Regions that are served; calls that name none are at home in the first.
        regions: Vec<String> = vec!["cn-hangzhou".to_owned()], "`[\"cn-hangzhou\"]`";
    }
}

section! {
    /// Bounds on what clients may ask for.
    Limits in "limits" {
        /// Longest request body, in bytes.
        body_bytes: usize = 262_144, "`262144`";
        /// Longest request head, in bytes.
        head_bytes: usize = 131_072, "`131072`";
        /// Seconds that a client may take to send a request head, or take nothing of an answer; idle connections end.
        head_seconds: u64 = 60, "`60`";
        /// Seconds that a client may take to send a body.
        body_seconds: u64 = 30, "`30`";
        /// Connections held at a time. Each may hold a body of `body_bytes` in memory. Beyond that, idle ones make room.
        connections: usize = 4096, "`4096`";
        /// Requests served at a time; more are refused as throttled. One whose body is still under way does not count.
        in_flight: usize = 2048, "`2048`";
        /// Seconds that a stop waits for answers under way.
        drain_seconds: u64 = 20, "`20`";
        /// Signature nonces remembered at a time, 10 to 20 bytes each, for half an hour; calls beyond are refused as
        /// throttled.
        nonces: usize = 32_000_000, "`32000000`";
    }
}

section! {
    /// How many things an account may have in a region. The defaults guard against a program that runs away; Alibaba
    /// Cloud allowed 200 keys and 300 aliases in 2021.
    Quotas in "quotas" {
        /// Keys. Those of services are counted by themselves.
        keys: u32 = 10_000_000, "`10000000`";
        /// Aliases.
        aliases: u32 = 10_000_000, "`10000000`";
        /// Versions of one asymmetric key. Those that rotation makes are not bounded.
        versions: u32 = 50, "`50`";
        /// Certificates.
        certificates: u32 = 100_000, "`100000`";
        /// Users, of the whole account as all that follows.
        users: u32 = 10_000, "`10000`";
        /// Groups.
        groups: u32 = 1_000, "`1000`";
        /// Roles.
        roles: u32 = 10_000, "`10000`";
        /// Policies that the account wrote.
        policies: u32 = 100_000, "`100000`";
        /// Versions of one policy.
        policy_versions: u32 = 5, "`5`";
        /// Access keys of one user, of one service, of the account itself.
        access_keys: u32 = 2, "`2`";
        /// Policies on one user, group or role.
        attachments: u32 = 100, "`100`";
        /// Groups that one user is in.
        memberships: u32 = 50, "`50`";
    }
}

/// All settings.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Settings {
    pub(crate) server: Server,
    pub(crate) seal: Seal,
    pub(crate) hsm: Hsm,
    pub(crate) tls: Tls,
    pub(crate) limits: Limits,
    pub(crate) quotas: Quotas,
    pub(crate) rates: Rates,
    pub(crate) audit: Audit,
    pub(crate) huawei: Huawei,
}

/// A setting that cannot be: section, name, reason.
pub(super) type Wrong = (Section, &'static str, String);

/// A section of the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Section {
    /// `[name]`.
    One(&'static str),
    /// A `[[name]]`, counted from 0.
    Of(&'static str, usize),
}

impl From<&'static str> for Section {
    fn from(name: &'static str) -> Self {
        Self::One(name)
    }
}

impl Settings {
    /// Checks what the types cannot say.
    pub(super) fn check(&self) -> Result<(), Wrong> {
        if let Some(http) = self.server.http.filter(|http| !http.ip().is_loopback()) {
            let reason = format!("plain HTTP is for loopback only, and `{http}` is not");
            return Err(("server".into(), "http", reason));
        }
        if self.server.regions.is_empty() {
            return Err((
                "server".into(),
                "regions",
                "at least one region is needed".to_owned(),
            ));
        }
        for region in &self.server.regions {
            region.parse::<claviger_model::Region>().map_err(|_| {
                let reason = format!("`{region}` is not a region: 1 to 40 of a-z, 0-9 and -");
                ("server".into(), "regions", reason)
            })?;
        }
        self.seal.check("seal")?;
        self.hsm.check(&self.server.regions)?;
        self.tls.check()?;
        self.check_limits()?;
        self.audit.check()?;
        self.rates.check()
    }

    /// The same for `claviger hsm`, which needs no more than this.
    pub(super) fn check_hsm(&self) -> Result<(), Wrong> {
        self.hsm.check_process()?;
        match self.hsm.seal {
            Some(_) => Ok(()),
            None => self.seal.check("seal"),
        }
    }

    fn check_limits(&self) -> Result<(), Wrong> {
        let limits = &self.limits;
        let least = [
            ("body_bytes", limits.body_bytes, 16_384),
            ("head_bytes", limits.head_bytes, 70_000),
            ("connections", limits.connections, 1),
            ("in_flight", limits.in_flight, 1),
            ("nonces", limits.nonces, 1_000),
        ];
        for (name, value, least) in least {
            if value < least {
                return Err((
                    "limits".into(),
                    name,
                    format!("`{value}` is below the least, {least}"),
                ));
            }
        }
        for (name, value) in [
            ("head_seconds", limits.head_seconds),
            ("body_seconds", limits.body_seconds),
        ] {
            if value == 0 {
                return Err((
                    "limits".into(),
                    name,
                    "a client needs at least 1 second".to_owned(),
                ));
            }
        }
        Ok(())
    }

    /// The quotas in the form of the service.
    pub(crate) fn quotas(&self) -> claviger_service::Quotas {
        let Quotas {
            keys,
            aliases,
            versions,
            certificates,
            users,
            groups,
            roles,
            policies,
            policy_versions,
            access_keys,
            attachments,
            memberships,
        } = self.quotas;
        claviger_service::Quotas {
            keys,
            aliases,
            versions,
            certificates,
            users,
            groups,
            roles,
            policies,
            policy_versions,
            access_keys,
            attachments,
            memberships,
        }
    }

    /// The rates in the form of the service.
    pub(crate) fn rates(&self) -> claviger_service::Rates {
        self.rates.of_service()
    }

    /// The limits in the form of the front.
    pub(crate) fn front_limits(&self) -> claviger_front::Limits {
        claviger_front::Limits {
            body_bytes: self.limits.body_bytes,
            head_bytes: self.limits.head_bytes,
            head_time: Duration::from_secs(self.limits.head_seconds),
            body_time: Duration::from_secs(self.limits.body_seconds),
            connections: self.limits.connections,
            in_flight: self.limits.in_flight,
            drain_time: Duration::from_secs(self.limits.drain_seconds),
        }
    }
}

/// All settings as Markdown.
pub(crate) fn reference() -> String {
    let mut out = String::from(
        "# Settings\n\nMade by `claviger settings` from the code that reads them; a test keeps this file equal to it.\n\
         Relative paths are taken from the folder of the settings file. An unknown setting is an error.\n",
    );
    Server::reference(&mut out);
    Seal::reference(&mut out);
    Hsm::reference(&mut out);
    Pkcs11::reference(&mut out);
    Tls::reference(&mut out);
    Limits::reference(&mut out);
    Quotas::reference(&mut out);
    Rates::reference(&mut out);
    Huawei::reference(&mut out);
    Audit::reference(&mut out);
    super::audit::sinks(&mut out);
    out
}
