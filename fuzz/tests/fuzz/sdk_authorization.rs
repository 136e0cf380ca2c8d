//! The `Authorization` header of the other face.

use claviger_fuzz::{Recipe, Seeds, recorded_sdk, target, words};
use claviger_signing::sdk::{Algorithm, Authorization};

/// What recorded clients put into the header.
fn recorded() -> Vec<Vec<u8>> {
    let headers = recorded_sdk().into_iter().flat_map(|request| request.headers);
    let authorizations = headers.filter(|(name, _)| name == "Authorization");
    let found: Vec<_> = authorizations.map(|(_, value)| value).collect();
    assert!(found.len() > 150, "{}", found.len());
    found
}

#[test]
fn what_is_read_is_printed_and_read_again() {
    let seeds = Seeds {
        whole: recorded(),
        words: words(),
    };
    target!().with_type::<Recipe>().for_each(|recipe: &Recipe| {
        let raw = recipe.cook(&seeds);
        let Ok(read) = Authorization::parse(&raw) else {
            return;
        };
        assert!(!read.access_key_id.is_empty() && !read.signature.is_empty());
        assert_eq!(
            read.scope.is_none(),
            matches!(read.algorithm, Algorithm::Plain(_))
        );
        let printed = read.to_string();
        assert_eq!(Authorization::parse(printed.as_bytes()), Ok(read));
    });
}
