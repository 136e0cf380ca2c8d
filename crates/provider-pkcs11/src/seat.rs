//! A session that is logged in, and what every operation does with it.

use std::sync::Arc;

use claviger_provider::ProviderError;
use claviger_secret::SecretBytes;
use cryptoki::context::Pkcs11;
use cryptoki::error::{Error, Result, RvError};
use cryptoki::mechanism::{MechanismInfo, MechanismType};
use cryptoki::object::{Attribute, AttributeType, ObjectClass, ObjectHandle};
use cryptoki::session::{Session, SessionState, UserType};
use cryptoki::slot::{Slot, TokenInfo};
use cryptoki::types::RawAuthPin;
use quick_cache::sync::Cache;

use crate::module::Live;
use crate::reference::Id;
use crate::trouble::{self, Fault, Trouble};

/// Handles that are remembered per token.
const HANDLES: usize = 50_000;
/// Bytes of a nonce of AES-GCM.
pub(crate) const NONCE_LEN: usize = 12;
/// Nonces that are drawn at a time: a draw costs a third of an encryption.
const NONCES: usize = 64;

/// Handles of one token. They are good for all sessions with it, until one is lost or the module starts anew.
pub(crate) struct Handles {
    pub(crate) epoch: u64,
    known: Cache<Id, ObjectHandle>,
}

impl Handles {
    pub(crate) fn new(epoch: u64) -> Arc<Self> {
        Arc::new(Self {
            epoch,
            known: Cache::new(HANDLES),
        })
    }
}

/// An open session.
pub(crate) struct Seat {
    pub(crate) session: Session,
    context: Pkcs11,
    slot: Slot,
    serial: String,
    handles: Arc<Handles>,
    nonces: Vec<u8>,
}

impl Seat {
    /// Opens a session with the token in this slot and logs in.
    pub(crate) fn open(
        live: &Live,
        (slot, info): &(Slot, TokenInfo),
        pin: &RawAuthPin,
        handles: Arc<Handles>,
    ) -> Result<Self> {
        let context = live.context().ok_or(Error::NotSupported)?.clone();
        let session = context.open_rw_session(*slot)?;
        match session.login_with_raw(UserType::User, pin) {
            Err(Error::Pkcs11(RvError::UserAlreadyLoggedIn, _)) | Ok(()) => {}
            Err(error) => return Err(error),
        }
        Ok(Self {
            session,
            context,
            slot: *slot,
            serial: info.serial_number().to_owned(),
            handles,
            nonces: Vec::new(),
        })
    }

    /// Whether the token is there, the same one, and this session may see its keys. Only then does a search that finds
    /// nothing say anything.
    pub(crate) fn is_whole(&self) -> bool {
        let token = self.context.get_token_info(self.slot);
        let same = token.is_ok_and(|info| info.serial_number() == self.serial && !info.error_state());
        let session = self.session.get_session_info();
        same && session.is_ok_and(|info| matches!(info.session_state(), SessionState::RwUser))
    }

    /// What the token says that it can do.
    pub(crate) fn mechanisms(&self) -> std::result::Result<Vec<(MechanismType, MechanismInfo)>, Fault> {
        let listed = trouble::checked(self.context.get_mechanism_list(self.slot))?;
        let known = listed.into_iter().filter_map(|mechanism| {
            let info = self.context.get_mechanism_info(self.slot, mechanism).ok()?;
            Some((mechanism, info))
        });
        Ok(known.collect())
    }

    /// The result of a call that fails for wrong bytes, which is `refusal`. Modules say little about why they failed;
    /// while the token is whole, it was the bytes.
    pub(crate) fn judged<T>(
        &self,
        result: Result<T>,
        refusal: ProviderError,
    ) -> std::result::Result<T, Fault> {
        result.map_err(|error| match trouble::read(&error) {
            Trouble::Data => Fault::Is(refusal),
            Trouble::Vague if self.is_whole() => Fault::Is(refusal),
            _ => trouble::plain(&error),
        })
    }

