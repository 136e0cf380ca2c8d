//! What tokens were found to be able to do, once one of them was there.

use std::sync::OnceLock;

use claviger_provider::{Capability, ProviderError};

use crate::abilities::Abilities;
use crate::capability::table;

/// What is offered. It is found out once: at the start from the tokens that are there then, otherwise from the first
/// that comes.
pub(crate) struct Found {
    known: OnceLock<(Abilities, Capability)>,
    /// Stands in until then: all that a token might do, so that nothing is refused that only has to wait.
    unknown: Capability,
}

impl Found {
    /// For a token of this name, or several.
    pub(crate) fn new(name: &str) -> Self {
        Self {
            known: OnceLock::new(),
            unknown: table(name, &Abilities::most()),
        }
    }

    /// The table of what is offered.
    pub(crate) fn capability(&self) -> &Capability {
        self.known.get().map_or(&self.unknown, |(_, table)| table)
    }

    /// What works.
    ///
    /// # Errors
    /// [`ProviderError::Unavailable`] as long as no token was there.
    pub(crate) fn abilities(&self) -> Result<&Abilities, ProviderError> {
        let known = self.known.get().map(|(abilities, _)| abilities);
        known.ok_or(ProviderError::Unavailable)
    }

    /// Takes note of a token, whose abilities are offered if it is the first.
    ///
    /// # Errors
    /// Why it is of no use.
    pub(crate) fn admit(&self, label: &str, abilities: &Abilities) -> Result<(), &'static str> {
        let table = table(label, abilities);
        if table.symmetric.is_empty() && table.others.is_empty() {
            return Err("it has no mechanism that keys need");
        }
        let (first, _) = self.known.get_or_init(|| (abilities.clone(), table));
        if abilities.cover(first) {
            Ok(())
        } else {
            Err("it cannot do all that the tokens before it can")
        }
    }
}

#[cfg(test)]
mod tests {
    use claviger_model::KeySpec;

    use super::*;

    #[test]
    fn the_first_token_says_what_is_offered_and_others_must_offer_as_much() {
        let found = Found::new("late");
        assert!(KeySpec::ALL.iter().any(|spec| found.capability().makes(*spec)));
        assert_eq!(found.abilities().err(), Some(ProviderError::Unavailable));

        let most = Abilities::most();
        let less = Abilities {
            gcm: false,
            ..most.clone()
        };
        let nothing = Abilities {
            pairs: Vec::new(),
            macs: Vec::new(),
            ..less.clone()
        };
        assert!(found.admit("useless", &nothing).is_err());
        assert!(found.abilities().is_err());
        assert!(found.admit("first", &less).is_ok());
        assert_eq!(found.capability().name, "pkcs11:first");
        assert!(!found.capability().makes(KeySpec::Aes256));

        assert!(found.admit("second", &most).is_ok());
        let lesser = Abilities {
            macs: Vec::new(),
            ..most
        };
        assert!(found.admit("third", &lesser).is_err());
        assert_eq!(found.capability().name, "pkcs11:first");
    }
}
