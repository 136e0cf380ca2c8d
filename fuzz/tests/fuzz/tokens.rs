//! Tokens that callers show.

use std::collections::HashSet;
use std::panic::AssertUnwindSafe;

use claviger_fuzz::{Recipe, Seeds, target, words};
use claviger_service::AuthnError;

use crate::sdk_door::Desk;

#[test]
fn only_what_was_given_opens_anything() {
    let desk = AssertUnwindSafe(Desk::new());
    let given: HashSet<_> = (0..4).map(|_| desk.token()).collect();
    assert_eq!(given.len(), 4);
    for token in &given {
        assert!(desk.by_token(token).is_ok());
    }
    let seeds = Seeds {
        whole: given.iter().map(|token| token.clone().into_bytes()).collect(),
        words: words(),
    };
    target!().with_type::<Recipe>().for_each(|recipe: &Recipe| {
        let Ok(token) = String::from_utf8(recipe.cook(&seeds)) else {
            return;
        };
        match desk.by_token(&token) {
            Ok(()) => assert!(given.contains(&token), "nobody gave this: {token}"),
            Err(error) => {
                assert_eq!(error, AuthnError::TokenMalformed, "{token}");
                assert!(!given.contains(&token));
            }
        }
    });
}
