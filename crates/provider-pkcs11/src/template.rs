//! What tokens are told about keys that they make.
//!
//! Everything that keys must not do is said as well: tokens differ in what they take for granted.

use claviger_model::{Family, KeySpec};
use cryptoki::mechanism::Mechanism;
use cryptoki::object::{Attribute, KeyType, ObjectClass};

use crate::der;
use crate::reference::Id;

/// Whether an object stays, and under which name.
#[derive(Clone)]
pub(crate) enum Stay {
    /// For good.
    Token {
        id: Id,
        /// For operators who look at the token.
        label: String,
    },
    /// Until the session ends.
    Session,
}

impl Stay {
    fn attributes(&self) -> Vec<Attribute> {
        match self {
            Self::Token { id, label } => vec![
                Attribute::Token(true),
                Attribute::Id(id.to_vec()),
                Attribute::Label(label.clone().into_bytes()),
            ],
            Self::Session => vec![Attribute::Token(false)],
        }
    }
}

/// A secret key that is made in the token.
pub(crate) fn secret(stay: &Stay, spec: KeySpec) -> Option<Vec<Attribute>> {
    let len = u64::try_from(spec.secret_len()?).ok()?;
    let mut template = kept(stay, spec, false);
    template.push(Attribute::ValueLen(len.into()));
    Some(template)
}

/// A secret key that comes in wrapped. `wrappable`: whether another key may wrap it, which is for session objects that
/// are measured so.
pub(crate) fn unwrapped(stay: &Stay, spec: KeySpec, wrappable: bool) -> Vec<Attribute> {
    let kind = match spec.family() {
        Family::Cipher => KeyType::AES,
        _ => KeyType::GENERIC_SECRET,
    };
    let mut template = kept(stay, spec, wrappable);
    template.extend([
        Attribute::Class(ObjectClass::SECRET_KEY),
        Attribute::KeyType(kind),
    ]);
    template
}

fn kept(stay: &Stay, spec: KeySpec, wrappable: bool) -> Vec<Attribute> {
    let cipher = spec.family() == Family::Cipher;
    let mut template = stay.attributes();
    template.extend([
        Attribute::Private(true),
        Attribute::Sensitive(true),
        Attribute::Extractable(wrappable),
        Attribute::Encrypt(cipher),
        Attribute::Decrypt(cipher),
        Attribute::Sign(!cipher),
        Attribute::Verify(!cipher),
        Attribute::Wrap(false),
        Attribute::Unwrap(false),
        Attribute::Derive(false),
    ]);
    template
}

/// An AES key that wraps others, for a moment.
pub(crate) fn scale() -> Vec<Attribute> {
    let mut template = Stay::Session.attributes();
    template.extend([
        Attribute::Private(true),
        Attribute::Sensitive(true),
        Attribute::Extractable(false),
        Attribute::Encrypt(false),
        Attribute::Decrypt(false),
        Attribute::Wrap(true),
        Attribute::Unwrap(false),
        Attribute::ValueLen(32.into()),
    ]);
    template
}

/// How secret keys of this spec are made.
pub(crate) fn secret_mechanism(spec: KeySpec) -> Mechanism<'static> {
    match spec.family() {
        Family::Cipher => Mechanism::AesKeyGen,
        _ => Mechanism::GenericSecretKeyGen,
    }
}

/// What the private half of a pair is for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Duty {
    /// To sign, and to decrypt where the algorithm can.
    Use,
    /// To unwrap imports, and nothing else: what it unwraps stays in the token.
    Unwrap,
    /// All of it, for trials.
    Everything,
}

/// Both halves of a pair that is made in the token. The public half does not stay: the reference holds it.
pub(crate) struct PairTemplate {
    pub(crate) mechanism: Mechanism<'static>,
    pub(crate) public: Vec<Attribute>,
    pub(crate) private: Vec<Attribute>,
}

pub(crate) fn pair(stay: &Stay, spec: KeySpec, duty: Duty) -> Option<PairTemplate> {
    let uses = duty != Duty::Unwrap;
    let unwraps = duty != Duty::Use;
    let mut public = Stay::Session.attributes();
    public.push(Attribute::Private(false));
    let mut private = stay.attributes();
    private.extend([
        Attribute::Private(true),
        Attribute::Sensitive(true),
        Attribute::Extractable(false),
        Attribute::Sign(uses),
    ]);
    public.push(Attribute::Verify(uses));
    let mechanism = if let Some(bits) = rsa_bits(spec) {
        public.extend([
            Attribute::ModulusBits(bits.into()),
            Attribute::PublicExponent(vec![1, 0, 1]),
            Attribute::Encrypt(uses),
            Attribute::Wrap(unwraps),
        ]);
        private.extend([Attribute::Decrypt(uses), Attribute::Unwrap(unwraps)]);
        Mechanism::RsaPkcsKeyPairGen
    } else {
        public.push(Attribute::EcParams(der::curve(spec)?));
        private.push(Attribute::Derive(false));
        Mechanism::EccKeyPairGen
    };
    Some(PairTemplate {
        mechanism,
        public,
        private,
    })
}

/// Bits of the modulus.
pub(crate) fn rsa_bits(spec: KeySpec) -> Option<u64> {
    match spec {
        KeySpec::Rsa2048 => Some(2048),
        KeySpec::Rsa3072 => Some(3072),
        KeySpec::Rsa4096 => Some(4096),
        _ => None,
    }
}
