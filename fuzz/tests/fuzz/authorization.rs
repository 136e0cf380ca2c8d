//! The `Authorization` header.

use claviger_fuzz::{Recipe, Seeds, recorded, target, words};
use claviger_signing::acs::{Algorithm, Authorization};

#[test]
fn what_is_read_is_printed_and_read_again() {
    let headers = recorded().into_iter().flat_map(|(request, _)| request.headers);
    let whole = headers
        .filter(|(name, _)| name.eq_ignore_ascii_case("authorization"))
        .map(|(_, value)| value)
        .collect();
    let seeds = Seeds {
        whole,
        words: words(),
    };
    target!().with_type::<Recipe>().for_each(|recipe: &Recipe| {
        let raw = recipe.cook(&seeds);
        let Ok(read) = Authorization::parse(&raw) else {
            return;
        };
        assert!(!read.access_key_id.is_empty() && !read.signature.is_empty());
        assert_eq!(read.scope.is_some(), matches!(read.algorithm, Algorithm::Acs4(_)));
        let printed = read.to_string();
        assert_eq!(Authorization::parse(printed.as_bytes()), Ok(read));
    });
}
