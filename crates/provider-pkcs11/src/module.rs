//! Modules of vendors, loaded and initialised once per process.
//!
//! PKCS#11 modules are global: a second initialisation fails, and the end of one ends it for all. So every user of the
//! same file shares one [`Module`], which stays for the life of the process.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, TryLockError, Weak};
use std::time::{Duration, Instant};

use cryptoki::context::{CInitializeArgs, Pkcs11};
use cryptoki::error::Error;
use cryptoki::slot::{Slot, TokenInfo};

use crate::Pkcs11Error;
use crate::place::Place;

/// Those that are loaded.
static MODULES: Mutex<Vec<Arc<Module>>> = Mutex::new(Vec::new());

/// A module is not initialised anew more often than this.
const BETWEEN_RENEWALS: Duration = Duration::from_millis(50);

/// A vendor's library.
pub(crate) struct Module {
    path: PathBuf,
    live: Mutex<Live>,
    /// Where sessions may be open.
    places: Mutex<Vec<Weak<Place>>>,
}

/// The library while it is initialised.
pub(crate) struct Live {
    context: Option<Pkcs11>,
    /// Counts initialisations: handles of an earlier one mean other objects now.
    pub(crate) epoch: u64,
    renewed: Option<Instant>,
}

impl Module {
    /// The module of this file.
    pub(crate) fn open(path: &Path) -> Result<Arc<Self>, Pkcs11Error> {
        let mut modules = lock(&MODULES);
        if let Some(module) = modules.iter().find(|module| module.path == path) {
            return Ok(module.clone());
        }
        let refused = |error: Error| Pkcs11Error::Module {
            path: path.to_owned(),
            reason: error.to_string(),
        };
        let context = Pkcs11::new(path).map_err(refused)?;
        context.initialize(CInitializeArgs::OsThreads).map_err(refused)?;
        // Keeps the code mapped when the module is initialised anew: its own threads and exit handlers may point there.
        std::mem::forget(Pkcs11::new(path).map_err(refused)?);
        let module = Arc::new(Self {
            path: path.to_owned(),
            live: Mutex::new(Live {
                context: Some(context),
                epoch: 0,
                renewed: None,
            }),
            places: Mutex::default(),
        });
        modules.push(module.clone());
        Ok(module)
    }

    /// Takes part in what concerns all sessions.
    pub(crate) fn register(&self, place: &Arc<Place>) {
        let mut places = lock(&self.places);
        places.retain(|place| place.strong_count() > 0);
        places.push(Arc::downgrade(place));
    }

    /// The module, for one at a time: to find tokens and to open sessions.
    pub(crate) fn live(&self) -> MutexGuard<'_, Live> {
        lock(&self.live)
    }

    /// Looks anew if not all of these tokens are there: some modules look for tokens when they start, and never again.
    pub(crate) fn look_for(&self, names: &[String]) {
        let mut live = self.live();
        if names.iter().any(|name| live.named(name).is_empty()) {
            self.renew(&mut live, "");
        }
    }

    /// Ends the module and initialises it anew, which some need to see a token that came back. Not done while another
    /// token than the one that asks is in use. Gives whether it was done.
    pub(crate) fn renew(&self, live: &mut Live, asking: &str) -> bool {
        if live.renewed.is_some_and(|at| at.elapsed() < BETWEEN_RENEWALS) || !self.close_all(asking) {
            return false;
        }
        // The last handle is gone with this one, and C_Finalize is called.
        live.context = None;
        live.epoch += 1;
        live.renewed = Some(Instant::now());
        let context = Pkcs11::new(&self.path).and_then(|context| {
            context.initialize(CInitializeArgs::OsThreads)?;
            Ok(context)
        });
        match context {
            Ok(context) => live.context = Some(context),
            Err(error) => tracing::debug!(%error, "the PKCS#11 module does not start again"),
        }
        live.context.is_some()
    }

    /// Closes every session, or none.
    fn close_all(&self, asking: &str) -> bool {
        let places: Vec<Arc<Place>> = lock(&self.places).iter().filter_map(Weak::upgrade).collect();
        let mut seats = Vec::with_capacity(places.len());
        for place in &places {
            let seat = match place.seat.try_lock() {
                Ok(seat) => seat,
                Err(TryLockError::Poisoned(poisoned)) => poisoned.into_inner(),
                Err(TryLockError::WouldBlock) => return false,
            };
            if seat.is_some() && !place.is_with(asking) && place.is_well() {
                return false;
            }
            seats.push(seat);
        }
        for mut seat in seats {
            *seat = None;
        }
        true
    }
}

impl Live {
    /// The library itself; nothing while it does not start.
    pub(crate) fn context(&self) -> Option<&Pkcs11> {
        self.context.as_ref()
    }

    /// The tokens that are there.
    pub(crate) fn tokens(&self) -> Vec<(Slot, TokenInfo)> {
        let Some(context) = &self.context else {
            return Vec::new();
        };
        let slots = context.get_slots_with_token().unwrap_or_default();
        let known = slots
            .into_iter()
            .filter_map(|slot| Some((slot, context.get_token_info(slot).ok()?)));
        known.filter(|(_, info)| info.token_initialized()).collect()
    }

    /// Tokens with this label or serial number.
    pub(crate) fn named(&self, name: &str) -> Vec<(Slot, TokenInfo)> {
        let mut tokens = self.tokens();
        tokens.retain(|(_, info)| info.label() == name || info.serial_number() == name);
        tokens
    }

    /// The one token with this label or serial number.
    pub(crate) fn only(&self, name: &str) -> Result<(Slot, TokenInfo), Pkcs11Error> {
        let mut named = self.named(name);
        match (named.pop(), named.pop()) {
            (Some(token), None) => Ok(token),
            (Some(_), Some(_)) => Err(Pkcs11Error::Ambiguous(name.to_owned())),
            (None, _) => Err(Pkcs11Error::NotFound {
                name: name.to_owned(),
                there: self
                    .tokens()
                    .iter()
                    .map(|(_, info)| info.label().to_owned())
                    .collect(),
                unreadable: self.unreadable(),
            }),
        }
    }

    /// What is wrong with tokens that are there and do not say who they are.
    fn unreadable(&self) -> Vec<String> {
        let Some(context) = &self.context else {
            return Vec::new();
        };
        let slots = context.get_slots_with_token().unwrap_or_default();
        let errors = slots
            .into_iter()
            .filter_map(|slot| context.get_token_info(slot).err());
        errors.map(|error| error.to_string()).collect()
    }
}

/// A lock whose holder panicked is a lock all the same: what it guards is replaced whole.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
