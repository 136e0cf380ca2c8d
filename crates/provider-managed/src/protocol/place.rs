//! Where keys belong, and the material that comes with it: what most requests begin with.

use claviger_model::{AccountId, KeyId, KeySpec, KeyVersionId, Material, ProtectionLevel, Region};
use claviger_provider::{Binding, Sealed, WrappingBinding};

use super::buffer::Buffer;
use super::codes;
use super::fields::{Fields, Malformed, put_bytes, put_text};
use super::frame::TooLong;

/// The parts of a request that cannot lie in the bytes that came: whoever reads one keeps them here.
#[derive(Debug, Default)]
pub struct Store {
    place: Option<Place>,
    wrapping: Option<Place>,
    material: Option<Material>,
}

/// A binding that owns its region. The version and the level of a wrapping key's are not used.
#[derive(Debug)]
struct Place {
    account: AccountId,
    region: Region,
    key: KeyId,
    spec: KeySpec,
    version: KeyVersionId,
    protection: ProtectionLevel,
}

impl Store {
    /// Reads what the operation has in front.
    pub(super) fn read(&mut self, code: u8, fields: &mut Fields<'_>) -> Result<(), Malformed> {
        *self = Self::default();
        match code {
            1 | 15 => self.place = Some(Place::read(fields, true)?),
            2..=10 | 14 => {
                self.place = Some(Place::read(fields, true)?);
                self.material = Some(Material(fields.bytes()?.into()));
            }
            11 => self.wrapping = Some(Place::read(fields, false)?),
            12 => {
                self.place = Some(Place::read(fields, true)?);
                self.wrapping = Some(Place::read(fields, false)?);
            }
            _ => {}
        }
        Ok(())
    }

    pub(super) fn binding(&self) -> Result<Binding<'_>, Malformed> {
        let place = self.place.as_ref().ok_or(Malformed)?;
        Ok(Binding {
            account: place.account,
            region: &place.region,
            key: place.key,
            version: place.version,
            spec: place.spec,
            protection: place.protection,
        })
    }

    pub(super) fn sealed(&self) -> Result<Sealed<'_>, Malformed> {
        Ok(Sealed {
            material: self.material.as_ref().ok_or(Malformed)?,
            binding: self.binding()?,
        })
    }

    pub(super) fn wrapping(&self) -> Result<WrappingBinding<'_>, Malformed> {
        let place = self.wrapping.as_ref().ok_or(Malformed)?;
        Ok(WrappingBinding {
            account: place.account,
            region: &place.region,
            key: place.key,
            spec: place.spec,
        })
    }
}

impl Place {
    fn read(fields: &mut Fields<'_>, whole: bool) -> Result<Self, Malformed> {
        let account = AccountId::from_number(fields.u64()?).ok_or(Malformed)?;
        let region = fields.text()?.parse().map_err(|_| Malformed)?;
        let key = KeyId::from_bytes(fields.array()?);
        let spec = codes::read_spec(fields.byte()?)?;
        let (version, protection) = if whole {
            (
                KeyVersionId::from_bytes(fields.array()?),
                codes::read_protection(fields.byte()?)?,
            )
        } else {
            (KeyVersionId::from_bytes([0; 16]), ProtectionLevel::Hsm)
        };
        Ok(Self {
            account,
            region,
            key,
            spec,
            version,
            protection,
        })
    }
}

fn put_place(
    out: &mut Buffer,
    account: AccountId,
    region: &Region,
    key: KeyId,
    spec: KeySpec,
) -> Result<(), TooLong> {
    out.put(&account.number().to_be_bytes());
    put_text(out, region.as_str())?;
    out.put(key.as_bytes());
    out.put(&[codes::spec(spec)]);
    Ok(())
}

pub(super) fn put_binding(out: &mut Buffer, binding: &Binding<'_>) -> Result<(), TooLong> {
    put_place(out, binding.account, binding.region, binding.key, binding.spec)?;
    out.put(binding.version.as_bytes());
    out.put(&[codes::protection(binding.protection)]);
    Ok(())
}

pub(super) fn put_wrapping(out: &mut Buffer, wrapping: &WrappingBinding<'_>) -> Result<(), TooLong> {
    put_place(
        out,
        wrapping.account,
        wrapping.region,
        wrapping.key,
        wrapping.spec,
    )
}

pub(super) fn put_sealed(out: &mut Buffer, sealed: Sealed<'_>) -> Result<(), TooLong> {
    put_binding(out, &sealed.binding)?;
    put_bytes(out, &sealed.material.0)
}
