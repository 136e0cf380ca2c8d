//! What the Huawei-style face bounds and allows.

use claviger_dialect_huawei::Settings as DoorSettings;

use super::section::section;

section! {
    /// The Huawei-style face. What it bounds, it bounds for calls that come through it; the quotas above hold too.
    Huawei in "huawei" {
        /// Keys of an account in a region, beyond which this face makes none. Those of services do not count.
        keys: u32 = DoorSettings::DEFAULT.keys, "`100`";
        /// Grants of one key.
        grants: u32 = DoorSettings::DEFAULT.grants, "`100`";
        /// Whether `list-keys` without `key_spec` lists keys of `AES_256` alone, as one edition of the cloud does. Clients of
        /// others know no such filter.
        list_aes_only: bool = DoorSettings::DEFAULT.list_aes_only, "`false`";
        /// Whether `gen-random` gives 512 bits and no other number, as older editions do.
        strict_random: bool = DoorSettings::DEFAULT.strict_random, "`false`";
    }
}

impl Huawei {
    /// The same in the form of the door.
    pub(crate) fn of_door(&self) -> DoorSettings {
        let Self {
            keys,
            grants,
            list_aes_only,
            strict_random,
        } = *self;
        DoorSettings {
            keys,
            grants,
            list_aes_only,
            strict_random,
        }
    }
}
