//! The table of a token.

use std::borrow::Cow;

use claviger_model::{KeySpec, ProtectionLevel};
use claviger_provider::{Capability, EnvelopeFormat};

use crate::abilities::Abilities;

/// What a token with these abilities offers.
pub(crate) fn table(label: &str, abilities: &Abilities) -> Capability {
    let mut symmetric = Vec::new();
    if abilities.gcm {
        symmetric.push((KeySpec::Aes256, EnvelopeFormat::Aes256Gcm));
    }
    let others = [abilities.pairs.as_slice(), &abilities.macs].concat();
    let made = |spec: &KeySpec| others.contains(spec) || symmetric.iter().any(|(known, _)| known == spec);
    let mut imports: Vec<KeySpec> = abilities.imports.iter().copied().filter(made).collect();
    if abilities.wraps.is_empty() {
        imports.clear();
    }
    let wraps = if imports.is_empty() {
        Vec::new()
    } else {
        vec![(KeySpec::Rsa2048, Cow::Owned(abilities.wraps.clone()))]
    };
    Capability {
        name: Cow::Owned(format!("pkcs11:{label}")),
        protection: ProtectionLevel::Hsm,
        keeps_keys: true,
        symmetric: symmetric.into(),
        others: others.into(),
        imports: imports.into(),
        pairs: Cow::Borrowed(&[]),
        wraps: wraps.into(),
    }
}

#[cfg(test)]
mod tests {
    use claviger_model::EncryptionAlgorithm;

    use super::*;
    use crate::measure::Measure;

    fn nothing() -> Abilities {
        Abilities {
            gcm: false,
            pairs: Vec::new(),
            macs: Vec::new(),
            signatures: Vec::new(),
            encryptions: Vec::new(),
            wraps: Vec::new(),
            imports: Vec::new(),
            measure: Measure::Told,
        }
    }

    #[test]
    fn what_a_token_cannot_do_is_not_in_its_table() {
        let table = table("one", &nothing());
        assert_eq!(table.name, "pkcs11:one");
        assert!(KeySpec::ALL.iter().all(|spec| !table.makes(*spec)));
        assert!(table.imports.is_empty() && table.wraps.is_empty() && table.pairs.is_empty());
    }

    #[test]
    fn tokens_with_the_same_keys_offer_what_all_of_them_can() {
        let able = Abilities {
            gcm: true,
            macs: vec![KeySpec::HmacSha256],
            pairs: vec![KeySpec::EcP256, KeySpec::EcP384],
            wraps: vec![EncryptionAlgorithm::RsaPkcs1],
            imports: vec![KeySpec::Aes256, KeySpec::HmacSha256],
            ..nothing()
        };
        let mut both = able.clone();
        both.meet(&Abilities {
            gcm: false,
            pairs: vec![KeySpec::EcP384],
            ..able.clone()
        });
        let table = table("pair", &both);
        assert!(!table.makes(KeySpec::Aes256) && !table.makes(KeySpec::EcP256));
        assert!(table.makes(KeySpec::EcP384) && table.takes(KeySpec::HmacSha256));
        assert!(!table.takes(KeySpec::Aes256), "what is not made is not taken");
        let mut none = able.clone();
        none.meet(&Abilities {
            wraps: Vec::new(),
            ..able
        });
        assert!(super::table("none", &none).imports.is_empty());
    }
}
