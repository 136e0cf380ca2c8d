//! Operations with key pairs. What costs the library much is compared with the library alone on the server's core,
//! what costs it little with the bare handler; either runs right before the operation.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::{Bench, Sample, generation};
use crate::error::Error;
use crate::kms::{CONNECTIONS, Kms, field};
use crate::library::Rsa2048;
use crate::load::Target;
use crate::machine;
use crate::process::Server;
use crate::report::{Row, Verdict};
use crate::requests::{BareRequests, Requests};
use crate::sign::Call;

/// Share of the library's own rate that RSA signatures must reach.
const RSA_TARGET: f64 = 0.90;

/// Share of the bare handler's rate that ECDSA signatures must reach.
const EC_TARGET: f64 = 0.28;

/// What an operation is compared with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Yardstick {
    /// RSA-2048 signatures of the library, without a server.
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
struct Case {
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
    let (mut limits, mut alone) = (Vec::new(), Vec::new());
    let mut samples = cases.each_ref().map(|_| Vec::new());
    for _ in 0..bench.options.rounds() {
        for (case, samples) in cases.iter().zip(&mut samples) {
            match case.yardstick {
                Yardstick::Library => alone.push(sign_alone(bench, &library)?),
                Yardstick::Bare => {
                    let mut requests = BareRequests::new(&bare);
                    limits.push(bench.sample(&bench.bare, &bare, CONNECTIONS, &mut requests)?);
                }
            }
            samples.push(bench.sample(server, target, CONNECTIONS, &mut case.requests(&kms)?)?);
        }
    }
    bench.add(&limits, Sample::row("plain: bare handler", &limits));
    let row = Row {
        load_micros: None,
        ..Sample::row("library: RSA-2048 PSS signatures on the server's core", &alone)
    };
    bench.add(&alone, row);
    for (case, samples) in cases.iter().zip(samples) {
        let yardstick = match case.yardstick {
            Yardstick::Library => &alone,
            Yardstick::Bare => &limits,
        };
        bench.add(&samples, case.row(&samples, yardstick));
    }
    Ok(())
}

/// The library in the server's place.
fn sign_alone(bench: &Bench<'_>, library: &Rsa2048) -> Result<Sample, Error> {
    let length = bench.options.duration();
    let signatures = machine::on_server_core(bench.cores, || {
        library.sign(length / 8)?;
        library.sign(length)
    })??;
    Ok(Sample {
        rate: signatures.rate,
        server_micros: signatures.micros,
        ..Sample::default()
    })
}

/// Makes the key pairs; gives the operations with them.
fn cases(kms: &Kms<'_>) -> Result<[Case; 5], Error> {
    const SIGNED: &str = "\"Value\":\"";
    const VALID: &str = "\"Value\":true";
    let rsa = Pair::create(kms, "RSA_2048", "SIGN/VERIFY", "RSA_PSS_SHA_256")?;
    let ec = Pair::create(kms, "EC_P256", "SIGN/VERIFY", "ECDSA_SHA_256")?;
    let private = Pair::create(kms, "RSA_2048", "ENCRYPT/DECRYPT", "RSAES_OAEP_SHA_256")?;
    let digest = [("Digest", STANDARD.encode([0x5a; 32]))];
    let plaintext = [("Plaintext", STANDARD.encode([0x5a; 64]))];
    let opened = plaintext
        .each_ref()
        .map(|(_, text)| format!("\"Plaintext\":\"{text}\""))
        .concat();
    let rsa_signed = rsa.answered(kms, "AsymmetricSign", &digest, "Value")?;
    let ec_signed = ec.answered(kms, "AsymmetricSign", &digest, "Value")?;
    let sealed = private.answered(kms, "AsymmetricEncrypt", &plaintext, "CiphertextBlob")?;
    let sign = |pair: &Pair| pair.case("AsymmetricSign", &digest, SIGNED);
    let verify = |pair: &Pair, [signature]: [Parameter; 1]| {
        let [digest] = digest.clone();
        pair.case("AsymmetricVerify", &[digest, signature], VALID)
    };
    Ok([
        Case {
            yardstick: Yardstick::Library,
            target: Some(RSA_TARGET),
            ..sign(&rsa)
        },
        Case {
            yardstick: Yardstick::Library,
            ..private.case("AsymmetricDecrypt", &sealed, &opened)
        },
        Case {
            target: Some(EC_TARGET),
            ..sign(&ec)
        },
        verify(&rsa, rsa_signed),
        verify(&ec, ec_signed),
    ])
}

/// Name and value, not escaped.
type Parameter = (&'static str, String);

fn borrowed(parameters: &[Parameter]) -> Vec<(&str, &str)> {
    let pairs = parameters.iter().map(|(name, value)| (*name, value.as_str()));
    pairs.collect()
}

/// A key pair in the server, with what it is used for.
struct Pair {
    name: String,
    /// How operations name it and its algorithm.
    parameters: [Parameter; 3],
}

impl Pair {
    fn create(kms: &Kms<'_>, spec: &str, usage: &str, algorithm: &str) -> Result<Self, Error> {
        let key = kms.call("CreateKey", &[("KeySpec", spec), ("KeyUsage", usage)])?;
        let key = field(&key, "/KeyMetadata/KeyId")?;
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
    fn requests(&self, kms: &Kms<'_>) -> Result<Requests<'static>, Error> {
        let call = Call {
            action: self.action,
            parameters: &borrowed(&self.parameters),
        };
        kms.repeated(&call, &self.needle)
    }

    fn row(&self, samples: &[Sample], yardstick: &[Sample]) -> Row {
        let row = Sample::row(self.name.clone(), samples);
        let limit = Sample::row("", yardstick).rate.unwrap_or(f64::INFINITY);
        let ratio = row.rate.unwrap_or_default() / limit;
        // As for the hot path: this second ratio stays what it is where others use the machine too.
        let cpu = Sample::cpu(yardstick) / Sample::cpu(samples);
        let name = self.yardstick.name();
        Row {
            measured: format!("{ratio:.2} of {name}, by processor time {cpu:.2}"),
            target: self
                .target
                .map_or_else(String::new, |target| format!(">= {target:.2}")),
            verdict: self.target.map(|target| Verdict::from(ratio >= target)),
            ..row
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn case(target: Option<f64>) -> Case {
        Case {
            name: "a case".to_owned(),
            action: "AsymmetricSign",
            parameters: Vec::new(),
            needle: String::new(),
            yardstick: Yardstick::Library,
            target,
        }
    }

    fn samples(rates: &[f64], server_micros: f64) -> Vec<Sample> {
        let sample = |rate: &f64| Sample {
            rate: *rate,
            server_micros,
            ..Sample::default()
        };
        rates.iter().map(sample).collect()
    }

    #[test]
    fn the_ratio_is_that_of_the_middle_rates() {
        let (ours, alone) = (
            samples(&[10.0, 95.0, 99.0], 500.0),
            samples(&[1.0, 100.0, 900.0], 400.0),
        );
        let row = case(Some(0.90)).row(&ours, &alone);
        assert_eq!(row.measured, "0.95 of the library, by processor time 0.80");
        assert_eq!(
            (row.target.as_str(), row.verdict),
            (">= 0.90", Some(Verdict::Good))
        );
        assert_eq!(case(Some(0.96)).row(&ours, &alone).verdict, Some(Verdict::Missed));
    }

    #[test]
    fn without_a_target_there_is_no_verdict() {
        let row = case(None).row(&samples(&[1.0], 1.0), &samples(&[2.0], 1.0));
        assert_eq!((row.target.as_str(), row.verdict), ("", None));
    }
}
