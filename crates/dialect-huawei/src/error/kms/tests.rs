use claviger_model::{KeyKind, KeySpec, Origin, Scope, SignedDuration, Usage};

use super::*;

fn code(action: Action, error: impl Into<Error>) -> &'static str {
    wire(false, action, &error.into()).code
}

fn kind(spec: KeySpec, usage: Usage, origin: Origin) -> Refusal {
    Refusal::KeyKind(KeyKind { spec, usage, origin })
}

/// The published table of states, in the words of the core.
#[test]
fn a_state_has_the_code_of_the_operation_that_it_stops() {
    let rows = [
        (Action::EnableKey, StateKind::Enabled, "KMS.1201"),
        (Action::EnableKey, StateKind::PendingDeletion, "KMS.0210"),
        (Action::EnableKey, StateKind::PendingImport, "KMS.1201"),
        (Action::DisableKey, StateKind::Disabled, "KMS.1301"),
        (Action::DisableKey, StateKind::PendingDeletion, "KMS.0210"),
        (Action::DisableKey, StateKind::PendingImport, "KMS.1301"),
        (
            Action::ScheduleKeyDeletion,
            StateKind::PendingDeletion,
            "KMS.1402",
        ),
        (Action::CancelKeyDeletion, StateKind::Enabled, "KMS.1501"),
        (Action::ImportKeyMaterial, StateKind::Enabled, "KMS.0310"),
        (Action::ImportKeyMaterial, StateKind::PendingDeletion, "KMS.0210"),
        (Action::DeleteKeyMaterial, StateKind::PendingDeletion, "KMS.2701"),
    ];
    for (action, state, expected) in rows {
        for refusal in [Refusal::Transition(state), Refusal::AlreadySo(state)] {
            assert_eq!(code(action, refusal), expected, "{action:?} {refusal:?}");
        }
    }
    for (state, expected) in [
        (StateKind::Disabled, "KMS.0209"),
        (StateKind::PendingImport, "KMS.0209"),
        (StateKind::PendingDeletion, "KMS.0210"),
    ] {
        assert_eq!(code(Action::Encrypt, Refusal::NotUsable(state)), expected);
    }
}

#[test]
fn the_kind_of_a_key_has_the_code_of_the_operation_that_it_does_not_serve() {
    use KeySpec::{Aes256, EcP256, HmacSha256, Rsa2048};
    let (crypt, sign, mac) = (Usage::EncryptDecrypt, Usage::SignVerify, Usage::GenerateVerifyMac);
    let rows = [
        (Action::BeginRotation, Rsa2048, sign, "KMS.0324"),
        (Action::BeginRotation, EcP256, sign, "KMS.0325"),
        (Action::BeginRotation, HmacSha256, mac, "KMS.0341"),
        (Action::GenerateDataKey, Rsa2048, crypt, "KMS.0325"),
        (Action::EncryptDataKey, HmacSha256, mac, "KMS.0341"),
        (Action::Encrypt, EcP256, sign, "KMS.1114"),
        (Action::Encrypt, Rsa2048, sign, "KMS.0335"),
        (Action::Encrypt, Rsa2048, crypt, "KMS.2106"),
        (Action::AsymmetricEncrypt, Aes256, crypt, "KMS.2105"),
        (Action::AsymmetricEncrypt, Rsa2048, sign, "KMS.0335"),
        (Action::AsymmetricSign, Aes256, crypt, "KMS.1115"),
        (Action::AsymmetricVerify, Rsa2048, crypt, "KMS.0334"),
        (Action::AsymmetricSign, HmacSha256, mac, "KMS.0341"),
        (Action::GetPublicKey, Aes256, crypt, "KMS.0331"),
        (Action::GenerateMac, Rsa2048, sign, "KMS.0335"),
        (Action::GenerateMac, Aes256, crypt, "KMS.0334"),
        (Action::DeleteKeyMaterial, Rsa2048, sign, "KMS.2702"),
    ];
    for (action, spec, usage, expected) in rows {
        let refusal = kind(spec, usage, Origin::Generated);
        assert_eq!(code(action, refusal), expected, "{action:?} {spec:?}");
    }
    let brought = kind(Rsa2048, sign, Origin::External);
    assert_eq!(code(Action::BeginRotation, brought), "KMS.0312");
}

#[test]
fn a_ciphertext_that_does_not_open_blames_the_context_only_where_there_was_one() {
    let error = Error::Invalid(Field::CiphertextOrContext);
    assert_eq!(wire(true, Action::Decrypt, &error).code, "KMS.0208");
    assert_eq!(wire(false, Action::Decrypt, &error).code, "KMS.2201");
    let lost = Error::NotFound(Missing::Version);
    assert_eq!(wire(true, Action::Decrypt, &lost).code, "KMS.2201");
    assert_eq!(
        code(Action::DescribeKey, Error::NotFound(Missing::Key)),
        "KMS.0207"
    );
}

#[test]
fn permission_is_missing_for_a_key_or_for_a_call() {
    let scope = Scope {
        account: "1234567890123456".parse().unwrap(),
        region: "eu-test-1".parse().unwrap(),
    };
    let denial = |resource| Denial {
        action: Action::DescribeKey,
        resource,
        explicit: true,
        policy: claviger_model::DenyingPolicy::Identity,
    };
    let key = Error::Denied(denial(Resource::UnknownKey(scope.clone(), "x".into())));
    assert_eq!(code(Action::DescribeKey, key), "KMS.0306");
    let keys = Error::Denied(denial(Resource::Keys(scope)));
    assert_eq!(code(Action::ListKeys, keys), "KMS.0307");
}

/// 429 alone makes clients try again by themselves.
#[test]
fn too_much_work_is_told_in_the_words_of_the_gateway() {
    let wait = SignedDuration::from_secs(2);
    let throttled = wire(false, Action::Encrypt, &Error::Throttled(wait));
    assert_eq!((throttled.status.as_u16(), throttled.code), (429, "APIGW.0308"));
    assert_eq!(throttled.retry_after, Some(wait));
    assert_eq!(code(Action::Encrypt, Error::Overloaded), "APIGW.0308");
    let unavailable = wire(false, Action::Encrypt, &Error::Unavailable);
    assert_eq!((unavailable.status.as_u16(), unavailable.code), (503, "KMS.0104"));
}
