//! Operations with key pairs. What costs the library much is compared with the library alone on the server's core,
//! what costs it little with the bare handler; either runs right before the operation.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::{Bench, Sample, generation};
use crate::error::Error;
use crate::kms::{CONNECTIONS, Kms, field};
use crate::library::{Pace, Rsa2048};
use crate::load::Target;
use crate::machine;
use crate::process::Server;
use crate::report::Row;
use crate::requests::{BareRequests, Requests};
use crate::sign::Call;

/// What the answer to a signing call holds.
const SIGNED: &str = "\"Value\":\"";

/// Share of the library's own rate that RSA signatures must reach.
const RSA_TARGET: f64 = 0.90;

/// Share of the bare handler's rate that ECDSA signatures must reach.
const EC_TARGET: f64 = 0.28;

/// What an operation is compared with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Yardstick {
    /// Signatures of the library, without a server.
    Library,
    /// The bare handler.
    Bare,
}

impl Yardstick {
    fn name(self) -> &'static str {
        match self {
            Self::Library => "the library",
            Self::Bare => "bare",
        }
    }
}

/// An operation that is measured.
pub(super) struct Case {
    name: String,
    action: &'static str,
    parameters: Vec<Parameter>,
    /// What a right answer holds.
    needle: String,
    yardstick: Yardstick,
    target: Option<f64>,
}

pub(super) fn run(bench: &mut Bench<'_>) -> Result<(), Error> {
    let server = bench.launch("asymmetric").start(bench.cores)?;
    let target = server.plain()?;
    operations(bench, &server, &target)?;
    generation::run(bench, &server, &target)
}

fn operations(bench: &mut Bench<'_>, server: &Server, target: &Target) -> Result<(), Error> {
    let kms = Kms::new(server, target)?;
    let cases = cases(&kms)?;
    let (bare, library) = (bench.bare.plain()?, Rsa2048::generate()?);
    let mut yardsticks = cases.each_ref().map(|_| Vec::new());
    let mut samples = cases.each_ref().map(|_| Vec::new());
    for _ in 0..bench.options.rounds() {
        for ((case, yardstick), samples) in cases.iter().zip(&mut yardsticks).zip(&mut samples) {
            yardstick.push(match case.yardstick {
                Yardstick::Library => sign_alone(bench, &library)?,
                Yardstick::Bare => {
                    let mut requests = BareRequests::new(&bare);
                    bench.sample(&bench.bare, &bare, CONNECTIONS, &mut requests)?
                }
            });
            samples.push(bench.sample(server, target, CONNECTIONS, &mut case.requests(&kms)?)?);
        }
    }
    let all = |kind: Yardstick| {
        let of_kind = cases
            .iter()
            .zip(&yardsticks)
            .filter(|(case, _)| case.yardstick == kind);
        of_kind
            .flat_map(|(_, samples)| samples.clone())
            .collect::<Vec<_>>()
    };
    let (limits, alone) = (all(Yardstick::Bare), all(Yardstick::Library));
    bench.add(&limits, Sample::row("plain: bare handler", &limits));
    let row = Row {
        load_micros: None,
        ..Sample::row("library: RSA-2048 PSS signatures on the server's core", &alone)
    };
    bench.add(&alone, row);
    for ((case, yardstick), samples) in cases.iter().zip(&yardsticks).zip(samples) {
        bench.add(&samples, case.row(&samples, yardstick));
    }
    Ok(())
}

fn sign_alone(bench: &Bench<'_>, library: &Rsa2048) -> Result<Sample, Error> {
    alone(bench, |length| library.sign(length))
}

/// A library in the server's place, after a short warm-up.
pub(super) fn alone(
    bench: &Bench<'_>,
    work: impl Fn(Duration) -> Result<Pace, Error>,
) -> Result<Sample, Error> {
    let length = bench.options.duration();
    let pace = machine::on_server_core(bench.cores, || {
        work(length / 8)?;
        work(length)
    })??;
    Ok(Sample::from(pace))
}

