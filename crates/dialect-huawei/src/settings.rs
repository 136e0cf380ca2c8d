//! What whoever runs the server may choose about this face.

/// What this face bounds and allows.
///
/// SOURCE: Key Management Service user guide, "Constraints": 100 keys of an account in a region, 100 grants of a key; API
/// reference, "Querying the CMK List", "Generating Random Numbers" (read 2026-11-22).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Settings {
    /// Most keys of an account in a region, as far as they are made through this face. Keys of services do not count.
    pub keys: u32,
    /// Most grants of one key.
    pub grants: u32,
    /// Whether a list of keys that names no kind has `AES_256` alone, as one edition says.
    pub list_aes_only: bool,
    /// Whether random bytes come by 512 bits only, as older editions say.
    pub strict_random: bool,
}

impl Settings {
    /// What holds unless somebody says otherwise.
    pub const DEFAULT: Self = Self {
        keys: 100,
        grants: 100,
        list_aes_only: false,
        strict_random: false,
    };
}

impl Default for Settings {
    fn default() -> Self {
        Self::DEFAULT
    }
}
