//! From the place of a value to those who can open it.

use claviger_model::{KeyId, KeySpec, KeyVersionId, Material, ProtectionLevel, Region, Scope};
use claviger_provider::{Binding, Cell, Keeper, Provider, ProviderError, Sealed};
use claviger_store::{SealedPlace, SealedValue};

use crate::access_key::secret_cell;
use crate::authn::{password_cell, password_row};

/// Where key material is held, and in which region; nothing for small secrets.
pub(super) fn held(place: &SealedPlace) -> Option<(ProtectionLevel, &Region)> {
    let level = place.protection()?;
    match place {
        SealedPlace::Version { scope, .. } | SealedPlace::Certificate { scope, .. } => {
            Some((level, &scope.region))
        }
        _ => None,
    }
}

/// Another form of a value, under the newest key of who wrapped it; nothing where it has that. `provider` is who holds
/// material of its protection level, if it is material.
///
/// # Errors
/// [`ProviderError::BadMaterial`] and [`ProviderError::DoesNotOpen`] for what does not open there;
/// [`ProviderError::Unavailable`] while that cannot be told.
pub async fn wrapped_anew(
    value: &SealedValue,
    provider: &dyn Provider,
    keeper: &dyn Keeper,
) -> Result<Option<Box<[u8]>>, ProviderError> {
    let bytes = &value.bytes;
    match &value.place {
        SealedPlace::Version {
            scope,
            key,
            version,
            spec,
            protection,
        } => {
            anew(
                provider,
                binding(scope, (*key, *version), *spec, *protection),
                bytes,
            )
            .await
        }
        SealedPlace::Certificate {
            scope,
            id,
            spec,
            protection,
        } => {
            let id = *id.as_bytes();
            let ids = (KeyId::from_bytes(id), KeyVersionId::from_bytes(id));
            anew(provider, binding(scope, ids, *spec, *protection), bytes).await
        }
        SealedPlace::AccessKey(id) => keeper.reseal(&secret_cell(id), bytes),
        SealedPlace::Password { account, owner } => {
            keeper.reseal(&password_cell(&password_row(*account, *owner)), bytes)
        }
        SealedPlace::Cell(name) => keeper.reseal(&named_cell(name), bytes),
    }
}

/// The place of a named cell of the store.
pub(super) fn named_cell(name: &str) -> Cell<'_> {
    Cell {
        table: "cells",
        column: "value",
        row: name,
    }
}

fn binding(
    scope: &Scope,
    (key, version): (KeyId, KeyVersionId),
    spec: KeySpec,
    protection: ProtectionLevel,
) -> Binding<'_> {
    Binding {
        account: scope.account,
        region: &scope.region,
        key,
        version,
        spec,
        protection,
    }
}

async fn anew(
    provider: &dyn Provider,
    binding: Binding<'_>,
    bytes: &[u8],
) -> Result<Option<Box<[u8]>>, ProviderError> {
    let material = Material(bytes.into());
    let sealed = Sealed {
        material: &material,
        binding,
    };
    Ok(provider.rewrap(sealed).await?.map(|material| material.0))
}
