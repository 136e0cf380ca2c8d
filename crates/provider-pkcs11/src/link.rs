//! One token, and the sessions with it.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use claviger_secret::SecretBytes;
use cryptoki::slot::{Slot, TokenInfo};
use cryptoki::types::RawAuthPin;

use crate::Pkcs11Error;
use crate::module::{Live, Module, lock};
use crate::place::Place;
use crate::queue::{Call, Lane, Queue};
use crate::seat::{Handles, Seat};
use crate::trouble::{self, Trouble};

/// A token that is used.
pub(crate) struct Link {
    /// Its number among those that hold the same keys.
    pub(crate) number: usize,
    pub(crate) label: String,
    serial: Arc<str>,
    module: Arc<Module>,
    pin: SecretBytes,
    well: Arc<AtomicBool>,
    /// The PIN was refused. Nobody tries it again: tokens lock after a few wrong ones.
    barred: AtomicBool,
    handles: Mutex<Arc<Handles>>,
    uses: Queue,
    makes: Queue,
    /// The sessions: the first makes keys, the others use them.
    pub(crate) places: Vec<Arc<Place>>,
}

impl Link {
    /// Finds the token and logs in. Gives a first session, too.
    pub(crate) fn open(
        module: &Arc<Module>,
        number: usize,
        name: &str,
        pin: &SecretBytes,
        sessions: usize,
    ) -> Result<(Self, Seat), Pkcs11Error> {
        let live = module.live();
        let token = live.only(name)?;
        let label = token.1.label().to_owned();
        let serial: Arc<str> = token.1.serial_number().into();
        let handles = Handles::new(live.epoch);
        let seat =
            Seat::open(&live, &token, &raw(pin), handles.clone()).map_err(|error| refusal(&label, &error))?;
        if !seat.is_whole() {
            return Err(Pkcs11Error::Token {
                token: label,
                reason: "its user may not see its keys".to_owned(),
            });
        }
        let well = Arc::new(AtomicBool::new(true));
        let places = (0..=sessions.max(1)).map(|_| Arc::new(Place::new(serial.clone(), well.clone())));
        let link = Self {
            number,
            label,
            module: module.clone(),
            pin: SecretBytes::copied(pin.expose()),
            barred: AtomicBool::new(false),
            handles: Mutex::new(handles),
            uses: Queue::default(),
            makes: Queue::default(),
            places: places.collect(),
            serial,
            well,
        };
        for place in &link.places {
            module.register(place);
        }
        Ok((link, seat))
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
            tracing::warn!(token = self.label, "the PKCS#11 token is away");
        }
        let mut handles = lock(&self.handles);
        *handles = Handles::new(handles.epoch);
    }

    /// Opens a session. Nothing while the token is away.
    pub(crate) fn connect(&self) -> Option<Seat> {
        if self.barred.load(Ordering::Relaxed) {
            return None;
        }
        let mut live = self.module.live();
        let token = match self.find(&live) {
            Some(token) => token,
            None if self.module.renew(&mut live, &self.serial) => self.find(&live)?,
            None => return None,
        };
        let handles = self.handles(live.epoch);
        let seat = match Seat::open(&live, &token, &raw(&self.pin), handles) {
            Ok(seat) => seat,
            Err(error) => {
                self.refused(&error);
                return None;
            }
        };
        if !seat.is_whole() {
            return None;
        }
        if !self.well.swap(true, Ordering::Relaxed) {
            tracing::info!(token = self.label, "the PKCS#11 token is back");
        }
        Some(seat)
    }

    /// Lets the module look at the token with fresh eyes, if that disturbs nobody.
    pub(crate) fn renew(&self) {
        let mut live = self.module.live();
        self.module.renew(&mut live, &self.serial);
    }

    fn refused(&self, error: &cryptoki::error::Error) {
        if trouble::read(error) == Trouble::Pin {
            self.barred.store(true, Ordering::Relaxed);
            tracing::error!(token = self.label, %error, "the PKCS#11 token does not take the PIN any more");
        }
    }

    fn find(&self, live: &Live) -> Option<(Slot, TokenInfo)> {
        let mut named = live.named(&self.serial);
        named.retain(|(_, info)| info.label() == self.label);
        named.pop()
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
