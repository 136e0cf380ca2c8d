//! Certificates, read.
//!
//! SOURCE: RFC 5280, sections 4.1 and 4.2.1.

use std::fmt::{self, Write as _};

use claviger_model::{SignatureAlgorithm, Timestamp};
use x509_cert::{
    AlgorithmIdentifier, TbsCertificate,
    der::{self, Decode, Encode, Reader, SliceReader, asn1::BitString},
    ext::pkix::{AuthorityKeyIdentifier, BasicConstraints, KeyUsage, SubjectAltName, SubjectKeyIdentifier},
    time::Time,
};

use crate::{
    CertificateError, LONGEST_PEM,
    algorithm::{self, Scheme},
    alternative, name, pem,
};

/// An X.509 certificate. Nothing about it is believed: its signature is only looked at by
/// [`check_chain`](crate::check_chain), and its times by nobody here.
#[derive(Clone)]
pub struct Certificate {
    der: Vec<u8>,
    signed: Vec<u8>,
    tbs: TbsCertificate,
    algorithm: AlgorithmIdentifier,
    signature: BitString,
    public_key: Vec<u8>,
    extensions: Extensions,
}

/// The extensions that matter here.
#[derive(Clone)]
struct Extensions {
    constraints: Option<BasicConstraints>,
    usage: Option<KeyUsage>,
    subject_key: Option<Vec<u8>>,
    authority_key: Option<Vec<u8>>,
    alternative_names: Vec<String>,
}

/// A certificate that may issue others.
pub(crate) struct Authority {
    /// How many authorities may stand between it and the leaf, if it says so.
    pub(crate) most_below: Option<u8>,
}

impl Certificate {
    /// Reads the one certificate of a PEM text of at most 64 KiB. Text around it, lines of any length and blocks of
    /// other kinds are passed over, as OpenSSL does; a private key is an error.
    ///
    /// # Errors
    /// [`CertificateError`] if there is not exactly one certificate, or it is damaged.
    pub fn from_pem(text: &str) -> Result<Self, CertificateError> {
        match Self::chain_from_pem(text) {
            Ok(mut all) if all.len() == 1 => all.pop().ok_or(CertificateError::Missing),
            Ok(_) | Err(CertificateError::Count) => Err(CertificateError::Several),
            Err(error) => Err(error),
        }
    }

    /// Reads the certificates of a PEM text in their order, at least one and at most ten, with the tolerance of
    /// [`from_pem`](Self::from_pem). Whether they make a chain is not looked at.
    ///
    /// # Errors
    /// [`CertificateError`] if there is none, there are too many, or one is damaged.
    pub fn chain_from_pem(text: &str) -> Result<Vec<Self>, CertificateError> {
        pem::certificates(text)?
            .into_iter()
            .zip(1..)
            .map(|(der, number)| Self::read(der).map_err(|_| CertificateError::Encoding { number }))
            .collect()
    }

    /// Reads a certificate in DER of at most 64 KiB.
    ///
    /// # Errors
    /// [`CertificateError::Length`] or [`CertificateError::Encoding`].
    pub fn from_der(der: &[u8]) -> Result<Self, CertificateError> {
        if der.len() > LONGEST_PEM {
            return Err(CertificateError::Length);
        }
        Self::read(der.to_vec()).map_err(|_| CertificateError::Encoding { number: 1 })
    }

    fn read(der: Vec<u8>) -> der::Result<Self> {
        let mut reader = SliceReader::new(&der)?;
        let (signed, algorithm, signature) = reader.sequence(|parts| {
            let signed = parts.tlv_bytes()?.to_vec();
            Ok::<_, der::Error>((
                signed,
                AlgorithmIdentifier::decode(parts)?,
                BitString::decode(parts)?,
            ))
        })?;
        reader.finish()?;
        let tbs = TbsCertificate::from_der(&signed)?;
        // The algorithm stands outside of what is signed too, and must be the same there.
        if *tbs.signature() != algorithm || signature.has_unused_bits() {
            return Err(der::Tag::Sequence.value_error().into());
        }
        Ok(Self {
            public_key: tbs.subject_public_key_info().to_der()?,
            extensions: Extensions::read(&tbs)?,
            der,
            signed,
            tbs,
            algorithm,
            signature,
        })
    }

    /// The certificate in DER, as it was read.
    pub fn to_der(&self) -> &[u8] {
        &self.der
    }

    /// The certificate in PEM, `-----BEGIN CERTIFICATE-----`, lines of 64 characters, a newline at the end.
    pub fn to_pem(&self) -> String {
        pem::write("CERTIFICATE", &self.der)
    }

    /// The subject as text of RFC 2253, such as `CN=example.com,O=Example\, Inc.,C=CN`; empty if there is none.
    pub fn subject(&self) -> String {
        name::text(self.tbs.subject())
    }

    /// The issuer as text of RFC 2253.
    pub fn issuer(&self) -> String {
        name::text(self.tbs.issuer())
    }

