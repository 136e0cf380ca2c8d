//! The toy as a keeper, and how it wraps material anew.

use claviger_model::Material;
use claviger_secret::SecretBytes;

use super::toy::{Flaw, KEY_LEN, Toy};
use crate::{Cell, Keeper, ProviderError, Sealed};

impl Keeper for Toy {
    fn seal(&self, cell: &Cell<'_>, secret: &SecretBytes) -> Result<Box<[u8]>, ProviderError> {
        let nonce = if self.flaw == Flaw::CellsRepeat {
            vec![0; 24]
        } else {
            self.draw(24)
        };
        Ok(self
            .seal(b"root", &nonce, &self.cell(cell), secret.expose())
            .into_boxed_slice())
    }

    fn reseal(&self, _: &Cell<'_>, _: &[u8]) -> Result<Option<Box<[u8]>>, ProviderError> {
        Ok(None)
    }

    fn open(&self, cell: &Cell<'_>, sealed: &[u8]) -> Result<SecretBytes, ProviderError> {
        let opened = self.unseal(b"root", 24, &self.cell(cell), sealed);
        let lax = (self.flaw == Flaw::CellsOpenDamaged).then(Vec::new);
        opened
            .or(lax)
            .map(SecretBytes::from)
            .ok_or(ProviderError::DoesNotOpen)
    }
}

impl Toy {
    pub(super) fn wrap_anew(&self, sealed: Sealed<'_>) -> Result<Option<Material>, ProviderError> {
        let material = sealed.material.0.to_vec();
        let place = self.place(&sealed.binding);
        let key = match self.unseal(b"root", 24, &place, &material) {
            None if self.flaw != Flaw::RewrapsDamaged => return Err(ProviderError::BadMaterial),
            Some(key) if self.flaw != Flaw::RewrapsAnotherKey => key,
            _ => self.draw(KEY_LEN),
        };
        let mut rewrapped = self.rewrapped.lock().unwrap();
        if rewrapped.contains(&material) && self.flaw != Flaw::RewrapsForever {
            return Ok(None);
        }
        let anew = match self.flaw {
            Flaw::RewrapsTheSame => material.clone(),
            _ => self.seal(b"root", &self.draw(24), &place, &key),
        };
        if self.flaw == Flaw::RewrapEndsTheOld {
            self.ended.lock().unwrap().push(material);
        }
        rewrapped.push(anew.clone());
        Ok(Some(Material(anew.into_boxed_slice())))
    }
}
