//! One token, and the sessions with it.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, OnceLock};

use claviger_secret::SecretBytes;
use cryptoki::slot::{Slot, TokenInfo};
use cryptoki::types::RawAuthPin;

use crate::Pkcs11Error;
use crate::abilities::Abilities;
use crate::found::Found;
use crate::module::{Live, Module, lock};
use crate::place::{Identity, Place};
use crate::queue::{Call, Lane, Queue};
use crate::seat::{Handles, Seat};
use crate::trouble::{self, Trouble};

/// A token that is used, whether or not it is there.
pub(crate) struct Link {
    /// Its number among those that hold the same keys.
    pub(crate) number: usize,
    /// What the operator calls it: label or serial number.
    name: String,
    identity: Arc<OnceLock<Identity>>,
    module: Arc<Module>,
    pin: SecretBytes,
    well: Arc<AtomicBool>,
    /// It may not be used any more: its PIN was refused, which nobody tries again, for tokens lock after a few wrong ones;
    /// or it cannot do what the others can.
    barred: AtomicBool,
    /// Why it was not found when somebody last looked.
    absence: Mutex<Option<String>>,
    found: Arc<Found>,
    /// Whether it was found out what this one can do.
    vetted: AtomicBool,
    handles: Mutex<Arc<Handles>>,
    uses: Queue,
    makes: Queue,
    /// The sessions: the first makes keys, the others use them.
    pub(crate) places: Vec<Arc<Place>>,
}

impl Link {
    /// For a token of this name. It is looked for later.
    pub(crate) fn new(
        module: &Arc<Module>,
        number: usize,
        name: &str,
        pin: &SecretBytes,
        sessions: usize,
        found: &Arc<Found>,
    ) -> Self {
        let identity = Arc::new(OnceLock::new());
        let well = Arc::new(AtomicBool::new(false));
        let place = |_| Arc::new(Place::new(identity.clone(), well.clone()));
        let places = (0..=sessions.max(1)).map(place).collect();
        let link = Self {
            number,
            name: name.to_owned(),
            identity,
            module: module.clone(),
            pin: SecretBytes::copied(pin.expose()),
            well,
            barred: AtomicBool::new(false),
            absence: Mutex::default(),
            found: found.clone(),
            vetted: AtomicBool::new(false),
            handles: Mutex::new(Handles::new(0)),
            uses: Queue::default(),
            makes: Queue::default(),
            places,
        };
        for place in &link.places {
            module.register(place);
        }
        link
    }

    /// Finds the token for the first time, logs in, and finds out what it can do.
    ///
    /// # Errors
    /// [`Pkcs11Error::NotFound`] if it is not there; the others if it never will be of use as it is.
    pub(crate) fn open(&self) -> Result<(Seat, Abilities), Pkcs11Error> {
        let live = self.module.live();
        let token = live.only(&self.name).inspect_err(|error| self.misses(error))?;
        let label = token.1.label().to_owned();
        let seat = Seat::open(&live, &token, &raw(&self.pin), self.handles(live.epoch));
        let mut seat = seat.map_err(|error| refusal(&label, &error))?;
        let fault = |reason: &str| Pkcs11Error::Token {
            token: label.clone(),
            reason: reason.to_owned(),
        };
        if !seat.is_whole() {
            return Err(fault("its user may not see its keys"));
        }
        let found = Abilities::find(&mut seat).map_err(|_| fault("it went away while it was looked at"))?;
        self.is_it(&token.1);
        self.vetted.store(true, Ordering::Relaxed);
        Ok((seat, found))
    }

    /// Its label, as far as that is known.
    pub(crate) fn label(&self) -> &str {
        self.identity.get().map_or(&self.name, |token| &token.label)
    }

    /// Why it was not found, if it was looked for in vain.
    pub(crate) fn absence(&self) -> Option<String> {
        lock(&self.absence).clone()
    }

    /// Where calls wait.
    pub(crate) fn queue(&self, lane: Lane) -> &Queue {
        match lane {
            Lane::Use => &self.uses,
            Lane::Make => &self.makes,
        }
    }

    /// Takes a call, or gives it back where too many wait.
    pub(crate) fn push(&self, call: Call) -> Result<(), Call> {
        self.queue(call.lane).push(call)
    }

    /// Lets the threads end.
    pub(crate) fn close(&self) {
        self.uses.close();
        self.makes.close();
    }

    /// Whether the token was there when somebody last looked.
    pub(crate) fn is_well(&self) -> bool {
        self.well.load(Ordering::Relaxed)
    }

