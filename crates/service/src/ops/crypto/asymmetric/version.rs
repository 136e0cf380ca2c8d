//! Which version of a key pair.

use claviger_audit::record::Fields;
use claviger_model::{Action, Error, Key, KeyVersionId, Origin, Purpose, Refusal, StateKind};
use claviger_provider::Sealed;

use crate::call::{KeyRef, Need, Target};
use crate::ops::crypto::{ready_version, sealed};
use crate::ops::describe_key;
use crate::pipeline::{Loaded, Permitted};

/// Which version of a key pair.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum VersionRef {
    /// This one; `None` is text that no version can have as its id, and is not found.
    Named(Option<KeyVersionId>),
    /// The newest. Signatures and ciphertexts do not tell which version made them: they are tried with the newest, and
    /// then with the older ones.
    Newest,
}

impl VersionRef {
    pub(in crate::ops) fn need(self, action: Action, key: &KeyRef) -> Vec<Need> {
        let target = match self {
            Self::Named(version) => Target::VersionOfKey(key.clone(), version),
            Self::Newest => Target::Pair(key.clone()),
        };
        vec![Need { action, target }]
    }

    pub(in crate::ops) fn describe(self, request: &mut Fields, key: &KeyRef) {
        describe_key(request, key);
        if let Self::Named(Some(version)) = self {
            request.version("version", version);
        }
    }
}

/// The version to work with, of a key that is ready for the purpose.
pub(super) fn ready(permit: &Permitted, purpose: Purpose) -> Result<Sealed<'_>, Error> {
    match permit.targets().first() {
        Some(Loaded::Pair(versions, loaded)) => {
            let key = loaded.key.ready_for(purpose)?.key();
            sealed(key, versions.first().ok_or(ABSENT)?)
        }
        _ => ready_version(permit, 0, purpose),
    }
}

/// The versions to try, the newest first: never none.
pub(super) fn ready_to_try(
    permit: &Permitted,
    position: usize,
    purpose: Purpose,
) -> Result<Vec<Sealed<'_>>, Error> {
    match permit.targets().get(position) {
        Some(Loaded::Pair(versions, loaded)) => {
            let key = loaded.key.ready_for(purpose)?.key();
            let all: Vec<_> = versions
                .iter()
                .map(|version| sealed(key, version))
                .collect::<Result<_, _>>()?;
            if all.is_empty() {
                return Err(ABSENT.into());
            }
            Ok(all)
        }
        _ => Ok(vec![ready_version(permit, position, purpose)?]),
    }
}

/// The version whose public half to show, whether or not its key may be used, as long as its material is there.
pub(super) fn to_show(permit: &Permitted) -> Result<Sealed<'_>, Error> {
    let (key, version) = match permit.targets().first() {
        Some(Loaded::Pair(versions, loaded)) => (&loaded.key, versions.first()),
        Some(Loaded::Version(version, loaded)) => (&loaded.key, Some(version)),
        _ => return Err(Error::Internal),
    };
    if !Purpose::PublicKey.fits(key.spec, key.usage) {
        return Err(Refusal::KeyKind(key.kind()).into());
    }
    if lacks_material(key) {
        return Err(ABSENT.into());
    }
    sealed(key, version.ok_or(ABSENT)?)
}

/// What a key without material says.
const ABSENT: Refusal = Refusal::NotUsable(StateKind::PendingImport);

/// Material past its expiry is no longer there, even if its version is.
fn lacks_material(key: &Key) -> bool {
    key.origin == Origin::External && key.primary.is_none()
}
