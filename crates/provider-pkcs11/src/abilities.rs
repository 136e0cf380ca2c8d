//! What a token can do: what its list of mechanisms says, and of that what works.

use claviger_model::{EncryptionAlgorithm, HashAlgorithm, KeySpec, SignatureAlgorithm};
use cryptoki::mechanism::{MechanismInfo, MechanismType};

use crate::measure::Measure;
use crate::seat::Seat;
use crate::template;
use crate::trial;
use crate::trouble::Fault;

/// The curves that are tried.
const CURVES: [KeySpec; 4] = [
    KeySpec::EcP256,
    KeySpec::EcP256k,
    KeySpec::EcP384,
    KeySpec::EcP521,
];
const RSA: [KeySpec; 3] = [KeySpec::Rsa2048, KeySpec::Rsa3072, KeySpec::Rsa4096];
/// The hashes that digests for signatures come from.
const HASHES: [HashAlgorithm; 3] = [
    HashAlgorithm::Sha256,
    HashAlgorithm::Sha384,
    HashAlgorithm::Sha512,
];
const OAEP: [EncryptionAlgorithm; 2] = [
    EncryptionAlgorithm::RsaOaep(HashAlgorithm::Sha1),
    EncryptionAlgorithm::RsaOaep(HashAlgorithm::Sha256),
];
const MACS: [(KeySpec, MechanismType); 4] = [
    (KeySpec::HmacSha224, MechanismType::SHA224_HMAC),
    (KeySpec::HmacSha256, MechanismType::SHA256_HMAC),
    (KeySpec::HmacSha384, MechanismType::SHA384_HMAC),
    (KeySpec::HmacSha512, MechanismType::SHA512_HMAC),
];

/// What works.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Abilities {
    /// AES-256-GCM.
    pub(crate) gcm: bool,
    /// Key pairs.
    pub(crate) pairs: Vec<KeySpec>,
    pub(crate) macs: Vec<KeySpec>,
    pub(crate) signatures: Vec<SignatureAlgorithm>,
    pub(crate) encryptions: Vec<EncryptionAlgorithm>,
    /// How RSA pairs unwrap keys.
    pub(crate) wraps: Vec<EncryptionAlgorithm>,
    /// Keys that can be unwrapped and measured.
    pub(crate) imports: Vec<KeySpec>,
    pub(crate) measure: Measure,
}

impl Abilities {
    /// All that is looked for.
    pub(crate) fn most() -> Self {
        let macs = MACS.map(|(spec, _)| spec);
        let by_hash = HASHES.iter().flat_map(|hash| {
            [
                SignatureAlgorithm::Ecdsa(*hash),
                SignatureAlgorithm::RsaPss(*hash),
                SignatureAlgorithm::RsaPkcs1(*hash),
            ]
        });
        Self {
            gcm: true,
            pairs: CURVES.into_iter().chain(RSA).collect(),
            macs: macs.to_vec(),
            signatures: by_hash.collect(),
            encryptions: OAEP.to_vec(),
            wraps: OAEP.into_iter().chain([EncryptionAlgorithm::RsaPkcs1]).collect(),
            imports: macs.into_iter().chain([KeySpec::Aes256]).collect(),
            measure: Measure::Told,
        }
    }

    /// Finds out what the token can do. It makes session objects only, and removes them.
    pub(crate) fn find(seat: &mut Seat) -> Result<Self, Fault> {
        let listed = Mechanisms(seat.mechanisms()?);
        let mut found = Self {
            gcm: false,
            pairs: Vec::new(),
            macs: Vec::new(),
            signatures: Vec::new(),
            encryptions: Vec::new(),
            wraps: Vec::new(),
            imports: Vec::new(),
            measure: Measure::Told,
        };
        found.find_secrets(seat, &listed)?;
        found.find_curves(seat, &listed)?;
        found.find_rsa(seat, &listed)?;
        Ok(found)
    }

    fn find_secrets(&mut self, seat: &mut Seat, listed: &Mechanisms) -> Result<(), Fault> {
        let gcm = listed.has(MechanismType::AES_KEY_GEN, MechanismInfo::generate)
            && listed.has(MechanismType::AES_GCM, MechanismInfo::encrypt)
            && listed.has(MechanismType::AES_GCM, MechanismInfo::decrypt);
        self.gcm = gcm && trial::gcm(seat)?;
        let secrets = listed.has(MechanismType::GENERIC_SECRET_KEY_GEN, MechanismInfo::generate);
        for (spec, mechanism) in MACS {
            if secrets && listed.has(mechanism, MechanismInfo::sign) && trial::mac(seat, spec)? {
                self.macs.push(spec);
            }
        }
        Ok(())
    }

    fn find_curves(&mut self, seat: &mut Seat, listed: &Mechanisms) -> Result<(), Fault> {
        let makes = listed.has(MechanismType::ECC_KEY_PAIR_GEN, MechanismInfo::generate_key_pair);
        if !makes || !listed.has(MechanismType::ECDSA, MechanismInfo::sign) {
            return Ok(());
        }
        for spec in CURVES {
            if trial::curve(seat, spec)? {
                self.pairs.push(spec);
            }
        }
        if !self.pairs.is_empty() {
            self.signatures.extend(HASHES.map(SignatureAlgorithm::Ecdsa));
        }
        Ok(())
    }

