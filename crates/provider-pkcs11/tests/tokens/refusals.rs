//! What cannot be opened.

use std::sync::Arc;

use claviger_model::SystemClock;
use claviger_provider_pkcs11::{Pkcs11Error, Pkcs11Provider, Settings};
use claviger_secret::SecretBytes;

use crate::world::{PIN, alone, no_module};

fn refusal(settings: &Settings) -> Pkcs11Error {
    Pkcs11Provider::open(settings, Arc::new(SystemClock))
        .err()
        .unwrap()
}

#[test]
fn a_wrong_pin_is_refused_and_never_shown() {
    alone("refusals::a_wrong_pin_is_refused_and_never_shown", |world| {
        let world = world.token("locked");
        let wrong = "98765432";
        let settings = Settings {
            pin: SecretBytes::copied(wrong.as_bytes()),
            ..world.settings(&["locked"])
        };
        let error = refusal(&settings);
        assert!(
            matches!(&error, Pkcs11Error::Pin { token, .. } if token == "locked"),
            "{error}"
        );
        for shown in [format!("{error} {error:?}"), format!("{settings:?}")] {
            assert!(!shown.contains(wrong), "{shown}");
        }
        // The right one still does.
        let provider = world.provider(&["locked"]);
        assert!(!format!("{provider:?}").contains(PIN));
    });
}

#[test]
fn a_token_that_is_not_there_is_named_with_those_that_are() {
    alone(
        "refusals::a_token_that_is_not_there_is_named_with_those_that_are",
        |world| {
            let world = world.token("here");
            let provider = world.provider(&["here", "elsewhere"]);
            let [here, elsewhere] = provider.health().try_into().unwrap();
            assert_eq!((here.reachable, here.absence), (true, None));
            assert!(!elsewhere.reachable);
            let reason = elsewhere.absence.unwrap();
            assert!(
                reason.contains("`elsewhere`") && reason.contains("`here`"),
                "{reason}"
            );
            assert!(matches!(refusal(&world.settings(&[])), Pkcs11Error::NoToken));
        },
    );
}

#[test]
fn tokens_of_one_label_are_told_apart_by_serial_number() {
    alone(
        "refusals::tokens_of_one_label_are_told_apart_by_serial_number",
        |world| {
            let world = world.token("twin").token("twin");
            let serial = world.serial_of("twin");
            assert!(matches!(
                refusal(&world.settings(&["twin"])),
                Pkcs11Error::Ambiguous(_)
            ));
            world.provider(&[&serial]);
        },
    );
}

#[test]
fn a_file_that_is_no_module_is_named() {
    alone("refusals::a_file_that_is_no_module_is_named", |world| {
        let own = std::env::current_exe().unwrap();
        for path in [no_module(), own] {
            let settings = Settings {
                module: path.clone(),
                ..world.settings(&["any"])
            };
            let error = refusal(&settings);
            assert!(matches!(&error, Pkcs11Error::Module { .. }), "{error}");
            assert!(error.to_string().contains(&*path.to_string_lossy()), "{error}");
        }
    });
}
