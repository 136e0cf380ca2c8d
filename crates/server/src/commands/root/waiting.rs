//! What is still wrapped by older versions of a key.

use std::sync::Arc;

use claviger_crypto::SystemRng;
use claviger_model::ProtectionLevel;
use claviger_provider::ProviderError;
use claviger_provider_soft::{RootKeys, SOFTWARE, SoftProvider};
use claviger_service::{REWRAP_CELL, RewrapMark, wrapped_anew};
use claviger_store::{SealedPlace, SealedValue};
use claviger_store_sqlite::SealedRows;

use super::target::Target;
use crate::folder::is_there;
use crate::output::Failure;
use crate::seal::{Whose, chain};

/// Values looked at a time.
const PAGE: u32 = 1000;
/// Places that are named of what does not open.
const NAMED: usize = 5;

/// What of a database hangs on a key.
pub(super) struct Waiting {
    /// Values that an older version wraps.
    pub(super) older: u64,
    /// Values that no version opens.
    pub(super) closed: u64,
    /// Where some of them are.
    pub(super) places: Vec<String>,
}

/// The database of the target, for looking only.
pub(super) fn database(target: &Target) -> Result<SealedRows, Failure> {
    let path = target.folder.database();
    if !is_there(&path)? {
        let text = "and what is wrapped is in the database of the server: run this where that is";
        return Err(Failure::usage(format!(
            "`{}` is not there, {text}",
            path.display()
        )));
    }
    SealedRows::open(&path).map_err(|error| Failure::file("read", &path, &error))
}

/// Looks at everything that the key of the target wraps. Opens each value, and takes some seconds for a million of them.
pub(super) async fn count(
    target: &Target,
    roots: Arc<RootKeys>,
    rows: &SealedRows,
) -> Result<Waiting, Failure> {
    let engine = engine(roots);
    let mut waiting = Waiting {
        older: 0,
        closed: 0,
        places: Vec::new(),
    };
    let mut after = None;
    loop {
        let page = rows.page(after.as_ref(), PAGE);
        let page = page.map_err(|error| Failure::file("read", &target.folder.database(), &error))?;
        for bad in &page.bad {
            waiting.add_closed(&chain(bad));
        }
        for value in page.values.iter().filter(|value| is_of(target.whose, value)) {
            match wrapped_anew(value, &engine, &engine).await {
                Ok(None) => {}
                Ok(Some(_)) => waiting.older += 1,
                Err(ProviderError::BadMaterial | ProviderError::DoesNotOpen) => {
                    waiting.add_closed(&value.place);
                }
                Err(error) => return Err(Failure::failed(chain(&error))),
            }
        }
        match page.next {
            Some(next) => after = Some(next),
            None => return Ok(waiting),
        }
    }
}

/// Whether a server has marked that everything is wrapped by the newest versions, with that version of the target's key.
pub(super) async fn is_marked(
    target: &Target,
    roots: Arc<RootKeys>,
    rows: &SealedRows,
) -> Result<bool, Failure> {
    let cell = rows.cell(REWRAP_CELL);
    let cell = cell.map_err(|error| Failure::file("read", &target.folder.database(), &error))?;
    let Some(cell) = cell else {
        return Ok(false);
    };
    let fault = |error: ProviderError| Failure::failed(chain(&error));
    if target.whose == Whose::Server {
        let mark = RewrapMark::read(&engine(roots), &cell).map_err(fault)?;
        return Ok(mark.is_some());
    }
    let mark = RewrapMark::read(&engine(Arc::new(target.open_root()?)), &cell).map_err(fault)?;
    match mark {
        Some(mark) => mark.is_newest_of(&engine(roots)).await.map_err(fault),
        None => Ok(false),
    }
}

impl Waiting {
    fn add_closed(&mut self, place: &dyn std::fmt::Display) {
        self.closed += 1;
        if self.places.len() < NAMED {
            self.places.push(place.to_string());
        }
    }
}

/// Whether a key of that owner wraps the value. The mark is looked at by itself.
fn is_of(whose: Whose, value: &SealedValue) -> bool {
    if matches!(&value.place, SealedPlace::Cell(name) if name == REWRAP_CELL) {
        return false;
    }
    let hsm = value.place.protection() == Some(ProtectionLevel::Hsm);
    hsm == (whose == Whose::Hsm)
}

/// What opens what a key wraps. The managed HSM has the same engine, and what can be made there does not matter here.
fn engine(roots: Arc<RootKeys>) -> SoftProvider {
    SoftProvider::new(&SOFTWARE, roots, Arc::new(SystemRng), 0)
}