    /// Does something with the key of this id. A handle that is not good any more is looked up again.
    pub(crate) fn with_key<T>(
        &mut self,
        id: &Id,
        class: ObjectClass,
        mut work: impl FnMut(&mut Self, ObjectHandle) -> std::result::Result<T, Fault>,
    ) -> std::result::Result<T, Fault> {
        if let Some(handle) = self.handles.known.get(id) {
            match work(self, handle) {
                Err(Fault::Stale) => self.forget(id),
                done => return done,
            }
            let handle = self.look_up(id, class).map_err(|fault| match fault {
                Fault::NotHere => Fault::Doubt,
                fault => fault,
            })?;
            return work(self, handle).map_err(no_longer_stale);
        }
        let handle = self.look_up(id, class)?;
        work(self, handle).map_err(no_longer_stale)
    }

    fn look_up(&self, id: &Id, class: ObjectClass) -> std::result::Result<ObjectHandle, Fault> {
        let template = [
            Attribute::Id(id.to_vec()),
            Attribute::Token(true),
            Attribute::Class(class),
        ];
        match trouble::checked(self.session.find_objects(&template))?.as_slice() {
            [] if self.is_whole() => Err(Fault::NotHere),
            [] => Err(Fault::Away),
            [handle] => {
                self.handles.known.insert(*id, *handle);
                Ok(*handle)
            }
            [..] => {
                tracing::error!("a PKCS#11 token has several keys with the id of one");
                Err(Fault::Is(ProviderError::BadMaterial))
            }
        }
    }

    /// Whether the token finds one key with this id.
    pub(crate) fn finds_one(&self, id: &Id) -> std::result::Result<bool, Fault> {
        let template = [Attribute::Id(id.to_vec()), Attribute::Token(true)];
        Ok(trouble::checked(self.session.find_objects(&template))?.len() == 1)
    }

    /// Remembers the handle of a key that was just made.
    pub(crate) fn remember(&self, id: &Id, handle: ObjectHandle) {
        self.handles.known.insert(*id, handle);
    }

    /// Looks the key up anew next time.
    pub(crate) fn forget(&self, id: &Id) {
        self.handles.known.remove(id);
    }

    /// Destroys every token object of this id, and nothing else.
    pub(crate) fn destroy_all(&self, id: &Id) -> std::result::Result<(), Fault> {
        self.forget(id);
        let template = [Attribute::Id(id.to_vec()), Attribute::Token(true)];
        for handle in trouble::checked(self.session.find_objects(&template))? {
            let found = trouble::checked(self.session.get_attributes(handle, &[AttributeType::Id]))?;
            if !matches!(found.as_slice(), [Attribute::Id(found)] if found == id.as_slice()) {
                tracing::error!("a PKCS#11 token found an object by an id that it does not have");
                return Err(Fault::Away);
            }
            trouble::checked(self.session.destroy_object(handle))?;
        }
        if self.is_whole() { Ok(()) } else { Err(Fault::Away) }
    }

    /// Removes a session object. What fails here is gone with the session.
    pub(crate) fn drop_object(&self, handle: ObjectHandle) {
        if let Err(error) = self.session.destroy_object(handle) {
            tracing::debug!(%error, "a session object stays until its session ends");
        }
    }

    /// A nonce that nobody used.
    pub(crate) fn nonce(&mut self) -> std::result::Result<[u8; NONCE_LEN], Fault> {
        if self.nonces.is_empty() {
            let mut drawn = vec![0; NONCES * NONCE_LEN];
            trouble::checked(self.session.generate_random_slice(&mut drawn))?;
            self.nonces = drawn;
        }
        let left = self.nonces.len().saturating_sub(NONCE_LEN);
        let nonce = self.nonces.split_off(left);
        nonce.try_into().map_err(|_| Fault::Is(ProviderError::Random))
    }

    /// Random bytes of the token.
    pub(crate) fn random(&self, length: usize) -> std::result::Result<SecretBytes, Fault> {
        if length == 0 {
            return Ok(SecretBytes::default());
        }
        SecretBytes::filled(length, |bytes| {
            trouble::checked(self.session.generate_random_slice(bytes))
        })
    }
}

/// A handle that was found a moment ago and means nothing: the token is going away.
fn no_longer_stale(fault: Fault) -> Fault {
    match fault {
        Fault::Stale => Fault::Away,
        fault => fault,
    }
}