    /// The serial number in lower-case hexadecimal digits, two a byte, without leading zero bytes.
    pub fn serial(&self) -> String {
        let bytes = self.tbs.serial_number().as_bytes();
        match bytes {
            [0, rest @ ..] if !rest.is_empty() => hex(rest),
            all => hex(all),
        }
    }

    /// From when on the certificate is valid.
    pub fn not_before(&self) -> Timestamp {
        timestamp(self.tbs.validity().not_before)
    }

    /// Until when the certificate is valid. A time after the last that a [`Timestamp`] can hold, such as the end of
    /// the year 9999, which stands for "never", becomes that last.
    pub fn not_after(&self) -> Timestamp {
        timestamp(self.tbs.validity().not_after)
    }

    /// The name of the algorithm that the issuer signed with, such as `sha256WithRSAEncryption`, `rsassaPss` or
    /// `ecdsa-with-SHA256`; for one without a name here, its object identifier in dots.
    pub fn signature_algorithm(&self) -> String {
        algorithm::name(&self.algorithm)
    }

    /// The algorithm that the issuer signed with, hash included; `None` for those that cannot be checked here.
    pub fn signed_with(&self) -> Option<SignatureAlgorithm> {
        self.scheme().map(Scheme::model)
    }

    /// The key identifier of the subject in lower-case hexadecimal digits, if the certificate has one.
    pub fn subject_key_identifier(&self) -> Option<String> {
        self.extensions.subject_key.as_deref().map(hex)
    }

    /// The public key as `SubjectPublicKeyInfo` in DER.
    pub fn public_key_der(&self) -> &[u8] {
        &self.public_key
    }

    /// The alternative names of the subject: DNS names, IP addresses, e-mail addresses, URIs and directory names as
    /// text, registered object identifiers in dots. Names of other kinds are left out.
    pub fn subject_alternative_names(&self) -> &[String] {
        &self.extensions.alternative_names
    }

    /// Whether this certificate's subject is the issuer of `other`.
    pub(crate) fn is_named_as_issuer_of(&self, other: &Self) -> bool {
        name::same(self.tbs.subject(), other.tbs.issuer())
    }

    /// Whether subject and issuer are the same name.
    pub(crate) fn is_self_issued(&self) -> bool {
        self.is_named_as_issuer_of(self)
    }

    /// Whether the certificate says that it is signed by its own key.
    pub(crate) fn claims_own_signature(&self) -> bool {
        let other_key = match (&self.extensions.authority_key, &self.extensions.subject_key) {
            (Some(authority), Some(subject)) => authority != subject,
            _ => false,
        };
        self.is_self_issued() && !other_key
    }

    /// What the certificate allows as an issuer; `None` if it may not be one.
    ///
    /// SOURCE: RFC 5280, section 6.1.4, steps k to n.
    pub(crate) fn authority(&self) -> Option<Authority> {
        let constraints = self.extensions.constraints.as_ref()?;
        let may_sign = self.extensions.usage.is_none_or(|usage| usage.key_cert_sign());
        (constraints.ca && may_sign).then_some(Authority {
            most_below: constraints.path_len_constraint,
        })
    }

    /// The way it was signed, if that can be checked here.
    pub(crate) fn scheme(&self) -> Option<Scheme> {
        Scheme::of(&self.algorithm)
    }

    /// What the issuer signed, and the signature.
    pub(crate) fn signed(&self) -> (&[u8], &[u8]) {
        (&self.signed, self.signature.raw_bytes())
    }
}

impl Extensions {
    fn read(tbs: &TbsCertificate) -> der::Result<Self> {
        let names = tbs.get_extension::<SubjectAltName>()?.map(|(_, names)| names.0);
        let texts = names
            .iter()
            .flatten()
            .filter_map(|name| alternative::text(name).transpose());
        let authority_key = tbs.get_extension::<AuthorityKeyIdentifier>()?;
        Ok(Self {
            constraints: tbs.get_extension()?.map(|(_, constraints)| constraints),
            usage: tbs.get_extension()?.map(|(_, usage)| usage),
            subject_key: tbs
                .get_extension::<SubjectKeyIdentifier>()?
                .map(|(_, key)| key.0.as_bytes().to_vec()),
            authority_key: authority_key
                .and_then(|(_, key)| key.key_identifier)
                .map(|key| key.as_bytes().to_vec()),
            alternative_names: texts.collect::<der::Result<_>>()?,
        })
    }
}

impl PartialEq for Certificate {
    fn eq(&self, other: &Self) -> bool {
        self.der == other.der
    }
}

impl Eq for Certificate {}

impl fmt::Debug for Certificate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Certificate({} by {})", self.subject(), self.issuer())
    }
}

fn timestamp(time: Time) -> Timestamp {
    let seconds = i64::try_from(time.to_unix_duration().as_secs());
    seconds.map_or(Timestamp::MAX, |seconds| {
        Timestamp::from_second(seconds).unwrap_or(Timestamp::MAX)
    })
}

fn hex(bytes: &[u8]) -> String {
    bytes
        .iter()
        .fold(String::with_capacity(bytes.len() * 2), |mut out, byte| {
            // INVARIANT: writing to a string does not fail.
            let _ = write!(out, "{byte:02x}");
            out
        })
}
