//! Requests that nobody would write. Whatever comes in, the answer is well-formed and bears its id; [`Kms::deliver`]
//! checks that of every answer.

use claviger_dialect_alibaba::Api;
use claviger_testkit::Signed;
use http::{HeaderName, HeaderValue, Method, Request, Uri};
use proptest::prelude::*;
use proptest::sample::{Index, select};
use proptest::test_runner::{Config, TestRunner};

use crate::scene::{Scene, borrowed, replaced};

const HEADERS: [&str; 16] = [
    "authorization",
    "content-type",
    "host",
    "user-agent",
    "accept",
    "x-acs-action",
    "x-acs-version",
    "x-acs-date",
    "x-acs-signature-nonce",
    "x-acs-content-sha256",
    "x-acs-content-sm3",
    "x-acs-security-token",
    "x-acs-accesskey-id",
    "x-acs-bearer-token",
    "x-kms-apiname",
    "content-length",
];

const WORDS: [&str; 24] = [
    "Action=Encrypt",
    "Version=2016-01-20",
    "Format=XML",
    "AccessKeyId=LTAItestkit00000000001",
    "Signature=AAAA",
    "SignatureMethod=HMAC-SHA1",
    "SignatureVersion=1.0",
    "SignatureNonce=1",
    "SignatureType=BEARERTOKEN",
    "Timestamp=2026-11-21T12:00:00Z",
    "SecurityToken=x",
    "ACS3-HMAC-SHA256 ",
    "ACS4-HMAC-SM3 ",
    "Credential=a/20261121/r/Kms/aliyun_v4_request,",
    "SignedHeaders=host;x-acs-action,",
    "application/x-www-form-urlencoded",
    "&",
    "=",
    "%",
    "%00",
    "%FF",
    "+",
    ";",
    ",",
];

/// Bytes that look a little like what is expected.
fn bytes() -> impl Strategy<Value = Vec<u8>> {
    let word = prop_oneof![
        4 => select(&WORDS[..]).prop_map(|word| word.as_bytes().to_vec()),
        2 => prop::collection::vec(any::<u8>(), 0..12),
        1 => "[ -~]{0,20}".prop_map(String::into_bytes),
    ];
    prop::collection::vec(word, 0..14).prop_map(|words| words.concat())
}

fn request() -> impl Strategy<Value = Option<Request<Vec<u8>>>> {
    let method = prop_oneof![
        4 => select(&[Method::GET, Method::POST][..]),
        1 => "[!-~]{1,8}".prop_map(|text| Method::from_bytes(text.as_bytes()).unwrap_or(Method::PUT)),
    ];
    let headers = prop::collection::vec((select(&HEADERS[..]), bytes()), 0..8);
    (method, bytes(), headers, bytes()).prop_map(|(method, query, headers, body)| {
        let target = [b"/?", &query[..]].concat();
        let mut request = Request::new(body);
        *request.method_mut() = method;
        // What HTTP itself cannot carry does not get as far as the door.
        *request.uri_mut() = Uri::from_maybe_shared(bytes::Bytes::from(target)).ok()?;
        for (name, value) in headers {
            if let Ok(value) = HeaderValue::from_bytes(&value) {
                request.headers_mut().append(HeaderName::from_static(name), value);
            }
        }
        Some(request)
    })
}

fn check<S: Strategy>(cases: u32, input: &S, law: impl Fn(&tokio::runtime::Runtime, &Scene, S::Value)) {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let scene = runtime.block_on(Scene::new());
    let law = |value| {
        law(&runtime, &scene, value);
        Ok(())
    };
    TestRunner::new(Config::with_cases(cases))
        .run(input, law)
        .unwrap();
}

#[test]
fn any_bytes_get_a_well_formed_answer() {
    check(2000, &request(), |runtime, scene, request| {
        if let Some(request) = request {
            let answer = runtime.block_on(scene.kms.deliver(request));
            assert!((400..500).contains(&answer.status), "{}", answer.text);
        }
    });
}

/// Puts a byte somewhere into a text, where the result still is one.
fn damage(text: &mut String, at: Index, byte: u8) {
    let mut bytes = text.clone().into_bytes();
    if !bytes.is_empty() {
        let at = at.index(bytes.len());
        bytes[at] = byte;
        *text = String::from_utf8(bytes).unwrap_or_default();
    }
}

