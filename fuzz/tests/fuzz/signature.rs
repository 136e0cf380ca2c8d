//! Whole requests, on the road that a server takes with them.

use claviger_fuzz::{Recipe, Request, Seeds, recorded, target, words};
use claviger_signing::acs::{self, Algorithm, StringToSign};
use claviger_signing::query::{Params, decode_pairs};
use claviger_signing::scheme::{self, Scheme};
use claviger_signing::{SigningKeys, rpc};

/// What a signature covers, in the canonical text of its scheme.
fn signed_text(request: &Request, keys: &SigningKeys) -> Option<(Vec<u8>, bool)> {
    let mut params = Params::new();
    decode_pairs(request.query.as_bytes(), &mut params).ok()?;
    if let Some(announced) = scheme::by_headers(&request.headers).ok()? {
        let Scheme::Acs(authorization) = announced else {
            return None;
        };
        let parts = acs::Request {
            method: &request.method,
            path: &request.path,
            query: &params,
            headers: &request.headers,
            body: &request.body,
        };
        let text = StringToSign::new(&authorization, &parts).ok()?;
        let verified = match (authorization.algorithm, authorization.scope) {
            (Algorithm::Acs3(hash), _) => text.verify(keys.acs3(hash), authorization.signature),
            (Algorithm::Acs4(hash), Some(scope)) => {
                text.verify(&keys.acs4(hash, &scope), authorization.signature)
            }
            (Algorithm::Acs4(_), None) => false,
        };
        return Some((authorization.canonical_request(&parts).unwrap(), verified));
    }
    decode_pairs(&request.body, &mut params).ok()?;
    let Ok(Scheme::Rpc(proof)) = scheme::by_params(&params) else {
        return None;
    };
    let verified = rpc::verify(keys, &request.method, &params, proof.signature);
    Some((
        rpc::string_to_sign(&request.method, &params).into_bytes(),
        verified,
    ))
}

#[test]
fn a_changed_request_verifies_only_if_it_says_the_same() {
    let recorded = recorded();
    let seeds = Seeds {
        whole: recorded.iter().map(|(request, _)| request.to_bytes()).collect(),
        words: words(),
    };
    let secrets: Vec<_> = recorded
        .iter()
        .map(|(_, secret)| SigningKeys::new(secret.as_bytes()))
        .collect();
    let texts: Vec<_> = recorded
        .iter()
        .zip(&secrets)
        .filter_map(|((request, _), keys)| signed_text(request, keys))
        .collect();
    assert!(texts.len() > 200 && texts.iter().all(|(_, verified)| *verified));
    target!().with_type::<Recipe>().for_each(|recipe: &Recipe| {
        let Some(request) = Request::read(&recipe.cook(&seeds)) else {
            return;
        };
        let keys = &secrets[usize::from(recipe.seed) % secrets.len()];
        if let Some((text, true)) = signed_text(&request, keys) {
            assert!(
                texts.iter().any(|(known, _)| *known == text),
                "nobody signed this"
            );
        }
    });
}
