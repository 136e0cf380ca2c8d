//! How often callers may call.

use std::num::NonZeroU32;

use claviger_service::{CallRates, Rates as ServiceRates};

use super::section::section;
use super::settings::Wrong;

section! {
    /// How many calls a second callers may make, 1 to 1000000 each; calls beyond are refused as throttled, with the time
    /// after which to try again. Nothing is bounded that is not set. `account_…` bounds an account together with all who
    /// belong to it, `user_…` each identity below an account by itself: a user, a role with all its sessions, a service.
    Rates in "rates" {
        /// Uses of keys: encrypt, decrypt, sign, verify, data keys.
        account_crypto: Option<u32> = None, "none";
        /// Changes of keys, aliases, tags and certificates.
        account_manage: Option<u32> = None, "none";
        /// Descriptions and lists of those.
        account_read: Option<u32> = None, "none";
        /// Calls about identities, sessions and the deployment.
        account_identity: Option<u32> = None, "none";
        /// As `account_crypto`, for one identity.
        user_crypto: Option<u32> = None, "none";
        /// As `account_manage`, for one identity.
        user_manage: Option<u32> = None, "none";
        /// As `account_read`, for one identity.
        user_read: Option<u32> = None, "none";
        /// As `account_identity`, for one identity.
        user_identity: Option<u32> = None, "none";
        /// How many seconds' worth of calls may come at once after a rest, 1 to 3600.
        burst_seconds: u32 = 1, "`1`";
    }
}

impl Rates {
    /// Checks what the types cannot say.
    pub(super) fn check(&self) -> Result<(), Wrong> {
        let fastest = ServiceRates::FASTEST;
        for (name, rate) in [
            ("account_crypto", self.account_crypto),
            ("account_manage", self.account_manage),
            ("account_read", self.account_read),
            ("account_identity", self.account_identity),
            ("user_crypto", self.user_crypto),
            ("user_manage", self.user_manage),
            ("user_read", self.user_read),
            ("user_identity", self.user_identity),
        ] {
            if let Some(rate) = rate.filter(|rate| !(1..=fastest).contains(rate)) {
                let reason = format!(
                    "`{rate}` is not 1 to {fastest} calls a second; without the setting there is no bound"
                );
                return Err(("rates".into(), name, reason));
            }
        }
        let longest = ServiceRates::LONGEST_BURST;
        if (1..=longest).contains(&self.burst_seconds) {
            return Ok(());
        }
        let reason = format!("`{}` is not 1 to {longest} seconds", self.burst_seconds);
        Err(("rates".into(), "burst_seconds", reason))
    }

    /// The same in the form of the service. A zero, which is refused before, would be no bound.
    pub(super) fn of_service(&self) -> ServiceRates {
        let rate = |rate: Option<u32>| rate.and_then(NonZeroU32::new);
        ServiceRates {
            account: CallRates {
                crypto: rate(self.account_crypto),
                manage: rate(self.account_manage),
                read: rate(self.account_read),
                identity: rate(self.account_identity),
            },
            user: CallRates {
                crypto: rate(self.user_crypto),
                manage: rate(self.user_manage),
                read: rate(self.user_read),
                identity: rate(self.user_identity),
            },
            burst_seconds: NonZeroU32::new(self.burst_seconds).unwrap_or(NonZeroU32::MIN),
        }
    }
}
