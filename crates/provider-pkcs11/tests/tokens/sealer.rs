//! Root keys that a token key wraps.

use claviger_provider_pkcs11::{Pkcs11Error, SealerSettings, TokenSealer};
use claviger_provider_soft::{DeviceError, SealingDevice};
use claviger_secret::SecretBytes;

use crate::world::{PIN, alone, module};

pub(crate) const KEY: [u8; 32] = [0x77; 32];

pub(crate) fn settings(tokens: &[&str], key: &str) -> SealerSettings {
    SealerSettings {
        module: module(),
        tokens: tokens.iter().map(|&token| token.to_owned()).collect(),
        pin: SecretBytes::copied(PIN.as_bytes()),
        key: key.to_owned(),
    }
}

fn is_refused(result: &Result<SecretBytes, DeviceError>) -> bool {
    matches!(result, Err(DeviceError::Refused(_)))
}

#[test]
fn a_token_opens_what_it_wrapped_and_nothing_else() {
    alone(
        "sealer::a_token_opens_what_it_wrapped_and_nothing_else",
        |world| {
            let _world = world.token("root").token("other");
            let sealer = TokenSealer::open(settings(&["root"], "root of dev")).unwrap();
            assert_eq!(sealer.kind(), "pkcs11");
            assert!(
                is_refused(&sealer.unwrap(&[1; 61])),
                "nothing is made by unwrapping"
            );
            let wrapped = sealer.wrap(&KEY).unwrap();
            assert!(!wrapped.windows(8).any(|part| part == &KEY[..8]));
            assert_ne!(wrapped, sealer.wrap(&KEY).unwrap());
            assert_eq!(sealer.unwrap(&wrapped).unwrap().expose(), KEY);
            let later = TokenSealer::open(settings(&["root"], "root of dev")).unwrap();
            assert_eq!(later.unwrap(&wrapped).unwrap().expose(), KEY);

            for at in 0..wrapped.len() {
                let mut changed = wrapped.clone();
                changed[at] ^= 1;
                assert!(is_refused(&sealer.unwrap(&changed)), "byte {at}");
            }
            assert!(is_refused(&sealer.unwrap(&wrapped[..5])) && is_refused(&sealer.unwrap(&[])));
            let same_token = TokenSealer::open(settings(&["root"], "another key")).unwrap();
            same_token.wrap(&KEY).unwrap();
            assert!(is_refused(&same_token.unwrap(&wrapped)));
            let elsewhere = TokenSealer::open(settings(&["other"], "root of dev")).unwrap();
            assert!(is_refused(&elsewhere.unwrap(&wrapped)));
            // Of two tokens, the one that has the key opens it.
            let both = TokenSealer::open(settings(&["other", "root"], "root of dev")).unwrap();
            assert_eq!(both.unwrap(&wrapped).unwrap().expose(), KEY);
        },
    );
}

/// Both log in to the same token of the same module.
#[test]
fn it_works_beside_a_provider() {
    alone("sealer::it_works_beside_a_provider", |world| {
        let world = world.token("root");
        let provider = world.provider(&["root"]);
        let sealer = TokenSealer::open(settings(&["root"], "root")).unwrap();
        let wrapped = sealer.wrap(&KEY).unwrap();
        crate::world::run(async {
            let key = crate::world::Key::make(&provider, 1, claviger_model::KeySpec::Aes256).await;
            let body = key.encrypt(&provider).await;
            assert_eq!(sealer.unwrap(&wrapped).unwrap().expose(), KEY);
            key.opens(&provider, &body).await;
        });
    });
}

#[test]
fn a_wrong_pin_is_refused() {
    alone("sealer::a_wrong_pin_is_refused", |world| {
        let _world = world.token("root");
        let wrong = SealerSettings {
            pin: SecretBytes::copied(b"0000"),
            ..settings(&["root"], "root")
        };
        let shown = format!("{wrong:?}");
        assert!(!shown.contains("0000"));
        assert!(matches!(
            TokenSealer::open(wrong).err(),
            Some(Pkcs11Error::Pin { .. })
        ));
    });
}
