//! New keys.

use std::sync::Arc;

use claviger_model::Material;
use claviger_provider::{Binding, ProviderError};
use cryptoki::object::ObjectHandle;

use crate::pair;
use crate::pool::Route;
use crate::provider::Pkcs11Provider;
use crate::reference::{self, Id};
use crate::seat::Seat;
use crate::template::{self, Duty, Stay};
use crate::trouble::{self, Fault};

/// See [`claviger_provider::Provider::generate`].
pub(crate) async fn generate(
    provider: &Pkcs11Provider,
    binding: &Binding<'_>,
) -> Result<Material, ProviderError> {
    provider.check(binding)?;
    let (id, spec) = (reference::id(binding), binding.spec);
    let stay = stay(&id, binding);
    if spec.is_asymmetric() {
        let make = move |seat: &mut Seat| pair::generate(seat, &stay, spec, Duty::Use);
        let public = make_one(provider, id, make).await?;
        let material = reference::pair(&id, &public.spki);
        provider.publics.insert(id, Arc::new(public));
        return Ok(Material(material));
    }
    let make = move |seat: &mut Seat| {
        let template = template::secret(&stay, spec).ok_or(ProviderError::Incapable)?;
        let made = seat
            .session
            .generate_key(&template::secret_mechanism(spec), &template);
        Ok((trouble::checked(made)?, ()))
    };
    make_one(provider, id, make).await?;
    Ok(Material(reference::secret(&id)))
}

/// How the key of a binding stays in the token.
pub(crate) fn stay(id: &Id, binding: &Binding<'_>) -> Stay {
    Stay::Token {
        id: *id,
        label: format!("claviger {} {}", binding.key, binding.version),
    }
}

/// Makes a key, and only one: what an interrupted try may have left is removed before the next. It is made when the token
/// finds it by its id, as every use of it will.
pub(crate) async fn make_one<T: Send + 'static>(
    provider: &Pkcs11Provider,
    id: Id,
    mut make: impl FnMut(&mut Seat) -> Result<(ObjectHandle, T), Fault> + Send + 'static,
) -> Result<T, ProviderError> {
    let mut again = false;
    let work = move |seat: &mut Seat| {
        if std::mem::replace(&mut again, true) {
            seat.destroy_all(&id)?;
        }
        let (key, rest) = make(seat)?;
        // Tokens were seen to report keys that nobody found afterwards, when they had just come back.
        if !seat.finds_one(&id)? {
            return Err(Fault::Away);
        }
        seat.remember(&id, key);
        Ok(rest)
    };
    provider.pool.call(Route::Makes(id), work).await
}
