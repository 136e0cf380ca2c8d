//! Keys of the managed HSM at the server, in the same rounds as software keys.

use std::thread::sleep;
use std::time::{Duration, Instant};

use super::SM2_TARGET;
use crate::error::Error;
use crate::kms::{CONNECTIONS, Kms, Work, field};
use crate::library::{Rsa2048, Sm2};
use crate::load::Target;
use crate::parts::asymmetric::{Case, Pair, alone};
use crate::parts::{Bench, Sample};
use crate::process::Server;
use crate::report::Row;
use crate::requests::Choice;
use crate::sign::Scheme;

/// Share of the rate of software keys that Encrypt must reach.
const TARGET: f64 = 0.75;

/// How long the HSM may take to come up.
const PATIENCE: Duration = Duration::from_secs(30);
const PAUSE: Duration = Duration::from_millis(100);

const SYMMETRIC: (&str, &str) = ("KeySpec", "Aliyun_AES_256");

pub(super) fn run(bench: &mut Bench<'_>) -> Result<(), Error> {
    let server = bench.launch("providers").start(bench.cores)?;
    let target = server.plain()?;
    let kms = Kms::new(&server, &target)?;
    let keys = [
        vec![key(&kms, &[SYMMETRIC])?],
        vec![key_in_hsm(&kms, &[SYMMETRIC])?],
    ];
    let tasks = [(Work::Encrypt, Some(TARGET)), (Work::Decrypt, None)];
    for (work, target_share) in tasks {
        ciphers(bench, (&server, &target), &kms, &keys, work, target_share)?;
    }
    signatures(bench, &server, &target, &kms)
}

/// The same operation with a key of each kind.
fn ciphers(
    bench: &mut Bench<'_>,
    (server, target): (&Server, &Target),
    kms: &Kms<'_>,
    keys: &[Vec<String>; 2],
    work: Work,
    share: Option<f64>,
) -> Result<(), Error> {
    let mut samples = [Vec::new(), Vec::new()];
    for _ in 0..bench.options.rounds() {
        for (keys, samples) in keys.iter().zip(&mut samples) {
            let mut requests = kms.work(Scheme::Rpc, work, keys, Choice::First)?;
            samples.push(bench.sample(server, target, CONNECTIONS, &mut requests)?);
        }
    }
    let [software, hsm] = samples;
    let name = work.name();
    bench.add(&software, Sample::row(format!("{name}, software key"), &software));
    let row = Sample::share(format!("{name}, HSM key"), &hsm, ("software", &software), share);
    bench.add(&hsm, row);
    Ok(())
}

/// Signatures by key pairs in the HSM, and by the libraries that it uses.
fn signatures(bench: &mut Bench<'_>, server: &Server, target: &Target, kms: &Kms<'_>) -> Result<(), Error> {
    let [rsa, ec, sm2] = cases(kms)?;
    let (rsa_library, sm2_library) = (Rsa2048::generate()?, Sm2::new()?);
    let (mut rsa_alone, mut sm2_alone) = (Vec::new(), Vec::new());
    let (mut rsa_signed, mut ec_signed, mut sm2_signed) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..bench.options.rounds() {
        let sign = |case: &Case| bench.sample(server, target, CONNECTIONS, &mut case.requests(kms)?);
        rsa_alone.push(alone(bench, |length| rsa_library.sign(length))?);
        rsa_signed.push(sign(&rsa)?);
        ec_signed.push(sign(&ec)?);
        sm2_alone.push(alone(bench, |length| sm2_library.sign(length))?);
        sm2_signed.push(sign(&sm2)?);
    }
    for (name, samples) in [("RSA-2048 PSS", &rsa_alone), ("SM2", &sm2_alone)] {
        bench.add(samples, library_row(name, samples));
    }
    bench.add(&rsa_signed, rsa.row(&rsa_signed, &rsa_alone));
    bench.add(&ec_signed, Sample::row(ec.name(), &ec_signed));
    bench.add(&sm2_signed, sm2.row(&sm2_signed, &sm2_alone));
    Ok(())
}

fn library_row(name: &str, samples: &[Sample]) -> Row {
    Row {
        load_micros: None,
        ..Sample::row(
            format!("library: {name} signatures on the server's core"),
            samples,
        )
    }
}

/// Makes the key pairs.
fn cases(kms: &Kms<'_>) -> Result<[Case; 3], Error> {
    let case = |spec: &str, algorithm: &str, target| {
        let key = key_in_hsm(kms, &[("KeySpec", spec), ("KeyUsage", "SIGN/VERIFY")])?;
        let pair = Pair::of(kms, &key, &format!("{spec} in the HSM,"), algorithm)?;
        Ok::<_, Error>(pair.signing().against_library(target))
    };
    Ok([
        case("RSA_2048", "RSA_PSS_SHA_256", None)?,
        case("EC_P256", "ECDSA_SHA_256", None)?,
        case("EC_SM2", "SM2DSA", Some(SM2_TARGET))?,
    ])
}

fn key(kms: &Kms<'_>, parameters: &[(&str, &str)]) -> Result<String, Error> {
    let made = kms.call("CreateKey", parameters)?;
    Ok(field(&made, "/KeyMetadata/KeyId")?.to_owned())
}

/// Makes a key in the HSM, which may not be up yet.
fn key_in_hsm(kms: &Kms<'_>, parameters: &[(&str, &str)]) -> Result<String, Error> {
    let parameters = [parameters, &[("ProtectionLevel", "HSM")]].concat();
    let start = Instant::now();
    loop {
        match key(kms, &parameters) {
            Err(Error::Refused { .. }) if start.elapsed() < PATIENCE => sleep(PAUSE),
            made => return made,
        }
    }
}
