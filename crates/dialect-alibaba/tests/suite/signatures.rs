//! Proofs that do not hold: wrong secrets, wrong times, used nonces, missing parts.

use claviger_model::{SignedDuration, Timestamp};
use claviger_testkit::{Algorithm, Builder, Client, HOST, Hash, Signed, World};

use crate::kms::{Answer, Kms};

const SCHEMES: [&str; 5] = ["rpc query", "rpc body", "acs3", "acs3 sm3", "acs4"];

/// A ListKeys request of a caller, in any scheme, with time and nonce as wanted.
fn signed(caller: &Client, scheme: &str, time: &str, nonce: &str) -> Signed {
    let rpc = || {
        caller
            .rpc_request("ListKeys", &[])
            .set("Timestamp", time)
            .set("SignatureNonce", nonce)
    };
    let acs = |algorithm| {
        let request = caller.acs_request(algorithm, "ListKeys", &[]);
        request
            .set("x-acs-date", time)
            .set("x-acs-signature-nonce", nonce)
    };
    match scheme {
        "rpc query" => rpc().sign(caller),
        "rpc body" => rpc().sign_in_body(caller),
        "acs3" => acs(Algorithm::Acs3(Hash::Sha256)).sign(caller),
        "acs3 sm3" => acs(Algorithm::Acs3(Hash::Sm3)).sign(caller),
        _ => acs(Algorithm::Acs4(Hash::Sha256)).sign(caller),
    }
}

