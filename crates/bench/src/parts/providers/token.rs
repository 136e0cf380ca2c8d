//! A PKCS#11 token: the provider over it, and a loop over its bare functions.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use claviger_model::SystemClock;
use claviger_provider_pkcs11::{DEFAULT_PATIENCE, DEFAULT_SESSIONS, Pkcs11Provider, Settings};
use claviger_secret::SecretBytes;
use cryptoki::context::Pkcs11;
use cryptoki::error::{Error as TokenError, RvError};
use cryptoki::mechanism::aead::GcmParams;
use cryptoki::mechanism::rsa::{PkcsMgfType, PkcsPssParams};
use cryptoki::mechanism::{Mechanism, MechanismType};
use cryptoki::object::{Attribute, ObjectHandle};
use cryptoki::session::{Session, UserType};
use cryptoki::types::AuthPin;

use super::job::{ADDITIONAL, DIGEST, Job, PLAINTEXT};
use super::managed::failed;
use crate::error::Error;
use crate::library::{Pace, repeated};
use crate::softhsm::{LABEL, PIN};

/// The curve P-256 as DER. SOURCE: RFC 5480, section 2.1.1.1.
const P256: [u8; 10] = [0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07];

/// The provider.
pub(super) fn provider(module: &Path) -> Result<Pkcs11Provider, Error> {
    let settings = Settings {
        module: module.to_owned(),
        tokens: vec![LABEL.to_owned()],
        pin: SecretBytes::copied(PIN.as_bytes()),
        sessions: DEFAULT_SESSIONS,
        patience: DEFAULT_PATIENCE,
    };
    Pkcs11Provider::open(&settings, Arc::new(SystemClock)).map_err(failed("use the token"))
}

/// A session of one thread, with keys that stay in the token as those of the provider do.
pub(super) struct Raw {
    session: Session,
    secret: ObjectHandle,
    rsa: ObjectHandle,
    ec: ObjectHandle,
    body: Vec<u8>,
}

impl Raw {
    /// Opens a session. The provider has to be there already: it makes the module ready, which is done once in a
    /// process.
    pub(super) fn open(module: &Path) -> Result<Self, Error> {
        Self::begin(module).map_err(failed("use the bare token"))
    }

    fn begin(module: &Path) -> Result<Self, TokenError> {
        let context = Pkcs11::new(module)?;
        // The end of the last handle would end the module for the provider, too.
        std::mem::forget(context.clone());
        let slots = context.get_slots_with_initialized_token()?;
        let slot = slots.first().ok_or(TokenError::NotSupported)?;
        let session = context.open_rw_session(*slot)?;
        match session.login(UserType::User, Some(&AuthPin::new(PIN.into()))) {
            // As it is for one session, so it is for all.
            Err(TokenError::Pkcs11(RvError::UserAlreadyLoggedIn, _)) | Ok(()) => {}
            Err(error) => return Err(error),
        }
        let secret = [kept(), vec![Attribute::ValueLen(32.into())], cipher()].concat();
        let rsa = vec![
            Attribute::ModulusBits(2048.into()),
            Attribute::PublicExponent(vec![1, 0, 1]),
        ];
        let pair = |mechanism, public: &[Attribute]| {
            let private = [kept(), vec![Attribute::Sign(true)]].concat();
            let made = session.generate_key_pair(&mechanism, public, &private);
            made.map(|(_, private)| private)
        };
        let mut raw = Self {
            secret: session.generate_key(&Mechanism::AesKeyGen, &secret)?,
            rsa: pair(Mechanism::RsaPkcsKeyPairGen, &rsa)?,
            ec: pair(Mechanism::EccKeyPairGen, &[Attribute::EcParams(P256.to_vec())])?,
            body: Vec::new(),
            session,
        };
        raw.body = raw.encrypt(0)?;
        Ok(raw)
    }

    /// Does a job again and again, on the calling thread. Nothing if tokens do not offer it.
    pub(super) fn repeat(&self, job: Job, duration: Duration) -> Result<Option<Pace>, Error> {
        let mut count = 0_u64;
        let mut once = || {
            count += 1;
            match job {
                Job::Encrypt => self.encrypt(count),
                Job::Decrypt => self.decrypt(),
                Job::Rsa => self.session.sign(&pss(), self.rsa, &DIGEST),
                Job::Ec | Job::Sm2 => self.session.sign(&Mechanism::Ecdsa, self.ec, &DIGEST),
            }
        };
        if job == Job::Sm2 {
            return Ok(None);
        }
        repeated(duration, || {
            once().map(drop).map_err(failed("use the bare token"))
        })
        .map(Some)
    }

    fn encrypt(&self, count: u64) -> Result<Vec<u8>, TokenError> {
        let mut nonce = nonce(count);
        let params = GcmParams::new(&mut nonce, &ADDITIONAL, 128.into())?;
        self.session
            .encrypt(&Mechanism::AesGcm(params), self.secret, &PLAINTEXT)
    }

    fn decrypt(&self) -> Result<Vec<u8>, TokenError> {
        let mut nonce = nonce(0);
        let params = GcmParams::new(&mut nonce, &ADDITIONAL, 128.into())?;
        self.session
            .decrypt(&Mechanism::AesGcm(params), self.secret, &self.body)
    }
}

fn nonce(count: u64) -> [u8; 12] {
    let mut nonce = [0; 12];
    if let Some(end) = nonce.last_chunk_mut() {
        *end = count.to_be_bytes();
    }
    nonce
}

fn pss() -> Mechanism<'static> {
    Mechanism::RsaPkcsPss(PkcsPssParams {
        hash_alg: MechanismType::SHA256,
        mgf: PkcsMgfType::MGF1_SHA256,
        s_len: 32.into(),
    })
}

/// Attributes of what never leaves the token.
fn kept() -> Vec<Attribute> {
    vec![
        Attribute::Token(true),
        Attribute::Private(true),
        Attribute::Sensitive(true),
        Attribute::Extractable(false),
    ]
}

fn cipher() -> Vec<Attribute> {
    vec![Attribute::Encrypt(true), Attribute::Decrypt(true)]
}