    fn find_rsa(&mut self, seat: &mut Seat, listed: &Mechanisms) -> Result<(), Fault> {
        let maker = MechanismType::RSA_PKCS_KEY_PAIR_GEN;
        if !listed.has(maker, MechanismInfo::generate_key_pair) {
            return Ok(());
        }
        let Some(trial) = trial::Rsa::begin(seat)? else {
            return Ok(());
        };
        let mut signatures = Vec::new();
        if listed.has(MechanismType::RSA_PKCS_PSS, MechanismInfo::sign) {
            signatures.extend(HASHES.map(SignatureAlgorithm::RsaPss));
        }
        if listed.has(MechanismType::RSA_PKCS, MechanismInfo::sign) {
            signatures.extend(HASHES.map(SignatureAlgorithm::RsaPkcs1));
        }
        let signatures = keep(signatures, |algorithm| trial.signs(seat, algorithm))?;
        if listed.has(MechanismType::RSA_PKCS_OAEP, MechanismInfo::decrypt) {
            self.encryptions = keep(OAEP.to_vec(), |algorithm| trial.decrypts(seat, algorithm))?;
        }
        if !signatures.is_empty() && !self.encryptions.is_empty() {
            let sizes = RSA.into_iter().filter(|spec| listed.has_size(maker, *spec));
            self.pairs.extend(sizes);
        }
        self.signatures.extend(signatures);
        let mut wraps = Vec::new();
        if listed.has(MechanismType::RSA_PKCS, MechanismInfo::unwrap) {
            wraps.push(EncryptionAlgorithm::RsaPkcs1);
        }
        if listed.has(MechanismType::RSA_PKCS_OAEP, MechanismInfo::unwrap) {
            wraps.extend(OAEP);
        }
        self.find_imports(seat, &trial, wraps)?;
        trial.end(seat);
        Ok(())
    }

    fn find_imports(
        &mut self,
        seat: &mut Seat,
        trial: &trial::Rsa,
        wraps: Vec<EncryptionAlgorithm>,
    ) -> Result<(), Fault> {
        let ciphers: &[KeySpec] = if self.gcm { &[KeySpec::Aes256] } else { &[] };
        let secrets = [ciphers, &self.macs].concat();
        for measure in [Measure::Told, Measure::Weighed] {
            for &algorithm in &wraps {
                let imports = keep(secrets.clone(), |spec| {
                    trial.takes(seat, algorithm, spec, measure)
                })?;
                let Some(&first) = imports.first() else { continue };
                self.wraps = keep(wraps, |algorithm| trial.takes(seat, algorithm, first, measure))?;
                self.imports = imports;
                self.measure = measure;
                return Ok(());
            }
        }
        Ok(())
    }

    /// Whether all that another token can do works here, too.
    pub(crate) fn cover(&self, other: &Self) -> bool {
        let mut common = other.clone();
        common.meet(self);
        common == *other
    }

    /// Keeps what another token can do, too.
    pub(crate) fn meet(&mut self, other: &Self) {
        self.gcm &= other.gcm;
        self.pairs.retain(|spec| other.pairs.contains(spec));
        self.macs.retain(|spec| other.macs.contains(spec));
        self.signatures
            .retain(|algorithm| other.signatures.contains(algorithm));
        self.encryptions
            .retain(|algorithm| other.encryptions.contains(algorithm));
        self.wraps.retain(|algorithm| other.wraps.contains(algorithm));
        let same = self.measure == other.measure;
        self.imports.retain(|spec| same && other.imports.contains(spec));
    }
}

fn keep<T: Copy>(
    candidates: Vec<T>,
    mut works: impl FnMut(T) -> Result<bool, Fault>,
) -> Result<Vec<T>, Fault> {
    let mut kept = Vec::new();
    for candidate in candidates {
        if works(candidate)? {
            kept.push(candidate);
        }
    }
    Ok(kept)
}

/// The list of a token's mechanisms.
struct Mechanisms(Vec<(MechanismType, MechanismInfo)>);

impl Mechanisms {
    fn get(&self, mechanism: MechanismType) -> Option<&MechanismInfo> {
        let entry = self.0.iter().find(|(known, _)| *known == mechanism);
        entry.map(|(_, info)| info)
    }

    fn has(&self, mechanism: MechanismType, can: impl Fn(&MechanismInfo) -> bool) -> bool {
        self.get(mechanism).is_some_and(can)
    }

    /// Whether RSA keys of this size are within the bounds, which are in bits. SOURCE: PKCS #11 version 2.40, current
    /// mechanisms, section 2.1.4.
    fn has_size(&self, mechanism: MechanismType, spec: KeySpec) -> bool {
        let bits = template::rsa_bits(spec).and_then(|bits| usize::try_from(bits).ok());
        let bounds = self
            .get(mechanism)
            .map(|info| info.min_key_size()..=info.max_key_size());
        bits.zip(bounds)
            .is_some_and(|(bits, bounds)| bounds.contains(&bits))
    }
}