    /// A session was lost. What is known of handles is not to be trusted any more.
    pub(crate) fn lost(&self) {
        if self.well.swap(false, Ordering::Relaxed) {
            tracing::warn!(token = self.label(), "the PKCS#11 token is away");
        }
        let mut handles = lock(&self.handles);
        *handles = Handles::new(handles.epoch);
    }

    /// Opens a session in its place; whether it did. It does not while the token is away.
    pub(crate) fn connect(&self, place: &Place) -> bool {
        let mut live = self.module.live();
        let seat = self.session(&mut live);
        let open = seat.is_some();
        // Nobody may initialise the module anew while there is a session that is in no place yet.
        *lock(&place.seat) = seat;
        open
    }

    fn session(&self, live: &mut Live) -> Option<Seat> {
        if self.barred.load(Ordering::Relaxed) {
            return None;
        }
        let token = match self.find(live) {
            Some(token) => token,
            None if self.module.renew(live, self.serial()) => self.find(live)?,
            None => return None,
        };
        let handles = self.handles(live.epoch);
        let mut seat = match Seat::open(live, &token, &raw(&self.pin), handles) {
            Ok(seat) => seat,
            Err(error) => {
                self.refused(&error);
                return None;
            }
        };
        if !seat.is_whole() || !self.vet(&mut seat, &token.1) {
            return None;
        }
        self.is_it(&token.1);
        Some(seat)
    }

    /// Lets the module look at the token with fresh eyes, if that disturbs nobody.
    pub(crate) fn renew(&self) {
        let mut live = self.module.live();
        self.module.renew(&mut live, self.serial());
    }

    /// Notes that it is there.
    fn is_it(&self, info: &TokenInfo) {
        self.identity.get_or_init(|| Identity {
            label: info.label().to_owned(),
            serial: info.serial_number().to_owned(),
        });
        *lock(&self.absence) = None;
        if !self.well.swap(true, Ordering::Relaxed) {
            tracing::info!(token = self.label(), "the PKCS#11 token is there");
        }
    }

    /// Finds out what a token can do that comes for the first time. One that can do less than those before it is of no
    /// use: what is offered stays offered.
    fn vet(&self, seat: &mut Seat, info: &TokenInfo) -> bool {
        if self.vetted.load(Ordering::Relaxed) {
            return true;
        }
        let Ok(abilities) = Abilities::find(seat) else {
            return false;
        };
        if let Err(reason) = self.found.admit(info.label(), &abilities) {
            self.barred.store(true, Ordering::Relaxed);
            let token = info.label();
            tracing::error!(token, "the PKCS#11 token came late and is not used: {reason}");
            return false;
        }
        self.vetted.store(true, Ordering::Relaxed);
        true
    }

    fn refused(&self, error: &cryptoki::error::Error) {
        if trouble::read(error) == Trouble::Pin {
            self.barred.store(true, Ordering::Relaxed);
            tracing::error!(token = self.label(), %error, "the PKCS#11 token does not take the PIN");
        }
    }

    /// Its serial number; nothing before it was first there.
    fn serial(&self) -> &str {
        self.identity.get().map_or("", |token| &token.serial)
    }

    fn find(&self, live: &Live) -> Option<(Slot, TokenInfo)> {
        let Some(token) = self.identity.get() else {
            return live.only(&self.name).inspect_err(|error| self.misses(error)).ok();
        };
        let mut named = live.named(&token.serial);
        named.retain(|(_, info)| info.label() == token.label);
        named.pop()
    }

    /// Tells once why it is not found.
    fn misses(&self, error: &Pkcs11Error) {
        let (mut absence, reason) = (lock(&self.absence), error.to_string());
        if absence.as_deref() != Some(&*reason) {
            tracing::warn!(token = self.name, "{reason}; it is looked for until it comes");
            *absence = Some(reason);
        }
    }

    /// The handles of this initialisation of the module.
    fn handles(&self, epoch: u64) -> Arc<Handles> {
        let mut handles = lock(&self.handles);
        if handles.epoch != epoch {
            *handles = Handles::new(epoch);
        }
        handles.clone()
    }
}

pub(crate) fn raw(pin: &SecretBytes) -> RawAuthPin {
    RawAuthPin::new(pin.expose().to_vec())
}

/// Why a token was not opened.
pub(crate) fn refusal(token: &str, error: &cryptoki::error::Error) -> Pkcs11Error {
    let (token, reason) = (token.to_owned(), error.to_string());
    match trouble::read(error) {
        Trouble::Pin => Pkcs11Error::Pin { token, reason },
        _ => Pkcs11Error::Token { token, reason },
    }
}
