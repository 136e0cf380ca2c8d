//! Queries and form bodies.

use claviger_fuzz::{Recipe, Seeds, recorded, target, words};
use claviger_signing::encode;
use claviger_signing::query::{DecodeError, MAX_PAIRS, Params, decode_pairs};

type Pairs = Vec<(String, String)>;

fn pairs(params: &Params<'_>) -> Pairs {
    params
        .iter()
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect()
}

fn decode(raw: &[u8]) -> Result<Params<'_>, DecodeError> {
    let mut params = Params::new();
    decode_pairs(raw, &mut params).map(|()| params)
}

#[test]
fn pairs_survive_encoding() {
    let requests = recorded().into_iter();
    let whole = requests
        .flat_map(|(request, _)| [request.query.into_bytes(), request.body])
        .collect();
    let seeds = Seeds {
        whole,
        words: words(),
    };
    target!().with_type::<Recipe>().for_each(|recipe: &Recipe| {
        let raw = recipe.cook(&seeds);
        let Ok(params) = decode(&raw) else { return };
        let own = pairs(&params);
        assert!(own.len() <= MAX_PAIRS);

        let printed = encode::query(&params);
        // A pair of two empty texts is printed as `=`, which is a pair too.
        assert_eq!(pairs(&decode(printed.as_bytes()).unwrap()), own);

        let mut sorted = own.clone();
        sorted.sort_by(|a, b| a.0.cmp(&b.0));
        let index: Pairs = params
            .sorted()
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect();
        assert_eq!(index, sorted);
        for (name, _) in &own {
            let first = own.iter().find(|pair| pair.0 == *name).unwrap();
            assert_eq!(params.get(name), Some(first.1.as_str()));
        }
    });
}

#[test]
fn two_halves_are_one_whole() {
    let requests = recorded().into_iter();
    let whole = requests.map(|(request, _)| request.query.into_bytes()).collect();
    let seeds = Seeds {
        whole,
        words: words(),
    };
    target!()
        .with_type::<(Recipe, Recipe)>()
        .for_each(|(first, second): &(Recipe, Recipe)| {
            let (first, second) = (first.cook(&seeds), second.cook(&seeds));
            let mut apart = Params::new();
            let decoded = decode_pairs(&first, &mut apart).and_then(|()| decode_pairs(&second, &mut apart));
            let joined = [first.as_slice(), second.as_slice()].join(&b'&');
            match decode(&joined) {
                Ok(together) => {
                    assert_eq!(decoded, Ok(()));
                    assert_eq!(pairs(&apart), pairs(&together));
                    assert_eq!(apart.duplicate(), together.duplicate());
                }
                Err(_) => assert!(decoded.is_err() && apart.is_empty()),
            }
        });
}