/// Makes the key pairs; gives the operations with them.
fn cases(kms: &Kms<'_>) -> Result<[Case; 5], Error> {
    const VALID: &str = "\"Value\":true";
    let rsa = Pair::create(kms, "RSA_2048", "SIGN/VERIFY", "RSA_PSS_SHA_256")?;
    let ec = Pair::create(kms, "EC_P256", "SIGN/VERIFY", "ECDSA_SHA_256")?;
    let private = Pair::create(kms, "RSA_2048", "ENCRYPT/DECRYPT", "RSAES_OAEP_SHA_256")?;
    let digest = [digest()];
    let plaintext = [("Plaintext", STANDARD.encode([0x5a; 64]))];
    let opened = plaintext
        .each_ref()
        .map(|(_, text)| format!("\"Plaintext\":\"{text}\""))
        .concat();
    let rsa_signed = rsa.answered(kms, "AsymmetricSign", &digest, "Value")?;
    let ec_signed = ec.answered(kms, "AsymmetricSign", &digest, "Value")?;
    let sealed = private.answered(kms, "AsymmetricEncrypt", &plaintext, "CiphertextBlob")?;
    let verify = |pair: &Pair, [signature]: [Parameter; 1]| {
        let [digest] = digest.clone();
        pair.case("AsymmetricVerify", &[digest, signature], VALID)
    };
    Ok([
        rsa.signing().against_library(Some(RSA_TARGET)),
        private
            .case("AsymmetricDecrypt", &sealed, &opened)
            .against_library(None),
        Case {
            target: Some(EC_TARGET),
            ..ec.signing()
        },
        verify(&rsa, rsa_signed),
        verify(&ec, ec_signed),
    ])
}

/// What is signed.
fn digest() -> Parameter {
    ("Digest", STANDARD.encode([0x5a; 32]))
}

/// Name and value, not escaped.
type Parameter = (&'static str, String);

fn borrowed(parameters: &[Parameter]) -> Vec<(&str, &str)> {
    let pairs = parameters.iter().map(|(name, value)| (*name, value.as_str()));
    pairs.collect()
}

/// A key pair in the server, with what it is used for.
pub(super) struct Pair {
    name: String,
    /// How operations name it and its algorithm.
    parameters: [Parameter; 3],
}

impl Pair {
    fn create(kms: &Kms<'_>, spec: &str, usage: &str, algorithm: &str) -> Result<Self, Error> {
        let key = kms.call("CreateKey", &[("KeySpec", spec), ("KeyUsage", usage)])?;
        Self::of(kms, field(&key, "/KeyMetadata/KeyId")?, spec, algorithm)
    }

    /// The pair of a key that there is.
    pub(super) fn of(kms: &Kms<'_>, key: &str, spec: &str, algorithm: &str) -> Result<Self, Error> {
        let versions = kms.call("ListKeyVersions", &[("KeyId", key)])?;
        let version = field(&versions, "/KeyVersions/KeyVersion/0/KeyVersionId")?;
        Ok(Self {
            name: format!("{spec} {algorithm}"),
            parameters: [
                ("KeyId", key.to_owned()),
                ("KeyVersionId", version.to_owned()),
                ("Algorithm", algorithm.to_owned()),
            ],
        })
    }

    fn with(&self, more: &[Parameter]) -> Vec<Parameter> {
        [self.parameters.as_slice(), more].concat()
    }

    /// One call; gives what the answer calls `name`, as a parameter for another one.
    fn answered(
        &self,
        kms: &Kms<'_>,
        action: &str,
        more: &[Parameter],
        name: &'static str,
    ) -> Result<[Parameter; 1], Error> {
        let answer = kms.call(action, &borrowed(&self.with(more)))?;
        Ok([(name, field(&answer, &format!("/{name}"))?.to_owned())])
    }

    /// Signing a digest.
    pub(super) fn signing(&self) -> Case {
        self.case("AsymmetricSign", &[digest()], SIGNED)
    }

    /// A case without a target, compared with the bare handler.
    fn case(&self, action: &'static str, more: &[Parameter], needle: &str) -> Case {
        Case {
            name: format!("{action} {}", self.name),
            action,
            parameters: self.with(more),
            needle: needle.to_owned(),
            yardstick: Yardstick::Bare,
            target: None,
        }
    }
}

impl Case {
    /// The same, compared with the library.
    pub(super) fn against_library(self, target: Option<f64>) -> Self {
        Self {
            yardstick: Yardstick::Library,
            target,
            ..self
        }
    }

    /// Its name in the table.
    pub(super) fn name(&self) -> &str {
        &self.name
    }

    pub(super) fn requests(&self, kms: &Kms<'_>) -> Result<Requests<'static>, Error> {
        let call = Call {
            action: self.action,
            parameters: &borrowed(&self.parameters),
        };
        kms.repeated(&call, &self.needle)
    }

    pub(super) fn row(&self, samples: &[Sample], yardstick: &[Sample]) -> Row {
        let yardstick = (self.yardstick.name(), yardstick);
        Sample::share(self.name.clone(), samples, yardstick, self.target)
    }
}