fn spell(time: Timestamp) -> String {
    time.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

async fn send(kms: &Kms, scheme: &str, time: &str, nonce: &str) -> Answer {
    kms.send(&signed(kms.world.root(), scheme, time, nonce)).await
}

#[tokio::test]
async fn every_scheme_is_served() {
    let kms = Kms::new().await;
    for scheme in SCHEMES {
        let answer = kms
            .send(&signed(kms.world.root(), scheme, "2026-11-21T12:00:00Z", scheme))
            .await;
        assert_eq!(answer.ok()["TotalCount"], 0, "{scheme}");
    }
    let root = kms.world.root();
    kms.send(&root.rpc_request("ListKeys", &[]).method("GET").sign(root))
        .await
        .ok();
    let form = root
        .acs_request(Algorithm::Acs3(Hash::Sha256), "ListKeys", &[])
        .form(&[("PageSize", "3")]);
    assert_eq!(kms.send(&form.sign(root)).await.ok()["PageSize"], 3);
    kms.send(&kms.world.sign_acs4("ListKeys", &[])).await.ok();
}

#[tokio::test]
async fn clocks_may_differ_by_a_quarter_of_an_hour_and_not_more() {
    let kms = Kms::new().await;
    let now = kms.world.now();
    for scheme in SCHEMES {
        for seconds in [-900, -899, 0, 899, 900] {
            let time = spell(now + SignedDuration::from_secs(seconds));
            send(&kms, scheme, &time, &format!("{scheme}{seconds}"))
                .await
                .ok();
        }
        for seconds in [-901, -3600, -86_400 * 400, 901, 3600, 86_400 * 400] {
            let time = spell(now + SignedDuration::from_secs(seconds));
            let answer = send(&kms, scheme, &time, &format!("{scheme}{seconds}")).await;
            answer.refused(400, "InvalidTimeStamp.Expired");
        }
    }
    // The half second counts.
    kms.world.advance(SignedDuration::from_millis(500));
    let time = spell(now - SignedDuration::from_mins(15));
    send(&kms, "acs3", &time, "half")
        .await
        .refused(400, "InvalidTimeStamp.Expired");
}

#[tokio::test]
async fn only_one_form_of_time_is_understood() {
    let kms = Kms::new().await;
    for scheme in ["rpc query", "rpc body", "acs3"] {
        for time in [
            "2026-11-21 12:00:00Z",
            "2026-11-21T12:00:00",
            "2026-11-21T12:00:00+00:00",
            "2026-11-21T12:00:00.000Z",
            "2026-11-21t12:00:00z",
            "2026-11-31T12:00:00Z",
            "2026-11-21T25:00:00Z",
            "1795262400",
            "Sat, 21 Nov 2026 12:00:00 GMT",
            "now",
        ] {
            let answer = send(&kms, scheme, time, time).await;
            answer.refused(400, "InvalidTimeStamp.Format");
        }
    }
}

#[tokio::test]
async fn a_request_needs_each_of_its_common_parts() {
    let kms = Kms::new().await;
    let root = kms.world.root();
    let names = |message: &str, name: &str| message.split([' ', '"']).any(|word| word == name);
    for (name, code) in [
        ("Action", "MissingParameter"),
        ("Version", "MissingParameter"),
        ("AccessKeyId", "MissingParameter"),
        ("SignatureMethod", "MissingParameter"),
        ("SignatureVersion", "MissingParameter"),
        ("SignatureNonce", "MissingParameter"),
        ("Timestamp", "IllegalTimestamp"),
    ] {
        let full = root.rpc_request("ListKeys", &[]);
        for request in [full.clone().without(name), full.set(name, "")] {
            let message = kms.send(&request.sign(root)).await.refused(400, code);
            assert!(names(&message, name), "{name}: {message}");
        }
    }
    let mut unsigned = root.sign_rpc("ListKeys", &[]);
    unsigned.target = unsigned.target.split("&Signature=").next().unwrap().to_owned();
    let message = kms.send(&unsigned).await.refused(400, "MissingParameter");
    assert!(names(&message, "Signature"), "{message}");
    let nothing = http::Request::post("/")
        .header("host", HOST)
        .body(Vec::new())
        .unwrap();
    let message = kms.deliver(nothing).await.refused(400, "MissingParameter");
    assert!(names(&message, "AccessKeyId"), "{message}");
    for (name, value) in [
        ("SignatureMethod", "HMAC-MD5"),
        ("SignatureVersion", "2.0"),
        ("SignatureType", "PRIVATEKEY"),
    ] {
        let request = root.rpc_request("ListKeys", &[]).set(name, value);
        kms.send(&request.sign(root))
            .await
            .refused(400, "IncompleteSignature");
    }
}

#[tokio::test]
async fn a_signed_header_that_is_taken_out_or_emptied_is_missed() {
    let kms = Kms::new().await;
    let root = kms.world.root();
    let full = root.acs_request(Algorithm::Acs3(Hash::Sha256), "ListKeys", &[]);
    for (name, code) in [
        ("host", "IncompleteSignature"),
        ("x-acs-action", "IncompleteSignature"),
        ("x-acs-version", "IncompleteSignature"),
        ("x-acs-content-sha256", "IncompleteSignature"),
        ("x-acs-signature-nonce", "MissingParameter"),
        ("x-acs-date", "IllegalTimestamp"),
    ] {
        let mut signed = full.sign(root);
        signed.headers.retain(|(known, _)| known != name);
        kms.send(&signed).await.refused(400, code);
    }
    for (name, code) in [
        ("x-acs-action", "MissingParameter"),
        ("x-acs-version", "MissingParameter"),
        ("x-acs-signature-nonce", "MissingParameter"),
        ("x-acs-date", "IllegalTimestamp"),
    ] {
        kms.send(&full.clone().set(name, "").sign(root))
            .await
            .refused(400, code);
    }
}

/// The signature covers the joined values, so any of the two orders could be signed for.
#[tokio::test]
async fn a_header_that_counts_may_not_be_repeated() {
    let kms = Kms::new().await;
    let root = kms.world.root();
    for algorithm in [Algorithm::Acs3(Hash::Sha256), Algorithm::Acs4(Hash::Sha256)] {
        for name in [
            "host",
            "x-acs-action",
            "x-acs-version",
            "x-acs-date",
            "x-acs-signature-nonce",
        ] {
            let request = root.acs_request(algorithm, "ListKeys", &[]);
            // Signed for as the first value, a comma and the second.
            let mut signed = request.clone().sign(root);
            let value = signed.headers.iter().find(|(known, _)| known == name);
            let value = value.unwrap().1.clone();
            let mut joined = request.set(name, &format!("{value},other")).sign(root);
            joined.headers.retain(|(known, _)| known != name);
            joined = joined.with_header(name, &value).with_header(name, "other");
            let message = kms.send(&joined).await.refused(400, "IncompleteSignature");
            assert!(message.contains(&format!("`{name}`")), "{message}");
            signed = signed.with_header(name, &value);
            kms.send(&signed).await.refused(400, "IncompleteSignature");
        }
        let signed = root.acs_request(algorithm, "ListKeys", &[]).sign(root);
        let unsigned = signed.with_header("x-acs-new", "a").with_header("x-acs-new", "b");
        kms.send(&unsigned).await.refused(400, "IncompleteSignature");
        let free = root.acs_request(algorithm, "ListKeys", &[]).sign(root);
        let free = free
            .with_header("x-forwarded-for", "a")
            .with_header("x-forwarded-for", "b");
        kms.send(&free).await.ok();
    }
}

#[tokio::test]
async fn authorizations_that_cannot_be_read_are_incomplete() {
    let kms = Kms::new().await;
    for value in [
        "ACS3-HMAC-SHA256",
        "ACS3-HMAC-SHA256 Credential=a",
        "ACS3-HMAC-SHA256 Credential=a,SignedHeaders=host,Signature=00",
        "ACS3-HMAC-SHA512 Credential=a,SignedHeaders=host,Signature=00",
        "ACS3-RSA-SHA256 Credential=a,SignedHeaders=host,Signature=00",
        "ACS4-HMAC-SHA256 Credential=a,SignedHeaders=host,Signature=00",
        "ACS9 x",
        "Bearer token",
        "bearer token",
    ] {
        let request = http::Request::post("/")
            .header("host", HOST)
            .header("x-acs-date", "2026-11-21T12:00:00Z")
            .header("x-acs-signature-nonce", "n")
            .header("authorization", value);
        kms.deliver(request.body(Vec::new()).unwrap())
            .await
            .refused(400, "IncompleteSignature");
    }
    let token = http::Request::post("/")
        .header("x-acs-bearer-token", "t")
        .body(Vec::new())
        .unwrap();
    kms.deliver(token).await.refused(400, "IncompleteSignature");
    let instance = http::Request::post("/")
        .header("x-kms-apiname", "Encrypt")
        .body(vec![8, 1, 0xff]);
    kms.deliver(instance.unwrap())
        .await
        .refused(400, "UnsupportedOperation");
}

#[tokio::test]
async fn a_nonce_works_once_per_access_key() {
    let builder = World::build()
        .caller("LTAIone", "secret one")
        .caller("LTAIother", "secret other");
    let kms = Kms::over(builder).await;
    let (one, other) = (kms.world.caller(0).clone(), kms.world.caller(1).clone());
    let now = || spell(kms.world.now());
    kms.send(&signed(&one, "rpc query", &now(), "n")).await.ok();
    for scheme in SCHEMES {
        // With another time, another scheme: the nonce is what counts.
        kms.world.advance(SignedDuration::from_secs(1));
        kms.send(&signed(&one, scheme, &now(), "n"))
            .await
            .refused(400, "SignatureNonceUsed");
    }
    kms.send(&signed(&other, "acs3", &now(), "n")).await.ok();
    kms.send(&signed(&one, "acs3", &now(), "N")).await.ok();
    // Nobody can use up the nonces of another.
    kms.send(&signed(&one.with_secret("guess"), "acs3", &now(), "m"))
        .await
        .refused(400, "SignatureDoesNotMatch");
    kms.send(&signed(&one, "acs3", &now(), "m")).await.ok();
    kms.world.advance(SignedDuration::from_mins(29));
    kms.send(&signed(&one, "acs3", &now(), "n"))
        .await
        .refused(400, "SignatureNonceUsed");
    kms.world.advance(SignedDuration::from_mins(15));
    kms.send(&signed(&one, "acs3", &now(), "n")).await.ok();
}

/// A request from the farthest future that is taken is inside the window for half an hour.
#[tokio::test]
async fn a_request_cannot_be_replayed_as_long_as_its_time_is_right() {
    let kms = Kms::new().await;
    let root = kms.world.root();
    for start in [0, 1, 599, 600] {
        kms.world.advance(SignedDuration::from_secs(start));
        let time = spell(kms.world.now() + SignedDuration::from_mins(15));
        let request = signed(root, "acs3", &time, &format!("replayed {start}"));
        kms.send(&request).await.ok();
        for _ in 0..6 {
            kms.world.advance(SignedDuration::from_mins(5));
            kms.send(&request).await.refused(400, "SignatureNonceUsed");
        }
        kms.world.advance(SignedDuration::from_secs(1));
        kms.send(&request).await.refused(400, "InvalidTimeStamp.Expired");
    }
}

#[tokio::test]
async fn nonces_are_bounded_in_length_and_number() {
    let kms = Kms::over(World::build().nonce_limit(3)).await;
    let now = spell(kms.world.now());
    send(&kms, "acs3", &now, &"n".repeat(257))
        .await
        .refused(400, "InvalidParameter");
    for nonce in ["a", "b", &"n".repeat(256)] {
        send(&kms, "acs3", &now, nonce).await.ok();
    }
    send(&kms, "acs3", &now, "one too many")
        .await
        .refused(429, "Rejected.Throttling");
}

fn with_callers() -> Builder {
    World::build()
        .caller("LTAIactive", "secret")
        .inactive_caller("LTAIinactive", "other secret")
}

#[tokio::test]
async fn keys_that_are_unknown_or_switched_off_open_nothing() {
    let kms = Kms::over(with_callers()).await;
    let (active, inactive) = (kms.world.caller(0).clone(), kms.world.caller(1).clone());
    let now = spell(kms.world.now());
    for scheme in SCHEMES {
        for id in ["LTAIunknown", "x", "LTAI unknown", "ключ", &"x".repeat(4000)] {
            let nobody = active.with_access_key_id(id);
            if scheme.starts_with("acs") && !id.is_ascii() {
                continue;
            }
            let answer = kms.send(&signed(&nobody, scheme, &now, scheme)).await;
            let message = answer.refused(404, "InvalidAccessKeyId.NotFound");
            assert_eq!(
                message,
                "The AccessKey ID provided does not exist in our records."
            );
        }
        let answer = kms.send(&signed(&inactive, scheme, &now, scheme)).await;
        assert_eq!(
            answer.refused(403, "Forbidden.AccessKey"),
            "This AccessKey is not enabled."
        );
        // Whoever does not know the secret learns nothing about the key.
        let forged = inactive.with_secret("guess");
        kms.send(&signed(&forged, scheme, &now, "forged"))
            .await
            .refused(400, "SignatureDoesNotMatch");
    }
}

/// Old clients cut the message at its first colon and compare the rest with their own text.
#[tokio::test]
async fn the_message_of_a_mismatch_holds_the_clients_own_string_to_sign() {
    let kms = Kms::new().await;
    let root = kms.world.root();
    let forger = root.with_secret("guess");
    for plaintext in ["SGVsbG8=", "a:b*c d~é/+\n", ""] {
        for method in ["POST", "GET"] {
            let request = root
                .rpc_request("Encrypt", &[("Plaintext", plaintext)])
                .method(method);
            let message = kms
                .send(&request.sign(&forger))
                .await
                .refused(400, "SignatureDoesNotMatch");
            let parts: Vec<_> = message.split(':').collect();
            assert_eq!(parts.len(), 2, "{message}");
            assert_eq!(parts[1], request.string_to_sign());
        }
    }
    for (scheme, label) in [
        ("acs3", "ACS3-HMAC-SHA256\n"),
        ("acs4", "ACS4-HMAC-SHA256\n"),
        ("acs3 sm3", "ACS3-HMAC-SM3\n"),
    ] {
        let answer = kms
            .send(&signed(&forger, scheme, "2026-11-21T12:00:00Z", "n"))
            .await;
        let message = answer.refused(400, "SignatureDoesNotMatch");
        let (_, text) = message.split_once(':').unwrap();
        assert!(
            text.starts_with(label) && text.len() == label.len() + 64,
            "{message}"
        );
    }
}

#[tokio::test]
async fn a_change_on_the_way_is_noticed() {
    let kms = Kms::new().await;
    let root = kms.world.root();
    let mut rpc = root.sign_rpc("ListKeys", &[("PageSize", "1")]);
    rpc.target = rpc.target.replace("PageSize=1", "PageSize=2");
    kms.send(&rpc).await.refused(400, "SignatureDoesNotMatch");
    let mut acs = root.sign_acs3("ListKeys", &[("PageSize", "1")]);
    acs.target = acs.target.replace("PageSize=1", "PageSize=2");
    kms.send(&acs).await.refused(400, "SignatureDoesNotMatch");
    let form = root
        .acs_request(Algorithm::Acs3(Hash::Sha256), "ListKeys", &[])
        .form(&[("PageSize", "1")]);
    let mut changed = form.sign(root);
    changed.body = b"PageSize=2".to_vec();
    kms.send(&changed).await.refused(400, "SignatureDoesNotMatch");
    for name in [
        "x-acs-action",
        "x-acs-version",
        "x-acs-signature-nonce",
        "host",
        "user-agent",
    ] {
        let mut changed = form.sign(root);
        let header = changed
            .headers
            .iter_mut()
            .find(|(known, _)| known == name)
            .unwrap();
        header.1.push('x');
        kms.send(&changed).await.refused(400, "SignatureDoesNotMatch");
    }
    // A parameter of the query cannot be smuggled past the signature in a body that it does not cover.
    let mut signed = root.sign_acs3("ListKeys", &[]);
    signed
        .headers
        .push(("content-type".into(), "application/x-www-form-urlencoded".into()));
    signed.body = b"PageSize=2".to_vec();
    kms.send(&signed).await.refused(400, "SignatureDoesNotMatch");
}

#[tokio::test]
async fn a_token_that_nobody_gave_is_refused() {
    let kms = Kms::new().await;
    let root = kms.world.root();
    let rpc = root.rpc_request("ListKeys", &[]).set("SecurityToken", "CAIS");
    kms.send(&rpc.sign(root))
        .await
        .refused(400, "InvalidSecurityToken.MismatchWithAccessKey");
    let acs = root.acs_request(Algorithm::Acs3(Hash::Sha256), "ListKeys", &[]);
    let acs = acs.set("x-acs-security-token", "CAIS").sign(root);
    kms.send(&acs)
        .await
        .refused(400, "InvalidSecurityToken.MismatchWithAccessKey");
}