/// A good request with one byte changed is refused, or was not changed in a way that matters.
#[test]
fn a_good_request_with_a_byte_changed_gets_a_well_formed_answer() {
    let schemes = 0..4_u8;
    let input = (schemes, any::<Index>(), any::<Index>(), any::<u8>());
    check(1500, &input, |runtime, scene, (scheme, place, at, byte)| {
        let parameters = scene.parameters("Encrypt");
        let (parameters, root) = (borrowed(&parameters), scene.kms.world.root());
        let mut signed: Signed = match scheme {
            0 => root.sign_rpc("Encrypt", &parameters),
            1 => root.rpc_request("Encrypt", &parameters).sign_in_body(root),
            2 => root.sign_acs3("Encrypt", &parameters),
            _ => root.sign_acs4("Encrypt", &parameters),
        };
        let places = signed.headers.len() + 2;
        match place.index(places) {
            0 => damage(&mut signed.target, at, byte),
            1 if !signed.body.is_empty() => {
                let at = at.index(signed.body.len());
                signed.body[at] = byte;
            }
            other => {
                let header = other % signed.headers.len();
                damage(&mut signed.headers[header].1, at, byte);
            }
        }
        let mut request = Request::new(signed.body);
        *request.method_mut() = Method::POST;
        let Ok(target) = signed.target.parse() else {
            return;
        };
        *request.uri_mut() = target;
        for (name, value) in signed.headers {
            let Ok(value) = HeaderValue::from_str(&value) else {
                return;
            };
            request
                .headers_mut()
                .append(HeaderName::try_from(name).unwrap(), value);
        }
        let answer = runtime.block_on(scene.kms.deliver(request));
        assert!(answer.status < 500, "{}", answer.text);
    });
}

/// Callers with a good signature may send anything as a parameter.
#[test]
fn any_value_of_any_parameter_is_no_fault_of_the_server() {
    let actions: Vec<_> = Api::Kms.served().collect();
    let value = prop_oneof![
        2 => ".{0,40}",
        1 => prop::collection::vec(any::<char>(), 0..40).prop_map(String::from_iter),
        1 => "[\\[\\]{}\":,a-zA-Z0-9\\\\ ]{0,60}",
        1 => "(alias/|acs:kms:|key/)[a-z:/0-9-]{0,60}",
        1 => "[A-Za-z0-9+/]{0,200}={0,2}",
        1 => "-?[0-9]{1,20}",
    ];
    let input = (select(actions), any::<Index>(), value, any::<bool>());
    check(2500, &input, |runtime, scene, (action, which, value, xml)| {
        let mut parameters = scene.parameters(action);
        if !parameters.is_empty() {
            let name = parameters[which.index(parameters.len())].0;
            parameters = replaced(&parameters, name, &value);
        }
        let root = scene.kms.world.root();
        let format = if xml { "XML" } else { "JSON" };
        let request = root
            .rpc_request(action, &borrowed(&parameters))
            .set("Format", format);
        let answer = runtime.block_on(scene.kms.send(&request.sign_in_body(root)));
        assert!(answer.status < 500, "{action}: {}", answer.text);
    });
}

/// What is signed is what is decoded, in every spelling that HTTP allows.
#[test]
fn any_parameters_verify_when_they_are_signed() {
    let pairs = prop::collection::btree_map("[A-Z][a-zA-Z0-9.]{3,12}", ".{0,30}", 0..8);
    check(500, &(pairs, 0..4_u8), |runtime, scene, (pairs, scheme)| {
        let root = scene.kms.world.root();
        let pairs: Vec<_> = pairs
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .collect();
        let signed = match scheme {
            0 => root.sign_rpc("DescribeRegions", &pairs),
            1 => root.rpc_request("DescribeRegions", &pairs).sign_in_body(root),
            2 => root.sign_acs3("DescribeRegions", &pairs),
            _ => {
                let mut signed = root.rpc_request("DescribeRegions", &pairs).sign(root);
                // Spaces as `+` and lower-case digits mean the same.
                signed.target = signed.target.replace("%20", "+").replace("%2F", "%2f");
                signed
            }
        };
        runtime.block_on(scene.kms.send(&signed)).ok();
    });
}
